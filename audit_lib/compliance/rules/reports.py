"""Rules on the weekly reports: received by Friday 11:00, received at all, and figures that tie."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.compliance import weekly
from audit_lib.compliance.counts import follow_counts, weekly_measures
from audit_lib.compliance.duties import as_reported, hidden
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content
from audit_lib.compliance.keys import among, first_of, look_up, month_day
from audit_lib.compliance.printed import unlike_rate
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    cite,
    join_evidence,
    nothing_given,
    ratio,
    singles,
    subjects,
)
from audit_lib.compliance.rulebook import Rule

_WEEK = pd.Timedelta(days=7)


def reports_on_time(facts: Facts, rule: Rule) -> pd.DataFrame:
    """REP-02: each report due was received by Friday 11:00:00; a missing one was not (A10).

    A row of the weekly table that nobody could identify may be the report that a body lacks.
    """
    facts = as_reported(facts)
    due = due_reports(facts)
    return _by_body(facts, due.assign(met=due["on_time"]))


def reports_received(facts: Facts, rule: Rule) -> pd.DataFrame:
    """REP-03: each report was received before the next Friday; a week is judged only from then on."""
    facts = as_reported(facts)
    due = due_reports(facts)
    return _by_body(facts, due[due["week"] + _WEEK <= facts.as_of].assign(met=lambda rows: rows["received"]))


def due_reports(facts: Facts) -> pd.DataFrame:
    """Return every report due by the day, with its earliest receipt.

    Returns
    -------
    DataFrame[area, body, week, on_time, received, undated]
    """
    weeks = facts.book.fridays[facts.book.fridays <= facts.as_of]
    due = as_reported(facts).reporters[["area", "body"]].merge(pd.DataFrame({"week": weeks}), how="cross")
    by_week = facts.weekly.groupby(["area", "body", "week"])["received_at"]
    first = by_week.agg(first="min", there="size", dated="count").reset_index()
    due = due.merge(first, on=["area", "body", "week"], how="left")
    at = facts.book.time("report_time")
    latest = due["week"] + pd.Timedelta(hours=at.hour, minutes=at.minute)
    return due.assign(
        on_time=due["first"] <= latest,
        received=due["first"] < due["week"] + _WEEK,
        undated=(due["there"] > due["dated"]).fillna(False).astype(bool),
    )


def figures_tie(facts: Facts, rule: Rule) -> pd.DataFrame:
    """REP-04: a report's figures agree with one another, with the week before, and with its counties.

    A cumulative figure may fall with a note of correction. Printed figures of other papers are
    held against their own counts, one row each.
    """
    tables = [] if facts.gaps.not_given(rule.needs) else [_reports_tie(as_reported(facts))]
    if "published" in facts.gaps.given:
        tables.append(_published_follow(facts))
    return pd.concat(tables) if tables else nothing_given(facts, rule)


def reports_match_ledgers(facts: Facts, rule: Rule) -> pd.DataFrame:
    """REP-05: a report's figures are those of the ledgers as of Thursday 24:00.

    A difference that rows nobody could identify may explain is left open.
    """
    facts = as_reported(facts)
    reports = weekly.latest_reports(facts.weekly)
    counted = {one.key for one in weekly_measures().values() if one.needs}
    counted -= {key for key in counted if facts.gaps.not_given(weekly_measures()[key].needs)}
    found = weekly.find_differences(reports, facts, follow_counts(facts))
    unsure = weekly.may_be_unread(found, facts)
    said, told = (rows["area"] + ":" + rows["body"] + rows["week"].astype("str") for rows in (reports, found))
    asked = among(reports["area"], facts.places["area"]) & ~among(said, told[unsure])
    return _by_report(facts, reports, found[~unsure], sorted(counted), asked)


def _reports_tie(facts: Facts) -> pd.DataFrame:
    reports = weekly.latest_reports(facts.weekly)
    falls = weekly.find_falls(reports)
    noted = has_content(reports["correction"], facts.book.words("no_content"))
    key = reports["area"] + ":" + reports["body"] + reports["week"].astype("str")
    excused = among(falls["area"] + ":" + falls["body"] + falls["week"].astype("str"), key[noted])
    found = [
        falls[~excused],
        weekly.find_parts(reports),
        weekly.find_majors_apart(reports),
        weekly.find_rates_apart(reports),
        weekly.find_sums_apart(reports, facts),
    ]
    figures = [*weekly_measures()]
    return _by_report(facts, reports, pd.concat(found), figures, pd.Series(True, index=reports.index))


_PARTING = re.compile(r"(?<=[0-9])，|，(?=[0-9])")
_COUNT = re.compile(r"(?<![A-Za-z\d.])(?:\d{1,3}(?:,\d{3})+(?!,?\d)|\d+)(?![\d%年]|\.\d)")


def _total(parts: str) -> int | None:
    """Return what printed parts add up to, None where no number stands there.

    A comma before three digits groups them, as in 1,200; any other parts two numbers, and so does the
    wide comma of Chinese text between ordinary digits. A year, the number of a clause such as F1, and
    a percentage are no parts. Source: the values that arrive (1,200; wide digits).

    >>> _total("F1消防７、2013年1,200(占12.5%)"), _total("31，200"), _total("7,11,4"), _total("2013年、F1")
    (1207, 231, 22, None)
    """
    plain = unicodedata.normalize("NFKC", _PARTING.sub("、", parts))
    numbers = [int(found.replace(",", "")) for found in _COUNT.findall(plain)]
    return sum(numbers) if numbers else None


def _by_report(
    facts: Facts, reports: pd.DataFrame, found: pd.DataFrame, figures: list[str], asked: pd.Series[bool]
) -> pd.DataFrame:
    """One row per body: the reports with figures to test, those that do not tie, and why."""
    found = found.reset_index(drop=True)
    testable = asked & reports[figures].notna().any(axis=1)
    subject = reports["area"] + ":" + reports["body"]
    named = {key: measure.zh for key, measure in weekly_measures().items()}
    words = month_day(found["week"]) + " " + found["measure"].map(named).fillna("") + found["words"]
    numbers = " (" + found["reported"].astype("str") + "; " + found["other"].astype("str") + ")"
    words += numbers.where(found["reported"].notna() & found["other"].notna(), "")
    by = found["area"] + ":" + found["body"]
    order = found.assign(words=words).sort_values(["week", "words"], kind="stable").index
    said = words[order].groupby(by).agg("; ".join)
    weeks = (by + "/" + found["week"].dt.strftime("%Y-%m-%d")).drop_duplicates()
    wrong = weeks.str.rsplit("/", n=1).str[0].value_counts()
    bodies = pd.concat([reports[["area", "body"]], facts.reporters[["area", "body"]]]).drop_duplicates()
    bodies = bodies.sort_values(["area", "body"], ignore_index=True)
    key = bodies["area"] + ":" + bodies["body"]
    tested = look_up(key, testable.astype("int64").groupby(subject).sum()).fillna(0).astype("int64")
    bad = look_up(key, wrong).fillna(0).astype("int64")
    none = look_up(key, subject.value_counts()).isna()
    lost = hidden(facts, ("weekly", "hazards"), bodies)
    result = np.select(
        [bad > 0, none | (lost & (tested == 0)), tested == 0], [NOT_MET, NOT_ASSESSABLE, NOT_APPLICABLE], MET
    )
    empty = pd.Series(
        np.select([none, tested == 0], ["没有收到周报", "周报中没有可核对的数字"], ""), index=key.index
    )
    return subjects(
        "org",
        key,
        bodies["area"],
        result,
        look_up(key, join_evidence(cite("weekly", weeks), weeks.str.rsplit("/", n=1).str[0])),
        reason=look_up(key, said).fillna(empty),
        numerator=tested - bad,
        denominator=tested,
        value=ratio(tested - bad, tested),
    )


def _published_follow(facts: Facts) -> pd.DataFrame:
    """Printed figures: a rate follows from its counts, parts add up, what was carried over stands apart."""
    rows = first_of(facts.records["published"], ["figure_id"])
    faults = [published_faults(row) for _, row in rows.iterrows()]
    tested = pd.Series([one is not None for one in faults], index=rows.index, dtype=bool)
    wrong = pd.Series(["; ".join(one or []) for one in faults], index=rows.index, dtype="str")
    return singles(
        "record",
        "published",
        rows.assign(county=rows["area"]),
        np.select([~tested, wrong == ""], [NOT_ASSESSABLE, MET], NOT_MET),
        reason=wrong.mask(~tested, "没有可核对的数字"),
        numerator=rows["part"],
        denominator=rows["whole"],
    )


def published_faults(row: pd.Series[Any]) -> list[str] | None:
    """Return what does not tie in one printed figure, None where there is nothing to test.

    >>> row = pd.Series({"part": 137354, "whole": 141911, "rate": "97.28%", "parts": None, "carried": pd.NA})
    >>> published_faults(row)
    ['137354/141911 = 96.79%, 不是 97.28%']
    """
    part, whole = (None if pd.isna(row[name]) else int(row[name]) for name in ("part", "whole"))
    faults, tested = [], False
    if part is not None and whole is not None:
        tested = True
        if part > whole:
            faults.append(f"分子 {part} 多于分母 {whole}")
    if part is not None and whole and isinstance(row["rate"], str):
        printed = unlike_rate(row["rate"], part, whole)
        if printed is not None:
            faults.append(f"{part}/{whole} = {printed.written(part, whole)}, 不是 {row['rate']}")
    total = _total(row["parts"]) if isinstance(row["parts"], str) else None
    if total is not None and whole is not None:
        tested = True
        carried = 0 if pd.isna(row["carried"]) else int(row["carried"])
        if carried and total + carried == whole:
            faults.append(f"合计 {whole} 含以前查出的 {carried}, 新查出的是 {total}, 应分列")
        elif total != whole:
            faults.append(f"分项之和 {total} 不等于合计 {whole}")
    return faults if tested else None


def _astray(facts: Facts) -> pd.Series[int]:
    """Count for each body the reports that may be those it lacks: of no due Friday, or of no known body.

    One of the Friday after the last is the closing report that nobody asked for (A10), and lacks nowhere.
    """
    bodies = facts.reporters[["area", "body"]]
    own = facts.weekly["area"] + ":" + facts.weekly["body"]
    known = among(own, bodies["area"] + ":" + bodies["body"])
    due = facts.book.fridays.append(facts.book.fridays[-1:] + _WEEK)
    odd = own[known & ~facts.weekly["week"].isin(due)].value_counts()
    strange = facts.weekly.loc[~known, "area"].value_counts()
    found = [
        look_up(keys.reset_index(drop=True), counts).fillna(0).astype("int64")
        for keys, counts in ((bodies["area"] + ":" + bodies["body"], odd), (bodies["area"], strange))
    ]
    return found[0] + found[1]


def _by_body(facts: Facts, due: pd.DataFrame) -> pd.DataFrame:
    bodies = facts.reporters[["area", "body"]]
    key = due["area"] + ":" + due["body"]
    unread = hidden(facts, ("weekly",), due, unidentified=False)
    lost = ~due["met"] & ~due["undated"] & ~(due["there"].isna() & unread)
    lost_rows = facts.gaps.of_bodies("weekly", bodies["area"]).reset_index(drop=True)
    astray = _astray(facts)
    may_be = lost_rows + astray
    week = month_day(due["week"])
    counts = pd.DataFrame({"met": due["met"], "due": 1, "lost": lost}).astype("int64").groupby(key).sum()
    subject = bodies["area"] + ":" + bodies["body"]
    counts = counts.reindex(subject, fill_value=0).reset_index(drop=True)
    weeks = week[due["week"][lost].sort_values().index].groupby(key[lost]).agg("、".join)
    evidence = ("weekly:" + key + "/" + due["week"].dt.strftime("%Y-%m-%d"))[~due["met"]]
    named = evidence.sort_values().groupby(key[~due["met"]]).agg(";".join)
    reason = look_up(subject, weeks)
    excused = counts["lost"].between(1, may_be)
    said = ("; 周报表中有 " + lost_rows.astype("str") + " 行无法识别, 可能是所缺的周报").where(
        lost_rows > 0, ""
    )
    wrong = (
        "; 周报表中有 "
        + astray.astype("str")
        + " 行的周次不是应报的周五, 或填报单位不在报送名单, 可能是所缺的周报"
    )
    reason = reason.mask(astray > 0, reason + wrong)
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
        reason=reason.mask(excused, reason + said),
        numerator=counts["met"],
        denominator=counts["due"],
        value=ratio(counts["met"], counts["due"]),
    )
