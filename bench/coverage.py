"""How often each interval holds the truth, on a design of eleven cities with a fifth drawn in each.

Prints the table of docs/measured.md: `python bench/coverage.py [samples]`. Wald, logit and Korn-Graubard
are taken as they are, a point where no failure was found; `auto` and the exact bounds are what the
library gives.
"""

import math
import sys
from functools import cache

import numpy as np
import pandas as pd

from audit_lib.inference import bound_count, estimate_share, intervals

SIZES = (120, 95, 80, 150, 60, 45, 200, 75, 30, 110, 55)
DRAWN = tuple(-(-N // 5) for N in SIZES)
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
PLAIN = {"Wald": "t", "logit": "logit", "Korn-Graubard": "korn-graubard"}
METHODS = ("auto", *PLAIN, "exact, two-sided", "exact, upper")


@cache
def ranges(y: tuple[int, ...]) -> dict[str, tuple[float, float]]:
    """What each method says of the number of failing units, from the failures found in each city."""
    N, names = sum(SIZES), [f"city {h:02d}" for h in range(len(SIZES))]
    failed = np.concatenate([np.arange(n) < found for n, found in zip(DRAWN, y, strict=True)])
    auto = estimate_share(failed, np.repeat(names, DRAWN), dict(zip(names, SIZES, strict=True)))
    p, v, n = auto.value, auto.se**2, sum(DRAWN)
    said = {"auto": (auto.lower * N, auto.upper * N)}
    for method, name in PLAIN.items():
        ends = (
            intervals.share(name, p, v, n=n, df=n - len(SIZES), confidence=0.95)
            if v
            else intervals.Bounds(p, p)
        )
        said[method] = ends.lower * N, ends.upper * N
    said["exact, two-sided"] = bound_count(SIZES, DRAWN, y, side="two-sided")
    said["exact, upper"] = 0, bound_count(SIZES, DRAWN, y)
    return said


def coverage(rate: float, *, samples: int, seed: int = 2014) -> pd.Series:
    """Share of samples whose range holds the truth, by method; failing units anywhere in the frame."""
    rng = np.random.default_rng(seed)
    G = max(1, round(rate * sum(SIZES)))
    held = dict.fromkeys(("nothing found", *METHODS), 0)
    for _ in range(samples):
        failing = rng.multivariate_hypergeometric(SIZES, G)
        y = tuple(
            int(rng.hypergeometric(bad, N - bad, n)) for bad, N, n in zip(failing, SIZES, DRAWN, strict=True)
        )
        held["nothing found"] += not any(y)
        for method, (low, high) in ranges(y).items():
            held[method] += low - 1e-9 <= G <= high + 1e-9
    return pd.Series(held) / samples


def table(samples: int) -> pd.DataFrame:
    """One row for each failure rate."""
    return pd.DataFrame({rate: coverage(rate, samples=samples) for rate in RATES}).T


def main() -> None:
    """Print the table in Markdown."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rows = table(samples)
    print(f"| rate of failing units | {' | '.join(rows.columns)} |")
    print("|" + "---|" * (len(rows.columns) + 1))
    for rate, row in rows.iterrows():
        print(f"| {rate:.1%} | {' | '.join(f'{share:.1%}' for share in row)} |")
    print(f"\n{samples} samples a row; standard error of 95%: {math.sqrt(0.95 * 0.05 / samples):.2%}.")


if __name__ == "__main__":
    main()
