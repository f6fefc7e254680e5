"""Figures as PNG bytes: the same bytes from the same numbers, legible in grey."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit_lib.reporting.canvas import FAIL, INK, LINE, SOFT, new_figure, png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, ROW_HEIGHT = 7.6, 0.27
GAP = 0.01
"""Between a bar and its words, as a part of the axis."""

DASHED = (0, (4, 2))
LOOKS = (("#3d4650", ""), ("#aab1ba", ""), ("#ffffff", "////"), ("#e3e6ea", "...."))
"""Filling and pattern of parts side by side: told apart without colour."""


def share_bars(shares: pd.DataFrame, *, target: float, label: str) -> bytes:
    """Return bars of shares against a target; what failed is dark and bears its mark.

    Parameters
    ----------
    shares : DataFrame[name, share, words, failed], from above to below; share: 0..1, nan where there
        is none, then only the words stand there; failed: judged not met, as it need not be before
        the last day
    target : the share due, drawn as a line
    """
    values = np.nan_to_num(shares["share"].to_numpy(dtype=float)) * 100
    names, words, failed = (shares[column].tolist() for column in ("name", "words", "failed"))
    return _bars(names, values.tolist(), words, failed, label=label, target=target * 100)


def count_bars(
    names: Sequence[str], counts: Sequence[int], *, label: str, grave: Sequence[bool] = ()
) -> bytes:
    """Return bars of counts with the count beside each, in the order given.

    Parameters
    ----------
    grave : bars to look at first, drawn dark and marked where they count anything
    """
    bad = [place < len(grave) and grave[place] and count > 0 for place, count in enumerate(counts)]
    return _bars(names, counts, [f"{count:,}" for count in counts], bad, label=label)


def _bars(
    names: Sequence[str],
    values: Sequence[float],
    words: Sequence[str],
    failed: Sequence[bool],
    *,
    label: str,
    target: float | None = None,
) -> bytes:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 as in `canvas`

    with figure_axes(len(names), label) as (figure, axes):
        places = np.arange(len(names))
        axes.barh(places, values, height=0.62, color=[FAIL if bad else SOFT for bad in failed], zorder=2)
        top = max([*values, target or 1.0]) * 1.16
        for place, value, word, bad in zip(range(len(names)), values, words, failed, strict=True):
            said = f"▲ {word}" if bad else word
            axes.text(value + top * GAP, place, said, va="center", fontsize=8.5, zorder=4)
        if target is None:
            axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        else:
            axes.axvline(target, color=INK, linewidth=1.1, linestyle=DASHED, zorder=3)
        axes.set_xlim(0, top)
        _name_rows(axes, names)
        return png(figure)


def share_dots(shares: pd.DataFrame, *, target: float, label: str) -> bytes:
    """Return a dot for each share, as `share_bars`, near its target, on an axis that says where it begins.

    Bars would have to begin at zero, and then 99% and 100% look alike; dots may begin anywhere.
    """
    names, words, failed = (shares[column].tolist() for column in ("name", "words", "failed"))
    values, goal = shares["share"].to_numpy(dtype=float) * 100, target * 100
    left = max(0.0, np.floor(float(np.nanmin([*values, goal - 1])) - 1))
    right = goal + (goal - left) * 0.42
    with figure_axes(len(names), label) as (figure, axes):
        axes.axvline(goal, color=INK, linewidth=1.1, linestyle=DASHED, zorder=1)
        axes.hlines(np.arange(len(names)), values, goal, color=SOFT, linewidth=1.6, zorder=2)
        for place, value, word, bad in zip(range(len(names)), values, words, failed, strict=True):
            _dot(axes, value, place, bad=bad, calm=SOFT)
            beside = goal + (right - left) * 2 * GAP
            axes.text(beside, place, f"▲ {word}" if bad else word, va="center", fontsize=8.5)
        axes.set_xlim(left, right)
        axes.set_xticks([tick for tick in axes.get_xticks() if left <= tick <= goal])
        _name_rows(axes, names)
        return png(figure)


def range_dots(
    names: Sequence[str],
    values: Sequence[float],
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    limit: float | None,
    label: str,
    expected: Sequence[float] = (),
    outside: Sequence[bool] = (),
) -> bytes:
    """Return a dot with its range for each area, in the order given: never a ranking.

    Parameters
    ----------
    values, lower, upper : shares 0..1; nan where there is no range
    limit : the share that is just acceptable, drawn as a line where the params set one
    expected : what each area is held against, drawn as a stroke; outside: which dots bear the mark
    """
    centre, low, high, due = (
        np.asarray(numbers, dtype=float) * 100 for numbers in (values, lower, upper, expected)
    )
    with figure_axes(len(names), label) as (figure, axes):
        places = np.arange(len(names))
        axes.hlines(places, low, high, color=SOFT, linewidth=5, zorder=2)
        axes.plot(due, places[: len(due)], "|", color=INK, markersize=13, markeredgewidth=1.4, zorder=3)
        for place, value in zip(places.tolist(), centre.tolist(), strict=True):
            _dot(axes, value, place, bad=place < len(outside) and outside[place], calm=INK)
        right = max(float(np.nanmax([*high, *centre])), (limit or 0.0) * 100, 1.0)
        if limit is not None:
            axes.axvline(limit * 100, color=INK, linewidth=1.1, linestyle=DASHED, zorder=1)
        axes.set_xlim(0, right * 1.08)
        _name_rows(axes, names)
        return png(figure)


def stacked_bars(names: Sequence[str], parts: Sequence[tuple[str, Sequence[int]]], *, label: str) -> bytes:
    """Return bars made of counted parts, the first one nearest to the names.

    Parameters
    ----------
    parts : name and counts of each part, drawn from dark to light with its own pattern
    """
    with figure_axes(len(names), label) as (figure, axes):
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
        _name_rows(axes, names)
        return png(figure)


def gain_curves(orders: Sequence[tuple[str, Sequence[float]]], *, label: str, found: str) -> bytes:
    """Return how the share found grows with the share of visits made, a line for each order.

    Parameters
    ----------
    orders : name and cumulative share found after each visit, 0..1; told apart by dashes, not by colour
    """
    dashes: list[Any] = ["-", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 1.5, 1, 1.5))]
    with figure_axes(11, label) as (figure, axes):
        for (name, shares), dash in zip(orders, dashes, strict=False):
            x = np.linspace(0, 100, len(shares) + 1)
            axes.plot(x, np.append(0.0, np.asarray(shares)) * 100, color=INK, linestyle=dash, label=name)
        axes.axvline(50, color=LINE, linewidth=0.8, zorder=0)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 102)
        axes.set_ylabel(found)
        axes.grid(color=LINE, linewidth=0.6, zorder=0)
        axes.legend(loc="lower right", frameon=False, fontsize=8.5)
        return png(figure)


def effect_strip(effects: Sequence[float], marked: Sequence[bool], *, label: str) -> bytes:
    """Return every subject's effect as a stroke, those of a finding tall and dark: one among its like."""
    values, tall = np.asarray(effects, dtype=float), np.asarray(marked, dtype=bool)
    with figure_axes(3, label) as (figure, axes):
        axes.vlines(values[~tall], 0.25, 0.6, color=SOFT, linewidth=0.9)
        axes.vlines(values[tall], 0.1, 0.8, color=FAIL, linewidth=2.4)
        axes.plot(values[tall], np.full(int(tall.sum()), 0.8), "v", color=FAIL, markersize=7)
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        return png(figure)


