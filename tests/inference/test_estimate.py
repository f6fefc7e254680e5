"""Unit and property: what an estimate must be, whatever the sample."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.inference import (
    bound_count,
    estimate_mean,
    estimate_ratio,
    estimate_share,
    estimate_total,
    estimate_two_stage,
)
from audit_lib.inference.intervals import NAMES

SIZES = {"a": 50, "b": 35, "whole": 4}
STRATA = ["a"] * 10 + ["b"] * 7 + ["whole"] * 4
FAILED = [1, 1] + [0] * 8 + [1] + [0] * 6 + [1, 0, 0, 0]

cells = st.lists(
    st.integers(2, 40).flatmap(
        lambda N: st.integers(2, N).flatmap(lambda n: st.tuples(st.just(N), st.just(n), st.integers(0, n)))
    ),
    min_size=1,
    max_size=5,
)


def spelled(counts: list[tuple[int, int, int]]) -> tuple[Any, Any, dict[str, int]]:
    """Visits of strata s0, s1, ... given as (N, n, y)."""
    failed = np.concatenate([np.arange(n) < y for _, n, y in counts])
    strata = np.repeat([f"s{h}" for h in range(len(counts))], [n for _, n, _ in counts])
    return failed, strata, {f"s{h}": N for h, (N, _, _) in enumerate(counts)}


@settings(max_examples=80, deadline=None)
@given(cells, st.sampled_from(NAMES))
def test_swapping_pass_and_fail_mirrors_every_interval(
    counts: list[tuple[int, int, int]], interval: str
) -> None:
    failed, strata, sizes = spelled(counts)
    one = estimate_share(failed, strata, sizes, interval=interval)
    other = estimate_share(~failed, strata, sizes, interval=interval)

    assert (other.value, other.se) == pytest.approx((1 - one.value, one.se), abs=1e-12)
    assert (other.lower, other.upper) == pytest.approx((1 - one.upper, 1 - one.lower), abs=1e-9)
    assert other.method == one.method


@settings(max_examples=80, deadline=None)
@given(cells, st.sampled_from(NAMES))
def test_an_interval_holds_its_value_and_is_a_point_only_for_a_census(
    counts: list[tuple[int, int, int]], interval: str
) -> None:
    answer = estimate_share(*spelled(counts), interval=interval)

    assert 0 <= answer.lower <= answer.value + 1e-12
    assert answer.value - 1e-12 <= answer.upper <= 1
    assert (answer.lower == answer.upper) == all(N == n for N, n, _ in counts)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(21)))
def test_the_order_of_rows_changes_not_one_bit(order: list[int]) -> None:
    scores = np.linspace(0.1, 97.3, 21) ** 1.3
    strata, failed = np.array(STRATA), np.array(FAILED)

    assert estimate_share(failed[order], strata[order], SIZES) == estimate_share(failed, strata, SIZES)
    one, other = (estimate_mean(scores[rows], strata[rows], SIZES) for rows in (order, list(range(21))))
    assert (one.value, one.se, one.lower, one.upper) == (other.value, other.se, other.lower, other.upper)


def test_a_census_is_certain() -> None:
    answer = estimate_share([1, 0, 0, 1], list("aabb"), {"a": 2, "b": 2})

    assert (answer.value, answer.se, answer.df, answer.lower, answer.upper) == (0.5, 0, 0, 0.5, 0.5)
    assert answer.method == "census"


@pytest.mark.parametrize("interval", NAMES)
def test_nothing_found_gives_the_exact_bound_whatever_interval_was_named(interval: str) -> None:
    answer = estimate_share([0] * 21, STRATA, SIZES, interval=interval)

    assert (answer.value, answer.lower, answer.upper, answer.method) == (0, 0, 12 / 89, "exact")


def test_failures_of_a_stratum_taken_whole_are_the_certain_part_of_the_bound() -> None:
    answer = estimate_share([0] * 17 + [1, 1, 0, 0], STRATA, SIZES)

    assert answer.lower == 2 / 89
    assert answer.upper == bound_count([50, 35, 4], [10, 7, 4], [0, 0, 2]) / 89
    assert answer.se == 0


def test_strata_that_each_show_one_outcome_get_the_two_sided_exact_bounds() -> None:
    answer = estimate_share([1] * 10 + [0] * 7 + [1, 0, 0, 0], STRATA, SIZES)
    lower, upper = bound_count([50, 35, 4], [10, 7, 4], [10, 0, 1], side="two-sided")

    assert (answer.lower, answer.upper, answer.method) == (pytest.approx(lower / 89), upper / 89, "exact")


def test_design_effect_compares_with_one_simple_random_sample() -> None:
    answer = estimate_share(FAILED[:10], STRATA[:10], {"a": 50})
    stratified = estimate_share(FAILED[:17], STRATA[:17], {"a": 50, "b": 35})
    p = stratified.value

    assert answer.deff == pytest.approx(1, rel=1e-12)
    # A stratum taken whole is left out of n, not of N and p.
    with_whole = estimate_share(FAILED, STRATA, SIZES)
    p_whole = with_whole.value

    assert with_whole.deff == pytest.approx(
        with_whole.se**2 / ((1 - 17 / 89) * p_whole * (1 - p_whole) / 16), rel=1e-12
    )
    assert stratified.deff == pytest.approx(stratified.se**2 / ((1 - 17 / 85) * p * (1 - p) / 16), rel=1e-12)


def test_a_total_is_the_share_times_the_frame() -> None:
    for lonely, sizes in (("refuse", SIZES), ("collapse", SIZES | {"c": 9})):
        strata = STRATA + (["c"] if "c" in sizes else [])
        failed = FAILED + ([1] if "c" in sizes else [])
        share = estimate_share(failed, strata, sizes, lonely=lonely)  # type: ignore[arg-type]
        total = estimate_total(failed, strata, sizes, lonely=lonely)  # type: ignore[arg-type]

        assert (total.value, total.se) == pytest.approx(
            (share.value * share.N, share.se * share.N), rel=1e-12
        )


def test_a_domain_is_a_ratio_over_all_rows() -> None:
    rng = np.random.default_rng(5)
    failed, domain = rng.integers(0, 2, 21), rng.integers(0, 2, 21)
    share = estimate_share(failed, STRATA, SIZES, domain=domain)
    ratio = estimate_ratio(failed * domain, domain, STRATA, SIZES)
    subset = estimate_ratio(failed, [1] * 21, STRATA, SIZES, domain=domain)

    assert (share.value, share.se) == pytest.approx((ratio.value, ratio.se), rel=1e-12)
    assert (subset.value, subset.se, subset.df) == pytest.approx((share.value, share.se, share.df), rel=1e-12)
    assert share.n == domain.sum()
    assert share.df == domain[:17].sum() - 2


def test_a_domain_in_which_nothing_failed_is_bounded_by_counts() -> None:
    domain = [1] * 4 + [0] * 6 + [1] * 3 + [0] * 4 + [0] * 4
    answer = estimate_share([0] * 21, STRATA, SIZES, domain=domain)
    N, n = [50, 35, 4], [10, 7, 4]
    failing = bound_count(N, n, [0, 0, 0], confidence=0.975)
    passing = bound_count(N, n, [4, 3, 0], confidence=0.975, side="lower")

    assert (answer.lower, answer.upper) == (0, failing / (failing + passing))
    assert answer.method == "exact"


def test_a_domain_without_degrees_of_freedom_gets_the_two_sided_exact_bounds() -> None:
    domain = [1] + [0] * 9 + [1] + [0] * 6 + [0] * 4
    answer = estimate_share([1] + [0] * 20, STRATA, SIZES, domain=domain)
    N, n, y, passed = [50, 35, 4], [10, 7, 4], [1, 0, 0], [0, 1, 0]
    most, least = (bound_count(N, n, z, confidence=0.9875) for z in (y, passed))
    few, some = (bound_count(N, n, z, confidence=0.9875, side="lower") for z in (y, passed))

    assert (answer.df, answer.method) == (0, "exact")
    assert (answer.lower, answer.upper) == pytest.approx(
        (few / (few + least), most / (most + some)), rel=1e-12
    )


def test_the_exact_bound_of_a_domain_covers_every_small_population() -> None:
    N, n = 9, 4
    for G in range(N + 1):
        for H in range(1, N + 1 - G):
            covered = 0.0
            for y in range(n + 1):
                for h in range(n + 1 - y):
                    chance = (
                        math.comb(G, y) * math.comb(H, h) * math.comb(N - G - H, n - y - h) / math.comb(N, n)
                    )
                    if y + h and (y == 0 or h == 0) and chance:
                        answer = estimate_share(
                            [1] * y + [0] * (n - y),
                            ["a"] * n,
                            {"a": N},
                            domain=[1] * (y + h) + [0] * (n - y - h),
                        )
                        covered += chance * (not answer.lower <= G / (G + H) <= answer.upper)
            assert covered <= 0.05 + 1e-12


def test_keys_stay_text_and_a_stratum_without_units_is_passed_over() -> None:
    answer = estimate_share([1, 0, 0, 1], ["001", "001", "NA", "NA"], {"001": 4, "NA": 6, "empty": 0})

    assert (answer.value, answer.N, answer.n) == (0.5, 10, 4)


@pytest.mark.parametrize(
    "same",
    [
        (
            pd.array([True, False, True], dtype="boolean"),
            pd.Categorical(["a", "a", "a"]),
            pd.Series({"a": 9}),
        ),
        (pd.Series([1, 0, 1], dtype="Int64"), pd.Series(["a"] * 3, dtype="str"), {"a": 9.0}),
        (np.array([1.0, 0.0, 1.0]), np.array(["a"] * 3, dtype=object), {"a": np.int64(9), "b": 0}),
    ],
)
def test_any_kind_of_column_gives_the_same_answer(same: tuple[Any, Any, Any]) -> None:
    assert (
        estimate_share(*same, domain=[1, 1, 1]).upper
        == estimate_share([1, 0, 1], ["a"] * 3, {"a": 9}, domain=[1] * 3).upper
    )
    assert estimate_share(*same).se == estimate_share([1, 0, 1], ["a"] * 3, {"a": 9}).se


def test_a_single_visit_shares_its_variance_with_the_next_stratum() -> None:
    failed, strata, sizes = [1, 0, 0, 1, 0], list("abbcc"), {"a": 3, "b": 6, "c": 4}
    answer = estimate_share(failed, strata, sizes, lonely="collapse")
    p = (3 * 1 + 6 * 0 + 4 * 0.5) / 13
    z = np.array([3 * (1 - p), 3 * (0 - p), 3 * (0 - p)]) / 13  # weights 3/1 and 6/2
    joined = (1 - 3 / 9) * 3 / 2 * ((z - z.mean()) ** 2).sum()
    alone = (4 / 13) ** 2 * (1 - 2 / 4) * 0.25

    assert (answer.value, answer.se**2) == pytest.approx((p, joined + alone), rel=1e-12)
    assert (answer.df, answer.collapsed) == (5 - 2, 2)


def test_the_last_single_visit_joins_the_stratum_before_it_and_never_one_taken_whole() -> None:
    answer = estimate_share([1, 0, 0, 1, 0], list("aabbd"), {"a": 5, "b": 2, "d": 7}, lonely="collapse")

    assert (answer.df, answer.collapsed) == (3 - 1, 2)


def test_equal_values_in_every_stratum_claim_no_interval() -> None:
    answer = estimate_mean([0.1] * 3 + [7.7] * 3, list("aaabbb"), {"a": 9, "b": 8})

    assert answer.method == "none"
    assert math.isnan(answer.lower)
    assert math.isnan(answer.upper)


def test_a_census_of_scores_is_certain() -> None:
    answer = estimate_mean([1, 2, 4], list("aab"), {"a": 2, "b": 1})

    assert (answer.value, answer.se, answer.lower, answer.upper) == (
        pytest.approx(7 / 3),
        0,
        answer.value,
        answer.value,
    )


def test_all_counties_drawn_leave_the_variance_inside_them() -> None:
    y, counties, sizes = [3, 5, 9, 4, 4, 6], list("aaabbb"), {"a": 7, "b": 5}
    two = estimate_two_stage(y, counties, sizes, statistic="total")
    one = estimate_total(y, counties, sizes)

    assert (two.value, two.se, two.df, two.lower) == pytest.approx(
        (one.value, one.se, one.df, one.lower), rel=1e-12
    )
