"""Rules on the frame: every unit inspected, in the grid, with a check of its own, and part of it all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content, has_name
from audit_lib.compliance.keys import among, look_up
from audit_lib.compliance.rows import (
    MET,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    judge_areas,
    named,
    subjects,
    tally,
)
from audit_lib.compliance.rulebook import Rule


def units_inspected(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-03: each unit of the frame has a valid county inspection in the window.

    A unit of the province or the city may have been inspected from above instead (A13); that
    check is named in the evidence. A unit whose only record lacks date, conclusion or inspector
    leaves its county open.
    """
    frame = facts.frame
    inspected = inspected_units(facts)
    lame = facts.county_checks.loc[facts.county_checks["incomplete"], "unit_id"]
    doubtful = ~inspected & frame["unit_id"].isin(lame)
    evidence = pd.concat([named("units", frame[~inspected]), _checked_from_above(facts)])
    rows = judge_areas(facts, rule, tally(frame, met=inspected, doubtful=doubtful), evidence)
    reported = frame["reports_through"].isin(frame.loc[inspected, "unit_id"])
    return rows.assign(reason=_reported_for(facts, rows, frame.loc[~inspected & reported, "county"]))


def _reported_for(facts: Facts, rows: pd.DataFrame, counties: pd.Series[str]) -> pd.Series[str]:
    """Return the reasons, with how many of the missing an inspected unit reports for (A18)."""
    there = counties.to_frame().merge(facts.places, on="county")
    by_area = (there["level"] + ":" + there["area"]).value_counts()
    number = look_up(rows["level"] + ":" + rows["area"], by_area)
    said = rows["reason"] + "; 其中 " + number.astype("Int64").astype("str")
    said += " 家由已检查的单位代报, 代报单位的检查不代替本单位"
    return rows["reason"].mask(number.notna() & rows["reason"].notna(), said)


def inspected_units(facts: Facts) -> pd.Series[bool]:
    """Return which units of the frame were inspected by whoever may inspect them."""
    checks = facts.county_checks
    by_county = among(facts.frame["unit_id"], checks.loc[checks["valid"], "unit_id"])
    return by_county | among(facts.frame["unit_id"], _checked_from_above(facts)["unit_id"])


def _checked_from_above(facts: Facts) -> pd.DataFrame:
    """Checks of city and province that count for coverage, where the county made none."""
    checks = facts.county_checks
    affiliated = facts.frame["affiliation"].isin(facts.book.words("covered_from_above"))
    own = among(facts.frame["unit_id"], checks.loc[checks["valid"], "unit_id"])
    open_to = facts.frame.loc[affiliated & ~own, "unit_id"]
    parts = []
    for table, rows in (("city_checks", facts.city_checks), ("province_checks", facts.province_checks)):
        valid = rows[rows["valid"] & rows["unit_id"].isin(open_to)]
        parts.append(named(table, valid).assign(unit_id=valid["unit_id"]))
    return pd.concat(parts)


