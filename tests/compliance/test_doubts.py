"""Absent ledgers, unreadable cells and records that contradict themselves: neither a pass nor a condemnation."""

from __future__ import annotations

from typing import Any

import pytest

from audit_lib.compliance import judge, load_rulebook
from audit_lib.compliance.facts import gather_facts
from tests.compliance.tables import (
    CITY,
    PROVINCE,
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
    unreadable,
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


def unread(*columns: str, table: str = "hazards") -> list[dict[str, object]]:
    return [unreadable(WORDS[column], table) for column in columns]


def sent(*areas: str, came: str = "hazards", **tables: Any) -> Any:
    """An intake in which a table, the ledger unless said, came in one file of each of the areas."""
    given = intake(**tables)
    (ledger,) = given.files[given.files["table"] == came].to_dict("records")
    others = given.files[given.files["table"] != came].to_dict("records")
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
    for rule_id in ("F6-02", "F3-02"):
        row = found(case, rule_id, B)
        reason = "1 个县区的隐患排查治理台账没有报送或未能全部读出"
        assert (row.result, row.reason) == ("not_assessable", reason)
    assert found(case, "W2-01", B).result == "not_assessable"
    assert found(case, "F6-02", "b1").result == "not_assessable"
    assert found(case, "F6-02", CITY).result == "not_assessable"


def test_county_without_a_ledger_has_not_completed_its_task() -> None:
    given = {"county_checks": [check("a1"), check("b1")], "city_checks": [check("a1", "2014-03-11")],
             "self_checks": [self_check("a1"), self_check("b1")]}  # fmt: skip
    verdicts = judge(sent(A, **given, **LEDGER), run(), {}).verdicts.set_index("area")
    assert verdicts.loc[[A, B, CITY], "result"].tolist() == ["met", "not_assessable", "not_assessable"]
    assert verdicts.loc[B, "rules_not_assessable"] == "F3-02;F6-02"


MAJORS = {
    "units": TWO,
    "county_checks": [check("a1"), check("b1")],
    "hazards": [hazard("h1", grade="重大"), hazard("h2", "b1", grade="重大")],
    "listings": [listing("h1")],
}


def test_listings_that_never_came_leave_majors_open_and_ask_nothing_where_none_is_owed() -> None:
    case = of(sent(A, came="listings", **MAJORS))
    assert [found(case, "F3-02", area).result for area in (A, B, CITY)] == [
        "met", "not_assessable", "not_assessable",
    ]  # fmt: skip
    assert found(case, "F3-02", B).reason == "1 个县区的挂牌督办台账没有报送或未能全部读出"
    assert found(of(sent(A, B, came="listings", **MAJORS)), "F3-02", B).result == "not_met"
    assert found(judged(**MAJORS), "F3-02", B).result == "not_met"
    ordinary = MAJORS | {"hazards": [hazard("h1", grade="重大"), hazard("h2", "b1")]}
    assert found(of(sent(A, came="listings", **ordinary)), "F3-02", B).result == "not_applicable"


def test_register_of_illegal_acts_that_never_came_is_no_proof_that_there_were_none() -> None:
    act = {"act_id": "v", "unit_id": "a1", "found_date": "2014-03-01", "handled_type": "罚款"}
    case = of(sent(A, came="illegal_acts", illegal_acts=[act], **MAJORS))
    assert [found(case, "W2-01", area).result for area in (A, B)] == ["met", "not_assessable"]
    case = of(sent(A, B, came="illegal_acts", illegal_acts=[act, act], **MAJORS))
    assert found(case, "W2-01", B).result == "met"
    assert found(case, "W2-01", A).denominator == 2, "one hazard, and one act that stands in two files"


@pytest.mark.parametrize(
    ("came", "rule_id", "rows"),
    [
        ("county_checks", "R-03", [check("a1")]),
        ("self_checks", "P2-03", [self_check("a1")]),
        ("city_checks", "R-05c", [check("a1", "2014-03-04")]),
        ("platform_units", "F4-05", [{"unit_id": "a1"}]),
    ],
)
def test_file_of_a_county_that_never_came_condemns_nobody(
    came: str, rule_id: str, rows: list[dict[str, object]]
) -> None:
    given = {"units": TWO, "county_checks": [check("a1"), check("b1")]} | {came: rows}
    case = of(sent(A, came=came, **given))
    assert [found(case, rule_id, area).result for area in (A, B)] == ["met", "not_assessable"]
    for areas in ((A, B), (CITY,), (PROVINCE, A)):
        assert found(of(sent(*areas, came=came, **given)), rule_id, B).result == "not_met", areas


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
    case = judged(units=TWO[:1], hazards=[hazard("h1", **cells)], problems=unread(*bad))
    assert found(case, "F6-02", A).result == result
    assert found(case, "F6-02", "a1").result == result


def test_unreadable_cells_leave_the_other_rules_on_the_ledger_open_too() -> None:
    bare = judged(
        units=TWO[:1], self_checks=[self_check("a1", plan_date="2014-02-10")], problems=unread("deadline"),
        hazards=[hazard("h1", source="自查", deadline=None)], illegal_acts=[], county_checks=[check("a1")],
    )  # fmt: skip
    for rule_id, subject in (("F6-03", "h1"), ("R-02", "a1"), ("P2-04", "a1"), ("P2-05", "h1"), ("W2-04", "h1"),
                             ("W2-01", A)):  # fmt: skip
        assert found(bare, rule_id, subject).result == "not_assessable", rule_id
    done = judged(
        units=TWO[:1], hazards=[hazard("h1", grade="重大", **OVERDUE, **PASSED)], listings=[],
        problems=unread("closed_date"),
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
        for one in unread(column, table="listings")
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
    case = judged(units=TWO[:1], hazards=rows, problems=unread("found_date"))
    assert found(case, "P2-04", "a1").result == "not_assessable"


def test_city_is_not_met_while_a_rule_of_the_set_is_not_due() -> None:
    given = intake(
        units=TWO[:1], county_checks=[check("a1")], city_checks=[], self_checks=[self_check("a1")],
        hazards=[hazard("h1", **closed())], listings=[],
    )  # fmt: skip
    judgement = judge(given, run(cutoffs=["2014-03-10", "2014-04-07"]), {})
    assert judgement.verdicts.set_index("area").loc[CITY, "result"] == "not_due"


def test_what_april_mends_was_not_done_in_time() -> None:
    given = intake(
        units=TWO[:1], county_checks=[check("a1")], city_checks=[check("a1", "2014-03-11")],
        self_checks=[self_check("a1")], listings=[listing("h1", listed_date="2014-04-05")],
        hazards=[hazard("h1", grade="重大", deadline="2014-03-20", **closed("2014-04-05"))],
    )  # fmt: skip
    judgement = judge(given, run("2014-04-10"), {})
    rules = judgement.rules[judgement.rules["subject"] == A].set_index("rule_id")
    assert rules.loc[["F6-02", "F3-02", "P3-04"], "result"].tolist() == ["met", "met", "not_met"]
    assert rules.loc["P3-04", ["reason", "as_of"]].tolist() == ["F3-02;F6-02", "2014-03-31"]
    row = judgement.verdicts.set_index("area").loc[A]
    assert (row["rules_not_met"], row["missing"]) == ("F3-02;F6-02", "F3-02:1;F6-02:1")


@pytest.mark.parametrize(
    ("as_of", "day", "entry", "result"),
    [
        ("2014-04-10", "2014-03-31", None, "met"),
        ("2014-04-10", "2014-04-01", None, "not_met"),
        ("2014-04-10", "2014-04-04", "2014-03-25", "met"),
        ("2014-04-10", "2014-04-05", "2014-03-25", "not_met"),
        ("2014-03-31", "2013-11-05", None, "not_met"),
    ],
)
def test_self_check_counts_in_the_window_or_in_the_grace_of_a_late_entry(
    as_of: str, day: str, entry: str | None, result: str
) -> None:
    forms = [self_check("a1", day, plan_date="2014-02-10")]
    case = judged(as_of, units=[unit("a1", entry_date=entry)], hazards=[], self_checks=forms)
    assert [found(case, rule_id, "a1").result for rule_id in ("P2-03", "R-02")] == [result, result]


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        ({"plan_date": "2014-01-20"}, "met"),
        ({"plan_date": "2013-11-20"}, "not_met"),
        ({"plan_date": "2014-04-02"}, "not_met"),
        ({"self_check_date": "2014-04-05"}, "not_met"),
        ({"drill_date": "2013-12-05"}, "not_met"),
        ({"drill_date": "2014-03-05"}, "met"),
    ],
)
def test_unit_took_part_by_what_it_did_in_the_window_or_planned_that_year(
    cells: dict[str, str], result: str
) -> None:
    forms = [self_check("a1", None) | cells]
    case = judged("2014-04-10", units=TWO[:1], county_checks=[], self_checks=forms, hazards=[])
    assert found(case, "W1-02", A).result == result


