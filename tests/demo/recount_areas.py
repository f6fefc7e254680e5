"""The rules on areas, bodies, papers, visits and weekly figures, counted once more from the true tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pandas as pd

AS_OF = pd.Timestamp("2014-03-31")
FIRST_DAY = pd.Timestamp("2014-02-01")
TENTH = pd.Timestamp("2014-02-10")
Row = dict[str, Any]
Rows = list[Row]
One = tuple[str, str, str]


def recount_areas(rows: dict[str, Rows], city_of: dict[str, str], fails: set[One]) -> Iterator[One]:
    """Yield what is not met; ``fails`` are the other rules' rows, of which the candidates are made."""
    areas = [("county", county) for county in city_of] + [("city", city) for city in set(city_of.values())]
    yield from _papers(rows, areas)
    yield from _notices(rows)
    yield from _bodies(rows)
    yield from _registers(rows, city_of)
    yield from _visits(rows, areas)
    yield from _signals(rows)
    yield from _majors(rows)
    yield from _weekly(rows, city_of)
    # The province's visits are made from the draw (tests/demo/test_files.py looks at them).
    yield "P3-01", "province", "990000"
    for decision in rows["accountability"]:
        if decision["decision"] == "不移交" and not decision["reason"]:
            assert (decision["rule_id"], "county", decision["area"]) in fails
            yield "W2-11", "org", f"{decision['area']}:县级卫计(第一责任人)"


def _papers(rows: dict[str, Rows], areas: list[tuple[str, str]]) -> Iterator[One]:
    there = defaultdict(list)
    for paper in rows["documents"]:
        there[paper["area"], paper["doc_type"]].append(paper)
    supervised = {one["area"] for one in rows["supervisions"] if FIRST_DAY <= one["date"] <= AS_OF}
    accepted = {one["area"] for one in rows["acceptances"]}
    two = Counter(one["area"] for one in rows["reporters"])
    for level, area in areas:
        for rule, kind in (("P1-01", "行动方案"), ("P1-02", "行动通告"), ("P1-04", "重点监控名单")):
            in_time = [one for one in there[area, kind] if one["date"] <= TENTH]
            if not in_time and (level == "county" or rule != "P1-04"):
                yield rule, level, area
        for rule, kind in (("F2-01", "长效机制文件"), ("F4-01", "防控体系文件")):
            if not there[area, kind]:
                yield rule, level, area
        if not (there[area, "部署文件"] or there[area, "会议记录"]) or area not in supervised:
            yield "R-09", level, area
        if level == "city":
            flags = ("has_content", "has_persons", "has_deadlines")
            whole = [one for one in there[area, "行动方案"] if all(one[flag] for flag in flags)]
            words = ("卫生", "计划生育") if two[area] > 1 else ("卫生",)
            if not all(any(word in one["body"] for one in whole) for word in words):
                yield "R-01", "city", area
            if area not in accepted:
                yield "P3-03", "city", area


def _notices(rows: dict[str, Rows]) -> Iterator[One]:
    signed = {
        one["unit_id"] for one in rows["self_checks"] if one["notice_date"] and one["notice_date"] <= TENTH
    }
    for unit in rows["units"]:
        gone = unit["status"] in ("停业", "注销") and unit["status_evidence"] and unit["status_date"] <= TENTH
        if not gone and unit["entry_date"] <= TENTH and unit["unit_id"] not in signed:
            yield "P1-03", "county", unit["county"]


def _bodies(rows: dict[str, Rows]) -> Iterator[One]:
    posts = defaultdict(list)
    for post in rows["responsibilities"]:
        posts[f"{post['area']}:{post['body']}"].append(post)
    for org, mine in posts.items():
        named = {one["role"] for one in mine if one["person"] and one["duty_letter"]}
        if mine[0]["has_party"] and not {"党组织主要负责人", "行政主要负责人"} <= named:
            yield "F1-01", "org", org
        if not all(one["person"] and one["duty_letter"] and one["signed_date"] for one in mine):
            yield "F1-02", "org", org
    bodies = Counter(one["area"] for one in rows["reporters"])
    plans = [one for one in rows["documents"] if one["doc_type"] == "行动方案"]
    for body in rows["reporters"]:
        mine = [one for one in plans if one["area"] == body["area"]]
        if not any(bodies[body["area"]] == 1 or body["body"] in one["body"] for one in mine):
            yield "W1-01", "org", f"{body['area']}:{body['body']}"
        if not body["contact"] or not body["phone"]:
            yield "REP-01", "org", f"{body['area']}:{body['body']}"
    for grid in rows["grids"]:
        if not (grid["person"] and grid["duty_doc"] and grid["system_doc"]):
            yield "F4-03", "grid", grid["grid_id"]


