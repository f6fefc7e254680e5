"""Reports of many areas: our batch against a loop of the papermill and nbconvert commands, in turn.

``python bench/reports.py`` makes up a province, judges it, and measures in the same minutes of the
same machine: ``audit report --all`` for eight areas, and for each of them ``papermill``, which
writes the page only as the batch does, and ``jupyter nbconvert``. Then the whole province, every
format. Figures: docs/measured.md.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

REPO = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ROUNDS = 2
MIX = {"province": 1, "city": 2, "county": 5}
"""Eight areas: one, two and five of each level."""


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        params = prepare(home)
        tree = pd.read_parquet(next((home / "out" / "runs").glob("*/intake/areas.parquet")))
        areas = [
            code for level, n in MIX.items() for code in tree.loc[tree["level"] == level, "code"].head(n)
        ]
        ours, loop = [], []
        for _ in range(ROUNDS):
            ours.append(timed(home, *batch(params, areas)))
            loop.append(one_after_another(home, params, areas))
        print(f"{len(areas)} areas, HTML: batch {min(ours):.1f} s, loop {min(loop):.1f} s")
        print(f"ratio {statistics.median(b / a for a, b in zip(ours, loop, strict=True)):.1f}")
        whole = timed(home, BIN / "audit", "report", params, "--all", *formats("html,pdf,docx,xlsx"))
        reports = len(list((home / "out" / "runs").glob("*/reports/*/report.html")))
        print(f"all {reports} areas, every format: {whole:.1f} s")


def prepare(home: Path) -> str:
    """Make a judged run of the demo in a folder of its own; return its params file."""
    (home / "params").mkdir()
    shutil.copy(REPO / "params" / "demo.yaml", home / "params")
    for stage in ("check", "plan", "draw", "judge"):
        timed(home, BIN / "audit", stage, "params/demo.yaml")
    return "params/demo.yaml"


def batch(params: str, areas: list[str]) -> list[str | Path]:
    named = [word for area in areas for word in ("--area", area)]
    return [BIN / "audit", "report", params, "--all", *named, *formats("html")]


def one_after_another(home: Path, params: str, areas: list[str]) -> float:
    """Return the seconds of the two commands, once for each area."""
    begun = time.monotonic()
    for area in areas:
        made = home / f"{area}.ipynb"
        notebook = REPO / "notebooks" / "2_acceptance.ipynb"
        words = ["-p", "params_file", params, "-r", "area", area, "--no-progress-bar"]
        timed(home, "env", "AUDIT_FORMATS=html", BIN / "papermill", notebook, made, *words)
        timed(home, BIN / "jupyter", "nbconvert", "--to", "html", made)
    return time.monotonic() - begun


def formats(names: str) -> list[str]:
    return ["--format", names]


def timed(home: Path, *words: str | Path) -> float:
    """Return the seconds of a command; it must succeed."""
    begun = time.monotonic()
    done = subprocess.run(
        [str(word) for word in words], cwd=home, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return time.monotonic() - begun


if __name__ == "__main__":
    main()
