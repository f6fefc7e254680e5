"""Where failures lie close together: places against their own county, and what was found again.

A place is a township, or whatever group of units the caller makes: no coordinates are needed. How many
of its visited units would have failed if its county's failures had fallen on the visited units at
random is hypergeometric; because many places are looked at, the smallest P-value is judged
against the smallest of each relabelling (minP), so one alarm in twenty honest provinces is all
there is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.stats import hypergeom

from audit_lib.investigation.chance import chance_of

AGAIN, LONG = "再次查出", "长期未整改"
LEAST_VISITED = 3
"""Fewer visited units than this make no place: one failure of one says nothing of its surroundings."""

Ints = npt.NDArray[np.int64]


def places_by_name(units: pd.DataFrame, place: str) -> sparse.csr_array:
    """Return which units lie in which place, as a matrix places x units; places in sorted order.

    Parameters
    ----------
    units : DataFrame[<place>], n rows; a unit without a place lies in none
    """
    codes, names = pd.factorize(units[place], sort=True)
    inside = codes >= 0
    shape = (len(names), len(units))
    ones = np.ones(int(inside.sum()), dtype=np.int64)
    return sparse.csr_array((ones, (codes[inside], np.flatnonzero(inside))), shape=shape)


def close_together(
    places: sparse.csr_array, failed: pd.Series[bool], group: pd.Series[str], *, name: str, rounds: int = 999
) -> pd.DataFrame:
    """Say of each place how many visited units failed, and how unlikely that is.

    Parameters
    ----------
    places : matrix places x units, from `places_by_name`
    failed, group : shape (n,)   what the visit found; the county, within which labels are exchanged
    name : names the stream of relabellings (`chance_of`);  rounds : how many

    Returns
    -------
    DataFrame, one row per place: visited, failed, expected, p (one-sided, of this place alone),
    p_adjusted (over all places, minP); both missing for places of fewer than `LEAST_VISITED`

    Source: Besag, Newell 1991 (local statistic); Westfall, Young 1993 (minP).

    >>> towns = places_by_name(pd.DataFrame({"town": ["a"] * 4 + ["b"] * 4}), "town")
    >>> bad = pd.Series([True] * 4 + [False] * 4)
    >>> row = close_together(towns, bad, pd.Series(["c"] * 8), name="test").iloc[0]
    >>> row[["visited", "failed", "expected", "p"]].round(4).tolist()  # p is 1 / C(8, 4)
    [4.0, 4.0, 2.0, 0.0143]
    """
    hit: Ints = failed.to_numpy().astype(np.int64)
    code = pd.factorize(group, sort=True)[0].astype(np.int64)
    by_group = sparse.csr_array((np.ones(len(code), dtype=np.int64), (np.arange(len(code)), code)))
    sizes = np.bincount(code)
    bad = np.bincount(code, weights=hit, minlength=len(sizes)).astype(np.int64)
    visited = np.asarray(places.sum(axis=1)).ravel()
    counted = visited >= LEAST_VISITED
    drawn = (places @ by_group).toarray()
    expected = drawn @ (bad / sizes)
    tail = _Tail(drawn[counted], sizes, bad)
    p = np.full(len(visited), np.nan)
    p[counted] = tail.of((places @ hit)[counted])
    least = np.array([tail.of((places @ one)[counted]).min() for one in _relabel(hit, code, name, rounds)])
    adjusted = np.full(len(visited), np.nan)
    if counted.any():
        smaller = np.searchsorted(np.sort(least), p[counted] * (1 + 1e-9), side="right")
        adjusted[counted] = (1 + smaller) / (rounds + 1)
    return pd.DataFrame(
        {
            "visited": visited.astype(np.float64),
            "failed": (places @ hit).astype(np.float64),
            "expected": expected,
            "p": p,
            "p_adjusted": adjusted,
        }
    )


class _Tail:
    """P(at least y of a place's visited units fail), looked up in a table per place."""

    def __init__(self, drawn: npt.NDArray[np.int64], sizes: Ints, bad: Ints) -> None:
        most = int(drawn.sum(axis=1).max(initial=0))
        self.table: npt.NDArray[np.float64] = np.array(
            [_tail(row, sizes, bad, most) for row in drawn]
        ).reshape(len(drawn), most + 1)

    def of(self, failed: Ints) -> npt.NDArray[np.float64]:
        """Return the tail of each place at its number of failures."""
        tails: npt.NDArray[np.float64] = np.take_along_axis(self.table, failed[:, None], axis=1)
        return tails.ravel()


def _tail(drawn: Ints, sizes: Ints, bad: Ints, most: int) -> npt.NDArray[np.float64]:
    """P(Y >= y) for y = 0..most, Y a sum over the counties that the place reaches into."""
    mass = np.ones(1)
    for place in np.flatnonzero(drawn):
        k = np.arange(drawn[place] + 1)
        mass = np.convolve(mass, hypergeom.pmf(k, sizes[place], bad[place], drawn[place]))
    padded = np.zeros(most + 1)
    padded[: len(mass)] = mass
    tail: npt.NDArray[np.float64] = np.minimum(padded[::-1].cumsum()[::-1], 1.0)
    return tail


def _relabel(hit: Ints, code: Ints, name: str, rounds: int) -> Sequence[Ints]:
    """Return the failures on other units of the same county, so many times."""
    chance = chance_of("where", name)
    home = np.argsort(code, kind="stable")
    relabelled = []
    for _ in range(rounds):
        mixed = np.lexsort((chance.random(len(hit)), code))
        labels = np.empty_like(hit)
        labels[home] = hit[mixed]
        relabelled.append(labels)
    return relabelled


def found_again(hazards: pd.DataFrame, *, as_of: pd.Timestamp, long_days: int) -> pd.DataFrame:
    """Return hazards found again after the same was closed, and those open for longer than a limit.

    The same is the same unit, category and place; a hazard without one of these is never the same.

    Parameters
    ----------
    hazards : DataFrame[hazard_id, unit_id, county, category, place, grade, found_date, closed_date, closed]

    Returns
    -------
    the rows with ``why`` (再次查出 or 长期未整改), ``before`` (the earlier hazard) and ``days_open``
    """
    rows = hazards.sort_values(["found_date", "hazard_id"], kind="stable", ignore_index=True)
    same = ["unit_id", "category", "place"]
    known = rows[same].notna().all(axis=1)
    earlier = rows[known].groupby(same)[["hazard_id", "closed_date", "closed"]].shift(1).reindex(rows.index)
    again = known & (earlier["closed_date"] < rows["found_date"]) & earlier["closed"].eq(True)
    days = (as_of - rows["found_date"]).dt.days
    long_open = ~rows["closed"] & (days > long_days)
    rows = rows.assign(
        why=np.select([again.fillna(False), long_open], [AGAIN, LONG], ""),
        before=earlier["hazard_id"].where(again),
        days_open=days.where(~rows["closed"]).astype("Int64"),
    )
    return rows[rows["why"] != ""].reset_index(drop=True)


def town_of(units: pd.DataFrame) -> pd.Series[str]:
    """Return the township of each unit, with its county, as towns of two counties share names."""
    town = units["county"].astype("str") + "/" + units["township"].astype("str")
    return town.where(units["township"].notna())


def beside_failures(units: pd.DataFrame, failed: frozenset[str], seen: frozenset[str]) -> pd.DataFrame:
    """Return units that nobody above the county has visited, in townships where one did fail.

    Parameters
    ----------
    units : DataFrame[unit_id, county, township, ...];  failed, seen : unit ids

    Returns
    -------
    those units with ``beside``: how many units of the township failed, most first
    """
    place = town_of(units)
    counts = place[units["unit_id"].isin(failed)].value_counts()
    rows = units.assign(beside=place.map(counts).fillna(0).astype("int64"))
    rows = rows[(rows["beside"] > 0) & ~rows["unit_id"].isin(seen)]
    return rows.sort_values(["beside", "county", "unit_id"], ascending=[False, True, True], ignore_index=True)
