"""What happens in real life, and what must be said about it."""

from __future__ import annotations

import pandas as pd
import pytest

RENAMED, REPORTED_FOR, TWICE, NEARLY, NUMBERLESS, DOUBTFUL, BACK_FILLED = (
    "992406",
    "990183",
    "990105",
    "990221",
    "990202",
    "990211",
    "990822",
)
"""Counties of plants.csv and distortions.csv."""


@pytest.fixture(scope="module")
def case(judged):
    return judged(2014)


def said(case, rule: str, subject: str) -> tuple[str, str]:
    rows = case.rules
    row = rows[(rows["rule_id"] == rule) & (rows["subject"] == subject)].iloc[0]
    return row["result"], "" if pd.isna(row["reason"]) else row["reason"]


def intake(case, name: str) -> pd.DataFrame:
    return pd.read_parquet(case.run.folder / "intake" / f"{name}.parquet")


def test_records_under_a_former_name_count_for_the_renamed_unit(case):
    units = intake(case, "tables/units")
    renamed = units.loc[units["former_name"].notna(), "unit_id"]
    results = case.rules[case.rules["subject"].isin(renamed)]
    assert len(renamed) == 2
    assert set(results["result"]) <= {"met", "not_applicable"}
    assert said(case, "R-03", RENAMED)[0] == "met"


def test_a_hospitals_check_is_not_counted_for_the_clinics_that_it_reports_for(case):
    assert said(case, "R-03", REPORTED_FOR) == (
        "not_met",
        "还差 12 家; 其中 12 家由已检查的单位代报, 代报单位的检查不代替本单位",
    )


def test_a_unit_in_two_counties_rosters_leaves_both_frames_open(case):
    unit = next(fault["subject"] for fault in case.truth["faults"] if "列入两个县区" in fault["note"])
    assert said(case, "DQ-02", unit) == (
        "not_met",
        "编号重复; 同时列入晨钟区、雁鸣汽配产业开发区的名录, 归属待核定",
    )
    for county in (TWICE, "990174"):
        assert said(case, "R-03", county) == (
            "not_assessable",
            "单位名录中有 1 行无法识别或归属不清, 可能属于分母",
        )


def test_nearly_passed_is_no_conclusion_and_leaves_its_county_open(case):
    problems = intake(case, "problems")
    row = problems[problems["got"] == "基本合格"].iloc[0]
    assert row["due"] == "应为 合格 | 不合格 | 限期整改后复查 之一"
    assert said(case, "R-03", NEARLY) == ("not_assessable", "1 家的记录不全, 无法判定")


def test_checks_all_dated_on_one_day_are_told_as_such(case):
    assert said(case, "W2-09", BACK_FILLED) == (
        "not_met",
        "全部检查都记在同一天(3月9日)、全部检查都在休息日、节假日",
    )
    assert said(case, "R-03", BACK_FILLED)[0] == "met"


def test_rows_without_a_number_count_by_their_name(case):
    assert said(case, "F6-02", NUMBERLESS)[0] == "met"
    matches = intake(case, "matches")
    there = matches[matches["county"] == NUMBERLESS]
    assert set(there["table"]) == {"hazards", "listings", "supervisions"}
    assert set(there["how"]) == {"automatic"}


def test_doubtful_names_leave_open_what_they_may_prove(case):
    result, reason = said(case, "F6-02", DOUBTFUL)
    lost = (intake(case, "quarantine")["area"] == DOUBTFUL).sum()
    assert (result, reason) == (
        "not_assessable",
        f"隐患排查治理台账中有 {lost} 行无法识别或归属不清, 可能属于分母",
    )
    named = {one["unit_id"] for one in case.truth["names"] if one["county"] == DOUBTFUL}
    assert len(named) == 2
    assert {said(case, "F4-06", unit)[0] for unit in named} == {"not_assessable"}
    assert {said(case, "REP-05", "990200:松涛市卫生局")[0]} == {"met"}
