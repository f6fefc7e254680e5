"""Rules on the weekly reports: received by Friday 11:00, and received at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import look_up
from audit_lib.compliance.rows import (
    MET,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    nothing_given,
    subjects,
)
from audit_lib.compliance.rulebook import Rule

_WEEK = pd.Timedelta(days=7)


def reports_on_time(facts: Facts, rule: Rule) -> pd.DataFrame:
    """REP-02: each report due was received by Friday 11:00:00; a missing one was not (A10).

    A row of the weekly table that nobody could identify may be the report that a body lacks.
    """
    if facts.gaps.not_given(rule.needs):
        return nothing_given(facts, rule)
    due = due_reports(facts)
    return _by_body(facts, due.assign(met=due["on_time"]))


def reports_received(facts: Facts, rule: Rule) -> pd.DataFrame:
    """REP-03: each report was received before the next Friday; a week is judged only from then on."""
    if facts.gaps.not_given(rule.needs):
        return nothing_given(facts, rule)
    due = due_reports(facts)
    return _by_body(facts, due[due["week"] + _WEEK <= facts.as_of].assign(met=lambda rows: rows["received"]))


def due_reports(facts: Facts) -> pd.DataFrame:
    """Return every report due by the day, with its earliest receipt.

    Returns
    -------
    DataFrame[area, body, week, on_time, received, undated]
    """
    weeks = facts.book.fridays[facts.book.fridays <= facts.as_of]
    due = facts.reporters[["area", "body"]].merge(pd.DataFrame({"week": weeks}), how="cross")
    by_week = facts.weekly.groupby(["area", "body", "week"])["received_at"]
    first = by_week.agg(first="min", there="size").reset_index()
    due = due.merge(first, on=["area", "body", "week"], how="left")
    at = facts.book.time("report_time")
    latest = due["week"] + pd.Timedelta(hours=at.hour, minutes=at.minute)
    return due.assign(
        on_time=due["first"] <= latest,
        received=due["first"] < due["week"] + _WEEK,
        undated=due["there"].notna() & due["first"].isna(),
    )


def _by_body(facts: Facts, due: pd.DataFrame) -> pd.DataFrame:
    bodies = facts.reporters[["area", "body"]]
    key = due["area"] + ":" + due["body"]
    lost = ~due["met"] & ~due["undated"]
    may_be = facts.gaps.of_bodies("weekly", bodies["area"]).reset_index(drop=True)
    week = due["week"].dt.strftime("%m-%d")
    counts = pd.DataFrame({"met": due["met"], "due": 1, "lost": lost}).astype("int64").groupby(key).sum()
    subject = bodies["area"] + ":" + bodies["body"]
    counts = counts.reindex(subject, fill_value=0).reset_index(drop=True)
    weeks = week[lost].sort_values().groupby(key[lost]).agg("、".join)
    evidence = ("weekly:" + key + "/" + due["week"].dt.strftime("%Y-%m-%d"))[~due["met"]]
    named = evidence.sort_values().groupby(key[~due["met"]]).agg(";".join)
    reason = look_up(subject, weeks)
    hidden = counts["lost"].between(1, may_be)
    lost_rows = "; 周报表中有 " + may_be.astype("str") + " 行无法识别, 可能是所缺的周报"
    return subjects(
        "org",
        subject,
        bodies["area"],
        np.select(
            [counts["due"] == 0, counts["lost"] > may_be, counts["met"] < counts["due"]],
            [NOT_DUE, NOT_MET, NOT_ASSESSABLE],
            MET,
        ),
        look_up(subject, named),
        reason=reason.mask(hidden, reason + lost_rows),
        numerator=counts["met"],
        denominator=counts["due"],
        value=(counts["met"] / counts["due"].mask(counts["due"] == 0)).astype("Float64"),
    )
