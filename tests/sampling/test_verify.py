"""Verification accepts what was drawn, and rejects it after any single changed byte."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit_lib.errors import DrawError, FrameError, InputError, language
from audit_lib.files import canonical_json, parse_canonical_json, sha256_bytes
from audit_lib.sampling import (
    Check,
    append_log,
    draw_plan,
    open_draw,
    parse_certificate,
    prove_unit,
    read_draw,
    read_frame,
    read_log,
    seal_plan,
    verify,
)
from audit_lib.sampling.lists import list_workbook

from .conftest import EVIDENCE, NOW, SEED, Campaign

FILES = (
    "certificate.json",
    "plan.json",
    "frame.parquet",
    "frame.csv",
    "sample.xlsx",
    "reserves.xlsx",
    "log.jsonl",
)
SEALED = ("seal.json", "opened.json")


@pytest.fixture
def drawn(campaign: Campaign) -> Campaign:
    campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    return campaign


@pytest.fixture
def opened(campaign: Campaign) -> Campaign:
    """A draw that was sealed, so that every file there can be is there."""
    campaign.commit()
    seal_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, nonce="0123456789abcdef", now=NOW)
    open_draw(campaign.draw(), campaign.log, now=NOW)
    return campaign


def run(campaign: Campaign) -> list[Check]:
    return verify(campaign.draw() / "certificate.json")


def failed(checks: list[Check]) -> list[str]:
    return [check.name.zh for check in checks if check.ok is False]


def place(campaign: Campaign, name: str) -> Path:
    return campaign.log if name == "log.jsonl" else campaign.draw() / name


def flips(data: bytes, positions: Iterator[int] | list[int], rng: random.Random) -> Iterator[bytes]:
    for position in positions:
        byte = data[position] ^ (1 << rng.randrange(8))
        yield data[:position] + bytes([byte]) + data[position + 1 :]


def test_untouched_draw_passes_every_check(drawn: Campaign) -> None:
    checks = run(drawn)
    assert [check.ok for check in checks] == [True] * len(checks)
    assert [check.name.zh for check in checks] == [
        "凭证",
        "文件 frame.csv",
        "文件 frame.parquet",
        "文件 plan.json",
        "文件 sample.xlsx",
        "文件 reserves.xlsx",
        "方案摘要",
        "抽样框 frame.parquet 与方案",
        "抽样框 frame.csv 与方案",
        "重抽: 各层末位签号",
        "重抽: 样本名单摘要",
        "重抽: sample.xlsx 中的单位",
        "重抽: reserves.xlsx 中的备用单位",
        "日志: 各行相连",
        "日志: 先有方案, 后有种子和抽样",
        "日志: 种子只公开一次",
    ]


@pytest.mark.parametrize("name", FILES)
def test_single_changed_bit_is_detected(drawn: Campaign, name: str) -> None:
    rng = random.Random(name)
    path = place(drawn, name)
    data = path.read_bytes()
    ends = [0, 1, len(data) - 2, len(data) - 1]
    for changed in flips(data, ends + rng.sample(range(len(data)), 45), rng):
        path.write_bytes(changed)
        assert failed(run(drawn))


def test_changed_certificate_is_detected_without_the_log(drawn: Campaign) -> None:
    drawn.log.unlink()
    path = drawn.draw() / "certificate.json"
    data = path.read_bytes()
    rng = random.Random(2)
    words = [data.index(word) for word in (b"seed_evidence", "掷骰".encode(), b"certificate_digest")]
    for changed in flips(data, [place + 22 for place in words] + rng.sample(range(len(data)), 30), rng):
        path.write_bytes(changed)
        assert failed(run(drawn))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*FILES, *SEALED])
def test_every_single_changed_byte_is_detected(opened: Campaign, name: str) -> None:
    rng = random.Random(name)
    path = place(opened, name)
    data = path.read_bytes()
    assert failed(run(opened)) == []
    # Of the reserves every third byte: their digest alone decides, and each flip is a whole replay.
    step = 3 if name == "reserves.xlsx" else 1
    for changed in flips(data, list(range(0, len(data), step)), rng):
        path.write_bytes(changed)
        assert failed(run(opened))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["cut", "grown", "emptied"])
def test_cut_or_grown_file_is_detected(drawn: Campaign, name: str, how: str) -> None:
    path = place(drawn, name)
    data = path.read_bytes()
    lines = data.splitlines(keepends=True)
    shorter = b"".join(lines[:-1]) if len(lines) > 1 else data[:-1]
    path.write_bytes({"cut": shorter, "grown": data + b"\n", "emptied": b""}[how])
    assert failed(run(drawn))


@pytest.mark.parametrize("name", [name for name in FILES if name != "certificate.json"])
def test_missing_file_makes_its_checks_impossible_not_true(drawn: Campaign, name: str) -> None:
    place(drawn, name).unlink()
    checks = run(drawn)
    assert failed(checks) == []
    assert any(check.ok is None for check in checks)


@pytest.mark.parametrize("name", SEALED)
def test_changed_seal_is_detected(opened: Campaign, name: str) -> None:
    path = opened.draw() / name
    data = path.read_bytes()
    for changed in flips(data, list(range(0, len(data), 5)), random.Random(1)):
        path.write_bytes(changed)
        assert failed(run(opened)) == ["封存的种子"]
    path.unlink()
    assert failed(run(opened)) == ["封存的种子"]


def test_reserves_in_another_order_are_detected_by_replay_where_the_log_is_of_an_older_draw(
    drawn: Campaign,
) -> None:
    facts = {entry.event: entry.facts for entry in read_log(drawn.log)}
    digest = facts["draw"].pop("reserves.xlsx")
    assert digest == sha256_bytes((drawn.draw() / "reserves.xlsx").read_bytes())
    drawn.log.unlink()
    for event, said in facts.items():
        append_log(drawn.log, event, draw="batch-1", now=NOW, facts=said)  # type: ignore[arg-type]
    checks = {check.name.zh: check for check in run(drawn)}
    assert failed(list(checks.values())) == []
    assert str(checks["文件 reserves.xlsx"].detail) == "日志没有记下它的摘要"
    assert checks["重抽: reserves.xlsx 中的备用单位"].ok
    rows = read_draw(drawn.draw())
    spare = rows[~rows["drawn"]].iloc[::-1]
    (drawn.draw() / "reserves.xlsx").write_bytes(list_workbook(spare, title="备用名单"))
    assert failed(run(drawn)) == ["重抽: reserves.xlsx 中的备用单位"]
    (drawn.draw() / "reserves.xlsx").write_bytes(b"PK")
    assert failed(run(drawn)) == ["重抽: reserves.xlsx 中的备用单位"]


def forge(campaign: Campaign, /, **changes: object) -> None:
    """Change the certificate and make its own digest right again."""
    path = campaign.draw() / "certificate.json"
    content = parse_canonical_json(path.read_bytes(), name="certificate.json")
    assert isinstance(content, dict)
    content |= changes
    content.pop("certificate_digest")
    path.write_bytes(canonical_json(content | {"certificate_digest": sha256_bytes(canonical_json(content))}))


def test_certificate_made_anew_over_another_sample_is_detected(drawn: Campaign) -> None:
    """Somebody swaps one unit in the workbook and certifies the result as if it were drawn."""
    rows = read_draw(drawn.draw())
    rows.loc[0, "unit_id"] = rows.loc[~rows["drawn"], "unit_id"].iloc[0]
    data = list_workbook(rows[rows["drawn"]], title="样本")
    (drawn.draw() / "sample.xlsx").write_bytes(data)
    certificate, _ = parse_certificate((drawn.draw() / "certificate.json").read_bytes())
    forge(drawn, files=certificate.files | {"sample.xlsx": sha256_bytes(data)})
    assert failed(run(drawn)) == ["重抽: sample.xlsx 中的单位", "日志: 先有方案, 后有种子和抽样"]


def repr_of(case: dict[str, Any] | set[str]) -> str:
    """Name a case in the same words in every process: sets have no order of their own."""
    return "、".join(sorted(case)) if isinstance(case, set) else str(case)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        (
            {"seed": "20140310-9999999999"},
            {"重抽: 各层末位签号", "重抽: 样本名单摘要", "日志: 种子只公开一次"},
        ),
        ({"seed": "x"}, {"重抽: 各层末位签号"}),
        ({"seed": 7}, {"重抽: 各层末位签号"}),
        ({"drawn": 8}, {"重抽: 样本名单摘要"}),
        ({"sample_digest": "0" * 64}, {"重抽: 样本名单摘要"}),
        ({"frame_digest": "0" * 64}, {"方案摘要"}),
        ({"plan_digest": "0" * 64}, {"方案摘要"}),
        ({"strata": []}, {"重抽: 各层末位签号"}),
        ({"format": "audit-certificate/9"}, {"凭证"}),
        ({"files": {}}, {"凭证"}),
        ({"files": []}, {"凭证"}),
        ({"more": 1}, {"凭证"}),
    ],
    ids=repr_of,
)
def test_forged_certificate_is_detected_by_what_it_claims(
    drawn: Campaign, changes: dict[str, object], names: set[str]
) -> None:
    forge(drawn, **changes)
    assert names <= set(failed(run(drawn)))
    assert run(drawn)[-1].name.zh.startswith(("日志", "凭证"))


def test_files_named_in_the_call_are_checked_instead(drawn: Campaign, tmp_path: Path) -> None:
    for name in set(FILES[1:]) - {"reserves.xlsx"}:
        shutil.copy(place(drawn, name), tmp_path / name)
        place(drawn, name).unlink()
    certificate = drawn.draw() / "certificate.json"
    copies = {word.partition(".")[0]: tmp_path / word for word in ("plan.json", "sample.xlsx", "log.jsonl")}
    checks = verify(certificate, frame=tmp_path / "frame.csv", **copies)
    assert failed(checks) == []
    assert [check.name.zh for check in checks if check.ok is None] == [
        "文件 frame.parquet",
        "抽样框 frame.parquet 与方案",
    ]
    with pytest.raises(InputError) as caught:
        verify(certificate, frame=tmp_path / "nowhere.csv")
    assert str(caught.value) == "读不到文件 nowhere.csv"


@pytest.mark.parametrize(
    ("order", "detail"),
    [
        ("plan reveal", "日志中没有这份凭证"),
        ("reveal plan draw", "顺序为: reveal plan draw"),
        ("plan reveal reveal draw", "顺序为: plan reveal reveal draw"),
        ("plan seal reveal draw", "顺序为: plan seal reveal draw"),
        ("draw", "顺序为: draw"),
    ],
)
def test_log_made_anew_in_another_order_is_detected(drawn: Campaign, order: str, detail: str) -> None:
    facts = {entry.event: entry.facts for entry in read_log(drawn.log)} | {"seal": {}}
    facts["seal"] = facts["plan"] | {"commitment": "0" * 64}
    drawn.log.unlink()
    for event in order.split():
        append_log(drawn.log, event, draw="batch-1", now=NOW, facts=facts[event])  # type: ignore[arg-type]
    checks = {check.name.zh: check for check in run(drawn)}
    assert checks["日志: 各行相连"].ok
    assert checks["日志: 先有方案, 后有种子和抽样"].ok is False
    assert str(checks["日志: 先有方案, 后有种子和抽样"].detail) == detail


def test_log_that_opens_another_seed_than_it_sealed_is_detected(drawn: Campaign) -> None:
    facts = {entry.event: entry.facts for entry in read_log(drawn.log)}
    seal = facts["plan"] | {"commitment": "0" * 64}
    opened = facts["reveal"] | {"nonce": "0123456789abcdef"}
    drawn.log.unlink()
    for event, said in (("plan", facts["plan"]), ("seal", seal), ("open", opened), ("draw", facts["draw"])):
        append_log(drawn.log, event, draw="batch-1", now=NOW, facts=said)  # type: ignore[arg-type]
    assert failed(run(drawn)) == ["日志: 种子只公开一次"]


def test_refused_attempts_are_told(drawn: Campaign) -> None:
    with pytest.raises(DrawError, match="不得重抽"):
        draw_plan(drawn.draw(), drawn.log, seed="20140310-9999999999", evidence=EVIDENCE, now=NOW)
    checks = run(drawn)
    assert failed(checks) == []
    assert str(checks[-1].detail) == "另有 1 次被拒绝的尝试"
    with language("en"):
        assert str(checks[-1].detail) == "1 more attempts were refused"


def test_each_unit_is_explained_as_it_was_drawn(drawn: Campaign) -> None:
    certificate, _ = parse_certificate((drawn.draw() / "certificate.json").read_bytes())
    frame = read_frame((drawn.draw() / "frame.csv").read_bytes(), name="frame.csv")
    rows = read_draw(drawn.draw()).set_index("unit_id")
    chosen = set(rows.index[rows["drawn"]])
    for unit in frame["unit_id"]:
        proof = prove_unit(certificate, frame, unit)
        assert proof.drawn == (unit in chosen) == (proof.rank <= proof.n)
        if unit in rows.index:
            assert (proof.ticket, proof.rank) == (rows.loc[unit, "ticket"], rows.loc[unit, "rank"])


def test_command_of_the_explanation_gives_the_ticket(drawn: Campaign) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("no sha256sum on this machine")
    check = verify(drawn.draw() / "certificate.json", unit=" u0007 ")[-1]
    assert check.ok
    command = check.detail.zh.partition("核对: ")[2]
    assert command == f"printf '%s' '{SEED},U0007' | sha256sum"
    said = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True).stdout
    assert re.search(rf"签号 {said.split()[0]}, ", check.detail.zh)


@pytest.mark.parametrize("unit", ["U9999", "a b", ""])
def test_unit_that_is_not_there_is_no_fault_of_the_draw(drawn: Campaign, unit: str) -> None:
    checks = verify(drawn.draw() / "certificate.json", unit=unit)
    assert failed(checks) == []
    assert checks[-1].ok is None


def test_unit_outside_the_frame_is_said_so(drawn: Campaign) -> None:
    certificate, _ = parse_certificate((drawn.draw() / "certificate.json").read_bytes())
    with pytest.raises(FrameError) as caught:
        prove_unit(certificate, drawn.frame(), "U9999")
    assert str(caught.value) == "U9999 不在抽样框中"


def test_missing_certificate_is_an_error_not_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        verify(tmp_path / "certificate.json")
    assert str(caught.value) == "读不到文件 certificate.json"
