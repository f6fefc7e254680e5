"""The draw where the data lies: the same units, ranks and tickets as `draw`, on any engine.

Two scans. The first counts the strata; from the counts Python computes, exactly, up to which
ticket each stratum is to be kept: so far that the units due are there with all but certainty.
The second hashes every unit and keeps those. Were it too few somewhere, the cut is widened
and the scan repeated, so chance touches only the time that a draw takes.
Source: Rivest, consistent sampling.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no stubs
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from audit_lib.errors import CallError, DrawError, FrameError
from audit_lib.files import replacing
from audit_lib.sampling.draw import Numbers, check_numbers, numbers_by_stratum, refuse_repeated
from audit_lib.sampling.engines.duck import open_duck
from audit_lib.sampling.engines.postgres import open_postgres
from audit_lib.sampling.engines.queries import COUNT, DOUBTFUL, KEEP, SORT, STRATA, TWICE, Engine, ask
from audit_lib.sampling.engines.spark import open_spark
from audit_lib.sampling.frozen import FrozenStratum
from audit_lib.sampling.strata import check_keys
from audit_lib.sampling.tickets import check_ids, check_seed, ticket

SLACK = (6, 20)
"""Kept beyond the k units due: 6 sqrt(k) + 20. The number of tickets below a cut has a standard
deviation of less than sqrt(k), so a stratum falls short once in a thousand million draws."""

_OPENERS: dict[str, Callable[[str], AbstractContextManager[Engine]]] = {
    "parquet": open_duck,
    "postgresql": open_postgres,
    "spark": open_spark,
}
_LAST = 1 << 256
_AT_ONCE = 100_000
_Taken = TypeVar("_Taken")
_DRAWN = pa.schema(
    [
        ("unit_id", pa.string()),
        ("stratum", pa.string()),
        ("ticket", pa.string()),
        ("rank", pa.int64()),
        ("drawn", pa.bool_()),
    ]
)


def count_source(url: str) -> pd.Series[int]:
    """Return N by stratum of a table where it lies, sorted by stratum key.

    Parameters
    ----------
    url : ``parquet:PATH_OR_GLOB``, ``postgresql://[USER@]HOST[:PORT]/DB?table=[SCHEMA.]T`` with the
        password in PGPASSWORD, or ``spark:PATH_OR_TABLE``; text columns unit_id and stratum

    Raises
    ------
    CallError    not such a URL, or the driver is not installed
    InputError   the table cannot be read
    FrameError   a column is missing or not text, or a stratum key cannot be used
    """
    with open_source(url) as engine:
        N = _count(engine)
    index = pd.Index(list(N), name="stratum", dtype="str")
    return pd.Series(list(N.values()), index=index, name="N", dtype="int64")


def freeze_source(url: str) -> tuple[FrozenStratum, ...]:
    """Return size and digest of each stratum, as `freeze` does: the engine sorts, Python hashes.

    Raises
    ------
    CallError, InputError   as `count_source`
    FrameError   as `draw`
    """
    with open_source(url) as engine:
        N = _count(engine)
        _check_units(engine, sum(N.values()))
        hashes = [hashlib.sha256() for _ in N]
        seen = np.zeros(len(N), dtype=np.int64)
        for batch in ask(engine, SORT, strata=_ship(dict.fromkeys(N, _cut(1, 1)))):
            codes, ids = batch.column("code").to_numpy(), batch.column("unit_id").to_pylist()
            for code in np.unique(codes):
                start, end = np.searchsorted(codes, [code, code + 1])
                hashes[code].update(("\n" * bool(seen[code]) + "\n".join(ids[start:end])).encode())
                seen[code] += end - start
    return tuple(
        FrozenStratum(key, size, digest.hexdigest())
        for (key, size), digest in zip(N.items(), hashes, strict=True)
    )


def draw_source(
    url: str, n: Numbers, *, seed: str, reserves: int | Numbers = 0, out: Path | str | None = None
) -> pd.DataFrame | None:
    """Return what `draw` returns for the frame that lies at a URL, or write it to a Parquet file.

    Parameters
    ----------
    url, n, seed, reserves : as `count_source` and `draw`
    out : path of a Parquet file for the rows, which then need not fit into memory

    Returns
    -------
    DataFrame[unit_id, stratum, ticket, rank, drawn]   sorted by stratum and rank; None with ``out``

    Raises
    ------
    CallError, InputError   as `count_source`
    FrameError, AllocationError, DrawError   as `draw`
    WriteError   ``out`` cannot be written
    """
    check_seed(seed)
    with open_source(url) as engine:
        N = _count(engine)
        n_h = numbers_by_stratum(n, "n")
        check_numbers(n_h, N)
        r_h = numbers_by_stratum(reserves, "reserves", strata=n_h)
        _check_units(engine, sum(N.values()))
        order = _Order(
            list(N),
            [min(n_h[key] + r_h[key], size) for key, size in N.items()],
            [n_h[key] for key in N],
            list(N.values()),
        )
        if out is None:
            return _until_enough(engine, order, seed, _collect)
        _until_enough(engine, order, seed, functools.partial(_write, Path(out)))
        return None


@contextlib.contextmanager
def open_source(url: str) -> Iterator[Engine]:
    """Open the table that a URL names, once its columns are seen to be there."""
    kind, _, place = url.partition(":")
    if kind not in _OPENERS or not place:
        raise CallError(
            f"数据地址须以 parquet:、postgresql:// 或 spark: 开头: 读到“{url}”",
            f'a source begins with parquet:, postgresql:// or spark: - read "{url}"',
        )
    with _OPENERS[kind](url) as engine:
        missing = "、".join(name for name in ("unit_id", "stratum") if name not in engine.text_columns())
        if missing:
            raise FrameError(f"{url} 没有文本列: {missing}", f"{url} has no text column: {missing}")
        yield engine


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be drawn; one entry per stratum, sorted by key."""

    keys: list[str]
    due: list[int]
    """Units to rank: those to draw and their reserves."""
    n: list[int]
    N: list[int]


