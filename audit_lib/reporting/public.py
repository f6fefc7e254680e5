"""A report as it may leave the house: persons masked, small cells left out, no draft mark.

Made from the report itself, before any writer sees it, so that page, paper and workbook leave
the same things out. Phones keep three and four digits, identity numbers go, an inspector bears
the certificate number, every other person the surname: 张某. Names of areas and units stay; a
unit's registered name is public, also where it holds a person's. Source: domain 4.4.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.model import Block, Cards, Grid, Number, Paragraph, Report, Section
from audit_lib.reporting.tables import HIDDEN
from audit_lib.reporting.words import DRAFT
from audit_lib.schemas import inputs, parameter, rulebook_rows, words

PHONE = re.compile(r"(?<![0-9A-Za-z.])(1[3-8]\d)\d{4}(\d{4})(?![0-9A-Za-z])")
IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""Of the signs of an identity number, by GB 11643."""

NAME = re.compile(r"[\u3400-\u9fff·]{2,6}")
BETWEEN = re.compile(r"[、,，;；/\s]+")
TITLE = "关于{campaign}检查验收情况的通报"
"""Title of the province's report once it is released, and only then."""


@dataclass(frozen=True)
class Masks:
    """What stands for whom: ``people`` by name; ``kept`` are names that hold others and stay."""

    people: Mapping[str, str]
    kept: frozenset[str]

    def apply(self, text: str) -> str:
        """Return a text with phones, identity numbers and persons masked.

        >>> masks = Masks({"高新": "高某", "王强": "王某"}, frozenset({"高新区"}))
        >>> masks.apply("高新区王强13912345678; 高新未签字")
        '高新区王某139****5678; 高某未签字'
        """
        text = IDENTITY.sub(_without_identity, PHONE.sub(r"\1****\2", text))
        if not self.holds(text):
            return text
        parts, place = [], 0
        while place < len(text):
            length, said = self._at(text, place)
            parts.append(said)
            place += length
        return "".join(parts)

    def holds(self, text: str) -> bool:
        """Say whether a text holds the name of one of the people."""
        return any(
            text[place : place + length] in self.people
            for length in self._lengths[1]
            for place in range(len(text) - length + 1)
        )

    @cached_property
    def _lengths(self) -> tuple[list[int], list[int]]:
        kept, people = ({len(name) for name in names} for names in (self.kept, self.people))
        return sorted(kept, reverse=True), sorted(people, reverse=True)

    def _at(self, text: str, place: int) -> tuple[int, str]:
        """Return how far to go on from a place, and what to write for it."""
        for length in self._lengths[0]:
            if (found := text[place : place + length]) in self.kept:
                return length, found
        for length in self._lengths[1]:
            if (found := text[place : place + length]) in self.people:
                return length, self.people[found]
        return 1, text[place]


def _is_identity(number: str) -> bool:
    """Say whether 18 signs are an identity number: its day of birth and its check character fit.

    >>> _is_identity("11010519491231002X"), _is_identity("110105194912310021")
    (True, False)
    """
    try:
        dt.datetime.strptime(number[6:14], "%Y%m%d")  # noqa: DTZ007 a day has no zone
    except ValueError:
        return False
    total = sum(weight * int(sign) for weight, sign in zip(WEIGHTS, number[:-1], strict=True))
    return "10X98765432"[total % 11] == number[-1].upper()


def _without_identity(found: re.Match[str]) -> str:
    return "(证件号码已略)" if _is_identity(found[0]) else found[0]


def find_masks(case: Case) -> Masks:
    """Return the persons named in a run's tables and what is published for each.

    What was typed into a person's cell and is a word of the rulebook too (自查, 单位) is no name.
    """
    plain = _rulebook_text()
    people: dict[str, str] = {}
    for place in _person_columns():
        table, column = place.split(".")
        for cell in case.tables[table][column].dropna().astype(str).unique():
            for name in BETWEEN.split(cell):
                if NAME.fullmatch(name) and name not in plain:
                    people[name] = masked_name(name)
    people |= _certificates(case, people)
    units = set(case.tables["units"]["unit_name"].dropna().astype(str))
    areas = set(case.areas["name"].astype(str))
    masks = Masks(people, frozenset())
    return Masks(people, frozenset(name for name in units | areas if masks.holds(name)))


def _certificates(case: Case, people: Collection[str]) -> dict[str, str]:
    """Return the certificate numbers of those whom a name alone tells apart.

    One number in the register, never in a cell of somebody else than an inspector, and never at a
    unit outside the register's area: a namesake would be published as another person.
    """
    staff = case.tables["inspectors"].dropna(subset=["inspector_name"])
    register = staff.groupby("inspector_name").agg(
        numbers=("inspector_id", "nunique"), number=("inspector_id", "first"), area=("area", "first")
    )
    register = register[(register["numbers"] == 1) & register.index.isin(list(people))]
    parent = case.areas.set_index("code")["parent"]
    county = case.tables["units"].drop_duplicates("unit_id").set_index("unit_id")["county"]
    doubtful: set[str] = set()
    for place in _person_columns():
        table, column = place.split(".")
        if table == "inspectors":
            continue
        rows = case.tables[table].dropna(subset=[column]).reset_index(drop=True)
        names = rows[column].astype(str).str.split(BETWEEN).explode()
        names = names[names.isin(register.index)]
        if inputs()[table].column(column).kind != "people":
            doubtful |= set(names)
            continue
        where = rows["unit_id"].map(county).reindex(names.index)
        covered = names.map(register["area"])
        city = where.map(parent)
        known = (covered == where) | (covered == city) | (covered == city.map(parent))
        doubtful |= set(names[~known])
    return {
        str(name): f"执法证 {number}" for name, number in register["number"].items() if name not in doubtful
    }


