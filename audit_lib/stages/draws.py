"""A draw from its seed to its certificate; it belongs to the campaign, not to the run."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.compliance import DrawnSample
from audit_lib.errors import CallError, DrawError, Text, say
from audit_lib.files import read_bytes
from audit_lib.params import Run
from audit_lib.sampling.certificate import parse_certificate
from audit_lib.sampling.frozen import read_frame
from audit_lib.sampling.plan import parse_plan
from audit_lib.sampling.reveal import draw_plan, read_draw
from audit_lib.sampling.seal import open_draw, seal_plan
from audit_lib.sampling.verify import verify as verify_certificate


def draw_names(run: Run, name: str | None) -> list[str]:
    """Return the draw that was named, or all of the params."""
    if name is None:
        return list(run.params.draws)
    if name not in run.params.draws:
        known = "、".join(run.params.draws) or "—"
        raise CallError(
            f"参数里没有抽样“{name}”, 有: {known}", f'no draw "{name}" in the params; there are: {known}'
        )
    return [name]


def draw_folder(run: Run, name: str) -> Path:
    """Return where a draw lies; it belongs to the campaign, not to the run."""
    return run.campaign / "draws" / name


def log_file(run: Run) -> Path:
    """Return the one log of the campaign."""
    return run.campaign / "log.jsonl"


def draw(
    run: Run, name: str, *, seed: str | None, evidence: str | None, sealed: bool, now: dt.datetime
) -> str:
    """Draw a committed plan with its seed; sealed, only the commitment may be published."""
    choice = run.params.draws[name]
    folder, log = draw_folder(run, name), log_file(run)
    if seed is None and (folder / "certificate.json").exists():
        return _drawn_line(name, read_draw(folder))
    seed, evidence = seed or choice.seed, evidence or choice.evidence
    if seed is None or evidence is None:
        raise CallError(
            f"抽样“{name}”需要 --seed 种子和 --evidence 来历说明(方案公布之后才产生的种子)",
            f'draw "{name}" needs --seed and --evidence (a seed made after the plan was published)',
        )
    if sealed:
        seal_plan(folder, log, seed=seed, evidence=evidence, nonce=secrets.token_hex(16), now=now)
        return say(
            f"抽样 {name} 已封存: 请公布 {folder / 'seal.json'}; 名单在 {folder / 'sealed'}, "
            "走访结束后用 audit open",
            f"draw {name} is sealed: publish {folder / 'seal.json'}; the list is in {folder / 'sealed'}",
        )
    return _drawn_line(name, draw_plan(folder, log, seed=seed, evidence=evidence, now=now))


def _drawn_line(name: str, rows: pd.DataFrame) -> str:
    drawn, reserves = int(rows["drawn"].sum()), int((~rows["drawn"]).sum())
    return say(
        f"抽样 {name}: 抽中 {drawn} 家, 备用 {reserves} 家",
        f"draw {name}: {drawn} drawn, {reserves} reserves",
    )


def open_sealed(run: Run, name: str, *, now: dt.datetime) -> str:
    """Open a sealed draw after the last visit."""
    rows = open_draw(draw_folder(run, name), log_file(run), now=now)
    return _drawn_line(name, rows)


def verify(certificate: Path, **files: Any) -> tuple[list[str], bool]:
    """Return a line for each check of a certificate, and whether none of them failed."""
    checks = verify_certificate(certificate, **files)
    words = {
        True: Text("一致", "agrees"),
        False: Text("不一致", "DIFFERS"),
        None: Text("无法核对", "not possible"),
    }
    lines = [
        f"{words[one.ok]}  {one.name}" + (f": {one.detail}" if str(one.detail) else "") for one in checks
    ]
    return lines, not any(one.ok is False for one in checks)


def certificate(run: Run, name: str) -> Path:
    """Return the path of a draw's certificate."""
    return draw_folder(run, name) / "certificate.json"


def drawn_samples(run: Run) -> dict[str, DrawnSample]:
    """Return the draws of the params that were made here and replay without a difference.

    Raises
    ------
    DrawError   a certificate does not agree with its files: nothing may be estimated from it
    """
    samples: dict[str, DrawnSample] = {}
    for name in run.params.draws:
        path = certificate(run, name)
        if not path.exists():
            continue
        lines, agreed = verify(path)
        if not agreed:
            said = "\n".join(lines)
            raise DrawError(
                f"抽样“{name}”核验不一致, 不能据以推算:\n{said}", f'draw "{name}" differs:\n{said}'
            )
        folder = draw_folder(run, name)
        planned = parse_plan(read_bytes(folder / "plan.json"))
        certified, _ = parse_certificate(read_bytes(path))
        samples[name] = DrawnSample(
            name=name,
            purpose=planned.purpose,
            frame=read_frame(read_bytes(folder / "frame.parquet"), name="frame.parquet"),
            sample=read_draw(folder),
            plan_digest=planned.digest,
            certificate_digest=certified.digest,
            look=planned.look.look if planned.look else 1,
            looks=planned.look.looks if planned.look else 1,
            extends=planned.look.extends if planned.look else None,
            since=pd.Timestamp(run.params.draws[name].cutoff),
        )
    return samples
