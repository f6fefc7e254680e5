"""Draws by risk and by what an earlier one found, from the params to the certificate."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path

import pandas as pd
import pytest

from audit_lib import stages
from audit_lib.errors import DrawError, FrameError
from audit_lib.files import sha256_file
from audit_lib.intake import load_intake
from audit_lib.params import Draw, Run
from audit_lib.reporting.drawing import Drawing
from audit_lib.reporting.draws import read_draws
from audit_lib.reporting.manifest import manifest
from audit_lib.reporting.model import Paragraph
from audit_lib.sampling import read_draw
from audit_lib.stages import field
from audit_lib.stages.rerun import _changed_input
from tests.scenario.province import NOON
from tests.scenario.test_main_job import SEEDS


def with_draw(run: Run, output: Path, **options: object) -> Run:
    """The same run in a folder of its own, with one draw more."""
    shutil.copytree(run.output, output, ignore=shutil.ignore_patterns("reports", "judgement", "returns"))
    said = {"purpose": "unannounced", "cutoff": "2014-03-31", "seed_source": "掷骰", "days": 4}
    draws = run.params.draws | {"more": Draw.model_validate(said | options)}
    return dataclasses.replace(run, output=output, params=run.params.model_copy(update={"draws": draws}))


def write_scores(run: Run, *, leave_out: int = 0) -> Path:
    """Every fourth unit has ten times the risk of the others."""
    units = load_intake(run.folder / "intake").tables["units"]["unit_id"].drop_duplicates().sort_values()
    table = pd.DataFrame({"单位编号": units, "风险分": [10 if i % 4 == 0 else 1 for i in range(len(units))]})
    path = run.output / "风险分.csv"
    table.iloc[leave_out:].to_csv(path, index=False)
    return path


def test_unannounced_visits_go_where_the_risk_is_by_lot(judged, tmp_path):
    run = with_draw(judged(SEEDS[0]).run, tmp_path / "out", scores="${AUDIT_SCORES}", days=6)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUDIT_SCORES", str(write_scores(run)))
        lines = stages.plan(run, "more", now=NOON).splitlines()
        assert lines[0] == (
            "  按风险分抽取: 有发现时可以推算并给区间; 一家不合格也没有发现时, 给不出上限, 不作判定"
        )
        assert any("其中必查 0 家, 随机 " in line for line in lines[1:-1])
        assert not any(line.strip()[:6].isdecimal() for line in lines[1:-1])
        assert not (run.folder / "plan" / "more.png").exists()
        later = NOON + dt.timedelta(days=1)
        stages.draw(run, "more", seed="20140401-0123456789", evidence="掷骰", sealed=True, now=later)
        assert not stages.certificate(run, "more").exists()
        assert stages.open_sealed(run, "more", now=later).startswith("抽样 more: 抽中 ")
        checked, agreed = stages.verify(stages.certificate(run, "more"))
        assert agreed, checked
        sample = stages.drawn_samples(run)["more"]
        scores = pd.read_csv(tmp_path / "out" / "风险分.csv", dtype={"单位编号": str}).set_index("单位编号")
        chances = sample.frame.set_index("unit_id")["chance"].astype(float)
        risky = scores.loc[chances.index, "风险分"] == 10
        for stratum, part in chances.groupby(sample.frame.set_index("unit_id")["stratum"]):
            high, low = part[risky[part.index]], part[~risky[part.index]]
            if high.max() < 1 and len(low):
                assert high.iloc[0] == pytest.approx(10 * low.iloc[0], rel=1e-6), stratum
        drawn = sample.sample[sample.sample["drawn"]]
        assert risky[drawn["unit_id"]].mean() > 2 * risky.mean()
        assert field.diff(run, "more") == ["more: 抽样框与今天的表一致"]
        given = tmp_path / "out" / "风险分.csv"
        said = manifest(run, load_intake(run.folder / "intake"))
        assert {"path": given.name, "sha256": sha256_file(given)} in said["inputs"]
        given.write_bytes(given.read_bytes() + b"\n")
        told = _changed_input(run, said["inputs"][-1])
        assert told is not None
        assert told.zh == "风险分.csv: 内容与清单中的摘要不同"


def test_notebook_pictures_what_a_plan_shows_and_bounds_nothing_where_risk_decides(judged):
    run = judged(SEEDS[0]).run
    case = next(one for one in read_draws(run) if one.name == "recheck")
    cities = {one.key: one.key.partition("|")[0] for one in case.plan.strata}
    shown = Drawing(case, cities, {}, "0.05").showing
    assert [type(block).__name__ for block in shown.blocks] == ["Picture", "Grid"]
    by_risk = dataclasses.replace(case, plan=dataclasses.replace(case.plan, chances_digest="0" * 64))
    (said,) = Drawing(by_risk, cities, {}, "0.05").showing.blocks
    assert isinstance(said, Paragraph)
    assert "一家不合格也没有发现时, 给不出上限" in said.text


def test_unit_without_a_score_is_refused_before_anything_is_committed(judged, tmp_path):
    run = with_draw(judged(SEEDS[0]).run, tmp_path / "out", scores="${AUDIT_SCORES}")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUDIT_SCORES", str(write_scores(run, leave_out=500)))
        with pytest.raises(FrameError) as caught:
            stages.plan(run, "more", now=NOON)
    assert "家没有风险分: " in str(caught.value)
    assert str(caught.value).endswith("; 请补全风险分表")
    assert not stages.draw_folder(run, "more").exists()


def test_neyman_sends_more_visits_to_where_more_failed(judged, tmp_path):
    first = judged(SEEDS[0]).run
    options = {"purpose": "recheck", "minimum_per_stratum": 1, "minimum_per_city": 2}
    run = with_draw(first, tmp_path / "out", neyman="recheck", **options)
    plain = with_draw(first, tmp_path / "plain", **options)
    n = {}
    for name, one in (("neyman", run), ("plain", plain)):
        lines = stages.plan(one, "more", now=NOON).splitlines()
        assert lines[-1].startswith("方案 more: ")
        plan = stages.draws.parse_plan((stages.draw_folder(one, "more") / "plan.json").read_bytes())
        n[name] = pd.Series(plan.n)
        assert ("S 由“recheck”的到访结果估计" in plan.allocation) == (name == "neyman")
    assert n["neyman"].sum() == n["plain"].sum() == 80
    visits = load_intake(run.folder / "intake").tables["province_checks"]
    sample = read_draw(stages.draw_folder(run, "recheck"))
    rows = visits[visits["draw"].eq("recheck") & visits["outcome"].fillna("已检查").eq("已检查")]
    rows = rows[rows["conclusion"].notna()].merge(sample[["unit_id", "stratum"]], on="unit_id")
    share = ((rows["conclusion"] != "合格").groupby(rows["stratum"]).sum() + 0.5) / (
        rows.groupby("stratum").size() + 1
    )
    gain = (n["neyman"] / n["plain"])[share.index]
    assert gain.corr(share, method="spearman") > 0.5


def test_neyman_needs_the_earlier_draw_made(judged, tmp_path):
    run = with_draw(judged(SEEDS[0]).run, tmp_path / "out", purpose="recheck", neyman="recheck")
    shutil.rmtree(stages.draw_folder(run, "recheck"))
    with pytest.raises(DrawError) as caught:
        stages.plan(run, "more", now=NOON)
    assert str(caught.value) == "“recheck”还没有抽取"
