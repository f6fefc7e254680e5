"""What stands behind the figures: other readings, readings used, definitions, clauses left open."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import indicator_words
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Grid, Paragraph, Section
from audit_lib.reporting.verdicts import verdict_rows
from audit_lib.reporting.words import LEFT_TO_PEOPLE, chosen_readings, rule_name, rule_titles
from audit_lib.schemas import rulebook_rows

READINGS = {
    "result": "严格读法: 六条都须达到",
    "result_within_1pct": "缺口不超过 1% 的逐一说明后不计",
    "result_core": "仅核心条款",
}


def readings_annex(case: Case) -> Section:
    """Return how many areas fall under each reading of the verdict, and which."""
    rows = verdict_rows(case)
    counts = pd.DataFrame(
        [
            {"reading": words, "level": level_zh, **_count(rows[rows["level"] == level][column])}
            for column, words in READINGS.items()
            for level, level_zh in (("city", "市州"), ("county", "县(市、区)"))
        ]
    )
    differing = rows[(rows[[*READINGS]] == "not_met").any(axis=1)].reset_index(drop=True)
    return Section(
        "by-reading",
        "结论随读法的变化",
        (
            Paragraph(
                "工作方案没有写明“按期完成任务”的标准。按字面须全部做到, 有一家单位没有自查, "
                "全县就要重新开展, 因此并列三种读法下各有多少地区, 由有权机关选定。"
            ),
            make_grid("读法与结论", counts),
            make_grid("读法与地区", differing),
        ),
    )


def rules_annex(case: Case) -> Section:
    """Return the readings that the rules were judged by."""
    rows = pd.DataFrame([row for row in rulebook_rows("readings") if case.speaks(row["rule_id"])])
    texts = {row["rule_id"]: _clause(row["text_cn"]) for row in rulebook_rows("rules")}
    rows = rows.assign(rule=rows["rule_id"].map(rule_name), text=rows["rule_id"].map(texts))
    grids = [make_grid("采用的读法", rows)]
    if case.level != "county":
        grids.insert(0, _ambiguities(case))
    if case.run.params.readings.switched:
        grids.insert(0, _by_default(case))
    return Section("readings", "采用的读法", tuple(grids))


def _ambiguities(case: Case) -> Grid:
    """Return what the plan leaves open, how it is read here, and how else it could be."""
    book, readings = case.book, case.run.params.readings
    rows = [
        {
            "id": one.reading_id,
            "title": one.title,
            "open": one.open,
            "reading": f"改用: {book.chosen(readings, one.reading_id).words}"
            if one.reading_id in readings.switched
            else one.reading,
            "alternatives": one.alternatives,
            "rules": "、".join(one.rules),
        }
        for one in book.ambiguities.values()
    ]
    return make_grid("口径", pd.DataFrame(rows))


def _by_default(case: Case) -> Grid:
    """Return what the default readings would have given, where that is something else."""
    names = case.names()
    rows = case.switched
    rows = rows.assign(
        rule=rows["rule_id"].map(rule_name),
        name=[names.get(code.partition(":")[0], code) for code in rows["subject"]],
        level_zh=rows["level"].map(LEVELS).fillna("其他"),
    )
    return make_grid(
        "默认口径对照", rows, title=f"改用口径: {'; '.join(chosen_readings(case))}。下列结果与默认口径不同"
    )


LEVELS = {"city": "市州", "county": "县区", "province": "全省", "org": "报送单位", "unit": "单位",
          "hazard": "隐患"}  # fmt: skip


def definitions_annex(case: Case) -> Section:
    """Return the definition of every indicator."""
    rows = pd.DataFrame(rulebook_rows("indicators"))
    told = [indicator_words(case, key) for key in rows["key"]]
    rows = rows.assign(numerator=[part for part, _ in told], denominator=[whole for _, whole in told])
    if "A1" in case.run.params.readings.switched:
        rows["note"] = rows["note"].mask(rows["key"] == "spot", "口径A1改用, 见“采用的读法”")
    words = Paragraph(
        "合计为分子之和除以分母之和, 不是各地比率的平均。百分比保留一位小数, 四舍五入; "
        "没有全部做到的不写作百分之百, 不为零的不写作零, 低于应达比例的不写作达到, 必要时多写小数位。"
        "分母为零写“—”, 分子为零照写零, 没有收到数据写“缺”。",
        "note",
    )
    return Section("definitions", "指标口径与计算说明", (words, make_grid("指标口径", rows)))


def pending_annex(case: Case) -> Section | None:
    """Return the clauses of the plan that this run does not judge, where there are such."""
    done = set(rule_titles()) & (set(case.run.params.rules) or set(rule_titles()))
    rows = pd.DataFrame(
        [
            {"rule": row["rule_id"], "clause": row["doc_section"], "text": _clause(row["text_cn"])}
            for row in rulebook_rows("rules")
            if row["rule_id"] not in done and row["primary_rule"] not in done
        ]
    )
    if rows.empty:
        return None
    note = Paragraph("下列条款本次没有选用, 没有判定, 不等于达到, 也不等于未达到。", "note")
    return Section("pending", "本次没有判定的条款", (note, make_grid("未判定条款", rows)))


def _count(results: pd.Series) -> dict[str, int]:
    counts = results.value_counts()
    named = {result: int(counts.get(result, 0)) for result in ("not_met", "not_assessable", "met")}
    return {**named, "other": len(results) - sum(named.values())}


def _clause(text: str) -> str:
    return "责任追究事项, 由有权机关决定, 本工具不判定" if LEFT_TO_PEOPLE in text else text
