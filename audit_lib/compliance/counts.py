"""The campaign day by day, counted from dated rows: what stood where at the end of which day.

Each row adds an amount to a figure of a county on a day, so that any day's figure is a sum. The
same rows say how fast a city moves and what that leaves by the last day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import MAJOR, ORDINARY, closing_day
from audit_lib.compliance.keys import among, look_up
from audit_lib.sampling import PASSED, quota
from audit_lib.schemas import as_row, rulebook_rows

COUNTED = ["county", "measure", "day", "amount"]
FORECAST = ["area", "measure", "done", "due", "due_most", "left", "slow", "fast", "least", "most", "needed"]
ALWAYS = pd.Timestamp(0)
"""A unit without a day of entry was there from the beginning."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of the Friday table; ``needs`` are the tables that it can be counted again from."""

    key: str
    zh: str
    unit: str
    cumulative: bool
    part_of: str
    needs: tuple[str, ...]


@cache
def weekly_measures() -> dict[str, Measure]:
    """Return the figures of the Friday table, in its order.

    >>> weekly_measures()["inspected"].part_of
    'units_due'
    """
    return {row["key"]: as_row(Measure, row) for row in rulebook_rows("weekly")}


def follow_counts(facts: Facts) -> pd.DataFrame:
    """Return what each dated row adds to a figure of the Friday table.

    Returns
    -------
    DataFrame[county, measure, day, amount]; the sums up to the day judged are the indicators'
    """
    frame, checks = facts.frame, facts.county_checks[facts.county_checks["valid"]]
    checks = checks[among(checks["unit_id"], frame["unit_id"])]
    visits = pd.concat([checks[["unit_id", "date"]], _from_above(facts, checks)])
    dates = facts.self_checks["self_check_date"]
    own = facts.self_checks[facts.in_window(dates) & (dates <= facts.as_of)]
    spot = facts.spot_checks[facts.spot_checks["passed"] & facts.spot_checks["valid"]]
    hazards = facts.hazards
    closed = closing_day(hazards)
    gone = facts.removed
    left = [
        _rows(gone["county"], "units_due", gone["entry_date"].fillna(ALWAYS)),
        _rows(gone["county"], "units_due", gone["status_date"], -1),
        *_until(gone, "self_checked", own[["unit_id", "self_check_date"]]),
    ]
    listed = facts.listings.sort_values("listed_date").drop_duplicates("hazard_id")
    parts = [
        _rows(frame["county"], "units_due", frame["entry_date"].fillna(ALWAYS)),
        _first(frame, "self_checked", own[["unit_id", "self_check_date"]]),
        _first(frame, "inspected", visits),
        _passes(frame, checks),
        _first(frame, "spot_done", spot[["unit_id", "date"]]),
        *left,
        *_by_grade(hazards, "found", hazards["found_date"]),
        *_by_grade(hazards, "closed", closed),
        _rows(listed["county"], "major_listed", listed["listed_date"]),
        _rows(hazards["county"], "fund_total", hazards["found_date"], hazards["fund_planned"].fillna(0)),
    ]
    return pd.concat(parts, ignore_index=True).dropna(subset=["county", "day"])


def unsure_counts(facts: Facts) -> dict[str, pd.Series[int]]:
    """Return by figure and area how many hazards more it may have held than the ledger shows now.

    One without a readable grade may have been counted as either; one opened again was closed before.
    """
    hazards, kinds = facts.hazards, {"general": ORDINARY, "major": MAJOR}
    ungraded, again = hazards["grade"].isna(), hazards["reopened_date"].notna()
    flags = {f"{word}_found": ungraded for word in kinds}
    flags |= {
        f"{word}_closed": ungraded | (again & (hazards["grade"] == grade)) for word, grade in kinds.items()
    }
    by_county = pd.DataFrame(flags).astype("int64").groupby(hazards["county"]).sum()
    places = facts.places[["area", "county"]].drop_duplicates()
    by_area = places.merge(by_county, left_on="county", right_index=True).groupby("area")[[*flags]].sum()
    return {key: by_area[key] for key in flags}


def _by_grade(hazards: pd.DataFrame, what: str, day: pd.Series[pd.Timestamp]) -> list[pd.DataFrame]:
    """Return what is found or closed under the grade of its day, and moves with the grade."""
    moved = hazards["first_grade"].notna() & hazards["regraded_date"].notna() & hazards["grade"].notna()
    moved &= hazards["first_grade"] != hazards["grade"]
    later = hazards["regraded_date"].where(moved)
    first = hazards["grade"].mask(moved & (day < later), hazards["first_grade"])
    rows = []
    for grade, word in ((ORDINARY, "general"), (MAJOR, "major")):
        measure, moves = f"{word}_{what}", day.notna() & (first != hazards["grade"])
        rows += [
            _rows(hazards.loc[first == grade, "county"], measure, day),
            _rows(hazards.loc[moves & (first == grade), "county"], measure, later, -1),
            _rows(hazards.loc[moves & (hazards["grade"] == grade), "county"], measure, later),
        ]
    return rows


def counts_at(counted: pd.DataFrame, facts: Facts, days: Sequence[pd.Timestamp]) -> pd.DataFrame:
    """Return what stood in the tables at the end of each day, for every city and county.

    Parameters
    ----------
    counted : as `follow_counts` gives them

    Returns
    -------
    counts, one column per measure, indexed by area and day
    """
    columns = [measure.key for measure in weekly_measures().values() if measure.needs]
    places = facts.places[["area", "county"]].drop_duplicates()
    known = counted.merge(places, on="county")
    tables = {
        day: known[known["day"] <= day].pivot_table(
            index="area", columns="measure", values="amount", aggfunc="sum"
        )
        for day in days
    }
    table = (
        pd.concat(tables, names=["day"])
        if tables
        else pd.DataFrame(index=pd.MultiIndex.from_arrays([[], []]))
    )
    return table.swaplevel().reindex(columns=columns).fillna(0).astype("int64").sort_index()


