"""The rules counted once more from the true tables, row by row and without the library's rules.

The truth is written by whoever plants a fault; this reads the tables as they came out. Both
must name the same rows. The readings are those of the rulebook, as of 31 March 2014.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pandas as pd

from audit_lib.demo import Province
from tests.demo.recount_areas import recount_areas
from tests.demo.recount_units import recount_units

AS_OF = pd.Timestamp("2014-03-31")
WEEK = pd.Timedelta(days=7)
RISING = {"R-03", "F3-01", "F3-02", "F4-02", "F6-02", "P2-03"}
Rows = list[dict[str, Any]]
Found = set[tuple[str, str, str]]


def recount(province: Province) -> Found:
    """Return (rule, level, subject) of everything that is not met."""
    tables = {name: rows.astype(object).where(rows.notna(), None) for name, rows in province.tables.items()}
    rows: dict[str, Rows] = {name: table.to_dict("records") for name, table in tables.items()}
    city_of = dict(zip(province.counties["code"], province.counties["city"], strict=True))
    units = {unit["unit_id"]: unit for unit in rows["units"]}
    found = set(_coverage(rows, units)) | set(_hazards(rows, units)) | set(_listings(rows))
    found |= {("R-05", "city", city) for city in _short_cities(rows, units)}
    found |= {("R-05b", "record", check) for check in _unfounded(rows)}
    found |= {("DQ-01", "unit", unit["unit_id"]) for unit in rows["units"] if _wrong_code(unit)}
    found |= {("DQ-02", "unit", unit) for unit in _doubles(rows["units"])}
    found |= set(_reports(rows))
    visited = {one["unit_id"] for one in rows["county_checks"] if one["inspectors"] and one["date"] <= AS_OF}
    found |= set(recount_units(rows, visited))
    found |= {("R-05c", "county", county) for county in _untouched(rows, units)}
    found |= set(recount_areas(rows, city_of, found))
    found |= {
        (rule, "city", city_of[area]) for rule, level, area in found if level == "county" and rule in RISING
    }
    core = {"R-03", "R-05", "F3-02", "F4-02", "F6-02", "P2-03"}
    return found | {("P3-04", level, area) for rule, level, area in found if rule in core and level != "unit"}


def _coverage(rows: dict[str, Rows], units: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    seen = {
        check["unit_id"] for check in rows["county_checks"] if check["inspectors"] and check["date"] <= AS_OF
    }
    own = {form["unit_id"] for form in rows["self_checks"] if form["self_check_date"] <= AS_OF}
    for name, unit in units.items():
        if unit["status"] in ("停业", "注销") and unit["status_evidence"] and name not in seen:
            continue
        if unit["entry_date"] > AS_OF:
            continue
        if name not in seen:
            yield "R-03", "county", unit["county"]
        if not (unit["grid_id"] and unit["grid_person"]):
            yield "F4-02", "county", unit["county"]
        if name not in own:
            yield "P2-03", "unit", name
            yield "P2-03", "county", unit["county"]


def _states(rows: dict[str, Rows]) -> dict[str, list[tuple[pd.Timestamp, str, str]]]:
    states = defaultdict(list)
    for check in rows["county_checks"]:
        states[check["unit_id"]].append((check["date"], check["check_id"], check["conclusion"]))
    return {unit: sorted(checks) for unit, checks in states.items()}


def _passed_on(checks: list[tuple[pd.Timestamp, str, str]], day: pd.Timestamp) -> bool:
    before = [conclusion for date, _, conclusion in checks if date <= day]
    return bool(before) and before[-1] == "合格"


def _unfounded(rows: dict[str, Rows]) -> list[str]:
    states = _states(rows)
    return [
        check["check_id"]
        for check in rows["city_checks"]
        if not _passed_on(states.get(check["unit_id"], []), check["date"])
    ]


def _untouched(rows: dict[str, Rows], units: dict[str, dict[str, Any]]) -> set[str]:
    """Counties with units in the frame of the quota, of which the city checked none on a day of its pass."""
    states, passed, seen = _states(rows), set(), set()
    spot = defaultdict(list)
    for check in rows["city_checks"]:
        spot[check["unit_id"]].append(check["date"])
    for unit, checks in states.items():
        days = [pd.Timestamp(day) for day in ("2014-03-10", "2014-03-17", "2014-03-24")]
        days += [day for day in spot[unit] if day <= days[-1]]
        if any(_passed_on(checks, day) for day in days):
            passed.add(units[unit]["county"])
            if any(_passed_on(checks, day) for day in spot[unit]):
                seen.add(units[unit]["county"])
    return passed - seen


def _short_cities(rows: dict[str, Rows], units: dict[str, dict[str, Any]]) -> list[str]:
    """Cities with fewer than a fifth; a pass counts that stood at a cut-off, or at a city's check before it."""
    states, spot = _states(rows), defaultdict(list)
    for check in rows["city_checks"]:
        spot[check["unit_id"]].append(check["date"])
    passed, checked = defaultdict(int), defaultdict(int)
    for unit, checks in states.items():
        days = [pd.Timestamp(day) for day in ("2014-03-10", "2014-03-17", "2014-03-24")]
        days += [day for day in spot[unit] if day <= days[-1]]
        if any(_passed_on(checks, day) for day in days):
            city = units[unit]["city"]
            passed[city] += 1
            checked[city] += any(_passed_on(checks, day) for day in spot[unit])
    return [city for city in passed if 5 * checked[city] < passed[city]]


