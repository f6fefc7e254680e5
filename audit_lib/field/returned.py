"""Returned workbooks: what a team filled in, page by page, whatever file or sheet it stands in.

A page is found by its first cell and known by its code; each cell is found by the words beside
it. A page whose protected cells are not as they were handed out is set apart, not guessed at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit_lib.errors import InputError
from audit_lib.field.forms import NUMBER_OF_ROW
from audit_lib.field.sheets import (
    ASKED,
    HAZARD_CELLS,
    HAZARDS,
    ITEM_CELLS,
    ITEMS,
    KNOWN,
    LIST,
    PAGE,
    REPORTED,
)
from audit_lib.files import sha256_file
from audit_lib.intake.dates import Bad, Years, parse_date, parse_datetime
from audit_lib.intake.readers import Grid, read_grids
from audit_lib.intake.versions import version_of_name
from audit_lib.workbooks import EXPLAINS

VISIT, ITEM, HAZARD = "visit", "item", "hazard"
Key = tuple[str, str, str]
"""Part of the page, line in it (item, or number of the hazard) and column."""

INSPECTORS: Key = (VISIT, "", "inspectors")
LABELS = {word: (VISIT, "", name) for name, word in ASKED.items()}
SAID = {word: name for name, word in KNOWN.items()}
SIGNED = "核查人员签字"


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing on a page that is not as it was handed out, or cannot be placed."""

    row: int
    column: str
    got: str
    due: str


@dataclass(frozen=True, slots=True)
class Copy:
    """One page as it came back: cells that hold something, with the rows they stand in.

    ``said`` is what the page says of itself, ``items`` row, number and id of every line of items;
    cells of items are kept by their row until it is known which rows are sound.
    """

    file: str
    sheet: str
    said: dict[str, str]
    cells: dict[Key, str]
    rows: dict[Key, int]
    items: list[tuple[int, str, str]]
    reported: str = ""
    version: int = 1

    @property
    def code(self) -> str:
        """The code that the page bears."""
        return self.said.get("code", "")

    @property
    def touched(self) -> bool:
        """Whether anything but the inspectors, whom the page names beforehand, is filled in."""
        return any(key != INSPECTORS for key in self.cells)

    def after(self, other: Copy) -> bool | None:
        """Say whether this copy is the later one, by hour if both say one, else by version; None: unclear."""
        hours = (self.reported, other.reported)
        if all(hours) and hours[0] != hours[1]:
            return hours[0] > hours[1]
        return None if self.version == other.version else self.version > other.version


@dataclass(frozen=True, slots=True)
class Returned:
    """One workbook: its pages, or why it cannot be used; ``unknown`` are sheets that are no pages."""

    file: str
    sha256: str = ""
    copies: list[Copy] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    refused: str = ""


def read_returned(path: Path, name: str, years: tuple[int, int]) -> Returned:
    """Return the pages of a workbook; one that cannot be used says why.

    Parameters
    ----------
    name : how the file is called in accounts
    years : of the campaign, for an hour without one
    """
    try:
        grids = read_grids(path)
    except InputError as refused:
        return Returned(name, refused=str(refused))
    first = {grid.sheet: grid.cells[0][0].strip() if grid.cells and grid.cells[0] else "" for grid in grids}
    reported = next((_reported(grid, Years(*years)) for grid in grids if first[grid.sheet] == LIST), "")
    version = version_of_name(name)
    copies = [_read_page(grid, name, reported, version) for grid in grids if first[grid.sheet] == PAGE]
    strange = [
        grid.sheet
        for grid in grids
        if first[grid.sheet] not in (LIST, PAGE, EXPLAINS) and any(any(row) for row in grid.cells)
    ]
    digest = sha256_file(path)
    if not copies:
        return Returned(name, digest, unknown=strange, refused=f"{path.name} 里没有现场核查表的页")
    return Returned(name, digest, copies, strange)


