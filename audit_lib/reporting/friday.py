"""The annexes of the weekly bulletin: the Friday table, and every figure that does not tie."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance import weekly_measures
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Section
from audit_lib.reporting.week import STATES, Week

CHECKS = {
    "fell": "累计数下降",
    "part": "部分多于全部",
    "majors": "重大隐患各项不平",
    "rate": "比率与数字不符",
    "sum": "不等于分县之和",
    "ledger": "与台账记录不同",
    "copied": "与其他周报完全相同",
    "stale": "连续多周没有变化",
}
"""What does not tie, gravest first."""


def friday_section(week: Week) -> Section:
    """附件1: the Friday table, one row per body, as far as the tables carry its columns."""
    rows = week.reports.assign(state_zh=week.reports["state"].map(STATES), week=pd.Timestamp(week.friday))
    rows = rows.assign(
        name=rows["area"].map(week.case.names()).fillna("省直属"),
        received=[
            "" if pd.isna(at) else f"{at.month}月{at.day}日 {at:%H:%M:%S}" for at in rows["received_at"]
        ],
        filled_by=rows["filled_by"].fillna(""),
        reviewed_by=rows["reviewed_by"].fillna(""),
        **{
            f"{key}_week": rows[key] - rows[f"{key}_before"]
            for key, measure in weekly_measures().items()
            if measure.cumulative
        },
    )
    return Section(
        "table",
        "附件1　周报表",
        (make_grid("报送情况", rows), make_grid("周报表", rows), make_grid("周报表 隐患", rows)),
    )


def ties_section(week: Week) -> Section:
    """附件2: every figure that does not tie, and what it was held against."""
    measures = weekly_measures()
    rows = week.found.assign(
        check_zh=week.found["check"].map(CHECKS),
        measure_zh=[measures[key].zh if key else "各项" for key in week.found["measure"]],
        rank=week.found["check"].map({check: rank for rank, check in enumerate(CHECKS)}),
    )
    rows = rows.sort_values(["rank", "place", "body", "measure"], ignore_index=True)
    money = rows["measure"] == "fund_total"
    grids = [make_grid("对不上的数字", rows[~money])]
    if money.any():
        grids.append(make_grid("对不上的资金", rows[money]))
    return Section("ties", "附件2　数字核对", tuple(grids))
