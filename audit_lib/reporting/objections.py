"""What areas said against the findings, and what became of it: carried from report to report."""

from __future__ import annotations

import pandas as pd

from audit_lib.field import decide_objections
from audit_lib.field.objections import OPEN, UNSIGNED
from audit_lib.reporting.case import Case
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Number, Paragraph, Section
from audit_lib.reporting.words import rule_name


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
        Number("objections", "申诉", "count", len(rows), "申诉登记", unit="件"),
        Number("objections_upheld", "申诉成立", "count", upheld, "申诉登记", unit="件"),
        Number("objections_kept", "申诉不成立", "count", len(rows) - open_ - upheld, "申诉登记", unit="件"),
        Number("objections_open", "尚未决定的申诉", "count", open_, "申诉登记", unit="件"),
    )
    said = (
        "收到申诉 {objections} 件: 申诉成立 {objections_upheld} 件, 不成立 {objections_kept} 件, "
        "尚未决定 {objections_open} 件。"
    )
    grid = make_grid("申诉", rows)
    return Section("objections", "申诉及处理", (Paragraph(said), grid), numbers)
