"""Rules on major hazards under listing: F3-02, W2-06, W2-07."""

from __future__ import annotations

import pytest

from audit_lib.compliance.measures import MEASURES
from tests.compliance.tables import CITY, A, B, check, closed, found, hazard, judged, listing, signed, unit

UNITS = [unit("a1"), unit("b1", B)]


def major(hazard_id: str, **cells: object) -> dict[str, object]:
    return hazard(hazard_id, grade="重大", **cells)


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        ({}, "met"),
        ({"body_level": "管委会"}, "met"),
        ({"body_level": "卫生计生部门"}, "not_met"),
        ({"body_level": "市级政府"}, "not_met"),
        ({"body_level": None}, "not_assessable"),
        ({"listed_date": None}, "not_assessable"),
        ({"listed_date": "2014-04-01"}, "not_met"),
        ({"hazard_id": "other"}, "not_met"),
    ],
    ids=["county", "committee", "health bureau", "city", "no body", "no date", "later", "another"],
)
def test_majors_are_listed_by_the_government_of_the_place(cells: dict[str, object], result: str) -> None:
    case = judged(units=UNITS, hazards=[major("m1")], listings=[listing("m1") | cells])
    row = found(case, "F3-02", A)
    assert (row.result, found(case, "F3-02", CITY).result) == (result, result)
    assert row.evidence == (None if result == "met" else "hazards:m1")


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        (closed("2014-02-27"), "not_applicable"),
        (closed("2014-02-28"), "not_met"),
        ({"found_date": "2014-03-25"}, "not_due"),
        ({"found_date": "2014-03-24"}, "not_met"),
        ({"grade": "一般"}, "not_applicable"),
        ({"found_date": None}, "not_assessable"),
        ({"grade": None}, "not_assessable"),
        ({"grade": None} | closed("2014-02-27"), "not_applicable"),
    ],
    ids=[
        "closed on day 7",
        "closed on day 8",
        "6 days old",
        "7 days old",
        "ordinary",
        "no date",
        "no grade",
        "no grade, closed on day 7",
    ],
)
def test_a_major_must_be_listed_once_it_is_open_longer_than_the_limit(
    cells: dict[str, object], result: str
) -> None:
    case = judged(units=UNITS, hazards=[major("m1") | cells], listings=[])
    assert found(case, "F3-02", A).result == result


@pytest.mark.parametrize(
    ("cells", "listings", "result", "swift"),
    [
        ({}, ["2013-06-01"], "not_assessable", "not_assessable"),
        ({}, ["2013-06-01", "2014-03-20"], "met", "not_met"),
        ({}, ["2014-02-20"], "met", "met"),
        ({"source": "2013遗留"}, ["2013-06-01"], "met", "met"),
        ({"link_id": "a1/9"}, ["2013-06-01"], "met", "met"),
    ],
)
def test_listing_older_than_its_hazard_may_be_that_of_another(
    cells: dict[str, object], listings: list[str], result: str, swift: str
) -> None:
    listed = [listing("h", listing_id=day, listed_date=day) for day in listings]
    case = judged(units=[unit("a1")], hazards=[hazard("h", grade="重大", **cells)], listings=listed)
    assert (found(case, "F3-02", A).result, found(case, "R-06", A).result) == (result, swift)


def test_hazard_without_grade_is_not_missing_where_listed_and_hides_no_shortfall() -> None:
    doubted = hazard("h1", grade=None)
    case = judged(units=UNITS, hazards=[major("m1"), doubted], listings=[listing("m1"), listing("h1")])
    row = found(case, "F3-02", A)
    assert (row.result, row.numerator, row.denominator) == ("met", 1, 1)
    assert case.rows("W2-06")["subject"].tolist() == ["h1", "m1"]
    case = judged(units=UNITS, hazards=[major("m1"), doubted], listings=[])
    row = found(case, "F3-02", A)
    assert (row.result, row.missing, row.evidence) == ("not_met", 2, "hazards:m1")


def test_without_listings_nobody_can_say() -> None:
    case = judged(units=UNITS, hazards=[major("m1")])
    assert found(case, "F3-02", A).result == "not_assessable"
    assert case.rows("W2-06")["result"].tolist() == ["not_assessable"]
    assert case.rows("W2-07")["result"].tolist() == ["not_assessable"]


def test_unlisted_major_is_not_due_before_the_end() -> None:
    case = judged("2014-03-20", units=UNITS, hazards=[major("m1")], listings=[])
    assert found(case, "F3-02", A).result == "not_due"


@pytest.mark.parametrize(
    ("cells", "lacking"),
    [
        ({"measure": None}, "措施"),
        ({"resp_person": None}, "责任"),
        ({"fund_planned": 0}, "资金"),
        ({"deadline": None}, "时限"),
        ({"plan_doc": "无"}, "预案"),
    ],
)
def test_each_element_of_a_listing_is_asked_for(cells: dict[str, object], lacking: str) -> None:
    case = judged(units=UNITS, hazards=[major("m1")], listings=[listing("m1") | cells])
    row = found(case, "W2-06", "m1")
    assert (row.result, row.reason, row.evidence) == ("not_met", f"缺 {lacking}", "listings:G-m1")


def test_a_second_listing_that_has_everything_is_enough_and_ordinary_hazards_owe_nothing() -> None:
    case = judged(
        units=UNITS,
        hazards=[major("m1"), hazard("h1")],
        listings=[listing("m1", listing_id="G0", measure=None), listing("m1"), listing("h1", measure=None)],
    )
    assert found(case, "W2-06", "m1").result == "met"
    assert case.rows("W2-06")["subject"].tolist() == ["m1"]


