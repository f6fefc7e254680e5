"""Prospect: what a planned sample will be able to show, said before anybody is visited."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.inference.planning import allowed_failures, can_show, operating_characteristic

PRESUMED = Fraction(1, 20)
"""Share of failing units that the expected half-width presumes: near the limits that are set in practice."""

GOOD = Fraction(1, 100)
"""Share of failing units at which an area ought to be accepted."""


def prospect(
    strata: pd.DataFrame, *, limit: str | Fraction | None = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Return for each city, and for all of them, what its part of a plan can show.

    Parameters
    ----------
    strata : DataFrame[city, N, n]   one row per stratum; units and units to draw
    limit : share of failing units that is just acceptable; without one nothing is accepted

    Returns
    -------
    DataFrame[city, N, n, hidden, hidden_share, allowed, chance, half_width]
        the whole first, under city "", then the cities by code; ``hidden``: failing units that
        there can be when none is found; ``allowed``: failures found with which it is accepted, missing
        where no sample of this size can be; ``chance``: of being accepted when 1% fail; ``half_width`` of
        the interval when 5% fail, as a share. A city alone is held to ``confidence``, not jointly.

    >>> strata = pd.DataFrame({"city": ["a"], "N": [20], "n": [4]})
    >>> prospect(strata)[["city", "hidden", "hidden_share"]].values.tolist()
    [['', 9, 0.45], ['a', 9, 0.45]]

    Source: docs/method.md, chapters 7 and 8.
    """
    parts = {"": strata} | {str(city): part for city, part in strata.groupby("city", sort=True)}
    return pd.DataFrame([{"city": city, **_show(part, limit, confidence)} for city, part in parts.items()])


def _show(part: pd.DataFrame, limit: str | Fraction | None, confidence: float) -> Mapping[str, object]:
    N, n = part["N"].to_numpy(dtype=np.int64), part["n"].to_numpy(dtype=np.int64)
    shown = can_show(N, n, confidence=confidence)
    allowed = None if limit is None else allowed_failures(N, n, limit, confidence=confidence)
    chance = None
    if limit is not None:
        failing = [int(GOOD * shown.N)]
        curve = operating_characteristic(N, n, allowed or 0, failures=failing)
        chance = 0.0 if allowed is None else float(curve["chance"].iloc[0])
    return {
        "N": shown.N,
        "n": shown.n,
        "hidden": shown.hidden,
        "hidden_share": shown.share,
        "allowed": pd.NA if allowed is None else allowed,
        "chance": chance,
        "half_width": _half_width(N, n, confidence),
    }


def _half_width(N: np.ndarray, n: np.ndarray, confidence: float) -> float:
    """The normal half-width at the presumed share; a stratum without visits leaves none."""
    if (n == 0).any():
        return float("nan")
    W, f = N / N.sum(), n / N
    variance = float((W**2 * (1 - f) / n).sum() * PRESUMED * (1 - PRESUMED))
    return float(stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance))