def find_slips(copy: Copy, page: dict[str, Any], checklist: Collection[str]) -> list[Slip]:
    """Return what of a page is not as it was handed out: its head, then its items.

    Parameters
    ----------
    page : its row of the register;  checklist : every item there is

    A slip in row 0 concerns the whole page.
    """
    slips = [
        Slip(
            0, KNOWN[name], copy.said.get(name, ""), f"发出时为“{page[name]}”, 被保护的单元格已改动, 整页不计"
        )
        for name in ("draw", "team", "unit_id")
        if copy.said.get(name, "") != str(page[name])
    ]
    due = [one for one in str(page["items"]).split("、") if one]
    own = [(row, item) for row, number, item in copy.items if number.isdecimal()]
    for place, item in enumerate(due):
        row, got = own[place] if place < len(own) else (0, "")
        if got != item and row:
            slips.append(Slip(row, ITEMS[1], got, f"发出时为“{item}”, 被保护的单元格已改动, 该行不计"))
        elif got != item:
            slips.append(Slip(0, ITEMS[1], "", f"少了项目 {item} 的一行, 版式已改动, 整页不计"))
    seen = set(due)
    for row, number, item in copy.items:
        if number.isdecimal() or not (item or _filled(copy, row)):
            continue
        if item not in checklist:
            slips.append(Slip(row, ITEMS[1], item, "不是检查表目录里的项目编号, 该行不计"))
        elif item in seen:
            slips.append(Slip(row, ITEMS[1], item, "这个项目在本页已有一行, 该行不计"))
        seen.add(item)
    return slips


def sound(copy: Copy, rows: Collection[int]) -> tuple[dict[Key, str], dict[Key, int]]:
    """Return the cells of a page, items by their ids, and their rows, but for what stands in some rows."""
    ids = {str(row): item for row, _, item in copy.items}
    keys = {
        key: (ITEM, ids[key[1]], key[2]) if key[0] == ITEM else key
        for key, row in copy.rows.items()
        if row not in rows
    }
    cells = {named: copy.cells[key] for key, named in keys.items() if key in copy.cells}
    return cells, {named: copy.rows[key] for key, named in keys.items()}


def _filled(copy: Copy, row: int) -> bool:
    return any(at == row for at in copy.rows.values())


def _reported(grid: Grid, years: Years) -> str:
    """The hour as it sorts; one that cannot be read says nothing."""
    said = next((row[2].strip() for row in grid.cells if row[:1] == [REPORTED] and len(row) > 2), "")  # noqa: PLR2004
    moment = parse_datetime(said, years)
    day = parse_date(said, years) if isinstance(moment, Bad) else moment.date()
    if isinstance(day, Bad):
        return ""
    return f"{day.isoformat()}T00:00:00" if isinstance(moment, Bad) else moment.isoformat()


def _read_page(grid: Grid, file: str, reported: str, version: int) -> Copy:
    copy = Copy(file, grid.sheet, {}, {}, {}, [], reported, version)
    wide = [[*(text.strip() for text in row), *[""] * (len(ITEMS) - len(row))] for row in grid.cells]
    lines = iter(enumerate(wide, start=1))
    _read_head(copy, lines)
    for number, row in lines:
        if row[1] == HAZARDS[1]:
            break
        copy.items.append((number, row[0], row[1]))
        _keep(copy, number, row, (ITEM, str(number)), ITEM_CELLS)
    for place, (number, row) in enumerate(lines, start=1):
        if row[0].startswith(SIGNED):
            break
        _keep(copy, number, row, (HAZARD, f"{place:02d}"), HAZARD_CELLS)
    return copy


def _read_head(copy: Copy, lines: Iterator[tuple[int, list[str]]]) -> None:
    """Read up to the header of the items: labels stand left of their cells, in two halves."""
    for number, row in lines:
        if row[0] == NUMBER_OF_ROW and row[1] == ITEMS[1]:
            return
        for word, value in ((row[0], row[2]), (row[3], row[5])):
            if word in SAID:
                copy.said[SAID[word]] = value
            elif word in LABELS and value:
                copy.cells[LABELS[word]], copy.rows[LABELS[word]] = value, number
            elif word in LABELS:
                copy.rows[LABELS[word]] = number


def _keep(copy: Copy, number: int, row: list[str], line: tuple[str, str], columns: dict[str, int]) -> None:
    for name, place in columns.items():
        if row[place]:
            key = (*line, name)
            copy.cells[key], copy.rows[key] = row[place], number
