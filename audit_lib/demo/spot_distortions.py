"""Distortions of a city's spot-check: which units stand on its list, and where its failures lie."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.demo.planting import Changed, Distortion
from audit_lib.demo.stock import Tables
from audit_lib.demo.visits import PASSED, batches

RESULT = ["conclusion", "score", "hazards_general", "hazards_new", "already_so"]
"""What a spot-check came to; it moves from one check to another as a whole."""


def hand_picked(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Exchange a share of a city's list for the units of the same batch that scored best with the county."""
    spot, checks = true["city_checks"], true["county_checks"]
    batch = batches(checks)
    visited = checks.groupby("unit_id")["date"].max()
    score = checks.sort_values(["date", "check_id"]).groupby("unit_id")["score"].last()
    frame = true["units"].drop_duplicates("unit_id").set_index("unit_id", drop=False).rename_axis(None)
    frame = frame[frame["city"].eq(how.area) & frame.index.isin(batch.index)]
    frame = frame.assign(batch=batch, score=score, last=visited)
    spare = frame[~frame.index.isin(spot["unit_id"]) & (frame["last"] <= pd.to_datetime(frame["batch"]))]
    listed = spot[spot["city"].eq(how.area) & (spot["date"] > pd.to_datetime(spot["batch"]))]
    out = listed[chance.random(len(listed)) < how.strength].sort_values(["county", "batch", "check_id"])
    ranked = spare.sort_values(["county", "batch", "score", "unit_id"], ascending=[True, True, False, True])
    place = ["county", "batch", "place_in_line"]
    ranked = ranked.assign(place_in_line=ranked.groupby(place[:2]).cumcount())
    out = out.assign(place_in_line=out.groupby(place[:2]).cumcount(), at=out.index)
    swap = out[[*place, "at"]].merge(ranked[[*place, "unit_id"]], on=place)
    known = [
        name for name in frame.columns if name in spot and name not in ("county", "city", "batch", "score")
    ]
    spot = spot.copy()
    spot.loc[swap["at"], known] = frame.loc[swap["unit_id"], known].to_numpy()
    last = checks.sort_values("date").drop_duplicates("unit_id", keep="last").set_index("unit_id")["check_id"]
    spot.loc[swap["at"], "county_check_id"] = last.loc[swap["unit_id"]].to_numpy()
    return {"city_checks": spot}, [("claimed_list", "city", how.area)]


def uneven_failures(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Let a share of a city's failures lie in the county that was checked most."""
    spot = true["city_checks"]
    there = spot[spot["city"] == how.area]
    most = there["county"].eq(there["county"].mode().iloc[0])
    failed = there["conclusion"] != PASSED
    out = there.index[failed & ~most]
    out = out[chance.random(len(out)) < how.strength]
    shown = [("uneven_areas", "city", how.area)]
    return {"city_checks": _exchange(spot, out, there.index[most & ~failed], chance)}, shown


def even_failures(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Share failures out over the counties by their checks: all of a city, or of the province.

    Of the failures that a county has too many of, a share moves to counties that have too few.
    """
    spot = true["city_checks"]
    level = "city" if spot["city"].eq(how.area).any() else "province"
    there = spot[spot["city"].eq(how.area) | (level == "province")]
    failed = there["conclusion"] != PASSED
    found = failed.groupby(there["county"]).agg(["sum", "size"])
    due = np.floor(found["size"].cumsum() * found["sum"].sum() / found["size"].sum() + 0.5)
    over = found["sum"] - due.diff().fillna(due.iloc[0])
    lot = pd.Series(chance.random(len(there)), index=there.index)
    place = lot.groupby([there["county"], failed]).rank().to_numpy()
    beyond = there["county"].map(over).to_numpy()
    out = there.index[failed & (place <= beyond)]
    out = out[chance.random(len(out)) < how.strength]
    short = there.index[~failed & (place <= -beyond)]
    shown = ("even_areas", level, "province" if level == "province" else how.area)
    return {"city_checks": _exchange(spot, out, short, chance)}, [shown]


def _exchange(spot: pd.DataFrame, out: pd.Index, into: pd.Index, chance: np.random.Generator) -> pd.DataFrame:
    """Exchange the results of some checks with those of as many of others, taken at random."""
    into = into[np.argsort(chance.random(len(into)), kind="stable")][: len(out)]
    out = out[: len(into)]
    spot, before = spot.copy(), spot
    for name in RESULT:
        spot.loc[into, name] = before.loc[out, name].to_numpy()
        spot.loc[out, name] = before.loc[into, name].to_numpy()
    return spot
