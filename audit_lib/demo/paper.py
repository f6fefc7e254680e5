"""Sheets of paper as files: a title, headings, rows, subtotals and signatures, in four formats.

Workbooks hold no clock and are packed without compression, because deflate is not the same
in every zlib: equal data must give equal bytes on every machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
import xlwt  # type: ignore[import-untyped]

from audit_lib.demo.spelling import Cell

MADE = dt.datetime(2014, 4, 1)  # noqa: DTZ001 - a fixed word in the file's properties, no moment
MARK = "【演示数据】"
BROKEN = "#REF!"


Heading = tuple[str, str]
Span = tuple[int, int, int, int, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: heading rows over rows of cells.

    A heading is the two words that stand over one another, the lower one empty where the
    column has one word; ``subtotals`` row place -> text of a row to put before it;
    ``hidden`` places of rows that the sheet does not show.
    """

    name: str
    title: str
    sender: str
    date: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    subtotals: dict[int, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()

    @property
    def depth(self) -> int:
        """Rows that the headings take."""
        return 2 if any(lower for _, lower in self.headings) else 1

    def lines(self, depth: int) -> list[tuple[str, Sequence[Cell]]]:
        """Return every line of the sheet with what it is, its headings in one row or two."""
        whole = [upper + lower for upper, lower in self.headings]
        heads = [whole] if depth == 1 else [[one[row] for one in self.headings] for row in (0, 1)]
        lines: list[tuple[str, Sequence[Cell]]] = [
            ("title", [self.title + MARK]),
            ("title", [f"填报单位：{self.sender}　　填报日期：{self.date}"]),
            *(("head", head) for head in heads),
        ]
        for place, row in enumerate(self.rows):
            if place in self.subtotals:
                lines.append(("subtotal", ["小计", None, self.subtotals[place]]))
            lines.append(("hidden" if place in self.hidden else "row", row))
        if len(self.rows) in self.subtotals:
            lines.append(("subtotal", ["小计", None, self.subtotals[len(self.rows)]]))
        signed = [f"审核人：{self.sender}(章)", None, "填表人：(签字)", None, "联系电话：0430-8000000"]
        return [*lines, ("foot", signed)]

    def merged(self) -> list[Span]:
        """Return the merged ranges as (top, left, bottom, right, text): titles, then headings."""
        right = len(self.headings) - 1
        spans = [(row, 0, row, right, str(cells[0])) for row, (_, cells) in enumerate(self.lines(2)[:2])]
        if self.depth == 1:
            return spans
        for upper, group in itertools.groupby(enumerate(self.headings), key=lambda one: one[1][0]):
            places = [place for place, (_, lower) in group if lower]
            if len(places) > 1:
                spans.append((2, places[0], 2, places[-1], upper))
        alone = [place for place, (_, lower) in enumerate(self.headings) if not lower]
        return [*spans, *((2, place, 3, place, self.headings[place][0]) for place in alone)]


def xlsx_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook; equal sheets give equal bytes."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_properties({"created": MADE, "comments": MARK})
        formats = {
            "title": book.add_format({"bold": True, "align": "center", "font_size": 14}),
            "head": book.add_format({"bold": True, "align": "center", "border": 1, "text_wrap": True}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
    return _unpacked(packed)


def xls_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook of the old kind."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        taken = _cells_of(sheet.merged())
        for top, left, bottom, right, text in sheet.merged():
            page.write_merge(top, bottom, left, right, text)
        for at, (_, cells) in enumerate(sheet.lines(sheet.depth)):
            for column, cell in enumerate(cells):
                if cell is None or cell == "" or (at, column) in taken:
                    continue
                page.write(at, column, cell, day if isinstance(cell, dt.date) else xlwt.Style.default_style)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text_bytes(sheet: Sheet, *, encoding: str, delimiter: str) -> bytes:
    """Return a sheet as delimited text, its headings in one row."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    for _, cells in sheet.lines(1):
        writer.writerow(["" if cell is None else str(cell) for cell in cells])
    data = stream.getvalue().encode(encoding)
    return b"\xff\xfe" + data if encoding == "utf-16-le" else data


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page.set_column(0, len(sheet.headings) - 1, 14)
    taken = _cells_of(sheet.merged())
    for at, (kind, cells) in enumerate(sheet.lines(sheet.depth)):
        if kind in ("title", "head"):
            free = [None if (at, column) in taken else cell or None for column, cell in enumerate(cells)]
            _write_row(page, at, free, formats["head"], formats["day"])
        else:
            _write_row(page, at, cells, None, formats["day"])
        if kind == "hidden":
            page.set_row(at, None, None, {"hidden": True})
    for top, left, bottom, right, text in sheet.merged():
        page.merge_range(top, left, bottom, right, text, formats["title" if top < 2 else "head"])


def _cells_of(spans: Sequence[Span]) -> set[tuple[int, int]]:
    return {
        (row, column)
        for top, left, bottom, right, _ in spans
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    }


def _write_row(page: Any, at: int, cells: Sequence[Cell], style: Any, day: Any) -> None:
    for column, cell in enumerate(cells):
        if cell is None:
            continue
        if cell == BROKEN:
            page.write_formula(at, column, "=#REF!", style, BROKEN)
        elif isinstance(cell, str):
            page.write_string(at, column, cell, style)
        elif isinstance(cell, dt.date):
            page.write_datetime(at, column, dt.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
        else:
            page.write_number(at, column, cell, style)


def _unpacked(packed: io.BytesIO) -> bytes:
    """Return the same zip without compression."""
    plain = io.BytesIO()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as target:
        for entry in source.infolist():
            target.writestr(zipfile.ZipInfo(entry.filename, entry.date_time), source.read(entry))
    return plain.getvalue()
