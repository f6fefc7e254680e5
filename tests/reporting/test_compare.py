"""Two runs: what moved, and by which rows."""

from __future__ import annotations

import dataclasses
import io

import cases
import pandas as pd
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from audit_lib.reporting import Report, Snapshot, compare_runs, report_html, report_workbook
from audit_lib.reporting.changes import changed_rows
from audit_lib.reporting.whole import tree

MANIFEST = {
    "inputs": [{"path": "台账/青原市.xlsx", "sha256": "a" * 64}],
    "campaign": [],
    "params": {"as_of": "2014-03-31", "demo": True, "estimates": {"limit": 0.05}},
    "code": {"commit": "c1", "dirty": False},
    "versions": {"numpy": "2.3"},
}


def snapshot(name: str, **changed: object) -> Snapshot:
    judged = {key: value for key, value in changed.items() if key in cases.BY_HAND}
    intake = dataclasses.replace(cases.intake(), tables=changed.get("tables", cases.tables()))
    judgement = dataclasses.replace(cases.judgement(), **judged)
    return Snapshot(name, intake, judgement, changed.get("manifest", MANIFEST))  # type: ignore[arg-type]


def corrected() -> Snapshot:
    """The listing of H1 was handed in, its row comes, a wrong deadline goes: F3-02 is met in the county."""
    tables = cases.tables()
    hazards = tables["hazards"].copy()
    hazards.loc[hazards["hazard_id"] == "H1", "deadline"] = pd.Timestamp("2014-03-25")
    listing = tables["listings"].assign(listing_id="L1", hazard_id="H1")
    tables |= {"hazards": hazards, "listings": pd.concat([listing, tables["listings"]], ignore_index=True)}
    rules = cases.rules()
    one = (rules["rule_id"] == "F3-02") & (rules["level"] == "county")
    rules.loc[one, ["result", "numerator", "evidence", "reason"]] = ["met", 1, None, None]
    verdicts = cases.verdicts()
    verdicts.loc[verdicts["area"] == cases.COUNTY, ["rules_not_met", "missing"]] = ["R-03", "R-03:1"]
    inputs = [{"path": "台账/青原市.xlsx", "sha256": "b" * 64}, {"path": "挂牌/补.xlsx", "sha256": "c" * 64}]
    return snapshot(
        "second", tables=tables, rules=rules, verdicts=verdicts, manifest=MANIFEST | {"inputs": inputs}
    )


def rows_of(report: Report, grid: str) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(report_workbook(report)))
    return [list(map(str, row)) for row in book.get_sheet_by_name(grid).to_python(skip_empty_area=False)[3:]]


def test_correction_shows_its_rows_its_rule_and_its_verdict() -> None:
    report = compare_runs(snapshot("first"), corrected())
    assert [number.value for number in report.numbers] == [1, 1, 0, 2, 2]
    ((name, _, _, _, then, now, owed, owes),) = rows_of(report, "结论变化")
    assert (name, then, now) == ("南溪区", "R-03 县级排查覆盖; F3-02 重大隐患挂牌", "R-03 县级排查覆盖")
    assert (owed, owes) == ("R-03 还差 1 家; F3-02 还差 1 处", "R-03 还差 1 家")
    (rule,) = rows_of(report, "判定变化")
    assert rule[:6] == ["南溪区", "F3-02 重大隐患挂牌", "县区", cases.COUNTY, "▲ 未达到", "● 达到"]
    assert rule[10:13] == ["", "hazards:H1", "2.0"]
    rows = rows_of(report, "改动的行")
    assert [row[1:4] + row[5:8] for row in rows] == [
        ["隐患排查治理台账", "改动", "H1/990102A0001", "整改期限", "2014-03-20", "2014-03-25"],
        ["挂牌督办台账", "新增", "L1/H1", "", "", ""],
    ]
    assert {row[0] for row in rows} == {"松岭省 青原市 南溪区"}
    assert [row[:2] for row in rows_of(report, "其他")] == [
        ["文件", "台账/青原市.xlsx"],
        ["文件", "挂牌/补.xlsx"],
    ]


