"""Whatever comes back, in whatever order and however often: nothing is lost, nothing counts twice."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.compliance import items_due
from audit_lib.field import Findings, collect, make_pages, progress_by_team, register_pages
from audit_lib.workbooks import table_workbook
from tests.field.filling import Cells, fill, save_again
from tests.field.teams import (
    BOOK,
    DIGEST,
    SAMPLE,
    STAFF,
    TEAMS,
    UNITS,
    count_items,
    inspected,
    pages,
    workbooks,
)

WORKBOOKS = workbooks()
SITE, HOSPITAL, OTHER, SPARE = "01 甲卫生室", "02 丙医院", "01 =乙'卫生室", "备1 丁卫生室"
SHORT, LONG = count_items("001"), count_items("003")
WHOLE = {SITE: inspected(SHORT), HOSPITAL: inspected(LONG)}


def read(folder: Path, files: Mapping[str, bytes], register: pd.DataFrame | None = None) -> Findings:
    """Write files into a folder and collect them."""
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return collect_folder(folder, register)


def collect_folder(folder: Path, register: pd.DataFrame | None = None) -> Findings:
    paths = {path.name: path for path in folder.iterdir()}
    known = pages() if register is None else register
    items = BOOK.items["item_id"].tolist()
    return collect(paths, known, items, purposes={"recheck": "recheck"}, years=(2014, 2014))


def filled(team: str, sheets: Mapping[str, Cells], *, at: float | str | None = None) -> bytes:
    """A team's workbook filled in, handed in at an hour (a day number) or at none."""
    told = {"任务单": {"C6": at}} if at is not None else {}
    return fill(WORKBOOKS[team], {**sheets, **told})


def visits(found: Findings) -> dict[str, tuple[object, object]]:
    rows = found.tables["province_checks"]
    return {
        str(row.unit_id): (row.outcome, None if pd.isna(row.conclusion) else row.conclusion)
        for row in rows.itertuples(index=False)
    }


def test_filled_pages_become_the_declared_tables(tmp_path):
    cells = dict(inspected(SHORT, conclusion="不合格"))
    cells |= {"F10": "不能判定", "C11": "=1+1", "E13": "不合格", "G13": "A-1", "E14": "部分合格", "F14": 0.5}
    first = 13 + SHORT + 4 + 1
    cells |= {f"B{first}": "消防", f"C{first}": "-通道堵塞", f"D{first}": "一般", f"H{first}": 41730}
    found = read(
        tmp_path / "in", {"随便什么名.xlsx": filled("JC1", {SITE: cells, HOSPITAL: inspected(LONG)})}
    )
    assert found.problems.empty, found.problems.to_string()
    assert found.conflicts.empty
    assert found.quarantine.empty
    visit = found.tables["province_checks"].iloc[0]
    told = [
        "check_id",
        "unit_id",
        "county",
        "draw",
        "team",
        "inspectors",
        "outcome",
        "already_so",
        "conclusion",
        "note",
    ]
    assert visit[told].tolist() == [
        "recheck:001", "001", "990102", "recheck", "JC1", "张三、王五", "已检查", "不能判定", "不合格", "=1+1",
    ]  # fmt: skip
    assert visit["date"] == pd.Timestamp("2014-03-25")
    items = found.tables["check_items"]
    assert items.groupby("check_id").size().to_dict() == {"recheck:001": SHORT, "recheck:003": LONG}
    first_two = items[items["check_id"] == "recheck:001"].set_index("item_id").loc[["CK-M1", "CK-M3"]]
    assert first_two["result"].tolist() == ["不合格", "部分合格"]
    assert first_two["photo"].iloc[0] == "A-1"
    assert first_two["share"].iloc[1] == 0.5
    (hazard,) = found.tables["hazards"].to_dict("records")
    assert (hazard["hazard_id"], hazard["source"], hazard["description"]) == (
        "recheck:001-01",
        "省督导",
        "-通道堵塞",
    )
    assert hazard["found_date"] == pd.Timestamp("2014-03-25")
    assert hazard["deadline"] == pd.Timestamp("2014-04-01")


