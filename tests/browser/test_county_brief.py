"""The page of a county's leader prints on one sheet of A4, also where much is wrong."""

from __future__ import annotations

import base64
import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.reporting import acceptance_report, report_html
from tests.browser.chromium import Chromium

sys.path.insert(0, str(Path(__file__).parents[1] / "reporting"))
import cases

MANY = 14
MOST = 8
"""Rows of the table of majors that stand on the page (`grids.csv`)."""


def test_brief_fills_one_sheet_at_most_and_the_report_begins_on_the_next(
    chromium: Chromium, tmp_path: Path
) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    case = cases.case(tmp_path, cases.COUNTY)
    hazard = case.tables["hazards"].iloc[[0]].assign(unit_name="青原市南溪区第一人民医院东院区")
    hazards = pd.concat([hazard.assign(hazard_id=f"YH990102-{n:04d}") for n in range(MANY)])
    model = case.rules[case.rules["rule_id"] == "W2-07"].iloc[[0]]
    others = case.rules[case.rules["rule_id"] != "W2-07"]
    said = "分管领导签字早于整改完成; 两个签字是同一人"
    rules = [model.assign(subject=name, reason=said) for name in hazards["hazard_id"]]
    case = dataclasses.replace(
        case,
        rules=schemas.conform(pd.concat([others, *rules], ignore_index=True), "rules"),
        tables={**case.tables, "hazards": schemas.conform(hazards, "hazards")},
    )
    page, sheet = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(report_html(acceptance_report(case)), encoding="utf-8")
    chromium.open(page)
    sheet.write_bytes(base64.b64decode(chromium.call("Page.printToPDF", preferCSSPageSize=True)["data"]))
    done = subprocess.run(["pdftotext", "-layout", sheet, "-"], capture_output=True, check=True)
    first, second, *_ = done.stdout.decode("utf-8").split("\f")
    assert "一页简报" in first
    assert first.count("YH990102-") == MOST
    assert f"共 {MANY} 行" in first
    assert "填申诉登记表" in first
    assert "一、总体情况" in second
