"""Absent ledgers, unreadable cells and records that contradict themselves: neither a pass nor a condemnation."""

from __future__ import annotations

from typing import Any

import pytest

from audit_lib.compliance import judge, load_rulebook
from audit_lib.compliance.facts import gather_facts
from tests.compliance.tables import (
    CITY,
    A,
    B,
    Case,
    check,
    closed,
    found,
    hazard,
    intake,
    judged,
    listing,
    run,
    self_check,
    signed,
    unit,
)

TWO = [unit("a1"), unit("b1", B)]
WORDS = {
    "closed_date": "整改完成日期",
    "recheck_date": "复查日期",
    "deadline": "整改期限",
    "found_date": "检查日期",
    "deputy_date": "分管领导签字日期",
    "reopened_date": "重新整改日期",
}


def unreadable(*columns: str, table: str = "hazards") -> list[dict[str, object]]:
    """Cells of the one row of a table that hold something nobody can read."""
    place = {
        "table": table,
        "sender": "甲",
        "file": table,
        "sheet": "s",
        "row": 1,
        "got": "3月上旬",
        "due": "x",
    }
    return [place | {"column": WORDS[column]} for column in columns]


def sent(*areas: str, **tables: Any) -> Any:
    """An intake whose ledger came in one file of each of the areas."""
    given = intake(**tables)
    (ledger,) = given.files[given.files["table"] == "hazards"].to_dict("records")
    others = given.files[given.files["table"] != "hazards"].to_dict("records")
    files = [*others, *(ledger | {"file": area, "area": area} for area in areas)]
    return _with_files(given, files)


def _with_files(given: Any, files: list[dict[str, object]]) -> Any:
    given.files = type(given.files)(files, columns=given.files.columns)
    return given


def of(given: Any) -> Case:
    return Case(gather_facts(given, run().params, load_rulebook()))


LEDGER = {"units": TWO, "hazards": [hazard("h1", **closed())], "listings": [], "illegal_acts": []}


def test_county_whose_ledger_never_came_while_others_did_is_open_and_no_pass() -> None:
    case = of(sent(A, county_checks=[check("a1"), check("b1")], **LEDGER))
    assert found(case, "F6-02", A).result == "met"
    for rule_id, tables in (
        ("F6-02", "单位名录、隐患排查治理台账"),
        ("F3-02", "隐患排查治理台账、挂牌督办台账"),
    ):
        row = found(case, rule_id, B)
        assert (row.result, row.reason) == ("not_assessable", f"1 个县区的{tables}没有报送或未能全部读出")
    assert found(case, "W2-01", B).result == "not_assessable"
    assert found(case, "F6-02", "b1").result == "not_assessable"
    assert found(case, "F6-02", CITY).result == "not_assessable"


def test_county_without_a_ledger_has_not_completed_its_task() -> None:
    given = {"county_checks": [check("a1"), check("b1")], "city_checks": [check("a1", "2014-03-11")],
             "self_checks": [self_check("a1"), self_check("b1")]}  # fmt: skip
    verdicts = judge(sent(A, **given, **LEDGER), run(), {}).verdicts.set_index("area")
    assert verdicts.loc[[A, B, CITY], "result"].tolist() == ["met", "not_assessable", "not_assessable"]
    assert verdicts.loc[B, "rules_not_assessable"] == "F3-02;F6-02"


@pytest.mark.parametrize("areas", [(A, B), (CITY,), ()])
def test_ledger_handed_in_empty_by_the_county_its_city_or_for_all_is_a_true_zero(areas: tuple[str]) -> None:
    given = sent(*areas, **LEDGER) if areas else intake(**LEDGER)
    row = found(of(given), "F6-02", B)
    assert (row.result, row.reason) == ("not_applicable", "零隐患, 需核实")


def test_inspections_that_found_what_the_ledger_does_not_have_leave_the_county_open() -> None:
    checks = [check("a1", hazards_general=1), check("b1", hazards_general=7, hazards_major=2)]
    case = of(sent(A, B, county_checks=checks, **LEDGER))
    row = found(case, "F6-02", B)
    assert (row.result, row.reason) == ("not_assessable", "县级检查记录有隐患 9 项, 隐患台账中一项也没有")
    assert found(case, "F3-02", B).result == "not_assessable"
    assert found(case, "F6-02", A).result == "met"


OVERDUE = {"deadline": "2014-03-10"}
PASSED = {"recheck_date": "2014-03-09", "recheck_result": "合格"}


@pytest.mark.parametrize(
    ("cells", "bad", "result"),
    [
        (OVERDUE | PASSED, ["closed_date"], "not_assessable"),
        (OVERDUE | PASSED, [], "not_met"),
        (
            OVERDUE | {"closed_date": "2014-03-09", "recheck_result": "合格"},
            ["recheck_date"],
            "not_assessable",
        ),
        (OVERDUE | {"closed_date": "2014-03-09", "recheck_result": "不合格"}, ["recheck_date"], "not_met"),
        (OVERDUE | {"recheck_date": "2014-03-09", "recheck_result": "不合格"}, ["closed_date"], "not_met"),
        ({"deadline": None}, ["deadline"], "not_assessable"),
        ({"deadline": None}, [], "not_met"),
        ({"deadline": None, "plan_doc": None}, ["deadline"], "not_met"),
        (closed(), ["reopened_date"], "not_assessable"),
        (closed() | {"deadline": None}, ["deadline"], "met"),
    ],
)
def test_unreadable_cell_condemns_nobody_who_does_not_fail_without_it(
    cells: dict[str, object], bad: list[str], result: str
) -> None:
    case = judged(units=TWO[:1], hazards=[hazard("h1", **cells)], problems=unreadable(*bad))
    assert found(case, "F6-02", A).result == result
    assert found(case, "F6-02", "a1").result == result


