"""One Friday of a run, opened for its bulletin: what was due, what came, what it says, what ties."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from audit_lib.compliance import (
    Facts,
    check_reports,
    counts_at,
    follow_counts,
    forecast,
    gather_facts,
    judge,
    latest_reports,
    run_rulebook,
    weekly_measures,
)
from audit_lib.compliance.rules.reports import due_reports
from audit_lib.errors import CallError
from audit_lib.intake import Intake, load_intake
from audit_lib.params import Run
from audit_lib.reporting.case import Case, find_run, make_case
from audit_lib.reporting.tables import facts_table
from audit_lib.reporting.words import order

DAY = "week.json"
"""Beside the bulletins: the day of which receipts are known, as the command was told."""

WEEK = pd.Timedelta(days=7)
STATES = {
    "on_time": "按时",
    "late": "迟报",
    "missing": "缺报",
    "waiting": "尚未收到",
    "undated": "收到时间不明",
}
"""What became of a report due: late is after the hour, missing is not there by the next Friday."""


@dataclass(frozen=True, slots=True)
class Week:
    """Everything the bulletin of one Friday may speak about.

    Attributes
    ----------
    case : the area as judged at Thursday 24:00, the cut-off of the figures
    friday : the day the reports are due;  known : the last day of which receipts are known
    reports : one row per body that owes a report: area, body, received_at, state, the figures, and
        the figures of the last report before it as ``<figure>_before``
    found : what does not tie in the reports of this Friday (`compliance.check_reports`)
    counted : figures counted from the dated rows, by area and day, for both Thursdays
    pace : where the present pace leads (`compliance.forecast`)
    next_due : majors open on Thursday whose deadline falls in the coming week
    """

    case: Case
    friday: dt.date
    known: dt.date
    reports: pd.DataFrame
    found: pd.DataFrame
    counted: pd.DataFrame
    pace: pd.DataFrame
    next_due: pd.DataFrame

    @property
    def thursday(self) -> dt.date:
        """The day at whose end the figures are taken."""
        return self.friday - dt.timedelta(days=1)

    @property
    def before(self) -> dt.date:
        """The Thursday before."""
        return self.thursday - dt.timedelta(days=7)

    @property
    def summary(self) -> pd.DataFrame:
        """What was opened, as a notebook shows it first."""
        counts = self.reports["state"].map(STATES).value_counts()
        said = {
            "地区": f"{self.case.name}({self.case.code})",
            "周次": f"{self.friday.isoformat()}(数据截至 {self.thursday.isoformat()} 24时)",
            "收到情况已知到": f"{self.known.isoformat()} 24时",
            "应报": f"{len(self.reports)} 个单位",
            "收到情况": ", ".join(f"{state} {counts[state]}" for state in STATES.values() if state in counts),
            "对不上的数字": f"{len(self.found)} 处",
        }
        return facts_table(said)


def open_week(params_file: str | Path, area: str | int, week: str) -> Week:
    """Open one Friday of a run whose input files were read.

    Parameters
    ----------
    week : the Friday, as 2014-03-14

    Raises
    ------
    CallError     no report is due on that day, or it lies after the day judged
    InputError    the input files were not read yet
    ReportError   the run has no such area
    """
    run = find_run(params_file)
    told = as_told(run, week)
    friday = find_friday(told, week)
    return read_week(load_intake(run.folder / "intake"), told, area, friday)


def as_told(run: Run, week: str) -> Run:
    """Return the run as of the day that `audit weekly` was told, else that of its params."""
    told = week_folder(run, week) / DAY
    if not told.is_file():
        return run
    day = dt.date.fromisoformat(json.loads(told.read_text(encoding="utf-8"))["as_of"])
    return dataclasses.replace(run, params=run.params.model_copy(update={"as_of": day}))


def week_folder(run: Run, week: str) -> Path:
    """Return where the bulletins of one Friday lie."""
    return run.folder / "weekly" / week


def find_friday(run: Run, week: str | None) -> dt.date:
    """Return the Friday called ``week``, or the last one due.

    Raises
    ------
    CallError   no report is due on that day by the day judged
    """
    fridays = [friday.isoformat() for friday in fridays_due(run)]
    if not fridays:
        raise CallError(
            f"截至判定日 {run.params.as_of} 还没有应报周报的周五",
            f"no weekly report is due by {run.params.as_of}",
        )
    if week is not None and week not in fridays:
        raise CallError(
            f"截至判定日 {run.params.as_of}, {week} 不是应报周报的周五; 应报的有: {'、'.join(fridays)}",
            f"no weekly report is due on {week} by {run.params.as_of}; due: {', '.join(fridays)}",
        )
    return dt.date.fromisoformat(week or fridays[-1])


def fridays_due(run: Run) -> list[dt.date]:
    """Return the Fridays on which reports were due by the day judged."""
    fridays = run_rulebook(run).fridays
    return [friday.date() for friday in fridays if friday.date() <= run.params.as_of]


def read_week(intake: Intake, run: Run, area: str | int, friday: dt.date) -> Week:
    """Return one Friday of a run, from the tables as they are known at the end of its day judged."""
    book = run_rulebook(run)
    day = pd.Timestamp(friday)
    then = run.params.model_copy(update={"as_of": friday - dt.timedelta(days=1)})
    past = dataclasses.replace(run, params=then)
    case = make_case(past, area, intake, judge(intake, past, {}))
    facts, at_thursday = (gather_facts(intake, params, book) for params in (run.params, then))
    found = check_reports(facts)
    thursdays = [day - pd.Timedelta(days=1) - WEEK, day - pd.Timedelta(days=1)]
    return Week(
        case=case,
        friday=friday,
        known=run.params.as_of,
        reports=_mine(case, _reports(facts, day)),
        found=_mine(case, found[found["week"] == day]),
        counted=counts_at(follow_counts(at_thursday), at_thursday, thursdays),
        pace=_mine(case, forecast(at_thursday, day=thursdays[1])),
        next_due=_next_due(case, at_thursday, day),
    )


def sum_up(reports: pd.DataFrame, measure: str) -> tuple[int | None, int | None]:
    """Return a figure's sum over the bodies, and its change since last week; None where nobody gave it.

    The change counts only bodies that gave the figure for both weeks.
    """
    now = reports[measure]
    both = reports[[measure, f"{measure}_before"]].dropna()
    change = int((both[measure] - both[f"{measure}_before"]).sum()) if len(both) else None
    return (int(now.sum()) if now.notna().any() else None), change


def _reports(facts: Facts, day: pd.Timestamp) -> pd.DataFrame:
    """Return every report due on a Friday: what became of it, its figures and those of the week before."""
    due = due_reports(facts)
    due = due[due["week"] == day]
    figures = [*weekly_measures()]
    key = ["area", "body"]
    weekly = latest_reports(facts.weekly)
    given = weekly[weekly["week"] == day][
        [*key, *figures, "received_at", "times", "filled_by", "reviewed_by"]
    ]
    last = weekly[weekly["week"] == day - WEEK][[*key, *figures]]
    rows = due.merge(given, on=key, how="left").merge(last, on=key, how="left", suffixes=("", "_before"))
    state = pd.Series("missing" if facts.as_of >= day + WEEK else "waiting", index=rows.index)
    state = state.mask(rows["received"], "late").mask(rows["on_time"], "on_time")
    return rows.assign(state=state.mask(rows["undated"], "undated"))


def _mine(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the case's area in standard order; bodies outside the tree stand last."""
    rows = rows[case.inside(rows["area"])]
    rows = rows.assign(place=rows["area"].map(order(case)).fillna(len(case.areas)))
    own = [name for name in ("body", "check", "measure") if name in rows]
    return rows.sort_values(["place", *own], ignore_index=True)


def _next_due(case: Case, facts: Facts, day: pd.Timestamp) -> pd.DataFrame:
    hazards = facts.hazards
    soon = hazards["due"].between(day, day + WEEK, inclusive="left")
    rows = hazards[
        soon & ~hazards["closed"] & hazards["grade"].eq("重大") & hazards["county"].isin(case.codes)
    ]
    rows = rows.assign(place=rows["county"].map(order(case)), name=rows["county"].map(case.names()))
    return rows.sort_values(["due", "place", "hazard_id"], ignore_index=True)
