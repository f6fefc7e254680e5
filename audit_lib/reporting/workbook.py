"""The report as a workbook: each table on its sheet, with the numbers of the page.

Counts and shares are numbers with as many decimals as the page shows; text stays text,
also where it starts with ``=``. The same report gives the same bytes.
"""

from __future__ import annotations

import io
from math import ceil
from typing import Any

import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from audit_lib.reporting.model import Grid, Report, numbers_table
from audit_lib.reporting.tables import RESULTS, Cell, Column, print_rows
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
LINE = 15
"""Points of a line of print; title and note are as high as they need to be seen whole, also on paper."""

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
    """Cell formats of a workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.known: dict[str, Any] = {}
        self.title = book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"})
        self.note = book.add_format({"font_color": "#59616c", "text_wrap": True, "valign": "top"})
        self.head = book.add_format({"bold": True, "bg_color": "#f4f5f7", "bottom": 1, "text_wrap": True})

    def of(self, cell: Cell) -> Any:
        if cell.style not in self.known:
            self.known[cell.style] = self.book.add_format(
                {"valign": "top", "num_format": cell.style}
                if cell.style
                else {"valign": "top", "text_wrap": True}
            )
        return self.known[cell.style]


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
        sheet.write_string(HEAD_ROWS - 1, place, _heading(column), styles.head)
    widths = [min(_width(_heading(column)), 12) for column in grid.columns]
    for line, cells in enumerate(print_rows(grid.columns, grid.rows), start=HEAD_ROWS):
        for place, cell in enumerate(cells):
            _write(sheet, line, place, cell, styles)
            widths[place] = max(widths[place], _width(cell.text))
    widths = [min(width + 2, WIDEST) for width in widths]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    high = max(
        ceil(_width(_heading(column)) / width) for column, width in zip(grid.columns, widths, strict=True)
    )
    sheet.set_row(HEAD_ROWS - 1, LINE * high)
    above = (
        f"{report.title}: {grid.title or grid.name}",
        "　".join([*report.marks, report.subtitle, grid.note]),
    )
    for line, (text, style, size) in enumerate(
        zip(above, (styles.title, styles.note), (1.4, 1.0), strict=True)
    ):
        if len(widths) > 1:
            sheet.merge_range(line, 0, line, len(widths) - 1, "", style)
        sheet.write_string(line, 0, text, style)
        sheet.set_row(line, LINE * size * ceil(_width(text) * size / sum(widths)))
    sheet.freeze_panes(HEAD_ROWS, 1)
    if len(grid.rows):
        sheet.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + len(grid.rows), len(grid.columns) - 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROWS - 1)
    sheet.print_area(0, 0, HEAD_ROWS - 1 + len(grid.rows), len(grid.columns) - 1)


def _write(sheet: Any, line: int, place: int, cell: Cell, styles: _Styles) -> None:
    if isinstance(cell.value, int | float):
        sheet.write_number(line, place, cell.value, styles.of(cell))
    else:
        text = cell.text if cell.value is None else cell.value
        sheet.write_string(line, place, text[:LONGEST_CELL], styles.of(cell))


def _heading(column: Column) -> str:
    return f"{column.group}: {column.title}" if column.group else column.title


def _width(text: str) -> int:
    """Return how wide a text prints: a Chinese character takes two places."""
    return max((sum(2 if sign > "\u2e80" else 1 for sign in part) for part in text.split("\n")), default=0)
