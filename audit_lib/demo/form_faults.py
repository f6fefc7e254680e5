"""The planted faults among unit forms, registers and single records."""

from __future__ import annotations

from typing import Any

import pandas as pd

from audit_lib.demo.planting import Plant, Planted, add_row, choose_units
from audit_lib.demo.stock import Tables
from audit_lib.demo.truth import Fault
from audit_lib.demo.unit_faults import no_self_check, uninspected

CELLS: dict[str, tuple[str, str, Any, tuple[str, ...], tuple[str, ...]]] = {
    "no_sector_owner": ("units", "owner_sector", "", ("F1-03", "F4-06"), ()),
    "no_general_owner": ("units", "owner_general", "", ("F4-06",), ()),
    "no_standard": ("units", "standard_plan", "", (), ("F4-04",)),
    "other_city_said": ("units", "city_said", "990200", ("DQ-05",), ()),
    "no_lessons": ("self_checks", "plan_lessons", "", ("P2-01",), ()),
    "plan_late": ("self_checks", "plan_date", pd.Timestamp("2014-03-13"), ("P2-02",), ()),
    "grid_told_late": ("self_checks", "report_date", pd.Timestamp("2014-03-12"), ("P2-06",), ()),
    "no_system": ("self_checks", "system_doc", "", ("F6-01",), ()),
    "eight_areas": ("self_checks", "manage_site", "", ("W3-01",), ()),
    "no_drill": ("self_checks", "drill_date", pd.NaT, ("W3-02",), ("W3-02",)),
    "no_investment": ("self_checks", "invested", pd.NA, ("W3-03",), ()),
    "watched_by_others": ("supervisions", "body", "某县安全生产监督管理局", ("F4-06",), ()),
    "act_without_result": ("illegal_acts", "handled_result", "", ("F7-02",), ()),
}
"""Fault -> table, column, what it says instead, rules not met by the unit, and by its county."""


def cell(true: Tables, plant: Plant) -> Planted:
    """Put something else into one cell of some units' rows."""
    table, column, value, of_unit, of_county = CELLS[plant.fault]
    rows = true[table]
    if table == "illegal_acts":
        ids = sorted(rows["unit_id"])[: plant.count]
    else:
        ids = choose_units(true, plant)
    changed = rows.assign(**{column: rows[column].mask(rows["unit_id"].isin(ids), value)})
    faults = [Fault(rule, "unit", one, plant.note, plant.area) for one in ids for rule in of_unit]
    faults += [Fault(rule, "county", plant.area, plant.note, plant.area) for rule in of_county]
    return {table: changed}, faults


def key_unit_without_task(true: Tables, plant: Plant) -> Planted:
    """Leave a key unit without a task of monitoring."""
    units = true["units"]
    ids = plant.choose(units.loc[units["key_unit"] & units["county"].eq(plant.area), "unit_id"])
    if not ids:
        one = choose_units(true, plant)
        units = units.assign(key_unit=units["key_unit"] | units["unit_id"].isin(one))
        ids = one
    task = units["key_task"].mask(units["unit_id"].isin(ids), "")
    return {"units": units.assign(key_task=task)}, [Fault("P1-05", "unit", one, plant.note) for one in ids]


def neglected(true: Tables, plant: Plant) -> Planted:
    """Inspect nobody of some units that the roster says were left for long."""
    changed, faults = uninspected(true, plant)
    ids = choose_units(true, plant)
    units = true["units"]
    changed["units"] = units.assign(long_unsettled=units["long_unsettled"] | units["unit_id"].isin(ids))
    return changed, [*faults, Fault("R-04", "county", plant.area, plant.note)]


