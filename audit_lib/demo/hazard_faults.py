"""The planted faults among hazards, and look-alikes that are none; of major ones see `major_faults`."""

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


def hazard_overdue(true: Tables, plant: Plant) -> Planted:
    """Leave a general hazard open past its deadline."""
    return leave_open(true, plant, "一般", {"deadline": MARCH_10})


def recheck_failed(true: Tables, plant: Plant) -> Planted:
    """Call a general hazard done which the re-check then did not pass, its deadline over."""
    tried = {
        "closed_date": MARCH_10,
        "recheck_date": MARCH_15,
        "recheck_result": "不合格",
        "deadline": MARCH_15,
    }
    return leave_open(true, plant, "一般", tried)


def closed_without_recheck(true: Tables, plant: Plant) -> Planted:
    """Call a general hazard done that nobody has re-checked yet: open, with all five elements."""
    changed, _ = leave_open(true, plant, "一般", {"closed_date": pd.Timestamp("2014-03-28")})
    return changed, []


def elements_missing(true: Tables, plant: Plant) -> Planted:
    """Leave general hazards open, each without one of the five elements."""
    ids = choose_hazards(true, plant, "一般")
    hazards = set_hazards(true["hazards"], ids, OPEN | {"source": "自查"})
    for place, one in enumerate(ids):
        hazards = set_hazards(hazards, [one], ELEMENTS[place % len(ELEMENTS)])
    faults = [Fault("F6-03", "hazard", one, plant.note, plant.area) for one in ids]
    four = [one for place, one in enumerate(ids) if "plan_doc" not in ELEMENTS[place % len(ELEMENTS)]]
    faults += [Fault("P2-05", "hazard", one, plant.note, plant.area) for one in four]
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    faults += [Fault(rule, "unit", unit, plant.note) for unit in units for rule in ("R-02", "P2-04")]
    return {"hazards": hazards}, faults + _unmanaged(hazards, ids, plant)


def no_limit(true: Tables, plant: Plant) -> Planted:
    """Close a general hazard some days after it was found, without ever having set a limit."""
    ids = choose_hazards(true, plant, "一般")
    hazards = set_hazards(true["hazards"], ids, closed_on("2014-02-20", "2014-02-21") | {"deadline": pd.NaT})
    return {"hazards": hazards}, [Fault("W2-04", "hazard", one, plant.note) for one in ids]


def recheck_before_work(true: Tables, plant: Plant) -> Planted:
    """Date the re-check before the work was done, so that nobody has seen it done: it is open, and late."""
    ids = choose_hazards(true, plant, "一般")
    dates = closed_on("2014-02-20", "2014-02-19") | {"deadline": pd.Timestamp("2014-02-28")}
    hazards = set_hazards(true["hazards"], ids, dates)
    faults = [Fault("DQ-03", "record", f"hazards:{one}", plant.note) for one in ids]
    return {"hazards": hazards}, faults + _unmanaged(hazards, ids, plant)


def not_on_platform(true: Tables, plant: Plant) -> Planted:
    """Never tell the platform of a hazard."""
    return _tell_platform(true, plant, pd.NaT)


def platform_told_late(true: Tables, plant: Plant) -> Planted:
    """Tell the platform of a hazard after the week."""
    return _tell_platform(true, plant, pd.Timestamp("2014-03-10"))


def _tell_platform(true: Tables, plant: Plant, when: Any) -> Planted:
    ids = choose_hazards(true, plant, "一般")
    hazards = set_hazards(true["hazards"], ids, FOUND | {"platform_date": when})
    closed = hazards["hazard_id"].isin(ids) & hazards["closed_date"].notna()
    later = pd.Timestamp("2014-02-20")
    for column in ("closed_date", "recheck_date", "written_off_date", "deadline"):
        hazards[column] = hazards[column].mask(closed, later)
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    faults = [Fault("F6-04", "unit", unit, say(plant, ids)) for unit in units]
    return {"hazards": hazards}, [*faults, Fault("F6-04", "county", plant.area, say(plant, ids))]


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
    ids = choose_hazards(true, plant, "一般")
    hazards = set_hazards(true["hazards"], ids, OPEN)
    hazards = set_hazards(hazards, ids, {"source": "省督导", "deadline": pd.NaT})
    rules = ("P3-02", "F6-03", "W2-04")
    faults = [Fault(rule, "hazard", one, plant.note, plant.area) for one in ids for rule in rules]
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    faults += [Fault("R-02", "unit", unit, plant.note) for unit in units]
    faults.append(Fault("W2-01", "county", plant.area, plant.note))
    return {"hazards": hazards}, faults + _unmanaged(hazards, ids, plant)


def choose_hazards(true: Tables, plant: Plant, grade: str) -> list[str]:
    hazards = true["hazards"]
    there = hazards["county"].eq(plant.area) & hazards["grade"].eq(grade)
    return plant.choose(hazards.loc[there, "hazard_id"])


def say(plant: Plant, ids: list[str]) -> str:
    return f"{plant.note}: {'、'.join(ids)}"


def set_hazards(table: pd.DataFrame, ids: list[str], values: dict[str, Any]) -> pd.DataFrame:
    chosen = table["hazard_id"].isin(ids)
    return table.assign(**{column: table[column].mask(chosen, value) for column, value in values.items()})


def closed_on(done: str, rechecked: str) -> dict[str, Any]:
    recheck = pd.Timestamp(rechecked)
    return FOUND | {
        "closed_date": pd.Timestamp(done),
        "recheck_date": recheck,
        "written_off_date": recheck,
        "recheck_result": "合格",
        "rechecker": "刘国栋",
    }


def leave_open(true: Tables, plant: Plant, grade: str, values: dict[str, Any]) -> Planted:
    """Leave hazards open with these values; a major is then late, and any is not managed."""
    ids = choose_hazards(true, plant, grade)
    hazards = set_hazards(true["hazards"], ids, OPEN | values)
    listed = UNSIGNED | {"deadline": values.get("deadline", APRIL_20)}
    changed = {"hazards": hazards, "listings": set_hazards(true["listings"], ids, listed)}
    late = [Fault("F3-03", "county", plant.area, say(plant, ids), plant.area)] if grade == "重大" else []
    return changed, late + _unmanaged(hazards, ids, plant)


def _unmanaged(hazards: pd.DataFrame, ids: list[str], plant: Plant) -> list[Fault]:
    units = sorted(set(hazards.loc[hazards["hazard_id"].isin(ids), "unit_id"]))
    return [Fault("F6-02", "unit", unit, say(plant, ids), plant.area) for unit in units]