def _registers(rows: dict[str, Rows], city_of: dict[str, str]) -> Iterator[One]:
    for accident in rows["accidents"]:
        grave = accident["grade"] in ("重大", "特别重大") or accident["deaths"] >= 10
        if grave and FIRST_DAY <= accident["date"] <= AS_OF:
            yield "G-02", "county", accident["county"]
    for issue in rows["feedback"]:
        if issue["status"] != "已解决":
            level = "county" if issue["area"] in city_of else "city"
            yield "F3-01", level, issue["area"]
    ledger = {(one["unit_id"], one["hazard_id"]) for one in rows["hazards"]}
    words = {(one["unit_id"], one["description"]) for one in rows["hazards"]}
    for finding in rows["findings"]:
        unit = finding["unit_id"]
        if (unit, finding["hazard_id"]) not in ledger and (unit, finding["description"]) not in words:
            yield "W2-10", "record", finding["finding_id"]
            yield "W2-10", "province", "990000"
    for hazard in rows["hazards"]:
        closed = hazard["recheck_result"] == "合格" and hazard["closed_date"] <= hazard["recheck_date"]
        week = hazard["found_date"] + pd.Timedelta(days=7)
        swift = closed and hazard["closed_date"] <= week
        if hazard["source"] == "省督导" and not hazard["deadline"] and not swift and week < AS_OF:
            yield "P3-02", "hazard", hazard["hazard_id"]
    for printed in rows["published"]:
        parts = [int(part) for part in (printed["parts"] or "").split("、") if part]
        if parts and (sum(parts) != printed["whole"] or printed["carried"]):
            yield "REP-04", "record", printed["figure_id"]
        if printed["rate"] and not _printed_so(printed["rate"], printed["part"], printed["whole"]):
            yield "REP-04", "record", printed["figure_id"]


def _printed_so(rate: str, part: int, whole: int) -> bool:
    digits = rate.rstrip("%").partition(".")[2]
    exact = Fraction(100 * int(part), int(whole))
    return abs(exact - Fraction(rate.rstrip("%"))) * 10 ** len(digits) <= Fraction(1, 2)


def _off(date: pd.Timestamp) -> bool:
    """Spring Festival ends on 6 February; Saturday the 8th was worked."""
    return date <= pd.Timestamp("2014-02-06") or (date.weekday() >= 5 and date != pd.Timestamp("2014-02-08"))


def _visits(rows: dict[str, Rows], areas: list[tuple[str, str]]) -> Iterator[One]:
    secret, off = defaultdict(list), set()
    for one in rows["unannounced"]:
        if not one["notified"] and FIRST_DAY <= one["date"] <= AS_OF:
            secret[one["area"]].append(one["date"])
            off |= {one["county"]} if _off(one["date"]) else set()
    off |= {one["county"] for one in rows["county_checks"] if one["inspectors"] and _off(one["date"])}
    for level, area in areas:
        days = secret[area]
        if not days or (len(days) > 1 and len(set(days)) == 1):
            yield "R-07", level, area
        if level == "county" and area not in off:
            yield "W2-03", "county", area


def _signals(rows: dict[str, Rows]) -> Iterator[One]:
    units, noted, days, hours = defaultdict(set), Counter(), defaultdict(set), defaultdict(list)
    dates = defaultdict(set)
    for one in rows["county_checks"]:
        if not one["inspectors"] or one["conclusion"] == "基本合格":
            continue
        dates[one["county"]].add(one["date"])
        team = f"{one['county']}:{'、'.join(sorted(one['inspectors'].split('、')))}"
        units[one["county"]].add(one["unit_id"])
        noted[one["county"]] += one["hazards_general"] + one["hazards_major"]
        days[team, one["date"]].add(one["unit_id"])
        hours[team, one["date"]].append((one["start"], one["end"]))
    words = defaultdict(set)
    for one in rows["hazards"]:
        words[one["county"], one["description"], one["place"], one["measure"]].add(one["unit_id"])
    yield from {("W2-09", "county", county) for (county, *_), mine in words.items() if len(mine) >= 8}
    with_hazards = {one["county"] for one in rows["hazards"]}
    for county, mine in units.items():
        if len(mine) >= 10 and (len(dates[county]) == 1 or all(map(_off, dates[county]))):
            yield "W2-09", "county", county
        if len(mine) >= 10 and not noted[county] and county not in with_hazards:
            yield "W2-09", "county", county
    for (team, date), mine in days.items():
        if len(mine) > 12 or (len(hours[team, date]) >= 4 and len(set(hours[team, date])) == 1):
            yield "W2-09", "team", team


