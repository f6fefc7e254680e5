"""Reveal: the seed comes after the plan, once, and the sample follows from both.

Source: docs/method.md, chapter 3.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from audit_lib.errors import DrawError
from audit_lib.files import read_bytes, sha256_bytes, sha256_file, write_bytes
from audit_lib.sampling.attempts import (
    NOT_FIRST,
    SEALED,
    Secret,
    check_evidence,
    check_first,
    committed,
    lines_of,
    read_secret,
    refuse,
)
from audit_lib.sampling.certificate import FILES, certify, parse_certificate
from audit_lib.sampling.checks import RESERVES
from audit_lib.sampling.frozen import read_frame
from audit_lib.sampling.lists import list_workbook
from audit_lib.sampling.log import append_log, read_log
from audit_lib.sampling.page import write_page
from audit_lib.sampling.pareto import draw_frame
from audit_lib.sampling.plan import Plan, parse_plan
from audit_lib.sampling.tickets import check_seed

_SPARE = "备用名单"


def draw_plan(folder: Path, log: Path, *, seed: str, evidence: str, now: dt.datetime) -> pd.DataFrame:
    """Draw what the committed plan says, and write sample, reserves and certificate beside it.

    The same seed again changes nothing, and finishes what a killed run left; another seed is
    refused, and the attempt stands in the log.

    Returns
    -------
    DataFrame[unit_id, (unit_name, city, county,) stratum, ticket, rank, drawn, (chance)]   as `draw`;
        ``chance`` where the frame has unequal ones

    Raises
    ------
    DrawError   no committed plan, a seed that was known before the plan or is not the first,
                a frame that is not the plan's, or a draw that is sealed
    """
    secret = Secret(check_seed(seed), check_evidence(evidence))
    plan, entries = committed(folder, log)
    opened = (folder / "opened.json").exists()
    if not opened and ((folder / "seal.json").exists() or (folder / "sealed").exists()):
        raise refuse(log, plan, now, SEALED)
    check_first(log, plan, entries, secret, now)
    if not any(entry.event in ("reveal", "open") for entry in lines_of(entries, plan)):
        facts = {"plan_digest": plan.digest, "seed": seed, "seed_evidence": evidence}
        append_log(log, "reveal", draw=plan.draw, now=now, facts=facts)
    return write_draw(folder, log, plan, secret, now)


def read_draw(folder: Path) -> pd.DataFrame:
    """Return the units of a draw that was made, sealed or not, computed anew from plan and seed.

    Returns
    -------
    DataFrame   as `draw_plan`

    Raises
    ------
    DrawError    the draw is not made yet, or its files do not belong together
    InputError   a file cannot be read
    """
    plan = parse_plan(read_bytes(folder / "plan.json"))
    return draw_units(folder, plan, draw_seed(folder))


def draw_seed(folder: Path) -> str:
    """Return the seed that a draw was made with, sealed or not.

    Raises
    ------
    DrawError   as `read_draw`
    """
    plan = parse_plan(read_bytes(folder / "plan.json"))
    if (folder / "certificate.json").exists():
        certificate, _ = parse_certificate(read_bytes(folder / "certificate.json"))
        if certificate.plan_digest != plan.digest:
            raise DrawError("凭证与方案不符", "the certificate is not one of this plan")
        return certificate.seed
    if (folder / "sealed" / "secret.json").exists():
        return read_secret(folder / "sealed" / "secret.json").seed
    raise DrawError(f"抽样“{plan.draw}”尚未抽取", f'the draw "{plan.draw}" is not made yet')


def draw_units(folder: Path, plan: Plan, seed: str) -> pd.DataFrame:
    """Return what a seed draws from the frozen frame beside a plan, with the names in the frame.

    Raises
    ------
    DrawError   the frame is not the plan's
    """
    frame = read_frame(read_bytes(folder / "frame.parquet"), name="frame.parquet")
    if not plan.has_frame(frame):
        raise DrawError("抽样框 frame.parquet 与方案不符", "frame.parquet is not the frame of the plan")
    rows = draw_frame(frame, plan.n, seed=seed, reserves=plan.reserves)
    names = [column for column in ("unit_name", "city", "county") if column in frame]
    known = frame.set_index("unit_id")[names]
    chance = ["chance"] if "chance" in rows else []
    return rows.join(known, on="unit_id")[["unit_id", *names, "stratum", "ticket", "rank", "drawn", *chance]]


def write_draw(folder: Path, log: Path, plan: Plan, secret: Secret, now: dt.datetime) -> pd.DataFrame:
    """Write sample and reserves, then the certificate that makes them whole, then the log's line."""
    rows = draw_units(folder, plan, secret.seed)
    path = folder / "certificate.json"
    if path.exists():
        certificate, _ = parse_certificate(read_bytes(path))
        if (certificate.plan_digest, certificate.seed) != (plan.digest, secret.seed):
            raise refuse(log, plan, now, NOT_FIRST, seed=secret.seed)
    else:
        write_lists(folder, rows)
        files = {name: sha256_file(folder / name) for name in FILES}
        certificate = certify(plan, rows, seed=secret.seed, evidence=secret.evidence, files=files)
        write_bytes(path, certificate.to_bytes())
    write_page(folder)
    if not any(entry.fact("certificate_digest") == certificate.digest for entry in read_log(log)):
        reserves = list_workbook(rows[~rows["drawn"]], title=_SPARE)
        write_bytes(folder / RESERVES, reserves)
        facts = {"plan_digest": plan.digest, "certificate_digest": certificate.digest}
        facts[RESERVES] = sha256_bytes(reserves)
        append_log(log, "draw", draw=plan.draw, now=now, facts=facts)
    return rows


def write_lists(folder: Path, rows: pd.DataFrame) -> None:
    """Write the workbooks of a draw: who is visited, and who stands in."""
    write_bytes(folder / "sample.xlsx", list_workbook(rows[rows["drawn"]], title="样本"))
    write_bytes(folder / RESERVES, list_workbook(rows[~rows["drawn"]], title=_SPARE))
