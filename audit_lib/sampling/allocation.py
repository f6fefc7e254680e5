"""How many of each stratum: the quota of the plan, and its spread over strata.

Everything here is counted in integers. ``round(0.2 * N)`` misses the quota for two of every
five N, largest remainder withdraws units when the total grows and over cities breaks the
20% rule; a divisor rule (N_h / (2 n_h + 1), Sainte-Lague) does neither.
Symbols: strata h, N_h units in the frame, n_h to draw. Source: docs/method.md, chapter 2.
"""

from __future__ import annotations

import heapq
import operator
import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Literal, SupportsIndex

import pandas as pd

from audit_lib.errors import AllocationError, CallError
from audit_lib.sampling.strata import SIZES, check_strata

_RATE = re.compile(r"(\d+(?:\.\d+)?)%|(\d+)/(\d+)")

Counties = Literal["ceil", "at_least_1"]
Row = tuple[str, str, str, int, bool]
Levels = list[tuple[int, int]]
"""Place in a row of what a level is grouped by, and the minimum that each of its groups gets."""

_CITY, _COUNTY, _STRATUM, _, _CERTAIN = range(5)


def parse_rate(rate: str | Fraction) -> Fraction:
    """Return the rate as an exact fraction.

    Raises
    ------
    CallError   a float (0.2 is not a fifth), or not within 0..1

    >>> parse_rate("20%"), parse_rate("1/5")
    (Fraction(1, 5), Fraction(1, 5))
    """
    found = _RATE.fullmatch(rate.strip()) if isinstance(rate, str) else None
    share = rate if isinstance(rate, Fraction) else None
    if found and found[1]:
        share = Fraction(found[1]) / 100
    elif found and int(found[3]):
        share = Fraction(int(found[2]), int(found[3]))
    if share is None or not 0 < share <= 1:
        raise CallError(
            f"抽检比例须写作“20%”或“1/5”, 大于 0 且不超过 100%: 读到 {rate!r}",
            f"a rate is written as '20%' or '1/5', above 0 and at most 100%: read {rate!r}",
        )
    return share


def quota(N: SupportsIndex, rate: str | Fraction = "20%") -> int:
    """Return the least n with n / N >= rate, exactly.

    >>> quota(401), quota(400), quota(0)
    (81, 80, 0)

    Raises
    ------
    CallError   N is not a whole number of 0 or more, or the rate is not one
    """
    share = parse_rate(rate)
    return -(-_count(N, "N") * share.numerator // share.denominator)


def allocate_quota(
    sizes: pd.DataFrame,
    *,
    rate: str | Fraction = "20%",
    minimum: int = 2,
    counties: Counties = "ceil",
    certain: Collection[str] = (),
) -> pd.Series[int]:
    """Return n_h so that every city reaches its quota, spread over counties and strata.

    Parameters
    ----------
    sizes : DataFrame[city, county, stratum, N]   one row per stratum, N whole numbers
    rate : "20%", "1/5" or a Fraction
    minimum : units of each stratum, or all of it where it is smaller; two give a variance
    counties : "ceil", each county reaches its own quota; "at_least_1", each county with units
        gets one and the rest of the city's quota goes over the counties by the divisor rule
    certain : strata taken whole; what they give counts for the quota of their county

    Returns
    -------
    Series   n by stratum, sorted by stratum key; where minima exceed the quota n is larger

    Raises
    ------
    AllocationError   a stratum stands twice, has no key, city or county, or no whole N
    CallError   rate, minimum or counties is not one of the above

    >>> sizes = pd.DataFrame({"city": "A", "county": ["a", "a", "b"], "stratum": ["x", "y", "z"],
    ...                       "N": [40, 10, 21]})
    >>> allocate_quota(sizes).to_dict()
    {'x': 8, 'y': 2, 'z': 5}
    """
    share = parse_rate(rate)
    least = _count(minimum, "minimum")
    if counties not in ("ceil", "at_least_1"):
        raise CallError(
            f"counties 只能是 ceil 或 at_least_1: 读到 {counties!r}",
            f"counties is ceil or at_least_1: read {counties!r}",
        )
    levels: Levels = [(_STRATUM, least)]
    n: dict[str, int] = {}
    for city in _parts(_rows(sizes, certain), _CITY).values():
        by_county = _parts(city, _COUNTY)
        for county, due in _due_counties(by_county, share, counties).items():
            rows = by_county[county]
            n |= _spread_levels(rows, max(due, _least(rows, levels)), levels)
    return _series(n)


def allocate_total(
    sizes: pd.DataFrame,
    n: int,
    *,
    minimum_per_city: int = 0,
    minimum_per_county: int = 0,
    minimum_per_stratum: int = 2,
    certain: Collection[str] = (),
) -> pd.Series[int]:
    """Return n_h that add up to ``n``, spread over cities and their strata.

    Cities come first, then (with a minimum per county) their counties, then strata, each time
    from the minima upwards by the divisor rule. A minimum never exceeds what is there.

    Parameters
    ----------
    sizes : DataFrame[city, county, stratum, N]   one row per stratum, N whole numbers
    n : visits that can be made
    certain : strata taken whole, out of the n

    Returns
    -------
    Series   n by stratum, sorted by stratum key

    Raises
    ------
    AllocationError   the minima need more than n visits, n exceeds the frame, or as `allocate_quota`

    >>> sizes = pd.DataFrame({"city": ["A", "B", "B"], "county": ["a", "b", "b"],
    ...                       "stratum": ["x", "y", "z"], "N": [100, 300, 11]})
    >>> allocate_total(sizes, 16, minimum_per_city=3).to_dict()
    {'x': 4, 'y': 10, 'z': 2}
    """
    levels: Levels = [(_CITY, _count(minimum_per_city, "minimum_per_city"))]
    if minimum_per_county:
        levels.append((_COUNTY, _count(minimum_per_county, "minimum_per_county")))
    levels.append((_STRATUM, _count(minimum_per_stratum, "minimum_per_stratum")))
    return _series(_spread_levels(_rows(sizes, certain), _count(n, "n"), levels))


def spread(N: Mapping[str, int], n: int, *, start: Mapping[str, int]) -> dict[str, int]:
    """Give out n units, one at a time, to the largest N_h / (2 n_h + 1); ties go to the first key.

    For fixed N this only ever adds: n + 1 units are n units and one more.

    Parameters
    ----------
    N : size by key;  n : units to give;  start : units each key has before the first is given

    Raises
    ------
    AllocationError   the starts add up to more than n, or n is more than there is

    >>> spread({"a": 2, "b": 5, "c": 5}, 9, start={"a": 0, "b": 0, "c": 0})
    {'a': 1, 'b': 4, 'c': 4}
    """
    _check_room(N, n, start)
    given = dict(start)
    # Quotients of whole numbers below 10^8 are told apart by a float, and equal ones are equal.
    queue = [(-N[key] / (2 * given[key] + 1), key) for key in N if given[key] < N[key]]
    heapq.heapify(queue)
    for _ in range(n - sum(start.values())):
        key = queue[0][1]
        given[key] += 1
        if given[key] < N[key]:
            heapq.heapreplace(queue, (-N[key] / (2 * given[key] + 1), key))
        else:
            heapq.heappop(queue)
    return given


def _check_room(N: Mapping[str, int], n: int, start: Mapping[str, int]) -> None:
    needed, there = sum(start.values()), sum(N.values())
    largest = sorted(start, key=lambda key: (-start[key], key))[:5]
    if needed > n:
        shown = "、".join(f"{key} {start[key]}" for key in largest)
        raise AllocationError(
            f"名额不够: 最低数合计 {needed}, 只有 {n} 个名额。最低数最大的: {shown}",
            f"too few visits: the minima add up to {needed}, {n} are to be given. Largest minima: {shown}",
        )
    if n > there:
        shown = "、".join(f"{key} {N[key]}" for key in sorted(N)[:5])
        raise AllocationError(
            f"要抽 {n} 家, 但框内只有 {there} 家: {shown}",
            f"{n} to draw, but only {there} are there: {shown}",
        )


def _rows(sizes: pd.DataFrame, certain: Collection[str]) -> list[Row]:
    strata = check_strata(sizes)
    unknown = sorted(set(certain) - set(strata["stratum"]))
    if unknown:
        shown = "、".join(unknown[:5])
        raise AllocationError(
            f"{len(unknown)} 个必查层不在抽样框中: {shown}",
            f"{len(unknown)} strata to be taken whole are not in the frame: {shown}",
        )
    columns = [strata[name].tolist() for name in SIZES]
    return list(zip(*columns, strata["stratum"].isin(list(certain)), strict=True))


def _parts(rows: list[Row], place: int) -> dict[str, list[Row]]:
    """Return the rows by what stands at one place of them, sorted by it."""
    parts: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: str(row[place])):
        parts.setdefault(str(row[place]), []).append(row)
    return parts


