"""The report page in a real browser without network: sorts, filters, leads to rows, prints, runs nothing."""

from __future__ import annotations

import base64
import dataclasses
import json
import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.reporting import Cards, Grid, Number, Paragraph, Report, Section, report_html
from audit_lib.reporting.tables import Column
from tests.browser.chromium import Chromium

PAYLOADS = (
    "<script>fired('script')</script>",
    "</script><script>fired('closed')</script>",
    "\"><img src=x onerror=fired('img')>",
    "'><svg/onload=fired('svg')>",
    "</td></tr></table><iframe srcdoc=\"<script>parent.fired('frame')</script>\"></iframe>",
    "</style><style>*{display:none}</style>",
    "</title><body onload=fired('body')>",
    "<!--",
    "]]>",
    "javascript:fired('address')",
    "\" autofocus onfocus=fired('focus') x=\"",
    "{{ 7 * 7 }}{% raw %}",
    "${fired('template')}",
    "&lt;script&gt;fired('twice')&lt;/script&gt;",
    "<base href='//example.invalid/'>",
    "<meta http-equiv=refresh content='0;url=//example.invalid/'>",
    "\u2028\u202efired('turned')",
    '=HYPERLINK("//example.invalid")',
)
"""Names of units, as a file may have them."""

SHARES = ((1, 3), (80, 401), (1999, 2000), (0, 7), (0, 0), (None, 5))
RESULTS = ("not_met", "met", "not_assessable", "not_met", "not_applicable", "not_assessable")
NAMES = ("青原市", "南溪区", "北溪区", "梅岭市", "松岭县", "十里县")


def areas() -> Grid:
    rows = [
        {"name": name, "done": done, "due": due, "result": result}
        for name, (done, due), result in zip(NAMES, SHARES, RESULTS, strict=True)
    ]
    columns = (
        Column("name", "地区"),
        Column("due", "应抽", "count", group="抽检"),
        Column("done", "比例", "share", "due", Fraction(1, 5), "result", group="抽检", rows="依据"),
        Column("result", "结论", "result"),
    )
    return Grid("各地区", "各地区完成情况", columns, pd.DataFrame(rows))


def evidence(count: int) -> Grid:
    columns = (Column("area", "地区"), Column("unit", "单位"), Column("no", "序号", "count"))
    rows = [
        {"area": NAMES[place % len(NAMES)], "unit": PAYLOADS[place % len(PAYLOADS)], "no": place}
        for place in range(count)
    ]
    return Grid("依据", "依据各行", columns, pd.DataFrame(rows), folded=True, shown=40)


