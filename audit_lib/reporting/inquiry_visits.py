"""Whom to visit first: what an order by risk is worth, and the list of visits that a lot proposes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit_lib.inference.unequal import LEAST
from audit_lib.investigation import factors_used
from audit_lib.reporting import figures
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.inquiry import ORDERS, Inquiry
from audit_lib.reporting.model import Block, Grid, Number, Paragraph, Picture, Section


def risk_section(inquiry: Inquiry) -> Section:
    """Return how the orders of visiting compare, and of what facts the points are made."""
    blocks: list[Block] = [
        Paragraph(
            "评分由规则手册的因素相加, 每一分都可以向单位说明; 模型是同样事实的逻辑回归, 只用以往的检查训练。"
            "两者只用来排检查次序, 不说明单位好坏。"
        ),
        *inquiry.not_cut,
    ]
    if inquiry.orders.empty:
        blocks.append(Paragraph(inquiry.untrained or "检查记录不足, 没有训练模型。", "note"))
    else:
        blocks += [_curve(inquiry), _orders(inquiry)]
    factors = factors_used(inquiry.standing)
    factors = factors.assign(used=np.where(factors["used"], "计入", "无此资料, 不计"))
    blocks.append(make_grid("评分因素", factors))
    return Section("risk", "先查谁: 按风险排次序有多大用处", tuple(blocks))


def _curve(inquiry: Inquiry) -> Picture:
    latest = inquiry.latest
    curves = []
    for name, column in ORDERS.items():
        order = np.argsort(-latest[column].to_numpy(dtype=float), kind="stable")
        found = latest["failed"].to_numpy(dtype=bool)[order].cumsum()
        curves.append((name, (found / found[-1]).tolist()))
    png = figures.gain_curves(curves, label="已查的检查(%)", found="已发现的不合格(%)")
    half = inquiry.orders.drop_duplicates("order").set_index("order")["found"]
    words = "; ".join(f"{name}: 前一半检查发现 {half[name] * 100:.0f}%" for name in ORDERS)
    number = Number("halves", "各次序前一半检查的发现", "text", words, "检查记录")
    return Picture("次序", "按不同次序检查, 不合格发现得多快(最近三分之一的检查)", png, "{halves}", (number,))


def _orders(inquiry: Inquiry) -> Grid:
    real = list(ORDERS)[-1]
    against = inquiry.orders[inquiry.orders["other"] == real]
    rows = against.assign(
        found=against["found"].map("{:.1%}".format),
        apart=[_apart(one) for one in against.itertuples(index=False)],
        days=against["days_earlier"].map("{:+.1f}".format),
    )
    return make_grid("次序比较", rows)


def _apart(row: Any) -> str:
    return f"{row.difference * 100:+.1f}({row.lower * 100:+.1f} 至 {row.upper * 100:+.1f})"


def visits_section(inquiry: Inquiry) -> Section:
    """Return the proposed list of visits: who was drawn, by what chance, and how it is projected."""
    standing, proposed = inquiry.standing, inquiry.proposed
    chosen = inquiry.case.run.params.investigation
    certain = int((proposed["chance"] == 1).sum())
    numbers = (
        Number("proposed", "建议走访", "count", len(proposed), "按风险抽取", unit="家"),
        Number("proposed_of", "在册单位", "count", len(standing), "名录", unit="家"),
        Number("proposed_sure", "其中必查", "count", certain, "按风险抽取", unit="家"),
        Number("proposed_least", "推算至少须随机抽取", "count", LEAST, "抽样方法", unit="家"),
        Number("proposed_seed", "建议名单的种子", "text", chosen.seed, "参数"),
    )
    names = inquiry.case.names()
    rows = proposed.merge(standing, on="unit_id", suffixes=("", "_model")).sort_values("order")
    model = rows["chance_model"] if "chance_model" in rows else pd.Series(np.nan, index=rows.index)
    rows = rows.assign(
        county=rows["county"].map(names),
        lot=rows["chance"].map("{:.4f}".format),
        model=[f"{value * 100:.1f}%" if pd.notna(value) else "—" for value in model],
        reasons=rows["reasons"].replace("", "没有计分的因素"),
    )
    words = (
        "从本地区在册的 {proposed_of} 家中按风险抽出 {proposed} 家, 其中必查 {proposed_sure} 家: "
        "约一半名额按分数分配, 一半人人机会相等, 没有分的也有机会。"
        "名单不由人挑, 用同样的分数和种子, 任何人都得出同一名单。"
        "它也不因前面的发现增减: 发现所指的记录, 按各自的建议另行核查。"
    )
    how = (
        "这是建议, 不是抽样结果: 种子 {proposed_seed} 是公开的, 谁都可以事先算出名单。"
        "不打招呼的走访须另行抽取并封存: 把 scores.csv 写进参数里暗访抽样的 scores, 用 audit plan 公布方案, "
        "再用此后产生的种子 audit draw --sealed, 走访结束后 audit open。"
    )
    projected = (
        "怎样推算: 每家的结果按入样概率的倒数加权, 推算本地区不合格的家数和比例; "
        "随机抽取的不足 {proposed_least} 家不推算, 一家不合格也没有发现时给不出上限。"
        "高分单位抽得多, 不加权的不合格比例不代表本地区。"
    )
    grid = make_grid("走访", rows)
    return Section(
        "visits", "建议走访", (Paragraph(words), Paragraph(how), grid, Paragraph(projected, "note")), numbers
    )
