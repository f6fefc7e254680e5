"""Indicators: ratios of sums over one tree."""

from __future__ import annotations

import pandas as pd
import pytest

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
    refused,
    run,
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
        ("spot_pass", CITY, 1, 2),
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
    assert (row.result, row.reason, pd.isna(row.value)) == ("not_assessable", "没有提供所需的表", True)


def test_parts_that_do_not_add_up_are_refused_by_name(judgement) -> None:  # type: ignore[no-untyped-def]
    rows = judgement.indicators
    wrong = rows[rows["indicator"] == "coverage"].copy()
    wrong.loc[wrong["area"] == A, "numerator"] = 2
    with pytest.raises(JudgeError) as refusal:
        check_sums(wrong, AREAS)
    assert str(refusal.value) == "指标的下级之和与本级不等: 990100 coverage"
