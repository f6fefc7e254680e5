"""Property: the exact bounds cover, mirror and grow as they must."""

import itertools
import math
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from audit_lib.errors import EstimateError, language
from audit_lib.inference import bound_count, can_show, simultaneous

Design = tuple[tuple[int, int], ...]


def designs(count: int, seed: int) -> Iterator[Design]:
    """Small random designs: one to three strata, unequal fractions, some taken whole, some not visited."""
    rng = np.random.default_rng(seed)
    while count:
        N = rng.integers(1, 8, size=rng.integers(1, 4))
        n = [int(rng.integers(0, size + 1)) for size in N]
        if any(0 < drawn < size for drawn, size in zip(n, N, strict=True)):
            count -= 1
            yield tuple(zip(map(int, N), n, strict=True))


def chances(N: int, n: int) -> npt.NDArray[np.float64]:
    """P(y | G), shape (N + 1, n + 1), from whole numbers."""
    return np.array(
        [
            [math.comb(G, y) * math.comb(N - G, n - y) / math.comb(N, n) for y in range(n + 1)]
            for G in range(N + 1)
        ]
    )


def coverage(design: Design, confidence: float, side: str) -> float:
    """The least coverage over every population there is."""
    N, n = zip(*design, strict=True)
    tables = [chances(*stratum) for stratum in design]
    bounds = {
        y: bound_count(N, n, y, confidence=confidence, side=side)  # type: ignore[call-overload]
        for y in itertools.product(*(range(drawn + 1) for drawn in n))
    }
    least = 1.0
    for G in itertools.product(*(range(size + 1) for size in N)):
        covered = 0.0
        for y, bound in bounds.items():
            low, high = {"upper": (0, bound), "lower": (bound, sum(N)), "two-sided": bound}[side]
            if low <= sum(G) <= high:
                covered += math.prod(table[g, k] for table, g, k in zip(tables, G, y, strict=True))
        least = min(least, covered)
    return least


@pytest.mark.parametrize("design", list(designs(12, seed=1)), ids=str)
def test_bounds_cover_every_population_of_a_small_design(design: Design) -> None:
    assert coverage(design, 0.8, "upper") >= 0.8 - 1e-12
    assert coverage(design, 0.95, "two-sided") >= 0.95 - 1e-12


@pytest.mark.slow
@pytest.mark.parametrize("side", ["upper", "lower", "two-sided"])
@pytest.mark.parametrize("confidence", [0.7, 0.9, 0.95])
def test_bounds_cover_every_population_of_many_designs(confidence: float, side: str) -> None:
    worst = {design: coverage(design, confidence, side) for design in designs(50, seed=2)}

    assert {design: least for design, least in worst.items() if least < confidence - 1e-12} == {}


def test_one_stratum_is_the_definition_by_whole_numbers() -> None:
    N, n = 30, 7
    for y in range(n + 1):
        tail = {
            G: sum(math.comb(G, k) * math.comb(N - G, n - k) for k in range(y + 1))
            for G in range(y, N - n + y + 1)
        }

        assert bound_count(N, n, y) == max(G for G in tail if 20 * tail[G] >= math.comb(N, n))


def test_a_tail_of_exactly_alpha_still_counts() -> None:
    assert bound_count(20, 19, 0) == 1  # the one unit left out is the bad one with probability 1/20
    assert bound_count([20, 5], [19, 5], [0, 2]) == 3
    assert bound_count([20, 3], [19, 0], [0, 0]) == 3 + 1


