"""Forms: a blank workbook of every input table, made from its declaration.

Whoever fills one in is read by ``audit check`` without a word in the params. The example
stands above the header, where no reader looks for records, and the page that explains the
columns says in its first cell that it is not read.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from functools import cache
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from audit_lib.schemas import Column, Table, inputs, rulebook_rows
from audit_lib.workbooks import EXPLAINS, new_workbook

KINDS = {
    "text": "文字",
    "id": "编号(按文字保存)",
    "area": "地区(代码或名称)",
    "name": "单位名称",
    "people": "人名(可多人)",
    "time": "时刻",
    "phone": "电话",
    "choice": "选项",
    "date": "日期",
    "datetime": "日期和时刻",
    "int": "整数",
    "money": "金额",
    "number": "数字",
    "flag": "是/否",
}
ROLES = {"key": "必填, 无此项不能识别", "needed": "应填", "optional": "可空"}

FORMATS = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "int": "0"}
"""How cells of a kind are shown; all but numbers are text, so that 001 stays 001."""
NUMBERS = ("money", "number")

NUMBER_OF_ROW = "序号"
EXAMPLE = "示例(不计入)"
SENDER, DAY = "填报单位:", "填报日期:"
MONEY = "万元"
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2049, 12, 31)
"""What is taken for a day: 3.5 typed for 5 March would otherwise be a day of 1900."""

TOP = 4
"""Rows above the header: title, sender, day, example."""
LAST_ROW = 20_000
"""Down to where drop-downs reach: the roster of a whole province."""
WIDE = 14
"""Columns that can be read on one page of paper; wider forms take more pages side by side."""
A4, A3 = 9, 8
HEAD = {"key": "#F8CBAD", "needed": "#FFE699", "optional": "#E7E6E6"}


def form_workbooks() -> Iterator[tuple[str, bytes]]:
    """Yield the form of every input table: file name, bytes."""
    for table in inputs().values():
        yield f"{table.zh}.xlsx", form_workbook(table)


def form_workbook(table: Table) -> bytes:
    """Return the blank form of a table: the sheet to fill in, and the one that explains it."""
    sink = io.BytesIO()
    book = new_workbook(sink)
    _write_form(book, table)
    _write_meaning(book, table)
    book.close()
    return sink.getvalue()


def say_column(table: Table, column: Column) -> tuple[str, str]:
    """Return an example of a column and what it means, in words for a clerk.

    >>> table = inputs()["units"]
    >>> say_column(table, table.column("unit_id"))[0]
    '001'
    """
    said = _said()
    example, words = next(
        said[key] for key in (f"{table.name}.{column.name}", column.name, f"@{column.kind}") if key in said
    )
    return example or (column.choices[0] if column.choices and not words else ""), words


def validation(column: Column) -> dict[str, Any] | None:
    """Return what a spreadsheet checks while somebody types into a column; None for plain text."""
    days = {"minimum": FIRST_DAY, "maximum": LAST_DAY}
    rules: dict[str, dict[str, Any]] = {
        "choice": {"validate": "list", "source": list(column.choices)},
        "flag": {"validate": "list", "source": ["是", "否"]},
        "date": {"validate": "date", "criteria": "between", **days},
        "datetime": {"validate": "date", "criteria": "between", **days},
        "int": {"validate": "integer", "criteria": ">=", "value": 0},
        "money": {"validate": "decimal", "criteria": ">=", "value": 0},
    }
    rule = rules.get(column.kind)
    said = {"error_title": column.zh, "error_message": f"“{column.zh}”应为{_due(column)}"}
    return None if rule is None else rule | said


@cache
def _said() -> dict[str, tuple[str, str]]:
    return {row["column"]: (row["example"], row["zh"]) for row in rulebook_rows("forms")}


def _due(column: Column) -> str:
    if column.choices:
        return "、".join(column.choices) + " 之一"
    return {"flag": "是 或 否", "int": "不小于 0 的整数", "money": "不小于 0 的数"}.get(
        column.kind, f"{KINDS[column.kind]}, 如 2014-03-05"
    )


def _write_form(book: xlsxwriter.Workbook, table: Table) -> None:
    sheet = book.add_worksheet(table.zh)
    title = book.add_format({"bold": True, "font_size": 16})
    faint = book.add_format({"italic": True, "font_color": "#7F7F7F", "text_wrap": True, "valign": "top"})
    label = book.add_format({"align": "right"})
    sheet.write_string(0, 0, table.zh, title)
    sheet.write_string(1, 0, SENDER, label)
    sheet.write_string(2, 0, DAY, label)
    sheet.write_blank(1, 1, None, book.add_format({"num_format": "@", "bottom": 1}))
    sheet.write_blank(2, 1, None, book.add_format({"num_format": FORMATS["date"], "bottom": 1}))
    sheet.write_string(TOP - 1, 0, EXAMPLE, faint)
    sheet.write_string(TOP, 0, NUMBER_OF_ROW, _head(book, "optional"))
    sheet.set_column(0, 0, 12)
    money = any(column.kind == "money" for column in table.columns)
    first = TOP + 2 if money else TOP + 1
    for place, column in enumerate(table.columns, start=1):
        mark = "" if column.role == "optional" else "*"
        sheet.write_string(TOP - 1, place, say_column(table, column)[0], faint)
        sheet.write_string(TOP, place, mark + column.zh, _head(book, column.role))
        if money:
            sheet.write_string(TOP + 1, place, _unit(column), _head(book, column.role))
        kind = FORMATS.get(column.kind, "General" if column.kind in NUMBERS else "@")
        width = max(11, 2 * len(column.zh) + 4, 26 if column.kind in ("name", "people") else 0)
        sheet.set_column(place, place, width, book.add_format({"num_format": kind}))
        if rule := validation(column):
            sheet.data_validation(first, place, LAST_ROW, place, rule)
    sheet.freeze_panes(first, 3 if table.columns[0].kind == "id" else 2)
    sheet.set_landscape()
    sheet.set_paper(A3 if len(table.columns) > WIDE else A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(-(-len(table.columns) // WIDE), 0)
    sheet.repeat_rows(TOP - 1, first - 1)
    sheet.repeat_columns(0, 2)
    sheet.set_footer("&C第 &P 页 共 &N 页")


def _unit(column: Column) -> str:
    return f"({MONEY})" if column.kind == "money" else ""


def _head(book: xlsxwriter.Workbook, role: str) -> xlsxwriter.format.Format:
    return book.add_format(
        {"bold": True, "bg_color": HEAD[role], "border": 1, "text_wrap": True, "align": "center"}
    )


def _write_meaning(book: xlsxwriter.Workbook, table: Table) -> None:
    sheet = book.add_worksheet("填表说明")
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.write_string(0, 0, EXPLAINS, book.add_format({"bold": True, "font_size": 14}))
    lines = [
        f"《{table.zh}》从第一页表头下面填起, 一行一条。表头的字不要改, 列可以换次序, 没有的列可以删去。",
        "带 * 的列: 橙色必填, 缺了这一行就不能识别; 黄色应填, 缺了有关条款无法判定。灰色可以不填。",
        f"表头上面灰色的“{EXAMPLE}”一行只是样子, 不会读入, 不必删。填报单位、填报日期请填: "
        "更正时再报一份完整的, 以填报日期在后的为准。",
        "日期写全年月日, 如 2014-03-05。金额的单位见表头下面一行。编号按文字填, 开头的 0 不会丢。",
    ]
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line)
    top = len(lines) + 2
    headings = ("列", "填写", "填法", "举例", "含义", "也认得的叫法")
    cells = [
        (
            column.zh,
            ROLES[column.role],
            "、".join(column.choices) or KINDS[column.kind],
            *say_column(table, column),
            "、".join(column.aliases),
        )
        for column in table.columns
    ]
    for place, (heading, width) in enumerate(zip(headings, (20, 20, 30, 24, 60, 40), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(top, place, heading, _head(book, "optional"))
        for row, words in enumerate(cells, start=top + 1):
            sheet.write_string(row, place, words[place], wrapped)
    sheet.protect()
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
