"""Distortions: what they change, and what they leave to the rules as it was."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from audit_lib.demo import Distortion, build_province, demo_distortions, distort

JUDGED = {
    "county_checks": ["check_id", "unit_id", "date", "conclusion", "hazards_major", "document_no"],
    "city_checks": ["check_id", "county", "batch", "date", "conclusion", "inspectors", "start", "end"],
    "hazards": ["hazard_id", "unit_id", "grade", "found_date", "deadline", "closed_date", "fund_planned"],
}
"""What rules judge, and a distortion must leave alone."""


@pytest.fixture(scope="module")
def honest():
    return build_province(3_000, 5, distortions=[])


def test_what_rules_judge_stays_as_it_was(honest):
    tables, _ = distort(honest.tables, demo_distortions(), 5)
    for name, columns in JUDGED.items():
        pd.testing.assert_frame_equal(tables[name][columns], honest.tables[name][columns])
    untouched = set(honest.tables) - set(JUDGED)
    assert all(tables[name] is honest.tables[name] for name in untouched)
    alone = tables["county_checks"].loc[~tables["county_checks"]["inspectors"].str.contains("、"), "unit_id"]
    assert alone.nunique() == 1, "the one that is planted"


def test_hand_picked_list_takes_passed_units_of_the_same_county_and_batch(honest):
    tables, _ = distort(honest.tables, [Distortion("hand_picked", "992400", 0.6)], 5)
    before, after = honest.tables["city_checks"], tables["city_checks"]
    new = after[after["unit_id"] != before["unit_id"]]
    assert 0.4 < len(new) / before["city"].eq("992400").sum() < 0.7
    assert not after["unit_id"].duplicated().any()
    home = honest.tables["units"].set_index("unit_id")["county"]
    assert (home.loc[new["unit_id"]].to_numpy() == new["county"].to_numpy()).all()
    passed = honest.tables["county_checks"].query("conclusion == '合格'").groupby("unit_id")["date"].max()
    assert (passed.loc[new["unit_id"]].to_numpy() <= pd.to_datetime(new["batch"]).to_numpy()).all()
    last = honest.tables["county_checks"].set_index("check_id")["unit_id"]
    assert (last.loc[new["county_check_id"]].to_numpy() == new["unit_id"].to_numpy()).all()


@pytest.mark.parametrize("name", [one.distortion for one in demo_distortions()])
def test_strength_goes_from_nothing_to_all(honest, name):
    area = "990300" if name == "hand_picked" else "990381"

    def changed(strength: float) -> int:
        tables, _ = distort(honest.tables, [Distortion(name, area, strength)], 5)
        return sum(
            int((tables[key] != table).sum().sum()) for key, table in honest.tables.items() if key in JUDGED
        )

    blank = sum(int((honest.tables[key] != honest.tables[key]).sum().sum()) for key in JUDGED)
    assert changed(0) == blank
    assert blank <= changed(0.5) <= changed(1) != blank


def test_truth_names_every_trace_beside_the_faults(folder):
    signals = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["signals"]
    assert {"signal": "claimed_list", "level": "city", "subject": "992400"}.items() <= signals[1].items()
    assert {one["signal"] for one in signals} >= {
        "zero_hazards",
        "same_text",
        "even_inspectors",
        "piled_scores",
    }
