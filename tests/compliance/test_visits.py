"""Rules on visits: R-05c, R-06, R-07, W2-03, W2-09, P3-01."""

from __future__ import annotations

import pandas as pd
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
    closed,
    found,
    hazard,
    judged,
    listing,
    refused,
    unit,
)

UNITS = {"units": [unit("a1"), unit("b1", B)]}


def secret(date: str | None = "2014-03-01", area: str = A, **cells: object) -> dict[str, object]:
    told = {"arrival": "09:30", "notified": False}
    return {"visit_id": f"{area}-{date}", "area": area, "county": A, "date": date} | told | cells


@pytest.mark.parametrize(
    ("as_of", "visits", "result", "reason"),
    [
        ("2014-03-31", [secret()], "met", None),
        ("2014-03-31", [secret(), secret("2014-03-02")], "met", None),
        ("2014-03-31", [secret(), secret(visit_id="2")], "not_met", "各次暗访都在同一天"),
        ("2014-03-31", [secret("2014-01-31")], "not_met", "没有暗访"),
        ("2014-03-31", [secret(notified=True)], "not_met", "没有暗访; 另有 1 次事先通知或有人陪同, 不计"),
        ("2014-03-31", [secret(companion="院长")], "not_met", "没有暗访; 另有 1 次事先通知或有人陪同, 不计"),
        ("2014-03-31", [secret(companion="无")], "met", None),
        ("2014-03-31", [secret(notified=None)], "not_assessable", "没有暗访"),
        ("2014-03-31", [secret(arrival=None)], "not_assessable", "没有暗访"),
        ("2014-03-31", [secret(None)], "not_assessable", "没有暗访"),
        ("2014-03-10", [], "not_due", "未到期, 目前没有暗访"),
    ],
)
def test_unannounced_means_no_notice_an_hour_and_no_companion(as_of, visits, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(as_of, unannounced=visits, **UNITS), "R-07", A)
    assert (row.result, row.reason) == (result, reason)


def test_a_countys_visit_is_none_of_its_city() -> None:
    assert found(judged(unannounced=[secret()], **UNITS), "R-07", CITY).result == "not_met"
    assert found(judged(unannounced=[secret(area=CITY)], **UNITS), "R-07", CITY).result == "met"


@pytest.mark.parametrize(
    ("date", "result"),
    [("2014-02-06", "met"), ("2014-02-08", "not_met"), ("2014-03-09", "met"), ("2014-03-10", "not_met")],
)
def test_eighth_of_february_is_a_workday(date: str, result: str) -> None:
    row = found(judged(county_checks=[check("a1", date)], **UNITS), "W2-03", A)
    assert (row.result, row.denominator, row.missing) == (result, 1, None)


def test_days_off_count_unannounced_visits_and_leave_open_what_has_no_date() -> None:
    case = judged(county_checks=[check("a1")], unannounced=[secret("2014-03-02")], **UNITS)
    row = found(case, "W2-03", A)
    assert (row.result, row.numerator, row.denominator) == ("met", 1, 2)
    assert found(judged(county_checks=[check("a1", None)], **UNITS), "W2-03", A).result == "not_assessable"
    assert found(judged("2014-03-01", county_checks=[], **UNITS), "W2-03", A).result == "not_due"
    assert len(case.facts.book.off_days.intersection(pd.date_range("2014-02-01", "2014-03-31"))) == 21


@pytest.mark.parametrize(
    ("as_of", "dates", "result", "reason"),
    [
        ("2014-03-31", ("2014-03-10", "2014-03-31"), "met", None),
        ("2014-03-31", ("2014-03-09", "2014-03-12"), "not_met", "没有到过: 甲市"),
        ("2014-03-31", (None, "2014-03-12"), "not_assessable", "没有到过: 甲市"),
        ("2014-03-20", (None, None), "not_due", "未到期, 目前没有到过: 甲市、乙市"),
    ],
)
def test_province_goes_to_every_city_in_the_last_phase(as_of, dates, result, reason) -> None:  # type: ignore[no-untyped-def]
    checks = [check(name, date) for name, date in zip(("a1", "c1"), dates, strict=True)] + [
        check("o1", "2014-03-12")
    ]
    case = judged(as_of, province_checks=checks, units=[unit("a1"), unit("c1", C), unit("o1", OWN)])
    row = found(case, "P3-01", PROVINCE)
    assert (row.result, row.reason) == (result, reason)


def test_visit_on_which_nobody_was_inspected_for_a_written_reason_is_none_and_no_doubt() -> None:
    units = {"units": [unit("a1"), unit("c1", C), unit("o1", OWN)]}
    seen = [check("c1", "2014-03-12"), check("o1", "2014-03-12")]
    snow = check("a1", "2014-03-12", conclusion=None, outcome="天气原因")
    row = found(judged(province_checks=[snow, *seen], **units), "P3-01", PROVINCE)
    assert (row.result, row.numerator, row.denominator) == ("not_met", 2, 3)
    blank = check("a1", "2014-03-12", conclusion=None)
    assert (
        found(judged(province_checks=[blank, *seen], **units), "P3-01", PROVINCE).result == "not_assessable"
    )


