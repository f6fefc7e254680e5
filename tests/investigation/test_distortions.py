"""What was planted is found, at the size of the made-up province; nothing is raised elsewhere."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.compliance import load_rulebook
from audit_lib.demo import Distortion, Province, build_province, distort
from audit_lib.investigation import city_frame, city_list, examine_list, find_signals
from audit_lib.sampling import county_passes
from tests.investigation.conftest import city_of

CUTOFFS = ["2014-03-10", "2014-03-17", "2014-03-24"]
STRONG = {
    "copied_texts": ("990781", {"same_text", "near_text"}),
    "impossible_pace": ("990381", {"short_visits", "repeated_minutes"}),
    "two_places": ("992403", {"places_at_once"}),
    "flattened": ("990182", {"even_inspectors"}),
    "piled_scores": ("990802", {"piled_scores"}),
    "uneven_teams": ("990322", {"uneven_inspectors"}),
    "evening_hours": ("990284", {"off_hours"}),
    "sunday_entries": ("990283", {"off_days"}),
}
"""Where each stands, and what has to show in a province of 4,000 units."""


def raised(province: Province, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    signals = find_signals(tables, city_of(province), load_rulebook())
    return signals[signals["alarm"]]


def called(tables: dict[str, pd.DataFrame], city: str) -> str:
    passes = county_passes(tables["county_checks"], tables["city_checks"], CUTOFFS)
    frame = city_frame({**tables, "passes": passes}, city)
    claimed = city_list(tables["city_checks"], frame)
    alpha = float(load_rulebook().share("list_alpha"))
    return examine_list(frame, claimed, name=city, alpha=alpha, lists=12).conclusion


def test_strong_distortions_show_where_they_are_and_nowhere_else():
    province = build_province(4_000, 11, distortions=[])
    planted = [Distortion(name, area, 1.0) for name, (area, _) in STRONG.items()]
    tables, _ = distort(province.tables, planted, 11)
    alarms = raised(province, tables)
    for area, due in STRONG.values():
        assert due <= set(alarms.loc[alarms["area"] == area, "signal"])
    assert set(alarms["area"]) == {area for area, _ in STRONG.values()} | {"GLW003"}
    copied = alarms[alarms["signal"] == "same_text"].iloc[0]
    keys = [key.removeprefix("hazards:") for key in copied["evidence"].split(";")]
    said = tables["hazards"].set_index("hazard_id").loc[keys, "description"]
    assert said.str.startswith(said.min()[:8]).all()


def test_hand_picked_list_is_called_not_random_and_the_drawn_one_is_not():
    province = build_province(4_000, 11, distortions=[])
    assert called(province.tables, "992400") == "no_sign"
    tables, _ = distort(province.tables, [Distortion("hand_picked", "992400", 0.6)], 11)
    assert called(tables, "992400") == "not_random"


@pytest.mark.slow
def test_every_trace_of_the_demo_is_found_at_its_full_size_and_nothing_elsewhere():
    province = build_province(20_000, 2014)
    tables, even = distort(province.tables, [Distortion("even_failures", "990000", 1.0)], 2014)
    alarms = raised(province, tables)
    found = set(alarms[["signal", "level", "subject"]].itertuples(index=False, name=None))
    traces = {(one.signal, one.level, one.subject) for one in (*province.traces, *even)}
    lists = {trace for trace in traces if trace[0] == "claimed_list"}
    assert traces - lists - found == set()
    distorted = {subject.split(":")[0] for _, _, subject in traces - lists}
    assert set(alarms["area"].fillna("province")) <= distorted
    cities = sorted(set(city_of(province)))
    named = {city for city in cities if called(province.tables, city) == "not_random"}
    assert named == {subject for _, _, subject in lists}
