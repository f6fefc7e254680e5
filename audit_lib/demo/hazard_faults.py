"""The planted faults among hazards and their listings, and look-alikes that are none."""

from __future__ import annotations

from typing import Any

import pandas as pd

from audit_lib.demo.planting import Plant, Planted
from audit_lib.demo.stock import Tables
from audit_lib.demo.truth import Fault

MARCH_10 = pd.Timestamp("2014-03-10")
MARCH_15 = pd.Timestamp("2014-03-15")
APRIL_20 = pd.Timestamp("2014-04-20")

FOUND = {
    "found_date": pd.Timestamp("2014-02-17"),
    "notice_date": pd.Timestamp("2014-02-17"),
    "platform_date": pd.Timestamp("2014-02-18"),
}
OPEN = FOUND | {
    "closed_date": pd.NaT,
    "recheck_date": pd.NaT,
    "written_off_date": pd.NaT,
    "recheck_result": "",
    "rechecker": "",
    "deadline": APRIL_20,
}
LISTED = {"listed_date": pd.Timestamp("2014-02-20")}
UNSIGNED = LISTED | {
    "closed_date": pd.NaT,
    "accept_date": pd.NaT,
    "accept_result": "",
    "deputy_signer": "",
    "deputy_date": pd.NaT,
    "principal_signer": "",
    "principal_date": pd.NaT,
    "delisted_date": pd.NaT,
    "deadline": APRIL_20,
}
ELEMENTS: tuple[dict[str, Any], ...] = (
    {"fund_planned": pd.NA, "fund_arrived": pd.NA, "fund_not_needed": False},
    {"resp_person": ""},
    {"plan_doc": ""},
)
"""One of the five elements left out, in turn."""


def major_not_listed(true: Tables, plant: Plant) -> Planted:
    """Leave a major hazard unlisted that stayed open for more than a week."""
    ids = _choose(true, plant, "重大")
    return _unlist(true, ids), [Fault("F3-02", "county", plant.area, _say(plant, ids), plant.area)]


def major_listed_by_bureau(true: Tables, plant: Plant) -> Planted:
    """Let the health bureau list a major hazard, which is the county government's to do."""
    ids = _choose(true, plant, "重大")
    listings = true["listings"]
    body = str(listings.loc[listings["hazard_id"].isin(ids), "county_name"].iloc[0]) + "卫生局"
    changed = _set(listings, ids, {"body": body, "body_level": "卫生计生部门"})
    faults = [Fault("F3-02", "county", plant.area, _say(plant, ids), plant.area)]
    return {"listings": changed}, faults + [Fault("W2-05", "hazard", one, plant.note) for one in ids]


def listed_twice(true: Tables, plant: Plant) -> Planted:
    """Let the bureau list a major hazard besides the county government: that does no harm."""
    ids = _choose(true, plant, "重大")
    listings = true["listings"]
    again = listings[listings["hazard_id"].isin(ids)]
    again = again.assign(
        listing_id=again["listing_id"] + "W", body=again["county_name"] + "卫生局", body_level="卫生计生部门"
    )
    return {"listings": pd.concat([listings, again])}, []


def major_closed_at_once(true: Tables, plant: Plant) -> Planted:
    """Close a major hazard within a week of finding it: it need not be listed."""
    ids = _choose(true, plant, "重大")
    dates = _closed("2014-02-20", "2014-02-21") | {"deadline": pd.Timestamp("2014-02-28")}
    return _unlist(true, ids) | {"hazards": _set(true["hazards"], ids, dates)}, []


def major_found_lately(true: Tables, plant: Plant) -> Planted:
    """Find a major hazard in the last days of March: its week is not over."""
    ids = _choose(true, plant, "重大")
    found = pd.Timestamp("2014-03-27")
    values = OPEN | {"found_date": found, "notice_date": found, "platform_date": found}
    return _unlist(true, ids) | {"hazards": _set(true["hazards"], ids, values)}, []


def listing_without_funds(true: Tables, plant: Plant) -> Planted:
    """List a major hazard without money."""
    ids = _choose(true, plant, "重大")
    changed = _set(true["listings"], ids, {"fund_planned": pd.NA, "fund_arrived": pd.NA})
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
    return _leave_open(true, plant, "重大", {"deadline": MARCH_15})


def major_closed_late(true: Tables, plant: Plant) -> Planted:
    """Close a major hazard four days after its deadline."""
    ids = _choose(true, plant, "重大")
    changed = _close(true, ids, {"deadline": MARCH_10})
    return changed, [Fault("F3-03", "county", plant.area, _say(plant, ids), plant.area)]


def major_extended_lately(true: Tables, plant: Plant) -> Planted:
    """Extend a major hazard's deadline when it had already passed."""
    extension = {"deadline": MARCH_10, "extended_to": APRIL_20, "extension_approved": MARCH_15}
    return _leave_open(true, plant, "重大", extension)


