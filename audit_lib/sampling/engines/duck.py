"""Parquet files, with DuckDB inside this process; what exceeds its memory goes to the disk."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it ships no stubs
import pyarrow.compute as pc  # type: ignore[import-untyped]

from audit_lib.intake.databases import import_driver, reading
from audit_lib.sampling.engines.queries import BATCH, DOUBTFUL, TWICE
from audit_lib.sampling.tickets import LONGEST_ID

MEMORY = "2GB"
"""What DuckDB may hold at once; with the hashes of 10^8 units the whole stays below 4 GB."""

_PLAIN = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ._/-"


class Duck:
    """The rows of Parquet files."""

    strata = "shipped"
    ticket = "sha256('{seed},' || f.unit_id)"
    matches = "regexp_matches(unit_id, '{pattern}')"

    def __init__(self, connection: Any, path: str) -> None:
        self._connection = connection
        self.frame = "read_parquet('" + path.replace("'", "''") + "')"

    def text_columns(self) -> set[str]:
        """Return the columns of type VARCHAR."""
        described = self._connection.sql(f"DESCRIBE SELECT * FROM {self.frame}").fetchall()
        return {name for name, kind, *_ in described if kind == "VARCHAR"}

    def rows(self, query: str, strata: pa.Table | None = None) -> Iterator[pa.RecordBatch]:
        """Yield what a query finds."""
        if strata is not None:
            self._connection.register(self.strata, strata)
        yield from self._connection.sql(query).to_arrow_reader(BATCH)

    def suspicions(self, units: int) -> list[str]:
        """Look once at the bytes and 64-bit hashes of all ids: a third of the time of both questions.

        What stands twice has equal hashes; the other way round, the question decides.
        """
        hashes = np.zeros(units, dtype=np.uint64)
        filled, plain = 0, True
        for batch in self.rows(f"SELECT unit_id, hash(unit_id) AS h FROM {self.frame}"):
            hashes[filled : filled + len(batch)] = batch.column("h").to_numpy()
            filled += len(batch)
            plain = plain and _is_plain(batch.column("unit_id"))
        hashes.sort()
        repeated = bool((hashes[1:] == hashes[:-1]).any())
        return [DOUBTFUL] * (not plain) + [TWICE] * repeated


def _is_plain(ids: pa.Array) -> bool:
    """Return whether all ids are surely canonical: present, of 1 to 64 bytes, all of them plain."""
    length = pc.min_max(pc.binary_length(ids)).as_py()
    letters = ids.buffers()[2].to_pybytes() if length["min"] else b"?"
    return not ids.null_count and length["max"] <= LONGEST_ID and not letters.translate(None, _PLAIN)


@contextlib.contextmanager
def open_duck(url: str) -> Iterator[Duck]:
    """Open ``parquet:PATH_OR_GLOB``."""
    duckdb = import_driver("duckdb")
    with (
        tempfile.TemporaryDirectory() as spill,
        reading(url, duckdb.Error),
        duckdb.connect(
            config={
                "memory_limit": MEMORY,
                "temp_directory": spill,
                "preserve_insertion_order": "false",
                "autoinstall_known_extensions": "false",
            }
        ) as connection,
    ):
        yield Duck(connection, url.partition(":")[2])
