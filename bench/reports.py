"""Reports of many areas: our batch against a loop of the papermill and nbconvert commands, in turn.

``python bench/reports.py`` makes up a province and judges it. Then, twice over in the same minutes of
the same machine: a part of the loop (for an area ``papermill``, writing the page only as the batch
does, then ``jupyter nbconvert``), and ``audit report --all --format html`` for every area. The loop
over all areas would take ten minutes and more: it is run on a sample of each level, and its seconds
are the sample's mean of a level times the areas of that level. Last, every area in every format.
Seconds of the clock and of the processor. Figures: docs/measured.md.
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

REPO = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
ROUNDS = ({"province": 1, "city": 1, "county": 2}, {"city": 1, "county": 2})
"""How many areas of each level the loop makes in each round, other ones each time."""


@dataclass(frozen=True)
class Cost:
    clock: float
    processor: float

    def __str__(self) -> str:
        return f"{self.clock:.1f} s, {self.processor:.1f} s of processor"


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        params = prepare(home)
        areas = pd.read_parquet(next((home / "out" / "runs").glob("*/intake/areas.parquet")))
        levels = {level: areas.loc[areas["level"] == level, "code"].tolist() for level in ROUNDS[0]}
        left = {level: list(codes) for level, codes in levels.items()}
        ours: list[Cost] = []
        loop: dict[str, list[Cost]] = {level: [] for level in levels}
        for sample in ROUNDS:
            for level, n in sample.items():
                loop[level] += [two_commands(home, params, left[level].pop(0)) for _ in range(n)]
            ours.append(batch(home, params, "html"))
        count = sum(map(len, levels.values()))
        for cost in ours:
            print(f"{count} areas, HTML alone, batch: {cost}")
        for level, costs in loop.items():
            print(f"loop, one {level}, mean of {len(costs)}: {mean(costs)}")
        whole = [(len(codes), mean(loop[level])) for level, codes in levels.items()]
        slow = Cost(sum(n * one.clock for n, one in whole), sum(n * one.processor for n, one in whole))
        print(f"{count} areas, HTML alone, loop, reckoned from the sample: {slow}")
        fast = mean(ours)
        print(f"ratio: {slow.clock / fast.clock:.1f}, {slow.processor / fast.processor:.1f} by processor")
        print(f"{count} areas, HTML, PDF, Word and workbook: {batch(home, params, 'html,pdf,docx,xlsx')}")


def prepare(home: Path) -> str:
    """Make a judged run of the demo in a folder of its own; return its params file."""
    (home / "params").mkdir()
    shutil.copy(REPO / "params" / "demo.yaml", home / "params")
    for stage in ("check", "plan", "draw", "judge"):
        timed(home, BIN / "audit", stage, "params/demo.yaml")
    return "params/demo.yaml"


def batch(home: Path, params: str, formats: str) -> Cost:
    return timed(home, BIN / "audit", "report", params, "--all", "--format", formats)


def two_commands(home: Path, params: str, area: str) -> Cost:
    made, notebook = home / f"{area}.ipynb", REPO / "notebooks" / "2_acceptance.ipynb"
    words = ["-p", "params_file", params, "-r", "area", area, "--no-progress-bar"]
    first = timed(home, "env", "AUDIT_FORMATS=html", BIN / "papermill", notebook, made, *words)
    second = timed(home, BIN / "jupyter", "nbconvert", "--to", "html", made)
    return Cost(first.clock + second.clock, first.processor + second.processor)


def mean(costs: list[Cost]) -> Cost:
    return Cost(statistics.mean(c.clock for c in costs), statistics.mean(c.processor for c in costs))


def timed(home: Path, *words: str | Path) -> Cost:
    """Return what a command costs, its children included; it must succeed."""
    begun, before = time.monotonic(), used()
    done = subprocess.run(
        [str(word) for word in words], cwd=home, env=os.environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Cost(time.monotonic() - begun, used() - before)


def used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
