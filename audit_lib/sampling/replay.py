"""The part of verification that computes again: digests of the frame, tickets, cut-offs, list.

Nothing is parsed before its bytes are known to be the certified ones, so a damaged file
cannot lead a reader astray: it fails its own check, and what depends on it is not possible.
"""

from __future__ import annotations

import pandas as pd

from audit_lib.errors import AuditError, Text
from audit_lib.sampling.certificate import cut_strata, sample_digest
from audit_lib.sampling.checks import RESERVES, Check, Evidence, compare
from audit_lib.sampling.frozen import chances_digest, frame_digest, freeze, read_frame
from audit_lib.sampling.lists import read_list
from audit_lib.sampling.pareto import draw_frame
from audit_lib.sampling.plan import Plan, parse_plan

FRAMES = ("frame.parquet", "frame.csv")

_PLAN = Text("方案摘要", "plan digest")
_CUTOFFS = Text("重抽: 各层末位签号", "replay: cut-off of each stratum")
_SAMPLE = Text("重抽: 样本名单摘要", "replay: digest of the list drawn")
_LIST = Text("重抽: sample.xlsx 中的单位", "replay: units in sample.xlsx")
_RESERVES = Text("重抽: reserves.xlsx 中的备用单位", "replay: reserves in reserves.xlsx")
_IMPOSSIBLE = Text("没有可用的方案或抽样框, 无法核对", "no sound plan or frame to check with")
_CHANCES = Text("入样概率与方案不符", "the chances are not those of the plan")
_DIFFERENT = Text("结果不同", "the result differs")


def check_plan(evidence: Evidence) -> tuple[Plan | None, Check]:
    """Return the plan if it is the certified one, and the check of it."""
    if not evidence.sound("plan.json"):
        return None, Check(_PLAN, None, _IMPOSSIBLE)
    try:
        plan = parse_plan(evidence.data["plan.json"])
    except AuditError as error:
        return None, Check(_PLAN, False, error.text)
    said = (evidence.certificate.plan_digest, evidence.certificate.frame_digest)
    return plan, compare(_PLAN, said == (plan.digest, plan.frame_digest), _DIFFERENT)


def check_frames(evidence: Evidence, plan: Plan | None) -> tuple[pd.DataFrame | None, list[Check]]:
    """Return the first frame that is the plan's, and the check of each; strata that differ are named."""
    frame: pd.DataFrame | None = None
    checks: list[Check] = []
    for name in FRAMES:
        title = Text(f"抽样框 {name} 与方案", f"frame {name} against the plan")
        if plan is None or not evidence.sound(name):
            checks.append(Check(title, None, _IMPOSSIBLE))
            continue
        try:
            rows = read_frame(evidence.data[name], name=name)
            frozen = freeze(rows)
        except AuditError as error:
            checks.append(Check(title, False, error.text))
            continue
        planned = {(stratum.key, stratum.N, stratum.digest) for stratum in plan.strata}
        odd = "、".join(sorted({key for key, _, _ in planned ^ {(s.key, s.N, s.digest) for s in frozen}})[:3])
        units = not odd and frame_digest(frozen) == plan.frame_digest
        same = units and chances_digest(rows) == plan.chances_digest
        otherwise = Text(f"不符的层: {odd}", f"strata that differ: {odd}")
        checks.append(compare(title, same, _CHANCES if units else otherwise))
        frame = rows if frame is None and same else frame
    return frame, checks


def replay(evidence: Evidence, plan: Plan | None, frame: pd.DataFrame | None) -> list[Check]:
    """Draw again, and compare cut-offs, list and workbook with what is certified."""
    titles = (_CUTOFFS, _SAMPLE, _LIST, _RESERVES)
    if plan is None or frame is None:
        return [Check(title, None, _IMPOSSIBLE) for title in titles]
    said = evidence.certificate
    try:
        rows = draw_frame(frame, plan.n, seed=said.seed, reserves=plan.reserves)
    except AuditError as error:
        return [Check(title, False, error.text) for title in titles]
    drawn = rows[rows["drawn"]]
    same = (sample_digest(drawn), len(drawn)) == (said.sample_digest, said.drawn)
    return [
        compare(_CUTOFFS, cut_strata(plan, drawn) == said.strata, _DIFFERENT),
        compare(_SAMPLE, same, _DIFFERENT, Text(f"共 {len(drawn)} 家", f"{len(drawn)} units")),
        _check_list(evidence, "sample.xlsx", drawn),
        _check_list(evidence, RESERVES, rows[~rows["drawn"]]),
    ]


def _check_list(evidence: Evidence, name: str, due: pd.DataFrame) -> Check:
    title = _RESERVES if name == RESERVES else _LIST
    if not evidence.sound(name):
        return Check(title, None, Text(f"没有可用的 {name}", f"no sound {name}"))
    try:
        listed = read_list(evidence.data[name], name=name)
    except AuditError as error:
        return Check(title, False, error.text)
    return compare(title, listed == due["unit_id"].tolist(), _DIFFERENT)