def _closed(hazard: dict[str, Any]) -> bool:
    return (
        bool(hazard["closed_date"])
        and hazard["recheck_result"] == "合格"
        and hazard["closed_date"] <= hazard["recheck_date"] <= AS_OF
    )


def _deadline(hazard: dict[str, Any]) -> Any:
    extended = hazard["extended_to"] and hazard["extension_approved"] <= hazard["deadline"]
    return hazard["extended_to"] if extended else hazard["deadline"]


def _hazards(rows: dict[str, Rows], units: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    listed = defaultdict(list)
    for listing in rows["listings"]:
        listed[listing["hazard_id"]].append(listing)
    for hazard in rows["hazards"]:
        county, closed, deadline = units[hazard["unit_id"]]["county"], _closed(hazard), _deadline(hazard)
        funded = hazard["fund_not_needed"] or (hazard["fund_planned"] or 0) > 0
        five = all(
            [
                hazard["resp_unit"],
                hazard["resp_person"],
                hazard["measure"],
                hazard["plan_doc"],
                deadline,
                funded,
            ]
        )
        if not closed and not five:
            yield "F6-03", "hazard", hazard["hazard_id"]
        if not closed and (not five or deadline < AS_OF):
            yield "F6-02", "unit", hazard["unit_id"]
            yield "F6-02", "county", county
        if hazard["grade"] != "重大":
            continue
        limit = hazard["found_date"] + WEEK
        rightly = [one for one in listed[hazard["hazard_id"]] if one["body_level"] in ("县级政府", "管委会")]
        if limit <= AS_OF and not (closed and hazard["closed_date"] <= limit) and not rightly:
            yield "F3-02", "county", county
        if deadline <= AS_OF and not (closed and hazard["closed_date"] <= deadline):
            yield "F3-03", "county", county


def _listings(rows: dict[str, Rows]) -> Iterator[tuple[str, str, str]]:
    for row in rows["listings"]:
        funded = (row["fund_planned"] or 0) > 0
        if not all(
            [row["measure"], row["resp_unit"], row["resp_person"], row["deadline"], row["plan_doc"], funded]
        ):
            yield "W2-06", "hazard", row["hazard_id"]
        if not row["closed_date"]:
            continue
        signers = {row["deputy_signer"], row["principal_signer"]} - {None, ""}
        days = [row["deputy_date"], row["principal_date"]]
        if len(signers) < 2 or not all(day and day >= row["closed_date"] for day in days):
            yield "W2-07", "hazard", row["hazard_id"]


def _wrong_code(unit: dict[str, Any]) -> bool:
    code = str(unit["org_code"] or "").replace("-", "")
    if not code or code.startswith("PDY"):
        return False
    digits = [int(sign) for sign in code[:8]]
    rest = (
        11 - sum(weight * digit for weight, digit in zip((3, 7, 9, 10, 5, 8, 4, 2), digits, strict=True)) % 11
    )
    if code[8] != {10: "X", 11: "0"}.get(rest, str(rest)):
        return True
    return len(code) == 22 and (code[9:15], code[17:21]) != (unit["county"], unit["unit_type"])


def _doubles(units: Rows) -> Iterator[str]:
    keys = defaultdict(list)
    for place, unit in enumerate(units):
        name = unicodedata.normalize("NFKC", unit["unit_name"])
        keys["id", unit["unit_id"]].append(place)
        keys["name", unit["county"], unit["township"], name].append(place)
        if unit["org_code"]:
            keys["code", unit["org_code"].replace("-", ""), unit["site_no"]].append(place)
    for places in keys.values():
        if len(places) > 1:
            yield from (units[place]["unit_id"] for place in places)


def _reports(rows: dict[str, Rows]) -> Iterator[tuple[str, str, str]]:
    received = defaultdict(list)
    for report in rows["weekly"]:
        received[report["area"], report["body"], report["week"]].append(report["received_at"])
    for one in rows["reporters"]:
        for friday in pd.date_range("2014-02-07", "2014-03-28", freq="7D"):
            first = min(received[one["area"], one["body"], friday], default=None)
            org = f"{one['area']}:{one['body']}"
            if first is None or first > friday + pd.Timedelta(hours=11):
                yield "REP-02", "org", org
            if friday + WEEK <= AS_OF and (first is None or first >= friday + WEEK):
                yield "REP-03", "org", org
