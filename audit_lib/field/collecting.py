"""Collecting: filled workbooks of all teams in any order to clean tables, with nothing lost.

One visit counts for each unit of a draw, and bears the number ``draw:unit``, so that nothing is
counted twice however often it is handed in. What does not count stands in the conflicts or is
set apart with its reason.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.field.progress import INSPECTED, list_progress
from audit_lib.field.returned import (
    HAZARD,
    INSPECTORS,
    ITEM,
    VISIT,
    Copy,
    Returned,
    find_slips,
    read_returned,
    sound,
)
from audit_lib.field.settling import COLUMNS as CONFLICT_COLUMNS
from audit_lib.field.settling import Filled, settle, what
from audit_lib.field.sheets import ASKED, HAZARD_CELLS, ITEM_CELLS
from audit_lib.intake.listing import LEFT_EMPTY, PROBLEM_COLUMNS, QUARANTINE_COLUMNS
from audit_lib.intake.values import EMPTY, Surroundings, convert
from audit_lib.schemas import conform, empty, tables

SOURCES = {"recheck": "省督导", "unannounced": "暗访"}
"""Who found a hazard, by the purpose of the draw."""

FILLED = {"province_checks": tuple(ASKED), "check_items": tuple(ITEM_CELLS), "hazards": tuple(HAZARD_CELLS)}
"""Columns that the teams fill in, by table; the others are known beforehand."""

PARTIAL = "部分合格"
FILE_COLUMNS = ("file", "status", "reason", "read", "kept", "quarantined", "sha256")


@dataclass(frozen=True, slots=True)
class Findings:
    """What came back: clean tables, and an account of every file, page and cell that does not count.

    Attributes
    ----------
    tables : ``province_checks``, ``check_items``, ``hazards`` as declared
    files : a row per file: pages begun = kept + quarantined
    problems, quarantine : as intake lists them
    conflicts : what was said otherwise, and which of it counts
    progress : each page that is to be filled in, and how far it is
    """

    tables: dict[str, pd.DataFrame]
    files: pd.DataFrame
    problems: pd.DataFrame
    quarantine: pd.DataFrame
    conflicts: pd.DataFrame
    progress: pd.DataFrame


def collect(
    files: Mapping[str, Path],
    pages: pd.DataFrame,
    checklist: Sequence[str],
    *,
    purposes: Mapping[str, str],
    years: tuple[int, int],
) -> Findings:
    """Return what the teams found.

    Parameters
    ----------
    files : name in accounts -> path, in any order
    pages : the campaign's register;  checklist : every item there is
    purposes : of the draws that the params name; pages of other draws are set apart
    years : of the campaign, for dates without a century
    """
    known = {str(row["code"]): row for row in pages.to_dict("records") if row["draw"] in purposes}
    gathered = _Gathered(known, frozenset(checklist))
    seen: dict[str, str] = {}
    for name in sorted(files):
        book = read_returned(files[name], name, years)
        if twin := seen.get(book.sha256 or name):
            gathered.files.append([name, "superseded", f"与 {twin} 内容相同", 0, 0, 0, book.sha256])
            continue
        seen[book.sha256 or name] = name
        gathered.take(book)
    settled: list[Filled] = []
    conflicts: list[dict[str, str]] = list(gathered.strange)
    for _, copies in sorted(gathered.units.items()):
        counts, said = settle(copies)
        settled.append(counts)
        conflicts += said
    made = _tables(settled, purposes, years)
    problems = pd.DataFrame([*gathered.problems, *made.problems], columns=PROBLEM_COLUMNS)
    return Findings(
        made.tables,
        pd.DataFrame(gathered.files, columns=list(FILE_COLUMNS)),
        problems.sort_values(["file", "sheet", "row", "column", "got"], kind="stable", ignore_index=True),
        pd.DataFrame(gathered.apart, columns=QUARANTINE_COLUMNS),
        pd.DataFrame(conflicts, columns=list(CONFLICT_COLUMNS)),
        list_progress(pages[pages["draw"].isin(list(purposes))], settled),
    )


class _Gathered:
    """Pages by unit while files are being read, and what was set apart meanwhile."""

    def __init__(self, known: Mapping[str, dict[Any, Any]], checklist: frozenset[str]) -> None:
        self.known, self.checklist = known, checklist
        self.units: dict[tuple[str, str], list[Filled]] = {}
        self.files: list[list[object]] = []
        self.problems: list[list[object]] = []
        self.apart: list[list[object]] = []
        self.strange: list[dict[str, str]] = []

    def take(self, book: Returned) -> None:
        """Take the pages of a workbook that somebody began to fill in."""
        if book.refused:
            self.files.append([book.file, "refused", book.refused, 0, 0, 0, book.sha256 or None])
            return
        kept = apart = 0
        for copy in book.copies:
            taken = self._page(copy)
            kept, apart = kept + (taken is True), apart + (taken is False)
        for sheet in book.unknown:
            self.strange.append(
                dict.fromkeys(CONFLICT_COLUMNS, "")
                | {"other_file": book.file, "other_sheet": sheet, "reason": "不是本程序发出的页, 没有读入"}
            )
        self.files.append([book.file, "read", None, kept + apart, kept, apart, book.sha256])

    def _page(self, copy: Copy) -> bool | None:
        """Return whether a page counts; None where nothing is filled in."""
        if not copy.touched and self._as_given(copy):
            return None
        page = self.known.get(copy.code)
        if page is None:
            self._set_apart(copy, _whose(copy))
            return False
        slips = find_slips(copy, page, self.checklist)
        for slip in slips:
            self.problems.append(
                [
                    "province_checks" if slip.row == 0 else "check_items",
                    *(page["team"], copy.file, copy.sheet),
                    *(slip.row, slip.column, slip.got, slip.due, ""),
                ]
            )
        whole = [slip for slip in slips if slip.row == 0]
        for row in sorted({slip.row for slip in slips if slip.row}):
            self._set_apart(copy, next(slip.due for slip in slips if slip.row == row), row)
        if whole:
            self._set_apart(copy, whole[0].due)
            return False
        cells, rows = sound(copy, {slip.row for slip in slips})
        unit = (str(page["draw"]), str(page["unit_id"]))
        self.units.setdefault(unit, []).append(Filled(page, copy, cells, rows))
        return True

    def _as_given(self, copy: Copy) -> bool:
        """Whether the inspectors are those that the page was handed out with."""
        page = self.known.get(copy.code)
        return page is None or copy.cells.get(INSPECTORS, "") in ("", str(page["inspectors"]))

    def _set_apart(self, copy: Copy, reason: str, row: int = 0) -> None:
        ids = {str(at): item for at, _, item in copy.items}
        cells = {
            what((key[0], ids.get(key[1], key[1]), key[2])): text
            for key, text in copy.cells.items()
            if row in (0, copy.rows[key])
        }
        table = "check_items" if row else "province_checks"
        told = json.dumps(copy.said | cells if row == 0 else cells, ensure_ascii=False)
        self.apart.append([table, copy.said.get("team", ""), None, copy.file, copy.sheet, row, reason, told])


def _whose(copy: Copy) -> str:
    draw, digest = copy.said.get("draw", ""), copy.said.get("digest", "")[:12]
    return (
        f"页码“{copy.code}”不在本行动已发出的页里: 属于另一次抽样(抽样名称“{draw}”, 凭证 {digest}…), "
        "或参数里没有这次抽样, 或页码被改动"
    )


@dataclass(frozen=True, slots=True)
class _Made:
    tables: dict[str, pd.DataFrame]
    problems: list[list[object]]


def _tables(settled: Sequence[Filled], purposes: Mapping[str, str], years: tuple[int, int]) -> _Made:
    """The clean tables of what counts, and every cell that could not be read."""
    problems: list[list[object]] = []
    visits = _lines(settled, VISIT, purposes)
    items = _lines(settled, ITEM, purposes)
    hazards = _lines(settled, HAZARD, purposes)
    made = {
        "province_checks": _typed("province_checks", visits, years, problems),
        "check_items": _typed("check_items", items, years, problems),
        "hazards": _typed("hazards", hazards, years, problems),
    }
    _check_shares(made["check_items"], problems)
    _check_conclusions(made["province_checks"], problems)
    ordered = {name: rows.sort_values(tables()[name].keys, kind="stable") for name, rows in made.items()}
    return _Made({name: conform(rows, name) for name, rows in ordered.items()}, problems)


def _lines(settled: Sequence[Filled], part: str, purposes: Mapping[str, str]) -> list[dict[str, Any]]:
    """One line per visit, item or hazard: what is known beforehand, the texts, and their rows."""
    lines: list[dict[str, Any]] = []
    for one in settled:
        page = one.page
        check = f"{page['draw']}:{page['unit_id']}"
        about = {"unit_id": page["unit_id"], "unit_name": page["unit_name"], "county": page["county"]}
        about |= {"sender": page["team"], "file": one.copy.file, "sheet": one.copy.sheet}
        told: dict[str, dict[str, Any]] = {}
        if part == VISIT:
            rows = {key[2]: row for key, row in one.rows.items() if key[0] == VISIT}
            told[""] = {"check_id": check, "draw": page["draw"], "team": page["team"], "@rows": rows}
        for (where, line, name), text in one.cells.items():
            if where != part:
                continue
            row = one.rows[where, line, name]
            entry = told.setdefault(line, {"check_id": check, "item_id": line, "@rows": {}})
            entry |= {name: text}
            entry["@rows"].setdefault(name, row)
            if part == HAZARD:
                found = one.cells.get((VISIT, "", "date"), "")
                entry |= {"hazard_id": f"{check}-{line}", "source": SOURCES.get(purposes[str(page["draw"])])}
                entry |= {"@found": found, "finders": one.cells.get((VISIT, "", "inspectors"))}
        lines += [about | entry | {"row": min(entry["@rows"].values(), default=0)} for entry in told.values()]
    return lines


def _typed(
    name: str,
    lines: list[dict[str, Any]],
    years: tuple[int, int],
    problems: list[list[object]],
) -> pd.DataFrame:
    """Texts converted as the table's columns declare; what cannot be read is listed and missing."""
    table, around = tables()[name], Surroundings(years, None)
    if not lines:
        return empty(name)
    rows = pd.DataFrame(lines).assign(**{"@table": name})
    none = pd.Series("", index=rows.index)
    for column in table.columns:
        if column.name not in FILLED[name]:
            continue
        texts = rows[column.name].fillna("") if column.name in rows else none
        done = convert(column, texts, none, around)
        rows[column.name] = done.values
        due = done.due
        if column.role != "optional":
            due = due.where(done.values.notna() | due.notna(), EMPTY)
        for place in due.index[due.notna()]:
            _tell(problems, rows.loc[place], column.name, texts[place], str(due[place]))
    if name == "hazards":
        rows["found_date"] = convert(
            table.column("found_date"), rows["@found"].fillna(""), none, around
        ).values
    return rows


