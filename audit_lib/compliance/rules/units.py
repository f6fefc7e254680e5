"""Rules on single units: whose they are, who watches them, what was broken there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import days_known, has_content, has_name
from audit_lib.compliance.keys import among, join_words, look_up, once
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    judge_areas,
    judge_units,
    named,
    singles,
    tally,
    whole,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.compliance.rules.coverage import inspected_units
from audit_lib.intake.text import normal_name

OWNERS = {"owner_territorial": "属地", "owner_sector": "行业", "owner_general": "综合"}
NO_COLUMN = "名录没有这一列"


def sector_supervisor_named(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F1-03: each unit has a named supervisor of its sector."""
    short = _blank(facts, ["owner_sector"]).map({True: "没有行业监管责任单位", False: ""})
    return judge_units(facts, rule, facts.frame, short=short, unclear=_no_column(facts, ["owner_sector"]))


def standards_deployed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F4-04: each unit has a plan for standardisation or a grade; deployment is asked, not attainment."""
    columns = ["standard_plan", "standard_grade"]
    frame = facts.frame
    lost = _blank(facts, columns)
    counts = tally(frame, met=~lost, doubtful=lost & ~facts.gaps.asked("units", frame, columns))
    return judge_areas(facts, rule, counts, named("units", frame[lost]))


def registered_on_platform(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F4-05: each unit is registered on the grid platform."""
    frame = facts.frame
    there = among(frame["unit_id"], facts.records["platform_units"]["unit_id"])
    return judge_areas(facts, rule, tally(frame, met=there), named("units", frame[~there]))


