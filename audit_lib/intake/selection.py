"""Selection: which rows of a source are records, where the params say so.

``take: first, per: [unit_id], order: [date]`` makes a register of units, or one check a
unit, out of a file that has a row for every visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

import pandas as pd

from audit_lib.params import Source


def take(
    rows: pd.DataFrame, raw: pd.DataFrame, source_of: Sequence[int], sources: Sequence[Source]
) -> pd.Index:
    """Return the index of the rows that count.

    Parameters
    ----------
    rows : converted rows; ``raw`` the same rows as text, with ``@part`` and ``@raw:HEADER``
    source_of : source of each part
    """
    origin = raw["@part"].map(list(source_of).__getitem__) if len(raw) else pd.Series(dtype=int)
    chosen = [_taken(rows[origin == number], raw, source) for number, source in enumerate(sources)]
    return rows.index[rows.index.isin([place for one in chosen for place in one])]


def _taken(rows: pd.DataFrame, raw: pd.DataFrame, source: Source) -> pd.Index:
    if not source.per:
        return rows.index
    groups = pd.DataFrame({word: _column(word, rows, raw) for word in source.per}, index=rows.index)
    sizes = groups.groupby(source.per, dropna=False)[source.per[0]].transform("size")
    large = rows.index[sizes >= source.at_least]
    if source.take == "all":
        return large
    keys = {f"{place}": _sortable(_column(word, rows, raw)) for place, word in enumerate(source.order)}
    ties = {f"~{name}": rows[name] for name in rows}
    ordered = pd.DataFrame({**keys, **ties}, index=rows.index).loc[large]
    ordered = ordered.sort_values(list(ordered.columns), kind="stable", na_position="last")
    if source.take == "last":
        ordered = ordered[ordered[list(keys)].notna().all(axis=1)] if keys else ordered
    kept = ~groups.loc[ordered.index].duplicated(keep=source.take)
    return ordered.index[kept]


def _column(word: str, rows: pd.DataFrame, raw: pd.DataFrame) -> pd.Series:
    return rows[word] if word in rows else raw.loc[rows.index, f"@raw:{word}"].replace("", None)


def _sortable(column: pd.Series) -> pd.Series:
    """Numbers written as text are ordered as numbers, so that 9 comes before 10."""
    if not pd.api.types.is_string_dtype(column) and column.dtype != object:
        return column
    try:
        numbers = {text: Decimal(text) for text in column.dropna().unique()}
    except InvalidOperation:
        return column
    rank = {number: place for place, number in enumerate(sorted(set(numbers.values())))}
    return column.map({text: rank[number] for text, number in numbers.items()}).astype("Int64")
