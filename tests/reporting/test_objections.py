"""Objections stand in the reports of their areas, with reply and decision beside today's result."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cases
import pandas as pd
import pytest

from audit_lib.reporting import Report, acceptance_report, report_html
from audit_lib.schemas import conform

OBJECTION = {
    "area": cases.COUNTY,
    "body": "南溪区卫生局",
    "rule_id": "R-03",
    "date": pd.Timestamp("2014-03-20"),
    "text": "=已检查<b>",
    "reply": "属实",
    "decision": "更正",
    "decided_by": "省督导组",
    "decided_on": pd.Timestamp("2014-03-25"),
    "sender": "县",
    "file": "申诉.xlsx",
    "sheet": "表",
    "row": 6,
}


def report_of(folder: Path, area: str, *rows: dict[str, object]) -> Report:
    case = cases.case(folder, area)
    objections = conform(pd.DataFrame(rows, columns=list(OBJECTION)), "objections")
    return acceptance_report(dataclasses.replace(case, tables={**case.tables, "objections": objections}))


@pytest.mark.parametrize("area", [cases.COUNTY, cases.CITY, cases.PROVINCE])
def test_objection_stands_with_reply_day_and_decision_and_the_result_as_it_is(
    tmp_path: Path, area: str
) -> None:
    report = report_of(tmp_path, area, OBJECTION)
    page = report_html(report)
    assert "=已检查&lt;b&gt;" in page
    for said in ("2014-03-20", "属实", "申诉成立, 更正", "省督导组", "2014-03-25"):
        assert said in page
    assert "判定没有随决定改变: 更正的事实须以更正后的资料报送" in page
    assert [number.value for number in report.section("objections").numbers] == [1, 1, 0, 0]
    own = report.section("objections").blocks[1].rows
    assert own["result"].tolist() == ["not_met"]


def test_area_that_did_not_object_and_nobody_else_has_such_a_section(tmp_path: Path) -> None:
    for area, rows in ((cases.NORTH, [OBJECTION]), (cases.COUNTY, [])):
        assert "objections" not in {section.key for section in report_of(tmp_path, area, *rows).sections}
