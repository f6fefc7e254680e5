"""One judged province per seed and session."""

from __future__ import annotations

from functools import cache

import pytest

from tests.scenario.province import SMALL, Judged, judge_province


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory):
    @cache
    def of(seed: int) -> Judged:
        return judge_province(tmp_path_factory.mktemp(f"province-{seed}"), units=SMALL, seed=seed)

    return of
