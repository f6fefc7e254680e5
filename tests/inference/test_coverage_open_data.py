"""Scenario: does 95% mean 95% on data nobody here made up?

17,823 public inspections of food premises in one city, where the truth is known because
everything was inspected. A licence's first inspection stands for the county's check and its
last for the city's; the premises that did not fail the first are drawn from, by risk class,
2,000 times at 20%, with the tickets of the library and a new seed each time.
"""

import os

import numpy as np
import pandas as pd
import pytest

from audit_lib.inference import bound_count, estimate_share
from audit_lib.sampling import draw, quota

SEEDS = 2000


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    path = os.environ.get("AUDIT_OPEN_DATA")
    if not path:
        pytest.skip("AUDIT_OPEN_DATA names no file of open inspections")
    visits = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    visits["number"] = visits["Inspection_ID"].astype(int)
    by_unit = visits.sort_values(["Inspection_Date", "number"]).groupby("License", sort=True)
    first, last = by_unit.first(), by_unit.last()
    passed = (by_unit.size() >= 2) & (first["Results"] != "Fail")
    return pd.DataFrame({"stratum": first["Risk"], "failed": last["Results"] == "Fail"})[passed].reset_index(
        names="unit_id"
    )


@pytest.mark.slow
def test_intervals_cover_the_known_truth(frame: pd.DataFrame, record_property) -> None:
    assert len(frame) == 4479
    sizes = frame.groupby("stratum").size()
    n = sizes.map(quota)
    bad = frame.set_index("unit_id")["failed"]
    truth, failures = bad.mean(), int(bad.sum())
    interval, upper = np.zeros(SEEDS, dtype=bool), np.zeros(SEEDS, dtype=bool)

    for k in range(SEEDS):
        sample = draw(frame[["unit_id", "stratum"]], n, seed=f"coverage-20140331-{k:05d}")
        failed = bad.loc[sample["unit_id"]].to_numpy()
        answer = estimate_share(failed, sample["stratum"], sizes)
        found = pd.Series(failed).groupby(sample["stratum"].to_numpy()).sum()
        interval[k] = answer.lower <= truth <= answer.upper
        upper[k] = failures <= bound_count(sizes, n, found)

    record_property("units, visits, failures", f"{len(frame)}, {n.sum()}, {failures}")
    record_property("auto interval covers", float(interval.mean()))
    record_property("exact upper bound covers", float(upper.mean()))
    assert interval.mean() >= 0.94
    assert upper.mean() >= 0.95
