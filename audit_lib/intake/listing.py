"""Listings: every bad cell and every quarantined row, with place, what was read and what was due."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import Text
from audit_lib.intake.parts import Part
from audit_lib.intake.values import EMPTY, Converted, Surroundings
from audit_lib.schemas import Column, Table, parameter, words

PROBLEM_COLUMNS = ["table", "sender", "file", "sheet", "row", "column", "got", "due", "action"]
QUARANTINE_COLUMNS = ["table", "sender", "area", "file", "sheet", "row", "reason", "cells"]

LEFT_EMPTY = Text("该格按缺失处理, 该行保留", "the cell counts as missing, the row is kept")
KEPT = Text("该行保留", "the row is kept")
SET_APART = Text("该行隔离, 待更正", "the row is quarantined until it is corrected")
NO_COLUMN = Text("表头里没有这一列", "the header has no such column")
COLUMN_EMPTY = Text("该列按缺失处理", "the column counts as missing")
HEADER = Text("表头", "header")
NO_HEADER = Text("所在工作表找不到表头", "its sheet has no header of the table")
NAME_HEADERS = Text(
    "各行隔离; 表头的叫法可在参数 columns 里写明, 或删去这个工作表",
    "the rows are quarantined; name the headers under columns in the params, or delete the sheet",
)
STILL_TO_COME = Text(
    "应为已经发生的一天; 没有写年份或年份写错的, 请写全, 如 2013-12-20",
    "a day that has been is due; write the year in full, as 2013-12-20",
)
OUTSIDE = Text("应在行动期内", "a day of the campaign is due")
NOT_COUNTED = Text("该行保留, 不计入", "the row is kept and not counted")
BY_NUMBER = Text("该行保留, 按单位编号计", "the row is kept and counts by its unit id")
NOT_IN_ROSTER = Text("名录中无此单位", "no such unit in the roster")
NO_SUCH_NAME = Text(
    "没有单位编号, 名录中也没有单位与此名称一致; 相近的见 matches.xlsx",
    "no unit id, and no unit of the roster bears this name; similar ones stand in matches.xlsx",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of one table between reading and trust.

    ``raw`` is their text with ``@part``, ``@sheet``, ``@at``; ``rows`` the converted columns
    over the same index; ``due`` what was due where a cell could not be read, by column.
    """

    table: Table
    parts: Sequence[Part]
    raw: pd.DataFrame
    rows: pd.DataFrame
    due: dict[str, pd.Series]

    @property
    def apart(self) -> pd.Series:
        """Whether a row cannot be identified."""
        return self.rows[self.table.keys].isna().any(axis=1) | self.stray

    @property
    def stray(self) -> pd.Series:
        """Whether a row stands on a sheet without a header."""
        return self.raw["@stray"] != ""

    def provenance(self, index: pd.Index) -> dict[str, pd.Series]:
        """Sender, file, sheet and row of some rows."""
        raw = self.raw.loc[index]
        return {
            "sender": raw["@part"].map({place: part.sender for place, part in enumerate(self.parts)}),
            "file": raw["@part"].map({place: part.file for place, part in enumerate(self.parts)}),
            "sheet": raw["sheet"],
            "row": raw["row"],
        }


def bad_cells(batch: Batch, concerned: pd.Index) -> list[pd.DataFrame]:
    """Return cells that could not be read, and empty ones where something is due.

    Parameters
    ----------
    concerned : rows to look at; rows that the params pass over are nobody's problem
    """
    listed, apart = [], batch.apart
    concerned = concerned.difference(batch.stray[batch.stray].index)
    for column in batch.table.columns:
        wrong = batch.due[column.name]
        if column.role != "optional":
            has = {place: column.name in part.columns for place, part in enumerate(batch.parts)}
            due_here = True if column.role == "key" else batch.raw["@part"].map(has)
            wrong = wrong.where(~(batch.rows[column.name].isna() & wrong.isna() & due_here), EMPTY)
        wrong = wrong[wrong.notna() & wrong.index.isin(concerned)]
        actions = apart[wrong.index].map({True: str(SET_APART), False: str(LEFT_EMPTY)})
        listed.append(_problems(batch, column, wrong.map(str), actions))
    return listed


def misnamed(batch: Batch, taken: pd.Index, others: pd.Series[str]) -> pd.DataFrame:
    """Return rows that name one unit by id and another by name; the id counts, for a person to look at.

    Parameters
    ----------
    others : the unit whose name it is, over those rows (`Roster.contradicted`)
    """
    others = others[others.index.isin(taken)]
    if others.empty:
        return pd.DataFrame(columns=PROBLEM_COLUMNS)
    said = others.map(
        lambda unit: str(Text(f"名录中是另一单位 {unit} 的名称", f"the name of another unit, {unit}"))
    )
    return _problems(batch, batch.table.column("unit_name"), said, BY_NUMBER)


def strangers(batch: Batch, taken: pd.Index, known: frozenset[str]) -> pd.DataFrame:
    """Return rows whose unit the roster does not have; none where there is no roster."""
    if "unit_id" not in batch.rows or not known:
        return pd.DataFrame(columns=PROBLEM_COLUMNS)
    units = batch.rows.loc[taken, "unit_id"]
    unknown = units[units.notna() & ~units.isin(known)]
    said = pd.Series(str(NOT_IN_ROSTER), index=unknown.index)
    return _problems(batch, batch.table.column("unit_id"), said, KEPT)


