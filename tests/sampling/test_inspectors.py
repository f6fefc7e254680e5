"""Who is sent where: every constraint is checked here by other means than the walk and the flow."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from audit_lib.errors import AssignError, AuditError, CallError
from audit_lib.sampling import stream_ticket, ticket
from audit_lib.sampling.inspectors import assign_inspectors, spread_days

SEED = "20140309-0123456789"
NO_PAIRS = pd.DataFrame({"unit_id": [], "inspector_id": []}, dtype="str")
NO_DAYS = pd.DataFrame({"inspector_id": [], "day": []}, dtype="str")
DAYS = ["2014-03-25", "2014-03-26"]


def sites(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["unit_id", "county", "day"])


def staff(*rows: tuple[str, str, bool]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["inspector_id", "area", "lead"])


def assign(places: pd.DataFrame, crew: pd.DataFrame, **options: Any) -> pd.DataFrame:
    options = {"seed": SEED, "barred": NO_PAIRS, "days_off": NO_DAYS} | options
    return assign_inspectors(places, crew, **options)


def broken(teams: pd.DataFrame, places: pd.DataFrame, crew: pd.DataFrame, **options: Any) -> list[str]:
    """Every constraint, one by one, from the tables alone."""
    said = []
    rows = teams.merge(places, on="unit_id", suffixes=("", "_due")).merge(crew, on="inspector_id")
    if len(rows) != len(teams) or teams.duplicated(["unit_id", "inspector_id"]).any():
        said.append("unknown or twice")
    if sorted(teams["unit_id"]) != sorted(list(places["unit_id"]) * options.get("people", 2)):
        said.append("people")
    if (rows["county"] == rows["area"]).any():
        said.append("county")
    leaders = rows[rows["role"] == "组长"]
    if sorted(leaders["unit_id"]) != sorted(places["unit_id"]) or not leaders["lead"].all():
        said.append("lead")
    if (rows["day"] != rows["day_due"]).any():
        said.append("day")
    if len(teams.merge(options.get("barred", NO_PAIRS), on=["unit_id", "inspector_id"])):
        said.append("barred")
    if len(teams.merge(options.get("days_off", NO_DAYS), on=["inspector_id", "day"])):
        said.append("days off")
    if teams.groupby(["inspector_id", "day"]).size().max() > options.get("per_day", 4):
        said.append("per day")
    if teams.groupby("inspector_id").size().max() > (options.get("most") or len(teams)):
        said.append("most")
    return said


def province(units: int, people: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    ids = [f"U{place:05}" for place in range(units)]
    days = [f"2014-03-{day:02}" for day in range(10, 22)]
    by_id = spread_days(ids, days, seed=SEED)
    places = sites(*((one, f"县{place % 60}", by_id[one]) for place, one in enumerate(ids)))
    crew = staff(*((f"ZF{place:03}", f"县{place % 60}", place % 2 == 0) for place in range(people)))
    names = crew["inspector_id"]
    barred = pd.DataFrame(
        {"unit_id": ids, "inspector_id": [names[place * 7 % people] for place in range(units)]}
    )
    off = pd.DataFrame(
        {"inspector_id": names[::3], "day": [days[place % 12] for place in range(len(names[::3]))]}
    )
    return places, crew, {"barred": barred, "days_off": off}


def test_first_in_the_order_of_their_tickets_go() -> None:
    places = sites(("A", "x", DAYS[0]))
    crew = staff(*((f"J{number}", "y", True) for number in range(9)))
    order = sorted(crew["inspector_id"], key=lambda one: stream_ticket(SEED, "inspectors", "A", one))
    assert assign(places, crew)["inspector_id"].tolist() == order[:2]
    assert assign(places, crew, people=3)["inspector_id"].tolist() == order[:3]


def test_sites_are_served_in_the_order_of_their_tickets() -> None:
    places = sites(*((f"S{number}", "x", DAYS[0]) for number in range(4)))
    crew = staff(*((f"J{number:02}", "y", True) for number in range(8)))
    teams = assign(places, crew, per_day=1)
    assert teams["unit_id"].unique().tolist() == sorted(places["unit_id"], key=lambda one: ticket(SEED, one))
    assert teams["inspector_id"].is_unique


def test_order_of_rows_changes_nothing() -> None:
    places, crew, options = province(60, 30)
    again = assign(places.sample(frac=1, random_state=1), crew.sample(frac=1, random_state=2), **options)
    pd.testing.assert_frame_equal(assign(places, crew, **options), again)


def test_another_seed_sends_others() -> None:
    places, crew, options = province(60, 30)
    other = assign(places, crew, **options | {"seed": "20140309-9876543210"})
    assert set(map(tuple, other.values)) != set(map(tuple, assign(places, crew, **options).values))


@pytest.mark.parametrize("most", [None, 41])
def test_four_thousand_sites_and_two_hundred_inspectors_take_less_than_ten_seconds(most: int | None) -> None:
    places, crew, options = province(4000, 200)
    start = time.monotonic()
    teams = assign(places, crew, most=most, **options)
    assert time.monotonic() - start < 10
    assert broken(teams, places, crew, most=most, **options) == []


def possible(places: pd.DataFrame, crew: pd.DataFrame, options: dict[str, Any]) -> bool:
    """Ask an integer program, written down from the constraints, whether there is any assignment."""
    barred = set(map(tuple, options["barred"].values))
    off = set(map(tuple, options["days_off"].values))
    pairs = [
        (site, one)
        for site in places.itertuples()
        for one in crew.itertuples()
        if site.county != one.area
        and (site.unit_id, one.inspector_id) not in barred
        and (one.inspector_id, site.day) not in off
    ]
    if not pairs:
        return False
    rows, low, high = [], [], []

    def demand(chosen: list[bool], least: float, most: float) -> None:
        rows.append([float(one) for one in chosen])
        low.append(least)
        high.append(most)

    for site in places["unit_id"]:
        demand([pair[0].unit_id == site for pair in pairs], options["people"], options["people"])
        demand([pair[0].unit_id == site and pair[1].lead for pair in pairs], 1, options["people"])
    for one in crew["inspector_id"]:
        demand([pair[1].inspector_id == one for pair in pairs], 0, options["most"])
        for day in places["day"].unique():
            demand(
                [(pair[1].inspector_id, pair[0].day) == (one, day) for pair in pairs], 0, options["per_day"]
            )
    answer = milp(
        [0.0] * len(pairs), constraints=LinearConstraint(rows, low, high), integrality=1, bounds=Bounds(0, 1)
    )
    return bool(answer.success)


@st.composite
def tasks(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    county, day = st.sampled_from(["x", "y", "z"]), st.sampled_from(DAYS)
    places = sites(*((f"S{k}", draw(county), draw(day)) for k in range(draw(st.integers(1, 5)))))
    crew = staff(*((f"J{k}", draw(county), draw(st.booleans())) for k in range(draw(st.integers(1, 6)))))
    pair = st.tuples(
        st.sampled_from(places["unit_id"].tolist()), st.sampled_from(crew["inspector_id"].tolist())
    )
    away = st.tuples(st.sampled_from(crew["inspector_id"].tolist()), day)
    options = {
        "barred": pd.DataFrame(draw(st.lists(pair, max_size=3)), columns=["unit_id", "inspector_id"]),
        "days_off": pd.DataFrame(draw(st.lists(away, max_size=2)), columns=["inspector_id", "day"]),
        "people": draw(st.integers(2, 3)),
        "per_day": draw(st.integers(1, 2)),
        "most": draw(st.integers(1, 4)),
    }
    return places, crew, options


@settings(max_examples=150, deadline=None)
@given(tasks())
def test_an_assignment_is_found_wherever_there_is_one(task: tuple[Any, Any, Any]) -> None:
    places, crew, options = task
    try:
        teams = assign(places, crew, **options)
    except AssignError:
        assert not possible(places, crew, options)
    else:
        assert broken(teams, places, crew, **options) == []


def test_flow_moves_somebody_where_the_walk_is_stuck() -> None:
    """B may only be visited by 1 and 2; whoever comes first in A's order must make room."""
    crew = staff(*((f"J{number}", "y", True) for number in range(4)))
    places = sites(("A", "x", DAYS[0]), ("B", "x", DAYS[0]))
    order = sorted(crew["inspector_id"], key=lambda one: stream_ticket(SEED, "inspectors", "A", one))
    first, second = sorted(places["unit_id"], key=lambda one: ticket(SEED, one))
    wanted = sorted(crew["inspector_id"], key=lambda one: stream_ticket(SEED, "inspectors", first, one))[:2]
    barred = pd.DataFrame({"unit_id": second, "inspector_id": sorted(set(order) - set(wanted))})
    teams = assign(places, crew, barred=barred, per_day=1)
    assert sorted(teams.loc[teams["unit_id"] == second, "inspector_id"]) == sorted(wanted)


