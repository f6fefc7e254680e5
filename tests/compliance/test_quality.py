"""Rules on the records themselves: DQ-01, DQ-02."""

from __future__ import annotations

import pytest

from tests.compliance.tables import CITY, OTHER, B, found, judged, quarantined, unit


@pytest.mark.parametrize(
    ("code", "kind", "result"),
    [
        ("D2143569-X", "A100", "met"),
        ("D2143569X", "A100", "met"),
        ("D2143569-1", "A100", "not_met"),
        ("91110000600037341L", "A100", "met"),
        ("91110000600037341M", "A100", "not_met"),
        ("D2143569X99010111A1001", "A100", "met"),
        ("D2143569X99010211A1001", "A100", "not_met"),
        ("D2143569X99010111D6001", "A100", "not_met"),
        ("12345", "A100", "not_met"),
        ("220102000012", "A100", "not_assessable"),
        ("PDY00001-9", "A100", "not_applicable"),
        (None, "A100", "not_assessable"),
        (None, "D600", "not_applicable"),
        ("D2143569-1", "D600", "not_met"),
    ],
)
def test_code_is_judged_by_its_form(code: str | None, kind: str, result: str) -> None:
    assert found(judged(units=[unit("a1", org_code=code, unit_type=kind)]), "DQ-01", "a1").result == result


def test_wrong_check_digit_is_said_in_words() -> None:
    row = found(judged(units=[unit("a1", org_code="D2143569-1", unit_type="A100")]), "DQ-01", "a1")
    assert (row.reason, row.evidence) == ("校验码不符(GB 11714)", "units:a1")


def test_duplicates_name_every_unit_concerned() -> None:
    case = judged(
        units=[
            unit("a1", org_code="D2143569-X"),
            unit("a2", org_code="Ｄ2143569X"),
            unit("a3", org_code="D2143569X", site_no="2"),
            unit("a4", unit_name="一村 卫生室"),
            unit("a5", unit_name="一村卫生室(公章)"),
            unit("a6", unit_name="一村卫生室", township="二乡"),
            unit("b1", B, unit_name="一村卫生室"),
            unit("a7", unit_name="二村卫生室", township=None),
            unit("a8", unit_name="二村卫生室", township=None),
        ]
    )
    reasons = {row.subject: row.reason for row in case.rows("DQ-02").itertuples() if row.result == "not_met"}
    assert reasons == {"a1": "代码重复", "a2": "代码重复", "a4": "同乡镇同名", "a5": "同乡镇同名"}


def test_number_given_twice_is_a_duplicate_and_one_unit_of_the_frame() -> None:
    case = judged(units=[unit("a1"), unit("a1", unit_name="另一处")])
    assert set(case.rows("DQ-02")["result"]) == {"not_met"}
    assert len(case.facts.frame) == 1


def test_without_a_roster_nothing_can_be_said() -> None:
    for rule_id in ("DQ-01", "DQ-02", "DQ-05"):
        assert judged().rows(rule_id)["result"].tolist() == ["not_assessable"]


@pytest.mark.parametrize(("city", "result"), [(CITY, "met"), (None, "met"), (OTHER, "not_met")])
def test_county_stands_under_the_city_that_the_roster_names(city: str | None, result: str) -> None:
    row = found(judged(units=[unit("a1", city=city)]), "DQ-05", "a1")
    assert row.result == result
    assert row.reason == (None if result == "met" else "名录所填市州“乙市”不是该县区的上级")


def test_roster_row_whose_county_nobody_can_read_leaves_the_divisions_open() -> None:
    rows = judged(units=[unit("a1")], quarantine=[quarantined("units")]).rows("DQ-05")
    assert rows[["level", "result"]].to_numpy().tolist() == [["unit", "met"], ["province", "not_assessable"]]
    shared = judged(units=[unit("x1"), unit("x1", B)]).rows("DQ-05")
    assert set(shared["level"]) == {"unit"}
