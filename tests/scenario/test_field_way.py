"""What teams fill in offline and bring back says the same as a table of their findings would."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from audit_lib import stages
from audit_lib.errors import CallError
from audit_lib.field import load_pages
from audit_lib.intake import load_intake
from audit_lib.params import Run
from audit_lib.stages import field
from audit_lib.stages.collect import collect_findings, with_findings
from tests.field.filling import Cells, fill
from tests.scenario.test_field import choose
from tests.scenario.test_main_job import SEEDS

EPOCH = pd.Timestamp("1899-12-30")


def answer(page: pd.Series, visit: pd.Series, items: pd.DataFrame) -> Cells:
    """What a leader puts into a page, from the findings as a table tells them."""
    cells: dict[str, str | float] = {"C8": (visit["date"] - EPOCH).days, "C9": visit["inspectors"]}
    for cell, column in (("F8", "outcome"), ("F9", "conclusion"), ("C10", "replaces"), ("F10", "already_so")):
        if not pd.isna(visit[column]):
            cells[cell] = visit[column]
    for row, item in enumerate(page["items"].split("、"), start=13):
        if item in items.index:
            cells[f"E{row}"] = items.at[item, "result"]
            if not pd.isna(items.at[item, "share"]):
                cells[f"F{row}"] = float(items.at[item, "share"])
    return cells


def bring_back(run: Run, folder: Path) -> None:
    """Fill in every team's workbook as the tables of the run tell, and put it there under another name."""
    tables = load_intake(run.folder / "intake").tables
    visits = tables["province_checks"].set_index("unit_id")
    items = dict(list(tables["check_items"].set_index("item_id").groupby("check_id")))
    folder.mkdir()
    seen: set[str] = set()
    for number, (team, pages) in enumerate(load_pages(run.campaign).groupby("team")):
        sheets = {}
        for place, page in enumerate(pages.to_dict("records"), start=1):
            unit = page["unit_id"]
            if unit not in visits.index or unit in seen:
                continue
            seen.add(unit)
            title = f"{place:02d}" if page["drawn"] else f"备{page['rank']}"
            none = pd.DataFrame(columns=["result", "share"])
            cells = answer(pd.Series(page), visits.loc[unit], items.get(visits.at[unit, "check_id"], none))
            sheets[f"{title} {page['unit_name']}"] = cells
        data = (run.folder / "field" / f"{team}.xlsx").read_bytes()
        (folder / f"第{number}组.xlsx").write_bytes(fill(data, sheets))
    assert seen == set(visits.index)


@pytest.fixture(scope="module")
def came_back(judged, tmp_path_factory) -> tuple[Run, Run, Path]:
    """The run with its tables, the same run with workbooks in their stead, and their folder."""
    run = choose(judged(SEEDS[0]).run, from_areas=["990000"])
    home = tmp_path_factory.mktemp("field")
    later = dataclasses.replace(run, output=home / "out")
    shutil.copytree(run.campaign, later.campaign)
    shutil.copytree(run.folder / "intake", later.folder / "intake")
    field.assign(later)
    assert field.sheets(later).startswith("现场核查表 ")
    bring_back(later, home / "back")
    inputs = {
        name: one for name, one in run.params.inputs.items() if name not in ("province_checks", "check_items")
    }
    told = {"inputs": inputs, "findings": [str(home / "back" / "*.xlsx")]}
    return run, dataclasses.replace(later, params=later.params.model_copy(update=told)), home / "back"


@pytest.mark.slow
def test_judgement_from_workbooks_is_that_from_tables(came_back):
    run, later, _ = came_back
    stages.check(later)
    stages.judge(later)
    for name in ("estimates", "verdicts"):
        one, other = (pd.read_parquet(each.folder / "judgement" / f"{name}.parquet") for each in (run, later))
        pd.testing.assert_frame_equal(one, other)
    told = ["unit_id", "earned", "possible", "completeness", "score", "key_failed", "conclusion"]
    one, other = (
        pd.read_parquet(each.folder / "judgement" / "scores.parquet")[told].sort_values(
            "unit_id", ignore_index=True
        )
        for each in (run, later)
    )
    assert len(one) > 200
    pd.testing.assert_frame_equal(one, other)
    files = load_intake(later.folder / "intake").files
    back = files[files["file"].str.startswith("第")]
    assert (
        back["read"].sum()
        == back["kept"].sum()
        == len(load_intake(run.folder / "intake").tables["province_checks"])
    )


