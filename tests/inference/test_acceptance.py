"""Unit and property: what a drawn sample demonstrates, and how seldom it misleads."""

import itertools
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from audit_lib.errors import EstimateError, language
from audit_lib.inference import (
    Found,
    acceptance_numbers,
    allowed_failures,
    bound_count,
    decide,
    discovery_size,
    estimate_share,
    extend,
    funnel,
    look_confidence,
    project,
    simultaneous,
    tally,
)

DRAWN_HERE = 64 * "a"


def found(
    N: Any, n: Any, failed: Any, *, lost: Any = 0, gone: Any = 0, certificate: str = DRAWN_HERE
) -> Found:
    counts = (np.zeros(np.size(N), dtype=np.int64) + np.atleast_1d(x) for x in (N, n, failed, lost, gone))
    return Found(tuple(f"s{h}" for h in range(np.size(N))), *counts, certificate)  # type: ignore[misc,arg-type]


# Three verdicts


def test_a_frame_is_accepted_where_the_upper_bound_keeps_the_limit() -> None:
    assert bound_count(1000, 59, 0) == 48
    assert decide(found(1000, 59, 0), "4.8%").verdict == "accept"
    assert decide(found(1000, 59, 0), "4.7%").verdict == "not_demonstrated"


def test_a_frame_is_rejected_where_the_lower_bound_breaks_the_limit() -> None:
    lower = bound_count(1000, 100, 20, side="lower")

    assert decide(found(1000, 100, 20), Fraction(lower - 1, 1000)).verdict == "reject"
    assert decide(found(1000, 100, 20), Fraction(lower, 1000)).verdict == "not_demonstrated"


def test_a_point_estimate_below_the_limit_accepts_nothing() -> None:
    answer = decide(found(20, 4, 0), "5%")

    assert (answer.verdict, answer.upper, answer.most) == ("not_demonstrated", 9, 1)


def test_units_not_inspected_hinder_both_verdicts() -> None:
    assert decide(found(1000, 100, 0), "5%").verdict == "accept"
    assert decide(found(1000, 100, 0, lost=3), "5%").verdict == "not_demonstrated"
    assert decide(found(1000, 100, 0, lost=60), "5%").verdict == "not_demonstrated"
    assert decide(found(1000, 100, 60), "5%").verdict == "reject"


def test_a_census_is_decided_by_its_count() -> None:
    assert decide(found(40, 40, 2), "5%").verdict == "accept"
    assert decide(found(40, 40, 3), "5%").verdict == "reject"


