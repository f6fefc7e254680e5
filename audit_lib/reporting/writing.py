"""One report in every format, written by one call: the last cell of the notebook."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from audit_lib.errors import CallError
from audit_lib.files import sha256_bytes, write_bytes
from audit_lib.reporting.case import Case
from audit_lib.reporting.docx import report_docx
from audit_lib.reporting.fonts import find_faces
from audit_lib.reporting.html import report_html
from audit_lib.reporting.model import Report
from audit_lib.reporting.paper import lay_out
from audit_lib.reporting.pdf import report_pdf
from audit_lib.reporting.workbook import report_workbook

FORMATS = ("html", "pdf", "docx", "xlsx")
"""What a report is written as unless somebody asks for fewer."""

CHOSEN = "AUDIT_FORMATS"
"""Where a batch tells its kernels what it was asked for: the notebook has no parameter for it."""


@contextlib.contextmanager
def told(name: str, value: str) -> Iterator[None]:
    """Tell a word to whatever is started meanwhile, here and in the kernels, by the environment."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        os.environ |= {name: before} if before is not None else {}


def write_report(case: Case, report: Report, *, formats: Sequence[str] = ()) -> pd.DataFrame:
    """Write the report of an area in every format, all of one model; return what was written.

    Parameters
    ----------
    formats : of `FORMATS`; empty for those that the batch was asked for, else all

    Returns
    -------
    DataFrame[file, bytes, sha256]   file names as they stand in the area's folder

    Raises
    ------
    CallError     a format that there is not
    ReportError   a format could not be made; then no file is written
    """
    chosen = formats or os.environ.get(CHOSEN, ",".join(FORMATS)).split(",")
    return write_files(case.run.folder / "reports" / report.area, render_report(case, report, chosen))


def write_files(folder: Path, files: Mapping[str, bytes]) -> pd.DataFrame:
    """Write files into a folder; return DataFrame[file, bytes, sha256]."""
    for name, data in files.items():
        write_bytes(folder / name, data)
    rows = [{"file": name, "bytes": len(data), "sha256": sha256_bytes(data)} for name, data in files.items()]
    return pd.DataFrame(rows)


def render_report(
    case: Case, report: Report, formats: Sequence[str], *, stem: str = "report"
) -> dict[str, bytes]:
    """Return a report in these formats, by file name."""
    wanted = known_formats(formats)
    paper = lay_out(report) if {"pdf", "docx"} & set(wanted) else None
    writers: dict[str, Callable[[], bytes]] = {
        "html": lambda: report_html(report).encode(),
        "pdf": lambda: report_pdf(report, find_faces(case.run.file.parent), laid_out=paper),
        "docx": lambda: report_docx(report, laid_out=paper),
        "xlsx": lambda: report_workbook(report),
    }
    return {f"{stem}.{name}": writers[name]() for name in wanted}


def known_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Return the formats named, each once, in the order of `FORMATS`.

    Raises
    ------
    CallError   a format that there is not

    >>> known_formats(["xlsx", "html", "xlsx"])
    ('html', 'xlsx')
    """
    if strange := sorted(set(formats) - set(FORMATS)):
        raise CallError(
            f"没有这种格式: {'、'.join(strange)}; 有: {'、'.join(FORMATS)}",
            f"no such format: {', '.join(strange)}; there are {', '.join(FORMATS)}",
        )
    return tuple(name for name in FORMATS if name in formats)
