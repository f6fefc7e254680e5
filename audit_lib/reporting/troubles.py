"""The third part of the report: what is wrong, by kind, gravest first, with counts and an example by name."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import pandas as pd

from audit_lib.compliance import Rule
from audit_lib.reporting.case import Case, once
from audit_lib.reporting.facts import VERDICT_RULE
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.judged import lowest, own_rules, subject_names
from audit_lib.reporting.model import Block, Number, Paragraph, Section
from audit_lib.reporting.tables import print_count
from audit_lib.reporting.words import LEFT_TO_PEOPLE, LEVELS, order, rule_name

COUNTED = {"county": "个县区", "city": "个市州", "unit": "家单位", "hazard": "处隐患", "org": "个报送单位"}
"""What the subjects of a rule are counted as; 项 where none of these."""

SEVERITY = {"S1": "一级", "S2": "二级", "S3": "三级", "S4": "四级"}
GRAVE = ("S1", "S2")
"""Kinds that are put into sentences; all of them stand in the table."""

CLUES = "W2-11"
"""Lists candidates for the authority: no kind of its own."""

DERIVED = "派生"
"""What the rulebook says of rules that the plan does not have in words."""

FEW = 2
"""Parts of a reason that an example says."""

NOT_COUNTED = (VERDICT_RULE, CLUES)


def troubles_section(case: Case) -> Section:
    """Return every rule with something not met: how many, what is wanting, whose example, which clause."""
    table = troubles_table(case)
    gaps = zip(table["lost"], table["unit"], strict=True)
    shown = table.assign(gap=["" if pd.isna(lost) else f"{print_count(lost)} {unit}" for lost, unit in gaps])
    grid = make_grid("主要问题", shown, folded=len(shown) > 0)
    numbers: list[Number] = []
    blocks: list[Block] = []
    for row in table[table["grave"]].to_dict("records"):
        words, figures = _sentence(row)
        blocks.append(Paragraph(words))
        numbers += figures
    note = Paragraph(
        "同一事实只在一类问题下计一次; 逐条的依据见“规则判定与依据”。级别由规则库规定, 一级最重。", "note"
    )
    return Section("troubles", "存在的主要问题", (*blocks, grid, note), tuple(numbers))


@once
def troubles_table(case: Case) -> pd.DataFrame:
    """Return one row per rule with something not met, gravest first, then in the order of the plan.

    Columns: rule, name, severity, grave, count, of, lost (how many are wanting, missing where nobody
    counts them), unit, example, accountable, section.
    """
    rules = own_rules(case)
    rows = lowest(rules[rules["result"] == "not_met"])
    speaking = set(case.rules["rule_id"])
    book = case.book.rules
    table = []
    for rule_id, found in rows.groupby("rule_id", sort=False):
        rule = book.get(str(rule_id))
        doubled = rule is not None and rule.primary_rule != rule.rule_id and rule.primary_rule in speaking
        if rule is not None and not doubled and rule_id not in NOT_COUNTED:
            table.append(_kind(case, rule, found))
    rank = {words: place for place, words in enumerate(SEVERITY.values())}
    columns = ["rule", "name", "severity", "grave", "count", "of", "lost", "unit", "example", "accountable"]
    made = pd.DataFrame(table, columns=[*columns, "section"])
    made = made.astype({"lost": "Int64"})
    return made.sort_values("severity", key=lambda words: words.map(rank), kind="stable", ignore_index=True)


def _kind(case: Case, rule: Rule, found: pd.DataFrame) -> dict[str, object]:
    """Return one kind of trouble; the example is the subject that lacks most, in standard order."""
    level = str(found["level"].iloc[0])
    lost = (found["denominator"] - found["numerator"]).astype("Int64")
    counted = level in {"county", "city"} and rule.counted_in and rule.rule_id != "R-05"
    rank = found.assign(lost=lost.fillna(0), place=found["area"].map(order(case)).fillna(len(case.areas)))
    first = rank.sort_values(["lost", "place", "subject"], ascending=[False, True, True]).iloc[:1]
    name = str(subject_names(case, first).iloc[0]) or str(first["subject"].iloc[0])
    reason = _shorten(str(first["reason"].fillna("").iloc[0]))
    example = name if not reason or LEFT_TO_PEOPLE in reason else f"{name}: {reason}"
    return {
        "rule": rule.rule_id,
        "name": rule_name(rule.rule_id),
        "severity": SEVERITY.get(rule.severity, rule.severity),
        "grave": rule.severity in GRAVE,
        "count": len(found),
        "of": COUNTED.get(level, f"项({LEVELS.get(level, level)})"),
        "lost": int(lost.sum()) if counted and lost.notna().any() else None,
        "unit": rule.counted_in,
        "example": example,
        "accountable": rule.accountable,
        "section": rule.section,
    }


def _shorten(reason: str) -> str:
    """Return a reason as an example has room for it: of many parts the first two, and how many there are.

    >>> _shorten("2月7日 不同 (1; 0); 2月14日 不同 (2; 1); 2月21日 不同 (3; 2)")
    '2月7日 不同 (1; 0); 2月14日 不同 (2; 1)等 3 处'
    """
    parts = re.split(r"; (?![^(]*\))", reason)
    return reason if len(parts) <= FEW else f"{'; '.join(parts[:FEW])}等 {len(parts)} 处"


def _sentence(row: dict[Hashable, Any]) -> tuple[str, list[Number]]:
    rule, name = row["rule"], row["name"]
    key = rule.replace("-", "_")
    numbers = [
        Number(
            f"trouble_{key}", f"{name}: 未达到", "count", int(row["count"]), "本报告", rows=f"依据 {rule}"
        ),
        Number(f"example_{key}", f"{name}: 例", "text", row["example"], "本报告"),
    ]
    words = f"{name}: {{trouble_{key}}} {row['of']}未达到"
    if not pd.isna(row["lost"]):
        numbers.append(Number(f"lost_{key}", f"{name}: 还差", "count", int(row["lost"]), "本报告"))
        words += f", 共差 {{lost_{key}}} {row['unit']}"
    clause = "" if DERIVED in row["section"] else f"(工作方案{row['section']})"
    return f"{words}。如{{example_{key}}}。{clause}", numbers
