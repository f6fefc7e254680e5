"""Rows of ``judgement/rules.parquet``: how counts become one of the five results.

The tests are on whole numbers; nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import among, join_words, look_up
from audit_lib.compliance.rulebook import Rule

MET, NOT_MET = "met", "not_met"
NOT_ASSESSABLE, NOT_APPLICABLE, NOT_DUE = "not_assessable", "not_applicable", "not_due"

WORST_FIRST = [NOT_MET, NOT_ASSESSABLE, NOT_DUE, MET, NOT_APPLICABLE]
"""Which of several results of one subject counts."""

RANK = {result: place for place, result in enumerate(WORST_FIRST)}

Case = tuple["pd.Series[bool]", str, "str | pd.Series[str]"]
"""Where it applies, the result, the reason; the first that applies decides."""

COLUMNS = ["level", "subject", "area", "result", "numerator", "denominator", "value", "missing", "reason",
           "evidence"]  # fmt: skip


def tally(
    rows: pd.DataFrame,
    *,
    counted: pd.Series[bool] | None = None,
    met: pd.Series[bool],
    doubtful: pd.Series[bool] | None = None,
    pending: pd.Series[bool] | None = None,
) -> pd.DataFrame:
    """Count rows by county.

    Returns
    -------
    DataFrame[numerator, denominator, doubtful, pending, contested] by county; a doubtful row is in the
        denominator, a pending one (not due yet) is not; contested are what falls short of the units
        that stand in several counties' rosters, where ``rows`` says which they are
    """
    nothing = pd.Series(False, index=rows.index)
    doubtful = nothing if doubtful is None else doubtful
    pending = nothing if pending is None else pending
    counted = ~pending if counted is None else counted & ~pending
    contested = rows.get("contested", nothing) & counted & ~met & ~doubtful
    flags = {"numerator": counted & met, "denominator": counted, "doubtful": counted & doubtful,
             "pending": pending, "contested": contested}  # fmt: skip
    table = pd.DataFrame({name: flag.astype("int64") for name, flag in flags.items()})
    return table.groupby(rows["county"]).sum()


def judge_areas(
    facts: Facts,
    rule: Rule,
    counts: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    needed: Callable[[pd.DataFrame], pd.Series[int]] = lambda sums: sums["denominator"],
    none: str = "无适用对象",
) -> pd.DataFrame:
    """Return a rule's rows for counties and cities, from counts by county.

    Parameters
    ----------
    counts : by county, as `tally` makes them
    evidence : DataFrame[county, evidence]   one row per thing to be named
    needed : from the sums of the areas, how many of the denominator are due
    none : the reason where the denominator is zero
    """
    sums = _sum_up(facts, rule, counts)
    gap = (needed(sums) - sums["numerator"]).clip(lower=0)
    rows = _decide(sums, _cases(facts, rule, sums, gap, none))
    hidden = (rows["result"] == NOT_ASSESSABLE) & (sums["absent"] | (sums["unread"] > 0))
    known = sums[["numerator", "denominator"]].astype("Int64").mask(hidden)
    return rows.assign(
        **known,
        value=ratio(known["numerator"], known["denominator"]),
        missing=gap.astype("Int64").where(rows["result"].isin([MET, NOT_MET, NOT_DUE])),
        evidence=_by_area(facts, evidence, sums).where(~hidden),
        subject=rows["area"],
    )[COLUMNS]


def subjects(
    level: str,
    subject: pd.Series[str],
    area: pd.Series[str],
    result: pd.Series[str] | np.ndarray,
    evidence: pd.Series[str],
    *,
    reason: pd.Series[str] | np.ndarray | str = "",
    **counts: pd.Series[Any],
) -> pd.DataFrame:
    """Return a rule's rows for single units, hazards, records or bodies.

    Parameters
    ----------
    reason : empty where there is nothing to say
    counts : ``numerator``, ``denominator``, ``value`` where the rule has such
    """
    said = pd.Series(reason, index=subject.index, dtype="str")
    told = {"result": result, "reason": said.where(said != ""), "evidence": evidence, **counts}
    rows = pd.DataFrame(dict.fromkeys(COLUMNS) | {"subject": subject, "area": area} | told)
    return rows.assign(level=level)


def singles(
    level: str,
    table: str,
    rows: pd.DataFrame,
    result: pd.Series[str] | np.ndarray,
    *,
    subject: pd.Series[str] | None = None,
    **told: Any,
) -> pd.DataFrame:
    """Return a rule's rows for single rows of a table, each citing its number.

    Parameters
    ----------
    subject : what is judged; None: the row by its number
    told : ``reason`` and counts as for `subjects`
    """
    number = rows[_number(table)]
    about = number if subject is None else subject
    return subjects(level, about, rows["county"], result, cite(table, number), **told)


def named(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return DataFrame[county, evidence]: what `judge_areas` names, rows of a table by their numbers."""
    return rows[["county"]].assign(evidence=cite(table, rows[_number(table)]))


