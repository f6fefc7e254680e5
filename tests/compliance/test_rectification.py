"""Rules on hazards: F6-02, F6-03, F3-03."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.compliance import gather_facts, load_rulebook
from tests.compliance.tables import (
    CITY,
    PROVINCE,
    A,
    B,
    C,
    Case,
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

UNITS = [unit("a1"), unit("a2"), unit("b1", B)]


def test_open_hazard_under_control_is_managed_and_an_overdue_one_is_not() -> None:
    case = judged(
        units=UNITS,
        hazards=[
            hazard("h1", **closed()),
            hazard("h2"),
            hazard("h3", deadline="2014-03-30"),
            hazard("h4", "b1"),
        ],
    )
    row = found(case, "F6-02", A)
    assert (row.result, row.numerator, row.denominator, row.evidence) == ("not_met", 2, 3, "hazards:h3")
    assert found(case, "F6-02", "a1").result == "not_met"
    assert found(case, "F6-02", "a2").result == "not_applicable"
    assert found(case, "F6-02", B).result == "met"
    assert found(case, "F6-02", CITY).missing == 1


def test_deadline_on_the_day_judged_is_not_overdue() -> None:
    case = judged(units=UNITS, hazards=[hazard("h1", deadline="2014-03-31")])
    assert found(case, "F6-02", A).result == "met"


def test_county_without_any_hazard_is_to_be_looked_at_not_praised() -> None:
    row = found(judged(units=UNITS, hazards=[hazard("h1")]), "F6-02", B)
    assert (row.result, row.reason) == ("not_applicable", "零隐患, 需核实")


def test_hazard_rules_are_open_without_ledger_or_with_unread_or_unidentified_rows() -> None:
    assert found(judged(units=UNITS), "F6-02", A).result == "not_assessable"
    case = judged(
        units=UNITS,
        hazards=[hazard("h1")],
        files=[refused("hazards", B)],
        quarantine=[quarantined("hazards", A)],
    )
    assert found(case, "F6-02", A).result == "not_assessable"
    assert found(case, "F6-02", B).result == "not_assessable"
    assert found(case, "F6-02", "b1").result == "not_assessable"


def test_before_the_end_unmanaged_hazards_are_not_due() -> None:
    case = judged("2014-03-20", units=UNITS, hazards=[hazard("h1", measure=None)])
    assert found(case, "F6-02", A).result == "not_due"
    assert found(case, "F6-02", "a1").result == "not_due"


@pytest.mark.parametrize(
    ("cells", "is_closed"),
    [
        (closed(), True),
        (closed() | {"recheck_result": "不合格"}, False),
        (closed() | {"recheck_result": None}, False),
        (closed() | {"recheck_date": "2014-04-01"}, False),
        (closed() | {"closed_date": None}, False),
        (closed() | {"closed_date": "2014-04-01"}, False),
    ],
    ids=["passed", "failed", "no re-check", "re-check later", "no date", "closed later"],
)
def test_closed_is_rectified_and_passed_by_the_day(cells: dict[str, object], is_closed: bool) -> None:
    case = judged(units=UNITS, hazards=[hazard("h1", **cells)])
    assert case.facts.hazards["closed"].tolist() == [is_closed]


@pytest.mark.parametrize(
    ("cells", "lacking"),
    [
        ({"resp_person": None}, "责任"),
        ({"resp_unit": "无"}, "责任"),
        ({"measure": None}, "措施"),
        ({"fund_planned": 0}, "资金"),
        ({"fund_planned": None}, "资金"),
        ({"deadline": None}, "时限"),
        ({"plan_doc": "/"}, "预案"),
        ({"measure": None, "plan_doc": None}, "措施、预案"),
    ],
)
def test_each_of_the_five_elements_is_asked_for(cells: dict[str, object], lacking: str) -> None:
    row = found(judged(units=UNITS, hazards=[hazard("h1", **cells)]), "F6-03", "h1")
    assert (row.result, row.reason, row.evidence) == ("not_met", f"缺 {lacking}", "hazards:h1")


def test_no_funds_needed_is_an_answer_and_closed_hazards_owe_nothing() -> None:
    case = judged(
        units=UNITS,
        hazards=[
            hazard("h1", fund_planned=None, fund_not_needed=True),
            hazard("h2", measure=None, **closed()),
        ],
    )
    assert found(case, "F6-03", "h1").result == "met"
    assert case.rows("F6-03")["subject"].tolist() == ["h1"]


def test_elements_without_ledger_are_not_assessable() -> None:
    (row,) = judged(units=UNITS).rows("F6-03").itertuples()
    assert (row.level, row.result) == ("province", "not_assessable")


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        ({"deadline": "2014-03-10"} | closed("2014-03-10"), "met"),
        ({"deadline": "2014-03-10"} | closed("2014-03-11"), "not_met"),
        ({"deadline": "2014-03-10"}, "not_met"),
        ({"deadline": "2014-04-10"}, "not_applicable"),
        ({"deadline": None}, "not_assessable"),
        ({"deadline": None} | closed(), "not_assessable"),
        ({"deadline": "2014-03-10", "grade": None}, "not_assessable"),
        ({"deadline": "2014-03-10", "grade": None} | closed("2014-03-10"), "not_applicable"),
        ({"deadline": "2014-04-10", "grade": None}, "not_applicable"),
    ],
    ids=[
        "on the day",
        "late",
        "open",
        "not due yet",
        "no deadline",
        "closed, no deadline",
        "no grade",
        "no grade, on the day",
        "no grade, not due yet",
    ],
)
def test_majors_are_closed_by_their_deadline(cells: dict[str, object], result: str) -> None:
    case = judged(
        units=UNITS,
        hazards=[hazard("h1", **{"grade": "重大"} | cells), hazard("h2", deadline="2014-03-01")],
    )
    assert found(case, "F3-03", A).result == result


def test_extension_counts_only_if_approved_before_the_old_deadline() -> None:
    major = {"grade": "重大", "deadline": "2014-03-10", "extended_to": "2014-03-20"} | closed("2014-03-18")
    for approved, result in (("2014-03-10", "met"), ("2014-03-11", "not_met"), (None, "not_met")):
        case = judged(units=UNITS, hazards=[hazard("h1", **major, extension_approved=approved)])
        assert found(case, "F3-03", A).result == result


def test_hazard_of_a_unit_outside_the_roster_stands_in_the_county_it_names() -> None:
    case = judged(units=UNITS, hazards=[hazard("h1", "zz", county=B, measure=None)])
    assert found(case, "F6-02", B).evidence == "hazards:h1"


@pytest.mark.parametrize(
    ("sent_from", "results"),
    [
        (A, ("not_met", "not_applicable", "not_applicable")),
        (CITY, ("not_assessable", "not_assessable", "not_applicable")),
        (None, ("not_assessable", "not_assessable", "not_assessable")),
        (PROVINCE, ("not_assessable", "not_assessable", "not_assessable")),
    ],
    ids=["county", "city", "nobody known", "province"],
)
def test_hazard_in_no_county_stands_with_its_sender_or_leaves_open_where_it_may_stand(
    sent_from: str | None, results: tuple[str, ...]
) -> None:
    rows = intake(
        units=[*UNITS, unit("c1", C)],
        hazards=[hazard("h1", "zz", grade="重大", deadline="2014-03-10", measure=None)],
        listings=[],
    )
    rows.files.loc[rows.files["table"] == "hazards", "area"] = sent_from
    empty = [{"table": "hazards", "file": area, "area": area, "status": "read"} for area in (A, B, C)]
    rows.files = pd.concat([rows.files, pd.DataFrame(empty)], ignore_index=True)
    case = Case(gather_facts(rows, run().params, load_rulebook()))
    for rule in ("F6-02", "F3-02", "F3-03"):
        assert tuple(found(case, rule, county, "county").result for county in (A, B, C)) == results


def test_hazard_in_no_county_that_is_found_later_leaves_nothing_open() -> None:
    case = judged(units=UNITS, hazards=[hazard("h1"), hazard("h2", "zz", found_date="2014-04-01")])
    assert found(case, "F6-02", A).result == "met"


def test_hazard_opened_again_by_a_failed_recheck_was_not_closed_in_time() -> None:
    cells = {"grade": "重大", "deadline": "2014-03-20", "reopened_date": "2014-03-12"} | closed("2014-03-18")
    case = judged(units=UNITS, hazards=[hazard("h1", **cells)])
    assert found(case, "F3-03", A).result == "not_met"
    assert found(case, "F6-02", A).result == "met"


DOWN = {"first_grade": "重大", "regraded_date": "2014-02-25"}


@pytest.mark.parametrize(
    ("cells", "grade"),
    [
        (DOWN | {"regrade_reason": "已局部停用", "regrade_approver": "赵六"}, "一般"),
        (DOWN | {"regrade_reason": "已局部停用"}, None),
        (DOWN | {"regrade_approver": "赵六"}, None),
        (DOWN | {"regraded_date": "2014-04-02"}, "重大"),
        ({"first_grade": "一般", "grade": "重大"}, "重大"),
    ],
    ids=["with both", "no approver", "no reason", "later", "taken up"],
)
def test_major_taken_down_without_reason_or_approver_is_in_doubt(
    cells: dict[str, object], grade: str | None
) -> None:
    case = judged(units=UNITS, hazards=[hazard("h1", **cells)])
    said = case.facts.hazards["grade"].astype(object)
    assert said.where(said.notna(), None).tolist() == [grade]
