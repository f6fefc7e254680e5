"""How long a replayable draw takes, beside draws that nobody can replay and beside the bare scan.

Parquet to Parquet, one fifth of each of 1,440 strata. Every contender runs in a process of its
own, in turns, several rounds; medians of the times are compared, and the largest peak of memory
is shown. Contenders that are not installed are left out: none of them is a dependency.

    python bench/draw.py             10^5, 10^6, 10^7 rows
    python bench/draw.py --large     and 10^8, where few contenders are left
    python bench/draw.py --rows 100000 --rounds 1
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

# The process that starts the others imports nothing large: what it holds would count as theirs.

OUT = Path("out/bench")
SEED = "20140309-0123456789"
STRATA = 1440
ROUNDS = 5
OURS = "draw_source (DuckDB)"
BARE = "bare scan and hash (DuckDB)"


def draw_here(frame: Path, out: Path) -> None:
    from audit_lib.sampling import count_source, draw_source, quota

    url = f"parquet:{frame}"
    draw_source(url, count_source(url).map(quota), seed=SEED, out=out)


def scan_and_hash(frame: Path, out: Path) -> None:
    import duckdb

    scan = "SELECT max(sha256('{}' || unit_id)) FROM read_parquet('{}')"
    duckdb.sql(scan.format(f"{SEED},", frame)).fetchall()


def sample_with_pandas(frame: Path, out: Path) -> None:
    import pandas as pd

    pd.read_parquet(frame).groupby("stratum").sample(frac=0.2, random_state=1).to_parquet(out)


def shuffle_with_polars(frame: Path, out: Path) -> None:
    import polars as pl

    place = pl.int_range(pl.len()).shuffle(seed=1).over("stratum")
    pl.read_parquet(frame).filter(place < pl.len().over("stratum") / 5).write_parquet(out)


def select_with_samplics(frame: Path, out: Path) -> None:
    import pandas as pd
    from samplics import SampleSelection, SelectMethod

    units = pd.read_parquet(frame)
    n = (units["stratum"].value_counts() / 5).map(math.ceil).to_dict()
    select = SampleSelection(method=SelectMethod.srs_wor, strat=True, wr=False)
    drawn, *_ = select.select(units["unit_id"].to_numpy(), samp_size=n, stratum=units["stratum"].to_numpy())
    units[drawn].to_parquet(out)


def select_with_r(frame: Path, out: Path) -> None:
    import pandas as pd

    table = out.with_suffix(".csv")
    pd.read_parquet(frame).sort_values("stratum").to_csv(table, index=False)
    words = f"""x <- read.csv("{table}"); n <- ceiling(table(x$stratum) / 5)
        write.csv(sampling::strata(x, "stratum", n, "srswor"), "{out}")"""
    subprocess.run(["Rscript", "-e", words], check=True, stdout=subprocess.DEVNULL)


def has(*modules: str) -> Callable[[], bool]:
    return lambda: all(importlib.util.find_spec(module) for module in modules)


def has_r() -> bool:
    ask = ["Rscript", "-e", "quit(status = !requireNamespace('sampling', quietly = TRUE))"]
    return (
        bool(shutil.which("Rscript"))
        and subprocess.run(ask, check=False, capture_output=True).returncode == 0
    )


CONTENDERS: dict[str, tuple[Callable[[Path, Path], None], Callable[[], bool], int]] = {
    OURS: (draw_here, has("duckdb"), 10**8),
    BARE: (scan_and_hash, has("duckdb"), 10**8),
    "polars shuffle": (shuffle_with_polars, has("polars"), 10**7),
    "pandas groupby.sample": (sample_with_pandas, has(), 10**7),
    "samplics": (select_with_samplics, has("samplics"), 10**5),
    "R sampling::strata": (select_with_r, has_r, 10**5),
}
"""By name: what is timed, whether it is installed, and up to how many rows it is worth waiting for."""


def make_frame(path: Path, rows: int) -> None:
    """Write rows in no order, in strata of very different sizes, a million at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rng = np.random.default_rng(2014)
    share = rng.pareto(1.2, STRATA) + 0.2
    counties = pa.array([f"22{code // 12:04}A" for code in range(STRATA)])
    keys = pa.array([f"22{code // 12:04}|{code % 12:02}" for code in range(STRATA)])
    schema = pa.schema([("unit_id", pa.string()), ("stratum", pa.string())])
    part = path.with_suffix(".part")
    with pq.ParquetWriter(part, schema, compression="zstd") as file:
        for start in range(0, rows, 10**6):
            numbers = rng.permutation(np.arange(start, min(start + 10**6, rows)))
            code = pa.array(rng.choice(STRATA, len(numbers), p=share / share.sum()))
            serial = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 9, "0")
            ids = pc.binary_join_element_wise(counties.take(code), serial, "")
            file.write_table(pa.table([ids, keys.take(code)], schema=schema))
    part.rename(path)


