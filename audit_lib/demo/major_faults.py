"""The planted faults among major hazards and their listings, and look-alikes that are none."""

from __future__ import annotations

from typing import Any

import pandas as pd

from audit_lib.demo.hazard_faults import (
    APRIL_20,
    LISTED,
    MARCH_10,
    MARCH_15,
    OPEN,
    choose_hazards,
    closed_on,
    leave_open,
    say,
    set_hazards,
)
from audit_lib.demo.planting import Plant, Planted
from audit_lib.demo.stock import Tables
from audit_lib.demo.truth import Fault


def major_not_listed(true: Tables, plant: Plant) -> Planted:
    """Leave a major hazard unlisted that stayed open for more than a week."""
    ids = choose_hazards(true, plant, "重大")
    return _unlist(true, ids), [Fault("F3-02", "county", plant.area, say(plant, ids), plant.area)]


def major_listed_by_bureau(true: Tables, plant: Plant) -> Planted:
    """Let the health bureau list a major hazard, which is the county government's to do."""
    ids = choose_hazards(true, plant, "重大")
    listings = true["listings"]
    body = str(listings.loc[listings["hazard_id"].isin(ids), "county_name"].iloc[0]) + "卫生局"
    changed = set_hazards(listings, ids, {"body": body, "body_level": "卫生计生部门"})
    faults = [Fault("F3-02", "county", plant.area, say(plant, ids), plant.area)]
    return {"listings": changed}, faults + [Fault("W2-05", "hazard", one, plant.note) for one in ids]


def listed_twice(true: Tables, plant: Plant) -> Planted:
    """Let the bureau list a major hazard besides the county government: that does no harm."""
    ids = choose_hazards(true, plant, "重大")
    listings = true["listings"]
    again = listings[listings["hazard_id"].isin(ids)]
    again = again.assign(
        listing_id=again["listing_id"] + "W", body=again["county_name"] + "卫生局", body_level="卫生计生部门"
    )
    return {"listings": pd.concat([listings, again])}, []


def major_closed_at_once(true: Tables, plant: Plant) -> Planted:
    """Close a major hazard within a week of finding it: it need not be listed."""
    ids = choose_hazards(true, plant, "重大")
    dates = closed_on("2014-02-20", "2014-02-21") | {"deadline": pd.Timestamp("2014-02-28")}
    return _unlist(true, ids) | {"hazards": set_hazards(true["hazards"], ids, dates)}, []


def major_found_lately(true: Tables, plant: Plant) -> Planted:
    """Find a major hazard in the last days of March: its week is not over."""
    ids = choose_hazards(true, plant, "重大")
    found = pd.Timestamp("2014-03-27")
    values = OPEN | {"found_date": found, "notice_date": found, "platform_date": found}
    return _unlist(true, ids) | {"hazards": set_hazards(true["hazards"], ids, values)}, []


def listing_without_funds(true: Tables, plant: Plant) -> Planted:
    """List a major hazard without money."""
    ids = choose_hazards(true, plant, "重大")
    changed = set_hazards(true["listings"], ids, {"fund_planned": pd.NA, "fund_arrived": pd.NA})
    return {"listings": changed}, [Fault("W2-06", "hazard", one, plant.note, plant.area) for one in ids]


def listing_one_signature(true: Tables, plant: Plant) -> Planted:
    """Let the principal not sign."""
    return _sign(true, plant, {"principal_signer": "", "principal_date": pd.NaT})


def listing_same_signer(true: Tables, plant: Plant) -> Planted:
    """Let one person sign twice."""
    return _sign(true, plant, {"principal_signer": "王立新"})


def listing_signed_early(true: Tables, plant: Plant) -> Planted:
    """Let the deputy sign before the work was done."""
    return _sign(true, plant, {"deputy_date": pd.Timestamp("2014-03-03")})


def major_overdue(true: Tables, plant: Plant) -> Planted:
    """Leave a major hazard open past its deadline."""
    return leave_open(true, plant, "重大", {"deadline": MARCH_15})


def major_closed_late(true: Tables, plant: Plant) -> Planted:
    """Close a major hazard four days after its deadline."""
    ids = choose_hazards(true, plant, "重大")
    changed = _close(true, ids, {"deadline": MARCH_10})
    return changed, [Fault("F3-03", "county", plant.area, say(plant, ids), plant.area)]


def major_extended_lately(true: Tables, plant: Plant) -> Planted:
    """Extend a major hazard's deadline when it had already passed."""
    extension = {"deadline": MARCH_10, "extended_to": APRIL_20, "extension_approved": MARCH_15}
    return leave_open(true, plant, "重大", extension)


def major_extended_in_time(true: Tables, plant: Plant) -> Planted:
    """Extend a major hazard's deadline before it passed: it is not due yet."""
    extension = {"deadline": MARCH_15, "extended_to": APRIL_20, "extension_approved": MARCH_10}
    changed, _ = leave_open(true, plant, "重大", extension)
    return changed, []


def major_without_expert(true: Tables, plant: Plant) -> Planted:
    """Ask no expert about a major hazard."""
    ids = choose_hazards(true, plant, "重大")
    changed = set_hazards(true["hazards"], ids, {"expert_opinion": ""})
    return {"hazards": changed}, [Fault("W2-08", "county", plant.area, say(plant, ids))]


def major_taken_down(true: Tables, plant: Plant) -> Planted:
    """Take a major hazard down before it is listed, with reason and approver: no fault."""
    ids = choose_hazards(true, plant, "重大")
    changed = set_hazards(
        true["hazards"],
        ids,
        {
            "grade": "一般",
            "first_grade": "重大",
            "regraded_date": pd.Timestamp("2014-02-19"),
            "regrade_reason": "经复核可以当场消除",
            "regrade_approver": "王立新",
        },
    )
    return _unlist(true, ids) | {"hazards": changed}, []


def _close(true: Tables, ids: list[str], values: dict[str, Any]) -> Tables:
    """Close listed majors on 14 March, signed by two people on the 16th."""
    signed = pd.Timestamp("2014-03-16")
    signatures = LISTED | {
        "closed_date": pd.Timestamp("2014-03-14"),
        "accept_date": MARCH_15,
        "accept_result": "合格",
        "deputy_signer": "王立新",
        "deputy_date": signed,
        "principal_signer": "李秀英",
        "principal_date": signed,
        "delisted_date": signed,
    }
    closed = closed_on("2014-03-14", "2014-03-15") | values
    deadline = {"deadline": values["deadline"]}
    return {
        "hazards": set_hazards(true["hazards"], ids, closed),
        "listings": set_hazards(true["listings"], ids, signatures | deadline),
    }


def _sign(true: Tables, plant: Plant, values: dict[str, Any]) -> Planted:
    """Close listed majors in time, with something wrong in the signatures."""
    ids = choose_hazards(true, plant, "重大")
    changed = _close(true, ids, {"deadline": pd.Timestamp("2014-03-20")})
    changed["listings"] = set_hazards(changed["listings"], ids, values)
    return changed, [Fault("W2-07", "hazard", one, plant.note, plant.area) for one in ids]


def _unlist(true: Tables, ids: list[str]) -> Tables:
    listings = true["listings"]
    return {"listings": listings[~listings["hazard_id"].isin(ids)]}
