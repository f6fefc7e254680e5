"""Rules on the frame: R-03, F4-02, P2-03."""

from __future__ import annotations

import pytest

from tests.compliance.tables import (
    CITY,
    OTHER,
    OWN,
    PROVINCE,
    A,
    B,
    C,
    check,
    found,
    judged,
    quarantined,
    refused,
    self_check,
    unit,
)

TWO = [unit("a1"), unit("a2")]


def test_every_unit_inspected_meets_coverage() -> None:
    row = found(judged(units=TWO, county_checks=[check("a1"), check("a2")]), "R-03", A)
    assert (row.result, row.numerator, row.denominator, row.value, row.missing) == ("met", 2, 2, 1.0, 0)


def test_one_unit_without_inspection_is_named_in_county_and_city() -> None:
    judgement = judged(units=TWO, county_checks=[check("a1")])
    for area in (A, CITY):
        row = found(judgement, "R-03", area)
        assert (row.result, row.missing, row.evidence, row.reason) == ("not_met", 1, "units:a2", "还差 1 家")


@pytest.mark.parametrize(
    "cells",
    [{"date": "2014-01-31"}, {"date": "2014-04-01"}],
    ids=["before the window", "after the day judged"],
)
def test_inspection_outside_the_window_does_not_count(cells: dict[str, str]) -> None:
    judgement = judged(units=[unit("a1")], county_checks=[check("a1") | cells])
    assert found(judgement, "R-03", A).result == "not_met"


@pytest.mark.parametrize("cell", ["date", "conclusion", "inspectors"])
def test_unit_with_only_an_incomplete_record_leaves_its_county_open(cell: str) -> None:
    checks = [check("a1", **{cell: None}) if cell != "date" else check("a1", None), check("a2")]
    row = found(judged(units=TWO, county_checks=checks), "R-03", A)
    assert (row.result, row.reason) == ("not_assessable", "1 家的记录不全, 无法判定")


def test_incomplete_record_does_not_excuse_another_unit_never_inspected() -> None:
    row = found(judged(units=TWO, county_checks=[check("a1", conclusion=None)]), "R-03", A)
    assert (row.result, row.missing) == ("not_met", 2)
    assert row.reason == "还差 2 家, 其中 1 家记录不全"


def test_county_checks_not_handed_in_can_never_be_a_pass_or_a_failure() -> None:
    row = found(judged(units=TWO), "R-03", A)
    assert (row.result, row.reason) == ("not_assessable", "没有可用的县级检查记录")


def test_county_whose_file_was_refused_is_open_and_others_are_judged() -> None:
    judgement = judged(
        units=[unit("a1"), unit("b1", B)],
        county_checks=[check("b1")],
        files=[refused("county_checks", A)],
    )
    assert found(judgement, "R-03", A).result == "not_assessable"
    assert found(judgement, "R-03", B).result == "met"
    assert found(judgement, "R-03", CITY).result == "not_assessable"


def test_city_is_not_met_for_a_readable_county_though_another_is_unread() -> None:
    judgement = judged(
        units=[unit("a1"), unit("b1", B), unit("b2", B)],
        county_checks=[check("b1")],
        files=[refused("county_checks", A)],
    )
    assert found(judgement, "R-03", CITY).result == "not_met"


def test_refused_file_of_an_unknown_area_opens_only_counties_without_rows() -> None:
    judgement = judged(
        units=[unit("a1"), unit("b1", B)],
        county_checks=[check("b1")],
        files=[refused("county_checks", None)],
    )
    assert found(judgement, "R-03", A).result == "not_assessable"
    assert found(judgement, "R-03", B).result == "met"


def test_quarantined_roster_row_leaves_frame_rules_open_unless_not_met() -> None:
    whole = {"units": TWO, "quarantine": [quarantined("units")]}
    row = found(judged(**whole, county_checks=[check("a1"), check("a2")]), "R-03", A)
    assert (row.result, row.reason) == ("not_assessable", "单位名录中有 1 行无法识别或归属不清, 可能属于分母")
    assert found(judged(**whole, county_checks=[check("a1")]), "R-03", A).result == "not_met"


