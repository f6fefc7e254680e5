"""The Friday reports held against each other and against the dated rows of the other tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from audit_lib.compliance import check_reports, counts_at, follow_counts, forecast, judge
from audit_lib.compliance.weekly import find_copies, find_falls, find_parts, find_stale, latest_reports
from tests.compliance.tables import (
    CITY,
    OTHER,
    A,
    B,
    C,
    check,
    closed,
    hazard,
    intake,
    judged,
    listing,
    refused,
    run,
    self_check,
    table,
    unit,
)

BODY = "卫生局"


def report(friday: str, *, body: str = BODY, area: str = CITY, **figures: Any) -> dict[str, object]:
    at = figures.pop("received_at", f"2014-{friday} 10:00:00")
    return {"area": area, "body": body, "week": f"2014-{friday}", "received_at": at} | figures


def reports(*rows: dict[str, object]) -> pd.DataFrame:
    return latest_reports(table("weekly", rows))


def said(found: pd.DataFrame) -> list[tuple[Any, ...]]:
    rows = found.assign(week=found["week"].dt.strftime("%m-%d"))
    return list(rows[["week", "measure", "reported", "other"]].itertuples(index=False, name=None))


def test_cumulative_figure_below_the_last_one_given_is_found_over_a_week_without_it() -> None:
    rows = reports(report("03-07", inspected=50), report("03-14"), report("03-21", inspected=48))
    assert said(find_falls(rows)) == [("03-21", "inspected", 48, 50)]


def test_equal_figure_and_a_pass_taken_back_are_no_fall() -> None:
    rows = reports(report("03-07", inspected=50, passed=40), report("03-14", inspected=50, passed=38))
    assert find_falls(rows).empty


def test_the_report_received_last_speaks_for_its_week() -> None:
    corrected = report("03-14", inspected=51, received_at="2014-03-14 15:00:00")
    rows = reports(corrected, report("03-07", inspected=50), report("03-14", inspected=5))
    assert find_falls(rows).empty
    assert rows["times"].tolist() == [1, 2]


def test_part_above_its_whole_is_found_and_an_equal_one_is_not() -> None:
    rows = reports(report("03-14", units_due=10, inspected=10, self_checked=11, passed=None))
    assert said(find_parts(rows)) == [("03-14", "self_checked", 11, 10)]


def test_majors_are_those_closed_and_those_planned_together() -> None:
    rows = [
        report("03-07", major_found=182, major_closed=72, major_planned=110),
        report("03-14", major_found=182, major_closed=72, major_planned=109),
        report("03-21", major_found=182, major_closed=72),
    ]
    case = judged(reporters=[{"area": CITY, "body": BODY}], weekly=rows, units=[])
    found = check_reports(case.facts)
    assert said(found[found["check"] == "majors"]) == [("03-14", "major_found", 182, 181)]


@pytest.mark.parametrize(("last", "stale"), [(40, ["03-21"]), (41, [])])
def test_report_is_stale_when_nothing_moved_for_two_weeks(last: int, stale: list[str]) -> None:
    rows = reports(*[
        report(friday, units_due=100, inspected=done)
        for friday, done in (("03-07", 40), ("03-14", 40), ("03-21", last))
    ])  # fmt: skip
    assert [week for week, *_ in said(find_stale(rows, weeks=2))] == stale


def test_a_week_without_a_report_does_not_make_its_neighbours_stale() -> None:
    rows = reports(*[report(friday, units_due=100, inspected=40) for friday in ("02-28", "03-07", "03-21")])
    assert find_stale(rows, weeks=2).empty


def test_body_that_has_finished_may_repeat_itself() -> None:
    done = {"units_due": 9, "self_checked": 9, "inspected": 9, "general_found": 3, "general_closed": 3}
    rows = reports(*[report(friday, **done) for friday in ("03-14", "03-21", "03-28")])
    assert find_stale(rows, weeks=2).empty
    assert find_copies(rows, least=4).empty


FIGURES = {"units_due": 100, "self_checked": 60, "inspected": 40, "general_found": 30, "general_closed": 7}


def test_figures_of_another_body_are_a_copy_and_name_it() -> None:
    rows = reports(report("03-14", **FIGURES), report("03-14", area=OTHER, body="乙市卫生局", **FIGURES))
    (row,) = find_copies(rows, least=4).itertuples(index=False)
    assert (row.area, row.words) == (OTHER, "与 卫生局 3月14日 周报的各项数字完全相同")


def test_one_other_figure_or_few_figures_are_no_copy() -> None:
    other = FIGURES | {"general_closed": 8}
    rows = reports(report("03-14", **FIGURES), report("03-14", area=OTHER, body="乙", **other))
    assert find_copies(rows, least=4).empty
    few = {"units_due": 1, "inspected": 1, "self_checked": 0}
    rows = reports(report("03-14", **few), report("03-14", area=OTHER, body="乙", **few))
    assert find_copies(rows, least=4).empty


def world() -> dict[str, Any]:
    return {
        "units": [unit("a1"), unit("a2"), unit("b1", B), unit("c1", C, entry_date="2014-03-12")],
        "county_checks": [
            check("a1", "2014-03-03"),
            check("a1", "2014-03-17", conclusion="不合格"),
            check("a2", "2014-03-13"),
            check("b1", "2014-03-14"),
        ],
        "self_checks": [self_check("a1"), self_check("b1", "2014-03-20")],
        "hazards": [
            hazard("H1", **closed("2014-03-13")),
            hazard("H2", "b1", grade="重大", found_date="2014-03-01"),
        ],
        "listings": [listing("H2", "b1")],
        "city_checks": [check("a1", "2014-03-05")],
    }


def test_counts_of_a_thursday_take_its_whole_day_and_nothing_of_friday() -> None:
    facts = judged(**world()).facts
    day = pd.Timestamp("2014-03-13")
    counts = counts_at(follow_counts(facts), facts, [day]).loc[(CITY, day)]
    assert counts.to_dict() == {
        "units_due": 3, "self_checked": 1, "inspected": 2, "passed": 2, "spot_done": 1,
        "general_found": 1, "general_closed": 1, "major_found": 1, "major_closed": 0,
        "major_listed": 1, "fund_total": 200,
    }  # fmt: skip


def test_counts_at_the_day_judged_are_those_of_the_indicators() -> None:
    """Two ways to one figure: the sum of dated rows, and the rule's own count."""
    facts = judged(**world()).facts
    counts = counts_at(follow_counts(facts), facts, [facts.as_of]).reset_index("day", drop=True)
    shown = judge(intake(**world()), run(), {}).indicators.set_index(["indicator", "area"])
    for measure, indicator, side in (
        ("units_due", "coverage", "denominator"),
        ("inspected", "coverage", "numerator"),
        ("self_checked", "self_check", "numerator"),
        ("passed", "pass", "numerator"),
        ("spot_done", "spot_to_date", "numerator"),
        ("general_found", "rectified_general", "denominator"),
        ("general_closed", "rectified_general", "numerator"),
        ("major_found", "rectified_major", "denominator"),
    ):
        for area in (CITY, A, B):
            expected = shown.loc[(indicator, area), side]
            if measure == "spot_done" and area in {CITY, A}:
                expected = 1  # a1 lost its pass after the check: it counts on, though not in today's passes
            assert counts.loc[area, measure] == expected, (measure, area)


