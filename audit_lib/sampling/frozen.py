"""The frozen frame: its digests and its files.

Stratum digest: SHA-256 of the stratum's ids, sorted by code point and joined by a newline.
Frame digest: the same of the lines ``stratum,N_h,digest_h``. So a county can check its own
part alone. Where chances are unequal, they are frozen with the units and have a digest of
their own. Source: docs/method.md, chapter 3.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import InputError
from audit_lib.files import sha256_bytes
from audit_lib.sampling.draw import check_frame

FRAME_COLUMNS = ("unit_id", "unit_name", "city", "county", "stratum", "chance")


@dataclass(frozen=True, slots=True)
class FrozenStratum:
    """One stratum: its N units, and the digest of their ids."""

    key: str
    N: int
    digest: str


def freeze(frame: pd.DataFrame) -> tuple[FrozenStratum, ...]:
    """Return size and digest of each stratum.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum]

    Returns
    -------
    tuple of FrozenStratum   sorted by stratum key

    Raises
    ------
    FrameError   as `draw`

    >>> freeze(pd.DataFrame({"unit_id": ["B", "A"], "stratum": "x"}))[0].digest == sha256_bytes(b"A\\nB")
    True
    """
    check_frame(frame)
    rows = frame[["unit_id", "stratum"]].astype("str").sort_values(["stratum", "unit_id"])
    return tuple(
        FrozenStratum(str(key), len(ids), sha256_bytes("\n".join(ids).encode()))
        for key, ids in rows.groupby("stratum", sort=True)["unit_id"]
    )


def frame_digest(strata: Sequence[FrozenStratum]) -> str:
    """Return the digest of a whole frame from its frozen strata, as `freeze` sorts them."""
    return sha256_bytes(
        "\n".join(f"{stratum.key},{stratum.N},{stratum.digest}" for stratum in strata).encode()
    )


def chances_digest(frame: pd.DataFrame) -> str | None:
    """Return the digest of unequal chances, lines ``unit_id,chance`` sorted by id; None without them."""
    if "chance" not in frame:
        return None
    rows = frozen_rows(frame)
    return sha256_bytes("\n".join(rows["unit_id"] + "," + rows["chance"]).encode())


def read_frame(data: bytes, *, name: str) -> pd.DataFrame:
    """Return a frozen frame from the bytes of ``frame.parquet`` or ``frame.csv``; all text.

    Raises
    ------
    InputError   the bytes are not such a file
    """
    try:
        if name.endswith(".csv"):
            rows = pd.read_csv(io.BytesIO(data), dtype="str", keep_default_na=False, encoding="utf-8")
        else:
            rows = pd.read_parquet(io.BytesIO(data))
        return rows[[column for column in FRAME_COLUMNS if column in rows]].astype("str")
    except (OSError, ValueError, TypeError, NotImplementedError, KeyError) as error:
        raise InputError(f"{name} 不是抽样框文件", f"{name} is not a frame") from error


def frame_csv(frame: pd.DataFrame) -> bytes:
    """Return ids, strata and unequal chances as CSV, sorted by id, for the verification page."""
    rows = frozen_rows(frame)
    rows = rows[[column for column in ("unit_id", "stratum", "chance") if column in rows]]
    return rows.to_csv(index=False, lineterminator="\n").encode("utf-8")


def frozen_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a frame as they are frozen: known columns, text, sorted by id."""
    columns = [column for column in FRAME_COLUMNS if column in frame]
    return frame[columns].astype("str").sort_values("unit_id", ignore_index=True)
