"""Major hazards that want somebody's hand: overdue, unlisted, incomplete, unsigned, by name."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance.hazards import deadline_in_force
from audit_lib.reporting.case import Case, once
from audit_lib.reporting.facts import count_number, rule_rows
from audit_lib.reporting.model import Block, Grid, Number, Paragraph, Section
from audit_lib.reporting.tables import Column
from audit_lib.reporting.words import order

KINDS = {"F3-03": "逾期未整改", "F3-02": "应挂牌未挂牌", "W2-06": "五到位不全", "W2-07": "双签字不全"}
"""What is wrong with a major hazard, by the rule that says so, gravest first."""

COLUMNS = (
    Column("kind", "问题"),
    Column("area", "县区"),
    Column("unit_name", "单位"),
    Column("hazard_id", "隐患编号"),
    Column("found_date", "发现日期", "date"),
    Column("deadline", "整改期限", "date"),
    Column("reason", "说明"),
)


FEW = 12
"""Rows of a list on the first screen; the complete list stands further down."""


def majors_words(case: Case, *, listed: bool = True) -> tuple[list[Block], list[Number]]:
    """Return how many majors want somebody's hand, by what is wrong, and the first of them by name."""
    table = majors_table(case)
    counts = table["rule"].value_counts()
    kinds = {rule: kind for rule, kind in KINDS.items() if case.speaks(rule)}
    numbers = [
        count_number(
            f"majors_{rule.replace('-', '_')}",
            f"{kind}的重大隐患",
            int(counts.get(rule, 0)),
            source="自报",
            unit="处",
            rows="重大隐患" if counts.get(rule, 0) else "",
        )
        for rule, kind in kinds.items()
    ]
    said = "、".join(f"{kind} {{{one.key}}} 处" for one, kind in zip(numbers, kinds.values(), strict=True))
    blocks: list[Block] = [Paragraph(f"需督办的重大隐患: {said}。")] if said else []
    if listed and len(table):
        title = "逾期、未挂牌、五到位不全、签字不全的重大隐患"
        blocks.append(Grid("重大隐患要目", title, COLUMNS, table, shown=FEW, where="page"))
    return blocks, numbers


@once
def majors_table(case: Case) -> pd.DataFrame:
    """Return one row per major hazard and problem, in standard order of areas.

    Columns: kind, rule, area, unit_name, hazard_id, found_date, deadline, reason.
    """
    listed = [_named_by_area(case, rule) for rule in ("F3-03", "F3-02")]
    listed += [_named_by_hazard(case, rule) for rule in ("W2-06", "W2-07")]
    named = pd.concat(listed, ignore_index=True)
    hazards = case.tables["hazards"]
    hazards = hazards[hazards["hazard_id"].isin(named["hazard_id"])].drop_duplicates("hazard_id")
    found = hazards.set_index("hazard_id").reindex(named["hazard_id"])
    table = named.assign(
        kind=named["rule"].map(KINDS),
        unit_name=found["unit_name"].array,
        found_date=found["found_date"].array,
        deadline=deadline_in_force(found, pd.Timestamp(case.as_of)).array,
        place=named["code"].map(order(case)),
        grave=named["rule"].map({rule: rank for rank, rule in enumerate(KINDS)}),
        area=named["code"].map(case.names()),
    )
    return table.sort_values(["grave", "place", "hazard_id"], ignore_index=True)


def majors_section(case: Case) -> Section:
    """Return the complete list of such hazards."""
    grid = Grid(
        "重大隐患",
        "需督办的重大隐患(来源: 自报台账、挂牌台账)",
        COLUMNS,
        majors_table(case),
        empty="没有逾期、未挂牌、五到位不全或签字不全的重大隐患。",
    )
    return Section("majors", "重大隐患清单", (grid,))


def _named_by_area(case: Case, rule: str) -> pd.DataFrame:
    rows = rule_rows(case, rule, "county").reset_index()
    rows = rows[(rows["result"] == "not_met") & rows["subject"].isin(case.codes)]
    keys = rows["evidence"].fillna("").str.split(";").explode().str.removeprefix("hazards:")
    named = pd.DataFrame({"hazard_id": keys, "code": rows["subject"].reindex(keys.index)})
    known = case.tables["hazards"]["hazard_id"]
    named = named[named["hazard_id"].isin(known[known.isin(named["hazard_id"])])]
    return named.assign(rule=rule, reason="")


def _named_by_hazard(case: Case, rule: str) -> pd.DataFrame:
    rows = rule_rows(case, rule, "hazard").reset_index()
    rows = rows[(rows["result"] == "not_met") & rows["area"].isin(case.codes)]
    return pd.DataFrame(
        {
            "hazard_id": rows["subject"],
            "code": rows["area"],
            "rule": rule,
            "reason": rows["reason"].fillna(""),
        }
    )
