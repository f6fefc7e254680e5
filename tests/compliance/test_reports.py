"""Rules on the weekly reports: REP-02, REP-03, REP-04, REP-05."""

from __future__ import annotations

import pytest

from tests.compliance.tables import (
    CITY,
    OTHER,
    PROVINCE,
    A,
    B,
    C,
    check,
    closed,
    found,
    hazard,
    judged,
    quarantined,
    refused,
    unit,
)

FRIDAYS = ["02-07", "02-14", "02-21", "02-28", "03-07", "03-14", "03-21", "03-28"]
BODY = f"{CITY}:卫生局"


def report(friday: str, at: str | None = None) -> dict[str, object]:
    return {
        "area": CITY,
        "body": "卫生局",
        "week": f"2014-{friday}",
        "received_at": at or f"2014-{friday} 10:00:00",
    }


OWED = {"reporters": [{"area": CITY, "body": "卫生局"}]}


def test_eight_reports_by_eleven_are_on_time() -> None:
    case = judged(**OWED, weekly=[report(friday, f"2014-{friday} 11:00:00") for friday in FRIDAYS])
    on_time, received = found(case, "REP-02", BODY), found(case, "REP-03", BODY)
    assert (on_time.result, on_time.numerator, on_time.denominator) == ("met", 8, 8)
    assert (received.result, received.denominator) == ("met", 7)


def test_one_second_late_is_late_but_not_missing() -> None:
    late = [report(friday) for friday in FRIDAYS[1:]] + [report("02-07", "2014-02-07 11:00:01")]
    case = judged(**OWED, weekly=late)
    row = found(case, "REP-02", BODY)
    assert (row.result, row.numerator, row.reason) == ("not_met", 7, "2月7日")
    assert row.evidence == f"weekly:{BODY}/2014-02-07"
    assert found(case, "REP-03", BODY).result == "met"


def test_report_on_the_next_friday_is_missing_and_the_earliest_receipt_counts() -> None:
    rest = [report(friday) for friday in FRIDAYS[2:]]
    twice = [report("02-07", "2014-02-10 09:00:00"), report("02-07", "2014-02-07 09:00:00")]
    case = judged(**OWED, weekly=[*rest, *twice, report("02-14", "2014-02-21 00:00:00")])
    assert found(case, "REP-02", BODY).reason == "2月14日"
    assert found(case, "REP-03", BODY).reason == "2月14日"


@pytest.mark.parametrize(
    ("as_of", "on_time", "received"),
    [
        ("2014-02-06", "not_due", "not_due"),
        ("2014-02-07", "not_met", "not_due"),
        ("2014-02-14", "not_met", "not_met"),
    ],
)
def test_a_week_is_judged_once_its_hour_has_come(as_of: str, on_time: str, received: str) -> None:
    case = judged(as_of, **OWED, weekly=[])
    assert found(case, "REP-02", BODY).result == on_time
    assert found(case, "REP-03", BODY).result == received


def test_report_without_a_readable_time_decides_nothing() -> None:
    case = judged("2014-02-14", **OWED, weekly=[report("02-07") | {"received_at": None}, report("02-14")])
    assert found(case, "REP-02", BODY).result == "not_assessable"


@pytest.mark.parametrize("area", [CITY, None, PROVINCE], ids=["its own", "nobody known", "province"])
def test_row_of_a_report_that_nobody_can_identify_may_be_the_missing_one(area: str | None) -> None:
    case = judged("2014-02-14", **OWED, weekly=[report("02-14")], quarantine=[quarantined("weekly", area)])
    row = found(case, "REP-03", BODY)
    assert (row.result, row.reason) == (
        "not_assessable",
        "2月7日; 周报表中有 1 行无法识别, 可能是所缺的周报",
    )
    case = judged("2014-02-14", **OWED, weekly=[], quarantine=[quarantined("weekly", area)])
    assert found(case, "REP-02", BODY).result == "not_met"


