"""Who the county passed, and in which batch: the reading of domain A3, case by case."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.errors import CallError
from audit_lib.sampling import county_passes, county_state_on

CUTOFFS = ["2014-03-10", "2014-03-17", "2014-03-24"]
COLUMNS = ["check_id", "unit_id", "date", "start", "inspectors", "conclusion"]


def checks(*rows: str) -> pd.DataFrame:
    """Read ``unit day conclusion [start] [inspectors]`` lines; day is of March 2014, - is missing."""
    cells = []
    for number, row in enumerate(rows):
        words = row.split()
        unit, day, conclusion, start, people = [*words, *["-", "甲、乙"][len(words) - 3 :]]
        values = (f"K{number}", unit, f"2014-03-{day}", start, people, conclusion)
        cells.append([None if value in ("-", "2014-03--") else value for value in values])
    table = pd.DataFrame(cells, columns=COLUMNS).astype("str")
    return table.assign(date=pd.to_datetime(table["date"]).astype("datetime64[us]"))


NONE = checks("X 01 合格").iloc[:0]


def batches(county: pd.DataFrame, higher: pd.DataFrame = NONE) -> dict[str, str]:
    passes = county_passes(county, higher, CUTOFFS)
    return {unit: batch[-2:] for unit, batch in zip(passes["unit_id"], passes["batch"], strict=True)}


@pytest.mark.parametrize(
    ("case", "county", "higher", "batch"),
    [
        ("passed before the first cut-off", ["A 03 合格"], [], "10"),
        ("passed on the very day of the cut-off", ["A 10 合格"], [], "10"),
        ("passed the day after", ["A 11 合格"], [], "17"),
        ("passed after the last cut-off", ["A 25 合格"], [], None),
        ("never passed", ["A 03 不合格", "A 05 限期整改后复查"], [], None),
        ("passed at the re-check", ["A 03 限期整改后复查", "A 12 合格"], [], "17"),
        ("revoked before the cut-off, unchecked", ["A 03 合格", "A 08 不合格"], [], None),
        ("revoked after the city's check", ["A 03 合格", "A 08 不合格"], ["A 05 不合格"], "10"),
        ("revoked after the cut-off", ["A 03 合格", "A 12 不合格"], [], "10"),
        ("revoked on the day of the city's check", ["A 03 合格", "A 08 不合格"], ["A 08 不合格"], "10"),
        ("checked by the city before the pass was made", ["A 09 不合格"], ["A 05 合格"], None),
        ("checked by the city after the revocation", ["A 03 合格", "A 08 不合格"], ["A 09 合格"], None),
        ("revoked, then passed again", ["A 03 合格", "A 08 不合格", "A 20 合格"], [], "24"),
        ("city's check after the first cut-off", ["A 11 合格", "A 14 不合格"], ["A 12 合格"], "17"),
        ("city's check after the last cut-off", ["A 25 合格"], ["A 26 合格"], None),
        ("twice on one day, by start time", ["A 03 不合格 15:00", "A 03 合格 09:00"], [], None),
        ("twice on one day, by start time", ["A 03 合格 15:00", "A 03 不合格 09:00"], [], "10"),
        ("twice on one day, no time: by check_id", ["A 03 不合格", "A 03 合格"], [], "10"),
        ("no inspector named", ["A 03 合格 - -"], [], None),
        ("no date", ["A - 合格"], [], None),
        ("no conclusion", ["A 03 -"], [], None),
        ("a later check without inspector does not revoke", ["A 03 合格", "A 05 不合格 - -"], [], "10"),
        (
            "a city check without inspector saves no pass",
            ["A 03 合格", "A 08 不合格"],
            ["A 05 合格 - -"],
            None,
        ),
    ],
)
def test_unit_belongs_to_the_first_cutoff_at_which_it_qualifies(
    case: str, county: list[str], higher: list[str], batch: str | None
) -> None:
    found = batches(checks(*county), checks(*higher) if higher else NONE)
    assert found == ({} if batch is None else {"A": batch}), case


def test_revocation_after_the_citys_check_does_not_change_the_quota() -> None:
    """80 of 400 stays 80 of 400: eight of the checked units lose their pass afterwards."""
    passed = [f"U{i:03} 03 合格" for i in range(400)]
    city = checks(*(f"U{i:03} 06 不合格" for i in range(80)))
    revoked = [f"U{i:03} 09 不合格" for i in range(8)]
    assert len(batches(checks(*passed), city)) == len(batches(checks(*passed, *revoked), city)) == 400
    days = city[["unit_id", "date"]]
    assert county_state_on(checks(*passed, *revoked), days)["passed"].sum() == 80


def test_order_of_rows_changes_nothing() -> None:
    county = checks("B 03 合格", "A 03 合格", "A 08 不合格", "A 08 合格", "C 12 合格", "B 15 不合格")
    city = checks("B 13 合格", "A 05 不合格")
    first = county_passes(county, city, CUTOFFS)
    assert first["unit_id"].tolist() == ["A", "B", "C"]
    for state in range(5):
        again = county_passes(
            county.sample(frac=1, random_state=state), city.sample(frac=1, random_state=state), CUTOFFS[::-1]
        )
        pd.testing.assert_frame_equal(again, first)


def test_pass_date_is_the_day_since_which_the_pass_stands() -> None:
    county = checks("A 02 合格", "A 05 合格", "B 02 合格", "B 05 不合格", "B 07 合格")
    passes = county_passes(county, NONE, CUTOFFS)
    assert passes["pass_date"].dt.day.tolist() == [2, 7]


def test_state_on_a_day_says_conclusion_and_whether_a_pass_stood() -> None:
    county = checks("A 03 合格", "A 08 不合格", "B 05 限期整改后复查")
    asked = pd.DataFrame(
        {
            "unit_id": ["A", "A", "A", "A", "B", "Z", "A"],
            "date": pd.to_datetime(
                [f"2014-03-{day}" for day in ("02", "03", "08", "09", "06", "09")] + [None]
            ),
        },
        index=[9, 8, 7, 6, 5, 4, 3],
    )
    state = county_state_on(county, asked)
    assert state.index.tolist() == asked.index.tolist()
    assert state["passed"].tolist() == [False, True, True, False, False, False, False]
    said = state["conclusion"].fillna("-").tolist()
    assert said == ["-", "合格", "不合格", "不合格", "限期整改后复查", "-", "-"]


def test_empty_tables_give_an_empty_answer() -> None:
    assert county_passes(NONE, NONE, CUTOFFS).empty
    assert county_state_on(NONE, NONE[["unit_id", "date"]]).empty


@pytest.mark.parametrize("cutoffs", [[], ["2014-03-10", "2014-03-10"]])
def test_cutoffs_that_make_no_batches_are_refused(cutoffs: list[str]) -> None:
    with pytest.raises(CallError) as caught:
        county_passes(NONE, NONE, cutoffs)
    assert str(caught.value) == "截止日须至少一个且不得重复"
