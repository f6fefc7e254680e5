"""From the visits of a stratified sample to statements about the frame.

Shares, means, totals and ratios, for the frame or a domain of it, and the two-stage total.
One formula carries them all: a statistic is a total of a linearised value e, and its variance
is that of a stratified total of e (Cochran 1977, chapter 5; Sarndal, Swensson, Wretman 1992).
A domain keeps all its rows, zero outside; a city whose strata are its own is better passed as
those strata alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from audit_lib.errors import EstimateError
from audit_lib.inference import intervals
from audit_lib.inference.bounds import bound_count
from audit_lib.inference.intervals import Bounds
from audit_lib.inference.strata import (
    Bools,
    Floats,
    Ints,
    Lonely,
    Sizes,
    Strata,
    checked_confidence,
    column,
    inside,
    lay_out,
    yes_no,
)

# Sums in double precision leave a relative standard error of this size where the true one is 0.
FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a sample says about one figure of the frame.

    Attributes
    ----------
    value, se : in the unit of the figure (a share in 0..1, a count, a score)
    df : degrees of freedom, over the strata not taken whole
    lower, upper : the interval; nan where the visits show no variation and no bound is known
    method : how the interval was made: ``exact``, ``census``, ``none`` or the interval's name
    n : visits (in the domain);  N : units in the frame
    deff : design effect against one simple random sample; nan where not defined
    collapsed : strata that share their variance with a neighbour
    """

    value: float
    se: float
    df: int
    lower: float
    upper: float
    method: str
    n: int
    N: int
    deff: float = math.nan
    collapsed: int = 0


def estimate_share(
    failed: Any,
    strata: Any,
    stratum_sizes: Sizes,
    *,
    confidence: float = 0.95,
    interval: str = "auto",
    domain: Any = None,
    lonely: Lonely = "refuse",
) -> Estimate:
    """Estimate the share of failing units in the frame.

    Parameters
    ----------
    failed : array, shape (n,)   1 failed, 0 not; no missing values
    strata : array, shape (n,)   stratum key of each visit
    stratum_sizes : N by stratum, every stratum of the frame
    interval : auto, logit, korn-graubard, wilson or t; auto is Korn-Graubard. Where no stratum
        that was sampled shows both outcomes none of them holds and the exact bound is given,
        one-sided where nothing failed or nothing passed in all of them
    domain : array, shape (n,)   1 for the units that the share is about
    lonely : one visit in a larger stratum: ``refuse``, or ``collapse`` with the next in key order

    Returns
    -------
    Estimate   value and bounds are shares in 0..1; se in the same unit; df = n - H

    Raises
    ------
    EstimateError   a stratum without size or visit, with one visit, with n > N; missing values

    p = (6 * 1/2 + 4 * 0) / 10, v = .6^2 (1 - 4/6) (1/4) / 3 = .01, se = .1:

    >>> answer = estimate_share([1, 1, 0, 0, 0, 0], list("aaaabb"), {"a": 6, "b": 4})
    >>> round(answer.value, 12), round(answer.se, 12), answer.df, answer.method
    (0.3, 0.1, 4, 'korn-graubard')
    >>> estimate_share([0, 0, 0, 0], list("aaaa"), {"a": 20}).upper
    0.45

    Source: Cochran 1977, chapter 5; methods.md section 5.
    """
    if interval not in intervals.NAMES:
        known = ", ".join(intervals.NAMES)
        raise EstimateError(
            f"没有区间方法“{interval}”, 可选: {known}", f'no interval "{interval}"; known: {known}'
        )
    checked_confidence(confidence)
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    bad, member = yes_no(failed, plan, "failed"), inside(domain, plan)
    y, d = plan.count(bad & member), plan.count(member)
    p, v = _share_moments(plan, y, d)
    deff = _design_effect(plan, p, v) if domain is None else math.nan
    plain = _plain(plan, p, v, d, deff)
    if not plan.open.any():
        return plain
    y_open, d_open = int(y[plan.open].sum()), int(d[plan.open].sum())
    if y_open in (0, d_open) or v <= FLAT**2 or plain.df < 1:
        return _between(plain, _exact(plan, y, d - y, 1 - confidence, whole=domain is None), "exact")
    name = "korn-graubard" if interval == "auto" else interval
    return _between(plain, intervals.share(name, p, v, n=d_open, df=plain.df, confidence=confidence), name)


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

    Source: Cochran 1977, chapter 5; methods.md section 5.
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

    Source: Cochran 1977, chapter 5; methods.md section 5.
    """
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    member = inside(domain, plan)
    y = np.where(member, column(values, plan, "values"), 0.0)
    total = float(np.sum(plan.weight * per_stratum(plan, y).mean * plan.n))
    # A constant moves no variance inside a stratum; between collapsed ones it takes out the size.
    v = _variance(plan, y - total / plan.N.sum())
    return with_t(_plain(plan, total, v, plan.count(member)), confidence, certain=not plan.open.any())


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

    Source: Sarndal, Swensson, Wretman 1992, 5.6; methods.md section 5.
    """
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    member = inside(domain, plan)
    return _ratio(column(y, plan, "y"), column(x, plan, "x"), plan, member, confidence)


