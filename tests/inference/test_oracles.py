"""Oracle: published or independently computed values, a row of a table each.

The tables in tests/oracles carry the source of every row. A row agrees when it is met to the
last digit it prints, or to 1e-8 of its size where the source itself was rounded on the way.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audit_lib.inference import (
    bound_count,
    discovery_size,
    estimate_share,
    estimate_total,
    estimate_two_stage,
    false_pass,
    intervals,
    kappa,
    paired,
    tolerable_count,
)
from audit_lib.inference.bounds import at_most

TABLES = Path(__file__).parents[1] / "oracles"
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]


def rows(name: str) -> list[Any]:
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        return [pytest.param(row, id="-".join(list(row.values())[:-1])) for row in csv.DictReader(table)]


def agrees(value: float, printed: str) -> bool:
    mantissa, _, exponent = printed.partition("e")
    digits = len(mantissa.partition(".")[2]) - int(exponent or 0)
    return abs(value - float(printed)) <= max(
        0.5000001 * 10.0**-digits * ("." in mantissa), 1e-8 * abs(float(printed))
    )


def visits(strata: str) -> tuple[list[int], list[str], dict[str, int]]:
    """Spell "A 50 10 2; ..." (key, N, n, y) out into visits."""
    failed, keys, sizes = [], [], {}
    for key, *numbers in (stratum.split() for stratum in strata.split("; ")):
        N, n, y = map(int, numbers)
        failed += [1] * y + [0] * (n - y)
        keys += [key] * n
        sizes[key] = N
    return failed, keys, sizes


def whole(text: str) -> Any:
    numbers = [int(part) for part in text.split()]
    return numbers if len(numbers) > 1 else numbers[0]


@pytest.mark.parametrize("row", rows("estimates"))
def test_estimates_meet_published_values(row: dict[str, str]) -> None:
    sample = visits(row["strata"])
    answer = (
        estimate_total(*sample)
        if row["statistic"] == "total"
        else estimate_share(*sample, interval=row["interval"])
    )

    assert agrees(getattr(answer, row["quantity"]), row["expected"])


@pytest.mark.parametrize("row", rows("two_stage"))
def test_two_stage_estimates_meet_published_values(row: dict[str, str]) -> None:
    drawn = dict(zip("abcde", [5, 8, 5, 9, 7], strict=True))
    others = {f"z{k:02d}": 6 for k in range(45)}
    y = [41, 49, 49, 49, 49, 45, 31, 31, 35, 39, 41, 61, 49, 51, 33]
    answer = estimate_two_stage(y, np.repeat(list("abcde"), 3), drawn | others, statistic=row["statistic"])  # type: ignore[arg-type]

    assert agrees(getattr(answer, row["quantity"]), row["expected"])


@pytest.mark.parametrize("row", rows("bounds"))
def test_bounds_meet_published_values(row: dict[str, str]) -> None:
    answer = bound_count(
        whole(row["N"]),
        whole(row["n"]),
        whole(row["y"]),
        confidence=float(row["confidence"]),
        side=row["side"],  # type: ignore[call-overload]
    )

    assert answer == (tuple(whole(row["expected"])) if row["side"] == "two-sided" else int(row["expected"]))


@pytest.mark.parametrize("row", rows("discovery"))
def test_discovery_sizes_meet_published_values(row: dict[str, str]) -> None:
    N = int(row["N"])
    n = discovery_size(
        N,
        tolerable_count(N, row["tolerable"]),
        confidence=float(row["confidence"]),
        allowed=int(row["allowed"]),
    )

    assert n == int(row["n"])


@pytest.mark.parametrize("row", rows("agreement"))
def test_agreement_meets_published_values(row: dict[str, str]) -> None:
    county, recheck = (
        np.array([int(mark) for mark in marks]) for marks in ("111111110011111100", "111011010111110100")
    )
    cities = list("A" * 10 + "B" * 8), {"A": 50, "B": 40}
    first, second = np.repeat(np.indices((3, 3)).reshape(2, 9), np.ravel(COHEN), axis=1)
    figures = {
        ("cohen", "kappa"): lambda: kappa(first, second, ["all"] * 200, {"all": 200}),
        ("paired", "paired"): lambda: paired([[794, 150], [86, 570]]),
        ("cities", "share"): lambda: false_pass(county, 1 - recheck, *cities).share,
        ("cities", "total"): lambda: false_pass(county, 1 - recheck, *cities).total,
        ("cities", "kappa"): lambda: kappa(county, recheck, *cities),
        ("cities", "both failed"): lambda: estimate_total((1 - county) * (1 - recheck), *cities),
        ("cities", "only the county failed"): lambda: estimate_total((1 - county) * recheck, *cities),
        ("cities", "only the re-check failed"): lambda: estimate_total(county * (1 - recheck), *cities),
        ("cities", "both passed"): lambda: estimate_total(county * recheck, *cities),
    }

    assert agrees(getattr(figures[row["case"], row["figure"]](), row["quantity"]), row["expected"])


def test_intervals_with_the_df_of_r_are_those_of_r() -> None:
    """R counts the stratum taken whole: df 18 and n 21; ours, 15 and 17, stand in the table."""
    sample = visits("A 50 10 2; B 35 7 1; C 4 4 1")
    answer = estimate_share(*sample)
    p, v = answer.value, answer.se**2
    logit = intervals.logit(p, v, 18, 0.95)
    korn = intervals.korn_graubard(p, v, n=21, df=18, confidence=0.95)

    assert agrees(logit.lower, ".0623220294")
    assert agrees(logit.upper, ".4195429691")
    assert agrees(korn.lower, ".0481339210")
    assert agrees(korn.upper, ".4086824424")


def test_p_values_of_the_two_strata_paper_come_out_of_the_same_tails() -> None:
    """Wendell, Schmee 1996: their statistic is the estimate N_h y_h / n_h summed, ours the count."""
    N, n, seen = (100, 100), (60, 40), (1, 1)
    estimate = sum(a * b / c for a, b, c in zip(N, seen, n, strict=True))

    def p_value(G: tuple[int, int]) -> float:
        exactly = [
            [at_most(y, *z) - at_most(y - 1, *z) for y in range(z[2] + 1)] for z in zip(N, G, n, strict=True)
        ]
        return sum(
            exactly[0][a] * exactly[1][b]
            for a in range(n[0] + 1)
            for b in range(n[1] + 1)
            if N[0] * a / n[0] + N[1] * b / n[1] <= estimate + 1e-9
        )

    values = {(g, 10 - g): p_value((g, 10 - g)) for g in range(11)}

    assert agrees(values[2, 8], ".067081")
    assert max(values, key=values.__getitem__) == (2, 8)
