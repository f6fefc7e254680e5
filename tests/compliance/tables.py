"""A tiny made-up campaign for the tests: two cities, four counties, one of them its own city.

Tests say only what differs: ``intake(units=[unit("a1")], county_checks=[check("a1")])``.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance import RULES, Facts, Judgement, gather_facts, load_rulebook
from audit_lib.intake.doubles import settle_doubles
from audit_lib.params import Params, Run

BOOK = load_rulebook()

PROVINCE, CITY, OTHER, OWN = "990000", "990100", "990200", "990381"
A, B, C = "990101", "990102", "990201"

AREAS = pd.DataFrame(
    [
        (PROVINCE, "松岭省", "province", "", 0, "province"),
        (CITY, "甲市", "city", PROVINCE, 1, "prefecture"),
        (A, "甲一县", "county", CITY, 2, "county"),
        (B, "甲二县", "county", CITY, 3, "county"),
        (OTHER, "乙市", "city", PROVINCE, 4, "prefecture"),
        (C, "乙一县", "county", OTHER, 5, "county"),
        (OWN, "丙县", "county", PROVINCE, 6, "own_city"),
        ("SZ0000", "省直属单位", "direct", PROVINCE, 7, "directly-affiliated"),
    ],
    columns=["code", "name", "level", "parent", "order", "kind"],
)


def unit(unit_id: str, county: str = A, **cells: object) -> dict[str, object]:
    return {
        "unit_id": unit_id,
        "unit_name": f"{unit_id}卫生室",
        "county": county,
        "township": "一乡",
        "unit_type": "D600",
        "grid_id": "W1",
        "grid_person": "网格员",
    } | cells


def check(unit_id: str, date: str | None = "2014-03-03", **cells: object) -> dict[str, object]:
    return {
        "check_id": f"{unit_id}-{date}",
        "unit_id": unit_id,
        "date": date,
        "inspectors": "张三、李四",
        "conclusion": "合格",
    } | cells


def hazard(hazard_id: str, unit_id: str = "a1", **cells: object) -> dict[str, object]:
    """An open hazard with all five elements, not due yet."""
    return {
        "hazard_id": hazard_id,
        "unit_id": unit_id,
        "grade": "一般",
        "found_date": "2014-02-20",
        "measure": "更换线路",
        "resp_unit": "卫生室",
        "resp_person": "王五",
        "fund_planned": 100,
        "deadline": "2014-04-30",
        "plan_doc": "预案1号",
    } | cells


def closed(date: str = "2014-03-05") -> dict[str, object]:
    return {"closed_date": date, "recheck_date": date, "recheck_result": "合格"}


def listing(hazard_id: str, unit_id: str = "a1", **cells: object) -> dict[str, object]:
    return {
        "listing_id": f"G-{hazard_id}",
        "hazard_id": hazard_id,
        "unit_id": unit_id,
        "body": "甲一县人民政府",
        "body_level": "县级政府",
        "listed_date": "2014-02-25",
        "measure": "更换线路",
        "resp_unit": "卫生室",
        "resp_person": "王五",
        "fund_planned": 100,
        "deadline": "2014-03-20",
        "plan_doc": "预案1号",
    } | cells


def signed(date: str = "2014-03-10") -> dict[str, object]:
    return {
        "deputy_signer": "赵六",
        "deputy_date": date,
        "principal_signer": "钱七",
        "principal_date": date,
    }


def self_check(unit_id: str, date: str | None = "2014-02-20", **cells: object) -> dict[str, object]:
    return {"unit_id": unit_id, "self_check_date": date} | cells


def quarantined(table: str, area: str | None = A) -> dict[str, object]:
    return {"table": table, "sender": "甲", "area": area, "file": "f", "sheet": "s", "row": 3, "reason": "r",
            "cells": "{}"}  # fmt: skip


def unreadable(column: str, table: str = "hazards") -> dict[str, object]:
    """A cell of the one row of a table that holds something nobody can read; ``column`` as its header."""
    place = {"table": table, "sender": "甲", "file": table, "sheet": "s", "row": 1}
    return place | {"column": column, "got": "3月上旬", "due": "x"}


def refused(table: str, area: str | None = None, status: str = "refused") -> dict[str, object]:
    return {"table": table, "file": f"{table}-bad", "sender": "甲", "area": area, "status": status}


def table(name: str, rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows))
    if frame.empty:
        return schemas.empty(name)
    frame = frame.assign(sender="甲", file=name, sheet="s", row=1)
    kinds = {column.name: column.kind for column in schemas.tables()[name].columns}
    for column in frame:
        if kinds.get(str(column)) in ("date", "datetime"):
            frame[column] = pd.to_datetime(frame[column])
    return pd.DataFrame(
        {
            column: frame[column].astype(blank.dtype)
            if column in frame
            else pd.Series(pd.NA, index=frame.index).astype(blank.dtype)
            for column, blank in schemas.empty(name).items()
        }
    )


def intake(
    *,
    quarantine: Iterable[dict[str, object]] = (),
    files: Iterable[dict[str, object]] = (),
    problems: Iterable[dict[str, object]] = (),
    areas: pd.DataFrame = AREAS,
    **tables: Iterable[dict[str, object]],
) -> Any:
    """An intake in which each table named was read from one file, its numbers settled as intake does.

    A county without units beside one that has some is left out of the areas: who hands in no
    roster leaves its city open, and only the tests of that want to see it.
    """
    if areas is AREAS:
        areas = _peopled({row["county"] for row in tables.get("units", ())})
    read = [{"table": name, "file": name, "sender": "甲", "area": None, "status": "read"} for name in tables]
    columns = ["table", "sender", "area", "file", "sheet", "row", "reason", "cells"]
    return SimpleNamespace(
        tables=settle_doubles({name: table(name, tables.get(name, ())) for name in schemas.inputs()})[0],
        areas=areas,
        files=pd.DataFrame([*read, *files], columns=["table", "file", "sender", "area", "status", "lacks"]),
        problems=pd.DataFrame(list(problems)),
        quarantine=pd.DataFrame(list(quarantine), columns=columns),
        matches=pd.DataFrame(),
    )


def _peopled(counties: set[object]) -> pd.DataFrame:
    cities = set(AREAS.loc[AREAS["code"].isin(counties), "parent"])
    silent = AREAS["level"].eq("county") & AREAS["parent"].isin(cities) & ~AREAS["code"].isin(counties)
    return AREAS[~silent | AREAS["kind"].eq("own_city")].reset_index(drop=True)


def run(as_of: str = "2014-03-31", **choices: Any) -> Run:
    params = Params(
        run="t",
        campaign="t",
        inputs={name: [] for name in schemas.inputs()},
        **{"as_of": as_of, **choices},
    )
    return Run(params, Path("t.yaml"), Path(), Path("out"))


class Case:
    """Facts of a day; each rule is applied when asked for, so that a test costs little."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._rows: dict[str, pd.DataFrame] = {}

    def rows(self, rule_id: str) -> pd.DataFrame:
        if rule_id not in self._rows:
            self._rows[rule_id] = RULES[rule_id](self.facts, self.facts.book.rules[rule_id])
        return self._rows[rule_id]


def judged(as_of: str = "2014-03-31", **tables: Any) -> Case:
    """Gather the facts of an intake made of the tables named; those asked for lately are at hand."""
    key = repr((as_of, tables))
    if key not in _LATELY:
        if len(_LATELY) == _KEPT:
            _LATELY.pop(next(iter(_LATELY)))
        _LATELY[key] = Case(gather_facts(intake(**tables), run(as_of).params, load_rulebook()))
    return _LATELY[key]


_LATELY: dict[str, Case] = {}
_KEPT = 24


def found(case: Case, rule_id: str, subject: str, level: str | None = None) -> Any:
    """Return the one row of a rule on a subject; a missing cell is None."""
    rows = case.rows(rule_id)
    rows = rows[rows["subject"] == subject]
    rows = rows if level is None else rows[rows["level"] == level]
    rows = rows.astype(object).where(rows.notna(), None)
    (row,) = rows.itertuples(index=False)
    return row


def shown(judgement: Judgement, indicator: str, area: str) -> Any:
    """Return the one row of an indicator in an area."""
    rows = judgement.indicators
    (row,) = rows[(rows["indicator"] == indicator) & (rows["area"] == area)].itertuples(index=False)
    return row