def run_one(name: str, frame: Path, out: Path) -> None:
    """Run one contender here and say what it took; reading in its modules is not counted."""
    CONTENDERS[name][0](OUT / "frame-1000.parquet", out)
    start, spent = time.perf_counter(), time.process_time()
    CONTENDERS[name][0](frame, out)
    seconds, cpu = time.perf_counter() - start, time.process_time() - spent
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak / 2**20}))


def start(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", __file__, *words],
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return done.stdout


def compare(rows: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return median seconds and processor seconds, and peak GiB, by contender."""
    frame = OUT / f"frame-{rows}.parquet"
    names = [name for name, (_, installed, most) in CONTENDERS.items() if rows <= most and installed()]
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            runs[name].append(json.loads(start("--one", name, "--frame", str(frame)).splitlines()[-1]))
    figures = {}
    for name, of in runs.items():
        figures[name] = {key: statistics.median(run[key] for run in of) for key in ("seconds", "cpu")}
        figures[name]["peak"] = max(run["peak"] for run in of)
    return figures


def show(rows: int, figures: dict[str, dict[str, float]]) -> None:
    print(f"\n{rows:,} rows{'':17}seconds  processor s  peak GiB  draw_source takes")
    for name, of in figures.items():
        times = figures[OURS]["seconds"] / of["seconds"]
        print(f"{name:30}{of['seconds']:7.2f}{of['cpu']:13.2f}{of['peak']:10.2f}{times:15.2f} x")


def draw_picture(results: dict[int, dict[str, dict[str, float]]]) -> None:
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    for name in CONTENDERS:
        sizes = [rows for rows in results if name in results[rows]]
        if sizes:
            left.loglog(sizes, [results[rows][name]["seconds"] for rows in sizes], "o-", label=name)
            right.loglog(sizes, [results[rows][name]["peak"] for rows in sizes], "o-")
    least = min(results)
    grown = [results[least][OURS]["seconds"] * r * math.log(r) / (least * math.log(least)) for r in results]
    left.loglog(list(results), grown, ":", color="grey", label="N log N from the smallest")
    left.set(xlabel="rows", ylabel="seconds, median")
    right.set(xlabel="rows", ylabel="peak memory, GiB")
    left.legend(fontsize=8)
    figure.savefig(OUT / "draw.png", dpi=150)
    print(f"\n{OUT / 'draw.png'}")


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rows", type=int, nargs="*", default=[10**5, 10**6, 10**7])
    options.add_argument("--large", action="store_true", help="10^8 rows as well, once")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    for name in ("--one", "--make", "--frame"):
        options.add_argument(name, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    if chosen.one:
        out = OUT / f"drawn-{os.getpid()}.parquet"
        run_one(chosen.one, Path(chosen.frame), out)
        for left in OUT.glob(f"{out.stem}.*"):
            left.unlink()
        return
    if chosen.make:
        make_frame(OUT / f"frame-{chosen.make}.parquet", int(chosen.make))
        return
    sizes = sorted({*chosen.rows, *([10**8] if chosen.large else [])})
    for rows in [1000, *sizes]:
        if not (OUT / f"frame-{rows}.parquet").exists():
            start("--make", str(rows))
    results: dict[int, dict[str, dict[str, float]]] = {}
    for rows in sizes:
        results[rows] = compare(rows, 1 if rows > 10**7 else chosen.rounds)
        show(rows, results[rows])
    (OUT / "draw.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    draw_picture(results)


if __name__ == "__main__":
    main()
