"""What a report is made of, before it becomes a page or a workbook.

A sentence never holds a figure: it refers to a named number, ``{coverage}``, and each
writer prints that number through ``tables``. Page and workbook therefore cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import pandas as pd

from audit_lib.errors import ReportError
from audit_lib.reporting.tables import Cell, Column, Kind, print_cell

REFERENCE = re.compile(r"\{(\w+)\}")

NO_FIGURES = re.compile(
    r"\d{4}年(\d{1,2}月)?(\d{1,2}日)?(\d{1,2}时)?|\d{1,2}月\d{1,2}日|[A-Z]+\d?-\d{2}[a-z]?|附件\d{1,2}"
)
"""Digits that prose may type: a date, the number of a clause, the number of an annex."""


@dataclass(frozen=True, slots=True)
class Number:
    """One figure with a name, and whose figure it is (自报, 县检, 市抽检, 省核查).

    ``of`` is the denominator of a share, ``limit`` what the share is held against; ``result``
    and ``words`` say how it was judged; ``rows`` names the table that lists what stands behind it.
    """

    key: str
    label: str
    kind: Kind
    value: int | float | str | None
    source: str
    of: int | None = None
    limit: Fraction | None = None
    unit: str = ""
    result: str = ""
    words: str = ""
    rows: str = ""

    @property
    def cell(self) -> Cell:
        """The number as it is printed everywhere."""
        column = Column("value", self.label, self.kind, "of", self.limit)
        return print_cell(column, {"value": self.value, "of": self.of})


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text with references to numbers; ``tone`` is plain, lead, note or warning."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Cards:
    """The few numbers that are read first, by key."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the page shows ``shown`` rows of it at most, the workbook all.

    ``name`` is its sheet (at most 31 characters); ``folded`` puts it behind a line to click.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    note: str = ""
    folded: bool = False
    shown: int = 500
    empty: str = "无"
    where: Literal["both", "page", "book"] = "both"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as PNG bytes, with the words for those who cannot see it."""

    name: str
    title: str
    png: bytes
    alternative: str


Block = Paragraph | Cards | Grid | Picture


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """One part of a report with the numbers its sentences refer to."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    numbers: tuple[Number, ...] = ()

    def __post_init__(self) -> None:
        known = {number.key for number in self.numbers}
        used = {
            key
            for block in self.blocks
            if not isinstance(block, Grid | Picture)
            for key in (block.keys if isinstance(block, Cards) else REFERENCE.findall(block.text))
        }
        if used - known:
            raise ReportError(
                f"报告“{self.title}”引用了没有的数: {'、'.join(sorted(used - known))}",
                f'report section "{self.title}" refers to unknown numbers: {", ".join(sorted(used - known))}',
            )
        if typed := [
            block.text for block in self.blocks if isinstance(block, Paragraph) and types_figure(block.text)
        ]:
            raise ReportError(
                f"报告“{self.title}”的文字里直接写了数, 应引用有名称的数: {'; '.join(typed)}",
                f'prose of section "{self.title}" types figures instead of naming them: {"; ".join(typed)}',
            )

    @property
    def annex(self) -> str:
        """The number of the annex that the section is, as 附件1; nothing for a part of the body."""
        return found[0] if (found := re.match(r"附件\d+", self.title)) else ""

    def __repr__(self) -> str:
        return f"Section({self.title})"

    def _repr_html_(self) -> str:
        from audit_lib.reporting.html import section_html  # noqa: PLC0415 a writer, above the model

        return section_html(self)


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report; ``marks`` stand on every page (送审稿, 演示数据), ``strips`` above it.

    ``reference``, ``issuer``, ``date`` are 发文字号, 署名 and 成文日期 of the signed paper; left
    empty, they are blanks to be filled in by hand.
    """

    area: str
    title: str
    subtitle: str
    marks: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    strips: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    reference: str = ""
    issuer: str = ""
    date: str = ""

    @property
    def grids(self) -> Iterator[Grid]:
        """Every table that has a sheet, in order."""
        for section in self.sections:
            yield from (
                block for block in section.blocks if isinstance(block, Grid) and block.where != "page"
            )

    def section(self, key: str) -> Section:
        """Return the section called ``key``."""
        return next(section for section in self.sections if section.key == key)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every named number once; two values under one name are refused."""
        return unite(number for section in self.sections for number in section.numbers)


def types_figure(text: str) -> bool:
    """Say whether prose types a figure instead of referring to a number.

    >>> types_figure("应检 {due} 家, 截至2014年3月31日24时, 见 R-05b"), types_figure("应检 12 家")
    (False, True)
    """
    return re.search(r"\d", NO_FIGURES.sub("", REFERENCE.sub("", text))) is not None


def put_numbers(text: str, numbers: Iterable[Number]) -> str:
    """Return prose with its numbers as printed.

    >>> put_numbers("应检 {due} 家", [Number("due", "应检单位", "count", 2300, "自报")])
    '应检 2,300 家'
    """
    known = {number.key: number for number in numbers}
    return REFERENCE.sub(lambda found: known[found[1]].cell.text, text)


def unite(numbers: Iterable[Number]) -> tuple[Number, ...]:
    """Return each named number once, in order of first use.

    Raises
    ------
    ReportError   two different numbers bear one name
    """
    found: dict[str, Number] = {}
    for number in numbers:
        if found.setdefault(number.key, number) != number:
            raise ReportError(
                f"报告中“{number.label}”有两个不同的值",
                f'the report holds two different values of "{number.label}"',
            )
    return tuple(found.values())


def numbers_table(numbers: Iterable[Number]) -> pd.DataFrame:
    """Return named numbers as a table: key, label, printed, numerator, denominator, source."""
    rows = [
        {
            "key": number.key,
            "label": number.label,
            "printed": number.cell.text,
            "numerator": number.value if number.kind == "share" else None,
            "denominator": number.of,
            "source": number.source,
        }
        for number in numbers
    ]
    return pd.DataFrame(rows, columns=["key", "label", "printed", "numerator", "denominator", "source"])
