"""The city's spot-check: the quota on whole numbers, and what a sample of that size can show."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd

from audit_lib.inference import bound_count
from audit_lib.reporting import figures
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import (
    area_table,
    confidence_number,
    definition,
    printed_shares,
    rule_rows,
    sides,
    spot_rate,
)
from audit_lib.reporting.grids import grid_columns, make_grid
from audit_lib.reporting.model import Grid, Number, Paragraph, Picture, Section
from audit_lib.reporting.tables import Column, print_share
from audit_lib.reporting.words import NOT_NONE, name_each

PASSED = "县检合格"
"""What a fifth is taken of by default, as the tables head it."""

SPOT_WORDS = "市级抽检率, 不低于 {spot_rate}。{spot_by_city}"
POWER_NOTE = (
    f"{NOT_NONE}。按不放回随机抽样的精确算法, 把握程度 {{confidence}}; 只有抽检单位确由随机抽取产生时才成立。"
    "抽得越少, 能说明的越少。"
)


def spot_section(case: Case) -> Section:
    """Return the quota of each city and the records that do not count for it."""
    table = spot_table(case)
    return Section(
        "spot",
        "市级抽检",
        (
            Paragraph(
                "按市判定, 检验“{spot_test}”。"
                + _frozen(case)
                + "抽检单位由各市自行选定的, 其合格率不能代表全体, 本报告不作推算。"
            ),
            _picture(table),
            _grid(case, "市级抽检", table),
            *_second_figures(case, table),
            _grid(case, "样本能说明什么", table, note=POWER_NOTE, numbers=(confidence_number(case),)),
            _uncounted(case),
        ),
        (Number("spot_test", "市级抽检的检验式", "text", _test(spot_rate(), _of(case)), "工作方案"),),
    )


def county_spot_section(case: Case) -> Section:
    """Return what the city checked in one county, and what so many visits can show; nothing is judged."""
    counts = sides(case, "spot")
    passed, done = counts["whole"] or 0, counts["part"] or 0
    sure = case.run.params.estimates.confidence
    hidden = int(bound_count(passed, done, 0, confidence=sure, side="upper")) if done else passed
    table = pd.DataFrame([{"whole": passed, "part": done, "hidden": hidden}]) if passed else pd.DataFrame()
    grid = _grid(case, "市级抽检 县区", table, note=POWER_NOTE, numbers=(confidence_number(case),))
    words = Paragraph("抽检率按市判定, 本县区的数字只作参考。")
    return Section("spot", "市级抽检", (words, grid))


def agreement_section(case: Case) -> Section:
    """Return how far the county's findings stand up to the city's and the province's, count by count."""
    areas = [case.code, *(case.cities["code"] if case.level == "province" else case.counties["code"])]
    areas = list(dict.fromkeys(areas))
    names = case.names()
    table = pd.DataFrame({"area": areas, "name": [names[code] for code in areas]})
    columns = [Column("name", "地区")]
    for key in ("spot_pass", "missed", "recheck_seen"):
        words = definition(key)
        rows = case.indicators[case.indicators["indicator"] == key].set_index("area").reindex(areas)
        table[f"{key}_part"], table[f"{key}_whole"] = rows["numerator"].array, rows["denominator"].array
        group = f"{words['zh']}({words['source']})"
        columns += [
            Column(f"{key}_whole", words["denominator"], "count", group=group),
            Column(f"{key}_part", words["numerator"], "count", group=group),
            Column(f"{key}_part", "比例", "share", f"{key}_whole", group=group),
        ]
    note = f"都是查到的单位中的计数, 不推算未查的单位。{NOT_NONE}。"
    return Section(
        "agreement",
        "复查一致性",
        (Grid("一致性", "县检与市抽检、省核查的一致性", tuple(columns), table, note),),
    )