def test_roster_row_known_only_by_its_city_opens_all_its_counties() -> None:
    judgement = judged(
        units=[unit("a1"), unit("b1", B)],
        county_checks=[check("a1"), check("b1")],
        quarantine=[quarantined("units", CITY)],
    )
    assert {found(judgement, "R-03", area).result for area in (A, B, CITY)} == {"not_assessable"}
    assert found(judgement, "R-03", OTHER).reason == "1 个县区的单位名录没有报送或未能全部读出"


@pytest.mark.parametrize("sender", [A, CITY, None, PROVINCE], ids=["county", "city", "nobody", "province"])
def test_quarantined_check_may_be_the_one_that_a_unit_lacks(sender: str | None) -> None:
    one = {"units": TWO, "quarantine": [quarantined("county_checks", sender)]}
    row = found(judged(**one, county_checks=[check("a1")]), "R-03", A)
    assert (row.result, row.missing) == ("not_assessable", None)
    assert row.reason == "还差 1 家, 另有 1 行记录无法识别, 无法判定"
    row = found(judged(**one, county_checks=[]), "R-03", A)
    assert (row.result, row.missing) == ("not_met", 2)
    assert found(judged(**one, county_checks=[check("a1"), check("a2")]), "R-03", A).result == "met"


@pytest.mark.parametrize("sender", [None, PROVINCE], ids=["nobody", "province"])
def test_roster_row_that_came_with_the_provinces_file_may_belong_anywhere(sender: str | None) -> None:
    case = judged(
        units=[unit("a1"), unit("c1", C)],
        county_checks=[check("a1"), check("c1")],
        quarantine=[quarantined("units", sender)],
    )
    assert {found(case, "R-03", area).result for area in (A, C)} == {"not_assessable"}


def test_area_that_handed_in_no_roster_is_never_done() -> None:
    case = judged(units=TWO, county_checks=[check("a1"), check("a2")])
    for rule in ("R-03", "F4-02"):
        row = found(case, rule, C)
        assert (row.result, row.reason) == ("not_assessable", "1 个县区的单位名录没有报送或未能全部读出")


def test_area_whose_units_all_left_with_evidence_has_nothing_to_cover() -> None:
    closed = {"status": "注销", "status_date": "2014-02-05", "status_evidence": "注销决定书"}
    row = found(judged(units=[unit("c1", C, **closed)], county_checks=[]), "R-03", C)
    assert (row.result, row.reason, row.value) == ("not_applicable", "无适用对象", None)


def test_identifier_in_two_counties_leaves_both_open() -> None:
    case = judged(units=[unit("x1"), unit("x1", C)], county_checks=[check("x1")])
    assert {found(case, "R-03", area).result for area in (A, C)} == {"not_assessable"}
    assert found(case, "R-03", A).reason == "单位名录中有 1 行无法识别或归属不清, 可能属于分母"


def test_before_the_end_coverage_is_met_or_not_due() -> None:
    early = {"as_of": "2014-03-20", "units": TWO}
    row = found(judged(**early, county_checks=[check("a1")]), "R-03", A)
    assert (row.result, row.reason) == ("not_due", "未到期, 目前还差 1 家")
    assert found(judged(**early, county_checks=[check("a1"), check("a2")]), "R-03", A).result == "met"


def test_county_that_is_its_own_city_has_a_row_on_both_levels() -> None:
    judgement = judged(units=[unit("o1", OWN)], county_checks=[check("o1")])
    assert found(judgement, "R-03", OWN, "county").result == "met"
    assert found(judgement, "R-03", OWN, "city").result == "met"


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        ({"status_evidence": "公告1号"}, "met"),
        ({"status_evidence": None}, "not_met"),
        ({"status_evidence": "无"}, "not_met"),
        ({"status_evidence": "公告1号", "status_date": "2014-04-02"}, "not_met"),
        ({"status_evidence": "公告1号", "status_date": None}, "not_met"),
    ],
    ids=["evidence", "no evidence", "the word none", "closed later", "no date"],
)
def test_closed_unit_leaves_the_frame_only_with_evidence_and_date(
    cells: dict[str, object], result: str
) -> None:
    gone = unit("a2", status="注销", **({"status_date": "2014-02-15"} | cells))
    assert found(judged(units=[unit("a1"), gone], county_checks=[check("a1")]), "R-03", A).result == result


