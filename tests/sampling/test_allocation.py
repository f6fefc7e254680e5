"""Quotas hold as integers, the divisor rule never withdraws a unit, optima are the published ones."""

from __future__ import annotations

import csv
import itertools
import math
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audit_lib.errors import AllocationError, CallError, FrameError
from audit_lib.sampling import (
    allocate_neyman,
    allocate_optimal,
    allocate_quota,
    allocate_total,
    guess_deviations,
    parse_rate,
    quota,
)
from audit_lib.sampling.allocation import spread

ORACLES = Path(__file__).parents[1] / "oracles"


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ORACLES / name).read_text(encoding="utf-8").splitlines()))


def sizes(*strata: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(strata, columns=["city", "county", "stratum", "N"])


def allocation_variance(N, S, n) -> float:  # type: ignore[no-untyped-def]
    """The variance of the stratified total, sum N_h (N_h / n_h - 1) S_h^2."""
    N_h, S_h, n_h = (np.asarray(column, dtype=np.float64) for column in (N, S, n))
    return math.fsum(N_h * (N_h / n_h - 1) * S_h**2)


def random_sizes(rng: random.Random) -> pd.DataFrame:
    cities = [
        (
            f"c{i}",
            f"c{i}k{j}",
            f"c{i}k{j}s{k}",
            rng.choice([0, 1, 2, 3, 5, 9, 21, 34, 400, rng.randint(1, 99)]),
        )
        for i in range(rng.randint(1, 2))
        for j in range(rng.randint(1, 3))
        for k in range(rng.randint(1, 3))
    ]
    return sizes(*cities)


@pytest.mark.parametrize("row", rows("quota.csv"), ids=lambda row: f"{row['N']} at {row['rate']}")
def test_quota_is_the_least_n_that_keeps_the_rate(row: dict[str, str]) -> None:
    assert quota(int(row["N"]), row["rate"]) == int(row["n"])


def test_quota_trap_costs_largest_remainder_three_strata() -> None:
    N = (7, 13, 21, 34, 55, 89, 11, 4, 3)
    strata = sizes(*((f"c{i}", f"k{i}", f"s{i}", N_h) for i, N_h in enumerate(N)))
    assert allocate_quota(strata, minimum=1).tolist() == [2, 3, 5, 7, 11, 18, 3, 1, 1]


@pytest.mark.parametrize("rate", [0.2, 20, "0%", "120%", "1/0", "20", "", "-5%", None, True, Fraction(6, 5)])
def test_rate_that_is_not_an_exact_share_is_refused(rate: object) -> None:
    with pytest.raises(CallError) as caught:
        parse_rate(rate)  # type: ignore[arg-type]
    assert str(caught.value) == f"抽检比例须写作“20%”或“1/5”, 大于 0 且不超过 100%: 读到 {rate!r}"


@pytest.mark.parametrize("N", [-1, 2.0, "7", True, None])
def test_quota_of_no_count_is_refused(N: object) -> None:
    with pytest.raises(CallError) as caught:
        quota(N)  # type: ignore[arg-type]
    assert str(caught.value) == f"N 须为不小于 0 的整数: 读到 {N!r}"


def test_divisor_rule_is_monotone_where_largest_remainder_is_not() -> None:
    N = {"a": 2, "b": 5, "c": 5}
    start = dict.fromkeys(N, 0)
    eight, nine = spread(N, 8, start=start), spread(N, 9, start=start)
    assert list(nine.values()) == [1, 4, 4]
    assert all(nine[key] >= eight[key] for key in N)


def test_spread_is_the_divisor_rule_counted_in_fractions() -> None:
    rng = random.Random(1)
    for _ in range(200):
        N = {f"s{i}": rng.randint(0, 30) for i in range(rng.randint(1, 5))}
        n = rng.randint(0, sum(N.values()))
        given = dict.fromkeys(N, 0)
        for _ in range(n):
            key = min(
                (key for key in N if given[key] < N[key]),
                key=lambda key: (-Fraction(N[key], 2 * given[key] + 1), key),
            )
            given[key] += 1
        assert spread(N, n, start=dict.fromkeys(N, 0)) == given


def test_tie_goes_to_the_first_key() -> None:
    assert spread({"b": 5, "a": 5}, 1, start={"a": 0, "b": 0}) == {"a": 1, "b": 0}


@pytest.mark.parametrize("counties", ["ceil", "at_least_1"])
def test_quotas_hold_as_integers_for_random_frames(counties: str) -> None:
    rng = random.Random(2014)
    for _ in range(150):
        check_quotas(random_sizes(rng), counties)


@pytest.mark.slow
@pytest.mark.parametrize("counties", ["ceil", "at_least_1"])
def test_quotas_hold_as_integers_for_ten_thousand_frames(counties: str) -> None:
    rng = random.Random(20)
    for _ in range(5_000):
        check_quotas(random_sizes(rng), counties)


def check_quotas(strata: pd.DataFrame, counties: str) -> None:
    n = allocate_quota(strata, counties=counties)  # type: ignore[arg-type]
    drawn = strata.assign(n=strata["stratum"].map(n))
    assert (drawn["n"] <= drawn["N"]).all()
    assert (drawn["n"] >= drawn["N"].clip(upper=2)).all()
    by_city = drawn.groupby("city")[["N", "n"]].sum()
    assert (5 * by_city["n"] >= by_city["N"]).all()
    by_county = drawn.groupby("county")[["N", "n"]].sum()
    if counties == "ceil":
        assert (5 * by_county["n"] >= by_county["N"]).all()
        floor = drawn["N"].clip(upper=2).groupby(drawn["county"]).sum()
        assert (by_county["n"] == np.maximum(-(-by_county["N"] // 5), floor)).all()
    else:
        assert (by_county["n"] >= by_county["N"].clip(upper=1)).all()


def test_allocation_does_not_depend_on_the_order_of_rows() -> None:
    rng = random.Random(3)
    for _ in range(50):
        strata = random_sizes(rng)
        shuffled = strata.sample(frac=1, random_state=rng.randint(0, 999))
        pd.testing.assert_series_equal(allocate_quota(strata), allocate_quota(shuffled))


def test_at_least_1_gives_the_rest_of_the_city_over_the_counties() -> None:
    strata = sizes(("A", "a", "a|x", 100), ("A", "b", "b|x", 3), ("A", "c", "c|x", 3))
    assert allocate_quota(strata, minimum=1).to_dict() == {"a|x": 20, "b|x": 1, "c|x": 1}
    assert allocate_quota(strata, minimum=1, counties="at_least_1").to_dict() == {
        "a|x": 20,
        "b|x": 1,
        "c|x": 1,
    }
    many = sizes(*(("A", f"k{i:02}", f"k{i:02}|x", 6) for i in range(20)))
    assert allocate_quota(many, minimum=1).sum() == 40
    assert allocate_quota(many, minimum=1, counties="at_least_1").sum() == 24


def test_at_least_1_leaves_no_county_out_even_without_minimum() -> None:
    strata = sizes(("A", "a", "a|x", 100), ("A", "b", "b|x", 1))
    assert allocate_quota(strata, minimum=0, counties="at_least_1").to_dict() == {"a|x": 20, "b|x": 1}


def test_equal_county_names_in_two_cities_stay_two_counties() -> None:
    strata = sizes(("A", "开发区", "A开发区|x", 11), ("B", "开发区", "B开发区|x", 11))
    assert allocate_quota(strata).tolist() == [3, 3]


def test_unknown_way_of_counties_is_refused() -> None:
    with pytest.raises(CallError) as caught:
        allocate_quota(sizes(("A", "a", "x", 9)), counties="round")  # type: ignore[arg-type]
    assert str(caught.value) == "counties 只能是 ceil 或 at_least_1: 读到 'round'"


@pytest.mark.parametrize(
    ("strata", "words"),
    [
        (sizes(("A", "a", "x", 1), ("A", "b", "x", 2)), "2 个层重复: x"),
        (sizes(("A", None, "x", 1)), "1 个层没有市或县: x"),
        (sizes(("A", "a", "x", -1)), "1 个层N 不是不小于 0 的整数: x"),
        (sizes(("A", "a", "x", 1.5)), "1 个层N 不是不小于 0 的整数: x"),
        (sizes(("A", "a", "x", None)), "1 个层N 不是不小于 0 的整数: x"),
    ],
)
def test_sizes_that_would_give_a_silent_wrong_number_are_refused(strata: pd.DataFrame, words: str) -> None:
    with pytest.raises(AllocationError) as caught:
        allocate_quota(strata)
    assert str(caught.value) == words


def test_stratum_key_with_comma_is_refused() -> None:
    with pytest.raises(FrameError) as caught:
        allocate_quota(sizes(("A", "a", "x,y", 1)))
    assert str(caught.value) == "1 个层的名称不能用(须为文本, 不含逗号和控制字符): 'x,y'"


def test_total_is_given_out_exactly_and_grows_without_withdrawing() -> None:
    rng = random.Random(5)
    for _ in range(20):
        strata = random_sizes(rng)
        there = int(strata["N"].sum())
        before = None
        for n in range(there // 2, min(there // 2 + 6, there) + 1):
            try:
                now = allocate_total(
                    strata, n, minimum_per_city=4, minimum_per_county=2, minimum_per_stratum=1
                )
            except AllocationError:
                continue
            assert now.sum() == n
            drawn = strata.assign(n=strata["stratum"].map(now))
            assert (drawn["n"] <= drawn["N"]).all()
            for area, least in (("city", 4), ("county", 2), ("stratum", 1)):
                by = drawn.groupby(area)[["N", "n"]].sum()
                assert (by["n"] >= by["N"].clip(upper=least)).all()
            assert before is None or (now >= before).all()
            before = now


def test_minimum_per_city_holds_against_a_large_neighbour() -> None:
    strata = sizes(("A", "a", "a|x", 10_000), ("B", "b", "b|x", 30))
    assert allocate_total(strata, 50).to_dict() == {"a|x": 48, "b|x": 2}
    assert allocate_total(strata, 50, minimum_per_city=5).to_dict() == {"a|x": 45, "b|x": 5}


def test_minima_above_the_total_name_the_largest() -> None:
    strata = sizes(("A", "a", "a|x", 100), ("B", "b", "b|x", 30))
    with pytest.raises(AllocationError) as caught:
        allocate_total(strata, 9, minimum_per_city=5)
    assert str(caught.value) == "名额不够: 最低数合计 10, 只有 9 个名额。最低数最大的: A 5、B 5"


def test_more_than_there_is_is_refused() -> None:
    with pytest.raises(AllocationError) as caught:
        allocate_total(sizes(("A", "a", "a|x", 8)), 9)
    assert str(caught.value) == "要抽 9 家, 但框内只有 8 家: A 8"


def numbers(cell: str) -> list[float] | None:
    return [float(word) for word in cell.split()] or None


@pytest.mark.parametrize("row", rows("allocation.csv"), ids=lambda row: row["case"])
def test_optimum_is_the_published_one(row: dict[str, str]) -> None:
    n = allocate_optimal(
        numbers(row["N"]) or [],
        numbers(row["S"]) or [],
        int(row["n"]),
        lower=numbers(row["lower"]),
        upper=numbers(row["upper"]),
        integer=row["kind"] == "integer",
    )
    printed = [word.partition(".")[2] for word in row["expected"].split()]
    expected = numbers(row["expected"]) or []
    for got, due, decimals in zip(n, expected, printed, strict=True):
        assert abs(got - due) <= (0.5001 * 10.0 ** -len(decimals) if decimals else 1e-9)
    if row["variance"]:
        V = allocation_variance(numbers(row["N"]) or [], numbers(row["S"]) or [], n)
        assert V == pytest.approx(float(row["variance"]), rel=1e-9)


def test_integer_optimum_is_the_best_of_all() -> None:
    rng = random.Random(7)
    for _ in range(60):
        N = [rng.randint(2, 9) for _ in range(3)]
        S = [rng.choice([0.5, 1, 2, 7]) for _ in N]
        n = rng.randint(3, sum(N))
        every = [m for m in itertools.product(*(range(1, N_h + 1) for N_h in N)) if sum(m) == n]
        best = min(allocation_variance(N, S, m) for m in every)
        got = allocate_optimal(N, S, n)
        assert got.sum() == n
        assert allocation_variance(N, S, got) == pytest.approx(best, rel=1e-12, abs=1e-9)


def test_real_optimum_adds_up_and_is_no_worse_than_whole_numbers() -> None:
    rng = random.Random(8)
    for _ in range(200):
        N = np.array([rng.randint(2, 60) for _ in range(4)])
        S = np.array([rng.choice([0.0, 0.5, 1, 2, 7]) for _ in N])
        lower, upper = np.minimum(N, 2), np.minimum(N, rng.randint(3, 60))
        n = rng.randint(lower.sum(), upper.sum())
        real = allocate_optimal(N, S, n, lower=lower, upper=upper, integer=False)
        whole = allocate_optimal(N, S, n, lower=lower, upper=upper)
        assert real.sum() == pytest.approx(n)
        assert (real >= lower - 1e-9).all()
        assert (real <= upper + 1e-9).all()
        assert allocation_variance(N, S, real) <= allocation_variance(N, S, whole) * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("integer", [True, False])
def test_optimum_never_asks_for_more_than_the_stratum_has(integer: bool) -> None:
    n = allocate_optimal([3, 100], [100, 1], 50, upper=[80, 80], integer=integer)
    assert n.tolist() == [3, 47]


def test_optimum_between_impossible_bounds_is_refused() -> None:
    with pytest.raises(AllocationError) as caught:
        allocate_optimal([10, 10], [1, 1], 5, lower=[3, 3])
    assert str(caught.value) == "总数 5 不在各层下限之和 6 与上限之和 20 之间"
    with pytest.raises(AllocationError) as caught:
        allocate_optimal([10, 10], [1, 1], 5, lower=[1, 4], upper=[5, 3])
    assert str(caught.value) == "第 2 层的下限大于上限或层的大小"
    with pytest.raises(CallError):
        allocate_optimal([10, 10], [1, float("nan")], 5)


def test_certain_strata_are_taken_whole_and_count_for_their_county() -> None:
    strata = sizes(("A", "a", "a|医院", 9), ("A", "a", "a|诊所", 91), ("A", "b", "b|诊所", 50))
    assert allocate_quota(strata).to_dict() == {"a|医院": 2, "a|诊所": 18, "b|诊所": 10}
    assert allocate_quota(strata, certain=["a|医院"]).to_dict() == {"a|医院": 9, "a|诊所": 11, "b|诊所": 10}
    total = allocate_total(strata, 20, minimum_per_city=3, minimum_per_county=3, certain=["a|医院"])
    assert total.to_dict() == {"a|医院": 9, "a|诊所": 4, "b|诊所": 7}


def test_certain_strata_that_are_not_there_or_do_not_fit_are_refused() -> None:
    strata = sizes(("A", "a", "a|医院", 9), ("A", "a", "a|诊所", 91))
    with pytest.raises(AllocationError) as caught:
        allocate_quota(strata, certain=["医院", "a|医院"])
    assert str(caught.value) == "1 个必查层不在抽样框中: 医院"
    with pytest.raises(AllocationError) as caught:
        allocate_total(strata, 10, certain=["a|医院"])
    assert str(caught.value) == "名额不够: 最低数合计 11, 只有 10 个名额。最低数最大的: A 11"


def test_deviations_of_an_earlier_wave_are_shrunk_towards_one_half() -> None:
    # P = 0.5/11, 5.5/11, 10.5/11; S^2 = N/(N-1) P(1-P)
    S = guess_deviations([100, 100, 100], [0, 5, 10], [10, 10, 10])
    expected = np.sqrt(100 / 99 * np.array([0.5 * 10.5, 5.5 * 5.5, 10.5 * 0.5]) / 121)
    assert S == pytest.approx(expected, rel=1e-12)
    assert allocate_optimal([100, 100], guess_deviations([100, 100], [0, 5], [10, 10]), 29).tolist() == [
        9,
        20,
    ]
    with pytest.raises(CallError) as caught:
        guess_deviations([9], [3], [2])
    assert str(caught.value) == "failed 多于 visited"


def rnabox(d: np.ndarray, n: float, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Wesolowski, Wieczorkowski, Wojciak 2021: take upper bounds by recursion, then lower ones."""
    low = np.zeros(len(d), dtype=bool)
    while True:
        high = np.zeros(len(d), dtype=bool)
        while True:
            free = ~low & ~high
            s = (n - lower[low].sum() - upper[high].sum()) / d[free].sum()
            over = free & (s * d >= upper)
            if not over.any():
                break
            high |= over
        under = free & (s * d <= lower)
        if not under.any():
            return np.where(low, lower, np.where(high, upper, s * d))
        low |= under


@pytest.mark.parametrize("seed", range(5))
def test_real_optimum_is_that_of_rnabox_on_500_strata(seed: int) -> None:
    rng = np.random.default_rng(seed)
    N = rng.integers(10, 5_000, 500).astype(float)
    S = rng.lognormal(0, 1.5, 500)
    lower, upper = np.minimum(N, rng.integers(2, 30, 500)), np.minimum(N, rng.integers(30, 400, 500))
    n = int(lower.sum() + 0.4 * (upper.sum() - lower.sum()))
    ours = allocate_optimal(N, S, n, lower=lower, upper=upper, integer=False)
    assert (ours == lower).any()
    assert (ours == upper).any()
    assert ours == pytest.approx(rnabox(N * S, n, lower, upper), rel=1e-9)


def test_neyman_keeps_every_minimum_and_is_the_best_of_all_that_do() -> None:
    sizes = pd.DataFrame(
        {"city": ["A", "A", "B"], "county": ["a", "a", "b"], "stratum": ["x", "y", "z"], "N": [30, 12, 9]}
    )
    S = {"x": 0.05, "y": 0.5, "z": 0.2}
    n = allocate_neyman(sizes, 14, S, minimum_per_city=4, minimum_per_stratum=2)
    assert n.sum() == 14
    N_h, S_h = sizes["N"].tolist(), list(S.values())
    best = min(
        (allocation_variance(N_h, S_h, [a, b, 14 - a - b]), (a, b, 14 - a - b))
        for a in range(2, 11)
        for b in range(2, 13)
        if 4 <= 14 - a - b <= 9 and a + b >= 4
    )
    assert tuple(n[["x", "y", "z"]]) == best[1]


def test_neyman_takes_certain_strata_whole_and_refuses_what_cannot_be() -> None:
    sizes = pd.DataFrame({"city": ["A", "A"], "county": ["a", "a"], "stratum": ["x", "y"], "N": [100, 5]})
    assert allocate_neyman(sizes, 20, {"x": 0.3, "y": 0.0}, certain=["y"]).to_dict() == {"x": 15, "y": 5}
    with pytest.raises(AllocationError) as caught:
        allocate_neyman(sizes, 6, {"x": 0.3, "y": 0.1}, certain=["y"])
    assert str(caught.value) == "名额不够: 最低数合计 7, 只有 6 个名额。最低数最大的: A 7"