def test_blank_workbooks_say_nothing_and_progress_says_who_has_not_begun(tmp_path):
    half = filled("JC1", {SITE: inspected(SHORT), HOSPITAL: {"F8": "已检查", "E13": "合格"}})
    found = read(tmp_path / "in", {"a.xlsx": half, "b.xlsx": WORKBOOKS["JC2"]})
    assert visits(found) == {"001": ("已检查", "合格"), "003": ("已检查", None)}
    assert found.files[["file", "read", "kept"]].values.tolist() == [["a.xlsx", 2, 2], ["b.xlsx", 0, 0]]
    assert found.progress[["unit_id", "state", "lacking"]].values.tolist() == [
        ["001", "完成", ""],
        ["003", "进行中", f"核查日期、核查结论、{LONG - 1} 个项目没有结果"],
        ["002", "未开始", ""],
    ]
    assert progress_by_team(found.progress).values.tolist() == [
        ["recheck", "JC1", 2, 1, 1, 0],
        ["recheck", "JC2", 1, 0, 0, 1],
    ]
    assert found.problems[["column", "due"]].values.tolist() == [["核查日期", "不应为空"]]


def test_unit_that_was_not_inspected_is_done_with_its_reason_and_has_no_conclusion(tmp_path):
    found = read(
        tmp_path / "in", {"a.xlsx": filled("JC2", {OTHER: {"C8": 41724, "F8": "拒绝检查", "F9": "合格"}})}
    )
    assert visits(found) == {"002": ("拒绝检查", None)}
    assert found.progress.set_index("unit_id").loc["002", "state"] == "完成"
    (line,) = found.problems[["file", "sheet", "row", "column", "got", "due"]].values.tolist()
    assert line == ["a.xlsx", OTHER, 9, "核查结论", "合格", "到访情况是“拒绝检查”, 不应有结论"]


def test_order_of_files_and_their_names_change_nothing(tmp_path):
    files = [filled("JC1", WHOLE), filled("JC2", {OTHER: inspected(SHORT)})]
    seen = []
    for place, names in enumerate(itertools.permutations(["甲.xlsx", "乙.xlsx"])):
        found = read(tmp_path / str(place), dict(zip(names, files, strict=True)))
        seen.append({name: rows.drop(columns="file") for name, rows in found.tables.items()})
    for name in seen[0]:
        pd.testing.assert_frame_equal(seen[0][name], seen[1][name])


def test_same_file_twice_and_renamed_counts_once(tmp_path):
    data = filled("JC1", WHOLE)
    found = read(tmp_path / "in", {"a.xlsx": data, "副本.xlsx": data})
    assert len(found.tables["province_checks"]) == 2
    assert len(found.tables["check_items"]) == SHORT + LONG
    assert found.files[["status", "reason"]].fillna("").values.tolist() == [
        ["read", ""],
        ["superseded", "与 a.xlsx 内容相同"],
    ]


def test_later_file_of_a_team_counts_and_what_it_changed_is_shown(tmp_path):
    noon, evening = 41723.5, 41723.8
    earlier = filled("JC1", WHOLE, at=noon)
    later = filled("JC1", {SITE: {**inspected(SHORT), "F9": "不合格", "E13": "不合格"}}, at=evening)
    found = read(tmp_path / "in", {"z.xlsx": earlier, "a.xlsx": later})
    assert visits(found) == {"001": ("已检查", "不合格"), "003": ("已检查", "合格")}, (
        "the hospital is not lost"
    )
    assert found.conflicts[["what", "kept", "other", "other_file", "reason"]].values.tolist() == [
        ["CK-M1 项目结果", "不合格", "合格", "z.xlsx", "同一组后交的一份为准"],
        ["核查结论", "不合格", "合格", "z.xlsx", "同一组后交的一份为准"],
    ]


def conclusion_of(folder, first, second, names=("a.xlsx", "b.xlsx")):
    """Two copies, told apart by their hours and names: what the later one by each says of the site."""
    copies = (
        filled("JC1", {SITE: inspected(SHORT)}, at=first),
        filled("JC1", {SITE: {**inspected(SHORT), "F9": "不合格"}}, at=second),
    )
    found = read(folder, dict(zip(names, copies, strict=True)))
    conclusion = found.tables["province_checks"]["conclusion"].iloc[0]
    return None if pd.isna(conclusion) else conclusion