def test_report_is_held_against_the_ledger_of_thursday_night() -> None:
    rows = [report("03-14", units_due=3, inspected=3, passed=2)]
    case = judged(**world(), reporters=[{"area": CITY, "body": BODY}], weekly=rows)
    found = check_reports(case.facts)
    assert said(found[found["check"] == "ledger"]) == [("03-14", "inspected", 3, 2)]


def test_two_bodies_of_an_area_are_compared_together_and_only_when_both_gave_the_figure() -> None:
    bodies = [{"area": CITY, "body": body} for body in (BODY, "计生委")]
    rows = [
        report("03-14", units_due=2, inspected=2),
        report("03-14", body="计生委", units_due=1),
    ]
    case = judged(**world(), reporters=bodies, weekly=rows)
    assert check_reports(case.facts).empty


def test_area_whose_own_ledger_was_refused_is_not_compared() -> None:
    rows = [report("03-14", general_found=9, units_due=3)]
    case = judged(
        **world(), reporters=[{"area": CITY, "body": BODY}], weekly=rows, files=[refused("hazards", A)]
    )
    assert check_reports(case.facts).empty


def test_forecast_carries_on_two_paces_and_says_what_is_needed() -> None:
    units = [unit(f"a{n:02d}") for n in range(40)]
    # One unit a workday for ten workdays up to Friday 28 February, then two a day up to 6 March.
    days = [
        *pd.bdate_range("2014-02-17", "2014-02-28"),
        *pd.bdate_range("2014-03-03", "2014-03-06").repeat(2),
    ]
    checks = [check(f"a{n:02d}", day.strftime("%Y-%m-%d")) for n, day in enumerate(days)]
    facts = judged("2014-03-06", units=units, county_checks=checks).facts
    rows = forecast(facts, day=pd.Timestamp("2014-03-06"))
    rows = rows[rows["area"] == CITY].set_index("measure")
    row = rows.loc["inspected"]
    # 17 workdays are left (7 to 31 March); the last five saw 1 + 2*4 = 9, the last fifteen 18.
    assert (row["done"], row["due"], row["left"]) == (18, 40, 17)
    assert (row["slow"], row["fast"]) == (18 / 15, 9 / 5)
    assert (row["least"], row["most"], row["needed"]) == (18 + 20, 40, 2)
    spot = rows.loc["spot_done"]
    assert (spot["done"], spot["due"], spot["due_most"], spot["most"]) == (0, 4, 8, 0)


def test_forecast_on_the_last_day_has_no_pace_left_to_ask_for() -> None:
    facts = judged(units=[unit("a1")], county_checks=[]).facts
    row = forecast(facts, day=facts.as_of).set_index(["area", "measure"]).loc[(CITY, "inspected")]
    assert (row["left"], row["least"], row["most"]) == (0, 0, 0)
    assert pd.isna(row["needed"])


def test_city_without_a_readable_roster_has_no_forecast() -> None:
    facts = judged(units=[unit("a1")], county_checks=[], files=[refused("county_checks", A)]).facts
    assert CITY not in set(forecast(facts, day=facts.as_of)["area"])
