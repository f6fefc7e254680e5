"""Estimates from a draw in two stages: counties first, then units inside them.

V = N^2 (1-f1) s_t^2/n + (N/n) sum M_i^2 (1-f2_i) s_i^2/m_i, t_i = M_i ybar_i.
Source: Cochran 1977, chapter 11; docs/method.md, chapter 5.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from audit_lib.errors import EstimateError
from audit_lib.inference.estimate import Estimate
from audit_lib.inference.strata import (
    Floats,
    Lonely,
    Sizes,
    Strata,
    checked_confidence,
    column,
    lay_out,
    whole_sizes,
)
from audit_lib.inference.totals import per_stratum, with_t


def estimate_two_stage(
    values: Any,
    clusters: Any,
    cluster_sizes: Sizes,
    *,
    statistic: Literal["mean", "total"] = "mean",
    confidence: float = 0.95,
    lonely: Lonely = "refuse",
) -> Estimate:
    """Estimate a mean or a total from a simple random draw of counties, then of units in each.

    Parameters
    ----------
    values : array, shape (m,)   one number for each visit; no missing values
    clusters : array, shape (m,)   county of each visit
    cluster_sizes : units by county, for every county of the frame, drawn or not
    statistic : ``total`` over the frame, or ``mean`` as the ratio of the two estimated totals
    lonely : one visit in a larger county: ``refuse``, or ``collapse`` with the next in key order

    Returns
    -------
    Estimate   t interval with df = counties drawn - 1 (where all were drawn: as ``estimate_mean``)

    Raises
    ------
    EstimateError   as ``estimate_mean``; only one county drawn of several

    Both counties of two, both visited whole: nothing is uncertain.

    >>> answer = estimate_two_stage([1, 2, 3], list("aab"), {"a": 2, "b": 1}, statistic="total")
    >>> answer.value, answer.se
    (6.0, 0.0)
    """
    if statistic not in ("mean", "total"):
        raise EstimateError(
            f"statistic 只能是 mean 或 total, 读到“{statistic}”",
            f'statistic is mean or total, not "{statistic}"',
        )
    checked_confidence(confidence)
    sizes = {key: size for key, size in whole_sizes(cluster_sizes).items() if size}
    drawn = set(pd.unique(pd.Series(clusters)))
    plan = lay_out(clusters, {key: sizes[key] for key in drawn & sizes.keys()}, lonely=lonely)
    N, n = len(sizes), len(plan.keys)
    if n == 1 < N:
        raise EstimateError(
            f"只抽了一个县“{plan.keys[0]}”, 无法计算县间方差",
            f'only one county was drawn, "{plan.keys[0]}": no variance between counties',
        )
    y = column(values, plan, "values")
    total, size = (N / n * float(np.sum(plan.N * per_stratum(plan, x).mean)) for x in (y, np.ones(len(y))))
    value = total if statistic == "total" else total / size
    v = _variance(plan, y if statistic == "total" else (y - value) / size, N)
    df = n - 1 if n < N else plan.df(plan.n)
    plain = Estimate(value, math.sqrt(v), df, value, value, "census", len(y), sum(sizes.values()))
    certain = n == N and not plan.open.any()
    return with_t(replace(plain, collapsed=plan.collapsed), confidence, certain=certain)


def _variance(plan: Strata, e: Floats, N: int) -> float:
    n, sums = len(plan.keys), per_stratum(plan, e)
    within = N / n * plan.variance_of_total(sums.mean, sums.squares)
    if n == N:
        return within
    return N**2 * (1 - n / N) * float(np.var(plan.N * sums.mean, ddof=1)) / n + within
