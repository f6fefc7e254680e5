"""A table of PostgreSQL, read in one transaction so that every scan sees the same rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no stubs

from audit_lib.errors import CallError, InputError
from audit_lib.sampling.engines.queries import DOUBTFUL, TWICE, import_driver, pack, reading

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
        self._table = ".".join('"' + name.replace('"', '""') + '"' for name in table.split("."))
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
    parts, asked = urlsplit(url), parse_qs(urlsplit(url).query)
    if parts.password is not None or set(asked) != {"table"} or len(asked["table"]) != 1:
        raise CallError(
            "数据库地址须写作 postgresql://主机/库?table=表, 不含密码(密码放在环境变量 PGPASSWORD 中)",
            "a database is named as postgresql://HOST/DB?table=T, without a password "
            "(that goes into the environment as PGPASSWORD)",
        )
    psycopg = import_driver("psycopg")
    place = {"host": unquote(parts.hostname or ""), "user": parts.username, "dbname": parts.path.strip("/")}
    with (
        reading(url, psycopg.Error),
        psycopg.connect(port=parts.port, client_encoding="utf8", **place) as connection,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        encoding = connection.execute("SHOW server_encoding").fetchone()[0]
        if encoding != "UTF8":
            raise InputError(
                f"数据库编码是 {encoding}, 须为 UTF8, 否则排序不是按码位",
                f"the database is encoded as {encoding}; it must be UTF8 to sort by code point",
            )
        yield Postgres(connection, asked["table"][0])
