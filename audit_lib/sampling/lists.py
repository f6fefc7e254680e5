"""The lists that leave: sample and reserves as workbooks, and what such a workbook says."""

from __future__ import annotations

import io

import pandas as pd
import python_calamine

from audit_lib.errors import InputError
from audit_lib.intake.containers import check_workbook
from audit_lib.workbooks import table_workbook

COLUMNS = {
    "unit_id": "单位编号",
    "unit_name": "单位名称",
    "city": "市州",
    "county": "县区",
    "stratum": "层",
    "rank": "层内次序",
    "chance": "入样概率",
    "ticket": "签号",
}


def list_workbook(rows: pd.DataFrame, *, title: str) -> bytes:
    """Return a list of units as the bytes of a workbook, the same bytes each time.

    Parameters
    ----------
    rows : DataFrame with the columns of `COLUMNS`; an absent one is left blank, an absent chance out
    title : name of the sheet
    """
    columns = [column for column in COLUMNS if column in rows or column != "chance"]
    shown = rows.reindex(columns=columns).rename(columns=COLUMNS)
    return table_workbook({title: shown})


def read_list(data: bytes, *, name: str) -> list[str]:
    """Return the identifiers that a list workbook holds, in the order of its rows.

    Raises
    ------
    InputError   the bytes are not such a workbook
    """
    try:
        check_workbook(data, name)
        book = python_calamine.load_workbook(io.BytesIO(data))
        lines = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (InputError, python_calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(f"{name} 不是名单工作簿", f"{name} is not a list of units") from error
    if not lines or lines[0][:1] != [COLUMNS["unit_id"]]:
        raise InputError(f"{name} 不是名单工作簿", f"{name} is not a list of units")
    return [str(line[0]) for line in lines[1:]]
