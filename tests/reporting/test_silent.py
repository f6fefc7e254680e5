"""Who handed in no roster, and whose file was shortened or corrected, is named on the first screen."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cases
import pandas as pd
from bs4 import BeautifulSoup

from audit_lib.reporting import acceptance_report, report_html
from audit_lib.reporting.sources import silent_counties


def test_county_without_a_roster_is_named_first(tmp_path: Path) -> None:
    case = cases.case(tmp_path)
    units = case.tables["units"]
    tables = {**case.tables, "units": units[units["county"] == cases.COUNTY]}
    page = BeautifulSoup(
        report_html(acceptance_report(dataclasses.replace(case, tables=tables))), "html.parser"
    )
    silent = [
        name for code, name in case.names().items() if code in set(case.counties["code"]) - {cases.COUNTY}
    ]
    words = page.select_one("#overview").get_text()
    assert f"没有收到单位名录的县区: {'、'.join(silent)}。有关条款不作达到。" in words


def test_county_whose_checks_never_came_is_named_first_and_asked_for_them(tmp_path: Path) -> None:
    case = cases.case(tmp_path)
    sent = {"table": "county_checks", "area": cases.COUNTY, "status": "read", "file": "县检/南溪区.xlsx"}
    spoilt = {
        **sent,
        "area": cases.NORTH,
        "status": "refused",
        "file": "县检/北溪区.xlsx",
        "reason": "打不开",
    }
    files = pd.concat([case.files, pd.DataFrame([sent, spoilt])], ignore_index=True)
    case = dataclasses.replace(case, files=files)
    words = (
        BeautifulSoup(report_html(acceptance_report(case)), "html.parser").select_one("#overview").get_text()
    )
    assert (
        "没有收到县级检查记录的县区: 梅岭市。有关条款不作达到。" in words
    )  # the unreadable file is told as such
    asked = silent_counties(case)
    assert asked.loc[asked["table"] == "county_checks", "name"].tolist() == ["梅岭市"]


def test_file_that_a_later_one_shortened_or_corrected_is_named_first(tmp_path: Path) -> None:
    case = cases.case(tmp_path)
    files = case.files.reset_index(drop=True)
    reason = "另有 3 行由 更正.xlsx 更正, 不在此行数内; 该件不是整份, 其余各行照用"
    files.loc[files["status"].eq("read").idxmax(), "reason"] = reason
    page = BeautifulSoup(
        report_html(acceptance_report(dataclasses.replace(case, files=files))), "html.parser"
    )
    words = page.select_one("#overview").get_text(" ", strip=True)
    assert "有 1 个文件被后来的文件减少了行或更正了个别行, 请核对减少的行。" in words
    assert reason in words
