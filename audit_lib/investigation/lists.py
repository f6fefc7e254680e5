"""A city's claimed list as the tables hold it, with what each unit is like.

The city's own spot-check: the frame is what its counties passed, batch by batch, and its stated
design gives every county of a batch its own quota, unless the city says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from audit_lib.compliance.keys import first_of
from audit_lib.schemas import PROVENANCE

STATED = ("county", "batch")


def city_frame(
    tables: Mapping[str, pd.DataFrame], city: str, *, strata: Sequence[str] = STATED
) -> pd.DataFrame:
    """Return the units that a city could draw, each with its stratum and what is known of it.

    Parameters
    ----------
    tables : units (with city), passes (`sampling.county_passes`), county_checks
    strata : columns that make the stratum of the city's stated design

    Returns
    -------
    DataFrame[unit_id, stratum, county, batch, frozen, kind, affiliation, township, key_unit, staff,
        county_score, position]   sorted by unit_id; kind: first letter of the unit type; position:
        place in the roster, by county, and file, sheet and row where the table has them
    """
    units, checks = tables["units"], tables["county_checks"]
    units = first_of(units[units["city"] == city], ["unit_id"])
    place = [name for name in ("county", *PROVENANCE[1:]) if name in units]
    units = units.sort_values([*place, "unit_id"], ignore_index=True).assign(position=lambda rows: rows.index)
    checks = checks[checks["unit_id"].isin(units["unit_id"])].sort_values(["date", "check_id"])
    scores = checks.groupby("unit_id")["score"].last()
    rows = units.merge(tables["passes"][["unit_id", "batch"]], on="unit_id")
    rows = rows.assign(
        kind=rows["unit_type"].astype("str").str[:1],
        frozen=pd.to_datetime(rows["batch"]),
        county_score=rows["unit_id"].map(scores),
        stratum=rows[list(strata)].astype("str").apply("|".join, axis=1, result_type="reduce"),
    )
    known = ["affiliation", "township", "key_unit", "staff", "county_score", "position"]
    columns = ["unit_id", "stratum", "county", "batch", "frozen", "kind", *known]
    return rows[columns].sort_values("unit_id", ignore_index=True)


def city_list(city_checks: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the units of a frame that the city checked, each at its first check.

    Checks of units outside the frame are rule R-05b's matter, not one of chance.

    Returns
    -------
    DataFrame[unit_id, date]   sorted by unit_id
    """
    rows = city_checks[city_checks["unit_id"].isin(frame["unit_id"])].sort_values(["unit_id", "date"])
    return rows.drop_duplicates("unit_id")[["unit_id", "date"]].reset_index(drop=True)
