"""The county's verdict against the re-check, projected to the frame.

Only for samples drawn or replayed by this library (docs/method.md, chapter 9). Among the units a
county passed its verdict is constant: two false-pass figures speak there, and kappa is
refused; kappa is for samples that hold units the county failed as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.errors import EstimateError
from audit_lib.inference.bounds import bound_count
from audit_lib.inference.estimate import Estimate, estimate_share
from audit_lib.inference.strata import (
    Ints,
    Lonely,
    Sizes,
    Strata,
    full_column,
    lay_out,
    refuse,
    same_rows,
    yes_no,
)
from audit_lib.inference.totals import estimate_mean, estimate_ratio, estimate_total


@dataclass(frozen=True, slots=True)
class FalsePass:
    """Units that the county passed and the re-check failed.

    Attributes
    ----------
    share : among the units the county passed
    total : in the frame, with its exact two-sided bounds
    lower, upper : one-sided exact bounds on that number, each at the given confidence
    """

    share: Estimate
    total: Estimate
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Paired:
    """Two verdicts on the same units, compared.

    Attributes
    ----------
    difference : share failing at the second verdict less share failing at the first
    se : of the difference, units taken as independent
    statistic, p_value : McNemar's X2 without correction, and its exact two-sided P-value
    """

    difference: float
    se: float
    statistic: float
    p_value: float


def false_pass(
    passed: Any,
    failed: Any,
    strata: Any,
    stratum_sizes: Sizes,
    *,
    confidence: float = 0.95,
    interval: str = "auto",
    lonely: Lonely = "refuse",
) -> FalsePass:
    """Estimate how many of the units the county passed fail.

    Parameters
    ----------
    passed : array, shape (n,)   1 where the county passed the unit
    failed : array, shape (n,)   1 where the re-check failed it; for the second figure, 1 where
        the inspector judged that it was already so at the county's visit (cannot tell is 0 here
        and is counted apart by the caller)
    strata, stratum_sizes, confidence, interval, lonely : as ``estimate_share``

    Raises
    ------
    EstimateError   as ``estimate_share``

    >>> answer = false_pass([1, 1, 0, 1], [1, 0, 1, 0], list("aaaa"), {"a": 4})
    >>> answer.share.value, answer.total.value, answer.lower, answer.upper
    (0.3333333333333333, 1.0, 1, 1)

    Source: docs/method.md, chapter 9.
    """
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    member = yes_no(passed, plan, "passed")
    both = member & yes_no(failed, plan, "failed")
    y = plan.count(both)
    domain = None if member.all() else member
    total = estimate_total(both, strata, stratum_sizes, confidence=confidence, lonely=lonely)
    lower, upper = bound_count(plan.N, plan.n, y, confidence=confidence, side="two-sided")
    return FalsePass(
        estimate_share(
            both,
            strata,
            stratum_sizes,
            confidence=confidence,
            interval=interval,
            domain=domain,
            lonely=lonely,
        ),
        replace(total, lower=lower, upper=upper, method="exact"),
        bound_count(plan.N, plan.n, y, confidence=confidence, side="lower"),
        bound_count(plan.N, plan.n, y, confidence=confidence),
    )


def kappa(
    first: Any,
    second: Any,
    strata: Any,
    stratum_sizes: Sizes,
    *,
    confidence: float = 0.95,
    lonely: Lonely = "refuse",
) -> Estimate:
    """Estimate Cohen's kappa of two verdicts over the frame.

    Parameters
    ----------
    first, second : arrays, shape (n,)   the two verdicts, any labels; no missing values
    strata, stratum_sizes, confidence, lonely : as ``estimate_share``

    Returns
    -------
    Estimate   kappa with the standard error of its linearised value; t interval within -1..1

    Raises
    ------
    EstimateError   a verdict is the same for all units (kappa is then 0 whatever the other says)

    Agreement 3/4, by chance 1/2 * 1/2 + 1/2 * 1/2:

    >>> round(kappa([1, 1, 0, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 0, 0, 1], ["a"] * 8, {"a": 8}).value, 12)
    0.5

    Source: Cohen 1960; docs/method.md, chapter 9.
    """
    plan = lay_out(strata, stratum_sizes, lonely=lonely)
    r, c = _labels(first, second, plan)
    if len(np.unique(r)) == 1 or len(np.unique(c)) == 1:
        raise EstimateError(
            "两个结论中有一个对所有单位都相同, kappa 恒为 0, 不能说明任何问题; 请用 false_pass",
            "one verdict is the same for all units: kappa is 0 whatever the other says; use false_pass",
        )
    w = plan.weight[plan.of] / plan.N.sum()
    size = int(max(r.max(), c.max())) + 1
    p_r, p_c = np.bincount(r, w, size), np.bincount(c, w, size)
    po, pe = float(w[r == c].sum()), float(p_r @ p_c)
    u = (((r == c) - po) * (1 - pe) - (1 - po) * (p_c[r] + p_r[c] - 2 * pe)) / (1 - pe) ** 2
    value = (po - pe) / (1 - pe)
    # The linearised value has mean 0, so that its interval only needs shifting by kappa.
    around = estimate_mean(u, strata, stratum_sizes, confidence=confidence, lonely=lonely)
    return replace(
        around,
        value=value,
        lower=max(value + around.lower - around.value, -1.0),
        upper=min(value + around.upper - around.value, 1.0),
    )


def item_agreement(
    units: Any,
    first: Any,
    second: Any,
    strata: Any,
    stratum_sizes: Sizes,
    *,
    confidence: float = 0.95,
    lonely: Lonely = "refuse",
) -> Estimate:
    """Estimate the share of checklist items on which two verdicts agree, the unit as cluster.

    Parameters
    ----------
    units, first, second, strata : arrays, shape (items,)   one row for each item of each unit
    stratum_sizes, confidence, lonely : as ``estimate_share``

    Raises
    ------
    EstimateError   as ``estimate_ratio``; a unit in two strata; a missing verdict; columns of
        different lengths

    >>> item_agreement(list("uuv"), [1, 0, 1], [1, 1, 1], ["a"] * 3, {"a": 2}).value
    0.6666666666666666

    Source: docs/method.md, chapter 9.
    """
    columns = {"unit": units, "first": first, "second": second, "stratum": strata}
    rows = strata.index if isinstance(strata, pd.Series) else None
    for name, values in columns.items():
        same_rows(values, name, count=len(strata), rows=rows)
    items = pd.DataFrame({name: np.asarray(values, dtype=object) for name, values in columns.items()})
    if items.isna().to_numpy().any():
        raise EstimateError(
            "逐项结论有缺失值, 无法估计", "a verdict on an item is missing, nothing can be estimated"
        )
    by_unit = items.assign(agreed=items["first"] == items["second"]).groupby("unit", sort=True)
    homes = by_unit["stratum"].nunique()
    refuse("同时在两个层里的单位", "units in two strata", homes.index[homes > 1])
    agreed, total = by_unit["agreed"].sum(), by_unit.size()
    return estimate_ratio(
        agreed, total, by_unit["stratum"].first(), stratum_sizes, confidence=confidence, lonely=lonely
    )


def paired(table: Any) -> Paired:
    """Compare two verdicts on the same units, without a design.

    Parameters
    ----------
    table : 2 x 2 counts; rows pass, fail at the first verdict, columns at the second

    >>> paired([[794, 150], [86, 570]]).difference
    0.04

    Source: McNemar 1947; Agresti 2013, 11.1.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.shape != (2, 2) or not ((counts >= 0) & (counts == np.floor(counts))).all():
        raise EstimateError(
            "两次结论的对照表应为 2 行 2 列不小于 0 的整数",
            "two verdicts are compared by 2 x 2 whole numbers of 0 or more",
        )
    (_, b), (c, _) = counts
    n, changed = int(counts.sum()), int(b + c)
    if not changed:
        raise EstimateError(
            "两个结论完全一致, 没有可比较的差异", "the two verdicts never differ: nothing to compare"
        )
    difference = (int(b) - int(c)) / n
    return Paired(
        difference,
        math.sqrt((changed / n - difference**2) / n),
        (int(b) - int(c)) ** 2 / changed,
        float(stats.binomtest(int(b), changed).pvalue),
    )


def _labels(first: Any, second: Any, plan: Strata) -> tuple[Ints, Ints]:
    """Number the labels of both verdicts alike."""
    both = [full_column(values, plan, name) for name, values in (("first", first), ("second", second))]
    codes = pd.factorize(pd.concat([side.astype(object) for side in both], ignore_index=True))[0].astype(
        np.int64
    )
    return codes[: len(plan.of)], codes[len(plan.of) :]
