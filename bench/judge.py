"""How long all rules take on the made-up province of 20,000 units, and on ten times as much.

    python bench/judge.py [--units 20000] [--times 10] [--rounds 3] [--folder FOLDER]

The province is made and read once; ten times the data are its tables ten times over, every unit, record
and hazard under a number of its own, in the same areas. Each judgement runs in a process of its own, small
and large in turn; the first takes no longer than ten seconds, the ratio is at most twelve (medians).
With ``--folder`` what was read is kept there and used again.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance import judge
from audit_lib.demo import make_province
from audit_lib.intake import Intake, load_intake, read_inputs, write_intake
from audit_lib.params import read_params

LIMIT, MOST = 10, 12
NUMBERS = ("unit_id", "hazard_id", "check_id", "county_check_id", "reports_through", "replaces", "link_id",
           "same_as", "listing_id", "supervision_id", "act_id", "finding_id", "visit_id")  # fmt: skip
"""Columns that name one unit, record or hazard, in whatever table."""


def prepare(folder: Path, units: int, times: int) -> None:
    """Make and read the province, and write it once and ``times`` times over."""
    if (folder / "large" / "intake.json").exists():
        return
    make_province(folder / "data", units=units)
    intake = read_inputs(read_params(folder / "data" / "params.yaml"))
    write_intake(intake, folder / "small")
    tables = {name: again(rows, name, times) for name, rows in intake.tables.items()}
    write_intake(replace(intake, tables=tables), folder / "large")


def again(rows: pd.DataFrame, name: str, times: int) -> pd.DataFrame:
    """Return a table so many times over; one of areas and bodies once, its figures so many times as large."""
    kinds = {column.name: column.kind for column in schemas.tables()[name].columns}
    numbers = [column for column in NUMBERS if column in kinds]
    if not numbers:
        figures = [
            one for one, kind in kinds.items() if kind in ("int", "money") and name.startswith("weekly")
        ]
        return rows.assign(**{one: rows[one] * times for one in figures})
    return schemas.conform(pd.concat([numbered(rows, numbers, k) for k in range(times)]), name)


def numbered(rows: pd.DataFrame, numbers: list[str], k: int) -> pd.DataFrame:
    """Return rows about other units of the same kind: other numbers, other names, another branch."""
    if not k:
        return rows
    changed = {column: rows[column] + f"X{k}" for column in numbers}
    if "unit_name" in rows:
        changed["unit_name"] = rows["unit_name"] + f"({k}分部)"
    if "site_no" in rows:
        changed["site_no"] = rows["site_no"].fillna("") + f"{k}"
    return rows.assign(**changed)


def one(folder: Path, size: str) -> None:
    """Judge once in this process; print seconds, processor seconds, peak memory and rows."""
    intake: Intake = load_intake(folder / size)
    run = read_params(folder / "data" / "params.yaml")
    wall, cpu = time.perf_counter(), time.process_time()
    rules = judge(intake, run, {}).rules
    took = [time.perf_counter() - wall, time.process_time() - cpu]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(json.dumps([*took, memory, len(intake.tables["units"]), len(rules)]))


def main() -> None:
    """Measure in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--one", choices=["small", "large"], help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.one:
        one(said.folder, said.one)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = said.folder or Path(place)
        prepare(folder, said.units, said.times)
        took: dict[str, list[list[float]]] = {"small": [], "large": []}
        for _ in range(said.rounds):
            for size, rows in took.items():
                words = [sys.executable, __file__, "--one", size, "--folder", str(folder)]
                rows.append(json.loads(subprocess.run(words, check=True, capture_output=True).stdout))
    say(took, said.times)


def say(took: dict[str, list[list[float]]], times: int) -> None:
    """Print the medians of what each size took, and whether the limits are kept."""
    middle = {
        size: [statistics.median(one) for one in zip(*rows, strict=True)] for size, rows in took.items()
    }
    for wall, cpu, memory, units, rules in middle.values():
        print(f"{units:,.0f} rows of the roster, {rules:,.0f} results: {wall:.1f} s wall,", end=" ")
        print(f"{cpu:.1f} s of processor, peak {memory:,.0f} MiB")
    small, large = middle["small"], middle["large"]
    ratio = [large[place] / small[place] for place in (0, 1)]
    print(f"{times} times the data: {ratio[0]:.1f} times the wall, {ratio[1]:.1f} times the processor time")
    kept = small[0] <= LIMIT and max(ratio) <= MOST
    print(f"at most {LIMIT} s, and at most {MOST} times: {'kept' if kept else 'not kept'}")


if __name__ == "__main__":
    main()
