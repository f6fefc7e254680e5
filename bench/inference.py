"""Share, standard error and interval: this library beside R's survey, svy and samplics, one run.

    python bench/inference.py [--python OTHER] [--rounds 5]

The others are never dependencies. R: `apt-get install r-base-core r-cran-survey`. svy and samplics:
`python -m venv bench-venv && bench-venv/bin/pip install svy samplics`, then `--python
bench-venv/bin/python` (or the variable AUDIT_BENCH_PYTHON). What is not installed is left out and said so.

Each program holds the same visits in its own kind of table before the clock starts; then all are asked in
turn, round after round, so that a busy minute of the machine falls on all of them alike.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

STRATA = 60
COLUMNS = ("value", "se", "lower", "upper")
TARGETS = {("svy", 10_000_000): 5, ("R survey", 1_000_000): 50}

R_WORKER = """
suppressPackageStartupMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]; n <- as.integer(commandArgs(trailingOnly = TRUE)[2])
h <- readBin(file.path(folder, "stratum.i32"), "integer", n, size = 4)
d <- data.frame(stratum = factor(h), N = 5L * tabulate(h + 1L)[h + 1L],
                failed = readBin(file.path(folder, "failed.i32"), "integer", n, size = 4))
lines <- file("stdin", "r"); cat("ready\n"); flush(stdout())
while (length(readLines(lines, n = 1))) {
  start <- proc.time()[["elapsed"]]
  design <- svydesign(id = ~1, strata = ~stratum, fpc = ~N, data = d)
  answer <- svyciprop(~failed, design, method = "beta")
  seconds <- proc.time()[["elapsed"]] - start
  ends <- attr(answer, "ci")
  cat(sprintf('{"seconds": %.4f, "value": %.17g, "se": %.17g, "lower": %.17g, "upper": %.17g}\n',
              seconds, coef(answer)[[1]], sqrt(attr(answer, "var"))[1], ends[[1]], ends[[2]]))
  flush(stdout())
}
"""

Call = Callable[[], dict[str, float]]


def make_visits(folder: Path, n: int) -> None:
    """Write the visits of a fifth of the units in sixty strata, 3% failing."""
    rng = np.random.default_rng(n)
    rng.integers(0, STRATA, n, dtype=np.int32).tofile(folder / "stratum.i32")
    rng.binomial(1, 0.03, n).astype(np.int32).tofile(folder / "failed.i32")


def read_visits(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Stratum number and outcome of each visit, units and names of the strata."""
    h, failed = (np.fromfile(folder / f"{name}.i32", dtype=np.int32) for name in ("stratum", "failed"))
    return h, failed, 5 * np.bincount(h), [f"{k:06d}" for k in range(STRATA)]


def ours(folder: Path) -> Call:
    """This library on pandas columns, the stratum as text."""
    import pandas as pd  # noqa: PLC0415 - each worker imports only its own program

    from audit_lib.inference import estimate_share  # noqa: PLC0415

    h, failed, N, keys = read_visits(folder)
    visits = pd.DataFrame({"stratum": pd.array(np.array(keys)[h], dtype="str"), "failed": failed})
    sizes = dict(zip(keys, N.tolist(), strict=True))

    def call() -> dict[str, float]:
        answer = estimate_share(visits["failed"], visits["stratum"], sizes, interval="korn-graubard")
        return {name: getattr(answer, name) for name in COLUMNS}

    return call


def svy(folder: Path) -> Call:
    """The package svy on a polars table, the stratum as text."""
    import polars as pl  # noqa: PLC0415
    import svy as package  # noqa: PLC0415

    h, failed, N, keys = read_visits(folder)
    visits = pl.DataFrame(
        {"stratum": np.array(keys)[h], "failed": failed, "N": N[h], "w": (N / np.bincount(h))[h]}
    )

    def call() -> dict[str, float]:
        sample = package.Sample(data=visits, design=package.Design(stratum="stratum", wgt="w", pop_size="N"))
        row = sample.estimation.prop("failed", ci_method="beta").to_polars().row(1, named=True)
        return dict(zip(COLUMNS, (row[name] for name in ("est", "se", "lci", "uci")), strict=True))

    return call


def samplics(folder: Path) -> Call:
    """The package samplics on NumPy columns; its interval of a share is the logit one."""
    from samplics import PopParam, TaylorEstimator  # noqa: PLC0415

    h, failed, N, _ = read_visits(folder)
    weight, n = (N / np.bincount(h))[h], np.bincount(h)
    fpc = {k: float(1 - n[k] / N[k]) for k in range(STRATA)}

    def call() -> dict[str, float]:
        estimator = TaylorEstimator(PopParam.prop)
        estimator.estimate(y=failed, samp_weight=weight, stratum=h, fpc=fpc)
        ends = (estimator.point_est, estimator.stderror, estimator.lower_ci, estimator.upper_ci)
        return {name: float(kind[1]) for name, kind in zip(COLUMNS, ends, strict=True)}

    return call


