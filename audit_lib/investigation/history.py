"""What was known of a unit before a day: its own past, and that of its like.

Everything here looks back: of a visit on some day only visits of earlier days are seen, never
that day's own. A model trained on such rows cannot know the future, and a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from audit_lib.compliance import Facts

PRIOR_VISITS = 20
"""How many visits of the whole weigh as much as a group's own: a rate of three visits says little."""

LONGEST_DAYS = 730
"""Two years without a visit are as long as never: where records begin, nobody knows more."""

LEVELS = ("county_checks", "city_checks", "province_checks")


def visits_made(facts: Facts) -> pd.DataFrame:
    """Return every valid visit of county, city and province with what it found.

    A visit without day, conclusion or inspector says nothing of a unit, so it is not here.

    Returns
    -------
    DataFrame[visit_id, unit_id, date, level, failed (bool)], sorted by date and number
    """
    parts = []
    for name in LEVELS:
        rows: pd.DataFrame = getattr(facts, name)
        rows = rows[rows["valid"] & rows["unit_id"].notna()]
        parts.append(
            pd.DataFrame(
                {
                    "visit_id": rows["check_id"],
                    "unit_id": rows["unit_id"],
                    "date": rows["date"],
                    "level": name,
                    "failed": (rows["conclusion"] != "合格").astype(bool),
                }
            )
        )
    return pd.concat(parts).sort_values(["date", "level", "visit_id"], ignore_index=True)


def known_before(
    visits: pd.DataFrame, at: pd.DataFrame, *, groups: Sequence[str] = (), found: str | None = None
) -> pd.DataFrame:
    """Return what the visits of earlier days say about each unit on a day.

    Parameters
    ----------
    visits : DataFrame[unit_id, date, failed, *groups]   ``failed`` true or false, no missing days
    at : DataFrame[unit_id, day, *groups]   any order, any index
    groups : columns of both (an area, a kind) whose past share of failures is wanted
    found : column of ``visits`` that counts what a visit found, for example critical violations

    Returns
    -------
    DataFrame, index of ``at``: visits_before, never_visited, failures_before, failed_last,
    days_since, and for each group ``rate_<group>`` (log odds of the past share of failures, drawn
    to the share of all by `PRIOR_VISITS`); with ``found`` also found_last and found_mean

    >>> seen = pd.DataFrame({"unit_id": ["A", "A"], "date": pd.to_datetime(["2014-03-01", "2014-03-09"]),
    ...                      "failed": [True, False]})
    >>> on = pd.DataFrame({"unit_id": ["A", "B"], "day": pd.to_datetime(["2014-03-09", "2014-03-09"])})
    >>> known_before(seen, on)[["visits_before", "failed_last", "days_since"]].values.tolist()
    [[1.0, 1.0, 8.0], [0.0, 0.0, 730.0]]
    """
    counts = visits.assign(visits=1, failures=visits["failed"].astype("int64"))
    own = _sums_before(counts, at, "unit_id", ["visits", "failures", *([found] if found else [])])
    last = _last_before(counts, at, ["failures", *([found] if found else [])])
    since = (at["day"] - last["date"]).dt.days
    rows = pd.DataFrame(
        {
            "visits_before": own["visits"],
            "never_visited": (own["visits"] == 0).astype("float64"),
            "failures_before": own["failures"],
            "failed_last": (last["failures"] > 0).astype("float64"),
            "days_since": since.clip(upper=LONGEST_DAYS).fillna(LONGEST_DAYS).astype("float64"),
        },
        index=at.index,
    )
    if found:
        rows["found_last"] = last[found].fillna(0).astype("float64")
        rows["found_mean"] = (own[found] / own["visits"].clip(lower=1)).astype("float64")
    for group in groups:
        rows[f"rate_{group}"] = _past_rate(counts, at, group)
    return rows


def _past_rate(counts: pd.DataFrame, at: pd.DataFrame, group: str) -> pd.Series[float]:
    everybody = counts.assign(_all="*")
    whole = _sums_before(everybody, at.assign(_all="*"), "_all", ["visits", "failures"])
    base = (whole["failures"] + 1) / (whole["visits"] + 2)
    own = _sums_before(counts.dropna(subset=[group]), at, group, ["visits", "failures"])
    share = (own["failures"] + base * PRIOR_VISITS) / (own["visits"] + PRIOR_VISITS)
    return pd.Series(np.log(share / (1 - share)), index=at.index)


def _sums_before(rows: pd.DataFrame, at: pd.DataFrame, key: str, columns: list[str]) -> pd.DataFrame:
    """Sum columns over the rows of the same key on earlier days; zero where there are none."""
    daily = rows.groupby([key, "date"], sort=True)[columns].sum()
    running = daily.groupby(level=0).cumsum().reset_index()
    return _as_of(running, at, key)[columns].fillna(0).astype("float64")


def _last_before(rows: pd.DataFrame, at: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the last earlier day of each unit with the worst of that day."""
    daily = rows.groupby(["unit_id", "date"], sort=True)[columns].max().reset_index()
    return _as_of(daily, at, "unit_id")


def _as_of(table: pd.DataFrame, at: pd.DataFrame, key: str) -> pd.DataFrame:
    asked = at[[key, "day"]].assign(_place=np.arange(len(at))).sort_values("day", kind="stable")
    known = asked[key].notna()
    found = pd.merge_asof(
        asked[known].astype({key: object, "day": "datetime64[ns]"}),
        table.astype({key: object, "date": "datetime64[ns]"}).sort_values("date", kind="stable"),
        left_on="day",
        right_on="date",
        by=key,
        allow_exact_matches=False,
    )
    return found.set_index("_place").reindex(np.arange(len(at))).set_axis(at.index)
