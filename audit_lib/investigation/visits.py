"""Where to go unannounced: a list proposed by lot, with chances that follow the risk.

The lot is the library's Pareto draw on tickets, so whoever has the scores and the seed makes the
same list. The seed is public, so this list is a proposal: it shows what a draw by risk looks
like and where it sends people. The list that is kept secret until the visits are over is drawn by
``audit draw`` with a seed made after its plan. Source: docs/method.md, chapter 4.
"""

from __future__ import annotations

import pandas as pd

from audit_lib.sampling import draw_pareto
from audit_lib.sampling.pareto import set_chances

WHOLE = "全部"


def visit_scores(points: pd.Series[int]) -> pd.Series[int]:
    """Return the score that a unit is drawn by: its points, and the mean of all points for everybody.

    So about half of the visits go by points, and half to everybody alike: a unit without points
    stands for at most twice as many as in a draw with equal chances, and with a chance of zero
    nothing could be said of it. Source: Hesterberg 1995 (a defensive mixture of chances).

    >>> visit_scores(pd.Series([0, 0, 70])).tolist()
    [23, 23, 93]
    """
    return points + max(1, round(float(points.mean()))) if len(points) else points


def propose_visits(units: pd.DataFrame, visits: int, *, seed: str) -> pd.DataFrame:
    """Draw the units to visit, with chances in proportion to their scores.

    Parameters
    ----------
    units : DataFrame[unit_id, points]   every unit of the area once
    visits : how many to draw; of fewer units, all

    Returns
    -------
    DataFrame[unit_id, order, score, chance]   by unit_id; order: from 1, as they were drawn; chance:
        inclusion probability, 0..1, nine decimals

    Raises
    ------
    DrawError, FrameError   the seed or the ids are not as `sampling.draw` takes them

    >>> units = pd.DataFrame({"unit_id": ["A", "B", "C"], "points": [0, 0, 70]})
    >>> propose_visits(units, 2, seed="investigation-2014").values.tolist()
    [['A', 2, 23, 0.5], ['C', 1, 93, 1.0]]
    """
    frame = units[["unit_id"]].assign(stratum=WHOLE, score=visit_scores(units["points"]))
    if frame.empty:
        return frame.assign(order=0, chance=0.0)[["unit_id", "order", "score", "chance"]]
    n = {WHOLE: min(visits, len(frame))}
    frame["chance"] = set_chances(frame, n)
    drawn = draw_pareto(frame, n, seed=seed).rename(columns={"rank": "order"})
    drawn = drawn[["unit_id", "order", "chance"]].astype({"chance": "float64"})
    rows = drawn.merge(frame[["unit_id", "score"]], on="unit_id").sort_values("unit_id", ignore_index=True)
    return rows[["unit_id", "order", "score", "chance"]]
