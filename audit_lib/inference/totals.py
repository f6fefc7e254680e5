"""Means, totals and ratios over the frame, with their t intervals.

Each is a total of a linearised value e (see docs/method.md, chapter 5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit_lib.errors import EstimateError
from audit_lib.inference import intervals
from audit_lib.inference.estimate import FLAT, Estimate, before_interval, with_bounds
from audit_lib.inference.intervals import Bounds
from audit_lib.inference.strata import (
    Bools,
    Floats,
    Lonely,
    Sizes,
    Strata,
    checked_confidence,
    column,
    inside,
    lay_out,
)


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and sum of squared deviations from it, by stratum; each shape (H,)."""

    mean: Floats
    squares: Floats


def estimate_mean(
    values: Any,
    strata: Any,
    stratum_sizes: Sizes,
    *,
    confidence: float = 0.95,
    domain: Any = None,
    lonely: Lonely = "refuse",
) -> Estimate:
    """Estimate the mean of a score over the frame, with its t interval.

    Parameters
    ----------
    values : array, shape (n,)   one number for each visit; no missing values
    strata, stratum_sizes, domain, lonely : as ``estimate_share``

    Returns
    -------
    Estimate   in the unit of the values; bounds are nan (method ``none``) where all values of
        every stratum are equal: the visits then say nothing about the spread

    Raises
    ------
    EstimateError   as ``estimate_share``

    Mean 2, s^2 = 1, v = (1 - 3/6) / 3:

    >>> answer = estimate_mean([1, 2, 3], list("aaa"), {"a": 6})
    >>> answer.value, round(6 * answer.se**2, 12), answer.df
    (2.0, 1.0, 2)

    Source: Cochran 1977, chapter 5; docs/method.md, chapter 5.
    """
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    member = inside(domain, plan)
    return _ratio(column(values, plan, "values"), np.ones(len(member)), plan, member, confidence)


def estimate_total(
    values: Any,
    strata: Any,
    stratum_sizes: Sizes,
    *,
    confidence: float = 0.95,
    domain: Any = None,
    lonely: Lonely = "refuse",
) -> Estimate:
    """Estimate the sum of a number over the frame, with its t interval.

    Parameters and errors as ``estimate_mean``; the unit is that of the values. For a number of
    failing units ``bound_count`` gives the exact bounds.

    >>> answer = estimate_total([1, 2, 3], list("aaa"), {"a": 6})
    >>> answer.value, round(answer.se**2, 12)
    (12.0, 6.0)

    Source: Cochran 1977, chapter 5; docs/method.md, chapter 5.
    """
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    member = inside(domain, plan)
    y = np.where(member, column(values, plan, "values"), 0.0)
    total = float(np.sum(plan.weight * per_stratum(plan, y).mean * plan.n))
    # A constant moves no variance inside a stratum; between collapsed ones it takes out the size.
    v = _variance(plan, y - total / plan.N.sum())
    return with_t(
        before_interval(plan, total, v, plan.count(member)), confidence, certain=not plan.open.any()
    )


def estimate_ratio(
    y: Any,
    x: Any,
    strata: Any,
    stratum_sizes: Sizes,
    *,
    confidence: float = 0.95,
    domain: Any = None,
    lonely: Lonely = "refuse",
) -> Estimate:
    """Estimate the ratio of two totals of the frame, with its t interval.

    Parameters
    ----------
    y, x : arrays, shape (n,)   numerator and denominator of each visit; no missing values
    strata, stratum_sizes, domain, lonely : as ``estimate_share``

    Raises
    ------
    EstimateError   as ``estimate_share``; the denominator adds up to 0

    >>> estimate_ratio([1, 3], [2, 4], list("aa"), {"a": 2}).value
    0.6666666666666666

    Source: Sarndal, Swensson, Wretman 1992, 5.6; docs/method.md, chapter 5.
    """
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    member = inside(domain, plan)
    return _ratio(column(y, plan, "y"), column(x, plan, "x"), plan, member, confidence)


def with_t(plain: Estimate, confidence: float, *, certain: bool) -> Estimate:
    """Add the t interval, unless the figure is certain or the visits show no variation."""
    checked_confidence(confidence)
    if certain:
        return plain
    if plain.se <= FLAT * abs(plain.value) or plain.df < 1:
        return with_bounds(plain, Bounds(math.nan, math.nan), "none")
    return with_bounds(plain, intervals.t(plain.value, plain.se, plain.df, confidence), "t")


def _ratio(y: Floats, x: Floats, plan: Strata, member: Bools, confidence: float) -> Estimate:
    y, x = np.where(member, y, 0.0), np.where(member, x, 0.0)
    X = float(np.sum(plan.N * per_stratum(plan, x).mean))
    if X == 0:
        raise EstimateError("比率的分母合计为 0, 无法估计", "the denominator of the ratio adds up to 0")
    R = float(np.sum(plan.N * per_stratum(plan, y).mean)) / X
    plain = before_interval(plan, R, _variance(plan, (y - R * x) / X), plan.count(member))
    return with_t(plain, confidence, certain=not plan.open.any())


def _variance(plan: Strata, e: Floats) -> float:
    sums = per_stratum(plan, e)
    return plan.variance_of_total(sums.mean, sums.squares)


def per_stratum(plan: Strata, e: Floats) -> Moments:
    """Mean and squared deviations in each stratum, summed in order of size.

    The order makes the last bit of a sum independent of the order of the rows.
    """
    order = np.lexsort((e, plan.of))
    of, e = plan.of[order], e[order]
    mean: Floats = np.bincount(of, e) / plan.n
    squares = np.bincount(of, (e - mean[of]) ** 2).astype(np.float64)
    return Moments(mean, squares)
