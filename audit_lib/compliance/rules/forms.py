"""Rules on the form that each unit hands in: its plan, its own checks, its drills, its management."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content
from audit_lib.compliance.keys import among, join_words, look_up
from audit_lib.compliance.rows import judge_areas, judge_units, named, tally
from audit_lib.compliance.rulebook import Rule
from audit_lib.compliance.rules.coverage import own_checks

NO_FORM = "没有单位自查表"
NO_COLUMN = "自查表没有这一列"

AREAS = ("organisation", "staff", "funds", "rules", "training", "equipment", "site", "hazards", "sources")
"""The nine areas of management that the plan names (5(3)), as columns ``manage_*``."""


def routine_checks(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F6-01: the unit has rules for finding hazards, and a routine check on record, however old."""
    forms = facts.self_checks
    written = has_content(forms["system_doc"], facts.book.no_document)
    checked = pd.Series(False, index=forms.index)
    for column in ("routine_date", "self_check_date"):
        checked |= forms[column] <= facts.as_of
    short = join_words([(~written, "缺隐患排查治理制度"), (~checked, "没有日常排查记录")], forms.index)
    return _judge_forms(facts, rule, short, columns=["system_doc"], dates=["routine_date", "self_check_date"])


def lessons_in_plan(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P2-01: the unit's plan says what it learnt from accidents; whether it did is seen on the spot."""
    told = has_content(facts.self_checks["plan_lessons"], facts.book.no_document)
    short = told.map({True: "", False: "方案中没有事故教训"}).astype("str")
    return _judge_forms(facts, rule, short, columns=["plan_lessons"])


def plan_in_time(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P2-02: the unit's own plan is dated by the end of its phase."""
    return _dated(facts, rule, "plan_date", "没有可读的方案日期")


def reported_to_grid(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P2-06: the unit told the person in charge of its grid by the end of its phase."""
    return _dated(facts, rule, "report_date", "没有上报网格责任人的日期")


def nine_areas_answered(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W3-01: the form has a result for each of the nine areas of management, whichever it is."""
    forms, columns = facts.self_checks, [f"manage_{area}" for area in AREAS]
    gaps = forms[columns].isna().sum(axis=1).astype("int64")
    short = ("九项管理工作缺 " + gaps.astype("str") + " 项").where(gaps > 0, "").astype("str")
    return _judge_forms(facts, rule, short, columns=columns, dates=columns)


def drill_held(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W3-02: the unit held a drill in the window; who took part is shown, of how many."""
    forms, frame = facts.self_checks, facts.frame
    held = drills(facts)
    there = forms["drill_date"].notna()
    short = join_words([(~there, "没有演练日期"), (there & ~held, "演练不在行动期内")], forms.index)
    people = look_up(frame["unit_id"], forms[held].groupby("unit_id")["drill_people"].max())
    staff = frame["staff"]
    drilled = pd.Series(among(frame["unit_id"], forms.loc[held, "unit_id"]), index=frame.index)
    lame = facts.gaps.unreadable("self_checks", forms, "drill_date")
    lame |= ~facts.gaps.asked("self_checks", forms, ["drill_date"])
    doubtful = ~drilled & among(frame["unit_id"], forms.loc[lame, "unit_id"])
    counts = tally(frame, met=drilled, doubtful=doubtful)
    areas = judge_areas(facts, rule, counts, named("units", frame[~drilled]))
    if facts.gaps.not_given(rule.needs):
        return areas
    units = _judge_forms(facts, rule, short, columns=["drill_date"], dates=["drill_date"])
    shares = (people / staff.mask(staff == 0)).astype("Float64").to_numpy()
    shown = {"numerator": people.to_numpy(), "denominator": staff.to_numpy(), "value": shares}
    return pd.concat([units.assign(**shown), areas])


def drills(facts: Facts) -> pd.Series[bool]:
    """Return which forms tell of a drill in the window."""
    days = facts.self_checks["drill_date"]
    return facts.in_window(days) & (days <= facts.as_of)


def money_spent(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W3-03: the unit says what it spent and which outdated equipment went; an empty list is no answer."""
    forms = facts.self_checks
    short = forms["invested"].isna().map({True: "没有填报安全投入金额", False: ""}).astype("str")
    listed = has_content(forms["obsolete"], facts.book.words("no_content"))
    ask = listed.map({True: "", False: "没有列出淘汰的落后设备, 是否确无待核实"}).astype("str")
    return _judge_forms(facts, rule, short, columns=["invested"], dates=["invested"], ask=ask)


def plan_check_and_mending(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-02: the unit has a plan and a self-check, and no open hazard without the five elements."""
    forms, open_ = facts.self_checks, ~facts.hazards["closed"]
    faults = [(forms["plan_date"].isna(), "没有方案"), (~own_checks(facts), "没有自查记录")]
    rows, best = facts.hazards[open_], facts.hazards_at_best[open_]
    certain = ~best["closed"] & (best["lacking"] != "")
    bare = rows.loc[certain, "unit_id"]
    unread = facts.frame["county"].isin(facts.gaps.open_to(["hazards"]))
    unread |= among(facts.frame["unit_id"], rows.loc[~certain & (rows["lacking"] != ""), "unit_id"])
    return _judge_forms(
        facts,
        rule,
        join_words(faults, forms.index),
        columns=["plan_date"],
        dates=["plan_date", "self_check_date"],
        also=among(facts.frame["unit_id"], bare)
        .map({True: "有未整改隐患五落实不全", False: ""})
        .astype("str"),
        open_=unread.map({True: "隐患台账没有报送或未能全部读出", False: ""}).astype("str"),
    )


def _dated(facts: Facts, rule: Rule, column: str, none: str) -> pd.DataFrame:
    """Judge a form by a date that is due on the rule's day, or some days after a unit's late entry."""
    dates = facts.self_checks[column]
    due = facts.as_of if rule.due is None else rule.due
    entry = look_up(facts.self_checks["unit_id"], facts.frame.set_index("unit_id")["entry_date"])
    grace = (entry + facts.book.days("self_check_added")).where(entry > facts.book.day("freeze_day"))
    last = grace.where(grace > due).fillna(due)
    late = ("迟 " + (dates - last).dt.days.astype("Int64").astype("str") + " 天").where(dates > last, "")
    there = dates <= facts.as_of
    return _judge_forms(facts, rule, late.mask(~there, none).astype("str"), columns=[column], dates=[column])


def _judge_forms(
    facts: Facts,
    rule: Rule,
    short: pd.Series[str],
    *,
    columns: list[str],
    dates: list[str] | None = None,
    ask: pd.Series[str] | None = None,
    also: pd.Series[str] | None = None,
    open_: pd.Series[str] | None = None,
) -> pd.DataFrame:
    """Judge each unit of the frame by the best of its forms.

    Parameters
    ----------
    short : of each form what is wanting;  ask : of a form that lacks nothing, what a person must say
    columns : what the form must have room for;  dates : columns whose unreadable cells decide nothing
    also : of each unit of the frame what is wanting besides;  open_ : why nobody can say of it
    """
    forms, frame = facts.self_checks, facts.frame
    unclear = facts.gaps.asked("self_checks", forms, columns).map({True: "", False: NO_COLUMN}).astype("str")
    for column in dates or []:
        unread = facts.gaps.unreadable("self_checks", forms, column)
        unclear = unclear.mask(unread, "自查表有读不出的内容")
    rows = pd.DataFrame(
        {"unit_id": forms["unit_id"], "short": short, "unclear": unclear.where(short != "", "")}
    )
    rows["unclear"] = rows["unclear"].mask((short == "") & (ask is not None), ask)
    rows = rows.assign(bad=(short != "") & (rows["unclear"] == ""), gaps=short.str.len())
    best = rows.sort_values(["unit_id", "bad", "gaps", "short", "unclear"]).drop_duplicates("unit_id")
    best = best.set_index("unit_id")
    seen = among(frame["unit_id"], forms["unit_id"])
    wanting = look_up(frame["unit_id"], best["short"]).fillna(NO_FORM)
    doubt = look_up(frame["unit_id"], best["unclear"]).fillna("")
    if also is not None and open_ is not None:
        doubt = doubt.where(doubt != "", open_).where(also == "", "")
        wanting = (wanting + ("、" + also).where(also != "", "")).str.removeprefix("、")
        seen = seen | (also != "")
    table = seen.map({True: "self_checks:", False: "units:"}).astype("str")
    return judge_units(
        facts, rule, frame, short=wanting, unclear=doubt, seen=seen, evidence=table + frame["unit_id"]
    )
