"""Figures as PNG bytes: the same bytes from the same numbers, legible in grey.

matplotlib is imported at the first figure: most county reports have none, and the import
costs as much as the rest of such a report.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from audit_lib.errors import ReportError
from audit_lib.reporting import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE, FAIL = "#1b2027", "#8a929c", "#d5d9df", "#9b1c1c"
ROW_HEIGHT = 0.27
MOST_LABEL_GAP = 0.02

STYLE = "figures.mplstyle"

LOOKS = (("#3d4650", ""), ("#aab1ba", ""), ("#ffffff", "////"), ("#e3e6ea", "...."))
"""Filling and pattern of parts side by side: told apart without colour."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One area of a tile map: where it stands, what stands in it, and how it was judged."""

    row: int
    column: int
    group: str
    name: str
    words: str
    result: str


def share_bars(
    names: Sequence[str],
    shares: Sequence[float],
    words: Sequence[str],
    failed: Sequence[bool],
    *,
    target: float,
    label: str,
) -> bytes:
    """Return bars of shares against a target; what failed is dark and bears its mark.

    Parameters
    ----------
    names, words : area and printed share of each bar, from above to below
    shares : 0..1; nan where there is none, then only the words stand there
    failed : what was judged not met, as it need not be before the last day
    target : the share due, drawn as a line
    """
    values = np.nan_to_num(np.asarray(shares, dtype=float)) * 100
    with _figure(len(names), label) as (figure, axes):
        places = np.arange(len(names))
        colours = np.where(np.asarray(failed), FAIL, SOFT).tolist()
        axes.barh(places, values, height=0.62, color=colours, hatch=None, zorder=2)
        axes.axvline(target * 100, color=INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=3)
        top = max(float(values.max(initial=0)), target * 100) * 1.16
        for place, value, word, miss in zip(range(len(names)), values, words, failed, strict=True):
            text = f"▲ {word}" if miss else word
            axes.text(value + top * MOST_LABEL_GAP / 2, place, text, va="center", fontsize=8.5, zorder=4)
        axes.set_xlim(0, top)
        _label(axes, names, label)
        return _png(figure)


def share_dots(
    names: Sequence[str],
    shares: Sequence[float],
    words: Sequence[str],
    failed: Sequence[bool],
    *,
    target: float,
    label: str,
) -> bytes:
    """Return a dot for each share near its target, on an axis that says where it begins.

    Bars would have to begin at zero, and then 99% and 100% look alike; dots may begin anywhere.
    """
    values = np.asarray(shares, dtype=float) * 100
    least = float(np.nanmin([*values, target * 100 - 1]))
    left = max(0.0, np.floor(least - 1))
    with _figure(len(names), label) as (figure, axes):
        places = np.arange(len(names))
        axes.axvline(target * 100, color=INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=1)
        axes.hlines(places, values, target * 100, color=SOFT, linewidth=1.6, zorder=2)
        right = target * 100 + (target * 100 - left) * 0.42
        for place, value, word, missed in zip(range(len(names)), values, words, failed, strict=True):
            axes.plot(
                [value],
                [place],
                "^" if missed else "o",
                color=FAIL if missed else SOFT,
                markersize=6.5,
                zorder=3,
            )
            beside = target * 100 + (right - left) * MOST_LABEL_GAP
            axes.text(beside, place, f"▲ {word}" if missed else word, va="center", fontsize=8.5)
        axes.set_xlim(left, right)
        axes.set_xticks([tick for tick in axes.get_xticks() if left <= tick <= target * 100])
        _label(axes, names, label)
        return _png(figure)


def range_dots(
    names: Sequence[str],
    values: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    limit: float | None,
    label: str,
) -> bytes:
    """Return a dot with its interval for each area, in the order given: never a ranking.

    Parameters
    ----------
    values, lower, upper : shares 0..1
    limit : the share that is just acceptable, drawn as a line where the params set one
    """
    centre, low, high = (np.asarray(numbers, dtype=float) * 100 for numbers in (values, lower, upper))
    with _figure(len(names), label) as (figure, axes):
        places = np.arange(len(names))
        axes.hlines(places, low, high, color=SOFT, linewidth=5, zorder=2)
        axes.plot(centre, places, "o", color=INK, markersize=5.5, zorder=3)
        right = max(float(np.nanmax(high, initial=1.0)), (limit or 0.0) * 100, 1.0)
        if limit is not None:
            axes.axvline(limit * 100, color=INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=1)
        axes.set_xlim(0, right * 1.08)
        _label(axes, names, label)
        return _png(figure)


def stacked_bars(names: Sequence[str], parts: Sequence[tuple[str, Sequence[int]]], *, label: str) -> bytes:
    """Return bars made of counted parts, the first one nearest to the names.

    Parameters
    ----------
    parts : name and counts of each part, drawn from dark to light with its own pattern
    """
    with _figure(len(names), label) as (figure, axes):
        places, left = np.arange(len(names)), np.zeros(len(names))
        for (part, counts), (colour, hatch) in zip(parts, LOOKS, strict=False):
            widths = np.asarray(counts, dtype=float)
            axes.barh(
                places,
                widths,
                left=left,
                height=0.62,
                color=colour,
                hatch=hatch,
                edgecolor=INK,
                linewidth=0.5,
                label=part,
                zorder=2,
            )
            left = left + widths
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(parts))
        _label(axes, names, label)
        return _png(figure)


