"""Exact bounds on the number of failures in a finite frame, right also where none was found.

One stratum: the hypergeometric tail (Wright 1991). Many strata, one bound for their sum:
the number of failures found is a sum of independent Bernoulli variables (Vatutin, Mikhailov
1982), so Hoeffding 1956 bounds its tail by a binomial one; where nothing was found the tail
is exact. The proof stands in docs/method.md, step by step. Strata taken whole are set aside
(their failures are known) and added at the end. A lower bound is the upper bound with pass
and fail swapped.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, overload

import numpy as np
import pandas as pd
from scipy import special

from audit_lib.errors import EstimateError
from audit_lib.inference.strata import Ints, checked_confidence

Side = Literal["upper", "lower", "two-sided"]

# Probabilities are compared with alpha up to this relative slack: double rounding stays below it
# for frames of a million, so that a tail of exactly alpha counts as reaching alpha. It errs on
# the side of a wider bound.
TIE = 1e-9


@overload
def bound_count(
    N: Any, n: Any, y: Any, *, confidence: float = 0.95, side: Literal["upper", "lower"] = "upper"
) -> int: ...
@overload
def bound_count(
    N: Any, n: Any, y: Any, *, confidence: float = 0.95, side: Literal["two-sided"]
) -> tuple[int, int]: ...
def bound_count(
    N: Any, n: Any, y: Any, *, confidence: float = 0.95, side: Side = "upper"
) -> int | tuple[int, int]:
    """Bound the number of failing units in the frame.

    Parameters
    ----------
    N, n, y : whole numbers or arrays over strata, shape (H,)
        units in the frame, drawn (simple random, without replacement, in each stratum), found failing.
        A stratum with n = 0 is allowed: all of it may be failing.
    confidence : of the statement as a whole; two-sided spends half of the rest on each side
    side : upper, lower or two-sided

    Returns
    -------
    int, or (int, int) for two-sided   counts of units in the frame, those found included

    Raises
    ------
    EstimateError   y > n, n > N, something not a whole number, different lengths

    Four of twenty visited, none failing: up to nine may be, for C(11,4)/C(20,4) = 330/4845 = 6.8%
    and with ten C(10,4)/C(20,4) = 210/4845 = 4.3%.

    >>> bound_count(20, 4, 0)
    9
    >>> bound_count([200, 100], [50, 25], [0, 0])
    10
    >>> bound_count(300, 100, 45, side="two-sided")
    (111, 160)

    Source: docs/method.md, chapter 6.
    """
    cells = read_cells(N, n, y)
    alpha = 1 - checked_confidence(confidence)
    if side == "upper":
        return _upper(cells, alpha)
    if side == "lower":
        return _lower(cells, alpha)
    if side == "two-sided":
        return _lower(cells, alpha / 2), _upper(cells, alpha / 2)
    raise EstimateError(
        f"side 只能是 upper、lower 或 two-sided, 读到“{side}”",
        f'side is upper, lower or two-sided, not "{side}"',
    )


def simultaneous(confidence: float, k: int) -> float:
    """Give the confidence each of k statements needs for all of them to hold jointly.

    >>> round(simultaneous(0.95, 12), 6)
    0.995735

    Source: Sidak 1967; the samples of the k statements must be independent.
    """
    if k < 1:
        raise EstimateError(f"同时成立的结论数至少为 1, 读到 {k}", f"at least 1 joint statement, not {k}")
    return float(checked_confidence(confidence) ** (1 / k))


def at_most(x: int, N: int, G: int, n: int) -> float:
    """Give P(X <= x) for the failures X among n units drawn from N with G failing.

    >>> round(at_most(0, 20, 9, 4) * 4845)
    330
    """
    if x >= min(n, G):
        return 1.0
    k = np.arange(max(0, n - (N - G)), x + 1)
    if not k.size:
        return 0.0
    logs = _log_choose(G, k) + _log_choose(N - G, n - k)
    top = logs.max()
    return float(np.exp(top - _log_choose(N, n)) * np.exp(logs - top).sum())


def last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Find the last whole number of low..high for which a condition, true at low, still holds.

    >>> last(lambda g: g * g <= 50, 0, 20)
    7
    """
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


@dataclass(frozen=True, slots=True)
class Cells:
    """Units, visits and failures found by stratum; each shape (H,)."""

    N: Ints
    n: Ints
    y: Ints


