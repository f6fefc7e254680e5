"""Rules on the city's spot-check of the units that its counties passed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from audit_lib.compliance.duties import join_own_cities
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import among, look_up
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    judge_areas,
    named,
    singles,
    subjects,
    tally,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.sampling import PASSED


def quota_reached(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-05: at least a fifth of the units that the counties passed was checked, as 5*S >= P.

    P are the units of the batch frames, S those of them with a valid city check on a day on which
    the pass stood. A pass revoked after that check changes neither (A3). Until the last cut-off
    the frame still grows, so nothing is met yet. Another reading of A1 takes P wider, one of A12
    counts a county that is its own city within the city around it.
    """
    units, checks = facts.population, facts.spot_checks
    places, joined = join_own_cities(facts, facts.params.readings.A12)
    facts = replace(facts, places=places)
    sampled = among(units["unit_id"], checks.loc[checks["counted"], "unit_id"])
    lame = among(units["unit_id"], checks.loc[checks["incomplete"], "unit_id"])
    rate = facts.book.share("spot_rate")

    def needed(sums: pd.DataFrame) -> pd.Series[int]:
        due = -(-sums["denominator"] * rate.numerator // rate.denominator)
        # With a county's file unread the frame is not known, so no number can be short of it.
        return due.where(sums["unread"] == 0, 0)

    rows = judge_areas(
        facts,
        rule,
        tally(units, met=sampled, doubtful=~sampled & lame),
        named("city_checks", checks[~checks["counted"]]),
        needed=needed,
        none=NOBODY if facts.params.readings.A1 == "passed" else "没有可供抽检的单位",
    )
    if facts.params.readings.A1 == "passed":
        rows = _with_doubtful_passes(facts, rows, units[~sampled & lame])
    last = pd.Timestamp(max(facts.params.cutoffs, default=facts.params.as_of))
    growing = (facts.as_of < last) & (rows["result"] != NOT_ASSESSABLE)
    rows = rows.assign(
        result=rows["result"].mask(growing, NOT_DUE),
        reason=rows["reason"].mask(growing, "抽检范围尚未截止"),
    )
    return pd.concat([rows, _within(facts, joined)]) if len(joined) else rows


def _within(facts: Facts, joined: pd.Series[str]) -> pd.DataFrame:
    """The row of an own city that is counted within another: it owes no fifth of its own."""
    names = facts.areas.set_index("code")["name"]
    county = pd.Series(joined.index.astype("str"), dtype="str")
    into = "并入" + pd.Series(joined.map(names).to_numpy(), dtype="str") + "计算(口径A12)"
    result = np.full(len(county), NOT_APPLICABLE)
    none = pd.Series(0, index=county.index, dtype="int64")
    return subjects(
        "city",
        county,
        county,
        result,
        county.where(county == ""),
        reason=into,
        numerator=none,
        denominator=none,
    )


NOBODY = "县级没有检查合格的单位"


def _with_doubtful_passes(facts: Facts, rows: pd.DataFrame, lame: pd.DataFrame) -> pd.DataFrame:
    """Leave open what would turn if units whose county check nobody can read whole had been passed.

    So would one that was passed and stands in the roster of another city too, counted in one of them. Of
    them, those without a check of the city enlarge the frame only, the others both sides.
    """
    rate = facts.book.share("spot_rate")
    checks, passes = facts.county_checks, facts.passes
    last = pd.Timestamp(max(facts.params.cutoffs, default=facts.params.as_of))
    maybe = checks["incomplete"] & (checks["conclusion"].fillna(PASSED) == PASSED) & ~(checks["date"] > last)
    units = checks.loc[maybe & ~among(checks["unit_id"], passes["unit_id"]), ["unit_id", "county"]]
    units = units.drop_duplicates("unit_id")
    home = facts.places[facts.places["level"] == "city"].set_index("county")["area"]
    units = pd.concat([units, _passed_elsewhere(facts, home)], ignore_index=True)
    seen = among(units["unit_id"], facts.city_checks["unit_id"])

    def in_city(counties: pd.Series[str]) -> pd.Series[int]:
        numbers = look_up(counties, home).value_counts()
        return look_up(rows["subject"], numbers).fillna(0).astype("int64")

    more, gained = in_city(units.loc[~seen, "county"]), in_city(units.loc[seen, "county"])
    part, whole = (rows[one].fillna(0).astype("int64") for one in ("numerator", "denominator"))
    most = part + in_city(lame["county"]) + gained
    needed, least = (-(-size * rate.numerator // rate.denominator) for size in (whole + more, whole + gained))
    good = rows["result"].isin([MET, NOT_APPLICABLE]) & (needed > part)
    bad = (rows["result"] == NOT_MET) & (least <= most)
    said = (more + gained).astype("str") + " 家单位的县级检查记录不全或归属不清, 是否在抽检范围内无法判定"
    return rows.assign(
        result=rows["result"].mask(good | bad, NOT_ASSESSABLE),
        reason=rows["reason"].mask(good | bad, said),
        missing=rows["missing"].mask(good | bad),
    )


def _passed_elsewhere(facts: Facts, home: pd.Series[str]) -> pd.DataFrame:
    """Return the counties that passed units have in the roster of a city where they are not counted."""
    other = facts.contested.rename("county").reset_index()
    both = facts.passes[["unit_id", "county"]].merge(other, on="unit_id", suffixes=("_counted", ""))
    apart = look_up(both["county"], home) != look_up(both["county_counted"], home)
    return both.loc[apart, ["unit_id", "county"]]


def checked_after_pass(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-05b: each city check fell on a day on which the county's pass stood.

    One on the very day of the pass counts, with a remark: nobody knows which came first (A3).
    """
    checks = facts.spot_checks
    unread = ~checks["passed"] & checks["county"].isin(facts.gaps.closed_to(["county_checks"]))
    undated = checks["date"].isna()
    result = np.select([undated | unread, checks["passed"]], [NOT_ASSESSABLE, MET], NOT_MET)
    reason = np.select(
        [undated, unread, checks["passed"] & checks["same_day"], checks["passed"]],
        ["抽检日期不可读", "县级检查文件未能读出", "与县级检查合格同日, 先后待核实", ""],
        "抽检当日县级结论不是合格",
    )
    return singles("record", "city_checks", checks, result, reason=reason)


def each_county_sampled(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-05c: of each county that passed somebody the city checked at least one; a diagnostic.

    The rate stands beside it; a city may reach its fifth and leave a county untouched (A2).
    """
    passes, checks = facts.passes, facts.spot_checks
    sampled = among(passes["unit_id"], checks.loc[checks["in_quota"], "unit_id"])
    lame = among(passes["unit_id"], checks.loc[checks["incomplete"], "unit_id"])
    return judge_areas(
        facts,
        rule,
        tally(passes, met=sampled, doubtful=~sampled & lame),
        named("city_checks", checks[checks["in_quota"]]),
        needed=lambda sums: (sums["denominator"] > 0).astype("int64"),
        none=NOBODY,
    )
