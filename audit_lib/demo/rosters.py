"""The rosters as files: the messiest of all, each city in another form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from audit_lib.demo.paper import BROKEN, Heading, Sheet, text_bytes, xls_bytes, xlsx_bytes
from audit_lib.demo.province import Province
from audit_lib.demo.senders import HANDED_IN, Sender, columns_of
from audit_lib.demo.spelling import Cell, heading_of, write_cells
from audit_lib.files import write_bytes

CORRECTED_CITY, BROKEN_CITY, HIDING_CITY = "990500", "990700", "990800"
UNKNOWN_COUNTY = "992426"
"""One row of its roster has no number: nobody can say which unit it is."""

FIRST_HANDED_IN = "2014年2月12日"
UPPER = ("网格", "有无", "状态")
"""Words that stand once over several columns: 网格 over 编号 and 责任人."""


def write_roster(province: Province, sender: Sender, folder: Path) -> None:
    """Write a city's roster, and before it the version that it later corrected."""
    names = province.areas.set_index("code")["name"]
    counties = province.counties.loc[province.counties["city"] == sender.code, "code"]
    sheets = [_roster_sheet(province, sender, county, str(names[county])) for county in counties]
    if sender.code == HIDING_CITY:
        sheets = [replace(sheet, hidden=frozenset(range(2, len(sheet.rows), 17))) for sheet in sheets]
    if sender.code == BROKEN_CITY:
        sheets[0] = _set_cells(sheets[0], ("床位数", ""), 1, BROKEN)
    name = f"{sender.name}单位名录"
    if sender.code == CORRECTED_CITY:
        first = [_set_cells(sheet, ("网格", "责任人"), 3, None) for sheet in sheets]
        first = [replace(sheet, date=FIRST_HANDED_IN) for sheet in first]
        write_bytes(folder / f"{name}.xlsx", xlsx_bytes(first))
        name += "(更正)"
    ending, data = _pack(sheets, sender)
    write_bytes(folder / f"{name}{ending}", data)


def _pack(sheets: Sequence[Sheet], sender: Sender) -> tuple[str, bytes]:
    """Return the ending of a roster's file and its bytes, in the form that its sender uses."""
    match sender.roster:
        case "xls":
            return ".xls", xls_bytes(sheets)
        case "gb18030":
            return ".csv", text_bytes(_join(sheets), encoding="gb18030", delimiter=",")
        case "utf16":
            return ".txt", text_bytes(_join(sheets), encoding="utf-16-le", delimiter="\t")
    return ".xlsx", xlsx_bytes(sheets)


def _roster_sheet(province: Province, sender: Sender, county: str, name: str) -> Sheet:
    """Return a county's roster: two rows of headings, a subtotal behind each township."""
    units = province.tables["units"]
    there = units[units["county"] == county]
    columns = columns_of(there, "units")
    if there["city_said"].ne("").any():
        there = there.assign(city=there["city_said"].where(there["city_said"] != "", there["city"]))
        columns = ["city", *columns]
    rows = write_cells(there, "units", columns, sender.hand)
    towns = there["township"].tolist()
    ends = [
        place for place in range(1, len(towns) + 1) if towns[place - 1 : place] != towns[place : place + 1]
    ]
    if county == UNKNOWN_COUNTY:
        rows.insert(1, _without_number(rows[0], columns))
        ends = [end + 1 for end in ends]
    return Sheet(
        name,
        f"{name}卫生计生机构单位名录",
        sender.office,
        HANDED_IN,
        [("序号", ""), *(_split(heading_of("units", column, sender.hand)) for column in columns)],
        [[place, *row] for place, row in enumerate(rows, start=1)],
        dict.fromkeys(ends, "本乡镇小计"),
    )


def _split(heading: str) -> Heading:
    upper = next((word for word in UPPER if heading.startswith(word) and heading != word), "")
    return (upper, heading.removeprefix(upper)) if upper else (heading, "")


def _without_number(row: Sequence[Cell], columns: Sequence[str]) -> list[Cell]:
    """Return a row that looks like ``row`` but lacks what would say which unit it is."""
    blank: dict[str, Cell] = {"unit_id": None, "unit_name": "某村卫生室(编号待补)", "org_code": None}
    return [blank.get(column, cell) for column, cell in zip(columns, row, strict=True)]


def _set_cells(sheet: Sheet, heading: Heading, count: int, value: Cell) -> Sheet:
    """Return a sheet with another value in the first cells of a column."""
    column = list(sheet.headings).index(heading)
    rows = [list(row) for row in sheet.rows]
    for row in rows[:count]:
        row[column] = value
    return replace(sheet, rows=rows)


def _join(sheets: Sequence[Sheet]) -> Sheet:
    """Return all sheets as one, because text files have no sheets."""
    rows = [row for sheet in sheets for row in sheet.rows]
    return replace(sheets[0], title="全市卫生计生机构单位名录", rows=rows, subtotals={len(rows): "全市"})