def spot(rechecks: list[dict[str, object]], *cities: str) -> Any:
    """Ten units, five passed; what the county wrote of others, and which of them the city checked."""
    units = [unit(f"a{place}") for place in range(10)]
    passed = [check(f"a{place}", "2014-03-05") for place in range(5)]
    visits = [check(one, "2014-03-12", check_id=f"c-{one}") for one in cities]
    case = judged(units=units, county_checks=[*passed, *rechecks], city_checks=visits)
    return found(case, "R-05", CITY)


def lame(*places: int, **cells: object) -> list[dict[str, object]]:
    return [check(f"a{place}", None, check_id=f"r{place}") | cells for place in places]


def test_pass_without_a_day_leaves_open_whether_a_fifth_was_checked() -> None:
    row = spot(lame(5), "a0")
    assert (row.result, row.numerator, row.denominator) == ("not_assessable", 1, 5)
    assert row.reason == "1 家单位的县级检查记录不全或归属不清, 是否在抽检范围内无法判定"
    assert spot(lame(5), "a0", "a1").result == "met"
    assert spot(lame(5, conclusion="不合格"), "a0").result == "met"
    assert spot(lame(5, date="2014-03-25", inspectors=None), "a0").result == "met"
    assert spot(lame(5)).result == "not_met"
    assert spot(lame(5), "a5").result == "not_met"
    assert spot(lame(5, 6), "a5", "a6").result == "not_assessable"
    assert spot(lame(5, 6, 7, 8, 9), "a0", "a1").result == "met"