def test_rows_keep_their_level_and_their_indicator_where_areas_are_put_in_order() -> None:
    rules, indicators = cases.rules(), cases.indicators()
    rules.loc[rules["rule_id"].isin(["R-03", "F3-02"]) & (rules["result"] == "not_met"), "numerator"] = 0
    rules.loc[(rules["rule_id"] == "F3-02"), "denominator"] = 2
    indicators.loc[indicators["area"].isin([cases.LONE, cases.COUNTY]), "denominator"] = 999
    areas = cases.AREAS.assign(order=[0, 2, 4, 3, 1, 5])
    one, two = snapshot("first"), snapshot("second", rules=rules, indicators=indicators)
    one, two = (
        dataclasses.replace(each, intake=dataclasses.replace(each.intake, areas=areas)) for each in (one, two)
    )
    report = compare_runs(one, two)
    assert [row[:3] for row in rows_of(report, "判定变化")] == [
        ["青原市", "F3-02 重大隐患挂牌", "市州"],
        ["青原市", "R-03 县级排查覆盖", "市州"],
        ["南溪区", "F3-02 重大隐患挂牌", "县区"],
        ["南溪区", "R-03 县级排查覆盖", "县区"],
    ]
    lone, south = (
        [row[1] for row in rows_of(report, "指标变化") if row[0] == name] for name in ("梅岭市", "南溪区")
    )
    assert lone == south
    whole = {row[1]: row[3] for row in rows_of(report, "指标变化") if row[0] == "南溪区"}
    assert (whole["检查覆盖率"], whole["市级抽检率"]) == ("1000.0", "200.0")


def test_page_leads_from_a_moved_verdict_to_the_rows() -> None:
    page = BeautifulSoup(report_html(compare_runs(snapshot("first"), corrected())), "html.parser")
    (link,) = page.select("#rules tbody a.to-rows")
    assert (link["data-filter"], link["href"]) == ("南溪区", "#rows.改动的行")
    assert page.find(id="rows.改动的行") is not None
    assert "内部使用" in page.get_text()


def test_equal_runs_differ_in_nothing() -> None:
    report = compare_runs(snapshot("first"), snapshot("second"))
    assert [number.value for number in report.numbers] == [0, 0, 0, 0, 0]


def test_order_of_rows_and_another_file_are_no_change_and_doubled_keys_are_matched_by_what_they_say() -> None:
    before = cases.tables()
    hazards = pd.concat([before["hazards"], before["hazards"].tail(1).assign(note="又")], ignore_index=True)
    before["hazards"] = hazards
    after = before | {"hazards": hazards.iloc[::-1].assign(file="另.xlsx", row=3).reset_index(drop=True)}
    assert changed_rows(before, after, tree(cases.AREAS)).empty
    changed = hazards.copy()
    changed.loc[2, "note"] = "再"
    found = changed_rows(before, before | {"hazards": changed}, tree(cases.AREAS))
    assert found[["key", "column", "then", "now"]].values.tolist() == [["H2/990102A0001", "备注", "又", "再"]]


def test_changed_params_and_code_are_told_where_no_row_changed() -> None:
    manifest = MANIFEST | {
        "params": {**MANIFEST["params"], "estimates": {"limit": 0.1}},
        "code": {"commit": "c2", "dirty": True},
    }  # type: ignore[dict-item]
    report = compare_runs(snapshot("first"), snapshot("second", manifest=manifest))
    assert rows_of(report, "其他") == [
        ["参数", "params.estimates.limit", "0.05", "0.1"],
        ["程序", "code.commit", "c1", "c2"],
        ["程序", "code.dirty", "False", "True"],
    ]


def test_verdict_that_moved_by_nothing_is_a_warning() -> None:
    rules = cases.rules()
    rules.loc[0, "numerator"] = 1998
    page = report_html(compare_runs(snapshot("first"), snapshot("second", rules=rules)))
    assert "没有任何输入改动而判定不同, 请先用 audit verify-run 核对两次运行。" in page
    same = dataclasses.replace(snapshot("first"), name="second")
    assert "没有任何输入改动而判定不同" not in report_html(compare_runs(snapshot("first"), same))
