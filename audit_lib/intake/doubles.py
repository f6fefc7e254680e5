"""Doubles: numbers that stand more than once, told apart where they name different things.

Two hazards of one unit under one number are two hazards; a number that several units use is told
with its unit, so that no table is joined to another by a number that is not one thing's own. Rows
of one key that differ, without an order between their files, are listed; the rules take the worst.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit_lib.errors import Text
from audit_lib.intake.listing import PROBLEM_COLUMNS
from audit_lib.intake.text import fold, normal_name
from audit_lib.schemas import PROVENANCE, tables

Tables = Mapping[str, pd.DataFrame]

ORDINARY = "一般"
"""The grade of a hazard that owes no listing."""

APART = ("found_date", "description", "place", "category")
"""What tells two hazards of one number apart, where both rows say it."""

_CHECKS = ("county_checks", "city_checks", "province_checks")
_ONE_ROW = {
    "units": ["unit_id", "county"],
    **{name: ["check_id", "unit_id", "date"] for name in _CHECKS},
    "hazards": ["hazard_id", "unit_id"],
    "listings": ["listing_id", "hazard_id", "unit_id"],
}
"""Tables in which a key is one thing; checks of two days are two checks, whatever their number."""

_HAZARDS = {
    "hazards": ("hazard_id", "link_id", "same_as"),
    "hazards_2013": ("hazard_id",),
    "listings": ("hazard_id",),
    "platform": ("hazard_id",),
    "findings": ("hazard_id",),
}


def settle_doubles(read: Tables) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the tables with every number of a hazard or check its own, and what was wrong with them.

    Parameters
    ----------
    read : every input table, as read

    Returns
    -------
    tables : a hazard's number is ``number(2)`` where its unit uses it for a second hazard, and
        ``unit/number`` where several units use it, in every table that names it; checks likewise
    problems : DataFrame[table, sender, file, sheet, row, column, got, due, action]
    """
    settled = dict(read)
    settled["hazards"], lines = _split_hazards(read["hazards"])
    for name in ("listings", "platform"):
        settled[name], more = _given_out(name, settled[name], read["hazards"], settled["hazards"])
        lines += more
    for name, keys in _ONE_ROW.items():
        lines += _differences(name, settled[name], keys)
    _with_units(settled, _HAZARDS, ("hazards", "hazards_2013"), "hazard_id")
    lines += _two_counties(settled["units"]) + _unknown_numbers(settled)
    lines += _odd_reports(settled["weekly"], settled["reporters"])
    checks = dict.fromkeys(_CHECKS, ("check_id",)) | {"city_checks": ("check_id", "county_check_id")}
    alone = _with_units(settled, checks, _CHECKS, "check_id")
    settled["check_items"], more = _items_of(settled["check_items"], alone)
    return settled, pd.DataFrame(lines + more, columns=PROBLEM_COLUMNS)


def _split_hazards(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[list[object]]]:
    twice = rows[rows.duplicated(["unit_id", "hazard_id"], keep=False)]
    if twice.empty:
        return rows, []
    said = pd.DataFrame(
        {name: twice[name].astype("str").map(fold, na_action="ignore") for name in APART}, index=twice.index
    )
    said = said.sort_values(list(APART), kind="stable")
    numbers, lines = rows["hazard_id"].copy(), []
    for _, group in said.groupby([twice["unit_id"], twice["hazard_id"]], sort=True):
        kinds: list[tuple[int, dict[str, str]]] = []
        for index, cells in zip(group.index, group.to_dict("records"), strict=True):
            known = {str(name): cell for name, cell in cells.items() if isinstance(cell, str)}
            place = next((at for at, (_, other) in enumerate(kinds) if _alike(known, other)), len(kinds))
            if place == len(kinds):
                kinds.append((index, {}))
            kinds[place][1].update(known)
            if place:
                got = str(rows.at[index, "hazard_id"])
                numbers[index] = f"{got}({place + 1})"
                kept = Text(
                    f"两处都计入, 本处记作 {numbers[index]}", f"both count, this one as {numbers[index]}"
                )
                lines.append(
                    _line(
                        "hazards",
                        rows,
                        (index, kinds[0][0]),
                        column="hazard_id",
                        due=_ANOTHER_HAZARD,
                        action=kept,
                    )
                )
    return rows.assign(hazard_id=numbers), lines


