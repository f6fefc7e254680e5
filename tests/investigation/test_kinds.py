"""Each kind of signal by hand: its count, its chance, and what it leaves alone."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from audit_lib.investigation import digits, exact, pace
from audit_lib.investigation.records import by_inspector, days_off
from audit_lib.investigation.spread import area_spread, cell_spread, dispersion, tail_chance


def test_share_is_the_tail_of_all_ways_to_deal_the_records_out():
    marked = [True, True, True, False, False, False, False, False]
    rows = pd.DataFrame({"stratum": "x", "marked": marked})
    held = pd.DataFrame({"of": range(8), "subject": ["a"] * 3 + ["b"] * 5})
    found, marks = exact.share_test(rows, held, least=1)
    ways = [sum(marked[i] for i in hand) for hand in itertools.combinations(range(8), 3)]
    assert found.set_index("subject").loc["a", "p"] == pytest.approx(np.mean([way >= 3 for way in ways]))
    assert marks[marks["subject"] == "a"]["of"].tolist() == [0, 1, 2]
    assert exact.share_test(rows, held, least=4)[0]["subject"].tolist() == ["b"]


def test_repeat_multiplies_by_the_values_that_could_have_stood_out():
    rows = pd.DataFrame({"stratum": "x", "kind": "", "value": [30, 30, 30, 41, 41, 52, 63, 74]})
    held = pd.DataFrame({"of": range(8), "subject": ["a"] * 3 + ["b"] * 5})
    found, marks = exact.repeat_test(rows, held, least=3)
    by = found.set_index("subject")
    assert by.loc["a", "p"] == pytest.approx(2 * stats.hypergeom.sf(2, 8, 3, 3))
    assert by.loc["a", "effect"] == pytest.approx(1 - 3 / 8)
    assert marks[marks["subject"] == "a"]["of"].tolist() == [0, 1, 2]


def test_whoever_holds_all_records_of_an_office_is_compared_with_nobody():
    rows = pd.DataFrame({"stratum": "x", "kind": "", "value": [30] * 8, "marked": True})
    held = pd.DataFrame({"of": range(8), "subject": "a"})
    assert exact.repeat_test(rows, held, least=3)[0].empty
    assert exact.share_test(rows, held, least=3)[0].empty


def test_digits_say_nothing_where_everybody_rounds():
    rng = np.random.default_rng(2)
    free = pd.DataFrame({"subject": np.repeat(["a", "b", "c"], 400), "digit": rng.integers(0, 10, 1200)})
    free.loc[free["subject"] == "a", "digit"] = rng.choice([0, 5], 400)
    options = {"digits": range(10), "expected": digits.UNIFORM, "least": 100, "limit": 0.02}
    assert digits.digit_test(free, **options).query("p < 1e-9")["subject"].tolist() == ["a"]
    rounded = free.assign(digit=rng.choice([0, 5], 1200))
    assert digits.digit_test(rounded, **options).empty


def visits(*rows: tuple[str, str, int, int, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["unit_id", "date", "begin", "end", "inspectors"])
    dates = pd.to_datetime(table["date"])
    return table.assign(
        date=dates, office="990102", key=table.index.astype(str), minutes=table["end"] - table["begin"]
    )


def test_two_visits_of_one_hour_in_two_places_are_listed_and_one_place_is_not():
    rows = visits(
        ("A", "2014-03-03", 540, 600, "甲、乙"),
        ("B", "2014-03-03", 580, 640, "乙、丙"),
        ("C", "2014-03-03", 596, 650, "甲"),
        ("A", "2014-03-03", 545, 600, "丙"),
        ("B", "2014-03-04", 540, 600, "甲"),
    )
    listed = pace.list_overlaps(by_inspector(rows), minutes=5)
    by = listed.groupby("subject").agg(of=("of", lambda of: sorted(set(of))), size=("size", "max"))
    assert by["of"].to_dict() == {"990102:丙": [1, 3], "990102:乙": [0, 1]}
    assert by["size"].to_dict() == {"990102:丙": 20, "990102:乙": 20}


def test_full_days_and_short_visits_pass_their_limits_only_beyond_them():
    rows = visits(*((f"U{n}", "2014-03-03", 480 + 12 * n, 489 + 12 * n, "甲") for n in range(6)))
    people = by_inspector(rows)
    assert pace.list_full_days(people, units=6).empty
    assert pace.list_full_days(people, units=5)["size"].tolist() == [6] * 6
    assert pace.list_short_visits(people, minutes=9, least=1).empty
    assert pace.list_short_visits(people, minutes=10, least=6)["size"].tolist() == [6] * 6
    assert pace.list_short_visits(people, minutes=10, least=7).empty
    assert pace.gaps(rows)["gap"].tolist() == [12] * 5


def test_calendar_knows_the_holidays_and_the_days_made_up_for():
    off = days_off()
    assert pd.Timestamp("2014-02-03") in off
    assert pd.Timestamp("2014-03-08") in off
    assert pd.Timestamp("2014-02-08") not in off


def test_dispersion_is_the_formula_of_the_methods_by_hand():
    y, n, N = np.array([2, 5, 3]), np.array([20, 30, 10]), np.array([100, 120, 50])
    p = 10 / 60
    by_hand = sum(
        (a - b * p) ** 2 / (b * p * (1 - p) * (1 - b / c) * c / (c - 1))
        for a, b, c in zip(y, n, N, strict=True)
    )
    assert float(dispersion(y, n, N)) == pytest.approx(by_hand)


@pytest.mark.parametrize("tail", ["over", "under"])
def test_chance_of_variation_is_uniform_where_visits_are_dealt_out_at_random(tail):
    rng = np.random.default_rng(4)
    cells = pd.Series(np.repeat(np.arange(24), 10).astype(str))
    p = [cell_spread(rng.random(240) < 0.4, cells, tail=tail, chance=rng).p for _ in range(200)]
    assert stats.kstest(p, "uniform").pvalue > 0.001


def test_too_much_and_too_little_variation_over_areas():
    n, N, rng = np.full(30, 20), np.full(30, 100), np.random.default_rng(1)
    flat = area_spread(np.full(30, 4), n, N, tail="under", chance=rng)
    wild = area_spread(np.array([0, 8] * 15), n, N, tail="over", chance=rng)
    assert (flat.effect, flat.p) == (0, 1e-9)
    assert wild.p == 1e-9
    assert area_spread(np.zeros(30, dtype=int), n, N, tail="under", chance=rng) is None
    few = np.array([1, 0, 0])
    assert area_spread(few, np.full(3, 20), np.full(3, 20), tail="under", chance=rng) is None, "0 of 20 each"
    assert cell_spread(np.ones(5, dtype=bool), pd.Series(list("abcde")), tail="over", chance=rng) is None


def test_tail_is_fitted_only_beyond_what_the_redraws_can_count():
    drawn = np.random.default_rng(3).chisquare(20, 999)
    counted, fitted = np.quantile(drawn, 0.95), 80.0
    assert tail_chance(counted, drawn, tail="over") == pytest.approx(0.05, abs=0.002)
    assert np.log10(tail_chance(fitted, drawn, tail="over")) == pytest.approx(
        np.log10(stats.chi2.sf(fitted, 20)), abs=0.7
    )
