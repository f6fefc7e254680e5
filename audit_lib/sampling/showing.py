"""What a sample of this size can show, and what it cannot: said before the commitment.

Samples without replacement from finite strata, so the chances are hypergeometric.
Source: methods.md section 7.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.errors import CallError


def largest_undetected(N: Mapping[str, int], n: Mapping[str, int], *, confidence: float = 0.95) -> int:
    """Return how many failing units there can be, in all strata, when the sample finds none.

    The largest G with P(no failure found | G) >= 1 - confidence, the G placed over the strata
    where they are hardest to find. Strata taken whole hide nothing.

    Parameters
    ----------
    N, n : size and units drawn, by stratum

    >>> [largest_undetected({"x": N}, {"x": n}) for N, n in [(20, 4), (50, 10), (100, 20), (500, 100)]]
    [9, 11, 12, 13]
    """
    if not 0 < confidence < 1:
        raise CallError("置信水平须在 0 与 1 之间", "confidence lies between 0 and 1")
    sizes = {key: (size, n[key]) for key, size in N.items()}
    # One more failing unit in a stratum with i of them multiplies the chance by this; the ratios
    # fall with i, so taking the largest of all strata each time is the best placing.
    ratios = np.concatenate(
        [np.zeros(0)]
        + [(N_h - n_h - np.arange(N_h - n_h)) / (N_h - np.arange(N_h - n_h)) for N_h, n_h in sizes.values()]
    )
    chance = np.cumsum(np.log(np.sort(ratios)[::-1]))
    return int(np.searchsorted(-chance, -np.log1p(-confidence) + 1e-12, side="right"))


def operating_curve(N: int, n: int, *, allowed: int = 0) -> pd.DataFrame:
    """Return the chance of finding at most ``allowed`` failing units, by how many there are.

    Returns
    -------
    DataFrame[failing, share, chance]   failing 0..N; share of N; chance within 0..1

    >>> operating_curve(10, 2).round(4).iloc[1].tolist()
    [1.0, 0.1, 0.8]
    """
    if not 0 <= n <= N or N == 0:
        raise CallError(f"抽样数 {n} 不在 0 与 {N} 之间", f"cannot draw {n} of {N}")
    failing = np.arange(N + 1)
    chance = stats.hypergeom.cdf(allowed, N, failing, n)
    return pd.DataFrame({"failing": failing, "share": failing / N, "chance": chance})


def describe_areas(sizes: pd.DataFrame, n: Mapping[str, int], *, confidence: float = 0.95) -> pd.DataFrame:
    """Return for each city what its part of a draw leaves open when nothing is found.

    Parameters
    ----------
    sizes : DataFrame[city, stratum, N];  n : units to draw by stratum

    Returns
    -------
    DataFrame[city, N, n, undetected]   sorted by city; undetected as `largest_undetected`
    """
    rows = [
        (
            str(city),
            int(part["N"].sum()),
            sum(n[key] for key in part["stratum"]),
            largest_undetected(
                dict(zip(part["stratum"], part["N"].tolist(), strict=True)), n, confidence=confidence
            ),
        )
        for city, part in sizes.groupby("city", sort=True)
    ]
    return pd.DataFrame(rows, columns=["city", "N", "n", "undetected"])
