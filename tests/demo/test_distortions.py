"""Distortions: what they change, and what they leave to the rules as it was."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from audit_lib.demo import Distortion, build_province, demo_distortions, distort
from audit_lib.demo.distortions import DISTORTIONS
from audit_lib.demo.spot_distortions import RESULT
from audit_lib.demo.visits import batches

JUDGED = {
    "county_checks": ["check_id", "unit_id", "date", "conclusion", "hazards_major", "document_no"],
    "city_checks": ["check_id", "county", "batch", "date", "conclusion", "inspectors", "start", "end"],
    "hazards": ["hazard_id", "unit_id", "grade", "found_date", "deadline", "closed_date"],
}
"""What rules judge, and a distortion must leave alone; but for the days of the county that back-fills."""


@pytest.fixture(scope="module")
def honest():
    return build_province(3_000, 5, distortions=[])


def test_what_rules_judge_stays_as_it_was(honest):
    tables, _ = distort(honest.tables, demo_distortions(), 5)
    checks = tables["county_checks"]
    filled = checks["county"].isin(
        [one.area for one in demo_distortions() if one.distortion == "back_filled"]
    )
    assert set(checks.loc[filled, "date"]) == {pd.Timestamp("2014-03-09")}
    as_before = checks["date"].mask(filled, honest.tables["county_checks"]["date"])
    tables = tables | {"county_checks": checks.assign(date=as_before)}
    for name, columns in JUDGED.items():
        pd.testing.assert_frame_equal(tables[name][columns], honest.tables[name][columns])
    assert (tables["hazards"]["fund_planned"].isna() == honest.tables["hazards"]["fund_planned"].isna()).all()
    majors = honest.tables["hazards"]["grade"].eq("重大")
    funds = [name["hazards"].loc[majors, "fund_planned"] for name in (tables, honest.tables)]
    pd.testing.assert_series_equal(*funds)
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


@pytest.mark.parametrize("name", DISTORTIONS)
def test_strength_goes_from_nothing_to_all(honest, name):
    area = {"hand_picked": "990300", "uneven_failures": "990100", "even_failures": "990000"}.get(
        name, "990381"
    )

    def changed(strength: float) -> int:
        tables, _ = distort(honest.tables, [Distortion(name, area, strength)], 5)
        return sum(
            int((tables[key] != table).sum().sum()) for key, table in honest.tables.items() if key in JUDGED
        )

    blank = sum(int((honest.tables[key] != honest.tables[key]).sum().sum()) for key in JUDGED)
    # The hours of a county are made anew once its days are.
    assert changed(0) == blank or name == "sunday_entries"
    assert blank <= changed(0.5) <= changed(1) != blank


def test_moved_failures_stay_as_many_and_only_their_counties_differ(honest):
    before = honest.tables["city_checks"]
    home = honest.counties.set_index("code")["city"]

    def failed(name: str, area: str) -> pd.Series:
        rows = distort(honest.tables, [Distortion(name, area, 1.0)], 5)[0]["city_checks"]
        pd.testing.assert_frame_equal(rows.drop(columns=RESULT), before.drop(columns=RESULT))
        assert sorted(map(tuple, rows[RESULT].to_numpy())) == sorted(map(tuple, before[RESULT].to_numpy()))
        return (
            rows.loc[rows["conclusion"] != "合格", "county"].value_counts().reindex(home.index, fill_value=0)
        )

    total = before["conclusion"].ne("合格").sum()
    uneven = failed("uneven_failures", "990100")
    city = before[before["city"] == "990100"]
    assert uneven[city["county"].mode().iloc[0]] == city["conclusion"].ne("合格").sum()
    even = failed("even_failures", "990000")
    due = before["county"].value_counts().reindex(home.index, fill_value=0) * total / len(before)
    assert uneven.sum() == even.sum() == total
    assert (even - due).abs().max() < 1


def test_sunday_entries_stay_in_their_batch_and_end_before_the_next_visit(honest):
    tables, _ = distort(honest.tables, [Distortion("sunday_entries", "990381", 1.0)], 5)
    before, after = honest.tables["county_checks"], tables["county_checks"]
    moved = after[after["date"] != before["date"]]
    assert set(moved["date"].dt.day_name()) == {"Sunday"}
    assert set(moved["county"]) == {"990381"}
    pd.testing.assert_series_equal(batches(after), batches(before))
    own = after[after["county"].eq("990381") & after["start"].ne("")].sort_values("start")
    last = own.groupby([own["inspectors"].str.split("、").str[0], "date"])["end"].shift()
    assert (last.dropna() <= own["start"][last.notna()]).all()


def test_truth_names_every_trace_beside_the_faults(folder):
    signals = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["signals"]
    assert {"signal": "claimed_list", "level": "city", "subject": "992400"}.items() <= signals[1].items()
    assert {one["signal"] for one in signals} >= {
        "zero_hazards",
        "same_text",
        "even_inspectors",
        "piled_scores",
    }
