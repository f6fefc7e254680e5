"""How old the open hazards are, and how deadlines and closings are spread: what a person looks at."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.model import Block, Grid, Paragraph, Section
from audit_lib.reporting.tables import Column

AGES = (
    Column("band", "距查出天数"),
    Column("open", "未销号(项)", "count"),
    Column("major", "其中重大", "count"),
    Column("ungraded", "其中等级不明", "count"),
    Column("overdue", "其中逾期", "count"),
)
SPREAD = (
    Column("name", "地区"),
    Column("found", "查出(项)", "count"),
    Column("closed", "已销号", "count"),
    Column("closing_day", "销号最多的一天", "date"),
    Column("same_closing", "当天销号", "count"),
    Column("deadlines", "有期限", "count"),
    Column("deadline_day", "最多的整改期限", "date"),
    Column("same_deadline", "同一期限", "count"),
    Column("longest_given", "最长期限(天)", "count"),
    Column("extended", "延期", "count"),
    Column("reopened", "重新整改", "count"),
    Column("taken_down_after_listing", "挂牌后降级", "count"),
    Column("signs", "须核实"),
)


def lives_section(case: Case) -> Section:
    """Return the annex on the ages of open hazards and the spread of deadlines and closings."""
    ages = case.ageing[(case.ageing["area"] == case.code) & (case.ageing["level"] == case.level)]
    words = (
        "天数自查出之日起算至判定日。“须核实”列的是多数隐患同一天销号、整改期限都是同一天、期限过长、"
        "挂牌后降级等情形, 可能另有正常原因(集中复查、统一规定期限), 供人工核实, 不作判定。"
    )
    blocks: list[Block] = [
        Paragraph(words),
        Grid("未销号隐患时间", "未销号隐患的时间(来源: 自报台账)", AGES, ages.sort_values("place")),
        Grid("期限与销号分布", "整改期限与销号的分布(来源: 自报台账)", SPREAD, spread_table(case)),
    ]
    return Section("lives", "隐患时间和期限分布", tuple(blocks))


def spread_table(case: Case) -> pd.DataFrame:
    """Return a row for the area itself and each area right below it, in standard order."""
    below = case.cities if case.level == "province" else case.counties
    under = "city" if case.level == "province" else "county"
    rows = case.spread
    itself = rows[(rows["area"] == case.code) & (rows["level"] == case.level)]
    inside = rows[rows["area"].isin(below["code"]) & rows["level"].eq(under) & rows["area"].ne(case.code)]
    order = dict(zip(case.areas["code"], range(len(case.areas)), strict=True))
    table = pd.concat([itself, inside.sort_values("area", key=lambda codes: codes.map(order), kind="stable")])
    return table.assign(name=table["area"].map(case.names())).reset_index(drop=True)
