"""The bulletin of a Friday over a made-up province: faults planted in its reports come out by name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from audit_lib.compliance import weekly_measures
from audit_lib.errors import CallError
from audit_lib.intake import Intake, load_intake
from audit_lib.params import Run
from audit_lib.reporting import report_html, report_workbook, weekly_report
from audit_lib.reporting.friday import CHECKS
from audit_lib.reporting.week import Week, _mine, find_friday, read_week

FRIDAY = dt.date(2014, 3, 14)
DAY = pd.Timestamp(FRIDAY)
SEED = 2014
AUDIT = Path(sys.executable).with_name("audit")


@pytest.fixture(scope="module")
def run(judged) -> Run:
    return judged(SEED).run


@pytest.fixture(scope="module")
def intake(run: Run) -> Intake:
    return load_intake(run.folder / "intake")


@pytest.fixture(scope="module")
def plain(run: Run, intake: Intake) -> Week:
    return read_week(intake, run, "990000", FRIDAY)


@pytest.fixture(scope="module")
def bodies(plain: Week) -> list[str]:
    """Bodies that reported in time for units that nobody else speaks for, in the order of areas."""
    reports = plain.reports
    quiet = reports[reports["state"].eq("on_time") & reports["inspected"].notna()]
    return list(quiet.loc[~quiet["area"].duplicated(keep=False), "body"])


def planted(run: Run, intake: Intake, weekly: pd.DataFrame, *, as_of: str = "2014-03-31") -> Week:
    told = run.params.model_copy(update={"as_of": dt.date.fromisoformat(as_of)})
    again = dataclasses.replace(intake, tables={**intake.tables, "weekly": weekly})
    return read_week(again, dataclasses.replace(run, params=told), "990000", FRIDAY)


def test_area_of_which_nothing_is_told_has_no_row(plain: Week) -> None:
    quiet = dataclasses.replace(plain.case, codes=frozenset({"990199"}), level="county")
    assert len(plain.reports)
    assert _mine(quiet, plain.reports).empty


def of_week(weekly: pd.DataFrame, body: str, friday: pd.Timestamp = DAY) -> pd.Series:
    return weekly["body"].eq(body) & weekly["week"].eq(friday)


def test_hour_decides_what_became_of_a_report(run: Run, intake: Intake, bodies: list[str]) -> None:
    received = {
        "2014-03-14 11:00:00": "on_time",
        "2014-03-14 11:01:00": "late",
        "2014-03-20 23:59:59": "late",
        "2014-03-21 00:00:00": "missing",
        None: "undated",
    }
    weekly = intake.tables["weekly"].copy()
    for body, moment in zip(bodies, received, strict=False):
        weekly.loc[of_week(weekly, body), "received_at"] = pd.Timestamp(moment) if moment else pd.NaT
    states = planted(run, intake, weekly).reports.set_index("body")["state"]
    assert [states[body] for body, _ in zip(bodies, received, strict=False)] == list(received.values())


def test_report_that_never_came_is_missing_only_from_the_next_friday_on(
    run: Run, intake: Intake, bodies: list[str]
) -> None:
    weekly = intake.tables["weekly"]
    without = weekly[~of_week(weekly, bodies[0])]
    for as_of, words in (("2014-03-20", "尚未收到"), ("2014-03-21", "缺报")):
        assert f"{words}: {bodies[0]}" in page_of(planted(run, intake, without, as_of=as_of))


def fall(weekly: pd.DataFrame, body: str) -> pd.DataFrame:
    before = weekly.loc[of_week(weekly, body, DAY - pd.Timedelta(days=7)), "fund_total"].iloc[0]
    weekly.loc[of_week(weekly, body), "fund_total"] = before - 1
    return weekly


def exceed(weekly: pd.DataFrame, body: str) -> pd.DataFrame:
    found = weekly.loc[of_week(weekly, body), "general_found"]
    weekly.loc[of_week(weekly, body), "general_closed"] = found + 1
    return weekly


def unbalance(weekly: pd.DataFrame, body: str) -> pd.DataFrame:
    weekly.loc[of_week(weekly, body), "major_planned"] += 1
    return weekly


def repeat(weekly: pd.DataFrame, body: str) -> pd.DataFrame:
    figures = [*weekly_measures()]
    model = weekly.loc[of_week(weekly, body, DAY - pd.Timedelta(days=14)), figures].iloc[0]
    for back in (0, 7):
        weekly.loc[of_week(weekly, body, DAY - pd.Timedelta(days=back)), figures] = model.to_numpy()
    return weekly


def copy(weekly: pd.DataFrame, body: str, model: str) -> pd.DataFrame:
    figures = [*weekly_measures()]
    said = weekly.loc[of_week(weekly, model), figures].iloc[0]
    weekly.loc[of_week(weekly, body), figures] = said.to_numpy()
    return weekly


def test_figures_that_do_not_tie_are_found_for_their_body_and_for_no_other(
    run: Run, intake: Intake, plain: Week, bodies: list[str]
) -> None:
    weekly = intake.tables["weekly"].copy()
    for change, body in zip((fall, exceed, unbalance, repeat), bodies, strict=False):
        weekly = change(weekly, body)
    weekly = copy(weekly, bodies[-1], bodies[-2])
    week = planted(run, intake, weekly)
    key = ["check", "body", "measure"]
    new = set(week.found[key].itertuples(index=False)) - set(plain.found[key].itertuples(index=False))
    signs = {(row.check, row.body) for row in new if row.check != "ledger"}
    expected = {
        ("fell", bodies[0]),
        ("part", bodies[1]),
        ("majors", bodies[2]),
        ("stale", bodies[3]),
        ("copied", bodies[3]),  # two equal weeks are each other's copy too
        ("copied", bodies[-1]),
    }
    assert expected <= signs
    # Whoever takes over another's figures may also fall below its own: nobody else is named.
    assert {body for _, body in signs} == {bodies[place] for place in (0, 1, 2, 3, -1)}
    assert f"{CHECKS['copied']} " in page_of(week)


def page_of(week: Week) -> str:
    return BeautifulSoup(report_html(weekly_report(week)), "html.parser").get_text(" ", strip=True)


def test_first_screen_keeps_the_order_of_questions(plain: Week) -> None:
    page = BeautifulSoup(report_html(weekly_report(plain)), "html.parser")
    heads = [head.get_text() for head in page(["h2", "h3"])]
    asked = ["一页概览", "周报报送", "本周变化", "需督办的重大隐患", "数字核对"]
    parts = [
        "一、本周进展",
        "二、主要做法",
        "三、存在问题",
        "四、下周安排",
        "附件1　周报表",
        "附件2　数字核对",
    ]
    assert [head for head in heads if head in asked + parts] == asked + parts


def test_totals_of_the_page_are_sums_of_the_friday_table(plain: Week) -> None:
    numbers = {number.key: number.value for number in weekly_report(plain).numbers}
    for key in ("units_due", "inspected", "general_found", "major_found", "fund_total"):
        assert numbers[key] == plain.reports[key].sum() > 0


def test_counts_of_the_province_are_those_of_its_tables(run: Run, intake: Intake, plain: Week) -> None:
    """What was done in the week: counted once more here, by hand, from the checks themselves."""
    checks, units = intake.tables["county_checks"], intake.tables["units"]
    whole = checks.dropna(subset=["date", "conclusion"])
    whole = whole[whole["inspectors"].fillna("").str.strip().ne("") & whole["unit_id"].isin(units["unit_id"])]
    first = whole[whole["date"] >= "2014-02-01"].groupby("unit_id")["date"].min()
    numbers = {number.key: number.value for number in weekly_report(plain).numbers}
    in_week = int(first.between("2014-03-07", "2014-03-13").sum())
    assert abs(numbers["did_inspected"] - in_week) <= 5  # checks from above, units closed with evidence


def test_bulletin_uses_no_word_that_judges_people(plain: Week, forbidden_words: tuple[str, ...]) -> None:
    report = weekly_report(plain)
    book = CalamineWorkbook.from_filelike(io.BytesIO(report_workbook(report)))
    said = page_of(plain) + str([book.get_sheet_by_name(name).to_python() for name in book.sheet_names])
    assert [word for word in (*forbidden_words, "排名") if word in said.replace("不作排名", "")] == []
    assert "送审稿" in said
    assert "演示数据" in said


def test_row_order_of_the_tables_changes_nothing(run: Run, intake: Intake, plain: Week) -> None:
    turned = {name: table.iloc[::-1].reset_index(drop=True) for name, table in intake.tables.items()}
    week = read_week(dataclasses.replace(intake, tables=turned), run, "990000", FRIDAY)
    assert report_html(weekly_report(week)) == report_html(weekly_report(plain))


def test_bulletin_of_a_city_speaks_of_its_own_bodies(run: Run, intake: Intake, plain: Week) -> None:
    week = read_week(intake, run, "990100", FRIDAY)
    assert set(week.reports["area"]) == {"990100"}
    assert set(week.pace["area"]) == {"990100"}
    assert plain.reports["area"].nunique() > 5


@pytest.mark.parametrize(
    ("as_of", "week", "message"),
    [
        ("2014-02-01", None, "截至判定日 2014-02-01 还没有应报周报的周五"),
        (
            "2014-02-20",
            "2014-02-21",
            "截至判定日 2014-02-20, 2014-02-21 不是应报周报的周五; 应报的有: 2014-02-07、2014-02-14",
        ),
    ],
)
def test_day_on_which_nothing_is_due_is_a_wrong_call(
    run: Run, as_of: str, week: str | None, message: str
) -> None:
    told = run.params.model_copy(update={"as_of": dt.date.fromisoformat(as_of)})
    with pytest.raises(CallError) as refused:
        find_friday(dataclasses.replace(run, params=told), week)
    assert str(refused.value) == message


def test_command_writes_page_workbook_and_notebook_as_of_the_day_told(run: Run, tmp_path: Path) -> None:
    done = subprocess.run(
        [AUDIT, "weekly", run.file, "--week", "2014-03-14", "--as-of", "2014-03-14"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    folder = run.folder / "weekly" / "2014-03-14" / "990000"
    assert (done.returncode, done.stdout) == (0, f"周报 2014-03-14 在 {folder}\n"), done.stderr
    written = [f"weekly.{one}" for one in ("docx", "html", "ipynb", "pdf", "xlsx")]
    assert sorted(file.name for file in folder.iterdir()) == written
    page = BeautifulSoup((folder / "weekly.html").read_text(encoding="utf-8"), "html.parser").get_text()
    assert "2014年3月14日24时" in page
    notebook = json.loads((folder / "weekly.ipynb").read_text(encoding="utf-8"))
    assert str(run.folder.parent) not in json.dumps(notebook)