def test_closing_report_after_the_last_friday_is_no_missing_one() -> None:
    closing = report("03-28") | {"week": "2014-04-04", "received_at": "2014-04-04 10:00:00"}
    sent = [report(friday) for friday in FRIDAYS if friday != "03-07"]
    assert found(judged("2014-04-08", **OWED, weekly=[*sent, closing]), "REP-03", BODY).result == "not_met"


def test_lost_row_of_another_city_excuses_nothing() -> None:
    bodies = [*OWED["reporters"], {"area": OTHER, "body": "卫生局"}]
    case = judged(
        "2014-02-14", reporters=bodies, weekly=[report("02-14")], quarantine=[quarantined("weekly", OTHER)]
    )
    assert found(case, "REP-03", BODY).result == "not_met"


@pytest.mark.parametrize("tables", [{}, OWED, {"weekly": [report("02-07")]}])
def test_without_the_list_or_the_reports_nobody_can_say(tables: dict[str, object]) -> None:
    (row,) = judged(**tables).rows("REP-02").itertuples()
    assert (row.level, row.result) == ("province", "not_assessable")


@pytest.mark.parametrize("lost", [{"files": [refused("weekly", area)]} for area in (None, PROVINCE)])
@pytest.mark.parametrize("area", [CITY, "SZ0000"])
def test_report_in_a_file_that_was_not_read_is_not_said_to_be_missing(
    area: str, lost: dict[str, object]
) -> None:
    owed = {"reporters": [{"area": area, "body": "卫生局"}]}
    rows = [report(friday) | {"area": area} for friday in FRIDAYS[1:]]
    case = judged(**owed, weekly=rows, **lost)
    for rule in ("REP-02", "REP-03"):
        assert found(case, rule, f"{area}:卫生局").result == "not_assessable"
    late = judged(**owed, weekly=[*rows, report("02-07", "2014-02-15 09:00:00") | {"area": area}], **lost)
    assert found(late, "REP-02", f"{area}:卫生局").result == "not_met"


UNITS = {"units": [unit("a1"), unit("b1", B), unit("c1", C)]}
FIGURES = {"units_due": 20, "inspected": 5, "general_found": 10, "general_closed": 4, "major_found": 3,
           "major_closed": 1, "major_planned": 2}  # fmt: skip


def figures(friday: str = "02-28", **cells: object) -> dict[str, object]:
    return report(friday) | FIGURES | cells


@pytest.mark.parametrize(
    ("reports", "result", "reason"),
    [
        ([figures(), figures("03-07")], "met", None),
        ([figures(), figures("03-07", inspected=4)], "not_met", "3月7日 累计县检单位低于上次报送 (4; 5)"),
        ([figures(), figures("03-07", inspected=4, correction="重复计数, 已更正")], "met", None),
        ([figures(inspected=21)], "not_met", "2月28日 累计县检单位多于应检单位 (21; 20)"),
        ([figures(major_planned=1)], "not_met",
         "2月28日 重大隐患累计排查不等于销号与列入治理计划之和 (3; 2)"),
        ([figures(coverage_rate="25.0%")], "met", None),
        ([figures(coverage_rate="25.1%")], "not_met",
         "2月28日 累计县检单位/应检单位应为 25.0%, 覆盖率写作 25.1%"),
        ([figures(general_rate="0.4")], "met", None),
        ([report("02-28")], "not_applicable", "周报中没有可核对的数字"),
        ([], "not_assessable", "没有收到周报"),
    ],
)  # fmt: skip
def test_figures_of_a_report_tie(reports, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(**OWED, weekly=reports, **UNITS), "REP-04", BODY)
    assert (row.result, row.reason) == (result, reason)


def test_latest_receipt_of_a_week_speaks_for_its_figures() -> None:
    again = figures(inspected=21) | {"received_at": "2014-02-28 09:00:00"}
    assert found(judged(**OWED, weekly=[figures(), again], **UNITS), "REP-04", BODY).result == "met"