def _number(table: str) -> str:
    """The column by which a row of a table is cited."""
    return schemas.tables()[table].keys[0]


def ratio(part: pd.Series[int], whole: pd.Series[int]) -> pd.Series[float]:
    """Return a share, missing where there is nothing to take it of."""
    return (part / whole.mask(whole == 0)).astype("Float64")


def judge_units(
    facts: Facts,
    rule: Rule,
    units: pd.DataFrame,
    *,
    short: pd.Series[str],
    unclear: pd.Series[str] | str = "",
    exempt: pd.Series[str] | str = "",
    seen: pd.Series[bool] | bool = True,
    evidence: pd.Series[str] | None = None,
    **counts: pd.Series[Any],
) -> pd.DataFrame:
    """Return a rule's rows for units of the roster, from what each of them falls short of.

    A unit entered after the roster was frozen has some days from then, however early the rule is due.

    Parameters
    ----------
    units : rows of ``facts.frame``
    short : what is wanting, in words; empty where nothing is
    unclear : why nobody can say;  exempt : why the rule does not apply
    seen : whether there is a record of the unit; without one a table not read whole leaves it open
    counts : ``numerator``, ``denominator``, ``value`` where the rule has such
    """
    texts = pd.DataFrame({"short": short, "unclear": unclear, "exempt": exempt}, index=units.index)
    lacks = _unread_tables(facts, rule, units["county"])
    unread = (lacks != "") & ~pd.Series(seen, index=units.index)
    lost = texts["short"].ne("") & unread
    early = _last_day(facts, rule, units) > facts.as_of
    cases: list[tuple[pd.Series[bool], str, Any]] = [
        (texts["exempt"] != "", NOT_APPLICABLE, texts["exempt"]),
        (lost, NOT_ASSESSABLE, lacks + "没有报送或未能全部读出"),
        (texts["unclear"] != "", NOT_ASSESSABLE, texts["unclear"]),
        ((texts["short"] != "") & early, NOT_DUE, "未到期, 目前" + texts["short"]),
        (texts["short"] != "", NOT_MET, texts["short"]),
    ]
    applies = [case for case, _, _ in cases]
    return subjects(
        "unit",
        units["unit_id"],
        units["county"],
        np.select(applies, [name for _, name, _ in cases], MET),
        cite("units", units["unit_id"]) if evidence is None else evidence,
        reason=np.select(applies, [why for _, _, why in cases], ""),
        **counts,
    )


def _unread_tables(facts: Facts, rule: Rule, county: pd.Series[str]) -> pd.Series[str]:
    """Return for each county the tables of a rule in which a record of it may be unread; empty where none."""
    unread = [(county.isin(facts.gaps.open_to([table])), _titles([table])) for table in rule.needs]
    return join_words(unread, county.index)


