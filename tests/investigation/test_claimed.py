"""A claimed list against the design it is said to follow."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from audit_lib.errors import EstimateError
from audit_lib.investigation import (
    ClaimedList,
    city_frame,
    digit_chance,
    examine_list,
    replay_list,
    share_tails,
)
from audit_lib.investigation import redraws as looks
from audit_lib.investigation.digits import BENFORD
from audit_lib.sampling import draw

ORACLES = Path(__file__).parents[1] / "oracles" / "lists.csv"
SEED = "20140309-0123456789"
ALPHA = 0.01


@pytest.fixture(scope="module")
def oracle() -> dict[str, float]:
    with ORACLES.open(encoding="utf-8") as rows:
        return {row["case"]: float(row["value"]) for row in csv.DictReader(rows)}


def make_frame(N: int = 100, strata: int = 1, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    place = np.arange(N)
    return pd.DataFrame(
        {
            "unit_id": [f"U{number:04d}" for number in place],
            "stratum": [f"s{number}" for number in place * strata // N],
            "position": place,
            "township": [f"镇{number}" for number in place % 12],
            "staff": rng.lognormal(2, 1, N).round(),
            "county_score": rng.uniform(60, 100, N).round(1),
            "earlier": rng.permutation(N) < N // 5,
        }
    )


def draw_list(frame: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    drawn = frame.groupby("stratum").sample(frac=share, random_state=rng)
    return drawn[["unit_id"]]


def examine(frame: pd.DataFrame, claimed: pd.DataFrame, name: str = "list", **options: object) -> ClaimedList:
    return examine_list(frame, claimed, **{"name": name, "alpha": ALPHA} | options)


def row(result: ClaimedList, test: str) -> pd.Series:
    return result.tests.set_index("test").loc[test]


# Oracles


def test_runs_of_redraws_have_the_mean_and_spread_of_wald_and_wolfowitz(oracle):
    frame = make_frame()
    result = examine(frame, frame.iloc[::5][["unit_id"]])
    runs = row(result, "runs")
    assert runs["expected"] == pytest.approx(oracle["runs mean"], abs=4 * oracle["runs sd"] / 9999**0.5)
    spread = (runs["observed"] - runs["expected"]) / runs["effect"]
    assert spread == pytest.approx(oracle["runs sd"], rel=0.03)
    assert runs["observed"] == 40


def test_overlap_and_composition_are_the_published_hypergeometric_tails(oracle):
    one, n, place = np.zeros(100, dtype=int), np.array([20]), np.arange(100)
    earlier = place < 20
    assert share_tails(earlier, place >= 80, one, n) / 2 == pytest.approx(oracle["overlap none"], rel=1e-5)
    nine = (place < 9) | (place >= 89)
    assert share_tails(earlier, nine, one, n) / 2 == pytest.approx(oracle["overlap nine"], rel=1e-5)
    urban = (place < 14) | (place >= 94)
    assert share_tails(place < 30, urban, one, n) / 2 == pytest.approx(oracle["composition"], rel=1e-5)
    frame = make_frame().assign(earlier=earlier)
    overlap = row(examine(frame, frame[nine][["unit_id"]]), "overlap")
    assert overlap["expected"] == pytest.approx(oracle["overlap mean"], abs=0.06)
    assert overlap["p"] == pytest.approx(overlap["p_exact"], abs=0.004)
    assert (overlap["observed"], round(overlap["p_exact"], 6)) == (9, round(2 * oracle["overlap nine"], 6))


def test_first_digits_of_a_published_ledger(oracle):
    counts = [231, 124, 97, 70, 64, 54, 40, 54, 38]
    assert digit_chance(counts, BENFORD) == pytest.approx(oracle["benford p"], rel=1e-8)
    assert stats.chi2.sf(oracle["benford x2"], 8) == pytest.approx(oracle["benford p"], rel=1e-8)


# How often it speaks


def test_p_values_are_uniform_under_honest_draws():
    """2,000 honest lists, each held against 199 redraws of its own."""
    frame, rng, lists = make_frame(120, strata=4), np.random.default_rng(7), 2000
    strata, n = np.repeat(np.arange(4), 30), np.full(4, 6)
    order = np.arange(120)
    statistics = {
        "size": looks.ranks(frame["staff"], strata),
        "score": looks.ranks(frame["county_score"], strata),
        "township": looks.uneven(frame["township"], strata, n),
        "runs": looks.runs(order),
        "step": looks.step(order),
        "overlap": looks.among(frame["earlier"].to_numpy()),
    }
    first = looks.redraw(strata, n, 1, rng)[0]
    values = looks.measure(first, list(statistics.values()), strata, n, lists=200 * lists - 1, chance=rng)
    upper = [name in ("township", "step") for name in statistics]
    p = [looks.extremes(one, upper=upper) for one in np.split(values, lists, axis=1)]
    alone = dict(zip(statistics, np.stack([one[:, 0] for one in p], axis=1), strict=True))
    least = np.array([looks.combine(one).min() for one in p])
    # Discrete at 1/200: the continuous distribution is met by spreading each value over its step.
    for values in (least, alone["size"], alone["score"]):
        assert stats.kstest(values - rng.random(lists) / 200, "uniform").pvalue > 0.001
    for values in alone.values():
        for level in (0.01, 0.05, 0.2):
            assert (values <= level).mean() <= level + 4 * (level * (1 - level) / lists) ** 0.5


def test_hand_picked_list_is_found_nine_times_in_ten():
    """Strength: six units of ten are not drawn but taken from the better half by county score."""
    frame, rng = make_frame(400, strata=4), np.random.default_rng(11)
    best = frame[frame["county_score"] > frame["county_score"].median()]
    found = 0
    for number in range(40):
        drawn = draw_list(frame, 0.2, rng).sample(32, random_state=rng)
        picked = best[~best["unit_id"].isin(drawn["unit_id"])].sample(48, random_state=rng)
        claimed = pd.concat([drawn, picked[["unit_id"]]])
        found += examine(frame, claimed, name=f"picked-{number}", redraws=1999).conclusion == "not_random"
    assert found >= 36


def test_many_lists_share_one_chance_of_a_false_word():
    frame = make_frame()
    claimed = draw_list(frame, 0.2, np.random.default_rng(5))
    p = examine(frame, claimed).p
    assert examine(frame, claimed, alpha=p + 0.01).conclusion == "not_random"
    assert examine(frame, claimed, alpha=p + 0.01, lists=12).conclusion == "no_sign"


# What it says


def test_list_that_replays_is_a_fact_and_may_be_projected():
    frame = make_frame(strata=2)
    drawn = draw(frame[["unit_id", "stratum"]], {"s0": 10, "s1": 10}, seed=SEED)[["unit_id"]]
    result = examine(frame, drawn, seed=SEED)
    assert (result.conclusion, result.may_project, result.p, result.n, result.N) == (
        "replayed",
        True,
        None,
        20,
        100,
    )
    assert result.tests.empty


def test_list_that_does_not_replay_names_who_differs_and_is_not_projected():
    frame = make_frame()
    drawn = sorted(draw(frame[["unit_id", "stratum"]], {"s0": 20}, seed=SEED)["unit_id"])
    other = min(set(frame["unit_id"]) - set(drawn))
    claimed = pd.DataFrame({"unit_id": [*drawn[1:], other]})
    result = examine(frame, claimed, seed=SEED)
    assert (result.conclusion, result.may_project) == ("replay_differs", False)
    assert (result.missing, result.surplus) == ((drawn[0],), (other,))
    assert replay_list(frame, set(claimed["unit_id"]), seed=SEED) == ([drawn[0]], [other])
    assert not result.tests.empty


def test_list_without_a_sign_is_still_not_projected():
    frame = make_frame()
    result = examine(frame, draw_list(frame, 0.2, np.random.default_rng(5)))
    assert (result.conclusion, result.may_project) == ("no_sign", False)


def test_every_fifth_of_the_roster_is_not_simple_random_sampling():
    frame = make_frame(200)
    result = examine(frame, frame.iloc[2::5][["unit_id"]])
    assert result.conclusion == "not_random"
    assert (row(result, "step")["observed"], row(result, "adjacent")["observed"]) == (39, 0)
    picture = result.picture[result.picture["test"] == "step"]
    assert picture["redraws"].sum() == 9999
    assert picture["right"].max() == 39


def test_checks_dated_before_the_list_was_made_are_named():
    frame = make_frame().assign(frozen=pd.Timestamp("2014-03-10"))
    claimed = frame.iloc[:20][["unit_id"]].assign(date=pd.Timestamp("2014-03-12"))
    claimed.loc[3, "date"] = pd.Timestamp("2014-03-10")
    assert examine(frame, claimed).early == ("U0003",)


def test_what_the_design_fixes_is_no_test_and_what_it_leaves_is():
    frame = make_frame(strata=4)
    claimed = draw_list(frame, 0.2, np.random.default_rng(3))
    fixed = examine(frame.assign(county=frame["stratum"]), claimed)
    assert "county" not in set(fixed.tests["test"])
    free = examine(
        frame.assign(county=frame["stratum"], stratum="all"), frame[frame["stratum"] == "s0"].head(20)
    )
    assert row(free, "county")["p"] == 1 / 10_000
    assert row(free, "county")["detail"] == "s0: 20 家, 设计下平均 5.0 家"


def test_order_of_rows_changes_nothing():
    frame = make_frame(strata=4)
    claimed = draw_list(frame, 0.2, np.random.default_rng(3))
    first = examine(frame, claimed)
    again = examine(frame.sample(frac=1, random_state=1), claimed.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(first.tests, again.tests)
    pd.testing.assert_frame_equal(first.picture, again.picture)


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        (["U0001", "X"], "无法估计: 不在抽样框里的单位: “X”"),
        (["U0001", "U0001"], "无法估计: 名单上列出两次的单位: “U0001”"),
        ([], "名单为空或包括了全部单位, 没有可以检验的随机性"),
    ],
)
def test_list_that_cannot_be_tested_is_refused(ids, said):
    with pytest.raises(EstimateError) as refused:
        examine(make_frame(), pd.DataFrame({"unit_id": pd.Series(ids, dtype="str")}))
    assert str(refused.value) == said


def test_frame_with_nothing_to_look_at_is_refused():
    frame = make_frame()[["unit_id", "stratum"]]
    with pytest.raises(EstimateError) as refused:
        examine(frame, frame.head(20), name="城")
    assert str(refused.value) == "名单“城”没有可检验的项目: 每次重抽都一样"
    with pytest.raises(EstimateError) as refused:
        examine(pd.concat([frame, frame.head(1)]), frame.head(20))
    assert str(refused.value) == "无法估计: 抽样框里列出两次的单位: “U0000”"


def test_a_city_without_a_passed_unit_has_an_empty_frame(province):
    passes = pd.DataFrame({"unit_id": [], "batch": []}, dtype="str")
    tables = {**province.tables, "passes": passes}
    assert city_frame(tables, "990100").empty
