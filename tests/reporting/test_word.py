"""The Word file that an office edits: its text, its page, its bytes; and the numbers of all formats."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import cases
import docx
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook
from test_paper import HOSTILE, plain, poppler, read_through, squeezed, words_of

from audit_lib.errors import CallError
from audit_lib.reporting import (
    Column,
    Grid,
    Number,
    Paragraph,
    acceptance_report,
    find_faces,
    known_formats,
    report_docx,
    report_html,
    report_pdf,
    report_workbook,
    write_report,
)
from audit_lib.reporting.paper import Table, Words, lay_out

AREAS = (cases.PROVINCE, cases.CITY, cases.COUNTY, cases.LONE)
NAMED = (Column("name", "名称"),)
WIDE = tuple(Column(f"c{place}", "某列很长的标题", "count") for place in range(20))


def opened(data: bytes):
    return docx.Document(io.BytesIO(data))


def text_of(data: bytes) -> str:
    """Return everything that a Word file says, in the order in which it stands there."""
    parts = opened(data).element.body.iter(qn("w:t"), qn("w:br"), qn("w:p"))
    return "".join(part.text or "" if part.tag == qn("w:t") else "\n" for part in parts)


def test_page_and_body_are_those_of_the_standard() -> None:
    document = opened(report_docx(plain(Paragraph("测" * 100))))
    page, normal = document.sections[0], document.styles["Normal"]
    sides = (page.top_margin, page.right_margin, page.bottom_margin, page.left_margin)
    assert [round(side.mm) for side in sides] == [37, 26, 35, 28]
    assert page._sectPr.find(qn("w:docGrid")).get(qn("w:linePitch")) == "579"
    assert normal.paragraph_format.line_spacing.pt == 28.95
    assert normal.font.size.pt == 16
    assert normal.element.rPr.find(qn("w:spacing")).get(qn("w:val")) == "-5"


@pytest.mark.parametrize(
    ("style", "face"),
    [
        ("Normal", "仿宋_GB2312"),
        ("Title", "方正小标宋简体"),
        ("Heading 1", "黑体"),
        ("Heading 2", "楷体_GB2312"),
    ],
)
def test_faces_are_named_as_officials_have_them(style: str, face: str) -> None:
    fonts = opened(report_docx(plain(Paragraph("字")))).styles[style].element.rPr.find(qn("w:rFonts"))
    assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "eastAsia", "cs")} == {face}


def test_face_that_a_machine_lacks_has_others_named_beside_it() -> None:
    with zipfile.ZipFile(io.BytesIO(report_docx(plain(Paragraph("字"))))) as file:
        table = file.read("word/fontTable.xml").decode("utf-8")
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="FangSong_GB2312,仿宋,FangSong,' in table


def test_page_numbers_are_fields_right_on_odd_and_left_on_even_pages() -> None:
    document = opened(report_docx(plain(Paragraph("字"))))
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        line = footer.paragraphs[0]
        assert line._p.find(qn("w:fldSimple")).get(qn("w:instr")).strip() == "PAGE"
        assert line._p.pPr.find(qn("w:jc")).get(qn("w:val")) == side
        assert squeezed("".join(part.text for part in line._p.iter(qn("w:t")))) == "-1-"
    assert [header.paragraphs[0].text for header in (section.header, section.even_page_header)] == [
        "送审稿"
    ] * 2


def test_wide_table_stands_in_a_turned_section_with_its_heading_repeated() -> None:
    rows = pd.DataFrame([{column.key: 1_234_567 for column in WIDE}] * 3)
    report = plain(Paragraph("前文"), Grid("宽表", "宽表", WIDE, rows, "宽表的说明"), Paragraph("后文"))
    document = opened(report_docx(report))
    assert [one.orientation for one in document.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.PORTRAIT,
    ]
    turned = document.sections[1]
    assert [round(side.mm) for side in (turned.page_width, turned.page_height, turned.left_margin)] == [
        297,
        210,
        35,
    ]
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert document.tables[0].rows[1]._tr.trPr.find(qn("w:tblHeader")) is None


def test_groups_of_columns_stand_over_them() -> None:
    columns = (
        Column("a", "地区"),
        Column("b", "应检", "count", group="县检"),
        Column("c", "已检", "count", group="县检"),
    )
    grid = Grid("表", "", columns, pd.DataFrame([{"a": "甲县", "b": 5, "c": 4}]))
    rows = [[cell.text for cell in row.cells] for row in opened(report_docx(plain(grid))).tables[0].rows]
    assert rows == [["地区", "县检", "县检"], ["地区", "应检", "已检"], ["甲县", "5", "4"]]


@pytest.mark.parametrize(("rows", "kept"), [(3, [True] * 3), (14, [True, *[False] * 11, True, True])])
def test_rows_that_stay_on_one_page_are_kept_with_the_next_in_word(rows: int, kept: list[bool]) -> None:
    grid = Grid("表", "题", NAMED, pd.DataFrame({"name": ["甲"] * rows}), "注")
    (table,) = opened(report_docx(plain(grid))).tables
    said = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next is True for row in table.rows]
    assert said == [True, *kept]  # the heading goes with the first row


@pytest.mark.parametrize("area", AREAS)
def test_same_case_gives_the_same_bytes_without_a_clock(area: str, tmp_path: Path) -> None:
    first, second = (report_docx(acceptance_report(cases.case(tmp_path, area))) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "2014-02-01T00:00:00Z" in file.read("docProps/core.xml").decode("utf-8")


@pytest.mark.parametrize("kind", HOSTILE)
def test_markup_out_of_a_file_is_text_in_word(kind: str) -> None:
    text = HOSTILE[kind]
    grid = Grid("表", "", (Column("name", "名称"),), pd.DataFrame({"name": [text]}))
    named = Number("name", "名称", "text", text, "自报")
    made = report_docx(plain(Paragraph("单位: {name}"), grid, numbers=(named,)))
    assert text_of(made).count(text) == 2
    assert not opened(made).element.body.findall(f".//{qn('w:fldSimple')}")


def test_line_ends_stay_and_signs_that_print_nothing_go() -> None:
    grid = Grid("表", "", (Column("name", "名称"),), pd.DataFrame({"name": ["甲\u202e乙\x00\n丙\ufffe"]}))
    assert opened(report_docx(plain(grid))).tables[0].rows[1].cells[0].text == "甲乙\n丙"


def test_picture_has_words_for_those_who_cannot_see_it(tmp_path: Path) -> None:
    document = opened(report_docx(acceptance_report(cases.case(tmp_path))))
    said = [one.get("descr") for one in document.element.body.iter(qn("wp:docPr"))]
    assert said
    assert all(said)


@pytest.mark.parametrize("area", AREAS)
def test_numbers_read_back_out_of_all_four_formats_are_equal(area: str, tmp_path: Path) -> None:
    case = cases.case(tmp_path, area)
    report = acceptance_report(case)
    (tmp_path / "x.pdf").write_bytes(report_pdf(report, find_faces(tmp_path)))
    book = CalamineWorkbook.from_filelike(io.BytesIO(report_workbook(report)))
    html = BeautifulSoup(report_html(report), "html.parser")
    word, pdf = report_docx(report), read_through(tmp_path / "x.pdf")

    sheet = book.get_sheet_by_name("主要数字").to_python(skip_empty_area=False)[3:]
    printed = {row[5]: row[1] for row in sheet}
    assert printed == {number.key: number.cell.text for number in report.numbers}
    on_page = {(tag["data-number"], tag.get_text()) for tag in html.select("[data-number]")}
    assert on_page <= set(printed.items())

    paper = lay_out(report)
    prose = [item.text for item in (*paper.body, *paper.annexes) if isinstance(item, Words)]
    in_word = text_of(word).split("\n")
    assert [text for text in prose if text not in in_word] == []
    assert [text for text in prose if squeezed(text) not in pdf] == []
    tables = [item for item in (*paper.body, *paper.annexes) if isinstance(item, Table)]
    read = [[[cell.text for cell in row.cells] for row in table.rows] for table in opened(word).tables]
    assert [rows[len(table.heads) :] for rows, table in zip(read, tables, strict=True)] == [
        [list(row) for row in table.rows] for table in tables
    ]
    assert [row for table in tables for row in table.rows if squeezed("".join(row)) not in pdf] == []


def test_one_call_writes_every_format_or_those_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cases.case(tmp_path, cases.COUNTY)
    report = acceptance_report(case)
    table = write_report(case, report)
    assert list(table["file"]) == ["report.html", "report.pdf", "report.docx", "report.xlsx"]
    folder = case.run.folder / "reports" / cases.COUNTY
    assert sorted(path.name for path in folder.iterdir()) == sorted(table["file"])
    assert list(write_report(case, report, formats=["xlsx"])["file"]) == ["report.xlsx"]
    monkeypatch.setenv("AUDIT_FORMATS", "html,docx")
    assert list(write_report(case, report)["file"]) == ["report.html", "report.docx"]


def test_format_that_there_is_not_is_refused() -> None:
    with pytest.raises(CallError) as refused:
        known_formats(["html", "doc"])
    assert str(refused.value) == "没有这种格式: doc; 有: html、pdf、docx、xlsx"


@pytest.mark.slow
def test_word_file_opens_in_libreoffice_with_22_lines_of_28_characters(tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("no soffice here")
    (tmp_path / "x.docx").write_bytes(report_docx(plain(Paragraph("测" * 28 * 70))))
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    subprocess.run(
        ["soffice", "--headless", home, "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "x.docx"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    lines = [text for page, *_, text in words_of(tmp_path / "x.pdf") if page == 2 and "测" in text]
    assert [len(squeezed(text)) for text in lines] == [28] * 22
    assert re.search(r"- ?2 ?-", poppler("pdftotext", "-f", "2", "-l", "2", tmp_path / "x.pdf", "-"))
