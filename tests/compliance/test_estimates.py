"""What a re-check drawn here says of province and cities."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from audit_lib.compliance import DrawnSample, compare_areas, estimate_rechecks, gather_facts, load_rulebook
from audit_lib.compliance.estimates import estimate_unannounced
from tests.compliance.tables import CITY, OTHER, PROVINCE, C, check, intake, run, unit

LEFT = [f"l{place:02d}" for place in range(20)]
RIGHT = [f"r{place:02d}" for place in range(10)]


def drawn(purpose: str = "recheck", name: str = "recheck") -> DrawnSample:
    """Four of twenty in one city, three of ten in another, each with two reserves."""
    frame = pd.DataFrame({"unit_id": LEFT + RIGHT, "city": [CITY] * 20 + [OTHER] * 10})
    frame["stratum"] = frame["city"] + "|村卫生室"
    rows = []
    for ids, city, n in ((LEFT, CITY, 4), (RIGHT, OTHER, 3)):
        for rank, unit_id in enumerate(ids[: n + 2], start=1):
            rows.append((unit_id, f"{city}|村卫生室", "0", rank, rank <= n))
    sample = pd.DataFrame(rows, columns=["unit_id", "stratum", "ticket", "rank", "drawn"])
    return DrawnSample(name, purpose, frame, sample, 64 * "c", "p")


def visit(unit_id: str, conclusion: str | None = "合格", **cells: object) -> dict[str, object]:
    return check(unit_id, "2014-03-26", conclusion=conclusion, draw="recheck") | {"outcome": "已检查"} | cells


ALL = [*LEFT[:4], *RIGHT[:3]]


def estimates(changes: dict[str, dict[str, object]], extra: Any = (), **choices: Any) -> Any:
    visits = [visit(name, **changes.get(name, {})) for name in ALL if changes.get(name) != {"skip": True}]
    facts = gather_facts(
        intake(
            units=[unit(name) for name in LEFT] + [unit(name, C) for name in RIGHT],
            province_checks=[*visits, *extra],
        ),
        run(**choices).params,
        load_rulebook(),
    )
    table = estimate_rechecks(facts, {"recheck": drawn()})
    table = table.astype(object).where(table.notna(), None)
    return {(row.area, row.indicator): row for row in table.itertuples(index=False)}


def test_nothing_found_gives_the_exact_bound_and_never_a_bare_zero() -> None:
    found = estimates({})
    row = found[PROVINCE, "recheck_failed"]
    assert (row.n, row.N, row.y, row.value, row.lower, row.decision) == (7, 30, 0, 0, 0, "不作判定")
    assert row.upper == row.bound_count / 30
    assert found[CITY, "recheck_failed"].upper == pytest.approx(0.45)
    assert {area for area, _ in found} == {PROVINCE, CITY, OTHER}


def test_city_is_bounded_jointly_and_never_decided() -> None:
    found = estimates({}, estimates={"limit": 0.99})
    city = found[CITY, "recheck_failed"]
    assert city.bound_count > 9
    assert (city.decision, city.method) == ("不作判定", "exact; 上限为 2 个市州联合")
    assert found[PROVINCE, "recheck_failed"].decision == "接受"


def test_failures_are_weighted_by_stratum() -> None:
    row = estimates({LEFT[0]: {"conclusion": "不合格", "already_so": "是"}})[PROVINCE, "recheck_failed"]
    assert (row.y, row.value) == (1, pytest.approx(20 / 30 / 4))
    assert row.method == "korn-graubard"


def test_already_so_is_counted_apart_and_cannot_tell_is_said() -> None:
    found = estimates(
        {
            LEFT[0]: {"conclusion": "不合格", "already_so": "是"},
            LEFT[1]: {"conclusion": "不合格", "already_so": "不能判定"},
            RIGHT[0]: {"conclusion": "限期整改后复查", "already_so": "否"},
        }
    )
    assert found[PROVINCE, "recheck_failed"].y == 3
    row = found[PROVINCE, "recheck_already_so"]
    assert (row.y, row.method.endswith("不能判定 1 家另计")) == (1, True)


@pytest.mark.parametrize("outcome", ["拒绝检查", "未找到", "关门无证据"])
def test_unit_not_inspected_fails_for_acceptance_and_passes_for_refusal(outcome: str) -> None:
    found = estimates({LEFT[0]: {"outcome": outcome, "conclusion": None}})
    plain = estimates({})
    worst, best = found[PROVINCE, "recheck_failed_worst"], found[PROVINCE, "recheck_failed_best"]
    assert (worst.y, best.y) == (1, 0)
    assert found[PROVINCE, "recheck_failed"].bound_count == worst.bound_count > best.bound_count
    assert best.bound_count == plain[PROVINCE, "recheck_failed"].bound_count
    assert (PROVINCE, "recheck_failed_worst") not in plain
    assert "未能检查 1 家" in worst.method


@pytest.mark.parametrize("outcome", ["天气原因", "时间不足"])
def test_our_own_fault_takes_the_next_reserve(outcome: str) -> None:
    fault = {LEFT[0]: {"outcome": outcome, "conclusion": None}}
    taken = estimates(fault, [visit(LEFT[4], "不合格", replaces=LEFT[0])])
    assert (taken[PROVINCE, "recheck_failed"].n, taken[PROVINCE, "recheck_failed"].y) == (7, 1)
    assert (PROVINCE, "recheck_failed_worst") not in taken
    lost = estimates(fault)
    assert lost[PROVINCE, "recheck_failed_worst"].y == 1


def test_reserve_visited_without_need_stays_outside() -> None:
    found = estimates({}, [visit(LEFT[4], "不合格")])
    assert found[PROVINCE, "recheck_failed"].y == 0


def test_unit_closed_with_evidence_stays_as_not_eligible() -> None:
    found = estimates({LEFT[0]: {"outcome": "已注销有证据", "conclusion": None}})
    row = found[PROVINCE, "recheck_failed"]
    assert (row.n, row.y, row.method) == (7, 0, "exact; 已注销 1 家")


def test_decision_compares_bounds_never_the_point() -> None:
    failing = {name: {"conclusion": "不合格"} for name in ALL}
    assert estimates(failing, estimates={"limit": 0.05})[PROVINCE, "recheck_failed"].decision == "不接受"
    one = {LEFT[0]: {"conclusion": "不合格"}}
    assert estimates(one, estimates={"limit": 0.2})[PROVINCE, "recheck_failed"].decision == "未能证明"
    refused = {LEFT[0]: {"outcome": "拒绝检查", "conclusion": None}}
    limit = estimates({})[PROVINCE, "recheck_failed"].bound_count / 30
    assert estimates({}, estimates={"limit": limit})[PROVINCE, "recheck_failed"].decision == "接受"
    assert estimates(refused, estimates={"limit": limit})[PROVINCE, "recheck_failed"].decision == "未能证明"


def test_what_is_not_demonstrated_says_how_many_visits_would_do() -> None:
    row = estimates({}, estimates={"limit": 0.2})[PROVINCE, "recheck_failed"]
    assert row.decision == "未能证明"
    assert row.method == "exact; 按现有比例约需抽 11 家(不合格不超过 0 家)才能接受"


def test_counties_are_held_against_the_others_and_lost_units_do_not_speak() -> None:
    one = drawn()
    frame = one.frame.assign(county=["left"] * 20 + ["right"] * 10)
    visits = [visit(name, "不合格" if name in LEFT else "合格") for name in ALL[1:]]
    facts = gather_facts(
        intake(units=[unit(name) for name in ALL], province_checks=visits), run().params, load_rulebook()
    )
    table = compare_areas(facts, DrawnSample(one.name, one.purpose, frame, one.sample, 64 * "c", "p"))
    assert table[["county", "n", "N", "y", "target", "position"]].to_numpy().tolist() == [
        ["left", 3, 20, 3, 0.0, "above"],
        ["right", 3, 10, 0, 1.0, "below"],
    ]


def test_cities_are_held_against_the_others_in_the_estimates() -> None:
    one = drawn()
    frame = one.frame.assign(city=["left"] * 20 + ["right"] * 10)
    visits = [visit(name, "不合格" if name in LEFT else "合格") for name in ALL[1:]]
    facts = gather_facts(
        intake(units=[unit(name) for name in ALL], province_checks=visits), run().params, load_rulebook()
    )
    table = estimate_rechecks(
        facts, {"recheck": DrawnSample(one.name, one.purpose, frame, one.sample, 64 * "c", "p")}
    )
    rows = table[table["indicator"] == "recheck_funnel"]
    # Three of three fail where no other does, and the other way round: chance allows 0 of 3, or 3 of 3.
    assert rows[["area", "n", "y", "value", "lower", "upper", "method"]].to_numpy().tolist() == [
        ["left", 3, 3, 0.0, 0.0, 0.0, "高于范围"],
        ["right", 3, 0, 1.0, 1.0, 1.0, "低于范围"],
    ]


def test_unit_nobody_has_recorded_yet_counts_as_not_inspected() -> None:
    assert estimates({LEFT[0]: {"skip": True}})[PROVINCE, "recheck_failed_worst"].y == 1


def test_only_a_recheck_that_was_visited_speaks() -> None:
    facts = gather_facts(intake(units=[unit(LEFT[0])], province_checks=[]), run().params, load_rulebook())
    assert estimate_rechecks(facts, {"recheck": drawn()}).empty
    facts = gather_facts(
        intake(units=[unit(LEFT[0])], province_checks=[visit(LEFT[0])]), run().params, load_rulebook()
    )
    assert estimate_rechecks(facts, {"recheck": drawn("city_check")}).empty
    assert estimate_rechecks(facts, {}).empty


def test_what_cannot_be_estimated_gets_its_bound_and_the_reason() -> None:
    one = drawn()
    sample = one.sample[(one.sample["rank"] == 1) & one.sample["drawn"]]
    lonely = DrawnSample(one.name, one.purpose, one.frame, sample, 64 * "c", "p")
    facts = gather_facts(
        intake(units=[unit(name) for name in ALL], province_checks=[visit(name) for name in ALL]),
        run().params,
        load_rulebook(),
    )
    table = estimate_rechecks(facts, {"recheck": lonely})
    row = table[(table["area"] == PROVINCE) & (table["indicator"] == "recheck_failed")].iloc[0]
    assert row["method"].startswith("不能推算: ")
    assert pd.isna(row["value"])
    assert row["bound_count"] > 20


def test_two_rechecks_carry_their_names() -> None:
    facts = gather_facts(
        intake(units=[unit(name) for name in ALL], province_checks=[visit(name, draw=None) for name in ALL]),
        run().params,
        load_rulebook(),
    )
    table = estimate_rechecks(facts, {"b": drawn(name="b"), "a": drawn(name="a")})
    assert table.loc[table["area"] == PROVINCE, "indicator"].tolist() == [
        "recheck_failed@a",
        "recheck_already_so@a",
        "recheck_failed@b",
        "recheck_already_so@b",
    ]


def by_risk(name: str = "dark") -> DrawnSample:
    """Eight of twenty in one city and six of ten in another, each with a chance of its own."""
    frame = pd.DataFrame({"unit_id": LEFT + RIGHT, "city": [CITY] * 20 + [OTHER] * 10})
    frame["stratum"] = frame["city"] + "|各类单位"
    frame["chance"] = ["0.600000000"] * 10 + ["0.200000000"] * 10 + ["0.600000000"] * 10
    rows = [
        (unit_id, f"{city}|各类单位", "0", rank, rank <= n)
        for ids, city, n in (([*LEFT[:5], *LEFT[10:15]], CITY, 8), (RIGHT[:7], OTHER, 6))
        for rank, unit_id in enumerate(ids, start=1)
    ]
    sample = pd.DataFrame(rows, columns=["unit_id", "stratum", "ticket", "rank", "drawn"])
    return DrawnSample(name, "unannounced", frame, sample, 64 * "c", "p")


def dark_estimates(drawn_by: DrawnSample, changes: dict[str, dict[str, object]]) -> Any:
    held = drawn_by.sample.loc[drawn_by.sample["drawn"], "unit_id"]
    visits = [visit(name, **changes.get(name, {})) | {"draw": drawn_by.name} for name in held]
    facts = gather_facts(
        intake(
            units=[unit(name) for name in LEFT] + [unit(name, C) for name in RIGHT], province_checks=visits
        ),
        run(estimates={"limit": 0.5}).params,
        load_rulebook(),
    )
    table = estimate_unannounced(facts, {drawn_by.name: drawn_by})
    table = table.astype(object).where(table.notna(), None)
    return {(row.area, row.indicator): row for row in table.itertuples(index=False)}


def test_draw_by_risk_weighs_each_finding_by_its_chance_and_decides_nothing() -> None:
    bad = {
        LEFT[0]: {"conclusion": "不合格"},
        LEFT[10]: {"conclusion": "不合格"},
        RIGHT[1]: {"conclusion": "不合格"},
    }
    found = dark_estimates(by_risk(), bad)
    row = found[PROVINCE, "unannounced_failed"]
    known = 5 / 0.6 + 3 / 0.2 + 6 / 0.6
    assert (row.n, row.N, row.y, row.decision, row.method) == (14, 30, 3, "不作判定", "pareto-t")
    assert row.value == pytest.approx((1 / 0.6 + 1 / 0.2 + 1 / 0.6) / known)
    assert row.lower < row.value < row.upper
    assert {area for area, _ in found} == {PROVINCE, CITY, OTHER}


def test_draw_by_risk_that_found_nothing_gives_no_number() -> None:
    row = dark_estimates(by_risk(), {})[PROVINCE, "unannounced_failed"]
    assert (row.y, row.value, row.lower, row.upper, row.decision) == (0, None, None, None, "不作判定")
    assert getattr(row, "bound_count", None) is None
    assert row.method == "按风险分抽取, 结果没有差异: 给不出区间和上限"


def test_draw_by_risk_with_too_few_in_a_stratum_is_not_projected() -> None:
    small = by_risk()
    small.sample.loc[small.sample["unit_id"] == RIGHT[5], "drawn"] = False
    found = dark_estimates(small, {LEFT[0]: {"conclusion": "不合格"}})
    row = found[PROVINCE, "unannounced_failed"]
    assert row.value is None
    assert row.method == f"不能推算: 无法估计: 随机抽取不足 6 家的层: “{OTHER}|各类单位”"
    assert found[CITY, "unannounced_failed"].value is not None


def test_unit_that_refused_a_visit_by_risk_makes_two_cases() -> None:
    changes = {LEFT[0]: {"conclusion": "不合格"}, LEFT[1]: {"conclusion": None, "outcome": "拒绝检查"}}
    found = dark_estimates(by_risk(), changes)
    best, worst = (found[PROVINCE, f"unannounced_failed_{case}"] for case in ("best", "worst"))
    assert (best.y, worst.y) == (1, 2)
    assert best.value < found[PROVINCE, "unannounced_failed"].value < worst.value


def test_unannounced_draw_with_equal_chances_is_bounded_exactly() -> None:
    equal = by_risk()
    plain = DrawnSample(
        "dark", "unannounced", equal.frame.drop(columns="chance"), equal.sample, 64 * "c", "p"
    )
    row = dark_estimates(plain, {})[PROVINCE, "unannounced_failed"]
    assert (row.method, row.decision) == ("exact", "不作判定")
    assert row.bound_count > 0
