"""Where: the areas of the made-up province and how many units of which kind stand in each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.demo.stock import Floats, Whole, share_out, stock
from audit_lib.errors import CallError

COMMITTEE = "GLW000"
"""The management-committee area; it is the city of the planted quota, so its size is fixed."""

CUT_OFF_BY_SNOW = "990381"
"""The own city that the province's teams could not reach before the campaign was over."""

PASSED_THERE = 401
CHECKED_THERE = 80
"""20% of 401 is 80.2: 80 are one too few, and rounding would hide it."""

NOT_PASSED_THERE = 19
ZONE_SIZE = (PASSED_THERE + NOT_PASSED_THERE) // 3

LEAST = {"C220": 1, "D600": 2, "D211": 1}
"""What the smallest county has: planted faults need a unit of their own there."""

LEAST_UNITS = 750


def read_areas() -> pd.DataFrame:
    """Return the areas as they are handed over, columns as in the shipped division table."""
    return stock("counties")[["code", "name", "level", "parent_code", "own_city", "notes"]]


def read_counties() -> pd.DataFrame:
    """Return the 72 county-level areas with their city and the weights of their size.

    Returns
    -------
    DataFrame[code, name, level, city, towns, villages, urban]   sorted by code; a county that is
        its own city has its own code as city
    """
    rows = stock("counties")
    rows = rows[rows["level"].isin(["county", "county-equivalent", "development-zone"])]
    rows = rows.assign(city=rows["parent_code"].where(rows["own_city"] != "yes", rows["code"]))
    numbers = rows[["towns", "villages", "urban"]].astype("int64")
    return rows[["code", "name", "level", "city"]].join(numbers).sort_values("code", ignore_index=True)


def count_units(counties: pd.DataFrame, units: int) -> pd.DataFrame:
    """Return how many units of each type each county has; they add up to ``units``.

    Returns
    -------
    DataFrame[county, unit_type, count]   sorted by county and type

    Raises
    ------
    CallError   too few units to give each county what the planted faults need
    """
    if units < LEAST_UNITS:
        raise CallError(
            f"演示数据至少需要 {LEAST_UNITS} 个单位(--units {units}): 每个县都要有, 另有一个市合格 401 家",
            f"the demo needs at least {LEAST_UNITS} units (--units {units}): "
            "every county has some, and one city passed 401",
        )
    kinds = stock("kinds")
    fixed = counties["city"] == COMMITTEE
    parts = [_count_zones(counties[fixed], kinds)]
    rest = units - ZONE_SIZE * int(fixed.sum())
    parts.append(_count_rest(counties[~fixed].reset_index(drop=True), kinds, rest))
    counts = pd.concat(parts)
    return counts.sort_values(["county", "unit_type"], ignore_index=True)


def _count_zones(zones: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    of_zone = share_out(ZONE_SIZE, kinds["per_20000"].astype("float64").to_numpy())
    return pd.concat(
        pd.DataFrame({"county": code, "unit_type": kinds["unit_type"], "count": of_zone})
        for code in zones["code"]
    )


def _count_rest(counties: pd.DataFrame, kinds: pd.DataFrame, units: int) -> pd.DataFrame:
    base = kinds["unit_type"].map(LEAST).fillna(0).to_numpy(dtype=np.int64)
    wanted: Whole = share_out(units, kinds["per_20000"].astype("float64").to_numpy())
    above = np.maximum(wanted - base * len(counties), 0).astype(np.float64)
    extra = share_out(units - int(base.sum()) * len(counties), above)
    weights = _weights(counties)
    return pd.concat(
        pd.DataFrame(
            {
                "county": counties["code"],
                "unit_type": kind,
                "count": share_out(int(more), weights[by]) + least,
            }
        )
        for kind, by, more, least in zip(kinds["unit_type"], kinds["weight"], extra, base, strict=True)
    )


def _weights(counties: pd.DataFrame) -> dict[str, Floats]:
    number = {word: counties[word].to_numpy(dtype=np.float64) for word in ("towns", "villages", "urban")}
    even = (counties["level"] == "county").to_numpy(dtype=np.float64)
    return number | {"even": even, "people": 2 * number["towns"] + 4 * number["urban"]}
