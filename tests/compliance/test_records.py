"""Rules on single records: T-01, DQ-03, DQ-04, DQ-06."""

from __future__ import annotations

import pytest

from audit_lib.compliance.rules.records import scan_outputs
from tests.compliance.tables import A, check, found, hazard, judged, self_check, unit

UNITS = [unit("a1")]


@pytest.mark.parametrize(
    ("day", "result"),
    [("2014-01-31", "not_met"), ("2014-02-01", "met"), ("2014-03-31", "met"), ("2014-04-01", "not_met")],
)
def test_checks_and_own_checks_are_dated_in_the_campaign(day: str, result: str) -> None:
    case = judged(
        units=UNITS,
        county_checks=[check("a1", day, check_id="J1")],
        city_checks=[check("a1", day, check_id="J1")],
        self_checks=[self_check("a1", day, drill_date=day, plan_date="2014-01-05")],
        hazards=[hazard("h1", found_date="2013-05-05")],
    )
    rows = case.rows("T-01").set_index("subject")
    assert sorted(rows.index) == [
        "city_checks:J1",
        "county_checks:J1",
        "self_checks:a1/drill_date",
        "self_checks:a1/self_check_date",
    ]
    assert set(rows["result"]) == {result}
    row = rows.loc["county_checks:J1"]
    assert (row["area"], row["evidence"]) == (A, "county_checks:J1")
    assert result == "met" or row["reason"] == f"{day} 不在行动期内, 不计入"


def test_without_dated_records_nobody_can_say() -> None:
    assert judged(units=UNITS).rows("T-01")["result"].tolist() == ["not_assessable"]
    undated = judged(units=UNITS, county_checks=[check("a1", None)])
    assert undated.rows("T-01")["result"].tolist() == ["not_assessable"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"notice_date": "2014-02-20", "closed_date": "2014-02-20", "recheck_date": "2014-02-20"}, None),
        ({"notice_date": "2014-02-19"}, "整改通知早于发现"),
        ({"deadline": "2014-02-25", "notice_date": "2014-02-26"}, "整改期限早于整改通知"),
        ({"deadline": "2014-02-19"}, "整改期限早于发现"),
        ({"closed_date": "2014-02-19"}, "整改完成早于发现"),
        ({"closed_date": "2014-03-05", "recheck_date": "2014-03-04"}, "复查早于整改完成"),
        ({"closed_date": "2014-02-19", "recheck_date": "2014-02-19"}, "整改完成早于发现、复查早于发现"),
    ],
)
def test_days_of_a_hazard_follow_each_other(cells: dict[str, object], reason: str | None) -> None:
    row = found(judged(units=UNITS, hazards=[hazard("h1", **cells)]), "DQ-03", "hazards:h1")
    assert (row.result, row.reason) == ("met" if reason is None else "not_met", reason)


@pytest.mark.parametrize(
    ("passed", "day", "result"),
    [
        ("2014-03-03", "2014-03-03", "met"),
        ("2014-03-04", "2014-03-03", "not_met"),
        (None, "2014-03-03", "met"),
    ],
)
def test_city_checks_after_the_county_passed(passed: str | None, day: str, result: str) -> None:
    county = [check("a1", passed)] if passed else []
    spot = check("a1", day, check_id="C1")
    case = judged(units=UNITS, county_checks=county, city_checks=[spot], hazards=[])
    assert found(case, "DQ-03", "city_checks:C1").result == result


def test_order_of_days_that_cannot_be_read_is_not_judged() -> None:
    case = judged(units=UNITS, hazards=[hazard("h1", found_date=None)])
    row = found(case, "DQ-03", "hazards:h1")
    assert (row.result, row.reason) == ("not_assessable", "日期不可读")
    assert judged(units=UNITS).rows("DQ-03")["result"].tolist() == ["not_assessable"]


INSPECTORS = [
    {"inspector_id": "Z1", "inspector_name": "张三", "area": A, "interests": "b9、A1"},
    {"inspector_id": "Z2", "inspector_name": "李四", "area": A, "interests": None},
]


@pytest.mark.parametrize(
    ("who", "result", "reason"),
    [
        ("李四、王五", "met", None),
        ("李四", "not_met", "检查人员不足2人"),
        ("李四、李四", "not_met", "检查人员不足2人"),
        ("张三、李四", "not_met", "张三 已申报与该单位有利害关系"),
        (None, "not_assessable", "没有可读的检查人员"),
    ],
)
def test_checks_name_two_people_without_an_interest(who: str | None, result: str, reason: str | None) -> None:
    one = check("A1", inspectors=who, check_id="J1")
    case = judged(units=[unit("A1")], county_checks=[one], inspectors=INSPECTORS)
    row = found(case, "DQ-04", "county_checks:J1")
    assert (row.result, row.reason) == (result, reason)
    valid = case.facts.county_checks["valid"].tolist()
    assert valid == [who is not None], "the rule says where to look again, no more"


def test_people_are_asked_of_checks_that_were_handed_in() -> None:
    assert judged(units=UNITS).rows("DQ-04")["result"].tolist() == ["not_assessable"]


ID = "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("电话 138****1234、0431-88901234", None),
        (f"<td>{ID}</td>", "身份证号码 1 个"),
        (ID[:-1] + "1", None),
        ("ab" * 20 + ID, None),
        ("52907141836620495173", None),
        ("张三13912345678, 李四139-1234", "未遮盖的手机号 1 个"),
        (f"{ID}, 13912345678 13912345679", "身份证号码 1 个、未遮盖的手机号 2 个"),
        ("91110000600037341L", None),
    ],
    ids=["masked", "identity", "wrong check", "a digest", "a seed", "phone", "both", "code"],
)
def test_forged_output_that_tells_personal_data_is_found(text: str, reason: str | None) -> None:
    (row,) = scan_outputs({"reports/990000/report.html": text}).itertuples()
    assert (row.level, row.subject) == ("output", "reports/990000/report.html")
    assert row.result == ("met" if reason is None else "not_met")
    assert (row.reason if reason else None) == reason


def test_outputs_are_not_due_before_they_are_written_and_judged_once_they_are() -> None:
    assert judged(units=UNITS).rows("DQ-06")["result"].tolist() == ["not_due"]
    rows = scan_outputs({"b.html": ID, "a.html": "无"})
    assert rows[["subject", "result"]].to_numpy().tolist() == [["a.html", "met"], ["b.html", "not_met"]]


def test_number_written_with_dashes_spaces_or_in_full_width_is_one_too() -> None:
    texts = ("139-1234-5678", "139 1234 5678", "１３９１２３４５６７８", "13912345678")
    rows = scan_outputs({str(place): text for place, text in enumerate(texts)})
    assert rows["reason"].tolist() == ["未遮盖的手机号 1 个"] * len(texts)
    assert scan_outputs({"a": "共 1391 家 2345 人, 编号 2213912345678, 0431-88901234"})[
        "result"
    ].tolist() == ["met"]
