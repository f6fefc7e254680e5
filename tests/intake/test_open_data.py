"""A second domain: 17,823 real inspections that nobody here made up (Chicago, 2011 to 2013)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from audit_lib.intake import Intake, county_city, read_inputs
from audit_lib.params import read_params

PARAMS = Path(__file__).parents[2] / "params" / "open-inspections.yaml"

pytestmark = pytest.mark.skipif("AUDIT_OPEN_DATA" not in os.environ, reason="AUDIT_OPEN_DATA is not set")


@pytest.fixture(scope="module")
def intake() -> Intake:
    return read_inputs(read_params(PARAMS))


def test_every_row_is_kept_or_quarantined(intake: Intake) -> None:
    files = intake.files.set_index("table")
    assert files["read"].tolist() == [17_823] * 3
    assert (files["read"] == files["kept"] + files["quarantined"]).all()
    assert files["quarantined"].to_dict() == {"city_checks": 0, "county_checks": 0, "units": 2_417}
    assert intake.quarantine["reason"].unique().tolist() == ["县区: 不应为空"]


def test_first_inspection_is_the_countys_and_the_last_of_several_the_citys(intake: Intake) -> None:
    first, last = intake.tables["county_checks"], intake.tables["city_checks"]
    assert (len(first), len(last)) == (10_746, 5_622)
    assert first["unit_id"].is_unique
    assert last["unit_id"].is_unique
    both = first.merge(last, on="unit_id", suffixes=("", "_last"))
    assert len(both) == 5_622
    assert (both["date"] <= both["date_last"]).all()
    assert (both["check_id"] != both["check_id_last"]).all()
    assert (both["conclusion"] != "不合格").sum() == 4_479


def test_units_stand_in_the_tree_of_districts_and_wards(intake: Intake) -> None:
    units = intake.tables["units"]
    assert units["unit_id"].is_unique
    assert set(units["unit_type"]) == {"Risk 1 (High)", "Risk 2 (Medium)", "Risk 3 (Low)"}
    home = county_city(intake.areas)
    assert (units["county"].map(home) == units["city"]).all()
    assert (units["county"].str.partition("-")[0] == units["city"]).all()
