"""Rules on the ledger: G-01, F6-04, W2-04, P2-04, P2-05, and one hazard found by several levels."""

from __future__ import annotations

import pytest

from tests.compliance.tables import (
    A,
    Case,
    closed,
    found,
    hazard,
    judged,
    listing,
    quarantined,
    refused,
    unit,
)

UNITS = [unit("a1"), unit("a2")]


def old(**cells: object) -> dict[str, object]:
    return {
        "hazard_id": "Y13",
        "unit_id": "a1",
        "category": "消防",
        "place": "门厅",
        "found_date": "2013-07-01",
    } | cells


DONE_2013 = {"closed_date": "2013-09-01", "recheck_result": "合格"}


@pytest.mark.parametrize(
    ("row", "now", "as_of", "result"),
    [
        (old(), hazard("h1", link_id="Y13"), "2014-03-31", "met"),
        (old(), hazard("Y13", category="消防", place="门厅"), "2014-03-31", "met"),
        (old(), hazard("h1"), "2014-03-31", "not_met"),
        (old(), hazard("h1", "a2", link_id="Y13"), "2014-03-31", "not_met"),
        (old(), hazard("h1"), "2014-03-30", "not_due"),
        (old(**DONE_2013), hazard("h1"), "2014-03-31", "met"),
        (old(closed_date="2013-09-01", recheck_result="不合格"), hazard("h1"), "2014-03-31", "not_met"),
        (old(**DONE_2013), hazard("h1", category="消防", place="门厅"), "2014-03-31", "not_assessable"),
        (old(**DONE_2013), hazard("h1", category="消防", place="楼梯"), "2014-03-31", "met"),
    ],
    ids=[
        "linked",
        "same number",
        "gone",
        "other unit",
        "early",
        "closed",
        "failed",
        "found again",
        "elsewhere",
    ],
)
def test_open_hazards_of_2013_are_carried_over(row, now, as_of: str, result: str) -> None:  # type: ignore[no-untyped-def]
    case = judged(as_of, units=UNITS, hazards_2013=[row], hazards=[now])
    assert found(case, "G-01", "Y13").result == result


def test_without_a_ledger_of_2013_nobody_can_say_and_an_unread_one_of_2014_is_no_proof() -> None:
    assert judged(units=UNITS, hazards=[]).rows("G-01")["result"].tolist() == ["not_assessable"]
    case = judged(units=UNITS, hazards_2013=[old()], hazards=[], files=[refused("hazards", A)])
    assert found(case, "G-01", "Y13").result == "not_assessable"


def on_platform(hazard_id: str = "h1", day: str | None = "2014-02-27") -> dict[str, object]:
    return {"hazard_id": hazard_id, "platform_date": day}


@pytest.mark.parametrize(
    ("row", "platform", "result"),
    [
        (hazard("h1"), on_platform(), "met"),
        (hazard("h1"), on_platform(day="2014-02-28"), "not_met"),
        (hazard("h1"), on_platform("other"), "not_met"),
        (hazard("h1", found_date="2014-03-25"), on_platform("other"), "not_due"),
        (hazard("h1", found_date="2014-03-24"), on_platform("other"), "not_met"),
        (hazard("h1"), on_platform(day=None), "not_assessable"),
        (hazard("h1", found_date=None), on_platform("other"), "not_assessable"),
        (hazard("h1", found_date="2013-07-01"), on_platform(day="2014-02-08"), "met"),
        (hazard("h1", found_date="2013-07-01"), on_platform(day="2014-02-09"), "not_met"),
    ],
    ids=[
        "day 7",
        "day 8",
        "not there",
        "day 6, not there",
        "day 7, not there",
        "no date",
        "not dated",
        "old",
        "old, late",
    ],
)
def test_hazards_reach_the_platform_within_a_week(row, platform, result: str) -> None:  # type: ignore[no-untyped-def]
    case = judged(units=UNITS, hazards=[row], platform=[platform])
    county = found(case, "F6-04", A)
    assert county.result == result
    one = found(case, "F6-04", "a1")
    assert one.result == ("not_applicable" if result == "not_due" else result)
    assert found(case, "F6-04", "a2").result == "not_applicable"


def test_platform_not_handed_in_or_not_read_is_no_proof() -> None:
    assert found(judged(units=UNITS, hazards=[hazard("h1")]), "F6-04", A).result == "not_assessable"
    lost = {"units": UNITS, "hazards": [hazard("h1")], "platform": []}
    for hole in ({"files": [refused("platform", A)]}, {"quarantine": [quarantined("platform", None)]}):
        case = judged(**lost, **hole)
        assert found(case, "F6-04", A).result == "not_assessable"


@pytest.mark.parametrize(
    ("cells", "result", "reason"),
    [
        ({}, "met", None),
        ({"deadline": None} | closed("2014-02-20"), "met", None),
        ({"deadline": None} | closed("2014-02-21"), "not_met", "没有当日整改, 也没有整改期限"),
        ({"deadline": None}, "not_met", "没有当日整改, 也没有整改期限"),
        ({"deadline": "2014-02-19"}, "not_met", "整改期限早于检查日期"),
        ({"found_date": None}, "not_assessable", "整改期限、整改完成或检查日期不可读"),
    ],
)
def test_hazards_are_mended_at_once_or_given_a_limit(
    cells: dict[str, object], result: str, reason: str | None
) -> None:
    row = found(judged(units=UNITS, hazards=[hazard("h1", **cells)]), "W2-04", "h1")
    assert (row.result, row.reason, row.evidence) == (result, reason, "hazards:h1")