def count_bars(names: Sequence[str], counts: Sequence[int], *, label: str) -> bytes:
    """Return bars of counts with the count beside each, in the order given."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 as in `_figure`

    values = np.asarray(counts, dtype=float)
    with _figure(len(names), label) as (figure, axes):
        axes.barh(np.arange(len(names)), values, height=0.62, color=SOFT, zorder=2)
        top = max(float(values.max(initial=0)), 1.0) * 1.12
        for place, value in enumerate(counts):
            axes.text(float(value) + top * MOST_LABEL_GAP / 2, place, f"{value:,}", va="center", fontsize=8.5)
        axes.set_xlim(0, top)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        _label(axes, names, label)
        return _png(figure)


def gain_curves(orders: Sequence[tuple[str, Sequence[float]]], *, label: str, found: str) -> bytes:
    """Return how the share found grows with the share of visits made, a line for each order.

    Parameters
    ----------
    orders : name and cumulative share found after each visit, 0..1; told apart by dashes, not by colour
    """
    dashes: list[Any] = ["-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 1.5, 1, 1.5))]
    with _figure(11, label) as (figure, axes):
        for (name, shares), dash in zip(orders, dashes, strict=False):
            x = np.linspace(0, 100, len(shares) + 1)
            axes.plot(x, np.append(0.0, np.asarray(shares)) * 100, color=INK, linestyle=dash, label=name)
        axes.axvline(50, color=LINE, linewidth=0.8, zorder=0)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 102)
        axes.set_xlabel(label)
        axes.set_ylabel(found)
        axes.grid(color=LINE, linewidth=0.6, zorder=0)
        axes.legend(loc="lower right", frameon=False, fontsize=8.5)
        return _png(figure)


def effect_strip(effects: Sequence[float], marked: Sequence[bool], *, label: str) -> bytes:
    """Return every subject's effect as a stroke, those of a finding tall and dark: one among its like."""
    values, tall = np.asarray(effects, dtype=float), np.asarray(marked, dtype=bool)
    with _figure(3, label) as (figure, axes):
        axes.vlines(values[~tall], 0.25, 0.6, color=SOFT, linewidth=0.9)
        axes.vlines(values[tall], 0.1, 0.8, color=FAIL, linewidth=2.4)
        axes.plot(values[tall], np.full(int(tall.sum()), 0.8), "v", color=FAIL, markersize=7)
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        axes.set_xlabel(label)
        return _png(figure)


def redraw_bars(left: Sequence[float], right: Sequence[float], redraws: Sequence[int], observed: float,
                *, label: str) -> bytes:  # fmt: skip
    """Return how often each value came out of the redraws, with the claimed list's own as a line."""
    edges = np.asarray(left, dtype=float)
    with _figure(7, label) as (figure, axes):
        axes.bar(edges, redraws, width=np.asarray(right) - edges, align="edge", color=SOFT, linewidth=0)
        axes.axvline(observed, color=FAIL, linewidth=2)
        axes.text(observed, max(redraws), " 上报名单", color=FAIL, va="top", fontsize=8.5)
        axes.set_xlabel(label)
        axes.set_ylabel("重抽次数")
        return _png(figure)


def step_bars(names: Sequence[str], counts: Sequence[int], *, label: str, grave: Sequence[bool]) -> bytes:
    """Return how many are left at each step of a way, from above to below, each with its count.

    Parameters
    ----------
    grave : steps to look at first, drawn dark and marked
    """
    with _figure(len(names), label) as (figure, axes):
        places, most = np.arange(len(names)), max(*counts, 1)
        colours = [FAIL if bad and count else SOFT for bad, count in zip(grave, counts, strict=True)]
        axes.barh(places, counts, height=0.62, color=colours, zorder=2)
        for place, count, bad in zip(range(len(names)), counts, grave, strict=True):
            text = f"▲ {count:,}" if bad and count else f"{count:,}"
            axes.text(count + most * MOST_LABEL_GAP / 2, place, text, va="center", fontsize=8.5, zorder=4)
        axes.set_xlim(0, most * 1.14)
        _label(axes, names, label)
        return _png(figure)