def spot_table(case: Case) -> pd.DataFrame:
    """Return one row per city: passed, due, checked, still missing, and what none found would leave."""
    table = area_table(case, case.cities, "city", ("R-05",))
    passed, done = (table[f"R-05_{side}"].astype("Int64") for side in ("whole", "part"))
    rate = spot_rate()
    due = (passed * rate.numerator + rate.denominator - 1) // rate.denominator
    table["due"] = due
    table["short"] = (due - done).clip(lower=0)
    known = passed.notna() & done.notna() & (done.fillna(0) > 0)
    table["hidden"] = pd.array([pd.NA] * len(table), dtype="Int64")
    if known.any():
        N, n = passed[known].astype(int).to_numpy(), done[known].astype(int).to_numpy()
        table.loc[known, "hidden"] = bound_count(
            N, n, n * 0, confidence=case.run.params.estimates.confidence, side="upper"
        )
    return table


def _of(case: Case) -> str:
    """Return what a fifth is taken of, in the words of the reading chosen (A1)."""
    return case.book.chosen(case.run.params.readings, "A1").short or PASSED


def _frozen(case: Case) -> str:
    """Say what the fifth is taken of, and until when it may change."""
    readings = case.run.params.readings
    if "A1" in readings.switched:
        return f"口径改为以{case.book.chosen(readings, 'A1').words}为分母。"
    return "合格单位按批次截止日冻结, 此后撤销合格不改变分子、分母。"


def _test(rate: Fraction, of: str) -> str:
    """Return a share due as a test on whole numbers."""
    due = of if rate.numerator == 1 else f"{rate.numerator}×{of}"
    return f"{rate.denominator}×已抽 ≥ {due}"


def _second_figures(case: Case, table: pd.DataFrame) -> list[Grid]:
    """Return the cities with the own cities whose codes lie in them counted in: a note, nothing is judged."""
    own = case.areas.loc[case.areas["kind"] == "own_city", "code"].astype("str").tolist()
    around = {code: code[:4] + "00" for code in own}
    rows = table.set_index("code")
    columns = ["R-05_part", "R-05_whole"]
    found = []
    for city in dict.fromkeys(around.values()):
        inside = [code for code in own if around[code] == city and code in rows.index]
        if "A12" in case.run.params.readings.switched or city not in rows.index or not inside:
            continue
        part, whole = rows.loc[[city, *inside], columns].astype("Int64").sum(skipna=False)
        names = "、".join(rows.loc[inside, "name"])
        found.append({"name": str(rows.at[city, "name"]) + f"(含{names})", "part": part, "whole": whole})
    if not found:
        return []
    return [_grid(case, "含单列县市", pd.DataFrame(found))]


def _grid(case: Case, name: str, table: pd.DataFrame, **otherwise: Any) -> Grid:
    """Return a table whose whole is called as the reading has it that the run chose."""
    columns = (replace(one, title=_of(case)) if one.title == PASSED else one for one in grid_columns(name))
    return make_grid(name, table, columns=tuple(columns), **otherwise)


def _picture(table: pd.DataFrame) -> Picture:
    shares, rate = printed_shares(table, "R-05"), spot_rate()
    label = f"已抽单位占县检合格单位的百分比(虚线为 {print_share(rate.numerator, rate.denominator)})"
    png = figures.share_bars(shares, target=float(rate), label=label)
    said = name_each(shares["name"], shares["words"])
    numbers = (
        Number("spot_rate", "应抽比例", "text", print_share(rate.numerator, rate.denominator), "工作方案"),
        Number("spot_by_city", "各市州抽检率", "text", said, "市抽检"),
    )
    return Picture("spot", "图: 市级抽检率(来源: 市抽检)", png, SPOT_WORDS, numbers)


def _uncounted(case: Case) -> Grid:
    rows = rule_rows(case, "R-05b", "record")
    rows = rows[(rows["result"] == "not_met") & rows["area"].isin(case.codes)].reset_index()
    names = case.names()
    checks = case.tables["city_checks"].drop_duplicates("check_id").set_index("check_id")
    found = checks.reindex(rows["subject"])
    table = pd.DataFrame(
        {
            "subject": rows["subject"],
            "area": rows["area"].map(names),
            "unit_id": found["unit_id"].array,
            "unit_name": found["unit_name"].array,
            "date": found["date"].array,
            "reason": rows["reason"],
        }
    )
    return make_grid("不计入抽检率", table)
