"""Table schemas: what every table is made of, read from two CSV files of the rulebook.

``rulebook/tables.csv`` names the tables and ``rulebook/columns.csv`` their columns; one
row there validates a column, finds its header in a workbook, documents it
(``docs/columns.md``) and makes a blank form. Stages hand tables on in these shapes only.

Types in memory: text, id, area, name, people, time and phone are text (missing is NA);
date and datetime are ``datetime64[ns]`` without zone (Asia/Shanghai is meant); int and
money are ``Int64`` (money in fen, 1/100 yuan, so that sums are exact); number is
``Float64``; flag is ``boolean``.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, TypeVar

import pandas as pd

from audit_lib.errors import AuditError

# Where pyspark is installed (extra ``scale``) pandera imports it, now and with the first check, and
# pyspark warns about pandas 3 on every command; no schema here is a Spark one.
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
import pandera.pandas as pa  # noqa: E402

PROVENANCE = ("sender", "file", "sheet", "row")
"""Where a row of an input table was read: kept beside it, never part of a result."""

Row = TypeVar("Row")

DTYPES = {
    "text": "str",
    "id": "str",
    "area": "str",
    "name": "str",
    "people": "str",
    "time": "str",
    "phone": "str",
    "choice": "str",
    "date": "datetime64[ns]",
    "datetime": "datetime64[ns]",
    "int": "Int64",
    "money": "Int64",
    "number": "Float64",
    "flag": "boolean",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``role`` is key (a row without it cannot be identified), needed or optional."""

    name: str
    zh: str
    kind: str
    role: str
    choices: tuple[str, ...]
    aliases: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table; ``kind`` is input or output."""

    name: str
    zh: str
    kind: str
    note: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """Return the column called ``name``."""
        return next(column for column in self.columns if column.name == name)

    @property
    def keys(self) -> list[str]:
        """Names of the columns that identify a row."""
        return [column.name for column in self.columns if column.role == "key"]


def rulebook_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of ``rulebook/<name>.csv`` as text.

    >>> rulebook_rows("tables")[0]["zh"]
    '单位名录'
    """
    return [dict(row) for row in _rows(name)]


def parameter(key: str) -> str:
    """Return the value of a parameter that needs no params to be known, as the rulebook writes it.

    >>> parameter("spot_rate")
    '20%'
    """
    return next(row["value"] for row in _rows("parameters") if row["key"] == key)


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    source = resources.files("audit_lib").joinpath("rulebook", f"{name}.csv")
    return tuple(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def as_row(kind: type[Row], row: Mapping[str, str], **known: Any) -> Row:
    """Return a row of text as the dataclass that declares it: text, ``a|b`` as a tuple, yes as a flag.

    Parameters
    ----------
    known : fields that have their value already, whatever the row says

    >>> as_row(Table, {"zh": "单位名录", "kind": "input", "note": ""}, name="units", columns=()).zh
    '单位名录'
    """
    read: dict[str, Callable[[str], object]]
    read = {"str": str, "bool": lambda cell: cell == "yes", "tuple[str, ...]": words}
    asked = [one for one in fields(kind) if one.name not in known]  # type: ignore[arg-type]
    return kind(**{one.name: read[str(one.type)](row[one.name]) for one in asked}, **known)


def words(cell: str) -> tuple[str, ...]:
    """Return the words of a cell that lists them as ``a|b``."""
    return tuple(word for word in cell.split("|") if word)


@cache
def tables() -> dict[str, Table]:
    """Return every table by name, in the order of the rulebook."""
    columns: dict[str, list[Column]] = {}
    for row in rulebook_rows("columns"):
        columns.setdefault(row["table"], []).append(as_row(Column, row, name=row["column"]))
    return {
        row["table"]: as_row(Table, row, name=row["table"], columns=tuple(columns[row["table"]]))
        for row in rulebook_rows("tables")
    }


def inputs() -> dict[str, Table]:
    """Return the tables that are read from files."""
    return {name: table for name, table in tables().items() if table.kind == "input"}


@cache
def schema(name: str) -> pa.DataFrameSchema:
    """Return the pandera schema of a table; input tables carry their provenance."""
    table = tables()[name]
    columns = {
        column.name: pa.Column(
            DTYPES[column.kind],
            pa.Check.isin(column.choices) if column.choices else None,
            nullable=column.role != "key",
            required=True,
        )
        for column in table.columns
    }
    if table.kind == "input":
        columns |= {word: pa.Column("str" if word != "row" else "Int64") for word in PROVENANCE}
    return pa.DataFrameSchema(columns, strict=True, ordered=True, name=name)


def empty(name: str) -> pd.DataFrame:
    """Return the table without rows, in its declared types.

    >>> list(empty("reporters").columns)[:2]
    ['area', 'body']
    """
    return _blank(name).copy()


@cache
def _blank(name: str) -> pd.DataFrame:
    columns = {name: column.dtype.type for name, column in schema(name).columns.items()}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})


def conform(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return ``frame`` with the declared columns, order and types of table ``name``.

    Columns that the schema does not know are left out, missing ones are added empty.

    Raises
    ------
    AuditError   a value does not fit its column: the message names column and value
    """
    shape = schema(name)
    rows = pd.DataFrame(
        {
            column: frame[column].astype(spec.dtype.type)
            if column in frame
            else pd.Series(pd.NA, index=frame.index).astype(spec.dtype.type)
            for column, spec in shape.columns.items()
        },
        index=frame.index,
    ).reset_index(drop=True)
    try:
        return shape.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as wrong:
        cases = wrong.failure_cases.head(5)
        said = "; ".join(
            f"{case.column}: {case.failure_case} ({case.check})" for case in cases.itertuples(index=False)
        )
        raise AuditError(
            f"表 {name} 不合格式: {said}", f"table {name} does not fit its schema: {said}"
        ) from wrong
