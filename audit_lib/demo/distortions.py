"""Records that do not look like records of what happened, planted at a strength from 0 to 1.

Each distortion takes the true tables and changes what no rule judges: which of the units that
could be drawn stand on a list, what a hazard's entry says, who signed and at what hour, how many
hazards a visit counted, by how much a score passed, what an entry costs. Units and deadlines stay;
conclusions and days do, except where they are what is distorted (``back_filled``, and ``uneven_failures``,
``even_failures``, ``sunday_entries``, which are not in the made-up province that is handed out).
What a signal should show for it stands in ``truth.json`` under ``signals``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.demo.ledger import QUIET_COUNTY
from audit_lib.demo.planting import Changed, Distorting, Distortion, Trace
from audit_lib.demo.spot_distortions import even_failures, hand_picked, uneven_failures
from audit_lib.demo.stock import Tables, dice, stock
from audit_lib.demo.visits import FIRST_DAY, OPENS, PASSED, clock, day, keep_hours

QUICK, WALK = 7, 4
"""Minutes of a visit at an impossible pace, and minutes to the next one."""

BACK_FILLED = pd.Timestamp("2014-03-09")
"""A Sunday, the day before the first cut-off."""

VARIANTS = ("", "，已告知", "，已当场告知负责人", "（复核）")
"""Endings that make a copied text nearly equal instead of equal."""

STEP = 40
"""Minutes from one start to the next of a timetable that everybody keeps to."""

EVENING = 6 * 60 + 30
"""How many minutes later an afternoon's visit is signed in the evening."""

SUM = 2_000
SMALLEST, LARGEST = 1_000, 9_900
"""Yuan of planned money: the one sum of everything, and the range of sums spread evenly."""

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
        changed, shown = DISTORTIONS[one.distortion](true, one, chance)
        true = true | changed
        traces += [Trace(signal, level, subject, one.note) for signal, level, subject in shown]
    return true, traces


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


