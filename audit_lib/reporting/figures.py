"""Figures as PNG bytes: the same bytes from the same numbers, legible in grey.

matplotlib is imported at the first figure: most county reports have none, and the import
costs as much as the rest of such a report.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from audit_lib.errors import ReportError
from audit_lib.reporting import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE, FAIL = "#1b2027", "#8a929c", "#d5d9df", "#9b1c1c"
DOTS_PER_INCH = 120
ROW_HEIGHT = 0.27
MOST_LABEL_GAP = 0.02

STYLE: dict[Any, Any] = {
    "font.family": fonts.NAME,
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINE,
    "axes.linewidth": 0.8,
    "axes.unicode_minus": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "ytick.left": False,
    "text.parse_math": False,
    "svg.hashsalt": "audit",
}


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
    looks = [("#3d4650", ""), ("#aab1ba", ""), ("#ffffff", "////")]
    with _figure(len(names), label) as (figure, axes):
        places, left = np.arange(len(names)), np.zeros(len(names))
        for (part, counts), (colour, hatch) in zip(parts, looks, strict=False):
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
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=len(parts), frameon=False, fontsize=8.5)
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


@contextmanager
def _figure(rows: int, label: str) -> Iterator[tuple[Figure, Axes]]:
    import matplotlib as mpl  # noqa: PLC0415 the import costs more than most reports, see the module
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    if fonts.NAME not in {entry.name for entry in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(fonts.font_file())
    with mpl.rc_context(STYLE), warnings.catch_warnings():
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


def _label(axes: Axes, names: Sequence[str], label: str) -> None:
    axes.set_yticks(np.arange(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel(label)
    axes.grid(axis="x", color=LINE, linewidth=0.6, zorder=0)
    axes.set_axisbelow(True)


def _png(figure: Any) -> bytes:
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return sink.getvalue()
