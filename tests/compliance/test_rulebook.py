"""The rulebook: typed, sourced, and the same words everywhere."""

from __future__ import annotations

import dataclasses

import pytest

from audit_lib import schemas
from audit_lib.compliance import RULES, load_rulebook
from audit_lib.compliance.acceptance import RULE
from audit_lib.errors import JudgeError

BOOK = load_rulebook()


def test_area_set_is_the_six_rules_of_the_plan() -> None:
    assert {rule_id for rule_id, rule in BOOK.rules.items() if rule.area_set} == {
        "R-03",
        "R-05",
        "F4-02",
        "P2-03",
        "F6-02",
        "F3-02",
    }


def test_every_rule_that_is_judged_says_on_which_levels_and_from_what() -> None:
    for rule_id in (*RULES, RULE):
        rule = BOOK.rules[rule_id]
        assert rule.levels
        assert set(rule.levels) <= set(schemas.tables()["rules"].column("level").choices)
        assert set(rule.needs) | set(rule.counts) <= set(schemas.inputs())


@pytest.mark.parametrize("name", ["parameters", "checklist", "rules", "indicators"])
def test_every_row_names_its_source(name: str) -> None:
    column = {"rules": "doc_section"}.get(name, "source")
    assert all(row[column] for row in schemas.rulebook_rows(name))


def test_sources_of_numbers_are_the_four_that_a_report_may_name() -> None:
    assert {indicator.source for indicator in BOOK.indicators.values()} == {
        "自报",
        "县检",
        "市抽检",
        "省核查",
    }


def test_checklist_asks_only_for_flags_that_the_roster_has() -> None:
    columns = {column.name for column in schemas.tables()["units"].columns}
    needs = {flag for cell in BOOK.items["needs"] for flag in cell.split("|") if flag}
    assert needs <= columns


def test_parameter_of_another_type_is_refused_by_name() -> None:
    assert BOOK.count("listing_limit") == 7
    with pytest.raises(JudgeError) as refusal:
        BOOK.day("listing_limit")
    assert str(refusal.value) == "规则手册 parameters.csv 的 listing_limit 缺失或类型不对"
    with pytest.raises(JudgeError):
        dataclasses.replace(BOOK, parameters={}).count("listing_limit")
