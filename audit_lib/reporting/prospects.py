"""The picture of a plan: what it will be able to show, area by area, looked at before it is committed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit_lib.inference.prospect import GOOD, PRESUMED
from audit_lib.reporting.canvas import INK, LINE, SOFT, new_figure, png
from audit_lib.reporting.figures import DASHED, ROW_HEIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEAD, WHOLE = 3.1, 1.35, 100


def prospect_picture(table: pd.DataFrame, *, limit: float | None, confidence: float) -> bytes:
    """Return bars of the bound after no failure, the chance of acceptance and the half-width, as PNG.

    Parameters
    ----------
    table : DataFrame[name, N, n, hidden_share, chance, half_width]   the whole first, as
        `inference.prospect` gives it, with the names of the areas
    limit : share of failing units that is just acceptable; without one there is no chance to show
    confidence : of the bound and of the interval
    """
    panels = [("hidden_share", "一家不合格也没抽到时,\n仍可能不合格的至多(%)")]
    panels += [] if limit is None else [("chance", f"真有 {float(GOOD) * 100:g}% 不合格时,\n被接受的机会(%)")]
    panels += [("half_width", f"真有 {float(PRESUMED) * 100:g}% 不合格时,\n区间半宽约(百分点)")]
    names = [f"{row.name}({row.n}/{row.N})" for row in table.itertuples(index=False)]
    with new_figure(WIDTH * (len(panels) + 0.4), HEAD + ROW_HEIGHT * len(names)) as figure:
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (column, title) in zip(row, panels, strict=True):
            _draw_bars(axes, table[column].astype("float64").tolist(), title, up=column == "hidden_share")
        if limit is not None:
            row[0].axvline(limit * 100, color=INK, linewidth=1.1, linestyle=DASHED)
        row[0].set_yticks(range(len(names)), names)
        row[0].set_ylim(len(names) - 0.4, -0.6)
        line = "" if limit is None else f"; 虚线为判定限 {limit * 100:g}%"
        figure.supxlabel(
            f"括号内为抽取/总数; 把握程度 {confidence * 100:g}%, 各地区单独计{line}", fontsize=8.5
        )
        return png(figure)


def _draw_bars(axes: Axes, shares: Sequence[float], title: str, *, up: bool) -> None:
    """Draw one panel; the first bar, of the whole, is dark. A bound is rounded up, never down."""
    values: list[Any] = [0.0 if math.isnan(share) else share * 100 for share in shares]
    top = max([*values, 1.0]) * 1.3
    colours = [INK, *[SOFT] * (len(values) - 1)]
    axes.barh(range(len(values)), values, height=0.62, color=colours, zorder=2)
    for place, (share, value) in enumerate(zip(shares, values, strict=True)):
        shown = math.ceil(round(value * 10, 6)) / 10 if up else value
        word = "—" if math.isnan(share) else f"{shown:.1f}"
        axes.text(value + top * 0.01, place, word, va="center", fontsize=8.5, zorder=3)
    axes.set_xlim(0, top)
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= min(top, WHOLE)])
    axes.set_title(title, fontsize=9.5, loc="left")
    axes.grid(axis="x", color=LINE, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
