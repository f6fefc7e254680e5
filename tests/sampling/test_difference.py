"""How far today's tables have left a committed frame behind, and that its draw stands."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.sampling import allocate_quota, count_strata, draw
from audit_lib.sampling.difference import Difference, compare_frames

from .conftest import SEED, Campaign


def compare(campaign: Campaign, now: pd.DataFrame, *, sample: pd.DataFrame | None = None) -> Difference:
    n_now = allocate_quota(count_strata(now)).to_dict()
    roster = [*now["unit_id"].tolist(), "U0001"]
    return compare_frames(campaign.plan(), campaign.frame(), now, n_now=n_now, roster=roster, sample=sample)


def test_equal_frames_differ_in_nothing_whatever_the_order_of_rows(campaign: Campaign) -> None:
    found = compare(campaign, campaign.frame().sample(frac=1, random_state=1))
    assert (len(found.units), len(found.strata)) == (0, 0)
    assert [text.zh for text in found.sentences] == ["抽样框与今天的表一致"]


def test_who_came_went_and_moved_is_listed_with_reason_and_fate(campaign: Campaign) -> None:
    frame = campaign.frame()
    sample = draw(frame, campaign.plan().n, seed=SEED, reserves=2)
    drawn, spare = (sample.loc[sample["drawn"] == yes, "unit_id"].iloc[0] for yes in (True, False))
    now = frame[~frame["unit_id"].isin(["U0001", drawn])].copy()
    now.loc[now["unit_id"] == spare, "stratum"] = "220109|诊所"
    came = frame.head(1).assign(unit_id="U9000")
    found = compare(campaign, pd.concat([now, came]), sample=sample)
    rows = found.units.set_index("unit_id").astype(object)
    rows = rows.where(rows.notna(), None)
    assert sorted(rows.index) == sorted({"U0001", drawn, spare, "U9000"})
    home = dict(zip(frame["unit_id"], frame["stratum"], strict=True))
    assert rows.loc["U9000"].tolist() == ["新增", None, came["stratum"].iloc[0], None, None]
    assert rows.loc["U0001", "reason"] == "截止日时已不是县检合格, 或不在抽样范围"
    assert rows.loc[drawn].tolist() == ["减少", home[drawn], None, "名录中已没有", "抽中"]
    assert rows.loc[spare].tolist() == ["换层", home[spare], "220109|诊所", None, "备用"]


def test_what_it_does_to_the_draw_is_said(campaign: Campaign) -> None:
    frame = campaign.frame()
    sample = draw(frame, campaign.plan().n, seed=SEED)
    gone = sample.loc[sample["drawn"], "unit_id"].iloc[0]
    stratum = frame.set_index("unit_id").loc[gone, "stratum"]
    N, n = (frame["stratum"] == stratum).sum(), campaign.plan().n[stratum]
    found = compare(campaign, frame[frame["unit_id"] != gone], sample=sample)
    assert found.strata.values.tolist() == [[stratum, N, N - 1, n, -(-(N - 1) // 5)]]
    assert [text.zh for text in found.sentences] == [
        "与已提交的抽样框相比: 新增 0 家, 减少 1 家, 换层 0 家",
        f"有变化的 1 个层: 方案抽 {n} 家, 按今天的表应抽 {-(-(N - 1) // 5)} 家",
        "其中抽中的: 减少 1 家, 换层 0 家; 仍留在样本中, 按到访结果计",
        "已提交的方案不变, 样本仍然有效; 新增的单位进入下一批, 更正的名录须另立名称重新提交",
    ]


@pytest.mark.parametrize("sealed", [True, False])
def test_nothing_is_said_of_a_sample_that_is_not_open(campaign: Campaign, sealed: bool) -> None:
    frame = campaign.frame()
    sample = None if sealed else draw(frame, campaign.plan().n, seed=SEED)
    found = compare(campaign, frame.iloc[20:], sample=sample)
    assert found.units["fate"].isna().all() == sealed


def test_stratum_that_keeps_its_size_but_not_its_units_is_listed(campaign: Campaign) -> None:
    frame = campaign.frame()
    now = frame.assign(unit_id=frame["unit_id"].mask(frame.index == 0, "U7777"))
    found = compare(campaign, now)
    assert found.strata["stratum"].tolist() == [frame.loc[0, "stratum"]]
    assert sorted(found.units["unit_id"]) == ["U0000", "U7777"]
