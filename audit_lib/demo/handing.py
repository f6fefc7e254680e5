"""Which table goes into which file, and how messy: the folder that the province hands over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from audit_lib.demo.paper import BROKEN, Sheet, text_bytes, xls_bytes, xlsx_bytes
from audit_lib.demo.province import Province
from audit_lib.demo.spelling import DAY_SPELLINGS, Cell, Hand, header_of, write_cells
from audit_lib.demo.stock import stock
from audit_lib.files import write_bytes

HANDED_IN = "2014年3月31日"
CORRECTED_CITY, BROKEN_CITY, HIDING_CITY = "990500", "990700", "990800"
UNKNOWN_COUNTY = "992426"
"""One row of its roster has no number: nobody can say which unit it is."""

LOCKED_CITY = "990800"
"""Its list of inspectors comes with a password that nobody was told."""

ROSTER = (
    (
        "基本信息",
        ("unit_id", "unit_name", "county", "township", "org_code", "site_no", "unit_type", "affiliation"),
    ),
    ("网格化监管", ("grid_id", "grid_person", "owner_territorial", "owner_sector", "owner_general")),
    ("重点监控", ("key_unit", "key_guarantor", "key_task")),
    ("规模", ("staff", "beds")),
    ("设施设备", ("has_boiler", "has_elevator", "has_vessel", "has_oxygen", "has_radiation")),
    ("危险源", ("has_chemicals", "has_laboratory", "has_kitchen")),
    ("变动", ("reports_through", "status", "status_date", "status_evidence", "entry_date")),
)
LEDGER = (
    "hazard_id unit_id unit_name county source found_date finders category place description grade measure "
    "resp_unit resp_person fund_planned fund_arrived fund_not_needed deadline extended_to extension_approved "
    "plan_doc closed_date recheck_date rechecker recheck_result written_off_date platform_date note"
).split()
LISTINGS = (
    "listing_id hazard_id unit_id unit_name county body body_level listed_date measure resp_unit resp_person "
    "fund_planned fund_arrived deadline plan_doc closed_date accept_date accept_result deputy_signer deputy_date "
    "principal_signer principal_date delisted_date"
).split()
COUNTY_CHECKS = (
    "check_id unit_id unit_name county date start end inspectors expert score hazards_general hazards_major "
    "conclusion document_no"
).split()
CITY_CHECKS = (
    "check_id unit_id unit_name county date start end inspectors batch county_check_id replacement "
    "hazards_new already_so conclusion document_no"
).split()
SELF_CHECKS = (
    "unit_id unit_name county notice_date plan_date self_check_date found_general found_major report_date "
    "drill_date drill_people"
).split()
WEEKLY = (
    "area body week received_at units_due self_checked inspected passed spot_due spot_done general_found "
    "general_closed major_found major_closed major_planned major_listed fund_total filled_by reviewed_by"
).split()
DOCUMENTS = "area body doc_type doc_no title date has_content has_persons has_deadlines".split()


@dataclass(frozen=True, slots=True)
class Sender:
    """One city that hands in files: its code, name, form of its roster and its hand."""

    code: str
    name: str
    roster: str
    hand: Hand


def write_files(province: Province, folder: Path) -> None:
    """Write every file but params, truth and the province's own findings."""
    for sender in senders(province):
        _write_rosters(province, sender, folder / "名录")
        for place, name, columns, title in (
            ("县检", "county_checks", COUNTY_CHECKS, "县级检查记录"),
            ("台账", "hazards", LEDGER, "隐患排查治理台账"),
        ):
            sheets = _by_county(province, sender, name, columns, title)
            write_bytes(folder / place / f"{sender.name}{title}.xlsx", xlsx_bytes(sheets))
        for place, name, columns, title in (
            ("市抽检", "city_checks", CITY_CHECKS, "市级抽检记录"),
            ("挂牌", "listings", LISTINGS, "重大隐患挂牌督办台账"),
        ):
            sheet = _whole(province, sender, name, columns, title)
            write_bytes(folder / place / f"{sender.name}{title}.xlsx", xlsx_bytes([sheet]))
        sheet = _whole(province, replace(sender, hand=replace(sender.hand, text_only=True)), *_SELF)
        data = text_bytes([sheet], encoding="utf-8-sig", delimiter=",")
        write_bytes(folder / "自查" / f"{sender.name}单位自查表.csv", data)
    _write_papers(province, folder)


