"""A sample extended after a look at it: each look pays its share of alpha, what is known is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit_lib.compliance import DrawnSample, estimate_rechecks, gather_facts, load_rulebook
from audit_lib.errors import EstimateError
from audit_lib.inference import Found, decide, extend, project
from tests.compliance.tables import CITY, PROVINCE, check, intake, run, unit

IDS = [f"u{place:02d}" for place in range(40)]


def sample(
    name: str, ids: list[str], n: int, *, looks: int, look: int = 1, extends: str | None = None
) -> DrawnSample:
    """The first n of the units in one stratum, the next two as reserves."""
    frame = pd.DataFrame({"unit_id": ids, "city": CITY, "county": CITY, "stratum": "甲"})
    rows = frame[["unit_id", "stratum"]].head(n + 2).assign(ticket="0", rank=range(1, n + 3))
    rows["drawn"] = rows["rank"] <= n
    return DrawnSample(name, "recheck", frame, rows, 64 * "c", f"plan of {name}", look, looks, extends)


def visit(
    unit_id: str, draw: str, conclusion: str | None = "合格", outcome: str = "已检查"
) -> dict[str, object]:
    return check(unit_id, "2014-03-26", conclusion=conclusion, draw=draw) | {"outcome": outcome}


def estimates(draws: dict[str, DrawnSample], visits: list[dict[str, object]], **choices: Any) -> Any:
    facts = gather_facts(
        intake(units=[unit(name) for name in IDS], province_checks=visits),
        run(**choices).params,
        load_rulebook(),
    )
    table = estimate_rechecks(facts, draws)
    rows = table[table["area"] == PROVINCE].astype(object)
    return {row.indicator: row for row in rows.where(rows.notna(), None).itertuples(index=False)}


FIRST = sample("recheck", IDS, 8, looks=2)
SECOND = sample("more", IDS[8:], 10, looks=2, look=2, extends="plan of recheck")
SEEN = [visit(one, "recheck", "不合格" if one == "u03" else "合格") for one in IDS[:8]]
SEEN += [visit(one, "more") for one in IDS[8:18]]
BOTH = {"recheck": FIRST, "more": SECOND}


def found(N: int, n: int, y: int, digest: str) -> Found:
    return Found(("甲",), *(np.array([k]) for k in (N, n, y, 0, 0)), certificate=64 * digest)


def test_both_looks_together_are_what_an_extension_is_elsewhere_proved_to_be() -> None:
    row = estimates(BOTH, SEEN, estimates={"limit": 0.3})["recheck_failed@more"]
    together = extend(found(40, 8, 1, "0"), found(32, 10, 0, "1"))
    said, decision = project(together, confidence=0.975), decide(together, "0.3", looks=2)
    assert (row.n, row.N, row.y) == (18, 40, 1)
    assert (row.value, row.upper) == (pytest.approx(said.value), pytest.approx(said.upper))
    assert row.bound_count == decision.upper
    assert row.decision == {"accept": "接受", "not_demonstrated": "未能证明"}[decision.verdict]
    assert "第 2 次判定, 共 2 次" in row.method


def test_first_look_already_pays_for_the_second() -> None:
    one = estimates({"recheck": FIRST}, SEEN[:8])["recheck_failed"]
    alone = estimates({"recheck": sample("recheck", IDS, 8, looks=1)}, SEEN[:8])["recheck_failed"]
    assert one.bound_count > alone.bound_count
    assert one.bound_count == decide(found(40, 8, 1, "0"), "5%", looks=2).upper
    assert "次判定" not in alone.method


def test_unit_that_gave_way_is_left_to_be_drawn_and_its_stand_in_is_known() -> None:
    seen = [visit("u00", "recheck", None, "天气原因"), *SEEN[1:8], visit("u08", "recheck", "不合格")]
    left = ["u00", *IDS[9:]]
    second = sample("more", left, 10, looks=2, look=2, extends="plan of recheck")
    row = estimates({"recheck": FIRST, "more": second}, [*seen, *(visit(one, "more") for one in left[:10])])
    assert (row["recheck_failed@more"].n, row["recheck_failed@more"].y) == (18, 2)


def test_original_and_replaced_sample_stand_side_by_side() -> None:
    seen = [visit("u00", "recheck", None, "天气原因"), *SEEN[1:8], visit("u08", "recheck", "不合格")]
    rows = estimates({"recheck": FIRST}, seen)
    assert (rows["recheck_failed"].n, rows["recheck_failed"].y) == (8, 2)
    assert (rows["recheck_failed_original"].n, rows["recheck_failed_original"].y) == (8, 1)
    assert rows["recheck_failed_worst_original"].y == 2
    assert rows["recheck_failed_original"].decision == "不作判定"
    assert "recheck_failed_original" not in estimates({"recheck": FIRST}, SEEN[:8])


def test_frame_that_is_not_what_the_first_draw_left_is_refused() -> None:
    with pytest.raises(EstimateError) as caught:
        estimates(BOTH, [visit("u00", "recheck", None, "天气原因"), *SEEN[1:]])
    assert str(caught.value) == "续抽“more”的框不是“recheck”余下的单位: 续抽之后又更正了检查记录"
    with pytest.raises(EstimateError) as caught:
        estimates({"more": SECOND}, SEEN)
    assert str(caught.value) == "续抽“more”所续的抽样不在参数里"
