"""The planted faults among units and visits, and look-alikes that are none."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.demo.places import CHECKED_THERE, COMMITTEE, PASSED_THERE
from audit_lib.demo.planting import Plant, Planted, choose_units
from audit_lib.demo.roster import organisation_codes
from audit_lib.demo.stock import Tables
from audit_lib.demo.truth import Fault
from audit_lib.demo.visits import FAILED, PASSED, day, describe_city_checks

ODD_NAMES = ("合计村卫生室", "=1+1", "<script>alert(1)</script>诊所", "../../西街诊所")


def quota_missed(true: Tables, plant: Plant) -> Planted:
    """Name the city that checked one unit too few; its numbers are made that way from the start."""
    note = f"应抽合格单位 {PASSED_THERE} 家的 20%, 实抽 {CHECKED_THERE} 家, 差 1 家"
    return {}, [Fault("R-05", "city", COMMITTEE, note)]


def uninspected(true: Tables, plant: Plant) -> Planted:
    """Take away every county check of some units."""
    ids = choose_units(true, plant)
    faults = [Fault("R-03", "county", plant.area, f"{plant.note}: {'、'.join(ids)}", plant.area)]
    return leave_uninspected(true, ids), faults


def leave_uninspected(true: Tables, ids: list[str]) -> Tables:
    """Return the tables without any county check of some units."""
    checks = true["county_checks"]
    changed = {"county_checks": checks[~checks["unit_id"].isin(ids)]}
    # What was left over from 2013 there would be a fault of its own.
    hazards = true["hazards"]
    over = hazards["unit_id"].isin(ids) & hazards["source"].eq("2013遗留")
    old = true["hazards_2013"]
    changed["hazards_2013"] = old[~old["hazard_id"].isin(hazards.loc[over, "link_id"])]
    changed["hazards"] = hazards.assign(
        source=hazards["source"].mask(over, "自查"), link_id=hazards["link_id"].mask(over, "")
    )
    return changed


def closed_without_evidence(true: Tables, plant: Plant) -> Planted:
    """Call some unchecked units closed without saying on what evidence: they stay in."""
    changed, faults = uninspected(true, plant)
    ids = choose_units(true, plant)
    units = true["units"]
    chosen = units["unit_id"].isin(ids)
    changed["units"] = units.assign(
        status=units["status"].mask(chosen, "停业"),
        status_date=units["status_date"].mask(chosen, pd.Timestamp("2014-02-18")),
    )
    return changed, faults


def closed_with_evidence(true: Tables, plant: Plant) -> Planted:
    """Close some units before any visit and with evidence: they leave the denominators."""
    ids = choose_units(true, plant)
    units = true["units"]
    chosen = units["unit_id"].isin(ids)
    changed = _forget(true, ids)
    changed["units"] = units.assign(
        status=units["status"].mask(chosen, "注销"),
        status_date=units["status_date"].mask(chosen, pd.Timestamp("2014-02-06")),
        status_evidence=units["status_evidence"].mask(
            chosen, "注销许可决定书(演示)第" + units["unit_id"] + "号"
        ),
    )
    return changed, []


def added_lately(true: Tables, plant: Plant) -> Planted:
    """Enter a unit after the freeze; its self-check is dated within ten days of that."""
    ids = choose_units(true, plant)
    chosen = true["units"]["unit_id"].isin(ids)
    units = true["units"].assign(
        status=true["units"]["status"].mask(chosen, "新增"),
        entry_date=true["units"]["entry_date"].mask(chosen, pd.Timestamp("2014-03-12")),
    )
    own = true["self_checks"]["unit_id"].isin(ids)
    forms = true["self_checks"].assign(
        self_check_date=true["self_checks"]["self_check_date"].mask(own, pd.Timestamp("2014-03-20"))
    )
    return {"units": units, "self_checks": forms}, []


def entered_in_april(true: Tables, plant: Plant) -> Planted:
    """Enter a unit after the day judged, before anybody went there: it is not in yet."""
    ids = choose_units(true, plant)
    units = true["units"]
    chosen = units["unit_id"].isin(ids)
    changed = _forget(true, ids)
    changed["units"] = units.assign(
        status=units["status"].mask(chosen, "新增"),
        entry_date=units["entry_date"].mask(chosen, pd.Timestamp("2014-04-02")),
    )
    return changed, []


def checked_before_pass(true: Tables, plant: Plant) -> Planted:
    """Let the city check some units days before the county passed them."""
    return _spot_check(true, plant, PASSED, county_day=33, city_day=29)


def checked_after_failing(true: Tables, plant: Plant) -> Planted:
    """Let the city check some units that the county had failed."""
    return _spot_check(true, plant, FAILED, county_day=33, city_day=46)


def pass_revoked(true: Tables, plant: Plant) -> Planted:
    """Let the county take back passes after the city's check found otherwise: the quota stands.

    The first is checked and taken back even before the cut-off.
    """
    spot, checks = true["city_checks"], true["county_checks"]
    there = spot[spot["city"].eq(plant.area) & spot["date"].lt("2014-03-28")]
    ids = plant.choose(there["unit_id"])
    first = ids[0]
    dates = spot["date"].mask(spot["unit_id"] == first, pd.Timestamp("2014-03-08"))
    conclusions = spot["conclusion"].mask(spot["unit_id"].isin(ids), FAILED)
    spot = spot.assign(date=dates, conclusion=conclusions)
    passed = checks["conclusion"] == PASSED
    early = checks["date"].mask(passed & checks["unit_id"].eq(first), pd.Timestamp("2014-03-05"))
    checks = checks.assign(date=early)[passed | checks["unit_id"].ne(first)]
    again = checks[checks["unit_id"].isin(ids) & checks["conclusion"].eq(PASSED)]
    seen = again["unit_id"].map(spot.drop_duplicates("unit_id").set_index("unit_id")["date"])
    again = again.assign(
        date=seen + pd.Timedelta(days=1), conclusion=FAILED, score=70.0, check_id=again["check_id"] + "F"
    )
    return {"city_checks": spot, "county_checks": pd.concat([checks, again])}, []


def no_grid_person(true: Tables, plant: Plant) -> Planted:
    """Leave the grid person of one unit empty, the grid number of the next."""
    ids = choose_units(true, plant)
    units = true["units"]
    changed = units.assign(
        grid_person=units["grid_person"].mask(units["unit_id"].isin(ids[::2]), ""),
        grid_id=units["grid_id"].mask(units["unit_id"].isin(ids[1::2]), ""),
    )
    faults = [Fault("F4-02", "county", plant.area, f"{plant.note}: {'、'.join(ids)}", plant.area)]
    return {"units": changed}, faults


def no_self_check(true: Tables, plant: Plant) -> Planted:
    """Lose the self-check form of some units."""
    ids = choose_units(true, plant)
    forms = true["self_checks"]
    rules = ("P2-03", "P2-01", "P2-02", "P2-06", "F6-01", "W3-01", "W3-02", "W3-03", "R-02")
    faults = [Fault(rule, "unit", unit, plant.note, plant.area) for unit in ids for rule in rules]
    faults.append(Fault("W3-02", "county", plant.area, plant.note))
    return {"self_checks": forms[~forms["unit_id"].isin(ids)]}, faults


def wrong_check_digit(true: Tables, plant: Plant) -> Planted:
    """Give some units a code whose last character is off by one."""
    codes = organisation_codes(51_000_000 + np.arange(plant.count))
    wrong = [code[:8] + ("0" if code[8] == "X" else str((int(code[8]) + 1) % 10)) for code in codes]
    return _set_codes(true, plant, wrong)


def wrong_licence_division(true: Tables, plant: Plant) -> Planted:
    """Give a clinic a licence code issued under another county."""
    return _set_codes(true, plant, [_licence("990202", "D211")])


def wrong_licence_category(true: Tables, plant: Plant) -> Planted:
    """Give a clinic a licence code of a general hospital."""
    return _set_codes(true, plant, [_licence(plant.area, "A100")])


def no_code(true: Tables, plant: Plant) -> Planted:
    """Leave out the code of an institution that must have one: nobody can say whether it is right."""
    units = true["units"]
    institutions = units["county"].eq(plant.area) & units["unit_type"].str[0].ne("D")
    ids = plant.choose(units.loc[institutions, "unit_id"])
    return {"units": units.assign(org_code=units["org_code"].mask(units["unit_id"].isin(ids), ""))}, []


def shared_code_with_sites(true: Tables, plant: Plant) -> Planted:
    """Let two places share a code and tell them apart by a site number: allowed."""
    ids = choose_units(true, plant)
    changed, _ = _set_codes(true, plant, [str(organisation_codes(np.array([52_000_000]))[0])] * 2)
    units = changed["units"]
    sites = units["unit_id"].map(dict(zip(ids, "12", strict=True))).fillna(units["site_no"])
    return {"units": units.assign(site_no=sites)}, []


def duplicate_unit(true: Tables, plant: Plant) -> Planted:
    """Enter one unit twice."""
    ids = choose_units(true, plant)
    units = true["units"]
    twice = pd.concat([units, units[units["unit_id"].isin(ids)]]).sort_index(kind="stable")
    return {"units": twice.reset_index(drop=True)}, [Fault("DQ-02", "unit", one, plant.note) for one in ids]


def duplicate_code(true: Tables, plant: Plant) -> Planted:
    """Give two units the same code without a site number."""
    codes = [str(organisation_codes(np.array([53_000_000]))[0])] * plant.count
    changed, _ = _set_codes(true, plant, codes)
    return changed, [Fault("DQ-02", "unit", one, plant.note) for one in choose_units(true, plant)]


def duplicate_name(true: Tables, plant: Plant) -> Planted:
    """Give two units of a township the same name but for the width of its brackets."""
    ids = choose_units(true, plant)
    units = true["units"]
    first = units[units["unit_id"] == ids[0]].iloc[0]
    second = units["unit_id"] == ids[1]
    names = (
        units["unit_name"]
        .mask(units["unit_id"] == ids[0], "便民诊所（西街店）")
        .mask(second, "便民诊所(西街店)")
    )
    changed = units.assign(unit_name=names, township=units["township"].mask(second, first["township"]))
    return {"units": changed}, [Fault("DQ-02", "unit", unit, plant.note) for unit in ids]


def odd_names(true: Tables, plant: Plant) -> Planted:
    """Call some units what a reader, a spreadsheet or a browser could take for something else."""
    units = true["units"]
    ids = plant.choose(units.loc[units["county"] == plant.area, "unit_id"])
    known = dict(zip(ids, ODD_NAMES, strict=True))
    return {"units": units.assign(unit_name=units["unit_id"].map(known).fillna(units["unit_name"]))}, []


def _forget(true: Tables, ids: list[str]) -> Tables:
    """Return what is left of the records when nobody was ever at these units."""
    names = ("county_checks", "self_checks", "hazards", "hazards_2013", "listings")
    return {name: true[name][~true[name]["unit_id"].isin(ids)] for name in names}


def _spot_check(true: Tables, plant: Plant, conclusion: str, *, county_day: int, city_day: int) -> Planted:
    """Give some units one county check and one spot-check on the given days."""
    ids = choose_units(true, plant)
    checks = true["county_checks"]
    own = checks["unit_id"].isin(ids)
    score = 93.0 if conclusion == PASSED else 71.5
    once = checks[own].drop_duplicates("unit_id")
    once = once.assign(date=day(np.array([county_day]))[0], conclusion=conclusion, score=score)
    checks = pd.concat([checks[~own], once])
    rows = true["units"][true["units"]["unit_id"].isin(ids)].reset_index(drop=True)
    rows = rows.assign(day=city_day, conclusion=PASSED, batch="")
    spot = describe_city_checks(rows, checks, plant.chance())
    spot["check_id"] = [f"CJ{plant.area}-9{place:03d}" for place in range(1, len(spot) + 1)]
    changed = {"county_checks": checks, "city_checks": pd.concat([true["city_checks"], spot])}
    faults = [Fault("R-05b", "record", check, plant.note, plant.area) for check in spot["check_id"]]
    if conclusion == PASSED:
        faults += [Fault("DQ-03", "record", f"city_checks:{one}", plant.note) for one in spot["check_id"]]
    return changed, faults


def _set_codes(true: Tables, plant: Plant, codes: list[str]) -> Planted:
    """Give the chosen units these codes, and name them as having a wrong one."""
    ids = choose_units(true, plant)
    units = true["units"]
    given = units["unit_id"].map(dict(zip(ids, codes, strict=True))).fillna(units["org_code"])
    return {"units": units.assign(org_code=given)}, [Fault("DQ-01", "unit", one, plant.note) for one in ids]


def _licence(county: str, category: str) -> str:
    return f"{organisation_codes(np.array([54_000_000]))[0]}{county}71{category}2"
