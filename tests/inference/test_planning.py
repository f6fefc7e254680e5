"""Unit: sizes and risks, against plain counting."""

import itertools
import math

import pytest

from audit_lib.inference import (
    acceptance_numbers,
    bound_count,
    discovery_size,
    item_agreement,
    operating_characteristic,
    tolerable_count,
    two_stage_risk,
    two_stage_size,
)


@pytest.mark.parametrize(("N", "K", "allowed"), [(20, 1, 0), (37, 3, 0), (40, 8, 2), (12, 12, 3)])
def test_discovery_size_is_the_least_that_counting_finds(N: int, K: int, allowed: int) -> None:
    def missed(n: int) -> bool:
        ways = sum(math.comb(K, x) * math.comb(N - K, n - x) for x in range(min(allowed, n) + 1))
        return 20 * ways > math.comb(N, n)

    assert discovery_size(N, K, allowed=allowed) == min(n for n in range(N + 1) if not missed(n))


def test_a_risk_of_exactly_one_less_confidence_is_small_enough() -> None:
    assert discovery_size(10, 1, confidence=0.9) == 9  # missed with probability 1/10


def test_a_discovery_sample_without_failure_bounds_them_below_the_number_that_matters() -> None:
    for N, K in itertools.product((20, 50, 401), (2, 9, 15)):
        n = discovery_size(N, K)

        assert bound_count(N, n, 0) < K
        assert bound_count(N, n - 1, 0) >= K


def test_two_stage_risk_is_the_share_of_orders_that_pass() -> None:
    units = [1, 1, 0, 0, 0, 0]
    orders = list(itertools.permutations(units, 4))
    passing = [o for o in orders if sum(o[:2]) == 0 or (sum(o[:2]) == 1 and sum(o[2:]) == 0)]

    assert two_stage_risk(6, 2, 2, 2) == pytest.approx(len(passing) / len(orders), abs=1e-12)


@pytest.mark.parametrize(("N", "K"), [(40, 6), (100, 10), (30, 25)])
def test_two_stage_size_is_the_least_that_keeps_the_risk(N: int, K: int) -> None:
    kept = [n for n in range(N // 2 + 1) if two_stage_risk(N, n, n, K) <= 0.05 * (1 + 1e-9)]

    assert two_stage_size(N, K) == kept[0]


def test_plans_say_both_risks_in_the_terms_of_the_standard() -> None:
    plan = acceptance_numbers(50, 5, most=2, acceptable=1).iloc[1]
    n = int(plan["n"])
    ways = [math.comb(5, x) * math.comb(45, n - x) for x in (0, 1)]

    assert (plan["allowed"], plan["reject"]) == (1, 2)
    assert plan["consumer"] == pytest.approx(sum(ways) / math.comb(50, n), rel=1e-12)
    assert plan["producer"] == 0  # one failing unit never makes two failures in the sample
    assert acceptance_numbers(50, 5, acceptable=1)["producer"][0] == pytest.approx(
        acceptance_numbers(50, 5)["n"][0] / 50, rel=1e-12
    )


def test_the_operating_characteristic_falls_from_certain_to_impossible() -> None:
    curve = operating_characteristic(50, 10, 1)

    assert (curve["chance"].iloc[0], curve["chance"].iloc[50]) == (1, 0)
    assert curve["chance"].is_monotonic_decreasing
    assert curve["share"].iloc[5] == 0.1


def test_the_operating_characteristic_adds_strata_up() -> None:
    curve = operating_characteristic([10, 20], [3, 5], 1, failures=[6])  # two failing in the first, four
    first = [math.comb(2, k) * math.comb(8, 3 - k) / math.comb(10, 3) for k in range(3)]
    second = [math.comb(4, k) * math.comb(16, 5 - k) / math.comb(20, 5) for k in range(3)]

    assert curve["chance"][0] == pytest.approx(
        first[0] * second[0] + first[1] * second[0] + first[0] * second[1], rel=1e-12
    )


def test_acceptance_numbers_stop_below_the_number_that_matters() -> None:
    assert acceptance_numbers(50, 3)["allowed"].tolist() == [0, 1, 2]


def test_a_share_that_matters_is_read_exactly() -> None:
    assert tolerable_count(100, "7%") == 7
    assert tolerable_count(100, "0.29") == 29
    assert tolerable_count(100, "7%", convention="more_than") == 8


def test_items_of_one_unit_are_not_independent_visits() -> None:
    units, second = ["u"] * 3 + ["v"] * 3 + ["w"] * 3, [1, 1, 1, 1, 0, 0, 1, 1, 0]
    answer = item_agreement(units, [1] * 9, second, ["a"] * 9, {"a": 30})
    e = [3 - 3 * 6 / 9, 1 - 3 * 6 / 9, 2 - 3 * 6 / 9]

    assert answer.value == pytest.approx(6 / 9)
    assert answer.se**2 == pytest.approx((1 - 3 / 30) * sum(x * x for x in e) / 2 / 3 / 9, rel=1e-12)
    assert answer.n == 3
