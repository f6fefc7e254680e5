"""Signals over a whole province: honest records raise none, shuffled ones the same ones."""

from __future__ import annotations

import re

import pandas as pd
from scipy import stats

from audit_lib.compliance import load_rulebook
from audit_lib.investigation import find_signals, load_signals
from audit_lib.schemas import empty, rulebook_rows
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


def test_nothing_handed_in_gives_no_signal_and_no_accident(province):
    tables = {name: empty(name) for name in ("county_checks", "city_checks", "hazards")}
    found = find_signals({**tables, "units": province.tables["units"]}, city_of(province), load_rulebook())
    assert set(found["signal"]) == {"zero_hazards"}
    nobody = find_signals({**tables, "units": empty("units")}, city_of(province), load_rulebook())
    assert nobody.empty


def test_records_without_hours_names_or_days_are_left_out_and_break_nothing(province):
    checks = province.tables["county_checks"].copy()
    checks[["start", "end"]] = ""
    checks.loc[::2, "inspectors"] = None
    checks.loc[::3, "date"] = pd.NaT
    hazards = province.tables["hazards"].assign(finders=None, description=None, found_date=pd.NaT)
    found = find_signals(
        province.tables | {"county_checks": checks, "hazards": hazards}, city_of(province), load_rulebook()
    )
    assert not set(found["signal"]) & {"repeated_minutes", "same_text", "near_text", "off_hours"}
    assert set(found.loc[found["alarm"], "signal"]) == {"zero_hazards"}


def test_visits_that_found_nothing_vary_in_nothing_and_break_nothing(province):
    checks = province.tables["county_checks"].assign(hazards_general=0, hazards_major=0)
    spot = province.tables["city_checks"].assign(conclusion="合格")
    found = find_signals(
        province.tables | {"county_checks": checks, "city_checks": spot}, city_of(province), load_rulebook()
    )
    assert not {"uneven_inspectors", "even_inspectors", "uneven_areas", "even_areas"} & set(found["signal"])
    assert found["p"].dropna().between(0, 1).all()


def test_no_output_speaks_of_a_cause_or_judges_a_person(signals, forbidden_words):
    said = [signals.to_csv(), *map(str, load_signals().values())]
    said += [str(row) for row in rulebook_rows("list_tests")]
    assert [text for text in said if re.search("|".join(forbidden_words), text)] == []
