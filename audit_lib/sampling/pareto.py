"""Unequal chances on the same tickets: unannounced visits go where the risk is, by lot.

Pareto pi-ps sampling (Rosen 1997): with u the unit's ticket as a number in (0, 1) and lambda
its target inclusion probability, the n smallest u (1 - lambda) / ((1 - u) lambda) are drawn.
The sample has a fixed size, its inclusion probabilities are the targets but for a small
error, and whoever holds seed and frame draws the same units: lambda is the text that stands
in the frozen frame, nine decimals, and u has as many bits as a calculator needs to be exact.
Source: docs/method.md, chapter 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.errors import AllocationError, FrameError
from audit_lib.sampling.draw import Numbers, check_frame, check_numbers, draw, numbers_by_stratum
from audit_lib.sampling.tickets import check_seed, tickets

Floats = npt.NDArray[np.float64]

CERTAIN = "1.000000000"
"""The chance of a unit that is drawn whatever its ticket, as it stands in a frame."""

_DIGITS = 13
"""Hexadecimal digits of a ticket that u is made of: 52 bits, so that u is exact in a double."""

_CHANCE = r"0\.\d{9}|1\.000000000"
_LEAST = 1e-9
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


def set_chances(frame: pd.DataFrame, n: Numbers) -> pd.Series[str]:
    """Return each unit's target inclusion probability as it is frozen: nine decimals, as text.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum, score]   risk above 0
    n : units to draw by stratum

    Raises
    ------
    FrameError   a score that cannot be used, with its units; a risk so small beside the others of
        its stratum that its chance vanishes
    AllocationError   a stratum of which nothing, or more than there is, is to be drawn

    >>> frame = pd.DataFrame({"unit_id": ["A", "B", "C"], "stratum": "x", "score": [1, 1, 8]})
    >>> set_chances(frame, {"x": 2}).tolist()
    ['0.500000000', '0.500000000', '1.000000000']
    """
    n_h = numbers_by_stratum(n, "n")
    # In the order of their ids, so that no order of rows changes the last digit of a sum.
    rows = frame.sort_values("unit_id")
    chance: dict[Any, str] = {}
    for key, part in rows.groupby("stratum", sort=True):
        share = _chances(part, n_h[str(key)], str(key))
        chance |= zip(part.index, (f"{one:.9f}" for one in share), strict=True)
    return pd.Series([chance[place] for place in frame.index], index=frame.index, dtype="str", name="chance")


def draw_pareto(frame: pd.DataFrame, n: Numbers, *, seed: str, reserves: int | Numbers = 0) -> pd.DataFrame:
    """Return the units drawn with unequal chances, and their ordered reserves.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum, chance]   canonical ids, each once; chances from `set_chances`
    n : units to draw by stratum, for every stratum of the frame and no other
    reserves : per stratum, or one number for all

    Returns
    -------
    DataFrame[unit_id, stratum, ticket, rank, drawn, chance, value]   as `draw`; ``value`` is what
        they are ranked by, equal ones by their tickets

    Raises
    ------
    FrameError, AllocationError, DrawError   as `draw`; a chance that is none

    >>> frame = pd.DataFrame({"unit_id": ["A", "B", "C"], "stratum": "x",
    ...                       "chance": ["0.500000000", "0.500000000", "1.000000000"]})
    >>> draw_pareto(frame, {"x": 2}, seed="20140309-0123456789")[["unit_id", "chance"]].values.tolist()
    [['C', '1.000000000'], ['B', '0.500000000']]
    """
    check_seed(seed)
    check_frame(frame)
    sizes = {str(key): int(size) for key, size in frame["stratum"].value_counts().items()}
    n_h = numbers_by_stratum(n, "n")
    check_numbers(n_h, sizes)
    r_h = numbers_by_stratum(reserves, "reserves", strata=n_h)
    order = rank_by_value(frame, seed=seed)
    due = order["stratum"].map(n_h)
    order["drawn"] = order["rank"] <= due
    columns = ["unit_id", "stratum", "ticket", "rank", "drawn", "chance", "value"]
    return order.loc[order["rank"] <= due + order["stratum"].map(r_h), columns].reset_index(drop=True)


def draw_frame(frame: pd.DataFrame, n: Numbers, *, seed: str, reserves: int | Numbers = 0) -> pd.DataFrame:
    """Return what a frozen frame gives: by `draw_pareto` where it has chances, else by `draw`."""
    return (draw_pareto if "chance" in frame else draw)(frame, n, seed=seed, reserves=reserves)


def rank_by_value(frame: pd.DataFrame, *, seed: str) -> pd.DataFrame:
    """Return every unit with its ticket, its value u (1 - lambda) / ((1 - u) lambda) and its rank.

    Returns
    -------
    DataFrame[unit_id, stratum, chance, ticket, value, rank]   sorted by stratum and rank
    """
    order = frame[["unit_id", "stratum", "chance"]].astype("str")
    check_chances(order)
    order["ticket"] = pd.Series(tickets(seed, order["unit_id"]), index=order.index, dtype="str")
    order["value"] = _values(order["ticket"], order["chance"].to_numpy(dtype=np.float64))
    order = order.sort_values(["stratum", "value", "ticket"], ignore_index=True)
    order["rank"] = order.groupby("stratum", sort=False).cumcount() + 1
    return order


def check_chances(frame: pd.DataFrame) -> None:
    """Refuse chances that are not written as `set_chances` writes them, above 0 and at most 1.

    Raises
    ------
    FrameError   naming the units
    """
    chance = frame["chance"].astype("str")
    wrong = ~chance.str.fullmatch(_CHANCE) | (chance == f"{0:.9f}")
    if wrong.any():
        shown = "、".join(frame.loc[wrong, "unit_id"].astype("str")[:_SHOWN])
        raise FrameError(
            f"{wrong.sum()} 个单位的入样概率不合格式(须大于 0 且不超过 1, 小数九位): {shown}",
            f"{wrong.sum()} units have a chance that is none (above 0, at most 1, nine decimals): {shown}",
        )


def _chances(part: pd.DataFrame, n: int, stratum: str) -> Floats:
    score = pd.to_numeric(part["score"], errors="coerce")
    try:
        share = inclusion_probabilities(score, n)
    except FrameError as error:
        ids = part.loc[~(score > 0) | ~np.isfinite(score), "unit_id"].tolist()[:_SHOWN]
        shown = "、".join(map(str, ids))
        raise FrameError(
            f"层“{stratum}”: {error.text.zh}: {shown}", f'stratum "{stratum}": {error.text.en}: {shown}'
        ) from error
    if not n:
        raise AllocationError(
            f"层“{stratum}”一家也不抽; 按风险分抽取时每层至少 1 家",
            f'nothing is drawn of stratum "{stratum}"; with risk scores each gives one or more',
        )
    if (share < _LEAST).any():
        shown = "、".join(part.loc[share < _LEAST, "unit_id"].astype("str")[:_SHOWN])
        raise FrameError(
            f"层“{stratum}”: 风险分相差太大, 有单位几乎不可能抽到: {shown}",
            f'stratum "{stratum}": risk scores lie too far apart, some units could hardly be drawn: {shown}',
        )
    return share


def _values(drawn: pd.Series[str], chance: Floats) -> Floats:
    """Return u (1 - lambda) / ((1 - u) lambda), step by step as the verification page does."""
    u = np.array([(int(one[:_DIGITS], 16) + 0.5) / 16**_DIGITS for one in drawn])
    value: Floats = u * (1 - chance) / ((1 - u) * chance)
    return value
