"""How often the signals find what was planted, and how often they raise something that was not.

    python bench/signals.py --records records.jsonl [--units 4000] [--seeds 200] [--figure docs/power.png]

Per seed one honest province, and the same one with every distortion at every strength: those of a
county in a county of its own among the largest, in two rounds; who gets which strength goes round with
the seed; those of a city in a city of its own; that of the province one strength after the other.
Each is then judged as if it alone were there: its own p-values among the honest ones of all others,
under the one control. A signal finds its distortion if it raises an alarm there. The claimed list
is found if the city is called not random at the level of the rulebook, all lists being looked at.
What is done lies in the records, a line a seed and size: stopped, the same command goes on, and another
size goes into the same table and picture.
"""

import argparse
import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
from scipy import stats

from audit_lib.compliance import load_rulebook
from audit_lib.demo import Distortion, build_province, distort
from audit_lib.demo.distortions import DISTORTIONS
from audit_lib.demo.ledger import QUIET_COUNTY
from audit_lib.investigation import city_frame, city_list, examine_list, find_signals, load_signals
from audit_lib.investigation.kinds import KINDS, Records
from audit_lib.investigation.records import PASSED, gather_visits
from audit_lib.sampling import county_passes

STRENGTHS = (0.1, 0.25, 0.5, 1.0)
LIST, OF_CITY, OF_PROVINCE = "hand_picked", "uneven_failures", "even_failures"
OF_COUNTY = [name for name in DISTORTIONS if name not in (LIST, OF_CITY, OF_PROVINCE)]
SPREAD = ("uneven_areas", "even_areas")
ROUNDS = 2
PROVINCE = "990000"
CUTOFFS = ("2014-03-10", "2014-03-17", "2014-03-24")
MARKS = "os^Dvx"
"""Signals of one panel are told apart in grey too."""
STANDING = "zero_hazards"
"""Part of every province."""


def look(seed: int, units: int) -> dict[str, object]:
    """Return what one seed shows: alarms of the honest province, of each distorted area, of the lists."""
    honest = build_province(units, seed, distortions=[])
    book, city_of = load_rulebook(), honest.counties.set_index("code")["city"]
    rate = float(book.share("signal_rate"))
    base = find_signals(honest.tables, city_of, book)
    found = {}
    for planned in plan(honest.tables["units"], city_of, seed):
        planted = [Distortion(name, area, strength) for area, (name, strength) in planned.items()]
        changed = find_signals(distort(honest.tables, planted, seed)[0], city_of, book)
        for area, (name, strength) in planned.items():
            own = changed[changed["area"] == area]
            found[f"{name}|{strength}"] = alarms(base[base["area"] != area], own, rate)
    spread = base["signal"].isin(SPREAD)
    for strength in STRENGTHS:
        tables, _ = distort(honest.tables, [Distortion(OF_PROVINCE, PROVINCE, strength)], seed)
        found[f"{OF_PROVINCE}|{strength}"] = alarms(base[~spread], spread_of(tables, city_of), rate)
    lists = look_at_lists(honest.tables, city_of, seed)
    raised = base[base["alarm"] & (base["signal"] != STANDING)]
    return {
        "seed": seed,
        "units": units,
        "honest": sorted(set(raised["signal"])),
        "found": found,
        "lists": lists,
    }


