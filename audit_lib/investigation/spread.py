"""Variation between areas or inspectors: more than chance gives, or less.

X2 = sum (y_h - n_h p)^2 / (n_h p (1-p) (1-f_h) N_h/(N_h-1)), both tails. Too little variation is
what results have that were copied or set beforehand. Each tail is judged under the null that is
kinder to it: too much against units that fail independently of each other (the visits dealt
out at random), too little against a frame where every area has the same share, which varies
less. Source: docs/method.md, chapter 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from audit_lib.investigation.redraws import CELLS, Bools, Floats, Ints, redraw

REDRAWS = 999
ENOUGH = 10
"""With fewer redraws beyond the value the tail is fitted, not counted (Winkler et al. 2016)."""

SMALLEST = 1e-9
"""No fitted tail is believed beyond this."""

Tail = Literal["over", "under"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Variation against chance: n visits, X2, X2 over its mean under chance, and the p-value."""

    n: int
    x2: float
    effect: float
    p: float


def dispersion(y: npt.ArrayLike, n: Ints, N: Ints) -> Floats:
    """Return X2 of failures y among n visits to N units.

    Parameters
    ----------
    y : shape (..., H), areas last;  n, N : shape (H,)

    Two areas, 10 of 100 units each, 1 and 3 failures: p = 0.2, by hand
    2 * 1 / (10 * 0.2 * 0.8 * 0.9 * 100/99).

    >>> float(dispersion([1, 3], np.array([10, 10]), np.array([100, 100])).round(6))
    1.375
    """
    found = np.asarray(y, dtype=np.float64)
    p = found.sum(axis=-1, keepdims=True) / n.sum()
    left = n * (1 - n / N) * N / np.maximum(N - 1, 1)
    held = left > 0
    x2 = ((found - n * p) ** 2)[..., held] / (p * (1 - p) * left[held])
    return np.asarray(x2.sum(axis=-1), dtype=np.float64)


def cell_spread(
    marked: Bools, cells: pd.Series[str], *, tail: Tail, chance: np.random.Generator
) -> Spread | None:
    """Hold the variation of marked visits over cells against the same visits dealt out at random.

    Parameters
    ----------
    marked : shape (n,), visits with the outcome;  cells : whose each is

    Returns
    -------
    None where there is nothing to vary: one cell, or all visits marked, or none
    """
    codes, names = pd.factorize(cells, sort=True)
    total, y = len(marked), int(marked.sum())
    if len(names) < 2 or y in (0, total):  # noqa: PLR2004 - one to compare with
        return None
    n = np.bincount(codes)
    # Dealt out, the visits of all cells are the whole: their variation is that of draws from it.
    whole = np.full(len(n), total)
    x2 = dispersion(np.bincount(codes, weights=marked), n, whole)
    return _spread(total, float(x2), dispersion(_deal(y, n, chance), n, whole), tail)


def area_spread(y: Ints, n: Ints, N: Ints, *, tail: Tail, chance: np.random.Generator) -> Spread | None:
    """Hold the variation of failures over areas against chance; arrays over areas as `dispersion`.

    Returns
    -------
    None where there is nothing to vary: one area, or every visit failed, or none, seen or to be drawn
    """
    total = int(n.sum())
    if len(y) < 2 or y.sum() in (0, total):  # noqa: PLR2004 - one to compare with
        return None
    if tail == "over":
        drawn = _deal(int(y.sum()), n, chance)
    else:
        drawn = _samples(np.round(N * y.sum() / total).astype(np.int64), n, N, chance)
    varied = drawn[(drawn.sum(axis=1) > 0) & (drawn.sum(axis=1) < total)]
    return _spread(total, float(dispersion(y, n, N)), dispersion(varied, n, N), tail) if len(varied) else None


def _deal(y: int, n: Ints, chance: np.random.Generator) -> Floats:
    """Deal y marks out over all visits; return how many each cell of n gets, shape (redraws, cells)."""
    total = int(n.sum())
    one, starts, step = np.zeros(total, dtype=np.int64), np.cumsum(n) - n, max(1, CELLS // total)
    parts = [
        np.add.reduceat(
            redraw(one, np.array([y]), min(step, REDRAWS - done), chance), starts, axis=1, dtype=np.int64
        )
        for done in range(0, REDRAWS, step)
    ]
    return np.concatenate(parts).astype(np.float64)


def _samples(failing: Ints, n: Ints, N: Ints, chance: np.random.Generator) -> Floats:
    """Draw n_h of N_h units in every area, of which so many fail; shape (redraws, areas)."""
    lots = chance.random((REDRAWS, len(n)))
    found = np.zeros(lots.shape)
    for h, (G_h, n_h, N_h) in enumerate(zip(failing.tolist(), n.tolist(), N.tolist(), strict=True)):
        below = stats.hypergeom.cdf(np.arange(n_h + 1), N_h, G_h, n_h)
        found[:, h] = np.minimum(np.searchsorted(below, lots[:, h], side="right"), n_h)
    return found


def _spread(n: int, x2: float, drawn: Floats, tail: Tail) -> Spread:
    return Spread(n, x2, x2 / float(drawn.mean()), tail_chance(x2, drawn, tail=tail))


def tail_chance(value: float, drawn: Floats, *, tail: Tail) -> float:
    """Return the chance of a value as far out, counted where enough redraws are, else from a gamma tail.

    The gamma distribution has the mean and variance of the redraws (Satterthwaite 1946).

    >>> tail_chance(900, np.arange(1, 1000.0), tail="over")
    0.101
    """
    beyond = int((drawn >= value - 1e-9).sum() if tail == "over" else (drawn <= value + 1e-9).sum())
    counted = (1 + max(beyond, ENOUGH)) / (1 + len(drawn))
    if beyond >= ENOUGH or not drawn.std():
        return min(1.0, counted)
    mean, variance = drawn.mean(), drawn.var()
    fitted = stats.gamma(mean**2 / variance, scale=variance / mean)
    p = fitted.sf(value) if tail == "over" else fitted.cdf(value)
    return float(max(SMALLEST, min(p, counted)))
