"""The first two parts of the report: the whole in numbers, and who has reached what."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import (
    VERDICT_RULE,
    clauses,
    definition,
    indicator_number,
    indicator_words,
    rule_rows,
    spot_rate,
)
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Block, Grid, Number, Paragraph, Part, Section, unite
from audit_lib.reporting.overview import unknown_grids
from audit_lib.reporting.pictures import hazard_ages, hazard_flow
from audit_lib.reporting.recheck import recheck_words
from audit_lib.reporting.tables import Column, Kind
from audit_lib.reporting.verdicts import verdict_rows
from audit_lib.reporting.words import VERDICTS, order, rule_name, shorten, until

SAID = (
    ("coverage", "self_check", "grid", "pass"),
    ("rectified", "rectified_general", "rectified_major", "rectified_due", "managed", "overdue"),
    ("listed", "five_in_place", "signed", "funds"),
    ("spot", "spot_pass", "missed", "agreement"),
    ("reports", "drill"),
)
"""The indicators of each sentence of the first part, counts before rates."""

UNITS = {"hazards": "处", "reporters": "期", "county_checks": "次"}
"""What an indicator counts, by the first table it needs; units of supervision otherwise."""

LONGEST_NAME = 31
"""Characters of the name of a sheet."""


def summary_section(case: Case) -> Section:
    """Return the first part: numbers, each with its two counts, its name and its source."""
    lead = (
        f"依据工作方案, 对{{place}}{until(case.as_of)}的名录、县检、市抽检、台账、周报等资料逐条判定。"
        "除注明的以外, 各数为各地报送数的合计(初步统计); 来源分自报、县检、市抽检、省核查。"
    )
    blocks: list[Block] = [Paragraph(lead)]
    # A name may hold digits, and prose types none.
    numbers: list[Number] = [Number("place", "地区", "text", case.name, "区划")]
    for keys in SAID:
        said: list[str] = []
        before = ""
        for key in keys:
            words, figures = _rate(case, key, before)
            numbers += figures
            said += [words] if words else []
            before = figures[0].label if figures else before
        blocks += [Paragraph("; ".join(said) + "。")] if said else []
    if case.level != "county":
        sentences, found = recheck_words(case)
        numbers += found
        blocks += sentences
    else:
        blocks += unknown_grids(case)
    if case.speaks("F6-02") and case.level != "county":
        blocks += [*hazard_flow(case), *hazard_ages(case)]
    return Section("summary", "总体情况", tuple(blocks), unite(numbers))


def reached_section(case: Case) -> Section:
    """Return the second part: which areas reached which clause, by the data alone."""
    rows = [row for rule in clauses(case) if (row := _reached(case, rule))["areas"]]
    table = pd.DataFrame(rows, columns=["clause", "level", "met", "areas", "names"])
    blocks, numbers = _all_reached(case)
    note = Paragraph(
        "只列数据能说明的成效; 做法和经验由各地总结材料补充。达到的地区按标准顺序, 不作排名。", "note"
    )
    grid = make_grid("达到情况", table)
    return Section("reached", "主要做法和成效", (*blocks, grid, note), tuple(numbers))


def indicator_grids(case: Case) -> list[Grid]:
    """Return each indicator of the first part by area: the counts that its totals are the sums of."""
    areas = case.cities if case.level == "province" else case.counties
    names = dict(zip(areas["code"], areas["name"], strict=True))
    place = order(case)
    grids = []
    for key in dict.fromkeys(key for keys in SAID for key in keys):
        row = definition(key)
        part, whole = indicator_words(case, key)
        rows = case.indicators[(case.indicators["indicator"] == key) & case.indicators["area"].isin(names)]
        if (row["rule_id"] and not case.speaks(row["rule_id"])) or rows["denominator"].fillna(0).sum() == 0:
            continue
        table = rows.assign(name=rows["area"].map(names), place=rows["area"].map(place)).sort_values("place")
        kind: Kind = "money" if key == "funds" else "count"
        columns = (
            Column("name", "地区"),
            Column("denominator", _label(whole), kind),
            Column("numerator", _label(part), kind),
            Column("numerator", row["zh"], "share", "denominator", spot_rate()),
        )
        grids.append(Grid(_sheet(key), f"{row['zh']}(来源: {row['source']})", columns, table, folded=True))
    return grids


def _sheet(key: str) -> str:
    return f"指标 {definition(key)['zh']}"[:LONGEST_NAME]


def _label(words: str) -> str:
    return words.replace("(分)", "(万元)")


def _rate(case: Case, key: str, before: str) -> tuple[str, list[Number]]:
    """Return an indicator as words, counts first: 应检单位 12 家, 其中已检 11 家, 覆盖率 91.7%(县检).

    Of what the words just before were a share of, the count is not said again.
    """
    number = indicator_number(case, key)
    if number is None or number.of is None:
        return "", []
    row = definition(key)
    unit = UNITS.get(row["needs"].split("|")[0], "家")
    kind: Kind = "money" if key == "funds" else "count"
    unit = "万元" if key == "funds" else unit
    label = [words.removesuffix("(分)") for words in indicator_words(case, key)]
    part, whole = (
        Number(f"{key}_{side}", words, kind, value, number.source, unit=unit, rows=_sheet(key))
        for side, words, value in (("part", label[0], number.value), ("whole", label[1], number.of))
    )
    of = "" if label[1] == before else f"{label[1]} {{{whole.key}}} {unit}, 其中"
    words = f"{of}{label[0]} {{{part.key}}} {unit}, {number.label} {{{key}}}({number.source})"
    return words, [whole, part, number]


def _reached(case: Case, rule: str) -> dict[str, object]:
    level = "city" if rule == "R-05" else "county"
    rows = rule_rows(case, rule, level).reset_index()
    rows = rows[rows["subject"].isin(case.codes) & ~rows["result"].isin(["not_applicable", "not_due"])]
    met = rows.loc[rows["result"] == "met", "subject"]
    return {
        "clause": rule_name(rule),
        "level": "市州" if level == "city" else "县区",
        "met": len(met),
        "areas": len(rows),
        "names": names_of(case, met),
    }


def _all_reached(case: Case) -> Part:
    """Name the areas whose clauses were all met: a proposal too, until people decide."""
    if not case.speaks(VERDICT_RULE) or case.level == "county":
        return [], []
    rows = verdict_rows(case)
    rows = rows[rows["result"] == "met"]
    blocks: list[Block] = []
    numbers = []
    for level, words in (("city", "市州"), ("county", "县区"))[case.level != "province" :]:
        there = rows.loc[rows["level"] == level, "area"]
        numbers.append(
            Number(
                f"reached_{level}", f"{words}: {VERDICTS['met']}", "count", len(there), "本报告", unit="个"
            )
        )
        said = f"适用的核心条款均达到(待核定)的{words} {{reached_{level}}} 个"
        if len(there):
            numbers.append(Number(f"names_reached_{level}", words, "text", names_of(case, there), "本报告"))
            said += f": {{names_reached_{level}}}"
        blocks.append(Paragraph(said + "。"))
    return blocks, numbers


def names_of(case: Case, codes: Iterable[str]) -> str:
    """Return names of areas in standard order; of many only the first, and how many there are."""
    wanted = set(codes)
    return shorten([name for code, name in case.names().items() if code in wanted])