def plan(units: pd.DataFrame, city_of: pd.Series, seed: int) -> list[dict[str, tuple[str, float]]]:
    """Return what is planted where, a round each: by area distortion and strength."""
    sizes = units.groupby("county").size().drop(QUIET_COUNTY).sort_values(ascending=False, kind="stable")
    cases = [(name, strength) for name in OF_COUNTY for strength in STRENGTHS]
    shift = seed % len(cases)
    cases, each = cases[shift:] + cases[:shift], -(-len(cases) // ROUNDS)
    rounds = [
        dict(zip(sizes.index, cases[first : first + each], strict=False))
        for first in range(0, len(cases), each)
    ]
    cities = turned(city_of, seed)
    rounds[0] |= {city: (OF_CITY, strength) for city, strength in zip(cities, STRENGTHS, strict=False)}
    return rounds


def turned(city_of: pd.Series, seed: int) -> list[str]:
    """Return the cities of more than four counties, from another one on for each seed."""
    large = [city for city in sorted(set(city_of)) if (city_of == city).sum() > 4][: 2 * len(STRENGTHS)]
    return large[seed % len(large) :] + large[: seed % len(large)]


def spread_of(tables: dict[str, pd.DataFrame], city_of: pd.Series) -> pd.DataFrame:
    """Return the signals of variation over areas, which look at spot-checks only."""
    visits = gather_visits(tables | {"county_checks": tables["county_checks"].iloc[:0]}, city_of)
    passed = tables["county_checks"].loc[tables["county_checks"]["conclusion"] == PASSED, "unit_id"]
    units = tables["units"].drop_duplicates("unit_id")
    held = units[units["unit_id"].isin(passed)].groupby("county").size()
    none = visits.iloc[:0]
    records = Records(visits, none, none, none, held, held, city_of, 0.0)
    found = [
        KINDS[signal.kind](signal, level, records)[0].assign(signal=signal.signal)
        for signal in map(load_signals().get, SPREAD)
        for level in signal.levels
    ]
    return pd.concat(found, ignore_index=True).assign(listed_apart=False)


def alarms(others: pd.DataFrame, own: pd.DataFrame, rate: float) -> list[str]:
    """Signals raised by the rows of one area, all others being honest."""
    rows = pd.concat([others, own.assign(own=True)], ignore_index=True)
    tested = rows[rows["p"].notna()]
    q = stats.false_discovery_control(tested["p"].to_numpy(dtype=float), method="by")
    seen = tested[(q <= rate) & tested["own"].eq(True)]
    return sorted({*seen["signal"], *own.loc[own["listed_apart"], "signal"]})


def look_at_lists(tables: dict[str, pd.DataFrame], city_of: pd.Series, seed: int) -> dict[str, object]:
    """Which honest lists are called not random, and which hand-picked ones, a city each."""
    cities = sorted(set(city_of))
    passes = county_passes(tables["county_checks"], tables["city_checks"], CUTOFFS)
    tables = {**tables, "passes": passes}
    honest = [city for city in cities if is_called(tables, city, seed, len(cities))]
    picked = {}
    for city, strength in zip(turned(city_of, seed), STRENGTHS, strict=False):
        changed, _ = distort(tables, [Distortion(LIST, city, strength)], seed)
        picked[str(strength)] = is_called(changed, city, seed, len(cities))
    return {"honest": honest, "picked": picked}


def is_called(tables: dict[str, pd.DataFrame], city: str, seed: int, lists: int) -> bool:
    """Whether a list is called not random; with few redraws first, because most are far from it."""
    frame = city_frame(tables, city)
    claimed = city_list(tables["city_checks"], frame)
    alpha = float(load_rulebook().share("list_alpha"))
    options = {"name": f"{city}-{seed}", "alpha": alpha, "lists": lists}
    if examine_list(frame, claimed, redraws=499, **options).p > 0.03:
        return False
    return examine_list(frame, claimed, **options).conclusion == "not_random"


def tabulate(records: list[dict]) -> pd.DataFrame:
    """Share of seeds in which each signal was raised: distortion and signal down, strengths across."""
    rows = [
        (*case.split("|"), signal)
        for record in records
        for case, signals in record["found"].items()
        for signal in signals
    ]
    rows += [
        (LIST, strength, "claimed_list")
        for record in records
        for strength, called in record["lists"]["picked"].items()
        if called
    ]
    table = pd.DataFrame(rows, columns=["distortion", "strength", "signal"])
    counts = table.groupby(["distortion", "signal", "strength"]).size().unstack(fill_value=0)
    return counts.reindex(columns=[str(one) for one in STRENGTHS], fill_value=0) / len(records)


def say(records: list[dict], units: int) -> None:
    """Print the tables of one size as they stand in docs/measured.md."""
    n = len(records)
    signals = [bool(one["honest"]) for one in records]
    lists = [bool(one["lists"]["honest"]) for one in records]
    both = [a or b for a, b in zip(signals, lists, strict=True)]
    print(f"{units} units, {n} seeds. Honest: any signal {sum(signals)}, any list {sum(lists)}, ", end="")
    print(f"any alarm at all {sum(both)} of {n} ({sum(both) / n:.1%})")
    false = pd.Series([signal for one in records for signal in one["honest"]], dtype="str").value_counts()
    print(false.to_string() if len(false) else "no false alarm of any signal")
    table = tabulate(records)
    print("| distortion | signal |", " | ".join(table.columns), "|")
    for (distortion, signal), row in table.iterrows():
        print(f"| {distortion} | {signal} |", " | ".join(f"{rate:.0%}" for rate in row), "|")


def draw_power(tables: dict[int, pd.DataFrame], target: Path) -> None:
    """Draw detection against strength, a panel for each distortion; the larger province dashed."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    down = -(-len(DISTORTIONS) // 3)
    figure, axes = plt.subplots(down, 3, figsize=(11, 2.8 * down), sharey=True, layout="constrained")
    for axis, name in zip(axes.flat, DISTORTIONS, strict=False):
        shown = [table.loc[[name]] for table in tables.values() if name in table.index]
        signals = sorted(
            {signal for table in shown for (_, signal), row in table.iterrows() if row.max() >= 0.1}
        )
        for place, signal in enumerate(signals):
            for table, style in zip(tables.values(), ("-", "--"), strict=False):
                row = table.reindex([(name, signal)]).fillna(0).iloc[0]
                label = signal if style == "-" else None
                points = [0, *map(float, row.index)], [0, *row]
                look = {"color": f"C{place}", "marker": MARKS[place % len(MARKS)], "markersize": 4}
                axis.plot(*points, style, **look, label=label)
        axis.set(title=name, xlabel="strength", ylim=(-0.03, 1.03), xlim=(0, 1.03))
        axis.axhline(0.9, color="0.7", linewidth=0.8)
        if signals:
            axis.legend(fontsize=7, frameon=False)
    for axis in axes[:, 0]:
        axis.set_ylabel("found, share of seeds")
    for rest in axes.flat[len(DISTORTIONS) :]:
        rest.axis("off")
    styles = zip(("solid", "dashed"), tables, strict=False)
    figure.suptitle("; ".join(f"{style}: {units:,} units" for style, units in styles), fontsize=10)
    figure.savefig(target, dpi=90, metadata={"Software": None})


def main() -> None:
    """Look at the seeds that are not in the records yet, print the tables, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--units", type=int, default=4_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--figure", type=Path, default=Path("docs/power.png"))
    options = parser.parse_args()
    options.records.touch()
    done = {(one["seed"], one["units"]) for one in read(options.records)}
    due = [seed for seed in range(options.seeds) if (seed, options.units) not in done]
    with ProcessPoolExecutor(options.processes) as pool, options.records.open("a", encoding="utf-8") as file:
        for record in pool.map(look, due, [options.units] * len(due)):
            file.write(json.dumps(record) + "\n")
            file.flush()
    records = read(options.records)
    sizes = sorted({one["units"] for one in records})
    by_size = {units: [one for one in records if one["units"] == units] for units in sizes}
    for units, own in by_size.items():
        say(own, units)
    draw_power({units: tabulate(own) for units, own in by_size.items()}, options.figure)


def read(records: Path) -> list[dict]:
    """Return the records, a line each."""
    return [json.loads(line) for line in records.read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
