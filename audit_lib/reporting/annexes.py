"""What stands behind the figures: other readings, readings used, definitions, clauses left open."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case, once
from audit_lib.reporting.facts import indicator_words, missing_words
from audit_lib.reporting.model import Grid, Paragraph, Section
from audit_lib.reporting.tables import Column
from audit_lib.reporting.words import (
    LEFT_TO_PEOPLE,
    VERDICTS,
    chosen_readings,
    order,
    rule_name,
    rule_names,
    rule_titles,
)
from audit_lib.schemas import rulebook_rows

READINGS = {
    "result": "严格读法: 六条都须达到",
    "result_within_1pct": "缺口不超过 1% 的逐一说明后不计",
    "result_core": "仅核心条款",
}


def readings_annex(case: Case) -> Section:
    """Return how many areas fall under each reading of the verdict, and which."""
    rows = case.verdicts[
        case.verdicts["area"].isin(case.codes) & case.verdicts["level"].isin(["city", "county"])
    ]
    counts = pd.DataFrame(
        [
            {"reading": words, "level": level_zh, **_count(rows[rows["level"] == level][column])}
            for column, words in READINGS.items()
            for level, level_zh in (("city", "市州"), ("county", "县(市、区)"))
        ]
    )
    columns = (
        Column("reading", "读法"),
        Column("level", "层级"),
        Column("not_met", "▲ 建议列为未按期完成", "count"),
        Column("not_assessable", "◇ 无法判定", "count"),
        Column("met", "● 达到", "count"),
        Column("other", "其他", "count"),
    )
    differing = rows[
        (rows["result"] == "not_met")
        | (rows["result_within_1pct"] == "not_met")
        | (rows["result_core"] == "not_met")
    ]
    differing = differing.assign(
        name=differing["area"].map(case.names()),
        place=differing["area"].map(order(case)),
        level_zh=differing["level"].map({"city": "市州", "county": "县区"}),
        owes=differing["missing"].fillna("").map(missing_words),
    ).sort_values(["place", "level"], ignore_index=True)
    detail = (
        Column("name", "地区"),
        Column("level_zh", "层级"),
        Column("result", "严格", "result"),
        Column("result_within_1pct", "缺口不超过百分之一", "result"),
        Column("result_core", "仅核心", "result"),
        Column("owes", "还差"),
    )
    return Section(
        "by-reading",
        "结论随读法的变化",
        (
            Paragraph(
                "工作方案没有写明“按期完成任务”的标准。按字面须全部做到, 有一家单位没有自查, "
                "全县就要重新开展, 因此并列三种读法下各有多少地区, 由有权机关选定。"
            ),
            Grid("读法与结论", "各读法下的地区数", columns, counts),
            Grid("读法与地区", "逐一列出", detail, differing, folded=True),
        ),
    )


def rules_annex(case: Case) -> Section:
    """Return the readings that the rules were judged by."""
    rows = pd.DataFrame([row for row in rulebook_rows("readings") if case.speaks(row["rule_id"])])
    texts = {row["rule_id"]: _clause(row["text_cn"]) for row in rulebook_rows("rules")}
    rows = rows.assign(rule=rows["rule_id"].map(rule_name), text=rows["rule_id"].map(texts))
    columns = (
        Column("rule", "规则"),
        Column("text", "工作方案"),
        Column("reading", "采用的读法"),
        Column("source", "出处"),
    )
    grids = [Grid("采用的读法", "", columns, rows)]
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
    columns = (
        Column("id", "口径"),
        Column("title", "事项"),
        Column("open", "工作方案没有写明的"),
        Column("reading", "本报告采用"),
        Column("alternatives", "其他读法"),
        Column("rules", "涉及规则"),
    )
    return Grid("口径", "工作方案没有写明、需要选定的口径", columns, pd.DataFrame(rows), folded=True)


def _by_default(case: Case) -> Grid:
    """Return what the default readings would have given, where that is something else."""
    names = case.names()
    rows = case.switched
    rows = rows.assign(
        rule=rows["rule_id"].map(rule_name),
        name=[names.get(code.partition(":")[0], code) for code in rows["subject"]],
        level_zh=rows["level"].map(LEVELS).fillna("其他"),
    )
    columns = (
        Column("rule", "规则"),
        Column("level_zh", "层级"),
        Column("name", "地区或对象"),
        Column("result", "判定", "result", group="本报告的口径"),
        Column("numerator", "分子", "count", group="本报告的口径"),
        Column("denominator", "分母", "count", group="本报告的口径"),
        Column("result_default", "判定", "result", group="默认口径"),
        Column("numerator_default", "分子", "count", group="默认口径"),
        Column("denominator_default", "分母", "count", group="默认口径"),
    )
    return Grid(
        "默认口径对照",
        f"改用口径: {'; '.join(chosen_readings(case))}。下列结果与默认口径不同",
        columns,
        rows,
        empty="结果与默认口径相同。",
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
    columns = (
        Column("zh", "指标"),
        Column("numerator", "分子"),
        Column("denominator", "分母"),
        Column("source", "来源"),
        Column("note", "说明"),
    )
    words = Paragraph(
        "合计为分子之和除以分母之和, 不是各地比率的平均。百分比保留一位小数, 四舍五入; "
        "没有全部做到的不写作百分之百, 不为零的不写作零, 低于应达比例的不写作达到, 必要时多写小数位。"
        "分母为零写“—”, 分子为零照写零, 没有收到数据写“缺”。",
        "note",
    )
    return Section("definitions", "指标口径与计算说明", (words, Grid("指标口径", "", columns, rows)))


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
    columns = (Column("rule", "规则"), Column("clause", "工作方案章节"), Column("text", "内容"))
    note = Paragraph("下列条款本次没有选用, 没有判定, 不等于达到, 也不等于未达到。", "note")
    return Section(
        "pending", "本次没有判定的条款", (note, Grid("未判定条款", "", columns, rows, folded=True))
    )


@once
def proposals_table(case: Case) -> pd.DataFrame:
    """Return the areas proposed, with clause and what is missing, in standard order.

    A county that is its own city stands once, as the city that it is: every clause that holds for
    it as a county holds for it as a city too.
    """
    rows = case.verdicts[
        (case.verdicts["result"] == "not_met")
        & case.verdicts["level"].isin(["city", "county"])
        & case.verdicts["area"].isin(case.codes)
    ]
    own = set(case.areas.loc[case.areas["kind"] == "own_city", "code"])
    twice = rows["area"].isin(own & set(rows.loc[rows["level"] == "city", "area"])) & (
        rows["level"] == "county"
    )
    rows = rows[~twice]
    return rows.assign(
        name=rows["area"].map(case.names()),
        place=rows["area"].map(order(case)),
        level_zh=rows["level"]
        .map({"city": "市州", "county": "县区"})
        .mask(rows["area"].isin(own), "市州、县区"),
        clauses=rows["rules_not_met"].fillna("").map(rule_names),
        owes=rows["missing"].fillna("").map(missing_words),
        open=rows["rules_not_assessable"].fillna("").map(rule_names),
        proposal=VERDICTS["not_met"],
    ).sort_values(["place", "level"], ignore_index=True)


def _count(results: pd.Series) -> dict[str, int]:
    counts = results.value_counts()
    named = {result: int(counts.get(result, 0)) for result in ("not_met", "not_assessable", "met")}
    return {**named, "other": len(results) - sum(named.values())}


def _clause(text: str) -> str:
    return "责任追究事项, 由有权机关决定, 本工具不判定" if LEFT_TO_PEOPLE in text else text