def refused(places: pd.DataFrame, crew: pd.DataFrame, **options: Any) -> str:
    with pytest.raises(AuditError) as caught:
        assign(places, crew, **options)
    return str(caught.value)


def test_impossible_case_names_its_sites_and_the_constraint() -> None:
    day = DAYS[0]
    one, crew = sites(("A", "x", day)), staff(("1", "x", True), ("2", "y", True), ("3", "y", False))
    barred = pd.DataFrame({"unit_id": ["A"], "inspector_id": ["3"]})
    assert refused(one, crew, barred=barred) == (
        "无法分派, 缺 1 人次; 原因: 可派的人不够。涉及 1 家: A(可派 1 人, 其中可任组长 1, 同县 1, 有利害关系或上次检查过 1)"
    )
    off = pd.DataFrame({"inspector_id": ["2"], "day": [day]})
    assert refused(one, crew, days_off=off) == (
        "无法分派, 缺 1 人次; 原因: 可任组长的人不够。涉及 1 家: A(可派 1 人, 其中可任组长 0, 同县 1, 当天不能出勤 1)"
    )
    pair = staff(("2", "y", True), ("3", "y", False))
    two = sites(("A", "x", day), ("B", "x", day))
    assert refused(two, pair, per_day=1) == (
        "无法分派, 缺 2 人次; 原因: 每人每天至多 1 家。涉及 2 家: A(可派 2 人, 其中可任组长 1); B(可派 2 人, 其中可任组长 1)"
    )
    apart = sites(("A", "x", day), ("B", "x", DAYS[1]))
    assert "原因: 每人合计至多 1 家。" in refused(apart, pair, most=1)


def test_only_the_sites_concerned_are_named() -> None:
    crew = staff(("1", "y", True), ("2", "y", True), ("3", "z", True))
    said = refused(sites(("A", "x", DAYS[0]), ("B", "y", DAYS[0])), crew)
    assert "涉及 1 家: B(可派 1 人" in said


def test_ids_that_stand_twice_and_a_lone_inspector_are_refused() -> None:
    one, crew = sites(("A", "x", DAYS[0])), staff(("1", "y", True), ("2", "y", True))
    assert refused(pd.concat([one, one]), crew) == "1 个编号出现多次: A"
    assert refused(one, pd.concat([crew, crew])) == "2 个编号出现多次: 1、2"
    with pytest.raises(CallError) as caught:
        assign(one, crew, people=1)
    assert str(caught.value) == "每家至少两人: 读到 1"