def units_in_grid(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F4-02: each unit of the frame has a grid and a person in charge of it."""
    frame, covered = facts.frame, in_grid(facts)
    return judge_areas(facts, rule, tally(frame, met=covered), named("units", frame[~covered]))


def in_grid(facts: Facts) -> pd.Series[bool]:
    """Return which units of the frame have a grid and a person."""
    empty = facts.book.words("no_content")
    return has_content(facts.frame["grid_id"], empty) & has_name(facts.frame["grid_person"], facts.book)


def units_self_checked(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P2-03: each unit checked itself; late is shown, none is not met."""
    state = self_check_state(facts)
    lost = state[~state["done"] & ~state["pending"]]
    counts = tally(state, met=state["done"], doubtful=state["doubtful"], pending=state["pending"])
    areas = judge_areas(facts, rule, counts, named("units", lost))
    return areas if facts.gaps.not_given(rule.needs) else pd.concat([_self_checks_by_unit(state), areas])


def _self_checks_by_unit(state: pd.DataFrame) -> pd.DataFrame:
    result = np.select(
        [state["done"], state["doubtful"], state["pending"]], [MET, NOT_ASSESSABLE, NOT_DUE], NOT_MET
    )
    late = "迟 " + state["days_late"].astype("str") + " 天"
    why = np.select(
        [state["days_late"] > 0, state["done"], state["unread"], state["doubtful"], state["pending"]],
        [late, "", "自查表没有报送或未能读出", "自查表没有可读的日期", "未到期"],
        "没有自查",
    )
    table = np.where(state["has_form"], "self_checks:", "units:")
    return subjects(
        "unit",
        state["unit_id"],
        state["county"],
        result,
        (table + state["unit_id"]).astype("str"),
        reason=why,
        numerator=state["done"].astype("int64"),
        denominator=(~state["pending"]).astype("int64"),
        value=state["days_late"].where(state["done"]),
    )


def self_check_state(facts: Facts) -> pd.DataFrame:
    """Return for each unit of the frame whether and how late it checked itself.

    Returns
    -------
    DataFrame[unit_id, county, contested, has_form, done, days_late, doubtful, pending, unread]
    """
    frame = facts.frame
    dates = facts.self_checks["self_check_date"]
    counts = own_checks(facts)
    first = look_up(frame["unit_id"], facts.self_checks[counts].groupby("unit_id")["self_check_date"].min())
    last = _last_day(facts)
    done = first.notna()
    unread = frame["county"].isin(facts.gaps.closed_to(["self_checks"]))
    undated = among(frame["unit_id"], facts.self_checks.loc[dates.isna(), "unit_id"])
    late = (first - last).dt.days.clip(lower=0).astype("Int64")
    return frame[["unit_id", "county", "contested"]].assign(
        has_form=among(frame["unit_id"], facts.self_checks["unit_id"]),
        done=done,
        days_late=late.fillna(0).astype("int64"),
        doubtful=~done & (undated | unread),
        pending=~done & ~undated & ~unread & (last > facts.as_of),
        unread=~done & unread,
    )


def own_checks(facts: Facts) -> pd.Series[bool]:
    """Return which forms tell of a self-check in the window, or later within a late entry's days of grace."""
    dates = facts.self_checks["self_check_date"]
    end = pd.Timestamp(facts.params.window.end)
    last = look_up(facts.self_checks["unit_id"], _last_day(facts).set_axis(facts.frame["unit_id"]))
    in_time = dates <= last.where(last > end, end)
    return dates.between(facts.book.day("self_check_first"), facts.as_of) & in_time


def _last_day(facts: Facts) -> pd.Series[pd.Timestamp]:
    """Return by when each unit of the frame has to check itself."""
    book, frame = facts.book, facts.frame
    last = pd.Series(book.day("self_check_last"), index=frame.index, dtype="datetime64[us]")
    added = frame["entry_date"] > book.day("freeze_day")
    return last.mask(added, frame["entry_date"] + book.days("self_check_added"))


def units_taking_part(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W1-02: each unit of the frame left a record of the campaign, whoever made it.

    A record is a form with a day of self-check or drill in the window, or of a plan made in its year, a
    visit in the window, or a hazard found in it. A unit whose only records have no day leaves its
    county open.
    """
    frame = facts.frame
    forms, hazards = facts.self_checks, facts.hazards
    start = pd.Timestamp(facts.params.window.start)
    last = min(pd.Timestamp(facts.params.window.end), facts.as_of)
    planned = forms["plan_date"].between(start.to_period("Y").start_time, last)
    written = (
        planned | forms["self_check_date"].between(start, last) | forms["drill_date"].between(start, last)
    )
    went = facts.province_checks["outcome"].isna() | facts.province_checks["valid"]
    visits = pd.concat([facts.county_checks, facts.city_checks, facts.province_checks[went]])
    records = [
        forms.loc[written, "unit_id"],
        visits.loc[visits["valid"], "unit_id"],
        hazards.loc[facts.in_window(hazards["found_date"]), "unit_id"],
    ]
    undated = [
        forms.loc[forms[["plan_date", "self_check_date", "drill_date"]].isna().all(axis=1), "unit_id"],
        visits.loc[visits["incomplete"], "unit_id"],
        hazards.loc[hazards["found_date"].isna(), "unit_id"],
    ]
    took_part = among(frame["unit_id"], pd.concat(records))
    doubtful = ~took_part & among(frame["unit_id"], pd.concat(undated))
    counts = tally(frame, met=took_part, doubtful=doubtful)
    return judge_areas(facts, rule, counts, named("units", frame[~took_part]))
