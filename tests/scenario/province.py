"""A made-up province, run through the whole house once per seed and session."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib import stages
from audit_lib.demo import make_province
from audit_lib.params import Run, read_params

NOON = dt.datetime(2014, 3, 25, 12, tzinfo=dt.UTC)
SMALL = 2_000


@dataclass(frozen=True)
class Judged:
    """A run that went from files to judgement, and what had been planted in it."""

    run: Run
    truth: dict[str, Any]

    @property
    def rules(self) -> pd.DataFrame:
        return pd.read_parquet(self.run.folder / "judgement" / "rules.parquet")


def judge_province(folder: Path, *, units: int, seed: int) -> Judged:
    """Make a province, read it, draw from it and judge it, writing everything under ``folder``."""
    make_province(folder / "data", units=units, seed=seed)
    with (folder / "data" / "params.yaml").open("a", encoding="utf-8") as params:
        params.write("output: ../out\n")
    run = read_params(folder / "data" / "params.yaml")
    stages.check(run)
    for name in run.params.draws:
        stages.plan(run, name, now=NOON)
        stages.draw(run, name, seed=None, evidence=None, sealed=False, now=NOON)
    stages.judge(run)
    return read_judged(folder)


def read_judged(folder: Path) -> Judged:
    """Return the run that lies in a folder, as ``judge_province`` left it there."""
    truth = json.loads((folder / "data" / "truth.json").read_text(encoding="utf-8"))
    return Judged(read_params(folder / "data" / "params.yaml"), truth)
