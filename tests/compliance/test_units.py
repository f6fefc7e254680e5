"""Rules on single units: F1-03, F4-04, F4-05, F4-06, P1-05, R-04, F7-02."""

from __future__ import annotations

import pytest

from tests.compliance.tables import A, B, check, found, hazard, judged, quarantined, refused, unit

WHOSE = {"owner_territorial": "一乡政府", "owner_sector": "甲一县卫生局", "owner_general": "甲一县安监局"}


def lacks(intake_files: str, columns: str) -> dict[str, object]:
    """The file in which a table of a test stands, without some columns."""
    return {"table": intake_files, "file": intake_files, "status": "superseded", "lacks": columns}


def supervised(unit_id: str = "a1", **cells: object) -> dict[str, object]:
    return {
        "supervision_id": f"D-{unit_id}",
        "area": A,
        "body": "甲一县卫生局",
        "unit_id": unit_id,
        "date": "2014-03-03",
    } | cells


@pytest.mark.parametrize(
    ("cells", "as_of", "result"),
    [
        ({"owner_sector": "甲一县卫生局"}, "2014-03-31", "met"),
        ({}, "2014-03-31", "not_met"),
        ({"owner_sector": "无"}, "2014-03-31", "not_met"),
        ({}, "2014-03-30", "not_due"),
        ({"entry_date": "2014-03-25"}, "2014-03-31", "not_due"),
    ],
    ids=["named", "blank", "the word none", "before the end", "entered lately"],
)
def test_sector_supervisor_is_named(cells: dict[str, object], as_of: str, result: str) -> None:
    assert found(judged(as_of, units=[unit("a1", **cells)]), "F1-03", "a1").result == result


def test_roster_without_the_column_says_nothing_of_its_units() -> None:
    case = judged(units=[unit("a1")], files=[lacks("units", "owner_sector")])
    row = found(case, "F1-03", "a1")
    assert (row.result, row.reason) == ("not_assessable", "名录没有这一列")
    assert judged().rows("F1-03")["result"].tolist() == ["not_assessable"]


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        ({"standard_plan": "标准化方案1号"}, "met"),
        ({"standard_grade": "三级"}, "met"),
        ({}, "not_met"),
    ],
)
def test_standardisation_is_deployed(cells: dict[str, object], result: str) -> None:
    row = found(judged(units=[unit("a1", **cells)]), "F4-04", A)
    assert (row.result, row.evidence) == (result, None if result == "met" else "units:a1")


def test_standardisation_is_open_without_the_column_and_not_due_before_the_end() -> None:
    case = judged(units=[unit("a1")], files=[lacks("units", "standard_plan|standard_grade")])
    assert found(case, "F4-04", A).result == "not_assessable"
    assert found(judged("2014-03-01", units=[unit("a1")]), "F4-04", A).result == "not_due"
    gone = unit("a1", status="注销", status_date="2014-02-05", status_evidence="注销决定书")
    assert found(judged(units=[gone]), "F4-04", A).result == "not_applicable"


@pytest.mark.parametrize(
    ("rows", "files", "quarantine", "result"),
    [
        ([{"unit_id": "a1"}], [], [], "met"),
        ([], [], [], "not_met"),
        ([{"unit_id": "a1", "registered_date": "2014-04-01"}], [], [], "not_met"),
        ([], [refused("platform_units", A)], [], "not_assessable"),
        ([], [], [quarantined("platform_units", A)], "not_assessable"),
    ],
    ids=["registered", "not", "later", "unread", "unidentified"],
)
def test_units_are_registered_on_the_platform(rows, files, quarantine, result: str) -> None:  # type: ignore[no-untyped-def]
    case = judged(units=[unit("a1")], platform_units=rows, files=files, quarantine=quarantine)
    assert found(case, "F4-05", A).result == result


def test_platform_of_units_not_handed_in_or_not_due() -> None:
    assert found(judged(units=[unit("a1")]), "F4-05", A).result == "not_assessable"
    case = judged("2014-03-01", units=[unit("a1")], platform_units=[])
    assert found(case, "F4-05", A).result == "not_due"


@pytest.mark.parametrize(
    ("cells", "visit", "result", "reason"),
    [
        ({}, supervised(), "met", None),
        ({}, supervised(body="松岭省甲市甲一县卫生局"), "met", None),
        ({"owner_general": None}, supervised(), "not_met", "缺综合监管责任单位"),
        ({}, supervised("a2"), "not_met", "没有行业监管单位的督导记录"),
        ({}, supervised(date="2014-01-31"), "not_met", "没有行业监管单位的督导记录"),
        ({}, supervised(body="甲一县安监局"), "not_met", "督导单位不是该单位的行业监管单位"),
        ({}, supervised(date=None), "not_assessable", "督导记录没有可读的日期或督导单位"),
    ],
    ids=["met", "longer name", "an owner missing", "another unit", "January", "another body", "no date"],
)
def test_three_owners_and_a_supervision_by_the_sectors(
    cells: dict[str, object], visit: dict[str, object], result: str, reason: str | None
) -> None:
    row = found(judged(units=[unit("a1", **WHOSE | cells)], supervisions=[visit]), "F4-06", "a1")
    assert (row.result, row.reason) == (result, reason)


