"""How old the open hazards are, and how deadlines and closings are spread: what a person looks at."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Block, Paragraph, Section
from audit_lib.reporting.words import order


def lives_section(case: Case) -> Section:
    """Return the annex on the ages of open hazards and the spread of deadlines and closings."""
    ages = case.ageing[(case.ageing["area"] == case.code) & (case.ageing["level"] == case.level)]
    words = (
        "天数自查出之日起算至判定日。“须核实”列的是多数隐患同一天销号、整改期限都是同一天、期限过长、"
        "挂牌后降级等情形, 可能另有正常原因(集中复查、统一规定期限), 供人工核实, 不作判定。"
    )
    blocks: list[Block] = [
        Paragraph(words),
        make_grid("未销号隐患时间", ages.sort_values("place")),
        make_grid("期限与销号分布", spread_table(case)),
    ]
    return Section("lives", "隐患时间和期限分布", tuple(blocks))


def spread_table(case: Case) -> pd.DataFrame:
    """Return a row for the area itself and each area right below it, in standard order."""
    below = case.cities if case.level == "province" else case.counties
    under = "city" if case.level == "province" else "county"
    rows = case.spread
    itself = rows[(rows["area"] == case.code) & (rows["level"] == case.level)]
    inside = rows[rows["area"].isin(below["code"]) & rows["level"].eq(under) & rows["area"].ne(case.code)]
    table = pd.concat(
        [itself, inside.sort_values("area", key=lambda codes: codes.map(order(case)), kind="stable")]
    )
    return table.assign(name=table["area"].map(case.names())).reset_index(drop=True)
