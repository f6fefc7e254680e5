"""A draw that was made stands: runs after it use it, and never take another province's for theirs."""

from __future__ import annotations

import dataclasses

import pytest

from audit_lib import stages
from audit_lib.errors import DrawError, EmptyFrameError
from audit_lib.intake import write_intake
from tests.scenario.province import NOON


def test_a_corrected_roster_leaves_the_draw_standing_and_says_so(judged, tmp_path):
    run = judged(7).run
    again = dataclasses.replace(run, params=run.params.model_copy(update={"run": "corrected"}))
    intake = stages.check(again)
    gone = intake.tables["units"]["unit_id"].isin(intake.tables["county_checks"]["unit_id"].head(40))
    intake.tables["units"] = intake.tables["units"][~gone]
    write_intake(intake, again.folder / "intake")
    before = stages.certificate(run, "recheck").read_bytes()
    lines, done = stages.advance(again, "recheck", now=NOON)
    assert done
    assert lines[0] == "方案 recheck 已抽取, 照旧有效; 今天的数据与提交时的抽样框不同, 见 audit diff"
    assert lines[-1] == "核验 recheck: 一致"
    assert stages.certificate(run, "recheck").read_bytes() == before


def test_the_draw_of_another_campaign_is_refused(judged):
    run = judged(7).run
    other = dataclasses.replace(run, params=run.params.model_copy(update={"campaign": "夏季行动"}))
    with pytest.raises(DrawError) as refused:
        stages.advance(other, "recheck", now=NOON)
    assert str(refused.value) == (
        f"抽样“recheck”属于“{run.params.campaign}”, 不是本次的“夏季行动”; "
        "请换抽样名称, 或在参数 output 里另指一个文件夹"
    )


def test_a_draw_waits_for_its_cutoff_and_for_somebody_to_pass(judged, tmp_path):
    run = judged(7).run
    early = run.params.model_copy(update={"as_of": run.params.draws["city-0310"].cutoff.replace(day=9)})
    assert stages.advance(dataclasses.replace(run, params=early), "city-0310", now=NOON) == ([], False)
    empty = dataclasses.replace(run, output=tmp_path)
    intake = stages.check(empty)
    intake.tables["county_checks"] = intake.tables["county_checks"].head(0)
    write_intake(intake, empty.folder / "intake")
    with pytest.raises(EmptyFrameError) as nobody:
        stages.advance(empty, "recheck", now=NOON)
    assert str(nobody.value) == "抽样“recheck”: 截至 2014-03-24 没有县级检查合格的单位"


def test_what_a_plan_will_be_able_to_show_is_said_by_name_and_drawn(judged):
    run = judged(7).run
    lines = stages.plan(run, "recheck", now=NOON).splitlines()
    assert lines[0].startswith("  合计: ")
    assert "一家不合格也没抽到时, 仍可能有 " in lines[1]
    assert not lines[1].strip()[:6].isdecimal()
    picture = run.folder / "plan" / "recheck.png"
    assert lines[-2] == f"  图: {picture}"
    assert picture.read_bytes().startswith(b"\x89PNG")
