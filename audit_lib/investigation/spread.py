"""Variation between areas or inspectors: more than chance gives, or less.

X2 = sum (y_h - n_h p)^2 / (n_h p (1-p) (1-f_h) N_h/(N_h-1)), both tails. Too little variation is
what results have that were copied or set beforehand. Each tail is judged under the null that is
kinder to it: too much against units that fail independently of each other (the visits dealt
out at random), too little against a frame where every area has the same share, which varies
less. Source: methods.md section 11.
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


def dispersion(y: Ints, n: Ints, N: Ints) -> float:
    """Return X2 of failures y among n visits to N units, all arrays over areas.

    Two areas, 10 of 100 units each, 1 and 3 failures: p = 0.2, each (1/10)^2 ... by hand
    2 * 1 / (10 * 0.2 * 0.8 * 0.9 * 100/99).

    >>> round(dispersion(np.array([1, 3]), np.array([10, 10]), np.array([100, 100])), 6)
    1.375
    """
    p = y.sum() / n.sum()
    variance = n * p * (1 - p) * (1 - n / N) * N / (N - 1)
    held = variance > 0
    return float((((y - n * p) ** 2)[held] / variance[held]).sum())


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
    one_hot = np.eye(len(names), dtype=np.float32)[codes]
    drawn = _counts(y, one_hot, chance)
    p = y / total
    variance = n * p * (1 - p) * (1 - n / total) * total / (total - 1)

    def x2(counts: npt.NDArray[np.floating]) -> Floats:
        return np.asarray(((counts - n * p) ** 2 / variance).sum(axis=-1), dtype=np.float64)

    return _spread(total, float(x2(one_hot[marked].sum(axis=0))), x2(drawn), tail)


def area_spread(y: Ints, n: Ints, N: Ints, *, tail: Tail, chance: np.random.Generator) -> Spread | None:
    """Hold the variation of failures over areas against chance; arrays over areas as `dispersion`.

    Returns
    -------
    None where there is nothing to vary: one area, or every visit failed, or none
    """
    total = int(n.sum())
    if len(y) < 2 or y.sum() in (0, total):  # noqa: PLR2004 - one to compare with
        return None
    if tail == "over":
        one_hot = np.repeat(np.eye(len(y), dtype=np.float32), n, axis=0)
        drawn = _counts(int(y.sum()), one_hot, chance)
    else:
        drawn = _samples(np.round(N * y.sum() / total).astype(np.int64), n, N, chance)
    varied = np.array([dispersion(row, n, N) for row in drawn if 0 < row.sum() < total])
    return _spread(total, dispersion(y, n, N), varied, tail)


def _counts(y: int, one_hot: npt.NDArray[np.float32], chance: np.random.Generator) -> Floats:
    """Deal y marks out over all visits; return how many each cell gets, shape (redraws, cells)."""
    total = len(one_hot)
    step = max(1, CELLS // total)
    one = np.zeros(total, dtype=np.int64)
    parts = [
        redraw(one, np.array([y]), min(step, REDRAWS - start), chance).astype(np.float32) @ one_hot
        for start in range(0, REDRAWS, step)
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
