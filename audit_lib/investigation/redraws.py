"""Lists drawn again under the stated design, and what each of them looks like.

All redraws of a chunk are one matrix of yes and no, lists down and units across, so that a
count, a rank sum or the runs of thousands of lists are a product or a difference of it.
Source: docs/method.md, chapter 10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Statistic = Callable[[Bools], Floats]

CELLS = 2_000_000
"""Cells of a chunk: 16 MB of numbers, whatever the frame."""

LONGEST_STEP = 40
"""Steps looked at between two units of a list; a fifth of the frame has a mean step of five."""


def redraw(strata: Ints, n: Ints, lists: int, chance: np.random.Generator) -> Bools:
    """Draw ``lists`` lists: simple random samples of n_h units in each stratum h.

    Parameters
    ----------
    strata : shape (N,), number of each unit's stratum, 0..H-1
    n : shape (H,), units drawn in each

    Returns
    -------
    array of bool, shape (lists, N)

    >>> redraw(np.array([0, 0, 1]), np.array([1, 1]), 5, np.random.default_rng(1)).sum(axis=1).tolist()
    [2, 2, 2, 2, 2]
    """
    lots = chance.random((lists, len(strata)))
    drawn = np.zeros(lots.shape, dtype=np.bool_)
    for h, n_h in enumerate(n.tolist()):
        there = np.flatnonzero(strata == h)
        if n_h == 0:
            continue
        part = lots[:, there]
        drawn[:, there] = part <= np.partition(part, n_h - 1, axis=1)[:, n_h - 1 : n_h]
    return drawn


def measure(
    listed: Bools,
    statistics: Sequence[Statistic],
    strata: Ints,
    n: Ints,
    *,
    lists: int,
    chance: np.random.Generator,
) -> Floats:
    """Return each statistic of the list and of ``lists`` redraws; shape (statistics, 1 + lists)."""
    if not statistics:
        return np.zeros((0, 1 + lists))
    step = max(1, CELLS // len(strata))
    parts = [np.stack([one(listed[None, :]) for one in statistics])]
    for start in range(0, lists, step):
        drawn = redraw(strata, n, min(step, lists - start), chance)
        parts.append(np.stack([one(drawn) for one in statistics]))
    # Sums in another order differ in the last digits, and equal lists must stay equal.
    return np.asarray(np.round(np.concatenate(parts, axis=1), 9), dtype=np.float64)


def extremes(values: Floats, *, upper: Sequence[bool]) -> Floats:
    """Return how many of all lists, each one itself included, are as extreme; as a share of all.

    One-sided upwards where ``upper`` says so, else by distance from the mean of all lists; the list
    held against the others takes part in that mean, so that under the design all are alike.

    Parameters
    ----------
    values : shape (statistics, lists), the list first

    Returns
    -------
    p-values of each list among all; shape as ``values``

    >>> extremes(np.array([[9.0, 1.0, 2.0, 3.0]]), upper=[True]).tolist()
    [[0.25, 1.0, 0.75, 0.5]]
    """
    away = np.abs(values - values.mean(axis=1, keepdims=True))
    score = np.where(np.array(upper)[:, None], values, np.round(away, 9))
    return np.asarray(stats.rankdata(-score, method="max", axis=1) / values.shape[1], dtype=np.float64)


def combine(p: Floats) -> Floats:
    """Adjust each p-value of the first list for all tests, by the least p-value of every list (minP).

    Parameters
    ----------
    p : shape (statistics, lists), from `extremes`

    Returns
    -------
    shape (statistics,)   (1 + number of redraws whose least p-value is no larger) / (B + 1)

    >>> combine(np.array([[0.25, 1.0, 0.75, 0.5], [0.5, 0.25, 1.0, 0.75]])).tolist()
    [0.5, 0.75]
    """
    least = np.sort(p.min(axis=0))
    return np.asarray(np.searchsorted(least, p[:, 0], side="right") / len(least), dtype=np.float64)


# What a list looks like


def uneven(levels: pd.Series[str], strata: Ints, n: Ints) -> Statistic:
    """Return the chi-square distance of a list's composition from what its design leads to expect."""
    codes, names = pd.factorize(levels)
    one_hot = np.eye(len(names), dtype=np.float64)[codes]
    due = (n / np.bincount(strata, minlength=len(n)))[strata] @ one_hot
    held = due > 0

    def of(drawn: Bools) -> Floats:
        counts = drawn.astype(np.float32) @ one_hot.astype(np.float32)
        return np.asarray((((counts - due) ** 2)[:, held] / due[held]).sum(axis=1), dtype=np.float64)

    return of


def ranks(values: pd.Series[float], strata: Ints) -> Statistic:
    """Return the mean rank of a list's units in their strata, 0..1; a missing value stands in the middle."""
    place = values.astype("Float64").astype("float64").groupby(strata).rank(method="average")
    size = values.notna().groupby(strata).transform("sum")
    share = ((place - 0.5) / size).fillna(0.5).to_numpy()
    return lambda drawn: np.asarray(drawn @ share / drawn.sum(axis=1), dtype=np.float64)


def among(earlier: Bools) -> Statistic:
    """Return how many units of a list stand on an earlier one."""
    return lambda drawn: np.asarray((drawn & earlier).sum(axis=1), dtype=np.float64)


def runs(order: Ints) -> Statistic:
    """Return the number of runs of a list, its units in the order of the roster (Wald, Wolfowitz 1940).

    >>> runs(np.arange(5))(np.array([[True, True, False, True, False]])).tolist()
    [4.0]
    """

    def of(drawn: Bools) -> Floats:
        sorted_ = drawn[:, order]
        return np.asarray(1.0 + (sorted_[:, 1:] != sorted_[:, :-1]).sum(axis=1), dtype=np.float64)

    return of


def adjacent(order: Ints) -> Statistic:
    """Return how many neighbours in the order of the roster are both on a list.

    >>> adjacent(np.arange(5))(np.array([[True, True, False, True, False]])).tolist()
    [1.0]
    """

    def of(drawn: Bools) -> Floats:
        sorted_ = drawn[:, order]
        return np.asarray((sorted_[:, 1:] & sorted_[:, :-1]).sum(axis=1), dtype=np.float64)

    return of


def step(order: Ints) -> Statistic:
    """Return how often the most frequent step, of two or more, lies between units of a list.

    >>> step(np.arange(7))(np.array([[True, False, False, True, False, False, True]])).tolist()
    [2.0]
    """

    def of(drawn: Bools) -> Floats:
        size = int(drawn[0].sum())
        places = np.nonzero(drawn[:, order])[1].reshape(len(drawn), size)
        gaps = np.diff(places, axis=1)
        counts = [(gaps == gap).sum(axis=1) for gap in range(2, LONGEST_STEP + 1)]
        return np.asarray(np.max(counts, axis=0), dtype=np.float64)

    return of
