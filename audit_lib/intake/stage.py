"""The stage folder of intake: what it writes, and how the next stage reads it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pandas as pd

from audit_lib.errors import InputError
from audit_lib.files import canonical_json, parse_canonical_json, read_bytes, write_bytes, write_parquet
from audit_lib.intake.returns import RETURN_COLUMNS, return_workbooks
from audit_lib.schemas import conform, inputs
from audit_lib.workbooks import table_workbook

FORMAT = "intake/1"

TITLES = {"problems": "问题清单", "quarantine": "隔离的行", "matches": "名称匹配"}
"""Frames that people read, and the titles of their sheets."""

HEADINGS = {
    "table": "表",
    "sender": "报送单位",
    "area": "地区",
    "file": "文件",
    "sheet": "工作表",
    "row": "行",
    "column": "列",
    "got": "读到",
    "due": "应为",
    "action": "处理",
    "reason": "原因",
    "cells": "该行内容",
    "county": "县区",
    "name": "表中名称",
    "unit_id": "名录单位编号",
    "unit_name": "名录单位名称",
    "similarity": "相似度",
    "how": "方式",
    "answer": "是否同一单位(填是或否)",
}
"""What the columns of those workbooks are called for people."""

WAYS = {
    "automatic": "与名录名称一致",
    "former": "与曾用名一致",
    "answered": "已答复",
    "proposed": "待答复, 该行暂不计入该单位",
}
"""What the ways of matching a name are called for people."""

COUNTS = ["read", "kept", "quarantined", "title", "header", "subtotal", "foot", "blank"]
FILE_COLUMNS = ["table", "file", "sender", "area", "status", "reason", *COUNTS, "sha256", "lacks"]


@dataclass(frozen=True, slots=True)
class Intake:
    """Trusted tables, and the account of how they came about.

    ``tables`` has every input table, empty where nothing was read; ``files`` a row per table
    and file: status read, refused, superseded or missing, data rows read = kept + quarantined,
    other rows counted apart, and the declared columns that the file lacks, joined by |.
    """

    tables: dict[str, pd.DataFrame]
    areas: pd.DataFrame
    files: pd.DataFrame
    problems: pd.DataFrame
    quarantine: pd.DataFrame
    matches: pd.DataFrame
    returned: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=RETURN_COLUMNS))


def add_rows(
    intake: Intake,
    tables: Mapping[str, pd.DataFrame],
    *,
    files: pd.DataFrame,
    problems: pd.DataFrame,
    quarantine: pd.DataFrame,
) -> Intake:
    """Return what was read with what was read in another way: rows behind rows, accounts behind accounts."""
    together = {
        name: conform(pd.concat([intake.tables[name], rows], ignore_index=True), name)
        for name, rows in tables.items()
    }
    accounts = pd.concat([intake.files, files], ignore_index=True)
    accounts[COUNTS] = accounts[COUNTS].fillna(0)
    listed = {
        name: shape(pd.concat([getattr(intake, name), rows]), list(getattr(intake, name)), ["row"])
        for name, rows in (("problems", problems), ("quarantine", quarantine))
    }
    return replace(intake, tables=intake.tables | together, files=shape_files(accounts), **listed)


def write_intake(intake: Intake, folder: Path) -> None:
    """Write ``intake.json``, ``tables/``, the workbooks for people and ``returns/`` into a folder."""
    for name, rows in intake.tables.items():
        write_parquet(folder / "tables" / f"{name}.parquet", rows)
    write_parquet(folder / "areas.parquet", intake.areas)
    for name, title in TITLES.items():
        rows = getattr(intake, name)
        write_parquet(folder / f"{name}.parquet", rows)
        told = rows.assign(how=rows["how"].replace(WAYS)) if "how" in rows else rows
        write_bytes(folder / f"{name}.xlsx", table_workbook({title: told.rename(columns=HEADINGS)}))
    for name, workbook in return_workbooks(intake.returned, intake.files):
        write_bytes(folder / "returns" / name, workbook)
    files = [
        {key: None if pd.isna(value) else value for key, value in row.items()}
        for row in intake.files.to_dict("records")
    ]
    write_bytes(folder / "intake.json", canonical_json({"format": FORMAT, "files": cast("list[Any]", files)}))


def load_intake(folder: Path) -> Intake:
    """Read a stage folder again, through the same schemas.

    Raises
    ------
    InputError   the folder is not a whole intake: ``audit check`` has to be run (again)
    """
    try:
        said = parse_canonical_json(read_bytes(folder / "intake.json"), name="intake.json")
        files = pd.DataFrame(cast("dict[str, Any]", said)["files"], columns=FILE_COLUMNS)
        return Intake(
            {
                name: conform(pd.read_parquet(folder / "tables" / f"{name}.parquet"), name)
                for name in inputs()
            },
            pd.read_parquet(folder / "areas.parquet"),
            shape_files(files),
            *(pd.read_parquet(folder / f"{name}.parquet") for name in TITLES),
        )
    except (OSError, ValueError, KeyError, InputError) as error:
        raise InputError(
            f"{folder} 里没有完整的数据核对结果, 请先运行 audit check",
            f"{folder} holds no whole intake; run audit check first",
        ) from error


def shape_files(files: pd.DataFrame) -> pd.DataFrame:
    """Return the accounts in their declared types."""
    return shape(files, FILE_COLUMNS, COUNTS)


def shape(rows: pd.DataFrame, columns: list[str], whole: list[str]) -> pd.DataFrame:
    """Return rows with these columns, ``whole`` ones as whole numbers, the others as text."""
    kinds = {column: "Int64" if column in whole else "str" for column in columns}
    return rows.reindex(columns=columns).astype(kinds).reset_index(drop=True)