DONE = {"closed_date": "2014-03-08"}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (signed("2014-03-08"), None),
        (signed() | {"deputy_signer": None}, "缺分管领导签字"),
        (signed() | {"principal_signer": "已签"}, "缺主要负责人签字"),
        (signed() | {"principal_date": None}, "缺主要负责人签字"),
        (signed() | {"deputy_date": "2014-03-07"}, "分管领导签字早于整改完成"),
        (signed() | {"principal_signer": "赵六"}, "两个签字是同一人"),
        ({}, "缺分管领导签字、缺主要负责人签字"),
    ],
    ids=["both", "one", "a tick", "no date", "before", "same person", "none"],
)
def test_closed_majors_bear_two_signatures_after_completion(
    cells: dict[str, object], reason: str | None
) -> None:
    case = judged(
        units=UNITS, hazards=[major("m1", **closed("2014-03-08"))], listings=[listing("m1", **DONE, **cells)]
    )
    row = found(case, "W2-07", "m1")
    assert (row.result, row.reason) == ("met" if reason is None else "not_met", reason)


def test_missing_signature_is_not_due_in_the_first_week_and_a_wrong_one_is_wrong_at_once() -> None:
    def result(as_of: str, **cells: object) -> str:
        rows = [listing("m1", **DONE, **cells)]
        case = judged(as_of, units=UNITS, hazards=[major("m1", **closed("2014-03-08"))], listings=rows)
        return str(found(case, "W2-07", "m1").result)

    assert [result("2014-03-14"), result("2014-03-15")] == ["not_due", "not_met"]
    assert result("2014-03-14", **signed() | {"deputy_date": "2014-03-07"}) == "not_met"


def test_signatures_are_asked_only_of_closed_listings_and_left_open_where_the_date_is_missing() -> None:
    case = judged(
        units=UNITS,
        hazards=[major("m1"), major("m2", **closed())],
        listings=[listing("m1"), listing("m2", **signed())],
    )
    (row,) = case.rows("W2-07").itertuples()
    assert (row.subject, row.result, row.reason) == ("m2", "not_assessable", "挂牌台账没有整改完成日期")


@pytest.mark.parametrize("unit_id", ["a1", "zz"], ids=["in the roster", "outside it"])
def test_listing_without_unit_belongs_to_that_of_its_hazard(unit_id: str) -> None:
    case = judged(
        units=UNITS,
        hazards=[major("m1", unit_id=unit_id, county=A)],
        listings=[listing("m1", unit_id=None, measure=None)],
    )
    assert found(case, "W2-06", "m1").area == A
    counts = MEASURES["five_in_place"](case.facts)
    assert counts.loc[A].tolist() == [0, 1]


def test_listing_whose_hazard_number_two_units_share_is_given_to_neither() -> None:
    case = judged(
        units=UNITS,
        hazards=[major("m1"), major("m1", unit_id="b1")],
        listings=[listing("m1", unit_id=None)],
    )
    assert case.facts.listings["county"].isna().all()


@pytest.mark.parametrize(
    ("cells", "result", "reason"),
    [
        ({}, "met", None),
        ({"body": "甲二县人民政府"}, "not_met", "挂牌机关不是单位所在地的政府"),
        ({"body": "县人民政府"}, "met", None),
        ({"body_level": "卫生计生部门"}, "not_met", "只由卫生计生部门挂牌"),
        ({"body_level": None}, "not_assessable", "挂牌机关类别不可读"),
    ],
)
def test_who_lists_is_the_government_of_the_place(
    cells: dict[str, object], result: str, reason: str | None
) -> None:
    case = judged(units=UNITS, hazards=[major("m1")], listings=[listing("m1") | cells])
    row = found(case, "W2-05", "m1")
    assert (row.result, row.reason) == (result, reason)
    assert found(case, "F3-02", A).result == result, "one fact, one answer"


def test_a_listing_of_the_bureau_beside_that_of_the_government_does_no_harm() -> None:
    both = [listing("m1", listing_id="G0", body_level="卫生计生部门"), listing("m1")]
    case = judged(
        units=UNITS, hazards=[major("m1"), hazard("h1")], listings=[*both, listing("h1", body_level="其他")]
    )
    assert case.rows("W2-05")[["subject", "result"]].to_numpy().tolist() == [["m1", "met"]]
    assert judged(units=UNITS, hazards=[]).rows("W2-05")["result"].tolist() == ["not_assessable"]


@pytest.mark.parametrize(
    ("row", "as_of", "result"),
    [
        (major("m1", expert_opinion="意见1号"), "2014-03-31", "met"),
        (major("m1"), "2014-03-31", "not_met"),
        (major("m1"), "2014-03-30", "not_due"),
        (hazard("m1"), "2014-03-31", "not_applicable"),
        (hazard("m1", grade=None), "2014-03-31", "not_assessable"),
    ],
)
def test_majors_have_an_experts_opinion(row: dict[str, object], as_of: str, result: str) -> None:
    checks = [check("a1", expert=True), check("a1", "2014-03-05")]
    said = found(judged(as_of, units=UNITS, hazards=[row], county_checks=checks), "W2-08", A)
    assert said.result == result
    assert said.reason.endswith("有专家参加的县级检查 1/2 次")


def test_ledger_without_a_column_for_experts_is_no_proof() -> None:
    lacks = {"table": "hazards", "file": "hazards", "status": "superseded", "lacks": "expert_opinion"}
    case = judged(units=UNITS, hazards=[major("m1")], county_checks=[], files=[lacks])
    assert found(case, "W2-08", A).result == "not_assessable"
