"""A plan is committed once; the log shows every plan, seed and attempt."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.errors import AuditError, CallError, DrawError, InputError
from audit_lib.sampling import (
    append_log,
    commit_plan,
    draw_plan,
    frame_digest,
    freeze,
    make_plan,
    parse_plan,
    read_draw,
    read_log,
)

from .conftest import EVIDENCE, NOW, SEED, Campaign


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def events(log: Path) -> list[str]:
    return [entry.event for entry in read_log(log)]


def test_digests_are_those_of_sorted_ids_and_lines() -> None:
    frame = pd.DataFrame({"unit_id": ["B", "北", "A", "C"], "stratum": ["x", "x", "x", "a"]})
    frozen = freeze(frame)
    assert [(part.key, part.N, part.digest) for part in frozen] == [
        ("a", 1, sha("C")),
        ("x", 3, sha("A\nB\n北")),
    ]
    assert frame_digest(frozen) == sha(f"a,1,{sha('C')}\nx,3,{sha('A' + chr(10) + 'B' + chr(10) + '北')}")


def test_plan_says_what_the_contract_asks(campaign: Campaign) -> None:
    campaign.commit()
    data = (campaign.draw() / "plan.json").read_bytes()
    said = json.loads(data)
    assert {"format", "campaign", "frame_digest", "rate", "strata", "seed_source", "date"} <= set(said)
    assert said["rate"] == "1/5"
    assert [(s["key"], s["N"], s["n"], s["reserves"]) for s in said["strata"]] == [
        ("220102|村卫生室", 26, 6, 2),
        ("220103|村卫生室", 14, 3, 2),
    ]
    assert said["cities"] == [{"city": "甲市", "N": 40, "n": 9, "quota": 8}]
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
    assert data == canonical.encode()
    assert parse_plan(data) == campaign.plan()


def test_frame_files_hold_ids_and_strata_sorted(campaign: Campaign) -> None:
    campaign.commit()
    csv = (campaign.draw() / "frame.csv").read_text(encoding="utf-8").splitlines()
    assert csv[:2] == ["unit_id,stratum", "U0000,220103|村卫生室"]
    parquet = pd.read_parquet(campaign.draw() / "frame.parquet")
    assert parquet["unit_id"].tolist() == sorted(campaign.frame()["unit_id"])


def test_equal_plan_is_left_alone_whatever_the_order_of_rows(campaign: Campaign) -> None:
    campaign.commit()
    before = snapshot(campaign.folder)
    shuffled = campaign.frame().sample(frac=1, random_state=1)
    commit_plan(campaign.draw(), campaign.log, plan=campaign.plan(), frame=shuffled, now=NOW)
    assert snapshot(campaign.folder) == before


def test_different_plan_is_refused_even_when_the_log_is_gone(campaign: Campaign) -> None:
    campaign.commit()
    campaign.log.unlink()
    with pytest.raises(DrawError, match="已提交的方案不得更改"):
        campaign.commit(units=41)
    assert events(campaign.log) == ["refused"]


@pytest.mark.parametrize("lost", [None, "plan.json"])
def test_different_plan_is_refused_and_the_attempt_stands_in_the_log(
    campaign: Campaign, lost: str | None
) -> None:
    campaign.commit()
    if lost:
        (campaign.draw() / lost).unlink()
    before = snapshot(campaign.draw())
    with pytest.raises(DrawError) as caught:
        campaign.commit(units=41)
    assert str(caught.value) == (
        "抽样“batch-1”的方案已经提交, 与现在的不同: 已提交的方案不得更改。"
        "名录有更正时请另起名称重新提交, 旧方案留在日志中"
    )
    assert snapshot(campaign.draw()) == before
    assert events(campaign.log) == ["plan", "refused"]


def test_frame_that_is_not_the_plans_is_refused(campaign: Campaign) -> None:
    with pytest.raises(DrawError) as caught:
        commit_plan(campaign.draw(), campaign.log, plan=campaign.plan(), frame=campaign.frame(41), now=NOW)
    assert str(caught.value) == "抽样框与方案不符"
    assert not campaign.folder.exists()


@pytest.mark.parametrize("lost", ["log.jsonl", "plan.json"])
def test_commitment_that_was_killed_is_finished_by_the_same_call(campaign: Campaign, lost: str) -> None:
    campaign.commit()
    before = snapshot(campaign.folder)
    next(campaign.folder.rglob(lost)).unlink()
    campaign.commit()
    assert snapshot(campaign.folder) == before


def test_unknown_purpose_is_refused(campaign: Campaign) -> None:
    frame = campaign.frame()
    with pytest.raises(CallError) as caught:
        make_plan(
            frame,
            dict.fromkeys(frame["stratum"], 1),
            campaign="c",
            name="n",
            purpose="fun",
            reserves=0,
            rate=None,
            rule="r",
            seed_source="s",
            date="2014-03-10",
        )
    assert str(caught.value) == "用途须为 city_check、recheck、unannounced 之一: 读到“fun”"


@pytest.mark.parametrize(
    "data", [b"{}\n", b"[]\n", b'{"format":"audit-plan/2"}\n', b'{"format":"audit-plan/1"}\n']
)
def test_other_json_is_no_plan(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        parse_plan(data)
    assert str(caught.value) == "plan.json 不是抽样方案"


def test_draw_writes_the_same_bytes_in_every_folder(tmp_path: Path) -> None:
    found = []
    for name in ("one", "two"):
        campaign = Campaign(tmp_path / name)
        campaign.commit()
        later = NOW + dt.timedelta(days=len(found))
        draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=later)
        found.append(snapshot(campaign.draw()))
    assert found[0] == found[1]
    assert sorted(found[0]) == [
        "certificate.json", "frame.csv", "frame.parquet", "plan.json", "reserves.xlsx", "sample.xlsx",
        "verify.html",
    ]  # fmt: skip


def test_same_seed_again_changes_nothing(campaign: Campaign) -> None:
    campaign.commit()
    rows = draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    before = snapshot(campaign.folder)
    again = draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    assert snapshot(campaign.folder) == before
    pd.testing.assert_frame_equal(again, rows)
    pd.testing.assert_frame_equal(read_draw(campaign.draw()), rows)
    assert rows["unit_name"].str.startswith("=卫生室").all()


@pytest.mark.parametrize("lost", ["certificate.json", "sample.xlsx certificate.json", "last line"])
def test_draw_that_was_killed_is_finished_by_the_same_call(campaign: Campaign, lost: str) -> None:
    campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    before = snapshot(campaign.folder)
    if lost == "last line":
        campaign.log.write_bytes(b"".join(campaign.log.read_bytes().splitlines(keepends=True)[:-1]))
    else:
        for name in lost.split():
            (campaign.draw() / name).unlink()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    assert snapshot(campaign.folder) == before


@pytest.mark.parametrize(
    ("seed", "evidence"), [("20140310-9999999999", EVIDENCE), (SEED, "换一个说法")], ids=["seed", "evidence"]
)
@pytest.mark.parametrize("lost", [None, "certificate.json"])
def test_second_seed_is_refused_even_when_the_first_certificate_is_gone(
    campaign: Campaign, seed: str, evidence: str, lost: str | None
) -> None:
    campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    if lost:
        (campaign.draw() / lost).unlink()
    before = snapshot(campaign.draw())
    with pytest.raises(DrawError) as caught:
        draw_plan(campaign.draw(), campaign.log, seed=seed, evidence=evidence, now=NOW)
    assert str(caught.value) == (
        "抽样“batch-1”: 已经用过另一种子或另一种来源说明, 不得重抽; 本次尝试已记入日志"
    )
    assert snapshot(campaign.draw()) == before
    assert events(campaign.log) == ["plan", "reveal", "draw", "refused"]
    assert read_log(campaign.log)[-1].fact("seed") == seed


def test_seed_known_before_the_plan_is_refused(campaign: Campaign) -> None:
    campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    campaign.commit("batch-2", units=50)
    with pytest.raises(DrawError) as caught:
        draw_plan(campaign.draw("batch-2"), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    assert str(caught.value) == (
        "抽样“batch-2”: 该种子在方案提交之前已经公开, 须用方案之后产生的新种子; 本次尝试已记入日志"
    )


def test_two_plans_committed_first_may_share_a_seed(campaign: Campaign) -> None:
    for name in ("batch-1", "batch-2"):
        campaign.commit(name)
    for name in ("batch-1", "batch-2"):
        draw_plan(campaign.draw(name), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    assert events(campaign.log) == ["plan", "plan", "reveal", "draw", "reveal", "draw"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: (c.draw() / "plan.json").unlink(), "抽样“batch-1”还没有方案, 请先运行 audit plan"),
        (
            lambda c: c.log.unlink(),
            "抽样“batch-1”的方案不在日志中: 方案被改动过, 或提交没有完成。请再运行 audit plan",
        ),
        (
            lambda c: c.frame(41).to_parquet(c.draw() / "frame.parquet"),
            "抽样框 frame.parquet 与方案不符",
        ),
        (lambda c: (c.draw() / "frame.parquet").write_bytes(b"PAR1"), "frame.parquet 不是抽样框文件"),
        (
            lambda c: c.log.write_bytes(c.log.read_bytes().replace(b"batch-1", b"batch-2")),
            "抽样日志 log.jsonl 第 1 行与前文不符, 日志被改动过",
        ),
    ],
)
def test_draw_from_what_was_tampered_with_is_refused(campaign: Campaign, spoil: object, words: str) -> None:
    campaign.commit()
    spoil(campaign)  # type: ignore[operator]
    with pytest.raises(AuditError) as caught:
        draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    assert str(caught.value) == words
    assert not (campaign.draw() / "certificate.json").exists()


@pytest.mark.parametrize("evidence", ["", " ", "一行\n二行", "\udcff"])
def test_seed_without_a_line_of_evidence_is_refused(campaign: Campaign, evidence: str) -> None:
    campaign.commit()
    with pytest.raises(DrawError) as caught:
        draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=evidence, now=NOW)
    assert str(caught.value) == "须用一行文字写明种子的来源(何时、何地、何人见证), 见 --evidence"


def test_draw_that_was_not_made_cannot_be_read(campaign: Campaign) -> None:
    campaign.commit()
    with pytest.raises(DrawError) as caught:
        read_draw(campaign.draw())
    assert str(caught.value) == "抽样“batch-1”尚未抽取"


def test_line_taken_out_of_the_log_breaks_it(campaign: Campaign) -> None:
    for name in ("a", "b", "c"):
        append_log(campaign.log, "plan", draw=name, now=NOW, facts={})
    lines = campaign.log.read_bytes().splitlines(keepends=True)
    campaign.log.write_bytes(lines[0] + lines[2])
    with pytest.raises(DrawError) as caught:
        append_log(campaign.log, "plan", draw="d", now=NOW, facts={})
    assert str(caught.value) == "抽样日志 log.jsonl 第 2 行与前文不符, 日志被改动过"


def test_time_without_zone_is_refused(campaign: Campaign) -> None:
    with pytest.raises(CallError) as caught:
        append_log(campaign.log, "plan", draw="a", now=NOW.replace(tzinfo=None), facts={})
    assert str(caught.value) == "时间须带时区"
