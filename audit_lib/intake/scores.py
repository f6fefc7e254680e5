"""Risk scores handed in as a table, for draws with unequal chances: unit and score, nothing else."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from audit_lib.errors import InputError, Problem, Text
from audit_lib.intake.readers import read_grids
from audit_lib.intake.text import canonical_id

HEADINGS = {"unit_id": ("unit_id", "单位编号"), "score": ("score", "风险分")}


def read_scores(path: Path) -> pd.DataFrame:
    """Return the risk score of each unit, from the first sheet of a file whose first row is the header.

    Returns
    -------
    DataFrame[unit_id, score]   canonical ids, each once; scores above 0

    Raises
    ------
    InputError   the file cannot be read, lacks a column, or has rows that cannot be used: all of them
    """
    grid = read_grids(path)[0]
    head = [cell.strip() for cell in grid.cells[0]] if grid.cells else []
    at = {
        name: next((head.index(word) for word in words if word in head), -1)
        for name, words in HEADINGS.items()
    }
    if -1 in at.values():
        raise InputError(
            f"{path.name} 第 1 行须有“单位编号”和“风险分”两列(或 unit_id、score)",
            f"row 1 of {path.name} must hold the columns unit_id and score (or 单位编号, 风险分)",
        )
    scores: dict[str, float] = {}
    problems = []
    for number, cells in enumerate(grid.cells[1:], start=2):
        said, written = cells[at["unit_id"]], cells[at["score"]]
        if not said.strip() and not written.strip():
            continue
        unit, score = canonical_id(said), _positive(written)
        if not unit or unit in scores:
            due = Text("单位编号重复", "the unit stands twice") if unit else Text("缺少单位编号", "no unit")
            problems.append(Problem(path.name, grid.sheet, number, "单位编号", said, due))
        elif score is None:
            due = Text("应为大于 0 的数", "a number above 0 is due")
            problems.append(Problem(path.name, grid.sheet, number, "风险分", written, due))
        scores[unit] = score or math.nan
    if problems:
        raise InputError(f"{path.name} 不能使用", f"{path.name} cannot be used", problems)
    return pd.DataFrame({"unit_id": list(scores), "score": list(scores.values())}).astype({"unit_id": "str"})


def _positive(text: str) -> float | None:
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return None
    return number if number > 0 and math.isfinite(number) else None
