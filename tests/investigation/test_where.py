"""Places against their own county: exact for one place, one alarm in twenty over all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from audit_lib.investigation import (
    beside_failures,
    close_together,
    found_again,
    places_by_name,
)

DAY = pd.Timestamp("2014-03-31")


def province(seed: int, *, towns: int = 30, size: int = 8, bad: float = 0.15) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    n = towns * size
    town = np.repeat(np.arange(towns), size)
    return pd.DataFrame(
        {"town": [f"t{code:02d}" for code in town], "county": np.where(town < towns // 2, "a", "b"),
         "failed": chance.random(n) < bad}
    )  # fmt: skip


def test_p_of_a_place_is_the_share_of_labellings_at_least_as_bad():
    rows = pd.DataFrame(
        {"town": list("xxxyyyyz"), "county": ["c"] * 8, "failed": [True] * 2 + [False] * 5 + [True]}
    )
    table = close_together(places_by_name(rows, "town"), rows["failed"], rows["county"], name="test")
    ways = list(combinations(range(8), 3))
    expected = [sum(len({0, 1, 2} & set(way)) >= 2 for way in ways) / len(ways),
                sum(len({3, 4, 5, 6} & set(way)) >= 0 for way in ways) / len(ways)]  # fmt: skip
    assert table["p"].tolist()[:2] == pytest.approx(expected)
    assert table.loc[2, ["visited", "failed"]].tolist() == [1, 1]
    assert table.loc[2, ["p", "p_adjusted"]].isna().all(), "one visited unit is no place"


def test_a_place_that_reaches_into_two_counties_adds_their_counts():
    rows = pd.DataFrame(
        {"county": list("aaaabbbb"), "failed": [True, False, False, False, True, True, False, False]}
    )
    near = sparse.csr_array(np.array([[1, 0, 0, 1, 1, 0, 0, 0]]))
    table = close_together(near, rows["failed"], rows["county"], name="test")
    # units 0 and 3 of county a, and 4 of county b: of a two are drawn, of b one
    first = table.iloc[0]
    assert (first["visited"], first["failed"]) == (3, 2)
    assert first["expected"] == pytest.approx(2 * 1 / 4 + 1 * 2 / 4)
    both = (2 / 4) * (2 / 4)  # the one of a within two of four, and one of two of b at one of four
    assert first["p"] == pytest.approx(both)


def test_planted_cluster_is_found_and_order_of_units_changes_nothing():
    rows = province(3)
    rows.loc[rows["town"] == "t07", "failed"] = True
    table = close_together(places_by_name(rows, "town"), rows["failed"], rows["county"], name="test")
    assert table["p_adjusted"].idxmin() == 7
    assert table.loc[7, "p_adjusted"] <= 0.01


def test_honest_provinces_raise_an_alarm_in_one_of_twenty():
    alarms = 0
    for seed in range(200):
        rows = province(seed)
        table = close_together(
            places_by_name(rows, "town"), rows["failed"], rows["county"], name=f"honest-{seed}", rounds=99
        )
        alarms += bool(table["p_adjusted"].min() <= 0.05)
    assert alarms <= 20, "P(more than 20 of 200 at 5%) is 0.1%"


def test_hazard_found_again_after_its_closing_is_told_from_one_found_twice():
    hazards = pd.DataFrame(
        {
            "hazard_id": ["1", "2", "3", "4", "5"],
            "unit_id": ["A", "A", "B", "B", "C"],
            "category": ["消防", "消防", "消防", "消防", None],
            "place": ["走廊", "走廊", "走廊", "走廊", "走廊"],
            "found_date": pd.to_datetime(
                ["2014-02-01", "2014-03-01", "2014-02-01", "2014-02-05", "2013-12-01"]
            ),
            "closed_date": pd.to_datetime(["2014-02-10", None, "2014-02-10", "2014-02-11", None]),
            "closed": [True, False, True, True, False],
        }
    )
    rows = found_again(hazards, as_of=DAY, long_days=90).set_index("hazard_id")
    assert rows["why"].to_dict() == {"2": "再次查出", "5": "长期未整改"}
    assert rows.loc["2", "before"] == "1"
    assert rows["days_open"].to_dict() == {"2": 30, "5": 120}


def test_units_beside_a_failure_are_those_nobody_saw():
    units = pd.DataFrame(
        {
            "unit_id": ["A", "B", "C", "D", "E"],
            "county": ["1", "1", "1", "2", "1"],
            "township": ["东镇", "东镇", "西镇", "东镇", None],
        }
    )
    rows = beside_failures(units, frozenset({"A"}), frozenset({"A", "C"}))
    assert rows[["unit_id", "beside"]].values.tolist() == [["B", 1]]
