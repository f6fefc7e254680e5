"""Headers: which rows name the columns, and which of our columns each one means.

A header may stand in row 1 or under a title, take one to four rows, be merged, carry the
unit of money, and use any of the words that the rulebook or the params know for a column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from audit_lib.intake.readers import Span
from audit_lib.intake.text import fold
from audit_lib.params import Source
from audit_lib.schemas import Table, tables

DEEPEST_HEADER = 4
"""Rows of a header: the national table has three levels and a row of units."""

LOWEST_HEADER = 40
"""Rows in which a header is looked for."""

MONEY_UNIT = re.compile(r"\((万元|千元|亿元|元)\)$")

_MEASURE = re.compile(r"\((?:单位:)?(?:家|项|处|个|人|次|份|张|天|%|％|万元|千元|亿元|元|平方米|m2)\)$")
_MARKS = "*※★#"


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands and what its columns are.

    ``first`` and ``end`` are rows of the grid (end not included); ``texts`` the header of
    each column; ``columns`` our column -> place; ``units`` place -> unit of money.
    """

    first: int
    end: int
    texts: list[str]
    columns: dict[str, int]
    units: dict[int, str]


def find_header(
    cells: Sequence[list[str]], merged: Sequence[Span], table: Table, source: Source
) -> Header | None:
    """Return the header of a sheet, or None if no rows look like one.

    Of all starts and depths the one that names most of our columns is taken; of equal ones
    the shortest, so that no title is drawn in, then the highest. Rows that its merged cells
    reach into belong to it.
    """
    known = _vocabulary(table, source)
    best: tuple[int, int, int, dict[str, int]] | None = None
    for first in range(min(LOWEST_HEADER, len(cells))):
        if not any(header_word(text) in known for text in cells[first] if text):
            continue
        for depth in range(1, min(DEEPEST_HEADER, len(cells) - first) + 1):
            columns = _match(cells[first : first + depth], known)
            if best is None or (-len(columns), depth, first) < (-best[0], best[2], best[1]):
                best = (len(columns), first, depth, columns)
    wanted = min(2, len(table.columns))
    if best is None or best[0] < wanted or not set(best[3]) & {*table.keys, "unit_name"}:
        return None
    _, first, depth, columns = best
    first, end = _whole(first, first + depth, merged)
    columns = max(columns, _match(cells[first:end], known), key=len)
    texts = [_joined(column) for column in zip(*cells[first:end], strict=True)]
    end, units = _rows_of_measure(cells, end)
    units |= {place: found[1] for place, text in enumerate(texts) if (found := MONEY_UNIT.search(fold(text)))}
    for name, place in columns.items():
        said = _said_in_params(name, source)
        units.setdefault(
            place, next((found[1] for word in said if (found := MONEY_UNIT.search(fold(word)))), "")
        )
    return Header(first, end, texts, columns, {place: unit for place, unit in units.items() if unit})


def _whole(first: int, end: int, merged: Sequence[Span]) -> tuple[int, int]:
    """The header's rows with those that cells merged across its edge reach into."""
    tops = [top for (top, _), (bottom, _) in merged if top < first <= bottom]
    bottoms = [bottom + 1 for (top, _), (bottom, _) in merged if top < end <= bottom]
    top = min([first, *(row for row in tops if end - row <= DEEPEST_HEADER)])
    return top, max([end, *(row for row in bottoms if row - top <= DEEPEST_HEADER)])


def header_word(text: str) -> str:
    """Return the form that header texts are compared by.

    >>> header_word(" 整改资金\\n（万元）"), header_word("*单位名称")
    ('整改资金', '单位名称')
    """
    return _MEASURE.sub("", fold(text).strip(_MARKS).upper()) or fold(text).upper()


def _said_in_params(name: str, source: Source) -> list[str]:
    said = source.columns.get(name, [])
    return [said] if isinstance(said, str) else said


def _vocabulary(table: Table, source: Source) -> dict[str, list[tuple[int, str]]]:
    """Header word -> (rank, column): what the params say first, then our name, then aliases."""
    told = {*source.columns, *source.compose, *source.constants}
    words = {
        word: [mean for mean in means if mean[1] not in told] for word, means in _known(table.name).items()
    }
    for column in source.columns:
        for word in _said_in_params(column, source):
            words.setdefault(header_word(word), []).append((0, column))
    return words


@cache
def _known(name: str) -> dict[str, tuple[tuple[int, str], ...]]:
    words: dict[str, tuple[tuple[int, str], ...]] = {}
    for column in tables()[name].columns:
        for rank, word in ((1, column.zh), (1, column.name), *((2, alias) for alias in column.aliases)):
            means = words.get(header_word(word), ())
            if all(mean[1] != column.name for mean in means):
                words[header_word(word)] = (*means, (rank, column.name))
    return words


def _match(rows: Sequence[list[str]], known: dict[str, list[tuple[int, str]]]) -> dict[str, int]:
    """Our column -> place; the better word wins, then the place further left."""
    found = []
    for place, levels in enumerate(zip(*rows, strict=True)):
        words = [header_word(level) for level in dict.fromkeys(levels) if level]
        if not words:
            continue
        forms = [words[-1]] if len(words) == 1 else ["".join(words), "/".join(words), words[-1]]
        for nearness, form in enumerate(forms):
            found += [(nearness, rank, place, column) for rank, column in known.get(form, ())]
    columns: dict[str, int] = {}
    for _, _, place, column in sorted(found):
        if column not in columns and place not in columns.values():
            columns[column] = place
    return columns


def _joined(levels: tuple[str, ...]) -> str:
    return "/".join(dict.fromkeys(" ".join(level.split()) for level in levels if level.strip()))


def _rows_of_measure(cells: Sequence[list[str]], row: int) -> tuple[int, dict[int, str]]:
    """The end of the header behind rows of units and of column numbers, and what units they say."""
    units: dict[int, str] = {}
    while row < len(cells):
        filled = [(place, fold(text)) for place, text in enumerate(cells[row]) if text.strip()]
        bare = [word.strip("()") for _, word in filled]
        if filled and all(_MEASURE.fullmatch(f"({word})") for word in bare):
            units |= {
                place: word.strip("()")
                for place, word in filled
                if word.strip("()") in ("元", "万元", "千元", "亿元")
            }
        elif not _counts_up(bare):
            break
        row += 1
    return row, units


def _counts_up(words: list[str]) -> bool:
    """Whether a row numbers its columns: 甲 乙 1 2 3."""
    numbers = [int(word) for word in words if word.isdecimal() and len(word) <= 3]  # noqa: PLR2004
    rest = [word for word in words if not word.isdecimal()]
    return (
        len(numbers) >= 3  # noqa: PLR2004 - two numbers could be data
        and numbers == list(range(1, len(numbers) + 1))
        and all(word in "甲乙丙丁" for word in rest)
    )
