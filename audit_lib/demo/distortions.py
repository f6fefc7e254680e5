"""Records that do not look like records of what happened, planted at a strength from 0 to 1.

Each distortion takes the true tables and changes what no rule judges: which of the units that
could be drawn stand on a list, what a hazard's entry says, who signed and at what hour, how many
hazards a visit counted, by how much a score passed. Conclusions, days, units and deadlines stay.
What a signal should show for it stands in ``truth.json`` under ``signals``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.demo.ledger import QUIET_COUNTY
from audit_lib.demo.stock import Tables, dice, stock
from audit_lib.demo.visits import OPENS, PASSED, batches, clock

QUICK, WALK = 7, 4
"""Minutes of a visit at an impossible pace, and minutes to the next one."""

VARIANTS = ("", "，已告知", "，已当场告知负责人", "（复核）")
"""Endings that make a copied text nearly equal instead of equal."""


@dataclass(frozen=True, slots=True)
class Distortion:
    """What to distort, where, how strongly; ``note`` is what truth.json says of it."""

    distortion: str
    area: str
    strength: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A signal that should show on a subject, ``claimed_list`` on a city among them."""

    signal: str
    level: str
    subject: str
    note: str


Distorted = tuple[Tables, list[Trace]]


def demo_distortions() -> list[Distortion]:
    """Return the distortions of the made-up province, from ``distortions.csv``.

    >>> demo_distortions()[0].distortion
    'hand_picked'
    """
    rows = stock("distortions").itertuples(index=False)
    return [
        Distortion(str(row.distortion), str(row.area), float(str(row.strength)), str(row.note))
        for row in rows
    ]


def distort(true: Tables, distortions: Sequence[Distortion], seed: int) -> Distorted:
    """Return the tables with the distortions in them, and every trace that should show.

    A county that reports no hazard at all is part of every province.
    """
    traces = [Trace("zero_hazards", "county", QUIET_COUNTY, "全县没有一条隐患")]
    for one in distortions:
        chance = dice(seed, f"{one.distortion} {one.area}")
        changed, shown = _DISTORTIONS[one.distortion](true, one, chance)
        true = true | changed
        traces += [Trace(signal, level, subject, one.note) for signal, level, subject in shown]
    return true, traces


Shown = list[tuple[str, str, str]]
Changed = tuple[Tables, Shown]


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


def copied_texts(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Copy one entry into a share of what one pair of inspectors found, half of it a little varied."""
    hazards = true["hazards"]
    there = hazards[hazards["county"].eq(how.area) & hazards["grade"].eq("一般")]
    pair = str(there["finders"].mode().iloc[0])
    own = there[there["finders"] == pair].drop_duplicates("unit_id")
    chosen = own.index[chance.random(len(own)) < how.strength]
    model = own.iloc[0]
    lot = np.where(chance.random(len(chosen)) < 0.5, 0, np.floor(chance.random(len(chosen)) * len(VARIANTS)))
    endings = np.array(VARIANTS, dtype=object)[lot.astype(np.int64)]
    hazards = hazards.copy()
    hazards.loc[chosen, ["category", "place", "measure"]] = model[["category", "place", "measure"]].to_numpy()
    hazards.loc[chosen, "description"] = f"{model['place']}{model['description']}，要求立即整改" + endings
    names = pair.split("、")
    shown = [
        (signal, "inspector", f"{how.area}:{name}") for signal in ("same_text", "near_text") for name in names
    ]
    return {"hazards": hazards}, shown


def impossible_pace(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Let one team make all visits of a share of the county's days, a few minutes each."""
    checks = true["county_checks"]
    there = checks[checks["county"] == how.area]
    pair = str(there["inspectors"].mode().iloc[0])
    days = np.sort(there["date"].unique())
    days = days[chance.random(len(days)) < how.strength]
    fast = there[there["date"].isin(days)].sort_values(["date", "check_id"])
    start = OPENS + fast.groupby("date").cumcount().astype("int64") * (QUICK + WALK)
    signed = pd.DataFrame({"start": clock(start), "end": clock(start + QUICK)}).set_index(fast.index)
    checks = checks.copy()
    checks.loc[fast.index, ["start", "end"]] = signed
    checks.loc[fast.index, "inspectors"] = pair
    shown = [
        (signal, "inspector", f"{how.area}:{name}")
        for signal in ("fast_pace", "short_visits", "repeated_minutes")
        for name in pair.split("、")
    ]
    return {"county_checks": checks}, shown


def two_places(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Sign one inspector's name also under another team's visit of the same hour, on a share of the days."""
    checks = true["county_checks"]
    there = checks[checks["county"] == how.area]
    name = str(there["inspectors"].mode().iloc[0]).split("、")[0]
    own = there[there["inspectors"].str.contains(name)]
    other = there[~there["inspectors"].str.contains(name)]
    pairs = own.merge(other.assign(at=other.index), on="date", suffixes=("", "_other"))
    met = pairs[(pairs["start"] < pairs["end_other"]) & (pairs["start_other"] < pairs["end"])]
    met = met.sort_values(["date", "at"]).drop_duplicates("date")
    at = met.loc[chance.random(len(met)) < how.strength, "at"]
    checks = checks.copy()
    checks.loc[at, "inspectors"] = checks.loc[at, "inspectors"] + "、" + name
    return {"county_checks": checks}, [("places_at_once", "inspector", f"{how.area}:{name}")]


def flattened(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Even out, over teams and weeks, how many visits found a hazard; the conclusions stay."""
    checks = true["county_checks"]
    there = checks[checks["county"] == how.area]
    team = there["inspectors"].str.split("、").str[0] + there["date"].dt.to_period("W-THU").astype("str")
    cells = sorted(team.unique())
    kept = set(np.array(cells, dtype=object)[chance.random(len(cells)) < how.strength])
    rows = there[team.isin(kept)].assign(cell=team)
    rows["easy"] = rows["conclusion"] == PASSED
    rows = rows.sort_values(["cell", "easy", "check_id"])
    share = (rows["hazards_general"] > 0).mean()
    due = np.floor(share * np.arange(1, len(rows) + 1) + 0.5)
    due = (
        pd.Series(np.diff(due, prepend=np.floor(0.5)), index=rows.index)
        .groupby(rows["cell"])
        .transform("sum")
    )
    place = rows.groupby("cell").cumcount()
    checks = checks.copy()
    easy = rows.index[rows["easy"]]
    checks.loc[easy, "hazards_general"] = (place < due).loc[easy].astype("int64")
    return {"county_checks": checks}, [("even_inspectors", "county", how.area)]


def piled_scores(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Bring a share of a county's passing scores down to the pass mark, or half a point above it."""
    checks = true["county_checks"]
    there = checks.index[checks["county"].eq(how.area) & checks["conclusion"].eq(PASSED)]
    chosen = there[chance.random(len(there)) < how.strength]
    checks = checks.copy()
    checks.loc[chosen, "score"] = 90 + np.floor(2 * chance.random(len(chosen))) / 2
    return {"county_checks": checks}, [("piled_scores", "county", how.area)]


_DISTORTIONS: dict[str, Callable[[Tables, Distortion, np.random.Generator], Changed]] = {
    one.__name__: one
    for one in (hand_picked, copied_texts, impossible_pace, two_places, flattened, piled_scores)
}
