"""How often the signals find what was planted, and how often they raise something that was not.

    python bench/signals.py --records records.jsonl [--seeds 200] [--units 4000] [--figure docs/signals.png]

Per seed one honest province, and the same one with every distortion at every strength, each in a
county of its own; who gets which strength goes round with the seed. Each county is then judged as
if it alone were distorted: its own p-values among the honest ones of all others, under the one control.
A signal finds its distortion if it raises an alarm in that county. The claimed list is found if
the city is called not random at the level of the rulebook, all lists being looked at.
What is done lies in the records, a line a seed: stopped, the same command goes on.
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
from audit_lib.demo.ledger import QUIET_COUNTY
from audit_lib.investigation import city_frame, city_list, examine_list, find_signals
from audit_lib.sampling import county_passes

STRENGTHS = (0.1, 0.25, 0.5, 1.0)
DISTORTIONS = ("copied_texts", "impossible_pace", "two_places", "flattened", "piled_scores")
CUTOFFS = ("2014-03-10", "2014-03-17", "2014-03-24")
STANDING = "zero_hazards"
"""Part of every province."""


def look(seed: int, units: int) -> dict[str, object]:
    """Return what one seed shows: alarms of the honest province, of each distorted county, of the lists."""
    honest = build_province(units, seed, distortions=[])
    book, city_of = load_rulebook(), honest.counties.set_index("code")["city"]
    base = find_signals(honest.tables, city_of, book)
    sizes = honest.tables["units"].groupby("county").size().sort_values(ascending=False, kind="stable")
    cases = [(name, strength) for name in DISTORTIONS for strength in STRENGTHS]
    shift = seed % len(cases)
    where = [county for county in sizes.index if county != QUIET_COUNTY][: len(cases)]
    planned = dict(zip(where[shift:] + where[:shift], cases, strict=True))
    planted = [Distortion(name, county, strength) for county, (name, strength) in planned.items()]
    changed = find_signals(distort(honest.tables, planted, seed)[0], city_of, book)
    found = {
        f"{name}|{strength}": alarms_of(county, base, changed, float(book.share("signal_rate")))
        for county, (name, strength) in planned.items()
    }
    lists = look_at_lists(honest.tables, city_of, seed)
    raised = base[base["alarm"] & (base["signal"] != STANDING)]
    return {"seed": seed, "honest": sorted(set(raised["signal"])), "found": found, "lists": lists}


def alarms_of(county: str, base: pd.DataFrame, changed: pd.DataFrame, rate: float) -> list[str]:
    """Signals raised in one county if it alone were distorted."""
    own = changed[changed["area"] == county]
    rows = pd.concat([base[base["area"] != county], own], ignore_index=True)
    tested = rows[rows["p"].notna()]
    q = stats.false_discovery_control(tested["p"].to_numpy(dtype=float), method="by")
    seen = tested[(q <= rate) & (tested["area"] == county)]
    return sorted({*seen["signal"], *own.loc[own["listed_apart"], "signal"]})


def look_at_lists(tables: dict[str, pd.DataFrame], city_of: pd.Series, seed: int) -> dict[str, object]:
    """Which honest lists are called not random, and which hand-picked ones, a city each."""
    cities = sorted(set(city_of))
    passes = county_passes(tables["county_checks"], tables["city_checks"], CUTOFFS)
    tables = {**tables, "passes": passes}
    large = [city for city in cities if (city_of == city).sum() > 4][: 2 * len(STRENGTHS)]
    honest = [city for city in cities if is_called(tables, city, seed, len(cities))]
    picked = {}
    for place, strength in enumerate(STRENGTHS):
        city = large[(place + seed) % len(large)]
        changed, _ = distort(tables, [Distortion("hand_picked", city, strength)], seed)
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
        ("hand_picked", strength, "claimed_list")
        for record in records
        for strength, called in record["lists"]["picked"].items()
        if called
    ]
    table = pd.DataFrame(rows, columns=["distortion", "strength", "signal"])
    counts = table.groupby(["distortion", "signal", "strength"]).size().unstack(fill_value=0)
    return counts.reindex(columns=[str(one) for one in STRENGTHS], fill_value=0) / len(records)


def say(records: list[dict], units: int) -> None:
    """Print the tables as they stand in docs/measured.md."""
    n = len(records)
    alarms = [bool(one["honest"]) for one in records]
    lists = [bool(one["lists"]["honest"]) for one in records]
    both = [a or b for a, b in zip(alarms, lists, strict=True)]
    print(
        f"{n} seeds, {units} units. Honest: any signal {sum(alarms) / n:.1%}, any list {sum(lists) / n:.1%}, "
    )
    print(f"any alarm at all {sum(both) / n:.1%}")
    false = pd.Series([signal for one in records for signal in one["honest"]], dtype="str").value_counts()
    print(false.to_string() if len(false) else "no false alarm of any signal")
    table = tabulate(records)
    print("| distortion | signal |", " | ".join(table.columns), "|")
    for (distortion, signal), row in table.iterrows():
        print(f"| {distortion} | {signal} |", " | ".join(f"{rate:.1%}" for rate in row), "|")


def draw_power(table: pd.DataFrame, target: Path) -> None:
    """Draw detection against strength, a panel for each distortion."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(2, 3, figsize=(11, 6.4), sharey=True, layout="constrained")
    for axis, name in zip(axes.flat, ("hand_picked", *DISTORTIONS), strict=True):
        for signal, row in table.loc[name].iterrows():
            if row.max() >= 0.1:
                axis.plot([0, *map(float, row.index)], [0, *row], marker="o", label=signal)
        axis.set(title=name, xlabel="strength", ylim=(-0.03, 1.03), xlim=(0, 1.03))
        axis.axhline(0.9, color="0.7", linewidth=0.8)
        axis.legend(fontsize=7, frameon=False)
    for axis in axes[:, 0]:
        axis.set_ylabel("found, share of seeds")
    figure.savefig(target, dpi=110, metadata={"Software": None})


def main() -> None:
    """Look at the seeds that are not in the records yet, print the tables, draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--units", type=int, default=4_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--figure", type=Path, default=Path("docs/signals.png"))
    options = parser.parse_args()
    options.records.touch()
    known = {json.loads(line)["seed"] for line in options.records.read_text(encoding="utf-8").splitlines()}
    due = [seed for seed in range(options.seeds) if seed not in known]
    with ProcessPoolExecutor(options.processes) as pool, options.records.open("a", encoding="utf-8") as file:
        for record in pool.map(look, due, [options.units] * len(due)):
            file.write(json.dumps(record) + "\n")
            file.flush()
    records = [json.loads(line) for line in options.records.read_text(encoding="utf-8").splitlines()]
    say(records, options.units)
    draw_power(tabulate(records), options.figure)


if __name__ == "__main__":
    main()
