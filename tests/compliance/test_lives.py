"""The lives of hazards, worked by hand, and what they look like together."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance import judge
from tests.compliance.tables import CITY, PROVINCE, A, B, C, closed, hazard, intake, listing, run, unit

LIVES = {
    "in-time": hazard("in-time", found_date="2014-02-20", deadline="2014-03-10", **closed("2014-03-05")),
    "late": hazard("late", found_date="2014-02-20", deadline="2014-03-10")
    | {"closed_date": "2014-03-14", "recheck_date": "2014-03-16", "recheck_result": "合格"},
    "open": hazard("open", found_date="2014-02-20", deadline="2014-03-20"),
    "waiting": hazard("waiting", found_date="2014-03-28", closed_date="2014-03-30"),
    "failed": hazard("failed", closed_date="2014-03-01", recheck_date="2014-03-03", recheck_result="不合格")
    | {"deadline": "2014-03-25", "reopened_date": "2014-03-03"},
    "longer": hazard("longer", deadline="2014-03-10", extended_to="2014-04-20")
    | {"extension_approved": "2014-03-09"},
    "down": hazard("down", "b1", first_grade="重大", grade="一般", regraded_date="2014-03-01")
    | {"regrade_reason": "复核", "regrade_approver": "王五"},
    "undated": hazard("undated", "b1", found_date=None, deadline=None),
    "later": hazard("later", closed_date="2014-04-02", recheck_date="2014-04-03", recheck_result="合格"),
    "lost": hazard("lost", "zz", found_date="2014-03-31"),
}


def judged(hazards, listings=()):  # type: ignore[no-untyped-def]
    units = [unit("a1"), unit("b1", B), unit("c1", C)]
    return judge(intake(units=units, hazards=list(hazards), listings=list(listings)), run(), {})


def lives() -> pd.DataFrame:
    return judged(LIVES.values(), [listing("down", "b1")]).lives.set_index("hazard_id")


def test_each_life_is_told_to_the_day() -> None:
    told = lives()[["state", "age", "taken", "days_late"]].astype(object)
    told = told.where(told.notna(), None)
    assert told.loc[list(LIVES)].to_numpy().tolist() == [
        ["已销号", None, 13, 0],
        ["已销号", None, 24, 4],
        ["未整改", 39, None, 11],
        ["待复查", 3, None, 0],
        ["复查不合格", 39, None, 6],
        ["未整改", 39, None, 0],
        ["未整改", 39, None, 0],
        ["未整改", None, None, None],
        ["未整改", 39, None, 0],
        ["未整改", 0, None, 0],
    ]


def test_what_lies_after_the_day_judged_has_not_happened() -> None:
    row = lives().loc["later"]
    assert row[["closed_date", "recheck_date", "recheck_result"]].isna().all()


def test_extension_and_downgrade_after_the_listing_are_marked() -> None:
    told = lives()
    assert told.index[told["extended"]].tolist() == ["longer"]
    assert told.loc["longer", "due"] == pd.Timestamp("2014-04-20")
    assert told.index[told["taken_down_after_listing"]].tolist() == ["down"]
    before = [listing("down", "b1", listed_date="2014-03-02")]
    assert not judged([LIVES["down"]], before).lives["taken_down_after_listing"].any()


def test_open_hazards_of_an_area_are_banded_and_add_up() -> None:
    table = judged(LIVES.values()).ageing

    def bands(area: str, level: str) -> dict[str, tuple[int, int]]:
        rows = table[(table["area"] == area) & (table["level"] == level) & (table["open"] > 0)]
        return dict(zip(rows["band"], zip(rows["open"], rows["overdue"], strict=True), strict=True))

    assert bands(A, "county") == {"7天以内": (1, 0), "31至60天": (4, 2)}
    assert bands(B, "county") == {"31至60天": (1, 0), "查出日期不明": (1, 0)}
    assert bands(C, "county") == {}
    assert bands(CITY, "city") == {"7天以内": (1, 0), "31至60天": (5, 2), "查出日期不明": (1, 0)}
    assert bands(PROVINCE, "province") == {"7天以内": (2, 0), "31至60天": (5, 2), "查出日期不明": (1, 0)}


def test_a_hazard_that_two_levels_found_is_as_old_as_the_first_finding() -> None:
    words = {"category": "用电", "place": "一楼", "description": "线路老化"}
    first = hazard("h1", source="自查", found_date="2014-02-01", **words)
    again = hazard("h2", source="县检", found_date="2014-03-01", **words)
    table = judged([first, again]).lives
    assert table[["findings", "age"]].to_numpy().tolist() == [["h1;h2", 58]]


def signs(hazards) -> str:  # type: ignore[no-untyped-def]
    table = judged(hazards).spread
    return str(table.loc[table["area"] == A, "signs"].iloc[0])


def test_ten_closings_on_one_day_are_a_sign_and_nine_are_none() -> None:
    same = [hazard(f"h{day}", deadline=f"2014-03-{day:02d}", **closed("2014-03-31")) for day in range(11, 21)]
    assert signs(same) == "10/10 项集中在同一天销号(3月31日)"
    assert signs(same[:9]) == ""
    other = [hazard(f"o{day}", deadline=f"2014-03-{day}", **closed(f"2014-03-{day}")) for day in (21, 22, 23)]
    assert signs(same + other) == ""


def test_one_deadline_for_all_and_one_in_years_are_signs() -> None:
    same = [hazard(f"h{place}") for place in range(10)]
    far = hazard("far", deadline="2015-12-31")
    assert signs([*same, far]) == "10/11 项整改期限都是同一天(4月30日)、1 项整改期限超过 365 天"


def test_an_area_without_hazards_has_a_row_of_zeros() -> None:
    table = judged([hazard("h1")]).spread
    row = table[(table["area"] == C) & (table["level"] == "county")].iloc[0]
    assert (row["found"], row["closed"], row["same_closing"], row["signs"]) == (0, 0, 0, "")
    assert row[["closing_day", "longest_given"]].isna().all()