@pytest.mark.parametrize("failed", [0, 2, 3])
def test_the_number_of_visits_said_to_do_would_do(failed: int) -> None:
    answer = decide(found(1000, 50, failed), "8%")
    assert answer.verdict == "not_demonstrated" or not failed
    if failed:
        assert answer.needed is not None
        assert answer.allowed == -(-failed * answer.needed // 50)
        assert decide(found(1000, answer.needed, answer.allowed), "8%").verdict == "accept"


def test_the_visits_needed_are_spread_over_all_strata() -> None:
    answer = decide(found([120, 95, 80], [24, 19, 16], [1, 0, 1]), "6%")
    again = found([120, 95, 80], [48, 38, 32], [2, 0, 2])

    assert answer.verdict == "not_demonstrated"
    assert (answer.needed or 0) > 59
    assert (answer.needed or 0) <= 118 or decide(again, "6%").verdict == "not_demonstrated"


def test_the_visits_needed_after_none_failed_are_those_of_a_discovery_sample() -> None:
    answer = decide(found(500, 20, 0), "5%")

    assert (answer.needed, answer.allowed) == (discovery_size(500, 26), 0)


def test_no_number_of_visits_helps_where_the_share_found_breaks_the_limit() -> None:
    answer = decide(found(1000, 100, 6), "5%")

    assert (answer.verdict, answer.needed, answer.allowed) == ("not_demonstrated", None, None)


def test_several_statements_and_several_looks_ask_more_of_each() -> None:
    answer = decide(found(1000, 100, 0), "5%", joint=12, looks=2)

    assert answer.confidence == look_confidence(simultaneous(0.95, 12), 2)
    assert answer.upper == bound_count(1000, 100, 0, confidence=1 - (1 - 0.95 ** (1 / 12)) / 2)


@pytest.mark.parametrize(("N", "n"), [((20, 12), (9, 4)), ((14, 9, 4), (6, 2, 4)), ((30,), (14,))])
def test_failures_are_allowed_where_every_sample_with_so_many_is_accepted(
    N: tuple[int, ...], n: tuple[int, ...]
) -> None:
    samples = list(itertools.product(*(range(drawn + 1) for drawn in n)))
    accepted = {y: decide(found(N, n, y), "2/5").verdict == "accept" for y in samples}
    most = allowed_failures(N, n, "2/5")

    assert most is not None
    assert all(accepted[y] for y in samples if sum(y) <= most)
    assert not all(accepted[y] for y in samples if sum(y) == most + 1)


def test_a_sample_too_small_for_the_limit_allows_nothing_not_even_none() -> None:
    assert allowed_failures([20, 30], [4, 6], "5%") is None


# Ineligible units


def test_ineligible_units_leave_the_limit_with_their_upper_bound() -> None:
    answer = decide(found(1000, 200, 2, gone=10), "5%")

    assert answer.upper == bound_count(1000, 200, 2, confidence=0.975)
    assert answer.most == Fraction(1, 20) * (1000 - bound_count(1000, 200, 10, confidence=0.975))
    assert (answer.lower, answer.least) == (bound_count(1000, 200, 2, side="lower"), 50)


@pytest.mark.parametrize(("N", "n", "limit", "confidence"), [(14, 7, "1/4", 0.8), (11, 5, "2/5", 0.7)])
def test_a_wrong_verdict_is_as_seldom_as_promised_with_ineligible_units(
    N: int, n: int, limit: str, confidence: float
) -> None:
    verdicts = {
        (y, e): decide(found(N, n, y, gone=e), limit, confidence=confidence).verdict
        for y, e in itertools.product(range(n + 1), repeat=2)
        if y + e <= n
    }
    for G in range(N + 1):
        for E in range(N + 1 - G):
            accepted = rejected = 0.0
            for (y, e), verdict in verdicts.items():
                chance = math.comb(G, y) * math.comb(E, e) * math.comb(N - G - E, n - y - e) / math.comb(N, n)
                # Where no ineligible unit was seen the statement is about the whole frame.
                allowed = Fraction(limit) * (N - E if e else N)
                accepted += chance * (verdict == "accept" and allowed < G)
                rejected += chance * (verdict == "reject" and allowed >= G)
            assert max(accepted, rejected) <= 1 - confidence + 1e-12


# Looks fixed beforehand


def accepted_wrongly(
    sizes: list[int], looks: int, *, N: int = 2000, limit: Fraction = Fraction(1, 20)
) -> float:
    """Chance that a frame one failure beyond the limit is accepted at one of the looks, exactly."""
    G, before, total = int(limit * N) + 1, 0, 0.0
    states = {0: 1.0}
    for size in sizes:
        going: dict[int, float] = {}
        for y, chance in states.items():
            more = np.arange(min(size - before, G - y) + 1)
            for k, p in zip(
                more.tolist(), stats.hypergeom.pmf(more, N - before, G - y, size - before), strict=True
            ):
                going[y + k] = going.get(y + k, 0.0) + chance * float(p)
        verdicts = {y: decide(found(N, size, y), limit, looks=looks).verdict for y in going}
        total += sum(chance for y, chance in going.items() if verdicts[y] == "accept")
        states, before = {y: chance for y, chance in going.items() if verdicts[y] != "accept"}, size
    return total


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_wrong_acceptances_stay_within_alpha_at_every_number_of_looks(looks: int) -> None:
    sizes = acceptance_numbers(2000, 101, confidence=look_confidence(0.95, looks), most=looks - 1)["n"]

    assert 0.02 < accepted_wrongly(sizes.tolist(), looks) <= 0.05


def test_looking_again_at_the_same_confidence_accepts_wrongly_too_often() -> None:
    sizes = acceptance_numbers(2000, 101, most=2)["n"]

    assert accepted_wrongly(sizes.tolist(), 1) > 0.08


def chance(y: int, N: int, G: int, n: int) -> float:
    return math.comb(G, y) * math.comb(N - G, n - y) / math.comb(N, n)


def test_an_extension_may_depend_on_what_was_found() -> None:
    N, limit, confidence = 14, "2/7", 0.8
    risks = []
    for G in range(5, N + 1):
        wrong = 0.0
        for y in range(max(0, G - N + 4), min(4, G) + 1):
            first = found(N, 4, y)
            if decide(first, limit, confidence=confidence, looks=2).verdict == "accept":
                wrong += chance(y, N, G, 4)
                continue
            more = 4 if y else 6
            for k in range(min(more, G - y) + 1):
                both = extend(first, found(N - 4, more, k))
                if decide(both, limit, confidence=confidence, looks=2).verdict == "accept":
                    wrong += chance(y, N, G, 4) * chance(k, N - 4, G - y, more)
        risks.append(wrong)

    assert 0 < max(risks) <= 0.2 + 1e-12


# Only samples drawn or replayed here


def test_projection_gives_what_the_visits_give() -> None:
    sample = found([50, 35], [10, 7], [2, 1], lost=[1, 0], gone=[0, 1])
    failed = [1, 1] + [0] * 8 + [1] + [0] * 6
    domain = [1] * 9 + [0] + [1] * 6 + [0]
    by_hand = estimate_share(failed, ["s0"] * 10 + ["s1"] * 7, {"s0": 50, "s1": 35}, domain=domain)

    assert project(sample) == by_hand
    assert project(found(20, 4, 0)).upper == 0.45


FRAME = pd.DataFrame({"unit_id": ["001", "002", "003", "NA"], "stratum": ["x", "x", "x", "y"]})


def places(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {"unit_id": ["001", "NA"], "eligible": [True, True], "failed": [False, True], "lost": [False, False]}
        | columns
    )


def test_a_tally_counts_by_stratum_whatever_the_order_of_rows() -> None:
    one = tally(places(), FRAME, certificate=DRAWN_HERE)
    other = tally(places()[::-1], FRAME.sample(frac=1, random_state=1), certificate=DRAWN_HERE)

    assert one.strata == other.strata == ("x", "y")
    for name, counts in {"N": [3, 1], "n": [1, 1], "failed": [0, 1], "lost": [0, 0], "gone": [0, 0]}.items():
        assert getattr(one, name).tolist() == getattr(other, name).tolist() == counts


REFUSED: list[tuple[Callable[[], object], str, str]] = [
    (
        lambda: found(100, 20, 3, certificate=""),
        "样本没有抽样凭证, 不是按本程序抽取或重放的: 只能说至少有 3 家不合格, 不能推算",
        "the sample has no certificate, it was not drawn or replayed here: at least 3 units fail, and nothing can be projected",
    ),
    (
        lambda: found(0, 0, 0),
        "抽样框里没有单位, 无法估计",
        "no unit in the frame, nothing can be estimated",
    ),
    (
        lambda: Found(("x", "x"), *[np.array([5, 5])] * 2, *[np.zeros(2, dtype=np.int64)] * 3, DRAWN_HERE),  # type: ignore[call-arg]
        "无法估计: 列出两次的层: “x”",
        'no estimate: strata listed twice: "x"',
    ),
    (
        lambda: found([9, 9], [3, 3], [0, 2], lost=[0, 1], gone=[0, 1]),
        "无法估计: 各类单位数之和多于抽取数或总数的层: “s1”",
        'no estimate: strata with more units found than drawn or there are: "s1"',
    ),
    (
        lambda: tally(places(unit_id=["001", "X"]), FRAME, certificate=DRAWN_HERE),
        "无法估计: 不在抽样框里的单位: “X”",
        'no estimate: units outside the frame: "X"',
    ),
    (
        lambda: tally(places(unit_id=["001", "001"]), FRAME, certificate=DRAWN_HERE),
        "无法估计: 列出两次的单位: “001”",
        'no estimate: units listed twice: "001"',
    ),
    (
        lambda: tally(places(failed=[None, True]), FRAME, certificate=DRAWN_HERE),
        "无法估计: 检查结果缺失的单位: “001”",
        'no estimate: units without a result: "001"',
    ),
    (
        lambda: tally(places(lost=[False, True]), FRAME, certificate=DRAWN_HERE),
        "无法估计: 检查结果互相矛盾的单位: “NA”",
        'no estimate: units with results that contradict each other: "NA"',
    ),
    (
        lambda: extend(found(20, 4, 1), found(17, 4, 1)),
        "无法估计: 第二次抽样框不是第一次未抽中的单位的层: “s0”",
        'no estimate: strata whose second frame is not what the first draw left: "s0"',
    ),
    (
        lambda: decide(found(20, 4, 0), "5%", looks=0),
        "判定次数至少为 1, 读到 0",
        "at least 1 look, not 0",
    ),
    (
        lambda: decide(found(20, 4, 0), "150%"),
        "比例应在 0 与 1 之间, 读到“150%”",
        'a share lies between 0 and 1, not "150%"',
    ),
    (
        lambda: funnel({"a": found(20, 4, 0)}),
        "至少要有两个县区才能比较",
        "two counties at least are needed to compare",
    ),
    (
        lambda: funnel({"a": found(20, 4, 0), "b": found(20, 2, 0, lost=2)}),
        "无法估计: 没有检查结果的县区: “b”",
        'no estimate: counties without a result: "b"',
    ),
]


@pytest.mark.parametrize(("call", "zh", "en"), REFUSED, ids=[en for _, _, en in REFUSED])
def test_what_cannot_be_projected_is_refused(call: Callable[[], object], zh: str, en: str) -> None:
    with pytest.raises(EstimateError) as error:
        call()

    assert str(error.value) == zh
    with language("en"):
        assert str(error.value) == en


# Counties against the others


def test_funnel_limits_are_tails_of_counted_samples() -> None:
    counties = {f"c{k}": found(50, 10, 1) for k in range(9)} | {"odd": found(40, 8, 5)}
    row = funnel(counties).set_index("county").loc["odd"]
    tail = 0.05 / 10 / 2
    at_least = [
        sum(math.comb(4, k) * math.comb(36, 8 - k) for k in range(y, 9)) / math.comb(40, 8) for y in range(9)
    ]

    assert row["target"] == 0.1
    assert row["upper"] == max(y for y in range(9) if at_least[y] >= tail)
    assert (row["lower"], row["position"]) == (0, "above")


def test_a_share_that_is_no_whole_number_of_units_is_rounded_in_favour_of_the_county() -> None:
    """10% of 25 units are 2.5: two failing allow 2 among five visits, three allow 3."""
    counties = {f"c{k}": found(50, 10, 1) for k in range(9)}

    assert funnel(counties | {"odd": found(25, 5, 3)})["position"].iloc[-1] == "within"
    # Of 25 units all but two or three fail: with 22.5 due, 22 allow 2 passing among five, 23 do not.
    mirrored = {f"c{k}": found(50, 10, 9) for k in range(9)}
    assert funnel(mirrored | {"odd": found(25, 5, 2)})["position"].iloc[-1] == "within"


def test_a_county_does_not_hide_in_the_target_it_is_held_against() -> None:
    table = funnel({"large": found(1000, 200, 100), "small": found(100, 20, 0)}).set_index("county")

    assert table["target"].to_dict() == {"large": 0, "small": 0.5}
    assert table["position"].to_dict() == {"large": "above", "small": "below"}


def test_a_county_visited_whole_has_no_limits_and_its_strata_add_up() -> None:
    table = funnel({"whole": found(5, 5, 1), "two": found([40, 10], [8, 2], [1, 0]), "c": found(50, 10, 1)})
    row = table.set_index("county").loc["two"]

    assert table["position"].tolist() == ["within", "within", "known"]
    assert table["upper"].isna().tolist() == [False, False, True]
    assert (row["n"], row["N"], row["y"]) == (10, 50, 1)


@pytest.mark.slow
def test_equal_counties_are_seldom_named() -> None:
    rng, campaigns = np.random.default_rng(60), 200
    named = dict.fromkeys(("adjusted", "plain"), 0)
    for _ in range(campaigns):
        y = rng.hypergeometric(40, 360, 80, size=60)
        counties = {f"c{k:02d}": found(400, 80, failed) for k, failed in enumerate(y)}
        named["adjusted"] += (funnel(counties)["position"] != "within").any()
        plain = stats.hypergeom.ppf([0.025, 0.975], 400, 40, 80)
        named["plain"] += ((y < plain[0]) | (y > plain[1])).any()

    assert named["adjusted"] <= 0.05 * campaigns
    assert named["plain"] > 0.8 * campaigns
