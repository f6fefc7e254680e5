"""Records: parts of one table turned into trusted rows, bad cells and quarantined rows.

A row that cannot be identified (a key is missing) is quarantined. Any other bad cell
becomes missing and is listed; the row stays, because a roster row that vanished would
shrink a denominator. Duplicates stay: rules find them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import Text
from audit_lib.intake.areas import county_city
from audit_lib.intake.matching import Match, Roster
from audit_lib.intake.parts import Part
from audit_lib.intake.selection import take
from audit_lib.intake.values import EMPTY, Surroundings, convert
from audit_lib.params import Source
from audit_lib.schemas import PROVENANCE, Column, Table, conform, empty

PROBLEM_COLUMNS = ["table", "sender", "file", "sheet", "row", "column", "got", "due", "action"]
QUARANTINE_COLUMNS = ["table", "sender", "area", "file", "sheet", "row", "reason", "cells"]

LEFT_EMPTY = Text("该格按缺失处理, 该行保留", "the cell counts as missing, the row is kept")
KEPT = Text("该行保留", "the row is kept")
SET_APART = Text("该行隔离, 待更正", "the row is quarantined until it is corrected")
NO_COLUMN = Text("表头里没有这一列", "the header has no such column")
COLUMN_EMPTY = Text("该列按缺失处理", "the column counts as missing")
NOT_IN_ROSTER = Text("名录中无此单位", "no such unit in the roster")


@dataclass(frozen=True, slots=True)
class Gathered:
    """One table after the gates."""

    rows: pd.DataFrame
    problems: pd.DataFrame
    quarantine: pd.DataFrame
    quarantined: dict[str, int]
    matches: list[Match]


def gather(
    table: Table,
    parts: Sequence[Part],
    sources: Sequence[Source],
    around: Surroundings,
    roster: Roster | None = None,
) -> Gathered:
    """Convert and gate the rows of a table's living parts.

    Parameters
    ----------
    parts : the files that count, in order
    roster : the units, to match names and to find ids that nobody knows; None for the roster itself

    Returns
    -------
    Gathered   ``quarantined`` counts rows by file and source
    """
    raw = _stacked(table, parts)
    if raw.empty:
        none = pd.DataFrame(columns=PROBLEM_COLUMNS), pd.DataFrame(columns=QUARANTINE_COLUMNS)
        return Gathered(empty(table.name), _missing_columns(table, parts), none[1], {}, [])
    rows, due = _converted(table, raw, parts, around)
    matches = (
        roster.match(table, rows, raw, _county_of_sender(raw, parts, around)) if roster is not None else []
    )
    for match in matches:
        if match.settled:
            rows.loc[match.index, "unit_id"] = match.unit_id
            due["unit_id"].loc[match.index] = None
    apart = rows[table.keys].isna().any(axis=1)
    taken = take(rows[~apart], raw[~apart], [part.source for part in parts], sources)
    listed = _bad_cells(table, parts, raw, rows, due, apart, apart[apart].index.union(taken))
    if roster is not None:
        listed.append(_strangers(table, parts, raw, rows, taken, roster))
    trusted = conform(rows.loc[taken].assign(**_provenance(parts, raw.loc[taken])), table.name)
    order = [*table.keys, *(column.name for column in table.columns if column.role != "key"), *PROVENANCE]
    return Gathered(
        trusted.sort_values(order, kind="stable", ignore_index=True),
        _framed([*listed, _missing_columns(table, parts)], PROBLEM_COLUMNS),
        _quarantined(table, parts, raw, rows, due, apart),
        raw.loc[apart, "@part"].value_counts().to_dict(),
        matches,
    )


def _stacked(table: Table, parts: Sequence[Part]) -> pd.DataFrame:
    """All rows of all parts as text, with the part they are of."""
    frames = [
        part.rows.assign(**{"@part": place}) for place, part in enumerate(parts) if part.rows is not None
    ]
    wanted = [column.name for column in table.columns]
    units = [f"@unit:{column.name}" for column in table.columns if column.kind == "money"]
    if not frames:
        return pd.DataFrame(columns=[*wanted, *units, "@part"])
    raw = pd.concat(frames, ignore_index=True)
    for name in (*wanted, *units):
        raw[name] = raw[name].fillna("") if name in raw else ""
    return raw


def _converted(
    table: Table, raw: pd.DataFrame, parts: Sequence[Part], around: Surroundings
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Each column in its type, and what was due where a cell could not be read."""
    rows, due = pd.DataFrame(index=raw.index), {}
    for column in table.columns:
        done = convert(column, raw[column.name], _context(column, raw, rows, parts, around), around)
        rows[column.name], due[column.name] = done.values, done.due
    return rows, due


def _context(
    column: Column, raw: pd.DataFrame, rows: pd.DataFrame, parts: Sequence[Part], around: Surroundings
) -> pd.Series:
    """Beside each text, what its reading depends on."""
    if column.kind == "money":
        return raw[f"@unit:{column.name}"]
    if column.kind in ("date", "datetime"):
        return raw["@base"]
    if column.kind == "area" and around.gazetteer is not None:
        home = county_city(around.gazetteer.areas).to_dict()
        cities = raw["@part"].map({place: home.get(part.area, part.area) for place, part in enumerate(parts)})
        return rows["city"].fillna(cities) if column.name == "county" and "city" in rows else cities
    return pd.Series("", index=raw.index)