def test_supervision_is_open_where_unread_and_not_due_before_the_end() -> None:
    units = [unit("a1", **WHOSE)]
    assert judged(units=units).rows("F4-06")["result"].tolist() == ["not_assessable"]
    case = judged(units=units, supervisions=[], files=[refused("supervisions", A)])
    row = found(case, "F4-06", "a1")
    assert (row.result, row.reason) == ("not_assessable", "督导记录没有报送或未能全部读出")
    assert found(judged("2014-03-01", units=units, supervisions=[]), "F4-06", "a1").result == "not_due"


@pytest.mark.parametrize(
    ("cells", "as_of", "result"),
    [
        ({"key_unit": True, "key_guarantor": "张三", "key_task": "每月检查"}, "2014-02-10", "met"),
        ({"key_unit": True, "key_guarantor": "张三"}, "2014-02-10", "not_met"),
        ({"key_unit": True, "key_task": "每月检查"}, "2014-02-09", "not_due"),
        ({"key_unit": False}, "2014-03-31", "not_applicable"),
        ({}, "2014-03-31", "not_applicable"),
    ],
)
def test_key_units_have_a_person_and_a_task(cells: dict[str, object], as_of: str, result: str) -> None:
    assert found(judged(as_of, units=[unit("a1", **cells)]), "P1-05", "a1").result == result


def test_key_units_of_a_roster_without_the_column_are_not_known() -> None:
    case = judged(units=[unit("a1")], files=[lacks("units", "key_unit|key_guarantor|key_task")])
    assert found(case, "P1-05", "a1").result == "not_assessable"


@pytest.mark.parametrize(
    ("cells", "more", "result"),
    [
        ({"long_unsettled": True}, {}, "not_met"),
        ({}, {"hazards": [hazard("h1", found_date="2013-12-30")]}, "not_met"),
        ({}, {"hazards": [hazard("h1", source="2013遗留")]}, "not_met"),
        ({}, {"hazards": [hazard("h1", link_id="YH13-1")]}, "not_met"),
        ({}, {"hazards": [hazard("h1")]}, "not_applicable"),
        ({"long_unsettled": True}, {"county_checks": [check("a1")]}, "met"),
        ({"long_unsettled": True}, {"files": [refused("county_checks", A)]}, "not_assessable"),
    ],
)
def test_neglected_units_are_inspected(
    cells: dict[str, object], more: dict[str, object], result: str
) -> None:
    case = judged(units=[unit("a1", **cells)], **{"county_checks": [], "hazards": []} | more)
    assert found(case, "R-04", A).result == result


def test_days_that_a_neglected_unit_waited_are_shown() -> None:
    rows = {"hazards": [hazard("h1", found_date="2013-12-31")], "county_checks": [check("a1")]}
    row = found(judged(units=[unit("a1")], **rows), "R-04", A)
    assert (row.result, row.reason) == ("met", "隐患最长未整改 90 天")
    case = judged("2014-03-01", units=[unit("a1", long_unsettled=True)], county_checks=[], hazards=[])
    assert found(case, "R-04", A).result == "not_due"


def act(**cells: object) -> dict[str, object]:
    whole = {"handled_type": "罚款", "handled_date": "2014-03-05", "handled_result": "已缴纳"}
    return (
        {"act_id": "W1", "unit_id": "a1", "found_date": "2014-03-01", "act_type": "无证经营"} | whole | cells
    )


@pytest.mark.parametrize(
    ("row", "as_of", "result", "reason"),
    [
        (act(), "2014-03-31", "met", None),
        (act(handled_type=None), "2014-03-31", "not_met", "W1: 缺处理方式"),
        (
            act(handled_date="2014-04-01", handled_result=None),
            "2014-03-31",
            "not_met",
            "W1: 缺处理日期、缺处理结果",
        ),
        (act(handled_type=None), "2014-03-30", "not_due", "W1: 缺处理方式"),
    ],
)
def test_illegal_acts_are_handled(row, as_of: str, result: str, reason: str | None) -> None:  # type: ignore[no-untyped-def]
    said = found(judged(as_of, units=[unit("a1"), unit("b1", B)], illegal_acts=[row]), "F7-02", "a1")
    assert (said.result, said.reason, said.evidence) == (result, reason, "illegal_acts:W1")


def test_no_register_of_acts_is_no_proof_and_an_empty_one_has_nothing_to_judge() -> None:
    assert judged(units=[unit("a1")]).rows("F7-02")["result"].tolist() == ["not_assessable"]
    assert judged(units=[unit("a1")], illegal_acts=[]).rows("F7-02")["result"].tolist() == ["not_applicable"]
