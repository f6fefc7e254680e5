"""Rules on the ledger of hazards: carried over, sent to the platform, given a limit, mended in the phase."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.duplicates import by_number
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import lacking
from audit_lib.compliance.keys import among, look_up, once
from audit_lib.compliance.rows import (
    MET,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    WORST_FIRST,
    cite,
    judge_areas,
    judge_units,
    named,
    ratio,
    singles,
    tally,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.compliance.rules.coverage import units_inspected
from audit_lib.intake.text import fold

FOUR_FIELDS = ("资金", "责任", "时限")
"""资金、责任单位、责任人、限期: what the plan's phase 2 names (4(2)); 责任 asks for unit and person."""

INSPECTED = "R-03"
"""The rule that says whether a county inspected all its units."""


def carried_over(facts: Facts, rule: Rule) -> pd.DataFrame:
    """G-01: each hazard open at the end of 2013 stands in this year's ledger under its link.

    Numbers are given anew each year: an equal one is a link only where category, place or description
    are equal too and none differs; else a person has to say.
    One closed in 2013 and found again at the same unit, of the same category and at the same
    place, is shown; whether it is the same again is for a person to say.
    """
    old, now = facts.records["hazards_2013"], facts.hazards
    key = old["unit_id"] + "/" + old["hazard_id"]
    numbered, alike = _same_number(old, now)
    carried = among(key, now["unit_id"] + "/" + now["link_id"]) | alike
    closed = old["closed_date"].notna() & (old["recheck_result"] != "不合格").fillna(True).astype(bool)
    places = now.assign(place=_place(now)).dropna(subset="place")
    again = look_up(_place(old), places.groupby("place")["hazard_id"].min()).where(closed & ~carried)
    unread = old["county"].isin(facts.gaps.open_to(["hazards"]))
    told = "2013年已整改, 同单位同类别同部位再次发现(" + again.astype("str") + "), 是否反复待人工核定"
    cases = [
        (again.notna(), NOT_ASSESSABLE, told),
        (closed | carried, MET, ""),
        (numbered, NOT_ASSESSABLE, "2014年台账中有同编号的隐患, 是否同一隐患待人工核定"),
        (unread, NOT_ASSESSABLE, "隐患台账没有报送或未能全部读出"),
    ]
    applies, results, reasons = zip(*cases, strict=True)
    return singles(
        "hazard",
        "hazards_2013",
        old,
        np.select(applies, results, NOT_DUE if rule.early(facts.as_of) else NOT_MET),
        reason=np.select(applies, reasons, "2013年未整改, 没有转入2014年台账"),
    )


def _same_number(old: pd.DataFrame, now: pd.DataFrame) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Return which hazards of 2013 have a number that stands in the ledger, and which of them read alike."""
    said = ["category", "place", "description"]
    theirs = by_number(now)[["unit_id", "hazard_id", *said]]
    mine = old[["unit_id", "hazard_id", *said]].reset_index(names="row")
    pairs = mine.merge(theirs, on=["unit_id", "hazard_id"], suffixes=("", "_now"))
    then, after = (
        pairs[[f"{one}{end}" for one in said]].apply(lambda cells: cells.map(fold, na_action="ignore"))
        for end in ("", "_now")
    )
    after.columns = then.columns
    known, equal = then.notna() & after.notna(), then == after
    alike = known.any(axis=1) & (equal | ~known).all(axis=1)
    rows = old.index.to_series()
    return rows.isin(pairs["row"]), rows.isin(pairs.loc[alike, "row"])


def _place(rows: pd.DataFrame) -> pd.Series[str]:
    return rows["unit_id"] + "/" + rows["category"] + "/" + rows["place"]


def platform_told(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F6-04: each hazard of the ledger stands on the platform within some days of being found."""
    state = platform_state(facts)
    areas = judge_areas(
        facts,
        rule,
        tally(state, met=state["told"], doubtful=state["doubtful"], pending=state["pending"]),
        named("hazards", state[~state["told"] & ~state["pending"]]),
        none="没有须上报的隐患",
    )
    if facts.gaps.not_given(rule.needs):
        return areas
    return pd.concat([_platform_by_unit(facts, rule, state), areas])


