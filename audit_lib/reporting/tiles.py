"""The province as a map of tiles: one for each county, roughly where it lies, without boundary data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from audit_lib.reporting.canvas import FAIL, INK, png
from audit_lib.reporting.figures import figure_axes
from audit_lib.schemas import rulebook_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES = (
    "满族自治县",
    "朝鲜族自治县",
    "蒙古族自治县",
    "自治县",
    "经济开发区",
    "产业开发区",
    "县",
    "市",
    "区",
)
FEWEST_TILES = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """One area of a tile map: where it stands, what stands in it, and how it was judged."""

    row: int
    column: int
    group: str
    name: str
    words: str
    result: str


def tile_map(tiles: Sequence[Tile], *, label: str) -> bytes:
    """Return areas as tiles roughly where they lie, a thick line around those of one group.

    What was not met is dark and marked, what cannot be judged is hatched: no colour is needed.
    """
    groups = {(tile.row, tile.column): tile.group for tile in tiles}
    rows, columns = (max(place[side] for place in groups) + 1 for side in (0, 1))
    with figure_axes(rows * 1.55, label) as (figure, axes):
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
        return png(figure)


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
    for down, text, size in ((0.36, tile.name, 6.6), (0.72, mark + tile.words, 5.6)):
        axes.text(
            tile.column + 0.5, tile.row + down, text, ha="center", va="center", fontsize=size, color=ink,
            bbox=paper, zorder=5,
        )  # fmt: skip


def _edges(row: int, column: int) -> tuple[tuple[tuple[int, int], tuple[list[int], list[int]]], ...]:
    """Return each neighbour of a tile with the line between them, as xs and ys."""
    return (
        ((row - 1, column), ([column, column + 1], [row, row])),
        ((row + 1, column), ([column, column + 1], [row + 1, row + 1])),
        ((row, column - 1), ([column, column], [row, row + 1])),
        ((row, column + 1), ([column + 1, column + 1], [row, row + 1])),
    )


def tile_places(counties: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Return row and column of each county: where the rulebook puts it, else city by city in rows.

    Parameters
    ----------
    counties : code and city of each, in standard order
    """
    rows = rulebook_rows("tiles")
    known = {row[key]: (int(row["row"]), int(row["column"])) for row in rows for key in ("code", "made_up")}
    codes = counties["code"].tolist()
    if set(codes) <= set(known):
        return {code: known[code] for code in codes}
    wide = max(math.isqrt(len(codes)) + 1, FEWEST_TILES)
    found: dict[str, tuple[int, int]] = {}
    row = 0
    for _, group in counties.groupby("city", sort=False):
        found |= {code: (row + place // wide, place % wide) for place, code in enumerate(group["code"])}
        row += math.ceil(len(group) / wide)
    return found


def short_name(name: str) -> str:
    """Return a county's name as a tile has room for it, in two lines where it is long.

    >>> short_name("映雪区"), short_name("雁鸣高新技术开发区")
    ('映雪', '雁鸣高新\\n技术开发')
    """
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            name = name.removesuffix(suffix)
            break
    return name if len(name) <= 4 else f"{name[:4]}\n{name[4:8]}"  # noqa: PLR2004 what a tile has room for