class _TooFewError(Exception):
    """A cut was too low: the strata, by number."""

    def __init__(self, strata: list[int]) -> None:
        super().__init__(strata)
        self.strata = strata


def _count(engine: Engine) -> dict[str, int]:
    rows = [row for batch in ask(engine, COUNT) for row in batch.to_pylist()]
    check_keys([row["stratum"] for row in rows])
    return {row["stratum"]: row["n"] for row in sorted(rows, key=operator.itemgetter("stratum"))}


def _check_units(engine: Engine, units: int) -> None:
    """Refuse what `check_frame` refuses; of very many, the message counts the first 100,000."""
    suspicions = engine.suspicions(units)
    doubtful = _names(engine, DOUBTFUL) if DOUBTFUL in suspicions else iter(())
    while some := list(islice(doubtful, _AT_ONCE)):
        check_ids(some)
    if TWICE in suspicions:
        refuse_repeated(list(islice(_names(engine, TWICE), _AT_ONCE)))


def _names(engine: Engine, query: str) -> Iterator[str]:
    return (name for batch in ask(engine, query) for name in batch.column("unit_id").to_pylist())


def _ship(cuts: Mapping[str, str]) -> pa.Table:
    """Return the table that goes to the engine; a stratum of which nothing is wanted stays away."""
    rows = enumerate(cuts.items())
    return pa.Table.from_pylist(
        [{"stratum": key, "code": code, "cut": cut} for code, (key, cut) in rows if cut], STRATA
    )


def _until_enough(
    engine: Engine, order: _Order, seed: str, take: Callable[[Iterator[pa.RecordBatch]], _Taken]
) -> _Taken:
    """Hand the ranked rows to ``take``; begin again with wider cuts where a stratum fell short."""
    wanted = [k + SLACK[0] * math.isqrt(k) + SLACK[1] if k else 0 for k in order.due]
    while True:
        try:
            return take(_rank(engine, order, seed, wanted))
        except _TooFewError as short:
            if any(wanted[h] >= order.N[h] for h in short.strata):
                raise DrawError(
                    "数据在抽样期间有变动, 请冻结后重抽",
                    "the table changed while it was drawn from; freeze it",
                ) from None
            for h in short.strata:
                wanted[h] += wanted[h] + 1


def _rank(engine: Engine, order: _Order, seed: str, wanted: Sequence[int]) -> Iterator[pa.RecordBatch]:
    """Yield drawn units and reserves, ranked by their full tickets, in the order of the engine."""
    shipped = _ship(dict(zip(order.keys, map(_cut, wanted, order.N), strict=True)))
    keys, due, n = pa.array(order.keys, pa.string()), np.array(order.due), np.array(order.n)
    seen = np.zeros(len(keys), dtype=np.int64)
    for batch in ask(engine, KEEP, strata=shipped, seed=seed) if len(shipped) else ():
        codes = batch.column("code").to_numpy()
        _check_ticket(seed, batch)
        rank = seen[codes] + np.arange(1, len(codes) + 1) - np.searchsorted(codes, codes)
        seen += np.bincount(codes, minlength=len(seen))
        columns = [batch.column("unit_id"), keys.take(batch.column("code")), batch.column("ticket")]
        columns += [pa.array(rank), pa.array(rank <= n[codes])]
        yield pa.RecordBatch.from_arrays(columns, schema=_DRAWN).filter(pa.array(rank <= due[codes]))
    short = np.flatnonzero(seen < due).tolist()
    if short:
        raise _TooFewError(short)


def _cut(wanted: int, N: int) -> str:
    """Return the ticket below which about ``wanted`` of N units lie; nothing where none is wanted.

    >>> _cut(1, 4)[:4], _cut(4, 4)[:4], _cut(0, 4)
    ('4000', 'ffff', '')
    """
    return f"{min(_LAST * wanted // N, _LAST - 1):064x}" if wanted else ""


def _check_ticket(seed: str, batch: pa.RecordBatch) -> None:
    """One unit of each batch is hashed here too: an engine that encodes text otherwise would go unseen."""
    for row in batch.slice(0, 1).to_pylist():
        if ticket(seed, row["unit_id"]) != row["ticket"]:
            raise DrawError(
                f"数据引擎算出的签号不对: “{row['unit_id']}”",
                f'the engine gives another ticket for "{row["unit_id"]}"',
            )


def _collect(rows: Iterator[pa.RecordBatch]) -> pd.DataFrame:
    drawn: pd.DataFrame = pa.Table.from_batches(rows, _DRAWN).to_pandas()
    return drawn


def _write(out: Path, rows: Iterator[pa.RecordBatch]) -> None:
    with replacing(out) as part, pq.ParquetWriter(part, _DRAWN, use_dictionary=["stratum"]) as file:
        for batch in rows:
            file.write_batch(batch)
