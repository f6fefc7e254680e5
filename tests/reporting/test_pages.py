"""Page and workbook of a small province made by hand."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import cases
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from audit_lib.errors import ReportError
from audit_lib.reporting import (
    Number,
    Paragraph,
    Report,
    Section,
    acceptance_report,
    figures,
    report_html,
    report_workbook,
)
from audit_lib.reporting.weekly import change_table

FORBIDDEN = re.compile("造假|虚假|作弊|黑榜|走过场|容忍率|拒收|问责|排名第")
AREAS = (cases.PROVINCE, cases.CITY, cases.COUNTY, cases.LONE)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    folder = tmp_path_factory.mktemp("reports")
    return {area: acceptance_report(cases.case(folder, area)) for area in AREAS}


@pytest.fixture(scope="module")
def pages(reports: dict[str, Report]) -> dict[str, str]:
    return {area: report_html(report) for area, report in reports.items()}


@pytest.fixture(scope="module")
def books(reports: dict[str, Report]) -> dict[str, CalamineWorkbook]:
    return {
        area: CalamineWorkbook.from_filelike(io.BytesIO(report_workbook(report)))
        for area, report in reports.items()
    }


def text_of(page: str) -> str:
    return BeautifulSoup(page, "html.parser").get_text(" ", strip=True)


@pytest.mark.parametrize("area", AREAS)
def test_every_number_of_the_page_stands_in_the_workbook(
    area: str, pages: dict[str, str], books: dict[str, CalamineWorkbook]
) -> None:
    rows = books[area].get_sheet_by_name("主要数字").to_python(skip_empty_area=False)[3:]
    printed = {row[5]: row[1] for row in rows}
    shown = {
        (tag["data-number"], tag.get_text())
        for tag in BeautifulSoup(pages[area], "html.parser").select("[data-number]")
    }
    assert shown
    assert shown <= set(printed.items())


@pytest.mark.parametrize("area", AREAS)
def test_every_table_of_the_page_has_the_figures_of_its_sheet(
    area: str, reports: dict[str, Report], books: dict[str, CalamineWorkbook]
) -> None:
    report, book = reports[area], books[area]
    page = BeautifulSoup(report_html(report), "html.parser")
    tables = {
        tuple(th.get_text() for th in table.select("thead tr:last-child th")): table
        for table in page("table")
    }
    for grid in report.grids:
        if grid.rows.empty or grid.where == "book":
            continue
        there = [column in grid.filled for column in grid.columns]
        table = tables[tuple(column.title for column in grid.filled)]
        rows = [
            [re.sub("^[●▲◇－○·] ", "", td.get_text()) for td in tr("td")] for tr in table.select("tbody tr")
        ]
        sheet = book.get_sheet_by_name(grid.name).to_python(skip_empty_area=False)[3:]
        for on_page, in_book in zip(rows, sheet, strict=True):
            assert {value for value, shown in zip(in_book, there, strict=True) if not shown} <= {""}
            shown_values = [value for value, shown in zip(in_book, there, strict=True) if shown]
            for text, value in zip(on_page, shown_values, strict=True):
                if isinstance(value, float) and text.endswith("%"):
                    assert abs(float(text[:-1]) - value * 100) <= 0.05 + 1e-9
                elif isinstance(value, float):
                    assert float(text.replace(",", "")) == value
                else:
                    assert text.split() == re.sub("^[●▲◇－○·] ", "", str(value)).split()


def test_failing_city_prints_the_share_that_fails(pages: dict[str, str]) -> None:
    page = BeautifulSoup(pages[cases.CITY], "html.parser")
    said = " ".join(page.find(id=part).get_text(" ", strip=True) for part in ("overview", "summary", "spot"))
    assert "19.95%" in said
    assert "20.0%" not in said.replace("(虚线为 20.0%)", "")


@pytest.mark.parametrize("area", AREAS)
def test_hostile_name_is_text(area: str, pages: dict[str, str]) -> None:
    page = BeautifulSoup(pages[area], "html.parser")
    (script,) = page("script")
    for tag, body in (("script", script.string), ("style", page.find("style").string)):
        due = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{due}'" in pages[area]
    if area in (cases.PROVINCE, cases.CITY, cases.COUNTY):
        assert '<script>alert("x")</script>=1+1' in page.get_text()


def test_hostile_name_is_no_formula(books: dict[str, CalamineWorkbook]) -> None:
    cells = [
        cell
        for sheet in books[cases.COUNTY].sheet_names
        for row in books[cases.COUNTY].get_sheet_by_name(sheet).to_python()
        for cell in row
    ]
    assert cases.HOSTILE in cells


@pytest.mark.parametrize("area", AREAS)
def test_page_needs_nothing_from_outside(area: str, pages: dict[str, str]) -> None:
    class Links(HTMLParser):
        found: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [
                value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")
            ]

    links = Links()
    links.found = []
    links.feed(pages[area])
    assert all(link.startswith(("data:image/png;base64,", "#")) for link in links.found)
    assert not re.search("https?://|url\\(|@import", pages[area])
    assert "default-src 'none'" in pages[area]


@pytest.mark.parametrize("area", AREAS)
def test_every_anchor_has_its_place(area: str, pages: dict[str, str]) -> None:
    page = BeautifulSoup(pages[area], "html.parser")
    assert {tag["href"][1:] for tag in page.select("nav a")} == {tag["id"] for tag in page("section")}


@pytest.mark.parametrize("area", AREAS)
def test_no_forbidden_word_is_used(
    area: str, pages: dict[str, str], books: dict[str, CalamineWorkbook]
) -> None:
    words = text_of(pages[area]) + str(
        [books[area].get_sheet_by_name(name).to_python() for name in books[area].sheet_names]
    )
    assert FORBIDDEN.findall(words) == []


@pytest.mark.parametrize("area", AREAS)
def test_page_says_what_it_is(area: str, pages: dict[str, str]) -> None:
    words = text_of(pages[area])
    assert "送审稿" in words
    assert "演示数据" in words
    assert "通报" not in BeautifulSoup(pages[area], "html.parser").find("h1").get_text()


def test_real_province_is_not_called_a_demonstration(tmp_path: Path) -> None:
    page = report_html(acceptance_report(cases.case(tmp_path, demo=False)))
    assert "演示数据" not in page
    assert "送审稿" in page


def test_first_screen_says_what_an_official_looks_for(pages: dict[str, str]) -> None:
    first = BeautifulSoup(pages[cases.PROVINCE], "html.parser").find(id="overview").get_text(" ", strip=True)
    for words in (
        "有 1 个文件不在本报告内",
        "文件已加密, 打不开",
        "周报有缺报的单位: 青原市卫生局",
        "应检单位 2,300 家",
        "99.96%",
        "建议列为未按期完成任务地区(待核定)的有 2 个",
        "R-05 还差 1 家",
        "应挂牌未挂牌 1 处",
        "没有可用的单位名录",
        "与上周五相比",
    ):
        assert words in first, words


def test_evidence_leads_to_file_and_sheet(pages: dict[str, str]) -> None:
    words = BeautifulSoup(pages[cases.COUNTY], "html.parser").find(id="rules").get_text(" ", strip=True)
    assert "名录/青原市.xlsx 南溪区" in words


def test_same_case_gives_the_same_bytes(tmp_path: Path, reports: dict[str, Report]) -> None:
    first, second = reports[cases.PROVINCE], acceptance_report(cases.case(tmp_path))
    assert report_html(first) == report_html(second)
    assert report_workbook(first) == report_workbook(second)


def test_row_order_of_the_judgement_changes_nothing(tmp_path: Path, reports: dict[str, Report]) -> None:
    plain = cases.case(tmp_path)
    turned = dataclasses.replace(
        plain,
        rules=plain.rules.iloc[::-1],
        indicators=plain.indicators.iloc[::-1],
        verdicts=plain.verdicts.iloc[::-1],
        files=plain.files.iloc[::-1],
        tables={name: table.iloc[::-1] for name, table in plain.tables.items()},
    )
    again = acceptance_report(turned)
    assert report_html(reports[cases.PROVINCE]) == report_html(again)
    assert report_workbook(reports[cases.PROVINCE]) == report_workbook(again)


def test_sentence_cannot_refer_to_a_number_that_is_not_there() -> None:
    with pytest.raises(ReportError, match=r"^报告“概览”引用了没有的数: due$"):
        Section("x", "概览", (Paragraph("应检 {due} 家"),))


def test_one_name_cannot_mean_two_numbers(reports: dict[str, Report]) -> None:
    report = reports[cases.PROVINCE]
    other = Section("x", "又", (), (Number("due", "应检单位", "count", 1, "自报"),))
    with pytest.raises(ReportError, match=r"^报告中“应检单位”有两个不同的值$"):
        _ = dataclasses.replace(report, sections=(*report.sections, other)).numbers


def test_figures_are_the_same_bytes_twice() -> None:
    names, words = ["青原市", "梅岭市"], ["19.0%", "21.0%"]
    shares = pd.DataFrame({"name": names, "share": [0.19, 0.21], "words": words, "failed": [True, False]})
    once, again = (figures.share_bars(shares, target=0.2, label="率") for _ in range(2))
    assert once == again


def test_row_of_a_city_gives_counts_before_each_rate(pages: dict[str, str]) -> None:
    rows = BeautifulSoup(pages[cases.PROVINCE], "html.parser").select("#cities tbody tr")
    first = [cell.get_text(" ", strip=True) for cell in rows[0]("td")]
    assert first[:8] == ["青原市", "▲ 未达到", "2,000", "1,999", "▲ 99.95%", "401", "80", "▲ 19.95%"]
    alone = [cell.get_text(" ", strip=True) for cell in rows[1]("td")]
    assert alone[:8] == ["梅岭市", "● 达到", "300", "300", "● 100.0%", "0", "0", "－ —"]


def test_quota_table_says_how_many_are_missing_and_what_the_sample_leaves_open(pages: dict[str, str]) -> None:
    tables = BeautifulSoup(pages[cases.CITY], "html.parser").select("#spot table")
    quota, showing = (
        [cell.get_text(" ", strip=True) for cell in table.select("tbody td")] for table in tables[:2]
    )
    assert quota[:6] == ["青原市", "401", "81", "80", "1", "19.95%"]
    # C(401-13, 80) / C(401, 80) = 0.0527, with 14 it is 0.0419: 13 failing units can hide.
    assert showing[:4] == ["青原市", "401", "80", "13"]


def test_two_bodies_of_one_area_each_report_for_their_own_units(tmp_path: Path) -> None:
    plain = cases.case(tmp_path)
    weekly = plain.tables["weekly"]
    both = pd.concat(
        [weekly, weekly.assign(body="青原市计划生育委员会", inspected=pd.array([5, 8], dtype="Int64"))]
    )
    table = change_table(dataclasses.replace(plain, tables={**plain.tables, "weekly": both}))
    inspected = table[table["measure"].str.startswith("累计县检")].iloc[0]
    assert (inspected["before"], inspected["now"], inspected["change"]) == (1905, 2007, 102)


def test_correction_of_a_week_counts_instead_of_the_first_report(tmp_path: Path) -> None:
    plain = cases.case(tmp_path)
    weekly = plain.tables["weekly"]
    late = weekly.assign(
        inspected=weekly["inspected"] - 9, received_at=weekly["received_at"] + pd.Timedelta(days=1)
    )
    table = change_table(
        dataclasses.replace(plain, tables={**plain.tables, "weekly": pd.concat([late, weekly])})
    )
    inspected = table[table["measure"].str.startswith("累计县检")].iloc[0]
    assert (inspected["before"], inspected["now"]) == (1891, 1990)


def test_body_that_gave_only_one_week_is_no_change(tmp_path: Path) -> None:
    plain = cases.case(tmp_path)
    weekly = plain.tables["weekly"]
    once = weekly[weekly["week"] == "2014-03-28"].assign(body="青原市计划生育委员会", inspected=500)
    table = change_table(
        dataclasses.replace(plain, tables={**plain.tables, "weekly": pd.concat([weekly, once])})
    )
    inspected = table[table["measure"].str.startswith("累计县检")].iloc[0]
    assert (inspected["before"], inspected["now"], inspected["bodies"]) == (1900, 1999, 1)
