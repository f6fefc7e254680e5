"""Property: the exact bounds hold the truth as often as they say, where others do not."""

import importlib.util
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "coverage.py"


@pytest.mark.slow
def test_exact_bounds_cover_at_every_failure_rate_of_the_eleven_city_design() -> None:
    spec = importlib.util.spec_from_file_location("coverage_bench", BENCH)
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    covered = bench.table(600)

    # Three standard errors of 95% over 600 samples.
    assert (covered[["auto", "exact, two-sided", "exact, upper"]] >= 0.95 - 0.027).all(axis=None)
    assert (covered.loc[[0.001, 0.002, 0.005], ["Wald", "logit", "Korn-Graubard"]] < 0.75).all(axis=None)
