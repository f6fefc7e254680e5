"""Sheets of paper as files: a title, headings, rows, subtotals and signatures, in four formats.

Workbooks hold no clock and are packed without compression, because deflate is not the same
in every zlib: equal data must give equal bytes on every machine.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
import xlwt

from audit_lib.demo.spelling import Cell

MADE = dt.datetime(2014, 4, 1)  # noqa: DTZ001 - a fixed word in the file's properties, no moment
MARK = "【演示数据】"
BROKEN = "#REF!"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: heading rows over rows of cells.

    ``groups`` are (heading, how many columns) over the columns' own headings, empty if there
    is one row of headings; ``subtotals`` row place -> text of a row to put before it;
    ``hidden`` places of rows that the sheet does not show.
    """

    name: str
    title: str
    sender: str
    date: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    groups: Sequence[tuple[str, int]] = ()
    subtotals: dict[int, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()

    def lines(self) -> list[tuple[str, Sequence[Cell]]]:
        """Return every line of the sheet with what it is."""
        top = [
            ("title", [self.title + MARK]),
            ("said", [f"填报单位：{self.sender}　　填报日期：{self.date}"]),
        ]
        spans = [heading for heading, width in self.groups for heading in [heading] * width]
        heads = [("group", spans)] if self.groups else []
        lines: list[tuple[str, Sequence[Cell]]] = [*top, *heads, ("head", self.headings)]
        for place, row in enumerate(self.rows):
            if place in self.subtotals:
                lines.append(("subtotal", ["小计", None, self.subtotals[place]]))
            lines.append(("hidden" if place in self.hidden else "row", row))
        if len(self.rows) in self.subtotals:
            lines.append(("subtotal", ["小计", None, self.subtotals[len(self.rows)]]))
        lines.append(
            ("foot", [f"审核人：{self.sender}(章)", None, "填表人：(签字)", None, "联系电话：0430-8000000"])
        )
        return lines


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
        for at, (kind, cells) in enumerate(sheet.lines()):
            if kind in ("title", "said"):
                page.write_merge(at, at, 0, len(sheet.headings) - 1, cells[0])
                continue
            for column, cell in enumerate(cells):
                if isinstance(cell, dt.date):
                    page.write(at, column, cell, day)
                elif cell is not None:
                    page.write(at, column, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def text_bytes(sheets: Sequence[Sheet], *, encoding: str, delimiter: str) -> bytes:
    """Return all sheets under one another as delimited text."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
    for sheet in sheets:
        for _, cells in sheet.lines():
            writer.writerow(["" if cell is None else str(cell) for cell in cells])
    data = stream.getvalue().encode(encoding)
    return b"\xff\xfe" + data if encoding == "utf-16-le" else data


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page.set_column(0, len(sheet.headings) - 1, 14)
    for at, (kind, cells) in enumerate(sheet.lines()):
        if kind in ("title", "said"):
            page.merge_range(at, 0, at, len(sheet.headings) - 1, cells[0], formats["title"])
        elif kind == "group":
            _write_groups(page, at, sheet, formats["head"])
        else:
            _write_row(page, at, cells, formats["head"] if kind == "head" else None, formats["day"])
            if kind == "hidden":
                page.set_row(at, None, None, {"hidden": True})


def _write_groups(page: Any, at: int, sheet: Sheet, style: Any) -> None:
    left = 0
    for heading, width in sheet.groups:
        if width > 1:
            page.merge_range(at, left, at, left + width - 1, heading, style)
        else:
            page.write_string(at, left, heading, style)
        left += width


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
