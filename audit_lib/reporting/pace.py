"""The last part of the weekly bulletin: where the present pace leads, and what falls due next."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Block, Number, Paragraph, Section
from audit_lib.reporting.week import Week
from audit_lib.reporting.words import rule_name


def next_week_section(week: Week) -> Section:
    """四、下周安排: where the present pace leads, what falls due, and the next report."""
    case, book = week.case, week.case.book
    first, after = (pd.Timestamp(week.friday + dt.timedelta(days=days)) for days in (0, 7))
    rules = [rule for rule in book.rules.values() if rule.due is not None and first <= rule.due < after]
    days = [("规则到期", rule_name(rule.rule_id), rule.due) for rule in rules if case.speaks(rule.rule_id)]
    days += [
        ("市级抽检批次截止", "当日24时县检合格的单位进入抽样框", pd.Timestamp(day))
        for day in case.run.params.cutoffs
        if first <= pd.Timestamp(day) < after
    ]
    days += [("下一次周报", "数字截至前一日24时", friday) for friday in book.fridays if friday == after]
    calendar = pd.DataFrame(days, columns=["what", "words", "day"]).sort_values(["day", "what", "words"])
    blocks: list[Block] = [
        *_pace(week),
        make_grid("下周到期", calendar),
        make_grid(
            "下周到期的重大隐患", week.next_due.assign(resp_person=week.next_due["resp_person"].fillna(""))
        ),
    ]
    return Section("next", "四、下周安排", tuple(blocks), _pace_numbers(week))


def _pace(week: Week) -> list[Block]:
    """Return the range that the present pace leads to, city by city; never a verdict."""
    pace = week.pace.dropna(subset=["slow"])
    pace = pace.assign(name=pace["area"].map(week.case.names()))
    pace = pace.assign(
        rate=[
            _range(f"{slow:.1f}", f"{fast:.1f}")
            for slow, fast in zip(pace["slow"], pace["fast"], strict=True)
        ],
        reach=[
            _range(least, most)
            for least, most in zip(pace["least"].tolist(), pace["most"].tolist(), strict=True)
        ],
        outlook=[_outlook(row) for row in pace.to_dict("records")],
    )
    inspected, drawn = (pace[pace["measure"] == key] for key in ("inspected", "spot_done"))
    return [
        Paragraph(
            "下面两张表只说照目前进度会到哪里, 不是判定。"
            "算法: 取最近 {pace_short} 个和最近 {pace_long} 个工作日的平均速度, 各按直线外推到行动最后一天"
            "(余 {workdays_left} 个工作日, 节假日和调休按国务院办公厅通知), 两个结果之间就是范围。"
            "应抽数随县检合格单位增加, 因此给出两头。",
            "note",
        ),
        make_grid("县检进度", inspected),
        make_grid("抽检进度", drawn),
    ]


def _pace_numbers(week: Week) -> tuple[Number, ...]:
    book = week.case.book
    left = week.pace["left"].max()
    return (
        Number("pace_short", "短期速度的工作日数", "count", book.count("pace_short"), "规则库"),
        Number("pace_long", "长期速度的工作日数", "count", book.count("pace_long"), "规则库"),
        Number(
            "workdays_left", "到行动最后一天的工作日", "count", None if pd.isna(left) else int(left), "日历"
        ),
    )


def _range(least: object, most: object) -> str:
    few, many = (f"{one:,}" if isinstance(one, int) else str(one) for one in (least, most))
    return few if few == many else f"{few}—{many}"


def _outlook(row: dict[Any, Any]) -> str:
    """Return what a range says about the figure due, in words that judge nobody."""
    least, most, due, due_most = (int(row[key]) for key in ("least", "most", "due", "due_most"))
    if int(row["done"]) >= due_most:
        return "已完成"
    if least >= due_most:
        return "可以按期完成"
    return "可能按期完成" if most >= due else f"到期末约差 {_range(due - most, due_most - least)} 家"
