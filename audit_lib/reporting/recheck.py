"""The province's own re-check: who drew, n of N, who was not inspected, and what it shows."""

from __future__ import annotations

from typing import Any

import pandas as pd

from audit_lib.compliance.estimates import FUNNEL, POSITIONS
from audit_lib.field import held_visits
from audit_lib.reporting import figures
from audit_lib.reporting.case import Case, once
from audit_lib.reporting.draws import DrawnCase
from audit_lib.reporting.facts import confidence_number
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Block, Grid, Number, Paragraph, Part, Picture, Section
from audit_lib.reporting.tables import print_day, print_estimate
from audit_lib.reporting.words import NOT_NONE, order
from audit_lib.sampling.reveal import read_draw

RECHECK = "recheck_failed"
"""The indicator of the estimates: units that the county passed and the re-check did not."""

WHAT = {
    "recheck_failed": "县检合格复查不合格",
    "recheck_already_so": "其中县检时已存在",
    "recheck_failed_best": "复查不合格(未能检查的按合格)",
    "recheck_failed_worst": "复查不合格(未能检查的按不合格)",
    "recheck_failed_original": "复查不合格(原样本, 不计替补)",
    "recheck_failed_best_original": "复查不合格(原样本, 未能检查的按合格)",
    "recheck_failed_worst_original": "复查不合格(原样本, 未能检查的按不合格)",
    "unannounced_failed": "暗访不合格",
    "unannounced_failed_best": "暗访不合格(未能检查的按合格)",
    "unannounced_failed_worst": "暗访不合格(未能检查的按不合格)",
    "unannounced_already_so": "暗访: 其中县检时已存在",
}
"""What each estimate is about."""

METHODS = {
    "korn-graubard": "Korn-Graubard 区间",
    "exact": "精确界",
    "census": "全部检查",
    "pareto-t": "Pareto 抽样 t 区间",
}

INSPECTED = "已检查"
NOBODY = "没有可以推算的省级复查: 抽样尚未进行, 或核查结果尚未收到。"


def recheck_section(case: Case) -> Section:
    """Return the sentence, the interval of each city and those who were not inspected."""
    blocks, numbers = recheck_words(case)
    drawn = _draw(case)
    if numbers and drawn:
        blocks = [*blocks, *_intervals(case, drawn), *_estimates(case, drawn), *_funnel(case, drawn)]
        blocks += [_not_inspected(case, drawn)]
    return Section("recheck", "省级核查", tuple(blocks), tuple(numbers))


def recheck_words(case: Case) -> Part:
    """Return the re-check in one sentence with n and y, and the numbers it refers to."""
    drawn = _draw(case)
    rows = _rows(case, drawn, RECHECK) if drawn else case.estimates.head(0)
    rows = rows[rows["area"] == case.code]
    if drawn is None or rows.empty:
        return [Paragraph(NOBODY, "note")], []
    row = rows.iloc[0]
    return [Paragraph(_sentence(drawn, row)), *_projected(row)], _numbers(case, drawn, row)


def _draw(case: Case) -> DrawnCase | None:
    return next((draw for draw in case.draws if draw.plan.purpose == "recheck" and draw.certificate), None)


def _rows(case: Case, drawn: DrawnCase, indicator: str) -> pd.DataFrame:
    """Return the estimates of one indicator; with several re-checks it carries the draw's name."""
    return case.estimates[case.estimates["indicator"].isin([indicator, f"{indicator}@{drawn.name}"])]


def _numbers(case: Case, drawn: DrawnCase, row: pd.Series[Any]) -> list[Number]:
    places = _places(case)
    inspected = int(places["conclusion"].notna().sum())
    field, made = "省核查", "省核查, 推算"
    return [
        Number("recheck_N", "县检合格单位(抽样框)", "count", int(row["N"]), "县检", unit="家"),
        Number("recheck_n", "随机抽取", "count", int(row["n"]), field, unit="家"),
        Number("recheck_seen", "到访检查", "count", inspected, field, unit="家"),
        Number("recheck_missed", "未能检查", "count", len(places) - inspected, field, unit="家"),
        Number("recheck_y", "县检合格复查不合格", "count", int(row["y"]), field, unit="家"),
        Number("recheck_share", "推算不合格比例", "estimate", _or_none(row["value"]), made),
        Number("recheck_lower", "区间下限", "estimate", _or_none(row["lower"]), made),
        Number("recheck_upper", "区间上限", "estimate", _or_none(row["upper"]), made),
        Number("recheck_bound", "不合格单位上限", "count", _or_none(row["bound_count"]), made, unit="家"),
        confidence_number(case),
    ]


def _sentence(drawn: DrawnCase, row: pd.Series[Any]) -> str:
    found = "县检合格复查不合格 {recheck_y} 家"
    if int(row["y"]) == 0:
        found += ", 即样本中没有发现"
    return (
        f"省级按事先公布的方案随机抽取, 抽样框为{print_day(drawn.choice.cutoff)}的县检合格单位: "
        "{recheck_N} 家中抽取 {recheck_n} 家, 到访检查 {recheck_seen} 家(含替补), 未检 {recheck_missed} 家; "
        + found
        + f"。{NOT_NONE}。"
    )


def _projected(row: pd.Series[Any]) -> list[Block]:
    if pd.isna(row["upper"]):
        return []
    text = "推算: 不合格比例约 {recheck_share}, {confidence} 区间 {recheck_lower} 至 {recheck_upper}"
    if pd.notna(row["bound_count"]):
        text += "; 不合格单位至多 {recheck_bound} 家"
        text += "(精确上限, 把握程度 {confidence}, 拒绝检查和未找到的按不合格计)"
    return [Paragraph(text + "。")]