def _given_out(
    name: str, rows: pd.DataFrame, was: pd.DataFrame, now: pd.DataFrame
) -> tuple[pd.DataFrame, list[list[object]]]:
    """Give the rows that name a number of several hazards of one unit to these in turn: one row, one hazard.

    A listing is that of a major hazard where one of them is, and what one body listed goes round by itself.
    """
    told = now[["unit_id", "hazard_id", "grade"]].assign(was=was["hazard_id"])
    told = told.drop_duplicates(["unit_id", "was", "hazard_id"])
    several = told[told.duplicated(["unit_id", "was"], keep=False)]
    alone = told.drop_duplicates(["unit_id", "was"]).drop_duplicates("was", keep=False)
    numbers, lines = rows["hazard_id"].copy(), []
    unit = rows["unit_id"].fillna(rows["hazard_id"].map(alone.set_index("was")["unit_id"]).astype("str"))
    for (whose, number), hazards in several.groupby(["unit_id", "was"], sort=True):
        listed = name == "listings"
        grave = hazards[hazards["grade"] != ORDINARY] if listed else hazards
        turns = sorted((hazards if grave.empty else grave)["hazard_id"], key=lambda one: (len(one), one))
        mine = rows[(unit == whose) & (rows["hazard_id"] == number)].drop(columns=list(PROVENANCE))
        mine = mine.astype("str").fillna("")
        mine = mine.sort_values([str(name) for name in mine], kind="stable")
        by = mine["body_level"] if listed else pd.Series("", index=mine.index)
        for _, same in mine.groupby(by):
            one = ["listing_id"] if listed else [str(word) for word in same]
            for place, index in zip(same.groupby(one).ngroup(), same.index, strict=True):
                numbers[index] = turns[place % len(turns)]
                kept = Text(f"依次记作 {numbers[index]}", f"counted as {numbers[index]}, in turn")
                at = [rows.at[index, word] for word in PROVENANCE]
                zh = tables()[name].column("hazard_id").zh
                lines.append([name, *at, zh, number, str(_SEVERAL), str(kept)])
    return rows.assign(hazard_id=numbers), lines


