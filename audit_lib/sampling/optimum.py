"""The allocation with the least variance, when the total is given.

The variance of a stratified total is V(n) = sum N_h (N_h / n_h - 1) S_h^2.
Whole numbers: Wright 2012, 2017, algorithm III. Real numbers between bounds: the optimum of
RNABOX (Wesolowski, Wieczorkowski, Wojciak 2021). Source: docs/method.md, chapter 2.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.errors import AllocationError, CallError
from audit_lib.sampling.allocation import allocate_total

Floats = npt.NDArray[np.float64]


def allocate_optimal(
    N: npt.ArrayLike,
    S: npt.ArrayLike,
    n: int,
    *,
    lower: npt.ArrayLike | None = None,
    upper: npt.ArrayLike | None = None,
    integer: bool = True,
) -> npt.NDArray[Any]:
    """Return the n_h with the least variance among those that add up to n.

    Parameters
    ----------
    N : array, shape (H,)   units per stratum
    S : array, shape (H,)   standard deviation within the stratum, 0 or more
    n : units to draw in all
    lower, upper : array, shape (H,)   bounds of n_h; without them 1 (0 for real numbers) and N_h
    integer : whole numbers (int64), or the real optimum (float64)

    Returns
    -------
    array, shape (H,)   n_h in the order of N; of equals the first stratum gets the next unit

    Raises
    ------
    AllocationError   the bounds leave no such n_h; the strata at fault are named from 1
    CallError         shapes differ, or a size or deviation is negative or missing

    >>> allocate_optimal([47, 61, 41], [10, 6, 4], 10).tolist()
    [4, 4, 2]
    >>> allocate_optimal([47, 61, 41], [10, 6, 4], 10, integer=False).round(2).tolist()
    [4.7, 3.66, 1.64]
    """
    sizes, deviations = _column(N, "N"), _column(S, "S", like=N)
    floor = np.minimum(1.0 if integer else 0.0, sizes) if lower is None else _column(lower, "lower", like=N)
    ceiling = sizes if upper is None else np.minimum(_column(upper, "upper", like=N), sizes)
    if integer:
        floor, ceiling = np.ceil(floor), np.floor(ceiling)
    _check_bounds(n, floor, ceiling)
    weights = sizes * deviations
    if integer:
        return _give_units(weights, n, floor.astype(np.int64), ceiling.astype(np.int64))
    return _cut_boxes(weights, float(n), floor, ceiling)


def allocate_neyman(
    sizes: pd.DataFrame,
    n: int,
    deviations: Mapping[str, float],
    *,
    minimum_per_city: int = 0,
    minimum_per_stratum: int = 2,
    certain: Collection[str] = (),
) -> pd.Series[int]:
    """Return n_h that add up to ``n`` with the least variance above the same minima as `allocate_total`.

    Parameters
    ----------
    sizes : DataFrame[city, county, stratum, N]   one row per stratum
    deviations : S_h by stratum, as `guess_deviations` gives them
    certain : strata taken whole, out of the n

    Raises
    ------
    AllocationError   as `allocate_total`: the minima need more than n, or n exceeds the frame

    >>> sizes = pd.DataFrame({"city": "A", "county": "a", "stratum": ["x", "y"], "N": [100, 100]})
    >>> allocate_neyman(sizes, 12, {"x": 0.4, "y": 0.1}).to_dict()
    {'x': 10, 'y': 2}
    """
    options = {"minimum_per_city": minimum_per_city, "minimum_per_stratum": minimum_per_stratum}
    allocate_total(sizes, n, certain=certain, **options)  # refuses what cannot be, by name
    rows = sizes.sort_values("stratum", ignore_index=True)
    lower = pd.Series(0, index=rows["stratum"])
    for _, city in rows.groupby("city"):
        whole = city["stratum"].isin(list(certain))
        least = int(city["N"].where(whole, city["N"].clip(upper=minimum_per_stratum)).sum())
        due = max(min(minimum_per_city, int(city["N"].sum())), least)
        inside = [key for key in certain if key in set(city["stratum"])]
        lower.update(allocate_total(city, due, minimum_per_stratum=minimum_per_stratum, certain=inside))
    S = rows["stratum"].map(deviations).to_numpy(dtype=np.float64)
    given = allocate_optimal(rows["N"].to_numpy(), S, n, lower=lower.to_numpy())
    return pd.Series(given, index=pd.Index(rows["stratum"], name="stratum"), name="n")


def guess_deviations(N: npt.ArrayLike, failed: npt.ArrayLike, visited: npt.ArrayLike) -> Floats:
    """Return S_h of the next wave, for Neyman's allocation, from what an earlier one found.

    P_h = (y + 1/2) / (n + 1): a stratum in which nothing failed, or nothing was visited, keeps
    a deviation, and so its place in the next wave. S_h^2 = N_h / (N_h - 1) P_h (1 - P_h).

    Parameters
    ----------
    N, failed, visited : array, shape (H,)   units of each stratum, failures found, visits made

    Raises
    ------
    CallError   shapes differ, a number is negative or missing, or more failed than were visited

    >>> guess_deviations([10, 1], [0, 0], [4, 0]).round(4).tolist()
    [0.3162, 0.0]
    """
    N_h, y, n = _column(N, "N"), _column(failed, "failed", like=N), _column(visited, "visited", like=N)
    if (y > n).any():
        raise CallError("failed 多于 visited", "more units failed than were visited")
    P = (y + 0.5) / (n + 1)
    return np.sqrt(np.where(N_h > 1, N_h / np.maximum(N_h - 1, 1) * P * (1 - P), 0.0))


def _give_units(
    weights: Floats, n: int, floor: npt.NDArray[np.int64], ceiling: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Give one unit at a time to the largest N_h S_h / sqrt(n_h (n_h + 1)).

    A stratum of which nothing is drawn leaves the total without a variance: it goes first.
    """
    given = floor.copy()

    def turn(h: int) -> tuple[float, float, int]:
        worth = weights[h] ** 2 / (given[h] * (given[h] + 1)) if given[h] else math.inf
        return (-worth if weights[h] else 0.0, -weights[h], h)

    queue = [turn(h) for h in range(len(given)) if given[h] < ceiling[h]]
    heapq.heapify(queue)
    for _ in range(n - int(floor.sum())):
        h = queue[0][2]
        given[h] += 1
        if given[h] < ceiling[h]:
            heapq.heapreplace(queue, turn(h))
        else:
            heapq.heappop(queue)
    return given


