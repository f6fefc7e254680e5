"""The draw depends on seed and frame alone, and every unit has its due chance."""

from __future__ import annotations

import hashlib
import itertools
import math
import random
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from audit_lib.errors import AllocationError, AuditError, CallError, FrameError
from audit_lib.sampling import draw, rank_units, ticket

SEED = "20140309-0123456789"


def frame(*sizes: int) -> pd.DataFrame:
    return pd.DataFrame(
        [(f"U{h}{i:04}", f"层{h}") for h, size in enumerate(sizes) for i in range(size)],
        columns=["unit_id", "stratum"],
    )


def test_smallest_tickets_are_drawn_and_the_next_are_reserves() -> None:
    rows = draw(frame(30), {"层0": 5}, seed=SEED, reserves=2)
    by_hand = sorted(
        (hashlib.sha256(f"{SEED},U0{i:04}".encode()).hexdigest(), f"U0{i:04}") for i in range(30)
    )
    assert list(zip(rows["ticket"], rows["unit_id"], strict=True)) == by_hand[:7]
    assert rows["rank"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert rows["drawn"].tolist() == [True] * 5 + [False] * 2
    assert list(rows.columns) == ["unit_id", "stratum", "ticket", "rank", "drawn"]


def test_shuffled_rows_give_the_same_draw() -> None:
    units = frame(30, 12, 1)
    n = {"层0": 6, "层1": 3, "层2": 1}
    rows = draw(units, n, seed=SEED, reserves=3)
    for state in range(5):
        shuffled = units.sample(frac=1, random_state=state)
        pd.testing.assert_frame_equal(draw(shuffled, pd.Series(n)[::-1], seed=SEED, reserves=3), rows)


def test_larger_draw_contains_the_smaller() -> None:
    rng = random.Random(4)
    units = frame(40, 17)
    for _ in range(20):
        n = {"层0": rng.randint(1, 30), "层1": rng.randint(1, 10)}
        more = {key: value + rng.randint(0, 7) for key, value in n.items()}
        small, large = (draw(units, numbers, seed=SEED) for numbers in (n, more))
        assert set(small["unit_id"]) <= set(large["unit_id"])


def test_part_of_the_frame_keeps_the_order() -> None:
    units = frame(50)
    whole = rank_units(units, seed=SEED)["unit_id"].tolist()
    part = rank_units(units.sample(20, random_state=1), seed=SEED)["unit_id"].tolist()
    assert part == [unit for unit in whole if unit in set(part)]


@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.data())
def test_parts_drawn_apart_are_the_draw_of_the_whole(sizes: list[int], data: st.DataObject) -> None:
    units = frame(*sizes)
    n = {f"层{h}": data.draw(st.integers(0, size)) for h, size in enumerate(sizes)}
    whole = draw(units, n, seed=SEED, reserves=1)
    parts = [
        draw(part, {key: n[str(key)]}, seed=SEED, reserves=1)
        for key, part in units.sample(frac=1, random_state=1).groupby("stratum", sort=True)
    ]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_restratified_unit_keeps_its_ticket() -> None:
    before, after = frame(10), frame(10).assign(stratum="另一层")
    one, two = (rank_units(units, seed=SEED).set_index("unit_id")["ticket"] for units in (before, after))
    assert one.to_dict() == two.to_dict()


def test_reserves_end_where_the_stratum_ends() -> None:
    assert len(draw(frame(4), {"层0": 3}, seed=SEED, reserves=5)) == 4


def test_reserves_may_differ_by_stratum() -> None:
    rows = draw(frame(9, 9), {"层0": 2, "层1": 2}, seed=SEED, reserves={"层1": 3})
    assert rows["stratum"].value_counts().to_dict() == {"层0": 2, "层1": 5}


def test_number_of_an_id_stays_text() -> None:
    rows = draw(pd.DataFrame({"unit_id": ["001", "1"], "stratum": "NA"}), {"NA": 2}, seed=SEED)
    assert sorted(rows["unit_id"]) == ["001", "1"]
    assert rows["stratum"].tolist() == ["NA", "NA"]


