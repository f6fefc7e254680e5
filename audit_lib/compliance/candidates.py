"""W2-11: which bodies the authority may want to look at; it decides, this only lists.

Each rule of the highest severity that is not met after its deadline makes its accountable body a
candidate. The register of the authority says what it decided; a decision not to hand over a clue
needs its reason. Source: plan 5(2); rules.csv W2-11.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.acceptance import RULE as VERDICT
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content
from audit_lib.compliance.keys import among
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_DUE,
    NOT_MET,
    cite,
    join_evidence,
    subjects,
    whole,
)

RULE = "W2-11"
GRAVEST = "S1"


def list_candidates(facts: Facts, rules: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of W2-11: one per area and accountable body.

    Parameters
    ----------
    rules : the rows of all other rules, with ``rule_id``
    """
    found = _breaches(facts, rules)
    if found.empty:
        return whole(facts, NOT_APPLICABLE, "没有逾期未达到的一级条款")
    register = facts.records["accountability"]
    key = register["area"] + "|" + register["rule_id"]
    told = has_content(register["reason"], facts.book.words("no_content"))
    settled = (register["decision"] == "移交") | ((register["decision"] == "不移交") & told)
    fact = found["area"] + "|" + found["rule_id"]
    done = among(fact, key[settled])
    lame = ~done & among(fact, key[~settled])
    flags = pd.DataFrame({"all": True, "done": done, "lame": lame}).astype("int64")
    counts = flags.groupby(found["subject"]).sum()
    subject = counts.index.to_series().reset_index(drop=True)
    counts = counts.reset_index(drop=True)
    result = np.select([counts["lame"] > 0, counts["done"] < counts["all"]], [NOT_MET, NOT_DUE], MET)
    words = {NOT_MET: "登记为不移交而没有理由", NOT_DUE: "待有权机关决定是否移交线索", MET: "已有决定"}
    clauses = (
        found.sort_values("rule_id")
        .groupby("subject")["rule_id"]
        .agg(lambda ids: "、".join(sorted(set(ids))))
    )
    return subjects(
        "org",
        subject,
        subject.str.split(":", n=1).str[0],
        result,
        subject.map(join_evidence(cite("rules", found["rule_id"] + "/" + found["area"]), found["subject"])),
        reason=subject.map(clauses) + ": " + pd.Series(result).map(words),
        numerator=counts["done"],
        denominator=counts["all"],
    )


def _breaches(facts: Facts, rules: pd.DataFrame) -> pd.DataFrame:
    """DataFrame[area, rule_id, subject]: each fact once, at the lowest level that the rule speaks of."""
    book = facts.book
    ids = [
        rule.rule_id
        for rule in book.rules.values()
        if rule.severity == GRAVEST and rule.primary_rule == rule.rule_id and rule.rule_id != VERDICT
    ]
    rows = rules[rules["rule_id"].isin(ids) & (rules["result"] == NOT_MET)]
    both = {rule_id for rule_id in ids if {"county", "city"} <= set(book.rules[rule_id].levels)}
    rows = rows[~((rows["level"] == "city") & rows["rule_id"].isin(both))]
    area = rows["area"].fillna(rows["subject"])
    body = rows["rule_id"].map(lambda rule_id: book.rules[rule_id].accountable)
    subject = (area + ":" + body).where(rows["level"] != "org", rows["subject"])
    found = pd.DataFrame({"area": area, "rule_id": rows["rule_id"], "subject": subject})
    return (
        found.dropna().astype("str").drop_duplicates().sort_values(["subject", "rule_id"], ignore_index=True)
    )
