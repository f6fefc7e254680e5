"""Records: parts of one table turned into trusted rows, bad cells and quarantined rows.

A row that cannot be identified (a key is missing) is quarantined. Any other bad cell
becomes missing and is listed; the row stays, because a roster row that vanished would
shrink a denominator. Duplicates stay: rules find them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from audit_lib.intake.areas import county_city
from audit_lib.intake.listing import (
    PROBLEM_COLUMNS,
    QUARANTINE_COLUMNS,
    Batch,
    bad_cells,
    misnamed,
    missing_columns,
    nameless,
    outside_window,
    quarantined,
    still_to_come,
    strangers,
    stray_sheets,
)
from audit_lib.intake.matching import Match, Roster
from audit_lib.intake.parts import Part
from audit_lib.intake.selection import take
from audit_lib.intake.values import Surroundings, convert
from audit_lib.intake.versions import corrected_rows
from audit_lib.params import Source
from audit_lib.schemas import PROVENANCE, Column, Table, conform, empty


@dataclass(frozen=True, slots=True)
class Gathered:
    """One table after the gates; ``apart`` counts its quarantined rows by part.

    ``corrected`` are the rows that a later file replaces one by one: the place of their part, their
    place in its ``rows``, and the place of the later part.
    """

    rows: pd.DataFrame
    problems: pd.DataFrame
    quarantine: pd.DataFrame
    apart: dict[int, int]
    matches: list[Match]
    corrected: list[tuple[int, int, int]]


def gather(
    table: Table,
    parts: Sequence[Part],
    *,
    sources: Sequence[Source],
    around: Surroundings,
    roster: Roster | None,
) -> Gathered:
    """Convert and gate the rows of a table's living parts.

    Parameters
    ----------
    parts : the files that count, in order
    sources : what the params say about the table, as `Part.source` counts them
    roster : the units, to match names and to find ids that nobody knows; None for the roster itself
    """
    lacking = pd.concat([missing_columns(table, parts), stray_sheets(table, parts)])
    raw = _stacked(table, parts)
    if raw.empty:
        return Gathered(empty(table.name), lacking, pd.DataFrame(columns=QUARANTINE_COLUMNS), {}, [], [])
    batch = _converted(table, parts, raw, around)
    matches = (
        []
        if roster is None
        else roster.match(batch.rows, raw, raw["@part"].map(_county_of_sender(batch, around)))
    )
    for match in matches:
        if match.settled:
            batch.rows.loc[match.index, "unit_id"] = match.unit_id
    apart = batch.apart
    later = corrected_rows(batch, raw.index[~apart])
    open_ = ~apart & ~raw.index.isin(later.index)
    taken = take(batch.rows[open_], raw[open_], [part.source for part in parts], sources)
    listed = [lacking, *bad_cells(batch, apart[apart].index.union(taken))]
    listed += outside_window(batch, taken, around.window)
    if roster is not None:
        listed += [strangers(batch, taken, roster.known), nameless(batch, taken)]
        listed.append(misnamed(batch, taken, roster.contradicted(batch.rows)))
    return Gathered(
        _trusted(batch, taken),
        pd.concat([one for one in listed if len(one)] or [pd.DataFrame(columns=PROBLEM_COLUMNS)]),
        quarantined(batch),
        {int(part): int(count) for part, count in raw.loc[apart, "@part"].value_counts().items()},
        matches,
        list(zip(raw.loc[later.index, "@part"], raw.loc[later.index, "@place"], later, strict=True)),
    )


def _stacked(table: Table, parts: Sequence[Part]) -> pd.DataFrame:
    """All rows of all parts as text, with the part they are of."""
    frames = [
        part.rows.assign(**{"@part": place}).rename_axis("@place").reset_index()
        for place, part in enumerate(parts)
        if part.rows is not None
    ]
    wanted = [column.name for column in table.columns]
    units = [f"@unit:{column.name}" for column in table.columns if column.kind == "money"]
    raw = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    for name in (*wanted, *units, "@stray", "@area"):
        raw[name] = raw[name].fillna("") if name in raw else ""
    return raw


def _converted(table: Table, parts: Sequence[Part], raw: pd.DataFrame, around: Surroundings) -> Batch:
    """Each column in its declared type."""
    batch = Batch(table, parts, raw, pd.DataFrame(index=raw.index), {})
    for column in table.columns:
        done = still_to_come(
            table, column, convert(column, raw[column.name], _context(column, batch, around), around), around
        )
        values = done.values
        if column.kind == "area":
            values = values.where(raw[column.name] != "", _area_of_sender(column, batch, around))
        batch.rows[column.name], batch.due[column.name] = values, done.due
    return batch


def _context(column: Column, batch: Batch, around: Surroundings) -> pd.Series:
    """Beside each text, what its reading depends on."""
    raw = batch.raw
    if column.kind == "money":
        return raw[f"@unit:{column.name}"]
    if column.kind in ("date", "datetime"):
        return raw["@base"]
    if column.kind == "area" and around.gazetteer is not None:
        home = county_city(around.gazetteer.areas).to_dict()
        cities = raw["@part"].map(
            {place: home.get(part.area, part.area) for place, part in enumerate(batch.parts)}
        )
        known = column.name == "county" and "city" in batch.rows
        return batch.rows["city"].fillna(cities) if known else cities
    return pd.Series("", index=raw.index)


def _area_of_sender(column: Column, batch: Batch, around: Surroundings) -> pd.Series:
    """The sender's own area, for sheets without such a column: a county need not repeat its name."""
    counties = _county_of_sender(batch, around)
    own = {
        place: part.area
        for place, part in enumerate(batch.parts)
        if column.name not in part.columns
        and part.area
        and (column.name == "area" or (column.name == "county" and place in counties))
    }
    return batch.raw["@part"].map(own).astype("str")


def _county_of_sender(batch: Batch, around: Surroundings) -> dict[int, str]:
    """The county that sent each part, where a county did."""
    counties = set() if around.gazetteer is None else set(county_city(around.gazetteer.areas).index)
    return {place: part.area for place, part in enumerate(batch.parts) if part.area in counties}


def _trusted(batch: Batch, taken: pd.Index) -> pd.DataFrame:
    """The rows that count, by key, then by everything else, so that no order of files shows."""
    table = batch.table
    rows = conform(batch.rows.loc[taken].assign(**batch.provenance(taken)), table.name)
    order = [*table.keys, *(column.name for column in table.columns if column.role != "key"), *PROVENANCE]
    return rows.sort_values(order, kind="stable", ignore_index=True)
