"""The two counts of each indicator, by county: what is counted, of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import MAJOR, ORDINARY
from audit_lib.compliance.keys import among, look_up
from audit_lib.compliance.rules.coverage import in_grid, inspected_units, self_check_state
from audit_lib.compliance.rules.forms import drills
from audit_lib.compliance.rules.ledger import platform_state
from audit_lib.compliance.rules.listings import best_listings, listing_state, signature_state
from audit_lib.compliance.rules.papers import notice_state
from audit_lib.compliance.rules.rectification import managed
from audit_lib.compliance.rules.reports import due_reports
from audit_lib.sampling import PASSED, county_passes

Counts = pd.DataFrame
"""DataFrame[numerator, denominator] by county."""


def count(rows: pd.DataFrame, part: pd.Series[bool], whole: pd.Series[bool] | None = None) -> Counts:
    """Count rows of ``whole`` that are in ``part``, by county.

    >>> rows = pd.DataFrame({"county": ["a", "a", "b"]})
    >>> count(rows, pd.Series([True, False, False])).to_dict("index")
    {'a': {'numerator': 1, 'denominator': 2}, 'b': {'numerator': 0, 'denominator': 1}}
    """
    whole = pd.Series(True, index=rows.index) if whole is None else whole
    return total(rows, (part & whole).astype("int64"), whole.astype("int64"))


def total(rows: pd.DataFrame, part: pd.Series[int], whole: pd.Series[int]) -> Counts:
    """Add up two columns by county."""
    table = pd.DataFrame({"numerator": part, "denominator": whole})
    return table.groupby(rows["county"]).sum()


def reports_by_area(facts: Facts) -> Counts:
    """周报按时率, by the area of the reporting body."""
    due = due_reports(facts)
    return count(due.assign(county=due["area"]), due["on_time"]).rename_axis("area")


def _units(rows: pd.DataFrame, known: pd.Series[str]) -> Counts:
    """Units of ``rows`` that are among those known, of all of them."""
    return count(rows, among(rows["unit_id"], known))


def _notice(facts: Facts) -> Counts:
    state = notice_state(facts)
    return count(state, state["in_time"])


def _self_check(facts: Facts, *, most: float = np.inf) -> Counts:
    state = self_check_state(facts)
    return count(state, state["done"] & (state["days_late"] <= most), ~state["pending"])


def _coverage_roster(facts: Facts) -> Counts:
    return _units(_frozen(facts), facts.frame.loc[inspected_units(facts), "unit_id"])


def _passed(facts: Facts, keep: Literal["first", "last"]) -> Counts:
    """Units whose first or last inspection in the campaign was passed."""
    visits = _inspections(facts).drop_duplicates("unit_id", keep=keep)
    return count(visits, visits["conclusion"] == PASSED)


def _spot(facts: Facts) -> Counts:
    return _units(facts.population, facts.spot_checks.loc[facts.spot_checks["counted"], "unit_id"])


def _spot_to_date(facts: Facts) -> Counts:
    """The same with today as the only cut-off."""
    checks = facts.spot_checks
    above = [rows[rows["valid"]] for rows in (facts.city_checks, facts.province_checks)]
    county = facts.county_checks[facts.county_checks["valid"]]
    passes = county_passes(county, pd.concat(above), [facts.as_of])
    passes = passes.merge(facts.units[["unit_id", "county"]], on="unit_id")
    sampled = checks.loc[checks["passed"] & checks["valid"], "unit_id"]
    return _units(passes, sampled)


def _spot_pass(facts: Facts) -> Counts:
    """The first counted check of each unit speaks: a later pass says only that the failure was mended."""
    rows = facts.spot_checks[facts.spot_checks["in_quota"]].sort_values(["unit_id", "date", "check_id"])
    rows = rows.drop_duplicates("unit_id")
    return count(rows, rows["conclusion"] == PASSED)


def _missed(facts: Facts) -> Counts:
    rows = facts.spot_checks[facts.spot_checks["valid"]]
    return count(rows, rows["already_so"] == "是", rows["already_so"].isin(["是", "否"]))


def _agreement(facts: Facts) -> Counts:
    """Items that city and county both judged at a unit, and those that they judged alike.

    The county's check is the one that the city's record names, else its last one up to that day.
    """
    spot = facts.spot_checks[facts.spot_checks["valid"]]
    own = facts.county_checks[facts.county_checks["valid"]]
    own = own.assign(start=own["start"].fillna("")).sort_values(["date", "start", "check_id"], kind="stable")
    spot = spot.sort_values(["date", "check_id"], kind="stable")
    last = pd.merge_asof(
        spot, own[["unit_id", "date", "check_id"]], on="date", by="unit_id", suffixes=("", "_own")
    )
    of_unit = among(last["unit_id"] + "|" + last["county_check_id"], own["unit_id"] + "|" + own["check_id"])
    named = last["county_check_id"].where(of_unit)
    pairs = last[["county", "check_id"]].assign(own=named.fillna(last["check_id_own"]))
    items = facts.check_items[facts.check_items["result"].isin(["合格", "不合格", "部分合格"])]
    items = items[["check_id", "item_id", "result"]].drop_duplicates(["check_id", "item_id"])
    theirs = items.rename(columns={"check_id": "own", "result": "result_own"})
    both = pairs.merge(items, on="check_id").merge(theirs, on=["own", "item_id"])
    return count(both, both["result"] == both["result_own"])


def _hazards(facts: Facts, part: str, whole: pd.Series[bool]) -> Counts:
    return count(facts.hazards, facts.hazards[part], whole)


def _due(facts: Facts) -> pd.Series[bool]:
    return facts.hazards["due"] <= facts.as_of


def _listed(facts: Facts) -> Counts:
    rows = facts.hazards[facts.hazards["grade"] == MAJOR].reset_index(drop=True)
    state = listing_state(facts, rows)
    return count(rows, state["listed"], state["counted"])


def _five_in_place(facts: Facts) -> Counts:
    rows = best_listings(facts)
    return count(rows, rows["lacking"] == "")


def _signed(facts: Facts) -> Counts:
    rows = signature_state(facts)
    return count(rows, rows["wrong"] == "", ~rows["undated"])


def _funds(facts: Facts) -> Counts:
    rows = facts.hazards
    planned = rows["fund_planned"].fillna(0)
    # What arrived for one hazard beyond its plan is not there for another.
    return total(rows, rows["fund_arrived"].fillna(0).clip(upper=planned), planned)


def _platform_only(facts: Facts) -> Counts:
    """Hazards that the platform has, and those of them that no ledger has."""
    rows = facts.records["platform"].drop_duplicates("hazard_id")
    return count(rows, ~among(rows["hazard_id"], facts.hazards["hazard_id"]))


def _drill(facts: Facts) -> Counts:
    return _units(facts.frame, facts.self_checks.loc[drills(facts), "unit_id"])


def _drill_people(facts: Facts) -> Counts:
    rows = facts.frame[facts.frame["staff"].notna()]
    people = facts.self_checks[drills(facts)].groupby("unit_id")["drill_people"].max()
    took_part = look_up(rows["unit_id"], people).fillna(0).astype("Int64")
    return total(rows, took_part.clip(upper=rows["staff"]), rows["staff"])


def _recheck_seen(facts: Facts) -> Counts:
    rows = facts.province_checks[facts.province_checks["valid"]]
    return count(rows, rows["conclusion"] == PASSED)


def _frozen(facts: Facts) -> pd.DataFrame:
    """The roster as frozen: nobody closed since taken out, nobody added put in."""
    return facts.units[~(facts.units["entry_date"] > facts.book.day("freeze_day"))]


def _inspections(facts: Facts) -> pd.DataFrame:
    rows = facts.county_checks[facts.county_checks["valid"]]
    rows = rows[among(rows["unit_id"], facts.frame["unit_id"])]
    return rows.assign(start=rows["start"].fillna("")).sort_values(["unit_id", "date", "start", "check_id"])


MEASURES: Mapping[str, Callable[[Facts], Counts]] = MappingProxyType(
    {
        "grid": lambda facts: count(facts.frame, in_grid(facts)),
        "notice": _notice,
        "self_check": _self_check,
        "self_check_on_time": partial(_self_check, most=0),
        "coverage": lambda facts: count(facts.frame, inspected_units(facts)),
        "coverage_roster": _coverage_roster,
        "removed": lambda facts: _units(_frozen(facts), facts.removed["unit_id"]),
        "first_pass": partial(_passed, keep="first"),
        "pass": partial(_passed, keep="last"),
        "spot": _spot,
        "spot_to_date": _spot_to_date,
        "spot_pass": _spot_pass,
        "missed": _missed,
        "agreement": _agreement,
        "rectified": lambda facts: count(facts.hazards, facts.hazards["closed"]),
        "rectified_general": lambda facts: _hazards(facts, "closed", facts.hazards["grade"] == ORDINARY),
        "rectified_major": lambda facts: _hazards(facts, "closed", facts.hazards["grade"] == MAJOR),
        "rectified_due": lambda facts: _hazards(facts, "closed", _due(facts)),
        "rectified_in_time": lambda facts: _hazards(facts, "in_time", _due(facts)),
        "major_in_time": lambda facts: _hazards(
            facts, "in_time", (facts.hazards["grade"] == MAJOR) & _due(facts)
        ),
        "overdue": lambda facts: _hazards(facts, "overdue", ~facts.hazards["closed"]),
        "managed": lambda facts: count(facts.hazards, managed(facts.hazards)),
        "five_elements": lambda facts: count(
            facts.hazards, facts.hazards["lacking"] == "", ~facts.hazards["closed"]
        ),
        "listed": _listed,
        "five_in_place": _five_in_place,
        "signed": _signed,
        "rechecked": lambda facts: _hazards(facts, "rechecked", facts.hazards["claimed"]),
        "recheck_pass": lambda facts: _hazards(
            facts, "closed", facts.hazards["rechecked"] & facts.hazards["claimed"]
        ),
        "funds": _funds,
        "platform": lambda facts: count(facts.hazards, platform_state(facts)["there"]),
        "platform_only": _platform_only,
        "drill": _drill,
        "drill_people": _drill_people,
        "recheck_seen": _recheck_seen,
    }
)