def test_city_check_on_the_day_of_the_pass_counts_with_a_remark() -> None:
    case = judged(
        units=TWO,
        county_checks=[check("a1", "2014-03-05"), check("b1", "2014-03-04")],
        city_checks=[check("a1", "2014-03-05", check_id="c1"), check("b1", "2014-03-05", check_id="c2")],
    )
    told = [(found(case, "R-05b", one).result, found(case, "R-05b", one).reason) for one in ("c1", "c2")]
    assert told == [("met", "与县级检查合格同日, 先后待核实"), ("met", None)]


@pytest.mark.parametrize("day", ["2014-02-05", "2014-02-10", "2014-03-03"])
def test_unit_closed_by_its_paper_that_was_inspected_stays_in_the_frame(day: str) -> None:
    shut = {"status": "停业", "status_date": "2014-02-10", "status_evidence": "照片"}
    case = judged(
        units=[unit("a1", **shut), unit("a2", **shut), unit("a3")],
        county_checks=[check("a1", day, conclusion="不合格"), check("a3")],
    )
    assert case.facts.frame["unit_id"].tolist() == ["a1", "a3"]


OLD = {"hazard_id": "001", "unit_id": "a1", "category": "消防", "place": "病房", "found_date": "2013-10-01"}


@pytest.mark.parametrize(
    ("old", "now", "result"),
    [
        ({}, {"category": "用电", "place": "门诊"}, "not_assessable"),
        ({}, {"category": "消防", "place": "病 房"}, "met"),
        ({}, {"category": "消防", "place": "门诊"}, "not_assessable"),
        ({}, {"category": "消防"}, "met"),
        ({}, {}, "not_assessable"),
        ({}, {"link_id": "001", "hazard_id": "h9"}, "met"),
        ({}, {"hazard_id": "h9"}, "not_met"),
        ({"closed_date": "2013-12-01"}, {"category": "用电"}, "met"),
    ],
)
def test_equal_number_in_another_year_is_no_link_by_itself(
    old: dict[str, str], now: dict[str, str], result: str
) -> None:
    rows = [hazard("001", **{"found_date": "2014-02-20"} | now) if "hazard_id" not in now
            else hazard(**{"unit_id": "a1"} | now)]  # fmt: skip
    case = judged(units=TWO[:1], hazards=rows, hazards_2013=[OLD | old])
    row = found(case, "G-01", "001")
    assert row.result == result
    if result == "not_assessable":
        assert row.reason == "2014年台账中有同编号的隐患, 是否同一隐患待人工核定"


def test_finding_is_known_by_any_number_of_a_hazard_that_several_found() -> None:
    same = {"category": "消防", "place": "病房", "description": "通道堵塞"}
    told = {"unit_id": "a1", "date": "2014-02-25", "description": "疏散出口锁闭"}
    case = judged(
        units=TWO[:1],
        hazards=[
            hazard("h1", source="县检", **same),
            hazard("h2", source="暗访", found_date="2014-02-25", **same),
        ],
        findings=[
            told | {"finding_id": "f1", "hazard_id": "h2"},
            told | {"finding_id": "f2", "hazard_id": "h3"},
        ],
    )
    assert [found(case, "W2-10", one).result for one in ("f1", "f2")] == ["met", "not_met"]