def _county_of_sender(raw: pd.DataFrame, parts: Sequence[Part], around: Surroundings) -> pd.Series:
    counties = set() if around.gazetteer is None else set(county_city(around.gazetteer.areas).index)
    return raw["@part"].map({place: part.area for place, part in enumerate(parts) if part.area in counties})


def _provenance(parts: Sequence[Part], raw: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "sender": raw["@part"].map({place: part.sender for place, part in enumerate(parts)}),
        "file": raw["@part"].map({place: part.file for place, part in enumerate(parts)}),
        "sheet": raw["sheet"],
        "row": raw["row"],
    }


def _bad_cells(
    table: Table,
    parts: Sequence[Part],
    raw: pd.DataFrame,
    rows: pd.DataFrame,
    due: dict[str, pd.Series],
    apart: pd.Series,
    concerned: pd.Index,
) -> list[pd.DataFrame]:
    """Cells that could not be read, and empty ones where something is due."""
    listed = []
    for column in table.columns:
        wrong = due[column.name]
        if column.role != "optional":
            given = raw["@part"].map([column.name in _given(part) for part in parts].__getitem__)
            blank = rows[column.name].isna() & wrong.isna() & (given if column.role == "needed" else True)
            wrong = wrong.where(~blank, EMPTY)
        wrong = wrong[wrong.notna() & wrong.index.isin(concerned)]
        actions = apart[wrong.index].map({True: str(SET_APART), False: str(LEFT_EMPTY)})
        listed.append(_problems(table, parts, raw.loc[wrong.index], column, wrong.map(str), actions))
    return listed


def _strangers(
    table: Table,
    parts: Sequence[Part],
    raw: pd.DataFrame,
    rows: pd.DataFrame,
    taken: pd.Index,
    roster: Roster,
) -> pd.DataFrame:
    """Rows whose unit the roster does not have."""
    if "unit_id" not in rows or not roster.known:
        return pd.DataFrame(columns=PROBLEM_COLUMNS)
    units = rows.loc[taken, "unit_id"]
    unknown = units[units.notna() & ~units.isin(roster.known)]
    said = pd.Series(str(NOT_IN_ROSTER), index=unknown.index)
    kept = pd.Series(str(KEPT), index=unknown.index)
    return _problems(table, parts, raw.loc[unknown.index], table.column("unit_id"), said, kept)


def _problems(
    table: Table, parts: Sequence[Part], raw: pd.DataFrame, column: Column, due: pd.Series, action: pd.Series
) -> pd.DataFrame:
    headers = {
        (place, sheet): layout.header.texts[layout.header.columns[column.name]]
        for place, part in enumerate(parts)
        for sheet, layout in enumerate(part.layouts)
        if column.name in layout.header.columns
    }
    shown = [headers.get(place, column.zh) for place in zip(raw["@part"], raw["@sheet"], strict=True)]
    told = {"table": table.name, **_provenance(parts, raw), "column": shown, "got": raw[column.name]}
    return pd.DataFrame({**told, "due": due, "action": action}, index=raw.index, columns=PROBLEM_COLUMNS)


def _given(part: Part) -> set[str]:
    return set() if part.rows is None else set(part.rows.columns)


def _missing_columns(table: Table, parts: Sequence[Part]) -> pd.DataFrame:
    """One line for each sheet and needed column that its header does not have."""
    lines = [
        [
            table.name,
            part.sender,
            part.file,
            layout.sheet,
            0,
            column.zh,
            "",
            str(NO_COLUMN),
            str(COLUMN_EMPTY),
        ]
        for part in parts
        for layout in part.layouts
        for column in table.columns
        if column.role != "optional" and column.name not in _given(part)
    ]
    return pd.DataFrame(lines, columns=PROBLEM_COLUMNS)


def _quarantined(
    table: Table,
    parts: Sequence[Part],
    raw: pd.DataFrame,
    rows: pd.DataFrame,
    due: dict[str, pd.Series],
    apart: pd.Series,
) -> pd.DataFrame:
    """The rows set apart, each with its reason, its area as far as known, and its cells as read."""
    chosen = raw[apart]
    reasons = pd.Series("", index=chosen.index)
    for name in table.keys:
        lacking = rows.loc[chosen.index, name].isna()
        said = due[name][chosen.index].map(lambda text: str(text) if text is not None else str(EMPTY))
        reasons = reasons.where(~lacking, reasons + ";" + table.column(name).zh + ": " + said)
    areas = chosen["@part"].map({place: part.area or None for place, part in enumerate(parts)})
    for name in ("city", "county", "area"):
        if name in rows:
            areas = rows.loc[chosen.index, name].where(rows.loc[chosen.index, name].notna(), areas)
    cells = [
        json.dumps([text for text in parts[part].layouts[sheet].rows[at]], ensure_ascii=False)
        for part, sheet, at in zip(chosen["@part"], chosen["@sheet"], chosen["@at"], strict=True)
    ]
    told = {"table": table.name, **_provenance(parts, chosen), "area": areas}
    told |= {"reason": reasons.str.removeprefix(";"), "cells": cells}
    return pd.DataFrame(told, index=chosen.index, columns=QUARANTINE_COLUMNS)


def _framed(frames: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns)
