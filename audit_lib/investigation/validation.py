"""How good an order of visits is: how many failures its first half finds, and how much earlier.

Three orders are compared on the same visits of a later period: as they really took place, those
that failed last time first, and by descending risk. Uncertainty by the bootstrap over units,
because visits to one unit go together.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.investigation.chance import chance_of

HALF = 2
DECILES = 10


def found_in_first_half(failed: pd.Series[bool], order: npt.ArrayLike) -> float:
    """Return the share of all failures that the first half of the visits finds.

    Parameters
    ----------
    failed : shape (n,);  order : shape (n,), places of ``failed`` in the order of visiting

    >>> found_in_first_half(pd.Series([False, True, True, False]), [1, 2, 0, 3])
    1.0
    """
    found = failed.to_numpy(dtype=bool)[np.asarray(order)]
    return float(found[: len(found) // HALF].sum() / found.sum())


def days_earlier(failed: pd.Series[bool], day: pd.Series[pd.Timestamp], order: npt.ArrayLike) -> float:
    """Return how many days earlier, on average, a failure is found if visits follow ``order``.

    The calendar stays as it was: the k-th visit takes place on the day of the k-th real one.

    >>> days = pd.Series(pd.to_datetime(["2013-01-01", "2013-01-03", "2013-01-05"]))
    >>> days_earlier(pd.Series([False, False, True]), days, [2, 0, 1])
    4.0
    """
    calendar = np.sort(day.to_numpy())
    places = np.empty(len(calendar), dtype=np.int64)
    places[np.asarray(order)] = np.arange(len(calendar))
    gained = (day.to_numpy() - calendar[places]) / np.timedelta64(1, "D")
    return float(gained[failed.to_numpy(dtype=bool)].mean())


def compare_orders(
    visits: pd.DataFrame, *, orders: Mapping[str, str], name: str, rounds: int = 2000
) -> pd.DataFrame:
    """Compare orders of the same visits.

    Parameters
    ----------
    visits : DataFrame[unit_id, date, failed, *columns]; in the order in which they took place
    orders : label -> column to visit by, descending, ties as they took place
    name : names the stream of the bootstrap (`chance_of`)

    Returns
    -------
    DataFrame[order, found, days_earlier, other, difference, lower, upper]: for each order its
        figures, and against each other order the difference in ``found`` with a 95% interval
    """
    rows = visits.reset_index(drop=True)
    places = {
        label: np.argsort(-rows[by].to_numpy(dtype=float), kind="stable") for label, by in orders.items()
    }
    draws = {label: _bootstrap(rows, order, name, rounds) for label, order in places.items()}
    table = []
    for label, order in places.items():
        found = found_in_first_half(rows["failed"], order)
        for other in orders:
            if other != label:
                apart = draws[label] - draws[other]
                table.append(
                    {
                        "order": label,
                        "found": found,
                        "days_earlier": days_earlier(rows["failed"], rows["date"], order),
                        "other": other,
                        "difference": found - found_in_first_half(rows["failed"], places[other]),
                        "lower": float(np.quantile(apart, 0.025)),
                        "upper": float(np.quantile(apart, 0.975)),
                    }
                )
    return pd.DataFrame(table)


def _bootstrap(
    rows: pd.DataFrame, order: npt.NDArray[np.int64], name: str, rounds: int
) -> npt.NDArray[np.float64]:
    """Return the share found in the first half when units are drawn anew with replacement.

    A unit drawn k times brings its visits k times: the weight of a visit is its unit's count.
    """
    chance = chance_of("bootstrap", name)
    unit = pd.factorize(rows["unit_id"])[0][order]
    failed = rows["failed"].to_numpy(dtype=bool)[order]
    units = int(unit.max()) + 1
    shares = np.empty(rounds)
    for place in range(rounds):
        weight = np.bincount(chance.integers(0, units, units), minlength=units)[unit]
        half = np.cumsum(weight) * HALF <= weight.sum()
        hit = weight * failed
        shares[place] = hit[half].sum() / hit.sum()
    return shares


def calibration(chance: pd.Series[float], failed: pd.Series[bool]) -> pd.DataFrame:
    """Return foretold against seen, in ten groups of about equal size by the chance foretold.

    Returns
    -------
    DataFrame[group, visits, foretold, seen]   shares 0..1
    """
    group = pd.qcut(chance.rank(method="first"), min(DECILES, len(chance)), labels=False) + 1
    table = pd.DataFrame({"group": group, "foretold": chance, "seen": failed.astype("float64")})
    means = table.groupby("group")[["foretold", "seen"]].mean()
    return means.assign(visits=table.groupby("group").size()).reset_index()[
        ["group", "visits", "foretold", "seen"]
    ]