def platform_state(facts: Facts) -> pd.DataFrame:
    """Return for each hazard whether the platform has it in time.

    Days count from the finding, of a hazard carried over from the beginning of the campaign.

    Returns
    -------
    DataFrame[hazard_id, unit_id, county, there, told, late, doubtful, pending]   late in days
    """
    rows = facts.hazards
    start = pd.Timestamp(facts.params.window.start)
    held = facts.records["platform"]
    there = among(rows["hazard_id"], held["hazard_id"])
    day = look_up(rows["hazard_id"], held.groupby("hazard_id")["platform_date"].min())
    found = rows["found_date"].where(~(rows["found_date"] < start), start)
    last = found + facts.book.days("platform_limit")
    late = (day - last).dt.days.clip(lower=0).astype("Int64").fillna(0)
    return rows[["hazard_id", "unit_id", "county"]].assign(
        there=there,
        told=there & (day <= last),
        late=late,
        doubtful=(there & (day.isna() | found.isna())) | (~there & found.isna()),
        pending=~there & (last > facts.as_of),
    )


def _platform_by_unit(facts: Facts, rule: Rule, state: pd.DataFrame) -> pd.DataFrame:
    due = state[~state["pending"]]
    short = ~due["told"] & ~due["doubtful"]
    late = ("迟 " + due["late"].astype("str") + " 天").where(due["there"], "不在平台")
    words = due["hazard_id"] + late
    return _by_unit(
        facts, rule, due, short=short, doubtful=due["doubtful"], words=words, none="没有须上报的隐患"
    )


def _by_unit(
    facts: Facts,
    rule: Rule,
    rows: pd.DataFrame,
    *,
    short: pd.Series[bool],
    doubtful: pd.Series[bool],
    words: pd.Series[str],
    none: str,
) -> pd.DataFrame:
    """Judge the units of the frame by those of their hazards that the rule speaks of."""
    frame = facts.frame
    said = words[short].groupby(rows.loc[short, "unit_id"]).agg("、".join)
    named = cite("hazards", rows.loc[short, "hazard_id"]).groupby(rows.loc[short, "unit_id"]).agg(";".join)
    by = (~short & ~doubtful).astype("int64").groupby(rows["unit_id"])
    part, all_ = (look_up(frame["unit_id"], one).fillna(0).astype("int64") for one in (by.sum(), by.size()))
    wanting = look_up(frame["unit_id"], said).fillna("").astype("str")
    unsure = among(frame["unit_id"], rows.loc[doubtful, "unit_id"]) & (wanting == "")
    unread = frame["county"].isin(facts.gaps.open_to(rule.needs)) & (wanting == "") & ~unsure
    unclear = pd.Series("", index=frame.index, dtype="str").mask(unsure, "记录不全")
    unclear = unclear.mask(unread, "台账没有报送或未能全部读出")
    return judge_units(
        facts,
        rule,
        frame,
        short=wanting,
        unclear=unclear,
        exempt=(all_.eq(0) & (unclear == "")).map({True: none, False: ""}).astype("str"),
        evidence=look_up(frame["unit_id"], named),
        numerator=part,
        denominator=all_,
        value=ratio(part, all_),
    )


