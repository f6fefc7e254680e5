"""The page for one unit says what the proof says, and is written only about a draw that replays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit_lib.cli import main
from audit_lib.sampling import draw_plan, parse_certificate, prove_unit

from .conftest import EVIDENCE, NOW, SEED, Campaign


@pytest.fixture
def drawn(campaign: Campaign) -> Campaign:
    campaign.commit()
    draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    return campaign


def ask(campaign: Campaign, *more: str) -> Result:
    return CliRunner().invoke(main, ["verify", str(campaign.draw() / "certificate.json"), *more])


def test_page_for_one_unit_carries_its_proof_and_no_script(drawn: Campaign, tmp_path: Path) -> None:
    page = tmp_path / "说明.html"
    assert ask(drawn, "--unit", " u0007", "--page", str(page)).exit_code == 0
    certificate, _ = parse_certificate((drawn.draw() / "certificate.json").read_bytes())
    proof = prove_unit(certificate, drawn.frame(), "U0007")
    text = page.read_text(encoding="utf-8")
    for due in (proof.unit_id, proof.ticket, proof.cutoff, SEED, EVIDENCE, certificate.plan_digest):
        assert f"<td>{due}</td>" in text
    assert f"<td>printf &#x27;%s&#x27; &#x27;{SEED},U0007&#x27; | sha256sum</td>" in text
    assert not re.search(r"<script|https?://", text)
    assert ("<strong>抽中</strong>" in text) == proof.drawn


def test_page_is_not_written_about_a_draw_that_differs(drawn: Campaign, tmp_path: Path) -> None:
    sample = drawn.draw() / "sample.xlsx"
    sample.write_bytes(sample.read_bytes() + b" ")
    assert ask(drawn, "--unit", "U0007", "--page", str(tmp_path / "a.html")).exit_code == 1
    assert not (tmp_path / "a.html").exists()


def test_page_needs_a_frame_and_a_unit(drawn: Campaign, tmp_path: Path) -> None:
    asked = ask(drawn, "--page", str(tmp_path / "a.html"))
    assert (asked.exit_code, asked.output) == (2, "--page 要与 --unit 同用\n")
    for name in ("frame.csv", "frame.parquet"):
        (drawn.draw() / name).unlink()
    asked = ask(drawn, "--unit", "U0007", "--page", str(tmp_path / "a.html"))
    assert (asked.exit_code, asked.output.splitlines()[-1]) == (1, "核验不一致或缺少文件, 不出具说明页")
