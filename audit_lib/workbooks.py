"""Workbooks of tables: text stays text, and equal tables give equal bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Mapping

import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]

CREATED = dt.datetime(2014, 2, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""The one date in every workbook: a workbook with a clock in it would never be the same twice."""

PLAIN = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
"""A unit called ``=1+1`` or ``http://`` stays the text that it is."""

EXPLAINS = "填表说明(本页不读取)"
"""The first cell of a sheet that explains the others: whoever reads the workbook passes over it."""

LONGEST_CELL = 32_767
"""Characters that a cell of a workbook can hold."""

LONGEST_SHEET = 31
_WIDEST, _NARROWEST = 60, 6
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def table_workbook(sheets: Mapping[str, pd.DataFrame], *, notes: Mapping[str, str] | None = None) -> bytes:
    """Return a workbook with one sheet per table: header frozen, filter on, columns fitted.

    Parameters
    ----------
    sheets : title of each sheet and its table; missing values become empty cells, whole
        numbers and floats stay numbers, everything else is text, days in ISO form
    notes : for some sheets, a line above the header
    """
    sink = io.BytesIO()
    book = new_workbook(sink)
    head = book.add_format(
        {"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True, "valign": "top"}
    )
    for title, table in sheets.items():
        sheet = book.add_worksheet(sheet_name(title, [one.name for one in book.worksheets()]))
        note = (notes or {}).get(title, "")
        if note:
            sheet.write_string(0, 0, note)
        _write_table(sheet, table, head, 1 if note else 0)
    book.close()
    return sink.getvalue()


def new_workbook(sink: io.BytesIO) -> xlsxwriter.Workbook:
    """Open a workbook without a clock, whose texts stay texts."""
    book = xlsxwriter.Workbook(sink, PLAIN)
    book.set_properties({"created": CREATED})
    return book


def sheet_name(title: str, taken: list[str]) -> str:
    """Return a title that a sheet may bear: no forbidden sign, 31 characters at most, not taken.

    >>> sheet_name("A/B?", ["A_B_"])
    'A_B_2'
    """
    name = _NOT_IN_SHEET_NAMES.sub("_", title).strip("'")[:LONGEST_SHEET] or "_"
    lower, number, free = {one.lower() for one in taken}, 2, name
    while free.lower() in lower:
        free, number = f"{name[: LONGEST_SHEET - 3]}{number}", number + 1
    return free


def _write_table(
    sheet: xlsxwriter.worksheet.Worksheet, table: pd.DataFrame, head: xlsxwriter.format.Format, top: int
) -> None:
    for place, name in enumerate(table.columns):
        sheet.write_string(top, place, str(name), head)
        cells = [_plain(value) for value in table.iloc[:, place].tolist()]
        for row, value in enumerate(cells, start=top + 1):
            if isinstance(value, str):
                sheet.write_string(row, place, value[:LONGEST_CELL])
            elif value is not None:
                sheet.write_number(row, place, value)
        widest = max((_width(str(value)) for value in cells[:1000] if value is not None), default=0)
        sheet.set_column(place, place, max(_NARROWEST, min(_WIDEST, max(widest, _width(str(name))) + 2)))
    sheet.freeze_panes(top + 1, 0)
    if len(table.columns):
        sheet.autofilter(top, 0, top + len(table), len(table.columns) - 1)


def _plain(value: object) -> str | int | float | None:
    """What goes into a cell: text or a number, nothing that a program would interpret."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return value if abs(value) != float("inf") else str(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value)


def _width(text: str) -> int:
    """Columns that a text takes; a Chinese character takes two."""
    line = text.split("\n", 1)[0]
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in line)  # noqa: PLR2004 - start of CJK blocks
