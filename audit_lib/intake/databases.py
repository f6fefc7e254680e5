"""Tables that lie in a database: named by a URL, read as text, then held to the same gates as a file.

The password is never part of a URL: it stands in the environment (PGPASSWORD) and nowhere else.
A database keeps its rows in no order, so they are sorted here and numbered after it; the digest of
a table is that of its sorted rows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import hashlib
import importlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from audit_lib.errors import CallError, InputError
from audit_lib.intake.containers import MOST_CELLS
from audit_lib.intake.readers import Grid, shown

_KINDS = ("postgresql:", "spark:")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a table of PostgreSQL lies; it has no password."""

    host: str
    port: int | None
    user: str | None
    database: str
    table: str

    @property
    def public(self) -> str:
        """Say which table it is, without who asks."""
        port = f":{self.port}" if self.port else ""
        return f"postgresql://{self.host}{port}/{self.database}?table={self.table}"


def is_url(text: str) -> bool:
    """Say whether an input is a table of a database rather than files.

    >>> is_url("postgresql://h/d?table=t"), is_url("名录/*.xlsx")
    (True, False)
    """
    return text.startswith(_KINDS)


def parse_address(url: str) -> Address:
    """Return what ``postgresql://[USER@]HOST[:PORT]/DB?table=[SCHEMA.]T`` says.

    Raises
    ------
    CallError   another form, or a password, which is not repeated

    >>> parse_address("postgresql://reader@h:5433/省?table=行动.units").public
    'postgresql://h:5433/省?table=行动.units'
    """
    parts, asked = urlsplit(url), parse_qs(urlsplit(url).query)
    if parts.password is not None or set(asked) != {"table"} or len(asked["table"]) != 1:
        raise CallError(
            "数据库地址须写作 postgresql://主机/库?table=表, 不含密码(密码放在环境变量 PGPASSWORD 中)",
            "a database is named as postgresql://HOST/DB?table=T, without a password "
            "(that goes into the environment as PGPASSWORD)",
        )
    host, database = unquote(parts.hostname or ""), unquote(parts.path.strip("/"))
    return Address(host, parts.port, parts.username, database, asked["table"][0])


def read_table(url: str) -> tuple[Grid, str]:
    """Return a table as a grid whose first row is its column names, and the digest of its content.

    Raises
    ------
    CallError    not such a URL, or the driver is not installed
    InputError   the table cannot be read, or is larger than intake takes at once
    """
    reader = _postgres_rows if url.startswith("postgresql:") else _spark_rows
    with reader(url) as (names, rows):
        most = MOST_CELLS // max(len(names), 1)
        texts = sorted([_text(cell) for cell in row] for row in islice(rows, most + 1))
    if len(texts) > most:
        raise InputError(
            f"表超过 {MOST_CELLS} 格; 请建视图只取本次行动的行和列, 更大的名录见 docs/scale.md",
            f"the table has over {MOST_CELLS} cells; make a view of what is needed, or see docs/scale.md",
        )
    cells = [list(names), *texts]
    digest = hashlib.sha256("\n".join("\x1f".join(row) for row in cells).encode()).hexdigest()
    return Grid("", cells), digest


@contextlib.contextmanager
def open_postgres_table(url: str) -> Iterator[tuple[Any, str]]:
    """Give a connection that reads in one transaction, and the quoted name of the table.

    Raises
    ------
    CallError    as `parse_address`, or no driver
    InputError   no such database, or one that is not UTF8
    """
    address = parse_address(url)
    psycopg = import_driver("psycopg")
    place = {"host": address.host, "user": address.user, "dbname": address.database}
    with (
        reading(address.public, psycopg.Error),
        psycopg.connect(port=address.port, client_encoding="utf8", **place) as connection,
    ):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        encoding = connection.execute("SHOW server_encoding").fetchone()[0]
        if encoding != "UTF8":
            raise InputError(
                f"数据库编码是 {encoding}, 须为 UTF8, 否则排序不是按码位",
                f"the database is encoded as {encoding}; it must be UTF8 to sort by code point",
            )
        yield connection, ".".join('"' + name.replace('"', '""') + '"' for name in address.table.split("."))


@contextlib.contextmanager
def open_spark_table(url: str) -> Iterator[tuple[Any, Any]]:
    """Give the session of the submitted job, or a local one, and the table of ``spark:PATH_OR_TABLE``."""
    sql = import_driver("pyspark.sql")
    errors = import_driver("pyspark.errors")
    name = url.partition(":")[2]
    with reading(url, errors.PySparkException):
        session = sql.SparkSession.builder.getOrCreate()
        is_path = "/" in name or name.endswith(".parquet")
        yield session, session.read.parquet(name) if is_path else session.table(name)


def import_driver(name: str) -> Any:
    """Return a driver, which the core of the library does without.

    Raises
    ------
    CallError   it is not installed
    """
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise CallError(
            f'没有安装 {name}: 请运行 pip install "audit-lib[scale]"',
            f'{name} is not installed: run pip install "audit-lib[scale]"',
        ) from missing


@contextlib.contextmanager
def reading(url: str, *errors: type[Exception]) -> Iterator[None]:
    """Say what a driver says as an error of the user's, in one line."""
    try:
        yield
    except errors as error:
        said = str(error).strip().partition("\n")[0]
        raise InputError(f"读不了 {url}: {said}", f"cannot read {url}: {said}") from error


@contextlib.contextmanager
def _postgres_rows(url: str) -> Iterator[tuple[Sequence[str], Iterable[Sequence[object]]]]:
    with open_postgres_table(url) as (connection, table):
        cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - the name is quoted
        yield [column.name for column in cursor.description], cursor


@contextlib.contextmanager
def _spark_rows(url: str) -> Iterator[tuple[Sequence[str], Iterable[Sequence[object]]]]:
    with open_spark_table(url) as (_, table):
        yield table.columns, table.toLocalIterator()


def _text(cell: object) -> str:
    """Return a value as a sheet would show it; whole numbers of a database are exact at any length."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, decimal.Decimal):
        return format(cell.normalize(), "f")
    if isinstance(cell, dt.datetime) and cell.tzinfo is not None:
        return cell.isoformat(" ", "seconds")
    return cell if isinstance(cell, str) else shown(cell)
