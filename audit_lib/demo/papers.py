"""The true papers: self-checks, who reports each Friday and when it came, documents, inspectors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.demo.stock import Tables, dice, people, throw
from audit_lib.demo.visits import FAILED, LATER, PASSED, day

FRIDAYS = tuple(pd.date_range("2014-02-07", "2014-03-28", freq="7D"))
DIRECT = "SZ0000"
DIRECT_BODIES = ("人民医院", "中心血站", "疾病预防控制中心", "卫生监督所", "妇幼保健院", "计划生育科学研究所")
LAST_DAY = pd.Timestamp("2014-03-31")
RATES = {
    "coverage_rate": ("inspected", "units_due"),
    "spot_rate": ("spot_done", "passed"),
    "general_rate": ("general_closed", "general_found"),
}
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

    The figures are what the tables hold of the body's own units as of the Thursday before; where
    two bureaux report apart, one speaks for family planning and the other for all else. A direct
    body reports none.
    """
    chance = dice(seed, "weekly")
    speaker = _speakers(reporters, true["units"])
    weeks = [count_by(true, speaker, friday).assign(week=friday) for friday in FRIDAYS]
    rows = reporters[["area", "body"]].merge(pd.DataFrame({"week": FRIDAYS}), how="cross")
    counts = pd.concat(weeks).rename(columns={"key": "body"})
    rows = rows.merge(counts, on=["body", "week"], how="left")
    figures = rows.columns.drop(["area", "body", "week"])
    rows[figures] = rows[figures].astype("Int64")
    for rate, (part, whole) in RATES.items():
        rows[rate] = _rate(rows[part], rows[whole])
    early = throw(chance, len(rows), 60, 20 * 3600)
    rows["received_at"] = rows["week"] + pd.Timedelta(hours=11) - pd.to_timedelta(early, unit="s")
    names = people(throw(chance, len(rows), 0, 3000))
    rows["filled_by"], rows["reviewed_by"] = names, people(throw(chance, len(rows), 0, 3000))
    return rows.assign(correction="").sort_values(["week", "area", "body"], ignore_index=True)