def _cut_boxes(weights: Floats, n: float, floor: Floats, ceiling: Floats) -> Floats:
    """Return clip(c N_h S_h, floor, ceiling) with the one c that makes it add up to n.

    These are the conditions that the optimum is known by, and what RNABOX reaches by
    recursion; the sum grows in straight pieces between the values of c where a stratum
    leaves its floor or meets its ceiling, so the piece that holds n gives c exactly.
    """
    moving = weights > 0
    fixed = floor.copy()
    reach = np.where(moving, ceiling, floor).sum()
    if n > reach:
        # Strata without variance take what the others cannot hold, each the same part of its room.
        room = np.where(moving, 0.0, ceiling - floor)
        return np.where(moving, ceiling, floor + room * (n - reach) / room.sum())
    if not moving.any():
        return fixed
    knots = np.unique(np.concatenate([floor[moving] / weights[moving], ceiling[moving] / weights[moving]]))
    totals = np.clip(knots[:, None] * weights, floor, ceiling).sum(axis=1)
    c = float(np.interp(n, totals, knots))
    return np.clip(c * weights, floor, ceiling)


def _check_bounds(n: int, floor: Floats, ceiling: Floats) -> None:
    crossed = np.flatnonzero(floor > ceiling) + 1
    if crossed.size:
        shown = "、".join(map(str, crossed[:5]))
        raise AllocationError(
            f"第 {shown} 层的下限大于上限或层的大小", f"strata {shown}: lower bound above upper bound or size"
        )
    if not floor.sum() <= n <= ceiling.sum():
        raise AllocationError(
            f"总数 {n} 不在各层下限之和 {floor.sum():g} 与上限之和 {ceiling.sum():g} 之间",
            f"the total {n} is not between the bounds' sums {floor.sum():g} and {ceiling.sum():g}",
        )


def _column(values: npt.ArrayLike, name: str, *, like: npt.ArrayLike | None = None) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or (like is not None and column.shape != np.shape(like)):
        raise CallError(f"{name} 的长度与层数不符", f"{name} does not have one value per stratum")
    if not (np.isfinite(column).all() and (column >= 0).all()):
        raise CallError(
            f"{name} 须为不小于 0 的数", f"{name} holds something that is not a number of 0 or more"
        )
    return column
