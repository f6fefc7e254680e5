"""What areas said against the findings, and what became of it: carried from report to report."""

from __future__ import annotations

import pandas as pd

from audit_lib.field import decide_objections
from audit_lib.field.objections import OPEN, UNSIGNED
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import count_number
from audit_lib.reporting.model import Grid, Paragraph, Section
from audit_lib.reporting.tables import Column
from audit_lib.reporting.words import rule_name

COLUMNS = (
    Column("area_name", "地区"),
    Column("rule", "条款"),
    Column("subject", "对象"),
    Column("date", "申诉日期", "date"),
    Column("text", "申诉内容"),
    Column("reply", "答复"),
    Column("state", "状态"),
    Column("decided_by", "决定人"),
    Column("decided_on", "决定日期", "date"),
    Column("result", "现判定", "result"),
    Column("note", "说明"),
)
NOTE = "申诉的决定不直接改变判定。更正的事实以更正后的资料重新报送, 由规则重新判定。"


def objections_table(case: Case) -> pd.DataFrame:
    """Return the objections of the report's areas with their state and the result of today.

    Returns
    -------
    DataFrame   as `decide_objections`, with ``area_name`` and ``rule``
    """
    rows = decide_objections(case.tables["objections"], case.rules, as_of=pd.Timestamp(case.as_of))
    rows = rows[rows["area"].isin(case.codes)].reset_index(drop=True)
    words = ["text", "reply", "decided_by", "note"]
    names = case.names()
    return rows.assign(
        **{name: rows[name].fillna("") for name in words},
        area_name=rows["area"].map(names).fillna(rows["area"]),
        rule=rows["rule_id"].map(rule_name),
    )


def objections_section(case: Case) -> Section:
    """Return the objections: how many, how decided, and each with its reply; none where nobody objected."""
    rows = objections_table(case)
    open_ = int(rows["state"].isin([OPEN, UNSIGNED]).sum())
    upheld = int(rows["state"].str.startswith("申诉成立").sum())
    numbers = (
        count_number("objections", "申诉", len(rows), source="申诉登记", unit="件"),
        count_number("objections_upheld", "申诉成立", upheld, source="申诉登记", unit="件"),
        count_number(
            "objections_kept", "申诉不成立", len(rows) - open_ - upheld, source="申诉登记", unit="件"
        ),
        count_number("objections_open", "尚未决定的申诉", open_, source="申诉登记", unit="件"),
    )
    said = (
        "收到申诉 {objections} 件: 申诉成立 {objections_upheld} 件, 不成立 {objections_kept} 件, "
        "尚未决定 {objections_open} 件。"
    )
    grid = Grid("申诉", "申诉及其决定", COLUMNS, rows, NOTE)
    return Section("objections", "申诉及处理", (Paragraph(said), grid), numbers)
