"""One hazard found by several levels is one hazard with several findings.

Two rows are one hazard where a clerk says so (``same_as``), or where unit, category, place and
description are equal, another level found it, and the first was not closed by then. The row that
stands worst speaks for all of them: nothing is closed while one level still has it open. Several rows
of one number are one hazard too, told several times.
"""

from __future__ import annotations

import pandas as pd

from audit_lib.intake.text import fold

_SAID = ["category", "place", "description"]


def count_once(hazards: pd.DataFrame) -> pd.DataFrame:
    """Return one row per hazard: the one that stands worst, found on the earliest day of all.

    Parameters
    ----------
    hazards : with their lives, as `follow_hazards` returns them

    Returns
    -------
    the rows that speak, with ``findings`` (every number of the hazard, joined by ;) and
        ``self_found`` (found by the unit itself, among others) added
    """
    rows = hazards.assign(
        findings=hazards["hazard_id"], self_found=hazards["source"].eq(SELF).where(hazards["source"].notna())
    )
    first = _first_number(rows)
    several = first.duplicated(keep=False)
    if not several.any():
        return rows
    group = rows[several].assign(first=first[several])
    cells = [str(name) for name in group]
    group = group.sort_values(cells, key=lambda cell: cell.astype("str"), kind="stable")
    group["whole"] = group["lacking"] == ""
    order = ["first", "closed", "overdue", "found_date", "hazard_id", "whole"]
    group = group.sort_values(order, ascending=[True, True, False, True, True, True], kind="stable")
    by = group.groupby("first")
    speaks = group.drop_duplicates("first").set_index("first")
    speaks["found_date"] = by["found_date"].min()
    speaks["findings"] = (
        group.sort_values("hazard_id")
        .groupby("first")["findings"]
        .agg(lambda numbers: ";".join(numbers.unique()))
    )
    speaks["link_id"] = by["link_id"].first()
    speaks["self_found"] = by["self_found"].max()
    major = group["grade"].eq(MAJOR).groupby(group["first"]).any()
    unread = group["grade"].isna().groupby(group["first"]).any()
    speaks["grade"] = speaks["grade"].mask(unread).mask(major, MAJOR)
    together = pd.concat([rows[~several], speaks.reset_index(drop=True)[list(rows)]])
    return together.sort_values(["hazard_id", "unit_id"], ignore_index=True)


def numbers_of(hazards: pd.DataFrame) -> pd.Series[str]:
    """Return by every number of a hazard found several times the one that it is counted under."""
    several = hazards[hazards["findings"].str.contains(";", regex=False)]
    parts = several["findings"].str.split(";").explode()
    known = pd.Series(several["hazard_id"].reindex(parts.index).to_numpy(), index=parts.to_numpy())
    return known[~known.index.duplicated(keep=False)].astype("str")


def by_number(hazards: pd.DataFrame) -> pd.DataFrame:
    """Return the hazards once under each number that they were found under."""
    numbers = hazards["findings"].str.split(";").explode()
    return hazards.loc[numbers.index].assign(hazard_id=numbers.astype("str")).reset_index(drop=True)


def _first_number(rows: pd.DataFrame) -> pd.Series[str]:
    """Return for each row a key of the row that the same hazard stood under first."""
    key = rows["unit_id"] + "\x1f" + rows["hazard_id"]
    named = (rows["unit_id"] + "\x1f" + rows["same_as"]).fillna("")
    known = named.isin(set(key))
    first = key.mask(known, named)
    said = {column: rows[column].map(fold, na_action="ignore").astype("str") for column in _SAID}
    text = said["category"] + "\x1f" + said["place"] + "\x1f" + said["description"]
    whole = text.notna() & ~known
    told = rows[whole].assign(text=text[whole], key=key[whole])
    told = told.sort_values(["unit_id", "text", "found_date", "hazard_id"], kind="stable")
    twice = told[told.duplicated(["unit_id", "text"], keep=False)]
    lead = twice.groupby(["unit_id", "text"])[["key", "source", "closed_date"]].transform("first")
    open_then = lead["closed_date"].isna() | (twice["found_date"] <= lead["closed_date"])
    again = (lead["key"] != twice["key"]) & (lead["source"] != twice["source"]) & open_then
    alike = lead.loc[again & twice["source"].notna() & lead["source"].notna(), "key"]
    first.loc[alike.index] = alike
    return first.map(dict(zip(key, first, strict=True))).astype("str")


MAJOR = "重大"
SELF = "自查"