def _last_day(facts: Facts, rule: Rule, units: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    due = facts.as_of if rule.due is None else rule.due
    added = units["entry_date"] > facts.book.day("freeze_day")
    grace = units["entry_date"] + facts.book.days("self_check_added")
    return pd.Series(due, index=units.index, dtype=units["entry_date"].dtype).mask(
        added & (grace > due), grace
    )


def whole(facts: Facts, result: str, reason: str) -> pd.DataFrame:
    """Return the one row that speaks for a rule nobody could apply to single subjects."""
    told = {"level": "province", "subject": facts.province, "result": result, "reason": reason}
    return pd.DataFrame([dict.fromkeys(COLUMNS) | told])


def nothing_given(facts: Facts, rule: Rule) -> pd.DataFrame:
    """Return that row where a table the rule needs was not handed in."""
    return whole(facts, NOT_ASSESSABLE, f"没有可用的{_titles(facts.gaps.not_given(rule.needs))}")


def cite(table: str, keys: pd.Series[str]) -> pd.Series[str]:
    """Return evidence: ``table:key``."""
    return (f"{table}:" + keys.astype("str")).astype("str")


def join_evidence(parts: pd.Series[str], by: pd.Series[str]) -> pd.Series[str]:
    """Return evidence sorted and joined by semicolons, per group."""
    table = pd.DataFrame({"part": parts, "by": by}).dropna().drop_duplicates().sort_values(["by", "part"])
    return table.groupby("by")["part"].agg(";".join).astype("str")


def _sum_up(facts: Facts, rule: Rule, counts: pd.DataFrame) -> pd.DataFrame:
    closed = facts.gaps.closed_to(rule.needs)
    places = facts.places[facts.places["level"].isin(rule.levels)]
    readable = counts[~counts.index.isin(closed)]
    by_county = readable.reindex(places["county"], fill_value=0).reset_index(drop=True)
    by_county["unread"] = places["county"].isin(closed).astype("int64").to_numpy()
    by_county[["level", "area"]] = places[["level", "area"]].to_numpy()
    sums = by_county.groupby(["level", "area"], sort=True).sum().reset_index()
    which = pd.Series("", index=sums.index, dtype="str")
    for table in rule.needs:
        lost = places.loc[places["county"].isin(facts.gaps.closed_to([table])), ["level", "area"]]
        hit = among(sums["level"] + ":" + sums["area"], lost["level"] + ":" + lost["area"])
        which += hit.map({True: f"、{_titles([table])}", False: ""}).astype("str")
    # A roster row is counted and proves nothing, so one that is lost can excuse no shortfall.
    proofs = [table for table in rule.needs if table not in ("units", *rule.counts)]
    return sums.assign(
        unidentified=_unidentified(facts, sums, rule.counts),
        unproven=_unidentified(facts, sums, proofs),
        absent=bool(facts.gaps.not_given(rule.needs)),
        which=which.str.removeprefix("、"),
    )


def _unidentified(facts: Facts, sums: pd.DataFrame, tables: Iterable[str]) -> pd.Series[int]:
    """Count the rows of some tables that nobody could identify and that may belong to each area."""
    total = pd.Series(0, index=sums.index, dtype="int64")
    for table in tables:
        rows = facts.gaps.unidentified.get(table, pd.Series(dtype="int64"))
        total += look_up(sums["level"] + ":" + sums["area"], rows).fillna(0).astype("int64")
    return total


def _cases(facts: Facts, rule: Rule, sums: pd.DataFrame, gap: pd.Series[int], none: str) -> list[Case]:
    """What an area may be, in the order that decides: a shortfall nobody can explain away comes first."""
    short = (gap - sums["doubtful"] - sums["contested"] - sums["unproven"]).clip(lower=0)
    early = rule.early(facts.as_of)
    lame = ", 其中 " + sums["doubtful"].astype("str") + f" {rule.counted_in}记录不全"
    both = ", 其中 " + sums["contested"].astype("str") + f" {rule.counted_in}同时列入几个县区的名录"
    lost = ", 另有 " + sums["unproven"].astype("str") + " 行记录无法识别"
    lame = lame.where(sums["doubtful"] > 0, "") + both.where(sums["contested"] > 0, "")
    lame += lost.where(sums["unproven"] > 0, "")
    gaps = "还差 " + gap.astype("str") + f" {rule.counted_in}" + lame
    return [
        (sums["absent"], NOT_ASSESSABLE, f"没有可用的{_titles(facts.gaps.not_given(rule.needs))}"),
        ((short > 0) & (not early), NOT_MET, gaps),
        (sums["unread"] > 0, NOT_ASSESSABLE,
         sums["unread"].astype("str") + " 个县区的" + sums["which"] + "没有报送或未能全部读出"),
        ((gap > 0) & early, NOT_DUE, "未到期, 目前" + gaps),
        ((gap > 0) & (gap > sums["doubtful"]), NOT_ASSESSABLE, gaps + ", 无法判定"),
        (gap > 0, NOT_ASSESSABLE, gap.astype("str") + f" {rule.counted_in}的记录不全, 无法判定"),
        (sums["unidentified"] > 0, NOT_ASSESSABLE,
         _titles(rule.counts) + "中有 " + sums["unidentified"].astype("str")
         + " 行无法识别或归属不清, 可能属于分母"),
        (sums["denominator"].eq(0) & sums["pending"].gt(0), NOT_DUE, "均未到期"),
        (sums["denominator"] == 0, NOT_APPLICABLE, none),
    ]  # fmt: skip


def _decide(sums: pd.DataFrame, cases: list[Case]) -> pd.DataFrame:
    result = pd.Series(MET, index=sums.index, dtype="str")
    reason = pd.Series(pd.NA, index=sums.index, dtype="str")
    open_ = pd.Series(True, index=sums.index)
    for applies, name, why in cases:
        hit = open_ & applies
        result = result.mask(hit, name)
        reason = reason.mask(hit, why)
        open_ &= ~hit
    return sums[["level", "area"]].assign(result=result, reason=reason)


def _by_area(facts: Facts, evidence: pd.DataFrame, sums: pd.DataFrame) -> pd.Series[str]:
    named = evidence.merge(facts.places, on="county")
    joined = join_evidence(named["evidence"], named["level"] + ":" + named["area"])
    return look_up(sums["level"] + ":" + sums["area"], joined)


def _titles(tables: tuple[str, ...] | list[str]) -> str:
    return "、".join(schemas.tables()[table].zh for table in tables)
