"""Beside the main way: inspectors are sent, replacements listed, plans compared with today."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from audit_lib import stages
from audit_lib.errors import CallError, DrawError
from audit_lib.params import Assignment, Run
from audit_lib.stages import field
from tests.scenario.test_main_job import SEEDS

TOUR = [f"2014-03-{day}" for day in range(25, 31)]


def sheet(file: Path, name: str, header: int = 0) -> pd.DataFrame:
    return pd.read_excel(file, sheet_name=name, header=header, dtype=str, engine="calamine")


def choose(run: Run, **options: object) -> Run:
    chosen = Assignment.model_validate({"draw": "recheck", "tour": TOUR} | options)
    return dataclasses.replace(run, params=run.params.model_copy(update={"assignment": chosen}))


def test_each_unit_of_the_sample_gets_its_team_and_the_public_list_no_name(judged):
    run = choose(judged(SEEDS[0]).run, from_areas=["990000"])
    assert field.assign(run).startswith("分派 240 家, ")
    teams = sheet(run.folder / "assign" / "assignment.xlsx", "分派", 1)
    sample = sheet(run.campaign / "draws" / "recheck" / "sample.xlsx", "样本")
    assert sorted(teams["单位编号"]) == sorted(list(sample["单位编号"]) * 2)
    assert teams.groupby("日期")["单位编号"].nunique().tolist() == [40] * 6
    assert (teams["所在地区"] == "990000").all()
    assert teams.groupby(["执法证号", "日期"]).size().max() <= 4
    public = sheet(run.folder / "assign" / "public.xlsx", "公开名单", 1)
    assert list(public) == ["日期", "单位编号", "职责", "执法证号"]
    before = (run.folder / "assign" / "public.xlsx").read_bytes()
    field.assign(run)
    assert (run.folder / "assign" / "public.xlsx").read_bytes() == before


def test_nobody_is_sent_where_the_params_do_not_say_so(judged):
    with pytest.raises(CallError) as caught:
        field.assign(judged(SEEDS[0]).run)
    assert str(caught.value) == "参数里没有 assignment, 见 docs/manual.md"


def test_replacements_of_the_demo_follow_the_order_of_the_reserves(judged):
    folder = judged(SEEDS[0]).run.folder
    file = folder / "judgement" / "replacements.xlsx"
    visits = pd.read_parquet(folder / "intake" / "tables" / "province_checks.parquet")
    told = visits.dropna(subset=["replaces"])
    assert len(told) > 2
    ledger = sheet(file, "替补台账")
    gone = ledger[ledger["替补到访情况"] == "已检查"]
    assert set(zip(gone["抽中单位"], gone["替补或有关单位"], strict=True)) == set(
        zip(told["replaces"], told["unit_id"], strict=True)
    )
    # Where the planted snow kept everybody away, no reserve was reached either.
    assert ledger.loc[ledger.index.difference(gone.index), "抽中单位"].str[:6].unique().tolist() == ["990381"]
    assert sheet(file, "偏离次序").empty


def test_plan_is_compared_with_the_tables_of_today(judged, tmp_path):
    run = judged(SEEDS[0]).run
    assert field.diff(run, "recheck") == ["recheck: 抽样框与今天的表一致"]
    later = dataclasses.replace(run, output=tmp_path / "out")
    shutil.copytree(run.output, later.output)
    units = later.folder / "intake" / "tables" / "units.parquet"
    rows = pd.read_parquet(units)
    gone = sheet(run.campaign / "draws" / "recheck" / "sample.xlsx", "样本")["单位编号"].iloc[0]
    rows[rows["unit_id"] != gone].to_parquet(units, index=False)
    lines = field.diff(later, "recheck")
    assert lines[0] == "recheck: 与已提交的抽样框相比: 新增 0 家, 减少 1 家, 换层 0 家"
    assert lines[2] == "recheck: 其中抽中的: 减少 1 家, 换层 0 家; 仍留在样本中, 按到访结果计"
    listed = sheet(later.folder / "diff" / "recheck.xlsx", "单位")
    assert listed[["单位编号", "变化", "原因", "样本"]].values.tolist() == [
        [gone, "减少", "名录中已没有", "抽中"]
    ]


def extended(run: Run, name: str = "more") -> Run:
    first = run.params.draws["recheck"].model_copy(update={"looks": 2})
    more = first.model_copy(update={"extends": "recheck", "cutoff": dt.date(2014, 3, 31), "teams": 1})
    draws = run.params.draws | {"recheck": first, name: more}
    return dataclasses.replace(run, params=run.params.model_copy(update={"draws": draws}))


def test_extension_of_a_plan_that_allows_one_look_is_refused(judged):
    now = dt.datetime(2014, 3, 31, tzinfo=dt.UTC)
    with pytest.raises(DrawError) as caught:
        stages.plan(extended(judged(SEEDS[0]).run), "more", now=now)
    assert str(caught.value) == "抽样“recheck”的方案事先只允许判定 1 次, 不能再续抽"


def test_extension_itself_is_not_compared(judged):
    with pytest.raises(CallError) as caught:
        field.diff(extended(judged(SEEDS[0]).run), "more")
    assert str(caught.value) == "“more”是续抽, 请比较“recheck”"
