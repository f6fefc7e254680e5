"""Scores of checklists: earned over possible, with key items, gaps allowed and gaps not.

An item that does not apply (合理缺项) leaves the possible points, so that a clinic is not marked
down for having no lift. An item nobody checked stays in them and earns nothing: a score must
not rise because somebody did not look. Where too many items that the roster says are due are called
not applicable, nobody can say.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.keys import among, join_words, look_up
from audit_lib.compliance.rulebook import Rulebook

CHECKED_AS = {"合格": 1.0, "不合格": 0.0}
NOT_CHECKED, NOT_APPLICABLE, PARTIAL = "未检查", "合理缺项", "部分合格"

_EXACT = 9
"""Digits kept before a score is held against the pass line: a share such as 0.7 is not exact."""


def items_due(units: pd.DataFrame, book: Rulebook) -> pd.DataFrame:
    """Return which items of the checklist each unit must be asked.

    Parameters
    ----------
    units : DataFrame[unit_id, unit_type, has_...]   village clinics and small clinics have the short
        form; an item that needs equipment is due where the roster says that it is there

    Returns
    -------
    DataFrame[unit_id, item_id]   in the order of units, then of the checklist
    """
    items = book.items
    kind = units["unit_type"].fillna("").astype("str")
    short = kind.str.startswith(book.short_forms).to_numpy()[:, None]
    due = np.where(short, items["short_form"].to_numpy()[None, :], True)
    for place, (prefixes, flags) in enumerate(zip(items["applies_to"], items["needs"], strict=True)):
        if prefixes:
            due[:, place] &= kind.str.startswith(tuple(prefixes.split("|"))).to_numpy()
        if flags:
            there = units[flags.split("|")].fillna(False).astype(bool)
            due[:, place] &= there.any(axis=1).to_numpy()
    unit, item = np.nonzero(due)
    return pd.DataFrame(
        {"unit_id": units["unit_id"].to_numpy()[unit], "item_id": items["item_id"].to_numpy()[item]}
    )


def score_checks(
    check_items: pd.DataFrame, checks: pd.DataFrame, units: pd.DataFrame, book: Rulebook
) -> pd.DataFrame:
    """Score every checklist.

    Parameters
    ----------
    check_items : table ``check_items``
    checks : DataFrame[check_id, unit_id, date, county]   the visits they belong to; items of others
        are not scored
    units : the roster: an item due by it that no row mentions counts as not checked

    Returns
    -------
    table ``scores`` with ``date`` and ``county`` of the visit, sorted by check_id
    """
    rows = _answers(check_items, checks, units, book)
    by = rows.groupby("check_id")
    scores = by[["earned", "possible", "checked", "asked", "na", "key_open", "best", "denied"]].sum()
    key = rows[rows["key_failed"]].sort_values("item_id").groupby("check_id")["item_id"].agg("、".join)
    scores["key_failed"] = look_up(scores.index.to_series(), key)
    scores["completeness"] = scores["checked"] / scores["asked"].mask(scores["asked"] == 0)
    possible = scores["possible"].mask(scores["checked"] == 0)
    scores["score"] = 100 * scores["earned"] / possible
    scores["conclusion"] = _conclude(scores, book)
    scores["note"] = _notes(scores, rows, book)
    return (
        scores.reset_index()
        .merge(checks, on="check_id", how="left")
        .sort_values("check_id", ignore_index=True)
    )


def latest_checklists(scores: pd.DataFrame) -> pd.DataFrame:
    """Return each unit's latest score; a checklist without a day is never the latest of several."""
    rows = scores[scores["unit_id"].notna()]
    rows = rows.sort_values(["unit_id", "date", "check_id"], na_position="first")
    return rows.drop_duplicates("unit_id", keep="last")