def test_hours_typed_as_text_are_compared_as_hours(tmp_path):
    for place, (first, second) in enumerate(
        [
            ("2014-03-20 9:30", "2014-03-20 10:00"),
            ("2014-3-9 17:00", "2014-3-10 09:00"),
            ("3月9日 17:00", "3月10日 9:00"),
        ]
    ):
        assert conclusion_of(tmp_path / f"{place}", first, second) == "不合格"
        assert conclusion_of(tmp_path / f"{place}-turned", second, first) == "合格"


def test_copy_without_an_hour_is_later_only_by_the_version_in_its_name(tmp_path):
    hour = "2014-03-20 9:30"
    assert conclusion_of(tmp_path / "1", hour, "晚上", ("a.xlsx", "a_v2.xlsx")) == "不合格"
    assert conclusion_of(tmp_path / "2", hour, "晚上") is None


def test_fuller_copy_completes_a_half_filled_one_without_conflict(tmp_path):
    half = filled("JC1", {SITE: {"F8": "已检查", "E13": "合格"}})
    found = read(tmp_path / "in", {"a.xlsx": filled("JC1", WHOLE), "b.xlsx": half})
    assert found.conflicts.empty
    assert len(found.tables["check_items"]) == SHORT + LONG


def test_cells_on_which_copies_differ_are_missing_where_nobody_can_tell_which_is_later(tmp_path):
    other = {**inspected(SHORT), "F8": "拒绝检查", "F9": "不合格"}
    for place, three in enumerate((False, True)):
        files = {"a.xlsx": filled("JC1", WHOLE), "b.xlsx": filled("JC1", {SITE: other})}
        if three:  # a third copy that agrees with the first must not bring the cell back
            files["c.xlsx"] = filled("JC1", {SITE: {**inspected(SHORT), "C11": "第三份"}})
        found = read(tmp_path / str(place), files)
        row = found.tables["province_checks"].set_index("unit_id").loc["001"]
        assert pd.isna(row["outcome"])
        assert pd.isna(row["conclusion"]), "no conclusion stands while nobody knows whether it was inspected"
        assert {"到访情况", "核查结论"} <= set(found.conflicts["what"])
        assert set(found.conflicts["reason"]) == {"同一组交了两份, 分不出先后, 该格按缺失处理"}


def test_conclusion_that_only_one_copy_gives_falls_with_a_disputed_outcome(tmp_path):
    refused = filled("JC1", {SITE: {"C8": 41723, "F8": "拒绝检查"}})
    found = read(tmp_path / "in", {"a.xlsx": filled("JC1", {SITE: inspected(SHORT)}), "b.xlsx": refused})
    assert found.conflicts["what"].tolist() == ["到访情况"]
    row = found.tables["province_checks"].iloc[0]
    assert row[["outcome", "conclusion"]].isna().all(), "else a unit that refused would pass"


def test_two_teams_at_one_reserve_count_once_by_the_earlier_day(tmp_path):
    first = {SPARE: {**inspected(SHORT, day=41724), "C10": "001"}}
    second = {SPARE: {**inspected(SHORT, day=41725, conclusion="不合格"), "C10": "002"}}
    found = read(tmp_path / "in", {"a.xlsx": filled("JC2", second), "b.xlsx": filled("JC1", first)})
    rows = found.tables["province_checks"]
    assert rows[["unit_id", "team", "conclusion", "replaces"]].values.tolist() == [
        ["004", "JC1", "合格", "001"]
    ]
    assert set(found.conflicts["reason"]) == {"两个组都检查了这一家, 以先到的一次为准"}
    assert {"核查结论", "核查日期", "替补单位编号"} == set(found.conflicts["what"])
    same_day = {SPARE: {**inspected(SHORT, day=41724, conclusion="不合格"), "C10": "001"}}
    found = read(tmp_path / "day", {"a.xlsx": filled("JC2", same_day), "b.xlsx": filled("JC1", first)})
    assert visits(found) == {"004": ("已检查", None)}
    assert found.conflicts["reason"].tolist() == [
        "两个组都检查了这一家, 分不出哪一次在先, 不同的格按缺失处理"
    ]


