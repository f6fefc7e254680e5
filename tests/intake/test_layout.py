"""Rows of a sheet told apart: what is data is read, all else is counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import xlwt  # type: ignore[import-untyped]

from audit_lib.intake import Intake
from audit_lib.intake.layout import Layout, lay_out
from audit_lib.intake.readers import Grid
from audit_lib.params import Source
from audit_lib.schemas import inputs

from .conftest import ROSTER, account, roster_row

COLUMNS = ["单位编号", "单位名称", "县区"]


def laid(cells: Sequence[Sequence[str]], table: str = "units", **source: object) -> Layout:
    width = max(map(len, cells))
    grid = Grid("表", [[*row, *[""] * (width - len(row))] for row in cells])
    found = lay_out(grid, inputs()[table], Source(files=["x"], **source))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_messy_roster_is_read_whole(book: Callable[..., object], intake_of: Callable[..., Intake]) -> None:
    head = ["序号", "机构编号", "*机构名称", "县（市、区）", "网格情况", "", "类别", "在岗职工数\n（人）"]
    rows = [
        ["长春市卫生系统单位名录"],
        ["填报单位：长春市卫生局    填报日期：2014年2月10日"],
        head,
        ["", "", "", "", "网格编号", "网格责任人"],
        list("12345678"),
        ["1", "220102A0001", "联合计生合计站", "南关区", "W1", "张三", "D600", "１２"],
        ["2", " ２２0102a0002 ", "第2站", "同上", "W1", "李四", "D600", "3人"],
        ["", "小 计", "", "", "", "", "", "15"],
        [],
        head,
        ["", "", "", "", "网格编号", "网格责任人"],
        ["3", "220103A0001", "第3站", "宽城区", "W2", "王五", "D600", "4"],
        ["4", "220103A0002", "第4站", "", "W2", "王五", "D600", "5"],
        ["合计", "", "", "", "", "", "", "24"],
        ["审核人：王五", "", "填表人：赵六"],
        ["本表一式两份"],
    ]
    spans = [(0, 0, 0, 7), (2, 4, 2, 5), (9, 4, 9, 5), (11, 3, 12, 3), (15, 0, 15, 7)]
    spans += [(2, place, 3, place) for place in (0, 1, 2, 3, 6, 7)]
    spans += [(9, place, 10, place) for place in (0, 1, 2, 3, 6, 7)]
    book("名录.xlsx", rows, merged=spans, hidden=[6])
    intake = intake_of(units="[{files: [名录.xlsx]}]")
    units = intake.tables["units"]
    assert units[["unit_id", "county", "unit_name", "staff"]].to_numpy().tolist() == [
        ["220102A0001", "220102", "联合计生合计站", 12],
        ["220102A0002", "220102", "第2站", 3],
        ["220103A0001", "220103", "第3站", 4],
        ["220103A0002", "220103", "第4站", 5],
    ]
    assert units["row"].tolist() == [6, 7, 12, 13]
    told = {
        "table": "units",
        "file": "名录.xlsx",
        "sender": "长春市卫生局",
        "area": "220100",
        "status": "read",
    }
    found = account(intake, "名录.xlsx")
    assert "owner_sector" in str(found.pop("lacks"))
    assert found == told | {
        "read": 4, "kept": 4, "title": 2, "header": 5, "subtotal": 2, "foot": 2, "blank": 1,
    }  # fmt: skip
    assert len(intake.problems) == len(intake.quarantine) == 0


def test_sum_merged_over_three_hazards_is_counted_once(
    book: Callable[..., object], intake_of: Callable[..., Intake]
) -> None:
    head = ["隐患编号", "单位编号", "检查日期", "整改资金(万元)", "整改措施"]
    rows: list[list[object]] = [
        ["h1", "1", "2014-02-20", 30, "更换"],
        ["h2", "1", "2014-02-20", None, None],
        ["h3", "1", "2014-02-20", None, None],
    ]
    book("台账.xlsx", [head, *rows], merged=[(1, 3, 3, 3), (1, 4, 3, 4)])
    intake = intake_of(hazards="[{files: [台账.xlsx]}]")
    hazards = intake.tables["hazards"]
    assert hazards["fund_planned"].sum() == 30_000_000
    assert hazards["measure"].tolist() == ["更换"] * 3
    lines = intake.problems[intake.problems["column"] == "整改资金(万元)"]
    assert lines[["row", "got"]].to_numpy().tolist() == [
        [3, "30(合并单元格, 已计在第 2 行)"],
        [4, "30(合并单元格, 已计在第 2 行)"],
    ]


def test_unit_named_like_a_total_is_not_lost() -> None:
    rows = [
        ["1", "合计", "甲"],
        ["", "合计", ""],
        ["小计:", "", ""],
        ["2", "小计诊所", "甲"],
        ["", "张合计", "甲"],
    ]
    found = laid([COLUMNS, *rows, ["", "", "南关区小计"], ["南关区合计", "南关区合计", "南关区合计"]])
    assert found.numbers == [2, 5, 6]
    assert found.counts["subtotal"] == 4


def test_row_without_id_that_is_no_total_stays_data() -> None:
    found = laid([COLUMNS, ["1", "甲", "甲"], ["", "无号诊所", "甲"], ["", "备注诊所", "甲"]])
    assert found.numbers == [2, 3, 4]


@pytest.mark.parametrize(
    "foot", ["审核人：王五", "填表人 王五", "联系电话:123", "备注：略", "注: 略", "（盖章）"]
)
def test_signature_rows_are_foot(foot: str) -> None:
    found = laid([COLUMNS, ["1", "甲", "甲"], [foot, "", "2014年3月1日"]])
    assert (found.numbers, found.counts["foot"]) == ([2], 1)


def test_header_is_found_under_other_names_in_any_order() -> None:
    found = laid([["x"], ["备注", "县(市、区)", "机构ID", "单位全称"], ["a", "b", "c", "d"]])
    assert found.header.columns == {"county": 1, "unit_id": 2, "unit_name": 3}


def test_line_above_the_header_that_holds_one_of_its_words_is_title() -> None:
    found = laid([["县区", "南关区", ""], COLUMNS, ["1", "甲", "乙"]])
    assert (found.header.first, found.counts["title"], found.header.texts) == (1, 1, COLUMNS)


def test_two_levels_of_header_are_joined() -> None:
    cells = [
        ["地区", "填报单位", "周次", "收到时间", "一般隐患", "", "重大隐患", ""],
        ["", "", "", "", "累计排查", "累计整改", "累计排查", "累计销号"],
        ["1", "2", "3", "4", "5", "6", "7", "8"],
    ]
    grid = Grid("表", cells, (((0, 4), (0, 5)), ((0, 6), (0, 7))))
    found = lay_out(grid, inputs()["weekly"], Source(files=["x"]))
    assert found is not None
    names = ["general_found", "general_closed", "major_found", "major_closed"]
    assert [found.header.columns[name] for name in names] == [4, 5, 6, 7]
    assert found.header.texts[4] == "一般隐患/累计排查"


def test_params_name_a_header_and_outrank_the_usual_words() -> None:
    found = laid([["机构识别号", "单位编号", "单位名称"]], columns={"unit_id": "机构识别号"})
    assert found.header.columns["unit_id"] == 0


@pytest.mark.parametrize(
    ("title", "head", "below", "unit"),
    [
        ("", "整改资金（万元）", "", "万元"),
        ("", "整改资金", "(元)", "元"),
        ("单位：万元", "整改资金", "", "万元"),
        ("填报单位：元宝县", "整改资金", "", ""),
    ],
)
def test_unit_of_money_is_found_where_it_stands(title: str, head: str, below: str, unit: str) -> None:
    cells = [[title], ["隐患编号", "单位编号", head], ["", "", below], ["h1", "u1", "3"]]
    found = laid([row for row in cells if any(row)], "hazards")
    assert (found.header.units.get(2) or found.unit) == unit
    assert found.rows == [["h1", "u1", "3"]]


@pytest.mark.parametrize(
    ("line", "sender", "reported"),
    [
        ("填报单位：永安县卫生局（公章）  填报日期：2014年3月1日", "永安县卫生局", "2014年3月1日"),
        ("报送单位: 永安县卫生局 报送时间：2014 年 3 月 1 日", "永安县卫生局", "2014 年 3 月 1 日"),
    ],
)
def test_title_says_who_and_when(line: str, sender: str, reported: str) -> None:
    found = laid([[line], COLUMNS, ["1", "甲", "乙"]])
    assert (found.sender, found.reported) == (sender, reported)


def test_merged_county_of_an_xls_is_filled_down(tmp_path: object, intake_of: Callable[..., Intake]) -> None:
    made = xlwt.Workbook()
    sheet = made.add_sheet("名录")
    for place, name in enumerate(ROSTER):
        sheet.write(0, place, name)
    for number in (1, 2):
        for place, cell in enumerate(roster_row(number)):
            if place != 2:
                sheet.write(number, place, cell)
    sheet.write_merge(1, 2, 2, 2, "南关区")
    made.save(f"{tmp_path}/a.xls")
    assert intake_of(units="[{files: [a.xls]}]").tables["units"]["county"].tolist() == ["220102"] * 2
