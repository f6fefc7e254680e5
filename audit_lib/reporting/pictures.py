"""Which figures a report shows of its area, each with its caption and words for those who cannot see it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from audit_lib.reporting import figures
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import rule_rows, sides
from audit_lib.reporting.model import Number, Picture
from audit_lib.reporting.tables import print_day, print_share
from audit_lib.reporting.tiles import FEWEST_TILES, Tile, short_name, tile_map, tile_places


def coverage_map(case: Case) -> list[Picture]:
    """Return the coverage of the counties as a map of tiles; nothing below a province."""
    if case.level != "province" or not case.speaks("R-03") or len(case.counties) < FEWEST_TILES:
        return []
    rows = rule_rows(case, "R-03", "county").reindex(case.counties["code"])
    places = tile_places(case.counties)
    words = [
        print_share(int(part), int(whole)) if pd.notna(part) and pd.notna(whole) else "缺"
        for part, whole in zip(rows["numerator"], rows["denominator"], strict=True)
    ]
    results = rows["result"].fillna("not_applicable").tolist()
    names, cities = case.counties["name"].tolist(), case.counties["city"].tolist()
    tiles = [
        Tile(*places[code], city, short_name(name), said, result)
        for code, city, name, said, result in zip(rows.index, cities, names, words, results, strict=True)
    ]
    label = "粗线内为同一市州; 深色 ▲ 未达到, 斜线 ◇ 无法判定; 位置为示意, 不是地图边界"
    open_ones = "、".join(
        f"{name} {said}" for name, said, result in zip(names, words, results, strict=True) if result != "met"
    )
    told = "各县(市、区)县检覆盖率的方格图。没有达到或无法判定的: {coverage_open}。"
    number = Number("coverage_open", "县检覆盖率没有达到或无法判定的", "text", open_ones or "无", "县检")
    title = "图: 各县(市、区)县检覆盖率(来源: 县检)"
    return [Picture("coverage-map", title, tile_map(tiles, label=label), told, (number,))]


def hazard_flow(case: Case) -> list[Picture]:
    """Return the way of the hazards from found to closed, in the counts of the indicators."""
    counts = {key: sides(case, key) for key in ("rectified", "rechecked", "overdue")}
    steps = (
        ("查出", counts["rectified"]["whole"], False),
        ("单位报称已整改", counts["rechecked"]["whole"], False),
        ("已复查", counts["rechecked"]["part"], False),
        ("复查合格、销号", counts["rectified"]["part"], False),
        ("未销号", counts["overdue"]["whole"], False),
        ("其中逾期", counts["overdue"]["part"], True),
    )
    known = [(name, count, grave) for name, count, grave in steps if count is not None]
    if len(known) < len(steps) or not known[0][1]:
        return []
    names, numbers, grave = zip(*known, strict=True)
    label = "隐患(处)"
    png = figures.count_bars(names, numbers, label=label, grave=grave)
    said = tuple(
        Number(f"flow_{place}", name, "count", count, "自报台账", unit="处")
        for place, (name, count) in enumerate(zip(names, numbers, strict=True))
    )
    told = "隐患从查出到销号: " + "; ".join(f"{one.label} {{{one.key}}} 处" for one in said) + "。"
    return [Picture("flow", "图: 隐患从查出到销号(来源: 自报台账)", png, told, said)]


def hazard_ages(case: Case) -> list[Picture]:
    """Return how long the open hazards have been known, those past their deadline apart."""
    rows = case.ageing[(case.ageing["level"] == case.level) & (case.ageing["area"] == case.code)]
    rows = rows.sort_values("place")
    rows = rows[(rows["open"] > 0) | (rows["place"] < rows["place"].max())]
    if not rows["open"].sum():
        return []
    names = [
        f"{row['band']}(重大 {row['major']:,}、逾期 {row['overdue']:,})"
        if row["major"] + row["overdue"]
        else row["band"]
        for _, row in rows.iterrows()
    ]
    parts = [("逾期", rows["overdue"].tolist()), ("未逾期", (rows["open"] - rows["overdue"]).tolist())]
    png = figures.stacked_bars(names, parts, label="未销号隐患(处), 按查出至判定日的天数")
    said = "; ".join(
        f"{row['band']}: {row['open']:,} 处, 其中逾期 {row['overdue']:,} 处、重大 {row['major']:,} 处"
        for _, row in rows.iterrows()
    )
    title = f"图: 未销号隐患的时间(截至{print_day(case.as_of)}; 来源: 自报台账)"
    number = Number("ages", "未销号隐患按查出后的天数", "text", said, "自报台账")
    return [Picture("ages", title, png, "未销号隐患按查出后的天数: {ages}。", (number,))]


COURSES = (("self_checked", "累计自查", "self_check"), ("inspected", "累计县检", "coverage"))
DUE_RULES = (("P2-03", "自查期满"), ("R-03", "检查期满"))


def weekly_course(case: Case) -> list[Picture]:
    """Return how self-checks and county checks grew from Friday to Friday, as the bodies reported."""
    weekly = case.tables["weekly"]
    rows = weekly[case.inside(weekly["area"])]
    rows = rows[
        (rows["received_at"] < pd.Timestamp(case.as_of) + pd.Timedelta(days=1)) & rows["week"].notna()
    ]
    fridays = sorted(rows["week"].unique())
    if len(fridays) < FEWEST_TILES:
        return []
    last = rows.sort_values(["area", "body", "week", "received_at", *(column for column, _, _ in COURSES)])
    last = last.drop_duplicates(["area", "body", "week"], keep="last")
    courses = []
    for column, name, indicator in COURSES:
        whole = sides(case, indicator)["whole"]
        # A body that gave nothing one Friday stands at what it said before: a gap is no step back.
        table = last.pivot_table(index="week", columns=["area", "body"], values=column, aggfunc="last")
        sums = table.reindex(fridays).astype("float64").ffill().sum(axis=1, min_count=1)
        if whole and sums.notna().any():
            over = "(有的超过应检单位, 待核)" if (sums > whole).any() else ""
            courses.append((name + over, (sums / whole).tolist()))
    if not courses:
        return []
    days = [f"{day.month}月{day.day}日" for day in map(pd.Timestamp, fridays)]
    png = figures.course_lines(days, courses, due=list(_due(case, fridays)), label="周五; 虚线为期满日")
    numbers = tuple(
        Number(f"course_{place}_{side}", f"{name}, {day}", "estimate", shares[end], "自报")
        for place, (name, shares) in enumerate(courses)
        for side, day, end in (("first", days[0], 0), ("last", days[-1], -1))
    )
    said = "; ".join(
        f"{name}由 {{course_{place}_first}} 到 {{course_{place}_last}}"
        for place, (name, _) in enumerate(courses)
    )
    title = "图: 周报累计进度(占应检单位; 来源: 自报, 缺报的周沿用上一次)"
    return [Picture("course", title, png, f"周报累计进度, {days[0]}至{days[-1]}: {said}。", numbers)]


def _due(case: Case, fridays: Iterable[pd.Timestamp]) -> Iterable[tuple[float, str]]:
    """Return where the due dates fall between the Fridays, in weeks from the first."""
    first = pd.Timestamp(next(iter(fridays)))
    for rule, words in DUE_RULES:
        if (known := case.book.rules.get(rule)) and (day := known.due):
            yield (day - first).days / 7, f"{day.month}月{day.day}日{words}"
