"""The fourth and fifth part of the report: measures proposed to those who decide, and what comes next."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from audit_lib.reporting.annexes import proposals_table
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import COUNTED, VERDICT_RULE, count_number
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.majors import majors_table
from audit_lib.reporting.model import Block, Number, Paragraph, Section, unite
from audit_lib.reporting.sources import left_out
from audit_lib.reporting.tables import print_day
from audit_lib.reporting.troubles import CLUES, troubles_table
from audit_lib.reporting.words import LEFT_TO_PEOPLE, order, rule_name

HANDED_OVER = "线索移交"
"""How the plan's word for who answers for what is said here: only as a list for the authority."""

PENDING = "待核定"


def proposals_section(case: Case) -> Section:
    """Return the candidate lists: naming, starting again, listing, handing over; decided by nobody yet."""
    parts = [
        _areas(case) if case.speaks(VERDICT_RULE) else ([], []),
        _majors(case),
        _clues(case),
        _measures(case),
    ]
    lead = Paragraph("以下都是依据判定结果列出的建议, 待核定; 是否采取、对谁采取, 由有权机关决定。", "lead")
    blocks = (lead, *(block for found, _ in parts for block in found))
    return Section("proposals", "处理建议", blocks, unite(number for _, found in parts for number in found))


def next_section(case: Case) -> Section:
    """Return what each area still has to do and by when, and which papers are to be handed in."""
    due = _due(case)
    blocks: list[Block] = [
        make_grid("还须完成", due),
        make_grid("须补报的材料", _papers(case)),
        Paragraph("整改情况报送的日期由核定机关填写: 　　　年　　月　　日以前, 报至　　　　　　。"),
    ]
    return Section("next", "下一步工作要求", tuple(blocks))


def _areas(case: Case) -> tuple[list[Block], list[Number]]:
    table = proposals_table(case)
    if table.empty:
        return [Paragraph("没有建议列为未按期完成任务的地区。")], []
    number = count_number(
        "named", "建议通报并责令重新开展的地区", table["area"].nunique(), source="本报告", unit="个"
    )
    grid = make_grid("建议名单", table.assign(pending=PENDING))
    more = ", 换一种读法的地区数见附件" if case.level == "province" else ""
    return [Paragraph(f"建议列为未按期完成任务地区的 {{named}} 个{more}。"), grid], [number]


def _majors(case: Case) -> tuple[list[Block], list[Number]]:
    table = majors_table(case)
    table = table[table["rule"] == "F3-02"].reset_index(drop=True)
    if table.empty:
        return [], []
    number = count_number(
        "to_list", "建议挂牌督办的重大隐患", len(table), source="自报", unit="处", rows="建议挂牌"
    )
    grid = make_grid("建议挂牌", table)
    return [Paragraph("建议挂牌督办的重大隐患 {to_list} 处。"), grid], [number]


def _clues(case: Case) -> tuple[list[Block], list[Number]]:
    rows = case.rules[(case.rules["rule_id"] == CLUES) & (case.rules["level"] == "org")]
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
    number = count_number(
        "clues", "线索移交的候选", len(rows), source="本报告", unit="个", rows="线索移交候选"
    )
    words = Paragraph(
        "线索移交的候选 {clues} 个: 只列期限已过、仍未达到的一级条款和责任主体, 移交与否由有权机关决定。"
    )
    return [words, make_grid("线索移交候选", rows)], [number]


def _measures(case: Case) -> tuple[list[Block], list[Number]]:
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
    rows = case.verdicts[
        case.verdicts["area"].isin(case.codes) & case.verdicts["level"].isin(["city", "county"])
    ]
    made = []
    for row in rows.to_dict("records"):
        for part in str(row["missing"] if pd.notna(row["missing"]) else "").split(";"):
            rule_id, _, count = part.partition(":")
            if count and not (row["level"] == "city" and rule_id != "R-05"):
                made.append(
                    {"area": row["area"], "level": row["level"], "rule": rule_id, "missing": int(count)}
                )
    table = pd.DataFrame(made, columns=["area", "level", "rule", "missing"])
    place = {rule: rank for rank, rule in enumerate(COUNTED)}
    table = table.assign(
        name=table["area"].map(case.names()),
        clause=table["rule"].map(rule_name),
        unit=table["rule"].map(lambda rule: COUNTED.get(rule, ("项", ""))[0]),
        until=table["rule"].map(lambda rule: last_day(case, rule)),
        place=table["area"].map(order(case)),
        rank=table["rule"].map(place),
    ).sort_values(["place", "level", "rank"], ignore_index=True)
    return table.assign(level=table["level"].map({"city": "市州", "county": "县区"}))


def last_day(case: Case, rule_id: str) -> str:
    """Return the last day of a rule as it is said to whoever still owes something."""
    rule = case.book.rules.get(rule_id)
    if rule is None or rule.due is None:
        return "由核定机关定"
    day = rule.due.date()
    return print_day(day) if case.as_of < day else f"{print_day(day)}已到, 由核定机关另定"


def _papers(case: Case) -> pd.DataFrame:
    """Return files that could not be used, rosters that never came, rows nobody could identify."""
    names = case.names()
    files = left_out(case)
    rows = [
        {"what": f"{row.table_zh} {row.file}", "who": names.get(str(row.area), ""), "why": row.reason}
        for row in files.itertuples()
    ]
    silent = case.counties[~case.counties["code"].isin(case.tables["units"]["county"].unique())]
    rows += [{"what": "单位名录", "who": name, "why": "没有收到"} for name in silent["name"]]
    lost = case.quarantine
    lost = lost[lost["area"].isin(case.codes)] if case.level != "province" else lost
    for (file, area), found in lost.groupby(["file", "area"], dropna=False):
        rows.append(
            {
                "what": f"{file} 中的 {len(found)} 行",
                "who": names.get(str(area), ""),
                "why": "无法识别是哪个单位",
            }
        )
    return pd.DataFrame(rows, columns=["what", "who", "why"])
