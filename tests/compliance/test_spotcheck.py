"""Rules on the city's spot-check: R-05 and R-05b."""

from __future__ import annotations

import pytest

from tests.compliance.tables import CITY, OTHER, OWN, A, B, check, found, judged, quarantined, refused, unit


def _quota(passed: int, checked: int) -> tuple[str, int, int, int]:
    ids = [f"u{place:03d}" for place in range(passed)]
    case = judged(
        units=[unit(name) for name in ids],
        county_checks=[check(name) for name in ids],
        city_checks=[check(name, "2014-03-12") for name in ids[:checked]],
    )
    row = found(case, "R-05", CITY)
    return row.result, row.numerator, row.denominator, row.missing


@pytest.mark.parametrize(
    ("passed", "checked", "result", "missing"),
    [(401, 80, "not_met", 1), (405, 81, "met", 0), (5, 1, "met", 0), (6, 1, "not_met", 1)],
)
def test_quota_is_a_test_on_whole_numbers(passed: int, checked: int, result: str, missing: int) -> None:
    assert _quota(passed, checked) == (result, checked, passed, missing)


def test_city_whose_counties_passed_nobody_has_no_quota() -> None:
    case = judged(units=[unit("a1")], county_checks=[check("a1", conclusion="不合格")], city_checks=[])
    row = found(case, "R-05", CITY)
    assert (row.result, row.reason) == ("not_applicable", "县级没有检查合格的单位")


@pytest.mark.parametrize(
    ("checked", "revoked_on"), [("2014-03-12", "2014-03-14"), ("2014-03-05", "2014-03-08")]
)
def test_pass_revoked_after_the_citys_check_changes_nothing(checked: str, revoked_on: str) -> None:
    units = [unit(f"a{place}") for place in range(1, 6)]
    checks = [check(row["unit_id"]) for row in units]
    revoked = check("a1", revoked_on, conclusion="不合格")
    city = [check("a1", checked, conclusion="不合格")]
    for county in (checks, [*checks, revoked]):
        row = found(judged(units=units, county_checks=county, city_checks=city), "R-05", CITY)
        assert (row.result, row.numerator, row.denominator) == ("met", 1, 5)


def test_pass_after_the_last_cutoff_is_not_in_the_frame() -> None:
    case = judged(
        units=[unit("a1"), unit("a2")],
        county_checks=[check("a1"), check("a2", "2014-03-25")],
        city_checks=[check("a1", "2014-03-25")],
    )
    assert found(case, "R-05", CITY).denominator == 1


def test_checks_before_the_pass_or_of_failed_or_unknown_units_never_count() -> None:
    case = judged(
        units=[unit(name) for name in ("a1", "a2", "a3", "a4")],
        county_checks=[
            check("a1", "2014-03-05"),
            check("a2", conclusion="不合格"),
            check("a3", "2014-03-05"),
        ],
        city_checks=[
            check("a1", "2014-03-04", check_id="early"),
            check("a2", "2014-03-06", check_id="failed"),
            check("a3", "2014-03-05", check_id="same day"),
            check("a4", "2014-03-06", check_id="never checked"),
            check("zz", "2014-03-06", check_id="not in the roster"),
            check("a3", None, check_id="no date"),
        ],
    )
    assert found(case, "R-05", CITY).numerator == 1
    results = {row.subject: row.result for row in case.rows("R-05b").itertuples()}
    assert results == {
        "early": "not_met",
        "failed": "not_met",
        "same day": "met",
        "never checked": "not_met",
        "not in the roster": "not_met",
        "no date": "not_assessable",
    }
    assert found(case, "R-05b", "early").reason == "抽检当日县级结论不是合格"


@pytest.mark.parametrize("lacking", ["conclusion", "inspectors"])
def test_incomplete_city_check_of_a_passed_unit_leaves_the_quota_open(lacking: str) -> None:
    case = judged(
        units=[unit("a1")],
        county_checks=[check("a1")],
        city_checks=[check("a1", "2014-03-12") | {lacking: None}],
    )
    assert found(case, "R-05", CITY).result == "not_assessable"


def test_quota_met_stays_met_though_another_record_is_incomplete() -> None:
    units = [unit("a1"), unit("a2")]
    case = judged(
        units=units,
        county_checks=[check("a1"), check("a2")],
        city_checks=[check("a1", "2014-03-12"), check("a2", "2014-03-12", conclusion=None)],
    )
    assert found(case, "R-05", CITY).result == "met"


def test_quota_needs_every_countys_file() -> None:
    units = [unit("a1"), unit("b1", B)]
    case = judged(
        units=units, county_checks=[check("a1")], city_checks=[], files=[refused("county_checks", B)]
    )
    assert found(case, "R-05", CITY).result == "not_assessable"
    assert found(judged(units=units, county_checks=[check("a1")]), "R-05", CITY).result == "not_assessable"


def test_unidentified_county_check_may_be_a_pass() -> None:
    case = judged(
        units=[unit("a1")],
        county_checks=[check("a1")],
        city_checks=[check("a1", "2014-03-12")],
        quarantine=[quarantined("county_checks")],
    )
    assert found(case, "R-05", CITY).result == "not_assessable"


def test_quota_is_not_due_while_the_frame_still_grows() -> None:
    case = judged(
        "2014-03-20",
        units=[unit("a1")],
        county_checks=[check("a1")],
        city_checks=[check("a1", "2014-03-12")],
    )
    row = found(case, "R-05", CITY)
    assert (row.result, row.reason) == ("not_due", "抽检范围尚未截止")


def test_county_that_is_its_own_city_has_its_own_quota() -> None:
    case = judged(units=[unit("o1", OWN)], county_checks=[check("o1")], city_checks=[])
    assert found(case, "R-05", OWN).result == "not_met"
    assert found(case, "R-05", OTHER).result == "not_assessable"
    assert set(case.rows("R-05")["level"]) == {"city"}


def test_record_rule_without_its_tables_says_so_once() -> None:
    case = judged(units=[unit("a1")], county_checks=[check("a1")])
    (row,) = case.rows("R-05b").itertuples()
    assert (row.level, row.result, row.reason) == ("province", "not_assessable", "没有可用的市级抽检记录")


def test_county_file_unread_leaves_the_citys_checks_there_open() -> None:
    case = judged(
        units=[unit("a1")],
        county_checks=[],
        city_checks=[check("a1", "2014-03-12", check_id="S")],
        files=[refused("county_checks", A)],
    )
    assert found(case, "R-05b", "S").result == "not_assessable"
