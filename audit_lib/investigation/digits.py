"""Digits: the last one of free numbers is uniform, the first one of multiplicative ones is Benford's.

Both hold only for data of that kind. Times that everybody rounds to a quarter of an hour have no
uniform last digit, so a subject is looked at only where the others' digits are as they
should be; else the field says nothing about anybody. Source: docs/method.md, chapter 11; Benford
1938; Nigrini 2012.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

UNIFORM = np.full(10, 0.1)
BENFORD = np.log10(1 + 1 / np.arange(1, 10))


def digit_chance(counts: npt.ArrayLike, expected: npt.NDArray[np.float64]) -> float:
    """Return the chance of digits at least as uneven: chi-square, one degree of freedom less than digits.

    Parameters
    ----------
    counts : how often each digit stands there, 0 to 9 or 1 to 9
    expected : share of each digit, adds up to 1

    The first digits of the sinoForest data of the R package jfa: X2 = 7.6517.

    >>> counts = [231, 124, 97, 70, 64, 54, 40, 54, 38]
    >>> f"{digit_chance(counts, BENFORD):.7f}"
    '0.4682064'
    """
    seen = np.asarray(counts, dtype=np.float64)
    return float(stats.chisquare(seen, seen.sum() * expected).pvalue)


def first_digit(values: pd.Series[float]) -> pd.Series[int]:
    """Return the first digit that is not zero of each positive number; missing for all others.

    >>> first_digit(pd.Series([1200.0, 0.05, 0.0])).astype("object").fillna(0).tolist()
    [1, 5, 0]
    """
    positive = values.astype("Float64").where(values > 0)
    digit = positive.map(lambda value: int(f"{value:e}"[0]), na_action="ignore")
    return digit.astype("Int64")


def digit_test(
    held: pd.DataFrame, *, digits: range, expected: npt.NDArray[np.float64], least: int, limit: float
) -> pd.DataFrame:
    """Test each subject's digits, where the digits of all others are within ``limit`` of what is expected.

    Parameters
    ----------
    held : DataFrame[subject, digit]   a row per digit
    limit : mean absolute deviation of the others' shares above which the subject is left out

    Returns
    -------
    DataFrame[subject, n, effect, p]   effect: mean absolute deviation of the shares
    """
    table = pd.crosstab(held["subject"], held["digit"]).reindex(columns=list(digits), fill_value=0)
    counts = table.to_numpy(dtype=np.float64)
    others = counts.sum(axis=0) - counts
    size = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        away = np.abs(others / others.sum(axis=1, keepdims=True) - expected).mean(axis=1)
    chosen = (size >= least) & (away <= limit)
    seen, n = counts[chosen], size[chosen]
    return pd.DataFrame(
        {
            "subject": table.index[chosen].astype("str"),
            "n": n.astype(np.int64),
            "effect": np.abs(seen / n[:, None] - expected).mean(axis=1),
            "p": [digit_chance(row, expected) for row in seen],
        }
    )
