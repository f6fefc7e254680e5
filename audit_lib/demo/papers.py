"""The true papers: self-checks, who reports each Friday and when it came, documents, inspectors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.demo.stock import Tables, dice, people, throw
from audit_lib.demo.visits import day

FRIDAYS = tuple(pd.date_range("2014-02-07", "2014-03-28", freq="7D"))
DIRECT = "SZ0000"
DIRECT_BODIES = ("人民医院", "中心血站", "疾病预防控制中心", "卫生监督所", "妇幼保健院", "计划生育科学研究所")
TWO_BODIES = ("990200", "990700")
"""Cities whose two old bureaux still report apart."""


def make_self_checks(units: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return one self-check form per unit; a few are dated after 10 March, which is late but not missing."""
    chance = dice(seed, "self checks")
    size = len(units)
    when = np.where(chance.random(size) < 0.98, throw(chance, size, 3, 37), throw(chance, size, 38, 50))
    rows = units[["unit_id", "unit_name", "county", "city"]].copy()
    rows["notice_date"] = day(throw(chance, size, 0, 9))
    rows["plan_date"] = day(throw(chance, size, 3, 9))
    rows["self_check_date"] = day(when)
    rows["found_general"] = throw(chance, size, 0, 3)
    rows["found_major"] = 0
    rows["report_date"] = day(np.minimum(when + throw(chance, size, 0, 4), 58))
    drilled = chance.random(size) < 0.8
    rows["drill_date"] = pd.Series(day(throw(chance, size, 10, 55)), index=rows.index).where(drilled)
    drillers = np.maximum(units["staff"].to_numpy() * 3 // 4, 1)
    rows["drill_people"] = pd.Series(drillers, index=rows.index).astype("Int64").where(drilled)
    return rows


def make_reporters(areas: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return who owes a report each Friday: cities, the committee, own cities and direct bodies."""
    chance = dice(seed, "reporters")
    cities = areas[
        areas["level"].isin(["prefecture", "prefecture-equivalent"]) | (areas["own_city"] == "yes")
    ]
    bodies = []
    for code, name in zip(cities["code"], cities["name"], strict=True):
        kinds = ("卫生局", "计划生育委员会") if code in TWO_BODIES else ("卫生和计划生育委员会",)
        bodies += [(code, name + kind) for kind in kinds]
    bodies += [(DIRECT, areas["name"].iloc[0] + body) for body in DIRECT_BODIES]
    rows = pd.DataFrame(bodies, columns=["area", "body"])
    rows["contact"] = people(throw(chance, len(rows), 0, 3000))
    rows["phone"] = "139" + pd.Series(throw(chance, len(rows), 10_000_000, 99_999_999)).astype("str")
    return rows


def make_weekly(reporters: pd.DataFrame, true: Tables, seed: int) -> pd.DataFrame:
    """Return the reports received, one per body and Friday, each before eleven o'clock.

    The figures are cumulative counts of the body's own units as of the Thursday before; where two
    bureaux report apart, one speaks for family planning and the other for all else. A direct
    body reports none.
    """
    chance = dice(seed, "weekly")
    speaker = _speakers(reporters, true["units"])
    weeks = [_count(true, speaker, friday).assign(week=friday) for friday in FRIDAYS]
    rows = reporters[["area", "body"]].merge(pd.DataFrame({"week": FRIDAYS}), how="cross")
    rows = rows.merge(pd.concat(weeks), on=["body", "week"], how="left")
    figures = rows.columns.drop(["area", "body", "week"])
    rows[figures] = rows[figures].astype("Int64")
    early = throw(chance, len(rows), 60, 20 * 3600)
    rows["received_at"] = rows["week"] + pd.Timedelta(hours=11) - pd.to_timedelta(early, unit="s")
    names = people(throw(chance, len(rows), 0, 3000))
    rows["filled_by"], rows["reviewed_by"] = names, people(throw(chance, len(rows), 0, 3000))
    return rows.sort_values(["week", "area", "body"], ignore_index=True)


def make_documents(areas: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the papers that areas issued: a plan, a notice, a list of key units and a meeting each."""
    chance = dice(seed, "documents")
    due = areas[areas["code"] != DIRECT][["code", "name"]].rename(columns={"code": "area"})
    kinds = pd.DataFrame(
        {"doc_type": ["行动方案", "行动通告", "重点监控名单", "会议记录"], "first": [1, 3, 9, 12]}
    )
    rows = due.merge(kinds, how="cross")
    rows["body"] = rows["name"] + "卫生局"
    serial = (np.arange(len(rows)) % 90 + 1).astype("str")
    rows["doc_no"] = rows["name"].str[:2] + "卫发〔2014〕" + serial + "号"
    rows["title"] = "关于印发安全隐患大检查大整改春季行动" + rows["doc_type"] + "的通知(演示)"
    rows["date"] = day(rows["first"].to_numpy() + throw(chance, len(rows), 0, 6))
    for column in ("has_content", "has_persons", "has_deadlines"):
        rows[column] = chance.random(len(rows)) < 0.95
    return rows


def make_inspectors(areas: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return who may be sent: forty from the province, ten from each city, five from each county."""
    chance = dice(seed, "inspectors")
    ranks = {"province": 40, "prefecture": 10, "prefecture-equivalent": 10, "directly-affiliated": 0}
    counts = areas["level"].map(ranks).fillna(5).astype("int64")
    rows = areas.loc[areas.index.repeat(counts), ["code"]].rename(columns={"code": "area"})
    rows = rows.reset_index(drop=True)
    serial = (rows.groupby("area").cumcount() + 1).astype("str").str.zfill(3)
    rows["inspector_id"] = "ZF" + rows["area"] + "-" + serial
    rows["inspector_name"] = people(np.arange(len(rows)) * 5 + 11)
    rows["lead"] = chance.random(len(rows)) < 0.4
    rows["interests"] = ""
    return rows


def _speakers(reporters: pd.DataFrame, units: pd.DataFrame) -> pd.Series[str]:
    """Return the body that reports for each unit."""
    rows = units.drop_duplicates("unit_id").set_index("unit_id")
    bodies = reporters[reporters["area"] != DIRECT].groupby("area")["body"].agg(["first", "last"])
    planning = rows["unit_type"].str.startswith("L")
    return rows["city"].map(bodies["first"]).mask(planning, rows["city"].map(bodies["last"]))


def _count(true: Tables, speaker: pd.Series[str], friday: pd.Timestamp) -> pd.DataFrame:
    """Return each reporting body's cumulative figures before ``friday``."""

    def count(rows: pd.DataFrame, date: str) -> pd.Series[int]:
        before = rows[(rows[date] < friday).fillna(False)]
        return before.drop_duplicates("unit_id")["unit_id"].map(speaker).value_counts()

    def tally(rows: pd.DataFrame, date: str) -> pd.Series[int]:
        return rows.loc[rows[date] < friday, "unit_id"].map(speaker).value_counts()

    checks, hazards = true["county_checks"], true["hazards"]
    general, major = hazards[hazards["grade"] == "一般"], hazards[hazards["grade"] == "重大"]
    passed = checks[checks["conclusion"] == "合格"]
    closed = tally(major, "recheck_date")
    figures = {
        "units_due": speaker.value_counts(),
        "self_checked": count(true["self_checks"], "self_check_date"),
        "inspected": count(checks, "date"),
        "passed": count(passed, "date"),
        "spot_due": -(-count(passed, "date") // 5),
        "spot_done": count(true["city_checks"], "date"),
        "general_found": tally(general, "found_date"),
        "general_closed": tally(general, "recheck_date"),
        "major_found": tally(major, "found_date"),
        "major_closed": closed,
        "major_planned": tally(major, "found_date").sub(closed, fill_value=0),
        "major_listed": tally(true["listings"], "listed_date"),
        "fund_total": hazards[hazards["found_date"] < friday]
        .groupby(hazards["unit_id"].map(speaker))["fund_planned"]
        .sum(),
    }
    table = pd.DataFrame(figures, index=pd.Index(sorted(speaker.unique()), name="body"))
    return table.fillna(0).astype("int64").reset_index()
