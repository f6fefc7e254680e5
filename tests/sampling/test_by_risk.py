"""A draw by risk is committed, sealed, opened and replayed like any other, its chances with it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from audit_lib.errors import DrawError
from audit_lib.files import parse_canonical_json
from audit_lib.sampling import (
    Plan,
    commit_plan,
    draw_plan,
    make_plan,
    open_draw,
    parse_certificate,
    parse_plan,
    prove_unit,
    rank_units,
    read_draw,
    read_frame,
    seal_plan,
    set_chances,
    verify,
)
from audit_lib.sampling.page import proof_page

from .conftest import EVIDENCE, NOW, SEED, Campaign
from .test_verify import failed, forge

N = {"220102|村卫生室": 9, "220103|村卫生室": 7}


def scored(campaign: Campaign) -> pd.DataFrame:
    """The ninth unit is certain; the others have chances in proportion to 1 to 5."""
    frame = campaign.frame(40)
    score = [200 if place == 8 else 1 + place % 5 for place in range(40)]
    return frame.assign(chance=set_chances(frame.assign(score=score), N))


def plan_by_risk(campaign: Campaign, frame: pd.DataFrame) -> Plan:
    return make_plan(
        frame,
        N,
        campaign="2014 春季安全行动",
        name="batch-1",
        purpose="unannounced",
        reserves=2,
        rate=None,
        rule="按风险分",
        seed_source="掷骰",
        date="2014-03-10",
    )


def draw_by_risk(campaign: Campaign) -> pd.DataFrame:
    frame = scored(campaign)
    plan = plan_by_risk(campaign, frame)
    commit_plan(campaign.draw(), campaign.log, plan=plan, frame=frame, now=NOW)
    seal_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, nonce="0123456789abcdef", now=NOW)
    return open_draw(campaign.draw(), campaign.log, now=NOW)


@pytest.fixture
def drawn(campaign: Campaign) -> Campaign:
    draw_by_risk(campaign)
    return campaign


def run(campaign: Campaign) -> list[str]:
    return failed(verify(campaign.draw() / "certificate.json"))


def test_draw_by_risk_replays_and_its_lists_carry_the_chances(drawn: Campaign) -> None:
    checks = verify(drawn.draw() / "certificate.json")
    assert [check.ok for check in checks] == [True] * len(checks)
    rows = read_draw(drawn.draw())
    assert rows["drawn"].sum() == 16
    assert rows.loc[rows["unit_id"] == "U0008", ["drawn", "chance", "rank"]].values.tolist() == [
        [True, "1.000000000", 1]
    ]
    listed = pd.read_excel(drawn.draw() / "sample.xlsx", dtype=str, engine="calamine")
    assert listed["入样概率"].tolist() == rows.loc[rows["drawn"], "chance"].tolist()
    by_ticket = rank_units(drawn.frame(40), seed=SEED)
    assert (
        rows.loc[rows["drawn"], "unit_id"].tolist() != by_ticket[by_ticket["rank"] <= 8]["unit_id"].tolist()
    )


def test_plan_of_equal_chances_does_not_speak_of_them(campaign: Campaign) -> None:
    campaign.commit()
    content = parse_canonical_json((campaign.draw() / "plan.json").read_bytes(), name="plan.json")
    assert isinstance(content, dict)
    assert "chances_digest" not in content
    assert (campaign.draw() / "frame.csv").read_bytes().splitlines()[0] == b"unit_id,stratum"


def test_chances_are_part_of_what_is_committed(campaign: Campaign) -> None:
    frame = scored(campaign)
    plan = plan_by_risk(campaign, frame)
    assert parse_plan(plan.to_bytes()) == plan
    other = frame.assign(chance=frame["chance"].replace({"1.000000000": "0.999999999"}))
    assert plan_by_risk(campaign, other).digest != plan.digest
    for wrong in (other, frame.drop(columns="chance")):
        with pytest.raises(DrawError) as caught:
            commit_plan(campaign.draw(), campaign.log, plan=plan, frame=wrong, now=NOW)
        assert str(caught.value) == "抽样框与方案不符"


def test_another_chance_in_a_certified_frame_is_found_out(drawn: Campaign) -> None:
    """Somebody raises one unit's chance in both frames and certifies them as if they were the plan's."""
    from audit_lib.files import sha256_bytes  # noqa: PLC0415
    from audit_lib.sampling.frozen import frame_csv  # noqa: PLC0415

    folder = drawn.draw()
    frame = read_frame((folder / "frame.parquet").read_bytes(), name="frame.parquet")
    frame.loc[0, "chance"] = "0.999000000"
    frame.to_parquet(folder / "frame.parquet", index=False)
    (folder / "frame.csv").write_bytes(frame_csv(frame))
    certificate, _ = parse_certificate((folder / "certificate.json").read_bytes())
    files = {name: sha256_bytes((folder / name).read_bytes()) for name in certificate.files}
    forge(drawn, files=files)
    checks = {check.name.zh: check for check in verify(folder / "certificate.json")}
    for name in ("抽样框 frame.parquet 与方案", "抽样框 frame.csv 与方案"):
        assert checks[name].ok is False
        assert str(checks[name].detail) == "入样概率与方案不符"


def test_unit_is_explained_by_its_value(drawn: Campaign) -> None:
    certificate, _ = parse_certificate((drawn.draw() / "certificate.json").read_bytes())
    frame = read_frame((drawn.draw() / "frame.csv").read_bytes(), name="frame.csv")
    chosen = set(read_draw(drawn.draw()).query("drawn")["unit_id"])
    for unit in frame["unit_id"]:
        proof = prove_unit(certificate, frame, unit)
        assert proof.value is not None
        assert proof.cutoff_value is not None
        assert proof.drawn == (unit in chosen) == (proof.value <= proof.cutoff_value)
        u, share = (int(proof.ticket[:13], 16) + 0.5) / 16**13, float(str(proof.chance))
        assert proof.value == pytest.approx(u * (1 - share) / ((1 - u) * share), rel=1e-12)
    proof = prove_unit(certificate, frame, "U0007")
    assert f", 入样概率 {proof.chance}, 排序值 {proof.value:.9e}, 末位排序值 " in proof.sentence.zh
    page = proof_page(certificate, proof)
    assert str(proof.chance) in page
    assert "入样概率 λ 按风险分定" in page


def test_same_bytes_whatever_the_order_of_rows(tmp_path: Path) -> None:
    files = []
    for place, state in (("a", None), ("b", 1)):
        campaign = Campaign(tmp_path / place)
        frame = scored(campaign)
        frame = frame if state is None else frame.sample(frac=1, random_state=state)
        commit_plan(campaign.draw(), campaign.log, plan=plan_by_risk(campaign, frame), frame=frame, now=NOW)
        draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
        files.append({path.name: path.read_bytes() for path in sorted(campaign.draw().iterdir())})
    assert files[0] == files[1]
