"""Property: over all samples of a tiny frame the mean of the estimates is the truth.

And the mean of the squared standard errors is the variance, both exactly, in fractions: the
estimates of frames this small are rationals with small denominators, which a double holds
closely enough to be read back.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest

from audit_lib.inference import Estimate, estimate_mean, estimate_share, estimate_total, estimate_two_stage

FRAME = {"a": [1, 0, 0, 1], "b": [0, 1, 1], "whole": [1, 0], "large": [0, 0, 1, 0, 1]}
DRAWN = {"a": 2, "b": 2, "whole": 2, "large": 3}
SCORES = {"a": [90, 71, 85, 60], "b": [100, 40, 55], "whole": [70, 88], "large": [0, 93, 77, 81, 66]}
SIZES = {key: len(units) for key, units in FRAME.items()}


def samples(frame: dict[str, list[int]], drawn: dict[str, int]) -> Iterator[tuple[list[int], list[str]]]:
    """Spell out every sample as (values, strata)."""
    for parts in product(*(combinations(units, drawn[key]) for key, units in frame.items())):
        pairs = [(value, key) for key, part in zip(frame, parts, strict=True) for value in part]
        yield [value for value, _ in pairs], [key for _, key in pairs]


def exactly(number: float) -> Fraction:
    rational = Fraction(number).limit_denominator(10**7)
    assert abs(rational - Fraction(number)) < Fraction(1, 10**9)
    return rational


def check(answers: list[Estimate], truth: Fraction) -> None:
    values = [exactly(answer.value) for answer in answers]
    variance = sum((value - truth) ** 2 for value in values) / len(values)
    assert sum(values) / len(values) == truth
    assert abs(sum(Fraction(answer.se) ** 2 for answer in answers) / len(answers) - variance) < Fraction(
        1, 10**9
    )
    assert sum(exactly(answer.se**2) for answer in answers) / len(answers) == variance


@pytest.mark.parametrize(
    ("estimator", "frame", "scale"),
    [(estimate_share, FRAME, 14), (estimate_mean, SCORES, 14), (estimate_total, SCORES, 1)],
)
def test_estimates_are_unbiased_over_all_samples(
    estimator: Callable[..., Estimate], frame: dict[str, list[int]], scale: int
) -> None:
    answers = [estimator(*sample, SIZES) for sample in samples(frame, DRAWN)]

    assert len(answers) == 6 * 3 * 1 * 10
    check(answers, Fraction(sum(map(sum, frame.values())), scale))


def test_total_of_a_domain_is_unbiased_over_all_samples() -> None:
    odd = {key: [score * (score % 2) for score in scores] for key, scores in SCORES.items()}
    answers = [
        estimate_total(values, strata, SIZES, domain=[value % 2 for value in values])
        for values, strata in samples(SCORES, DRAWN)
        if any(value % 2 for value in values)
    ]
    none = sum(1 for values, _ in samples(SCORES, DRAWN) if not any(value % 2 for value in values))

    assert none == 0
    check(answers, Fraction(sum(map(sum, odd.values()))))


def test_two_stage_total_is_unbiased_over_all_samples() -> None:
    sizes = {"a": 4, "b": 3, "whole": 2, "large": 5}
    answers, truth = [], Fraction(sum(map(sum, SCORES.values())))
    weights: list[Fraction] = []
    for counties in combinations(SCORES, 2):
        inside: list[Any] = list(samples({key: SCORES[key] for key in counties}, DRAWN))
        answers += [estimate_two_stage(*sample, sizes, statistic="total") for sample in inside]
        weights += [Fraction(1, 6 * len(inside))] * len(inside)

    value = sum(w * exactly(answer.value) for w, answer in zip(weights, answers, strict=True))
    variance = sum(
        w * (exactly(answer.value) - truth) ** 2 for w, answer in zip(weights, answers, strict=True)
    )
    claimed = sum(w * exactly(answer.se**2) for w, answer in zip(weights, answers, strict=True))
    assert (value, claimed) == (truth, variance)