def masked_name(name: str) -> str:
    """Return a person's name as it may be published: the surname, also one of two signs.

    >>> masked_name("王立新"), masked_name("欧阳兰")
    ('王某', '欧阳某')
    """
    surnames = words(parameter("compound_surnames"))
    double = next((one for one in surnames if name.startswith(one) and name != one), None)
    return f"{double or name[0]}某"


def public_report(case: Case, draft: Report, masks: Masks) -> Report:
    """Return a draft as it may be published.

    Left out are the tables that name files and rows (a row of the rulebook names them), and the
    pictures of a section in which a small cell is left out.
    """
    least, inner = int(parameter("small_cell")), words(parameter("internal_tables"))
    sections = tuple(
        dataclasses.replace(
            section,
            blocks=tuple(_published(section, masks, least, inner)),
            numbers=_numbers(section.numbers, masks, least),
        )
        for section in draft.sections
    )
    title = TITLE.format(campaign=case.run.params.campaign) if case.level == "province" else draft.title
    marks = tuple(mark for mark in draft.marks if mark != DRAFT)
    return dataclasses.replace(draft, title=title, marks=marks, sections=sections)


def _published(section: Section, masks: Masks, least: int, inner: tuple[str, ...]) -> Iterator[Block]:
    grids = {
        block.name: _grid(block, masks, least)
        for block in section.blocks
        if isinstance(block, Grid) and not block.name.startswith(inner)
    }
    some = any(hidden for _, hidden in grids.values())
    for block in section.blocks:
        if isinstance(block, Grid):
            if block.name in grids:
                yield grids[block.name][0]
        elif isinstance(block, Paragraph):
            yield dataclasses.replace(block, text=masks.apply(block.text))
        elif isinstance(block, Cards):
            yield block
        elif not some:
            yield dataclasses.replace(block, numbers=_numbers(block.numbers, masks, least))


def _numbers(numbers: tuple[Number, ...], masks: Masks, least: int) -> tuple[Number, ...]:
    return tuple(_number(number, masks, least) for number in numbers)


def _number(number: Number, masks: Masks, least: int) -> Number:
    if number.kind == "share" and number.of is not None and 0 < number.of < least:
        return dataclasses.replace(number, value=HIDDEN, of=None)
    value = masks.apply(number.value) if isinstance(number.value, str) else number.value
    return dataclasses.replace(number, value=value)


def _grid(grid: Grid, masks: Masks, least: int) -> tuple[Grid, bool]:
    """Return a table with persons masked and small cells left out, and whether there were any."""
    rows = grid.rows.reset_index(drop=True)
    gone = pd.Series(False, index=rows.index)
    for column in grid.columns:
        if column.kind == "share":
            small = small_cells(rows[column.of], least)
            gone |= small
            rows = rows.assign(**{column.key: rows[column.key].astype(object).mask(small, HIDDEN)})
    for column in grid.columns:
        if column.kind == "text":
            said = rows[column.key].map(lambda one: masks.apply(str(one)) if pd.notna(one) else one)
            # What is still owed would tell the figure that was left out beside it.
            owed = said.astype(str).str.contains("还差")
            rows = rows.assign(**{column.key: said.mask(gone & owed, HIDDEN)})
    note = f"{grid.note}“{HIDDEN}”为所涉对象很少, 公布时略去。" if gone.any() else grid.note
    numbers = _numbers(grid.numbers, masks, least)
    return dataclasses.replace(grid, rows=rows, note=masks.apply(note), numbers=numbers), bool(gone.any())


def small_cells(whole: pd.Series, least: int) -> pd.Series:
    """Return which shares of a column are left out: those of fewer than ``least``.

    Where it is only one, the next smallest goes with it: with the total one could tell it.

    >>> small_cells(pd.Series([3, 40, 9, 0]), 5).tolist()
    [True, False, True, False]
    """
    counts = pd.to_numeric(whole, errors="coerce").astype("Float64").fillna(0)
    small = (counts > 0) & (counts < least)
    others = counts[(counts > 0) & ~small]
    if small.sum() == 1 and len(others):
        small |= counts.index == others.idxmin()
    return small.astype(bool)


def _person_columns() -> list[str]:
    """Return the columns that name persons, as ``table.column``."""
    several = [
        f"{name}.{column.name}"
        for name, table in inputs().items()
        for column in table.columns
        if column.kind == "people"
    ]
    return [*several, *sorted(words(parameter("person_columns")))]


@cache
def _rulebook_text() -> str:
    tables = ("rules", "readings", "indicators", "checklist", "columns", "tables", "unit_types", "words")
    return "\n".join(str(cell) for name in tables for row in rulebook_rows(name) for cell in row.values())
