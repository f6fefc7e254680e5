"""Estimates from unequal chances: worked by hand, and refused where they would mislead."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import stats

from audit_lib.errors import EstimateError
from audit_lib.inference import estimate_unequal

CHANCE = [0.2, 0.25, 0.4, 0.5, 0.5, 0.8, 1.0]
FAILED = [1, 0, 1, 0, 0, 0, 1]


def test_total_and_its_variance_by_hand() -> None:
    """Six by chance: y/l = 5, 0, 2.5, 0, 0, 0 with 1-l = .8 .75 .6 .5 .5 .2, one certain."""
    found = estimate_unequal(FAILED, ["x"] * 7, CHANCE, {"x": 20}, of="total")
    left, expanded = [0.8, 0.75, 0.6, 0.5, 0.5, 0.2], [5, 0, 2.5, 0, 0, 0]
    B = (0.8 * 5 + 0.6 * 2.5) / sum(left)
    v = 6 / 5 * sum(one * (value - B) ** 2 for one, value in zip(left, expanded, strict=True))
    assert (found.value, found.df, found.n, found.N) == (8.5, 5, 7, 20)
    assert found.se == pytest.approx(math.sqrt(v))
    half = stats.t.ppf(0.975, 5) * math.sqrt(v)
    assert (found.lower, found.upper) == (3.0, pytest.approx(min(20, 8.5 + half)))


def test_share_is_that_of_the_units_stood_for() -> None:
    found = estimate_unequal(FAILED, ["x"] * 7, CHANCE, {"x": 20})
    assert found.value == pytest.approx(8.5 / (5 + 4 + 2.5 + 2 + 2 + 1.25 + 1))
    assert 3 / 20 <= found.lower < found.value < found.upper <= 1


@pytest.mark.parametrize("failed", [0, 1])
def test_draw_that_found_nothing_or_only_failures_gives_no_interval(failed: int) -> None:
    found = estimate_unequal([failed] * 7, ["x"] * 7, CHANCE, {"x": 20})
    assert (found.value, found.method) == (failed, "none")
    assert [math.isnan(one) for one in (found.lower, found.upper)] == [True, True]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"chance": CHANCE[:4] + [1.0] * 3}, "无法估计: 随机抽取不足 6 家的层: “x”"),
        ({"stratum_sizes": {"x": 20, "y": 3}}, "无法估计: 没有检查结果的层: “y”"),
        ({"stratum_sizes": {"y": 3}}, "无法估计: 没有给出单位总数的层: “x”"),
        ({"chance": [0.0, *CHANCE[1:]]}, "入样概率须大于 0 且不超过 1"),
        ({"failed": [None, *FAILED[1:]]}, "检查结果、层或入样概率有缺失或不合格式"),
        ({"failed": [2, *FAILED[1:]]}, "检查结果、层或入样概率有缺失或不合格式"),
    ],
)
def test_what_would_be_a_wrong_number_is_refused(changes: dict[str, Any], said: str) -> None:
    given = {"failed": FAILED, "strata": ["x"] * 7, "chance": CHANCE, "stratum_sizes": {"x": 20}} | changes
    with pytest.raises(EstimateError) as caught:
        estimate_unequal(**given)
    assert str(caught.value) == said


def test_visits_outside_the_domain_stay_in_the_sample_as_zeros() -> None:
    """Six of twelve by chance; one was closed: the share is that of the rest, the variance of all."""
    chance, failed = [0.5] * 6, [1, 0, 1, 0, 0, 0]
    domain = [1, 1, 1, 1, 1, 0]
    one = estimate_unequal(failed, ["x"] * 6, chance, {"x": 12}, domain=domain)
    assert one.value == pytest.approx(2 / 5)
    # residual / 10 is .06, -.04, .06, -.04, -.04, 0; expanded by 2; mean 0; n/(n-1) (1 - 1/2) sum of squares
    expanded = [2 * (y - 0.4) * d / 10 for y, d in zip(failed, domain, strict=True)]
    assert one.se**2 == pytest.approx(6 / 5 * 0.5 * sum(e**2 for e in expanded))


def test_sample_without_any_visit_that_counts_is_refused() -> None:
    with pytest.raises(EstimateError) as caught:
        estimate_unequal([0] * 6, ["x"] * 6, [0.5] * 6, {"x": 12}, domain=[0] * 6)
    assert str(caught.value) == "没有可以计入的到访结果"
