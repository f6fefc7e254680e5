"""Where: places with more failures than their county gives them, hazards found again or long open.

A place is a township, a county a tile roughly where it lies: nothing here needs coordinates.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.investigation.where import AGAIN, LONG
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.inquiry import Inquiry
from audit_lib.reporting.leads import PLACE_ALPHA, print_chance
from audit_lib.reporting.model import Grid, Number, Picture, Section
from audit_lib.reporting.tiles import FEWEST_TILES, Tile, short_name, tile_map, tile_places

SHOWN = 30


def places_section(inquiry: Inquiry) -> Section:
    """Return where failures lie close together, what was found again, and who lies beside a failure."""
    names = inquiry.case.names()
    places = inquiry.places.dropna(subset=["p"]) if len(inquiry.places) else inquiry.places
    if len(places):
        places = places[places["failed"] > 0]
        places = places.assign(
            county=places["county"].map(names),
            expected=places["expected"].map("{:.1f}".format),
            chance=places["p_adjusted"].map(print_chance),
        )
    alpha = Number("place_alpha", "列为发现的概率", "text", f"{PLACE_ALPHA:.0%}", "规则库")
    again = inquiry.again
    if len(again):
        days = ["已整改" if pd.isna(value) else f"{value:.0f}" for value in again["days_open"]]
        again = again.assign(county=again["county"].map(names), days_open=days)
    beside = inquiry.beside
    beside = beside.assign(county=beside["county"].map(names)) if len(beside) else beside
    blocks = (
        *_map(inquiry),
        make_grid("集中", places, shown=SHOWN // 3, numbers=(alpha,)),
        make_grid("再次查出", again),
        make_grid("邻近", beside),
        *inquiry.not_cut,
    )
    return Section("places", "在哪里", blocks)


def _map(inquiry: Inquiry) -> list[Picture | Grid]:
    """The counties of the area with what lies in each: a map where there are enough, and a table."""
    case = inquiry.case
    counties, again, places = case.counties, inquiry.again, inquiry.places

    def count(rows: pd.DataFrame) -> pd.Series[int]:
        return rows["county"].value_counts().reindex(counties["code"], fill_value=0)

    table = pd.DataFrame(
        {
            "name": counties["name"].to_numpy(),
            "towns": count(places.dropna(subset=["p"])).to_numpy(),
            "close": count(places[places["p_adjusted"] <= PLACE_ALPHA]).to_numpy(),
            "again": count(again[again["why"] == AGAIN]).to_numpy(),
            "long": count(again[again["why"] == LONG]).to_numpy(),
            "beside": count(inquiry.beside).to_numpy(),
        }
    )
    grid = make_grid("分县区", table, folded=len(table) > SHOWN)
    if len(table) < FEWEST_TILES:
        return [grid]
    known = tile_places(counties)
    top, left = (min(place[side] for place in known.values()) for side in (0, 1))
    words = [f"{again}·{long}" for again, long in zip(table["again"], table["long"], strict=True)]
    results = np.select([table["close"] > 0, table["again"] + table["long"] > 0], ["not_met", "met"], "")
    tiles = [
        Tile(known[code][0] - top, known[code][1] - left, city, short_name(name), said, str(result))
        for code, city, name, said, result in zip(
            counties["code"], counties["city"], counties["name"], words, results, strict=True
        )
    ]
    label = "再次查出·长期未整改(处); 深色 ▲ 有乡镇街道不合格集中; 粗线内为同一市州; 位置为示意, 不是地图边界"
    close = "、".join(table.loc[table["close"] > 0, "name"]) or "无"
    told = "各县区再次查出和长期未整改隐患的方格图。有乡镇街道不合格集中的: {places_close}。"
    number = Number("places_close", "有乡镇街道不合格集中的县区", "text", close, "上级检查")
    title = "再次查出和长期未整改的隐患在哪里"
    return [Picture("地点", title, tile_map(tiles, label=label), told, (number,)), grid]
