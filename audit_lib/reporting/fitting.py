"""A table fitted to paper: its heading, the width of each column, its size of print, upright or turned."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from math import ceil

from audit_lib.reporting.tables import RESULTS, Cell, Column, Kind
from audit_lib.reporting.words import official

MM = 72 / 25.4
PORTRAIT, TURNED = 156 * MM, 225 * MM
"""Width in points between the margins of a page (GB/T 9704-2012 5.2.1), and of a turned one."""

SIZES = ((10.5, PORTRAIT), (9.0, PORTRAIT), (9.0, TURNED), (7.5, TURNED), (6.0, TURNED))
"""Sizes of print in a table (五号, 小五, 六号, 小六), and the page on which each is tried."""

PADDING = 7.0
"""Points that the two sides of a cell take."""

WIDTHS = {"0123456789": 0.59, "%": 0.97, " .,-:;/()|": 0.4, "ABCDEFGHIJKLMNOPQRSTUVWXYZ": 0.8}
LATIN, BETWEEN = 0.6, 0.2
"""Width of a sign and of any other letter against a Chinese character, as in the widest of the faces
(Noto Sans CJK bold); and of the gap that some programs set between Chinese and Latin."""

LEAST_TEXT, WIDEST_HEAD = 5.0, 3.0
"""Characters below which a column of text is not squeezed, and after which a heading breaks."""

GAP = re.compile(r"(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])|(?<=[0-9A-Za-z%])(?=[\u4e00-\u9fff])")
LATIN_WORD = re.compile(r"[\w.:/_-]+", re.ASCII)
LONGEST_WORD = 9.0
"""Characters after which even a number of a unit is broken."""

TALLEST = 9
"""Lines of a row above which a turned page is better."""

MOST_KEPT = 10
"""Lines of rows that are kept on one page: more would leave too much of the page before empty."""

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
    """A table with the widths of its columns in points and its size of print.

    ``groups`` are the numbers of rows that stay on one page: no row stands alone on a page.
    """

    title: str
    heads: tuple[tuple[Head, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    strong: tuple[tuple[bool, ...], ...]
    align: tuple[str, ...]
    widths: tuple[float, ...]
    size: float
    turned: bool
    groups: tuple[int, ...] = ()


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
        groups=_groups([_lines(row, [(width - PADDING) / size for width in widths]) for row in rows]),
    )


def _print(cell: Cell) -> str:
    """Return a cell with its mark, its text as officials write it."""
    text = official(cell.text)
    return f"{RESULTS[cell.mark][0]} {text}" if cell.mark else text


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


def _groups(lines: Sequence[int]) -> tuple[int, ...]:
    """Return how many rows stay together: all of a short table, of a longer one the first and last two.

    >>> _groups([1, 2, 1]), _groups([1] * 12), _groups([4] * 5), _groups([9, 9, 9])
    ((3,), (2, 1, 1, 1, 1, 1, 1, 1, 1, 2), (2, 1, 2), (1, 1, 1))
    """
    if len(lines) <= 1 or sum(lines) <= MOST_KEPT:
        return (len(lines),) if lines else ()
    last = 2 if sum(lines[-2:]) <= MOST_KEPT else 1
    first = 2 if len(lines) > last + 1 and sum(lines[:2]) <= MOST_KEPT else 1
    return (first, *[1] * (len(lines) - first - last), last)


def _least(texts: Iterable[str]) -> float:
    """Return how narrow a column of text may be: no name of a file or number of a unit is broken."""
    most = 0.0
    for text in texts:
        words = max((_ems(word) for word in LATIN_WORD.findall(text)), default=0.0)
        most = max(most, min(_ems(text), LEAST_TEXT), min(words, LONGEST_WORD))
    return most


def _ems(text: str) -> float:
    """Return the width of a text in characters, of its longest line."""
    return max(map(_line, text.split("\n")), default=0.0)


@cache
def _sign(sign: str) -> float:
    wide = unicodedata.east_asian_width(sign) in "WFA"
    return 1.0 if wide else next((width for signs, width in WIDTHS.items() if sign in signs), LATIN)


def _line(line: str) -> float:
    return sum(map(_sign, line)) + BETWEEN * len(GAP.findall(line))
