"""A report laid out for paper: what PDF and Word print, in the order in which it is read.

A page cannot fold, sort or scroll. Here it is decided, once for both, which rows stand on paper
and which only in the workbook, how wide each column is, which table needs a turned page, and how
the house's plain punctuation becomes that of an official document (GB/T 15834, GB/T 9704-2012).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import groupby
from math import ceil
from typing import Any

from audit_lib.reporting.fonts import UNKNOWN, Faces, printable
from audit_lib.reporting.model import (
    Block,
    Cards,
    Grid,
    Number,
    Paragraph,
    Picture,
    Report,
    Section,
    put_numbers,
)
from audit_lib.reporting.tables import RESULTS, Cell, Column, Kind, print_day, print_rows

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

MOST_UNFOLDED = 40
"""Rows of a folded table that an annex still prints."""

MOST_NAMED = 12
"""Tables of the workbook that a note names one by one."""

MOST_WORDS = 6
"""Lines between the number of an annex and its turned table that go with it to the turned page."""

HAN = "\u2e80-\u303f\u3041-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U000323af“”‘’—…"
ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
FULL = {",": "，", ";": "；", ":": "："}

RIGHT: set[Kind] = {"count", "share", "estimate", "money", "score"}
MIDDLE: set[Kind] = {"result", "date"}


@dataclass(frozen=True, slots=True)
class Words:
    """A line or paragraph; ``kind`` is annex, title, part, heading, text, verdict, warning or note.

    ``turned``: it stands on the turned page of the table that it belongs to.
    """

    kind: str
    text: str
    turned: bool = False


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


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption and the words for those who cannot see it."""

    title: str
    png: bytes
    alternative: str
    turned: bool = False


Item = Words | Table | Figure


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper; ``lost`` are the characters that no font of the machine has."""

    title: str
    marks: tuple[str, ...]
    reference: str
    opening: tuple[Words, ...]
    body: tuple[Item, ...]
    issuer: str
    date: str
    annex_titles: tuple[str, ...]
    annexes: tuple[Item, ...]
    lost: tuple[str, ...] = ()


def lay_out(report: Report) -> Paper:
    """Return a report as paper."""
    facts = "　".join(f"{name} {value}" for name, value in report.facts)
    opening = [Words("subtitle", report.subtitle), Words("facts", facts)]
    body: list[Item] = []
    annexes: list[Item] = []
    for section in report.sections:
        title = official(section.title.removeprefix(section.annex).strip())
        if section.annex:
            annexes += [Words("annex", section.annex), Words("title", title), *_items(section)]
        else:
            body += [Words("part", title), *_items(section)]
    body += [Words("note", official(line)) for line in report.foot]
    paper = Paper(
        title=official(report.title),
        marks=report.marks,
        reference=report.reference,
        opening=(*opening, *(Words("note", official(strip)) for strip in report.strips)),
        body=tuple(_turn(body)),
        issuer=report.issuer,
        date=report.date,
        annex_titles=tuple(item.text for item in annexes if isinstance(item, Words) and item.kind == "title"),
        annexes=tuple(_turn(annexes)),
    )
    plain: Paper = _each(paper, printable)
    return plain


def official(text: str) -> str:
    """Return a sentence of ours with full-width punctuation and no blanks beside figures.

    >>> official("有 12 个文件不在本报告内, 见附件(共 3 页): A-01")
    '有12个文件不在本报告内，见附件（共3页）：A-01'
    >>> official("20,001 家, 95% 区间 3.2% 至 8.1%"), official("a, b (c)")
    ('20,001家，95%区间3.2%至8.1%', 'a, b (c)')
    """
    text = ISO_DAY.sub(lambda day: print_day(dt.date(*map(int, day.groups()))), text)
    text = re.sub(rf"(?<=[{HAN}])\(|\((?=[^()]*[{HAN}][^()]*\))", "（", text)
    text = re.sub(r"（([^()（）]*)\)", r"（\1）", text)
    if re.search(rf"[{HAN}]", text):
        text = re.sub(r"([,;:]) +|([,;:])$", lambda found: FULL[(found[1] or found[2])], text)
    return re.sub(rf"(?<=[{HAN}]) (?=[\w{{▲●◇○－])|(?<=[\w%}}]) (?=[{HAN}])", "", text)


def for_faces(paper: Paper, faces: Faces) -> Paper:
    """Return the paper as these fonts can print it: what none of them has becomes 〓, and is listed."""
    lost = faces.lacking(_texts(paper))
    if not lost:
        return paper
    table = str.maketrans(dict.fromkeys(lost, UNKNOWN))
    codes = "、".join(f"U+{ord(sign):04X}" for sign in lost)
    said = f"本机字体没有下列字，文中以“{UNKNOWN}”代替，原字见网页和工作簿：{codes}。"
    changed: Paper = _each(paper, lambda text: text.translate(table))
    return replace(changed, body=(*changed.body, Words("note", said)), lost=lost)


def _texts(paper: Paper) -> list[str]:
    texts: list[str] = []

    def keep(text: str) -> str:
        texts.append(text)
        return text

    _each(paper, keep)
    return texts


def _each(value: Any, change: Callable[[str], str]) -> Any:
    """Return a paper, or any part of it, with each of its texts changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_each(one, change) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        return replace(value, **{name: _each(getattr(value, name), change) for name in names})
    return value


