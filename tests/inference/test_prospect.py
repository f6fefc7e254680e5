"""What a plan will be able to show, city by city, before it is committed."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from audit_lib.inference import prospect

STRATA = pd.DataFrame({"city": ["a", "a", "b"], "N": [200, 100, 20], "n": [50, 25, 4]})


def test_whole_stands_first_then_cities_with_their_bound_after_no_failure() -> None:
    table = prospect(STRATA)
    assert table["city"].tolist() == ["", "a", "b"]
    assert table[["N", "n"]].values.tolist() == [[320, 79], [300, 75], [20, 4]]
    # Wendell and Schmee 1996 for a; hypergeometric tails for b (reference cases of the bounds).
    assert table["hidden"].tolist()[1:] == [10, 9]
    assert table["hidden_share"].tolist()[1:] == [10 / 300, 0.45]


def test_city_too_small_to_be_accepted_has_no_chance_of_it() -> None:
    table = prospect(STRATA, limit="5%").set_index("city")
    assert pd.isna(table.loc["b", "allowed"])
    assert table.loc["b", "chance"] == 0.0
    assert table.loc["a", "allowed"] == 0
    # Two failing of 200 and one of 100: none of the three is drawn.
    by_hand = math.comb(198, 50) / math.comb(200, 50) * math.comb(99, 25) / math.comb(100, 25)
    assert table.loc["a", "chance"] == pytest.approx(by_hand, rel=1e-9)


def test_without_a_limit_nothing_is_said_of_acceptance() -> None:
    assert prospect(STRATA)[["allowed", "chance"]].isna().all(axis=None)


def test_half_width_of_one_stratum_is_the_textbook_one() -> None:
    table = prospect(pd.DataFrame({"city": ["a"], "N": [1000], "n": [100]}))
    assert table["half_width"].tolist() == pytest.approx(
        [1.959964 * (0.9 * 0.0475 / 100) ** 0.5] * 2, rel=1e-6
    )


def test_stratum_taken_whole_adds_no_width() -> None:
    table = prospect(pd.DataFrame({"city": ["a"], "N": [10], "n": [10]}))
    assert table[["hidden", "half_width"]].values.tolist() == [[0, 0.0], [0, 0.0]]