def course_lines(
    days: Sequence[str],
    courses: Sequence[tuple[str, Sequence[float]]],
    *,
    due: Sequence[tuple[float, str]],
    label: str,
) -> bytes:
    """Return shares over the weeks, each course with its own mark and its name at its end.

    Parameters
    ----------
    days : the Fridays, from left to right
    courses : name and shares 0..1 of each; nan where nothing was reported
    due : places between the days at which something falls due, with its words
    """
    marks = ("o", "s", "^", "D")
    with _figure(8, label) as (figure, axes):
        for (name, shares), mark in zip(courses, marks, strict=False):
            values = np.asarray(shares, dtype=float) * 100
            axes.plot(values, marker=mark, color=INK, linewidth=1.3, markersize=5, label=name, zorder=3)
        for place, words in due:
            axes.axvline(place, color=SOFT, linewidth=1.1, linestyle=(0, (4, 2)), zorder=1)
            axes.text(place - 0.06, 4, words, color=INK, fontsize=8, rotation=90, ha="right", va="bottom")
        axes.axhline(100, color=LINE, linewidth=0.8, zorder=0)
        axes.set_ylim(0, 108)
        axes.set_xlim(-0.4, max(len(days) - 0.6, *(place + 0.2 for place, _ in due)))
        axes.set_xticks(np.arange(len(days)), days)
        axes.set_ylabel("%")
        axes.set_xlabel(label)
        axes.grid(axis="y", color=LINE, linewidth=0.6, zorder=0)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(courses))
        return _png(figure)


def tile_map(tiles: Sequence[Tile], *, label: str) -> bytes:
    """Return areas as tiles roughly where they lie, a thick line around those of one group.

    What was not met is dark and marked, what cannot be judged is hatched: no colour is needed.
    """
    groups = {(tile.row, tile.column): tile.group for tile in tiles}
    rows, columns = (max(place[side] for place in groups) + 1 for side in (0, 1))
    with _figure(rows * 1.55, label) as (figure, axes):
        for tile in tiles:
            _draw_tile(axes, tile)
            for near, line in _edges(tile.row, tile.column):
                if groups.get(near) != tile.group:
                    axes.plot(*line, color=INK, linewidth=1.5, zorder=4, solid_capstyle="projecting")
        axes.set_xlim(-0.1, columns + 0.1)
        axes.set_ylim(rows + 0.1, -0.1)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines["bottom"].set_visible(False)
        axes.set_xlabel(label)
        return _png(figure)


TILES = {
    "not_met": (FAIL, "", "#ffffff", "▲ "),
    "not_assessable": ("#ffffff", "////", INK, "◇ "),
    "met": ("#e3e6ea", "", INK, ""),
}
"""Filling, pattern, ink and mark of a tile by its result; any other is white."""


def _draw_tile(axes: Axes, tile: Tile) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 see the module

    fill, hatch, ink, mark = TILES.get(tile.result, ("#ffffff", "", INK, ""))
    corner = (tile.column, tile.row)
    axes.add_patch(Rectangle(corner, 1, 1, facecolor=fill, edgecolor="#b9bfc7", hatch=hatch, linewidth=0.5))
    paper = {"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.6} if hatch else None
    centre = tile.column + 0.5
    axes.text(
        centre,
        tile.row + 0.36,
        tile.name,
        ha="center",
        va="center",
        fontsize=6.6,
        color=ink,
        bbox=paper,
        zorder=5,
    )
    axes.text(
        centre,
        tile.row + 0.72,
        mark + tile.words,
        ha="center",
        va="center",
        fontsize=5.6,
        color=ink,
        bbox=paper,
        zorder=5,
    )


def _edges(row: int, column: int) -> tuple[tuple[tuple[int, int], tuple[list[int], list[int]]], ...]:
    """Return each neighbour of a tile with the line between them, as xs and ys."""
    return (
        ((row - 1, column), ([column, column + 1], [row, row])),
        ((row + 1, column), ([column, column + 1], [row + 1, row + 1])),
        ((row, column - 1), ([column, column], [row, row + 1])),
        ((row, column + 1), ([column + 1, column + 1], [row, row + 1])),
    )


@contextmanager
def _figure(rows: float, label: str) -> Iterator[tuple[Figure, Axes]]:
    import matplotlib as mpl  # noqa: PLC0415 the import costs more than most reports, see the module
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    if fonts.NAME not in {entry.name for entry in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(fonts.font_file())
    with mpl.rc_context(style()), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        figure = Figure(figsize=(7.6, 0.75 + ROW_HEIGHT * max(rows, 2)), layout="constrained")
        FigureCanvasAgg(figure)
        try:
            yield figure, figure.add_subplot()
        except UserWarning as missing:
            raise ReportError(
                f"图“{label}”中有字体里没有的字: {missing}",
                f'figure "{label}" has a character that the font lacks: {missing}',
            ) from missing


@cache
def style() -> dict[Any, Any]:
    """Return the settings of every figure, from ``figures.mplstyle``."""
    from matplotlib import rc_params_from_file  # noqa: PLC0415

    with resources.as_file(resources.files("audit_lib.reporting").joinpath(STYLE)) as file:
        return dict(rc_params_from_file(file, use_default_template=False))


def _label(axes: Axes, names: Sequence[str], label: str) -> None:
    axes.set_yticks(np.arange(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel(label)
    axes.grid(axis="x", color=LINE, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)


def _png(figure: Any) -> bytes:
    sink = io.BytesIO()
    figure.savefig(sink, format="png", metadata={"Software": None})
    return sink.getvalue()
