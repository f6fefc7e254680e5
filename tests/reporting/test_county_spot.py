"""A county's page says what the city's visits there can show, and judges nothing by it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cases
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from audit_lib.reporting import acceptance_report, report_html


@pytest.mark.parametrize(
    ("passed", "done", "said"),
    [
        (20, 4, ["20", "4", "20.0%", "9", "45.0%"]),  # hypergeometric tails, reference cases
        (50, 10, ["50", "10", "20.0%", "11", "22.0%"]),
        (20, 0, ["20", "0", "0.0%", "20", "100.0%"]),
    ],
)
def test_county_page_prints_its_own_line(tmp_path: Path, passed: int, done: int, said: list[str]) -> None:
    case = cases.case(tmp_path, cases.COUNTY)
    row = case.indicators.head(1).assign(
        area=cases.COUNTY, indicator="spot", numerator=done, denominator=passed, value=done / passed
    )
    others = case.indicators[
        ~((case.indicators["area"] == cases.COUNTY) & (case.indicators["indicator"] == "spot"))
    ]
    case = dataclasses.replace(case, indicators=pd.concat([others, row], ignore_index=True))
    page = BeautifulSoup(report_html(acceptance_report(case)), "html.parser")
    assert [cell.get_text(strip=True) for cell in page.select_one("#spot tbody")("td")] == said
