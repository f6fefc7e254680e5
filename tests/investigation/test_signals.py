"""Signals over a whole province: honest records raise none, shuffled ones the same ones."""

from __future__ import annotations

import pandas as pd
from scipy import stats

from audit_lib.compliance import load_rulebook
from audit_lib.investigation import find_signals, load_signals
from audit_lib.schemas import rulebook_rows
from tests.investigation.conftest import city_of


def test_honest_province_raises_nothing_but_its_county_without_hazards(signals):
    raised = signals[signals["alarm"]]
    assert raised[["signal", "level", "subject"]].values.tolist() == [["zero_hazards", "county", "GLW003"]]
    assert set(signals.loc[signals["p"].notna(), "signal"]) > {"same_text", "piled_scores", "even_inspectors"}


def test_one_control_of_false_alarms_covers_all_signals_and_subjects(signals):
    tested = signals[signals["p"].notna()]
    q = stats.false_discovery_control(tested["p"].to_numpy(dtype=float), method="by")
    assert tested["q"].to_numpy(dtype=float).tolist() == q.tolist()
    apart = signals[signals["listed_apart"]]
    assert apart["p"].isna().all()
    assert apart["alarm"].all()


def test_order_of_rows_changes_nothing(province, signals):
    shuffled = {name: table.sample(frac=1, random_state=3) for name, table in province.tables.items()}
    again = find_signals(shuffled, city_of(province), load_rulebook())
    pd.testing.assert_frame_equal(again, signals)


def test_each_signal_says_what_it_is_what_is_innocent_and_where_it_is_from():
    for row in rulebook_rows("signals"):
        assert all(row[name] for name in ("zh", "definition", "effect", "innocent", "advice", "source")), row
    assert {one.advice for one in load_signals().values()} == {"建议核查", "雷同记录需复核", "零隐患, 需核实"}
