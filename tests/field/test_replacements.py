"""Who stands in for whom follows from the order of the reserves, whatever the records say."""

from __future__ import annotations

import io

import pandas as pd
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.field import (
    hold_places,
    list_deviations,
    list_replacements,
    replacement_workbook,
    speaking_visits,
)

SINCE = {"recheck": pd.Timestamp("2014-03-10")}
OURS = ("天气原因", "时间不足")
SAMPLE = pd.DataFrame(
    {
        "unit_id": ["A", "B", "C", "D", "E", "M", "N"],
        "stratum": ["x"] * 5 + ["y"] * 2,
        "rank": [1, 2, 3, 4, 5, 1, 2],
        "drawn": [True, True, False, False, False, True, False],
    }
)
"""Two of a stratum with reserves C, D, E; one of another with reserve N."""


def visits(**outcomes: str) -> pd.DataFrame:
    rows = pd.DataFrame({"unit_id": list(outcomes), "outcome": list(outcomes.values())})
    rows["conclusion"] = rows["outcome"].map({"已检查": "合格"})
    return rows.assign(
        replaces=None,
        draw="recheck",
        date=pd.Timestamp("2014-03-26"),
        check_id=rows["unit_id"],
        inspectors="张三",
    )


def held(seen: pd.DataFrame) -> pd.DataFrame:
    return hold_places(SAMPLE, seen.set_index("unit_id")["outcome"], own_fault=OURS)


def holders(**outcomes: str) -> dict[str, str]:
    rows = held(visits(**outcomes))
    return dict(rows.loc[rows["last"], ["place", "unit_id"]].values)


def test_place_goes_to_the_next_reserve_only_where_the_fault_is_ours() -> None:
    assert holders(A="拒绝检查", B="未找到", M="关门无证据") == {"A": "A", "B": "B", "M": "M"}
    assert holders(A="天气原因") == {"A": "C", "B": "B", "M": "M"}
    assert holders(B="时间不足", A="天气原因") == {"A": "C", "B": "D", "M": "M"}


def test_reserve_missed_by_our_fault_gives_way_to_the_one_after() -> None:
    assert holders(A="天气原因", C="天气原因", B="天气原因") == {"A": "D", "B": "E", "M": "M"}
    assert holders(A="天气原因", C="拒绝检查") == {"A": "C", "B": "B", "M": "M"}


def test_place_stays_missed_where_no_reserve_is_left() -> None:
    assert holders(M="天气原因", N="时间不足") == {"A": "A", "B": "B", "M": "M"}


def test_visiting_a_later_reserve_instead_changes_nothing() -> None:
    assert holders(A="天气原因", D="已检查") == {"A": "C", "B": "B", "M": "M"}


@given(st.dictionaries(st.sampled_from("ABCDEMN"), st.sampled_from(["天气原因", "拒绝检查", "已检查"])))
def test_each_place_has_one_holder_and_nobody_holds_two(outcomes: dict[str, str]) -> None:
    found = holders(**outcomes)
    assert sorted(found) == ["A", "B", "M"]
    assert len(set(found.values())) == 3
    home = SAMPLE.set_index("unit_id")["stratum"]
    assert all(home[place] == home[unit] for place, unit in found.items())


def test_ledger_lists_each_turn_with_its_reason() -> None:
    seen = visits(A="天气原因", C="时间不足", D="已检查", M="天气原因", N="时间不足", B="拒绝检查")
    outcomes = seen.set_index("unit_id")["outcome"]
    ledger = list_replacements(held(seen), outcomes, own_fault=OURS)
    assert ledger.values.tolist() == [
        ["x", "A", "天气原因", "C", "时间不足"],
        ["x", "A", "天气原因", "D", "已检查"],
        ["y", "M", "天气原因", "N", "时间不足"],
    ]
    alone = SAMPLE[SAMPLE["unit_id"] != "N"]
    rows = hold_places(alone, outcomes, own_fault=OURS)
    last = list_replacements(rows, outcomes, own_fault=OURS).iloc[-1]
    assert (last["place"], pd.isna(last["unit_id"])) == ("M", True)


def deviations(seen: pd.DataFrame) -> list[list[object]]:
    return list_deviations(SAMPLE, seen, held(seen))[["unit_id", "deviation"]].values.tolist()


def test_what_follows_the_order_is_no_deviation() -> None:
    seen = visits(A="天气原因", C="已检查", B="拒绝检查", M="已检查")
    seen.loc[seen["unit_id"] == "C", "replaces"] = "A"
    assert deviations(seen) == []