def _upper(cells: Cells, alpha: float) -> int:
    opened = cells.n < cells.N
    N, n, y = cells.N[opened], cells.n[opened], cells.y[opened]
    known = int(cells.y[~opened].sum())
    if not N.size:
        return known
    if N.size == 1:
        return known + _upper_one(int(N[0]), int(n[0]), int(y[0]), alpha)
    if not y.any():
        return known + _upper_none_found(N, n, alpha)
    return known + _upper_sum(N, n, y, alpha)


def _lower(cells: Cells, alpha: float) -> int:
    return int(cells.N.sum()) - _upper(Cells(cells.N, cells.n, cells.n - cells.y), alpha)


def _upper_one(N: int, n: int, y: int, alpha: float) -> int:
    return last(lambda G: at_most(y, N, G, n) >= alpha * (1 - TIE), y, N - n + y)


def _upper_none_found(N: Ints, n: Ints, alpha: float) -> int:
    """Place failures where each makes "none found" least unlikely, while it stays above alpha."""
    hidden = N - n
    i = np.arange(hidden.sum()) - np.repeat(np.cumsum(hidden) - hidden, hidden)
    steps = np.log1p(-np.repeat(n, hidden) / (np.repeat(N, hidden) - i))
    falling = np.cumsum(-np.sort(-steps))
    return int(np.count_nonzero(falling >= math.log(alpha) - TIE))


def _upper_sum(N: Ints, n: Ints, y: Ints, alpha: float) -> int:
    """Keep the greatest sum g whose P-value Bin(s; n, mu_min(g)/n) reaches alpha."""
    s, drawn = int(y.sum()), int(n.sum())
    order = np.argsort(n / N, kind="stable")
    rates = [Fraction(int(n[h]), int(N[h])) for h in order]
    room = [int(N[h] - n[h]) for h in order]
    least = sum((Fraction(int(a * b), int(c)) for a, b, c in zip(y, n, N, strict=True)), Fraction(0))

    def reaches(g: int) -> bool:
        mu = _filled(least, rates, room, g - s)
        if s > mu - 1:
            return True
        return bool(special.betaincc(s + 1, drawn - s, float(mu / drawn)) >= alpha * (1 - TIE))

    return last(reaches, s, s + sum(room))


def _filled(mu: Fraction, rates: list[Fraction], room: list[int], extra: int) -> Fraction:
    """Add extra failures where the sampling fraction is least, as far as there is room."""
    for rate, places in zip(rates, room, strict=True):
        placed = min(places, extra)
        mu += rate * placed
        extra -= placed
        if not extra:
            break
    return mu


def _log_choose(a: int, b: Any) -> Any:
    return -math.log1p(a) - special.betaln(a - b + 1, np.add(b, 1))


def read_cells(N: Any, n: Any, y: Any) -> Cells:
    """Check counts by stratum; raises as ``bound_count``."""
    _refuse_other_order([values for values in (N, n, y) if isinstance(values, pd.Series)])
    cells = Cells(_counts(N, "N"), _counts(n, "n"), _counts(y, "y"))
    if not cells.N.shape == cells.n.shape == cells.y.shape:
        raise EstimateError(
            f"N、n、y 的层数不同: {cells.N.size}、{cells.n.size}、{cells.y.size}",
            f"N, n, y have different numbers of strata: {cells.N.size}, {cells.n.size}, {cells.y.size}",
        )
    for h in np.flatnonzero((cells.y > cells.n) | (cells.n > cells.N))[:1]:
        numbers = f"N = {cells.N[h]}, n = {cells.n[h]}, y = {cells.y[h]}"
        raise EstimateError(
            f"第 {h + 1} 层应有 y <= n <= N, 读到 {numbers}",
            f"stratum {h + 1} needs y <= n <= N, not {numbers}",
        )
    return cells


def _refuse_other_order(series: list[pd.Series]) -> None:
    for other in series[1:]:
        if not other.index.equals(series[0].index):
            raise EstimateError(
                "N、n、y 的层名或次序不同", "N, n, y name different strata or in another order"
            )


def _counts(values: Any, name: str) -> Ints:
    series = pd.Series(np.atleast_1d(values)).infer_objects()
    number = pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype)
    plain = series.to_numpy(dtype=np.float64, na_value=np.nan) if number else np.array([np.nan])
    if not ((plain >= 0) & (plain == np.floor(plain)) & np.isfinite(plain)).all():
        raise EstimateError(f"{name} 应为不小于 0 的整数", f"{name} must be whole numbers of 0 or more")
    return plain.astype(np.int64)
