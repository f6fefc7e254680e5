"""Records made ready to be looked at: who, where, in which week, and the measures of each.

A name is known only inside the office that the inspector works for: two counties may each have
a 王立新. So an inspector is ``office:name``, the office being the county of a county check and
the city of a city check.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from audit_lib.compliance.keys import first_of
from audit_lib.investigation.texts import group_texts, plain_text
from audit_lib.schemas import rulebook_rows

PASSED = "合格"
FRIDAY = "W-THU"
"""Weeks end with the day before the report is due; pandas names a week by the day it ends."""


def gather_visits(tables: Mapping[str, pd.DataFrame], city_of: pd.Series[str]) -> pd.DataFrame:
    """Return county and city checks as visits, with the measures that signals look at.

    Parameters
    ----------
    tables : units, county_checks, city_checks as intake makes them
    city_of : city by county code

    Returns
    -------
    DataFrame[table, key, unit_id, office, county, week, date, begin, end, score, found, failed,
        minutes, off_day, inspectors]   begin, end: minutes of the day; found: whether it found a hazard;
        week: county and the day on which its week ends; sorted by table and key
    """
    parts = []
    for table, found in (
        ("county_checks", ["hazards_general", "hazards_major"]),
        ("city_checks", ["hazards_new"]),
    ):
        rows = first_of(tables[table], ["check_id", "unit_id"])
        county = _county(rows, tables)
        parts.append(
            pd.DataFrame(
                {
                    "table": table,
                    "key": rows["check_id"].astype("str"),
                    "unit_id": rows["unit_id"].astype("str"),
                    "office": county if table == "county_checks" else county.map(city_of).astype("str"),
                    "county": county,
                    "week": _week(county, rows["date"]),
                    "date": rows["date"],
                    "begin": _minutes(rows["start"]),
                    "end": _minutes(rows["end"]),
                    "score": rows["score"].astype("Float64") if "score" in rows else pd.NA,
                    "found": rows[found].astype("Float64").sum(axis=1, min_count=1) > 0,
                    "failed": (rows["conclusion"] != PASSED)
                    .where(rows["conclusion"].notna())
                    .astype("boolean"),
                    "inspectors": rows["inspectors"].astype("str"),
                }
            )
        )
    visits = pd.concat(parts).sort_values(["table", "key", "unit_id"], ignore_index=True)
    minutes = (visits["end"] - visits["begin"]).where(visits["end"] >= visits["begin"])
    rests = visits["date"].isin(days_off()).astype("boolean").mask(visits["date"].isna())
    return _plain(visits.assign(minutes=minutes, off_day=rests))


def gather_hazards(tables: Mapping[str, pd.DataFrame], *, similarity: float) -> pd.DataFrame:
    """Return the ledger with the group of each description, equal and nearly equal.

    Returns
    -------
    DataFrame[key, unit_id, office, county, week, category, text, near, fund_planned, inspectors]
        sorted by key; text: what the description says; near: number of its group
    """
    rows = first_of(tables["hazards"], ["hazard_id", "unit_id"])
    county = _county(rows, tables)
    said = rows["description"].astype("str").fillna("").map(plain_text)
    hazards = pd.DataFrame(
        {
            "key": rows["hazard_id"].astype("str"),
            "unit_id": rows["unit_id"].astype("str"),
            "office": county,
            "county": county,
            "week": _week(county, rows["found_date"]),
            "category": rows["category"].astype("str").fillna(""),
            "text": said.where(said != ""),
            "fund_planned": rows["fund_planned"].astype("Float64"),
            "inspectors": rows["finders"].astype("str"),
        }
    ).sort_values(["key", "unit_id"], ignore_index=True)
    written = hazards["text"].notna()
    near = pd.Series(
        group_texts(hazards.loc[written, "text"], similarity=similarity), index=hazards.index[written]
    )
    return _plain(hazards.assign(near=near.astype("Int64")))


def silent_counties(tables: Mapping[str, pd.DataFrame]) -> pd.Series[int]:
    """Return how many units each county has that has not one hazard in the ledger, by county code."""
    sizes = first_of(tables["units"], ["unit_id"]).groupby("county").size()
    return sizes[~sizes.index.isin(_county(tables["hazards"], tables))]


def by_inspector(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row per person and record: ``inspector`` added, ``of`` the record's index in ``rows``."""
    names = rows["inspectors"].fillna("").str.split("、").explode()
    names = names[names.fillna("").str.strip() != ""]
    people = rows.loc[names.index].assign(of=names.index, name=names.to_numpy())
    people = people.drop_duplicates(["of", "name"]).reset_index(drop=True)
    return people.assign(inspector=people["office"] + ":" + people["name"])


def days_off() -> frozenset[pd.Timestamp]:
    """Return the days on which offices rest: weekends and holidays, without the days made up for."""
    return frozenset(
        pd.Timestamp(row["date"])
        for row in rulebook_rows("calendar_2014")
        if row["day_type"] in ("weekend", "public_holiday")
    )


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with text as Python objects: a hundred small look-ups are faster on those."""
    texts = rows.columns[rows.dtypes == "str"]
    return rows.assign(**{name: rows[name].astype(object).where(rows[name].notna(), None) for name in texts})


def _county(rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.Series[str]:
    """The county of each row: its unit's, else its own."""
    home = first_of(tables["units"], ["unit_id"]).set_index("unit_id")["county"]
    return rows["unit_id"].map(home).astype("str").fillna(rows["county"].astype("str"))


def _week(county: pd.Series[str], day: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    return county + ":" + day.dt.to_period(FRIDAY).dt.end_time.dt.strftime("%Y-%m-%d")


def _minutes(clock: pd.Series[str]) -> pd.Series[float]:
    """Return minutes of the day of ``hh:mm``; what is no such time is missing."""
    parts = clock.astype("str").str.extract(r"^(\d{1,2}):(\d{2})")
    return pd.to_numeric(parts[0]) * 60 + pd.to_numeric(parts[1])
