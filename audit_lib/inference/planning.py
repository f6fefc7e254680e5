"""How many visits a statement needs, and what a given number can show.

All on the hypergeometric tail of ``bounds.at_most``: K failures in a frame of N are missed,
or found c times at most, with a probability that is counted, not approximated.
Source: docs/method.md, chapter 7.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from audit_lib.errors import EstimateError
from audit_lib.inference.bounds import TIE, at_most, bound_count, last, read_cells
from audit_lib.inference.limits import check_counts, exact_share
from audit_lib.inference.strata import Floats, Ints, checked_confidence


@dataclass(frozen=True, slots=True)
class Showing:
    """What n visits among N units can and cannot show where none of them fails.

    Attributes
    ----------
    N, n : units, visits
    hidden : failing units that may still be there at the given confidence
    share : hidden / N
    """

    N: int
    n: int
    hidden: int
    share: float


def discovery_size(N: int, tolerable: int, *, confidence: float = 0.95, allowed: int = 0) -> int:
    """Find the least number of visits that would show failures if there were too many.

    Parameters
    ----------
    N : units in the frame
    tolerable : K, a count: the least number of failures that must be found; 1..N
    confidence : chance of finding more than ``allowed`` failures where there are K
    allowed : failures in the sample that would still pass; less than K

    Returns
    -------
    int   the least n with P(X <= allowed | N, K, n) <= 1 - confidence

    Raises
    ------
    EstimateError   K outside 1..N, or allowed not below K: then no size will do

    With 19 of 20 visited a single failure is missed with probability 1/20:

    >>> discovery_size(20, 1)
    19
    >>> discovery_size(500, 40, confidence=0.9)
    27
    """
    check_counts(N, [])
    if not 1 <= tolerable <= N:
        raise EstimateError(
            f"必须查出的不合格数应在 1 与单位数 {N} 之间, 读到 {tolerable}",
            f"the failures that must be found lie between 1 and the {N} units, not {tolerable}",
        )
    if not 0 <= allowed < tolerable:
        raise EstimateError(
            f"样本中允许的不合格数应小于 {tolerable}, 读到 {allowed}: 多大的样本都不够",
            f"the failures allowed in the sample must be below {tolerable}, not {allowed}: no size will do",
        )
    beta = 1 - checked_confidence(confidence)
    return 1 + last(lambda n: at_most(allowed, N, tolerable, n) > beta * (1 + TIE), 0, N - 1)


def acceptance_numbers(
    N: int, tolerable: int, *, confidence: float = 0.95, most: int = 5, acceptable: int = 0
) -> pd.DataFrame:
    """List the single sampling plans that find K failures, one for each acceptance number.

    Parameters
    ----------
    N, tolerable, confidence : as ``discovery_size``
    most : largest acceptance number
    acceptable : failures in a frame that ought to be accepted; less than K

    Returns
    -------
    DataFrame[n, allowed, reject, consumer, producer]   in the terms of GB/T 2828: n, Ac, Re = Ac + 1,
        the consumer's risk (a frame with K failures passes) and the producer's (one with
        ``acceptable`` failures does not)

    >>> acceptance_numbers(1200, 60, confidence=0.9, most=2).n.tolist()
    [45, 75, 102]
    """
    if not 0 <= acceptable < tolerable:
        raise EstimateError(
            f"可以接受的不合格数应小于 {tolerable}, 读到 {acceptable}",
            f"the failures that are acceptable must be below {tolerable}, not {acceptable}",
        )
    allowed = list(range(min(most, tolerable - 1) + 1))
    n = [discovery_size(N, tolerable, confidence=confidence, allowed=c) for c in allowed]
    plans = pd.DataFrame({"n": n, "allowed": allowed, "reject": [c + 1 for c in allowed]})
    chance = [
        [at_most(c, N, G, size) for G in (tolerable, acceptable)] for c, size in zip(allowed, n, strict=True)
    ]
    return plans.assign(consumer=[k for k, _ in chance], producer=[1 - good for _, good in chance])


def allowed_failures(N: Any, n: Any, limit: str | Fraction, *, confidence: float = 0.95) -> int | None:
    """Find how many failures a planned sample may show and be accepted, wherever they lie.

    Parameters
    ----------
    N, n : units and visits, whole numbers or arrays over strata
    limit : share of failing units that is just acceptable

    Returns
    -------
    int or None   the acceptance number Ac; None where even a sample without failure is too small

    >>> allowed_failures(1200, 102, "5%", confidence=0.9), allowed_failures(20, 4, "5%")
    (2, None)
    """
    cells = read_cells(N, n, np.zeros(np.shape(n), dtype=np.int64))
    units, visits = cells.N, cells.n
    least_first = np.argsort(visits / units, kind="stable")
    most = exact_share(limit) * int(units.sum())

    def accepted(s: int) -> bool:
        # A failure weighs most where the fewest are visited: the bound is worst there.
        room = np.cumsum(visits[least_first])
        y = np.zeros_like(visits)
        y[least_first] = np.diff(np.minimum(room, s), prepend=0)
        return bound_count(units, visits, y, confidence=confidence) <= most

    return last(accepted, 0, int(visits.sum())) if accepted(0) else None


def operating_characteristic(
    N: Any, n: Any, allowed: int, *, failures: Iterable[int] | None = None
) -> pd.DataFrame:
    """Give the chance that a sample passes, for each number of failures in the frame.

    Parameters
    ----------
    N, n : units and visits, whole numbers or arrays over strata
    allowed : failures in the sample that still pass
    failures : numbers of failing units to show, over strata in proportion to their size; all from 0
        to N where not given

    Returns
    -------
    DataFrame   ``failures``, ``share`` of N, ``chance`` of passing

    >>> round(operating_characteristic(20, 4, 0, failures=[9]).chance[0] * 4845)
    330
    """
    cells = read_cells(N, n, np.zeros(np.shape(n), dtype=np.int64))
    units, visits = cells.N, cells.n
    total = int(units.sum())
    counts = list(range(total + 1) if failures is None else failures)
    check_counts(total, [int(visits.sum()), allowed, *counts])
    ends = np.cumsum(units)
    spread = (np.diff(ends * int(G) // total, prepend=0).tolist() for G in counts)
    chance = [float(sum_chances(units, visits, failing)[: allowed + 1].sum()) for failing in spread]
    return pd.DataFrame({"failures": counts, "share": np.array(counts) / total, "chance": chance})


def sum_chances(N: Ints, n: Ints, failing: list[int]) -> Floats:
    """Give the chance of each number of failures among the visits of all strata; shape (n + 1,).

    >>> (sum_chances(np.array([4, 2]), np.array([1, 1]), [2, 1]) * 4).tolist()
    [1.0, 2.0, 1.0]
    """
    parts = [
        stats.hypergeom.pmf(np.arange(visits + 1), size, bad, visits)
        for size, visits, bad in zip(N.tolist(), n.tolist(), failing, strict=True)
    ]
    return reduce(np.convolve, parts)


def two_stage_risk(N: int, first: int, second: int, tolerable: int) -> float:
    """Give the chance that a two-stage plan (1, 0) passes a frame with K failures.

    The first sample passes with no failure; with one, ``second`` more units must all pass.
    P(X1 = 0) + P(X1 = 1) P(X2 = 0 | N - n1, K - 1, n2).

    Two of four fail, one drawn: it passes (1/2); or it fails (1/2) and the next of three, of
    which one fails, passes (2/3).

    >>> round(two_stage_risk(4, 1, 1, 2), 12)
    0.833333333333
    """
    check_counts(N, [first, second, first + second, tolerable])
    none = at_most(0, N, tolerable, first)
    one = at_most(1, N, tolerable, first) - none
    return none + one * at_most(0, N - first, tolerable - 1, second)


def two_stage_size(N: int, tolerable: int, *, confidence: float = 0.95) -> int:
    """Find the least equal size of both samples of a two-stage plan (1, 0) that finds K failures.

    Parameters and errors as ``discovery_size``; the risk is ``two_stage_risk``.

    >>> two_stage_size(500, 25), discovery_size(500, 25)
    (57, 56)
    """
    alone = discovery_size(N, tolerable, confidence=confidence)  # also refuses what cannot be
    beta, half = 1 - confidence, N // 2
    if alone > half or two_stage_risk(N, half, half, tolerable) > beta * (1 + TIE):
        raise EstimateError(
            f"{N} 家中没有两个样本量相同的两次抽样方案能查出 {tolerable} 家不合格",
            f"no two-stage plan with equal samples of {N} units finds {tolerable} failures",
        )
    return 1 + last(lambda n: two_stage_risk(N, n, n, tolerable) > beta * (1 + TIE), 0, half - 1)


def precision_size(N: int, share: float, half_width: float, *, confidence: float = 0.95) -> int:
    """Find the size at which an interval of a share has about the half width asked for.

    n_0 = z^2 p(1-p)/e^2, n = n_0 / (1 + (n_0 - 1)/N), rounded up.

    >>> precision_size(20000, 0.5, 0.05)
    377
    """
    if not 0 < share < 1 or not 0 < half_width < 1:
        raise EstimateError(
            f"预计比例和区间半宽应在 0 与 1 之间, 读到 {share}、{half_width}",
            f"share and half width lie between 0 and 1, not {share}, {half_width}",
        )
    check_counts(N, [])
    z = float(special.ndtri((1 + checked_confidence(confidence)) / 2))
    n_0 = z**2 * share * (1 - share) / half_width**2
    return min(N, math.ceil(n_0 / (1 + (n_0 - 1) / N)))


def can_show(N: Any, n: Any, *, confidence: float = 0.95) -> Showing:
    """Say how many failures may hide where none of the visited units fails.

    Parameters
    ----------
    N, n : units and visits, whole numbers or arrays over the strata of one area

    >>> can_show(20, 4)
    Showing(N=20, n=4, hidden=9, share=0.45)

    Source: docs/method.md, chapter 7, "what 20% can and cannot show".
    """
    hidden = bound_count(N, n, np.zeros(np.shape(n), dtype=np.int64), confidence=confidence)
    units = int(np.sum(N))
    check_counts(units, [])
    return Showing(units, int(np.sum(n)), hidden, hidden / units)