def major_extended_in_time(true: Tables, plant: Plant) -> Planted:
    """Extend a major hazard's deadline before it passed: it is not due yet."""
    extension = {"deadline": MARCH_15, "extended_to": APRIL_20, "extension_approved": MARCH_10}
    changed, _ = _leave_open(true, plant, "重大", extension)
    return changed, []


def hazard_overdue(true: Tables, plant: Plant) -> Planted:
    """Leave a general hazard open past its deadline."""
    return _leave_open(true, plant, "一般", {"deadline": MARCH_10})


def recheck_failed(true: Tables, plant: Plant) -> Planted:
    """Call a general hazard done which the re-check then did not pass, its deadline over."""
    tried = {
        "closed_date": MARCH_10,
        "recheck_date": MARCH_15,
        "recheck_result": "不合格",
        "deadline": MARCH_15,
    }
    return _leave_open(true, plant, "一般", tried)


def closed_without_recheck(true: Tables, plant: Plant) -> Planted:
    """Call a general hazard done that nobody has re-checked yet: open, with all five elements."""
    changed, _ = _leave_open(true, plant, "一般", {"closed_date": pd.Timestamp("2014-03-28")})
    return changed, []


def elements_missing(true: Tables, plant: Plant) -> Planted:
    """Leave general hazards open, each without one of the five elements."""
    ids = _choose(true, plant, "一般")
    hazards = _set(true["hazards"], ids, OPEN | {"source": "自查"})
    for place, one in enumerate(ids):
        hazards = _set(hazards, [one], ELEMENTS[place % len(ELEMENTS)])
    faults = [Fault("F6-03", "hazard", one, plant.note, plant.area) for one in ids]
    four = [one for place, one in enumerate(ids) if "plan_doc" not in ELEMENTS[place % len(ELEMENTS)]]
    faults += [Fault("P2-05", "hazard", one, plant.note, plant.area) for one in four]
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    faults += [Fault(rule, "unit", unit, plant.note) for unit in units for rule in ("R-02", "P2-04")]
    return {"hazards": hazards}, faults + _unmanaged(hazards, ids, plant)


def no_limit(true: Tables, plant: Plant) -> Planted:
    """Close a general hazard some days after it was found, without ever having set a limit."""
    ids = _choose(true, plant, "一般")
    hazards = _set(true["hazards"], ids, _closed("2014-02-20", "2014-02-21") | {"deadline": pd.NaT})
    return {"hazards": hazards}, [Fault("W2-04", "hazard", one, plant.note) for one in ids]


def recheck_before_work(true: Tables, plant: Plant) -> Planted:
    """Date the re-check before the work was done, so that nobody has seen it done: it is open, and late."""
    ids = _choose(true, plant, "一般")
    dates = _closed("2014-02-20", "2014-02-19") | {"deadline": pd.Timestamp("2014-02-28")}
    hazards = _set(true["hazards"], ids, dates)
    faults = [Fault("DQ-03", "record", f"hazards:{one}", plant.note) for one in ids]
    return {"hazards": hazards}, faults + _unmanaged(hazards, ids, plant)


def not_on_platform(true: Tables, plant: Plant) -> Planted:
    """Never tell the platform of a hazard."""
    return _tell_platform(true, plant, pd.NaT)


def platform_told_late(true: Tables, plant: Plant) -> Planted:
    """Tell the platform of a hazard after the week."""
    return _tell_platform(true, plant, pd.Timestamp("2014-03-10"))


def _tell_platform(true: Tables, plant: Plant, when: Any) -> Planted:
    ids = _choose(true, plant, "一般")
    hazards = _set(true["hazards"], ids, FOUND | {"platform_date": when})
    closed = hazards["hazard_id"].isin(ids) & hazards["closed_date"].notna()
    later = pd.Timestamp("2014-02-20")
    for column in ("closed_date", "recheck_date", "written_off_date", "deadline"):
        hazards[column] = hazards[column].mask(closed, later)
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    faults = [Fault("F6-04", "unit", unit, _say(plant, ids)) for unit in units]
    return {"hazards": hazards}, [*faults, Fault("F6-04", "county", plant.area, _say(plant, ids))]


def major_without_expert(true: Tables, plant: Plant) -> Planted:
    """Ask no expert about a major hazard."""
    ids = _choose(true, plant, "重大")
    changed = _set(true["hazards"], ids, {"expert_opinion": ""})
    return {"hazards": changed}, [Fault("W2-08", "county", plant.area, _say(plant, ids))]


