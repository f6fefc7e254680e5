"""Keys of rows: who is among whom, and which of two equal keys speaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from audit_lib import schemas


def among(keys: pd.Series[str], others: pd.Series[str]) -> pd.Series[bool]:
    """Return which keys stand in another column; a missing key stands nowhere.

    ``Series.isin`` says the same, but on text it turns the other column into Arrow scalars one
    by one, which took half the time of a judgement.

    >>> among(pd.Series(["a", "b", None]), pd.Series(["b", None])).tolist()
    [False, True, False]
    """
    known = others.dropna().astype(object).unique()
    return keys.astype(object).isin(known) & keys.notna()


def look_up(keys: pd.Series[str], values: pd.Series[Any]) -> pd.Series[Any]:
    """Return for each key the value that stands under it in the index, missing where none does.

    ``Series.map`` says the same, but forgets the type of a column of which nothing is found.

    >>> days = pd.Series(pd.to_datetime(["2014-03-03"]), index=["a"])
    >>> look_up(pd.Series(["b"]), days).dtype == days.dtype
    True
    """
    return values.reindex(pd.Index(keys)).set_axis(keys.index)


def join_words(
    faults: Iterable[tuple[pd.Series[bool], str | pd.Series[str]]], index: pd.Index
) -> pd.Series[str]:
    """Return the words of all that is true of each row, joined by 、; empty where nothing is.

    >>> late, blank = pd.Series([True, True, False]), pd.Series([False, True, False])
    >>> join_words([(late, "迟报"), (blank, "缺数字")], late.index).tolist()
    ['迟报', '迟报、缺数字', '']
    """
    words = pd.Series("", index=index, dtype="str")
    for hit, word in faults:
        words += ("、" + pd.Series(word, index=index, dtype="str")).where(hit, "")
    return words.str.removeprefix("、")


def first_of(
    table: pd.DataFrame, keys: Sequence[str], *, before: Sequence[pd.Series[Any]] = ()
) -> pd.DataFrame:
    """Return one row per key, the first in the order of all its cells, whatever the row order.

    Parameters
    ----------
    before : what decides before the cells do, lowest first and missing last; index as ``table``

    >>> rows = pd.DataFrame({"unit_id": ["a", "a"], "status": ["停业", "在业"]})
    >>> first_of(rows, ["unit_id"], before=[rows["status"] == "停业"])["status"].tolist()
    ['在业']
    """
    twice = table.duplicated(keys, keep=False)
    cells = [str(column) for column in table if column not in schemas.PROVENANCE]
    rows = table[twice].assign(**{f"@{place}": ranks[twice] for place, ranks in enumerate(before)})
    ranks = [f"@{place}" for place in range(len(before))]
    rows = rows.sort_values(cells, key=lambda cell: cell.astype("str"), kind="stable")
    again = (rows.sort_values(ranks, kind="stable") if ranks else rows).drop_duplicates(keys)[list(table)]
    return pd.concat([table[~twice], again]).sort_values(keys, ignore_index=True)


def once(table: pd.DataFrame) -> pd.DataFrame:
    """Return each row once that stands in several files with the very same content.

    >>> once(pd.DataFrame({"id": ["v", "v"], "file": ["a", "b"]}))["file"].tolist()
    ['a']
    """
    cells = [str(column) for column in table if column not in schemas.PROVENANCE]
    order = [*cells, *(column for column in schemas.PROVENANCE if column in table)]
    rows = table.sort_values(order, key=lambda cell: cell.astype("str")) if len(table) else table
    return rows.drop_duplicates(cells).sort_index().reset_index(drop=True)


def month_day(days: pd.Series[Any]) -> pd.Series[str]:
    """Return days as officials say them without the year.

    >>> month_day(pd.Series(pd.to_datetime(["2014-02-07", "2014-10-20"]))).tolist()
    ['2月7日', '10月20日']
    """
    said: pd.Series[str] = days.dt.strftime("%m月%d日").str.replace(r"\b0|(?<=月)0", "", regex=True)
    return said
