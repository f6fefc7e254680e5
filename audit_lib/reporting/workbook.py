"""The report as a workbook: each table on its sheet, with the numbers of the page.

Counts and shares are numbers with as many decimals as the page shows; text stays text,
also where it starts with ``=``. The same report gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from math import ceil
from typing import Any

import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from audit_lib.reporting.fitting import RIGHT
from audit_lib.reporting.model import Grid, Report, numbers_table
from audit_lib.reporting.tables import RESULTS, Cell, Column, Kind, print_rows
from audit_lib.workbooks import CREATED, LONGEST_CELL, PLAIN, sheet_name

NUMBERS = Grid(
    "主要数字",
    "主要数字",
    (
        Column("label", "名称"),
        Column("printed", "报告中写作"),
        Column("numerator", "分子", "count", absent=""),
        Column("denominator", "分母", "count", absent=""),
        Column("source", "来源"),
        Column("key", "代号"),
        Column("unit", "单位"),
    ),
    numbers_table(()),
)
MEANINGS = {
    "met": "条款要求已达到",
    "not_met": "条款要求未达到",
    "not_assessable": "缺少判定所需的资料, 不作达到, 也不作未达到",
    "not_applicable": "没有适用的对象",
    "not_due": "期限未到, 不作判定",
    "shown": "只列出数字, 不作判定",
}
WIDEST = 48
LINE, TALLEST = 15, 409
"""Points of a line of print, and of the highest row that there can be."""

WIDER = 1.15
"""What a Chinese character takes of two places where faces are wide: a line is counted rather than cut."""

HEAD_ROWS = 3


def report_workbook(report: Report) -> bytes:
    """Return the workbook of a report as bytes."""
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, PLAIN)
    book.set_properties({"title": report.title, "author": "", "created": CREATED})
    styles = _Styles(book)
    for grid in (_numbers(report), *report.grids, _legend()):
        _sheet(book, styles, report, grid)
    book.close()
    return sink.getvalue()


class _Styles:
    """Cell formats of a workbook, each made once; what counts stands right, a text a little off its line."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.known: dict[tuple[str, bool, bool], Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"})
        self.note = book.add_format({"font_color": "#59616c", "text_wrap": True, "valign": "top"})

    def of(self, kind: Kind, style: str = "", *, head: bool = False) -> Any:
        right = kind in RIGHT
        key = (style, right, head)
        if key not in self.known:
            look = {"valign": "vcenter", "border": 1, "border_color": "#c5cad1", "text_wrap": not style}
            look |= {"align": "right"} if right else {"align": "left", "indent": 1}
            look |= {"bold": True, "bg_color": "#f4f5f7"} if head else {}
            self.known[key] = self.book.add_format(look | ({"num_format": style} if style else {}))
        return self.known[key]


def _numbers(report: Report) -> Grid:
    rows = numbers_table(report.numbers)
    return Grid(NUMBERS.name, NUMBERS.title, NUMBERS.columns, rows)


def _legend() -> Grid:
    rows = [{"mark": " ".join(words), "meaning": MEANINGS[result]} for result, words in RESULTS.items()]
    return Grid(
        "记号说明", "记号说明", (Column("mark", "记号"), Column("meaning", "含义")), pd.DataFrame(rows)
    )


def _sheet(book: xlsxwriter.Workbook, styles: _Styles, report: Report, grid: Grid) -> None:
    sheet = book.add_worksheet(sheet_name(grid.name, [one.name for one in book.worksheets()]))
    for place, column in enumerate(grid.columns):
        sheet.write_string(HEAD_ROWS - 1, place, _heading(column), styles.of(column.kind, head=True))
    heads = [_heading(column) for column in grid.columns]
    rows = list(print_rows(grid.columns, grid.rows))
    widths = [min(_width(head), 12) for head in heads]
    for line, cells in enumerate(rows, start=HEAD_ROWS):
        for place, (cell, column) in enumerate(zip(cells, grid.columns, strict=True)):
            _write(sheet, line, place, cell, styles.of(column.kind, cell.style))
            widths[place] = max(widths[place], _width(cell.text))
    widths = [min(width + 3, WIDEST) for width in widths]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    for line, texts in enumerate([heads, *([cell.text for cell in cells] for cells in rows)], HEAD_ROWS - 1):
        if (high := _lines(texts, widths)) > 1 or line < HEAD_ROWS:
            sheet.set_row(line, min(LINE * high, TALLEST))
    above = (
        f"{report.title}: {grid.title or grid.name}",
        "　".join([*report.marks, report.subtitle, grid.note, "" if rows else grid.empty]).rstrip("　"),
    )
    for line, (text, style, size) in enumerate(
        zip(above, (styles.title, styles.note), (1.4, 1.0), strict=True)
    ):
        if len(widths) > 1:
            sheet.merge_range(line, 0, line, len(widths) - 1, "", style)
        sheet.write_string(line, 0, text, style)
        sheet.set_row(line, LINE * size * _lines([text], [sum(widths) / size]))
    sheet.freeze_panes(HEAD_ROWS, 1)
    if rows:
        sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + len(rows), len(heads) - 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROWS - 1)
    sheet.print_area(0, 0, HEAD_ROWS - 1 + len(rows), len(heads) - 1)
    sheet.set_header(f"&L{'　'.join(report.marks)}&R&A")
    sheet.set_footer("&C- &P -")


def _write(sheet: Any, line: int, place: int, cell: Cell, style: Any) -> None:
    if isinstance(cell.value, int | float):
        sheet.write_number(line, place, cell.value, style)
    else:
        text = cell.text if cell.value is None else cell.value
        sheet.write_string(line, place, text[:LONGEST_CELL], style)


def _lines(texts: Sequence[str], widths: Sequence[float]) -> int:
    """Return how many lines a row takes: no program is left to find out, and print to cut the others off."""
    return max(
        sum(max(ceil(_width(part) * WIDER / width), 1) for part in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )


def _heading(column: Column) -> str:
    return f"{column.group}: {column.title}" if column.group else column.title


def _width(text: str) -> int:
    """Return how wide a text prints: a Chinese character takes two places."""
    return max((sum(2 if sign > "\u2e80" else 1 for sign in part) for part in text.split("\n")), default=0)
