"""The true registers that areas and bodies keep: who is responsible, who went where, what was found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.demo.papers import DIRECT, FRIDAYS, count_by
from audit_lib.demo.stock import Tables, dice, people, throw
from audit_lib.demo.visits import day

SOURCES_2013 = ("省委省政府督查室", "省监察厅", "省安委办")
POSTS = (("党委书记", "党组织主要负责人"), ("局长", "行政主要负责人"), ("副局长", "分管领导"))
SUNDAY, TUESDAY = 29, 45
"""2 March and 18 March: a day off, and a workday."""

PILOTS = ("990102", "990381")
ACCIDENTS = (("990203", 20, "一般", 1), ("990602", 33, "较大", 4), ("992403", -12, "重大", 11))
"""County, day, class and deaths: none of the highest classes inside the window."""

PRINTED = (
    ("YS-1", "应检与已检", 19_840, 20_000, "99.2%", "", None),
    ("YS-2", "隐患整改率(不从自身数字得出)", 137_354, 141_911, "97.28%", "", None),
    ("YS-3", "抽查任务完成率(进位不当)", 177, 179, "98.89%", "", None),
    ("YS-4", "查出隐患数(含以前查出而未分列)", None, 42, "", "7、11、4、6、3", 11),
    ("YS-5", "查出问题数(现场与管理)", None, 220, "", "134、86", None),
)
"""Printed figures, without place names: two that tie, three that do not."""


def make_registers(areas: pd.DataFrame, counties: pd.DataFrame, true: Tables, seed: int) -> Tables:
    """Return the registers by table, each as it should be."""
    chance = dice(seed, "registers")
    own = areas[(areas["code"] != DIRECT) & (areas["level"] != "province")][["code", "name"]]
    own = own.rename(columns={"code": "area"}).reset_index(drop=True)
    return {
        "accidents": _accidents(),
        "responsibilities": _responsibilities(own, true["reporters"], chance),
        "feedback": _feedback(own, chance),
        "grids": _grids(true["units"]),
        "pilots": _pilots(),
        "unannounced": _unannounced(own, true["units"], counties, chance),
        "supervisions": _supervisions(own, chance),
        "acceptances": _acceptances(areas),
        "accountability": _decisions(),
        "published": _published(),
    }


def make_findings(hazards: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return what the thirteen and three groups found: thirty hazards of the ledgers, by number or words."""
    chance = dice(seed, "findings of groups")
    known = hazards["called"].fillna("").eq("") & hazards["found_date"].le("2014-03-15")
    rows = hazards[known].copy()
    rows = rows.assign(lot=chance.random(len(rows))).sort_values("lot").head(30).sort_values("hazard_id")
    rows = rows.reset_index(drop=True)
    place = np.arange(len(rows))
    rows["finding_id"] = "XS-" + pd.Series(place + 1).astype("str").str.zfill(3)
    rows["group"] = (
        np.where(place % 4, "第", "常设暗查暗访第") + (place % 13 % 3 + 1).astype("str").astype(object) + "组"
    )
    rows["group_kind"] = np.where(place % 4, "巡视组", "常设暗查暗访组")
    rows["date"] = rows["found_date"]
    rows["hazard_id"] = rows["hazard_id"].where(place % 2 == 0, "")
    return rows[["finding_id", "group", "group_kind", "unit_id", "unit_name", "county", "date", "grade",
                 "description", "hazard_id"]]  # fmt: skip


def make_weekly_counties(true: Tables) -> pd.DataFrame:
    """Return the figures of each county for each Friday, as they stand beside the city's report."""
    units = true["units"].drop_duplicates("unit_id").set_index("unit_id")
    weeks = [count_by(true, units["county"], friday).assign(week=friday) for friday in FRIDAYS]
    return pd.concat(weeks, ignore_index=True).rename(columns={"key": "county"})


def _accidents() -> pd.DataFrame:
    rows = pd.DataFrame(ACCIDENTS, columns=["county", "day", "grade", "deaths"])
    rows["accident_id"] = "SG" + rows["county"] + "-1"
    rows["date"] = day(rows["day"])
    rows["injured"] = 2
    rows["description"] = "锅炉房检修中发生事故(演示)"
    return rows.drop(columns="day")


def _responsibilities(
    own: pd.DataFrame, reporters: pd.DataFrame, chance: np.random.Generator
) -> pd.DataFrame:
    """Three posts of each county's bureau and of each reporting body; two private clinics without a party."""
    bureaus = own[~own["area"].isin(reporters["area"])]
    bodies = pd.concat(
        [bureaus.assign(body=bureaus["name"] + "卫生局")[["area", "body"]], reporters[["area", "body"]]],
        ignore_index=True,
    )
    rows = bodies.merge(pd.DataFrame(POSTS, columns=["post", "role"]), how="cross")
    rows["person"] = people(throw(chance, len(rows), 0, 3000))
    rows["has_party"] = True
    clinics = bodies.head(2).assign(body="民营诊所", post="负责人", role="行政主要负责人", person="王立新")
    rows = pd.concat([rows, clinics.assign(has_party=False)], ignore_index=True)
    rows["duty_letter"] = "责任书〔2014〕" + (np.arange(len(rows)) + 1).astype("str").astype(object) + "号"
    rows["signed_date"] = day(throw(chance, len(rows), 2, 20))
    return rows


