"""Who handed in no roster is named on the first screen."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cases
from bs4 import BeautifulSoup

from audit_lib.reporting import acceptance_report, report_html


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
    assert f"没有报送单位名录的县区: {'、'.join(silent)}。有关条款不作达到。" in words
