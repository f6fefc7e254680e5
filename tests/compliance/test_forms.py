"""Rules on the form of each unit: F6-01, P2-01, P2-02, P2-06, W3-01, W3-02, W3-03, R-02."""

from __future__ import annotations

import pytest

from audit_lib.compliance.rules.forms import AREAS
from tests.compliance.tables import (
    A,
    closed,
    found,
    hazard,
    judged,
    quarantined,
    refused,
    self_check,
    unit,
    unreadable,
)

NINE = {f"manage_{area}": "合格" for area in AREAS}
LATE = "2014-03-31"

CASES = [
    ("F6-01", {"system_doc": "制度1号"}, "met"),
    ("F6-01", {"system_doc": "制度1号", "self_check_date": None, "routine_date": "2013-12-01"}, "met"),
    ("F6-01", {}, "not_met"),
    ("F6-01", {"system_doc": "制度1号", "self_check_date": None}, "not_met"),
    ("P2-01", {"plan_lessons": "吸取某厂火灾教训"}, "met"),
    ("P2-01", {"plan_lessons": "无"}, "not_met"),
    ("P2-02", {"plan_date": "2014-01-28"}, "met"),
    ("P2-02", {"plan_date": "2014-03-10"}, "met"),
    ("P2-02", {"plan_date": "2014-03-11"}, "not_met"),
    ("P2-02", {}, "not_met"),
    ("P2-06", {"report_date": "2014-03-10"}, "met"),
    ("P2-06", {"report_date": "2014-03-11"}, "not_met"),
    ("P2-06", {}, "not_met"),
    ("W3-01", NINE, "met"),
    ("W3-01", NINE | {"manage_site": "不合格"}, "met"),
    ("W3-01", NINE | {"manage_site": None}, "not_met"),
    ("W3-02", {"drill_date": "2014-02-01", "drill_people": 3}, "met"),
    ("W3-02", {"drill_date": "2014-01-31"}, "not_met"),
    ("W3-02", {}, "not_met"),
    ("W3-03", {"invested": 0, "obsolete": "没有落后设备"}, "met"),
    ("W3-03", {"obsolete": "旧锅炉一台"}, "not_met"),
    ("W3-03", {"invested": 100}, "not_assessable"),
    ("R-02", {"plan_date": "2014-02-20"}, "met"),
    ("R-02", {"plan_date": "2014-03-20"}, "met"),
    ("R-02", {"plan_date": "2014-02-20", "self_check_date": None}, "not_met"),
    ("R-02", {}, "not_met"),
]
RULES = sorted({rule for rule, _, _ in CASES})
COLUMNS = "plan_date|plan_lessons|system_doc|report_date|drill_date|invested|" + "|".join(NINE)


@pytest.mark.parametrize(("rule", "cells", "result"), CASES)
def test_form_is_judged_by_what_it_says(rule: str, cells: dict[str, object], result: str) -> None:
    forms = [cells for _, cells, _ in CASES]
    one = f"u{forms.index(cells)}"
    case = judged(
        units=[unit(f"u{place}") for place in range(len(forms))],
        self_checks=[self_check(f"u{place}", **form) for place, form in enumerate(forms)],
        hazards=[],
    )
    row = found(case, rule, one, "unit")
    assert (row.result, row.evidence) == (result, f"self_checks:{one}")


@pytest.mark.parametrize("rule", RULES)
def test_unit_without_a_form_falls_short_unless_its_form_may_have_been_lost(rule: str) -> None:
    def row(**more: object) -> tuple[str, str | None]:
        said = found(judged(units=[unit("a1")], self_checks=[], hazards=[], **more), rule, "a1", "unit")
        return said.result, said.reason

    assert row() == ("not_met", "没有单位自查表")
    assert row(files=[refused("self_checks", A)])[0] == "not_assessable"
    assert row(quarantine=[quarantined("self_checks", A)])[0] == "not_assessable"
    assert "not_assessable" in judged(units=[unit("a1")]).rows(rule)["result"].tolist()