def uneven_teams(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Let half of a county's teams find a hazard on a share of the visits that passed, the others none."""
    checks = true["county_checks"]
    there = checks[checks["county"].eq(how.area) & checks["conclusion"].eq(PASSED)]
    team = there["inspectors"].str.split("、").str[0]
    strict = set(sorted(team.unique())[::2])
    chosen = there.index[chance.random(len(there)) < how.strength]
    checks = checks.copy()
    checks.loc[chosen, "hazards_general"] = team.loc[chosen].isin(strict).astype("int64")
    return {"county_checks": checks}, [("uneven_inspectors", "county", how.area)]


def timetable(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Let one team start a visit every so many minutes on a share of its days; their lengths stay free."""
    checks = true["county_checks"]
    there = checks[checks["county"] == how.area]
    team = str(there["inspectors"].str.split("、").str[:2].str.join("、").mode().iloc[0])
    own = there[there["inspectors"].str.startswith(team)].sort_values(["date", "start", "check_id"])
    days = np.sort(own["date"].unique())
    own = own[own["date"].isin(days[chance.random(len(days)) < how.strength])]
    start = OPENS + own.groupby("date").cumcount().astype("int64") * STEP
    length = np.floor(STEP / 2 * (1 + chance.random(len(own)) * 0.8)).astype(np.int64)
    signed = pd.DataFrame({"start": clock(start), "end": clock(start + length)}).set_index(own.index)
    checks = checks.copy()
    checks.loc[own.index, ["start", "end"]] = signed
    return {"county_checks": checks}, [
        ("regular_gaps", "inspector", f"{how.area}:{name}") for name in team.split("、")
    ]


def evening_hours(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Sign a share of a county's afternoon visits some hours later, after the offices have closed."""
    checks = true["county_checks"]
    there = checks.index[checks["county"].eq(how.area) & checks["start"].ge("12:00")]
    chosen = there[chance.random(len(there)) < how.strength]
    checks = checks.copy()
    for name in ("start", "end"):
        was = checks.loc[chosen, name]
        minutes = was.str[:2].astype("int64") * 60 + was.str[3:].astype("int64")
        checks.loc[chosen, name] = clock(minutes + EVENING).to_numpy()
    return {"county_checks": checks}, [("off_hours", "county", how.area)]


def sunday_entries(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Date a share of a county's visits on the Sunday before the cut-off of their week, a Monday.

    Units that were visited once only: so no visit changes its batch or its place before another.
    """
    checks = true["county_checks"]
    there = checks[checks["county"].eq(how.area) & ~checks["unit_id"].duplicated(keep=False)]
    chosen = there[chance.random(len(there)) < how.strength]
    monday = chosen["date"].dt.to_period("W-MON").dt.end_time.dt.normalize()
    sunday = (monday - pd.Timedelta(days=1) - FIRST_DAY).dt.days
    checks = checks.copy()
    checks.loc[chosen.index, "day"] = sunday
    checks.loc[chosen.index, "date"] = day(sunday)
    seed = int(chance.random() * 2**31)
    own = checks["county"].eq(how.area)
    checks.loc[own, ["start", "end"]] = keep_hours(checks[own], seed, office="county")[["start", "end"]]
    return {"county_checks": checks}, [("off_days", "county", how.area)]


def one_sum(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Plan the same sum for a share of the general hazards that one pair of inspectors found."""
    hazards = true["hazards"]
    there = hazards[hazards["county"].eq(how.area) & _paid(hazards)]
    pair = str(there["finders"].mode().iloc[0])
    own = there.index[there["finders"] == pair]
    chosen = own[chance.random(len(own)) < how.strength]
    shown = [("repeated_funds", "inspector", f"{how.area}:{name}") for name in pair.split("、")]
    return _plan_sums(hazards, chosen, SUM), shown


def even_sums(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Plan sums spread evenly over a range for a share of a county's general hazards."""
    hazards = true["hazards"]
    there = hazards.index[hazards["county"].eq(how.area) & _paid(hazards)]
    chosen = there[chance.random(len(there)) < how.strength]
    steps = np.floor(chance.random(len(chosen)) * (LARGEST - SMALLEST + 100) / 100).astype(np.int64)
    return _plan_sums(hazards, chosen, SMALLEST + 100 * steps), [("first_digits", "county", how.area)]


def _paid(hazards: pd.DataFrame) -> pd.Series[bool]:
    return hazards["grade"].eq("一般") & hazards["fund_planned"].notna()


def _plan_sums(hazards: pd.DataFrame, chosen: pd.Index, yuan: int | npt.NDArray[np.int64]) -> Tables:
    hazards = hazards.copy()
    for name in ("fund_planned", "fund_arrived"):
        hazards.loc[chosen, name] = yuan
    return {"hazards": hazards}


def back_filled(true: Tables, how: Distortion, chance: np.random.Generator) -> Changed:
    """Date a share of a county's checks on the Sunday before the first cut-off, whenever they were made.

    The hours stay as they were noted, a unit's first check before its second.
    """
    checks = true["county_checks"]
    there = checks[checks["county"] == how.area].sort_values(["unit_id", "check_id"])
    chosen = there[there["unit_id"].map(_lots(there["unit_id"], chance)) < how.strength]
    hours = chosen.sort_values(["unit_id", "start"])[["start", "end"]].to_numpy()
    checks = checks.copy()
    checks.loc[chosen.index, ["start", "end"]] = hours
    checks.loc[chosen.index, ["date", "day"]] = BACK_FILLED, (BACK_FILLED - FIRST_DAY).days
    return {"county_checks": checks}, [("off_days", "county", how.area)]


def _lots(units: pd.Series[str], chance: np.random.Generator) -> pd.Series[float]:
    ids = units.drop_duplicates()
    return pd.Series(chance.random(len(ids)), index=ids.to_numpy())


DISTORTIONS: dict[str, Distorting] = {
    one.__name__: one
    for one in (
        hand_picked,
        uneven_failures,
        even_failures,
        copied_texts,
        impossible_pace,
        two_places,
        timetable,
        evening_hours,
        sunday_entries,
        flattened,
        uneven_teams,
        piled_scores,
        one_sum,
        even_sums,
        back_filled,
    )
}