@pytest.mark.parametrize(
    ("as_of", "spot", "result", "counts"),
    [
        ("2014-03-31", ["a1"], "met", (1, 2)),
        ("2014-03-31", [], "not_met", (0, 2)),
        ("2014-03-20", [], "not_due", (0, 2)),
    ],
)
def test_each_county_with_passes_is_sampled(as_of, spot, result, counts) -> None:  # type: ignore[no-untyped-def]
    case = judged(
        as_of,
        units=[unit("a1"), unit("a2"), unit("b1", B)],
        county_checks=[check("a1"), check("a2")],
        city_checks=[check(name, "2014-03-12") for name in spot],
    )
    row = found(case, "R-05c", A)
    assert (row.result, (row.numerator, row.denominator)) == (result, counts)
    assert found(case, "R-05c", B).result == "not_applicable"


def test_county_without_a_readable_file_is_left_open_by_the_diagnostic() -> None:
    case = judged(county_checks=[check("a1")], city_checks=[], files=[refused("city_checks", CITY)], **UNITS)
    assert found(case, "R-05c", A).result == "not_assessable"


@pytest.mark.parametrize(
    ("major", "listed", "result", "reason"),
    [
        ({}, "2014-02-27", "met", "挂牌最长用 7 天"),
        ({}, "2014-02-28", "not_met", "还差 1 项; 挂牌最长用 8 天"),
        ({}, None, "not_met", "还差 1 项"),
        ({"found_date": "2014-03-30"}, None, "not_due", "均未到期"),
        ({"found_date": None}, None, "not_assessable", "1 项的记录不全, 无法判定"),
        (closed("2014-02-22"), None, "not_applicable", "没有须挂牌的重大隐患"),
    ],
)
def test_majors_are_listed_within_the_limit(major, listed, result, reason) -> None:  # type: ignore[no-untyped-def]
    listings = [listing("m1", listed_date=listed)] if listed else []
    hazards = [hazard("m1", grade="重大", **major)]
    row = found(judged(hazards=hazards, listings=listings, **UNITS), "R-06", A)
    assert (row.result, row.reason) == (result, reason)


def many(number: int, *, date: str = "2014-03-03", **cells: object) -> dict[str, object]:
    """So many units of county A, each checked once by the same two people, the first on Saturday 1 March."""
    names = [f"a{place:02d}" for place in range(number)]
    first = check(names[0], "2014-03-01", check_id=names[0], **cells)
    rest = [check(name, date, check_id=name, **cells) for name in names[1:]]
    return {"units": [unit(name) for name in names], "county_checks": [first, *rest]}


@pytest.mark.parametrize(
    ("given", "county", "team"),
    [
        (many(9), None, None),
        (many(12, hazards_general=1), None, None),
        (many(14, hazards_general=1), None, "3月3日 查 13 家"),
        (many(12), "全县零隐患", None),
        (many(12, date="2014-03-02", hazards_general=1), "全部检查都在休息日、节假日", None),
        (
            many(12, date="2014-03-01", hazards_general=1),
            "全部检查都记在同一天(3月1日)、全部检查都在休息日、节假日",
            None,
        ),
        (many(9, date="2014-03-01", hazards_general=1), None, None),
        (many(5, start="09:00", end="10:00"), None, "3月3日 各次起止时刻相同"),
        (many(4, start="09:00", end="10:00"), None, None),
    ],
)
def test_signals_of_haste_name_county_and_team(given, county, team) -> None:  # type: ignore[no-untyped-def]
    case = judged(hazards=[], **given)
    row = found(case, "W2-09", A, "county")
    assert (row.result, row.reason) == ("not_met" if county else "met", county)
    row = found(case, "W2-09", f"{A}:张三、李四", "team")
    assert (row.result, row.reason) == ("not_met" if team else "met", team)


def test_hazards_in_the_very_same_words_are_a_signal_and_an_unread_ledger_is_none() -> None:
    given = many(12)
    words = {"description": "线路老化", "place": "门诊"}
    hazards = [hazard(f"h{place}", f"a{place:02d}", **words) for place in range(8)]
    row = found(judged(hazards=hazards, **given), "W2-09", A, "county")
    assert row.reason == "8 家单位的隐患文字完全相同"
    assert found(judged(hazards=hazards[:7], **given), "W2-09", A, "county").result == "met"
    unread = judged(files=[refused("hazards", A)], hazards=[hazard("x", "zz", county=C)], **given)
    assert found(unread, "W2-09", A, "county").result == "not_assessable"


@pytest.mark.parametrize("rule", ["R-05c", "R-06", "R-07", "W2-03", "W2-09", "P3-01"])
def test_without_the_tables_nobody_can_say(rule: str) -> None:
    rows = judged(**UNITS).rows(rule)
    assert set(rows["result"]) == {"not_assessable"}


def test_other_city_is_judged_by_its_own() -> None:
    case = judged(unannounced=[secret()], units=[unit("a1"), unit("c1", C)])
    assert found(case, "R-07", OTHER).result == "not_met"