def report() -> Report:
    number = Number("spot", PAYLOADS[0], "share", 80, PAYLOADS[2], 401, result="not_met", rows="依据")
    plain = Number("due", "应检", "count", 12, "自报", unit="家")
    first = Section(
        "overview",
        f"概览 {PAYLOADS[5]}",
        (Cards(("spot", "due")), Paragraph(f"抽检率 {{spot}}。{PAYLOADS[1]}"), areas()),
        (number, plain),
    )
    title = f"青原市 {PAYLOADS[6]}"
    return Report(
        "990100", title, PAYLOADS[7], ("送审稿",), (("运行", PAYLOADS[10]),), (first, Section("rules", "依据", (evidence(90),)))
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(report_html(report()), encoding="utf-8")
    return file


@pytest.fixture
def opened(chromium: Chromium, page: Path) -> Chromium:
    chromium.call("Emulation.setEmulatedMedia", media="")
    chromium.size(1280, 900)
    chromium.open(page)
    return chromium


def column(chromium: Chromium, place: int, *, table: int = 0) -> list[str]:
    """What stands in a column of the rows that are seen."""
    said = chromium.evaluate(
        f"[...document.querySelectorAll('table')[{table}].tBodies[0].rows].filter(row => !row.hidden)"
        f".map(row => row.cells[{place}].textContent)"
    )
    return [str(one) for one in said]


def click(chromium: Chromium, selector: str) -> None:
    chromium.evaluate(f"document.querySelector({json.dumps(selector)}).click()")


def fill(chromium: Chromium, words: str, *, table: int = 0) -> str:
    """Type into a table's filter; return what is told about it."""
    return str(
        chromium.evaluate(
            f"(() => {{ const box = document.querySelectorAll('.tools')[{table}]; const words = box.querySelector('input');"
            f"words.value = {json.dumps(words)}; words.dispatchEvent(new Event('input'));"
            "return box.querySelector('[role=status]').textContent; })()"
        )
    )


def test_column_sorts_by_value_and_not_by_print(opened: Chromium) -> None:
    share = "thead tr:last-child th:nth-child(3) button"
    click(opened, share)
    assert column(opened, 2) == ["▲ 0.0%", "● 19.95%", "▲ 33.3%", "◇ 99.95%", "－ —", "◇ 缺"]
    click(opened, share)
    assert column(opened, 2) == ["◇ 99.95%", "▲ 33.3%", "● 19.95%", "▲ 0.0%", "－ —", "◇ 缺"]
    click(opened, share)
    assert column(opened, 0) == list(NAMES)


def test_results_sort_gravest_first_and_one_column_at_a_time_says_how(opened: Chromium) -> None:
    heads = "[...document.querySelectorAll('table')[0].tHead.rows[1].cells].map(head => head.ariaSort)"
    click(opened, "thead tr:last-child th:nth-child(1) button")
    assert opened.evaluate(heads) == ["ascending", "none", "none", "none"]
    click(opened, "thead tr:last-child th:nth-child(4) button")
    assert opened.evaluate(heads) == ["none", "none", "none", "ascending"]
    assert column(opened, 3) == ["▲ 未达到"] * 2 + ["◇ 无法判定"] * 2 + ["－ 不适用", "● 达到"]


def test_filter_keeps_rows_with_all_words_and_says_how_many(opened: Chromium) -> None:
    assert fill(opened, "市 未达到") == "2 / 6 行"
    assert column(opened, 0) == ["青原市", "梅岭市"]
    assert fill(opened, "没有的词") == "0 / 6 行"
    assert fill(opened, "") == ""
    assert len(column(opened, 0)) == 6


def test_total_stays_below_its_parts_and_few_rows_have_no_filter(chromium: Chromium, tmp_path: Path) -> None:
    columns = (Column("grade", "等级"), Column("n", "处", "count"))
    rows = pd.DataFrame([("一般", 3), ("重大", 5), ("合计", 8)], columns=["grade", "n"])
    plain = report()
    small = Section("s", "隐患", (Grid("隐患", "隐患", columns, rows),))
    file = tmp_path / "small.html"
    file.write_text(report_html(dataclasses.replace(plain, sections=(small,))), encoding="utf-8")
    chromium.open(file)
    for _ in range(2):
        click(chromium, "thead th:nth-child(2) button")
    assert column(chromium, 0) == ["重大", "一般", "合计"]
    assert chromium.evaluate("document.querySelector('.tools').getClientRects().length") == 0


def test_filter_of_a_cut_table_says_that_it_does_not_see_all(opened: Chromium) -> None:
    told = "(只在列出的前 40 行中; 共 90 行, 全部见工作簿)"
    assert fill(opened, "", table=1) == told
    assert fill(opened, "青原市", table=1) == f"7 / 40 行{told}"


def test_figure_of_a_row_opens_the_table_with_its_rows_only(opened: Chromium) -> None:
    click(opened, "tbody a.to-rows[data-filter=青原市]")
    assert opened.evaluate("document.querySelector('details').open")
    assert set(column(opened, 0, table=1)) == {"青原市"}
    assert opened.evaluate("document.activeElement.id") == "rules.依据"
    click(opened, ".card a.to-rows")
    assert len(column(opened, 0, table=1)) == 40


def test_only_figures_of_what_was_not_done_lead_anywhere(opened: Chromium) -> None:
    links = "[...document.querySelectorAll('tbody a.to-rows')].map(link => link.dataset.filter)"
    assert opened.evaluate(links) == ["青原市", "北溪区", "梅岭市", "十里县"]
    assert opened.evaluate("document.querySelectorAll('.card a.to-rows').length") == 1


def test_keyboard_reaches_each_heading_filter_and_table(opened: Chromium) -> None:
    seen = []
    for _ in range(20):
        opened.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        opened.call("Input.dispatchKeyEvent", type="keyUp", key="Tab", code="Tab", windowsVirtualKeyCode=9)
        seen.append(
            opened.evaluate("document.activeElement.tagName + ' ' + document.activeElement.className")
        )
    assert {"A to-rows", "INPUT ", "DIV scroll", "BUTTON ", "SUMMARY "} <= set(seen)
    opened.evaluate("document.querySelector('th button').focus()")
    opened.call(
        "Input.dispatchKeyEvent",
        type="keyDown",
        key="Enter",
        code="Enter",
        text="\r",
        windowsVirtualKeyCode=13,
    )
    assert opened.evaluate("document.querySelector('th[aria-sort]').ariaSort") == "ascending"


def test_each_table_and_field_has_a_name_for_those_who_cannot_see(opened: Chromium) -> None:
    tree = opened.call("Accessibility.getFullAXTree")["nodes"]
    named = {
        role: [one["name"]["value"] for one in tree if one.get("role", {}).get("value") == role]
        for role in ("table", "region", "searchbox", "columnheader")
    }
    assert named["table"][0] == named["region"][0] == "各地区完成情况"
    assert named["searchbox"]
    assert all(all(names) for names in named.values())


def test_print_shows_every_row_and_no_tools_whatever_was_filtered(opened: Chromium, tmp_path: Path) -> None:
    fill(opened, "没有的词")
    opened.call("Emulation.setEmulatedMedia", media="print")
    seen = "document.querySelector('table').tBodies[0].rows[0].getClientRects().length"
    assert opened.evaluate(seen) == 1
    assert opened.evaluate("getComputedStyle(document.querySelector('.tools')).display") == "none"
    sheet = tmp_path / "page.pdf"
    sheet.write_bytes(base64.b64decode(opened.call("Page.printToPDF", preferCSSPageSize=True)["data"]))
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    told = subprocess.run(["pdftotext", "-layout", sheet, "-"], capture_output=True, check=True)
    text = told.stdout.decode("utf-8")
    assert all(name in text for name in (*NAMES, "送审稿"))
    assert "筛选" not in text
    assert "↕" not in text
    sheets = [one for one in text.split("\f") if "fired('svg')" in one]
    assert len(sheets) > 1
    assert all("序号" in one for one in sheets)


@pytest.mark.parametrize("width", [320, 360, 414])
def test_phone_never_scrolls_sideways_but_inside_a_table(opened: Chromium, width: int) -> None:
    opened.size(width, 720)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.evaluate("document.querySelector('h1').getBoundingClientRect().right") <= width


def test_nothing_is_asked_of_a_network_and_the_console_stays_silent(opened: Chromium, page: Path) -> None:
    click(opened, "thead button")
    fill(opened, "青")
    click(opened, ".card a.to-rows")
    assert opened.asked == [page.resolve().as_uri()]
    assert opened.said == []


def test_no_script_runs_from_data_and_all_of_it_is_read_as_text(chromium: Chromium, page: Path) -> None:
    seen = chromium.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="window.heard = []; window.fired = (what) => { window.heard.push(what); };",
    )
    chromium.open(page)
    chromium.evaluate("document.querySelector('details').open = true")
    chromium.evaluate("new Promise(done => setTimeout(done, 200))")
    assert chromium.evaluate("window.heard") == []
    texts = chromium.evaluate(
        "[...document.querySelectorAll('table')[1].tBodies[0].rows].map(r => r.cells[1].textContent)"
    )
    assert set(texts) == set(PAYLOADS)
    assert chromium.evaluate("document.querySelectorAll('script, iframe, base, img, svg').length") == 1
    assert chromium.evaluate("document.title").startswith(f"青原市 {PAYLOADS[6]}")
    assert chromium.said == []
    chromium.call("Page.removeScriptToEvaluateOnNewDocument", identifier=seen["identifier"])


def test_a_script_that_got_into_the_page_would_still_not_run(chromium: Chromium, tmp_path: Path) -> None:
    file = tmp_path / "forged.html"
    text = report_html(report()).replace("</main>", "<script>document.title = '改了'</script></main>", 1)
    file.write_text(text, encoding="utf-8")
    chromium.open(file)
    assert chromium.evaluate("document.title") != "改了"
    assert "Content Security Policy" in chromium.said[0]