_SELF = ("self_checks", SELF_CHECKS, "单位自查汇总表")


def senders(province: Province) -> list[Sender]:
    """Return the cities that hand in files, each with a hand of its own."""
    areas = province.areas.set_index("code")
    names = areas["name"].to_dict()
    rows = []
    for place, row in enumerate(stock("handover").itertuples(index=False)):
        city, parent = str(row.city), names[str(row.city)]
        full = {code: parent + name for code, name in names.items()} if row.county == "full" else names
        hand = Hand(place % len(DAY_SPELLINGS), str(row.county), str(row.money), full, row.roster != "xlsx")
        rows.append(Sender(city, names[city], str(row.roster), hand))
    return rows


def _write_rosters(province: Province, sender: Sender, folder: Path) -> None:
    """Write a city's roster, and before it the version that it later corrected."""
    sheets = [_roster_sheet(province, sender, county) for county in _counties(province, sender)]
    if sender.code == HIDING_CITY:
        sheets = [replace(sheet, hidden=frozenset(range(2, len(sheet.rows), 17))) for sheet in sheets]
    if sender.code == BROKEN_CITY:
        sheets[0] = _break_cell(sheets[0])
    name = f"{sender.name}单位名录"
    if sender.code == CORRECTED_CITY:
        write_bytes(folder / f"{name}.xlsx", xlsx_bytes([_spoil(sheet) for sheet in sheets]))
        name += "(更正)"
    if sender.roster == "xlsx":
        write_bytes(folder / f"{name}.xlsx", xlsx_bytes(sheets))
    elif sender.roster == "xls":
        write_bytes(folder / f"{name}.xls", xls_bytes(sheets))
    elif sender.roster == "gb18030":
        write_bytes(folder / f"{name}.csv", text_bytes([_join(sheets)], encoding="gb18030", delimiter=","))
    else:
        write_bytes(folder / f"{name}.txt", text_bytes([_join(sheets)], encoding="utf-16-le", delimiter="\t"))


def _roster_sheet(province: Province, sender: Sender, county: str) -> Sheet:
    """Return a county's roster: two rows of headings, a subtotal behind each township."""
    columns = [column for _, group in ROSTER for column in group]
    units = province.tables["units"]
    there = units[units["county"] == county]
    rows = write_cells(there, "units", columns, sender.hand)
    ends = [
        place
        for place, (a, b) in enumerate(zip(there["township"], there["township"].iloc[1:], strict=False), 1)
        if a != b
    ]
    subtotals = {end: "本乡镇小计" for end in [*ends, len(rows)]}
    if county == UNKNOWN_COUNTY:
        rows.insert(1, _without_number(rows[0], columns))
        subtotals = {end + 1: text for end, text in subtotals.items()}
    numbered = [[place, *row] for place, row in enumerate(rows, start=1)]
    headings = ["序号", *(header_of("units", column, sender.hand) for column in columns)]
    groups = [("序号", 1), *((heading, len(group)) for heading, group in ROSTER)]
    title = f"{province.areas.set_index('code')['name'][county]}卫生计生机构单位名录"
    return Sheet(
        province.areas.set_index("code")["name"][county],
        title,
        f"{sender.name}卫生局",
        HANDED_IN,
        headings,
        numbered,
        groups,
        subtotals,
    )


def _without_number(row: Sequence[Cell], columns: Sequence[str]) -> list[Cell]:
    """Return a row that looks like ``row`` but lacks what would say which unit it is."""
    blank = {"unit_id": None, "unit_name": "某村卫生室(编号待补)", "org_code": None}
    return [blank.get(column, cell) for column, cell in zip(columns, row, strict=True)]


