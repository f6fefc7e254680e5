"""The life of a hazard: found, due, closed, overdue, and what is written down for it.

Closed means rectified *and* passed at a re-check no earlier, and not opened again since; a date of
rectification alone is a claim.
Source: readings A6 and A7.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.compliance.keys import join_words
from audit_lib.compliance.rulebook import Rulebook
from audit_lib.intake.text import bare, names_somebody

MAJOR, ORDINARY = "重大", "一般"
PASSED = "合格"

_FIELDS: dict[str, tuple[str, ...]] = {
    "责任": ("resp_unit", "resp_person"),
    "措施": ("measure",),
    "资金": ("fund_planned",),
    "时限": ("deadline",),
    "预案": ("plan_doc",),
    "方案": ("scheme",),
    "目标": ("goal",),
}
"""Columns that carry each element; the last two stand in the ledger only, the others in the listing too."""


def follow_hazards(
    hazards: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    elements: Sequence[str],
    no_content: Collection[str],
    answers: Collection[str] = (),
) -> pd.DataFrame:
    """Return the ledger as it stood at the end of a day, with what follows from it.

    Parameters
    ----------
    hazards : table ``hazards``; rows found after ``as_of`` do not exist yet
    elements : the elements that 五落实 asks for
    no_content : words that say nothing, such as 无
    answers : those of them that answer a column which asks 有无 (`lacking`)

    Returns
    -------
    the rows with ``claimed`` (rectified, by the unit's word), ``rechecked``, ``closed`` (passed),
    ``due`` (deadline in force), ``in_time`` (closed by it, and never opened again by a failed
    re-check), ``overdue``, ``lacking`` (elements missing, joined by 、), ``said_grade`` added; ``grade`` is
    the one in force (`grade_in_force`)
    """
    rows = hazards[~(hazards["found_date"] > as_of)].reset_index(drop=True)
    claimed = rows["closed_date"] <= as_of
    rechecked = rows["recheck_result"].notna() & (rows["recheck_date"] <= as_of)
    again = (rows["reopened_date"] <= as_of) & ~(rows["closed_date"] >= rows["reopened_date"])
    passed = (rows["recheck_result"] == PASSED) & (rows["recheck_date"] >= rows["closed_date"])
    closed = claimed & rechecked & passed & ~again
    due = deadline_in_force(rows, as_of)
    return rows.assign(
        claimed=claimed,
        rechecked=rechecked,
        closed=closed,
        due=due,
        in_time=closed & (rows["closed_date"] <= due) & ~(rows["reopened_date"] <= as_of),
        said_grade=rows["grade"],
        grade=grade_in_force(rows, as_of, no_content),
        overdue=~closed & (due < as_of),
        lacking=lacking(rows, elements, no_content, answers),
    )


def closing_day(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """Return the days on which hazards were both mended and passed; missing where they are not closed."""
    return rows[["closed_date", "recheck_date"]].max(axis=1).where(rows["closed"])


def days_known(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series[int]:
    """Return for how many days hazards have been known at the end of a day."""
    days: pd.Series[int] = (as_of - rows["found_date"]).dt.days.astype("Int64")
    return days


def at_best(
    hazards: pd.DataFrame,
    unreadable: Callable[[pd.DataFrame, str], pd.Series[bool]],
    *,
    as_of: pd.Timestamp,
    elements: Sequence[str],
    no_content: Collection[str],
    answers: Collection[str] = (),
) -> pd.DataFrame:
    """Return hazards as they would stand if whatever could not be read said what is best for them.

    What falls short even so falls short; what falls short only without it is in doubt.

    Parameters
    ----------
    hazards : as `follow_hazards` returns them
    unreadable : which rows hold something unreadable in a column (`Gaps.unreadable`)
    """
    found = hazards["found_date"].fillna(as_of)
    kindest: dict[str, Any] = {
        "closed_date": hazards["reopened_date"].where(hazards["reopened_date"] > found, found),
        "recheck_date": as_of,
        "recheck_result": PASSED,
        "deadline": as_of,
        "extended_to": as_of,
        "extension_approved": hazards["deadline"],
        "fund_planned": 1,
        "fund_not_needed": True,
    }
    rows = hazards.copy()
    for column, value in kindest.items():
        rows[column] = rows[column].mask(unreadable(hazards, column), value)
    return follow_hazards(rows, as_of=as_of, elements=elements, no_content=no_content, answers=answers)


def deadline_in_force(rows: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series[pd.Timestamp]:
    """Return the deadlines, extended where that was approved no later than the old deadline."""
    approved = (rows["extension_approved"] <= rows["deadline"]) & (rows["extension_approved"] <= as_of)
    return rows["deadline"].mask(approved & rows["extended_to"].notna(), rows["extended_to"])


def grade_in_force(rows: pd.DataFrame, as_of: pd.Timestamp, no_content: Collection[str]) -> pd.Series[str]:
    """Return the grades of a day; one taken down without reason or approver is in doubt (missing)."""
    later = rows["regraded_date"] > as_of
    grade = rows["grade"].mask(later & rows["first_grade"].notna(), rows["first_grade"])
    said = has_content(rows["regrade_reason"], no_content) & has_content(rows["regrade_approver"], no_content)
    return grade.mask(taken_down(rows) & ~later & ~said)


def taken_down(rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which hazards were major and are now called ordinary."""
    down: pd.Series[bool] = rows["first_grade"].eq(MAJOR) & rows["grade"].ne(MAJOR) & rows["grade"].notna()
    return down


def maybe_major(hazards: pd.DataFrame) -> pd.Series[bool]:
    """Return which hazards are major, or may be: a grade nobody can read is no proof of an ordinary one.

    >>> maybe_major(pd.DataFrame({"grade": ["重大", "一般", None]})).tolist()
    [True, False, True]
    """
    return (hazards["grade"] == MAJOR) | hazards["grade"].isna()


def owes_listing(
    hazards: pd.DataFrame, *, as_of: pd.Timestamp, limit: pd.Timedelta
) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Return which majors must be listed by now, and which may have to be (F3-02).

    Closed within the limit a hazard owes nothing; until the limit has passed nobody knows.
    """
    last = hazards["found_date"] + limit
    swift = hazards["closed"] & (hazards["closed_date"] <= last)
    pending = ~swift & (last > as_of)
    return ~swift & ~pending, pending


def to_name(lost: pd.DataFrame, doubtful: pd.Series[bool]) -> pd.DataFrame:
    """Return which hazards that fall short to name: the doubtful only where their county has no certain one.

    Where the shortfall is certain, the evidence becomes a list of accusations.

    >>> lost = pd.DataFrame({"county": ["a", "a", "b"], "hazard_id": ["1", "2", "3"]})
    >>> to_name(lost, pd.Series([False, True, True]))["hazard_id"].tolist()
    ['1', '3']
    """
    doubtful = doubtful.reindex(lost.index)
    return lost[~(doubtful & lost["county"].isin(lost.loc[~doubtful, "county"]))]


def lacking(
    rows: pd.DataFrame, elements: Sequence[str], no_content: Collection[str], answers: Collection[str] = ()
) -> pd.Series[str]:
    """Return which elements have no content, joined by 、; empty where all are there.

    The ledgers ask 应急预案(有无/文号): of the words without content, ``answers`` such as 有 answer that.

    >>> row = {"resp_unit": ["卫生院"], "resp_person": [None], "measure": ["更换"], "fund_planned": [0],
    ...        "deadline": [pd.Timestamp("2014-03-20")], "plan_doc": ["无"]}
    >>> lacking(pd.DataFrame(row), ["责任", "措施", "资金", "时限", "预案"], ["无"])[0]
    '责任、资金、预案'
    """
    nothing = {"预案": set(no_content) - set(answers)}
    faults = ((~_has(rows, one, nothing.get(one, no_content)), one) for one in elements)
    return join_words(faults, rows.index)


def element_columns(elements: Sequence[str]) -> frozenset[str]:
    """Return the columns in which elements stand that only another reading asks for (A7)."""
    return frozenset(column for element in elements if element in _ELSEWHERE for column in _FIELDS[element])


_ELSEWHERE = ("方案", "目标")


def has_content(cells: pd.Series[str], no_content: Collection[str]) -> pd.Series[bool]:
    """Return which cells say something, whatever widths, spaces and marks a word for nothing has.

    >>> has_content(pd.Series(["预案1号", "（无）", "／", " ", None]), ["无"]).tolist()
    [True, False, False, False, False]
    """
    nothing = {"", *map(bare, no_content)}
    return _each(cells, lambda text: bare(text) not in nothing)


def has_name(cells: pd.Series[str], book: Rulebook) -> pd.Series[bool]:
    """Return which cells name somebody; a tick or a number of people names nobody."""
    nothing, counts = {"", *map(bare, book.no_name)}, book.words("head_counts")
    return _each(cells, lambda text: names_somebody(text, nothing, counts))


def _each(cells: pd.Series[str], test: Callable[[str], bool]) -> pd.Series[bool]:
    """Test each spelling once; a missing cell fails."""
    codes, spellings = pd.factorize(cells.astype(object).to_numpy())
    passed = np.array([*map(test, spellings), False], dtype=bool)
    return pd.Series(passed[codes], index=cells.index)


def _has(rows: pd.DataFrame, element: str, no_content: Collection[str]) -> pd.Series[bool]:
    if element == "资金":
        funded = (rows["fund_planned"] > 0).fillna(False).astype(bool)
        if "fund_not_needed" in rows:
            funded |= rows["fund_not_needed"].fillna(False).astype(bool)
        return funded
    if element == "时限":
        return rows["deadline"].notna()
    there = pd.Series(True, index=rows.index)
    for column in _FIELDS[element]:
        there &= has_content(rows[column], no_content)
    return there
