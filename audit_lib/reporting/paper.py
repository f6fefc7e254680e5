"""A report laid out for paper: what PDF and Word print, in the order in which it is read.

A page cannot fold, sort or scroll. Here it is decided, once for both, which rows stand on paper
and which only in the workbook, how wide each column is, which table needs a turned page, and how
the house's plain punctuation becomes that of an official document (GB/T 15834, GB/T 9704-2012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import groupby
from typing import Any

from audit_lib.reporting.fitting import Table, fit_table
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
from audit_lib.reporting.tables import RESULTS, Cell, Column, print_rows
from audit_lib.reporting.words import official

MOST_UNFOLDED = 40
"""Rows of a folded table that an annex still prints."""

MOST_NAMED = 12
"""Tables of the workbook that a note names one by one."""

MOST_WORDS = 6
"""Lines between the number of an annex and its turned table that go with it to the turned page."""


@dataclass(frozen=True, slots=True)
class Words:
    """A line or paragraph; ``kind`` is annex, title, part, heading, text, verdict, warning or note.

    ``turned``: it stands on the turned page of the table that it belongs to.
    """

    kind: str
    text: str
    turned: bool = False


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
    opening = [Words("subtitle", official(report.subtitle)), Words("facts", official(facts))]
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
            yield Words(kind, official(put_numbers(block.text, numbers)))
        case Cards() if block.keys:
            known = {number.key: number for number in numbers}
            cards = [_card(known[key]) for key in block.keys]
            said = [place for place in range(len(CARD_COLUMNS)) if any(card[place].text for card in cards)]
            yield fit_table("", [CARD_COLUMNS[n] for n in said], [[card[n] for n in said] for card in cards])
        case Grid():
            yield from _grid(block)
        case Picture():
            yield Figure(official(block.title), block.png, block.alternative)


def _grid(grid: Grid) -> Iterator[Item]:
    title = official(grid.title)
    if not len(grid.rows):
        yield Words("text", f"{title}：{official(grid.empty)}" if title else official(grid.empty))
        return
    yield fit_table(title, grid.columns, list(print_rows(grid.columns, grid.rows.head(grid.shown))))
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
