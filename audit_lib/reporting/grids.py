"""The tables of the reports as rows: what each is called and what it prints, in two CSV files.

``grids.csv`` has a row per table, ``grid_columns.csv`` a row per column, so that a heading is read
and changed where all headings stand. A section makes the rows and says what it has otherwise.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd

from audit_lib.reporting.facts import spot_rate
from audit_lib.reporting.model import Grid
from audit_lib.reporting.tables import Column


def make_grid(grid: str, rows: pd.DataFrame, /, **otherwise: Any) -> Grid:
    """Return a table as ``grids.csv`` has it, with these rows.

    Parameters
    ----------
    grid : as the row is called; two tables of one sheet's name are two rows
    otherwise : what this one has otherwise than the row: title, note, empty, columns, folded ...

    >>> table = make_grid("还须完成", pd.DataFrame())
    >>> table.title, table.empty, [column.title for column in table.columns[:3]]
    ('各地还须完成的', '没有还差的条款。', ['地区', '层级', '条款'])
    """
    return replace(_known()[grid], rows=rows, **otherwise)


def grid_columns(name: str) -> tuple[Column, ...]:
    """Return the columns of a table as ``grid_columns.csv`` has them."""
    return _known()[name].columns


@cache
def _known() -> dict[str, Grid]:
    columns: dict[str, list[Column]] = {}
    for row in _rows("grid_columns.csv"):
        columns.setdefault(row.pop("grid"), []).append(Column(**row))
    return {
        name: Grid(row.pop("sheet", name), row.pop("title", ""), tuple(columns[name]), pd.DataFrame(), **row)
        for row in _rows("grids.csv")
        if (name := row.pop("grid"))
    }


def _rows(name: str) -> list[dict[str, Any]]:
    """Return the cells that say something: numbers as numbers, ``yes`` as true, a limit as a share."""
    text = resources.files("audit_lib.reporting").joinpath(name).read_text(encoding="utf-8")
    return [
        {key: _read(key, cell) for key, cell in row.items() if cell}
        for row in csv.DictReader(text.splitlines())
    ]


def _read(key: str, cell: str) -> Any:
    if key == "limit":
        return spot_rate() if cell == "spot_rate" else Fraction(cell)
    return {"folded": cell == "yes", "shown": int(cell) if cell.isdigit() else cell}.get(key, cell)