def _items(section: Section) -> Iterator[Item]:
    """Return the items of a section; what a page folds is named with its rows, and stands in the workbook.

    An annex is where details belong: there nothing is folded but what only a page shows in parts, as
    the rows that prove each rule, which the workbook has in one sheet.
    """
    for aside, blocks in groupby(section.shown, key=lambda block: _is_aside(block, section)):
        if aside:
            grids = [block for block in blocks if isinstance(block, Grid) and len(block.rows)]
            named = [f"{official(grid.title or grid.name)}（{len(grid.rows)}行）" for grid in grids]
            more = f"等{len(named)}个表" if len(named) > MOST_NAMED else ""
            said = f"明细见工作簿：{'；'.join(named[:MOST_NAMED])}{more}。"
            yield from [Words("note", said)] if named else []
        else:
            for block in blocks:
                yield from _block(block, section.numbers)


def _is_aside(block: Block, section: Section) -> bool:
    """Say whether a table that the page folds is only named on paper: all but a short one of an annex."""
    if not isinstance(block, Grid) or not block.folded:
        return False
    return block.where == "page" or not section.annex or len(block.rows) > MOST_UNFOLDED


def _turn(items: list[Item]) -> list[Item]:
    """Return the items with headings and notes moved to the turned page of the table they belong to."""
    turned = [item.turned for item in items]
    for place in range(len(items) - 2, -1, -1):
        turned[place] |= turned[place + 1] and _is(items[place], "annex", "title", "part", "heading", "note")
    for place in range(1, len(items)):
        turned[place] |= turned[place - 1] and _is(items[place], "note")
    for place in (place for place, item in enumerate(items) if _is(item, "annex")):
        first = next((n for n in range(place, len(items)) if not isinstance(items[n], Words)), place)
        if turned[first] and first - place <= MOST_WORDS:
            turned[place:first] = [True] * (first - place)
    return [replace(item, turned=side) for item, side in zip(items, turned, strict=True)]


def _is(item: Item, *kinds: str) -> bool:
    return isinstance(item, Words) and item.kind in kinds


def _block(block: Block, numbers: tuple[Number, ...]) -> Iterator[Item]:
    match block:
        case Paragraph():
            kind = block.tone.split()[0]
            kind = "text" if kind in ("plain", "lead") else kind
            yield Words(kind, put_numbers(official(block.text), numbers))
        case Cards():
            known = {number.key: number for number in numbers}
            yield _table("", CARD_COLUMNS, [_card(known[key]) for key in block.keys])
        case Grid():
            yield from _grid(block)
        case Picture():
            yield Figure(official(block.title), block.png, block.alternative)


def _grid(grid: Grid) -> Iterator[Item]:
    title = official(grid.title)
    if not len(grid.rows):
        yield Words("text", f"{title}：{official(grid.empty)}" if title else official(grid.empty))
        return
    yield _table(title, grid.columns, list(print_rows(grid.columns, grid.rows.head(grid.shown))))
    if len(grid.rows) > grid.shown:
        where = f"全部见工作簿“{grid.name}”"
        yield Words("note", f"此处列出前{grid.shown}行，共{len(grid.rows)}行；{where}。")
    if grid.note:
        yield Words("note", official(grid.note))


CARD_COLUMNS = (
    Column("label", "指标"),
    Column("value", "数字", "count"),
    Column("parts", "计算", "count"),
    Column("source", "来源"),
    Column("result", "判定", "result"),
)


def _card(number: Number) -> list[Cell]:
    parts = f"{number.value:,} / {number.of:,}" if number.kind == "share" and number.of is not None else ""
    word = number.words or (RESULTS[number.result][1] if number.result else "")
    return [
        Cell(number.label, None),
        Cell(number.cell.text + number.unit, None),
        Cell(parts, None),
        Cell(number.source, None),
        Cell(word, None, mark=number.result),
    ]


def _table(title: str, columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> Table:
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
