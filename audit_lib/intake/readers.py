"""Readers: one file in, grids of text out, exactly as the sheet shows them.

Everything is text from here on. A cell that shows 001 stays ``001``, a day becomes its
ISO form, a failed formula stays visible as ``#REF!``. Nothing is decoded by guessing.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import python_calamine as calamine

from audit_lib.errors import InputError
from audit_lib.files import read_bytes
from audit_lib.intake.containers import (
    OLE,
    SheetFacts,
    broken_error,
    check_workbook,
    gunzip,
    locked_error,
    macro_error,
)

LARGEST_FILE = 256 * 2**20
"""Bytes of a file that is still read: a province's whole ledger is below a tenth of it."""

EXACT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number; a longer one has lost its tail."""

READABLE = (".xlsx", ".xls", ".csv", ".csv.gz", ".txt", ".tsv", ".parquet")

LONGEST_PROBE = 120
"""Seconds after which an xls that will not open is given up; the largest one takes about ten."""

MOST_MEMORY = 4 * 2**30
"""Bytes that opening an xls may take; the largest sheet of that format takes half a gigabyte."""

_OPEN_ALL = f"""
import io, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({MOST_MEMORY}, {MOST_MEMORY}))
except (ImportError, OSError, ValueError):
    pass  # no such limit on Windows; the time limit holds there
import python_calamine as calamine
book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
for sheet in book.sheet_names:
    book.get_sheet_by_name(sheet).to_python()
"""

Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: rows of equal length, all text; row 0 is row 1 of the spreadsheet.

    ``merged`` are the merged ranges as (first, last) cells, ``base`` the days to add to
    bare day numbers (1462 for a workbook that counts from 1904).
    """

    sheet: str
    cells: list[list[str]]
    merged: tuple[Span, ...] = ()
    base: int = 0


def read_grids(path: Path) -> list[Grid]:
    """Return the sheets of one file.

    Raises
    ------
    InputError   the file is missing, too large, broken, encrypted, a bomb, holds macros, is of
                 a kind that is not read, or its text is in no known encoding
    """
    name = path.name
    kind = next((kind for kind in sorted(READABLE, key=len, reverse=True) if name.lower().endswith(kind)), "")
    _refuse_unread(path, kind)
    data = read_bytes(path)
    if not data:
        raise InputError(f"{name} 是空文件", f"{name} is empty")
    if kind == ".parquet":
        return [_parquet_grid(data, name)]
    if kind in (".xlsx", ".xls"):
        return _workbook_grids(data, name)
    return [_text_grid(gunzip(data, name) if kind == ".csv.gz" else data, name)]


def _refuse_unread(path: Path, kind: str) -> None:
    name = path.name
    if name.lower().endswith((".xlsm", ".xltm", ".xlsb", ".xlam")):
        raise macro_error(name)
    if not kind:
        raise InputError(
            f"{name} 不是能读的类型; 请另存为 .xlsx 或 UTF-8 的 .csv",
            f"{name} is of a kind that is not read; save it as .xlsx or as .csv in UTF-8",
        )
    size = path.stat().st_size if path.is_file() else 0
    if size > LARGEST_FILE:
        raise InputError(
            f"{name} 有 {size >> 20} MB, 超过 {LARGEST_FILE >> 20} MB; 请拆成几个文件",
            f"{name} has {size >> 20} MB, more than {LARGEST_FILE >> 20} MB; split it",
        )


def _workbook_grids(data: bytes, name: str) -> list[Grid]:
    facts = check_workbook(data, name)
    if data.startswith(OLE):
        _probe(data, name)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            kinds = {sheet.name: sheet.typ for sheet in book.sheets_metadata}
            return [
                _sheet_grid(book.get_sheet_by_name(sheet), facts.sheets.get(sheet, SheetFacts()), facts.base)
                for sheet in book.sheet_names
                if kinds[sheet] == calamine.SheetTypeEnum.WorkSheet
            ]
    except calamine.PasswordError as error:
        raise locked_error(name) from error
    except BaseException as error:
        # A panic inside the parser is no Exception, and its class cannot be imported.
        known = isinstance(error, calamine.CalamineError | OSError | ValueError)
        if not known and type(error).__module__ != "pyo3_runtime":
            raise
        raise broken_error(name) from error


def _probe(data: bytes, name: str) -> None:
    """Let another process open the workbook first.

    A damaged xls can make the parser ask for hundreds of gigabytes, which ends the process
    that asks; a zip is safe from that, its parts carry checksums and were counted.
    """
    call = [sys.executable, "-I", "-c", _OPEN_ALL]
    try:
        subprocess.run(call, input=data, capture_output=True, check=True, timeout=LONGEST_PROBE, env=_quiet())
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        locked = b"PasswordError" in (error.stderr or b"")
        raise (locked_error(name) if locked else broken_error(name)) from error


def _quiet() -> dict[str, str]:
    """The environment without traces of the parser's panics, which cost a second each."""
    return os.environ | {"RUST_BACKTRACE": "0"}


def _sheet_grid(sheet: calamine.CalamineSheet, facts: SheetFacts, base: int) -> Grid:
    rows = [
        [cell if type(cell) is str else shown(cell) for cell in row]
        for row in sheet.to_python(skip_empty_area=False)
    ]
    for (row, column), error in facts.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = error
    for (row, column), width in facts.padded.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column].isdecimal():
            rows[row][column] = rows[row][column].zfill(width)
    return Grid(sheet.name, rows, tuple(sheet.merged_cell_ranges or ()), base)


def shown(cell: object) -> str:
    """Return a cell that is not text as a sheet shows it."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, (int, float)):
        return _number(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    if isinstance(cell, dt.timedelta):
        return str(cell)
    return "" if cell is None else str(cell)


def _number(value: float) -> str:
    """A number without the noise of floats; one too long to be exact shows that it is."""
    if abs(value) >= 10**EXACT_DIGITS:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"


def _text_grid(data: bytes, name: str) -> Grid:
    text = _decode(data, name)
    head = text[:4096]
    delimiter = "\t" if head.count("\t") > head.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(
            f"{name} 不是正常的 CSV(引号没有配对或字段过长)",
            f"{name} is no sound CSV: unpaired quotes or a huge field",
        ) from error
    width = max(map(len, rows), default=0)
    return Grid("", [row + [""] * (width - len(row)) for row in rows])


def _decode(data: bytes, name: str) -> str:
    """Text by its byte order mark, else as UTF-8, else as GB18030, all strictly."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    else:
        tried = ["utf-8-sig", "gb18030"]
    for encoding in tried:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(
        f"{name} 的编码读不出(应为 UTF-8、GB18030 或 UTF-16), 请另存为 UTF-8",
        f"the encoding of {name} is none of UTF-8, GB18030 and UTF-16; save it as UTF-8",
    )


def _parquet_grid(data: bytes, name: str) -> Grid:
    try:
        table = pq.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name} 不是完整的 Parquet 文件", f"{name} is not a whole Parquet file") from error
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    columns = [
        [
            "" if cell is pd.NA or cell is None else cell if type(cell) is str else shown(cell)
            for cell in frame[column]
        ]
        for column in frame.columns
    ]
    return Grid("", [list(map(str, frame.columns)), *map(list, zip(*columns, strict=True))])