def test_team_that_was_sent_counts_before_one_that_had_the_site_before(tmp_path):
    swapped = TEAMS.assign(inspector_id=TEAMS["inspector_id"].replace({"JC1": "JC2", "JC2": "JC1"}))
    later = make_pages(swapped, SAMPLE, STAFF, items_due(UNITS, BOOK), draw="recheck", digest=DIGEST)
    register = register_pages(pages(), later)
    new = workbooks(later)["JC2"]
    old = filled("JC1", {SITE: inspected(SHORT, day=41722)})
    files = {"old.xlsx": old, "new.xlsx": fill(new, {SITE: inspected(SHORT, conclusion="不合格")})}
    found = read(tmp_path / "in", files, register)
    rows = found.tables["province_checks"].set_index("unit_id")
    assert rows.loc["001", ["team", "conclusion"]].tolist() == ["JC2", "不合格"]
    assert set(found.conflicts["reason"]) == {"两个组都检查了这一家, 以被分派的组为准"}


def test_workbook_of_another_draw_is_set_apart_with_a_clear_reason(tmp_path):
    other = pages(draw="别的抽样", digest="cd" * 32)
    data = fill(workbooks(other)["JC1"], {SITE: inspected(SHORT)})
    found = read(tmp_path / "in", {"a.xlsx": data})
    assert found.tables["province_checks"].empty
    code = other.loc[other["unit_id"] == "001", "code"].iloc[0]
    (row,) = found.quarantine.to_dict("records")
    assert row["reason"] == (
        f"页码“{code}”不在本行动已发出的页里: 属于另一次抽样(抽样名称“别的抽样”, 凭证 cdcdcdcdcdcd…), "
        "或参数里没有这次抽样, 或页码被改动"
    )
    assert json.loads(row["cells"])["核查结论"] == "合格", "what was filled in is not lost"


@pytest.mark.parametrize(
    ("cell", "value", "column", "due"),
    [
        ("C5", "002", "单位编号", "发出时为“001”, 被保护的单元格已改动, 整页不计"),
        ("F3", "JC2", "检查组", "发出时为“JC1”, 被保护的单元格已改动, 整页不计"),
    ],
)
def test_page_whose_protected_head_was_changed_is_set_apart(tmp_path, cell, value, column, due):
    found = read(tmp_path / "in", {"a.xlsx": filled("JC1", {SITE: {**inspected(SHORT), cell: value}})})
    assert found.tables["province_checks"].empty
    assert found.tables["check_items"].empty
    assert found.problems[["column", "got", "due"]].values.tolist() == [[column, value, due]]
    assert found.files[["read", "kept", "quarantined"]].values.tolist() == [[1, 0, 1]]


def test_changed_item_leaves_out_its_row_only(tmp_path):
    found = read(
        tmp_path / "in",
        {"a.xlsx": filled("JC1", {SITE: {**inspected(SHORT), "B13": "CK-X1", "E13": "不合格"}})},
    )
    items = found.tables["check_items"]
    assert len(items) == SHORT - 1
    assert items.loc[items["item_id"] == "CK-X1", "result"].tolist() == ["合格"]
    (line,) = found.problems[["sheet", "row", "column", "got", "due"]].values.tolist()
    assert line == [SITE, 13, "项目编号", "CK-X1", "发出时为“CK-M1”, 被保护的单元格已改动, 该行不计"]
    assert json.loads(found.quarantine["cells"].iloc[0]) == {"CK-X1 项目结果": "不合格"}


def test_items_nobody_foresaw_are_added_once_and_only_from_the_checklist(tmp_path):
    first = 13 + SHORT
    cells = {**inspected(SHORT), f"B{first}": "CK-S1", f"E{first}": "不合格"}
    cells |= {
        f"B{first + 1}": "CK-M1",
        f"E{first + 1}": "不合格",
        f"B{first + 2}": "CK-ZZ",
        f"E{first + 3}": "合格",
    }
    found = read(tmp_path / "in", {"a.xlsx": filled("JC1", {SITE: cells})})
    items = found.tables["check_items"].set_index("item_id")["result"]
    assert (len(items), items["CK-S1"], items["CK-M1"]) == (SHORT + 1, "不合格", "合格")
    assert found.problems[["row", "got", "due"]].values.tolist() == [
        [first + 1, "CK-M1", "这个项目在本页已有一行, 该行不计"],
        [first + 2, "CK-ZZ", "不是检查表目录里的项目编号, 该行不计"],
        [first + 3, "", "不是检查表目录里的项目编号, 该行不计"],
    ]


