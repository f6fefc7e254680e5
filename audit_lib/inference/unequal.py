"""What a sample with unequal chances says: each finding weighs as many units as it stood for.

With lambda the target inclusion probabilities of a Pareto pi-ps draw, the total is the sum of
y / lambda (Horvitz-Thompson), the share the same over the sum of 1 / lambda (Hajek). In each
stratum v = n/(n-1) sum (1 - lambda) (y/lambda - B)^2 with B = sum (1 - lambda) y/lambda /
sum (1 - lambda); units that were certain are counted and carry no variance.
Such a draw that found nothing bounds nothing: it looked where the risk was, so there is no
interval then, and no acceptance ever.
Source: Rosen 1997; docs/method.md, chapter 4.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.errors import EstimateError
from audit_lib.inference.estimate import Estimate
from audit_lib.inference.strata import Floats, checked_confidence, refuse, whole_sizes

LEAST = 6
"""Units of a stratum drawn by chance, below which its variance is not to be trusted."""


def estimate_unequal(
    failed: Any,
    strata: Any,
    chance: Any,
    stratum_sizes: Any,
    *,
    of: Literal["share", "total"] = "share",
    confidence: float = 0.95,
    domain: Any = None,
) -> Estimate:
    """Estimate the share or the total of failing units from a draw with unequal chances.

    Parameters
    ----------
    failed : array, shape (n,)   1 failed, 0 not
    strata, chance : arrays, shape (n,)   stratum and target inclusion probability of each visit
    stratum_sizes : N by stratum, every stratum of the frame
    domain : array, shape (n,)   1 where a visit counts; the others stay in the sample as zeros
    of : ``share`` (Hajek, in 0..1) or ``total`` (Horvitz-Thompson, a count)

    Returns
    -------
    Estimate   interval by Student's t with df = n - H over the units drawn by chance, cut at what is
        possible; where nothing failed, or everything did, lower and upper are nan, method ``none``

    Raises
    ------
    EstimateError   fewer than 6 units drawn by chance in a stratum, a stratum nobody went to, a chance
                    outside 0..1, or anything missing

    All of them certain, so nothing is left to chance:

    >>> estimate_unequal([1, 0], ["x", "x"], [1.0, 1.0], {"x": 2}, of="total").value
    1.0
    """
    checked_confidence(confidence)
    rows = pd.DataFrame({"failed": failed, "stratum": strata, "chance": chance})
    sizes = whole_sizes(stratum_sizes)
    _check(rows, sizes)
    N = sum(sizes.values())
    inside = np.ones(len(rows)) if domain is None else np.asarray(domain, dtype=np.float64)
    weight = 1 / rows["chance"].to_numpy(dtype=np.float64)
    y = inside * rows["failed"].to_numpy(dtype=np.float64)
    known = float((inside * weight).sum())
    if not known:
        raise EstimateError("没有可以计入的到访结果", "no visit counts")
    total = float((y * weight).sum())
    value = total / known if of == "share" else total
    residual = inside * (y - value) / known if of == "share" else y
    random = rows["chance"].to_numpy() < 1
    v, df = _variance(rows["stratum"].to_numpy(dtype=object)[random], residual[random], weight[random])
    seen = int(y.sum())
    # All alike shows no spread, and so nothing about those that were not drawn.
    if seen == 0 or (random.any() and v == 0):
        return Estimate(value, math.nan, df, math.nan, math.nan, "none", len(rows), N)
    if not random.any():
        return Estimate(value, 0.0, df, value, value, "census", len(rows), N)
    half = float(stats.t.ppf((1 + confidence) / 2, df)) * math.sqrt(v)
    least, most = (seen / N, 1.0) if of == "share" else (float(seen), float(N))
    lower, upper = max(least, value - half), min(most, value + half)
    return Estimate(value, math.sqrt(v), df, lower, upper, "pareto-t", len(rows), N)


def _check(rows: pd.DataFrame, sizes: dict[Any, int]) -> None:
    if rows.isna().any().any() or not rows["failed"].isin([0, 1]).all():
        raise EstimateError(
            "检查结果、层或入样概率有缺失或不合格式", "a finding, stratum or chance is missing or odd"
        )
    chance = rows["chance"].astype("float64")
    if not ((chance > 0) & (chance <= 1)).all():
        raise EstimateError(
            "入样概率须大于 0 且不超过 1", "an inclusion probability lies above 0 and at most at 1"
        )
    drawn = rows["stratum"].value_counts().to_dict()
    refuse("没有给出单位总数的层", "strata without a size", drawn.keys() - sizes.keys())
    refuse(
        "没有检查结果的层",
        "strata that nobody went to",
        [key for key in sizes if sizes[key] and key not in drawn],
    )
    by_chance = rows[chance < 1]["stratum"].value_counts().to_dict()
    few = [key for key, n in by_chance.items() if n < LEAST]
    refuse(f"随机抽取不足 {LEAST} 家的层", f"strata with fewer than {LEAST} units drawn by chance", few)


def _variance(strata: Any, residual: Floats, weight: Floats) -> tuple[float, int]:
    """Return the variance of sum residual * weight over units drawn by chance, and its df."""
    v, df = 0.0, 0
    for key in sorted(set(strata), key=str):
        chosen = strata == key
        n, left = int(chosen.sum()), 1 - 1 / weight[chosen]
        expanded = residual[chosen] * weight[chosen]
        B = float((left * expanded).sum() / left.sum())
        v += n / (n - 1) * float((left * (expanded - B) ** 2).sum())
        df += n - 1
    return v, df
