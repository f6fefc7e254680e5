"""What a team takes along: its sites, their items, the reserves in order, and nothing to slip on."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import python_calamine

from audit_lib.errors import InputError
from audit_lib.field import load_pages, register_pages, write_pages
from audit_lib.workbooks import EXPLAINS
from tests.field.teams import BOOK, count_items, pages, workbooks

WORKBOOKS = workbooks()


def sheet(team: str, name: str) -> list[list[object]]:
    return python_calamine.load_workbook(io.BytesIO(WORKBOOKS[team])).get_sheet_by_name(name).to_python()


def test_team_has_its_list_a_page_for_each_site_and_the_reserves_of_their_strata_in_order():
    names = {
        team: python_calamine.load_workbook(io.BytesIO(data)).sheet_names for team, data in WORKBOOKS.items()
    }
    spare = ["备1 丁卫生室", "备2 戊卫生室"]
    assert names["JC1"] == ["任务单", "01 甲卫生室", "02 丙医院", *spare, "检查表目录"]
    assert names["JC2"] == ["任务单", "01 =乙'卫生室", *spare, "检查表目录"]
    told = [row[1:6] for row in sheet("JC1", "任务单")[15:]]
    assert told == [
        ["2014-03-25", "甲卫生室", "001", "南溪区", "张三、王五"],
        ["2014-03-26", "丙医院", "003", "南溪区", "张三、李四"],
        ["备用1", "丁卫生室", "004", "南溪区", ""],
        ["备用2", "戊卫生室", "005", "南溪区", ""],
    ]


def test_page_asks_the_items_of_its_unit_and_carries_what_it_is_known_by():
    rows = sheet("JC1", "02 丙医院")
    assert [row[0] for row in rows[:2]] == ["现场核查表", "春季行动【演示数据】"]
    assert rows[2][:6] == ["抽样名称", "", "recheck", "检查组", "", "JC1"]
    assert rows[3][2] == "ab" * 32
    assert re.fullmatch("[0-9a-f]{12}", rows[3][5])
    assert rows[4][2] == "003"
    asked = [row[1] for row in rows[12:] if str(row[1]).startswith("CK-")]
    assert len(asked) == count_items("003") > 30
    assert {"CK-O1", "CK-S5"} <= set(asked)
    assert "CK-D1" not in asked, "no radiation there"
    short = [row[1] for row in sheet("JC1", "01 甲卫生室")[12:] if str(row[1]).startswith("CK-")]
    assert len(short) == count_items("001") < 20


def test_only_cells_to_fill_in_are_open_and_choices_have_drop_downs():
    with zipfile.ZipFile(io.BytesIO(WORKBOOKS["JC1"])) as box:
        styles = box.read("xl/styles.xml").decode()
        page = box.read("xl/worksheets/sheet2.xml").decode()
        sheets = [box.read(name).decode() for name in box.namelist() if "worksheets/sheet" in name]
    assert all("<sheetProtection" in one for one in sheets)
    xfs = re.findall(r"<xf [^>]*/>|<xf .*?</xf>", styles.split("<cellXfs")[1])
    open_ = {str(place) for place, xf in enumerate(xfs) if 'locked="0"' in xf}
    cells = dict(re.findall(r'<c r="([A-Z]+\d+)" s="(\d+)"', page))
    assert {
        name for name in ("C8", "F8", "C9", "F9", "F10", "C11", "E13", "H13") if cells[name] not in open_
    } == set()
    assert {name for name in ("C3", "C5", "F4", "B13", "C13", "C10") if cells[name] in open_} == set()
    for choice in (
        "已检查,拒绝检查,未找到",
        "合格,不合格,部分合格,未检查,合理缺项",
        "合格,不合格,限期整改后复查",
        "是,否,不能判定",
    ):
        assert choice in page
    assert '<pageSetup paperSize="9" orientation="portrait"/>' in page, "a clinic's page is one sheet of A4"
    assert 'fitToHeight="2"' in zipfile_text("xl/worksheets/sheet3.xml"), "a hospital's takes two"
    assert "_xlnm.Print_Area" in zipfile_text("xl/workbook.xml")


def zipfile_text(name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(WORKBOOKS["JC1"])) as box:
        return box.read(name).decode()


def test_reserve_names_whose_place_it_takes_and_a_site_drawn_cannot():
    assert '"001,002"' not in zipfile_text("xl/worksheets/sheet2.xml").replace("&quot;", '"')
    assert '"001"' in zipfile_text("xl/worksheets/sheet4.xml").replace("&quot;", '"')
    assert sheet("JC1", "备1 丁卫生室")[6][2] == "备用第 1 位(层 x), 轮到才用"


def test_checklist_sheet_lists_every_item_and_is_read_by_nobody():
    rows = sheet("JC1", "检查表目录")
    assert rows[0][0] == EXPLAINS
    assert [row[0] for row in rows[2:]] == BOOK.items["item_id"].tolist()


def test_equal_pages_give_equal_bytes_and_another_draw_other_codes():
    assert workbooks() == WORKBOOKS
    assert set(pages()["code"]).isdisjoint(pages(digest="cd" * 32)["code"])
    assert pages()["code"].is_unique


def test_register_never_forgets_a_page_that_was_handed_out(tmp_path):
    assert load_pages(tmp_path).empty
    first, second = pages(), pages(digest="cd" * 32)
    write_pages(tmp_path, register_pages(load_pages(tmp_path), first))
    both = register_pages(load_pages(tmp_path), second)
    assert set(both["code"]) == {*first["code"], *second["code"]}
    assert set(both.loc[both["current"], "code"]) == set(second["code"])
    other = register_pages(first, pages(draw="recheck-2", digest="ef" * 32))
    assert other["current"].all(), "another draw's pages stay current"


def test_broken_register_is_refused(tmp_path):
    (tmp_path / "pages.parquet").write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        load_pages(tmp_path)
    assert str(caught.value) == "现场表登记 pages.parquet 已损坏, 请重新运行 audit sheets"