def mended_or_limited(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-04: each hazard was mended on the day it was found, or given a limit not before that day.

    What was mended before it was found contradicts itself, and is for a person to clear up.
    """
    rows = facts.hazards
    best = facts.hazards_at_best
    at_once = rows["closed"] & (rows["closed_date"] <= rows["found_date"])
    limited = rows["deadline"] >= rows["found_date"]
    unread = (best["closed"] & (best["closed_date"] <= best["found_date"])) | (
        best["deadline"] >= best["found_date"]
    )
    unread |= rows["found_date"].isna() & (rows["deadline"].notna() | rows["closed"])
    early = rows["deadline"] < rows["found_date"]
    reversed_ = rows["closed_date"] < rows["found_date"]
    cases = [
        (reversed_, NOT_ASSESSABLE, "整改完成早于检查日期, 记录矛盾"),
        (at_once | limited, MET, ""),
        (unread, NOT_ASSESSABLE, "整改期限、整改完成或检查日期不可读"),
        (early, NOT_MET, "整改期限早于检查日期"),
    ]
    applies, results, reasons = zip(*cases, strict=True)
    result = np.select(applies, results, NOT_MET)
    reason = np.select(applies, reasons, "没有当日整改, 也没有整改期限")
    return singles("hazard", "hazards", rows, result, reason=reason)


def own_findings_mended(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P2-04: what the unit found itself in its phase was closed by its last day, or has the five elements."""
    last = facts.book.day("self_check_last")
    own = ~(facts.hazards["found_date"] > last) & facts.hazards["self_found"].fillna(True)
    rows, best = facts.hazards[own], facts.hazards_at_best[own]
    done, possibly = (
        (one["closed"] & (one["closed_date"] <= last)) | (one["lacking"] == "") for one in (rows, best)
    )
    unsure = ~done & (rows["self_found"].isna() | rows["found_date"].isna() | possibly)
    return _by_unit(
        facts,
        rule,
        rows,
        short=~done & ~unsure,
        doubtful=unsure,
        words=rows["hazard_id"] + "缺" + rows["lacking"],
        none="没有自查发现的隐患",
    )


def own_findings_limited(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P2-05: each open hazard that a unit found itself has money, unit, person and limit."""
    own = ~facts.hazards["closed"] & facts.hazards["self_found"].fillna(True)
    rows = facts.hazards[own]
    short = lacking(rows, FOUR_FIELDS, facts.book.no_document)
    best = facts.hazards_at_best[own]
    enough = best["closed"] | (lacking(best, FOUR_FIELDS, facts.book.no_document) == "")
    unsure = rows["self_found"].isna() | enough
    open_ = NOT_DUE if rule.early(facts.as_of) else NOT_MET
    result = np.select([short == "", unsure], [MET, NOT_ASSESSABLE], open_)
    return singles("hazard", "hazards", rows, result, reason=("缺 " + short).where(short != "", ""))


def nothing_let_pass(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-01: each county inspected all its units (R-03), and something was done about all that was found.

    About a hazard: it was closed, or has a limit not before it was found, or a kind of treatment; about
    an illegal act: how it was handled. Counted are these; the worse of both decides.
    """
    acts, hazards = once(facts.records["illegal_acts"]), facts.hazards
    limited, unread = (
        one["closed"] | (one["deadline"] >= one["found_date"]) | one["method"].notna()
        for one in (hazards, facts.hazards_at_best)
    )
    unread |= hazards["found_date"].isna() & hazards["deadline"].notna()
    unread_acts = facts.gaps.unreadable("illegal_acts", acts, "handled_type")
    found = pd.concat(
        [
            named("hazards", hazards).assign(done=limited, open=unread & ~limited),
            named("illegal_acts", acts).assign(done=acts["handled_type"].notna(), open=unread_acts),
        ],
        ignore_index=True,
    )
    counts = tally(found, met=found["done"], doubtful=found["open"])
    rows = judge_areas(facts, rule, counts, found[~found["done"]], none="没有查出隐患和违法行为")
    inspected = units_inspected(facts, facts.book.rules[INSPECTED])
    inspected = inspected[inspected["level"] == "county"].set_index("subject").reindex(rows["subject"])
    both = pd.DataFrame({"own": rows["result"].array, "all": inspected["result"].array})
    worse = both.map(WORST_FIRST.index).min(axis=1).map(lambda place: WORST_FIRST[place])
    handled = "查出未处理: " + rows["reason"].fillna("")
    reason = handled.where(rows["result"].isin([NOT_MET, NOT_ASSESSABLE, NOT_DUE]), "")
    checked = ("; 排查" + inspected["reason"].fillna("")).where(inspected["reason"].notna(), "")
    evidence = rows["evidence"].fillna("") + ";" + inspected["evidence"].fillna("").to_numpy()
    evidence = evidence.str.strip(";")
    return rows.assign(
        result=worse,
        reason=(reason + checked.to_numpy()).str.removeprefix("; ").replace("", None),
        evidence=evidence.where(evidence != ""),
    )
