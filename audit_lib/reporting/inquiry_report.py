"""The page of an inquiry: the few leads first, then what was looked at, and where to go."""

from __future__ import annotations

from typing import Any

import pandas as pd

from audit_lib.investigation import Signal, load_signals, visit_scores
from audit_lib.investigation.cities import FEWEST, STATED
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.inquiry import QUESTIONS, Inquiry
from audit_lib.reporting.inquiry_visits import risk_section, visits_section
from audit_lib.reporting.inquiry_where import SHOWN, places_section
from audit_lib.reporting.leads import MOST, Lead, leads, print_chance, print_effect, subject_name
from audit_lib.reporting.model import Cards, Number, Paragraph, Report, Section
from audit_lib.reporting.words import STRIP, marks, until
from audit_lib.reporting.writing import FORMATS, render_report, write_files

FOOT = (
    "信号和风险只说明先看哪里: 每一项都有其他解释, 不是结论, 不改变任何条款的判定, 不说明原因, "
    "不涉及个人责任。",
    "样本未发现不等于没有。",
)
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
    parts = [] if inquiry.question == "risk" else [_overview(inquiry, found)]
    parts += [one.section(place) for place, one in enumerate(found[:MOST], start=1)]
    if inquiry.asks("lists"):
        parts.append(_lists(inquiry))
    if inquiry.asks("records"):
        parts.append(_records(inquiry))
    if inquiry.asks("places"):
        parts.append(places_section(inquiry))
    if inquiry.asks("risk"):
        parts += [risk_section(inquiry), visits_section(inquiry)]
    return Report(
        area=case.code,
        title=f"{case.name}专题分析",
        subtitle=case.run.params.campaign,
        marks=marks(case.run),
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
    """Write the report in every format and the scores to draw visits by; return what was written."""
    written = render_report(inquiry.case, report, FORMATS, stem="investigation")
    if not inquiry.standing.empty:
        scores = inquiry.standing[["unit_id"]].assign(score=visit_scores(inquiry.standing["points"]))
        text = scores.sort_values("unit_id").to_csv(index=False, lineterminator="\n")
        written["scores.csv"] = text.encode()
    return write_files(inquiry.case.run.folder / "investigation" / report.area, written)


def _overview(inquiry: Inquiry, found: list[Lead]) -> Section:
    mine = inquiry.mine
    apart = mine[mine["listed_apart"].astype(bool)] if len(mine) else mine
    numbers = (
        Number("found", "值得先看的发现", "count", len(found), "全部记录", unit="项"),
        Number("listed", "以下列出的发现", "count", min(len(found), MOST), "全部记录", unit="项"),
        Number("looked", "看过的信号与对象", "count", len(mine), "全部记录", unit="个"),
        Number("apart", "超过限值另列的", "count", len(apart), "全部记录", unit="个"),
    )
    words = (
        "以下按误差从小到大列出 {listed} 项, 同一对象只列最突出的一项; 其余的和超过限值另列的, "
        "见后面各节的表。每一项都有其他解释, 供确定先看哪里, 不是结论。"
        if found
        else "没有值得先看的发现。没有发现不等于没有问题: 记录太少时什么也看不出。"
    )
    rows = [
        {"place": place, "subject": one.subject, "title": one.title, "effect": one.effect.split("(")[0]}
        | {"error": print_chance(one.error), "advice": one.advice}
        for place, one in enumerate(found[:MOST], start=1)
    ]
    grids = (make_grid("先看", pd.DataFrame(rows)),) if rows else ()
    cards = Cards(("found", "looked", "apart"))
    return Section("overview", "先看哪里", (Paragraph(words, "lead"), cards, *grids), numbers)


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
    note = (
        f"假定的抽取办法: {STATED}; 名单不足{{fewest}}家的不检验。"
        "这里只回答能否推算全体, 不是条款判定, 不说明原因。"
    )
    few = Number("fewest", "检验所需的最少家数", "count", FEWEST, "规则库")
    grid = make_grid("名单", pd.DataFrame(rows), note=note, numbers=(few,))
    return Section("lists", "抽检名单像不像随机抽取", (grid, *inquiry.not_cut))


def _records(inquiry: Inquiry) -> Section:
    known = load_signals()
    mine = inquiry.mine
    alarms = mine[mine["alarm"].astype(bool)] if len(mine) else mine
    rows = [_alarm(inquiry, known[str(row.signal)], row) for row in alarms.itertuples(index=False)]
    defined = pd.DataFrame(
        [{"zh": one.zh, "definition": one.definition, "effect": one.effect} for one in known.values()]
    )
    blocks = (make_grid("记录信号", pd.DataFrame(rows), shown=SHOWN), make_grid("信号口径", defined))
    return Section("records", "记录是否像实际检查", blocks)


def _alarm(inquiry: Inquiry, signal: Signal, row: Any) -> dict[str, Any]:
    return {
        "zh": signal.zh,
        "subject": subject_name(inquiry, row.level, row.subject),
        "n": row.n,
        "effect": print_effect(signal, row.effect) + (f", {signal.effect}" if row.listed_apart else ""),
        "error": "另列" if row.listed_apart else print_chance(float(row.q)),
        "innocent": signal.innocent,
        "advice": signal.advice,
    }
