"""A sealed draw shows nothing of its seed until it is opened, and then the one that was sealed."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest

from audit_lib.errors import CallError, DrawError
from audit_lib.files import canonical_json
from audit_lib.sampling import draw_plan, open_draw, read_draw, read_log, seal_plan, verify

from .conftest import EVIDENCE, NOW, SEED, Campaign

NONCE = "0123456789abcdef"


def seal(campaign: Campaign, seed: str = SEED, nonce: str = NONCE) -> pd.DataFrame:
    return seal_plan(campaign.draw(), campaign.log, seed=seed, evidence=EVIDENCE, nonce=nonce, now=NOW)


def published(campaign: Campaign) -> bytes:
    files = [path for path in campaign.folder.rglob("*") if path.is_file() and path.parent.name != "sealed"]
    return b"".join(path.read_bytes() for path in files)


def test_nothing_outside_the_sealed_folder_tells_the_seed(campaign: Campaign) -> None:
    campaign.commit()
    rows = seal(campaign)
    text = published(campaign)
    assert SEED.encode() not in text
    assert NONCE.encode() not in text
    assert not any(ticket.encode() in text for ticket in rows["ticket"])
    said = json.loads((campaign.draw() / "seal.json").read_bytes())
    assert said == {
        "format": "audit-seal/1",
        "plan_digest": campaign.plan().digest,
        "commitment": hashlib.sha256(f"{SEED},{NONCE}".encode()).hexdigest(),
    }
    assert not (campaign.draw() / "certificate.json").exists()


def test_seal_opens_to_the_draw_that_an_open_seed_gives(campaign: Campaign) -> None:
    campaign.commit()
    kept = seal(campaign)
    pd.testing.assert_frame_equal(read_draw(campaign.draw()), kept)
    opened = open_draw(campaign.draw(), campaign.log, now=NOW)
    pd.testing.assert_frame_equal(opened, kept)
    pd.testing.assert_frame_equal(open_draw(campaign.draw(), campaign.log, now=NOW), kept)
    assert not (campaign.draw() / "sealed").exists()
    said = json.loads((campaign.draw() / "opened.json").read_bytes())
    assert (said["seed"], said["nonce"]) == (SEED, NONCE)
    assert all(check.ok for check in verify(campaign.draw() / "certificate.json"))
    assert [entry.event for entry in read_log(campaign.log)] == ["plan", "seal", "open", "draw"]


def test_opened_draw_is_left_alone_by_the_same_seed_and_closed_to_another(campaign: Campaign) -> None:
    campaign.commit()
    kept = seal(campaign)
    open_draw(campaign.draw(), campaign.log, now=NOW)
    before = published(campaign)
    again = draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    pd.testing.assert_frame_equal(again, kept)
    pd.testing.assert_frame_equal(seal(campaign, nonce="f" * 16), kept)
    assert published(campaign) == before
    with pytest.raises(DrawError, match="不得重抽"):
        draw_plan(campaign.draw(), campaign.log, seed="20140310-9999999999", evidence=EVIDENCE, now=NOW)
    with pytest.raises(DrawError, match="不得重抽"):
        seal(campaign, seed="20140310-9999999999")


def test_sealing_again_keeps_the_first_nonce(campaign: Campaign) -> None:
    campaign.commit()
    seal(campaign)
    before = published(campaign)
    seal(campaign, nonce="f" * 16)
    assert published(campaign) == before


@pytest.mark.parametrize("lost", [None, "secret.json"])
def test_another_seed_is_refused_while_sealed_and_not_told_to_the_log(
    campaign: Campaign, lost: str | None
) -> None:
    campaign.commit()
    seal(campaign)
    if lost:
        (campaign.draw() / "sealed" / lost).unlink()
    with pytest.raises(DrawError) as caught:
        seal(campaign, seed="20140310-9999999999")
    assert str(caught.value) == (
        "抽样“batch-1”: 已经用过另一种子或另一种来源说明, 不得重抽; 本次尝试已记入日志"
    )
    assert b"20140310-9999999999" not in campaign.log.read_bytes()


def test_open_draw_with_the_sealed_seed_does_not_betray_it(campaign: Campaign) -> None:
    campaign.commit()
    seal(campaign)
    with pytest.raises(DrawError) as caught:
        draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    assert str(caught.value) == "抽样“batch-1”: 种子已经封存, 请在走访结束后用 audit open 打开"
    assert SEED.encode() not in published(campaign)


def test_revealed_seed_cannot_be_sealed(campaign: Campaign) -> None:
    campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    with pytest.raises(DrawError) as caught:
        seal(campaign)
    assert str(caught.value) == "抽样“batch-1”: 种子已经公开, 不能再封存"


def test_nothing_sealed_cannot_be_opened(campaign: Campaign) -> None:
    campaign.commit()
    with pytest.raises(DrawError) as caught:
        open_draw(campaign.draw(), campaign.log, now=NOW)
    assert str(caught.value) == "抽样“batch-1”没有封存的种子可以打开"


@pytest.mark.parametrize("also_seal", [False, True])
def test_seed_changed_under_the_seal_is_refused(campaign: Campaign, also_seal: bool) -> None:
    campaign.commit()
    seal(campaign)
    other = "20140310-9999999999"
    secret = {"seed": other, "seed_evidence": EVIDENCE, "nonce": NONCE}
    (campaign.draw() / "sealed" / "secret.json").write_bytes(canonical_json(secret))
    if also_seal:
        said = json.loads((campaign.draw() / "seal.json").read_bytes())
        said["commitment"] = hashlib.sha256(f"{other},{NONCE}".encode()).hexdigest()
        (campaign.draw() / "seal.json").write_bytes(canonical_json(said))
    with pytest.raises(DrawError) as caught:
        open_draw(campaign.draw(), campaign.log, now=NOW)
    assert str(caught.value) == "抽样“batch-1”: 保存的种子与当初封存的不符; 本次尝试已记入日志"


def test_opening_that_was_killed_is_finished_by_the_same_call(campaign: Campaign) -> None:
    campaign.commit()
    kept = seal(campaign)
    secret = (campaign.draw() / "sealed" / "secret.json").read_bytes()
    open_draw(campaign.draw(), campaign.log, now=NOW)
    before = published(campaign)
    (campaign.draw() / "sealed").mkdir()
    open_draw(campaign.draw(), campaign.log, now=NOW)
    assert not (campaign.draw() / "sealed").exists()
    (campaign.draw() / "opened.json").unlink()
    (campaign.draw() / "sealed").mkdir()
    (campaign.draw() / "sealed" / "secret.json").write_bytes(secret)
    pd.testing.assert_frame_equal(open_draw(campaign.draw(), campaign.log, now=NOW), kept)
    assert published(campaign) == before


def test_nonce_that_hides_nothing_is_refused(campaign: Campaign) -> None:
    campaign.commit()
    with pytest.raises(CallError) as caught:
        seal(campaign, nonce="1")
    assert str(caught.value) == "封存用的随机串须为 16 至 128 个字符"
