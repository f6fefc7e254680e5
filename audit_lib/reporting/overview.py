"""The first screen: what an official looks at first, on one page, nothing methodical above it."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import COUNTED, VERDICT_RULE, clauses, definition, indicator_number, sides
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.judged import own_rules
from audit_lib.reporting.majors import KINDS, majors_words
from audit_lib.reporting.model import Block, Cards, Grid, Number, Paragraph, Part, Section, join_parts
from audit_lib.reporting.recheck import recheck_words
from audit_lib.reporting.sources import cut_short, left_out, silent_counties
from audit_lib.reporting.tables import print_day
from audit_lib.reporting.verdicts import proposals_table, verdict_rows
from audit_lib.reporting.weekly import bodies_table, change_grid
from audit_lib.reporting.words import VERDICTS, rule_name, shorten

CARDS = ("coverage", "self_check", "grid", "spot", "rectified", "rectified_due", "managed", "listed")
"""The rates that are read first; the three of rectification stand side by side under their own names."""

LEVEL_WORDS = {"city": "市级", "county": "县级"}


def overview_section(case: Case) -> Section:
    """Return the first screen of a province or a city; a county has a page of its own (`brief`)."""
    cards = _cards(case)
    whole = case.level == "province"
    judged, weekly = case.speaks(VERDICT_RULE), case.speaks("REP-02", "REP-03")
    parts: list[Part] = [
        own_verdict(case) if judged and not whole else ([], []),
        left_out_words(case),
        silent_words(case),
        _late(case) if weekly else ([], []),
        ([Cards(tuple(number.key for number in cards))], cards),
        ([_hazards(case)], []) if case.speaks("F6-02") else ([], []),
        _proposals(case) if judged else ([], []),
        majors_words(case) if case.speaks(*KINDS) else ([], []),
        ([Paragraph("省级核查", "heading")], []),
        recheck_words(case),
        unknown_words(case),
        ([replace(change_grid(case), where="page")], []) if weekly else ([], []),
    ]
    return join_parts("overview", "一页概览", parts)


def _cards(case: Case) -> list[Number]:
    """Return counts before rates: units due and checked, then the rates, each under its own name."""
    known = [key for key in CARDS if case.speaks(definition(key)["rule_id"] or "F6-02")]
    rates = [number for key in known if (number := indicator_number(case, key)) is not None]
    coverage = next((number for number in rates if number.key == "coverage"), None)
    if coverage is None:
        return rates
    due = Number("due", "应检单位", "count", coverage.of, "自报", unit="家", rows="各县区")
    inspected = Number("inspected", "已检单位", "count", coverage.value, "县检", unit="家", rows="各县区")
    return [due, inspected, *rates]


def _hazards(case: Case) -> Grid:
    """Return hazards by class: counts before rates, each rate under its own name."""
    table = pd.DataFrame(
        [
            {"grade": words, **sides(case, key)}
            for key, words in (
                ("rectified_general", "一般隐患"),
                ("rectified_major", "重大隐患"),
                ("rectified", "合计"),
            )
        ]
    )
    return make_grid("隐患分级", table)


def left_out_words(case: Case) -> Part:
    """Name the files that are not in the report, and those that a later file shortened or corrected."""
    blocks: list[Block] = []
    numbers: list[Number] = []
    for key, label, files, words, title in (
        ("files_out", "不在本报告内的文件", left_out(case),
         "有 {files_out} 个文件不在本报告内, 所涉地区的有关条款不作达到。", "未纳入的文件"),
        ("files_cut", "被后来的文件减少或更正的文件", cut_short(case),
         "有 {files_cut} 个文件被后来的文件减少了行或更正了个别行, 请核对减少的行。", "减少或更正的文件"),
    ):  # fmt: skip
        if len(files):
            numbers.append(Number(key, label, "count", len(files), "本报告", unit="个"))
            blocks += [Paragraph(words, "warning"), make_grid(title, files)]
    return blocks or [Paragraph("与本地区有关的文件均已读入。", "note")], numbers


def silent_words(case: Case) -> Part:
    """Name the counties that did not hand in a table: what they did not hand in is not done."""
    blocks: list[Block] = []
    numbers: list[Number] = []
    for (table, name), rows in silent_counties(case).groupby(["table", "table_zh"], sort=False):
        key = f"silent_{table}"
        numbers.append(Number(key, f"没有收到{name}的县区", "text", "、".join(rows["name"]), str(name)))
        blocks.append(Paragraph(f"没有收到{name}的县区: {{{key}}}。有关条款不作达到。"))
    return blocks, numbers


def _late(case: Case) -> Part:
    bodies = bodies_table(case)
    late = bodies[bodies["complete"] == "not_met"]
    if bodies.empty:
        return [], []
    if late.empty:
        return [Paragraph("周报没有缺报的单位。")], []
    said = "、".join(late["body"])
    number = Number("late_bodies", "周报有缺报的单位", "text", said, "周报登记")
    return [Paragraph("周报有缺报的单位: {late_bodies}。")], [number]


def _proposals(case: Case) -> Part:
    table = proposals_table(case)
    judged = len({*case.cities["code"], *case.counties["code"]})
    numbers = [
        Number("areas", "判定地区", "count", judged, "本报告", unit="个"),
        Number(
            "proposed",
            "建议列为未按期完成任务地区",
            "count",
            table["area"].nunique(),
            "本报告",
            unit="个",
            rows="建议名单",
        ),
    ]
    some = "{areas} 个地区中, 建议列为未按期完成任务地区(待核定)的有 {proposed} 个。"
    none = "{areas} 个地区中, 没有建议列为未按期完成任务地区的。"
    words = Paragraph(some if len(table) else none, "lead")
    grid = make_grid("建议名单 概览", table, folded=len(table) > FOLDED)
    by_clause = [_short_clauses(case, table)] if grid.folded else []
    return [words, *by_clause, grid] if len(table) else [words], numbers


FOLDED = 6
"""Rows above which the first screen folds a list, so that it stays one page."""


def _short_clauses(case: Case, proposals: pd.DataFrame) -> Grid:
    """Return the clauses of the areas proposed, each with who falls short of it and by how much.

    Of counties and their cities, which add them up, the counties are named.
    """
    parts = [
        {"level": row.level, "name": row.name, "rule": part.partition(":")[0], "gap": part.partition(":")[2]}
        for row in proposals.itertuples(index=False)
        for part in str(row.missing).split(";")
        if ":" in part
    ]
    short = pd.DataFrame(parts, columns=["level", "name", "rule", "gap"])
    rows = []
    for rule in clauses(case):
        mine = short[short["rule"] == rule]
        named = mine[mine["level"] == "county"] if "county" in set(mine["level"]) else mine
        said = shorten([f"{name} {gap}" for name, gap in zip(named["name"], named["gap"], strict=True)])
        counts = {level: int((mine["level"] == level).sum()) for level in ("city", "county")}
        rows += [{"rule": rule_name(rule), "unit": COUNTED[rule][0], "areas": said, **counts}] if said else []
    return make_grid("未达到的条款", pd.DataFrame(rows))


def own_verdict(case: Case) -> Part:
    """Return the proposal for the area itself, before anything else is said of it."""
    rows = verdict_rows(case)
    blocks: list[Block] = []
    numbers: list[Number] = []
    end = case.run.params.window.end
    if case.as_of > end:
        blocks.append(Paragraph(f"结论按{print_day(end)}24时的状态作出, 此后的整改见各条款。", "note"))
    for row in rows[rows["area"] == case.code].astype("str").to_dict("records"):
        head = f"{LEVEL_WORDS[row['level']]}结论: " if case.own_city else "结论: "
        blocks.append(Paragraph(head + VERDICTS[row["result"]], f"verdict {row['result'].replace('_', '-')}"))
        parts = (("not_met", "未达到", "clauses"), ("owes", "还差", "owes"), ("open", "无法判定", "open"))
        said = [
            Number(f"own_{row['level']}_{key}", name, "text", row[column], "本报告")
            for key, name, column in parts
            if row[column]
        ]
        numbers += said
        blocks += [Paragraph("".join(f"{one.label}: {{{one.key}}}。" for one in said))] if said else []
    return blocks, numbers


def unknown_words(case: Case) -> Part:
    """Return what nobody could judge: of a long list the clauses in a sentence, and the list folded."""
    grids = unknown_grids(case)
    if not grids[0].folded:
        return [*grids], []
    named = "、".join(grids[0].rows["rule"]).split("、")
    numbers = [
        Number("unknown", "无法判定的事项", "count", len(named), "本报告", unit="项", rows="无法判定"),
        Number("unknown_rules", "无法判定的条款", "text", "; ".join(named), "本报告"),
    ]
    said = "无法判定的事项 {unknown} 项(不作达到, 也不作未达到): {unknown_rules}。"
    return [Paragraph("无法判定", "heading"), Paragraph(said), *grids], numbers


def unknown_grids(case: Case) -> list[Grid]:
    """Return what nobody could judge and why: on the page a row for what is alike, in the workbook all."""
    rules = own_rules(case)
    areas = rules["level"].isin(["city", "county", "org", "province"])
    derived = rules["rule_id"] == VERDICT_RULE
    rows = rules[(rules["result"] == "not_assessable") & areas & ~derived]
    names = case.names()
    rows = rows.assign(
        rule=rows["rule_id"].map(rule_name),
        name=[names.get(code, code) for code in rows["subject"]],
        reason=rows["reason"].fillna(""),
    )
    rows = rows.assign(why=rows["reason"].map(_without_counts))
    # What only waits for a person's answer is one thing to do, whatever its clauses.
    waits = rows["why"] == WAITS
    asked = "、".join(dict.fromkeys(rows.loc[waits, "rule_id"]))
    told = rows.assign(
        rule=rows["rule"].mask(waits, f"人工判定事项({asked})"),
        _rule=rows["_rule"].mask(waits, rows["_rule"].max() + 1),
    )
    table = told.groupby(["_rule", "rule"]).agg(
        areas=("subject", "nunique"),
        name=("name", lambda told: shorten(list(dict.fromkeys(told)))),
        why=("why", lambda told: "; ".join(dict.fromkeys(told))),
    )
    # Clauses that the same areas lack for the same reason stand in one row.
    alike = table.reset_index().groupby(["areas", "name", "why"], sort=False)["rule"].agg("、".join)
    folded = len(table) > FOLDED
    return [
        make_grid("无法判定 概览", alike.reset_index(), folded=folded),
        make_grid("无法判定", rows.reset_index(drop=True)),
    ]


WAITS = "待人工判定"
"""The reason of what only a person can say and nobody has said yet."""


def _without_counts(reason: str) -> str:
    """Return a reason without its counts, so that the same reason of many areas is said once.

    >>> _without_counts("12 家的记录不全, 无法判定; 有专家参加的 0/8 次")
    '记录不全, 无法判定'
    """
    return re.sub(r"\d+ \S的", "", reason.partition(";")[0])