def test_what_was_done_otherwise_is_listed() -> None:
    seen = visits(A="天气原因", D="已检查", N="已检查", Z="已检查", B="已检查", M="已检查")
    seen.loc[seen["unit_id"] == "B", "conclusion"] = None
    assert deviations(seen) == [
        ["B", "未检查而没有写明原因, 按未能检查计"],
        ["C", "按次序应由其递补, 没有到访记录"],
        ["D", "未轮到的备用单位, 其结果不计入"],
        ["N", "未轮到的备用单位, 其结果不计入"],
        ["Z", "不在样本和备用名单中, 其结果不计入"],
    ]
    seen = visits(A="天气原因", C="已检查")
    seen.loc[seen["unit_id"] == "C", "replaces"] = "B"
    assert deviations(seen) == [["C", "按次序替补 A, 记录为替补 B"]]


def test_workbook_carries_ledger_and_deviations_of_each_draw() -> None:
    seen = visits(A="天气原因", C="已检查", N="已检查")
    data = replacement_workbook({"recheck": SAMPLE}, seen, since=SINCE, own_fault=OURS)
    book = python_calamine.load_workbook(io.BytesIO(data))
    assert book.get_sheet_by_name("替补台账").to_python() == [
        ["抽样", "层", "抽中单位", "未检原因", "替补或有关单位", "替补到访情况"],
        ["recheck", "x", "A", "天气原因", "C", "已检查"],
    ]
    assert book.get_sheet_by_name("偏离次序").to_python()[1:] == [
        ["recheck", "y", "N", "未轮到的备用单位, 其结果不计入"]
    ]
    assert replacement_workbook({}, seen, since={}, own_fault=OURS)


def speaks(*rows: dict[str, object]) -> list[object]:
    """What the records of unit A say: the number of the one that speaks."""
    plain = {
        "unit_id": "A",
        "draw": "recheck",
        "outcome": "已检查",
        "conclusion": "合格",
        "inspectors": "张三",
    }
    table = pd.DataFrame([plain | {"check_id": str(place)} | row for place, row in enumerate(rows)])
    table["date"] = pd.to_datetime(table["date"])
    table["draw"] = table["draw"].astype("str")
    one, other = (
        speaking_visits(rows, SAMPLE, draw="recheck", since=SINCE["recheck"])["check_id"].tolist()
        for rows in (table, table.iloc[::-1])
    )
    assert one == other, "the order of the records decides nothing"
    return one


def test_first_inspection_speaks_and_not_the_follow_up() -> None:
    failed = {"date": "2014-03-12", "conclusion": "不合格"}
    assert speaks({"date": "2014-03-28"}, failed) == ["1"]
    assert speaks({"date": "2014-03-12"}, failed) == ["1"], "of one day, the worse"
    assert speaks({"date": "2014-03-28", "draw": None}, failed) == ["1"]
    assert speaks({"date": None}, failed) == ["1"]


def test_attempts_give_way_to_an_inspection_and_the_last_of_them_speaks() -> None:
    missed = [{"date": f"2014-03-1{day}", "outcome": why, "conclusion": None}
              for day, why in enumerate(["天气原因", "拒绝检查"], 1)]  # fmt: skip
    assert speaks(*missed) == ["1"]
    assert speaks(*missed, {"date": "2014-03-20"}) == ["2"]
    assert speaks(*missed, {"date": None}) == ["1"]


def test_visit_without_the_name_of_a_draw_counts_from_its_day_on() -> None:
    assert speaks({"date": "2014-02-10", "draw": None}) == []
    assert speaks({"date": None, "draw": None}) == []
    assert speaks({"date": "2014-03-12", "draw": None}) == ["0"]
    assert speaks({"date": "2014-03-12", "draw": "another"}) == []


def test_inspection_by_nobody_does_not_count_and_is_listed() -> None:
    assert speaks({"date": "2014-03-12", "inspectors": None}) == []
    assert speaks({"date": "2014-03-12", "inspectors": "2人"}, {"date": "2014-03-13"}) == ["1"]
    seen = visits(A="已检查").assign(inspectors="／")
    data = replacement_workbook({"recheck": SAMPLE}, seen, since=SINCE, own_fault=OURS)
    book = python_calamine.load_workbook(io.BytesIO(data))
    assert book.get_sheet_by_name("偏离次序").to_python()[1:] == [
        ["recheck", "x", "A", "没有写明检查人员, 其结果不计入"]
    ]