def test_values_outside_the_drop_downs_are_missing_and_listed_with_their_place(tmp_path):
    cells = {
        **inspected(SHORT),
        "F9": "还行",
        "C8": "3.5",
        "E13": "√",
        "E14": "部分合格",
        "F14": 50,
        "F15": 0.5,
    }
    found = read(tmp_path / "in", {"a.xlsx": filled("JC1", {SITE: cells})})
    told = found.problems[["sheet", "row", "column", "got", "due"]].values.tolist()
    assert told == [
        [SITE, 8, "核查日期", "3.5", "应为一个确定的日期, 如 2014-03-05"],
        [SITE, 9, "核查结论", "还行", "应为 合格 | 不合格 | 限期整改后复查 之一"],
        [SITE, 13, "项目结果", "√", "应为 合格 | 不合格 | 部分合格 | 未检查 | 合理缺项 之一"],
        [SITE, 14, "部分合格比例", "50.0", "只有“部分合格”才填, 0 到 1 之间"],
        [SITE, 15, "部分合格比例", "0.5", "只有“部分合格”才填, 0 到 1 之间"],
    ]
    row = found.tables["province_checks"].iloc[0]
    assert row[["date", "conclusion"]].isna().all()
    assert row["outcome"] == "已检查"
    assert found.tables["check_items"].set_index("item_id")["share"].isna().all()


def test_file_that_is_no_workbook_of_ours_is_told_and_the_others_are_read(tmp_path):
    files = {"a.xlsx": filled("JC1", WHOLE), "b.xlsx": b"x", "c.xls": b"", "d.xlsx": _foreign()}
    found = read(tmp_path / "in", files)
    assert found.files.set_index("file")["reason"].dropna().to_dict() == {
        "b.xlsx": "b.xlsx 不是完整的工作簿文件",
        "c.xls": "c.xls 是空文件",
        "d.xlsx": "d.xlsx 里没有现场核查表的页",
    }
    assert len(visits(found)) == 2


def _foreign() -> bytes:
    return table_workbook({"表": pd.DataFrame({"单位编号": ["001"]})})


def test_sheet_of_somebody_elses_in_a_team_workbook_is_told(tmp_path):
    data = fill(filled("JC1", WHOLE), {"备2 戊卫生室": {"A1": "自己加的页", "B2": "记事"}})
    found = read(tmp_path / "in", {"a.xlsx": data})
    (row,) = found.conflicts.to_dict("records")
    assert (row["other_sheet"], row["reason"]) == ("备2 戊卫生室", "不是本程序发出的页, 没有读入")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_round_trip_through_libreoffice_loses_nothing(tmp_path):
    first = 13 + SHORT + 4 + 1
    cells = {
        **inspected(SHORT),
        "C11": "=1+1",
        "E14": "部分合格",
        "F14": 0.25,
        "G13": "001",
        "H13": "@备注\n第二行",
    }
    cells |= {f"B{first}": "消防", f"C{first}": "+通道", f"D{first}": "重大", f"H{first}": 41730}
    files = {
        "a.xlsx": filled("JC1", {SITE: cells, HOSPITAL: inspected(LONG)}, at=41723.5),
        "b.xlsx": filled(
            "JC2",
            {OTHER: {"C8": 41724, "F8": "天气原因"}, SPARE: {**inspected(SHORT), "C9": "李四", "C10": "002"}},
        ),
    }
    before = read(tmp_path / "in", files)
    save_again(tmp_path / "in")
    assert all((tmp_path / "in" / name).read_bytes() != data for name, data in files.items())
    after = collect_folder(tmp_path / "in")
    for name in before.tables:
        pd.testing.assert_frame_equal(before.tables[name], after.tables[name])
    assert len(after.tables["province_checks"]) == 4
    assert after.problems.empty
    assert after.quarantine.empty
    assert after.conflicts.empty
    pd.testing.assert_frame_equal(before.progress, after.progress)