@pytest.mark.parametrize(
    ("counties", "result"),
    [
        ({A: 2, B: 3}, "met"),
        ({A: 2, B: 4}, "not_met"),
        ({A: 4}, "met"),
    ],
)
def test_citys_figure_is_the_sum_of_its_counties(counties: dict[str, int], result: str) -> None:
    parts = [{"county": county, "week": "2014-02-28", "inspected": n} for county, n in counties.items()]
    row = found(judged(**OWED, weekly=[figures()], weekly_counties=parts, **UNITS), "REP-04", BODY)
    assert row.result == result
    if result == "not_met":
        assert row.reason == "2月28日 累计县检单位不等于各县之和 (5; 6)"
        assert row.evidence == f"weekly:{BODY}/2014-02-28"


@pytest.mark.parametrize(
    ("figure", "result", "reason"),
    [
        # A province's figures of a year before, without its name
        ({"part": 137354, "whole": 141911, "rate": "97.28%"}, "not_met", "137354/141911 = 96.79%, 不是 97.28%"),
        ({"part": 137354, "whole": 141911, "rate": "96.8%"}, "met", None),
        ({"part": 72, "whole": 182, "rate": "39.56"}, "met", None),
        # A rate rounded up
        ({"part": 177, "whole": 179, "rate": "98.89%"}, "not_met", "177/179 = 98.88%, 不是 98.89%"),
        # A total that holds what was carried over
        ({"whole": 42, "parts": "7、11、4、6、3", "carried": 11}, "not_met",
         "合计 42 含以前查出的 11, 新查出的是 31, 应分列"),
        ({"whole": 42, "parts": "7、11、4、6、3"}, "not_met", "分项之和 31 不等于合计 42"),
        ({"whole": 220, "parts": "134、86"}, "met", None),
        ({"part": 5, "whole": 4}, "not_met", "分子 5 多于分母 4"),
        ({"rate": "97%"}, "not_assessable", "没有可核对的数字"),
    ],
)  # fmt: skip
def test_published_figures_follow_from_their_own_counts(figure, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(published=[{"figure_id": "1"} | figure], **UNITS), "REP-04", "1")
    assert (row.level, row.result, row.reason) == ("record", result, reason)


LEDGERS = {
    "county_checks": [check("a1", "2014-02-27"), check("b1", "2014-02-28")],
    "hazards": [hazard("h1", found_date="2014-02-27"), hazard("h2", "b1", **closed("2014-02-28"))],
}


@pytest.mark.parametrize(
    ("cells", "result", "reason"),
    [
        ({"inspected": 1, "general_found": 2, "general_closed": 0}, "met", None),
        ({"inspected": 2}, "not_met", "2月28日 累计县检单位与台账记录不同 (2; 1)"),
        ({"general_closed": 1}, "not_met", "2月28日 一般隐患累计整改与台账记录不同 (1; 0)"),
        ({"passed": None}, "not_applicable", "周报中没有可核对的数字"),
    ],
)
def test_report_is_held_against_the_ledgers_at_the_end_of_thursday(cells, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(**OWED, weekly=[report("02-28") | cells], **LEDGERS, **UNITS), "REP-05", BODY)
    assert (row.result, row.reason) == (result, reason)


def test_two_bodies_of_a_city_are_compared_together_and_an_unread_ledger_compares_nothing() -> None:
    other = f"{CITY}:计生委"
    owed = {"reporters": [{"area": CITY, "body": "卫生局"}, {"area": CITY, "body": "计生委"}]}
    both = [report("02-28") | {"inspected": n, "body": body} for body, n in (("卫生局", 1), ("计生委", 1))]
    case = judged(**owed, weekly=both, **LEDGERS, **UNITS)
    assert {found(case, "REP-05", one).reason for one in (BODY, other)} == {
        "2月28日 累计县检单位与台账记录不同 (2; 1)"
    }
    unread = judged(**OWED, weekly=both[:1], files=[refused("hazards", A)], hazards=[], **UNITS)
    assert found(unread, "REP-05", BODY).result == "not_assessable"
    (row,) = judged(**UNITS).rows("REP-05").itertuples()
    assert row.result == "not_assessable"
