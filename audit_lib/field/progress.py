"""Progress: how far the teams are, site by site: done, begun, not begun, and what is lacking."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from audit_lib.field.returned import ITEM, VISIT, Key
from audit_lib.field.settling import Filled, what
from audit_lib.field.sheets import KNOWN

INSPECTED = "已检查"
DONE, HALF, NOT_BEGUN = "完成", "进行中", "未开始"
STATES = ("draw", "team", "day", "unit_id", "unit_name", "county_name", "state", "lacking", "file")

HEADINGS = {
    "draw": KNOWN["draw"],
    "team": KNOWN["team"],
    "day": KNOWN["day"],
    "unit_id": KNOWN["unit_id"],
    "unit_name": KNOWN["unit_name"],
    "county_name": KNOWN["county_name"],
    "state": "进度",
    "lacking": "还缺",
    "file": "文件",
    "what": "内容",
    "kept": "计入的",
    "kept_file": "计入的文件",
    "kept_sheet": "计入的工作表",
    "other": "另一份",
    "other_file": "另一份的文件",
    "other_sheet": "另一份的工作表",
    "reason": "处理",
    "status": "状态",
    "read": "填了的页",
    "quarantined": "隔离的页",
    "sha256": "摘要",
}


def list_progress(pages: pd.DataFrame, settled: Sequence[Filled]) -> pd.DataFrame:
    """Return how far each page is that somebody has to fill in; reserves once they are begun.

    Parameters
    ----------
    pages : the register;  settled : what counts of each unit

    Returns
    -------
    DataFrame[draw, team, day, unit_id, unit_name, county_name, state, lacking, file]
    """
    filled = {(str(one.page["draw"]), str(one.page["unit_id"])): one for one in settled}
    current = pages[pages["current"]].sort_values(["draw", "team", "day", "unit_id"])
    lines: list[list[object]] = []
    shown: set[tuple[str, str]] = set()
    for page in current.to_dict("records"):
        place = (str(page["draw"]), str(page["unit_id"]))
        one = filled.get(place)
        if (one is None and not page["drawn"]) or place in shown:
            continue
        shown.add(place)
        state, lacking = (NOT_BEGUN, "") if one is None else _how_far(one)
        told = [page["draw"], page["team"], page["day"] or "备用", page["unit_id"], page["unit_name"]]
        lines.append([*told, page["county_name"], state, lacking, one.copy.file if one else ""])
    return pd.DataFrame(lines, columns=list(STATES))


def _how_far(one: Filled) -> tuple[str, str]:
    outcome = one.cells.get((VISIT, "", "outcome"), "")
    wanted: list[Key] = [(VISIT, "", "outcome")]
    if outcome in ("", INSPECTED):
        wanted += [(VISIT, "", name) for name in ("date", "inspectors", "conclusion")]
        due = [item for item in str(one.page["items"]).split("、") if item]
        open_ = [item for item in due if (ITEM, item, "result") not in one.cells]
    else:
        open_ = []
    words = [what(key) for key in wanted if key not in one.cells]
    if open_:
        words.append(f"{len(open_)} 个项目没有结果")
    return (HALF, "、".join(words)) if words else (DONE, "")


def progress_by_team(progress: pd.DataFrame) -> pd.DataFrame:
    """Return how many sites of each team are done, begun and not begun.

    Returns
    -------
    DataFrame[draw, team, 应查, 完成, 进行中, 未开始]
    """
    counts = progress.groupby(["draw", "team"])["state"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[DONE, HALF, NOT_BEGUN], fill_value=0)
    counts.insert(0, "应查", counts.sum(axis=1))
    return counts.reset_index().rename_axis(columns=None)