def test_unit_inspected_before_it_closed_stays_in_the_frame() -> None:
    gone = unit("a1", status="停业", status_date="2014-03-10", status_evidence="公告1号")
    row = found(judged(units=[gone], county_checks=[check("a1", "2014-03-03")]), "R-03", A)
    assert (row.result, row.denominator) == ("met", 1)


def test_unit_added_after_the_day_judged_is_not_there_yet() -> None:
    units = [unit("a1"), unit("a2", entry_date="2014-04-01")]
    assert found(judged(units=units, county_checks=[check("a1")]), "R-03", A).denominator == 1


@pytest.mark.parametrize(("affiliation", "result"), [("省直", "met"), ("市直", "met"), ("县属", "not_met")])
def test_only_units_of_province_and_city_are_covered_from_above(affiliation: str, result: str) -> None:
    judgement = judged(
        units=[unit("a1", affiliation=affiliation)],
        county_checks=[],
        city_checks=[check("a1", check_id="S1")],
    )
    row = found(judgement, "R-03", A)
    assert row.result == result
    assert row.evidence == ("city_checks:S1" if result == "met" else "units:a1")


@pytest.mark.parametrize("cells", [{"grid_id": None}, {"grid_person": None}, {"grid_person": "无"}])
def test_unit_without_grid_or_person_is_not_covered(cells: dict[str, object]) -> None:
    row = found(judged(units=[unit("a1"), unit("a2", **cells)]), "F4-02", A)
    assert (row.result, row.numerator, row.denominator, row.evidence) == ("not_met", 1, 2, "units:a2")


def test_grid_is_met_or_open_or_not_due() -> None:
    assert found(judged(units=TWO), "F4-02", A).result == "met"
    assert found(judged(), "F4-02", A).result == "not_assessable"
    loose = [unit("a1", grid_id=None)]
    assert found(judged("2014-03-01", units=loose), "F4-02", A).result == "not_due"


def test_self_check_in_time_late_and_never() -> None:
    judgement = judged(
        units=[unit("a1"), unit("a2"), unit("a3")],
        self_checks=[self_check("a1", "2014-03-10"), self_check("a2", "2014-03-13")],
    )
    assert found(judgement, "P2-03", "a1").result == "met"
    late = found(judgement, "P2-03", "a2")
    assert (late.result, late.value, late.reason, late.evidence) == ("met", 3, "迟 3 天", "self_checks:a2")
    never = found(judgement, "P2-03", "a3")
    assert (never.result, never.reason) == ("not_met", "没有自查")
    county = found(judgement, "P2-03", A)
    assert (county.result, county.numerator, county.denominator, county.evidence) == (
        "not_met",
        2,
        3,
        "units:a3",
    )


def test_self_check_form_without_a_readable_date_decides_nothing() -> None:
    judgement = judged(units=TWO, self_checks=[self_check("a1"), self_check("a2", None)])
    assert found(judgement, "P2-03", "a2").result == "not_assessable"
    assert found(judgement, "P2-03", A).result == "not_assessable"


def test_unit_added_later_has_ten_days() -> None:
    new = [unit("a1"), unit("a2", entry_date="2014-03-25")]
    pending = judged(units=new, self_checks=[self_check("a1")])
    assert found(pending, "P2-03", "a2").result == "not_due"
    assert (found(pending, "P2-03", A).result, found(pending, "P2-03", A).denominator) == ("met", 1)
    late = judged(units=[unit("a1", entry_date="2014-03-01")], self_checks=[self_check("a1", "2014-03-12")])
    assert found(late, "P2-03", "a1").value == 1


def test_self_check_is_due_on_the_tenth_of_march() -> None:
    assert found(judged("2014-03-09", units=TWO, self_checks=[]), "P2-03", "a1").result == "not_due"
    assert found(judged("2014-03-09", units=TWO, self_checks=[]), "P2-03", A).result == "not_due"
    assert found(judged("2014-03-10", units=TWO, self_checks=[]), "P2-03", A).result == "not_met"


def test_self_check_of_a_county_whose_file_was_refused_is_open() -> None:
    judgement = judged(units=TWO, self_checks=[], files=[refused("self_checks", A)])
    assert found(judgement, "P2-03", "a1").result == "not_assessable"
    assert found(judgement, "P2-03", A).result == "not_assessable"
