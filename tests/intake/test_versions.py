"""A later whole file counts; parts of one table are not versions of one another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from audit_lib.intake import Intake, write_intake
from audit_lib.intake.readers import read_grids
from audit_lib.intake.versions import sender_of_name, version_of_name

from .conftest import ROSTER, account, roster_row

Book = Callable[..., Path]
Read = Callable[..., Intake]
ALL = "[{files: ['*.xlsx']}]"


def dated(day: str, *rows: list[object]) -> list[list[object]]:
    return [[f"填报单位：南关区卫生局  填报日期：{day}"], ROSTER, *rows]


def statuses(intake: Intake) -> dict[str, str]:
    return dict(zip(intake.files["file"], intake.files["status"], strict=True))


def test_later_date_in_the_title_supersedes_and_shows_the_difference(book: Book, intake_of: Read) -> None:
    book("b.xlsx", dated("2014年2月8日", roster_row(1), roster_row(2), roster_row(3)))
    book("a.xlsx", dated("2014年2月10日", roster_row(1), roster_row(2, name="改名诊所"), roster_row(4)))
    intake = intake_of(units=ALL)
    assert intake.tables["units"]["unit_id"].tolist() == ["220102A0001", "220102A0002", "220102A0004"]
    told = account(intake, "b.xlsx")
    assert (told["status"], told["read"], told["kept"]) == ("superseded", 3, 3)
    assert told["reason"] == "已由 a.xlsx 代替: 增 1 行, 减 1 行, 改 1 行"


def test_sender_is_shown_each_row_that_its_later_file_has_otherwise(
    book: Book, intake_of: Read, tmp_path: Path
) -> None:
    book("b.xlsx", dated("2014年2月8日", roster_row(1), roster_row(2), roster_row(3)))
    book("a.xlsx", dated("2014年2月10日", roster_row(1), roster_row(2, name="改名诊所"), roster_row(4)))
    write_intake(intake_of(units=ALL), tmp_path / "out")
    (grid,) = read_grids(tmp_path / "out" / "returns" / "南关区卫生局.xlsx")
    assert [row[:4] for row in grid.cells] == [
        ["原表行号", "问题", "单位编号", "单位名称"],
        ["4", "“单位名称”读到“第2卫生室”, 更正件 a.xlsx 改为“改名诊所”", "220102A0002", "第2卫生室"],
        ["5", "“整行”更正件 a.xlsx 里没有", "220102A0003", "第3卫生室"],
    ]


def test_name_says_which_version_where_no_date_does(book: Book, intake_of: Read) -> None:
    book("南关区名录.xlsx", [ROSTER, roster_row(1)])
    book("南关区名录(更正).xlsx", [ROSTER, roster_row(1), roster_row(2)])
    intake = intake_of(units=ALL)
    assert statuses(intake) == {"南关区名录.xlsx": "superseded", "南关区名录(更正).xlsx": "read"}
    assert set(intake.files["sender"]) == {"南关区名录"}


def test_short_list_of_corrections_does_not_wipe_out_a_roster(book: Book, intake_of: Read) -> None:
    book("a.xlsx", dated("2014年2月8日", *(roster_row(number) for number in range(1, 8))))
    book("b.xlsx", dated("2014年2月10日", *(roster_row(number, name="改名") for number in range(1, 4))))
    intake = intake_of(units=ALL)
    assert set(statuses(intake).values()) == {"read"}
    assert intake.tables["units"]["unit_name"].tolist() == ["改名"] * 3 + [
        f"第{n}卫生室" for n in range(4, 8)
    ]
    told = account(intake, "a.xlsx")
    del told["lacks"]
    assert told == {
        "table": "units", "file": "a.xlsx", "sender": "南关区卫生局", "area": "220102", "status": "read",
        "reason": "另有 3 行由 b.xlsx 更正, 不在此行数内; 该件不是整份, 其余各行照用",
        "read": 4, "kept": 4, "title": 1, "header": 1,
    }  # fmt: skip


def test_later_list_without_half_of_the_roster_takes_no_unit_out_of_it(book: Book, intake_of: Read) -> None:
    book("名录.xlsx", [ROSTER, *(roster_row(number) for number in range(1, 11))])
    book("名录(更正).xlsx", [ROSTER, *(roster_row(number) for number in range(1, 6))])
    intake = intake_of(units=ALL)
    assert intake.tables["units"]["unit_id"].tolist() == [f"220102A{number:04d}" for number in range(1, 11)]


def test_later_list_may_lack_one_row_in_fifty_and_no_more(book: Book, intake_of: Read) -> None:
    book("名录.xlsx", [ROSTER, *(roster_row(number) for number in range(1, 101))])
    book("名录(更正).xlsx", [ROSTER, *(roster_row(number) for number in range(1, 99))])
    assert len(intake_of(units=ALL).tables["units"]) == 98
    book("名录(更正).xlsx", [ROSTER, *(roster_row(number) for number in range(1, 98))])
    assert len(intake_of(units=ALL).tables["units"]) == 100


def test_correction_of_one_check_wins_over_the_pass_and_of_one_hazard_over_its_end(
    book: Book, intake_of: Read
) -> None:
    head = ["检查编号", "单位编号", "检查日期", "检查人员", "结论"]
    day = ["220102A0001", "2014-03-05", "张三、李四"]
    book("检查.xlsx", [head, *([f"k{number}", *day, "合格"] for number in range(1, 7))])
    book("检查(更正).xlsx", [head, ["k1", *day, "不合格"]])
    head = ["隐患编号", "单位编号", "检查日期", "隐患等级", "整改完成日期", "复查日期", "复查结论"]
    found, done = ["220102A0001", "2014-02-20", "一般"], ["2014-03-01", "2014-03-02", "合格"]
    book("台账.xlsx", [head, *([f"H{number}", *found, *done] for number in range(1, 5))])
    book("台账(更正).xlsx", [head, ["H1", *found]])
    intake = intake_of(county_checks="[{files: ['检查*.xlsx']}]", hazards="[{files: ['台账*.xlsx']}]")
    checks = intake.tables["county_checks"].set_index("check_id")["conclusion"]
    assert (len(checks), checks["k1"], checks["k2"]) == (6, "不合格", "合格")
    hazards = intake.tables["hazards"].set_index("hazard_id")["recheck_result"]
    assert hazards.isna().to_dict() == {"H1": True, "H2": False, "H3": False, "H4": False}


def test_number_begun_anew_in_a_later_ledger_takes_no_hazard_away(book: Book, intake_of: Read) -> None:
    head = ["隐患编号", "单位编号", "检查日期", "隐患等级", "隐患描述"]
    book(
        "台账.xlsx", [head, *([f"H{n}", "220102A0001", "2014-02-20", "重大", "线路老化"] for n in (1, 2, 3))]
    )
    book("台账_v2.xlsx", [head, ["H1", "220102A0001", "2014-03-10", "一般", "通道堵塞"]])
    hazards = intake_of(hazards=ALL).tables["hazards"]
    assert sorted(hazards["description"]) == ["线路老化"] * 3 + ["通道堵塞"]


def test_sender_is_shown_each_cell_that_a_short_correction_has_otherwise(
    book: Book, intake_of: Read, tmp_path: Path
) -> None:
    book("名录.xlsx", [ROSTER, *(roster_row(number) for number in range(1, 8))])
    book("名录(更正).xlsx", [ROSTER, roster_row(2, name="改名诊所")])
    write_intake(intake_of(units=ALL), tmp_path / "out")
    (grid,) = read_grids(tmp_path / "out" / "returns" / "名录.xlsx")
    assert grid.cells[1][:3] == [
        "3", "“单位名称”读到“第2卫生室”, 更正件 名录(更正).xlsx 改为“改名诊所”", "220102A0002",
    ]  # fmt: skip


def test_files_without_any_mark_are_parts(book: Book, intake_of: Read) -> None:
    book("南关区一.xlsx", [ROSTER, roster_row(1)])
    book("南关区二.xlsx", [ROSTER, roster_row(1, name="另写")])
    intake = intake_of(units=ALL)
    assert set(statuses(intake).values()) == {"read"}
    assert intake.tables["units"]["unit_id"].tolist() == ["220102A0001"] * 2


def test_weekly_reports_of_one_sender_are_parts_whatever_their_dates(book: Book, intake_of: Read) -> None:
    head = ["地区", "填报单位", "周次", "收到时间"]
    for day in (7, 14):
        title = [f"填报单位：长春市卫生局  填报日期：2014年2月{day}日"]
        book(
            f"周报{day}.xlsx",
            [title, head, ["长春市", "长春市卫生局", f"2014-02-{day:02d}", f"2014-02-{day:02d} 09:00"]],
        )
    intake = intake_of(weekly=ALL)
    assert len(intake.tables["weekly"]) == 2
    assert set(statuses(intake).values()) == {"read"}


def test_the_same_file_twice_counts_once(book: Book, intake_of: Read, tmp_path: Path) -> None:
    book("a.xlsx", [ROSTER, roster_row(1)])
    (tmp_path / "b.xlsx").write_bytes((tmp_path / "a.xlsx").read_bytes())
    intake = intake_of(units=ALL)
    assert statuses(intake) == {"a.xlsx": "superseded", "b.xlsx": "read"}
    assert account(intake, "a.xlsx")["reason"] == "与 b.xlsx 内容相同"


@pytest.mark.parametrize(
    ("name", "version", "sender"),
    [
        ("名录.xlsx", 1, "名录"),
        ("名录_v2.csv.gz", 2, "名录"),
        ("名录 第三版.xls", 3, "名录"),
        ("名录（修订稿）.xlsx", 2, "名录"),
        ("周报-2014-02-14.xlsx", 1, "周报-2014-02-14"),
    ],
)
def test_version_words_are_told_from_the_name(name: str, version: int, sender: str) -> None:
    assert (version_of_name(name), sender_of_name(name)) == (version, sender)


WEEKLY = ["地区", "填报单位", "周次", "收到时间", "应检单位"]


@pytest.mark.parametrize(("again", "kept"), [("2014-03-14 15:00", 2), ("", 1), ("2014-03-14 10:00", 1)])
def test_correction_of_a_report_makes_nobody_late(book: Book, intake_of: Read, again: str, kept: int) -> None:
    week = ["220102", "南关区卫生局", "2014-03-14"]
    book("名录.xlsx", [ROSTER, roster_row(1)])
    book("周报.xlsx", [WEEKLY, [*week, "2014-03-14 10:00", "5"]])
    book("周报(更正).xlsx", [WEEKLY, [*week, again, "7"]])
    rows = intake_of(units="[{files: ['名录*.xlsx']}]", weekly="[{files: ['周报*.xlsx']}]").tables["weekly"]
    assert (len(rows), str(rows["received_at"].min())) == (kept, "2014-03-14 10:00:00")
    assert rows["units_due"].tolist()[-1] == 7


def test_report_received_at_an_hour_nobody_can_read_is_not_late_by_its_correction(
    book: Book, intake_of: Read
) -> None:
    week = ["220102", "南关区卫生局", "2014-03-14"]
    book("名录.xlsx", [ROSTER, roster_row(1)])
    book("周报.xlsx", [WEEKLY, [*week, "周五上午", "5"]])
    book("周报(更正).xlsx", [WEEKLY, [*week, "2014-03-14 15:00", "7"]])
    rows = intake_of(units="[{files: ['名录*.xlsx']}]", weekly="[{files: ['周报*.xlsx']}]").tables["weekly"]
    assert rows["received_at"].isna().tolist() == [False, True]
    assert rows["units_due"].tolist() == [7, 5]


def test_hour_of_sending_is_no_hour_of_receipt(book: Book, intake_of: Read) -> None:
    book("名录.xlsx", [ROSTER, roster_row(1)])
    week = ["220102", "南关区卫生局", "2014-03-14", "2014-03-14 10:00", "5"]
    book("周报.xlsx", [[*WEEKLY[:3], "报送时间", "应检单位"], week])
    intake = intake_of(units="[{files: ['名录*.xlsx']}]", weekly="[{files: ['周报*.xlsx']}]")
    assert intake.tables["weekly"]["received_at"].isna().all()
    told = intake.problems[intake.problems["table"] == "weekly"].iloc[0]
    assert (told["column"], told["due"]) == ("收到时间", "表头里没有这一列")


def test_undated_receipt_of_a_single_file_stays_undated(book: Book, intake_of: Read) -> None:
    book("名录.xlsx", [ROSTER, roster_row(1)])
    book("周报.xlsx", [WEEKLY, ["220102", "南关区卫生局", "2014-03-14", "", "5"]])
    rows = intake_of(units="[{files: ['名录*.xlsx']}]", weekly="[{files: ['周报*.xlsx']}]").tables["weekly"]
    assert rows["received_at"].isna().tolist() == [True]
