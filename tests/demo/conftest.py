"""One small province written to disk, shared by the tests of its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit_lib.demo import make_province

UNITS, SEED = 900, 2014


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("province")
    make_province(made, units=UNITS, seed=SEED)
    return made