def _rate(part: pd.Series[int], whole: pd.Series[int]) -> pd.Series[str]:
    """Print a rate in per cent with one decimal, half up; nothing where the whole is nothing."""
    known = whole.notna() & whole.gt(0).fillna(False)
    pairs = zip(part.where(known, 0), whole.where(known, 1), strict=True)
    tenths = [(2000 * int(one) + int(other)) // (2 * int(other)) for one, other in pairs]
    printed = [f"{number // 10}.{number % 10}%" for number in tenths]
    return pd.Series(printed, index=part.index, dtype="str").where(known, "")


def make_documents(areas: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the papers that areas issued, all by 10 February that had to be, and whole.

    Bodies right under the province have their plan. Where two bureaux report apart, their city's
    papers bear both names.
    """
    chance = dice(seed, "documents")
    due = areas[areas["code"] != DIRECT][["code", "name"]].rename(columns={"code": "area"})
    first = {"行动方案": 1, "行动通告": 3, "重点监控名单": 2, "部署文件": 2, "长效机制文件": 4,
             "防控体系文件": 5, "会议记录": 12}  # fmt: skip
    kinds = pd.DataFrame({"doc_type": list(first), "first": list(first.values())})
    rows = due.merge(kinds, how="cross")
    joint = rows["area"].isin(TWO_BODIES)
    rows["body"] = rows["name"] + "卫生局" + ("、" + rows["name"] + "计划生育委员会").where(joint, "")
    serial = (np.arange(len(rows)) % 90 + 1).astype("str")
    rows["doc_no"] = rows["name"].str[:2] + "卫发〔2014〕" + serial + "号"
    rows["title"] = "关于印发安全隐患大检查大整改春季行动" + rows["doc_type"] + "的通知(演示)"
    rows["date"] = day(rows["first"].to_numpy() + throw(chance, len(rows), 0, 6))
    for column in ("has_content", "has_persons", "has_deadlines"):
        rows[column] = True
    listed = rows["doc_type"] == "重点监控名单"
    rows["items"] = pd.Series(throw(chance, len(rows), 3, 20), index=rows.index).astype("Int64").where(listed)
    plans = rows[rows["doc_type"].eq("行动方案")].iloc[: len(DIRECT_BODIES)]
    body = [areas["name"].iloc[0] + name for name in DIRECT_BODIES]
    own = plans.assign(area=DIRECT, name=body, body=body, doc_no="")
    return pd.concat([rows, own.astype(rows.dtypes)], ignore_index=True)


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


def count_by(true: Tables, key: pd.Series[str], friday: pd.Timestamp) -> pd.DataFrame:
    """Return the cumulative figures before ``friday``, one row per value of ``key`` (by unit)."""
    units = true["units"].drop_duplicates("unit_id").set_index("unit_id")
    checks, hazards, spot = true["county_checks"], true["hazards"], true["city_checks"]
    gone = units["status"].isin(["停业", "注销"]) & units["status_evidence"].ne("")
    there = units.index[~gone & ~(units["entry_date"] > LAST_DAY)]
    whole = checks["inspectors"].ne("") & checks["conclusion"].isin([PASSED, LATER, FAILED])
    checks = checks[checks["unit_id"].isin(there) & whole]

    def units_before(rows: pd.DataFrame, date: str) -> pd.Series[int]:
        before = rows[(rows[date] < friday).fillna(False) & rows["unit_id"].isin(there)]
        return before.drop_duplicates("unit_id")["unit_id"].map(key).value_counts()

    def rows_before(rows: pd.DataFrame, date: pd.Series[pd.Timestamp]) -> pd.Series[int]:
        return rows.loc[date < friday, "unit_id"].map(key).value_counts()

    own = true["self_checks"][true["self_checks"]["self_check_date"] >= "2014-02-01"]
    last = checks[checks["date"] < friday].sort_values(["date", "check_id"])
    last = last.drop_duplicates("unit_id", keep="last")
    passed = last.loc[last["conclusion"] == "合格", "unit_id"].map(key).value_counts()
    done = hazards["recheck_result"].eq("合格") & (hazards["closed_date"] <= hazards["recheck_date"])
    closed = hazards[["closed_date", "recheck_date"]].max(axis=1).where(done)
    major = hazards["grade"] == "重大"
    listed = true["listings"].sort_values("listed_date").drop_duplicates("hazard_id")
    found = hazards["found_date"]
    majors, ended = rows_before(hazards, found.where(major)), rows_before(hazards, closed.where(major))
    funds = hazards[found < friday].groupby(hazards["unit_id"].map(key))["fund_planned"].sum()
    figures = {
        "units_due": key[there[(units.loc[there, "entry_date"] < friday)]].value_counts(),
        "self_checked": units_before(own, "self_check_date"),
        "inspected": units_before(checks, "date"),
        "passed": passed,
        "spot_due": -(-passed // 5),
        "spot_done": units_before(spot[after_pass(spot, checks)], "date"),
        "general_found": rows_before(hazards, found.where(~major)),
        "general_closed": rows_before(hazards, closed.where(~major)),
        "major_found": majors,
        "major_closed": ended,
        "major_planned": majors.sub(ended, fill_value=0),
        "major_listed": rows_before(listed, listed["listed_date"]),
        "fund_total": funds,
    }
    table = pd.DataFrame(figures, index=pd.Index(sorted(key.unique()), name="key"))
    return table.fillna(0).astype("int64").reset_index()


def after_pass(spot: pd.DataFrame, checks: pd.DataFrame) -> pd.Series[bool]:
    """Return which of the city's checks fell on a day on which the county's pass stood."""
    states = checks.sort_values(["date", "check_id"])[["unit_id", "date", "conclusion"]]
    both = spot[["unit_id", "date"]].reset_index().merge(states, on="unit_id", suffixes=("", "_county"))
    both = both[both["date_county"] <= both["date"]].drop_duplicates("index", keep="last")
    return spot.index.to_series().isin(both.loc[both["conclusion"] == "合格", "index"])
