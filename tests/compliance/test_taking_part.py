"""Rules on everybody taking part: W1-01 plans of bodies, W1-02 units with a record, W2-01 nothing let pass."""

from __future__ import annotations

import pytest

from tests.compliance.tables import (
    CITY,
    OWN,
    A,
    B,
    check,
    closed,
    found,
    hazard,
    judged,
    refused,
    self_check,
    unit,
)

UNITS = {"units": [unit("a1"), unit("b1", B)]}
DIRECT = "SZ0000"


def plan(area: str, body: str = "某局") -> dict[str, object]:
    return {"area": area, "body": body, "doc_type": "行动方案", "date": "2014-02-08", "doc_no": "1号"}


def bodies(*pairs: tuple[str, str]) -> dict[str, object]:
    return {"reporters": [{"area": area, "body": body} for area, body in pairs]}


@pytest.mark.parametrize(
    ("as_of", "papers", "result", "reason"),
    [
        ("2014-03-31", [plan(CITY, "甲市卫生局、甲市计生委")], "met", None),
        ("2014-03-31", [plan(CITY, "甲市卫生局")], "not_met", "没有行动方案"),
        ("2014-03-31", [], "not_met", "没有行动方案"),
        ("2014-03-30", [], "not_due", "未到期, 目前没有行动方案"),
    ],
)
def test_each_body_of_a_city_with_two_is_named_in_a_plan(as_of, papers, result, reason) -> None:  # type: ignore[no-untyped-def]
    two = bodies((CITY, "甲市卫生局"), (CITY, "甲市计生委"))
    row = found(judged(as_of, documents=papers, **two, **UNITS), "W1-01", f"{CITY}:甲市计生委")
    assert (row.result, row.reason) == (result, reason)


def test_plan_of_an_area_is_that_of_its_only_body_and_a_direct_body_owes_its_own() -> None:
    given = bodies((OWN, "丙县卫计委"), (DIRECT, "人民医院"), (DIRECT, "中心血站"))
    case = judged(documents=[plan(OWN), plan(DIRECT, "省人民医院")], **given, **UNITS)
    results = {row.subject: row.result for row in case.rows("W1-01").itertuples()}
    assert results == {
        f"{OWN}:丙县卫计委": "met",
        f"{DIRECT}:人民医院": "met",
        f"{DIRECT}:中心血站": "not_met",
    }
    assert found(case, "W1-01", f"{OWN}:丙县卫计委").evidence == f"documents:{OWN}/行动方案/1号"


def test_plans_that_were_not_handed_in_or_read_leave_bodies_open() -> None:
    given = bodies((CITY, "甲市卫生局"))
    assert set(judged(**given, **UNITS).rows("W1-01")["result"]) == {"not_assessable"}
    unread = judged(documents=[], files=[refused("documents", CITY)], **given, **UNITS)
    assert found(unread, "W1-01", f"{CITY}:甲市卫生局").result == "not_assessable"


LEFT = [unit("a1"), unit("a2")]
NONE = {"self_checks": [], "county_checks": [check("a2")], "hazards": []}


@pytest.mark.parametrize(
    ("trace", "result", "counts"),
    [
        ({}, "not_met", (1, 2)),
        ({"self_checks": [self_check("a1")]}, "met", (2, 2)),
        ({"self_checks": [self_check("a1", None, plan_date="2014-01-28")]}, "met", (2, 2)),
        ({"self_checks": [self_check("a1", None, notice_date="2014-02-09")]}, "not_assessable", (1, 2)),
        ({"county_checks": [check("a1"), check("a2")]}, "met", (2, 2)),
        ({"county_checks": [check("a1", None), check("a2")]}, "not_assessable", (1, 2)),
        ({"county_checks": [check("a1", "2014-01-20"), check("a2")]}, "not_met", (1, 2)),
        ({"city_checks": [check("a1")]}, "met", (2, 2)),
        ({"province_checks": [check("a1")]}, "met", (2, 2)),
        ({"hazards": [hazard("h1")]}, "met", (2, 2)),
        ({"hazards": [hazard("h1", found_date="2014-01-20")]}, "not_met", (1, 2)),
    ],
)
def test_any_dated_record_of_the_campaign_shows_that_a_unit_took_part(trace, result, counts) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(units=LEFT, **NONE | trace), "W1-02", A)
    assert (row.result, (row.numerator, row.denominator)) == (result, counts)
    assert row.evidence == (None if counts == (2, 2) else "units:a1")


def test_taking_part_waits_for_the_end_and_for_the_files_of_a_county() -> None:
    assert found(judged("2014-03-30", units=LEFT, **NONE), "W1-02", A).result == "not_due"
    unread = judged(units=LEFT, files=[refused("self_checks", A)], **NONE)
    assert found(unread, "W1-02", A).result == "not_assessable"
    assert set(judged(units=LEFT).rows("W1-02")["result"]) == {"not_assessable"}


def act(**cells: object) -> dict[str, object]:
    told = {
        "act_id": "W1",
        "unit_id": "a1",
        "found_date": "2014-03-05",
        "act_type": "无证",
        "handled_type": "罚款",
    }
    return told | cells


INSPECTED = {"units": [unit("a1")], "county_checks": [check("a1")], "hazards": [], "illegal_acts": []}


@pytest.mark.parametrize(
    ("given", "result", "reason"),
    [
        ({}, "met", None),
        ({"hazards": [hazard("h1")], "illegal_acts": [act()]}, "met", None),
        ({"hazards": [hazard("h1", deadline=None)]}, "not_met", "查出未处理: 还差 1 项"),
        ({"hazards": [hazard("h1", deadline=None, method="停业")]}, "met", None),
        ({"hazards": [hazard("h1", deadline=None, **closed())]}, "met", None),
        ({"illegal_acts": [act(handled_type=None)]}, "not_met", "查出未处理: 还差 1 项"),
        ({"county_checks": []}, "not_met", "排查还差 1 家"),
        (
            {"county_checks": [], "illegal_acts": [act(handled_type=None)]},
            "not_met",
            "查出未处理: 还差 1 项; 排查还差 1 家",
        ),
    ],
)
def test_a_county_inspects_all_and_does_something_about_all_it_finds(given, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(**INSPECTED | given), "W2-01", A)
    assert (row.result, row.reason) == (result, reason)


def test_what_was_let_pass_is_named_and_waits_for_the_end() -> None:
    given = INSPECTED | {"county_checks": [], "hazards": [hazard("h1", deadline=None)]}
    row = found(judged(**given), "W2-01", A)
    assert (row.numerator, row.denominator, row.missing) == (0, 1, 1)
    assert row.evidence == "hazards:h1;units:a1"
    early = found(judged("2014-03-30", **given), "W2-01", A)
    assert (early.result, early.reason) == (
        "not_due",
        "查出未处理: 未到期, 目前还差 1 项; 排查未到期, 目前还差 1 家",
    )


def test_without_a_register_nobody_can_say_unless_units_were_left_out() -> None:
    given = {name: rows for name, rows in INSPECTED.items() if name != "illegal_acts"}
    assert found(judged(**given), "W2-01", A).result == "not_assessable"
    assert found(judged(**given | {"county_checks": []}), "W2-01", A).result == "not_met"
    none = judged(
        units=[unit("a1")], county_checks=[], hazards=[], illegal_acts=[], files=[refused("county_checks", A)]
    )
    assert found(none, "W2-01", A).result == "not_assessable"
