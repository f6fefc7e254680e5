"""One small honest province per session, and what the room finds in it."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.compliance import load_rulebook
from audit_lib.demo import Province, build_province
from audit_lib.investigation import find_signals

UNITS, SEED = 2_000, 7


@pytest.fixture(scope="session")
def province() -> Province:
    return build_province(UNITS, SEED, distortions=[])


@pytest.fixture(scope="session")
def signals(province: Province) -> pd.DataFrame:
    return find_signals(province.tables, city_of(province), load_rulebook())


def city_of(province: Province) -> pd.Series:
    return province.counties.set_index("code")["city"]
