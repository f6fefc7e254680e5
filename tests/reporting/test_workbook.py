"""The workbook of a report: nothing in it comes alive, each sheet is ready to print."""

from __future__ import annotations

import io
import re
import zipfile

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from test_paper import plain

from audit_lib.reporting import Column, Grid, Number, Paragraph, report_workbook

PAYLOADS = (
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    '=HYPERLINK("http://a.example","x")',
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "{=1+1}",
    '=DDE("a";"b";"c")',
    "http://a.example/",
    "mailto:a@b.example",
    "internal:'记号说明'!A1",
    "external:c:\\a.xlsx",
    "0123456789012345678",
    "1e5",
)


def book_of(*texts: str) -> bytes:
    grid = Grid("名单", "名单", (Column("name", "名称"), Column("n", "家数", "count")), pd.DataFrame(
        {"name": texts, "n": range(1, len(texts) + 1)}
    ))  # fmt: skip
    named = Number("name", texts[0], "text", texts[0], texts[0])
    return report_workbook(plain(Paragraph("单位: {name}"), grid, numbers=(named,)))


def parts(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        return {name: file.read(name).decode("utf-8") for name in file.namelist()}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_out_of_a_file_never_becomes_a_formula_a_link_or_a_number(payload: str) -> None:
    book = book_of(payload)
    sheets = "".join(text for name, text in parts(book).items() if "worksheets/" in name)
    assert not re.search(r"<f[ >]|<hyperlink", sheets)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("名单").to_python()
    assert rows[-1] == [payload, 1.0]
    assert isinstance(rows[-1][0], str)


def test_each_sheet_is_frozen_repeats_its_heading_and_knows_what_to_print() -> None:
    made = parts(book_of("甲", "乙"))
    sheets = {name: text for name, text in made.items() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)}
    assert len(sheets) == 3
    for text in sheets.values():
        assert 'ySplit="3" topLeftCell="B4"' in text
        assert 'fitToHeight="0"' in text
        assert 'paperSize="9"' in text
    names = made["xl/workbook.xml"]
    assert "名单!$A$1:$B$5" in names
    assert names.count("_xlnm.Print_Area") == names.count("_xlnm.Print_Titles") == 3


def test_row_is_as_high_as_its_longest_text_and_marks_stand_on_each_printed_sheet() -> None:
    made = parts(book_of("甲" * 100, "乙"))
    sheet = made["xl/worksheets/sheet2.xml"]
    heights = {int(row): float(high) for row, high in re.findall(r'<row r="(\d+)"[^>]* ht="([\d.]+)"', sheet)}
    assert heights[4] == 5 * 15  # 200 places and a little more, in a column of 48
    assert 5 not in heights
    for number in (1, 2, 3):
        assert "&amp;L送审稿&amp;R&amp;A" in made[f"xl/worksheets/sheet{number}.xml"]


def test_sheet_without_rows_says_what_the_page_says_and_signs_of_numbers_stand_right() -> None:
    none = Grid("空", "空", (Column("name", "名称"),), pd.DataFrame({"name": []}), empty="没有还差的条款。")
    share = Grid("率", "率", (Column("part", "率", "share", "of"),), pd.DataFrame({"part": [0], "of": [0]}))
    book = report_workbook(plain(none, share))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name("空").to_python()
    assert rows[1][0].endswith("没有还差的条款。")
    made = parts(book)
    style = int(re.search(r'<c r="A4" s="(\d+)"', made["xl/worksheets/sheet3.xml"])[1])
    formats = re.search(r"<cellXfs.*</cellXfs>", made["xl/styles.xml"], re.DOTALL)[0]
    assert 'horizontal="right"' in re.findall(r"<xf .*?(?:/>|</xf>)", formats)[style]


def test_same_report_gives_the_same_workbook() -> None:
    assert book_of("甲") == book_of("甲")


def test_count_is_no_share_and_its_parts_stay_empty_in_the_list_of_numbers() -> None:
    share = Number("rate", "覆盖率", "share", 1, "县检", 4)
    money = Number("funds", "资金到位率", "share", 100, "自报", 200, unit="分")
    count = Number("due", "应检单位", "count", 4, "自报", unit="家")
    words = Paragraph("应检 {due} 家, 覆盖率 {rate}, 资金到位率 {funds}。")
    report = plain(words, numbers=(share, money, count))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(report_workbook(report))).get_sheet_by_name("主要数字")
    assert rows.to_python(skip_empty_area=False)[3:] == [
        ["覆盖率", "25.0%", 1, 4, "县检", "rate", ""],
        ["资金到位率", "50.0%", 100, 200, "自报", "funds", "分"],
        ["应检单位", "4", "", "", "自报", "due", "家"],
    ]
