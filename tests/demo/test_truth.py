"""What is planted, and nothing else, is wrong with the made-up province."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.demo import LEAST_UNITS, RULES, Province, build_province
from audit_lib.demo.visits import batches
from audit_lib.errors import CallError
from tests.demo.recount import recount

SEEDS = (2014, 1, 99)


@pytest.fixture(scope="module", params=SEEDS)
def province(request: pytest.FixtureRequest) -> Province:
    return build_province(900, request.param)


def _subjects(province: Province, rule: str) -> list[str]:
    return [fault.subject for fault in province.faults if fault.rule_id == rule]


def test_truth_names_exactly_what_a_recount_finds(province: Province) -> None:
    told = {(fault.rule_id, fault.level, fault.subject) for fault in province.faults}
    assert told == recount(province)


def test_every_rule_of_the_truth_has_a_fault(province: Province) -> None:
    assert {fault.rule_id for fault in province.faults} == set(RULES)


def test_smallest_province_has_the_same_faults() -> None:
    smallest = build_province(LEAST_UNITS, 5)
    assert {(fault.rule_id, fault.level, fault.subject) for fault in smallest.faults} == recount(smallest)


def test_committee_area_passed_401_units_and_80_were_checked(province: Province) -> None:
    units = province.tables["units"]
    there = set(units.loc[units["city"] == "GLW000", "unit_id"])
    passed = set(batches(province.tables["county_checks"]).index) & there
    checked = set(province.tables["city_checks"]["unit_id"]) & passed
    assert (len(passed), len(checked)) == (401, 80)


def test_revoked_passes_would_break_the_exact_quota_if_they_counted(province: Province) -> None:
    units, checks = province.tables["units"], province.tables["county_checks"]
    city = units.drop_duplicates("unit_id").set_index("unit_id")["city"]
    last = checks.sort_values(["date", "check_id"]).drop_duplicates("unit_id", keep="last")
    now = last[(last["conclusion"] == "合格") & (last["unit_id"].map(city) == "990400")]["unit_id"]
    still = set(province.tables["city_checks"]["unit_id"]) & set(now)
    assert 5 * len(still) < len(now)
    assert "990400" not in _subjects(province, "R-05")


def test_late_report_is_late_by_one_minute_and_another_comes_at_eleven_sharp(province: Province) -> None:
    weekly = province.tables["weekly"]
    clock = weekly["received_at"] - weekly["week"]
    assert (clock == pd.Timedelta(hours=11, minutes=1)).sum() == 1
    assert (clock == pd.Timedelta(hours=11)).sum() == 1
    assert "990100" not in {subject.partition(":")[0] for subject in _subjects(province, "REP-02")}


def test_closed_units_with_evidence_are_no_fault(province: Province) -> None:
    units = province.tables["units"]
    gone = units[units["status"].isin(["注销", "停业"])]
    assert gone["status_evidence"].ne("").sum() == 2
    assert gone["status_evidence"].eq("").sum() == 1
    assert "990524" not in _subjects(province, "R-03")


def test_other_seed_plants_elsewhere() -> None:
    first, second = build_province(900, 1), build_province(900, 2)
    assert _subjects(first, "W2-06") != _subjects(second, "W2-06")


def test_too_few_units_are_refused_with_the_least_number() -> None:
    with pytest.raises(CallError) as caught:
        build_province(600, 1)
    assert str(caught.value) == (
        "演示数据至少需要 750 个单位(--units 600): 每个县都要有, 另有一个市合格 401 家"
    )


def test_full_province_has_the_sizes_of_the_real_one() -> None:
    tables = build_province(20_000, 2014).tables
    kinds = tables["units"]["unit_type"].str[0].value_counts()
    assert tables["units"]["unit_id"].nunique() == 20_000
    assert tables["units"]["unit_type"].eq("D600").mean() == pytest.approx(0.55, abs=0.01)
    assert (kinds["A"], kinds["C"]) == (570, 776)
    assert len(tables["hazards"]) == pytest.approx(25_000, rel=0.05)
    assert 150 <= tables["hazards"]["grade"].eq("重大").sum() <= 350
    assert tables["units"]["county"].nunique() == 72
    assert tables["weekly"]["week"].nunique() == 8