def _estimates(case: Case, drawn: DrawnCase) -> list[Grid]:
    rows = case.estimates[case.estimates["area"].isin(case.codes)]
    rows = rows.assign(
        name=rows["area"].map(case.names()),
        place=rows["area"].map(order(case)),
        what=rows["indicator"].map(_what),
        how=rows["method"].map(_method),
    ).sort_values(["indicator", "place"], ignore_index=True)
    rows = rows[~rows["indicator"].str.startswith(FUNNEL)]
    main = rows["indicator"].isin(set(_rows(case, drawn, RECHECK)["indicator"]))
    return [make_grid("省级核查推算", rows[main]), make_grid("其他推算", rows[~main])]


def _intervals(case: Case, drawn: DrawnCase) -> list[Block]:
    if case.level != "province":
        return []
    rows = _rows(case, drawn, RECHECK).set_index("area")
    shown = case.cities[case.cities["code"].isin(rows.index)]
    rows = rows.reindex(shown["code"])
    rows = rows[rows["upper"].notna()]
    if rows.empty:
        return []
    names = [
        f"{case.names()[code]}({row.y}/{row.n})"
        for code, row in zip(rows.index, rows.itertuples(), strict=True)
    ]
    limit = case.run.params.estimates.limit
    line = "" if limit is None else f", 虚线为判定限 {print_estimate(limit)}"
    png = figures.range_dots(
        names,
        rows["value"].tolist(),
        rows["lower"].tolist(),
        rows["upper"].tolist(),
        limit=limit,
        label=f"推算不合格比例(%), 点为估计值, 横条为 95% 区间{line}",
    )
    words = "各市州推算不合格比例的区间, 数字见下表。标准顺序, 不作排名。"
    return [
        Picture(
            "intervals", "图: 各市州复查不合格比例的区间(括号内为不合格/已检查; 来源: 省核查)", png, words
        )
    ]


def _funnel(case: Case, drawn: DrawnCase) -> list[Block]:
    """Return the cities held against all others: a funnel from few visits to many, and its numbers."""
    rows = _rows(case, drawn, FUNNEL)
    if case.level != "province" or rows.empty:
        return []
    rows = rows.assign(name=rows["area"].map(case.names()), place=rows["area"].map(order(case)))
    shown = rows.sort_values(["n", "place"])
    outside = shown[shown["method"].isin([POSITIONS["above"], POSITIONS["below"]])]
    numbers = (
        Number("outside", "随机波动范围以外的市州", "text", "、".join(outside["name"]) or "无", "省核查"),
        confidence_number(case),
    )
    png = figures.range_dots(
        [f"{row.name}({row.y}/{row.n})" for row in shown[["name", "y", "n"]].itertuples(index=False)],
        (shown["y"] / shown["n"]).tolist(),
        shown["lower"].tolist(),
        shown["upper"].tolist(),
        limit=None,
        label="不合格比例(%): 点为本市州, 短竖线为其余市州, 横条为随机波动的范围",
        expected=shown["value"].tolist(),
        outside=shown.index.isin(outside.index).tolist(),
    )
    title = (
        "图: 各市州复查结果与其余市州相比(检查家数由少到多, 不是排名; 括号内为不合格/已检查; 来源: 省核查)"
    )
    words = f"范围以外的: {{outside}}。{WITHIN}"
    note = (
        "范围: 按其余市州的比例, 随机抽查同样多的单位可能查出的(精确算法, 全部市州联合 {confidence})。"
        + WITHIN
    )
    grid = make_grid("与其余市州相比", rows.sort_values("place"), note=note, numbers=numbers)
    return [Picture("funnel", title, png, words, numbers), grid]


WITHIN = "范围以内不说明合格: 检查的家数少, 范围就宽。"


def _not_inspected(case: Case, drawn: DrawnCase) -> Grid:
    places = _places(case)
    rows = places[places["conclusion"].isna()].sort_values("unit_id")
    why = rows["outcome"].mask(rows["outcome"] == INSPECTED, "没有写明结论").fillna("没有可用的到访记录")
    listed = drawn.frame.set_index("unit_id")
    rows = rows.assign(
        area=rows["unit_id"].map(listed["county"]).map(case.names()),
        unit_name=rows["unit_id"].map(listed["unit_name"]),
        outcome=why,
    )
    return make_grid("抽中未检", rows)


@once
def _places(case: Case) -> pd.DataFrame:
    """Return the places of the sample inside the area of the report, as the estimate reads them."""
    drawn = _draw(case)
    if drawn is None:
        raise LookupError(NOBODY)
    visits = case.tables["province_checks"]
    places = held_visits(
        visits[~(visits["date"] > pd.Timestamp(case.as_of))],
        read_draw(drawn.folder),
        draw=drawn.name,
        since=pd.Timestamp(drawn.choice.cutoff),
        own_fault=case.book.words("own_fault"),
    )
    frame = drawn.frame
    if case.level != "province":
        frame = frame[frame["city" if case.level == "city" or case.own_city else "county"] == case.code]
    return places[places["unit_id"].isin(frame["unit_id"])]


def _what(indicator: str) -> str:
    return WHAT.get(indicator.partition("@")[0], indicator)


def _method(words: str) -> str:
    name, _, rest = words.partition(";")
    return METHODS.get(name, name) + (f";{rest}" if rest else "")


def _or_none(value: float) -> float | None:
    return None if pd.isna(value) else value