def _alike(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(other.get(name, cell) == cell for name, cell in one.items())


_ANOTHER_HAZARD = Text("是同一单位另一处隐患的编号, 编号不得重复", "numbers another hazard of the unit so")
_ANOTHER_CHECK = Text("是同一单位另一次检查的编号, 编号不得重复", "numbers another check of the unit so")
_SEVERAL = Text("该单位几处隐患用此编号, 不知是哪一处", "several hazards of the unit have this number")
_SAYS = Text("编号相同而写作", "has the same number and says")
_WORST = Text("两行都保留, 按较差的一行判定", "both rows are kept, the worse one is judged")
_BOTH = Text("两次都计入", "both count")
_NOT_IN_LEDGER = Text("隐患台账中没有此编号", "no such number in the ledger of hazards")
_NOT_JOINED = Text("该行保留, 不算任何隐患已挂牌", "the row is kept; no hazard counts as listed by it")
_ALSO_THERE = Text("也列入了同一编号, 归属待核定", "has the same number in another county")
_ONCE = Text(
    "只计一家, 记在其中一个县区; 两个县区的分母都无法判定",
    "counts once, in one of the counties; the frames of both are not assessable",
)
_NO_FRIDAY = Text("应为应报周报的周五", "the Friday on which the report is due")
_NOT_OWED = Text("不在周报报送单位名单中", "is not in the list of reporting bodies")
_NO_WEEKS = Text("该行保留, 不算任何单位的按时或缺报", "the row is kept; it makes no week of anybody on time")
_WHOSE = Text("几个单位的检查都用此编号, 不知是哪一家的", "the checks of several units have this number")
_NOBODYS = Text("不计入任何单位的得分", "counts for no unit's score")


def _differences(name: str, rows: pd.DataFrame, keys: list[str]) -> list[list[object]]:
    """What rows of one key say otherwise than the first of them; and checks of two days of one number."""
    lines: list[list[object]] = []
    told = [column.name for column in tables()[name].columns if column.name in rows]
    twice = rows[rows.duplicated(keys, keep=False)].drop_duplicates(told)
    for _, group in twice.groupby(keys, dropna=False, sort=True):
        first = group.index[0]
        for index in group.index[1:]:
            for column in told:
                was, now = _cell(rows, first, column), _cell(rows, index, column)
                if was != now:
                    said = Text(f"{_SAYS.zh}“{was or '(空)'}”", f"{_SAYS.en} “{was or '(empty)'}”")
                    lines.append(_line(name, rows, (index, first), column=column, due=said, action=_WORST))
    if "date" in keys:
        known = rows.dropna(subset=["date"])
        days = known[known.duplicated(["check_id", "unit_id"], keep=False)]
        for _, group in days.drop_duplicates(keys).groupby(keys[:2], sort=True):
            lines += [
                _line(
                    name, rows, (index, group.index[0]), column="check_id", due=_ANOTHER_CHECK, action=_BOTH
                )
                for index in group.index[1:]
            ]
    return lines


def _cell(rows: pd.DataFrame, index: int, column: str) -> str:
    cell: Any = rows.at[index, column]
    if pd.isna(cell):
        return ""
    return str(cell.date()) if isinstance(cell, pd.Timestamp) else str(cell)


def _line(
    name: str, rows: pd.DataFrame, pair: tuple[int, int], *, column: str, due: Text, action: Text
) -> list[object]:
    """One problem, said of the first row of the pair against the second."""
    index, other = pair
    file, sheet, row = (_cell(rows, other, word) for word in ("file", "sheet", "row"))
    said = Text(f"{file} {sheet} 第 {row} 行{due.zh}", f"{file} {sheet} row {row} {due.en}")
    place = [rows.at[index, word] for word in ("sender", "file", "sheet", "row")]
    zh = tables()[name].column(column).zh
    return [name, *place, zh, _cell(rows, index, column), str(said), str(action)]


def _with_units(
    settled: dict[str, pd.DataFrame],
    columns: Mapping[str, tuple[str, ...]],
    owners: tuple[str, ...],
    key: str,
) -> pd.DataFrame:
    """Write numbers that several units use with their unit; return them: DataFrame[key, unit_id, sender]."""
    owned = pd.concat([settled[name][[key, "unit_id", "sender"]] for name in owners]).drop_duplicates()
    units = owned[[key, "unit_id"]].drop_duplicates()
    shared = units.loc[units[key].duplicated(keep=False), key]
    if len(shared):
        for name, words in columns.items():
            rows = settled[name]
            for word in words:
                own = rows[word].isin(set(shared)) & rows["unit_id"].notna()
                rows = rows.assign(**{word: rows[word].mask(own, rows["unit_id"] + "/" + rows[word])})
            settled[name] = rows
    return owned[owned[key].isin(set(shared))]


def _unknown_numbers(settled: Tables) -> list[list[object]]:
    """Listings of a hazard that the ledger does not have; nothing is said where there is no ledger."""
    rows, known = settled["listings"], set(settled["hazards"]["hazard_id"])
    zh = tables()["listings"].column("hazard_id").zh
    lost = rows[~rows["hazard_id"].isin(known)] if known else rows.iloc[:0]
    return [
        ["listings", *place, zh, number, str(_NOT_IN_LEDGER), str(_NOT_JOINED)]
        for number, *place in lost[["hazard_id", *PROVENANCE]].to_numpy().tolist()
    ]


def _two_counties(units: pd.DataFrame) -> list[list[object]]:
    """Units that stand in the rosters of several counties, each row against one of another county."""
    rows = units[units["county"].notna()].drop_duplicates(["unit_id", "county"])
    rows = rows[rows["unit_id"].duplicated(keep=False)]
    return [
        _line("units", rows, (index, other), column="unit_id", due=_ALSO_THERE, action=_ONCE)
        for _, group in rows.groupby("unit_id", sort=True)
        for index, other in zip(group.index, [*group.index[1:], group.index[0]], strict=True)
    ]


_FRIDAY = 4


def _odd_reports(weekly: pd.DataFrame, reporters: pd.DataFrame) -> list[list[object]]:
    """Friday reports of another day, or of a body that the list does not have; no list, no strangers."""
    owed = set(reporters["area"] + "|" + reporters["body"].map(normal_name))
    own = weekly["area"] + "|" + weekly["body"].map(normal_name)
    found = {
        "week": (weekly["week"].dt.day_of_week != _FRIDAY, _NO_FRIDAY),
        "body": (~own.isin(owed) & bool(owed), _NOT_OWED),
    }
    return [
        ["weekly", *weekly.loc[index, list(PROVENANCE)], tables()["weekly"].column(column).zh,
         _cell(weekly, index, column), str(due), str(_NO_WEEKS)]
        for column, (odd, due) in found.items()
        for index in weekly.index[odd]
    ]  # fmt: skip


def _items_of(items: pd.DataFrame, shared: pd.DataFrame) -> tuple[pd.DataFrame, list[list[object]]]:
    """Give the items of a number that several units use to the one whose check the same sender sent."""
    hit = items["check_id"].isin(set(shared["check_id"]))
    if not hit.any():
        return items, []
    one = shared[~shared.duplicated(["check_id", "sender"], keep=False)]
    own = items.loc[hit, ["check_id", "sender"]].merge(one, on=["check_id", "sender"], how="left")
    unit = pd.Series(own["unit_id"].to_numpy(), index=items.index[hit])
    numbers = items["check_id"].copy()
    known = unit[unit.notna()]
    numbers[known.index] = known + "/" + items.loc[known.index, "check_id"]
    lost = items.loc[unit.index[unit.isna()]].drop_duplicates(["check_id", "file"])
    zh = tables()["check_items"].column("check_id").zh
    lines = [
        ["check_items", *place, zh, number, str(_WHOSE), str(_NOBODYS)]
        for number, *place in lost[["check_id", *PROVENANCE]].to_numpy().tolist()
    ]
    return items.assign(check_id=numbers), lines
