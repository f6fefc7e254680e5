"""The made-up province as it truly is, before anybody writes it into a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit_lib.demo import (
    area_faults,
    form_faults,
    hazard_faults,
    ledger,
    major_faults,
    papers,
    places,
    real_life,
    registers,
    report_faults,
    roster,
    unit_faults,
    unit_registers,
    visits,
)
from audit_lib.demo.distortions import demo_distortions, distort
from audit_lib.demo.planting import Distortion, Plant, Planting, Trace
from audit_lib.demo.stock import Tables, stock
from audit_lib.demo.truth import Fault, follow

ROOMS = (unit_faults, major_faults, hazard_faults, form_faults, area_faults, real_life, report_faults)

KEYS = {
    "units": ["county", "town", "unit_id"],
    "county_checks": ["county", "date", "check_id"],
    "city_checks": ["city", "date", "check_id"],
    "hazards": ["county", "hazard_id"],
    "listings": ["county", "listing_id"],
    "weekly": ["week", "area", "body", "received_at"],
}


@dataclass(frozen=True, slots=True)
class Province:
    """The true tables by name, the areas, what was planted and should show, which units really are unsafe."""

    areas: pd.DataFrame
    counties: pd.DataFrame
    tables: Tables
    faults: list[Fault]
    bad: pd.Series[bool]
    traces: list[Trace]


def build_province(units: int, seed: int, *, distortions: Sequence[Distortion] | None = None) -> Province:
    """Return a province of so many units, the same for the same seed.

    Parameters
    ----------
    distortions : what signals should show; those of ``distortions.csv`` where none are named, an
        empty list gives honest records

    Raises
    ------
    CallError   too few units
    """
    areas, counties = places.read_areas(), places.read_counties()
    rows = roster.make_roster(counties, places.count_units(counties, units), seed)
    bad = visits.find_bad(rows, seed)
    checks = visits.make_county_checks(rows, seed)
    hazards = ledger.make_hazards(rows, seed)
    true: Tables = {
        "units": rows,
        "county_checks": checks,
        "city_checks": visits.make_city_checks(rows, checks, bad, seed),
        "hazards": hazards,
        "listings": ledger.make_listings(hazards, seed),
        "self_checks": papers.make_self_checks(rows, seed),
        "reporters": papers.make_reporters(areas, seed),
        "documents": papers.make_documents(areas, seed),
        "inspectors": papers.make_inspectors(areas, seed),
    }
    true |= registers.make_registers(areas, counties, true, seed)
    true = unit_registers.complete(true, seed)
    true, planted = _plant(true, seed, [row for row in _plants() if not hasattr(report_faults, row.fault)])
    for name, office in (("county_checks", "county"), ("city_checks", "city")):
        true[name] = visits.keep_hours(true[name], seed, office=office)
    true, traces = distort(true, demo_distortions() if distortions is None else distortions, seed)
    true["weekly"] = papers.make_weekly(true["reporters"], true, seed)
    true["findings"] = registers.make_findings(true["hazards"], seed)
    true["weekly_counties"] = registers.make_weekly_counties(true)
    true, late = _plant(true, seed, [row for row in _plants() if hasattr(report_faults, row.fault)])
    planted += late
    true["platform"] = ledger.make_platform(true["hazards"], seed)
    true, city_of = _call_by_name(true), counties.set_index("code")["city"]
    planted += unit_registers.unwatched(true, planted)
    return Province(areas, counties, true, follow(planted, city_of), bad, traces)


def _plants() -> list[Any]:
    return list(stock("plants").itertuples(index=False))


def _plant(true: Tables, seed: int, rows: list[Any]) -> tuple[Tables, list[Fault]]:
    """Plant what the rows say; the reports of a Friday are made when all else is planted."""
    planted: list[Fault] = []
    for row in rows:
        plant = Plant(str(row.fault), str(row.area), int(str(row.count)), str(row.note), seed)
        changed, found = _find(plant.fault)(true, plant)
        true = true | {name: _tidy(name, table) for name, table in changed.items()}
        planted += found
    return true, planted


def _call_by_name(true: Tables) -> Tables:
    """Return the tables with every unit called as the roster calls it now, or as its clerk does."""
    names = true["units"].drop_duplicates("unit_id").set_index("unit_id")["unit_name"]
    named = {}
    for name, table in true.items():
        if name != "units" and "unit_name" in table:
            now = table["unit_id"].map(names)
            said = table["called"].fillna("") if "called" in table else pd.Series("", index=table.index)
            named[name] = table.assign(unit_name=now.mask(said.ne(""), said))
    return true | named


def _find(name: str) -> Planting:
    if name in form_faults.CELLS:
        return form_faults.cell
    room = next(room for room in ROOMS if hasattr(room, name))
    planting: Planting = getattr(room, name)
    return planting


def _tidy(name: str, table: pd.DataFrame) -> pd.DataFrame:
    keys = KEYS.get(name)
    return table.sort_values(keys, kind="stable", ignore_index=True) if keys else table.reset_index(drop=True)
