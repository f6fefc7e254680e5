"""The frame: which units a draw is made from, each in its stratum.

A stratum is ``area|group`` of one kind of units in one county (or one city, for a draw too
small to reach every county). Groups too small to carry a variance are merged inside their
area: a county's 20% spread over nine tiny strata would leave most of them empty.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Literal

import pandas as pd

from audit_lib.errors import CallError, FrameError
from audit_lib.sampling.draw import check_frame

OTHER_GROUP = "其他"
"""Group of a unit whose type is missing or in no group: a bad cell must not lose a unit."""

CHECKED = "抽检过"
"""Third part of the key of strata that the city has checked already."""

KEY = "重点监控"
"""Third part of the key of strata of key monitored units, where a draw takes them whole."""

_SHOWN = 3


def build_frame(
    units: pd.DataFrame,
    passes: pd.DataFrame,
    *,
    type_groups: Mapping[str, str],
    merge_order: Sequence[str],
    smallest: int = 10,
    checked: Collection[str] | None = None,
    key: Collection[str] = (),
    within: Literal["county", "city"] = "county",
    batch: str | None = None,
    earlier: Collection[str] = (),
) -> pd.DataFrame:
    """Return the units to draw from, each with its stratum.

    Parameters
    ----------
    units : DataFrame[unit_id, city, county, unit_type, (unit_name)]   one row per unit; a unit
        without county stands under its city's name
    passes : DataFrame[unit_id, batch]   from `county_passes`; units not in the roster are left to
        the rules on records, which name them
    type_groups : group by beginning of the unit type; the longest beginning wins
    merge_order : groups in the order in which neighbours merge
    smallest : strata below this size are merged, until they reach it or their area is one stratum
    checked : units that the city has checked; they make strata of their own
    key : units that are taken whole; they make strata of their own, checked or not
    within : the area that strata never cross
    batch : only the units of this cut-off
    earlier : units in the frozen frame of an earlier batch, left out here

    Returns
    -------
    DataFrame[unit_id, unit_name, city, county, stratum]   sorted by unit_id

    Raises
    ------
    FrameError   a unit has no city, stands twice, or cannot be in a frame

    >>> units = pd.DataFrame({"unit_id": ["1", "2", "3"], "city": "A", "county": "a",
    ...                       "unit_type": ["A100", "D600", "D6"]})
    >>> passes = pd.DataFrame({"unit_id": ["1", "2", "3"], "batch": "2014-03-10"})
    >>> build_frame(units, passes, type_groups={"A": "医院", "D": "诊所", "D6": "村卫生室"},
    ...             merge_order=["村卫生室", "医院"], smallest=2)["stratum"].tolist()
    ['a|村卫生室+医院', 'a|村卫生室+医院', 'a|村卫生室+医院']
    """
    if within not in ("county", "city"):
        raise CallError(
            f"within 只能是 county 或 city: 读到 {within!r}", f"within is county or city: read {within!r}"
        )
    chosen = passes if batch is None else passes[passes["batch"] == batch]
    kept = units["unit_id"].isin(chosen["unit_id"]) & ~units["unit_id"].isin(list(earlier))
    rows = _fill_areas(units[kept].sort_values("unit_id", ignore_index=True))
    rows["part"] = ""
    rows.loc[rows["unit_id"].isin(list(checked or ())), "part"] = f"|{CHECKED}"
    rows.loc[rows["unit_id"].isin(list(key)), "part"] = f"|{KEY}"
    rows["group"] = _group(rows["unit_type"], type_groups)
    rows["stratum"] = _stratum(rows, within, merge_order, smallest)
    frame = rows[["unit_id", "unit_name", "city", "county", "stratum"]].astype("str")
    check_frame(frame)
    return frame


def _fill_areas(rows: pd.DataFrame) -> pd.DataFrame:
    lost = rows.loc[rows["city"].isna(), "unit_id"]
    if len(lost):
        shown = "、".join(map(str, lost[:_SHOWN]))
        raise FrameError(f"{len(lost)} 个单位没有市州: {shown}", f"{len(lost)} units have no city: {shown}")
    name = rows["unit_name"].fillna("") if "unit_name" in rows else ""
    return rows.assign(unit_name=name, county=rows["county"].fillna(rows["city"]))


def _group(unit_type: pd.Series[str], type_groups: Mapping[str, str]) -> pd.Series[str]:
    starts = sorted(type_groups, key=len, reverse=True)
    kinds = {
        kind: next((type_groups[start] for start in starts if str(kind).startswith(start)), OTHER_GROUP)
        for kind in unit_type.dropna().unique()
    }
    return unit_type.map(kinds).fillna(OTHER_GROUP).astype("str")


def _stratum(rows: pd.DataFrame, within: str, merge_order: Sequence[str], smallest: int) -> pd.Series[str]:
    """Merge the groups of each area, its checked and unchecked units apart, and name the result."""
    names: dict[tuple[Hashable, ...], str] = {}
    for (city, area, part), kinds in rows.groupby(["city", within, "part"], sort=True)["group"]:
        sizes = {str(group): int(size) for group, size in kinds.value_counts().items()}
        merged = merge_groups(sizes, order=merge_order, smallest=smallest)
        names |= {(city, area, part, group): f"{area}|{name}{part}" for group, name in merged.items()}
    places = zip(rows["city"], rows[within], rows["part"], rows["group"], strict=True)
    strata = pd.Series([names[place] for place in places], index=rows.index, dtype="str")
    _refuse_shared(strata, rows["city"])
    return strata


def merge_groups(sizes: Mapping[str, int], *, order: Sequence[str], smallest: int) -> dict[str, str]:
    """Return for each group the name of the merged group that it ends up in.

    The first group below ``smallest`` joins the next one in the order (the last one joins the
    one before), again and again. Groups that the order does not name follow it by name.

    >>> merge_groups({"a": 4, "b": 20, "c": 7, "d": 30}, order=["a", "b", "c", "d"], smallest=10)
    {'a': 'a+b', 'b': 'a+b', 'c': 'c+d', 'd': 'c+d'}
    """
    known = [group for group in order if group in sizes]
    parts = [[group] for group in known + sorted(set(sizes) - set(known))]

    def small() -> int | None:
        counts = (sum(sizes[group] for group in part) for part in parts)
        return next((place for place, count in enumerate(counts) if count < smallest), None)

    while len(parts) > 1 and (place := small()) is not None:
        first = min(place, len(parts) - 2)
        parts[first : first + 2] = [parts[first] + parts[first + 1]]
    return {group: "+".join(part) for part in parts for group in part}


def _refuse_shared(strata: pd.Series[str], city: pd.Series[str]) -> None:
    """Two cities with a county of one name would silently share its strata."""
    cities = city.groupby(strata).nunique()
    shared = sorted(cities[cities > 1].index)
    if shared:
        shown = "、".join(shared[:_SHOWN])
        raise FrameError(
            f"{len(shared)} 个层分属不同的市(县名重复, 请用区划代码): {shown}",
            f"{len(shared)} strata lie in several cities (counties of one name; use codes): {shown}",
        )
