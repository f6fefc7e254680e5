"""Strata: their keys, their sizes, and the checks both must pass before anything is counted."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import pandas as pd

from audit_lib.errors import AllocationError, CallError, FrameError

SIZES = ("city", "county", "stratum", "N")
_SHOWN = 3


def count_strata(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sizes of a frame's strata; one that crosses counties stands under its city.

    Parameters
    ----------
    frame : DataFrame[unit_id, city, county, stratum]   one row per unit

    Returns
    -------
    DataFrame[city, county, stratum, N]   sorted by stratum key

    >>> frame = pd.DataFrame({"unit_id": ["1", "2"], "city": "A", "county": "a", "stratum": "a|x"})
    >>> count_strata(frame).to_dict("records")
    [{'city': 'A', 'county': 'a', 'stratum': 'a|x', 'N': 2}]
    """
    crossing = frame.groupby("stratum")["county"].transform("nunique") > 1
    rows = frame.assign(county=frame["county"].mask(crossing, frame["city"]))
    sizes = rows.groupby(["city", "county", "stratum"], sort=True).size().rename("N").reset_index()
    return sizes.sort_values("stratum", kind="stable", ignore_index=True)


def check_keys(keys: Iterable[object]) -> None:
    """Refuse stratum keys that would break a line of a digest.

    Raises
    ------
    FrameError   not text, empty, or with a comma or control character
    """
    wrong = [key for key in keys if not _is_key(key)]
    if wrong:
        shown = "、".join(ascii(key) for key in wrong[:_SHOWN])
        raise FrameError(
            f"{len(wrong)} 个层的名称不能用(须为文本, 不含逗号和控制字符): {shown}",
            f"{len(wrong)} stratum keys cannot be used (text without comma or control character): {shown}",
        )


def check_strata(sizes: pd.DataFrame) -> pd.DataFrame:
    """Return the sizes of strata sorted by key, with N as whole numbers.

    Raises
    ------
    CallError         a column is missing
    FrameError        a key cannot be used
    AllocationError   a stratum stands twice, has no city or county, or N is not a count
    """
    missing = [column for column in SIZES if column not in sizes]
    if missing:
        raise CallError(f"层的表缺少列: {'、'.join(missing)}", f"sizes lack columns: {', '.join(missing)}")
    check_keys(sizes["stratum"])
    N = pd.to_numeric(sizes["N"], errors="coerce")
    refused = {
        ("重复", "standing twice"): sizes["stratum"].duplicated(keep=False),
        ("没有市或县", "without city or county"): sizes[["city", "county"]].isna().any(axis=1),
        ("N 不是不小于 0 的整数", "whose N is not a whole number of 0 or more"): ~((N >= 0) & (N % 1 == 0)),
    }
    for (zh, en), wrong in refused.items():
        if wrong.any():
            shown = "、".join(sorted({str(key) for key in sizes.loc[wrong, "stratum"]})[:_SHOWN])
            raise AllocationError(f"{wrong.sum()} 个层{zh}: {shown}", f"{wrong.sum()} strata {en}: {shown}")
    rows = sizes[["city", "county", "stratum"]].astype("str").assign(N=N.astype("int64"))
    return rows.sort_values("stratum", kind="stable", ignore_index=True)


def _is_key(key: object) -> bool:
    return (
        isinstance(key, str)
        and key != ""
        and "," not in key
        and not any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in key)
    )
