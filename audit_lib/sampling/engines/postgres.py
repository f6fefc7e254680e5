"""A table of PostgreSQL, read in one transaction so that every scan sees the same rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no stubs

from audit_lib.intake.databases import open_postgres_table
from audit_lib.sampling.engines.queries import DOUBTFUL, TWICE, pack

_TEXT_TYPES = {25, 1043}
"""Type numbers of text and varchar; char(n) is none, because it pads what it holds."""


class Postgres:
    """The rows of one table or view; the collation "C" compares by code point."""

    strata = """(
        SELECT stratum COLLATE "C" AS stratum, code, cut COLLATE "C" AS cut
        FROM unnest(%s::text[], %s::int[], %s::text[]) AS shipped(stratum, code, cut))"""
    ticket = """encode(sha256(convert_to('{seed},' || f.unit_id, 'UTF8')), 'hex') COLLATE "C\""""
    matches = "unit_id ~ '{pattern}'"

    def __init__(self, connection: Any, table: str) -> None:
        self._connection = connection
        self._table = table
        self.frame = (
            f'(SELECT unit_id COLLATE "C" AS unit_id, stratum COLLATE "C" AS stratum FROM {self._table})'
        )

    def text_columns(self) -> set[str]:
        """Return the columns of type text or varchar."""
        columns = self._connection.execute(f"SELECT * FROM {self._table} LIMIT 0").description
        return {column.name for column in columns if column.type_code in _TEXT_TYPES}

    def rows(self, query: str, strata: pa.Table | None = None) -> Iterator[pa.RecordBatch]:
        """Yield what a query finds; no server-side cursor, because that would use one core only."""
        shipped = None if strata is None else [column.to_pylist() for column in strata.columns]
        names = [column.name for column in self._connection.execute(f"{query} LIMIT 0", shipped).description]
        return pack(names, self._connection.cursor().stream(query, shipped, size=1000))

    def suspicions(self, units: int) -> list[str]:
        """Nothing is cheaper here than to ask."""
        return [DOUBTFUL, TWICE]


@contextlib.contextmanager
def open_postgres(url: str) -> Iterator[Postgres]:
    """Open ``postgresql://[USER@]HOST[:PORT]/DB?table=[SCHEMA.]T``; the password is PGPASSWORD's."""
    with open_postgres_table(url) as (connection, table):
        yield Postgres(connection, table)
