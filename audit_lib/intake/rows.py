"""Rows: the data of one sheet as text in the columns of its table, each with where it stood."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

import pandas as pd

from audit_lib.errors import InputError
from audit_lib.intake.areas import Gazetteer
from audit_lib.intake.layout import Layout
from audit_lib.params import Source
from audit_lib.schemas import Table

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def sheet_rows(layout: Layout, place: int, table: Table, source: Source, name: str) -> pd.DataFrame:
    """The data rows of a sheet as text, in the table's columns."""
    cells = pd.DataFrame(layout.rows, columns=range(len(layout.header.texts)), dtype=object)
    column_of = _finder(layout, cells, name)
    rows: dict[str, pd.Series] = {}
    for column in table.columns:
        if column.name in source.constants:
            rows[column.name] = pd.Series(source.constants[column.name], index=cells.index, dtype=object)
        elif column.name in source.compose:
            rows[column.name] = _composed(source.compose[column.name], column_of, cells.index)
        elif column.name in layout.header.columns:
            rows[column.name] = column_of(column.name)
        if column.name in rows and column.name in source.values:
            rows[column.name] = rows[column.name].replace(source.values[column.name])
        if column.name in rows and column.kind == "money":
            said = layout.header.units.get(layout.header.columns.get(column.name, -1), layout.unit)
            rows[f"@unit:{column.name}"] = pd.Series(said, index=cells.index, dtype=object)
    for word in {*source.per, *source.order} - rows.keys():
        rows[f"@raw:{word}"] = column_of(word)
    found = pd.DataFrame(rows, index=cells.index)
    found["@sheet"], found["@at"], found["@base"] = place, range(len(cells)), str(layout.base)
    found["sheet"], found["row"] = layout.sheet, layout.numbers
    return found


def stray_rows(gazetteer: Gazetteer | None, layout: Layout, place: int, area: str) -> pd.DataFrame:
    """Rows of a sheet without a header: where they stand, and the area that the sheet is named after."""
    owner = None
    if gazetteer is not None:
        owner = gazetteer.find(layout.sheet, area) or gazetteer.owner(layout.sheet)
    found = pd.DataFrame({"@sheet": place, "@at": range(len(layout.rows)), "@base": str(layout.base)})
    found["sheet"], found["row"] = layout.sheet, layout.numbers
    found["@stray"], found["@area"] = "1", owner or ""
    return found


def _finder(layout: Layout, cells: pd.DataFrame, name: str) -> Callable[[str], pd.Series]:
    """Look up a column by our name or by its header as the file has it."""

    def column_of(word: str) -> pd.Series:
        if word in layout.header.columns:
            return cells[layout.header.columns[word]]
        if word in layout.header.texts:
            return cells[layout.header.texts.index(word)]
        near = difflib.get_close_matches(word, layout.header.texts, n=1)
        raise InputError(
            f"{name} 没有“{word}”这一列" + (f", 是不是“{near[0]}”?" if near else ""),
            f'{name} has no column "{word}"' + (f', did you mean "{near[0]}"?' if near else ""),
        )

    return column_of


def _composed(pattern: str, column_of: Callable[[str], pd.Series], index: pd.Index) -> pd.Series:
    """Columns put together as the pattern says; empty where one of them is."""
    pieces = _PLACEHOLDER.split(pattern)
    whole = pd.Series(pieces[0], index=index, dtype=object)
    empty = pd.Series(False, index=index)
    for word, after in zip(pieces[1::2], pieces[2::2], strict=True):
        column = column_of(word)
        empty |= column == ""
        whole = whole + column + after
    return whole.mask(empty, "")
