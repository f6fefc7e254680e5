"""A table fitted to paper: its heading, the width of each column, its size of print, upright or turned."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from audit_lib.reporting.tables import RESULTS, Cell, Column, Kind, print_day
from audit_lib.reporting.words import official

MM = 72 / 25.4
PORTRAIT, TURNED = 156 * MM, 225 * MM
"""Width in points between the margins of a page (GB/T 9704-2012 5.2.1), and of a turned one."""

SIZES = ((10.5, PORTRAIT), (9.0, PORTRAIT), (9.0, TURNED), (7.5, TURNED), (6.0, TURNED))
"""Sizes of print in a table (五号, 小五, 六号, 小六), and the page on which each is tried."""

PADDING = 7.0
"""Points that the two sides of a cell take."""

LATIN = 0.56
"""Width of a letter or digit against a Chinese character, as in the widest of the faces."""

LEAST_TEXT, WIDEST_HEAD = 5.0, 3.0
"""Characters below which a column of text is not squeezed, and after which a heading breaks."""

LATIN_WORD = re.compile(r"[\w.:/_-]+", re.ASCII)
LONGEST_WORD = 9.0
"""Characters after which even a number of a unit is broken."""

TALLEST = 9
"""Lines of a row above which a turned page is better."""

RIGHT: set[Kind] = {"count", "share", "estimate", "money", "score"}
MIDDLE: set[Kind] = {"result", "date"}


@dataclass(frozen=True, slots=True)
class Head:
    """One cell of a table's heading, over so many columns and rows."""

    text: str
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the widths of its columns in points and its size of print."""

    title: str
    heads: tuple[tuple[Head, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[tuple[bool, ...], ...]
    align: tuple[str, ...]
    widths: tuple[float, ...]
    size: float
    turned: bool


def fit_table(title: str, columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> Table:
    """Return a table as it fits a page: in the largest print that its columns allow, turned if need be."""
    rows = [[_print(cell) for cell in row] for row in cells]
    size, turned, widths = _fit(columns, rows)
    return Table(
        title=title,
        heads=_heads(columns),
        rows=tuple(map(tuple, rows)),
        strong=tuple(tuple(cell.mark == "not_met" for cell in row) for row in cells),
        align=tuple(_align(column.kind) for column in columns),
        widths=widths,
        size=size,
        turned=turned,
    )


def _print(cell: Cell) -> str:
    """Return a cell with its mark, a day without leading zeros."""
    if cell.kind == "date" and cell.value is not None:
        return print_day(dt.date.fromisoformat(cell.text))
    return f"{RESULTS[cell.mark][0]} {cell.text}" if cell.mark else cell.text


def _align(kind: Kind) -> str:
    return "right" if kind in RIGHT else "center" if kind in MIDDLE else "left"


def _heads(columns: Sequence[Column]) -> tuple[tuple[Head, ...], ...]:
    """Return the rows of the heading: groups above their columns, a column without one over both rows."""
    titles = [official(column.title) for column in columns]
    if not any(column.group for column in columns):
        return (tuple(Head(title, 1, 1) for title in titles),)
    above: list[Head] = []
    for group, run in groupby(zip(columns, titles, strict=True), key=lambda pair: pair[0].group):
        members = list(run)
        above += (
            [Head(official(group), len(members), 1)] if group else [Head(title, 1, 2) for _, title in members]
        )
    below = [Head(title, 1, 1) for column, title in zip(columns, titles, strict=True) if column.group]
    return tuple(above), tuple(below)


def _fit(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[float, bool, tuple[float, ...]]:
    """Return size of print, whether the page is turned, and the width of each column in points."""
    longest = [max((_ems(row[place]) for row in rows), default=0.0) for place in range(len(columns))]
    heads = [_ems(official(column.title)) for column in columns]
    least = [
        max(min(head, WIDEST_HEAD), full if column.kind != "text" else _least(row[place] for row in rows))
        for place, (column, head, full) in enumerate(zip(columns, heads, longest, strict=True))
    ]
    wants = [max(full, low, head / 2) - low for full, low, head in zip(longest, least, heads, strict=True)]
    for size, width in SIZES:
        room = (width - PADDING * len(columns)) / size
        shares = _shares(least, wants, room)
        tall = max((_lines(row, shares) for row in rows), default=1)
        if sum(least) <= room and (tall <= TALLEST or width == TURNED):
            break
    scale = room / sum(shares)
    return size, width == TURNED, tuple(round(share * scale * size + PADDING, 2) for share in shares)


def _shares(least: Sequence[float], wants: Sequence[float], room: float) -> list[float]:
    """Return the columns' widths in characters: what each needs, then what is left by what each wants."""
    extra = max(room - sum(least), 0.0)
    part = min(extra / sum(wants), 1.0) if sum(wants) else 0.0
    return [low + part * want for low, want in zip(least, wants, strict=True)]


def _lines(row: Sequence[str], shares: Sequence[float]) -> int:
    return max(ceil(_ems(text) / max(share, 1.0)) for text, share in zip(row, shares, strict=True))


def _least(texts: Iterable[str]) -> float:
    """Return how narrow a column of text may be: no name of a file or number of a unit is broken."""
    most = 0.0
    for text in texts:
        words = max((_ems(word) for word in LATIN_WORD.findall(text)), default=0.0)
        most = max(most, min(_ems(text), LEAST_TEXT), min(words, LONGEST_WORD))
    return most


def _ems(text: str) -> float:
    """Return the width of a text in characters, of its longest line."""
    return max(
        (
            sum(1.0 if unicodedata.east_asian_width(sign) in "WFA" else LATIN for sign in line)
            for line in text.split("\n")
        ),
        default=0.0,
    )
