"""One judged province per seed and session, and one with reports to tamper with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

from audit_lib import stages
from audit_lib.params import Run, read_params
from tests.scenario.province import SMALL, Judged, judge_province, read_judged


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Fill a folder once for all processes that share the suite; return a copy to write into."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    whole = root / f"{name}-whole"
    with FileLock(root / f"{name}.lock"):
        if not whole.exists():
            begun = factory.mktemp(f"{name}-begun")
            make(begun)
            begun.rename(whole)
    return Path(shutil.copytree(whole, factory.mktemp(name) / "home"))


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory):
    @cache
    def of(seed: int) -> Judged:
        def judge(folder: Path) -> None:
            judge_province(folder, units=SMALL, seed=seed)

        return read_judged(made_once(tmp_path_factory, f"province-{seed}", judge))

    return of


FEW = ["990102", "GLW000"]


def quiet(done: int, total: int, what: str) -> None:
    """Take no notice."""


@pytest.fixture(scope="session")
def finished(judged, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of its own folder, with the reports of two areas."""

    def report(home: Path) -> None:
        given = judged(2014).run
        left = shutil.ignore_patterns("reports", "manifest.json")
        shutil.copytree(given.data, home / "data")
        shutil.copytree(given.output, home / "out", ignore=left)
        run = read_params(home / "data" / given.file.name)
        lines, whole = stages.report(run, FEW, every=True, progress=quiet)
        assert whole, lines

    return read_judged(made_once(tmp_path_factory, "finished", report)).run


@pytest.fixture
def copied(finished: Run, tmp_path: Path) -> Run:
    for part in ("data", "out"):
        shutil.copytree(finished.data.parent / part, tmp_path / part)
    return read_params(tmp_path / "data" / finished.file.name)
