"""The rules on units, forms, the ledger and records, counted once more row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd

AS_OF = pd.Timestamp("2014-03-31")
START = pd.Timestamp("2014-02-01")
TENTH = pd.Timestamp("2014-03-10")
WEEK = pd.Timedelta(days=7)
NINE = ("organisation", "staff", "funds", "rules", "training", "equipment", "site", "hazards", "sources")

Row = dict[str, Any]
Rows = list[Row]
Found = Iterator[tuple[str, str, str]]


def recount_units(rows: dict[str, Rows], visited: set[str]) -> Found:
    """Yield (rule, level, subject) of everything not met; ``visited`` are the units inspected."""
    forms = {form["unit_id"]: form for form in rows["self_checks"]}
    hazards, own = rows["hazards"], defaultdict(list)
    for hazard in hazards:
        own[hazard["unit_id"]].append(hazard)
    watched = {(one["unit_id"], one["body"]) for one in rows["supervisions"] if _inside(one["date"])}
    registered = {one["unit_id"] for one in rows["platform_units"]}
    for unit in _frame(rows, visited):
        key, county = unit["unit_id"], unit["county"]
        yield from _unit(unit, watched)
        if key not in registered:
            yield "F4-05", "county", county
        if not unit["standard_plan"]:
            yield "F4-04", "county", county
        old = any(not _closed(one) and (one["source"] == "2013遗留" or one["link_id"]) for one in own[key])
        if (unit["long_unsettled"] or old) and key not in visited:
            yield "R-04", "county", county
        for rule in _form(forms.get(key)):
            yield rule, "unit", key
            if rule == "W3-02":
                yield rule, "county", county
        bare = any(not _closed(one) and not _five(one) for one in own[key])
        if bare and key in forms:
            yield "R-02", "unit", key
    for act in rows["illegal_acts"]:
        if not (act["handled_type"] and act["handled_date"] and act["handled_result"]):
            yield "F7-02", "unit", act["unit_id"]
    home = {unit["unit_id"]: unit["county"] for unit in rows["units"]}
    yield from _nothing_done(rows, home, visited)
    yield from _ledger(rows, home)
    yield from _records(rows)


def _nothing_done(rows: dict[str, Rows], home: dict[str, str], visited: set[str]) -> Found:
    """Units without a record (W1-02), units not inspected or findings left alone (W2-01)."""
    traces = visited | {one["unit_id"] for one in (*rows["self_checks"], *rows["city_checks"])}
    traces |= {one["unit_id"] for one in rows["hazards"] if _inside(one["found_date"])}
    for unit in _frame(rows, visited):
        if unit["unit_id"] not in traces:
            yield "W1-02", "county", unit["county"]
        if unit["unit_id"] not in visited:
            yield "W2-01", "county", unit["county"]
    for one in rows["hazards"]:
        if not _closed(one) and not one["deadline"]:
            yield "W2-01", "county", home[one["unit_id"]]
    for act in rows["illegal_acts"]:
        if not act["handled_type"]:
            yield "W2-01", "county", home[act["unit_id"]]


def _frame(rows: dict[str, Rows], visited: set[str]) -> Iterator[Row]:
    seen = set()
    for unit in rows["units"]:
        gone = (
            unit["status"] in ("停业", "注销") and unit["status_evidence"] and unit["unit_id"] not in visited
        )
        if unit["unit_id"] not in seen and not gone and unit["entry_date"] <= AS_OF:
            seen.add(unit["unit_id"])
            yield unit


def _inside(day: Any) -> bool:
    return bool(day) and START <= day <= AS_OF


def _unit(unit: Row, watched: set[tuple[str, str]]) -> Found:
    key = unit["unit_id"]
    if not unit["owner_sector"]:
        yield "F1-03", "unit", key
    owners = (unit["owner_territorial"], unit["owner_sector"], unit["owner_general"])
    if not all(owners) or (key, unit["owner_sector"]) not in watched:
        yield "F4-06", "unit", key
    if unit["key_unit"] and not (unit["key_guarantor"] and unit["key_task"]):
        yield "P1-05", "unit", key
    if unit["city_said"] and unit["city_said"] != unit["city"]:
        yield "DQ-05", "unit", key


def _form(form: Row | None) -> Iterator[str]:
    if form is None:
        yield from ("P2-01", "P2-02", "P2-06", "F6-01", "W3-01", "W3-02", "W3-03", "R-02")
        return
    tests = {
        "P2-01": form["plan_lessons"],
        "P2-02": form["plan_date"] and form["plan_date"] <= TENTH,
        "P2-06": form["report_date"] and form["report_date"] <= TENTH,
        "F6-01": form["system_doc"],
        "W3-01": all(form[f"manage_{area}"] for area in NINE),
        "W3-02": _inside(form["drill_date"]),
        "W3-03": form["invested"] is not None,
        "R-02": form["plan_date"] and form["self_check_date"],
    }
    yield from (rule for rule, done in tests.items() if not done)


def _closed(one: Row) -> bool:
    passed = one["recheck_result"] == "合格"
    return bool(one["closed_date"]) and passed and one["closed_date"] <= one["recheck_date"] <= AS_OF


def _five(one: Row) -> bool:
    return bool(one["measure"] and one["plan_doc"]) and _four(one)


def _four(one: Row) -> bool:
    funded = one["fund_not_needed"] or (one["fund_planned"] or 0) > 0
    return bool(one["resp_unit"] and one["resp_person"] and one["deadline"] and funded)


def _ledger(rows: dict[str, Rows], home: dict[str, str]) -> Found:
    told = {one["hazard_id"]: one["platform_date"] for one in rows["platform"]}
    links = {(one["unit_id"], one["link_id"]) for one in rows["hazards"]}
    right = defaultdict(set)
    for one in rows["listings"]:
        right[one["hazard_id"]].add(one["body_level"] in ("县级政府", "管委会"))
    for one in rows["hazards"]:
        key, unit, found = one["hazard_id"], one["unit_id"], one["found_date"]
        if found + WEEK <= AS_OF and not (key in told and told[key] <= found + WEEK):
            yield "F6-04", "unit", unit
            yield "F6-04", "county", home[unit]
        if not (one["deadline"] and one["deadline"] >= found) and not (
            _closed(one) and one["closed_date"] <= found
        ):
            yield "W2-04", "hazard", key
        if one["source"] == "自查":
            in_phase = _closed(one) and one["closed_date"] <= TENTH
            if found <= TENTH and not in_phase and not _five(one):
                yield "P2-04", "unit", unit
            if not _closed(one) and not _four(one):
                yield "P2-05", "hazard", key
        if one["grade"] == "重大" and not one["expert_opinion"]:
            yield "W2-08", "county", home[unit]
        if one["grade"] == "重大" and key in right and True not in right[key]:
            yield "W2-05", "hazard", key
    for one in rows["hazards_2013"]:
        if not one["closed_date"] and (one["unit_id"], one["hazard_id"]) not in links:
            yield "G-01", "hazard", one["hazard_id"]


def _records(rows: dict[str, Rows]) -> Found:
    checks = [(table, check) for table in ("county_checks", "city_checks") for check in rows[table]]
    yield from _out_of_window(rows, checks)
    for one in rows["hazards"]:
        line = [day for day in (one["found_date"], one["closed_date"], one["recheck_date"]) if day]
        limit = [day for day in (one["found_date"], one["notice_date"], one["deadline"]) if day]
        if line != sorted(line) or limit != sorted(limit):
            yield "DQ-03", "record", f"hazards:{one['hazard_id']}"
    first: dict[str, Any] = {}
    for check in rows["county_checks"]:
        if check["conclusion"] == "合格" and _inside(check["date"]):
            first[check["unit_id"]] = min(first.get(check["unit_id"], check["date"]), check["date"])
    barred = {(one["inspector_name"], one["interests"]) for one in rows["inspectors"] if one["interests"]}
    for table, check in checks:
        names = set(check["inspectors"].split("、"))
        if len(names) < 2 or any((name, check["unit_id"]) in barred for name in names):
            yield "DQ-04", "record", f"{table}:{check['check_id']}"
        if table == "city_checks" and check["date"] < first.get(check["unit_id"], START):
            yield "DQ-03", "record", f"city_checks:{check['check_id']}"


def _out_of_window(rows: dict[str, Rows], checks: list[tuple[str, Row]]) -> Found:
    for table, check in checks:
        if not _inside(check["date"]):
            yield "T-01", "record", f"{table}:{check['check_id']}"
    for form in rows["self_checks"]:
        for column in ("self_check_date", "drill_date"):
            if form[column] and not _inside(form[column]):
                yield "T-01", "record", f"self_checks:{form['unit_id']}/{column}"