designs_with_counts = st.lists(
    st.integers(1, 60).flatmap(
        lambda N: st.integers(0, N).flatmap(lambda n: st.tuples(st.just(N), st.just(n), st.integers(0, n)))
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(designs_with_counts)
def test_swapping_pass_and_fail_mirrors_the_bounds(cells: list[tuple[int, int, int]]) -> None:
    N, n, y = map(np.array, zip(*cells, strict=True))
    lower, upper = bound_count(N, n, y, side="two-sided")

    assert bound_count(N, n, n - y, side="two-sided") == (N.sum() - upper, N.sum() - lower)


@settings(max_examples=60, deadline=None)
@given(designs_with_counts)
def test_bounds_hold_what_was_seen_and_do_not_depend_on_the_order_of_strata(
    cells: list[tuple[int, int, int]],
) -> None:
    N, n, y = map(np.array, zip(*cells, strict=True))
    lower, upper = bound_count(N, n, y, side="two-sided")

    assert y.sum() <= lower <= upper <= N.sum() - n.sum() + y.sum()
    assert bound_count(N[::-1], n[::-1], y[::-1], side="two-sided") == (lower, upper)


@settings(max_examples=60, deadline=None)
@given(designs_with_counts, st.data())
def test_bounds_grow_with_the_failures_found(cells: list[tuple[int, int, int]], data: st.DataObject) -> None:
    N, n, y = map(np.array, zip(*cells, strict=True))
    room = np.flatnonzero(y < n)
    if not room.size:
        return
    more = y.copy()
    more[data.draw(st.sampled_from(room.tolist()))] += 1

    assert bound_count(N, n, more) >= bound_count(N, n, y)
    assert bound_count(N, n, more, side="lower") >= bound_count(N, n, y, side="lower")


def test_a_census_is_known_and_a_stratum_not_visited_may_all_fail() -> None:
    assert bound_count([5, 9], [5, 9], [2, 0], side="two-sided") == (2, 2)
    assert bound_count([5, 9], [5, 0], [2, 0], side="two-sided") == (2, 11)
    assert bound_count([30, 40, 5], [6, 9, 5], [1, 2, 3]) == 3 + bound_count([30, 40], [6, 9], [1, 2])


def test_sixty_strata_take_fifty_milliseconds_at_most() -> None:
    rng = np.random.default_rng(60)
    N = rng.integers(200, 467, 60)
    n = -(-N // 5)
    y = rng.binomial(n, 0.02)
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        bound_count(N, n, y, side="two-sided")
        bound_count(N, n, 0 * y)
        taken.append(time.perf_counter() - start)

    assert min(taken) <= 0.05


def test_joint_statements_each_need_more_confidence() -> None:
    assert simultaneous(0.95, 1) == 0.95
    assert 1 - simultaneous(0.95, 12) == pytest.approx(1 - 0.95 ** (1 / 12), rel=1e-12)


def test_what_a_sample_can_show_adds_the_strata_of_an_area() -> None:
    assert can_show([200, 100], [50, 25]).hidden == 10
    assert can_show([200, 100], [50, 25]).share == 10 / 300


@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (([9, 9], [3, 3], [0, 4]), "第 2 层应有 y <= n <= N, 读到 N = 9, n = 3, y = 4",
         "stratum 2 needs y <= n <= N, not N = 9, n = 3, y = 4"),
        ((9, 10, 0), "第 1 层应有 y <= n <= N, 读到 N = 9, n = 10, y = 0",
         "stratum 1 needs y <= n <= N, not N = 9, n = 10, y = 0"),
        ((9, 3.5, 0), "n 应为不小于 0 的整数", "n must be whole numbers of 0 or more"),
        ((9, 3, -1), "y 应为不小于 0 的整数", "y must be whole numbers of 0 or more"),
        ((9, 3, None), "y 应为不小于 0 的整数", "y must be whole numbers of 0 or more"),
        (([9, 9], [3, 3], 0), "N、n、y 的层数不同: 2、2、1",
         "N, n, y have different numbers of strata: 2, 2, 1"),
        ((pd.Series({"a": 9, "b": 8}), pd.Series({"b": 2, "a": 3}), [0, 0]), "N、n、y 的层名或次序不同",
         "N, n, y name different strata or in another order"),
    ],
)  # fmt: skip
def test_counts_that_cannot_be_are_refused(arguments: tuple[object, ...], zh: str, en: str) -> None:
    with pytest.raises(EstimateError) as error:
        bound_count(*arguments)

    assert str(error.value) == zh
    with language("en"):
        assert str(error.value) == en


@pytest.mark.parametrize(
    ("options", "zh", "en"),
    [
        ({"confidence": 95}, "置信度应在 0 与 1 之间, 读到 95", "confidence lies between 0 and 1, not 95"),
        ({"side": "both"}, "side 只能是 upper、lower 或 two-sided, 读到“both”",
         'side is upper, lower or two-sided, not "both"'),
    ],
)  # fmt: skip
def test_options_that_are_unknown_are_refused(options: dict[str, object], zh: str, en: str) -> None:
    with pytest.raises(EstimateError) as error:
        bound_count(9, 3, 0, **options)  # type: ignore[call-overload]

    assert str(error.value) == zh
    with language("en"):
        assert str(error.value) == en


def test_no_statement_at_all_is_refused() -> None:
    with pytest.raises(EstimateError, match=r"^同时成立的结论数至少为 1, 读到 0$"):
        simultaneous(0.95, 0)


@pytest.mark.parametrize(
    ("design", "g", "published", "worst"),
    [
        (((100, 100), (60, 40), (1, 1)), 10, 0.067081, (2, 8)),
        (((200, 100), (50, 25), (0, 0)), 15, 0.01194, (10, 5)),
    ],
)
def test_published_p_values_belong_to_another_statistic_and_our_bound_is_no_tighter(
    design: tuple[tuple[int, int], ...], g: int, published: float, worst: tuple[int, int]
) -> None:
    """Wendell, Schmee 1996 order samples by the weighted estimate, we by the count found."""
    N, n, y = design

    def chance(G: tuple[int, int]) -> float:
        seen = sum(N[h] * y[h] / n[h] for h in (0, 1))
        return sum(
            hypergeom.pmf(a, N[0], G[0], n[0]) * hypergeom.pmf(b, N[1], G[1], n[1])
            for a in range(n[0] + 1)
            for b in range(n[1] + 1)
            if N[0] * a / n[0] + N[1] * b / n[1] <= seen + 1e-9
        )

    chances = {(first, g - first): chance((first, g - first)) for first in range(g + 1)}
    assert max(chances, key=lambda G: chances[G]) == worst
    assert round(chances[worst], 6 if published > 0.05 else 5) == published
    assert bound_count(N, n, y, confidence=1 - chances[worst] + 1e-9) >= g
