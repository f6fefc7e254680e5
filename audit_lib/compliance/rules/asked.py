"""Rules that a person judges: what the tables say is put beside the question."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance.duties import judge_duties, own_places
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.questions import ask
from audit_lib.compliance.rows import cite, join_evidence
from audit_lib.compliance.rulebook import Rule
from audit_lib.compliance.rules.papers import document_key, documents_of


def areas_asked(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F2-02, R-08, W1-03, W3-04: each area's own doing, with the papers that bear on it."""
    rows = own_places(facts, rule).merge(_papers(facts, rule), on="area", how="left")
    none = "" if not facts.book.questions[rule.rule_id].documents else "没有登记这类文件"
    return ask(facts, rule, rows.assign(known=rows["known"].fillna(none)))


def papers_asked(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F2-01, F4-01: without a paper there is nothing to judge; with one a person says how good it is."""
    papers = _papers(facts, rule)
    there = own_places(facts, rule)["area"].isin(papers["area"])
    places = own_places(facts, rule)
    lacking = places[~there].assign(met=False, reason="没有这类文件")
    asked = places[there].merge(papers, on="area")
    return pd.concat([judge_duties(facts, rule, lacking), ask(facts, rule, asked)])


def pilots_asked(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F5-01: the milestones of each pilot body, and a person's word on the breakthrough (A20)."""
    rows = facts.records["pilots"]
    subject = rows["area"] + ":" + rows["body"]
    reached = rows["reached_date"].between(pd.Timestamp(facts.params.window.start), facts.as_of)
    counts = pd.DataFrame({"all": 1, "reached": reached.astype("int64")}).groupby(subject).sum()
    known = (
        "阶段任务 "
        + counts["all"].astype("str")
        + " 项, 行动期内完成 "
        + counts["reached"].astype("str")
        + " 项"
    )
    cited = join_evidence(cite("pilots", subject + "/" + rows["milestone"]), subject)
    asked = pd.DataFrame({"level": "pilot", "subject": counts.index, "known": known.to_numpy()})
    asked = asked.assign(area=asked["subject"].str.split(":", n=1).str[0], evidence=cited.to_numpy())
    return ask(facts, rule, asked)


def _papers(facts: Facts, rule: Rule) -> pd.DataFrame:
    """DataFrame[area, known, evidence]: the papers of the types that the question names."""
    question = facts.book.questions[rule.rule_id]
    rows = documents_of(facts, question.documents).sort_values(["area", "date", "title", "doc_no"])
    said = rows["title"].fillna("").astype("str") + rows["doc_no"].map(
        "({})".format, na_action="ignore"
    ).fillna("")
    known = said.groupby(rows["area"]).agg("; ".join)
    cited = join_evidence(document_key(rows), rows["area"])
    return pd.DataFrame({"area": known.index, "known": known.to_numpy(), "evidence": cited.to_numpy()})