@pytest.mark.slow
def test_collecting_them_says_how_far_the_teams_are(came_back):
    _, later, folder = came_back
    lines = collect_findings(later, [folder])
    assert "完成 243, 进行中 0, 未开始 0 家; 不一致 0 处, 问题 0 处, 隔离 0 页或行" in lines[-1]
    progress = pd.read_excel(
        later.folder / "findings" / "progress.xlsx", sheet_name="按单位", engine="calamine"
    )
    assert (progress["进度"] == "完成").all()
    assert len(progress) == 243, "the reserves that were called stand there too"
    ledger = pd.read_excel(
        later.folder / "findings" / "replacements.xlsx", sheet_name="替补台账", engine="calamine"
    )
    assert (ledger["替补到访情况"] == "已检查").sum() == 3


@pytest.mark.slow
def test_tables_and_workbooks_that_tell_of_one_visit_are_both_named(came_back):
    run, later, _ = came_back
    both = dataclasses.replace(later, params=later.params.model_copy(update={"inputs": run.params.inputs}))
    problems = stages.check(both).problems
    twice = problems[problems["due"].str.startswith("省级核查记录的文件里也有这一家的这次核查")]
    assert len(twice) == 243


def test_nobody_collects_what_was_not_handed_out(judged, tmp_path):
    run = dataclasses.replace(judged(SEEDS[0]).run, output=tmp_path / "out")
    (tmp_path / "a.xlsx").write_bytes(b"x")
    with pytest.raises(CallError) as caught:
        collect_findings(run)
    assert str(caught.value) == "没有交回的现场核查表: 在命令里写出文件或文件夹, 或在参数 findings 里写出"
    with pytest.raises(CallError) as caught:
        collect_findings(run, [tmp_path])
    assert str(caught.value) == "本行动还没有发出现场核查表, 请先运行 audit sheets"
    with pytest.raises(CallError) as caught:
        collect_findings(run, [tmp_path / "没有"])
    assert str(caught.value) == f"没有这个文件或文件夹: {tmp_path / '没有'}"
    with pytest.raises(CallError) as caught:
        field.sheets(run)
    assert str(caught.value) == "还没有分派检查人员, 请在参数里写 assignment 并先运行 audit assign"


def test_findings_that_did_not_come_yet_are_named_and_stop_nothing(judged, tmp_path):
    run = judged(SEEDS[0]).run
    waiting = dataclasses.replace(
        run,
        output=tmp_path / "out",
        params=run.params.model_copy(update={"findings": ["回收/*.xlsx"], "inputs": {}}),
    )
    intake = with_findings(waiting, load_intake(run.folder / "intake"))
    row = intake.files[intake.files["file"] == "回收/*.xlsx"].iloc[0]
    assert row[["table", "status", "reason", "read"]].tolist() == [
        "province_checks",
        "missing",
        "没有这样的文件",
        0,
    ]
    assert intake.tables["province_checks"].equals(
        load_intake(run.folder / "intake").tables["province_checks"]
    )


def test_commands_refuse_with_the_code_of_a_wrong_call(judged, tmp_path):
    file = judged(SEEDS[0]).run.file
    audit = Path(sys.executable).with_name("audit")
    for words in (["sheets", file], ["collect", file]):
        done = subprocess.run([audit, *words], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 2, done.stderr.decode()


def test_objections_of_the_demo_are_kept_for_the_campaign_and_stand_in_the_tables(judged):
    run = judged(SEEDS[0]).run
    kept = pd.read_parquet(run.campaign / "objections.parquet")
    assert kept["decision"].fillna("").tolist().count("") == 1
    assert sorted(kept["decision"].dropna()) == ["更正", "维持"]
    assert len(load_intake(run.folder / "intake").tables["objections"]) == 3
    assert (run.campaign / "objections.xlsx").exists()