@pytest.mark.parametrize("rule", RULES)
def test_form_is_not_due_before_its_day_and_a_unit_entered_lately_has_ten_more(rule: str) -> None:
    early = judged("2014-03-09", units=[unit("a1")], self_checks=[], hazards=[])
    assert found(early, rule, "a1", "unit").result == "not_due"
    new = judged(units=[unit("a1", entry_date="2014-03-25")], self_checks=[], hazards=[])
    assert found(new, rule, "a1", "unit").result == "not_due"


@pytest.mark.parametrize("rule", RULES)
def test_form_that_has_no_such_column_decides_nothing(rule: str) -> None:
    lacks = {"table": "self_checks", "file": "self_checks", "status": "superseded", "lacks": COLUMNS}
    case = judged(units=[unit("a1")], self_checks=[self_check("a1")], hazards=[], files=[lacks])
    row = found(case, rule, "a1", "unit")
    assert (row.result, row.reason) == ("not_assessable", "自查表没有这一列")


@pytest.mark.parametrize("rule", ["P2-02", "P2-06"])
def test_day_that_nobody_can_read_is_not_taken_for_none(rule: str) -> None:
    columns = {"P2-02": "方案制定日期", "P2-06": "上报日期"}
    bad = unreadable(columns[rule], "self_checks")
    case = judged(units=[unit("a1")], self_checks=[self_check("a1")], problems=[bad])
    row = found(case, rule, "a1")
    assert (row.result, row.reason) == ("not_assessable", "自查表有读不出的内容")


def test_days_late_are_said_and_the_best_of_several_forms_counts() -> None:
    case = judged(
        units=[unit("a1")], self_checks=[self_check("a1", plan_date="2014-03-13"), self_check("a1")]
    )
    row = found(case, "P2-02", "a1")
    assert (row.result, row.reason) == ("not_met", "迟 3 天")
    case = judged(
        units=[unit("a1")],
        self_checks=[self_check("a1", plan_date="2014-03-13"), self_check("a1", plan_date="2014-03-01")],
    )
    assert found(case, "P2-02", "a1").result == "met"


def test_unit_entered_lately_is_late_after_its_own_ten_days() -> None:
    late = {"units": [unit("a1", entry_date="2014-03-05")]}
    for day, result in (("2014-03-15", "met"), ("2014-03-16", "not_met")):
        case = judged(**late, self_checks=[self_check("a1", plan_date=day)])
        assert found(case, "P2-02", "a1").result == result


@pytest.mark.parametrize(
    ("row", "result"),
    [
        (hazard("h1", measure=None), "not_met"),
        (hazard("h1", measure=None, **closed()), "met"),
        (hazard("h1"), "met"),
    ],
)
def test_open_hazard_without_the_five_elements_spoils_the_units_mending(
    row: dict[str, object], result: str
) -> None:
    form = self_check("a1", plan_date="2014-02-20")
    case = judged(units=[unit("a1")], self_checks=[form], hazards=[row])
    assert found(case, "R-02", "a1").result == result


def test_mending_is_open_where_the_ledger_was_not_read() -> None:
    form = self_check("a1", plan_date="2014-02-20")
    case = judged(units=[unit("a1")], self_checks=[form], hazards=[], files=[refused("hazards", A)])
    assert found(case, "R-02", "a1").result == "not_assessable"


def test_drills_of_a_county_are_counted_and_who_took_part_is_shown() -> None:
    units = [unit("a1", staff=4), unit("a2", staff=2)]
    case = judged(units=units, self_checks=[self_check("a1", drill_date="2014-03-03", drill_people=3)])
    one, area = found(case, "W3-02", "a1"), found(case, "W3-02", A)
    assert (one.numerator, one.denominator, one.value) == (3, 4, 0.75)
    assert (area.result, area.numerator, area.denominator, area.evidence) == ("not_met", 1, 2, "units:a2")
    assert found(judged(units=units), "W3-02", A).result == "not_assessable"
