"""The lists that leave: sample and reserves as workbooks, byte for byte the same each time."""

from __future__ import annotations

import datetime as dt
import io

import pandas as pd
import python_calamine
import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from audit_lib.errors import InputError

COLUMNS = {
    "unit_id": "单位编号",
    "unit_name": "单位名称",
    "city": "市州",
    "county": "县区",
    "stratum": "层",
    "rank": "层内名次",
    "ticket": "抽样票号",
}
_WIDTHS = (20, 36, 12, 12, 32, 10, 68)
_CREATED = dt.datetime(2014, 1, 1)  # noqa: DTZ001  # a workbook's date has no zone; any fixed one does
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def list_workbook(rows: pd.DataFrame, *, title: str) -> bytes:
    """Return a list of units as the bytes of a workbook.

    No cell becomes a formula, a link or a number, whatever its text begins with.

    Parameters
    ----------
    rows : DataFrame with the columns of `COLUMNS`; an absent one is left blank
    title : name of the sheet
    """
    sink = io.BytesIO()
    book = xlsxwriter.Workbook(sink, {"in_memory": True, **_PLAIN})
    book.set_properties({"created": _CREATED})
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "bottom": 1})
    for place, (column, header) in enumerate(COLUMNS.items()):
        sheet.set_column(place, place, _WIDTHS[place])
        sheet.write_string(0, place, header, head)
        cells = rows[column].tolist() if column in rows else []
        for line, cell in enumerate(cells, start=1):
            if column == "rank":
                sheet.write_number(line, place, cell)
            else:
                sheet.write_string(line, place, cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)
    book.close()
    return sink.getvalue()


def read_list(data: bytes, *, name: str) -> list[str]:
    """Return the identifiers that a list workbook holds, in the order of its rows.

    Raises
    ------
    InputError   the bytes are not such a workbook
    """
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        lines = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(f"{name} 不是名单工作簿", f"{name} is not a list of units") from error
    if not lines or lines[0][:1] != [COLUMNS["unit_id"]]:
        raise InputError(f"{name} 不是名单工作簿", f"{name} is not a list of units")
    return [str(line[0]) for line in lines[1:]]
