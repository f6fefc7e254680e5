"""Who the county passed, and in which batch: the population of the city's 20%.

The reading (domain A3): a unit belongs to the batch of the first cut-off at whose end its
latest county conclusion is a pass, or before which a higher body checked it while its pass
stood. A pass revoked after that check changes nothing: otherwise 80 of 400 becomes 72 of 392
and fails, and honest checking is punished.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from audit_lib.errors import CallError
from audit_lib.intake.text import bare, names_somebody
from audit_lib.schemas import parameter, words

PASSED = "合格"
"""The one conclusion that is a pass; 限期整改后复查 becomes one by a later check."""

FAILED = "不合格"
"""The worst of the conclusions, which speaks where one check stands twice."""

Day = str | dt.date | pd.Timestamp


def county_passes(
    county_checks: pd.DataFrame, higher_checks: pd.DataFrame, cutoffs: Sequence[Day]
) -> pd.DataFrame:
    """Return the units that the county passed, each with the batch that it belongs to.

    Only valid checks count: with date, conclusion and a named inspector. County checks of one
    day follow each other by start time, then by check_id.

    Parameters
    ----------
    county_checks : DataFrame[check_id, unit_id, date, start, inspectors, conclusion]
    higher_checks : DataFrame[unit_id, date, inspectors, conclusion]   city and province together
    cutoffs : days; the end of the day counts

    Returns
    -------
    DataFrame[unit_id, pass_date, batch]   sorted by unit_id; pass_date is the day since which the
        pass has stood, batch the cut-off as an ISO date

    >>> county = pd.DataFrame({"check_id": ["1", "2"], "unit_id": "A", "start": None, "inspectors": "甲、乙",
    ...     "date": pd.to_datetime(["2014-03-03", "2014-03-09"]), "conclusion": ["合格", "不合格"]})
    >>> city = county.iloc[:1].assign(date=pd.Timestamp("2014-03-05"))
    >>> county_passes(county, city, ["2014-03-10"]).astype(str).values.tolist()
    [['A', '2014-03-03', '2014-03-10']]
    >>> len(county_passes(county, city.iloc[:0], ["2014-03-10"]))
    0
    """
    ends = sorted(_midnight(day) for day in cutoffs)
    if not ends or len(set(ends)) < len(ends):
        raise CallError("截止日须至少一个且不得重复", "at least one cut-off is due, and none twice")
    days = _days(county_checks)
    found = [_passed_at(days, end) for end in ends]
    higher = _valid(higher_checks)
    state = _state(days, higher)
    held = higher.assign(pass_date=state["pass_date"])[state["passed"] & (higher["date"] <= ends[-1])]
    first = pd.DatetimeIndex(ends).searchsorted(held["date"].to_numpy())
    found.append(held[["unit_id", "pass_date"]].assign(batch=pd.DatetimeIndex(ends).take(first)))
    passes = pd.concat([part.astype({"batch": "datetime64[us]"}) for part in found])
    passes = passes.sort_values(["unit_id", "batch", "pass_date"]).drop_duplicates("unit_id")
    passes["batch"] = passes["batch"].dt.strftime("%Y-%m-%d").astype("str")
    return passes.reset_index(drop=True)


def passes_of_campaign(
    checks: Mapping[str, pd.DataFrame], window: tuple[Day, Day], cutoffs: Sequence[Day]
) -> pd.DataFrame:
    """Return what `county_passes` finds in the checks of the campaign's days: P* of R-05 and frame of a draw.

    Parameters
    ----------
    checks : tables county_checks, city_checks and province_checks by name
    window : first and last day of the campaign; a check outside it passes nobody
    """
    first, last = map(_midnight, window)
    columns = ["unit_id", "date", "inspectors", "conclusion"]
    held = {name: checks[name][checks[name]["date"].between(first, last)] for name in _TABLES}
    higher = pd.concat([held[name][columns] for name in _TABLES[1:]], ignore_index=True)
    return county_passes(held["county_checks"], higher, cutoffs)


_TABLES = ("county_checks", "city_checks", "province_checks")


def county_state_on(county_checks: pd.DataFrame, unit_days: pd.DataFrame) -> pd.DataFrame:
    """Return what the county held of each unit on the given day.

    A pass held at any moment of the day counts, because a county that revokes it on the very
    day of the city's check does so after that check.

    Parameters
    ----------
    county_checks : as in `county_passes`
    unit_days : DataFrame[unit_id, date]   any index; a missing date has no state

    Returns
    -------
    DataFrame[conclusion, pass_date, passed]   with the index of ``unit_days``; conclusion is the
        latest one by the end of the day, missing where there was none; passed is never missing
    """
    return _state(_days(county_checks), unit_days)


def valid_checks(checks: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows are a check at all: with date, conclusion and a named inspector.

    A tick, a dash or a number of people names nobody (``rulebook/parameters.csv``).
    """
    return checks["date"].notna() & checks["conclusion"].notna() & named_inspectors(checks)