def _feedback(own: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Two issues of 2013 for every third area, all solved."""
    rows = own.iloc[::3].loc[lambda some: some.index.repeat(2)].reset_index(drop=True)
    rows["issue_id"] = "FK2013-" + pd.Series(np.arange(len(rows)) + 1).astype("str").str.zfill(3)
    rows["source"] = np.array(SOURCES_2013, dtype=object)[throw(chance, len(rows), 0, 2)]
    rows["body"] = rows["name"] + "卫生局"
    rows["issue"] = "消防通道堆放杂物(演示)"
    rows["status"], rows["proof"] = "已解决", "整改照片"
    rows["closed_date"] = day(throw(chance, len(rows), 3, 50))
    return rows.drop(columns="name")


def _grids(units: pd.DataFrame) -> pd.DataFrame:
    rows = units[units["grid_id"] != ""].drop_duplicates(["county", "grid_id"]).reset_index(drop=True)
    rows = rows[["grid_id", "county", "grid_person"]].rename(columns={"grid_person": "person"})
    serial = pd.Series(np.arange(len(rows)) + 1).astype("str")
    return rows.assign(duty_doc="网格责〔2014〕" + serial + "号", system_doc="网格制〔2014〕1号")


def _pilots() -> pd.DataFrame:
    bodies = pd.DataFrame({"area": PILOTS, "body": ["试点医院", "试点卫生院"]})
    steps = pd.DataFrame({"milestone": ["方案印发", "平台试运行", "经验总结"], "due": [5, 40, 80]})
    rows = bodies.merge(steps, how="cross")
    return rows.assign(
        due_date=day(rows["due"]),
        reached_date=pd.Series(day(rows["due"] + 2)).where(rows["due"] < 50),
        plan_doc="试点方案〔2014〕1号",
    ).drop(columns="due")


def _unannounced(
    own: pd.DataFrame, units: pd.DataFrame, counties: pd.DataFrame, chance: np.random.Generator
) -> pd.DataFrame:
    """Two visits of each area, one of them on a day off; the second of some was announced and is none."""
    home = counties.set_index("code")["city"]
    first = units.drop_duplicates("unit_id").sort_values("unit_id")
    of_county = first.drop_duplicates("county").set_index("county")[["unit_id", "unit_name"]]
    of_city = first.assign(city=first["county"].map(home)).drop_duplicates("city").set_index("city")
    known = pd.concat([of_city[["unit_id", "unit_name"]], of_county])
    known = known[~known.index.duplicated()]
    rows = own.merge(pd.DataFrame({"day": [SUNDAY, TUESDAY]}), how="cross")
    rows = rows.join(known, on="area")
    rows["county"] = rows["unit_id"].map(first.set_index("unit_id")["county"])
    rows["visit_id"] = "AF" + rows["area"] + "-" + (rows["day"] % 7).astype("str")
    rows["date"] = day(rows["day"])
    rows["arrival"] = "09:" + pd.Series(throw(chance, len(rows), 10, 59)).astype("str")
    rows["notified"] = (rows["day"] == TUESDAY) & (chance.random(len(rows)) < 0.1)
    rows["inspectors"] = (
        people(throw(chance, len(rows), 0, 3000)) + "、" + people(throw(chance, len(rows), 0, 3000))
    )
    rows["problems"] = throw(chance, len(rows), 0, 4)
    return rows.drop(columns=["day", "name"])


def _supervisions(own: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """One supervision by each area of its work in the window."""
    rows = own.assign(body=own["name"] + "卫生局", supervision_id="DD" + own["area"])
    rows["date"] = day(throw(chance, len(rows), 10, 50))
    rows["kind"], rows["content"] = "现场督导", "督导大检查大整改开展情况"
    rows["supervisors"] = people(throw(chance, len(rows), 0, 3000))
    return rows.drop(columns="name")


def _acceptances(areas: pd.DataFrame) -> pd.DataFrame:
    cities = areas["level"].isin(["prefecture", "prefecture-equivalent"]) | (areas["own_city"] == "yes")
    rows = areas.loc[cities, ["code"]].rename(columns={"code": "area"}).reset_index(drop=True)
    said = np.array(["合格", "基本合格", "整改后合格"], dtype=object)[np.arange(len(rows)) % 3]
    return rows.assign(date=pd.Timestamp("2014-03-30"), body="省安委办验收组", conclusion=said)


def _decisions() -> pd.DataFrame:
    """Two decisions of the authority that need nothing more."""
    rows = [
        ("JD-1", "990283", "R-03", "移交", ""),
        ("JD-2", "990302", "F4-02", "不移交", "已于期限内补正"),
    ]
    table = pd.DataFrame(rows, columns=["decision_id", "area", "rule_id", "decision", "reason"])
    return table.assign(date=pd.Timestamp("2014-03-31"))


def _published() -> pd.DataFrame:
    rows = pd.DataFrame(PRINTED, columns=["figure_id", "name", "part", "whole", "rate", "parts", "carried"])
    whole = {column: rows[column].astype("Int64") for column in ("part", "whole", "carried")}
    return rows.assign(paper="某公开通报(演示)", **whole)
