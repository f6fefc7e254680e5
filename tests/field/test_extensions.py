"""What a draw left is what holds no place in it, and it is extended once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.errors import DrawError
from audit_lib.field import left_by
from audit_lib.sampling import PlannedLook, draw_plan
from tests.sampling.conftest import EVIDENCE, NOW, SEED, Campaign

OURS = ("天气原因",)


def visits(*rows: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["unit_id", "outcome"], dtype="str")
    return table.assign(
        draw="batch-1",
        date=pd.Timestamp("2014-03-26"),
        check_id=table["unit_id"],
        conclusion=table["outcome"].map({"已检查": "合格"}),
        inspectors="张三",
    )


def test_stand_ins_hold_their_places_and_who_gave_way_is_left(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path)
    campaign.commit()
    rows = draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    stratum = rows.loc[0, "stratum"]
    first = rows.loc[0, "unit_id"]
    spare = rows.loc[(rows["stratum"] == stratum) & ~rows["drawn"], "unit_id"].iloc[0]
    drawn = set(rows.loc[rows["drawn"], "unit_id"])
    everybody = set(campaign.frame()["unit_id"])
    plain = left_by(campaign.draw(), visits(), name="more", since=pd.Timestamp.min, own_fault=OURS)
    assert set(plain.left["unit_id"]) == everybody - drawn
    assert plain.plan == campaign.plan()
    seen = visits((first, "天气原因"), (spare, "已检查"))
    found = left_by(campaign.draw(), seen, name="more", since=pd.Timestamp.min, own_fault=OURS)
    assert set(found.left["unit_id"]) == everybody - drawn - {spare} | {first}


def test_second_try_at_the_same_extension_is_refused(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path)
    plan = campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    look = PlannedLook(2, 2, "1/2", plan.digest)
    folder = campaign.draw("more")
    folder.mkdir()
    (folder / "plan.json").write_bytes(dataclasses.replace(plan, draw="more", look=look).to_bytes())
    assert len(left_by(campaign.draw(), visits(), name="more", since=pd.Timestamp.min, own_fault=OURS).left)
    with pytest.raises(DrawError) as caught:
        left_by(campaign.draw(), visits(), name="again", since=pd.Timestamp.min, own_fault=OURS)
    assert str(caught.value) == "“batch-1”已由“more”续抽, 不得另作一次"