def forecast(facts: Facts, *, day: pd.Timestamp) -> pd.DataFrame:
    """Return where the present pace would lead each city by the last day of the campaign.

    Linear: what was done on the last ``pace_short`` and ``pace_long`` workdays up to ``day``, each
    carried on for the workdays that are left; the two give a range. The spot-check owes a fifth of
    what has passed by now at least, and of all units at most.

    Returns
    -------
    DataFrame[area, measure, done, due, due_most, left, slow, fast, least, most, needed]
        a city whose tables could not all be read has no row
        slow, fast : units a workday, missing before the first workday
        least, most : done by the last day
        needed : units a workday that reach ``due_most``, missing where no workday is left
    """
    counted = follow_counts(facts)
    days = workdays()
    end = pd.Timestamp(facts.params.window.end)
    known = days[(days >= pd.Timestamp(facts.params.window.start)) & (days <= day)]
    left = int(((days > day) & (days <= end)).sum())
    spans = [min(facts.book.count(key), len(known)) for key in ("pace_short", "pace_long") if len(known)]
    cities = facts.places[facts.places["level"] == "city"]
    since = [known[-span] - pd.Timedelta(days=1) for span in spans]
    table = counts_at(counted, facts, sorted({day, *since}))
    rate = str(facts.book.share("spot_rate"))
    rows = []
    for city in sorted(cities["area"].unique()):
        counties = set(cities.loc[cities["area"] == city, "county"])
        now = table.loc[(city, day)] if (city, day) in table.index else table.sum() * 0
        for measure in ("inspected", "spot_done"):
            if not counties.isdisjoint(facts.gaps.closed_to(weekly_measures()[measure].needs)):
                continue
            done, units = int(now[measure]), int(now["units_due"])
            before = [int(table[measure].get((city, start), 0)) for start in since]
            paces = sorted(Fraction(done - then, span) for then, span in zip(before, spans, strict=True))
            most = units if measure == "inspected" else quota(units, rate)
            due = units if measure == "inspected" else quota(int(now["passed"]), rate)
            ends = [min(units, done + int(pace * left)) for pace in paces]
            rows.append(
                {
                    "area": city,
                    "measure": measure,
                    "done": done,
                    "due": due,
                    "due_most": most,
                    "left": left,
                    "slow": float(paces[0]) if paces else None,
                    "fast": float(paces[-1]) if paces else None,
                    "least": ends[0] if ends else None,
                    "most": ends[-1] if ends else None,
                    "needed": -(-max(most - done, 0) // left) if left else None,
                }
            )
    whole = ["done", "due", "due_most", "left", "least", "most", "needed"]
    return pd.DataFrame(rows, columns=FORECAST).astype(dict.fromkeys(whole, "Int64"))


def workdays() -> pd.DatetimeIndex:
    """Return the workdays of the campaign's calendar, made-up ones included (A17)."""
    rows = [row["date"] for row in rulebook_rows("calendar_2014") if row["day_type"].endswith("workday")]
    return pd.DatetimeIndex(rows).as_unit("us")


def _first(frame: pd.DataFrame, measure: str, dated: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit of the frame, on the first of its days."""
    unit, date = dated.columns
    return _rows(frame["county"], measure, look_up(frame["unit_id"], dated.groupby(unit)[date].min()))


def _until(gone: pd.DataFrame, measure: str, dated: pd.DataFrame) -> list[pd.DataFrame]:
    """Return units that left the frame, from the first of their days until they left."""
    first = _first(gone, measure, dated)
    last = gone["status_date"].reindex(first.index)
    stood = first[first["day"] < last]
    return [stood, stood.assign(day=last, amount=-1)]


def _passes(frame: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Return +1 where a county's conclusion becomes 合格, and -1 where it ceases to be."""
    rows = checks.assign(start=checks["start"].fillna("")).sort_values(
        ["unit_id", "date", "start", "check_id"]
    )
    rows = rows.drop_duplicates(["unit_id", "date"], keep="last")
    state = (rows["conclusion"] == PASSED).astype("int64")
    change = state - state.groupby(rows["unit_id"]).shift(fill_value=0)
    rows = rows.assign(amount=change)[change != 0]
    county = look_up(rows["unit_id"], frame.set_index("unit_id")["county"])
    return _rows(county, "passed", rows["date"], rows["amount"])


def _from_above(facts: Facts, checks: pd.DataFrame) -> pd.DataFrame:
    """Return the checks of city and province that count for coverage, where the county made none (A13)."""
    frame = facts.frame
    affiliated = frame["affiliation"].isin(facts.book.words("covered_from_above"))
    open_to = frame.loc[affiliated & ~among(frame["unit_id"], checks["unit_id"]), "unit_id"]
    rows = pd.concat([facts.city_checks, facts.province_checks])
    return rows.loc[rows["valid"] & among(rows["unit_id"], open_to), ["unit_id", "date"]]


def _rows(
    county: pd.Series[str], measure: str, day: pd.Series[pd.Timestamp], amount: pd.Series[int] | int = 1
) -> pd.DataFrame:
    found = pd.DataFrame({"county": county, "day": day.reindex(county.index), "measure": measure})
    amount = amount.reindex(county.index) if isinstance(amount, pd.Series) else amount
    return found.assign(amount=amount)[COUNTED]
