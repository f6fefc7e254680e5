"""Extensions: what a draw left, to draw from again with a fresh seed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from audit_lib.errors import DrawError
from audit_lib.field.replacements import hold_places, speaking_visits
from audit_lib.files import read_bytes
from audit_lib.sampling.frozen import read_frame
from audit_lib.sampling.plan import parse_plan
from audit_lib.sampling.prepare import Extended
from audit_lib.sampling.reveal import read_draw


def left_by(
    folder: Path, visits: pd.DataFrame, *, name: str, since: pd.Timestamp, own_fault: Collection[str]
) -> Extended:
    """Return the plan of a draw with the units of its frame that hold no place in it.

    A unit that gave its place away was not inspected, by our own fault: it is left too, and
    whoever took its place is not.

    Parameters
    ----------
    folder : of a draw that was made
    visits : table ``province_checks``, up to the day judged
    name : of the extension
    since : the day at whose end its frame stood
    own_fault : outcomes that give the place away

    Raises
    ------
    DrawError   another extension of it was planned: trying several would be one look too many
    """
    plan = parse_plan(read_bytes(folder / "plan.json"))
    for path in sorted(folder.parent.glob("*/plan.json")):
        other = parse_plan(read_bytes(path))
        if other.look and other.look.extends == plan.digest and other.draw != name:
            raise DrawError(
                f"“{plan.draw}”已由“{other.draw}”续抽, 不得另作一次",
                f'"{plan.draw}" is extended by "{other.draw}" already; there is no second try',
            )
    rows, frame = read_draw(folder), read_frame(read_bytes(folder / "frame.parquet"), name="frame.parquet")
    seen = speaking_visits(visits, rows, draw=plan.draw, since=since)
    outcomes = seen.set_index("unit_id")["outcome"]
    held = hold_places(rows, outcomes, own_fault=own_fault)
    left = frame[~frame["unit_id"].isin(held.loc[held["last"], "unit_id"])]
    return Extended(plan, left.reset_index(drop=True))
