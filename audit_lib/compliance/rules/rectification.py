"""Rules on hazards: closed or under control, in time, with the five elements."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import maybe_major, to_name
from audit_lib.compliance.keys import look_up
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    cite,
    judge_areas,
    named,
    ratio,
    singles,
    subjects,
    tally,
)
from audit_lib.compliance.rulebook import Rule


def hazards_managed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F6-02: each hazard is closed, or open with the five elements and not overdue (A6).

    One that only an unreadable cell keeps from it, or from being open again, leaves its county open.
    """
    rows = facts.hazards
    kept, doubtful = managed(rows), _doubted(facts)
    kept &= ~doubtful
    open_ = to_name(rows[~kept], doubtful)
    areas = judge_areas(
        facts,
        rule,
        tally(rows, met=kept, doubtful=doubtful),
        named("hazards", open_),
        none="零隐患, 需核实",
    )
    if facts.gaps.not_given(rule.needs):
        return areas
    told = facts.gaps.reported.astype("str")
    told = "县级检查记录有隐患 " + told + " 项, 隐患台账中一项也没有"
    reason = look_up(areas["subject"], told).where(areas["level"] == "county").fillna(areas["reason"])
    return pd.concat([_managed_by_unit(facts, rule), areas.assign(reason=reason)])


def managed(hazards: pd.DataFrame) -> pd.Series[bool]:
    """Return which hazards are closed, or open under control."""
    return hazards["closed"] | ((hazards["lacking"] == "") & ~hazards["overdue"])


def _doubted(facts: Facts) -> pd.Series[bool]:
    """Return of which hazards an unreadable cell decides whether they are managed."""
    reopened = facts.hazards["closed"] & facts.gaps.unreadable("hazards", facts.hazards, "reopened_date")
    return (managed(facts.hazards_at_best) & ~managed(facts.hazards)) | reopened


def _managed_by_unit(facts: Facts, rule: Rule) -> pd.DataFrame:
    doubtful = _doubted(facts)
    rows = facts.hazards.assign(
        managed=managed(facts.hazards) & ~doubtful,
        doubtful=doubtful,
        evidence=cite("hazards", facts.hazards["hazard_id"]),
    )
    found = rows.groupby("unit_id").agg(
        numerator=("managed", "sum"), denominator=("managed", "size"), doubtful=("doubtful", "sum")
    )
    county = rows.groupby("unit_id")["county"].first()
    home = pd.concat([facts.frame.set_index("unit_id")["county"], county])
    home = home[~home.index.duplicated()]
    counts = found.reindex(home.index, fill_value=0)
    early = rule.early(facts.as_of)
    unread = home.isin(facts.gaps.closed_to(rule.needs))
    short = counts["denominator"] - counts["numerator"] - counts["doubtful"]
    unread |= counts["doubtful"] > 0
    lost = rows[~rows["managed"]].sort_values("hazard_id").groupby("unit_id")["evidence"].agg(";".join)
    return subjects(
        "unit",
        home.index.to_series(),
        home,
        np.select(
            [(short > 0) & early, short > 0, unread, counts["denominator"] == 0],
            [NOT_DUE, NOT_MET, NOT_ASSESSABLE, NOT_APPLICABLE],
            MET,
        ),
        look_up(home.index.to_series(), lost),
        numerator=counts["numerator"],
        denominator=counts["denominator"],
        value=ratio(counts["numerator"], counts["denominator"]),
    )


def open_hazards_have_elements(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F6-03: each open hazard has all of the five elements."""
    open_ = ~facts.hazards["closed"]
    rows, best = facts.hazards[open_], facts.hazards_at_best[open_]
    lacking = rows["lacking"]
    unread = best["closed"] | (best["lacking"] == "")
    result = np.select([lacking == "", unread], [MET, NOT_ASSESSABLE], NOT_MET)
    return singles("hazard", "hazards", rows, result, reason=("缺 " + lacking).where(lacking != "", ""))


def majors_closed_in_time(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F3-03: each major hazard whose deadline in force has come was closed by it.

    One without a deadline, or not closed in time and without a grade or a cell that can be read,
    leaves its county open.
    """
    majors = maybe_major(facts.hazards)
    rows, best = facts.hazards[majors], facts.hazards_at_best[majors]
    in_time = rows["in_time"]
    ungraded, endless = rows["grade"].isna(), rows["due"].isna() | (best["in_time"] & ~in_time)
    counted = ((rows["due"] <= facts.as_of) | endless) & ~(ungraded & in_time)
    late = to_name(rows[counted & ~in_time], ungraded | endless)
    return judge_areas(
        facts,
        rule,
        tally(rows, counted=counted, met=in_time, doubtful=ungraded | endless),
        named("hazards", late),
        none="没有到期的重大隐患",
    )