def _break_cell(sheet: Sheet) -> Sheet:
    """Return a sheet with a formula that failed in an optional column."""
    column = sheet.headings.index("床位数")
    rows = [list(row) for row in sheet.rows]
    rows[0][column] = BROKEN
    return replace(sheet, rows=rows)


def _spoil(sheet: Sheet) -> Sheet:
    """Return the first version of a sheet: without the grid persons of its first rows."""
    column = sheet.headings.index("网格责任人")
    rows = [list(row) for row in sheet.rows]
    for row in rows[:3]:
        row[column] = None
    return replace(sheet, rows=rows, date="2014年2月12日")


def _join(sheets: Sequence[Sheet]) -> Sheet:
    """Return all sheets as one, because text files have no sheets."""
    rows = [row for sheet in sheets for row in sheet.rows]
    return replace(sheets[0], title=sheets[0].sender + "单位名录", rows=rows, subtotals={len(rows): "全市"})


def _by_county(
    province: Province, sender: Sender, name: str, columns: Sequence[str], title: str
) -> list[Sheet]:
    table = province.tables[name]
    areas = province.areas.set_index("code")["name"]
    return [
        _sheet(table[table["county"] == county], sender, name, columns, areas[county], title)
        for county in _counties(province, sender)
    ]


def _whole(province: Province, sender: Sender, name: str, columns: Sequence[str], title: str) -> Sheet:
    table = province.tables[name]
    return _sheet(table[table["city"] == sender.code], sender, name, columns, title, title)


def _sheet(
    rows: pd.DataFrame, sender: Sender, name: str, columns: Sequence[str], sheet: str, title: str
) -> Sheet:
    headings = [header_of(name, column, sender.hand) for column in columns]
    cells = write_cells(rows, name, columns, sender.hand)
    return Sheet(sheet, f"{sender.name}{title}", f"{sender.name}卫生局", HANDED_IN, headings, cells)


def _counties(province: Province, sender: Sender) -> Iterator[str]:
    counties = province.counties
    yield from counties.loc[counties["city"] == sender.code, "code"]


def _write_papers(province: Province, folder: Path) -> None:
    """Write what the province itself holds: reports received, papers, inspectors, the platform."""
    office = Sender(
        "", "云杉省卫生计生委", "xlsx", Hand(1, names=province.areas.set_index("code")["name"].to_dict())
    )
    tables = province.tables
    wages = ("inspector_id", "inspector_name", "area", "lead", "interests")
    known = tables["inspectors"][tables["inspectors"]["area"] != LOCKED_CITY]
    papers: list[tuple[str, pd.DataFrame, str, Sequence[str], str]] = [
        (
            "周报/周报报送单位.xlsx",
            tables["reporters"],
            "reporters",
            ("area", "body", "contact", "phone"),
            "周报报送单位",
        ),
        ("文件/文件登记表.xlsx", tables["documents"], "documents", DOCUMENTS, "文件登记表"),
        ("人员/检查人员名册.xlsx", known, "inspectors", wages, "检查人员名册"),
    ]
    for week, rows in tables["weekly"].groupby("week"):
        title = f"周报{pd.Timestamp(str(week)):%Y-%m-%d}"
        papers.append((f"周报/{title}.xlsx", rows, "weekly", WEEKLY, title))
    for place, rows, name, columns, title in papers:
        write_bytes(folder / place, xlsx_bytes([_sheet(rows, office, name, columns, title, title)]))
    sheet = _sheet(tables["platform"], replace(office, hand=replace(office.hand, text_only=True)), *_PLATFORM)
    write_bytes(folder / "平台" / "平台上报数据.csv", text_bytes([sheet], encoding="utf-8", delimiter=","))


_PLATFORM = ("platform", ("hazard_id", "platform_date"), "平台上报数据", "网格化监管平台上报数据")
