"""Readings that a run may choose (A1, A7, A11, A12): each moves what it should, and nothing else."""

from __future__ import annotations

from typing import Any, get_args

import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.compliance import Judgement, gather_facts, judge
from audit_lib.compliance.judge import DERIVED
from audit_lib.compliance.measures import MEASURES
from audit_lib.errors import JudgeError
from audit_lib.params import Params, Readings
from tests.compliance.tables import (
    AREAS,
    BOOK,
    CITY,
    OWN,
    A,
    B,
    Case,
    check,
    closed,
    found,
    hazard,
    intake,
    run,
    unit,
)

AROUND, NEAR = "990300", "990301"
ROWS = [(AROUND, "丁市", "city", "990000", 8, "prefecture"), (NEAR, "丁一县", "county", AROUND, 9, "county")]
WITH_CITY = pd.concat([AREAS, pd.DataFrame(ROWS, columns=AREAS.columns)], ignore_index=True)
BODY, OWN_BODY = f"{AROUND}:丁市卫生局", f"{OWN}:丙县卫计委"


def under(readings: dict[str, str], as_of: str = "2014-03-31", **tables: Any) -> Case:
    chosen = run(as_of, readings=Readings(**readings))
    return Case(gather_facts(intake(**tables), chosen.params, BOOK))


# What the rulebook says about them


def test_every_ambiguity_of_the_plan_has_its_row_with_rules_parameters_and_choices() -> None:
    assert list(BOOK.ambiguities) == [f"A{number}" for number in range(1, 23)]
    for row in BOOK.ambiguities.values():
        assert row.title and row.open and row.reading and row.source and row.rules  # noqa: PT018
        assert set(row.rules) <= set(BOOK.rules)
        assert set(row.parameters) <= set(BOOK.parameters)
        assert {choice.partition(".")[0] for choice in row.choices} <= set(Params.model_fields)


def test_choices_of_the_params_are_those_of_the_rulebook_with_one_default_each() -> None:
    rows = schemas.rulebook_rows("switches")
    declared = {name: get_args(field.annotation) for name, field in Readings.model_fields.items()}
    assert {
        name: tuple(row["option"] for row in rows if row["reading_id"] == name) for name in declared
    } == declared
    usual = [(row["reading_id"], row["option"]) for row in rows if row["default"] == "yes"]
    assert usual == list(Readings().model_dump().items())
    switchable = [name for name, row in BOOK.ambiguities.items() if f"readings.{name}" in row.choices]
    assert switchable == list(declared)


def test_each_reading_of_the_five_elements_holds_the_four_fields_of_phase_two() -> None:
    values = [option.value for (name, _), option in BOOK.options.items() if name == "A7"]
    assert all({"资金", "责任", "时限"} <= set(value) for value in values)


