"""One file in, text out; what must not be parsed is refused with one plain sentence."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter  # type: ignore[import-untyped]
import xlwt  # type: ignore[import-untyped]

from audit_lib.errors import InputError, language
from audit_lib.intake import containers, readers
from audit_lib.intake.readers import read_grids

DAY = dt.datetime.combine(dt.date(2014, 3, 5), dt.time())


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_grids(path)
    return str(caught.value)


def test_cells_stay_as_the_sheet_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, padded = book.add_worksheet("甲<&>乙"), book.add_format({"num_format": "000"})
        day, clock = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        sheet.write_string("A1", "001")
        sheet.write_number("B1", 14)
        sheet.write_number("C1", 0.1 + 0.2)
        sheet.write_number("D1", 1, padded)
        sheet.write_datetime("E1", DAY, day)
        sheet.write_datetime("F1", DAY + dt.timedelta(hours=11), day)
        sheet.write_datetime("G1", dt.time(9, 30), clock)
        sheet.write_boolean("H1", True)
        sheet.write_number("I1", 22010212345678901)
        sheet.write_string("J1", "NA")
        sheet.write_string("K1", "=1+1")
    (grid,) = read_grids(path)
    assert grid.sheet == "甲<&>乙"
    shown = "001 14 0.3 001 2014-03-05 2014-03-05+11:00:00 09:30:00 是 2.20102E+16 NA =1+1"
    assert grid.cells == [[cell.replace("+11", " 11") for cell in shown.split(" ")]]


def test_failed_formula_stays_visible(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_string("B1", "县区")
        sheet.write_formula("B2", "=A1+Gone!A1", None, "#REF!")
    assert read_grids(path)[0].cells == [["", "县区"], ["", "#REF!"]]


def test_xls_is_read_with_its_merged_cells(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("名录")
    sheet.write_merge(0, 0, 0, 1, "题")
    sheet.write(1, 0, "001")
    sheet.write(1, 1, DAY, xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    book.save(str(tmp_path / "a.xls"))
    (grid,) = read_grids(tmp_path / "a.xls")
    assert (grid.cells, grid.merged) == ([["题", ""], ["001", "2014-03-05"]], (((0, 0), (0, 1)),))


def test_workbook_counting_from_1904_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
        book.add_worksheet().write_number(0, 0, 40241)
    assert read_grids(path)[0].base == 1462


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_text_is_read_in_each_encoding_it_comes_in(tmp_path: Path, encoding: str, delimiter: str) -> None:
    line = delimiter.join(["编号", '"甲\n乙"', "㐂"])
    (tmp_path / "a.csv").write_bytes(f"{line}\r\n001{delimiter}NA\r\n".encode(encoding))
    assert read_grids(tmp_path / "a.csv")[0].cells == [["编号", "甲\n乙", "㐂"], ["001", "NA", ""]]


def test_gzipped_csv_and_parquet_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress("编号\n001\n".encode()))
    pd.DataFrame({"编号": ["001", None], "数": [1, 2]}).to_parquet(tmp_path / "a.parquet")
    assert read_grids(tmp_path / "a.csv.gz")[0].cells == [["编号"], ["001"]]
    assert read_grids(tmp_path / "a.parquet")[0].cells == [["编号", "数"], ["001", "1"], ["", "2"]]


def test_wrong_encoding_is_refused_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "乱码.csv").write_bytes("编号,".encode() + b"\xff\xfe\x81\xff" * 3)
    said = "乱码.csv 的编码读不出(应为 UTF-8、GB18030 或 UTF-16), 请另存为 UTF-8"
    assert refusal(tmp_path / "乱码.csv") == said
    with language("en"):
        said = "the encoding of 乱码.csv is none of UTF-8, GB18030 and UTF-16; save it as UTF-8"
        assert refusal(tmp_path / "乱码.csv") == said


def test_encrypted_workbook_is_refused(tmp_path: Path) -> None:
    inside = "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "密.xlsx").write_bytes(containers.OLE + b"\0" * 500 + inside + b"\0" * 500)
    assert refusal(tmp_path / "密.xlsx") == "密.xlsx 已加密, 请去掉密码后重新提交"


def test_torn_workbook_is_refused(tmp_path: Path, book: Callable[..., Path]) -> None:
    whole = book("a.xlsx", [["编号"], ["1"]]).read_bytes()
    (tmp_path / "断.xlsx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "断.xls").write_bytes(containers.OLE + b"\0" * 600)
    (tmp_path / "空.xlsx").write_bytes(b"")
    (tmp_path / "乱.xlsx").write_bytes(b"hello")
    assert refusal(tmp_path / "断.xlsx") == "断.xlsx 已损坏或没有传完, 请重新导出"
    assert refusal(tmp_path / "断.xls") == "断.xls 已损坏或没有传完, 请重新导出"
    assert refusal(tmp_path / "空.xlsx") == "空.xlsx 是空文件"
    assert refusal(tmp_path / "乱.xlsx") == "乱.xlsx 不是完整的工作簿文件"


def test_one_changed_byte_inside_a_workbook_is_noticed(tmp_path: Path, book: Callable[..., Path]) -> None:
    data = bytearray(book("a.xlsx", [["编号"], *([str(number)] for number in range(500))]).read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        start = box.getinfo("xl/worksheets/sheet1.xml").header_offset + 200
    data[start] ^= 1
    (tmp_path / "a.xlsx").write_bytes(data)
    assert refusal(tmp_path / "a.xlsx") == "a.xlsx 已损坏或没有传完, 请重新导出"


def test_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "炸.xlsx", "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("xl/workbook.xml", b"0" * (20 * 2**20))
    said = re.sub(r"1\d{3} 倍", "N 倍", refusal(tmp_path / "炸.xlsx"))  # libraries pack a little differently
    assert said == "炸.xlsx 解开后是原来的 N 倍, 疑似压缩炸弹, 不予读取"


def test_directory_that_promises_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_UNPACKED", 2**20)
    with zipfile.ZipFile(tmp_path / "大.xlsx", "w") as box:
        box.writestr("xl/workbook.xml", b"0" * (2**20 + 1))
    (tmp_path / "大.csv.gz").write_bytes(gzip.compress(b"0" * (2**20 + 1)))
    assert refusal(tmp_path / "大.xlsx") == "大.xlsx 解开后超过 1 MB, 疑似压缩炸弹, 不予读取"
    assert refusal(tmp_path / "大.csv.gz") == "大.csv.gz 解开后超过 1 MB, 疑似压缩炸弹, 不予读取"


def test_stray_cell_far_away_is_refused_before_the_box_is_laid_out(book: Callable[..., Path]) -> None:
    path = book("远.xlsx", {"表": [["编号"]]})
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("表")
        sheet.write("A1", "编号")
        sheet.write("XFD1048576", "x")
    assert refusal(path) == (
        "远.xlsx 工作表“表”的范围有 17179869184 格, 多于 5000000 格; 请删去远处的零星单元格"
    )


def test_macro_files_are_refused(tmp_path: Path, book: Callable[..., Path]) -> None:
    plain = book("a.xlsx", [["编号"]])
    (tmp_path / "宏.xlsm").write_bytes(plain.read_bytes())
    with zipfile.ZipFile(plain, "a") as box:
        box.writestr("xl/vbaProject.bin", b"x")
    assert refusal(tmp_path / "宏.xlsm") == "宏.xlsm 含有宏, 不予读取; 请另存为 .xlsx"
    assert refusal(plain) == "a.xlsx 含有宏, 不予读取; 请另存为 .xlsx"


def test_what_is_no_table_is_refused_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "表.et").write_bytes(b"x")
    (tmp_path / "网页.xls").write_bytes(b"<html><table></table></html>")
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"0" * 1000)[:20])
    (tmp_path / "大.csv").write_bytes(b"0" * 3 * 2**20)
    assert refusal(tmp_path / "表.et") == "表.et 不是能读的类型; 请另存为 .xlsx 或 UTF-8 的 .csv"
    assert (
        refusal(tmp_path / "网页.xls")
        == "网页.xls 其实是网页或 XML, 不是工作簿; 请用 Excel/WPS 打开后另存为 .xlsx"
    )
    assert refusal(tmp_path / "x.parquet") == "x.parquet 不是完整的 Parquet 文件"
    assert refusal(tmp_path / "x.csv.gz") == "x.csv.gz 不是完整的压缩文件"
    monkeypatch.setattr(readers, "LARGEST_FILE", 2**20)
    assert refusal(tmp_path / "大.csv") == "大.csv 有 3 MB, 超过 1 MB; 请拆成几个文件"


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_damaged_bytes_never_end_the_program(tmp_path: Path, ending: str, book: Callable[..., Path]) -> None:
    path = tmp_path / f"f.{ending}"
    if ending == "xlsx":
        book(path.name, [["编号", "名称"], *([str(n), "甲"] for n in range(50))])
    else:
        made = xlwt.Workbook()
        sheet = made.add_sheet("a")
        for row in range(50):
            sheet.write(row, 0, f"甲{row}")
        made.save(str(path))
    whole = path.read_bytes()
    for step in range(150 if ending == "xlsx" else 3):
        data = bytearray(whole)
        at = step * 7919 % len(data)
        data[at : at + 2] = struct.pack("<H", step * 524287 % 65536)
        path.write_bytes(data)
        with contextlib.suppress(InputError):
            read_grids(path)


def test_xls_that_asks_for_more_memory_than_there_is_is_refused(tmp_path: Path) -> None:
    """A cell said to stand in row 65,536 of column 65,536 ends the process that parses it."""
    made = xlwt.Workbook()
    sheet = made.add_sheet("a")
    sheet.write(0, 0, "甲")
    sheet.write(1, 0, "乙")
    made.save(str(tmp_path / "大.xls"))
    data = bytearray((tmp_path / "大.xls").read_bytes())
    cell = data.rindex(b"\xfd\x00\x0a\x00") + 4
    data[cell : cell + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "大.xls").write_bytes(data)
    assert refusal(tmp_path / "大.xls") == "大.xls 已损坏或没有传完, 请重新导出"


def test_more_texts_claimed_than_fit_is_refused(tmp_path: Path, book: Callable[..., Path]) -> None:
    with zipfile.ZipFile(book("a.xlsx", [["编号"]])) as box:
        parts = {name: box.read(name) for name in box.namelist()}
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as box:
        for name, part in parts.items():
            box.writestr(name, part.replace(b'uniqueCount="1"', b'uniqueCount="4000000000"'))
    assert refusal(tmp_path / "a.xlsx") == "a.xlsx 解开后声称有 4000000000 段文字, 疑似压缩炸弹, 不予读取"