def named_inspectors(checks: pd.DataFrame) -> pd.Series[bool]:
    """Return which rows of DataFrame[inspectors] name at least one person."""
    codes, spellings = pd.factorize(checks["inspectors"].fillna("").astype(object).to_numpy())
    nobody, counts = _no_name()
    there = np.array([names_somebody(text, nobody, counts) for text in spellings], dtype=bool)
    return pd.Series(there[codes], index=checks.index)


@cache
def _no_name() -> tuple[frozenset[str], tuple[str, ...]]:
    nobody = [word for key in ("no_content", "no_document", "not_a_name") for word in words(parameter(key))]
    return frozenset({"", *map(bare, nobody)}), words(parameter("head_counts"))


def worst_checks(checks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit, day and number: of rows that differ, the one with the worst conclusion.

    >>> rows = pd.DataFrame({"check_id": "1", "unit_id": "A", "date": "2014-03-03"}, index=[0, 1])
    >>> worst_checks(rows.assign(conclusion=["合格", "不合格"]))["conclusion"].tolist()
    ['不合格']
    """
    key = ["unit_id", "date", "check_id"]
    twice = checks.duplicated(key, keep=False)
    cells = [str(column) for column in checks]
    again = checks[twice].sort_values(cells, key=lambda cell: cell.astype("str"), kind="stable")
    worst = again.assign(rank=again["conclusion"].map({PASSED: 2, FAILED: 0}).fillna(1))
    worst = worst.sort_values("rank", kind="stable").drop_duplicates(key).drop(columns="rank")
    return pd.concat([checks[~twice], worst]).sort_index()


def _valid(checks: pd.DataFrame) -> pd.DataFrame:
    rows = checks[valid_checks(checks)].reset_index(drop=True)
    return rows.assign(date=rows["date"].astype("datetime64[us]").dt.normalize())


def _days(county_checks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit and day with a valid check.

    ``conclusion`` is the last of the day, ``held`` whether a pass stood at any moment of it,
    ``pass_date`` since when the standing pass has stood.
    """
    rows = _valid(worst_checks(county_checks)).assign(
        start=lambda rows: rows["start"].fillna("").astype("str")
    )
    rows = rows.sort_values(["unit_id", "date", "start", "check_id"], ignore_index=True)
    rows["passed"] = rows["conclusion"] == PASSED
    by_day = rows.groupby(["unit_id", "date"], sort=False)
    days = by_day.agg(conclusion=("conclusion", "last"), held=("passed", "any")).reset_index()
    before = (days["conclusion"] == PASSED).groupby(days["unit_id"]).shift(fill_value=False)
    starts = days["held"] & ~before
    days["held"] |= before
    days["pass_date"] = days["date"].where(starts).groupby(days["unit_id"]).ffill()
    return days


def _passed_at(days: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    last = days[days["date"] <= end].drop_duplicates("unit_id", keep="last")
    return last.loc[last["conclusion"] == PASSED, ["unit_id", "pass_date"]].assign(batch=end)


def _state(days: pd.DataFrame, unit_days: pd.DataFrame) -> pd.DataFrame:
    asked = unit_days[["unit_id", "date"]].reset_index(drop=True)
    asked["date"] = asked["date"].astype("datetime64[us]").dt.normalize()
    known = asked[asked["date"].notna()].sort_values("date", kind="stable").reset_index(names="place")
    then = days.assign(since=days["date"]).sort_values("date", kind="stable")
    met = pd.merge_asof(known, then, on="date", by="unit_id").set_index("place").reindex(asked.index)
    today = met["since"] == met["date"]
    held = met["held"].astype("boolean").fillna(False).astype(bool)
    passed = (met["conclusion"] == PASSED).astype(bool) | (today & held)
    state = pd.DataFrame(
        {
            "conclusion": met["conclusion"],
            "pass_date": met["pass_date"].where(passed),
            "passed": passed,
        }
    )
    return state.set_axis(unit_days.index)


def _midnight(day: Day) -> pd.Timestamp:
    return pd.Timestamp(day).normalize()
