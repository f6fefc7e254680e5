"""Unequal chances: the targets are kept, the draw replays, and the estimate is right on average."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.errors import AllocationError, FrameError
from audit_lib.inference import estimate_unequal
from audit_lib.sampling import draw_pareto, inclusion_probabilities, set_chances, ticket

SEED = "20140309-0123456789"
SCORES = [1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 60, 90]
BAD = [place % 3 == 0 for place in range(len(SCORES))]


def replications(times: int) -> pd.DataFrame:
    """The same small frame many times over, each a stratum of its own with ids of its own."""
    place = np.tile(np.arange(len(SCORES)), times)
    stratum = np.repeat(np.arange(times), len(SCORES))
    ids = [f"U{number:06}" for number in range(times * len(SCORES))]
    frame = pd.DataFrame({"unit_id": ids, "stratum": stratum.astype(str), "place": place})
    return frame.assign(score=np.array(SCORES)[place], failed=np.array(BAD)[place])


def drawn_by_score(frame: pd.DataFrame, n: dict[str, int], **options: int) -> pd.DataFrame:
    return draw_pareto(frame.assign(chance=set_chances(frame, n)), n, seed=SEED, **options)


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=30), st.data())
def test_targets_add_up_to_n_and_keep_the_proportions_of_those_not_certain(
    scores: list[int], data: st.DataObject
) -> None:
    n = data.draw(st.integers(0, len(scores)))
    chance = inclusion_probabilities(scores, n)
    assert chance.sum() == pytest.approx(n)
    assert ((chance >= 0) & (chance <= 1)).all()
    open_ = chance < 1
    left = n - int((~open_).sum())
    total = sum(score for score, yes in zip(scores, open_, strict=True) if yes)
    for score, one, yes in zip(scores, chance, open_, strict=True):
        if yes:
            assert one == pytest.approx(float(Fraction(left * score, total)))
        else:
            assert not total or left * score >= max(s for s, y in zip(scores, open_, strict=True) if y) * left


def test_large_scores_are_certain_and_the_rest_is_shared_out_again() -> None:
    assert inclusion_probabilities([1, 1, 4, 20], 3).tolist() == [0.5, 0.5, 1.0, 1.0]


def test_inclusion_is_within_tolerance_of_its_target() -> None:
    frame = replications(3000)
    drawn = drawn_by_score(frame, dict.fromkeys(frame["stratum"].unique(), 8))
    assert (drawn["stratum"].value_counts() == 8).all()
    share = (
        drawn["unit_id"].map(frame.set_index("unit_id")["place"]).value_counts().reindex(range(len(SCORES)))
        / 3000
    )
    target = inclusion_probabilities(SCORES, 8)
    # Three standard deviations, and what the method itself is off for samples of eight.
    assert (np.abs(share - target) <= 3 * np.sqrt(target * (1 - target) / 3000) + 0.01).all()


def test_estimate_is_right_on_average_and_its_variance_too() -> None:
    times = 600
    frame = replications(times)
    drawn = drawn_by_score(frame, dict.fromkeys(frame["stratum"].unique(), 10))
    drawn = drawn.astype({"chance": "float64"}).merge(frame[["unit_id", "failed"]], on="unit_id")
    found = [
        estimate_unequal(part["failed"], part["stratum"], part["chance"], {key: len(SCORES)}, of="total")
        for key, part in drawn.groupby("stratum")
    ]
    values = np.array([one.value for one in found])
    assert abs(values.mean() - sum(BAD)) < 4 * values.std() / np.sqrt(times) + 0.1
    spread = np.nanmean([one.se**2 for one in found])
    assert spread == pytest.approx(values.var(), rel=0.25)


def test_ranking_value_is_that_of_the_method_on_the_same_tickets() -> None:
    frame = replications(1)
    drawn = drawn_by_score(frame, {"0": 8}, reserves=3)
    chance = dict(zip(frame["unit_id"], inclusion_probabilities(SCORES, 8), strict=True))

    def value(unit: str) -> Fraction:
        u, share = Fraction(2 * int(ticket(SEED, unit)[:13], 16) + 1, 2 * 16**13), round(chance[unit], 9)
        return u * (1 - Fraction(str(share))) / ((1 - u) * Fraction(str(share)))

    order = sorted(frame["unit_id"], key=lambda unit: (value(unit), ticket(SEED, unit)))
    assert drawn["unit_id"].tolist() == order[:11]
    assert drawn["rank"].tolist() == list(range(1, 12))
    assert drawn["drawn"].tolist() == [True] * 8 + [False] * 3
    assert [float(value(unit)) for unit in order[:11]] == pytest.approx(drawn["value"].tolist(), rel=1e-12)


def test_equal_scores_draw_the_smallest_tickets() -> None:
    frame = replications(1).assign(score=5)
    order = sorted(frame["unit_id"], key=lambda unit: ticket(SEED, unit))
    assert drawn_by_score(frame, {"0": 6})["unit_id"].tolist() == order[:6]


def test_order_of_rows_changes_nothing_and_the_certain_are_always_in() -> None:
    frame = replications(2)
    n = {"0": 8, "1": 8}
    again = drawn_by_score(frame.sample(frac=1, random_state=1), n)
    pd.testing.assert_frame_equal(drawn_by_score(frame, n), again)
    certain = frame.loc[frame["place"] >= 18, "unit_id"]
    assert set(certain) <= set(again.loc[again["chance"] == "1.000000000", "unit_id"])


@pytest.mark.parametrize("score", [0, -1, float("nan"), float("inf")])
def test_score_that_cannot_be_used_is_refused_with_its_units(score: float) -> None:
    frame = replications(1).astype({"score": "float64"})
    frame.loc[3, "score"] = score
    with pytest.raises(FrameError) as caught:
        drawn_by_score(frame, {"0": 8})
    assert str(caught.value) == "层“0”: 1 个单位没有大于 0 的风险分: U000003"


def test_more_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(AllocationError) as caught:
        inclusion_probabilities([1, 2], 3)
    assert str(caught.value) == "不能从 2 家中抽 3 家"


def test_stratum_of_which_nothing_is_drawn_is_refused() -> None:
    with pytest.raises(AllocationError) as caught:
        set_chances(replications(2), {"0": 8, "1": 0})
    assert str(caught.value) == "层“1”一家也不抽; 按风险分抽取时每层至少 1 家"


def test_chance_that_vanishes_is_refused() -> None:
    frame = replications(1).astype({"score": "float64"})
    frame.loc[3, "score"] = 1e-9
    with pytest.raises(FrameError) as caught:
        set_chances(frame, {"0": 8})
    assert str(caught.value) == "层“0”: 风险分相差太大, 有单位几乎不可能抽到: U000003"


@pytest.mark.parametrize("chance", ["0.5", "0.000000000", "1.000000001", "nan", "-0.500000000", ""])
def test_chance_in_another_spelling_is_refused(chance: str) -> None:
    frame = replications(1)
    frame = frame.assign(chance=set_chances(frame, {"0": 8}))
    frame.loc[2, "chance"] = chance
    with pytest.raises(FrameError) as caught:
        draw_pareto(frame, {"0": 8}, seed=SEED)
    assert str(caught.value) == "1 个单位的入样概率不合格式(须大于 0 且不超过 1, 小数九位): U000002"