def test_rulebook_without_an_option_refuses_it_by_name(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from dataclasses import replace  # noqa: PLC0415

    bare = replace(BOOK, options={})
    assert bare.chosen(Readings(), "A7").value == ()
    with pytest.raises(JudgeError) as refusal:
        bare.chosen(Readings(A7="minimum"), "A7")
    assert str(refusal.value) == "规则手册 switches.csv 没有口径 A7 的选项 minimum, 请改参数 readings"


# A1: ten units; six passed, two failed, two were never inspected. The city checked one that passed,
# one that failed, one that nobody had inspected, and one on the day before the county came.

TEN = {
    "units": [unit(f"u{place}") for place in range(10)],
    "county_checks": [check(f"u{place}") for place in range(6)]
    + [check(f"u{place}", conclusion="不合格") for place in (6, 7)],
    "city_checks": [
        check("u0", "2014-03-12", check_id="passed"),
        check("u6", "2014-03-12", check_id="failed"),
        check("u9", "2014-03-12", check_id="never"),
        check("u1", "2014-03-02", check_id="before"),
    ],
}


@pytest.mark.parametrize(
    ("option", "counts", "result", "missing"),
    [
        ("passed", (1, 6), "not_met", 1),
        ("inspected", (2, 8), "met", 0),
        ("roster", (4, 10), "met", 0),
    ],
)
def test_a1_takes_the_fifth_of_passed_inspected_or_all_units(option, counts, result, missing) -> None:  # type: ignore[no-untyped-def]
    case = under({"A1": option}, **TEN)
    row = found(case, "R-05", CITY)
    assert ((row.numerator, row.denominator), row.result, row.missing) == (counts, result, missing)
    spot = MEASURES["spot"](case.facts).loc[A]
    assert (spot["numerator"], spot["denominator"]) == counts


# A7

OPEN = {"units": [unit("a1")], "county_checks": [check("a1")]}


@pytest.mark.parametrize(
    ("option", "cells", "lacking"),
    [
        ("five", {"plan_doc": None}, "预案"),
        ("scheme", {"plan_doc": None, "scheme": "方案1号"}, ""),
        ("scheme", {}, "方案"),
        ("national", {"goal": "消除"}, ""),
        ("national", {"plan_doc": None}, "目标、预案"),
        ("six", {"goal": "消除", "scheme": "方案1号"}, ""),
        ("six", {"goal": "消除"}, "方案"),
        ("minimum", {"plan_doc": None, "measure": None}, ""),
        ("minimum", {"fund_planned": None}, "资金"),
    ],
)
def test_a7_asks_for_the_elements_of_its_preset(option: str, cells: dict[str, object], lacking: str) -> None:
    case = under({"A7": option}, hazards=[hazard("h1", **cells)], **OPEN)
    row = found(case, "F6-03", "h1")
    assert (row.result, row.reason) == (("not_met", f"缺 {lacking}") if lacking else ("met", None))
    assert found(case, "F6-02", A, "county").result == ("not_met" if lacking else "met")


def test_a7_refuses_a_ledger_without_the_column_by_file() -> None:
    lame = {"table": "hazards", "file": "甲县台账.xlsx", "status": "read", "lacks": "scheme|goal"}
    with pytest.raises(JudgeError) as refusal:
        under({"A7": "six"}, hazards=[hazard("h1")], files=[lame], **OPEN)
    assert str(refusal.value) == (
        "所选的五落实口径(readings.A7)要用到的列, 1 个台账文件没有: 甲县台账.xlsx 缺 治理目标、整改方案; "
        "请补上这一列, 或改用别的口径"
    )
    assert (
        found(under({"A7": "minimum"}, hazards=[hazard("h1")], files=[lame], **OPEN), "F6-03", "h1").result
        == "met"
    )


# A11 and A12: an own city lies within a city of one more county.

PAIR = {"areas": WITH_CITY, "units": [unit("n1", NEAR), unit("o1", OWN), unit("a1"), unit("b1", B)]}
REPORTERS = [{"area": AROUND, "body": "丁市卫生局"}, {"area": OWN, "body": "丙县卫计委"}]


def report(area: str, body: str, inspected: int) -> dict[str, object]:
    row = {"area": area, "body": body, "week": "2014-02-07", "received_at": "2014-02-07 10:00"}
    return row | {"inspected": inspected}


def test_a11_lets_an_own_city_report_through_the_city_around_it() -> None:
    given = PAIR | {
        "reporters": REPORTERS,
        "weekly": [report(AROUND, "丁市卫生局", 2)],
        "hazards": [],
        "county_checks": [check("n1", "2014-02-05"), check("o1", "2014-02-05")],
        "self_checks": [],
    }
    usual, other = under({}, "2014-02-07", **given), under({"A11": "city"}, "2014-02-07", **given)
    assert usual.rows("REP-02").set_index("subject")["result"].to_dict() == {BODY: "met", OWN_BODY: "not_met"}
    assert other.rows("REP-02").set_index("subject")["result"].to_dict() == {BODY: "met"}
    assert found(usual, "REP-05", BODY).result == "not_met"
    assert found(other, "REP-05", BODY).result == "met"
    assert set(other.rows("REP-01")["subject"]) == {BODY}


def test_a12_counts_an_own_city_within_the_city_around_it_and_shows_both_sides() -> None:
    many = [unit(f"n{place}", NEAR) for place in range(4)] + [unit("o1", OWN)]
    given = {
        "areas": WITH_CITY,
        "units": [*many, unit("a1"), unit("b1", B)],
        "county_checks": [check(row["unit_id"]) for row in many],
        "city_checks": [check("n0", "2014-03-12")],
    }
    usual, other = under({}, **given), under({"A12": "city"}, **given)
    sides = {
        area: (row.numerator, row.denominator, row.result)
        for area in (AROUND, OWN)
        for row in [found(usual, "R-05", area)]
    }
    assert sides == {AROUND: (1, 4, "met"), OWN: (0, 1, "not_met")}
    row = found(other, "R-05", AROUND)
    assert (row.numerator, row.denominator, row.result) == (1, 5, "met")
    inside = found(other, "R-05", OWN)
    assert (inside.result, inside.reason) == ("not_applicable", "并入丁市计算(口径A12)")


def test_own_city_whose_code_lies_in_no_city_stays_by_itself() -> None:
    given = {"units": [unit("o1", OWN)], "county_checks": [check("o1")], "city_checks": []}
    row = found(under({"A12": "city"}, **given), "R-05", OWN)
    assert (row.denominator, row.result) == (1, "not_met")


# Everything judged, once by default and once under each of them

MANY = [unit(f"n{place}", NEAR) for place in range(4)]
CAMPAIGN = TEN | {
    "areas": WITH_CITY,
    "units": [*TEN["units"], *MANY, unit("b1", B), unit("o1", OWN)],
    "county_checks": [*TEN["county_checks"], check("o1"), *(check(row["unit_id"]) for row in MANY)],
    "city_checks": [*TEN["city_checks"], check("n0", "2014-03-12")],
    "hazards": [hazard("h1", "u0", source="自查", plan_doc=None), hazard("h2", "u1", **closed())],
    "reporters": REPORTERS,
    "weekly": [report(AROUND, "丁市卫生局", 0)],
}


def whole(readings: dict[str, str]) -> Judgement:
    return judge(intake(**CAMPAIGN), run(readings=Readings(**readings)), {})


@pytest.fixture(scope="module")
def usual() -> Judgement:
    return whole({})


@pytest.mark.parametrize(
    ("readings", "moved"),
    [
        ({"A1": "inspected"}, {"R-05"}),
        ({"A7": "minimum"}, {"F6-02", "F6-03", "P2-04"}),
        ({"A11": "city", "A12": "city"}, {"R-05", "REP-01", "REP-02", "REP-03", "REP-04", "REP-05"}),
    ],
)
def test_switch_moves_its_own_rules_and_says_what_the_default_would_have_given(
    usual: Judgement, readings: dict[str, str], moved: set[str]
) -> None:
    assert usual.switched.empty
    other = whole(readings)
    assert set(other.switched["rule_id"]) - set(DERIVED) == moved
    assert moved <= {rule for name in readings for rule in BOOK.ambiguities[name].rules}
    same = [table.rules[~table.rules["rule_id"].isin({*moved, *DERIVED})] for table in (usual, other)]
    pd.testing.assert_frame_equal(*(rows.reset_index(drop=True) for rows in same))
    keys = ["rule_id", "level", "subject"]
    both = other.switched[other.switched["result_default"].notna()]
    told = both.merge(usual.rules, on=keys, suffixes=("_other", ""))
    assert len(told) == len(both)
    for column in ("result", "numerator", "denominator"):
        assert told[column].fillna(-1).tolist() == told[f"{column}_default"].fillna(-1).tolist()
