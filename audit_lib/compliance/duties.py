"""What an area or a body owes by itself: a paper, a visit, a name; nothing adds up from below.

A shortfall is not met once it is due; where a file that may hold what is missing could not be
read, or a row of it could not be identified, nobody can say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import among
from audit_lib.compliance.rows import COLUMNS, MET, NOT_APPLICABLE, NOT_ASSESSABLE, NOT_DUE, NOT_MET, ratio
from audit_lib.compliance.rulebook import Rule

UNREAD = "有关资料没有报送或未能全部读出"


def own_places(facts: Facts, rule: Rule) -> pd.DataFrame:
    """Return the areas that the rule speaks of: DataFrame[level, area, subject]."""
    places = facts.places[["level", "area"]].drop_duplicates()
    asked = places[places["level"].isin(rule.levels)].reset_index(drop=True)
    return asked.assign(subject=asked["area"])


def join_own_cities(facts: Facts, choice: Literal["own", "city"]) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Return the places, with own cities counted within the city around them where that was chosen.

    The first four digits of a county's code are those of its prefecture (GB/T 2260); an own city
    whose code names no city of the areas stays by itself.

    Returns
    -------
    (``Facts.places``, city by county of those that were joined)
    """
    areas = facts.areas
    own = areas.loc[areas["kind"] == "own_city", "code"]
    around = pd.Series((own.str[:4] + "00").to_numpy(), index=own.to_numpy(), dtype="str")
    around = around[around.isin(areas.loc[areas["level"] == "city", "code"])]
    if choice == "own" or around.empty:
        return facts.places, around.iloc[:0]
    places = facts.places
    city = places["area"].map(around).where(places["level"] == "city").fillna(places["area"])
    return places.assign(area=city.astype("str")), around


def as_reported(facts: Facts) -> Facts:
    """Return the facts with the bodies that report to the province, and the places they report for (A11).

    Where a county that is its own city reports through the city around it, its body owes nothing
    here, and the city's figures are held against the county's rows too.
    """
    places, joined = join_own_cities(facts, facts.params.readings.A11)
    bodies = facts.reporters[~among(facts.reporters["area"], joined.index.to_series())]
    return replace(facts, places=places, reporters=bodies.reset_index(drop=True))


def judge_duties(facts: Facts, rule: Rule, rows: pd.DataFrame) -> pd.DataFrame:
    """Return a rule's rows from whether each duty is met.

    Parameters
    ----------
    rows : DataFrame[level, subject, area, met, ...], one row per duty; optional columns: ``reason``
        (why not, or what to know), ``evidence``, ``numerator``, ``denominator``, ``value``,
        ``doubtful`` (a cell that decides cannot be read), ``applicable``, ``certain`` (what falls short is
        there to be seen: no file that was not read can cure it)

    Nothing is assumed of an area whose files could not be read.
    """
    rows = rows.reset_index(drop=True)
    for name, default in (("doubtful", False), ("applicable", True), ("certain", False)):
        given = rows[name].astype("boolean").fillna(default) if name in rows else default
        rows = rows.assign(**{name: pd.Series(given, index=rows.index).astype(bool)})
    rows = rows.assign(reason=rows.get("reason", pd.Series(pd.NA, index=rows.index, dtype="str")))
    rows = rows.assign(reason=rows["reason"].astype("str").where(rows["reason"] != ""))
    short = ~rows["met"].astype(bool)
    lost = short & ~rows["certain"] & hidden(facts, (*rule.needs, *rule.counts), rows)
    cases = [
        (~rows["applicable"], NOT_APPLICABLE),
        (lost, NOT_ASSESSABLE),
        (short & rule.early(facts.as_of), NOT_DUE),
        (short & rows["doubtful"], NOT_ASSESSABLE),
        (short, NOT_MET),
    ]
    result = pd.Series(np.select([hit for hit, _ in cases], [name for _, name in cases], MET), rows.index)
    reason = rows["reason"].mask(lost, UNREAD)
    reason = reason.mask(result == NOT_DUE, "未到期, 目前" + reason.fillna("尚无"))
    known = {
        name: rows.get(name, pd.Series(pd.NA, index=rows.index)) for name in ("numerator", "denominator")
    }
    counts = pd.DataFrame(known).astype("Int64")
    gap = (counts["denominator"] - counts["numerator"]).clip(lower=0)
    told = result.isin([MET, NOT_MET, NOT_DUE])
    return rows.assign(
        **counts,
        result=result,
        reason=reason,
        value=rows.get("value", ratio(counts["numerator"], counts["denominator"])),
        missing=gap.where(told),
        evidence=rows.get("evidence", pd.Series(pd.NA, index=rows.index, dtype="str")),
    )[COLUMNS]


def hidden(
    facts: Facts, tables: tuple[str, ...], rows: pd.DataFrame, *, unidentified: bool = True
) -> pd.Series[bool]:
    """Return of which areas a file of these tables was not read, or a row not identified.

    Parameters
    ----------
    rows : DataFrame[area]
    unidentified : whether single rows that nobody could identify count too
    """
    closed = facts.gaps.closed_to(tables)
    inside = among(rows["area"], facts.places["area"])
    lost = among(rows["area"], facts.places.loc[facts.places["county"].isin(closed), "area"])
    # A body outside the tree is touched by a file that may hold anybody's rows.
    lost |= ~inside & bool(closed >= set(facts.places["county"]))
    for table in dict.fromkeys(tables if unidentified else ()):
        counts = facts.gaps.unidentified.get(table, pd.Series(dtype="int64"))
        touched = {str(key).partition(":")[2] for key in counts.index[counts > 0]}
        lost |= rows["area"].astype(object).isin(touched)
        lost |= ~inside & (facts.gaps.of_bodies(table, rows["area"]) > 0)
        from_above = facts.gaps.lost.get(table, pd.Series(dtype="str")).eq(facts.province).any()
        lost |= bool(from_above)
    return lost


def spread_over_places(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows once for each area that they count for: a county's for its city too.

    Parameters
    ----------
    rows : DataFrame[area, ...]; rows of no county or city are left out

    Returns
    -------
    the rows with ``level`` and ``subject``
    """
    counties = facts.places.rename(columns={"area": "subject", "county": "area"})
    cities = facts.places.loc[facts.places["level"] == "city", ["level", "area"]].drop_duplicates()
    cities = cities[~among(cities["area"], counties["area"])]
    return rows.merge(pd.concat([counties, cities.assign(subject=cities["area"])]), on="area")
