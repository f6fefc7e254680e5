"""The paper that officials sign: its page measured from the file, its text, its faces."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import cases
import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from audit_lib.errors import ReportError
from audit_lib.reporting import (
    Column,
    Grid,
    Number,
    Paragraph,
    Picture,
    Report,
    Section,
    acceptance_report,
    find_faces,
    fonts_used,
    report_docx,
    report_html,
    report_pdf,
    substitutes,
)
from audit_lib.reporting.canvas import new_figure, png
from audit_lib.reporting.fonts import Faces, font_file
from audit_lib.reporting.paper import Table, Words, lay_out
from audit_lib.reporting.words import official

NOBODY = pd.DataFrame({"name": ["甲"]})
NAMED = (Column("name", "名称"),)
AREAS = (cases.PROVINCE, cases.CITY, cases.COUNTY, cases.LONE)
POINT = 72 / 25.4
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "include": '#include "/etc/passwd"',
    "import": '#import "@preview/a:0.1.0"',
    "maths": "$x^2$ *粗* _斜_ `码` @引用 <标签>",
    "backslash": "\\u{41} \\#\\\\",
    "formula": "=1+1",
    "comment": "// 注 /* 释 */",
    "template": "{{ 7*7 }} {due}",
    "entity": "&amp;&#65;",
}


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Faces:
    return find_faces(tmp_path_factory.mktemp("params"))


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, faces: Faces) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("papers")
    for area in AREAS:
        made = report_pdf(acceptance_report(cases.case(folder, area)), faces)
        (folder / f"{area}.pdf").write_bytes(made)
    return {area: folder / f"{area}.pdf" for area in AREAS}


def poppler(tool: str, *arguments: str | Path) -> str:
    """Return what a tool of poppler says about a PDF."""
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} here")
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def read_through(file: Path) -> str:
    """Return what a PDF says without blanks, and without the number and the marks between its pages."""
    # A page may end with the number of a rule, so its own number is told by the line that it has.
    said = re.sub(r"(?m)^\f?- ?\d+ ?-$", "", poppler("pdftotext", "-raw", file, "-"))
    return re.sub(r"送审稿(演示数据)?", "", squeezed(said))


def words_of(file: Path) -> list[tuple[int, float, float, float, str]]:
    """Return each word of a PDF with its page, left, top and right in points."""
    found, page = [], 0
    for line in poppler("pdftotext", "-bbox", file, "-").splitlines():
        page += "<page " in line
        if word := re.search(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)".*>(.*)</word>', line):
            found.append((page, float(word[1]), float(word[2]), float(word[3]), word[4]))
    return found


def plain(
    *blocks: Paragraph | Grid | Picture,
    marks: tuple[str, ...] = ("送审稿",),
    numbers: tuple[Number, ...] = (),
) -> Report:
    section = Section("x", "一、部分", blocks, numbers)
    return Report("990000", "检查验收报告", "春季行动", marks, (), (section,))


def set_in(folder: Path, report: Report, faces: Faces) -> Path:
    (folder / "x.pdf").write_bytes(report_pdf(report, faces))
    return folder / "x.pdf"


def test_page_of_body_text_has_22_lines_of_28_characters(tmp_path: Path, faces: Faces) -> None:
    file = set_in(tmp_path, plain(Paragraph("测" * 28 * 70)), faces)
    lines = [(page, top, squeezed(text)) for page, _, top, _, text in words_of(file) if "测" in text]
    second = [(top, text) for page, top, text in lines if page == 2]
    assert [len(text) for _, text in second] == [28] * 22
    pitches = {round(after[0] - before[0], 2) for before, after in itertools.pairwise(second)}
    assert pitches == {28.95}
    left, right = 28 * POINT, (28 + 156) * POINT
    for page, start, _, end, text in words_of(file):
        if page == 2 and "测" in text:
            assert start == pytest.approx(left, abs=0.5)
            assert right - 15.75 < end < right + 0.5
    assert second[0][0] == pytest.approx(37 * POINT, abs=4)  # the box of a glyph is taller than its em


def test_page_number_stands_right_on_odd_and_left_on_even_pages(tmp_path: Path, faces: Faces) -> None:
    file = set_in(tmp_path, plain(Paragraph("测" * 28 * 60)), faces)
    foot = [
        (page, start, end)
        for page, start, top, end, text in words_of(file)
        if top > 250 * POINT and text in "123"
    ]
    assert [page for page, _, _ in foot] == [1, 2, 3]
    assert [start > 150 * POINT for _, start, _ in foot] == [True, False, True]
    assert "- 2 -" in poppler("pdftotext", "-layout", "-f", "2", "-l", "2", file, "-")


def test_marks_stand_on_every_page_also_on_a_turned_one(tmp_path: Path, faces: Faces) -> None:
    columns = tuple(Column(f"c{place}", "某列很长的标题", "count") for place in range(20))
    rows = pd.DataFrame([{column.key: 1_234_567 for column in columns}] * 3)
    report = plain(
        Paragraph("测" * 28 * 30),
        Grid("宽表", "宽表", columns, rows),
        Paragraph("后文"),
        marks=("送审稿", "演示数据"),
    )
    file = set_in(tmp_path, report, faces)
    sizes = re.findall(
        r"Page +\d+ size: +([\d.]+) x ([\d.]+)", poppler("pdfinfo", "-f", "1", "-l", "9", file)
    )
    turned = [float(width) > float(height) for width, height in sizes]
    assert turned == [False, False, True, False]
    for page in range(1, len(sizes) + 1):
        said = poppler("pdftotext", "-f", str(page), "-l", str(page), file, "-")
        assert "送审稿" in said
        assert "演示数据" in said
        assert f"- {page} -" in said


def test_heading_of_a_table_is_printed_again_on_each_page(tmp_path: Path, faces: Faces) -> None:
    rows = pd.DataFrame({"name": [f"甲{place}" for place in range(90)], "count": range(90)})
    grid = Grid("长表", "长表", (Column("name", "单位名称"), Column("count", "家数", "count")), rows)
    file = set_in(tmp_path, plain(grid), faces)
    pages = int(re.search(r"Pages: +(\d+)", poppler("pdfinfo", file))[1])
    heads = Counter(page for page, *_, text in words_of(file) if text == "单位名称")
    assert pages > 2
    assert heads == dict.fromkeys(range(1, pages + 1), 1)


def test_no_row_and_no_note_stands_alone_on_a_page(tmp_path: Path, faces: Faces) -> None:
    signs = {chr(0x4E00 + rows): rows for rows in range(1, 31)}
    blocks: list[Grid | Paragraph] = []
    for sign, number in signs.items():
        table = pd.DataFrame({"name": [f"行{sign}{n}" for n in range(number)]})
        blocks += [Grid(sign, f"题{sign}", NAMED, table, f"注{sign}"), Paragraph(f"又{sign}", "note")]
    words = words_of(set_in(tmp_path, plain(*blocks), faces))
    found = {text: page for page, *_, text in words if text[:1] in "题行注又" and text[1:2] in signs}
    rows = Counter((page, text[1]) for text, page in found.items() if text[0] == "行")
    assert sum(rows.values()) == sum(signs.values())
    assert [key for key, alone in rows.items() if alone == 1 != signs[key[1]]] == []
    for sign, number in signs.items():
        assert found[f"题{sign}"] == found[f"行{sign}0"]
        assert found[f"注{sign}"] == found[f"又{sign}"] == found[f"行{sign}{number - 1}"]


def test_cells_have_the_punctuation_of_officials_and_names_of_files_stay() -> None:
    cells = [
        "名录(更正).xlsx 已加密, 请重报",
        "还差 3 家; 自 2014-02-07 起(工作方案二(四))",
        "a, b (c)",
        "2014-02-30",
    ]
    (table,) = (
        item
        for item in lay_out(plain(Grid("表", "", NAMED, pd.DataFrame({"name": cells})))).body
        if isinstance(item, Table)
    )
    assert [row[0] for row in table.rows] == [
        "名录(更正).xlsx 已加密，请重报",
        "还差3家；自2014年2月7日起（工作方案二（四））",
        "a, b (c)",
        "2014-02-30",
    ]


def test_what_a_number_says_in_a_sentence_has_the_punctuation_of_officials_too() -> None:
    said = Number("example", "例", "text", "甲县: 还差 13 家; 其中代报 2 家", "本报告")
    (words,) = (
        item.text
        for item in lay_out(plain(Paragraph("如{example}。"), numbers=(said,))).body[1:]
        if isinstance(item, Words)
    )
    assert words == "如甲县：还差13家；其中代报2家。"


@pytest.mark.parametrize("area", AREAS)
def test_every_sentence_and_cell_of_the_report_stands_in_the_pdf(
    area: str, papers: dict[str, Path], tmp_path: Path
) -> None:
    said = read_through(papers[area])
    paper = lay_out(acceptance_report(cases.case(tmp_path, area)))
    prose = [item.text for item in paper.body if isinstance(item, Words)]
    assert prose
    assert [text for text in prose if squeezed(text) not in said] == []


def test_same_report_and_fonts_give_the_same_bytes(
    tmp_path: Path, faces: Faces, papers: dict[str, Path]
) -> None:
    again = report_pdf(acceptance_report(cases.case(tmp_path, cases.COUNTY)), faces)
    assert again == papers[cases.COUNTY].read_bytes()


@pytest.mark.parametrize("kind", HOSTILE)
def test_markup_out_of_a_file_is_text_in_the_pdf(kind: str, tmp_path: Path, faces: Faces) -> None:
    text = HOSTILE[kind]
    grid = Grid("表", "", (Column("name", "名称"),), pd.DataFrame({"name": [text]}))
    named = Number("name", "名称", "text", text, "自报")
    file = set_in(tmp_path, plain(Paragraph("单位: {name}"), grid, numbers=(named,)), faces)
    said = squeezed(poppler("pdftotext", "-raw", file, "-"))
    assert said.count(squeezed(text)) == 2


def test_signs_that_turn_or_hide_text_are_left_out_and_lines_are_kept(tmp_path: Path, faces: Faces) -> None:
    grid = Grid("表", "", (Column("name", "名称"),), pd.DataFrame({"name": ["甲\u202e乙\x00丙\n丁\u200b戊"]}))
    file = set_in(tmp_path, plain(grid), faces)
    lines = [text for *_, text in words_of(file)]
    assert "甲乙丙" in lines
    assert "丁戊" in lines


def test_character_that_no_font_has_is_replaced_and_listed(tmp_path: Path, faces: Faces) -> None:
    grid = Grid("表", "", (Column("name", "名称"),), pd.DataFrame({"name": ["卫生\U0001f600院"]}))
    said = squeezed(poppler("pdftotext", "-raw", set_in(tmp_path, plain(grid), faces), "-"))
    assert "卫生〓院" in said
    assert "本机字体没有下列字，文中以“〓”代替，原字见网页和工作簿：U+1F600。" in said


def test_number_of_the_document_and_date_are_blanks_to_fill_in(tmp_path: Path) -> None:
    paper = lay_out(acceptance_report(cases.case(tmp_path, cases.COUNTY)))
    assert paper.reference.strip() == "〔2014〕　　号"
    assert paper.date.split() == ["年", "月", "日"]


def test_annexes_are_named_under_the_text(papers: dict[str, Path]) -> None:
    said = squeezed(poppler("pdftotext", "-layout", papers[cases.CITY], "-"))
    assert "附件：1.县级未达标清单2.重大隐患清单3.抽检情况及一致性4.周报报送情况" in said


@pytest.mark.parametrize(
    ("title", "rows", "where", "printed"),
    [
        ("九、部分", 2, "both", False),
        ("附件1　名单", 2, "both", True),
        ("附件1　名单", 101, "both", False),
        ("附件1　名单", 2, "page", False),
    ],
)
def test_what_the_page_folds_is_printed_only_where_short_and_in_an_annex(
    title: str, rows: int, where: str, printed: bool
) -> None:
    table = pd.DataFrame({"name": ["甲"] * rows})
    grid = Grid("名单", "逐一列出", (Column("name", "名称"),), table, folded=True, where=where)  # type: ignore[arg-type]
    paper = lay_out(Report("1", "报告", "", (), (), (Section("x", title, (grid,)),)))
    items = [*paper.body, *paper.annexes]
    assert any(isinstance(item, Table) for item in items) is printed
    notes = [item.text for item in items if isinstance(item, Words) and item.kind == "note"]
    assert notes == ([] if printed else [f"明细见工作簿：逐一列出（{rows}行）。"])


def test_annex_goes_to_the_turned_page_of_its_table_with_the_sentence_above_it() -> None:
    columns = tuple(Column(f"c{place}", "某列很长的标题", "count") for place in range(20))
    rows = pd.DataFrame([{column.key: 1_234_567 for column in columns}])
    section = Section("x", "附件1　清单", (Paragraph("收到申诉。"), Grid("宽表", "宽表", columns, rows)))
    paper = lay_out(Report("1", "报告", "", (), (), (section,)))
    assert [item.turned for item in paper.annexes] == [True] * 4


def test_column_of_text_that_says_nothing_is_neither_on_the_page_nor_on_paper(tmp_path: Path) -> None:
    columns = (Column("name", "名称"), Column("why", "说明"), Column("owes", "还差"))
    grid = Grid("表", "表", columns, pd.DataFrame({"name": ["甲"], "why": [""], "owes": ["一家"]}))
    report = plain(grid)
    (table,) = (item for item in lay_out(report).body if isinstance(item, Table))
    assert [head.text for head in table.heads[0]] == ["名称", "还差"]
    assert "说明" not in report_html(report)
    assert [column.title for column in next(report.grids).columns] == ["名称", "说明", "还差"]


def test_many_tables_of_the_workbook_are_counted_and_the_first_are_named() -> None:
    grids = [
        Grid(f"表{sign}", f"表{sign}", NAMED, NOBODY, folded=True) for sign in "甲乙丙丁戊己庚辛壬癸子丑寅"
    ]
    (note,) = (
        item.text for item in lay_out(plain(*grids)).body if isinstance(item, Words) and item.kind == "note"
    )
    assert note.startswith("明细见工作簿：表甲（1行）；表乙（1行）")
    assert note.endswith("表丑（1行）等13个表。")


def test_face_in_the_folder_beside_the_params_comes_first(tmp_path: Path) -> None:
    (tmp_path / "fonts").mkdir()
    with TTFont(font_file()) as font:
        for place in (1, 16):
            font["name"].setName("FangSong_GB2312", place, 3, 1, 0x409)
        font.save(tmp_path / "fonts" / "own.ttf")
    used = {row["face"]: (row["used"], row["file"]) for row in fonts_used(tmp_path)}
    assert used["仿宋"] == ("FangSong_GB2312", "own.ttf")
    assert not [line for line in substitutes(tmp_path) if line.startswith("仿宋")]


def test_substitute_is_said_by_name(tmp_path: Path, faces: Faces) -> None:
    for face in faces.faces.values():
        if face.substitute:
            assert f"{face.name}: 没有“{face.asked}”, 以“{face.families[0]}”代替" in substitutes(tmp_path)
    assert {row["face"] for row in fonts_used(tmp_path)} == {"小标宋", "黑体", "楷体", "仿宋", "宋体"}
    assert all(re.fullmatch("[0-9a-f]{64}", row["sha256"]) for row in fonts_used(tmp_path))


def test_figure_typed_into_prose_is_refused() -> None:
    with pytest.raises(ReportError) as refused:
        Section("x", "概览", (Paragraph("应检 2,300 家"),))
    assert str(refused.value) == "报告“概览”的文字里直接写了数, 应引用有名称的数: 应检 2,300 家"


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("共 12 行", Grid("表", "共 12 行", NAMED, NOBODY)),
        ("只比较 12 个", Grid("表", "表", NAMED, NOBODY, "只比较 12 个")),
        ("没有 12 家", Grid("表", "表", NAMED, NOBODY, empty="没有 12 家")),
        ("缺口≤1%", Grid("表", "表", (Column("name", "缺口≤1%"),), NOBODY)),
        ("前 12 家", Grid("表", "表", (Column("name", "名称", group="前 12 家"),), NOBODY)),
        ("图: 12 家", Picture("图", "图: 12 家", b"", "图")),
        ("查出 12 处", Picture("图", "图", b"", "查出 12 处")),
    ],
)
def test_figure_typed_into_the_words_of_a_table_or_a_picture_is_refused(
    text: str, block: Grid | Picture
) -> None:
    with pytest.raises(ReportError) as refused:
        Section("x", "概览", (block,))
    assert str(refused.value) == f"报告“概览”的文字里直接写了数, 应引用有名称的数: {text}"


def test_number_that_a_table_refers_to_but_does_not_bring_is_refused() -> None:
    with pytest.raises(ReportError) as refused:
        Section("x", "概览", (Grid("表", "表", NAMED, NOBODY, "只比较 {bodies} 个"),))
    assert str(refused.value) == "报告“概览”引用了没有的数: bodies"


def test_numbers_of_tables_and_pictures_are_printed_in_every_format_and_listed_in_the_workbook(
    tmp_path: Path, faces: Faces
) -> None:
    with new_figure(2, 1) as figure:
        drawn = png(figure)
    numbers = (Number("bodies", "单位", "count", 1234, "自报"),)
    report = plain(
        Grid("表", "前 {bodies} 家", NAMED, NOBODY, "只比较 {bodies} 个", numbers=numbers),
        Picture("图", "图: 共 {bodies} 家", drawn, "画出 {bodies} 家", numbers),
    )
    assert [number.key for number in report.numbers] == ["bodies"]
    page = report_html(report)
    said = squeezed(poppler("pdftotext", "-raw", set_in(tmp_path, report, faces), "-"))
    with zipfile.ZipFile(io.BytesIO(report_docx(report))) as book:
        word = book.read("word/document.xml").decode("utf-8")
    for words in ("前 1,234 家", "只比较 1,234 个", "图: 共 1,234 家"):
        assert words in page
        assert squeezed(official(words)) in said
        assert official(words) in word
    assert 'alt="画出 1,234 家"' in page
    assert "画出 1,234 家" in word
    assert "前 1,234 家" in {grid.title for grid in report.grids}


@pytest.mark.parametrize("text", ["截至2014年3月31日24时", "见 R-05b、REP-02 和附件2", "3月31日前"])
def test_date_and_clause_may_stand_in_prose(text: str) -> None:
    Section("x", "概览", (Paragraph(text),))


def test_rows_that_prove_each_rule_are_left_to_the_workbook_also_in_an_annex(papers: dict[str, Path]) -> None:
    said = squeezed(poppler("pdftotext", "-layout", papers[cases.PROVINCE], "-"))
    assert "规则判定与依据" in said
    assert "明细见工作簿：R-03县级排查覆盖（1行）" in said
