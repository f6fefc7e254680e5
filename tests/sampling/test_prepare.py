"""From the choices of a run to the numbers of its plan."""

from __future__ import annotations

import pandas as pd

from audit_lib.params import Params
from audit_lib.sampling.prepare import prepare
from audit_lib.schemas import conform, empty

AREAS = pd.DataFrame(
    {
        "code": ["990000", "990100", "990102"],
        "name": ["某省", "某市", "某区"],
        "level": ["province", "city", "county"],
        "parent": [None, "990000", "990100"],
        "order": [0, 1, 2],
        "kind": ["", "", ""],
    }
)


def tables(units: int, key_units: int) -> dict[str, pd.DataFrame]:
    ids = [f"990102D{number:04}" for number in range(units)]
    roster = pd.DataFrame({"unit_id": ids, "county": "990102", "unit_type": "D600", "unit_name": "卫生室"})
    roster["key_unit"] = [True] * key_units + [None] * 5 + [False] * (units - key_units - 5)
    checks = pd.DataFrame({"unit_id": ids, "date": "2014-02-20", "inspectors": "甲", "conclusion": "合格"})
    checks["check_id"] = checks["unit_id"]
    for table in (roster, checks):
        table[["sender", "file", "sheet", "row"]] = ["990102", "x.xlsx", "1", 2]
    others = ("city_checks", "province_checks")
    return {
        "units": conform(roster, "units"),
        "county_checks": conform(checks, "county_checks"),
        **{name: empty(name) for name in others},
    }


def test_key_units_are_taken_whole_only_where_the_params_say_so() -> None:
    drawn: dict[str, dict[str, int]] = {}
    for choice in ("as-others", "all"):
        draw = {"purpose": "city_check", "cutoff": "2014-03-10", "seed_source": "掷骰", "key_units": choice}
        params = Params.model_validate({"run": "r", "campaign": "c", "inputs": {}, "draws": {"first": draw}})
        plan = prepare(tables(100, 12), AREAS, params, "first").plan
        drawn[plan.allocation.partition(";")[0]] = {part.key: part.n for part in plan.strata}
    assert drawn == {
        "每市不低于 20%, 每县不低于该比例": {"990102|村卫生室": 20},
        "重点监控单位全查": {"990102|村卫生室": 8, "990102|村卫生室|重点监控": 12},
    }
