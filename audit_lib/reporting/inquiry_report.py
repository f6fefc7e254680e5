"""The page of an inquiry: the few leads first, then what was looked at, and where to go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit_lib.files import sha256_bytes, write_bytes, write_text
from audit_lib.investigation import Signal, factors_used, load_signals
from audit_lib.investigation.cities import FEWEST, STATED
from audit_lib.reporting import figures
from audit_lib.reporting.html import report_html
from audit_lib.reporting.inquiry import ORDERS, QUESTIONS, Inquiry
from audit_lib.reporting.leads import MOST, PLACE_ALPHA, leads, print_chance, subject_name
from audit_lib.reporting.model import Block, Cards, Grid, Number, Paragraph, Picture, Report, Section
from audit_lib.reporting.tables import Column
from audit_lib.reporting.words import DRAFT, MADE_UP, until
from audit_lib.reporting.workbook import report_workbook

STRIP = "演示数据: 地名、单位、人员和各项数字均为编造, 不涉及任何真实地区和单位"
FOOT = (
    "信号和风险只说明先看哪里: 每一项都有其他解释, 不是结论, 不改变任何条款的判定, 不说明原因, "
    "不涉及个人责任。",
    "样本未发现不等于没有。",
)
SHOWN = 30
CONCLUSIONS = {
    "replayed": "重放一致, 可以推算全体",
    "replay_differs": "与申明的种子重放结果不同, 抽检结果不能推算全体",
    "not_random": "与随机抽取不符, 抽检结果不能推算全体",
    "no_sign": "未见与随机不符; 未经重放, 仍不能推算全体",
}


def inquiry_report(inquiry: Inquiry) -> Report:
    """Return the report of an inquiry; parts that were not asked for have no section."""
    case = inquiry.case
    found = leads(inquiry)
    parts = [_overview(inquiry, len(found))]
    parts += [one.section(place) for place, one in enumerate(found[:MOST], start=1)]
    if inquiry.asks("lists"):
        parts.append(_lists(inquiry))
    if inquiry.asks("records"):
        parts.append(_records(inquiry))
    if inquiry.asks("places"):
        parts.append(_places(inquiry))
    if inquiry.asks("risk"):
        parts += [_risk(inquiry), _visits(inquiry)]
    return Report(
        area=case.code,
        title=f"{case.name}专题分析",
        subtitle=case.run.params.campaign,
        marks=(DRAFT, MADE_UP) if case.run.params.demo else (DRAFT,),
        facts=(
            ("判定日", until(case.as_of).removeprefix("截至")),
            ("期间", inquiry.period or "不限"),
            ("问题", QUESTIONS.get(inquiry.question, "全部")),
            ("运行", case.run.params.run),
        ),
        sections=tuple(parts),
        strips=(STRIP,) if case.run.params.demo else (),
        foot=FOOT,
    )


def write_inquiry(inquiry: Inquiry, report: Report) -> pd.DataFrame:
    """Write page, workbook and the scores to draw unannounced visits by; return what was written."""
    folder = inquiry.case.run.folder / "investigation" / report.area
    page, book = report_html(report), report_workbook(report)
    write_text(folder / "investigation.html", page)
    write_bytes(folder / "investigation.xlsx", book)
    written = [("investigation.html", page.encode()), ("investigation.xlsx", book)]
    if not inquiry.standing.empty:
        scores = inquiry.standing[["unit_id"]].assign(score=visit_scores(inquiry.standing))
        text = scores.sort_values("unit_id").to_csv(index=False, lineterminator="\n")
        write_text(folder / "scores.csv", text)
        written.append(("scores.csv", text.encode()))
    return pd.DataFrame(
        [{"file": name, "bytes": len(data), "sha256": sha256_bytes(data)} for name, data in written]
    )


def visit_scores(standing: pd.DataFrame) -> pd.Series[int]:
    """Return the score that a unit is drawn by: its points, and ten for everybody.

    Whoever has no point may still be drawn: with a chance of zero nothing could be said of it.
    """
    return standing["points"] + EVERYBODY


EVERYBODY = 10


def _overview(inquiry: Inquiry, found: int) -> Section:
    mine = inquiry.mine
    apart = mine[mine["listed_apart"].astype(bool)] if len(mine) else mine
    numbers = (
        Number("found", "值得先看的发现", "count", found, "全部记录", unit="项"),
        Number("looked", "看过的信号与对象", "count", len(mine), "全部记录", unit="个"),
        Number("apart", "超过限值另列的", "count", len(apart), "全部记录", unit="个"),
    )
    words = (
        "以下按误差从小到大排列, 同一对象只列最突出的一项。每一项都有其他解释, 供确定先看哪里, 不是结论。"
        if found
        else "没有值得先看的发现。没有发现不等于没有问题: 记录太少时什么也看不出。"
    )
    return Section(
        "overview", "先看哪里", (Paragraph(words, "lead"), Cards(tuple(n.key for n in numbers))), numbers
    )


def _lists(inquiry: Inquiry) -> Section:
    names = inquiry.case.names()
    rows = [
        {
            "name": names.get(code, code),
            "N": one.N,
            "n": one.n,
            "said": CONCLUSIONS[one.conclusion],
            "chance": "—" if one.p is None else print_chance(one.p),
            "early": len(one.early),
        }
        for code, one in inquiry.lists.items()
        if code in inquiry.case.codes
    ]
    columns = (
        Column("name", "市州"),
        Column("N", "县检合格", "count"),
        Column("n", "名单家数", "count"),
        Column("said", "结果"),
        Column("chance", "随机时出现的概率"),
        Column("early", "抽检早于名单冻结", "count"),
    )
    note = (
        f"假定的抽取办法: {STATED}; 名单不足{{fewest}}家的不检验。"
        "这里只回答能否推算全体, 不是条款判定, 不说明原因。"
    )
    few = Number("fewest", "检验所需的最少家数", "count", FEWEST, "规则库")
    grid = Grid("名单", "", columns, pd.DataFrame(rows), note, numbers=(few,))
    return Section("lists", "抽检名单像不像随机抽取", (grid,))


def _records(inquiry: Inquiry) -> Section:
    known = load_signals()
    mine = inquiry.mine
    alarms = mine[mine["alarm"].astype(bool)] if len(mine) else mine
    rows = [_alarm(inquiry, known[str(row.signal)], row) for row in alarms.itertuples(index=False)]
    columns = (
        Column("zh", "信号"),
        Column("subject", "对象"),
        Column("n", "记录数", "count"),
        Column("effect", "效应大小"),
        Column("error", "错误发现率"),
        Column("innocent", "其他解释"),
        Column("advice", "建议"),
    )
    defined = pd.DataFrame(
        [{"zh": one.zh, "definition": one.definition, "effect": one.effect} for one in known.values()]
    )
    meaning = (Column("zh", "信号"), Column("definition", "怎样看"), Column("effect", "效应大小的含义"))
    note = "错误发现率对全部信号、全部对象一并控制; 没有概率可言、只因超过限值列出的写“另列”。"
    blocks = (
        Grid("记录信号", "建议核查的记录", columns, pd.DataFrame(rows), note, shown=SHOWN),
        Grid("信号口径", "各信号怎样看", meaning, defined, folded=True),
    )
    return Section("records", "记录是否像实际检查", blocks)


def _alarm(inquiry: Inquiry, signal: Signal, row: Any) -> dict[str, Any]:
    return {
        "zh": signal.zh,
        "subject": subject_name(inquiry, row.level, row.subject),
        "n": row.n,
        "effect": f"{row.effect:.3g}" if pd.notna(row.effect) else "—",
        "error": "另列" if row.listed_apart else print_chance(float(row.q)),
        "innocent": signal.innocent,
        "advice": signal.advice,
    }


def _places(inquiry: Inquiry) -> Section:
    names = inquiry.case.names()
    places = inquiry.places.dropna(subset=["p"]) if len(inquiry.places) else inquiry.places
    if len(places):
        places = places[places["failed"] > 0]
        places = places.assign(
            county=places["county"].map(names),
            expected=places["expected"].map("{:.1f}".format),
            chance=places["p_adjusted"].map(print_chance),
        )
    columns = (
        Column("county", "县区"),
        Column("name", "乡镇街道"),
        Column("visited", "上级查过", "count"),
        Column("failed", "不合格", "count"),
        Column("expected", "按本县区平均应有"),
        Column("chance", "随机时出现的概率"),
    )
    note = "全部乡镇一并计算, 概率不超过{place_alpha}的列为发现; 查过不足三家的乡镇不列。"
    alpha = Number("place_alpha", "列为发现的概率", "text", f"{PLACE_ALPHA:.0%}", "规则库")
    again = inquiry.again
    if len(again):
        days = ["已整改" if pd.isna(value) else f"{value:.0f}" for value in again["days_open"]]
        again = again.assign(county=again["county"].map(names), days_open=days)
    found_columns = (
        Column("why", "情形"),
        Column("hazard_id", "隐患编号"),
        Column("before", "此前的隐患"),
        Column("county", "县区"),
        Column("unit_name", "单位"),
        Column("grade", "等级"),
        Column("place", "部位"),
        Column("found_date", "发现日期", "date"),
        Column("days_open", "未整改天数"),
    )
    beside = inquiry.beside
    beside = beside.assign(county=beside["county"].map(names)) if len(beside) else beside
    beside_columns = (
        Column("beside", "同乡镇不合格家数", "count"),
        Column("county", "县区"),
        Column("township", "乡镇街道"),
        Column("unit_id", "单位编号"),
        Column("unit_name", "单位名称"),
    )
    blocks = (
        Grid("集中", "不合格单位在哪里集中", columns, places, note, shown=SHOWN // 3, numbers=(alpha,)),
        Grid("再次查出", "再次查出和长期未整改的隐患", found_columns, again, shown=SHOWN),
        Grid(
            "邻近", "不合格单位同乡镇、上级没有查过的单位", beside_columns, beside, shown=SHOWN, folded=True
        ),
    )
    return Section("places", "在哪里", blocks)


def _risk(inquiry: Inquiry) -> Section:
    blocks: list[Block] = [
        Paragraph(
            "评分由规则手册的因素相加, 每一分都可以向单位说明; 模型是同样事实的逻辑回归, 只用以往的检查训练。"
            "两者只用来排检查次序, 不说明单位好坏。"
        )
    ]
    if inquiry.orders.empty:
        blocks.append(Paragraph(inquiry.untrained or "检查记录不足, 没有训练模型。", "note"))
    else:
        blocks += [_curve(inquiry), _orders(inquiry)]
    factors = factors_used(inquiry.standing)
    factors = factors.assign(used=np.where(factors["used"], "计入", "无此资料, 不计"))
    columns = (Column("zh", "因素"), Column("points", "分值"), Column("used", "本次"))
    blocks.append(Grid("评分因素", "评分的因素", columns, factors, folded=True))
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
    columns = (
        Column("order", "次序"),
        Column("found", "前一半检查发现的不合格"),
        Column("apart", "与实际次序相差(百分点, 百分之九十五的区间)"),
        Column("days", "平均提前天数"),
    )
    note = "在最近三分之一的检查上比较, 评分和模型只用此前的事实; 区间用按单位的自助法。"
    return Grid("次序比较", "次序比较", columns, rows, note)


def _apart(row: Any) -> str:
    return f"{row.difference * 100:+.1f}({row.lower * 100:+.1f} 至 {row.upper * 100:+.1f})"


def _visits(inquiry: Inquiry) -> Section:
    names = inquiry.case.names()
    rows = inquiry.standing.head(SHOWN * 10)
    chance = rows["chance"] if "chance" in rows else pd.Series(np.nan, index=rows.index)
    rows = rows.assign(
        county=rows["county"].map(names),
        score=visit_scores(rows),
        chance=[f"{value * 100:.1f}%" if pd.notna(value) else "—" for value in chance],
    )
    columns = (
        Column("county", "县区"),
        Column("unit_id", "单位编号"),
        Column("unit_name", "单位名称"),
        Column("points", "评分", "count"),
        Column("chance", "模型概率"),
        Column("reasons", "为什么"),
    )
    words = (
        "走访名单不由人挑: 把 scores.csv 写进参数里暗访抽样的 scores, 先用 audit plan 公布方案, "
        "再用此后产生的种子 audit draw。分数高的机会大, 没有分的也有机会, 所以结果仍可以推算全体。"
    )
    grid = Grid("走访", "评分最高的单位", columns, rows, shown=SHOWN)
    return Section("visits", "建议走访", (Paragraph(words), grid))
