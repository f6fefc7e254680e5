"""The verification page, in a real browser without network, says what the command says."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import random
import re
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from audit_lib.files import canonical_json, parse_canonical_json, sha256_bytes
from audit_lib.sampling import (
    allocate_quota,
    append_log,
    commit_plan,
    count_strata,
    draw_plan,
    make_plan,
    open_draw,
    parse_certificate,
    prove_unit,
    rank_units,
    read_draw,
    read_frame,
    seal_plan,
    verify,
)
from audit_lib.sampling.certificate import certify
from audit_lib.sampling.lists import list_workbook
from audit_lib.sampling.page import PAGE, verification_page, write_page
from audit_lib.sampling.plan import PlannedStratum
from audit_lib.sampling.proof import show_value
from tests.browser.chromium import Chromium
from tests.sampling.conftest import EVIDENCE, NOW, SEED, Campaign
from tests.sampling.test_by_risk import draw_by_risk

BESIDE = ("certificate.json", "plan.json", "frame.csv", "frame.parquet", "sample.xlsx")
FLIPPED = (*BESIDE, "reserves.xlsx", "log.jsonl", "seal.json", "opened.json")
ODD = [
    "\U00020bb7A1",
    "\ufffd",
    "ꙀB",
    "É1",
    "A'B",
    'A"B',
    "=1+1",
    "<B>",
    "001",
    "\U0001f3e5院",
    "\U00030000",
    "金",
]
"""Ids that tempt: beyond U+FFFF beside just below it, quotes, a formula, markup, accents."""


@pytest.fixture
def drawn(tmp_path: Path) -> Campaign:
    """A sealed draw, opened, so that every file there can be is there."""
    campaign = Campaign(tmp_path / "campaign")
    campaign.commit()
    seal_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, nonce="0123456789abcdef", now=NOW)
    open_draw(campaign.draw(), campaign.log, now=NOW)
    return campaign


def files_of(campaign: Campaign) -> list[Path]:
    files = [campaign.draw() / name for name in FLIPPED if name != "log.jsonl"]
    return [file for file in [*files, campaign.log] if file.exists()]


def read_page(
    chromium: Chromium, campaign: Campaign, files: list[Path] | None = None
) -> tuple[str, list[Any]]:
    """Return the verdict, and each check as the page lists it, after choosing the files."""
    chromium.open(campaign.draw() / PAGE)
    chromium.choose("#files", files or files_of(campaign))
    chromium.wait("document.querySelectorAll('#checks tr').length")
    verdict = chromium.evaluate("document.querySelector('#verdict').firstChild.textContent")
    rows = chromium.evaluate(
        "[...document.querySelectorAll('#checks tr')].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return verdict, rows


def commanded(campaign: Campaign) -> dict[str, str]:
    words = {True: "一致", False: "不一致", None: "无法核对"}
    return {one.name.zh: words[one.ok] for one in verify(campaign.draw() / "certificate.json")}


def test_policy_of_the_page_names_its_own_script_and_style() -> None:
    text = verification_page().decode("utf-8")
    for tag in ("script", "style"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        due = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert re.findall(rf"{tag}-src 'sha256-([^']*)'", text) == [due]
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|innerHTML|\beval\b", text)


def test_page_lies_beside_an_opened_certificate_and_not_beside_a_sealed_one(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path / "campaign")
    campaign.commit()
    seal_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, nonce="0123456789abcdef", now=NOW)
    assert not list(campaign.folder.rglob(PAGE))
    open_draw(campaign.draw(), campaign.log, now=NOW)
    assert (campaign.draw() / PAGE).read_bytes() == verification_page()


def test_untouched_draw_agrees_in_every_check_of_the_command(chromium: Chromium, drawn: Campaign) -> None:
    verdict, rows = read_page(chromium, drawn)
    assert verdict == "一致"
    said = {name: word for word, name, _ in rows}
    # A browser cannot read Parquet: it checks its bytes, and the frame in frame.csv.
    assert said == {
        name: word for name, word in commanded(drawn).items() if "frame.parquet 与方案" not in name
    }
    assert set(said.values()) == {"一致"}
    assert chromium.asked == [(drawn.draw() / PAGE).resolve().as_uri()]
    assert chromium.said == []


def test_english_says_the_same(chromium: Chromium, drawn: Campaign) -> None:
    read_page(chromium, drawn)
    chromium.evaluate("document.querySelector('#language').click()")
    text = chromium.evaluate("document.body.innerText")
    assert "Everything agrees" in text
    assert not re.search("[\u4e00-\u9fff]", text.replace("中文", "").replace(EVIDENCE, ""))


def test_missing_files_are_named_and_nothing_is_called_right(chromium: Chromium, drawn: Campaign) -> None:
    verdict, rows = read_page(chromium, drawn, [drawn.draw() / "certificate.json", drawn.log])
    assert verdict == "尚未核完"
    assert "还缺: plan.json, frame.csv, sample.xlsx" in chromium.evaluate("document.body.innerText")
    assert {word for word, name, _ in rows if name.startswith("重抽")} == {"无法核对"}


def test_unit_is_explained_as_the_command_explains_it(chromium: Chromium, drawn: Campaign) -> None:
    read_page(chromium, drawn)
    certificate, _ = parse_certificate((drawn.draw() / "certificate.json").read_bytes())
    frame = read_frame((drawn.draw() / "frame.csv").read_bytes(), name="frame.csv")
    for unit in [*frame["unit_id"][:12], " u0007 "]:
        chromium.evaluate(f"state.asked = {json.dumps(unit)}; showProof()")
        text = chromium.evaluate("document.querySelector('#proof').innerText")
        proof = prove_unit(certificate, frame, unit)
        for due in (
            proof.unit_id,
            proof.stratum,
            proof.ticket,
            proof.cutoff,
            proof.command,
            f"抽 {proof.n} 家",
        ):
            assert due in text
        assert f"次序\t{proof.rank}\n" in text
        fate = chromium.evaluate("document.querySelector('#said').textContent")
        assert fate.startswith(f"{proof.unit_id} {'抽中' if proof.drawn else '未抽中'}")
    chromium.evaluate(
        "document.querySelector('#unit').value = 'U9999'; document.querySelector('#ask').requestSubmit()"
    )
    assert chromium.evaluate("document.querySelector('#said').textContent") == "U9999 不在抽样框中"


def test_draw_by_risk_is_replayed_and_explained_as_the_command_does(
    chromium: Chromium, tmp_path: Path
) -> None:
    campaign = Campaign(tmp_path / "campaign")
    draw_by_risk(campaign)
    verdict, rows = read_page(chromium, campaign)
    assert verdict == "一致", rows
    certificate, _ = parse_certificate((campaign.draw() / "certificate.json").read_bytes())
    frame = read_frame((campaign.draw() / "frame.csv").read_bytes(), name="frame.csv")
    for unit in frame["unit_id"]:
        chromium.evaluate(f"state.asked = {json.dumps(unit)}; showProof()")
        text = chromium.evaluate("document.querySelector('#proof').innerText")
        proof = prove_unit(certificate, frame, unit)
        for due in (str(proof.chance), show_value(proof.value), show_value(proof.cutoff_value)):
            assert due in text
        assert f"次序\t{proof.rank}\n" in text
        fate = chromium.evaluate("document.querySelector('#said').textContent")
        assert fate.startswith(f"{unit} {'抽中: 排序值不大于' if proof.drawn else '未抽中: 排序值大于'}")


def test_another_chance_in_a_certified_frame_is_found_out(chromium: Chromium, tmp_path: Path) -> None:
    campaign = Campaign(tmp_path / "campaign")
    draw_by_risk(campaign)
    path = campaign.draw() / "frame.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = f"{lines[1].rpartition(',')[0]},0.999000000"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    certificate, _ = parse_certificate((campaign.draw() / "certificate.json").read_bytes())
    forge(campaign, files=certificate.files | {"frame.csv": sha256_bytes(path.read_bytes())})
    _, rows = read_page(chromium, campaign)
    assert [(word, name, why) for word, name, why in rows if "frame.csv 与" in name] == [
        ("不一致", "抽样框 frame.csv 与方案", "入样概率与方案不符")
    ]


def forge(campaign: Campaign, **changes: Any) -> None:
    path = campaign.draw() / "certificate.json"
    content = parse_canonical_json(path.read_bytes(), name="certificate.json")
    assert isinstance(content, dict)
    content = {name: value for name, value in content.items() if name != "certificate_digest"} | changes
    path.write_bytes(canonical_json(content | {"certificate_digest": sha256_bytes(canonical_json(content))}))


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": "20140310-9999999999"},
        {"seed": "x"},
        {"seed": 7},
        {"drawn": 8},
        {"sample_digest": "0" * 64},
        {"frame_digest": "0" * 64},
        {"plan_digest": "0" * 64},
        {"strata": []},
        {"format": "audit-certificate/9"},
        {"files": {}},
        {"more": 1},
    ],
    ids=str,
)
def test_certificate_made_anew_is_found_out_where_the_command_finds_it(
    chromium: Chromium, drawn: Campaign, changes: dict[str, Any]
) -> None:
    forge(drawn, **changes)
    verdict, rows = read_page(chromium, drawn)
    assert verdict == "不一致"
    due = {name for name, word in commanded(drawn).items() if word == "不一致"}
    assert {name for word, name, _ in rows if word == "不一致"} == due


def test_another_unit_in_a_certified_workbook_is_found_out(chromium: Chromium, drawn: Campaign) -> None:
    rows = read_draw(drawn.draw())
    rows.loc[0, "unit_id"] = rows.loc[~rows["drawn"], "unit_id"].iloc[0]
    data = list_workbook(rows[rows["drawn"]], title="样本")
    (drawn.draw() / "sample.xlsx").write_bytes(data)
    certificate, _ = parse_certificate((drawn.draw() / "certificate.json").read_bytes())
    forge(drawn, files=certificate.files | {"sample.xlsx": sha256_bytes(data)})
    _, said = read_page(chromium, drawn)
    assert "重抽: sample.xlsx 中的单位" in {name for word, name, _ in said if word == "不一致"}


def test_second_seed_tried_shows(chromium: Chromium, drawn: Campaign) -> None:
    facts = {"plan_digest": drawn.plan().digest, "why": "another seed"}
    append_log(drawn.log, "refused", draw="batch-1", now=NOW, facts=facts)
    verdict, rows = read_page(chromium, drawn)
    assert (verdict, rows[-1][2]) == ("一致", "另有 1 次被拒绝的尝试")


def test_line_taken_out_of_the_log_is_found_out(chromium: Chromium, drawn: Campaign) -> None:
    facts = {"plan_digest": drawn.plan().digest, "why": "another seed"}
    for draw in ("batch-1", "another"):
        append_log(drawn.log, "refused", draw=draw, now=NOW, facts=facts)
    lines = drawn.log.read_bytes().splitlines(keepends=True)
    drawn.log.write_bytes(b"".join(lines[:-2] + lines[-1:]))
    verdict, rows = read_page(chromium, drawn)
    assert (verdict, rows[-3][2]) == ("不一致", f"日志第 {len(lines) - 1} 行与前文不符, 日志被改动过")


def test_ids_of_any_script_are_sorted_by_code_point(chromium: Chromium, tmp_path: Path) -> None:
    campaign = Campaign(tmp_path / "campaign")
    frame = pd.DataFrame({"unit_id": ODD, "city": "甲", "county": "甲县"})
    frame["stratum"] = ['\U00020000县|"甲"' if place % 2 else "\uff5e县|乙" for place in range(len(ODD))]
    campaign_draw(campaign, frame)
    verdict, rows = read_page(chromium, campaign)
    assert verdict == "一致", rows


def campaign_draw(campaign: Campaign, frame: pd.DataFrame) -> None:
    plan = make_plan(
        frame,
        allocate_quota(count_strata(frame)),
        campaign="行动",
        name="batch-1",
        purpose="city_check",
        reserves=2,
        rate="20%",
        rule="五分之一",
        seed_source="掷骰",
        date="2014-03-10",
    )
    commit_plan(campaign.draw(), campaign.log, plan=plan, frame=frame, now=NOW)
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)


def test_twenty_thousand_units_are_replayed_within_five_seconds(chromium: Chromium, tmp_path: Path) -> None:
    campaign = Campaign(tmp_path / "campaign")
    place = pd.Series(range(20_000))
    frame = pd.DataFrame({"unit_id": "2201" + place.astype(str).str.zfill(8), "city": "甲"})
    frame["county"] = "县" + (place % 60).astype(str)
    frame["stratum"] = frame["county"] + "|" + (place % 7).astype(str)
    campaign_draw(campaign, frame)
    chromium.open(campaign.draw() / PAGE)
    start = time.monotonic()
    chromium.choose("#files", files_of(campaign))
    chromium.wait("document.querySelector('#verdict').className === 'good'")
    assert time.monotonic() - start < 5


AT_ONCE = 300
FLIP = """
(async (files, flips) => {
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const whole = new Map(Object.entries(files).map(([name, text]) => [name, bytes(text)]));
  const missed = [];
  for (const [name, place, bit] of flips) {
    const changed = whole.get(name).slice();
    changed[place] ^= 1 << bit;
    const { checks } = await verify(new Map(whole).set(name, changed));
    if (!checks.some(([, ok]) => ok === false)) missed.push([name, place, bit]);
  }
  return missed;
})
"""


def missed_flips(chromium: Chromium, campaign: Campaign, per_file: int) -> list[Any]:
    rng = random.Random(3)
    chromium.open(campaign.draw() / PAGE)
    contents = {file.name: file.read_bytes() for file in files_of(campaign)}
    assert set(contents) == set(FLIPPED)
    flips = [
        [name, place, rng.randrange(8)]
        for name, data in contents.items()
        for place in {
            0,
            1,
            len(data) - 2,
            len(data) - 1,
            *rng.sample(range(len(data)), min(per_file, len(data))),
        }
    ]
    files = {name: base64.b64encode(data).decode() for name, data in contents.items()}
    # Some hundred at a time, so that no single answer outlasts the patience of the connection.
    parts = [flips[start : start + AT_ONCE] for start in range(0, len(flips), AT_ONCE)]
    return [
        missed
        for part in parts
        for missed in chromium.evaluate(f"{FLIP}({json.dumps(files)}, {json.dumps(part)})")
    ]


def test_single_changed_bit_in_any_file_is_detected_by_the_page(chromium: Chromium, drawn: Campaign) -> None:
    assert missed_flips(chromium, drawn, 40) == []


@pytest.mark.slow
def test_every_changed_byte_in_any_file_is_detected_by_the_page(chromium: Chromium, drawn: Campaign) -> None:
    assert missed_flips(chromium, drawn, 100_000) == []


DROP = """
(async files => {
  const moved = new DataTransfer();
  for (const [name, text] of Object.entries(files)) {
    moved.items.add(new File([Uint8Array.from(atob(text), letter => letter.charCodeAt(0))], name));
  }
  document.querySelector('#drop').dispatchEvent(new DragEvent('drop', { dataTransfer: moved, bubbles: true }));
})
"""


def test_files_are_dropped_in_two_goes_and_saved_copies_are_known(
    chromium: Chromium, drawn: Campaign
) -> None:
    chromium.open(drawn.draw() / PAGE)
    texts = {file.name: base64.b64encode(file.read_bytes()).decode() for file in files_of(drawn)}
    texts["plan (1).json"] = texts.pop("plan.json")
    first = {name: texts.pop(name) for name in ("certificate.json", "plan (1).json")}
    chromium.evaluate(f"{DROP}({json.dumps(first | {'<b>.txt': ''})})")
    chromium.wait("document.querySelector('#verdict').textContent.includes('还缺: frame.csv, sample.xlsx')")
    assert "不认识的文件: <b>.txt" in chromium.evaluate("document.querySelector('#verdict').textContent")
    chromium.evaluate(f"{DROP}({json.dumps(texts)})")
    chromium.wait("document.querySelector('#verdict').className === 'good'")
    chromium.evaluate("document.querySelector('#again').click()")
    assert chromium.evaluate("document.querySelector('#verdict').textContent") == "等待文件"


@pytest.mark.parametrize("name", ["certificate.json", "seal.json", "opened.json", "log.jsonl"])
def test_file_saved_again_in_another_spelling_is_refused(
    chromium: Chromium, drawn: Campaign, name: str
) -> None:
    path = next(file for file in files_of(drawn) if file.name == name)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(json.dumps(json.loads(line)) + "\n" for line in lines), encoding="utf-8")
    _, rows = read_page(chromium, drawn)
    due = {check for check, word in commanded(drawn).items() if word == "不一致"}
    assert {check for word, check, _ in rows if word == "不一致"} == due != set()


def test_unit_that_stands_twice_in_a_certified_frame_is_found_out(chromium: Chromium, tmp_path: Path) -> None:
    """Somebody writes plan, frame and certificate by hand, so that every digest fits."""
    campaign = Campaign(tmp_path / "campaign")
    ids = {"甲": ["A", "B"], "乙": ["A", "C"]}
    strata = tuple(
        PlannedStratum(key, 2, 1, 0, sha256_bytes("\n".join(ids[key]).encode())) for key in sorted(ids)
    )
    digest = sha256_bytes("\n".join(f"{one.key},{one.N},{one.digest}" for one in strata).encode())
    plan = dataclasses.replace(campaign.plan(), strata=strata, cities=(), frame_digest=digest)
    rows = pd.DataFrame(
        [(one, key) for key in sorted(ids) for one in ids[key]], columns=["unit_id", "stratum"]
    )
    order = rank_units(rows, seed=SEED)
    order["drawn"] = order["rank"] == 1
    folder = campaign.draw()
    folder.mkdir(parents=True)
    (folder / "plan.json").write_bytes(plan.to_bytes())
    rows.to_csv(folder / "frame.csv", index=False, lineterminator="\n")
    rows.to_parquet(folder / "frame.parquet")
    (folder / "sample.xlsx").write_bytes(list_workbook(order[order["drawn"]], title="样本"))
    files = {name: sha256_bytes((folder / name).read_bytes()) for name in BESIDE[1:]}
    certificate = certify(plan, order, seed=SEED, evidence=EVIDENCE, files=files)
    (folder / "certificate.json").write_bytes(certificate.to_bytes())
    write_page(folder)
    verdict, said = read_page(chromium, campaign, [folder / name for name in BESIDE])
    assert verdict == "不一致"
    assert [name for word, name, _ in said if word == "不一致"] == ["抽样框 frame.csv 与方案"]
    assert commanded(campaign)["抽样框 frame.csv 与方案"] == "不一致"