def _tell(problems: list[list[object]], line: pd.Series, column: str, got: str, due: str) -> None:
    """List one cell: its word on the page, what was read, what was due."""
    row = line["@rows"].get(column, line["row"])
    told = [line["@table"], line["sender"], line["file"], line["sheet"], row, _WORDS[column]]
    problems.append([*told, got, due, str(LEFT_EMPTY)])


_WORDS = {column.name: column.zh for name in ("check_items", "hazards") for column in tables()[name].columns}
_WORDS |= ASKED
"""What a column is called on a page."""


def _check_shares(rows: pd.DataFrame, problems: list[list[object]]) -> None:
    """A share stands beside 部分合格 only, between 0 and 1; any other becomes missing."""
    if "@rows" not in rows:
        return
    share, partial = rows["share"], rows["result"] == PARTIAL
    wrong = share.notna() & (~partial | (share < 0) | (share > 1))
    for place in rows.index[wrong.fillna(False).astype(bool)]:
        due = "只有“部分合格”才填, 0 到 1 之间"
        _tell(problems, rows.loc[place], "share", str(share[place]), due)
    rows["share"] = share.mask(wrong.fillna(False).astype(bool))
    lacking = partial & share.isna()
    for place in rows.index[lacking.fillna(False).astype(bool)]:
        _tell(problems, rows.loc[place], "share", "", "“部分合格”应填比例, 如 0.5")


def _check_conclusions(rows: pd.DataFrame, problems: list[list[object]]) -> None:
    """A unit that was not inspected has no conclusion; whoever gives one is told, and it stays out."""
    if "@rows" not in rows:
        return
    wrong = rows["outcome"].notna() & (rows["outcome"] != INSPECTED) & rows["conclusion"].notna()
    for place in rows.index[wrong]:
        due = f"到访情况是“{rows['outcome'][place]}”, 不应有结论"
        _tell(problems, rows.loc[place], "conclusion", str(rows["conclusion"][place]), due)
    rows["conclusion"] = rows["conclusion"].mask(wrong)
