"""Look things up: which rows of the tables meet a condition, in an area, of a kind, in a period.

The rows counted are those of the one record table that the condition names, or units where it
names none. The answer carries its definition in words, because a number without one is asked
about again tomorrow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from audit_lib.compliance.keys import among, first_of, look_up
from audit_lib.errors import CallError
from audit_lib.investigation.condition import Clause, Condition, describe, holds, read_condition, tables_named
from audit_lib.schemas import PROVENANCE, inputs, rulebook_rows

LINKED = ("hazards", "listings")
"""A listing belongs to its hazard, so a condition may name both; the rows are hazards."""

_PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes
    ----------
    table : name of the table whose rows are counted
    rows : those rows with county and the unit's name, kind and affiliation, sorted by county and key
    terms : the whole of what was asked, as pairs of a heading and its words
    asked : how many rows of that table there are in the area, kind and period
    unclear : how many more rows may belong to the answer, as pairs of what is not known and a number
    tables : names of all tables that were looked into, the one counted first
    """

    table: str
    rows: pd.DataFrame
    terms: tuple[tuple[str, str], ...]
    asked: int
    unclear: tuple[tuple[str, int], ...]
    tables: tuple[str, ...]

    @property
    def definition(self) -> str:
        """What was asked, in one line."""
        return "; ".join(f"{heading}: {words}" for heading, words in self.terms)

    @property
    def units(self) -> int:
        """How many different units the rows belong to."""
        return int(self.rows["unit_id"].nunique())


def find_rows(
    tables: Mapping[str, pd.DataFrame],
    *,
    counties: frozenset[str],
    area: str,
    unit_type: str = "",
    period: str = "",
    condition: str = "",
) -> Found:
    """Return the rows that meet a condition.

    Parameters
    ----------
    tables : the clean tables by name
    counties : codes of the counties looked at;  area : what they are called together
    unit_type : a category code such as A100 or its beginning, or a name or group of
        ``rulebook/unit_types.csv`` such as 医院; empty: all
    period : ``2014-02-01..2014-03-31``, both days included; on the first date of the table counted
    condition : see `audit_lib.investigation.condition`

    Raises
    ------
    CallError   the condition, kind or period is not understood, or the table has no date
    """
    asked = read_condition(condition)
    base = _base(asked)
    prefixes, kind = _kinds(unit_type)
    units = first_of(tables["units"], ["unit_id"])
    units = units[units["county"].isin(counties)]
    unclear = []
    if prefixes:
        anybody = _with_units(tables[base], units, base, counties, everybody=True)
        unclear.append(("类别不明", int(anybody["unit_type"].isna().sum())))
        units = units[units["unit_type"].fillna("").astype("str").str.startswith(prefixes)]
    rows = _with_units(tables[base], units, base, counties, everybody=not prefixes)
    date = next((one.name for one in inputs()[base].columns if one.kind in ("date", "datetime")), "")
    first, last = read_period(period)
    if first is not None and base != "units":
        if not date:
            title = inputs()[base].zh
            raise CallError(
                f"“{title}”没有日期列, 不能限定期间", f"{base} has no date: leave the period empty"
            )
        unclear.append(("日期不明", int(rows[date].isna().sum())))
        rows = rows[rows[date].dt.normalize().between(first, last)]
    inside = {name: _within(table, name, first, last) for name, table in tables.items()}
    kept = _meets(rows, asked, base, inside, units)
    perhaps = _meets(rows, asked, base, inside, units, blank=True) & ~kept
    unclear.append(("条件所问的格为空", int(perhaps.sum())))
    keys = ["county", *inputs()[base].keys]
    terms = (
        ("统计对象", f"{inputs()[base].zh}, 每行算一条"),
        ("地区", area),
        ("单位类别", kind),
        ("期间", _say_period(period, base, date)),
        ("条件", describe(asked) or "无"),
    )
    return Found(
        table=base,
        rows=rows[kept].sort_values(list(dict.fromkeys(keys)), kind="stable", ignore_index=True),
        terms=terms,
        asked=len(rows),
        unclear=tuple((what, many) for what, many in unclear if many),
        tables=tuple(
            dict.fromkeys([base, *(clause.table for clauses in asked for clause in clauses), "units"])
        ),
    )


def _base(condition: Condition) -> str:
    named = tables_named(condition)
    records = [name for name in named if name != "units"]
    if set(records) == set(LINKED):
        return LINKED[0]
    if len(records) > 1:
        said = "、".join(inputs()[name].zh for name in records)
        raise CallError(
            f"一次只能统计一张记录表的行, 条件里有: {said}; 其他表请用“有 表名”“没有 表名”",
            f"only rows of one table can be counted, the condition names {', '.join(records)}; "
            "ask of the others with 有 or 没有",
        )
    if records and "unit_id" not in {column.name for column in inputs()[records[0]].columns}:
        title = inputs()[records[0]].zh
        raise CallError(f"“{title}”的行不属于单位, 不能按单位统计", f"rows of {records[0]} belong to no unit")
    return records[0] if records else "units"


