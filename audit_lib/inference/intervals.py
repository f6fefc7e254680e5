"""Intervals around an estimated share: what each name means.

All take the share p, its variance v and quantiles; none is right where nothing was found
or nothing passed, and ``estimate_share`` gives the exact bound there instead.
Source: docs/method.md, chapter 5; Korn, Graubard 1998; Wilson 1927.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special, stats

NAMES = ("auto", "logit", "korn-graubard", "wilson", "t")


@dataclass(frozen=True, slots=True)
class Bounds:
    """A lower and an upper bound in the unit of the estimate."""

    lower: float
    upper: float


def t(value: float, se: float, df: float, confidence: float) -> Bounds:
    """Give value -+ t_df se.

    >>> round(t(0.5, 0.1, 10, 0.95).upper, 6)  # 0.5 + 2.228139 * 0.1
    0.722814
    """
    reach = t_quantile(df, confidence) * se
    return Bounds(value - reach, value + reach)


def share(name: str, p: float, v: float, *, n: int, df: float, confidence: float) -> Bounds:
    """Give the named interval of a share; ``auto`` is Korn-Graubard.

    Parameters
    ----------
    p, v : share, 0 < p < 1, and its variance, v > 0
    n : visits outside the strata taken whole (in the domain)
    df : degrees of freedom, at least 1
    """
    if name == "t":
        plain = t(p, math.sqrt(v), df, confidence)
        return Bounds(max(plain.lower, 0.0), min(plain.upper, 1.0))
    if name == "logit":
        return logit(p, v, df, confidence)
    if name == "wilson":
        return wilson(p, v, confidence)
    return korn_graubard(p, v, n=n, df=df, confidence=confidence)


def logit(p: float, v: float, df: float, confidence: float) -> Bounds:
    """Give the t interval of log(p/(1-p)), turned back into a share."""
    around = t(special.logit(p), math.sqrt(v) / (p * (1 - p)), df, confidence)
    return Bounds(float(special.expit(around.lower)), float(special.expit(around.upper)))


def korn_graubard(p: float, v: float, *, n: int, df: float, confidence: float) -> Bounds:
    """Give the Clopper-Pearson interval at the effective sample size.

    n_e = p(1-p)/v, n_e* = n_e (t_{n-1}/t_df)^2, x = n_e* p.
    """
    size = p * (1 - p) / v * (t_quantile(n - 1, confidence) / t_quantile(df, confidence)) ** 2
    x, tail = size * p, (1 - confidence) / 2
    return Bounds(
        float(stats.beta.ppf(tail, x, size - x + 1)),
        float(stats.beta.isf(tail, x + 1, size - x)),
    )


def wilson(p: float, v: float, confidence: float) -> Bounds:
    """Give Wilson's score interval at n_e = p(1-p)/v with the normal quantile."""
    size = p * (1 - p) / v
    z2 = float(special.ndtri((1 + confidence) / 2)) ** 2
    middle = (p + z2 / (2 * size)) / (1 + z2 / size)
    reach = math.sqrt(z2 * (v + z2 / (4 * size**2))) / (1 + z2 / size)
    return Bounds(middle - reach, middle + reach)


def t_quantile(df: float, confidence: float) -> float:
    """Give the two-sided Student quantile."""
    return float(special.stdtrit(df, (1 + confidence) / 2))