def _ratio(y: Floats, x: Floats, plan: Strata, member: Bools, confidence: float) -> Estimate:
    y, x = np.where(member, y, 0.0), np.where(member, x, 0.0)
    X = float(np.sum(plan.N * per_stratum(plan, x).mean))
    if X == 0:
        raise EstimateError("比率的分母合计为 0, 无法估计", "the denominator of the ratio adds up to 0")
    R = float(np.sum(plan.N * per_stratum(plan, y).mean)) / X
    plain = _plain(plan, R, _variance(plan, (y - R * x) / X), plan.count(member))
    return with_t(plain, confidence, certain=not plan.open.any())


def _share_moments(plan: Strata, y: Ints, d: Ints) -> tuple[float, float]:
    """Share among the d of each stratum's visits that lie in the domain, and its variance.

    Squares as sums over pairs of unlike visits: exactly 0 where all visits are alike.
    """
    passed, outside = d - y, plan.n - d
    size = float(np.sum(plan.weight * d)) if outside.any() else float(plan.N.sum())
    p = float(np.sum(plan.weight * y)) / size
    mean = (y * (1 - p) - passed * p) / plan.n
    squares = (y * passed + y * outside * (1 - p) ** 2 + passed * outside * p**2) / plan.n
    return p, plan.variance_of_total(mean, squares) / size**2


def _design_effect(plan: Strata, p: float, v: float) -> float:
    n, N = int(plan.n[plan.open].sum()), int(plan.N.sum())
    simple = (1 - n / N) * p * (1 - p) / (n - 1) if n else 0.0
    return v / simple if simple > 0 else math.nan


def _exact(plan: Strata, y: Ints, passed: Ints, alpha: float, *, whole: bool) -> Bounds:
    """Bound the share exactly, one-sided where nothing failed or nothing passed."""
    if not y[plan.open].any():
        return Bounds(_certain(plan, y, passed), _most(plan, y, passed, alpha, whole=whole))
    if not passed[plan.open].any():
        mirror = _exact(plan, passed, y, alpha, whole=whole)
        return Bounds(1 - mirror.upper, 1 - mirror.lower)
    least = 1 - _most(plan, passed, y, alpha / 2, whole=whole)
    return Bounds(least, _most(plan, y, passed, alpha / 2, whole=whole))


def _certain(plan: Strata, y: Ints, passed: Ints) -> float:
    """The share if every unit not visited belongs to the domain and passes."""
    return float(y.sum() / (y.sum() + passed.sum() + (plan.N - plan.n).sum()))


def _most(plan: Strata, y: Ints, passed: Ints, alpha: float, *, whole: bool) -> float:
    """Bound the share from above; in a domain of unknown size each count takes half of alpha."""
    if whole:
        return bound_count(plan.N, plan.n, y, confidence=1 - alpha) / int(plan.N.sum())
    failing = bound_count(plan.N, plan.n, y, confidence=1 - alpha / 2)
    passing = bound_count(plan.N, plan.n, passed, confidence=1 - alpha / 2, side="lower")
    return failing / (failing + passing)


def _plain(plan: Strata, value: float, v: float, d: Ints, deff: float = math.nan) -> Estimate:
    """Give the estimate before its interval: right as it stands where all strata were taken whole."""
    n, N = int(d.sum()), int(plan.N.sum())
    return Estimate(value, math.sqrt(v), plan.df(d), value, value, "census", n, N, deff, plan.collapsed)


def _between(estimate: Estimate, bounds: Bounds, method: str) -> Estimate:
    return replace(estimate, lower=bounds.lower, upper=bounds.upper, method=method)


def with_t(plain: Estimate, confidence: float, *, certain: bool) -> Estimate:
    """Add the t interval, unless the figure is certain or the visits show no variation."""
    checked_confidence(confidence)
    if certain:
        return plain
    if plain.se <= FLAT * abs(plain.value) or plain.df < 1:
        return _between(plain, Bounds(math.nan, math.nan), "none")
    return _between(plain, intervals.t(plain.value, plain.se, plain.df, confidence), "t")


def _variance(plan: Strata, e: Floats) -> float:
    sums = per_stratum(plan, e)
    return plan.variance_of_total(sums.mean, sums.squares)


@dataclass(frozen=True, slots=True)
class Moments:
    mean: Floats
    squares: Floats


def per_stratum(plan: Strata, e: Floats) -> Moments:
    """Mean and squared deviations in each stratum, summed in order of size.

    The order makes the last bit of a sum independent of the order of the rows.
    """
    order = np.lexsort((e, plan.of))
    of, e = plan.of[order], e[order]
    mean: Floats = np.bincount(of, e) / plan.n
    squares = np.bincount(of, (e - mean[of]) ** 2).astype(np.float64)
    return Moments(mean, squares)
