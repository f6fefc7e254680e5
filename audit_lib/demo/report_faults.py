"""The planted faults among the Friday reports, and look-alikes that are none."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from audit_lib.demo.papers import RATES
from audit_lib.demo.planting import Plant, Planted, add_row
from audit_lib.demo.stock import Tables
from audit_lib.demo.truth import Fault
from audit_lib.demo.visits import FAILED, LATER, PASSED

SAME_WORDS, A_DAY, MANY = 8, 12, 10
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


def figure_fell(true: Tables, plant: Plant) -> Planted:
    """Let a cumulative figure of a body fall below the week before; so it is not the ledger's either."""
    changed, org = _change(true, plant, "2014-03-14", "inspected", lambda now, before: before - 1)
    return changed, _tell(plant, org, "REP-04", "REP-05")


def figure_corrected(true: Tables, plant: Plant) -> Planted:
    """Report too many hazards one week and fewer the next with a note: allowed, though not the ledger's.

    One county is left out of the table of counties, so that no sum is compared.
    """
    weekly = true["weekly"]
    mine = weekly["area"].eq(plant.area)
    later = mine & weekly["week"].eq("2014-03-14")
    most = int(weekly.loc[later, "general_found"].iloc[0]) + 1
    changed, org = _change(true, plant, "2014-03-07", "general_found", lambda now, before: most)
    noted = weekly["correction"].mask(later, "上周重复计入, 已更正")
    counties = true["weekly_counties"]
    keep = counties["county"] != counties.loc[_of(true, counties, plant), "county"].iloc[0]
    told = {"weekly": changed["weekly"].assign(correction=noted), "weekly_counties": counties[keep]}
    return told, _tell(plant, org, "REP-05")


def part_over_whole(true: Tables, plant: Plant) -> Planted:
    """Report more majors listed than found."""
    changed, org = _change(true, plant, "2014-02-21", "major_listed", lambda now, before: now + 500)
    return changed, _tell(plant, org, "REP-04", "REP-05")


def rate_wrong(true: Tables, plant: Plant) -> Planted:
    """Print a rate that does not follow from the report's own counts."""
    weekly = true["weekly"]
    own = weekly["area"].eq(plant.area) & weekly["week"].le("2014-03-21")
    hit = own & weekly["week"].eq(weekly.loc[own, "week"].max())  # a report of that week may be missing
    org = _org(weekly[hit])
    printed = weekly["coverage_rate"].mask(hit, "88.8%")
    return {"weekly": weekly.assign(coverage_rate=printed)}, _tell(plant, org, "REP-04")


def sum_apart(true: Tables, plant: Plant) -> Planted:
    """Let a city's total be one more than its counties' figures add up to."""
    counties = true["weekly_counties"]
    hit = _of(true, counties, plant) & counties["week"].eq("2014-03-21") & counties["general_found"].gt(0)
    first = hit & ~hit.where(hit).duplicated()
    less = counties["general_found"].mask(first, counties["general_found"] - 1)
    weekly = true["weekly"]
    org = _org(weekly[weekly["area"].eq(plant.area)])
    return {"weekly_counties": counties.assign(general_found=less)}, _tell(plant, org, "REP-04")


def ledger_differs(true: Tables, plant: Plant) -> Planted:
    """Report one hazard closed more than the ledgers hold, in the city's table and its counties'."""
    changed, org = _change(true, plant, "2014-03-14", "general_closed", lambda now, before: now - 1)
    counties = true["weekly_counties"]
    hit = _of(true, counties, plant) & counties["week"].eq("2014-03-14") & counties["general_closed"].gt(0)
    first = hit & ~hit.where(hit).duplicated()
    less = counties["general_closed"].mask(first, counties["general_closed"] - 1)
    weekly = changed["weekly"]
    week = weekly["area"].eq(plant.area) & weekly["week"].eq("2014-03-14")
    weekly = weekly.assign(general_rate=weekly["general_rate"].mask(week, ""))
    return {"weekly": weekly, "weekly_counties": counties.assign(general_closed=less)}, _tell(
        plant, org, "REP-05"
    )


def finding_unmatched(true: Tables, plant: Plant) -> Planted:
    """Let a group find something that the county's ledger does not have."""
    units = true["units"]
    unit = plant.choose(units.loc[units["county"] == plant.area, "unit_id"])[0]
    name = str(units.loc[units["unit_id"] == unit, "unit_name"].iloc[0])
    row = {"finding_id": "XS-900", "group": "第十三组", "group_kind": "巡视组", "unit_id": unit,
           "unit_name": name, "county": plant.area, "date": pd.Timestamp("2014-03-11"), "grade": "一般",
           "description": "地下室违规存放酒精(演示)", "hazard_id": ""}  # fmt: skip
    faults = [
        Fault("W2-10", "record", "XS-900", plant.note),
        Fault("W2-10", "province", "990000", plant.note),
    ]
    return add_row(true, "findings", row), faults


def haste_by_distortion(true: Tables, plant: Plant) -> Planted:
    """Name what the distortions of records make look hasty too, where the province is large enough."""
    hazards, checks = true["hazards"], true["county_checks"]
    same = hazards.groupby(["county", "description", "place", "measure"])["unit_id"].nunique()
    counties = sorted(set(same[same >= SAME_WORDS].index.get_level_values("county")))
    teams = checks[checks["inspectors"].ne("")]
    people = teams["inspectors"].str.split("、").map(sorted).str.join("、")
    days = teams.groupby([teams["county"] + ":" + people, "date"])["unit_id"].nunique()
    fast = sorted(set(days[days > A_DAY].index.get_level_values(0)))
    faults = [Fault("W2-09", "county", county, "多家单位的隐患文字完全相同") for county in counties]
    whole = teams[teams["conclusion"].isin([PASSED, LATER, FAILED])].groupby("county")
    one_day = whole["date"].nunique().eq(1) & whole["unit_id"].nunique().ge(MANY)
    faults += [Fault("W2-09", "county", str(county), "检查记录全在一天") for county in one_day[one_day].index]
    return {}, faults + [Fault("W2-09", "team", team, "一天检查过多") for team in fast]


def _change(
    true: Tables, plant: Plant, week: str, figure: str, new: Callable[[int, int], int]
) -> tuple[Tables, str]:
    """Change one figure of an area's report; its printed rates are left out, so that only this is wrong."""
    weekly = true["weekly"]
    mine = weekly["area"].eq(plant.area)
    hit = mine & weekly["week"].eq(week)
    before = mine & weekly["week"].eq(pd.Timestamp(week) - pd.Timedelta(days=7))
    value = new(int(weekly.loc[hit, figure].iloc[0]), int(weekly.loc[before, figure].iloc[0]))
    rates = {rate: weekly[rate].mask(hit, "") for rate in RATES}
    return {"weekly": weekly.assign(**{figure: weekly[figure].mask(hit, value)}, **rates)}, _org(weekly[hit])


def _of(true: Tables, rows: pd.DataFrame, plant: Plant) -> pd.Series[bool]:
    home = true["units"].drop_duplicates("county").set_index("county")["city"]
    return rows["county"].map(home).eq(plant.area)


def _org(rows: pd.DataFrame) -> str:
    return f"{rows['area'].iloc[0]}:{rows['body'].iloc[0]}"


def _tell(plant: Plant, org: str, *rules: str) -> list[Fault]:
    return [Fault(rule, "org", org, plant.note) for rule in rules]


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