WORKERS = {"audit_lib": ours, "svy": svy, "samplics": samplics}


def work(name: str, folder: Path) -> None:
    """Answer each line on standard input with one timed estimate."""
    call = WORKERS[name](folder)
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        answer = call()
        print(json.dumps({"seconds": time.perf_counter() - start} | answer), flush=True)


class Program:
    """A program that waits to be asked."""

    def __init__(self, command: list[str | Path]) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.ready = self._line() == "ready"

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def ask(self) -> dict[str, float]:
        """Let it estimate once."""
        assert self.process.stdin
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return dict(json.loads(self._line()))

    def close(self) -> None:
        """Let it end by itself."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def start(folder: Path, n: int, other: str, names: tuple[str, ...]) -> dict[str, Program]:
    """Start what is installed, and say what is not."""
    commands: dict[str, list[str | Path]] = {}
    for name in names:
        python = sys.executable if name == "audit_lib" else other
        commands[name] = [python, __file__, "--worker", name, "--folder", folder]
        if name == "R survey":
            (folder / "worker.R").write_text(R_WORKER, encoding="utf-8")
            commands[name] = ["Rscript", folder / "worker.R", folder, str(n)]
    programs = {}
    for name, command in commands.items():
        program = Program(command) if shutil.which(command[0]) else None
        if program and program.ready:
            programs[name] = program
        else:
            print(f"{name}: not installed, left out")
    return programs


def compare(n: int, other: str, names: tuple[str, ...], *, rounds: int) -> None:
    """Print what each program says of n visits, and how long it takes."""
    with tempfile.TemporaryDirectory() as place:
        make_visits(Path(place), n)
        programs = start(Path(place), n, other, names)
        asked = [{name: program.ask() for name, program in programs.items()} for _ in range(rounds + 1)]
        for program in programs.values():
            program.close()
    best = {name: min(one[name]["seconds"] for one in asked[1:]) for name in programs}
    print(f"\n{n:,} visits, {STRATA} strata; best of {rounds} rounds in turn after one to warm up\n")
    print("| program | share | standard error | lower | upper | seconds | times ours |\n|" + "---|" * 7)
    for name, answer in asked[-1].items():
        figures = " | ".join(f"{answer[column]:.10f}" for column in COLUMNS)
        print(f"| {name} | {figures} | {best[name]:.3f} | {best[name] / best['audit_lib']:.1f} |")
    for name, answer in asked[-1].items():
        assert abs(answer["se"] - asked[-1]["audit_lib"]["se"]) <= 1e-9 * answer["se"], name
        target = TARGETS.get((name, n))
        if target:
            met = best[name] >= target * best["audit_lib"]
            print(f"target, {target} times faster than {name}: {'met' if met else 'NOT met'}")


def time_bounds() -> None:
    """Print how long the bounds of sixty strata take."""
    from audit_lib.inference import bound_count  # noqa: PLC0415

    rng = np.random.default_rng(60)
    N = rng.multinomial(20_000, np.full(STRATA, 1 / STRATA))
    n, taken = -(-N // 5), []
    y = rng.binomial(n, 0.02)
    for _ in range(20):
        begun = time.perf_counter()
        bound_count(N, n, y, side="two-sided")
        bound_count(N, n, 0 * y)
        taken.append(time.perf_counter() - begun)
    print(
        f"\nbounds of {STRATA} strata and {N.sum():,} units, two-sided and none found: "
        f"best {min(taken) * 1000:.1f} ms"
    )
    print(f"target, 50 ms: {'met' if min(taken) <= 0.05 else 'NOT met'}")


def main() -> None:
    """Compare at both sizes."""
    words = argparse.ArgumentParser()
    words.add_argument("--worker", choices=WORKERS)
    words.add_argument("--folder", type=Path)
    words.add_argument("--python", default=os.environ.get("AUDIT_BENCH_PYTHON", sys.executable))
    words.add_argument("--rounds", type=int, default=5)
    said = words.parse_args()
    if said.worker:
        work(said.worker, said.folder)
        return
    compare(1_000_000, said.python, ("audit_lib", "svy", "samplics", "R survey"), rounds=said.rounds)
    compare(10_000_000, said.python, ("audit_lib", "svy"), rounds=said.rounds)
    time_bounds()


if __name__ == "__main__":
    main()