def took_no_part(true: Tables, plant: Plant) -> Planted:
    """Leave some units without any record of the campaign: nobody came, nothing was filled in."""
    changed, faults = uninspected(true, plant)
    formless, more = no_self_check(true | changed, plant)
    ids = choose_units(true, plant)
    bare = {name: (true | changed)[name] for name in ("hazards", "hazards_2013", "listings")}
    bare = {name: rows[~rows["unit_id"].isin(ids)] for name, rows in bare.items()}
    return changed | formless | bare, [
        *faults,
        *more,
        Fault("W1-02", "county", plant.area, f"{plant.note}: {'、'.join(ids)}"),
    ]


def act_left(true: Tables, plant: Plant) -> Planted:
    """Register an illegal act about which nothing was done."""
    (unit,) = choose_units(true, plant)
    row = {"act_id": "WF9001", "unit_id": unit, "county": plant.area, "city": "",
           "found_date": pd.Timestamp("2014-03-05"), "act_type": "锅炉未经检验使用(演示)"}  # fmt: skip
    faults = [Fault("F7-02", "unit", unit, plant.note), Fault("W2-01", "county", plant.area, plant.note)]
    return add_row(true, "illegal_acts", row), faults


def not_registered(true: Tables, plant: Plant) -> Planted:
    """Leave some units off the platform."""
    ids = choose_units(true, plant)
    rows = true["platform_units"]
    return {"platform_units": rows[~rows["unit_id"].isin(ids)]}, [
        Fault("F4-05", "county", plant.area, plant.note)
    ]


def drill_in_january(true: Tables, plant: Plant) -> Planted:
    """Hold a drill before the campaign: it does not count, and is told."""
    ids = choose_units(true, plant)
    rows = true["self_checks"]
    early = rows["drill_date"].mask(rows["unit_id"].isin(ids), pd.Timestamp("2014-01-20"))
    faults = [Fault("W3-02", "unit", one, plant.note) for one in ids]
    faults += [Fault("T-01", "record", f"self_checks:{one}/drill_date", plant.note) for one in ids]
    faults.append(Fault("W3-02", "county", plant.area, plant.note))
    return {"self_checks": rows.assign(drill_date=early)}, faults


def check_in_january(true: Tables, plant: Plant) -> Planted:
    """Enter a check of January besides the one that counts."""
    ids = choose_units(true, plant)
    rows = true["county_checks"]
    again = rows[rows["unit_id"].isin(ids)].drop_duplicates("unit_id")
    again = again.assign(date=pd.Timestamp("2014-01-28"), check_id=again["check_id"] + "T")
    faults = [Fault("T-01", "record", f"county_checks:{one}", plant.note) for one in again["check_id"]]
    return {"county_checks": pd.concat([rows, again])}, faults


def one_inspector(true: Tables, plant: Plant) -> Planted:
    """Let one person alone make a check: it stays valid, and is told."""
    ids = choose_units(true, plant)
    rows = true["county_checks"]
    own = rows["unit_id"].isin(ids)
    alone = rows["inspectors"].mask(own, rows["inspectors"].str.split("、").str[0])
    faults = [
        Fault("DQ-04", "record", f"county_checks:{one}", plant.note) for one in rows.loc[own, "check_id"]
    ]
    return {"county_checks": rows.assign(inspectors=alone)}, faults


def interested_inspector(true: Tables, plant: Plant) -> Planted:
    """Let somebody check a unit in which an interest was declared."""
    ids = choose_units(true, plant)
    checks, staff = true["county_checks"], true["inspectors"]
    own = checks[checks["unit_id"].isin(ids)]
    one = own.iloc[0]
    name = str(one["inspectors"]).split("、")[0]
    row = staff.iloc[[0]].assign(
        area=plant.area, inspector_id=f"ZF{plant.area}-900", inspector_name=name, interests=one["unit_id"]
    )
    hit = own[
        own["inspectors"].map(lambda said: name in said.split("、")) & own["unit_id"].eq(one["unit_id"])
    ]
    faults = [Fault("DQ-04", "record", f"county_checks:{key}", plant.note) for key in hit["check_id"]]
    return {"inspectors": pd.concat([staff, row], ignore_index=True)}, faults
