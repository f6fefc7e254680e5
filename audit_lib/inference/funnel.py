"""Counties against the others: which found more, or fewer, than chance allows.

The limits are exact (hypergeometric, summed over the strata of a county) and adjusted for the
number of counties: with plain 95% limits at least one of 60 equal counties falls outside in
92% of all campaigns. Not a ranking: inside the limits or outside is all it says.
Source: docs/method.md, chapter 9; Spiegelhalter 2005.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.errors import EstimateError
from audit_lib.inference.bounds import TIE
from audit_lib.inference.drawn import Found
from audit_lib.inference.planning import sum_chances
from audit_lib.inference.strata import Ints, checked_confidence, refuse


def funnel(counties: Mapping[str, Found], *, confidence: float = 0.95) -> pd.DataFrame:
    """Hold what the visits found in each county against what the others' share would let them find.

    Parameters
    ----------
    counties : what the visits found, by county; a county may have several strata
    confidence : chance that no county falls outside where all fail alike

    Returns
    -------
    DataFrame[county, n, N, y, target, lower, upper, position]   sorted by county; n counts the
        visits that could judge, y those that failed; target: share failing in all other counties;
        lower, upper: the counts that chance allows; position: above, within, below, or known
        (every unit was judged and nothing left to chance: no limits, missing)

    Raises
    ------
    EstimateError   fewer than two counties, a county where no visit could judge

    Nine of ten failing where no other county has any; two strata add up:

    >>> def found(N, n, y):
    ...     zero = np.zeros(len(N), dtype=int)
    ...     return Found(tuple("uv"[: len(N)]), *map(np.array, (N, n, y)), zero, zero, certificate=64 * "0")
    >>> table = funnel({"a": found([50, 20], [10, 4], [0, 0]), "b": found([60], [10], [9])})
    >>> table.position.tolist(), table.target.round(3).tolist()
    (['below', 'above'], [0.9, 0.0])
    """
    checked_confidence(confidence)
    judged = {key: one.n - one.lost - one.gone for key, one in counties.items()}
    refuse(
        "没有检查结果的县区", "counties without a result", [key for key, n in judged.items() if not n.any()]
    )
    if len(counties) < 2:  # noqa: PLR2004 - one to compare with
        raise EstimateError("至少要有两个县区才能比较", "two counties at least are needed to compare")
    names = sorted(counties, key=str)
    failing = {key: _weighted(counties[key].failed, judged[key], counties[key].N) for key in names}
    units = {key: int(counties[key].N[judged[key] > 0].sum()) for key in names}
    all_failing, all_units = sum(failing.values(), Fraction(0)), sum(units.values())
    rows = []
    for key in names:
        target = (all_failing - failing[key]) / (all_units - units[key])
        rows.append(_placed(key, counties[key], judged[key], target, tail=(1 - confidence) / len(names) / 2))
    table = pd.DataFrame(rows)
    return table.astype({"lower": "Int64", "upper": "Int64"})


def _weighted(y: Ints, n: Ints, N: Ints) -> Fraction:
    """Failing units that the visits stand for, exactly: rounding must not move a limit."""
    cells = zip(y.tolist(), n.tolist(), N.tolist(), strict=True)
    return sum((Fraction(a * c, b) for a, b, c in cells if b), Fraction(0))


def _placed(key: str, found: Found, n: Ints, target: Fraction, *, tail: float) -> dict[str, Any]:
    y, N = int(found.failed.sum()), int(found.N.sum())
    row = {"county": key, "n": int(n.sum()), "N": N, "y": y, "target": float(target)}
    if (n == found.N).all():
        return row | {"lower": pd.NA, "upper": pd.NA, "position": "known"}
    # A share seldom is a whole number of units: each side is judged by the number kinder to it.
    few = sum_chances(found.N, n, [math.floor(target * size) for size in found.N.tolist()])
    many = sum_chances(found.N, n, [math.ceil(target * size) for size in found.N.tolist()])
    kept = tail * (1 - TIE)
    lower = int(np.argmax(np.cumsum(few) >= kept))
    upper = len(many) - 1 - int(np.argmax(np.cumsum(many[::-1]) >= kept))
    position = "below" if y < lower else "above" if y > upper else "within"
    return row | {"lower": lower, "upper": upper, "position": position}
