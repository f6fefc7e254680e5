"""The annexes of the weekly bulletin: the Friday table, and every figure that does not tie."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from audit_lib.compliance import weekly_measures
from audit_lib.reporting.facts import spot_rate
from audit_lib.reporting.model import Grid, Section
from audit_lib.reporting.tables import Column
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
        received=rows["received_at"].dt.strftime("%m-%d %H:%M:%S").fillna(""),
        filled_by=rows["filled_by"].fillna(""),
        reviewed_by=rows["reviewed_by"].fillna(""),
        **{
            f"{key}_week": rows[key] - rows[f"{key}_before"]
            for key, measure in weekly_measures().items()
            if measure.cumulative
        },
    )
    status = (
        Column("body", "填报单位"),
        Column("name", "地区"),
        Column("state_zh", "收到情况"),
        Column("received", "收到时间"),
        Column("filled_by", "填表人"),
        Column("reviewed_by", "审核人"),
    )
    return Section(
        "table",
        "附件1　周报表",
        (
            Grid("报送情况", "报送情况", status, rows, empty="没有应报送的单位。"),
            Grid("周报表", "检查进展(家, 自报)", (status[0], *_columns(CHECKING)), rows, NOTE),
            Grid("周报表 隐患", "隐患排查治理(处, 自报)", (status[0], *_columns(HAZARDS)), rows, NOTE),
        ),
    )


CHECKING: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "": (("units_due", "应检单位", ""),),
    "自查": (("self_checked_week", "本周", ""), ("self_checked", "累计", "")),
    "县检": (("inspected_week", "本周", ""), ("inspected", "累计", ""), ("inspected", "覆盖率", "units_due")),
    "市抽检": (
        ("passed", "合格单位", ""),
        ("spot_due", "应抽", ""),
        ("spot_done", "已抽", ""),
        ("spot_done", "抽检率", "passed"),
    ),
}
HAZARDS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "一般隐患": (
        ("general_found_week", "本周新增", ""),
        ("general_found", "累计排查", ""),
        ("general_closed", "累计整改", ""),
        ("general_closed", "整改率", "general_found"),
    ),
    "重大隐患": (
        ("major_found", "累计", ""),
        ("major_closed", "销号", ""),
        ("major_planned", "列入治理计划", ""),
        ("major_listed", "挂牌", ""),
    ),
    "资金": (("fund_total", "累计落实(万元)", ""),),
}
NOTE = "按标准顺序排列, 不作排名。“缺”为没有报这个数。本周数由累计数减去上一周的累计数得到。"


def _columns(groups: Mapping[str, tuple[tuple[str, str, str], ...]]) -> tuple[Column, ...]:
    return tuple(
        Column(
            key,
            title,
            "share" if of else "money" if key == "fund_total" else "count",
            of,
            spot_rate() if of else None,
            group=group,
        )
        for group, columns in groups.items()
        for key, title, of in columns
    )


def ties_section(week: Week) -> Section:
    """附件2: every figure that does not tie, and what it was held against."""
    measures = weekly_measures()
    rows = week.found.assign(
        check_zh=week.found["check"].map(CHECKS),
        measure_zh=[measures[key].zh if key else "各项" for key in week.found["measure"]],
        rank=week.found["check"].map({check: rank for rank, check in enumerate(CHECKS)}),
    )
    money = rows["measure"] == "fund_total"
    columns = (
        Column("body", "报送单位"),
        Column("check_zh", "问题"),
        Column("measure_zh", "项目"),
        Column("reported", "周报数", "count"),
        Column("other", "对照数", "count"),
        Column("words", "说明"),
    )
    in_fen = tuple(
        Column(column.key, f"{column.title}(万元)", "money") if column.kind == "count" else column
        for column in columns
    )
    rows = rows.sort_values(["rank", "place", "body", "measure"], ignore_index=True)
    money = rows["measure"] == "fund_total"
    note = (
        "同一地区有两个报送单位的, 与台账比较的是两家的合计。"
        "台账记录指按县检、自查、抽检、台账、挂牌各表有日期的记录, "
        "算到周四24时的数; 资料没有全部读入的地区不比较。"
    )
    grids = [Grid("对不上的数字", "对不上的数字", columns, rows[~money], note, empty="没有对不上的数字。")]
    if money.any():
        grids.append(Grid("对不上的资金", "对不上的资金", in_fen, rows[money]))
    return Section("ties", "附件2　数字核对", tuple(grids))
