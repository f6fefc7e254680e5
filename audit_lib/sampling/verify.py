"""Verify: replay a draw from its certificate and say of each check how it came out.

Source: docs/method.md, chapter 3.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit_lib.errors import AuditError, FrameError, InputError, Text
from audit_lib.files import read_bytes
from audit_lib.sampling.certificate import Certificate, parse_certificate
from audit_lib.sampling.checks import RESERVES, Check, Evidence, compare
from audit_lib.sampling.log import read_log
from audit_lib.sampling.proof import prove_unit
from audit_lib.sampling.replay import check_frames, check_plan, replay
from audit_lib.sampling.witness import check_log, check_seal

_CERTIFICATE = Text("凭证", "certificate")


def verify(
    certificate: Path,
    *,
    frame: Path | None = None,
    plan: Path | None = None,
    sample: Path | None = None,
    log: Path | None = None,
    unit: str | None = None,
) -> list[Check]:
    """Return every check of a draw; it is verified if none of them is False.

    Parameters
    ----------
    certificate : ``certificate.json``
    frame, plan, sample, log : files to check instead of those beside the certificate
        (the log two folders above); ``frame`` is Parquet, or CSV by its ending
    unit : identifier of one unit to explain: ticket, rank, cut-off, drawn or not

    Raises
    ------
    InputError   a file named here, or the certificate itself, is not there
    """
    raw = read_bytes(certificate)
    try:
        said, claimed = parse_certificate(raw)
    except InputError as error:
        return [Check(_CERTIFICATE, False, error.text)]
    whole = compare(
        _CERTIFICATE, claimed == said.digest, Text("凭证自身的摘要不符", "its own digest differs")
    )
    evidence = _gather(certificate.parent, said, frame=frame, plan=plan, sample=sample, log=log)
    planned, plan_check = check_plan(evidence)
    rows, frame_checks = check_frames(evidence, planned)
    checks = [
        whole,
        *(_check_file(evidence, name) for name in (*said.files, RESERVES)),
        plan_check,
        *frame_checks,
        *replay(evidence, planned, rows),
        *check_seal(evidence),
        *check_log(evidence),
    ]
    return checks if unit is None else [*checks, _explain(said, rows, unit)]


def _gather(
    folder: Path,
    certificate: Certificate,
    *,
    frame: Path | None,
    plan: Path | None,
    sample: Path | None,
    log: Path | None,
) -> Evidence:
    """Read the files named, and those beside the certificate that were not."""
    named = {"plan.json": plan, "sample.xlsx": sample}
    if frame is not None:
        named["frame.csv" if frame.suffix.lower() == ".csv" else "frame.parquet"] = frame
    data = {name: read_bytes(path) for name, path in named.items() if path is not None}
    for name in (*certificate.files, RESERVES):
        beside = folder / name
        if name not in data and beside.exists():
            data[name] = read_bytes(beside)
    if log is not None:
        read_bytes(log)
    elif len(folder.resolve().parents) > 1 and (above := folder.resolve().parents[1] / "log.jsonl").exists():
        log = above
    return Evidence(folder, certificate, data, log, certificate.files | _logged(log, certificate))


def _logged(log: Path | None, certificate: Certificate) -> dict[str, str]:
    """Return the digest of the reserves that the log's line of this draw holds, if it does."""
    try:
        entries = read_log(log) if log else []
    except AuditError:  # told by the checks of the log
        return {}
    own = (one for one in entries if one.fact("certificate_digest") == certificate.digest)
    digest = next((one.fact(RESERVES) for one in own), "")
    return {RESERVES: digest} if digest else {}


def _check_file(evidence: Evidence, name: str) -> Check:
    title = Text(f"文件 {name}", f"file {name}")
    if name not in evidence.data:
        return Check(title, None, Text("找不到该文件", "not at hand"))
    if name not in evidence.digests:
        return Check(title, None, Text("日志没有记下它的摘要", "the log holds no digest of it"))
    if name == RESERVES:
        return compare(title, evidence.sound(name), Text("与日志中的摘要不符", "not the bytes in the log"))
    return compare(title, evidence.sound(name), Text("与凭证中的摘要不符", "not the bytes certified"))


def _explain(certificate: Certificate, frame: pd.DataFrame | None, unit: str) -> Check:
    """Explain one unit; asking for a unit that is not there is no fault of the draw."""
    title = Text(f"单位 {unit}", f"unit {unit}")
    if frame is None:
        return Check(title, None, Text("没有可用的抽样框", "no sound frame"))
    try:
        return Check(title, True, prove_unit(certificate, frame, unit).sentence)
    except FrameError as error:
        return Check(title, None, error.text)
