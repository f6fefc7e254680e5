"""What is known before a visit, the score, the model, and how well each orders visits."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from audit_lib.errors import AuditError
from audit_lib.investigation import (
    calibration,
    compare_orders,
    factors_used,
    known_before,
    score_risk,
    train_risk,
)

REPO = Path(__file__).parents[2]


def made_up(size: int = 3000, seed: int = 5) -> pd.DataFrame:
    """Visits of 300 units over a year; units 0..59 fail three times in five, the others once in ten."""
    chance = np.random.default_rng(seed)
    unit = chance.integers(0, 300, size)
    day = pd.Timestamp("2013-01-01") + pd.to_timedelta(np.sort(chance.integers(0, 365, size)), unit="D")
    failed = chance.random(size) < np.where(unit < 60, 0.6, 0.1)
    place = np.where(unit % 2 == 0, "north", "south")
    return pd.DataFrame({"unit_id": unit.astype(str), "date": day, "failed": failed, "place": place})


def facts(visits: pd.DataFrame) -> pd.DataFrame:
    return known_before(visits, visits.assign(day=visits["date"]), groups=["place"])


def test_a_visit_sees_no_other_visit_of_its_own_day():
    visits = pd.DataFrame(
        {
            "unit_id": ["A", "A", "A", "B"],
            "date": pd.to_datetime(["2014-03-01", "2014-03-05", "2014-03-05", "2014-03-09"]),
            "failed": [True, False, True, False],
        }
    )
    rows = known_before(visits, visits.assign(day=visits["date"]))
    assert rows["visits_before"].tolist() == [0, 1, 1, 0]
    assert rows["failed_last"].tolist() == [0, 1, 1, 0]
    assert rows["days_since"].tolist() == [730, 4, 4, 730]


def test_two_visits_of_one_day_leave_the_worse_behind():
    visits = pd.DataFrame(
        {
            "unit_id": ["A", "A"],
            "date": pd.to_datetime(["2014-03-05"] * 2),
            "failed": [True, False],
        }
    )
    later = pd.DataFrame({"unit_id": ["A"], "day": pd.to_datetime(["2014-03-06"])})
    for rows in (visits, visits.iloc[::-1]):
        assert known_before(rows, later)["failed_last"].tolist() == [1]


def test_what_happens_on_a_day_or_later_changes_nothing_known_before_it():
    visits = made_up()
    cut = pd.Timestamp("2013-09-01")
    asked = visits[visits["date"] <= cut].assign(day=lambda rows: rows["date"])
    whole = known_before(visits, asked, groups=["place"])
    turned = visits.assign(failed=visits["failed"] ^ (visits["date"] >= cut))
    longer = pd.concat([turned, turned[turned["date"] >= cut].assign(unit_id="new")], ignore_index=True)
    pd.testing.assert_frame_equal(known_before(longer, asked, groups=["place"]), whole)
    # and the other way round: the day before is seen
    earlier = visits.assign(failed=visits["failed"] ^ (visits["date"] < cut))
    assert not known_before(earlier, asked, groups=["place"]).equals(whole)


def test_order_of_the_rows_changes_nothing():
    visits = made_up()
    mixed = visits.sample(frac=1, random_state=3)
    again = known_before(mixed, visits.assign(day=visits["date"]), groups=["place"])
    pd.testing.assert_frame_equal(again, facts(visits))


def test_rate_of_a_group_is_drawn_to_that_of_all():
    visits = pd.DataFrame(
        {
            "unit_id": list("ABCD"),
            "date": pd.to_datetime(["2014-03-01"] * 4),
            "failed": [True, False, False, False],
            "place": ["x", "y", "y", None],
        }
    )
    at = pd.DataFrame(
        {"unit_id": ["E"] * 3, "day": pd.to_datetime(["2014-03-02"] * 3), "place": ["x", "z", None]}
    )
    base = 2 / 6
    expected = [(1 + 20 * base) / 21, base, base]
    odds = known_before(visits, at, groups=["place"])["rate_place"]
    assert (1 / (1 + np.exp(-odds))).tolist() == pytest.approx(expected)


def test_score_adds_the_points_of_the_factors_that_apply_and_names_them():
    table = pd.DataFrame(
        {"failed_last": [1, 0], "days_since": [400, 364], "key_unit": pd.array([None, True])}
    )
    assert score_risk(table).values.tolist() == [
        [40, "最近一次检查不合格(30分)、资料里一年内没有检查(10分)"],
        [10, "重点监控单位(10分)"],
    ]
    used = factors_used(table).set_index("column")["used"]
    assert used[["failed_last", "days_since", "key_unit", "majors_open"]].tolist() == [
        True,
        True,
        True,
        False,
    ]


def test_model_finds_who_fails_more_often_and_is_as_sure_as_the_next_months_bear_out():
    visits = made_up(6000)
    past = visits["date"] < "2013-09-01"
    table = facts(visits)
    model = train_risk(table[past], visits.loc[past, "failed"], day=visits.loc[past, "date"])
    chance = model.chance(table[~past])
    bad = visits.loc[~past, "unit_id"].astype(int) < 60
    assert chance[bad].mean() > 3 * chance[~bad].mean()
    groups = calibration(chance, visits.loc[~past, "failed"])
    assert groups["visits"].sum() == (~past).sum()
    assert (groups["foretold"] - groups["seen"]).abs().max() < 0.15
    pushed = model.weights(table[~past])["failures_before"]
    assert pushed[bad].mean() > pushed[~bad].mean()
    assert model.until < pd.Timestamp("2013-09-01")


def test_too_few_failures_are_refused():
    visits = made_up(200)
    with pytest.raises(AuditError) as refused:
        train_risk(facts(visits), visits["failed"] & (visits.index < 60), day=visits["date"])
    failures = int((visits["failed"] & (visits.index < 60)).sum())
    assert refused.value.text.zh == (
        f"只有 200 次检查、{failures} 次不合格, 不足以训练模型(合格与不合格各至少 50 次); 请只用评分"
    )


def test_an_order_that_knows_the_truth_finds_all_and_a_blind_one_half():
    visits = made_up(2000)
    rows = visits.assign(truth=visits["failed"].astype(int), blind=0)
    table = compare_orders(
        rows, orders={"truth": "truth", "blind": "blind"}, name="test", rounds=200
    ).set_index("order")
    assert table.loc["truth", "found"] == 1
    assert table.loc["blind", "found"] == pytest.approx(0.5, abs=0.05)
    assert table.loc["blind", "days_earlier"] == 0
    assert table.loc["truth", "lower"] > 0.4
    assert table.loc["truth", "days_earlier"] > 100


def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_risk", REPO / "bench" / "risk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_on_real_inspections_of_a_later_year_both_orders_beat_those_that_were():
    path = os.environ.get("AUDIT_OPEN_DATA")
    if not path:
        pytest.skip("AUDIT_OPEN_DATA names no file of open inspections")
    risk = bench()
    visits = risk.read_visits(Path(path))
    for day, model, score in (
        (visits["date"], 0.67, 0.61),
        (pd.Series(risk.CUT, index=visits.index), 0.62, 0.61),
    ):
        rows = risk.ordered(visits, day)
        assert (len(rows), int(rows["failed"].sum())) == (8811, 1091)
        table = compare_orders(rows, orders=risk.ORDERS, name="open-2013", rounds=500)
        best = table.drop_duplicates("order").set_index("order")["found"]
        assert best["model"] > model
        assert best["score"] > score
        assert best["as it was"] == pytest.approx(0.485, abs=0.001)
        against = table[table["order"].isin(["model", "score"])].set_index(["order", "other"])["lower"]
        for order in ("model", "score"):
            assert against[order, "as it was"] > 0.05
            assert against[order, "failed last first"] > 0.05