def nameless(batch: Batch, taken: pd.Index) -> pd.DataFrame:
    """Return rows kept without their unit: the table does not demand its id, and nobody bears the name."""
    if not {"unit_id", "unit_name"} <= set(batch.rows) or batch.table.column("unit_id").role == "key":
        return pd.DataFrame(columns=PROBLEM_COLUMNS)
    rows = batch.rows.loc[taken]
    lost = rows.index[rows["unit_id"].isna() & rows["unit_name"].notna()]
    said = pd.Series(str(NO_SUCH_NAME), index=lost)
    return _problems(batch, batch.table.column("unit_name"), said, KEPT)


def outside_window(
    batch: Batch, taken: pd.Index, window: tuple[pd.Timestamp, pd.Timestamp] | None
) -> list[pd.DataFrame]:
    """Return cells of checks, own checks and drills dated outside the campaign: kept, and not counted."""
    listed = []
    for column in batch.table.columns:
        if window is None or f"{batch.table.name}.{column.name}" not in words(parameter("window_dates")):
            continue
        days = batch.rows.loc[taken, column.name]
        out = days[days.notna() & ~days.between(*window)]
        said = pd.Series(str(OUTSIDE), index=out.index)
        listed.append(_problems(batch, column, said, NOT_COUNTED))
    return listed


def still_to_come(table: Table, column: Column, done: Converted, around: Surroundings) -> Converted:
    """Return a column without the days of things done that lie far ahead: a year is missing or mistyped.

    A hazard found in December of the campaign's own year would not exist yet, and vanish from every count.
    """
    if around.latest is None or f"{table.name}.{column.name}" not in words(parameter("past_dates")):
        return done
    ahead = done.values > around.latest
    return Converted(done.values.mask(ahead), done.due.mask(ahead, STILL_TO_COME))


def late_days() -> int:
    """Return how many days after the campaign and the day judged something told may have happened."""
    return int(parameter("late_days"))


def missing_columns(table: Table, parts: Sequence[Part]) -> pd.DataFrame:
    """Return one line for each sheet and due column that its header does not have."""
    told = ["", str(NO_COLUMN), str(COLUMN_EMPTY)]
    lines = [
        [table.name, part.sender, part.file, layout.sheet, 0, column.zh, *told]
        for part in parts
        for layout in part.layouts
        if not layout.stray
        for column in table.columns
        if column.role != "optional" and column.name not in part.columns
    ]
    return pd.DataFrame(lines, columns=PROBLEM_COLUMNS)


def stray_sheets(table: Table, parts: Sequence[Part]) -> pd.DataFrame:
    """Return one line for each sheet whose rows were not read because it has no header of the table."""
    lines = []
    strays = [(part, layout) for part in parts for layout in part.layouts if layout.stray]
    for part, layout in strays:
        sheet, number = layout.sheet, len(layout.rows)
        due = Text(
            f"工作表“{sheet}”找不到{table.zh}的表头, {number} 行没有读入",
            f'sheet "{sheet}" has no header of the table {table.name}, {number} rows were not read',
        )
        place = [table.name, part.sender, part.file, sheet, 0]
        lines.append([*place, str(HEADER), "", str(due), str(NAME_HEADERS)])
    return pd.DataFrame(lines, columns=PROBLEM_COLUMNS)


def quarantined(batch: Batch) -> pd.DataFrame:
    """Return the rows set apart: reason, area as far as known, and cells as read."""
    raw = batch.raw[batch.apart]
    rows = batch.rows.loc[raw.index]
    reasons = pd.Series("", index=raw.index)
    for name in batch.table.keys:
        said = batch.due[name][raw.index].map(lambda due: str(EMPTY if due is None else due))
        reasons = reasons.where(rows[name].notna(), reasons + f"; {batch.table.column(name).zh}: " + said)
    areas = raw["@part"].map({place: part.area or None for place, part in enumerate(batch.parts)})
    for name in ("city", "county", "area"):
        if name in rows:
            areas = rows[name].where(rows[name].notna(), areas)
    areas = raw["@area"].where(raw["@area"] != "", areas)
    reasons = reasons.mask(batch.stray[raw.index], "; " + str(NO_HEADER))
    cells = [
        json.dumps(batch.parts[part].layouts[sheet].rows[at], ensure_ascii=False)
        for part, sheet, at in zip(raw["@part"], raw["@sheet"], raw["@at"], strict=True)
    ]
    told = {"table": batch.table.name, **batch.provenance(raw.index), "area": areas}
    told |= {"reason": reasons.str.removeprefix("; "), "cells": cells}
    return pd.DataFrame(told, index=raw.index, columns=QUARANTINE_COLUMNS)


def _problems(batch: Batch, column: Column, due: pd.Series, action: pd.Series | Text) -> pd.DataFrame:
    headers = {
        (place, sheet): layout.header.texts[layout.header.columns[column.name]]
        for place, part in enumerate(batch.parts)
        for sheet, layout in enumerate(part.layouts)
        if column.name in layout.header.columns
    }
    raw = batch.raw.loc[due.index]
    shown = [headers.get(place, column.zh) for place in zip(raw["@part"], raw["@sheet"], strict=True)]
    told = {"table": batch.table.name, **batch.provenance(due.index), "column": shown}
    told |= {"got": raw[column.name], "due": due}
    told["action"] = str(action) if isinstance(action, Text) else action
    return pd.DataFrame(told, index=due.index, columns=PROBLEM_COLUMNS)