def owners_named_and_watching(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F4-06: three owners are named, and the sector's one supervised the unit in the window."""
    frame = facts.frame
    faults = [(_blank(facts, [column]), f"缺{word}监管责任单位") for column, word in OWNERS.items()]
    short = join_words(faults, frame.index)
    visits = facts.records["supervisions"]
    inside = facts.in_window(visits["date"])
    sector = look_up(visits["unit_id"], frame.set_index("unit_id")["owner_sector"])
    by_sector = _same_body(visits["body"], sector)
    lame = visits["date"].isna() | visits["body"].isna()
    watched = among(frame["unit_id"], visits.loc[inside & by_sector, "unit_id"])
    doubtful = among(frame["unit_id"], visits.loc[lame, "unit_id"]) & ~watched
    by_others = among(frame["unit_id"], visits.loc[inside, "unit_id"]) & ~watched
    unseen = ~watched & ~doubtful
    faults += [
        (unseen & by_others, "督导单位不是该单位的行业监管单位"),
        (unseen & ~by_others, "没有行业监管单位的督导记录"),
    ]
    unclear = doubtful.map({True: "督导记录没有可读的日期或督导单位", False: ""}).where(short == "", "")
    columns = _no_column(facts, list(OWNERS))
    return judge_units(
        facts,
        rule,
        frame,
        short=join_words(faults, frame.index),
        unclear=columns.where(columns != "", unclear),
        seen=watched | (short != ""),
    )


def _same_body(said: pd.Series[str], known: pd.Series[str]) -> pd.Series[bool]:
    """Return whether two names mean one body: equal, or one stands behind the name of its parents."""
    pairs = pd.DataFrame({"said": said, "known": known}).fillna("").drop_duplicates()
    same = [
        bool(a and b) and (normal_name(a).endswith(normal_name(b)) or normal_name(b).endswith(normal_name(a)))
        for a, b in pairs.itertuples(index=False, name=None)
    ]
    keys = pd.MultiIndex.from_frame(pd.DataFrame({"said": said, "known": known}).fillna(""))
    found = pd.Series(same, index=pd.MultiIndex.from_frame(pairs), dtype=bool).reindex(keys)
    return pd.Series(found.to_numpy(), index=said.index)


def key_units_guarded(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P1-05: each key unit has a person who answers for it and a task of monitoring."""
    frame = facts.frame
    key = frame["key_unit"].fillna(False).astype(bool)
    faults = [(_blank(facts, ["key_guarantor"]), "缺包保责任人"), (_blank(facts, ["key_task"]), "缺监控任务")]
    unasked = _no_column(facts, ["key_unit"])
    columns = _no_column(facts, ["key_guarantor", "key_task"])
    return judge_units(
        facts,
        rule,
        frame,
        short=join_words(faults, frame.index),
        unclear=unasked.where(unasked != "", columns),
        exempt=(key | (unasked != "")).map({True: "", False: "不是重点监控单位"}),
    )


def neglected_units_inspected(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-04: each unit whose hazards were left for long is inspected; the days they stand open are shown.

    Left for long: so flagged in the roster, open for more days than the limit, or found in 2013
    and open still. The text gives no limit, so this is a diagnostic.
    """
    frame = facts.frame
    days = days_neglected(facts)
    longest = look_up(frame["unit_id"], days)
    flagged = frame["long_unsettled"].fillna(False).astype(bool) | longest.notna()
    inspected = pd.Series(inspected_units(facts), index=frame.index)
    rows = judge_areas(
        facts,
        rule,
        tally(frame, counted=flagged, met=inspected),
        named("units", frame[flagged & ~inspected]),
        none="没有长期整治不力的单位",
    )
    most = longest.groupby(frame["county"]).max()
    shown = look_up(rows["subject"], most).set_axis(rows.index)
    told = "隐患最长未整改 " + shown.astype("Int64").astype("str") + " 天"
    joined = rows["reason"].fillna("").mask(rows["reason"].notna(), rows["reason"] + "; ") + told
    return rows.assign(reason=rows["reason"].mask(shown.notna(), joined))


def days_neglected(facts: Facts) -> pd.Series[int]:
    """Return for each unit with a hazard left for long the days that its oldest one stands open."""
    rows = facts.hazards[~facts.hazards["closed"]]
    start = pd.Timestamp(facts.params.window.start)
    days = days_known(rows, facts.as_of)
    before = (rows["found_date"] < start) | rows["source"].eq(LAST_YEAR) | rows["link_id"].notna()
    long = (days > facts.book.count("long_open")) | before.fillna(False).astype(bool)
    longest: pd.Series[int] = days[long].groupby(rows.loc[long, "unit_id"]).max()
    return longest


LAST_YEAR = "2013遗留"
"""What the ledger's source says of a hazard carried over."""


def illegal_acts_handled(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F7-02: each illegal act at a unit has a record of how, when and with what result it was handled."""
    acts = once(facts.records["illegal_acts"])
    if acts.empty:
        return whole(facts, NOT_APPLICABLE, "登记表中没有非法违法行为")
    empty = facts.book.words("no_content")
    faults = [
        (acts["handled_type"].isna(), "缺处理方式"),
        (~(acts["handled_date"] <= facts.as_of), "缺处理日期"),
        (~has_content(acts["handled_result"], empty), "缺处理结果"),
    ]
    short = join_words(faults, acts.index)
    unread = facts.gaps.unreadable("illegal_acts", acts, "handled_date")
    unread |= facts.gaps.unreadable("illegal_acts", acts, "handled_type")
    open_ = NOT_DUE if rule.early(facts.as_of) else NOT_MET
    return singles(
        "unit",
        "illegal_acts",
        acts,
        np.select([short == "", unread], [MET, NOT_ASSESSABLE], open_),
        subject=acts["unit_id"],
        reason=(acts["act_id"] + ": " + short).where(short != "", ""),
    )


def _blank(facts: Facts, columns: list[str]) -> pd.Series[bool]:
    """Return which units of the frame say nothing in any of some columns."""
    said = pd.Series(False, index=facts.frame.index)
    for column in columns:
        cells = facts.frame[column]
        person = column == "key_guarantor"
        said |= has_name(cells, facts.book) if person else has_content(cells, facts.book.no_document)
    return ~said


def _no_column(facts: Facts, columns: list[str]) -> pd.Series[str]:
    asked = facts.gaps.asked("units", facts.frame, columns)
    return asked.map({True: "", False: NO_COLUMN}).astype("str")
