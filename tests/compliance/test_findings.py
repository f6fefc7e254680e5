"""Rules on what others found, and the candidates: G-02, P3-02, W2-02, W2-10, W2-11."""

from __future__ import annotations

import pytest

from audit_lib.compliance import judge
from tests.compliance.tables import (
    CITY,
    PROVINCE,
    A,
    B,
    closed,
    found,
    hazard,
    intake,
    judged,
    quarantined,
    refused,
    run,
    unit,
)

UNITS = {"units": [unit("a1"), unit("b1", B)]}


def accident(number: str = "1", date: str | None = "2014-03-01", **cells: object) -> dict[str, object]:
    return {"accident_id": number, "county": A, "date": date, "grade": "一般"} | cells


@pytest.mark.parametrize(
    ("rows", "result", "reason"),
    [
        ([], "met", "登记表中没有事故"),
        ([accident(), accident("2", grade="较大")], "met", "较大 1 起、一般 1 起"),
        ([accident(grade="重大")], "not_met", "重大 1 起"),
        ([accident(deaths=9)], "met", "较大 1 起"),
        ([accident(deaths=10)], "not_met", "重大 1 起"),
        ([accident(injured=100)], "not_met", "特别重大 1 起"),
        ([accident(loss=5_000_000_000)], "not_met", "重大 1 起"),
        ([accident(grade=None)], "not_assessable", "等级不明 1 起"),
        ([accident(grade=None, deaths=0)], "met", "一般 1 起"),
        ([accident(date=None, grade="重大")], "not_assessable", "登记表中没有事故"),
        ([accident(date="2014-01-31", grade="重大")], "met", "登记表中没有事故"),
    ],
)
def test_grave_accidents_are_told_by_class_and_by_their_counts(rows, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(accidents=rows, **UNITS), "G-02", A)
    assert (row.result, row.reason) == (result, reason)


def test_no_row_is_no_proof_where_a_file_was_not_read() -> None:
    case = judged(accidents=[accident()], files=[refused("accidents", B)], **UNITS)
    assert (found(case, "G-02", A).result, found(case, "G-02", B).result) == ("met", "not_assessable")
    (row,) = judged(**UNITS).rows("G-02").itertuples()
    assert (row.level, row.result) == ("province", "not_assessable")


@pytest.mark.parametrize(
    ("as_of", "cells", "result"),
    [
        ("2014-03-31", {}, "met"),
        ("2014-03-31", {"deadline": None}, "not_met"),
        ("2014-03-31", {"deadline": None} | closed("2014-02-27"), "met"),
        ("2014-03-31", {"deadline": None} | closed("2014-02-28"), "not_met"),
        ("2014-02-26", {"deadline": None}, "not_due"),
        ("2014-02-27", {"deadline": None}, "not_met"),
        ("2014-03-31", {"deadline": None, "found_date": None}, "not_assessable"),
    ],
)
def test_what_the_province_found_is_mended_or_has_a_deadline(as_of, cells, result) -> None:  # type: ignore[no-untyped-def]
    case = judged(as_of, hazards=[hazard("h", source="省督导", **cells), hazard("x")], **UNITS)
    assert found(case, "P3-02", "h").result == result
    assert "x" not in set(case.rows("P3-02")["subject"])


def problem(number: str = "1", **cells: object) -> dict[str, object]:
    told = {"group": "第三巡视组", "group_kind": "巡视组", "unit_id": "a1", "date": "2014-03-10"}
    return {"finding_id": number, "description": "配电室 堆放杂物。"} | told | cells


