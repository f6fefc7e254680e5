"""Numbers that stand more than once: told apart, joined with their unit, the worst row judged."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.compliance import gather_facts
from audit_lib.intake.doubles import settle_doubles
from audit_lib.sampling.prepare import make_frame

from .tables import (
    BOOK,
    CITY,
    OTHER,
    A,
    B,
    C,
    check,
    closed,
    found,
    hazard,
    intake,
    judged,
    listing,
    run,
    self_check,
    table,
    unit,
)


def problems_of(**rows: list[dict[str, object]]) -> list[list[object]]:
    read = {name: table(name, rows.get(name, [])) for name in schemas.inputs()}
    return settle_doubles(read)[1].to_numpy().tolist()


def test_two_hazards_of_one_number_in_one_unit_are_both_counted_and_listed() -> None:
    first = hazard("1", description="通道堵塞", **closed())
    second = hazard("1", description="线路老化", grade="重大", plan_doc=None, found_date="2014-03-01")
    for rows in ([first, second], [second, first]):
        case = judged(units=[unit("a1")], hazards=rows, listings=[])
        row = found(case, "F6-02", A)
        assert (row.numerator, row.denominator, row.evidence) == (1, 2, "hazards:1(2)")
        assert found(case, "F3-02", A).evidence == "hazards:1(2)"
        assert problems_of(hazards=rows) == [
            ["hazards", "甲", "hazards", "s", 1, "隐患编号", "1",
             "hazards s 第 1 行是同一单位另一处隐患的编号, 编号不得重复", "两处都计入, 本处记作 1(2)"],
        ]  # fmt: skip


def test_of_one_hazard_told_twice_the_open_row_counts_whatever_the_order() -> None:
    rows = [hazard("1", plan_doc=None), hazard("1", plan_doc=None, **closed())]
    for order in (rows, rows[::-1]):
        row = found(judged(units=[unit("a1")], hazards=order), "F6-02", A)
        assert (row.result, row.numerator, row.denominator) == ("not_met", 0, 1)
    assert ["hazards", "甲", "hazards", "s", 1, "复查结论", "",
            "hazards s 第 1 行编号相同而写作“合格”", "两行都保留, 按较差的一行判定"] in problems_of(
                hazards=rows[::-1])  # fmt: skip
    assert problems_of(hazards=[rows[0], rows[0]]) == []


def test_number_that_two_units_use_joins_no_table_across_them() -> None:
    case = judged(
        units=[unit("a1"), unit("b1", B)],
        hazards=[hazard("001", "a1", grade="重大"), hazard("001", "b1", grade="重大")],
        listings=[listing("001", "a1")],
        platform=[{"hazard_id": "001", "unit_id": "a1", "platform_date": "2014-02-21"}],
    )
    for rule in ("F3-02", "F6-04", "R-06"):
        assert [found(case, rule, area).result for area in (A, B)] == ["met", "not_met"], rule
    assert found(case, "F3-02", B).evidence == "hazards:b1/001"


def test_ordinary_hazard_of_one_unit_hides_no_major_of_another() -> None:
    case = judged(
        units=[unit("a1"), unit("b1", B)],
        hazards=[hazard("001", "a1", grade="重大"), hazard("001", "b1")],
        listings=[listing("001", "a1", plan_doc=None)],
    )
    assert case.rows("W2-06")[["subject", "result"]].to_numpy().tolist() == [["a1/001", "not_met"]]


def test_check_that_stands_twice_is_no_pass_and_its_difference_is_told() -> None:
    rows = [check("a1", check_id="k"), check("a1", check_id="k", conclusion="不合格")]
    for order in (rows, rows[::-1]):
        assert judged(units=[unit("a1")], county_checks=order).facts.passes.empty
    assert problems_of(county_checks=rows) == [
        ["county_checks", "甲", "county_checks", "s", 1, "结论", "不合格",
         "county_checks s 第 1 行编号相同而写作“合格”", "两行都保留, 按较差的一行判定"],
    ]  # fmt: skip


def test_checks_of_two_days_under_one_number_are_two_checks() -> None:
    rows = [
        check("a1", "2014-03-03", check_id="k", conclusion="不合格"),
        check("a1", "2014-03-09", check_id="k"),
    ]
    assert judged(units=[unit("a1")], county_checks=rows).facts.passes["unit_id"].tolist() == ["a1"]
    assert problems_of(county_checks=rows) == [
        ["county_checks", "甲", "county_checks", "s", 1, "检查编号", "k",
         "county_checks s 第 1 行是同一单位另一次检查的编号, 编号不得重复", "两次都计入"],
    ]  # fmt: skip


def test_checks_of_two_cities_under_one_number_are_judged_each() -> None:
    case = judged(
        units=[unit("a1"), unit("c1", C)],
        county_checks=[check("a1"), check("c1", conclusion="不合格")],
        city_checks=[check("a1", "2014-03-11", check_id="1"), check("c1", "2014-03-11", check_id="1")],
    )
    rows = case.rows("R-05b")[["subject", "result"]].to_numpy().tolist()
    assert rows == [["a1/1", "met"], ["c1/1", "not_met"]]


@pytest.mark.parametrize("sender", ["甲", "乙"])
def test_items_of_a_number_that_two_units_use_are_those_of_its_senders_check_or_nobodys(sender: str) -> None:
    checks = table("county_checks", [check("a1", check_id="1"), check("b1", check_id="1")])
    checks["sender"] = ["甲", "乙"]
    read = {name: table(name, []) for name in schemas.inputs()} | {"county_checks": checks}
    items = table(
        "check_items", [{"check_id": "1", "item_id": BOOK.items["item_id"].iloc[0], "result": "合格"}]
    )
    owner = {"甲": "a1/1", "乙": "b1/1"}[sender]
    settled, problems = settle_doubles(read | {"check_items": items.assign(sender=sender)})
    assert (settled["check_items"]["check_id"].tolist(), len(problems)) == ([owner], 0)
    settled, problems = settle_doubles(read | {"check_items": items.assign(sender="丙")})
    assert settled["check_items"]["check_id"].tolist() == ["1"]
    assert problems.to_numpy().tolist() == [
        ["check_items", "丙", "check_items", "s", 1, "核查编号", "1",
         "几个单位的检查都用此编号, 不知是哪一家的", "不计入任何单位的得分"],
    ]  # fmt: skip


def test_of_two_rows_of_a_unit_the_one_in_the_frame_that_says_least_counts() -> None:
    gone = unit("a1", status="停业", status_date="2014-02-20", status_evidence="照片")
    for rows in ([gone, unit("a1")], [unit("a1"), gone]):
        case = judged(units=[*rows, unit("a2"), unit("a2", grid_person=None)], county_checks=[check("a2")])
        assert (found(case, "R-03", A).numerator, found(case, "R-03", A).denominator) == (1, 2)
        assert (found(case, "F4-02", A).numerator, found(case, "F4-02", A).denominator) == (1, 2)


def test_record_of_an_identifier_in_two_counties_is_that_of_the_county_it_names() -> None:
    case = judged(
        units=[unit("001", A), unit("001", B)],
        hazards=[hazard("b-1", "001", county=B, plan_doc=None, grade="重大")],
        listings=[],
    )
    assert [found(case, "F6-02", area).result for area in (A, B)] == ["not_applicable", "not_met"]


def test_record_of_an_identifier_in_two_counties_that_names_none_leaves_both_open() -> None:
    case = judged(
        units=[unit("001", A), unit("001", B), unit("c1", C)],
        hazards=[hazard("x", "001", plan_doc=None), hazard("y", "c1", **closed())],
    )
    assert [found(case, "F6-02", area).result for area in (A, B)] == ["not_assessable"] * 2
    assert found(case, "F6-02", C).result == "met"
    assert found(case, "F6-02", CITY, "city").result == "not_assessable"


def test_listing_of_a_hazard_that_no_ledger_has_is_told() -> None:
    problems = problems_of(hazards=[hazard("1")], listings=[listing("1"), listing("9")])
    assert problems == [
        ["listings", "甲", "listings", "s", 1, "隐患编号", "9", "隐患台账中没有此编号",
         "该行保留, 不算任何隐患已挂牌"],
    ]  # fmt: skip
    assert problems_of(listings=[listing("9")]) == []


def test_listings_of_a_number_that_two_hazards_have_are_given_to_the_majors_in_turn() -> None:
    first, second = hazard("1", place="甲", grade="重大"), hazard("1", place="乙", grade="重大")
    again = listing("1", listing_id="G-2")
    bureau = listing("1", listing_id="G-0", body="甲一县卫生局", body_level="卫生计生部门")
    alone = listing("1", unit_id=None)
    for hazards, listings, counts in (
        ([first, second], [listing("1")], (1, 2)),  # one listing for two majors: one is not listed
        ([first, second], [listing("1"), listing("1", measure="改线")], (1, 2)),  # one number in two files
        ([first, second], [listing("1"), again], (2, 2)),
        ([first, second], [listing("1"), bureau], (1, 2)),
        ([first, second], [listing("1"), again, bureau], (2, 2)),
        ([first | {"grade": "一般"}, second], [listing("1")], (1, 1)),  # only the major can be meant
        ([first | {"grade": "一般"}, second], [alone], (1, 1)),
        ([second | {"grade": "一般"}, first], [listing("1")], (1, 1)),
    ):
        for rows in (hazards, hazards[::-1]):
            row = found(judged(units=[unit("a1")], hazards=rows, listings=listings), "F3-02", A)
            assert (row.numerator, row.denominator) == counts
            assert row.result == ("met" if counts[0] == counts[1] else "not_met")
    told = problems_of(hazards=[first | {"grade": "一般"}, second], listings=[listing("1")])
    assert told[1] == [
        "listings", "甲", "listings", "s", 1, "隐患编号", "1", "该单位几处隐患用此编号, 不知是哪一处", "依次记作 1",
    ]  # fmt: skip


def test_platform_rows_of_a_number_that_two_hazards_have_are_given_out_in_turn() -> None:
    hazards = [hazard("1", place="甲"), hazard("1", place="乙")]
    sent = {"hazard_id": "1", "unit_id": "a1", "platform_date": "2014-02-21"}
    for held, counts in (([sent], (1, 2)), ([sent, sent | {"platform_date": "2014-02-22"}], (2, 2))):
        row = found(judged(units=[unit("a1")], hazards=hazards, platform=held), "F6-04", A)
        assert (row.numerator, row.denominator) == counts


def test_unit_of_two_counties_condemns_neither_and_hides_no_other_shortfall() -> None:
    units = [unit("a1"), unit("x"), unit("x", C), unit("c1", C)]
    one = judged(units=units, county_checks=[check("a1"), check("c1")])
    assert [found(one, "R-03", area).result for area in (A, C)] == ["not_assessable"] * 2
    row = found(one, "R-03", A)
    assert (row.numerator, row.denominator) == (1, 2)
    assert row.reason == "还差 1 家, 其中 1 家同时列入几个县区的名录, 无法判定"
    two = judged(units=[*units, unit("a2")], county_checks=[check("c1"), check("a1")])
    row = found(two, "R-03", A)
    assert (row.result, row.missing) == ("not_met", 2)
    assert row.reason == "还差 2 家, 其中 1 家同时列入几个县区的名录"
    assert found(judged(units=units, self_checks=[self_check("a1")]), "P2-03", A).result == "not_assessable"


def test_fifth_is_open_where_a_pass_may_belong_to_another_city() -> None:
    """Four of city 乙 passed and none was checked: one is due. With x, which was checked, it is there."""
    units = [unit("x"), unit("x", C), *(unit(f"c{number}", C) for number in range(4))]
    passed = [check("x"), *(check(f"c{number}") for number in range(4))]
    case = judged(units=units, county_checks=passed, city_checks=[check("x", "2014-03-04")])
    row = found(case, "R-05", OTHER)
    assert (row.result, row.numerator, row.denominator) == ("not_assessable", 0, 4)
    assert row.reason == "1 家单位的县级检查记录不全或归属不清, 是否在抽检范围内无法判定"
    case = judged(units=units, county_checks=passed, city_checks=[])
    assert found(case, "R-05", OTHER).result == "not_met"


def test_unit_in_the_rosters_of_two_counties_is_told_to_both() -> None:
    action = "只计一家, 记在其中一个县区; 两个县区的分母都无法判定"
    due = "units s 第 1 行也列入了同一编号, 归属待核定"
    told = ["units", "甲", "units", "s", 1, "单位编号", "x", due, action]
    assert problems_of(units=[unit("x"), unit("x", C), unit("y")]) == [told, told]


def test_report_of_another_day_or_of_an_unknown_body_is_told() -> None:
    def report(week: str, body: str = "卫生局") -> dict[str, object]:
        return {"area": CITY, "body": body, "week": week, "received_at": week}

    action = "该行保留, 不算任何单位的按时或缺报"
    place = ["weekly", "甲", "weekly", "s", 1]
    rows = [
        report("2014-03-14"),
        report("2014-03-13"),
        report("2014-03-14", "卫生 局"),
        report("2014-03-14", "卫计局"),
    ]
    assert problems_of(weekly=rows, reporters=[{"area": CITY, "body": "卫生局"}]) == [
        [*place, "周次", "2014-03-13", "应为应报周报的周五", action],
        [*place, "填报单位", "卫计局", "不在周报报送单位名单中", action],
    ]
    assert problems_of(weekly=[rows[3]]) == []


def test_settled_tables_are_settled() -> None:
    rows = [hazard("1", description="甲"), hazard("1", description="乙"), hazard("1", "b1", **closed())]
    read = {name: table(name, []) for name in schemas.inputs()} | {"hazards": table("hazards", rows)}
    once, _ = settle_doubles(read)
    twice, problems = settle_doubles(once)
    assert sorted(once["hazards"]["hazard_id"]) == ["1(2)", "a1/1", "b1/1"]
    assert len(problems) == 0
    pd.testing.assert_frame_equal(once["hazards"], twice["hazards"])


def test_frame_of_a_draw_is_what_the_quota_is_counted_of() -> None:
    told = intake(
        units=[unit("A1"), unit("A2"), unit("A3", entry_date="2014-04-20")],
        county_checks=[check("A1", "2014-01-15"), check("A2"), check("A3")],
    )
    draw = {"purpose": "city_check", "cutoff": "2014-03-24", "seed_source": "s"}
    params = run("2014-03-24", draws={"d": draw}, cutoffs=["2014-03-24"]).params
    frame = make_frame(told.tables, told.areas, params, params.draws["d"])
    assert frame["unit_id"].tolist() == ["A2"]
    assert gather_facts(told, params, BOOK).passes["unit_id"].tolist() == ["A2"]
