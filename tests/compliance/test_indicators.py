"""Indicators: ratios of sums over one tree."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.compliance import check_sums, judge
from audit_lib.compliance.measures import MEASURES
from audit_lib.compliance.rulebook import load_rulebook
from audit_lib.errors import JudgeError
from tests.compliance.tables import (
    AREAS,
    CITY,
    OWN,
    PROVINCE,
    A,
    B,
    C,
    check,
    closed,
    hazard,
    intake,
    judged,
    refused,
    run,
    self_check,
    shown,
    unit,
)

UNITS = [unit("a1"), unit("a2"), unit("b1", B), unit("c1", C), unit("o1", OWN)]


@pytest.fixture(scope="module")
def judgement():  # type: ignore[no-untyped-def]
    return judge(
        intake(
            units=[*UNITS, unit("b2", B, status="注销", status_date="2014-02-15", status_evidence="公告")],
            county_checks=[
                check("a1", conclusion="不合格"),
                check("a1", "2014-03-08"),
                check("b1"),
                check("o1"),
            ],
            city_checks=[
                check("a1", "2014-03-12", already_so="是", conclusion="不合格"),
                check("b1", "2014-03-11", conclusion="不合格"),
                check("b1", "2014-03-12", already_so="不能判定"),
            ],
            hazards=[
                hazard("h1", **closed(), fund_arrived=50),
                hazard("h2", "b1", deadline="2014-03-01", fund_planned=300, fund_arrived=30),
                hazard("h3", "c1", **(closed() | {"recheck_result": "不合格"})),
            ],
            reporters=[{"area": CITY, "body": "卫生局"}, {"area": "SZ0000", "body": "省医院"}],
            weekly=[
                {"area": "SZ0000", "body": "省医院", "week": "2014-02-07", "received_at": "2014-02-07 10:00"}
            ],
            files=[refused("hazards", B)],
        ),
        run(),
        {},
    )


def test_every_indicator_of_the_rulebook_is_measured_in_every_area(judgement) -> None:  # type: ignore[no-untyped-def]
    book = load_rulebook()
    assert set(MEASURES) == {key for key, indicator in book.indicators.items() if indicator.tree}
    areas = set(AREAS["code"]) - {"SZ0000"}
    rows = judgement.indicators
    assert len(rows) == len(areas) * len(book.indicators)
    assert set(rows["area"]) == areas


@pytest.mark.parametrize(
    ("indicator", "area", "numerator", "denominator"),
    [
        ("coverage", A, 1, 2),
        ("coverage", CITY, 2, 3),
        ("coverage", PROVINCE, 3, 5),
        ("coverage_roster", CITY, 2, 4),
        ("removed", CITY, 1, 4),
        ("first_pass", PROVINCE, 2, 3),
        ("pass", PROVINCE, 3, 3),
        ("spot", CITY, 2, 2),
        ("spot", PROVINCE, 2, 3),
        ("spot_pass", CITY, 0, 2),
        ("missed", CITY, 1, 1),
        ("rectified", CITY, 1, 1),
        ("rectified", PROVINCE, 1, 2),
        ("recheck_pass", PROVINCE, 1, 2),
        ("funds", A, 50, 100),
        ("reports", CITY, 0, 8),
        ("reports", PROVINCE, 1, 16),
    ],
)
def test_counts_are_of_distinct_units_and_hazards(  # type: ignore[no-untyped-def]
    judgement, indicator: str, area: str, numerator: int, denominator: int
) -> None:
    row = shown(judgement, indicator, area)
    assert (row.numerator, row.denominator) == (numerator, denominator)
    assert row.value == pytest.approx(numerator / denominator)


def test_zero_denominator_has_no_value_and_zero_numerator_is_zero(judgement) -> None:  # type: ignore[no-untyped-def]
    nothing = shown(judgement, "first_pass", C)
    assert (nothing.result, pd.isna(nothing.value)) == ("not_applicable", True)
    assert shown(judgement, "coverage", C).value == 0


def test_county_with_an_unread_file_is_left_out_upwards_and_named(judgement) -> None:  # type: ignore[no-untyped-def]
    county = shown(judgement, "rectified", B)
    assert (county.result, pd.isna(county.numerator), county.reason) == (
        "not_assessable",
        True,
        "资料未能读出",
    )
    assert shown(judgement, "rectified", CITY).reason == "不含 1 个资料未能读出的县区"


def test_indicator_repeats_the_result_of_its_rule(judgement) -> None:  # type: ignore[no-untyped-def]
    assert shown(judgement, "coverage", A).result == "not_met"
    assert shown(judgement, "coverage", B).result == "met"
    assert shown(judgement, "coverage", PROVINCE).result == "shown"
    assert shown(judgement, "spot", OWN).result == "not_met"


def test_table_that_was_not_given_makes_its_indicators_not_assessable(judgement) -> None:  # type: ignore[no-untyped-def]
    row = shown(judgement, "self_check", PROVINCE)
    assert (row.result, row.reason, pd.isna(row.value)) == ("not_assessable", "没有可用的单位自查表", True)


def test_parts_that_do_not_add_up_are_refused_by_name(judgement) -> None:  # type: ignore[no-untyped-def]
    rows = judgement.indicators
    wrong = rows[rows["indicator"] == "coverage"].copy()
    wrong.loc[wrong["area"] == A, "numerator"] = 2
    with pytest.raises(JudgeError) as refusal:
        check_sums(wrong, AREAS)
    assert str(refusal.value) == "指标的下级之和与本级不等: 990100 coverage"


KPIS = {
    "网格覆盖率": ("grid",), "通知到位率": ("notice",), "自查率": ("self_check", "self_check_on_time"),
    "检查覆盖率": ("coverage", "coverage_roster", "removed"), "一次合格率": ("first_pass",),
    "检查合格率": ("pass",), "市级抽检率": ("spot", "spot_to_date"), "抽检合格率": ("spot_pass",),
    "复查符合率": ("agreement", "spot_pass"), "漏检率": ("missed",),
    "整改率": ("rectified", "rectified_general", "rectified_major"), "到期整改率": ("rectified_due",),
    "按期整改率": ("rectified_in_time", "major_in_time"), "逾期率": ("overdue",), "闭环管控率": ("managed",),
    "五落实率": ("five_elements",), "挂牌督办率": ("listed",), "五到位率": ("five_in_place",),
    "双签字率": ("signed",), "复查率": ("rechecked",), "复查合格率": ("recheck_pass",),
    "周报按时率": ("reports",), "演练覆盖率": ("drill",), "参演率": ("drill_people",),
    "资金到位率": ("funds",), "平台上报率": ("platform", "platform_only"),
    "省核查合格率": ("recheck_seen",),
}  # fmt: skip
"""Every indicator that the campaign names, and the rows that give it."""


def test_every_indicator_of_the_campaign_has_rows_and_every_row_is_counted() -> None:
    book = load_rulebook().indicators
    assert {key for keys in KPIS.values() for key in keys} == set(book)
    for name, keys in KPIS.items():
        assert book[keys[0]].zh.startswith(name)
    assert {key for key, row in book.items() if row.tree} == set(MEASURES)
    assert [key for key, row in book.items() if not row.tree] == ["reports"]
    assert all(row.needs and row.numerator and row.denominator for row in book.values())


def test_each_indicator_without_its_tables_is_not_assessable_and_names_what_is_missing() -> None:
    rows = judge(intake(units=UNITS), run(rules=["F4-02"]), {}).indicators
    rows = rows[rows["area"] == PROVINCE].set_index("indicator")
    for key, indicator in load_rulebook().indicators.items():
        absent = [table for table in indicator.needs if table != "units"]
        names = "、".join(schemas.tables()[table].zh for table in absent)
        expected = ("not_assessable", f"没有可用的{names}") if absent else ("shown", None)
        said = rows.loc[key, "reason"]
        result = "shown" if rows.loc[key, "result"] == "met" else rows.loc[key, "result"]
        assert (result, None if pd.isna(said) else said) == expected, key


def item(check_id: str, item_id: str, result: str) -> dict[str, object]:
    return {"check_id": check_id, "item_id": item_id, "result": result}


def test_agreement_counts_items_that_both_judged_at_the_check_named_or_the_last_before() -> None:
    case = judged(
        units=[unit("a1"), unit("b1", B)],
        county_checks=[
            check("a1", "2014-03-01", check_id="first"),
            check("a1", "2014-03-05", check_id="second"),
            check("b1", "2014-03-01", check_id="named"),
            check("b1", "2014-03-05", check_id="later"),
        ],
        city_checks=[
            check("a1", "2014-03-12", check_id="city a"),
            check("b1", "2014-03-12", check_id="city b", county_check_id="named"),
        ],
        check_items=[
            item("first", "F1", "不合格"),
            *(item("second", name, "合格") for name in ("F1", "F2", "F3", "F4")),
            item("city a", "F1", "合格"),
            item("city a", "F2", "不合格"),
            item("city a", "F3", "未检查"),
            item("city a", "E1", "合格"),
            item("named", "F1", "部分合格"),
            item("later", "F1", "合格"),
            item("city b", "F1", "部分合格"),
        ],
    )
    counts = MEASURES["agreement"](case.facts)
    assert counts.to_dict("index") == {
        A: {"numerator": 1, "denominator": 2},
        B: {"numerator": 1, "denominator": 1},
    }


def test_check_of_another_unit_that_the_city_names_is_not_compared_with() -> None:
    items = [("a1-2014-03-03", "合格"), ("a2-2014-03-03", "不合格"), ("a1-2014-03-05", "合格")]
    facts = judged(
        units=[unit("a1"), unit("a2")],
        county_checks=[check("a1"), check("a2")],
        city_checks=[check("a1", "2014-03-05", county_check_id="a2-2014-03-03")],
        check_items=[{"check_id": key, "item_id": "CK-M1", "result": said} for key, said in items],
    ).facts
    assert MEASURES["agreement"](facts).to_dict("list") == {"numerator": [1], "denominator": [1]}


def test_first_spot_check_of_a_unit_speaks_and_a_unit_closed_before_the_freeze_owes_no_receipt() -> None:
    facts = judged(
        units=[
            unit("a1"),
            unit("a2", status="注销", status_date="2014-02-05", status_evidence="注销文1号"),
        ],
        county_checks=[check("a1")],
        city_checks=[check("a1", "2014-03-04", conclusion="不合格"), check("a1", "2014-03-20")],
        self_checks=[self_check("a1", notice_date="2014-02-08")],
    ).facts
    for key, counts in (("spot_pass", (0, 1)), ("notice", (1, 1)), ("coverage_roster", (1, 2))):
        assert tuple(MEASURES[key](facts).iloc[0]) == counts, key


def test_platform_may_hold_hazards_that_no_ledger_has() -> None:
    told = [
        {"hazard_id": name, "unit_id": "a1", "platform_date": "2014-03-01"} for name in ("h1", "x1", "x1")
    ]
    case = judged(units=[unit("a1")], hazards=[hazard("h1"), hazard("h2")], platform=told)
    assert MEASURES["platform_only"](case.facts).loc[A].tolist() == [1, 2]
    assert MEASURES["platform"](case.facts).loc[A].tolist() == [1, 2]


def test_surplus_of_one_unit_or_hazard_does_not_stand_in_for_another() -> None:
    judgement = judge(
        intake(
            units=[unit("a1", staff=100), unit("a2", staff=100)],
            self_checks=[self_check("a1", drill_date="2014-03-01", drill_people=200), self_check("a2")],
            hazards=[
                hazard("h1", fund_planned=100, fund_arrived=1000),
                hazard("h2", fund_planned=900, fund_arrived=0),
            ],
        ),
        run(),
        {},
    )
    people, funds = shown(judgement, "drill_people", A), shown(judgement, "funds", A)
    assert (people.numerator, people.denominator) == (100, 200)
    assert (funds.numerator, funds.denominator) == (100, 1000)


def test_hazard_without_a_readable_grade_is_counted_as_neither() -> None:
    judgement = judge(intake(units=[unit("a1")], hazards=[hazard("h1", grade=None)]), run(), {})
    assert [shown(judgement, key, A).denominator for key in ("rectified_general", "rectified_major")] == [
        0,
        0,
    ]
    assert shown(judgement, "rectified", A).denominator == 1
