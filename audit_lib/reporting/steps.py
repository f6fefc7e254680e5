"""The fourth and fifth part of the report: measures proposed to those who decide, and what comes next."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import COUNTED, VERDICT_RULE, rule_rows
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.majors import majors_table
from audit_lib.reporting.model import Block, Number, Paragraph, Part, Section, join_parts
from audit_lib.reporting.sources import left_out, silent_counties
from audit_lib.reporting.tables import print_day
from audit_lib.reporting.troubles import CLUES, troubles_table
from audit_lib.reporting.verdicts import proposals_table, verdict_rows
from audit_lib.reporting.words import LEFT_TO_PEOPLE, order, rule_name

HANDED_OVER = "线索移交"
"""How the plan's word for who answers for what is said here: only as a list for the authority."""

PENDING = "待核定"


def proposals_section(case: Case) -> Section:
    """Return the candidate lists: naming, starting again, listing, handing over; decided by nobody yet."""
    lead = Paragraph("以下都是依据判定结果列出的建议, 待核定; 是否采取、对谁采取, 由有权机关决定。", "lead")
    parts: list[Part] = [
        ([lead], []),
        _areas(case) if case.speaks(VERDICT_RULE) else ([], []),
        _majors(case),
        _clues(case),
        _measures(case),
    ]
    return join_parts("proposals", "处理建议", parts)


def next_section(case: Case) -> Section:
    """Return what each area still has to do and by when, and which papers are to be handed in."""
    due = _due(case)
    blocks: list[Block] = [
        make_grid("还须完成", due),
        make_grid("须补报的材料", _papers(case)),
        Paragraph("整改情况报送的日期由核定机关填写: 　　　年　　月　　日以前, 报至　　　　　　。"),
    ]
    return Section("next", "下一步工作要求", tuple(blocks))


def _areas(case: Case) -> Part:
    table = proposals_table(case)
    if table.empty:
        return [Paragraph("没有建议列为未按期完成任务的地区。")], []
    number = Number(
        "named", "建议通报并责令重新开展的地区", "count", table["area"].nunique(), "本报告", unit="个"
    )
    grid = make_grid("建议名单", table.assign(pending=PENDING))
    more = ", 换一种读法的地区数见附件" if case.level == "province" else ""
    return [Paragraph(f"建议列为未按期完成任务地区的 {{named}} 个{more}。"), grid], [number]


def _majors(case: Case) -> Part:
    table = majors_table(case)
    table = table[table["rule"] == "F3-02"].reset_index(drop=True)
    if table.empty:
        return [], []
    number = Number(
        "to_list", "建议挂牌督办的重大隐患", "count", len(table), "自报", unit="处", rows="建议挂牌"
    )
    grid = make_grid("建议挂牌", table)
    return [Paragraph("建议挂牌督办的重大隐患 {to_list} 处。"), grid], [number]


def _clues(case: Case) -> Part:
    rows = rule_rows(case, CLUES, "org").reset_index()
    if rows.empty:
        return [], []
    parts = rows["subject"].str.split(":", n=1)
    rows = rows.assign(
        name=parts.str[0].map(case.names()).fillna("省直属"),
        body=parts.str[1],
        place=parts.str[0].map(order(case)).fillna(len(case.areas)),
        state=rows["reason"].fillna("").str.split(": ", n=1).str[1].fillna(""),
        clauses=rows["reason"].fillna("").str.split(": ", n=1).str[0],
    ).sort_values(["place", "subject"], ignore_index=True)
    number = Number("clues", "线索移交的候选", "count", len(rows), "本报告", unit="个", rows="线索移交候选")
    words = Paragraph(
        "线索移交的候选 {clues} 个: 只列期限已过、仍未达到的一级条款和责任主体, 移交与否由有权机关决定。"
    )
    return [words, make_grid("线索移交候选", rows)], [number]


def _measures(case: Case) -> Part:
    """Return which measures the plan names for what was found, with how many subjects each would touch."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    book = case.book.rules
    for row in troubles_table(case).to_dict("records"):
        for measure in book[str(row["rule"])].consequence.split("/"):
            said = HANDED_OVER if LEFT_TO_PEOPLE in measure else measure
            if said:
                found[said].append({"measure": said, **{str(key): value for key, value in row.items()}})
    rows = pd.DataFrame([row for measure in found for row in found[measure]])
    return [make_grid("措施建议", rows, folded=case.level == "province")] if len(rows) else [], []


def _due(case: Case) -> pd.DataFrame:
    """Return what is wanting per area and clause, with the clause's last day."""
    made = [
        {**row, "rule": rule, "missing": int(count)}
        for row in verdict_rows(case)[["name", "place", "level", "level_zh", "missing"]].to_dict("records")
        for rule, _, count in (part.partition(":") for part in row["missing"].split(";"))
        if count and (row["level"] == "county" or rule == "R-05")
    ]
    table = pd.DataFrame(made, columns=["name", "place", "level", "level_zh", "missing", "rule"])
    return table.assign(
        clause=table["rule"].map(rule_name),
        unit=table["rule"].map(lambda rule: COUNTED.get(rule, ("项", ""))[0]),
        until=table["rule"].map(lambda rule: last_day(case, rule)),
        rank=table["rule"].map({rule: rank for rank, rule in enumerate(COUNTED)}),
    ).sort_values(["place", "level", "rank"], ignore_index=True)


def last_day(case: Case, rule_id: str) -> str:
    """Return the last day of a rule as it is said to whoever still owes something."""
    rule = case.book.rules.get(rule_id)
    if rule is None or rule.due is None:
        return "由核定机关定"
    day = rule.due.date()
    return print_day(day) if case.as_of < day else f"{print_day(day)}已到, 由核定机关另定"


def _papers(case: Case) -> pd.DataFrame:
    """Return files that could not be used, tables that never came, rows nobody could identify."""
    names = case.names()
    rows = [
        (f"{row.table_zh} {row.file}", names.get(str(row.area), ""), row.reason)
        for row in left_out(case).itertuples()
    ]
    rows += [
        (str(one.table_zh), str(one.name), "没有收到")
        for one in silent_counties(case).itertuples(index=False)
    ]
    lost = case.quarantine[case.inside(case.quarantine["area"])]
    rows += [
        (f"{file} 中的 {len(found)} 行", names.get(str(area), ""), "无法识别是哪个单位")
        for (file, area), found in lost.groupby(["file", "area"], dropna=False)
    ]
    return pd.DataFrame(rows, columns=["what", "who", "why"])
