"""One judged province per seed and session, and one with reports to tamper with."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest

from audit_lib import stages
from audit_lib.params import Run, read_params
from tests.scenario.province import SMALL, Judged, judge_province


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory):
    @cache
    def of(seed: int) -> Judged:
        return judge_province(tmp_path_factory.mktemp(f"province-{seed}"), units=SMALL, seed=seed)

    return of


FEW = ["990102", "GLW000"]


def quiet(done: int, total: int, what: str) -> None:
    """Take no notice."""


@pytest.fixture(scope="session")
def finished(judged, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of its own folder, with the reports of two areas."""
    home = tmp_path_factory.mktemp("finished")
    given = judged(2014).run
    shutil.copytree(given.data, home / "data")
    shutil.copytree(given.output, home / "out", ignore=shutil.ignore_patterns("reports", "manifest.json"))
    run = read_params(home / "data" / given.file.name)
    lines, whole = stages.report(run, FEW, every=True, progress=quiet)
    assert whole, lines
    return run


@pytest.fixture
def copied(finished: Run, tmp_path: Path) -> Run:
    for part in ("data", "out"):
        shutil.copytree(finished.data.parent / part, tmp_path / part)
    return read_params(tmp_path / "data" / finished.file.name)
