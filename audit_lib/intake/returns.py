"""Returns: what goes back to a sender, its own rows in its own order with the reason beside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

import pandas as pd

from audit_lib.intake.layout import Layout
from audit_lib.intake.parts import Part
from audit_lib.workbooks import table_workbook

RETURN_COLUMNS = ["sender", "table", "file", "sheet", "row", "reason", "header", "cells"]

ROW_NUMBER = "原表行号"
REASON = "问题"

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e]')
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?", re.IGNORECASE)
_LONGEST = 60


def returned_rows(parts: Sequence[Part], problems: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table's parts that somebody has to look at, as they were read.

    Parameters
    ----------
    problems, quarantine : of this table; a row's reasons are joined

    Returns
    -------
    DataFrame[sender, table, file, sheet, row, reason, header, cells]
        header and cells are JSON lists of text; row 0 stands for the whole sheet
    """
    reasons: dict[tuple[str, str, int], list[str]] = {}
    for file, sheet, row, column, got, due in _told(problems):
        said = f"“{column}”" + (f"读到“{got}”, {due}" if got else due)
        reasons.setdefault((file, sheet, row), []).append(said)
    for file, sheet, row, reason in zip(
        quarantine["file"], quarantine["sheet"], quarantine["row"], quarantine["reason"], strict=True
    ):
        reasons.setdefault((file, sheet, row), [f"该行不能识别({reason})"])
    lines = [
        [
            part.sender,
            part.table,
            part.file,
            layout.sheet,
            number,
            "; ".join(reasons[place]),
            *_as_read(layout, cells),
        ]
        for part in parts
        for layout in part.layouts
        for number, cells in [(0, None), *zip(layout.numbers, layout.rows, strict=True)]
        if (place := (part.file, layout.sheet, number)) in reasons
    ]
    return pd.DataFrame(lines, columns=RETURN_COLUMNS)


def return_workbooks(returned: pd.DataFrame, files: pd.DataFrame) -> Iterator[tuple[str, bytes]]:
    """Yield one workbook per sender: safe file name, bytes.

    Parameters
    ----------
    returned : as `returned_rows` gives it, of all tables
    files : the accounts; refused files are named to their senders too
    """
    refused = files[files["status"] == "refused"]
    senders = sorted({*returned["sender"], *refused["sender"]})
    taken: set[str] = set()
    for sender in senders:
        sheets = {}
        mine = refused[refused["sender"] == sender]
        if len(mine):
            sheets["未能读取的文件"] = mine[["file", "reason"]].rename(
                columns={"file": "文件", "reason": REASON}
            )
        for (file, sheet), rows in returned[returned["sender"] == sender].groupby(
            ["file", "sheet"], sort=True
        ):
            sheets[f"{file} {sheet}".strip()[-31:]] = _as_handed_in(rows)
        name = safe_file_name(sender, taken)
        taken.add(name.lower())
        yield f"{name}.xlsx", table_workbook(sheets)


def safe_file_name(text: str, taken: set[str]) -> str:
    """Return a text as a file name that every system takes, unlike those ``taken`` (lower case).

    >>> safe_file_name("../永安<b>县", set()), safe_file_name("con", set()), safe_file_name("A", {"a"})
    ('_永安_b_县', '_con', 'A-2')
    """
    name = _UNSAFE.sub("_", text).strip(" .")[:_LONGEST].rstrip(" .") or "_"
    name = name.lstrip(".") or "_"
    if _DEVICE.fullmatch(name):
        name = f"_{name}"
    free, number = name, 2
    while free.lower() in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _told(problems: pd.DataFrame) -> Iterator[tuple[str, str, int, str, str, str]]:
    columns = [problems[name].tolist() for name in ("file", "sheet", "row", "column", "got", "due")]
    return zip(*columns, strict=True)


def _as_read(layout: Layout, cells: list[str] | None) -> list[str]:
    header = layout.header.texts
    return [
        json.dumps(header, ensure_ascii=False),
        json.dumps(cells or [""] * len(header), ensure_ascii=False),
    ]


def _as_handed_in(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one sheet under their own header, with row number and reason in front."""
    header = json.loads(rows["header"].iloc[0])
    columns = [ROW_NUMBER, REASON, *(f"{name or '(空)'}" for name in header)]
    lines = [
        [row, reason, *json.loads(cells)]
        for row, reason, cells in zip(rows["row"], rows["reason"], rows["cells"], strict=True)
    ]
    return pd.DataFrame(lines, columns=columns)
