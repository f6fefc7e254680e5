"""A table of Spark, or files it reads: the session of the submitted job, or a local one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no stubs

from audit_lib.intake.databases import open_spark_table
from audit_lib.sampling.engines.queries import DOUBTFUL, TWICE, pack


class Spark:
    """The rows of a temporary view; texts compare by their UTF-8 bytes, so by code point."""

    frame = "audit_frame"
    strata = "audit_strata"
    ticket = "sha2('{seed},' || f.unit_id, 256)"
    matches = "unit_id RLIKE '{pattern}'"

    def __init__(self, session: Any, table: Any) -> None:
        self._session = session
        self._table = table
        table.createOrReplaceTempView(self.frame)

    def text_columns(self) -> set[str]:
        """Return the columns of type string."""
        return {name for name, kind in self._table.dtypes if kind == "string"}

    def rows(self, query: str, strata: pa.Table | None = None) -> Iterator[pa.RecordBatch]:
        """Yield what a query finds, partition by partition; the workers need no Python for it."""
        if strata is not None:
            self._session.createDataFrame(strata).createOrReplaceTempView(self.strata)
        found = self._session.sql(query)
        return pack(found.columns, found.toLocalIterator(prefetchPartitions=True))

    def suspicions(self, units: int) -> list[str]:
        """The cluster looks itself: nothing about 10^8 units is brought to one machine."""
        return [DOUBTFUL, TWICE]


@contextlib.contextmanager
def open_spark(url: str) -> Iterator[Spark]:
    """Open ``spark:PATH_OR_TABLE``; what holds a slash or ends in .parquet is a path."""
    with open_spark_table(url) as (session, table):
        yield Spark(session, table)