def _size(rows: list[Row]) -> int:
    return sum(N for _, _, _, N, _ in rows)


def _least(rows: list[Row], levels: Levels) -> int:
    """Return what the minima of all levels need together."""
    if not levels:
        return _size([row for row in rows if row[_CERTAIN]])
    (place, minimum), rest = levels[0], levels[1:]
    return sum(max(min(minimum, _size(part)), _least(part, rest)) for part in _parts(rows, place).values())


def _spread_levels(rows: list[Row], n: int, levels: Levels) -> dict[str, int]:
    """Spread n over the parts of the first level, then each part's number over the next."""
    (place, minimum), rest = levels[0], levels[1:]
    parts = _parts(rows, place)
    N = {key: _size(part) for key, part in parts.items()}
    start = {key: max(min(minimum, N[key]), _least(part, rest)) for key, part in parts.items()}
    given = spread(N, n, start=start)
    if not rest:
        return given
    below = (_spread_levels(part, given[key], rest) for key, part in parts.items())
    return {stratum: n_h for part in below for stratum, n_h in part.items()}


def _due_counties(by_county: Mapping[str, list[Row]], share: Fraction, counties: Counties) -> dict[str, int]:
    N = {county: _size(rows) for county, rows in by_county.items()}
    if counties == "ceil":
        return {county: quota(size, share) for county, size in N.items()}
    start = {county: min(1, size) for county, size in N.items()}
    return spread(N, max(quota(sum(N.values()), share), sum(start.values())), start=start)


def _series(n: Mapping[str, int]) -> pd.Series[int]:
    keys = sorted(n)
    index = pd.Index(keys, name="stratum", dtype="str")
    return pd.Series([n[key] for key in keys], index=index, name="n", dtype="int64")


def _count(value: SupportsIndex, name: str) -> int:
    """Return a whole number of 0 or more; True, 3.0 and '3' are none."""
    if not isinstance(value, bool) and hasattr(value, "__index__"):
        number = operator.index(value)
        if number >= 0:
            return number
    raise CallError(
        f"{name} 须为不小于 0 的整数: 读到 {value!r}",
        f"{name} is a whole number of 0 or more: read {value!r}",
    )
