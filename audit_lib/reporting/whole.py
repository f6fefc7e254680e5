"""A run as its stages and its campaign left it: loaded once, the same for every area of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.compliance import Judgement, load_judgement
from audit_lib.intake import Intake, load_intake
from audit_lib.params import Run
from audit_lib.reporting.draws import DrawnCase, read_draws

TREE = ("province", "city", "county")


@dataclass(frozen=True, slots=True)
class Whole:
    """A run as its stages and its campaign left it, with what is the same for every area.

    ``areas`` is the tree; ``places`` says where the rows of the judgement stand that belong to an area.
    """

    intake: Intake
    judgement: Judgement
    draws: tuple[DrawnCase, ...]
    areas: pd.DataFrame
    places: Mapping[str, np.ndarray]


def load_whole(run: Run) -> Whole:
    """Return what intake, judgement and the draws of a run left on the disk, as it stands there now.

    A process that forks others (``kernel_server``) loads once for all of them: what was loaded
    is kept as long as the files are the same.
    """
    key = whole_key(run)
    if key not in LOADED:
        LOADED.clear()
        stages = load_intake(run.folder / "intake"), load_judgement(run.folder / "judgement")
        LOADED[key] = make_whole(run, *stages)
    return LOADED[key]


LOADED: dict[tuple[str, ...], Whole] = {}
"""The last run loaded in this process, and none before it."""


def whole_key(run: Run) -> tuple[str, ...]:
    """Return what changes when a stage or a draw of the run is written again."""
    stages = (run.folder / "intake" / "intake.json", run.folder / "judgement" / "rules.parquet")
    names = ("plan.json", "frame.parquet", "certificate.json")
    draws = (run.campaign / "draws" / draw / name for draw in sorted(run.params.draws) for name in names)
    written = (str(file.stat().st_mtime_ns) if file.exists() else "" for file in (*stages, *draws))
    return (str(run.folder.resolve()), *written)


def make_whole(run: Run, intake: Intake, judgement: Judgement) -> Whole:
    """Return a run as read and judged, with its tree of areas."""
    areas = tree(intake.areas)
    return Whole(intake, judgement, read_draws(run), areas, rule_places(judgement.rules, areas))


def tree(areas: pd.DataFrame) -> pd.DataFrame:
    """Return the areas of the tree in standard order, with the city of each county.

    Direct bodies owe reports but have no units of their own, so they are not in the tree.
    """
    rows = areas[areas["level"].isin(TREE)].sort_values(["order", "code"], ignore_index=True)
    own = rows["kind"] == "own_city"
    return rows.assign(city=rows["parent"].where(~own & (rows["level"] == "county"), rows["code"]))


def rule_places(rules: pd.DataFrame, areas: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return where the rows stand about an area, about what is in it, and about who reports for it."""
    rows = rules[["area", "subject", "level"]].reset_index(drop=True)
    itself = rows.loc[rows["subject"].isin(areas["code"]), "subject"]
    bodies = rows.loc[rows["level"] == "org", "subject"].str.split(":", n=1).str[0]
    owners = pd.concat([rows["area"], itself, bodies])
    found = owners.groupby(owners.to_numpy()).indices
    return {str(code): np.unique(owners.index.to_numpy()[at]) for code, at in found.items()}


def rules_within(
    rules: pd.DataFrame, places: Mapping[str, np.ndarray], codes: frozenset[str]
) -> pd.DataFrame:
    """Return the rows of the judgement that belong to any of these areas, in their order."""
    found = [places[code] for code in codes if code in places]
    mine = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.intp)
    return rules.take(mine).reset_index(drop=True)
