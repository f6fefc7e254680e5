"""Changing one input row moves only verdicts of its unit, its areas, its bodies, and its duplicates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from audit_lib.compliance import judge
from audit_lib.intake import load_intake

SEED = 2014
KEYS = ("unit_id", "hazard_id", "check_id", "supervision_id")
CHANGES: dict[str, dict[str, Any]] = {
    "units": {"owner_sector": None, "grid_person": None, "org_code": "12345", "standard_plan": None},
    "county_checks": {"date": pd.Timestamp("2014-01-15"), "inspectors": "甲"},
    "city_checks": {"date": pd.Timestamp("2014-02-02"), "inspectors": None},
    "self_checks": {"self_check_date": pd.NaT, "plan_date": pd.NaT, "drill_date": pd.NaT},
    "hazards": {"measure": None, "deadline": pd.Timestamp("2014-01-01"), "recheck_result": None},
    "supervisions": {"date": pd.NaT, "body": "别的单位"},
    "platform_units": {"unit_id": "ZZ-0001"},
    "hazards_2013": {"closed_date": pd.NaT, "recheck_result": "不合格"},
    "illegal_acts": {"handled_type": None},
}
"""What a clerk might have written instead, by table."""


@pytest.fixture(scope="module")
def case(judged):
    run = judged(SEED).run
    intake = load_intake(run.folder / "intake")
    return run, intake, verdicts(judge(intake, run, {}).rules)


def verdicts(rules: pd.DataFrame) -> pd.Series:
    return rules.set_index(["rule_id", "level", "subject"])["result"]


@pytest.mark.slow
@pytest.mark.parametrize("table", CHANGES)
@pytest.mark.parametrize("place", [0.25, 0.8])
def test_one_row_moves_only_what_it_is_about(case, table, place):
    run, intake, before = case
    rows = intake.tables[table]
    # A row of a unit's own; an area's supervision, say, is of no unit.
    index = rows.index[rows["unit_id"].notna()][int(place * rows["unit_id"].notna().sum())]
    row = rows.loc[index]
    changed = rows.copy()
    for column, value in CHANGES[table].items():
        changed.loc[index, column] = value
    after = verdicts(judge(replace(intake, tables=intake.tables | {table: changed}), run, {}).rules)
    moved = _moved(before, after)
    units = intake.tables["units"].drop_duplicates("unit_id").set_index("unit_id")
    county = str(units.loc[row["unit_id"], "county"])
    parents = dict(zip(intake.areas["code"], intake.areas["parent"], strict=True))
    strange = _elsewhere(moved, {county, parents[county], "990000"}, keys_of(intake, table, row))
    assert strange == []
    assert table in {"platform_units", "hazards_2013"} or len(moved) > 0
    assert table != "illegal_acts" or "F7-02" in set(moved["rule_id"])


def keys_of(intake: Any, table: str, row: pd.Series) -> set[str]:
    """Return the subjects that a row of a unit's own may be about."""
    keys = {str(row[key]) for key in KEYS if key in row}
    keys |= {f"{table}:{key}" for key in keys}
    hazards = intake.tables["hazards"]
    return keys | set(hazards.loc[hazards["unit_id"] == row["unit_id"], "hazard_id"])


def _elsewhere(moved: pd.DataFrame, areas: set[str], keys: set[str]) -> list[tuple[str, str, str]]:
    return [
        (found.rule_id, found.level, found.subject)
        for found in moved.itertuples()
        if found.subject not in areas | keys
        and found.subject.partition(":")[0] not in areas
        and not any(found.subject.startswith(f"{key}/") for key in keys)
    ]


@pytest.mark.slow
def test_a_plan_moves_only_what_its_own_area_and_body_owe(case):
    run, intake, before = case
    rows = intake.tables["documents"]
    plans = rows[rows["doc_type"].eq("行动方案") & rows["area"].eq("990600")]
    changed = rows.assign(doc_type=rows["doc_type"].mask(rows.index.isin(plans.index), "其他"))
    after = verdicts(judge(replace(intake, tables=intake.tables | {"documents": changed}), run, {}).rules)
    moved = _moved(before, after)
    assert len(plans) == 1
    assert _elsewhere(moved, {"990600", "990000"}, set()) == []
    assert {"P1-01", "R-01", "W1-01"} <= set(moved["rule_id"])


def _moved(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    both = pd.concat([before, after], axis=1, keys=["before", "after"])
    return both[both["before"].fillna("") != both["after"].fillna("")].reset_index()
