"""The pages of a rulebook: its CSV files as text, checked before anybody judges by them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import pandas as pd

from audit_lib import schemas
from audit_lib.errors import JudgeError, Problem, Text

Rows = list[dict[str, str]]

Value = int | Fraction | pd.Timestamp | dt.time | tuple[str, ...] | tuple[int, ...]
"""What a parameter can be."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rulebook": ("key", "value"),
    "rules": ("rule_id", "doc_section", "text_cn", "logic", "severity", "check_mode", "accountable",
              "consequence", "area_set", "primary_rule", "levels", "due", "needs", "counts", "counted_in",
              "core"),
    "readings": ("rule_id", "title", "reading", "source"),
    "parameters": ("key", "value", "unit", "rule", "source"),
    "indicators": ("key", "zh", "numerator", "denominator", "source", "target", "rule_id", "needs", "tree",
                   "note"),
    "checklist": ("item_id", "chapter", "zh", "key", "points", "short_form", "applies_to", "needs", "source",
                  "rule"),
    "questions": ("rule_id", "question", "scored", "documents", "source"),
    "calendar": ("date", "day_type", "weekly_report_due"),
    "ambiguities": ("reading_id", "title", "open", "reading", "alternatives", "rules", "parameters",
                    "choices", "source"),
    "switches": ("reading_id", "option", "default", "words", "short", "value", "source"),
}  # fmt: skip
"""What each page must have; a page may have more columns, and only the first two pages must be there."""

NEEDED = ("rulebook", "rules")


def _day(text: str) -> pd.Timestamp:
    dt.date.fromisoformat(text)  # pandas takes much else for a day
    return pd.Timestamp(text)


UNITS: Mapping[str, Callable[[str], Value]] = {
    "date": _day,
    "time": dt.time.fromisoformat,
    "share": lambda text: Fraction(text.removesuffix("%")) / 100,
    "words": schemas.words,
    "counts": lambda text: tuple(int(part) for part in text.split("|")),
}
"""How a parameter is read; a value in any other unit is a whole number."""


def read_rulebook(folder: Path) -> dict[str, Rows]:
    """Return every page of a rulebook by name; a page that is not there has no rows.

    Raises
    ------
    JudgeError   a page cannot be read or a row does not fit: every problem with file and row
    """
    pages: dict[str, Rows] = {}
    problems: list[Problem] = []
    for name, columns in COLUMNS.items():
        files = sorted(folder.glob("calendar*.csv" if name == "calendar" else f"{name}.csv"))
        if not files and name in NEEDED:
            problems.append(Problem(f"{name}.csv", due=Text("文件夹里没有这个文件", "no such file there")))
        pages[name] = _read(files[0], columns, problems) if files else []
    problems = problems or [*_misfits(pages)]
    if problems:
        raise JudgeError(
            f"规则手册 {folder.name} 不能使用", f"the rulebook {folder.name} cannot be used", problems
        )
    return pages


def _read(file: Path, columns: tuple[str, ...], problems: list[Problem]) -> Rows:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        problems.append(Problem(file.name, due=Text("应为 UTF-8 的 CSV 文件", "a CSV file in UTF-8 is due")))
        return []
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in columns if name not in (reader.fieldnames or [])]
    # A checklist without this column has no item that decides a rule by itself.
    for name in [one for one in missing if one != "rule"]:
        problems.append(
            Problem(file.name, row=1, column=name, due=Text("表头里没有这一列", "no such column"))
        )
    rows = list(reader)
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            problems.append(
                Problem(file.name, row=number, due=Text("格数与表头不同", "as many cells as headers are due"))
            )
    return [row | {"rule": row.get("rule", "")} if "rule" in columns else row for row in rows]


def _misfits(pages: dict[str, Rows]) -> list[Problem]:
    """Rows that cannot be meant: unknown levels, tables, rules, units of parameters, dates."""
    found: list[Problem] = []
    ids = {row["rule_id"] for row in pages["rules"]}
    tables = set(schemas.inputs())
    levels = set(schemas.tables()["rules"].column("level").choices)

    def check(page: str, number: int, row: dict[str, str], column: str, known: set[str]) -> None:
        for word in filter(None, row[column].split("|")):
            if word not in known:
                due = Text("没有这个名字", "no such name")
                found.append(Problem(f"{page}.csv", row=number, column=column, got=word, due=due))

    for number, row in enumerate(pages["rules"], start=2):
        check("rules", number, row, "levels", levels)
        check("rules", number, row, "needs", tables)
        check("rules", number, row, "counts", tables)
        check("rules", number, row, "primary_rule", ids)
        check("rules", number, row, "check_mode", {"auto", "semi", "manual"})
        if row["due"] not in ("", "window_end") and not _fits(dt.date.fromisoformat, row["due"]):
            found.append(Problem("rules.csv", row=number, column="due", got=row["due"], due=_DAY))
    for page in ("readings", "questions", "checklist", "parameters", "indicators"):
        column = "rule" if page in ("checklist", "parameters") else "rule_id"
        for number, row in enumerate(pages[page], start=2):
            check(page, number, row, column, ids)
    keys, open_ = ({row[key] for row in pages[page]} for page, key in _NAMED)
    for number, row in enumerate(pages["ambiguities"], start=2):
        check("ambiguities", number, row, "rules", ids)
        check("ambiguities", number, row, "parameters", keys)
    for number, row in enumerate(pages["switches"], start=2):
        check("switches", number, row, "reading_id", open_)
    for number, row in enumerate(pages["parameters"], start=2):
        if not row["unit"] or not _fits(UNITS.get(row["unit"], int), row["value"]):
            due = Text(f"应为单位 {row['unit']} 的值", f"a value in {row['unit']} is due")
            found.append(Problem("parameters.csv", row=number, column="value", got=row["value"], due=due))
    known = {row["key"] for row in pages["rulebook"]}
    for key in sorted({"name", "version"} - known):
        found.append(Problem("rulebook.csv", column=key, due=Text("缺少此键", "this key is missing")))
    return found


_NAMED = (("parameters", "key"), ("ambiguities", "reading_id"))
_DAY = Text("应为 2014-03-31 这样的日期", "a date like 2014-03-31 is due")


def _fits(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True
