"""P3-04: the proposal on each area, its readings, and what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from audit_lib.compliance import RULES, Judgement, judge
from audit_lib.errors import JudgeError
from tests.compliance.tables import (
    CITY,
    OTHER,
    OWN,
    A,
    B,
    C,
    check,
    hazard,
    intake,
    quarantined,
    run,
    self_check,
    unit,
)


def campaign(units: list[dict[str, object]], *, spot: int = 1, **changes: Any) -> dict[str, Any]:
    """Everything met: each unit inspected, spot-checked, self-checked, in the grid."""
    ids = [str(row["unit_id"]) for row in units]
    return {
        "units": units,
        "county_checks": [check(name) for name in ids],
        "city_checks": [check(name, "2014-03-12") for name in ids[::spot]],
        "self_checks": [self_check(name) for name in ids],
        "hazards": [hazard("h1", ids[0])],
        "listings": [],
    } | changes


def verdict(judgement: Judgement, area: str, level: str) -> Any:
    rows = judgement.verdicts.astype(object).where(judgement.verdicts.notna(), None)
    (row,) = rows[(rows["area"] == area) & (rows["level"] == level)].itertuples(index=False)
    return row


UNITS = [unit("a1"), unit("a2"), unit("b1", B)]


def test_area_that_meets_everything_that_applies_is_met() -> None:
    judgement = judge(intake(**campaign(UNITS)), run(), {})
    row = verdict(judgement, A, "county")
    assert (row.result, row.rules_not_met, row.rules_not_assessable, row.missing) == ("met", None, None, None)
    assert verdict(judgement, CITY, "city").result == "met"
    assert verdict(judgement, OTHER, "city").result == "not_assessable"
    assert len(judgement.verdicts) == 4 + 3


def test_one_missed_unit_names_county_and_city_and_how_many_are_missing() -> None:
    given = campaign(
        UNITS, county_checks=[check("a1"), check("b1")], self_checks=[self_check("a1"), self_check("b1")]
    )
    judgement = judge(intake(**given), run(), {})
    for area, level in ((A, "county"), (CITY, "city")):
        row = verdict(judgement, area, level)
        assert (row.result, row.rules_not_met, row.missing) == ("not_met", "P2-03;R-03", "P2-03:1;R-03:1")
    assert verdict(judgement, B, "county").result == "met"
    rules = judgement.rules
    (row,) = rules[(rules["rule_id"] == "P3-04") & (rules["subject"] == A)].itertuples()
    assert (row.result, row.reason, row.evidence) == ("not_met", "P2-03;R-03", "rules:P2-03;rules:R-03")


def test_readings_differ_where_the_gap_is_small_or_the_clause_not_core() -> None:
    units = [unit(f"a{place:03d}") for place in range(100)]
    given = campaign(units, self_checks=[self_check(str(row["unit_id"])) for row in units[1:]])
    row = verdict(judge(intake(**given), run(), {}), A, "county")
    assert (row.result, row.result_within_1pct, row.result_core) == ("not_met", "met", "met")
    given = campaign(units[:99], county_checks=[check(str(row["unit_id"])) for row in units[1:99]])
    row = verdict(judge(intake(**given), run(), {}), A, "county")
    assert (row.result, row.result_within_1pct, row.result_core) == ("not_met", "not_met", "not_met")


def test_not_met_outweighs_not_assessable_which_outweighs_met() -> None:
    given = campaign(UNITS, quarantine=[quarantined("units")])
    row = verdict(judge(intake(**given), run(), {}), A, "county")
    assert (row.result, row.rules_not_assessable) == ("not_assessable", "F4-02;P2-03;R-03")
    given |= {"county_checks": [check("a1"), check("b1")]}
    row = verdict(judge(intake(**given), run(), {}), A, "county")
    assert (row.result, row.rules_not_met, row.rules_not_assessable) == ("not_met", "R-03", "F4-02;P2-03")


def test_before_the_last_day_nothing_is_proposed() -> None:
    given = campaign(UNITS, self_checks=[])
    row = verdict(judge(intake(**given), run("2014-03-30"), {}), A, "county")
    assert (row.result, row.result_core, row.rules_not_met) == ("not_due", "not_due", "P2-03")


def test_run_that_names_rules_leaves_the_others_not_applicable() -> None:
    judgement = judge(intake(**campaign(UNITS)), run(rules=["R-03", "DQ-02"]), {})
    by_rule = judgement.rules.groupby("rule_id")["result"].agg(set)
    assert by_rule["F4-02"] == {"not_applicable"}
    assert by_rule["R-03"] == {"met", "not_assessable"}
    assert "P3-04" not in by_rule
    assert set(judgement.verdicts["result"]) == {"not_applicable"}


def test_unknown_rule_is_refused_with_those_that_exist() -> None:
    with pytest.raises(JudgeError) as refusal:
        judge(intake(), run(rules=["R-99"]), {})
    built = "、".join(sorted([*RULES, "P3-04", "W2-11"]))
    assert str(refusal.value) == f"参数 rules 里的 R-99 不在可自动判定的规则中: {built}"


def test_changing_one_unit_moves_only_its_unit_county_and_city() -> None:
    units = [*UNITS, unit("c1", C), unit("o1", OWN)]
    before = judge(intake(**campaign(units)), run(), {})
    after = judge(
        intake(**campaign([unit("a1"), unit("a2", grid_id=None, org_code="123"), *units[2:]])), run(), {}
    )
    # Candidates come and go with what makes them; all of them are of the unit's own county.
    old, new = (one.rules[one.rules["rule_id"] != "W2-11"] for one in (before, after))
    both = old.merge(new, on=["rule_id", "level", "subject"], suffixes=("", "_new"))
    assert len(both) == len(old) == len(new)
    listed = [one.rules[one.rules["rule_id"] == "W2-11"] for one in (before, after)]
    assert set(listed[1]["subject"]) - set(listed[0]["subject"]) == {f"{A}:县级卫计(网格第一责任人)"}
    moved = both[both["result"] != both["result_new"]]
    assert set(zip(moved["rule_id"], moved["subject"], strict=True)) == {
        ("F4-02", A),
        ("F4-02", CITY),
        ("DQ-01", "a2"),
        ("P3-04", A),
        ("P3-04", CITY),
    }
