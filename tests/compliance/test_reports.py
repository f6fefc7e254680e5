"""Rules on the weekly reports: REP-02, REP-03."""

from __future__ import annotations

import pytest

from tests.compliance.tables import CITY, OTHER, PROVINCE, found, judged, quarantined

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
    assert (row.result, row.numerator, row.reason) == ("not_met", 7, "02-07")
    assert row.evidence == f"weekly:{BODY}/2014-02-07"
    assert found(case, "REP-03", BODY).result == "met"


def test_report_on_the_next_friday_is_missing_and_the_earliest_receipt_counts() -> None:
    rest = [report(friday) for friday in FRIDAYS[2:]]
    twice = [report("02-07", "2014-02-10 09:00:00"), report("02-07", "2014-02-07 09:00:00")]
    case = judged(**OWED, weekly=[*rest, *twice, report("02-14", "2014-02-21 00:00:00")])
    assert found(case, "REP-02", BODY).reason == "02-14"
    assert found(case, "REP-03", BODY).reason == "02-14"


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
        "02-07; 周报表中有 1 行无法识别, 可能是所缺的周报",
    )
    case = judged("2014-02-14", **OWED, weekly=[], quarantine=[quarantined("weekly", area)])
    assert found(case, "REP-02", BODY).result == "not_met"


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