def _majors(rows: dict[str, Rows]) -> Iterator[One]:
    week = pd.Timedelta(days=7)
    listed = defaultdict(list)
    for one in rows["listings"]:
        if one["body_level"] in ("县级政府", "管委会"):
            listed[one["hazard_id"]].append(one["listed_date"])
    for one in rows["hazards"]:
        closed = one["recheck_result"] == "合格" and one["closed_date"] <= one["recheck_date"]
        swift = closed and one["closed_date"] <= one["found_date"] + week
        if one["grade"] == "重大" and not swift and one["found_date"] + week <= AS_OF:
            days = listed[one["hazard_id"]]
            if not days or min(days) > one["found_date"] + week:
                yield "R-06", "county", one["county"]


PARTS = {"self_checked": "units_due", "inspected": "units_due", "passed": "inspected", "spot_done": "passed",
         "general_closed": "general_found", "major_closed": "major_found", "major_listed": "major_found"}  # fmt: skip
RISING = ("self_checked", "inspected", "spot_done", "general_found", "general_closed", "major_found",
          "major_closed", "major_listed", "fund_total")  # fmt: skip
RATES = {"coverage_rate": ("inspected", "units_due"), "spot_rate": ("spot_done", "passed"),
         "general_rate": ("general_closed", "general_found")}  # fmt: skip


def _weekly(rows: dict[str, Rows], city_of: dict[str, str]) -> Iterator[One]:
    latest: dict[tuple[str, str, pd.Timestamp], Row] = {}
    for report in sorted(rows["weekly"], key=lambda one: one["received_at"]):
        latest[report["area"], report["body"], report["week"]] = report
    totals: dict[tuple[str, pd.Timestamp], Counter[str]] = defaultdict(Counter)
    for (area, _, week), report in latest.items():
        if report["units_due"] is not None:
            totals[area, week].update({name: report[name] for name in {*RISING, *PARTS.values()}})
    sums: dict[tuple[str, pd.Timestamp], Counter[str]] = defaultdict(Counter)
    for one in rows["weekly_counties"]:
        sums[city_of[one["county"]], one["week"]].update({name: one[name] for name in RISING} | {"rows": 1})
    size = Counter(city_of.values())
    bodies = Counter(one["area"] for one in rows["reporters"])
    there = Counter((area, week) for area, _, week in latest)
    for (area, body, week), report in latest.items():
        if report["units_due"] is None:
            continue
        org, before = f"{area}:{body}", latest.get((area, body, week - pd.Timedelta(days=7)))
        apart = [report[part] > report[whole] for part, whole in PARTS.items()]
        apart += [report["major_found"] != report["major_closed"] + report["major_planned"]]
        apart += [
            bool(report[rate]) and not _printed_so(report[rate], report[part], report[whole])
            for rate, (part, whole) in RATES.items()
        ]
        if before and not report["correction"]:
            apart += [report[name] < before[name] for name in RISING]
        if sums[area, week]["rows"] == size[area] and there[area, week] == bodies[area]:
            apart += [totals[area, week][name] != sums[area, week][name] for name in RISING]
        if any(apart):
            yield "REP-04", "org", org
        if there[area, week] == bodies[area] and _ledger(rows, area, week) != _of(totals[area, week]):
            yield "REP-05", "org", org


FROM_LEDGER = ("inspected", "general_found", "general_closed", "major_found", "major_closed", "major_listed")


def _of(total: Counter[str]) -> dict[str, int]:
    return {name: int(total[name]) for name in FROM_LEDGER}


def _ledger(rows: dict[str, Rows], area: str, week: pd.Timestamp) -> dict[str, int]:
    """Count six figures of an area from the rows dated before a Friday."""
    counted, units = Counter(), {}
    for unit in rows["units"]:
        gone = unit["status"] in ("停业", "注销") and unit["status_evidence"]
        if unit["city"] == area and not gone and unit["entry_date"] <= AS_OF:
            units[unit["unit_id"]] = True
    whole = [one for one in rows["county_checks"] if one["inspectors"] and one["conclusion"] != "基本合格"]
    seen = {one["unit_id"] for one in whole if one["date"] < week}
    counted["inspected"] = len(seen & set(units))
    of_area = {one["hazard_id"] for one in rows["hazards"] if one["city"] == area}
    for one in rows["hazards"]:
        if one["hazard_id"] not in of_area:
            continue
        kind = "major" if one["grade"] == "重大" else "general"
        counted[f"{kind}_found"] += one["found_date"] < week
        done = one["recheck_result"] == "合格" and one["closed_date"] <= one["recheck_date"]
        counted[f"{kind}_closed"] += bool(done) and max(one["closed_date"], one["recheck_date"]) < week
    listed = {one["hazard_id"] for one in rows["listings"] if one["listed_date"] < week}
    counted["major_listed"] = len(listed & of_area)
    return {name: counted[name] for name in FROM_LEDGER}
