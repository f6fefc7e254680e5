"""Figures of a report: what they show, in words; where tiles stand; the same bytes twice."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cases
import pandas as pd
import pytest

from audit_lib.reporting import Picture, acceptance_report, pictures, tiles
from audit_lib.reporting.case import Case
from audit_lib.reporting.model import tell
from audit_lib.schemas import rulebook_rows

ALL = (pictures.coverage_map, pictures.hazard_flow, pictures.hazard_ages, pictures.weekly_course)


def words_of(made: Picture) -> str:
    """Return the words for those who cannot see a figure, its numbers put in."""
    shown = tell(made, made.numbers)
    assert isinstance(shown, Picture)
    return shown.alternative


def with_table(case: Case, name: str, rows: pd.DataFrame) -> Case:
    return dataclasses.replace(case, tables={**case.tables, name: rows})


def with_fridays(case: Case) -> Case:
    """Return the case with three Fridays of two bodies, one of which gave nothing on the second."""
    row = case.tables["weekly"].iloc[:1]
    said = [("2014-03-07", "甲", 300), ("2014-03-07", "乙", 200), ("2014-03-14", "甲", 900),
            ("2014-03-21", "甲", 1200), ("2014-03-21", "乙", 1100)]  # fmt: skip
    rows = [
        row.assign(week=pd.Timestamp(week), received_at=pd.Timestamp(week), body=body, inspected=done)
        for week, body, done in said
    ]
    return with_table(case, "weekly", pd.concat(rows, ignore_index=True))


def test_every_county_of_the_shipped_tree_has_a_tile_of_its_own() -> None:
    rows = rulebook_rows("tiles")
    areas = rulebook_rows("areas_jilin_2013")
    due = {
        row["code"] for row in areas if row["level"] in ("county", "county-equivalent", "development-zone")
    }
    assert {row["code"] for row in rows} == due
    assert len({(row["row"], row["column"]) for row in rows}) == len(rows) == 72


def test_tiles_lie_as_the_counties_do() -> None:
    places = {row["code"]: (int(row["row"]), int(row["column"])) for row in rulebook_rows("tiles")}
    hunchun, zhenlai, jian, changling = (places[code] for code in ("222404", "220821", "220582", "220722"))
    assert hunchun[1] == max(column for _, column in places.values())
    assert zhenlai[0] == min(row for row, _ in places.values())
    assert jian[0] == max(row for row, _ in places.values())
    assert changling[1] < hunchun[1]


def test_areas_that_the_rulebook_does_not_know_stand_city_by_city() -> None:
    counties = pd.DataFrame({"code": list("abcde"), "city": ["x", "x", "x", "x", "y"]})
    places = tiles.tile_places(counties)
    assert places == {"a": (0, 0), "b": (0, 1), "c": (0, 2), "d": (1, 0), "e": (2, 0)}


def test_map_names_each_county_that_is_not_met_or_open(tmp_path: Path) -> None:
    (made,) = pictures.coverage_map(cases.case(tmp_path))
    assert words_of(made) == "各县(市、区)县检覆盖率的方格图。没有达到或无法判定的: 南溪区 99.9%。"
    assert pictures.coverage_map(cases.case(tmp_path, cases.CITY)) == []


def test_flow_shows_the_counts_of_the_indicators(tmp_path: Path) -> None:
    case = cases.case(tmp_path)
    more = pd.DataFrame(
        [(cases.PROVINCE, "rechecked", 3, 4), (cases.PROVINCE, "overdue", 1, 2)],
        columns=["area", "indicator", "numerator", "denominator"],
    )
    told = dataclasses.replace(case, indicators=pd.concat([case.indicators, more], ignore_index=True))
    (made,) = pictures.hazard_flow(told)
    assert words_of(made) == (
        "隐患从查出到销号: 查出 5 处; 单位报称已整改 4 处; 已复查 3 处; 复查合格、销号 3 处; 未销号 2 处; 其中逾期 1 处。"
    )
    assert pictures.hazard_flow(case) == []


def with_ages(case: Case) -> Case:
    """Return the case with open hazards of two ages, one of a city too, and none of an unknown day."""
    rows = [
        ("province", cases.PROVINCE, 0, "7天以内", 2, 0, 0, 0),
        ("province", cases.PROVINCE, 1, "7天以上", 1234, 3, 0, 1000),
        ("province", cases.PROVINCE, 2, "查出日期不明", 0, 0, 0, 0),
        ("city", cases.CITY, 0, "7天以内", 1, 0, 0, 1),
        ("city", cases.CITY, 1, "7天以上", 0, 0, 0, 0),
        ("city", cases.CITY, 2, "查出日期不明", 1, 0, 1, 0),
    ]
    columns = ["level", "area", "place", "band", "open", "major", "ungraded", "overdue"]
    return dataclasses.replace(case, ageing=pd.DataFrame(rows, columns=columns))


@pytest.mark.parametrize(
    ("area", "words"),
    [
        (
            cases.PROVINCE,
            "7天以内: 2 处, 其中逾期 0 处、重大 0 处; 7天以上: 1,234 处, 其中逾期 1,000 处、重大 3 处",
        ),
        (
            cases.CITY,
            "7天以内: 1 处, 其中逾期 1 处、重大 0 处; 7天以上: 0 处, 其中逾期 0 处、重大 0 处; "
            "查出日期不明: 1 处, 其中逾期 0 处、重大 0 处",
        ),
    ],
)
def test_ages_are_those_of_the_judgement_and_an_unknown_day_is_shown_where_there_is_one(
    area: str, words: str, tmp_path: Path
) -> None:
    (made,) = pictures.hazard_ages(with_ages(cases.case(tmp_path, area)))
    assert words_of(made) == f"未销号隐患按查出后的天数: {words}。"


def test_area_without_an_open_hazard_has_no_picture_of_ages(tmp_path: Path) -> None:
    assert pictures.hazard_ages(with_ages(cases.case(tmp_path, cases.COUNTY))) == []


def test_body_that_gives_nothing_one_friday_does_not_pull_the_course_down(tmp_path: Path) -> None:
    case = with_fridays(cases.case(tmp_path))
    (made,) = pictures.weekly_course(case)
    assert words_of(made) == "周报累计进度, 3月7日至3月21日: 累计县检由 21.7% 到 100.0%。"
    rows = case.tables["weekly"]
    repeated = rows.iloc[[1]].assign(week=rows["week"].iloc[2], received_at=rows["received_at"].iloc[2])
    (same,) = pictures.weekly_course(with_table(case, "weekly", pd.concat([rows, repeated])))
    assert same.png == made.png


def test_body_that_claims_more_units_than_there_are_is_shown_so(tmp_path: Path) -> None:
    case = with_fridays(cases.case(tmp_path))
    rows = case.tables["weekly"]
    over = rows.assign(inspected=rows["inspected"].mask(rows["inspected"] == 1200, 3500))
    (made,) = pictures.weekly_course(with_table(case, "weekly", over))
    assert words_of(made) == (
        "周报累计进度, 3月7日至3月21日: 累计县检(有的超过应检单位, 待核)由 21.7% 到 200.0%。"
    )


def test_two_fridays_are_no_course(tmp_path: Path) -> None:
    assert pictures.weekly_course(cases.case(tmp_path)) == []


@pytest.mark.parametrize("draw", ALL, ids=lambda draw: draw.__name__)
def test_same_case_gives_the_same_picture(draw, tmp_path: Path) -> None:
    case = with_ages(with_fridays(cases.case(tmp_path)))
    assert draw(case) == draw(case)


def test_report_of_the_province_shows_them_where_people_look(tmp_path: Path) -> None:
    case = with_ages(with_fridays(cases.case(tmp_path)))
    shown = {
        block.name: section.key
        for section in acceptance_report(case).sections
        for block in section.blocks
        if isinstance(block, Picture)
    }
    assert shown["coverage-map"] == "cities"
    assert shown["ages"] == "summary"
    assert shown["course"] == "weekly"


def test_long_names_fit_a_tile_in_two_lines() -> None:
    assert tiles.short_name("前郭尔罗斯蒙古族自治县") == "前郭尔罗\n斯"
    assert tiles.short_name("县") == "县"
