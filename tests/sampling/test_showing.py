"""What a sample leaves open is said exactly, before anything is drawn."""

from __future__ import annotations

import itertools
import math
import random

import pandas as pd
import pytest

from audit_lib.errors import CallError
from audit_lib.sampling import describe_areas, largest_undetected, operating_curve, quota


def chance_of_none(N: int, n: int, G: int) -> float:
    return math.comb(N - G, n) / math.comb(N, n)


@pytest.mark.parametrize(
    ("N", "n", "undetected"),
    [
        ((120, 95, 80, 150, 60, 45, 200, 75, 30, 110, 55), None, 13),  # reference case: many strata, y = 0
        ((200, 100), (50, 25), 10),  # Wendell, Schmee 1996
        ((20,), None, 9),  # hypergeometric tail, n = ceil(N / 5); so the next three
        ((50,), None, 11),
        ((100,), None, 12),
        ((500,), None, 13),
        ((30,), (30,), 0),  # a census hides nothing
        ((30,), (0,), 30),  # and no visit shows nothing
    ],
)
def test_largest_undetected_is_the_published_bound(
    N: tuple[int, ...], n: tuple[int, ...] | None, undetected: int
) -> None:
    sizes = {str(h): N_h for h, N_h in enumerate(N)}
    drawn = {str(h): n[h] if n else quota(N_h) for h, N_h in enumerate(N)}
    assert largest_undetected(sizes, drawn) == undetected


def test_largest_undetected_is_the_largest_over_all_placings() -> None:
    rng = random.Random(6)
    for _ in range(60):
        N = [rng.randint(1, 9) for _ in range(3)]
        n = [rng.randint(0, N_h) for N_h in N]
        hidden = [
            sum(G)
            for G in itertools.product(*(range(N_h + 1) for N_h in N))
            if math.prod(chance_of_none(*cell) for cell in zip(N, n, G, strict=True)) >= 0.05
        ]
        keys = ["a", "b", "c"]
        got = largest_undetected(dict(zip(keys, N, strict=True)), dict(zip(keys, n, strict=True)))
        assert got == max(hidden)


def test_operating_curve_is_the_hypergeometric_tail() -> None:
    curve = operating_curve(20, 4)
    assert curve["failing"].tolist() == list(range(21))
    assert curve["chance"].tolist() == pytest.approx([chance_of_none(20, 4, G) for G in range(21)])
    assert operating_curve(20, 4, allowed=4)["chance"].tolist() == pytest.approx([1.0] * 21)


def test_areas_say_what_stays_open_in_each_city() -> None:
    sizes = pd.DataFrame({"city": ["B", "A", "B"], "stratum": ["y", "x", "z"], "N": [200, 20, 100]})
    rows = describe_areas(sizes, {"x": 4, "y": 50, "z": 25})
    assert rows.to_dict("records") == [
        {"city": "A", "N": 20, "n": 4, "undetected": 9},
        {"city": "B", "N": 300, "n": 75, "undetected": 10},
    ]


def test_curve_of_an_impossible_sample_is_refused() -> None:
    with pytest.raises(CallError) as caught:
        operating_curve(10, 11)
    assert str(caught.value) == "抽样数 11 不在 0 与 10 之间"
    with pytest.raises(CallError) as caught:
        largest_undetected({"x": 9}, {"x": 3}, confidence=95)
    assert str(caught.value) == "置信水平须在 0 与 1 之间"
