"""The same inputs give the same bytes: in another folder, and in another order of rows and files."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from audit_lib import stages
from audit_lib.params import Run, read_params
from tests.scenario.province import NOON

AUDIT = Path(sys.executable).with_name("audit")
REPOSITORY = Path(__file__).parents[2]
FEW = ["990000", "GLW000", "990102"]


def digests(folder: Path, *parts: str) -> dict[str, str]:
    """SHA-256 of every file under the named parts of a folder; the run record has times."""
    found = (path for part in parts for path in (folder / part).rglob("*") if path.is_file())
    files = [path for path in found if path.name != "run-record.jsonl"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def judge_and_report(run: Run, areas: list[str]) -> None:
    stages.check(run)
    for name in run.params.draws:
        stages.plan(run, name, now=NOON)
        stages.draw(run, name, seed=None, evidence=None, sealed=False, now=NOON)
    stages.judge(run)
    report(run, areas)


def report(run: Run, areas: list[str]) -> None:
    lines, whole = stages.report(run, areas, every=True, progress=lambda done, total, what: None)
    assert whole, lines


def shuffle_csv(path: Path, chance: random.Random, *, header: str) -> None:
    """Shuffle the rows of a table between its header, which has this cell, and its foot."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    first = next(place for place, row in enumerate(rows) if header in row) + 1
    last = next(
        (place for place, row in enumerate(rows) if place >= first and "填表人" in "".join(row)), len(rows)
    )
    moved = rows[first:last]
    assert len(moved) > 10
    chance.shuffle(moved)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([*rows[:first], *moved, *rows[last:]])
    data = out.getvalue().encode("utf-8")
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


@pytest.mark.slow
def test_two_runs_of_the_command_in_different_folders_give_the_same_bytes(tmp_path):
    seen = []
    for place, zone, locale in (("one", "Asia/Shanghai", "C.UTF-8"), ("another/deeper", "America/Lima", "C")):
        folder = tmp_path / place
        (folder / "params").mkdir(parents=True)
        shutil.copy(REPOSITORY / "params" / "tiny.yaml", folder / "params")
        env = os.environ | {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": str(len(seen) + 1)}
        done = subprocess.run(
            [str(AUDIT), "run", "params/tiny.yaml"],
            cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        seen.append(
            digests(next((folder / "out" / "runs").iterdir()), ".")
            | digests(folder / "out" / "campaign" / "draws", ".")
        )
    assert len(seen[0]) > 250
    assert seen[0] == seen[1]


def test_the_order_of_rows_and_files_changes_no_verdict_and_no_report(judged, tmp_path):
    given = judged(2014).run
    shutil.copytree(given.data, tmp_path / "data")
    chance = random.Random(5)
    shuffled = [
        *(tmp_path / "data" / "自查").glob("*.csv"),
        tmp_path / "data" / "省核查" / "检查表逐项结果.csv",
    ]
    assert len(shuffled) > 3
    for path in shuffled:
        shuffle_csv(path, chance, header="自查日期" if path.parent.name == "自查" else "项目编号")
    file = tmp_path / "data" / "params.yaml"
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    said["inputs"] = {name: said["inputs"][name][::-1] for name in reversed(said["inputs"])}
    dates_as_text = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, default_style='"')
    file.write_text(re.sub(r'!!\w+ "([^"]*)"', r"\1", dates_as_text), encoding="utf-8")
    other = read_params(file)
    report(given, FEW)
    judge_and_report(other, FEW)
    for place in ("judgement", "reports"):
        assert digests(other.folder, place) == digests(given.folder, place)
    assert digests(other.campaign, "draws") == digests(given.campaign, "draws")


@pytest.mark.skipif("AUDIT_OPEN_DATA" not in os.environ, reason="AUDIT_OPEN_DATA names no file")
def test_shuffled_real_inspections_give_the_same_judgement_and_reports(tmp_path, monkeypatch):
    source = Path(os.environ["AUDIT_OPEN_DATA"])
    seen = []
    for place in ("as published", "shuffled"):
        copy = tmp_path / place / source.name
        copy.parent.mkdir()
        shutil.copy(source, copy)
        if place == "shuffled":
            shuffle_csv(copy, random.Random(11), header="License")
        monkeypatch.setenv("AUDIT_OPEN_DATA", str(copy))
        params = (REPOSITORY / "params" / "open-inspections.yaml").read_text(encoding="utf-8")
        file = tmp_path / place / "params.yaml"
        file.write_text(params + "output: out\n", encoding="utf-8")
        run = read_params(file)
        judge_and_report(run, ["CHI", "1", "1-42"])
        seen.append(digests(run.folder, "judgement", "reports"))
    assert len(seen[0]) >= 14
    assert seen[0] == seen[1]
