"""Sealed until visited: the draw is fixed now and shown later.

Whoever has seed, frame and rule can compute who will be visited, which would end every
unannounced visit. So only ``seal.json`` with SHA-256(seed + "," + nonce) is published; what is
secret lies in ``sealed/`` for the teams, and the certificate is written when the seal is
opened. Source: docs/method.md, chapter 3.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd

from audit_lib.errors import CallError, DrawError
from audit_lib.files import canonical_json, read_bytes, write_bytes
from audit_lib.sampling.attempts import (
    NOT_FIRST,
    NOT_THE_SEALED,
    OPEN_ALREADY,
    OPENED_FORMAT,
    SEAL_FORMAT,
    Secret,
    check_evidence,
    check_first,
    check_known,
    committed,
    lines_of,
    read_secret,
    refuse,
)
from audit_lib.sampling.log import append_log
from audit_lib.sampling.plan import Plan
from audit_lib.sampling.reveal import draw_units, read_draw, write_draw, write_lists
from audit_lib.sampling.tickets import check_seed

_NONCE = re.compile(r"[0-9A-Za-z._-]{16,128}")


def seal_plan(
    folder: Path, log: Path, *, seed: str, evidence: str, nonce: str, now: dt.datetime
) -> pd.DataFrame:
    """Draw what the committed plan says and keep it secret until `open_draw`.

    Only ``seal.json`` is to be published. The same seed again changes nothing, and the nonce
    of the first time stays.

    Parameters
    ----------
    nonce : 16 to 128 characters of ``[0-9A-Za-z._-]``, made anew; it hides a seed that could be guessed

    Returns
    -------
    DataFrame   as `draw_plan`

    Raises
    ------
    DrawError   as `draw_plan`, or the draw is made in the open already
    """
    if not _NONCE.fullmatch(nonce):
        raise CallError("封存用的随机串须为 16 至 128 个字符", "a nonce has 16 to 128 characters")
    secret = Secret(check_seed(seed), check_evidence(evidence), nonce)
    plan, entries = committed(folder, log)
    own = lines_of(entries, plan)
    if (folder / "opened.json").exists():
        check_first(log, plan, entries, secret, now)
        return read_draw(folder)
    if (folder / "certificate.json").exists() or any(entry.event == "reveal" for entry in own):
        raise refuse(log, plan, now, OPEN_ALREADY)
    path = folder / "sealed" / "secret.json"
    if path.exists():
        kept = read_secret(path)
        if (kept.seed, kept.evidence) != (seed, evidence):
            raise refuse(log, plan, now, NOT_FIRST)
        secret = kept
    check_known(log, plan, entries, secret, now, sealed=True)
    sealed = {entry.fact("commitment") for entry in own if entry.event == "seal"}
    if sealed - {secret.commitment}:
        raise refuse(log, plan, now, NOT_FIRST)
    return _write_seal(folder, log, plan, secret, now, logged=bool(sealed))


def open_draw(folder: Path, log: Path, *, now: dt.datetime) -> pd.DataFrame:
    """Open a sealed draw: publish seed and nonce, and write the certificate.

    Returns
    -------
    DataFrame   as `draw_plan`

    Raises
    ------
    DrawError   nothing is sealed here, or what was kept is not what was sealed
    """
    plan, entries = committed(folder, log)
    if (folder / "opened.json").exists():
        _clear_sealed(folder)
        return read_draw(folder)
    path = folder / "sealed" / "secret.json"
    if not (folder / "seal.json").exists() or not path.exists():
        raise DrawError(
            f"抽样“{plan.draw}”没有封存的种子可以打开", f'the draw "{plan.draw}" has no sealed seed to open'
        )
    secret = read_secret(path)
    logged = {entry.fact("commitment") for entry in lines_of(entries, plan) if entry.event == "seal"}
    if read_bytes(folder / "seal.json") != _seal(plan, secret) or logged != {secret.commitment}:
        raise refuse(log, plan, now, NOT_THE_SEALED)
    if not any(entry.event == "open" for entry in lines_of(entries, plan)):
        facts = {
            "plan_digest": plan.digest,
            "seed": secret.seed,
            "seed_evidence": secret.evidence,
            "nonce": secret.nonce,
        }
        append_log(log, "open", draw=plan.draw, now=now, facts=facts)
    rows = write_draw(folder, log, plan, secret, now)
    opened = {"format": OPENED_FORMAT, "plan_digest": plan.digest, "seed": secret.seed, "nonce": secret.nonce}
    write_bytes(folder / "opened.json", canonical_json(opened))
    _clear_sealed(folder)
    return rows


def _write_seal(
    folder: Path, log: Path, plan: Plan, secret: Secret, now: dt.datetime, *, logged: bool
) -> pd.DataFrame:
    rows = draw_units(folder, plan, secret.seed)
    kept = {"seed": secret.seed, "seed_evidence": secret.evidence, "nonce": secret.nonce}
    write_bytes(folder / "sealed" / "secret.json", canonical_json(kept))
    write_lists(folder / "sealed", rows)
    write_bytes(folder / "seal.json", _seal(plan, secret))
    if not logged:
        facts = {"plan_digest": plan.digest, "commitment": secret.commitment}
        append_log(log, "seal", draw=plan.draw, now=now, facts=facts)
    return rows


def _clear_sealed(folder: Path) -> None:
    """Remove what was secret, once it stands in the open."""
    for path in sorted((folder / "sealed").glob("*")):
        path.unlink()
    if (folder / "sealed").exists():
        (folder / "sealed").rmdir()


def _seal(plan: Plan, secret: Secret) -> bytes:
    return canonical_json(
        {"format": SEAL_FORMAT, "plan_digest": plan.digest, "commitment": secret.commitment}
    )