def major_taken_down(true: Tables, plant: Plant) -> Planted:
    """Take a major hazard down before it is listed, with reason and approver: no fault."""
    ids = _choose(true, plant, "重大")
    changed = _set(
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


def mass_closing(true: Tables, plant: Plant) -> Planted:
    """Close all that a county has closed on the last day: no fault, but to be looked at."""
    hazards = true["hazards"]
    there = hazards["county"].eq(plant.area) & hazards["closed_date"].notna() & hazards["grade"].eq("一般")
    last = pd.Timestamp("2014-03-31")
    days = ("closed_date", "recheck_date", "written_off_date", "deadline")
    return {"hazards": hazards.assign(**{one: hazards[one].mask(there, last) for one in days})}, []


def lost_from_2013(true: Tables, plant: Plant) -> Planted:
    """Leave a hazard of 2013 out of this year's ledger."""
    units, old = true["units"], true["hazards_2013"]
    ids = plant.choose(units.loc[units["county"] == plant.area, "unit_id"])
    known = units[units["unit_id"].isin(ids)][["unit_id", "unit_name", "county", "city"]]
    rows = known.assign(
        hazard_id=[f"Y13-{plant.area}-9{place}" for place in range(len(known))],
        category="建筑",
        place="围墙",
        description="围墙倾斜",
        grade="一般",
        recheck_result="",
        found_date=pd.Timestamp("2013-08-01"),
    )
    faults = [Fault("G-01", "hazard", one, plant.note) for one in rows["hazard_id"]]
    return {"hazards_2013": pd.concat([old, rows], ignore_index=True)}, faults


def province_finding_left(true: Tables, plant: Plant) -> Planted:
    """Leave what the province found neither mended nor with a deadline."""
    ids = _choose(true, plant, "一般")
    hazards = _set(true["hazards"], ids, OPEN)
    hazards = _set(hazards, ids, {"source": "省督导", "deadline": pd.NaT})
    rules = ("P3-02", "F6-03", "W2-04")
    faults = [Fault(rule, "hazard", one, plant.note, plant.area) for one in ids for rule in rules]
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    faults += [Fault("R-02", "unit", unit, plant.note) for unit in units]
    faults.append(Fault("W2-01", "county", plant.area, plant.note))
    return {"hazards": hazards}, faults + _unmanaged(hazards, ids, plant)


def _choose(true: Tables, plant: Plant, grade: str) -> list[str]:
    hazards = true["hazards"]
    there = hazards["county"].eq(plant.area) & hazards["grade"].eq(grade)
    return plant.choose(hazards.loc[there, "hazard_id"])


def _say(plant: Plant, ids: list[str]) -> str:
    return f"{plant.note}: {'、'.join(ids)}"


def _set(table: pd.DataFrame, ids: list[str], values: dict[str, Any]) -> pd.DataFrame:
    chosen = table["hazard_id"].isin(ids)
    return table.assign(**{column: table[column].mask(chosen, value) for column, value in values.items()})


def _closed(done: str, rechecked: str) -> dict[str, Any]:
    recheck = pd.Timestamp(rechecked)
    return FOUND | {
        "closed_date": pd.Timestamp(done),
        "recheck_date": recheck,
        "written_off_date": recheck,
        "recheck_result": "合格",
        "rechecker": "刘国栋",
    }


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
    closed = _closed("2014-03-14", "2014-03-15") | values
    deadline = {"deadline": values["deadline"]}
    return {
        "hazards": _set(true["hazards"], ids, closed),
        "listings": _set(true["listings"], ids, signatures | deadline),
    }


def _sign(true: Tables, plant: Plant, values: dict[str, Any]) -> Planted:
    """Close listed majors in time, with something wrong in the signatures."""
    ids = _choose(true, plant, "重大")
    changed = _close(true, ids, {"deadline": pd.Timestamp("2014-03-20")})
    changed["listings"] = _set(changed["listings"], ids, values)
    return changed, [Fault("W2-07", "hazard", one, plant.note, plant.area) for one in ids]


def _unlist(true: Tables, ids: list[str]) -> Tables:
    listings = true["listings"]
    return {"listings": listings[~listings["hazard_id"].isin(ids)]}


def _leave_open(true: Tables, plant: Plant, grade: str, values: dict[str, Any]) -> Planted:
    """Leave hazards open with these values; a major is then late, and any is not managed."""
    ids = _choose(true, plant, grade)
    hazards = _set(true["hazards"], ids, OPEN | values)
    listed = UNSIGNED | {"deadline": values.get("deadline", APRIL_20)}
    changed = {"hazards": hazards, "listings": _set(true["listings"], ids, listed)}
    late = [Fault("F3-03", "county", plant.area, _say(plant, ids), plant.area)] if grade == "重大" else []
    return changed, late + _unmanaged(hazards, ids, plant)


def _unmanaged(hazards: pd.DataFrame, ids: list[str], plant: Plant) -> list[Fault]:
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    return [Fault("F6-02", "unit", unit, _say(plant, ids), plant.area) for unit in units]
