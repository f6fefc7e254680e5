"""The province's own findings: a visit to each unit drawn, item by item.

The units are those that the library's own plan and draw select from this province, so that
the findings always fit the sample that a run of the demo draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.compliance.rulebook import load_rulebook
from audit_lib.compliance.scoring import items_due
from audit_lib.demo.paper import text_bytes, xlsx_bytes
from audit_lib.demo.places import CUT_OFF_BY_SNOW
from audit_lib.demo.province import Province
from audit_lib.demo.senders import make_sheet, provincial_office
from audit_lib.demo.stock import dice, throw
from audit_lib.demo.visits import FAILED, PASSED, day
from audit_lib.files import write_bytes
from audit_lib.intake import load_areas
from audit_lib.params import Run, read_params
from audit_lib.sampling import draw
from audit_lib.sampling.prepare import prepare
from audit_lib.schemas import empty

DRAW = "recheck"
FIRST_VISIT = 52
"""25 March: the morning after the last cut-off."""

VISITS_A_TEAM = 4
CANNOT = ("拒绝检查", "未找到", "关门无证据", "已注销有证据")
"""Why a unit drawn was not inspected, with nobody in its place."""

OUR_FAULT = ("天气原因", "天气原因", "时间不足")
"""Why the next reserve was visited instead."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The visits to the units drawn, and the items of those that were inspected."""

    visits: pd.DataFrame
    items: pd.DataFrame


def write_findings(province: Province, folder: Path, seed: int) -> None:
    """Write the province's visits and their items; areas and params must stand in the folder."""
    run = read_params(folder / "params.yaml")
    findings = make_findings(province, run, seed)
    office = provincial_office(province)
    sheet = make_sheet(findings.visits, office, "province_checks", title="省级核查记录")
    write_bytes(folder / "省核查" / "省级核查记录.xlsx", xlsx_bytes([sheet]))
    sheet = make_sheet(findings.items, office.in_text(), "check_items", title="检查表逐项结果")
    write_bytes(
        folder / "省核查" / "检查表逐项结果.csv", text_bytes(sheet, encoding="utf-8-sig", delimiter=",")
    )


def make_findings(province: Province, run: Run, seed: int) -> Findings:
    """Return what the province found at the units that the run's draw selects."""
    chance = dice(seed, "findings")
    choice = run.params.draws[DRAW]
    tables = province.tables | {"province_checks": empty("province_checks")}
    prepared = prepare(tables, load_areas(run), run.params, DRAW)
    plan = prepared.plan
    sample = draw(prepared.frame, plan.n, seed=str(choice.seed), reserves=plan.reserves)
    visits = _visit(sample, prepared.frame, chance, per_day=choice.teams * VISITS_A_TEAM)
    inspected = visits["outcome"] == "已检查"
    bad = visits["unit_id"].map(province.bad).to_numpy(dtype=bool)
    judged = np.array(["是", "是", "是", "否", "不能判定"], dtype=object)[throw(chance, len(visits), 0, 4)]
    visits = visits.assign(
        conclusion=np.select([~inspected, bad], ["", FAILED], PASSED),
        already_so=np.where(inspected & bad, judged, ""),
        **_send_teams(visits, province),
    )
    return Findings(visits, _make_items(visits[inspected], province.tables["units"], chance))


def _visit(
    sample: pd.DataFrame, frame: pd.DataFrame, chance: np.random.Generator, *, per_day: int
) -> pd.DataFrame:
    """Return one row per unit gone to, in the order of the tour, with why some were not inspected."""
    rows = sample.merge(frame[["unit_id", "unit_name", "city", "county"]], on="unit_id")
    drawn = rows[rows["drawn"]].sort_values(["city", "county", "unit_id"], ignore_index=True)
    drawn["outcome"] = "已检查"
    lots = np.argsort(chance.random(len(drawn)), kind="stable")
    lost = drawn["city"] == CUT_OFF_BY_SNOW
    lots = lots[~lost.to_numpy()[lots]]
    drawn["outcome"] = drawn["outcome"].mask(lost, OUR_FAULT[0])
    drawn.loc[lots[: len(CANNOT)], "outcome"] = CANNOT
    spare = rows[~rows["drawn"]].drop_duplicates("stratum").set_index("stratum")
    able = [lot for lot in lots[len(CANNOT) :] if drawn.at[lot, "stratum"] in spare.index]
    able = list(drawn.loc[able].drop_duplicates("stratum").index[: len(OUR_FAULT)])
    drawn.loc[able, "outcome"] = OUR_FAULT[: len(able)]
    instead = spare.loc[drawn.loc[able, "stratum"]].reset_index()
    instead["replaces"] = drawn.loc[able, "unit_id"].to_numpy()
    instead["outcome"] = "已检查"
    drawn["day"] = FIRST_VISIT + drawn.index // per_day
    instead["day"] = drawn.loc[able, "day"].to_numpy()
    visits: pd.DataFrame = pd.concat([drawn, instead]).sort_values(
        ["day", "city", "county", "unit_id"], ignore_index=True
    )
    return visits.assign(date=day(visits["day"]), draw=DRAW)


def _send_teams(visits: pd.DataFrame, province: Province) -> dict[str, Any]:
    """Number the visits and give each its team of two, four visits a day."""
    team = (visits.groupby("day").cumcount() // VISITS_A_TEAM).to_numpy()
    staff = province.tables["inspectors"]
    names = staff.loc[staff["area"] == province.areas["code"].iloc[0], "inspector_name"].to_numpy(
        dtype=object
    )
    return {
        "check_id": "SH-" + pd.Series(range(1, len(visits) + 1)).astype("str").str.zfill(4),
        "team": "省核查第" + pd.Series(team + 1).astype("str") + "组",
        "inspectors": names[2 * team % len(names)] + "、" + names[(2 * team + 1) % len(names)],
    }


def _make_items(visits: pd.DataFrame, units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Return every item due at each visit; a failing unit has one key item wrong.

    Elsewhere a few ordinary items are wrong, half right or not looked at, never so many that
    fewer than nine of ten points are earned.
    """
    book = load_rulebook()
    there = units[units["unit_id"].isin(visits["unit_id"])].drop_duplicates("unit_id")
    due = items_due(there, book).merge(visits[["unit_id", "check_id", "conclusion"]], on="unit_id")
    due = due.merge(book.items[["item_id", "key", "points"]], on="item_id")
    due["lot"] = chance.random(len(due))
    due = due.sort_values(["check_id", "lot"], ignore_index=True)
    due["result"] = np.select([due["lot"] < 0.02, due["lot"] < 0.03, due["lot"] < 0.04], _SLIPS, PASSED)
    lost = due["points"].where(due["result"] != PASSED, 0).groupby(due["check_id"]).cumsum()
    allowed = due.groupby("check_id")["points"].transform("sum") // 10
    spared = due["key"] | (lost > allowed)
    due["result"] = due["result"].mask(spared, PASSED)
    first_key = due["key"] & ~due[due["key"]].duplicated("check_id").reindex(due.index, fill_value=True)
    due["result"] = due["result"].mask(first_key & due["conclusion"].eq(FAILED), FAILED)
    due["share"] = pd.Series(0.5, index=due.index).where(due["result"] == "部分合格")
    rows: pd.DataFrame = due[["check_id", "item_id", "result", "share"]]
    return rows.sort_values(["check_id", "item_id"], ignore_index=True)


_SLIPS = [FAILED, "部分合格", "未检查"]
