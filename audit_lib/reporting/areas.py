"""Tables by area: how far each city and each county came on the clauses of the verdict."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd

from audit_lib.reporting import figures
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import COUNTED, VERDICT_RULE, area_table, clauses, limit_of, printed_shares
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Grid, Number, Paragraph, Picture, Section
from audit_lib.reporting.pictures import coverage_map
from audit_lib.reporting.tables import UNDEFINED, Column
from audit_lib.reporting.verdicts import verdict_rows
from audit_lib.reporting.words import name_each, rule_titles

TITLES = {
    "R-03": ("应检", "已检", "县检覆盖率"),
    "R-05": ("县检合格", "已抽", "市级抽检率"),
    "F4-02": ("应覆盖", "已覆盖", "网格覆盖率"),
    "P2-03": ("应自查", "已自查", "单位自查率"),
    "F6-02": ("隐患", "已闭环管控", "闭环管控率"),
    "F3-02": ("应挂牌", "已挂牌", "挂牌督办率"),
}


def cities_section(case: Case) -> Section:
    """Return the table of the cities, with the picture of their coverage."""
    table = with_verdicts(case, area_table(case, case.cities, "city", clauses(case)), "city")
    grid = _grid(case, "各市州", table, clauses(case))
    pictures = [*coverage_map(case), *_coverage(case, table, "各市州县检覆盖率")]
    return Section("cities", "各市州完成情况", (_legend(), *pictures, grid, *ranking(case, table)))


def ranking(case: Case, table: pd.DataFrame) -> list[Grid]:
    """Return the areas ranked by county inspection, the one indicator that counts every unit.

    Ties share a rank; what is not assessable has none. Never by a sample, never by hazards found:
    the one is chance, the other would punish who looks.
    """
    if not case.speaks("R-03"):
        return []
    part, whole = (table[f"R-03_{side}"].astype("Int64") for side in ("part", "whole"))
    shares = [
        Fraction(int(one), int(of)) if pd.notna(one) and pd.notna(of) and of else None
        for one, of in zip(part, whole, strict=True)
    ]
    known = [share for share in shares if share is not None]
    ranks = [
        UNDEFINED if share is None else str(1 + sum(other > share for other in known)) for share in shares
    ]
    # Equal ranks stay in the standard order, which the table comes in.
    last = len(ranks) + 1
    rows = table.assign(rank=ranks, place=[last if rank == UNDEFINED else int(rank) for rank in ranks])
    return [make_grid("覆盖率位次", rows.sort_values("place", kind="stable"))]


def unmet_section(case: Case) -> Section:
    """Return the counties proposed, each with its clauses and what is wanting, then all counties."""
    rows = verdict_rows(case)
    rows = rows[(rows["level"] == "county") & (rows["result"] == "not_met")]
    table = rows.assign(city=rows["area"].map(_city_names(case)))
    grid = make_grid("县级未达标", table)
    whole = counties_section(case)
    return Section(
        "counties", "县级未达标清单", (grid, Paragraph("各县(市、区)完成情况", "heading"), *whole.blocks)
    )


def counties_section(case: Case) -> Section:
    """Return the table of the counties in standard order."""
    rules = tuple(rule for rule in clauses(case) if rule != "R-05")
    table = with_verdicts(case, area_table(case, case.counties, "county", rules), "county")
    table.insert(0, "city", table["code"].map(_city_names(case)))
    grid = _grid(case, "各县区", table, rules, first=(Column("city", "市州"),))
    pictures = _coverage(case, table, "各县(市、区)县检覆盖率") if case.level == "city" else []
    intro = Paragraph("市级抽检按市判定, 不在本表; 各县被抽单位数见“市级抽检”。", "note")
    return Section("counties", "各县(市、区)完成情况", (_legend(), intro, *pictures, grid))


def with_verdicts(case: Case, table: pd.DataFrame, level: str) -> pd.DataFrame:
    """Return the table with the verdict on each area."""
    verdicts = case.verdicts[case.verdicts["level"] == level].set_index("area")["result"]
    return table.assign(verdict=table["code"].map(verdicts).fillna("not_applicable"))


def _grid(
    case: Case, name: str, table: pd.DataFrame, rules: tuple[str, ...], first: tuple[Column, ...] = ()
) -> Grid:
    verdict = [Column("verdict", "结论", "result")] if case.speaks(VERDICT_RULE) else []
    columns = [Column("name", "地区"), *first, *verdict]
    for rule in rules:
        part, whole = f"{rule}_part", f"{rule}_whole"
        of, done, rate = TITLES[rule]
        columns += [
            Column(whole, of, "count", group=rate),
            Column(part, done, "count", group=rate),
            Column(part, "比例", "share", whole, limit_of(rule), f"{rule}_result", rate, rows=f"依据 {rule}"),
        ]
    sources = "、".join(f"{rule_titles()[rule]}({COUNTED[rule][1]})" for rule in rules)
    note = f"按标准顺序排列, 不作排名。数字来源: {sources}。“—”为没有适用对象, “缺”为没有收到数据。"
    return Grid(name, "", tuple(columns), table, note)


def _legend() -> Paragraph:
    return Paragraph("● 达到　▲ 未达到　◇ 无法判定(缺资料, 不作达到)　－ 不适用　○ 未到期", "note")


def _coverage(case: Case, table: pd.DataFrame, title: str) -> list[Picture]:
    if not case.speaks("R-03"):
        return []
    shares = printed_shares(table, "R-03")
    label = "已检单位占应检单位的百分比(虚线为 100%; 横轴不从零开始)"
    png = figures.share_dots(shares, target=1, label=label)
    said = name_each(shares["name"], shares["words"])
    number = Number("coverage_by_area", title, "text", said, "县检")
    told = f"{title}, 目标是全部。{{coverage_by_area}}"
    return [Picture("coverage", f"图: {title}(来源: 县检)", png, told, (number,))]


def _city_names(case: Case) -> dict[str, str]:
    names = case.names()
    return {code: names[city] for code, city in zip(case.areas["code"], case.areas["city"], strict=True)}
