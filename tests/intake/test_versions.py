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
    assert intake.tables["units"]["unit_id"].nunique() == 7


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
