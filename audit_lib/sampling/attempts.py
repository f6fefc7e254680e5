"""The door before every draw: a committed plan, a fresh seed, the first one.

Whoever is turned away leaves a line in the log: a seed tried twice stays visible.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import DrawError, Text
from audit_lib.files import parse_canonical_json, read_bytes, sha256_bytes
from audit_lib.sampling.log import Entry, append_log, read_log
from audit_lib.sampling.plan import Plan, parse_plan
from audit_lib.sampling.tickets import check_seed

SEAL_FORMAT = "audit-seal/1"
OPENED_FORMAT = "audit-opened/1"

SEALED = Text(
    "种子已经封存, 请在走访结束后用 audit open 打开",
    "the seed is sealed; open it with audit open after the visits",
)
OPEN_ALREADY = Text("种子已经公开, 不能再封存", "the seed is revealed already and cannot be sealed")
NOT_FIRST = Text(
    "已经用过另一种子或另一种来源说明, 不得重抽; 本次尝试已记入日志",
    "another seed or another evidence was used; no second draw; the attempt stands in the log",
)
KNOWN = Text(
    "该种子在方案提交之前已经公开, 须用方案之后产生的新种子; 本次尝试已记入日志",
    "this seed was known before the plan; a fresh one is due; the attempt stands in the log",
)
NOT_THE_SEALED = Text(
    "保存的种子与当初封存的不符; 本次尝试已记入日志",
    "the seed kept is not the one that was sealed; the attempt stands in the log",
)


@dataclass(frozen=True, slots=True)
class Secret:
    """The seed of a draw with its evidence, and the nonce where it is sealed."""

    seed: str
    evidence: str
    nonce: str = ""

    @property
    def commitment(self) -> str:
        """What is published while the seed is sealed."""
        return commit_seed(self.seed, self.nonce)


def commit_seed(seed: str, nonce: str) -> str:
    """Return what is published of a sealed seed: SHA-256(seed + "," + nonce).

    >>> commit_seed("20140309-0123456789", "0123456789abcdef")[:16]
    'bff2c49ba79b6149'
    """
    return sha256_bytes(f"{seed},{nonce}".encode())


def committed(folder: Path, log: Path) -> tuple[Plan, list[Entry]]:
    """Return the plan of the folder and the log, which must know it."""
    if not (folder / "plan.json").exists():
        raise DrawError(
            f"抽样“{folder.name}”还没有方案, 请先运行 audit plan",
            f'the draw "{folder.name}" has no plan yet: run audit plan first',
        )
    plan, entries = parse_plan(read_bytes(folder / "plan.json")), read_log(log)
    if not any(entry.event == "plan" for entry in lines_of(entries, plan)):
        raise DrawError(
            f"抽样“{plan.draw}”的方案不在日志中: 方案被改动过, 或提交没有完成。请再运行 audit plan",
            f'the plan of "{plan.draw}" is not in the log: changed, or not wholly committed. '
            "Run audit plan again",
        )
    return plan, entries


def lines_of(entries: list[Entry], plan: Plan) -> list[Entry]:
    """Return the lines of the log that speak of a plan."""
    return [entry for entry in entries if entry.fact("plan_digest") == plan.digest]


def check_known(
    log: Path, plan: Plan, entries: list[Entry], secret: Secret, now: dt.datetime, *, sealed: bool
) -> None:
    """Refuse a seed that the log knew before the plan: who froze the frame could have tried it."""
    for entry in entries:
        if entry.event == "plan" and entry.fact("plan_digest") == plan.digest:
            return
        if entry.fact("seed") == secret.seed:
            raise refuse(log, plan, now, KNOWN, seed="" if sealed else secret.seed)


def check_first(log: Path, plan: Plan, entries: list[Entry], secret: Secret, now: dt.datetime) -> None:
    """Refuse a second seed, or the same one with another story."""
    check_known(log, plan, entries, secret, now, sealed=False)
    for entry in lines_of(entries, plan):
        first = (entry.fact("seed"), entry.fact("seed_evidence"))
        if entry.event in ("reveal", "open") and first != (secret.seed, secret.evidence):
            raise refuse(log, plan, now, NOT_FIRST, seed=secret.seed)


def refuse(log: Path, plan: Plan, now: dt.datetime, why: Text, *, seed: str = "") -> DrawError:
    """Put a refused attempt into the log and return the error to raise.

    The seed of a sealed draw stays out of the log, which may be public: an attempt in the
    open could carry the very seed that is sealed.
    """
    facts = {"plan_digest": plan.digest, "why": why.en} | ({"seed": seed} if seed else {})
    append_log(log, "refused", draw=plan.draw, now=now, facts=facts)
    return DrawError(f"抽样“{plan.draw}”: {why.zh}", f'draw "{plan.draw}": {why.en}')


def check_evidence(evidence: str) -> str:
    """Return where the seed comes from, refusing to leave it unsaid."""
    if not evidence.strip() or not evidence.isprintable():
        raise DrawError(
            "须用一行文字写明种子的来源(何时、何地、何人见证), 见 --evidence",
            "say in one line where the seed comes from (when, where, before whom): --evidence",
        )
    return evidence


def read_secret(path: Path) -> Secret:
    """Return what a sealed draw keeps until it is opened."""
    content = parse_canonical_json(read_bytes(path), name="secret.json")
    if not isinstance(content, dict) or set(content) != {"seed", "seed_evidence", "nonce"}:
        raise DrawError("secret.json 不是封存的种子", "secret.json holds no sealed seed")
    return Secret(check_seed(content["seed"]), str(content["seed_evidence"]), str(content["nonce"]))
