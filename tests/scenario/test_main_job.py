"""From a folder of messy files to verdicts: what was planted comes out, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.scenario.province import judge_province

AUDIT = Path(sys.executable).with_name("audit")
SEEDS = (2014, 7, 310)
SLOW = ((20_000, 2014), (2_000, 52), (2_000, 1949))
"""Of the whole province, two others: five in all."""


def keys(rows: pd.DataFrame) -> set[tuple[str, str, str]]:
    return set(rows[["rule_id", "level", "subject"]].itertuples(index=False, name=None))


def compare_with_truth(case) -> None:
    named = case.truth["rules"]
    planted = pd.DataFrame(case.truth["faults"])
    found = case.rules[(case.rules["result"] == "not_met") & case.rules["rule_id"].isin(named)]
    assert keys(planted) - keys(found) == set(), "planted and not found"
    assert keys(found) - keys(planted) == set(), "false alarms"


@pytest.mark.parametrize("seed", SEEDS)
def test_each_planted_fault_is_found_and_nothing_else(judged, seed):
    compare_with_truth(judged(seed))


@pytest.mark.slow
@pytest.mark.parametrize(("units", "seed"), SLOW)
def test_the_whole_province_and_two_more_seeds_find_what_was_planted(tmp_path, units, seed):
    compare_with_truth(judge_province(tmp_path, units=units, seed=seed))


def test_the_city_at_80_of_401_is_not_met(judged):
    rules = judged(SEEDS[0]).rules
    row = rules[(rules["rule_id"] == "R-05") & (rules["denominator"] == 401)]
    assert row[["numerator", "result"]].values.tolist() == [[80, "not_met"]]


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_read_are_rows_kept_and_rows_quarantined(judged, seed):
    intake = json.loads((judged(seed).run.folder / "intake" / "intake.json").read_text(encoding="utf-8"))
    read = [one for one in intake["files"] if one["status"] in {"read", "superseded"}]
    assert len(read) > 20
    assert all(one["read"] == one["kept"] + one["quarantined"] for one in read)
    assert sum(one["quarantined"] for one in read) > 0


def audit(folder: Path, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(AUDIT), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        check=False,
    )


def test_the_command_refuses_a_certificate_with_one_changed_byte(judged, tmp_path):
    campaign = judged(SEEDS[0]).run.campaign
    certificate = campaign / "draws" / "recheck" / "certificate.json"
    honest = audit(tmp_path, "verify", str(certificate))
    assert (honest.returncode, "不一致" in honest.stdout) == (0, False)
    changed = tmp_path / "campaign" / "draws" / "recheck"
    changed.mkdir(parents=True)
    for file in certificate.parent.iterdir():
        (changed / file.name).write_bytes(file.read_bytes())
    (changed / "plan.json").write_bytes((changed / "plan.json").read_bytes().replace(b'"N":', b'"N" :', 1))
    forged = audit(tmp_path, "verify", str(changed / "certificate.json"))
    assert forged.returncode == 1
    assert "不一致  文件 plan.json: 与凭证中的摘要不符" in forged.stdout


def test_an_unknown_key_in_the_params_is_a_wrong_call(tmp_path):
    (tmp_path / "p.yaml").write_text(
        "run: a\ncampaign: b\ninputs: {}\nas_off: 2014-03-31\n", encoding="utf-8"
    )
    refused = audit(tmp_path, "check", "p.yaml")
    assert refused.returncode == 2
    assert refused.stderr == (
        "p.yaml 不能使用(1 处问题):\n  - p.yaml 第 4 行“as_off”: 读到“2014-03-31”, 没有这个键, 是不是“as_of”?\n"
    )
