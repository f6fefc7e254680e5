"""The planted faults among the Friday reports, and look-alikes that are none."""

from __future__ import annotations

import pandas as pd

from audit_lib.demo.planting import Plant, Planted
from audit_lib.demo.stock import Tables
from audit_lib.demo.truth import Fault

ELEVEN = pd.Timedelta(hours=11)


def report_late(true: Tables, plant: Plant) -> Planted:
    """Let one report come a minute after eleven."""
    rows = _reports(true, plant)
    return _receive(true, rows, ELEVEN + pd.Timedelta(minutes=1)), _owe("REP-02", rows, plant)


def report_at_eleven(true: Tables, plant: Plant) -> Planted:
    """Let one report come at eleven sharp: in time."""
    return _receive(true, _reports(true, plant), ELEVEN), []


def report_next_monday(true: Tables, plant: Plant) -> Planted:
    """Let one report come after the weekend: late, not missing."""
    rows = _reports(true, plant)
    monday = pd.Timedelta(days=3, hours=9, minutes=10)
    return _receive(true, rows, monday), _owe("REP-02", rows, plant)


def report_missing(true: Tables, plant: Plant) -> Planted:
    """Lose a report of some bodies: missing, and so not in time either."""
    rows = _reports(true, plant)
    faults = _owe("REP-02", rows, plant) + _owe("REP-03", rows, plant)
    return {"weekly": true["weekly"].drop(index=rows.index)}, faults


def report_twice(true: Tables, plant: Plant) -> Planted:
    """Send one report again, corrected, in the afternoon: the first one counts."""
    rows = _reports(true, plant)
    again = rows.assign(received_at=rows["week"] + pd.Timedelta(hours=15))
    return {"weekly": pd.concat([true["weekly"], again], ignore_index=True)}, []


def _reports(true: Tables, plant: Plant) -> pd.DataFrame:
    """Return reports to spoil, of different bodies, never of the last Friday.

    Whether a report of the last Friday is missing is known only on 4 April.
    """
    weekly = true["weekly"]
    there = weekly[weekly["area"].eq(plant.area) & weekly["week"].lt("2014-03-28")]
    bodies = there.assign(lot=plant.chance().random(len(there))).sort_values("lot").drop_duplicates("body")
    return bodies.head(plant.count).drop(columns="lot")


def _receive(true: Tables, reports: pd.DataFrame, after: pd.Timedelta) -> Tables:
    """Let reports come so long after their Friday began."""
    weekly = true["weekly"]
    come = weekly["received_at"].mask(weekly.index.isin(reports.index), weekly["week"] + after)
    return {"weekly": weekly.assign(received_at=come)}


def _owe(rule: str, reports: pd.DataFrame, plant: Plant) -> list[Fault]:
    subjects = zip(reports["area"], reports["body"], reports["week"], strict=True)
    return [
        Fault(rule, "org", f"{area}:{body}", f"{plant.note}({week:%Y-%m-%d})")
        for area, body, week in subjects
    ]