def _kinds(unit_type: str) -> tuple[tuple[str, ...], str]:
    if not unit_type:
        return (), "全部"
    rows = rulebook_rows("unit_types")
    named = [row for row in rows if unit_type in (row["name"], row["group"])]
    if named:
        return tuple(row["prefix"] for row in named), unit_type
    if any(unit_type.startswith(row["prefix"]) for row in rows):
        return (unit_type,), f"类别代码 {unit_type} 开头"
    known = "、".join(dict.fromkeys(row["group"] for row in rows))
    raise CallError(
        f"没有“{unit_type}”这一类单位, 有: {known}; 也可写类别代码, 例如 D600",
        f'no kind of unit "{unit_type}"; there are {known}, or a category code such as D600',
    )


def read_period(period: str) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """Return the first and last day of a period, both missing where it is empty.

    Raises
    ------
    CallError   it is not written as 2014-02-01..2014-03-31

    >>> read_period("2014-02-01..2014-03-31")[1]
    Timestamp('2014-03-31 00:00:00')
    """
    if not period:
        return None, None
    found = _PERIOD.fullmatch(period.strip())
    try:
        first, last = (pd.Timestamp(day) for day in found.groups()) if found else (None, None)
    except ValueError:
        first = last = None
    if first is None or last is None or first > last:
        raise CallError(
            f"期间“{period}”应写成 2014-02-01..2014-03-31, 前一天不晚于后一天",
            f'the period "{period}" should be 2014-02-01..2014-03-31, the first day not after the last',
        )
    return first, last


def _say_period(period: str, base: str, date: str) -> str:
    if not period:
        return "不限"
    first, last = period.strip().split("..")
    if base == "units":
        return f"“有”“没有”所问的记录在 {first} 至 {last} 之间"
    return f"“{inputs()[base].column(date).zh}”在 {first} 至 {last} 之间"


def _with_units(
    table: pd.DataFrame, units: pd.DataFrame, base: str, counties: frozenset[str], *, everybody: bool
) -> pd.DataFrame:
    """Return rows with their unit's name, kind and place; of unknown units only where all are asked for."""
    if base == "units":
        return units.reset_index(drop=True)
    by_unit = units.set_index("unit_id")
    rows = table.reset_index(drop=True)
    county = look_up(rows["unit_id"], by_unit["county"])
    if "county" in rows and everybody:
        county = county.fillna(rows["county"])
    rows = rows.assign(county=county)
    for column in ("unit_name", "unit_type", "affiliation"):
        own = look_up(rows["unit_id"], by_unit[column])
        rows[column] = own.fillna(rows[column]) if column in rows else own
    return rows[rows["county"].isin(counties)].reset_index(drop=True)


def _within(
    table: pd.DataFrame, name: str, first: pd.Timestamp | None, last: pd.Timestamp | None
) -> pd.DataFrame:
    date = next((one.name for one in inputs()[name].columns if one.kind in ("date", "datetime")), "")
    if first is None or name == "units" or not date:
        return table
    kept: pd.DataFrame = table[table[date].dt.normalize().between(first, last)]
    return kept


def _meets(
    rows: pd.DataFrame,
    condition: Condition,
    base: str,
    inside: Mapping[str, pd.DataFrame],
    units: pd.DataFrame,
    *,
    blank: bool = False,
) -> pd.Series[bool]:
    """Return which rows meet the condition; with ``blank`` those too that might, were no cell missing."""
    met = pd.Series(not condition, index=rows.index)
    for clauses in condition:
        each = pd.Series(True, index=rows.index)
        for clause in clauses:
            each &= _clause_holds(rows, clause, base, inside, units, blank=blank)
        met |= each
    return met


def _clause_holds(
    rows: pd.DataFrame,
    clause: Clause,
    base: str,
    inside: Mapping[str, pd.DataFrame],
    units: pd.DataFrame,
    *,
    blank: bool,
) -> pd.Series[bool]:
    if not clause.column:
        other = inside[clause.table]
        key = "hazard_id" if "hazard_id" in rows and "hazard_id" in other else "unit_id"
        if key not in other:
            title = inputs()[clause.table].zh
            raise CallError(
                f"“{title}”与单位、隐患都对应不上, 不能问有没有",
                f"rows of {clause.table} belong to neither units nor hazards",
            )
        there = among(rows[key], other[key])
        return there if clause.sign == "有" else ~there
    there = pd.Series(True, index=rows.index)
    if clause.table == base:
        cells = rows[clause.column]
    elif clause.table == "units":
        cells = look_up(rows["unit_id"], units.set_index("unit_id")[clause.column])
    else:
        linked = first_of(inside[clause.table].dropna(subset=["hazard_id"]), ["hazard_id"])
        cells = look_up(rows["hazard_id"], linked.set_index("hazard_id")[clause.column])
        there = among(rows["hazard_id"], linked["hazard_id"])
    asks_blank = clause.sign in ("为空", "不为空")
    return holds(clause, cells) | (cells.isna() & there & blank & (not asks_blank))


def shown_columns(found: Found, condition: str = "") -> list[str]:
    """Return the columns worth showing: county, unit, keys, what the condition compares, the rest."""
    table = inputs()[found.table]
    compared = [
        clause.column
        for clauses in read_condition(condition)
        for clause in clauses
        if clause.column and clause.table == found.table
    ]
    own = [column.name for column in table.columns if column.role in ("key", "needed")]
    wanted = ["county", "unit_id", "unit_name", "unit_type", "affiliation", *own, *compared]
    return [name for name in dict.fromkeys(wanted) if name in found.rows and name not in PROVENANCE]
