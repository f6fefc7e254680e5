"""How each unit stands at the end of a day: the facts that risk is read from."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance import Facts
from audit_lib.compliance.hazards import MAJOR
from audit_lib.compliance.keys import among, look_up
from audit_lib.investigation.history import LEVELS, known_before, visits_made
from audit_lib.investigation.where import AGAIN, found_again, town_of

SITES = (
    "has_boiler",
    "has_elevator",
    "has_vessel",
    "has_oxygen",
    "has_radiation",
    "has_chemicals",
    "has_laboratory",
    "has_kitchen",
)
GROUPS = ("county", "town", "kind")
"""Whose past share of failures is known: the county's, the township's, the kind's."""


def unit_standing(facts: Facts) -> pd.DataFrame:
    """Return one row per unit of the frame with what is known at the end of the day judged.

    Returns
    -------
    DataFrame[unit_id, unit_name, county, township, unit_type, affiliation, the columns of
        ``rulebook/risk.csv`` that these tables can tell, the groups' rates], in frame order
    """
    units = facts.frame
    day = facts.as_of + pd.Timedelta(days=1)
    at = _described(units).assign(day=day)
    past = known_before(_visits(facts), at, groups=GROUPS)
    hazards = facts.hazards
    still = hazards[~hazards["closed"]]
    again = found_again(hazards, as_of=facts.as_of, long_days=facts.book.count("long_open"))
    again = again[again["why"] == AGAIN]
    own = units[["unit_id", "unit_name", "county", "township", "unit_type", "affiliation"]]
    return own.join(past.drop(columns="failures_before")).assign(
        majors_open=_count(units, still[still["grade"] == MAJOR]),
        hazards_overdue=_count(units, hazards[hazards["overdue"]]),
        hazards_repeated=_count(units, again),
        no_self_check=(~among(units["unit_id"], facts.self_checks["unit_id"])).astype("int64"),
        dangerous_sites=_sites(units),
        key_unit=units["key_unit"].fillna(False).astype("int64"),
    )


def training_rows(facts: Facts) -> pd.DataFrame:
    """Return one row per visit made with what the day before knew, for `train_risk`.

    Returns
    -------
    DataFrame[visit_id, unit_id, date, level, failed, the columns of `model_facts`]
    """
    visits = _visits(facts)
    past = known_before(visits, visits.assign(day=visits["date"]), groups=GROUPS)
    units = facts.units.set_index("unit_id").reindex(visits["unit_id"]).reset_index()
    return visits[["visit_id", "unit_id", "date", "level", "failed"]].join(
        _columns(past, units, visits["level"])
    )


def model_facts(facts: Facts, *, level: str = "province_checks") -> pd.DataFrame:
    """Return for each unit of the frame what the model reads, for a visit of one level tomorrow."""
    units = facts.frame
    at = _described(units).assign(day=facts.as_of + pd.Timedelta(days=1))
    past = known_before(_visits(facts), at, groups=GROUPS)
    return _columns(past, units, pd.Series(level, index=units.index))


def _columns(past: pd.DataFrame, units: pd.DataFrame, level: pd.Series[str]) -> pd.DataFrame:
    by_level = {f"level_{name}": (level == name).astype("float64") for name in LEVELS[1:]}
    return past.assign(dangerous_sites=_sites(units), key_unit=_flag(units["key_unit"]), **by_level)


def _visits(facts: Facts) -> pd.DataFrame:
    visits = visits_made(facts)
    known = _described(facts.units).set_index("unit_id")
    return visits.assign(**{group: look_up(visits["unit_id"], known[group]) for group in GROUPS})


def _described(units: pd.DataFrame) -> pd.DataFrame:
    kind = units["unit_type"].astype("str").str[:2]
    return units[["unit_id", "county"]].assign(town=town_of(units), kind=kind)


def _count(units: pd.DataFrame, rows: pd.DataFrame) -> pd.Series[int]:
    return look_up(units["unit_id"], rows.groupby("unit_id").size()).fillna(0).astype("int64")


def _sites(units: pd.DataFrame) -> pd.Series[int]:
    return units[list(SITES)].fillna(False).astype("int64").sum(axis=1)


def _flag(cells: pd.Series[bool]) -> pd.Series[float]:
    return cells.fillna(False).astype("float64")