def redraw_bars(left: Sequence[float], right: Sequence[float], redraws: Sequence[int], observed: float,
                *, label: str) -> bytes:  # fmt: skip
    """Return how often each value came out of the redraws, with the claimed list's own as a line."""
    edges = np.asarray(left, dtype=float)
    with figure_axes(7, label) as (figure, axes):
        axes.bar(edges, redraws, width=np.asarray(right) - edges, align="edge", color=SOFT, linewidth=0)
        axes.axvline(observed, color=FAIL, linewidth=2)
        axes.text(observed, max(redraws), " 上报名单", color=FAIL, va="top", fontsize=8.5)
        axes.set_ylabel("重抽次数")
        return png(figure)


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
    with figure_axes(8, label) as (figure, axes):
        for (name, shares), mark in zip(courses, marks, strict=False):
            values = np.asarray(shares, dtype=float) * 100
            axes.plot(values, marker=mark, color=INK, linewidth=1.3, markersize=5, label=name, zorder=3)
        for place, words in due:
            axes.axvline(place, color=SOFT, linewidth=1.1, linestyle=DASHED, zorder=1)
            axes.text(place - 0.06, 4, words, color=INK, fontsize=8, rotation=90, ha="right", va="bottom")
        axes.axhline(100, color=LINE, linewidth=0.8, zorder=0)
        axes.set_ylim(0, np.nanmax([1, *(share for _, shares in courses for share in shares)]) * 108)
        axes.set_xlim(-0.4, max(len(days) - 0.6, *(place + 0.2 for place, _ in due)))
        axes.set_xticks(np.arange(len(days)), days)
        axes.set_ylabel("%")
        axes.grid(axis="y", color=LINE, linewidth=0.6, zorder=0)
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(courses))
        return png(figure)


def _dot(axes: Axes, value: float, place: int, *, bad: bool, calm: str) -> None:
    axes.plot(
        [value],
        [place],
        "^" if bad else "o",
        color=FAIL if bad else calm,
        markersize=6,
        zorder=4,
        clip_on=False,
    )


@contextmanager
def figure_axes(rows: float, label: str) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure as high as its rows want, and its only axes."""
    with new_figure(WIDTH, 0.75 + ROW_HEIGHT * max(rows, 2)) as figure:
        axes = figure.add_subplot()
        axes.set_xlabel(label)
        yield figure, axes


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(np.arange(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x", color=LINE, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)
