"""The draw itself: per stratum the units with the smallest tickets."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from audit_lib.errors import AllocationError, CallError, FrameError
from audit_lib.sampling.strata import check_keys
from audit_lib.sampling.tickets import check_ids, check_seed, tickets

_SHOWN = 3

Numbers = Mapping[str, int] | pd.Series


def draw(frame: pd.DataFrame, n: Numbers, *, seed: str, reserves: int | Numbers = 0) -> pd.DataFrame:
    """Return the units drawn and their ordered reserves.

    Inside each stratum units stand in the order of their tickets; the first n_h are drawn,
    the next r_h are reserves (fewer where the stratum ends). The order of rows of ``frame``
    changes nothing, and a larger n_h keeps every unit already drawn.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum]   canonical ids, each once; other columns are left aside
    n : units to draw by stratum, for every stratum of the frame and no other
    seed : 16 to 128 characters of ``[0-9A-Za-z._-]``
    reserves : per stratum, or one number for all

    Returns
    -------
    DataFrame[unit_id, stratum, ticket, rank, drawn]   sorted by stratum and rank (from 1)

    Raises
    ------
    FrameError        an id or a stratum key that cannot be used, or a unit that stands twice
    AllocationError   n_h > N_h, a stratum without n_h, or an n_h without stratum
    DrawError         the seed cannot be one

    >>> frame = pd.DataFrame({"unit_id": ["220102A0001", "220102A0002"], "stratum": "x"})
    >>> draw(frame, {"x": 1}, seed="20140309-0123456789")[["unit_id", "rank", "drawn"]].values.tolist()
    [['220102A0002', 1, True]]
    """
    check_seed(seed)
    check_frame(frame)
    sizes = {str(key): int(size) for key, size in frame["stratum"].value_counts().items()}
    n_h = numbers_by_stratum(n, "n")
    check_numbers(n_h, sizes)
    r_h = numbers_by_stratum(reserves, "reserves", strata=n_h)
    order = rank_units(frame, seed=seed)
    due = order["stratum"].map(n_h)
    order["drawn"] = order["rank"] <= due
    return order[order["rank"] <= due + order["stratum"].map(r_h)].reset_index(drop=True)


def rank_units(frame: pd.DataFrame, *, seed: str) -> pd.DataFrame:
    """Return every unit of the frame with its ticket and its rank inside the stratum.

    Returns
    -------
    DataFrame[unit_id, stratum, ticket, rank]   sorted by stratum and rank
    """
    order = frame.loc[:, ["unit_id", "stratum"]].astype("str")
    order["ticket"] = pd.Series(tickets(seed, order["unit_id"]), index=order.index, dtype="str")
    order = order.sort_values(["stratum", "ticket"], ignore_index=True)
    order["rank"] = order.groupby("stratum", sort=False).cumcount() + 1
    return order


def check_frame(frame: pd.DataFrame) -> None:
    """Refuse a frame that cannot be drawn from: a column missing, a unit twice, a bad key.

    Raises
    ------
    CallError    a column is missing
    FrameError   a unit stands twice, is not canonical text, or its stratum key cannot be used
    """
    missing = [column for column in ("unit_id", "stratum") if column not in frame]
    if missing:
        raise CallError(
            f"抽样框缺少列: {'、'.join(missing)}", f"the frame lacks columns: {', '.join(missing)}"
        )
    check_ids(frame["unit_id"])
    check_keys(frame["stratum"].unique())
    refuse_repeated(sorted(frame.loc[frame["unit_id"].duplicated(), "unit_id"].unique()))


def refuse_repeated(twice: Sequence[str]) -> None:
    """Name the units that stand twice, if there are any.

    Raises
    ------
    FrameError   there are
    """
    if twice:
        shown = "、".join(twice[:_SHOWN])
        raise FrameError(
            f"抽样框中有 {len(twice)} 个单位编号重复: {shown}",
            f"{len(twice)} unit identifiers stand twice in the frame: {shown}",
        )


def numbers_by_stratum(
    values: int | Numbers, name: str, *, strata: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return whole numbers by stratum; one number stands for every stratum of ``strata``."""
    if isinstance(values, Mapping | pd.Series):
        pairs: dict[Any, Any] = dict(values.items())
        if len(pairs) != len(values):
            raise CallError(f"{name} 中有的层出现多次", f"{name} names a stratum more than once")
        pairs = pairs if strata is None else dict.fromkeys(strata, 0) | pairs
    else:
        pairs = dict.fromkeys(strata or (), values)
    for key, value in pairs.items():
        if isinstance(value, bool) or not hasattr(value, "__index__") or value < 0:
            raise CallError(
                f"{name} 须为不小于 0 的整数: 层“{key}”读到 {value!r}",
                f'{name} is a whole number of 0 or more: stratum "{key}" has {value!r}',
            )
    return {str(key): operator.index(value) for key, value in pairs.items()}


def check_numbers(n: Mapping[str, int], sizes: Mapping[str, int]) -> None:
    """A stratum forgotten, or more than there is, would be a silent wrong number later."""
    absent = sorted(set(sizes) - set(n))
    unknown = sorted(key for key in set(n) - set(sizes) if n[key])
    over = sorted(key for key in sizes if n.get(key, 0) > sizes[key])
    for keys, zh, en in (
        (absent, "个层没有抽样数", "strata have no number to draw"),
        (unknown, "个层不在抽样框中", "strata are not in the frame"),
        (over, "个层的抽样数大于层内单位数", "strata are to give more units than they have"),
    ):
        if keys:
            shown = "、".join(f"{key}({n.get(key, '—')}/{sizes.get(key, 0)})" for key in keys[:_SHOWN])
            raise AllocationError(f"{len(keys)} {zh}: {shown}", f"{len(keys)} {en}: {shown}")