def _answers(
    check_items: pd.DataFrame, checks: pd.DataFrame, units: pd.DataFrame, book: Rulebook
) -> pd.DataFrame:
    """One row per checklist and item, answered or due, with its points."""
    check_items = check_items[among(check_items["check_id"], checks["check_id"])]
    given = _worst(check_items)
    scored = checks[among(checks["check_id"], given["check_id"])]
    due = items_due(units[among(units["unit_id"], scored["unit_id"])], book)
    expected = (
        scored[["check_id", "unit_id"]].merge(due, on="unit_id")[["check_id", "item_id"]].assign(due=True)
    )
    rows = given[["check_id", "item_id", "result", "share", "twice"]].merge(
        expected, on=["check_id", "item_id"], how="outer"
    )
    rows = rows.merge(book.items[["item_id", "key", "points"]], on="item_id", how="left")
    rows["known"] = rows["points"].notna()
    rows["key"] = rows["key"].fillna(False).astype(bool)
    points = rows["points"].fillna(0).astype("float64")
    got = _share_passed(rows)
    na = rows["result"] == NOT_APPLICABLE
    seen = got.notna()
    return rows.assign(
        na=na & rows["known"],
        checked=seen & rows["known"],
        asked=~na & rows["known"],
        possible=points.where(~na, 0.0),
        earned=(points * got).fillna(0.0),
        best=points.where(~na, 0.0) * got.fillna(1.0),
        key_failed=rows["key"] & seen & (got < 1),
        key_open=rows["key"] & ~na & ~seen,
        denied=na & rows["due"].notna(),
        unclear=(rows["result"] == PARTIAL) & ~seen & rows["known"],
        twice=rows["twice"].fillna(False).astype(bool),
    )


def _share_passed(rows: pd.DataFrame) -> pd.Series[float]:
    """Return how much of each item passed; a share outside 0 to 1, such as 80 for 80%, says nothing."""
    share = rows["share"].astype("float64")
    passed = rows["result"].map(CHECKED_AS).astype("float64")
    return passed.where(rows["result"] != PARTIAL, share.where(share.between(0, 1)))


def _worst(check_items: pd.DataFrame) -> pd.DataFrame:
    """Return one row per item of a checklist; of several answers the worst counts (``twice``)."""
    keys = ["check_id", "item_id"]
    rank = check_items["result"].map({NOT_CHECKED: 2, NOT_APPLICABLE: 3}).astype("float64")
    passed = _share_passed(check_items)
    rank = rank.fillna(passed.where(passed < 1, 4)).where(passed.notna() | rank.notna(), 2)
    rows = check_items.assign(rank=rank).sort_values([*keys, "rank", "result", "share"])
    kinds = rows.groupby(keys)["rank"].transform("nunique")
    return rows.assign(twice=kinds > 1).drop_duplicates(keys)


def _conclude(scores: pd.DataFrame, book: Rulebook) -> pd.Series[str]:
    """Fail on a key item, or where even the best case of the unchecked stays below the line."""
    line, complete = book.count("pass_line"), float(book.share("least_completeness"))
    possible = scores["possible"]
    passed = (100 * scores["earned"] - line * possible).round(_EXACT) >= 0
    hopeless = (100 * scores["best"] - line * possible).round(_EXACT) < 0
    unseen = (scores["key_open"] > 0) | ~(scores["completeness"] >= complete)
    unseen |= scores["denied"] > float(book.share("na_share_flag")) * (scores["na"] + scores["asked"])
    result = np.select(
        [scores["key_failed"].notna() | hopeless, unseen | ~passed], ["不合格", "不能判定"], "合格"
    )
    return pd.Series(result, index=scores.index, dtype="str")


def _notes(scores: pd.DataFrame, rows: pd.DataFrame, book: Rulebook) -> pd.Series[str]:
    total = scores["na"] + scores["asked"]
    many = scores["na"] > float(book.share("na_share_flag")) * total
    denied = rows[rows["denied"]].groupby("check_id").size()
    foreign = rows[~rows["known"]].groupby("check_id").size()
    faults: list[tuple[pd.Series[bool], str | pd.Series[str]]] = [(many, "合理缺项过多")]
    unclear = rows[rows["unclear"]].groupby("check_id").size()
    twice = rows[rows["twice"]].groupby("check_id").size()
    for counts, words in (
        (denied, "项按名录应检而记为合理缺项"),
        (foreign, "项不在检查表目录中"),
        (unclear, "项部分合格而没有 0 至 1 的比例, 按未检查计"),
        (twice, "项有不同结果, 按较差的计"),
    ):
        count = look_up(scores.index.to_series(), counts)
        faults.append((count.notna(), count.astype("Int64").astype("str") + words))
    notes = join_words(faults, scores.index)
    return notes.where(notes != "")