def test_unreadable_cells_leave_the_other_rules_on_the_ledger_open_too() -> None:
    bare = judged(
        units=TWO[:1], self_checks=[self_check("a1", plan_date="2014-02-10")], problems=unreadable("deadline"),
        hazards=[hazard("h1", source="自查", deadline=None)], illegal_acts=[], county_checks=[check("a1")],
    )  # fmt: skip
    for rule_id, subject in (("F6-03", "h1"), ("R-02", "a1"), ("P2-04", "a1"), ("P2-05", "h1"), ("W2-04", "h1"),
                             ("W2-01", A)):  # fmt: skip
        assert found(bare, rule_id, subject).result == "not_assessable", rule_id
    done = judged(
        units=TWO[:1], hazards=[hazard("h1", grade="重大", **OVERDUE, **PASSED)], listings=[],
        problems=unreadable("closed_date"),
    )  # fmt: skip
    for rule_id in ("F3-02", "F3-03"):
        assert found(done, rule_id, A).result == "not_assessable", rule_id


def test_unreadable_cells_of_a_listing_leave_its_elements_and_signatures_open() -> None:
    major = [hazard("h1", grade="重大", **closed("2014-03-05"))]
    blank = signed() | {"closed_date": "2014-03-05", "deputy_date": None}
    row = listing("h1", **blank) | {"deadline": None}
    bad = [
        one
        for column in ("deadline", "deputy_date")
        for one in unreadable(column, table="listings")
    ]  # fmt: skip
    case = judged(units=TWO[:1], hazards=major, listings=[row], problems=bad)
    assert found(case, "W2-06", "h1").result == "not_assessable"
    signatures = found(case, "W2-07", "h1")
    assert (signatures.result, signatures.reason) == ("not_assessable", "签字日期不可读")
    case = judged(units=TWO[:1], hazards=major, listings=[row])
    assert [found(case, rule_id, "h1").result for rule_id in ("W2-06", "W2-07")] == ["not_met", "not_met"]
    unsigned = row | {"principal_signer": None}
    case = judged(units=TWO[:1], hazards=major, listings=[unsigned], problems=bad)
    assert found(case, "W2-07", "h1").result == "not_met"


@pytest.mark.parametrize(
    ("cells", "shut"),
    [
        ({"reopened_date": "2014-03-20"}, False),
        ({"reopened_date": "2014-03-05"}, True),
        ({"reopened_date": "2014-04-02"}, True),
        ({"reopened_date": "2014-03-01", "closed_date": "2014-03-04"}, True),
        ({"recheck_date": "2014-03-04"}, False),
        ({"recheck_date": "2014-03-05"}, True),
    ],
)
def test_hazard_opened_again_or_rechecked_before_it_was_mended_is_open(
    cells: dict[str, object], shut: bool
) -> None:
    rows = [hazard("h1", **(closed("2014-03-05") | cells), plan_doc=None)]
    case = judged(units=TWO[:1], hazards=rows)
    assert case.facts.hazards["closed"].tolist() == [shut]
    assert found(case, "F6-02", A).result == ("met" if shut else "not_met")


def test_two_signatures_are_of_one_person_whatever_the_white_space() -> None:
    row = listing("h1", **signed(), closed_date="2014-03-05") | {
        "deputy_signer": "张三", "principal_signer": "张　三",
    }  # fmt: skip
    case = judged(units=TWO[:1], hazards=[hazard("h1", grade="重大", **closed())], listings=[row])
    assert found(case, "W2-07", "h1").reason == "两个签字是同一人"


def test_early_signature_is_a_fault_though_another_is_only_missing() -> None:
    done = closed("2014-03-30")
    row = listing("h1", closed_date="2014-03-30", principal_signer="钱七", principal_date="2014-03-10")
    case = judged(units=TWO[:1], hazards=[hazard("h1", grade="重大", **done)], listings=[row])
    assert found(case, "W2-07", "h1").result == "not_met"


def test_hazard_mended_before_it_was_found_is_for_a_person() -> None:
    case = judged(units=TWO[:1], hazards=[hazard("h1", found_date="2014-03-10", **closed("2014-02-01"))])
    row = found(case, "W2-04", "h1")
    assert (row.result, row.reason) == ("not_assessable", "整改完成早于检查日期, 记录矛盾")


def test_deadline_before_the_finding_is_no_limit_for_what_was_found() -> None:
    early = {"deadline": "2014-02-10", "found_date": "2014-02-20"}
    for cells, result in (({}, "met"), (early, "not_met"), (early | {"method": "限期"}, "met")):
        case = judged(
            units=TWO[:1], hazards=[hazard("h1", **cells)], illegal_acts=[], county_checks=[check("a1")]
        )
        assert found(case, "W2-01", A).result == result


def test_own_finding_without_a_day_is_open_and_not_left_out() -> None:
    rows = [hazard("h1", source="自查", found_date=None, plan_doc=None)]
    case = judged(units=TWO[:1], hazards=rows, problems=unreadable("found_date"))
    assert found(case, "P2-04", "a1").result == "not_assessable"
