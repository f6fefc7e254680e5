"""The part of verification that asks who knew what when: the seal and the log."""

from __future__ import annotations

from audit_lib.errors import AuditError, Text
from audit_lib.files import parse_canonical_json, read_bytes
from audit_lib.sampling.attempts import OPENED_FORMAT, SEAL_FORMAT, commit_seed
from audit_lib.sampling.checks import NOTHING, Check, Evidence, compare
from audit_lib.sampling.log import Entry, read_log

_SEAL = Text("封存的种子", "sealed seed")
_CHAIN = Text("日志: 各行相连", "log: each line follows from the one before")
_ORDER = Text("日志: 先有方案, 后有种子和抽样", "log: first the plan, then seed and draw")
_SEEDS = Text("日志: 种子只公开一次", "log: one seed, revealed once")


def check_seal(evidence: Evidence) -> list[Check]:
    """Check that the seed drawn with is the one that was sealed, where one was."""
    if not any((evidence.folder / name).exists() for name in ("seal.json", "opened.json")):
        return []
    try:
        seal, opened = (
            parse_canonical_json(read_bytes(evidence.folder / name), name=name)
            for name in ("seal.json", "opened.json")
        )
    except AuditError as error:
        return [Check(_SEAL, False, error.text)]
    said = evidence.certificate
    nonce = str(opened.get("nonce")) if isinstance(opened, dict) else ""
    commitment = commit_seed(said.seed, nonce)
    same = seal == {
        "format": SEAL_FORMAT,
        "plan_digest": said.plan_digest,
        "commitment": commitment,
    } and opened == {
        "format": OPENED_FORMAT,
        "plan_digest": said.plan_digest,
        "seed": said.seed,
        "nonce": nonce,
    }
    return [
        compare(_SEAL, same, Text("打开的种子与封存的不符", "the seed opened is not the one that was sealed"))
    ]


def check_log(evidence: Evidence) -> list[Check]:
    """Check the chain, the order plan, seed, draw, and that there was one seed."""
    if evidence.log is None:
        absent = Text("找不到日志", "no log at hand")
        return [Check(title, None, absent) for title in (_CHAIN, _ORDER, _SEEDS)]
    try:
        entries = read_log(evidence.log)
    except AuditError as error:
        broken = Text("日志已损坏, 无法核对", "the log is broken")
        return [Check(_CHAIN, False, error.text), Check(_ORDER, None, broken), Check(_SEEDS, None, broken)]
    own = [entry for entry in entries if entry.fact("plan_digest") == evidence.certificate.plan_digest]
    return [Check(_CHAIN, True), _check_order(evidence, own), _check_seeds(evidence, own)]


def _check_order(evidence: Evidence, own: list[Entry]) -> Check:
    steps = [entry.event for entry in own if entry.event != "refused"]
    certified = [entry.fact("certificate_digest") for entry in own if entry.event == "draw"]
    if evidence.certificate.digest not in certified:
        return Check(_ORDER, False, Text("日志中没有这份凭证", "this certificate is not in the log"))
    said = " ".join(steps)
    ordered = steps in (["plan", "reveal", "draw"], ["plan", "seal", "open", "draw"])
    return compare(_ORDER, ordered, Text(f"顺序为: {said}", f"the order is: {said}"))


def _check_seeds(evidence: Evidence, own: list[Entry]) -> Check:
    """One seed in all; a sealed one must be the one that the log's commitment hides."""
    seed = evidence.certificate.seed
    shown = {entry.fact("seed") for entry in own if entry.event in ("reveal", "open")}
    sealed = {entry.fact("commitment") for entry in own if entry.event == "seal"}
    opened = {commit_seed(seed, entry.fact("nonce")) for entry in own if entry.event == "open"}
    refused = sum(entry.event == "refused" for entry in own)
    return compare(
        _SEEDS,
        shown == {seed} and sealed == opened,
        Text("日志中的种子与凭证不符", "the seed in the log is not the certificate's"),
        Text(f"另有 {refused} 次被拒绝的尝试", f"{refused} more attempts were refused")
        if refused
        else NOTHING,
    )