@pytest.mark.parametrize(
    ("units", "n", "error", "words"),
    [
        (frame(3), {"层0": 4}, AllocationError, "1 个层的抽样数大于层内单位数: 层0(4/3)"),
        (frame(3, 3), {"层0": 1}, AllocationError, "1 个层没有抽样数: 层1(—/3)"),
        (frame(3), {"层0": 1, "层9": 2}, AllocationError, "1 个层不在抽样框中: 层9(2/0)"),
        (frame(3), {"层0": 1.0}, CallError, "n 须为不小于 0 的整数: 层“层0”读到 1.0"),
        (frame(3), {"层0": True}, CallError, "n 须为不小于 0 的整数: 层“层0”读到 True"),
        (frame(3), {"层0": -1}, CallError, "n 须为不小于 0 的整数: 层“层0”读到 -1"),
        (frame(3), pd.Series([1, 2], index=["层0", "层0"]), CallError, "n 中有的层出现多次"),
        (
            pd.concat([frame(3), frame(2)]),
            {"层0": 1},
            FrameError,
            "抽样框中有 2 个单位编号重复: U00000、U00001",
        ),
        (frame(3).drop(columns="stratum"), {"层0": 1}, CallError, "抽样框缺少列: stratum"),
        (
            frame(1).assign(stratum=None),
            {"层0": 1},
            FrameError,
            "1 个层的名称不能用(须为文本, 不含逗号和控制字符): None",
        ),
        (
            pd.DataFrame({"unit_id": ["A1", None], "stratum": "x"}),
            {"x": 1},
            FrameError,
            "1 个单位编号不规范(须为 1 至 64 个字符的文本, 半角大写, 不含空白、逗号和控制字符): nan",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    units: pd.DataFrame, n: dict[str, int], error: type[AuditError], words: str
) -> None:
    with pytest.raises(error) as caught:
        draw(units, n, seed=SEED)
    assert str(caught.value) == words


def test_duplicate_that_only_canonical_form_shows_is_refused() -> None:
    with pytest.raises(FrameError):
        draw(pd.DataFrame({"unit_id": ["A1", "Ａ1"], "stratum": "x"}), {"x": 1}, seed=SEED)


def test_inclusion_frequencies_stay_within_three_standard_deviations() -> None:
    """20,000 seeds, 12 units, 5 drawn: each unit, and each of the 66 pairs, as often as chance has it."""
    seeds, N, n = 20_000, 12, 5
    tickets = np.array(
        [[int(ticket(f"frequency-test-{s:05}", f"U{i}")[:15], 16) for i in range(N)] for s in range(seeds)]
    )
    drawn = tickets.argsort(axis=1).argsort(axis=1) < n
    units = drawn.mean(axis=0)
    pi = n / N
    assert (np.abs(units - pi) <= 3 * math.sqrt(pi * (1 - pi) / seeds)).all()
    pairs = (drawn.T.astype(float) @ drawn / seeds)[np.triu_indices(N, 1)]
    both = n * (n - 1) / (N * (N - 1))
    assert (np.abs(pairs - both) <= 3 * math.sqrt(both * (1 - both) / seeds)).all()
    assert drawn.sum(axis=1).tolist() == [n] * seeds
    assert 0.001 < chance_of_the_pairs(pairs, seeds, N, n) < 0.999


def chance_of_the_pairs(pairs: np.ndarray, seeds: int, N: int, n: int) -> float:
    """All pairs at once, with the covariances that simple random sampling gives them: chi-square."""
    ids = list(itertools.combinations(range(N), 2))

    def pi(k: int) -> float:
        return math.comb(N - k, n - k) / math.comb(N, n) if k <= n else 0.0

    covariance = np.array([[pi(len({*a, *b})) - pi(2) ** 2 for b in ids] for a in ids]) / seeds
    away = pairs - pi(2)
    # The pairs add up to a constant, so one direction has no variance.
    statistic = float(away @ np.linalg.pinv(covariance, rcond=1e-9, hermitian=True) @ away)
    return float(stats.chi2.sf(statistic, len(ids) - 1))


def test_ticket_is_reproduced_by_sha256sum() -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("no sha256sum on this machine")
    line = f"printf '%s' '{SEED},220102A0001' | sha256sum"
    said = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert said.split()[0] == ticket(SEED, "220102A0001")
