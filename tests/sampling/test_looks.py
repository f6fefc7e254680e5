"""How often may be decided is fixed in the first plan; an extension draws from what is left."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pandas as pd
import pytest

from audit_lib.errors import CallError, DrawError
from audit_lib.files import parse_canonical_json
from audit_lib.params import Draw
from audit_lib.sampling import PlannedLook, draw_plan, parse_plan
from audit_lib.sampling.prepare import Extended, plan_look

from .conftest import EVIDENCE, NOW, SEED, Campaign

EMPTY = pd.DataFrame()


def choice(**options: object) -> Draw:
    day = dt.date(2014, 3, 24)
    return Draw.model_validate(
        {"purpose": "recheck", "cutoff": day.isoformat(), "seed_source": "掷骰"} | options
    )


def planned(campaign: Campaign, look: PlannedLook | None) -> Extended:
    plan = campaign.plan()
    return Extended(parse_plan(plan_bytes(plan, look)), EMPTY)


def plan_bytes(plan: object, look: PlannedLook | None) -> bytes:
    return dataclasses.replace(plan, look=look).to_bytes()  # type: ignore[type-var,no-any-return]


def test_plan_that_is_decided_about_once_says_nothing_of_looks(campaign: Campaign) -> None:
    assert plan_look(choice(), None) is None
    assert "look" not in parse_canonical_json(campaign.plan().to_bytes(), name="plan.json")  # type: ignore[operator]


def test_number_of_looks_and_share_of_alpha_stand_in_the_plan_before_the_seed(campaign: Campaign) -> None:
    first = plan_look(choice(looks=3), None)
    assert first == PlannedLook(1, 3, "1/3", None)
    extended = planned(campaign, first)
    second = plan_look(choice(extends="batch-1", looks=9), extended)
    assert second == PlannedLook(2, 3, "1/3", extended.plan.digest)
    assert parse_plan(plan_bytes(extended.plan, second)).look == second


@pytest.mark.parametrize(("look", "allowed"), [(None, 1), (PlannedLook(2, 2, "1/2", "x"), 2)])
def test_no_look_more_than_the_first_plan_allows(
    campaign: Campaign, look: PlannedLook | None, allowed: int
) -> None:
    with pytest.raises(DrawError) as caught:
        plan_look(choice(extends="batch-1"), planned(campaign, look))
    assert str(caught.value) == f"抽样“batch-1”的方案事先只允许判定 {allowed} 次, 不能再续抽"


def test_only_a_recheck_that_was_drawn_is_extended(campaign: Campaign) -> None:
    for options, extended in (
        ({"purpose": "city_check"}, planned(campaign, PlannedLook(1, 2, "1/2", None))),
        ({}, None),
    ):
        with pytest.raises(CallError) as caught:
            plan_look(choice(extends="batch-1", **options), extended)
        assert str(caught.value) == "只有省级核查(recheck)可以续抽, 且须先有被续抽的那一次"


def test_extension_needs_a_seed_that_nobody_knew_before_its_plan(campaign: Campaign) -> None:
    campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    campaign.commit("batch-2", units=30)
    with pytest.raises(DrawError, match="该种子在方案提交之前已经公开"):
        draw_plan(campaign.draw("batch-2"), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
