"""What others found and what people have to say: the groups' findings, questions waiting for an answer."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case, once
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.judged import subject_names
from audit_lib.reporting.model import Number, Paragraph, Section
from audit_lib.reporting.words import LEVELS, order, rule_name

MATCHED = "W2-10"
"""The rule that looks for each finding in the ledger of the county; its evidence names those without."""


def findings_section(case: Case) -> Section:
    """Return the findings of the safety committee's groups and of unannounced visits, matched in."""
    rows = findings_table(case)
    alone = int((rows["matched"] == UNMATCHED).sum())
    numbers = (
        Number(
            "findings",
            "督查组和暗访发现的问题",
            "count",
            len(rows),
            "省安委办督查、暗访",
            unit="个",
            rows="督查发现",
        ),
        Number("findings_alone", UNMATCHED, "count", alone, "省安委办督查、暗访", unit="个", rows="督查发现"),
    )
    words = Paragraph(
        "省安委办督查组和暗访发现问题 {findings} 个, 其中" + UNMATCHED + " {findings_alone} 个, 建议核查。"
    )
    return Section("findings", "督查组和暗访发现的问题", (words, make_grid("督查发现", rows)), numbers)


UNMATCHED = "县级台账没有对应记录的"


@once
def findings_table(case: Case) -> pd.DataFrame:
    """Return the findings inside the report's areas, in standard order, with what the ledger says to each."""
    rows = case.tables["findings"]
    rows = rows[rows["county"].isin(case.codes) & ~(rows["date"] > pd.Timestamp(case.as_of))]
    judged = case.rules[case.rules["rule_id"] == MATCHED]
    cited = judged["evidence"].fillna("").str.split(";").explode().unique()
    known = case.tables["hazards"]["hazard_id"]
    known = known[known.isin(rows["hazard_id"].dropna())]
    alone = ("findings:" + rows["finding_id"]).isin(cited) if len(judged) else ~rows["hazard_id"].isin(known)
    said = alone.map({True: UNMATCHED, False: "台账有对应记录"})
    words = ["group_kind", "group", "unit_name", "grade", "description", "hazard_id"]
    rows = rows.assign(
        **{name: rows[name].astype("str").fillna("") for name in words},
        matched=said,
        area=rows["county"].map(case.names()),
        place=rows["county"].map(order(case)),
    )
    return rows.sort_values(["place", "date", "finding_id"], ignore_index=True)


def questions_section(case: Case) -> Section:
    """Return the questions that only a person can answer, and who answered what."""
    rows = questions_table(case)
    open_ = int((rows["answer"] == WAITING).sum())
    numbers = (
        Number("questions", "需人工判定的事项", "count", len(rows), "人工判定", unit="项", rows="人工判定"),
        Number("questions_open", WAITING, "count", open_, "人工判定", unit="项", rows="人工判定"),
    )
    words = Paragraph(
        "需人工判定的事项 {questions} 项, 尚待答复 {questions_open} 项; 在判定工作簿里答复, 答复前不作达到。"
    )
    grid = make_grid("人工判定", rows, folded=case.level != "county")
    return Section("questions", "待人工判定的事项", (words, grid), numbers)


WAITING = "待答复"


@once
def questions_table(case: Case) -> pd.DataFrame:
    """Return the questions about the report's areas, in the order of the plan, then of the areas."""
    rows = case.questions
    mine = case.inside(rows["area"]) | rows["subject"].isin(case.codes)
    rows = rows[mine]
    place = {rule: rank for rank, rule in enumerate(case.book.rules)}
    rows = rows.assign(
        rule=rows["rule_id"].map(rule_name),
        name=subject_names(case, rows).where(lambda said: said != "", rows["subject"]),
        known=rows["known"].fillna(""),
        answered_by=rows["answered_by"].fillna(""),
        answered_on=rows["answered_on"].fillna(""),
        answer=rows["answer"].fillna(WAITING),
        rank=rows["rule_id"].map(place),
        place=rows["area"].map(order(case)),
    ).sort_values(["rank", "place", "subject"], ignore_index=True)
    return rows.assign(level=rows["level"].map(LEVELS).fillna(rows["level"]))
