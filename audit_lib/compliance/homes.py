"""Where a record belongs: the county of its unit, of its own word, of its sender; the hazard it speaks of.

Whatever is known of a record's place is used in this order; what nothing places is counted nowhere and
leaves the areas open that it may belong to (`Gaps`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from audit_lib.compliance.keys import among, look_up
from audit_lib.errors import JudgeError
from audit_lib.intake import Intake, city_codes, county_city
from audit_lib.intake.text import normal_name

SHOWN = 3
"""How many of many are named in a message."""


def places_of(areas: pd.DataFrame) -> pd.DataFrame:
    """Return which counties each county and city is made of: DataFrame[level, area, county]."""
    home = county_city(areas)
    counties = pd.DataFrame({"level": "county", "area": home.index, "county": home.index})
    cities = pd.DataFrame({"level": "city", "area": home.to_numpy(), "county": home.index})
    order = {code: place for place, code in enumerate(city_codes(areas))}
    cities = cities.sort_values("area", key=lambda codes: codes.map(order), kind="stable")
    return pd.concat([counties, cities], ignore_index=True).astype("str")


def located(units: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return the roster with the city of each unit's county, what the row itself says as ``city_said``."""
    home = county_city(areas)
    lost = units.loc[~units["county"].isin(home.index), ["unit_id", "county"]].sort_values("unit_id")
    if len(lost):
        shown = "、".join(f"{unit}({county})" for unit, county in lost.head(SHOWN).to_numpy())
        raise JudgeError(
            f"{len(lost)} 个单位的县区不在区划表中: {shown}",
            f"{len(lost)} units stand in counties that the table of areas does not have: {shown}",
        )
    city = look_up(units["county"], home)
    return units.assign(city_said=units["city"], city=city).reset_index(drop=True)


def contested_counties(roster: pd.DataFrame) -> pd.Series[str]:
    """The counties of identifiers that stand in several, by identifier: two places, or one typed twice."""
    rows = roster[["unit_id", "county"]].drop_duplicates()
    return rows[rows["unit_id"].duplicated(keep=False)].set_index("unit_id")["county"]


def homes_of(roster: pd.DataFrame) -> pd.Series[str]:
    """The county of each unit whose identifier stands in one county alone."""
    rows = roster[["unit_id", "county"]].drop_duplicates()
    return rows[~rows["unit_id"].duplicated(keep=False)].set_index("unit_id")["county"]


def in_county(table: pd.DataFrame, homes: pd.Series[str]) -> pd.DataFrame:
    """A record belongs where its unit stands.

    One whose unit stands in no county's roster, or whose identifier stands in several, takes the
    record's word.
    """
    if table.empty:
        return table
    stands = look_up(table["unit_id"], homes)
    return table.assign(county=stands.astype("str").fillna(table["county"])).reset_index(drop=True)


def present_counties(tables: Mapping[str, pd.DataFrame], homes: pd.Series[str]) -> dict[str, frozenset[str]]:
    """By table of records of units, the counties that have rows in it."""
    return {
        name: frozenset(in_county(rows, homes)["county"].dropna())
        for name, rows in tables.items()
        if {"unit_id", "county"} <= set(rows)
    }


def settled(name: str, rows: pd.DataFrame, intake: Intake) -> pd.DataFrame:
    """A record that neither its unit nor its own word puts in a county stands in that of its sender."""
    sent = _sent_from(name, rows, intake)
    inside = sent.where(sent.isin(county_city(intake.areas).index))
    return rows.assign(county=rows["county"].fillna(inside))


def _sent_from(name: str, rows: pd.DataFrame, intake: Intake) -> pd.Series[str]:
    files = intake.files.loc[intake.files["table"] == name, ["file", "area"]].drop_duplicates()
    files = files[~files["file"].duplicated(keep=False)].set_index("file")
    return look_up(rows["file"], files["area"].astype("str"))


def astray(
    hazards: pd.DataFrame, intake: Intake, places: pd.DataFrame, roster: pd.DataFrame
) -> pd.Series[str]:
    """What is known of the areas of hazards in no county.

    All counties whose rosters have the unit; else the sender's city, or nothing.
    """
    lost = hazards[hazards["county"].isna()]
    listed = among(lost["unit_id"], roster["unit_id"])
    either = lost.loc[listed, ["unit_id"]].merge(roster[["unit_id", "county"]].drop_duplicates())["county"]
    sent = _sent_from("hazards", lost[~listed], intake)
    return pd.concat([either.astype("str"), sent.where(sent.isin(places["area"]))], ignore_index=True)


def of_nameless(visits: pd.DataFrame) -> pd.Series[str]:
    """Where the units stand that a supervision names without anybody knowing which they are."""
    return visits.loc[visits["unit_id"].isna() & visits["unit_name"].notna(), "county"]


def of_ledger(listings: pd.DataFrame, ledger: pd.DataFrame, homes: pd.Series[str]) -> pd.DataFrame:
    """A listing that names no unit belongs to that of its hazard, unless two units share the number."""
    ledger = ledger.drop_duplicates(["hazard_id", "unit_id"])
    alone = ledger[~ledger["hazard_id"].duplicated(keep=False)].set_index("hazard_id")
    unit = listings["unit_id"].fillna(look_up(listings["hazard_id"], alone["unit_id"]))
    rows = in_county(listings.assign(unit_id=unit), homes)
    return rows.assign(county=rows["county"].fillna(look_up(rows["hazard_id"], alone["county"])))


def renumbered(rows: pd.DataFrame, number: pd.Series[str]) -> pd.DataFrame:
    """What is said of any finding of a hazard is said of the hazard."""
    return rows.assign(hazard_id=look_up(rows["hazard_id"], number).fillna(rows["hazard_id"]).astype("str"))


def under_known_names(weekly: pd.DataFrame, reporters: pd.DataFrame) -> pd.DataFrame:
    """A report under the name of a body in another spelling (widths, spaces, brackets) is that body's."""
    known = reporters["area"] + "|" + reporters["body"].map(normal_name)
    names = reporters["body"].set_axis(known)[~known.duplicated(keep=False).to_numpy()]
    said = look_up(weekly["area"] + "|" + weekly["body"].map(normal_name), names)
    return weekly.assign(body=said.fillna(weekly["body"]).astype("str"))
