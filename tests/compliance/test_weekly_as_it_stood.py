"""A Friday report is held against what stood on its Thursday, not against what stands today."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.compliance.rules.reports import published_faults
from tests.compliance.tables import BOOK, CITY, A, closed, found, hazard, judged, self_check, unit

BODY = "甲市卫生局"
REPORTERS = [{"area": CITY, "body": BODY, "contact": "王五", "phone": "0431-88901234"}]
DAY = pd.Timedelta(days=1)


def report(week: str = "2014-03-14", at: str | None = "10:00", **cells: object) -> dict[str, object]:
    return {"area": CITY, "body": BODY, "week": week, "received_at": at and f"{week} {at}"} | cells


def on_time(weekly: list[dict[str, object]], rule: str = "REP-03") -> object:
    return found(judged(units=[unit("a1")], reporters=REPORTERS, weekly=weekly), rule, f"{CITY}:{BODY}")


def tied(cells: dict[str, object], rule: str = "REP-05", **tables: object) -> str:
    plain = {"units": [unit("a1")], "hazards": [], "reporters": REPORTERS, "weekly": [report(**cells)]}
    case = judged(**(plain | tables))
    return found(case, rule, f"{CITY}:{BODY}").result


def test_reports_of_no_due_friday_leave_the_weeks_open() -> None:
    row = on_time([report(str((day - DAY).date())) for day in BOOK.fridays])
    assert row.result == "not_assessable"
    assert "行的周次不是应报的周五, 或填报单位不在报送名单" in row.reason
    assert on_time([report(str((day - DAY).date())) for day in BOOK.fridays[:2]]).result == "not_met"


def test_body_under_another_spelling_is_that_body_and_an_unknown_one_may_be() -> None:
    days = [str(day.date()) for day in BOOK.fridays]
    assert on_time([report(day, body="甲市 卫生局") for day in days]).result == "met"
    assert on_time([report(day, body="甲市卫计委") for day in days]).result == "not_assessable"


def test_undated_receipt_leaves_the_week_open_even_beside_a_late_one() -> None:
    days = [str(day.date()) for day in BOOK.fridays]
    rows = [report(day) for day in days[:-1]]
    late = report(days[-1], "15:00")
    assert on_time([*rows, late], "REP-02").result == "not_met"
    assert on_time([*rows, late, report(days[-1], None)], "REP-02").result == "not_assessable"


def test_unit_closed_later_was_due_and_had_checked_itself() -> None:
    gone = unit("a2", status="停业", status_date="2014-03-20", status_evidence="照片")
    tables = {"units": [unit("a1"), gone], "self_checks": [self_check("a2", "2014-02-20")]}
    assert tied({"units_due": 2, "self_checked": 1}, **tables) == "met"
    assert tied({"units_due": 1}, **tables) == "not_met"
    assert tied({"week": "2014-03-28", "units_due": 1, "self_checked": 0}, **tables) == "met"


def test_hazard_counts_under_the_grade_of_the_day() -> None:
    said = {"regraded_date": "2014-03-20", "regrade_reason": "评估", "regrade_approver": "王五"}
    up = [hazard("h1", grade="重大", first_grade="一般", **said, **closed("2014-03-10"))]
    before = {"general_found": 1, "general_closed": 1, "major_found": 0, "major_closed": 0}
    after = {"general_found": 0, "general_closed": 0, "major_found": 1, "major_closed": 1}
    assert tied(before, hazards=up) == "met"
    assert tied(after, hazards=up) == "not_met"
    assert tied({"week": "2014-03-28"} | after, hazards=up) == "met"


def test_hazard_opened_again_or_of_no_grade_may_have_counted() -> None:
    again = [hazard("h1", reopened_date="2014-03-20", **closed("2014-03-28"))]
    assert tied({"general_closed": 1}, hazards=again) == "met"
    assert tied({"general_closed": 2}, hazards=again) == "not_met"
    ungraded = [hazard("h1", grade=None)]
    for number in (0, 1):
        assert tied({"general_found": number}, hazards=ungraded) == "met"
    assert tied({"general_found": 2}, hazards=ungraded) == "not_met"


@pytest.mark.parametrize(("printed", "result"), [(12350000, "met"), (12300000, "met"), (12400000, "not_met"),
                                                 (12345700, "not_met"), (12345600, "met")])  # fmt: skip
def test_funds_tie_within_half_of_the_last_digit_printed(printed: int, result: str) -> None:
    assert tied({"fund_total": printed}, hazards=[hazard("h1", fund_planned=12345600)]) == result


def test_pass_revoked_after_the_citys_check_is_no_contradiction() -> None:
    figures = {"inspected": 5, "units_due": 5, "spot_done": 5}
    for first, result in ((5, "met"), (4, "not_met")):
        weekly = [report(passed=first, **figures), report("2014-03-21", passed=4, **figures)]
        case = judged(units=[unit("a1")], reporters=REPORTERS, weekly=weekly)
        assert found(case, "REP-04", f"{CITY}:{BODY}").result == result


def test_rate_under_a_header_in_per_cent_may_be_half_a_per_cent() -> None:
    for rate, result in (("0.5", "met"), ("0.5%", "met"), ("50%", "not_met"), ("0.6", "not_met")):
        assert tied({"units_due": 200, "inspected": 1, "coverage_rate": rate}, "REP-04") == result, rate


def test_printed_parts_are_read_as_numbers_of_things() -> None:
    """1,200 is a value that arrives and means 1200 (domain 4.1); the wide comma parts what Chinese text lists."""
    cases = {
        ("消防1,200、用电300", 1500): [],
        ("2013年遗留11、消防31", 42): [],
        ("F1消防7、设施11", 18): [],
        ("消防31,用电200", 231): [],
        ("消防31(占12.5%)、用电1", 32): [],
        ("31，200", 231): [],
        ("１，２００、３００", 1500): [],
        ("1,2000", 2001): [],
        ("1,200", 201): ["分项之和 1200 不等于合计 201"],
        ("消防1,200、用电300", 1501): ["分项之和 1500 不等于合计 1501"],
    }
    for (parts, whole), faults in cases.items():
        row = pd.Series({"part": None, "whole": whole, "rate": None, "parts": parts, "carried": pd.NA})
        assert published_faults(row) == faults, parts


def test_same_row_in_two_files_is_one_visit_and_one_case() -> None:
    visit = {"visit_id": "v1", "area": A, "county": A, "unit_id": "a1", "date": "2014-03-01", "notified": False,
             "arrival": "09:00"}  # fmt: skip
    case = judged(units=[unit("a1")], unannounced=[visit, visit])
    assert (found(case, "R-07", A).result, found(case, "R-07", A).value) == ("met", 1)
    act = {"act_id": "x", "unit_id": "a1", "found_date": "2014-03-01", "handled_type": "罚款", "published": True,
           "handled_date": "2014-03-25"}  # fmt: skip
    assert found(judged(units=[unit("a1")], illegal_acts=[act, act]), "W2-02", A).denominator == 1
    early = judged("2014-03-10", units=[unit("a1")], illegal_acts=[act])
    assert found(early, "W2-02", A).denominator == 0
