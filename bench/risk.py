"""How many failures the first half of the visits finds, on real inspections of a later year.

    AUDIT_OPEN_DATA=open_inspections_2011_2013.csv.gz python bench/risk.py

Trained on visits up to the end of 2012, judged on all visits of 2013: a failure is a visit that
found a critical violation. Two ways of knowing: what the day before each visit knew (as a team
that scores anew each morning), and what the last day of 2012 knew (one list for the whole year).
The colour of the inspector is left out of the facts: it says who looked, not what the unit is
like. It is measured apart, because the published evaluation of this city has it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from audit_lib.investigation import calibration, compare_orders, known_before, score_risk, train_risk
from audit_lib.investigation.risk import RiskModel

CUT = pd.Timestamp("2013-01-01")
GROUPS = ("district", "zip", "chain", "kind")
YOUNG_YEARS = 4


def read_visits(path: Path) -> pd.DataFrame:
    """Return one row per inspection: unit_id, date, failed, serious, the groups, age in years."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    visits = pd.DataFrame(
        {
            "unit_id": rows["License"],
            "number": rows["Inspection_ID"].astype("int64"),
            "date": pd.to_datetime(rows["Inspection_Date"]),
            "failed": rows["criticalCount"].astype("int64") > 0,
            "refused": rows["Results"] == "Fail",
            "serious": rows["seriousCount"].astype("int64"),
            "district": rows["POLICE_DISTRICT"].replace("", None),
            "zip": rows["Zip"].replace("", None),
            "chain": rows["DBA_Name"].str.replace(r"[#0-9 ]+$", "", regex=True),
            "kind": rows["Risk"] + ", " + rows["Facility_Type_Clean"],
            "inspector": rows["sanitarian"].replace("", None),
            "age": pd.to_numeric(rows["ageAtInspection"], errors="coerce"),
        }
    )
    return visits.sort_values(["date", "number"], ignore_index=True)


def facts_of(visits: pd.DataFrame, day: pd.Series, *, groups: tuple[str, ...] = GROUPS) -> pd.DataFrame:
    """Return what was known of each visit's unit before ``day``, and what the register says of it."""
    known = known_before(visits, visits.assign(day=day), groups=groups, found="serious")
    age = visits["age"].fillna(visits["age"].median())
    kinds = pd.get_dummies(visits["kind"], dtype=float)
    own = pd.DataFrame({"age": age.clip(upper=20), "newly_opened": (age < YOUNG_YEARS).astype(float)})
    return known.join(own).join(kinds)


def score_facts(visits: pd.DataFrame, facts: pd.DataFrame) -> pd.Series:
    """Return the points of the rulebook's factors; the register's risk class 1 is its highest."""
    return score_risk(facts.assign(high_class=visits["kind"].str.startswith("Risk 1")))["points"]


def ordered(visits: pd.DataFrame, day: pd.Series, *, groups: tuple[str, ...] = GROUPS) -> pd.DataFrame:
    """Return the visits from `CUT` on with what each order of visiting sorts by."""
    past = visits["date"] < CUT
    model = train_on(visits, groups=groups)
    facts = facts_of(visits, day, groups=groups)
    return visits.assign(
        model=model.chance(facts),
        points=score_facts(visits, facts),
        failed_last=facts["failed_last"],
        really=0,
    )[~past].reset_index(drop=True)


def train_on(visits: pd.DataFrame, *, groups: tuple[str, ...] = GROUPS) -> RiskModel:
    """Return the model of all visits before `CUT`, each as the day before it knew."""
    past = visits["date"] < CUT
    facts = facts_of(visits, visits["date"], groups=groups)
    return train_risk(facts[past], visits.loc[past, "failed"], day=visits.loc[past, "date"])


ORDERS = {"model": "model", "score": "points", "failed last first": "failed_last", "as it was": "really"}


def main() -> None:
    visits = read_visits(Path(os.environ["AUDIT_OPEN_DATA"]))
    frozen = pd.Series(CUT, index=visits.index)
    ways = {
        "known the day before": ordered(visits, visits["date"]),
        "known at the end of 2012": ordered(visits, frozen),
        "the day before, inspector too": ordered(visits, visits["date"], groups=(*GROUPS, "inspector")),
    }
    for name, rows in ways.items():
        print(f"\n{name}: {len(rows)} visits, {int(rows['failed'].sum())} with critical violations")
        table = compare_orders(rows, orders=ORDERS, name="open-2013")
        print(table[table["order"].isin(["model", "score"])].round(4).to_string(index=False))
        print(calibration(rows["model"], rows["failed"]).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
