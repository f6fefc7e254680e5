"""What an estimate is, and the one that reports live on: the share of failing units.

A domain keeps all its rows, zero outside; a city whose strata are its own is better passed as
those strata alone. Formulas: docs/method.md, chapter 5.
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
    Ints,
    Lonely,
    Sizes,
    Strata,
    checked_confidence,
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

    Source: Cochran 1977, chapter 5; docs/method.md, chapter 5.
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
    plain = before_interval(plan, p, v, d, deff)
    if not plan.open.any():
        return plain
    y_open, d_open = int(y[plan.open].sum()), int(d[plan.open].sum())
    if y_open in (0, d_open) or v <= FLAT**2 or plain.df < 1:
        return with_bounds(plain, _exact(plan, y, d - y, 1 - confidence, whole=domain is None), "exact")
    name = "korn-graubard" if interval == "auto" else interval
    return with_bounds(plain, intervals.share(name, p, v, n=d_open, df=plain.df, confidence=confidence), name)


def before_interval(plan: Strata, value: float, v: float, d: Ints, deff: float = math.nan) -> Estimate:
    """Give the estimate before its interval: right as it stands where all strata were taken whole."""
    n, N = int(d.sum()), int(plan.N.sum())
    return Estimate(value, math.sqrt(v), plan.df(d), value, value, "census", n, N, deff, plan.collapsed)


def with_bounds(estimate: Estimate, bounds: Bounds, method: str) -> Estimate:
    """Put an interval in the place of the point."""
    return replace(estimate, lower=bounds.lower, upper=bounds.upper, method=method)


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
