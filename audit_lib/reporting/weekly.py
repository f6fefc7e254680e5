"""The Fridays: who has not handed in, and what moved since the one before."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from audit_lib.compliance import latest_reports, weekly_measures
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import hour_number, rule_rows
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Grid, Number, Section
from audit_lib.reporting.pictures import weekly_course
from audit_lib.reporting.tables import Column
from audit_lib.reporting.words import order


def weekly_section(case: Case) -> Section:
    """Return how each reporting body handed in, and the change of the last week."""
    return Section("weekly", "周报报送情况", (*weekly_course(case), _bodies(case), change_grid(case)))


def bodies_table(case: Case) -> pd.DataFrame:
    """Return one row per reporting body: due, on time, missing, and the two results."""
    on_time, missing = (rule_rows(case, rule, "org") for rule in ("REP-02", "REP-03"))
    subjects = case.tables["reporters"]
    known = (subjects["area"] + ":" + subjects["body"]).drop_duplicates()
    known = known[known.isin(on_time.index.union(missing.index))]
    area = known.str.split(":").str[0]
    known, area = known[case.inside(area)], area[case.inside(area)]
    table = pd.DataFrame({"subject": known, "area": area.map(case.names()).fillna("省直属")}).assign(
        body=known.str.split(":", n=1).str[1],
        place=area.map(order(case)).fillna(len(case.areas)),
        due=on_time["denominator"].reindex(known).array,
        in_time=on_time["numerator"].reindex(known).array,
        on_time=on_time["result"].reindex(known).fillna("not_applicable").array,
        handed_in=missing["numerator"].reindex(known).array,
        complete=missing["result"].reindex(known).fillna("not_applicable").array,
        reason=missing["reason"].reindex(known).fillna("").array,
    )
    return table.sort_values(["place", "subject"], ignore_index=True)


def last_fridays(case: Case) -> tuple[dt.date, dt.date] | None:
    """Return the last Friday with reports up to the day judged, and the one before it."""
    weeks = case.tables["weekly"]["week"].dropna()
    days = sorted({day.date() for day in weeks if day.date() <= case.as_of})
    return (days[-1], days[-2]) if len(days) > 1 else None


def change_table(case: Case) -> pd.DataFrame:
    """Return each figure on the last Friday and the one before, where both were given."""
    fridays = last_fridays(case)
    if fridays is None:
        return pd.DataFrame(columns=["measure", "before", "now", "change"])
    known = case.tables["weekly"]
    known = known[known["received_at"] < pd.Timestamp(case.as_of) + pd.Timedelta(days=1)]
    known = known[case.inside(known["area"])]
    weekly = latest_reports(known).set_index(["area", "body"])
    # Two bodies of one area report each for its own units, so their figures add up; a body that
    # gave only one of the two weeks is left out of both, or it would look like a change.
    now, before = (weekly[weekly["week"] == pd.Timestamp(day)] for day in fridays)
    both = now.index.intersection(before.index)
    return compare_weeks(now.loc[both], before.loc[both]).assign(bodies=len(both))


def compare_weeks(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return DataFrame[measure, before, now, change]: the sums of the counts of two weeks."""
    rows = [
        {
            "measure": f"{measure.zh}({measure.unit})",
            "before": before[key].sum(min_count=1),
            "now": now[key].sum(min_count=1),
        }
        for key, measure in weekly_measures().items()
        if measure.unit != "万元"
    ]
    table = pd.DataFrame(rows).astype({"before": "Int64", "now": "Int64"})
    return table.assign(change=table["now"] - table["before"])


def change_grid(case: Case) -> Grid:
    """Return what changed since last Friday, as the bodies themselves reported it."""
    table, fridays = change_table(case), last_fridays(case)
    now, before = (day.isoformat() for day in fridays) if fridays else ("本周", "上周")
    columns = (
        Column("measure", "项目"),
        Column("before", f"{before} 周报", "count"),
        Column("now", f"{now} 周报", "count"),
        Column("change", "增减", "count"),
    )
    bodies = int(table["bodies"].iloc[0]) if len(table) else 0
    note = "据各地报送(自报), 只比较两周都有报告的 {bodies_both} 个报送单位。" if bodies else ""
    number = Number("bodies_both", "两周都有报告的单位", "count", bodies, "自报", unit="个")
    return Grid(
        "与上周五相比",
        "与上周五相比",
        columns,
        table,
        note,
        empty="没有可以比较的两期周报。",
        numbers=(number,),
    )


def _bodies(case: Case) -> Grid:
    return make_grid("周报报送", bodies_table(case), numbers=(hour_number(case),))