@pytest.mark.parametrize(
    ("cells", "as_of", "result"),
    [
        ({}, "2014-03-10", "met"),
        ({"measure": None}, "2014-03-10", "not_met"),
        ({"measure": None}, "2014-03-09", "not_due"),
        ({"measure": None} | closed("2014-03-10"), "2014-03-31", "met"),
        ({"measure": None} | closed("2014-03-11"), "2014-03-31", "not_met"),
        ({"measure": None, "source": "县检"}, "2014-03-31", "not_applicable"),
        ({"measure": None, "found_date": "2014-03-11"}, "2014-03-31", "not_applicable"),
        ({"measure": None, "source": None}, "2014-03-31", "not_assessable"),
    ],
)
def test_own_findings_are_mended_or_under_control_by_the_tenth_of_march(
    cells: dict[str, object], as_of: str, result: str
) -> None:
    case = judged(as_of, units=UNITS, hazards=[hazard("h1", **{"source": "自查"} | cells)])
    assert found(case, "P2-04", "a1").result == result
    assert found(case, "P2-04", "a2").result == "not_applicable"


@pytest.mark.parametrize(
    ("cells", "as_of", "result"),
    [
        ({}, "2014-03-31", "met"),
        ({"measure": None, "plan_doc": None}, "2014-03-31", "met"),
        ({"fund_planned": None, "fund_not_needed": True}, "2014-03-31", "met"),
        ({"fund_planned": 0}, "2014-03-31", "not_met"),
        ({"resp_person": None}, "2014-03-31", "not_met"),
        ({"deadline": None}, "2014-03-31", "not_met"),
        ({"deadline": None}, "2014-03-09", "not_due"),
        ({"deadline": None, "source": None}, "2014-03-31", "not_assessable"),
    ],
)
def test_own_findings_left_open_have_four_fields(cells: dict[str, object], as_of: str, result: str) -> None:
    case = judged(as_of, units=UNITS, hazards=[hazard("h1", **{"source": "自查"} | cells)])
    assert found(case, "P2-05", "h1").result == result


def test_what_others_found_or_what_is_closed_owes_no_four_fields() -> None:
    rows = [
        hazard("h1", source="县检", deadline=None),
        hazard("h2", source="自查", deadline=None, **closed()),
    ]
    assert judged(units=UNITS, hazards=rows).rows("P2-05").empty


@pytest.mark.parametrize("rule", ["W2-04", "P2-04", "P2-05", "F6-04"])
def test_without_a_ledger_nobody_can_say(rule: str) -> None:
    assert set(judged(units=UNITS).rows(rule)["result"]) == {"not_assessable"}


SAME = {"category": "消防", "place": "门厅", "description": "灭火器过期"}


def counted(case: Case) -> list[tuple[str, str, bool]]:
    rows = case.facts.hazards
    return list(zip(rows["hazard_id"], rows["findings"], rows["closed"], strict=True))


def test_hazard_found_by_two_levels_is_one_and_stands_as_its_worse_finding() -> None:
    case = judged(
        units=UNITS,
        hazards=[
            hazard("h1", source="自查", **SAME, **closed("2014-03-20")),
            hazard("h2", source="县检", found_date="2014-03-05", **SAME | {"place": "门 厅"}),
        ],
        platform=[on_platform("h1")],
    )
    assert counted(case) == [("h2", "h1;h2", False)]
    assert case.facts.hazards["found_date"].dt.strftime("%m-%d").tolist() == ["02-20"]
    assert found(case, "F6-02", A).denominator == 1
    assert found(case, "F6-04", A).result == "met"
    assert found(case, "P2-05", "h2").result == "met"


def test_link_to_last_year_is_that_of_any_finding() -> None:
    first = hazard("h1", source="2013遗留", link_id="Y13", **SAME, **closed("2014-03-20"))
    case = judged(units=UNITS, hazards=[first, hazard("h2", source="县检", **SAME)], hazards_2013=[old()])
    assert found(case, "G-01", "Y13").result == "met"


@pytest.mark.parametrize(
    "cells",
    [
        {"source": "自查"},
        {"place": "楼梯"},
        {"unit_id": "a2"},
        {"found_date": "2014-03-21"},
        {"description": None},
    ],
    ids=["same level", "another place", "another unit", "after it was closed", "not described"],
)
def test_hazards_that_may_be_two_stay_two(cells: dict[str, object]) -> None:
    first = hazard("h1", source="自查", **SAME, **closed("2014-03-20"))
    second = hazard("h2", **{"source": "县检", "found_date": "2014-03-05"} | SAME | cells)
    assert len(counted(judged(units=UNITS, hazards=[first, second]))) == 2


def test_clerks_word_joins_two_numbers_and_a_major_finding_makes_it_major() -> None:
    rows = [hazard("h1"), hazard("h2", same_as="h1", grade="重大"), hazard("h3", same_as="gone")]
    case = judged(units=UNITS, hazards=rows, listings=[listing("h2")])
    assert [findings for _, findings, _ in counted(case)] == ["h1;h2", "h3"]
    assert found(case, "F3-02", A).result == "met"
    assert case.rows("W2-06")["subject"].tolist() == ["h1"]
