"""Replacements: who stands in for a unit that was not inspected, and what was done otherwise.

A unit not inspected needs a reason. Only where the fault is ours (weather, no time) does it
give its place to the next reserve of its stratum, in the order of their tickets; a reserve
missed by our fault gives way to the one after. Who stands in for whom follows from that order
alone: what a record says about it is compared, never believed, because whoever may choose the
stand-in chooses the result. Source: docs/method.md, chapter 6.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from audit_lib.sampling import PASSED, named_inspectors
from audit_lib.workbooks import table_workbook

LEDGER = ("stratum", "place", "reason", "unit_id", "outcome")
DEVIATIONS = ("stratum", "unit_id", "deviation")
HEADINGS = {
    "draw": "抽样",
    "stratum": "层",
    "place": "抽中单位",
    "reason": "未检原因",
    "unit_id": "替补或有关单位",
    "outcome": "替补到访情况",
    "deviation": "偏离",
}

INSPECTED = "已检查"
SKIPPED = "按次序应由其递补, 没有到访记录"
NOT_DUE = "未轮到的备用单位, 其结果不计入"
NO_REASON = "未检查而没有写明原因, 按未能检查计"
NOBODY = "没有写明检查人员, 其结果不计入"
NOT_LISTED = "不在样本和备用名单中, 其结果不计入"


def hold_places(
    sample: pd.DataFrame, outcomes: pd.Series[str], *, own_fault: Collection[str]
) -> pd.DataFrame:
    """Return who holds each place of a sample, and every reserve that was called on the way.

    Parameters
    ----------
    sample : DataFrame[unit_id, stratum, rank, drawn]   units drawn, and reserves
    outcomes : why, or that, a unit was inspected; by unit_id, units without record left out
    own_fault : outcomes that give the place away

    Returns
    -------
    DataFrame[stratum, place, unit_id, last]   ``place`` is the unit drawn; one row for it, then one
        for each reserve called for it in turn; ``last`` marks who holds it. A place for which
        no reserve is left stays with the unit drawn. Sorted by stratum, rank of the place, turn

    >>> sample = pd.DataFrame({"unit_id": list("ABCD"), "stratum": "x", "rank": [1, 2, 3, 4],
    ...                        "drawn": [True, True, False, False]})
    >>> held = hold_places(sample, pd.Series({"A": "天气原因", "B": "拒绝检查"}), own_fault=["天气原因"])
    >>> held.loc[held["last"], ["place", "unit_id"]].values.tolist()
    [['A', 'C'], ['B', 'B']]
    """
    rows = sample.sort_values(["stratum", "rank"])
    missed = set(outcomes.index[outcomes.isin(list(own_fault))])
    reserves = {str(key): iter(part["unit_id"]) for key, part in rows[~rows["drawn"]].groupby("stratum")}
    held: list[tuple[str, str, str, bool]] = []
    for stratum, place in rows.loc[rows["drawn"], ["stratum", "unit_id"]].itertuples(index=False):
        called = [place]
        while called[-1] in missed and (following := next(reserves.get(stratum, iter(())), None)):
            called.append(following)
        holder = place if called[-1] in missed else called[-1]
        held += [(stratum, place, unit, unit == holder) for unit in called]
    return pd.DataFrame(held, columns=["stratum", "place", "unit_id", "last"])


def list_replacements(
    held: pd.DataFrame, outcomes: pd.Series[str], *, own_fault: Collection[str]
) -> pd.DataFrame:
    """Return the ledger: each place that gave way, its reason, and who was called for it in turn.

    Parameters
    ----------
    held, outcomes, own_fault : as `hold_places`

    Returns
    -------
    DataFrame[stratum, place, reason, unit_id, outcome]   no outcome: no record yet; no unit_id: no
        reserve is left for this place
    """
    given = held[held["place"].map(outcomes).isin(list(own_fault))]
    alone = given.groupby(["stratum", "place"])["unit_id"].transform("size") == 1
    rows = given[(given["unit_id"] != given["place"]) | alone]
    rows = rows.assign(reason=rows["place"].map(outcomes), unit_id=rows["unit_id"].mask(alone))
    return rows.assign(outcome=rows["unit_id"].map(outcomes))[list(LEDGER)].reset_index(drop=True)


def list_deviations(sample: pd.DataFrame, visits: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Return what was done otherwise than the order of the reserves says.

    Parameters
    ----------
    sample, held : as `hold_places`
    visits : DataFrame[unit_id, outcome, conclusion, replaces]   from `speaking_visits`

    Returns
    -------
    DataFrame[stratum, unit_id, deviation]   sorted by unit; no stratum: not on the lists
    """
    called = held.loc[held["unit_id"] != held["place"], ["unit_id", "place"]].set_index("unit_id")["place"]
    listed = sample.set_index("unit_id")
    seen, unit = visits.reset_index(drop=True), visits["unit_id"].reset_index(drop=True)
    due, said = unit.map(called), seen["replaces"]
    spare = unit.isin(listed.index[~listed["drawn"]])
    silent = seen["outcome"].fillna(INSPECTED).eq(INSPECTED) & seen["conclusion"].isna()
    found = {
        NOT_LISTED: unit[~unit.isin(listed.index)],
        NOT_DUE: unit[spare & due.isna()],
        NO_REASON: unit[silent & unit.isin(listed.index)],
        SKIPPED: _passed_over(listed, set(unit), called),
    }
    parts = [pd.DataFrame({"unit_id": units, "deviation": why}) for why, units in found.items()]
    other = due.notna() & said.notna() & (said != due)
    words = "按次序替补 " + due[other] + ", 记录为替补 " + said[other]
    parts.append(pd.DataFrame({"unit_id": unit[other], "deviation": words}))
    table = pd.concat(parts).astype("str")
    table["stratum"] = table["unit_id"].map(listed["stratum"])
    return table[list(DEVIATIONS)].sort_values(["unit_id", "deviation"], ignore_index=True)


