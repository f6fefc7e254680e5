"""Unequal chances on the same tickets: unannounced visits go where the risk is, by lot.

Pareto pi-ps sampling (Rosen 1997): with u the unit's ticket as a number in (0, 1) and lambda
its target inclusion probability, the n smallest u (1 - lambda) / ((1 - u) lambda) are drawn.
The sample has a fixed size, its inclusion probabilities are the targets but for a small
error, and whoever holds seed, frame and scores draws the same units.
Source: methods.md section 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.errors import AllocationError, FrameError
from audit_lib.sampling.draw import Numbers, check_frame, check_numbers, numbers_by_stratum
from audit_lib.sampling.tickets import check_seed, tickets

Floats = npt.NDArray[np.float64]

_BITS = 53
_SHOWN = 3


def inclusion_probabilities(score: Any, n: int) -> Floats:
    """Return target inclusion probabilities in proportion to a risk score, adding up to n.

    Whoever would get more than 1 is certain; what is left is shared out again, until all are
    at most 1.

    Parameters
    ----------
    score : array, shape (N,)   risk, above 0

    Raises
    ------
    FrameError        a score that is missing, not finite, or not above 0
    AllocationError   n is not within 0..N

    >>> inclusion_probabilities([1, 1, 2, 12], 2).tolist()
    [0.25, 0.25, 0.5, 1.0]
    """
    risk = np.asarray(score, dtype=np.float64)
    wrong = ~(np.isfinite(risk) & (risk > 0))
    if wrong.any():
        raise FrameError(
            f"{wrong.sum()} 个单位没有大于 0 的风险分", f"{wrong.sum()} units have no risk score above 0"
        )
    if not 0 <= n <= len(risk):
        raise AllocationError(f"不能从 {len(risk)} 家中抽 {n} 家", f"cannot draw {n} of {len(risk)}")
    certain = np.zeros(len(risk), dtype=bool)
    while True:
        left = n - int(certain.sum())
        share = np.where(certain, 1.0, left * risk / risk[~certain].sum() if left else 0.0)
        over = ~certain & (share >= 1)
        if not over.any():
            return share
        certain |= over


def draw_pareto(frame: pd.DataFrame, n: Numbers, *, seed: str) -> pd.DataFrame:
    """Return the units drawn with unequal chances.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum, score]   canonical ids, each once; risk above 0
    n : units to draw by stratum, for every stratum of the frame and no other

    Returns
    -------
    DataFrame[unit_id, stratum, ticket, chance, value, rank]   drawn units, sorted by stratum and rank;
        ``chance`` is the target inclusion probability, ``value`` what they are ranked by

    Raises
    ------
    FrameError, AllocationError, DrawError   as `draw`; a score that cannot be used

    >>> frame = pd.DataFrame({"unit_id": ["A", "B", "C"], "stratum": "x", "score": [1, 1, 8]})
    >>> draw_pareto(frame, {"x": 2}, seed="20140309-0123456789")[["unit_id", "chance"]].values.tolist()
    [['C', 1.0], ['B', 0.5]]
    """
    check_seed(seed)
    check_frame(frame)
    sizes = {str(key): int(size) for key, size in frame["stratum"].value_counts().items()}
    n_h = numbers_by_stratum(n, "n")
    check_numbers(n_h, sizes)
    rows = frame[["unit_id", "stratum", "score"]].sort_values(["stratum", "unit_id"], ignore_index=True)
    rows["ticket"] = pd.Series(tickets(seed, rows["unit_id"]), index=rows.index, dtype="str")
    rows["chance"] = 0.0
    for key, part in rows.groupby("stratum", sort=True):
        rows.loc[part.index, "chance"] = _chances(part, n_h[str(key)], str(key))
    rows["value"] = _ranking(rows["ticket"], rows["chance"].to_numpy())
    rows = rows.sort_values(["stratum", "value", "ticket"], ignore_index=True)
    rows["rank"] = rows.groupby("stratum", sort=False).cumcount() + 1
    drawn = rows[rows["rank"] <= rows["stratum"].map(n_h)]
    return drawn[["unit_id", "stratum", "ticket", "chance", "value", "rank"]].reset_index(drop=True)


def _chances(part: pd.DataFrame, n: int, stratum: str) -> Floats:
    try:
        return inclusion_probabilities(part["score"], n)
    except FrameError as error:
        score = pd.to_numeric(part["score"], errors="coerce")
        ids = part.loc[~(score > 0) | ~np.isfinite(score), "unit_id"].tolist()[:_SHOWN]
        shown = "、".join(map(str, ids))
        raise FrameError(
            f"层“{stratum}”: {error.text.zh}: {shown}", f'stratum "{stratum}": {error.text.en}: {shown}'
        ) from error


def _ranking(drawn: pd.Series[str], chance: Floats) -> Floats:
    """Return u (1 - lambda) / ((1 - u) lambda): 0 for the certain, infinite for the impossible."""
    # The first 53 bits and a half: exact in a double, and neither 0 nor 1.
    u = np.array([((int(one[:14], 16) >> (56 - _BITS)) + 0.5) / 2**_BITS for one in drawn])
    with np.errstate(divide="ignore"):
        value: Floats = u * (1 - chance) / ((1 - u) * chance)
    return value
