"""What a report is made of, before it becomes a page or a workbook.

A sentence never holds a figure: it refers to a named number, ``{coverage}``, and each
writer prints that number through ``tables``. Page and workbook therefore cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import pandas as pd

from audit_lib.errors import ReportError
from audit_lib.reporting.tables import Cell, Column, Kind, print_cell

REFERENCE = re.compile(r"\{(\w+)\}")

NO_FIGURES = re.compile(
    r"\d{4}年(\d{1,2}月)?(\d{1,2}日)?(\d{1,2}时)?|\d{1,2}月\d{1,2}日|\d{4}-\d{2}-\d{2}|24时"
    r"|[A-Z]+\d?-\d{2}[a-z]?|附件\d{1,2}|\bA\d{1,2}\b|(?<=口径)A\d{1,2}"
)
"""Digits that prose may type: a date, the end of a day, the number of a clause, an annex, or a reading."""


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

    ``name`` is its sheet (at most 31 characters); ``folded`` puts it behind a line to click;
    ``numbers`` are those that its own title, note and headings refer to.
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
    numbers: tuple[Number, ...] = ()

    @property
    def filled(self) -> tuple[Column, ...]:
        """The columns without those of text that are empty in every row; the first one stays."""
        rows = self.rows.head(self.shown)
        return tuple(
            column
            for place, column in enumerate(self.columns)
            if not place or column.kind != "text" or rows.empty or (rows[column.key].fillna("") != "").any()
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure as PNG bytes, with the words for those who cannot see it and the numbers these refer to."""

    name: str
    title: str
    png: bytes
    alternative: str
    numbers: tuple[Number, ...] = ()


Block = Paragraph | Cards | Grid | Picture

Part = tuple[list[Block], list[Number]]
"""Blocks that stand together, and the numbers that their sentences refer to."""


@dataclass(frozen=True, slots=True, repr=False)
class Section:
    """One part of a report with the numbers its sentences refer to."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    numbers: tuple[Number, ...] = ()

    def __post_init__(self) -> None:
        said = [text for block in self.blocks for text in _texts(block)]
        used = {key for text in said for key in REFERENCE.findall(text)}
        used |= {key for block in self.blocks if isinstance(block, Cards) for key in block.keys}
        if strange := sorted(used - {number.key for number in self.every_number}):
            raise ReportError(
                f"报告“{self.title}”引用了没有的数: {'、'.join(strange)}",
                f'report section "{self.title}" refers to unknown numbers: {", ".join(strange)}',
            )
        if typed := [text for text in said if types_figure(text)]:
            raise ReportError(
                f"报告“{self.title}”的文字里直接写了数, 应引用有名称的数: {'; '.join(typed)}",
                f'prose of section "{self.title}" types figures instead of naming them: {"; ".join(typed)}',
            )

    @property
    def every_number(self) -> Iterator[Number]:
        """Its own numbers and those of its tables and figures."""
        yield from self.numbers
        for block in self.blocks:
            yield from block.numbers if isinstance(block, Grid | Picture) else ()

    @property
    def told(self) -> Iterator[Block]:
        """Its blocks, tables and figures with their numbers put in; a paragraph keeps its references."""
        for block in self.blocks:
            yield tell(block, self.every_number)

    @property
    def shown(self) -> Iterator[Block]:
        """Its blocks as page and paper show them: no table of the workbook, no column that says nothing."""
        for block in self.told:
            if not isinstance(block, Grid):
                yield block
            elif block.where != "book":
                yield replace(block, columns=block.filled)

    @property
    def annex(self) -> str:
        """The number of the annex that the section is, as 附件1; nothing for a part of the body."""
        return found[0] if (found := re.match(r"附件\d+", self.title)) else ""

    def __repr__(self) -> str:
        return f"Section({self.title})"

    def _repr_html_(self) -> str:
        from audit_lib.reporting.html import section_html  # noqa: PLC0415 a writer, above the model

        return section_html(self)


def join_parts(key: str, title: str, parts: Iterable[Part]) -> Section:
    """Return parts one below the other as a section."""
    known = list(parts)
    blocks = tuple(block for part, _ in known for block in part)
    return Section(key, title, blocks, unite(number for _, numbers in known for number in numbers))


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
            yield from (block for block in section.told if isinstance(block, Grid) and block.where != "page")

    def section(self, key: str) -> Section:
        """Return the section called ``key``."""
        return next(section for section in self.sections if section.key == key)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every named number once; two values under one name are refused."""
        return unite(number for section in self.sections for number in section.every_number)


def types_figure(text: str) -> bool:
    """Say whether prose types a figure instead of referring to a number.

    >>> types_figure("应检 {due} 家, 截至2014年3月31日24时, 见 R-05b"), types_figure("应检 12 家")
    (False, True)
    """
    return re.search(r"\d", NO_FIGURES.sub("", REFERENCE.sub("", text))) is not None


def _texts(block: Block) -> list[str]:
    """Return every text of a block that somebody wrote: no cell of a table, which comes out of the data."""
    if isinstance(block, Paragraph):
        return [block.text]
    if isinstance(block, Grid):
        heads = [text for column in block.columns for text in (column.title, column.group)]
        return [block.title, block.note, block.empty, *heads]
    return [block.title, block.alternative] if isinstance(block, Picture) else []


def tell(block: Block, numbers: Iterable[Number]) -> Block:
    """Return a table or figure with its numbers put into its texts; any other block as it is."""
    known = tuple(numbers)
    if isinstance(block, Picture):
        title, words = (put_numbers(text, known) for text in (block.title, block.alternative))
        return replace(block, title=title, alternative=words)
    if not isinstance(block, Grid):
        return block
    title, note, empty = (put_numbers(text, known) for text in (block.title, block.note, block.empty))
    columns = tuple(
        replace(column, title=put_numbers(column.title, known), group=put_numbers(column.group, known))
        for column in block.columns
    )
    return replace(block, title=title, note=note, empty=empty, columns=columns)


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
    """Return named numbers as a table: key, label, printed, unit, numerator, denominator, source."""
    rows = [
        {
            "key": number.key,
            "label": number.label,
            "printed": number.cell.text,
            "unit": number.unit,
            "numerator": number.value if number.kind == "share" else None,
            "denominator": number.of,
            "source": number.source,
        }
        for number in numbers
    ]
    return pd.DataFrame(
        rows, columns=["key", "label", "printed", "unit", "numerator", "denominator", "source"]
    )