def replacement_workbook(
    samples: Mapping[str, pd.DataFrame],
    checks: pd.DataFrame,
    *,
    since: Mapping[str, pd.Timestamp],
    own_fault: Collection[str],
) -> bytes:
    """Return the ledger of all draws with what deviates from it, as the bytes of a workbook.

    Parameters
    ----------
    samples : by name of the draw, as `hold_places`;  checks : table ``province_checks``
    since : by name of the draw, as `speaking_visits`
    """
    ledgers, deviations = [], []
    for name, sample in sorted(samples.items()):
        visits = speaking_visits(checks, sample, draw=name, since=since[name])
        outcomes = visits.set_index("unit_id")["outcome"]
        held = hold_places(sample, outcomes, own_fault=own_fault)
        ledgers.append(list_replacements(held, outcomes, own_fault=own_fault).assign(draw=name))
        deviations.append(list_deviations(sample, visits, held).assign(draw=name))
        deviations.append(_of_nobody(checks, sample, name))
    titles = {"替补台账": (ledgers, LEDGER), "偏离次序": (deviations, DEVIATIONS)}
    sheets = {}
    for title, (parts, columns) in titles.items():
        rows = pd.concat(parts) if parts else pd.DataFrame()
        sheets[title] = rows.reindex(columns=["draw", *columns]).rename(columns=HEADINGS)
    return table_workbook(sheets)


def speaking_visits(
    checks: pd.DataFrame, sample: pd.DataFrame, *, draw: str, since: pd.Timestamp
) -> pd.DataFrame:
    """Return the one visit that speaks for each unit visited under a draw's name.

    Of several the first inspection: a later pass says only that the failure was mended. Without
    one, the last attempt. A record without a day comes after all that have one; an inspection by
    nobody is none. One that names no draw counts for units on the lists that no other names,
    from the day of the draw.

    Parameters
    ----------
    checks : table ``province_checks``;  sample : as `hold_places`
    since : the day at whose end the frame stood
    """
    named = (checks["draw"] == draw).fillna(False).astype(bool)
    other = checks["draw"].isna() & checks["unit_id"].isin(sample["unit_id"]) & (checks["date"] >= since)
    other &= ~checks["unit_id"].isin(checks.loc[named, "unit_id"])
    rows = checks[(named | other) & ~_by_nobody(checks)]
    seen = rows["outcome"].fillna(INSPECTED).eq(INSPECTED) & rows["conclusion"].notna()
    days = (rows["date"] - pd.Timestamp(0)).dt.days
    order = rows.assign(
        undated=rows["date"].isna(),
        missed=~seen,
        turn=days.where(seen, -days),
        good=rows["conclusion"].eq(PASSED),
    )
    order = order.sort_values(["unit_id", "undated", "missed", "turn", "good", "check_id"])
    return rows.loc[order.index].drop_duplicates("unit_id", ignore_index=True)


def held_visits(
    checks: pd.DataFrame,
    sample: pd.DataFrame,
    *,
    draw: str,
    since: pd.Timestamp,
    own_fault: Collection[str],
) -> pd.DataFrame:
    """Return who holds each place of a sample, with the visit that speaks for it.

    Parameters
    ----------
    checks, sample, draw, since : as `speaking_visits`;  own_fault : as `hold_places`

    Returns
    -------
    DataFrame[stratum, unit_id, ...]   one row per place; what the visit is, missing where there was
        none; ``conclusion`` only of an inspection
    """
    rows = speaking_visits(checks, sample, draw=draw, since=since)
    outcome = rows["outcome"].fillna(INSPECTED).astype("str")
    rows = rows.assign(outcome=outcome, conclusion=rows["conclusion"].where(outcome == INSPECTED))
    held = hold_places(sample, rows.set_index("unit_id")["outcome"], own_fault=own_fault)
    return held.loc[held["last"], ["stratum", "unit_id"]].merge(rows, on="unit_id", how="left")


def _of_nobody(checks: pd.DataFrame, sample: pd.DataFrame, draw: str) -> pd.DataFrame:
    mine = checks["draw"].fillna(draw).eq(draw) & checks["unit_id"].isin(sample["unit_id"])
    units = checks.loc[mine & _by_nobody(checks), ["unit_id"]].drop_duplicates().sort_values("unit_id")
    stratum = units["unit_id"].map(sample.set_index("unit_id")["stratum"])
    return units.assign(draw=draw, stratum=stratum, deviation=NOBODY)


def _by_nobody(checks: pd.DataFrame) -> pd.Series[bool]:
    """Return which records tell of an inspection and name no inspector."""
    told = checks["outcome"].fillna(INSPECTED).eq(INSPECTED) & checks["conclusion"].notna()
    return told & ~named_inspectors(checks)


def _passed_over(listed: pd.DataFrame, seen: set[str], called: pd.Series[str]) -> pd.Series[str]:
    """Return reserves called and not gone to, while a later one of their stratum was."""
    reserves = listed[~listed["drawn"]]
    last = reserves[reserves.index.isin(list(seen))].groupby("stratum")["rank"].max()
    over = reserves["rank"] < reserves["stratum"].map(last).fillna(0)
    chosen = reserves[over & reserves.index.isin(called.index) & ~reserves.index.isin(list(seen))]
    return chosen.index.to_series()