@pytest.mark.parametrize(
    ("problems", "ledger", "result"),
    [
        ([problem(hazard_id="h1")], [hazard("h1")], "met"),
        ([problem(hazard_id="h1")], [hazard("h1", "b1")], "not_met"),
        ([problem()], [hazard("h1", description="配电室堆放杂物", found_date="2014-03-17")], "met"),
        ([problem()], [hazard("h1", description="配电室堆放杂物", found_date="2014-03-18")], "not_met"),
        ([problem()], [hazard("h1", description="配电室堆放杂物", **closed("2014-03-09"))], "not_met"),
        ([problem()], [hazard("h1", description="灭火器过期")], "not_met"),
        ([problem(date="2014-03-25")], [], "not_due"),
        ([problem(date=None)], [], "not_assessable"),
    ],
)
def test_problem_stands_in_the_ledger_by_number_or_by_words(problems, ledger, result) -> None:  # type: ignore[no-untyped-def]
    case = judged(findings=problems, hazards=ledger, **UNITS)
    assert found(case, "W2-10", "1").result == result
    whole = found(case, "W2-10", PROVINCE)
    assert whole.result == ("not_applicable" if result == "not_due" else result)
    assert whole.evidence == ("findings:1" if result in ("not_met", "not_assessable") else None)


def test_ledger_that_was_not_read_leaves_the_problem_open() -> None:
    case = judged(findings=[problem()], hazards=[hazard("x", "b1")], files=[refused("hazards", A)], **UNITS)
    assert found(case, "W2-10", "1").result == "not_assessable"
    (row,) = judged(**UNITS).rows("W2-10").itertuples()
    assert row.result == "not_assessable"


def test_grave_accident_is_none_the_less_where_another_file_was_not_read() -> None:
    case = judged(units=[unit("a1")], accidents=[accident(grade="重大")], files=[refused("accidents", A)])
    assert found(case, "G-02", A).result == "not_met"


def test_cases_are_counted_and_not_judged() -> None:
    acts = [
        {
            "act_id": "1",
            "unit_id": "a1",
            "found_date": "2014-03-01",
            "handled_type": "罚款",
            "published": True,
        },
        {"act_id": "2", "unit_id": "b1", "found_date": "2014-03-01", "handled_type": "警告"},
        {"act_id": "3", "unit_id": "b1", "found_date": "2014-03-01"},
    ]
    case = judged(illegal_acts=acts, **UNITS)
    row = found(case, "W2-02", CITY)
    assert (row.result, row.reason) == ("not_applicable", "处理 2 件, 公开 1 件; 只列数量, 不作判定")
    (row,) = judged(**UNITS).rows("W2-02").itertuples()
    assert row.result == "not_assessable"


def decided(decision: str, reason: str | None = None) -> dict[str, object]:
    return {"decision_id": "1", "area": A, "rule_id": "R-03", "decision": decision, "reason": reason,
            "date": "2014-03-31"}  # fmt: skip


@pytest.mark.parametrize(
    ("register", "result", "words"),
    [
        ([], "not_due", "待有权机关决定是否移交线索"),
        ([decided("移交")], "met", "已有决定"),
        ([decided("不移交", "已整改")], "met", "已有决定"),
        ([decided("不移交")], "not_met", "登记为不移交而没有理由"),
    ],
)
def test_body_behind_a_grave_shortfall_is_a_candidate_until_the_authority_decides(  # type: ignore[no-untyped-def]
    register, result, words
) -> None:
    given = intake(units=[unit("a1")], county_checks=[], accountability=register)
    rules = judge(given, run(rules=["R-03", "W2-11"]), {}).rules
    (row,) = rules[(rules["rule_id"] == "W2-11")].itertuples()
    assert (row.level, row.subject) == ("org", f"{A}:县级卫计(第一责任人)")
    assert (row.result, row.reason, row.evidence) == (result, f"R-03: {words}", f"rules:R-03/{A}")


def test_without_a_grave_shortfall_nobody_is_a_candidate() -> None:
    rules = judge(intake(units=[unit("a1")]), run("2014-03-01", rules=["F4-02", "W2-11"]), {}).rules
    (row,) = rules[rules["rule_id"] == "W2-11"].itertuples()
    assert (row.level, row.result) == ("province", "not_applicable")


def test_quarantined_accident_of_unknown_area_leaves_every_county_open() -> None:
    case = judged(accidents=[], quarantine=[quarantined("accidents", None)], **UNITS)
    assert {found(case, "G-02", county).result for county in (A, B)} == {"not_assessable"}
