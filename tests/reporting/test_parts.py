"""The five parts of the report and its annexes: what is said, in which order, and what it is made of."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import cases
import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.reporting import Case, Grid, Paragraph, Report, acceptance_report
from audit_lib.reporting.areas import ranking
from audit_lib.reporting.facts import area_table
from audit_lib.reporting.findings import findings_table, questions_table
from audit_lib.reporting.model import put_numbers
from audit_lib.reporting.steps import next_section, proposals_section
from audit_lib.reporting.troubles import troubles_section, troubles_table

PARTS = ["一、总体情况", "二、主要做法和成效", "三、存在的主要问题", "四、处理建议", "五、下一步工作要求"]


@pytest.fixture
def province(tmp_path: Path) -> Case:
    return cases.case(tmp_path)


def titles(report: Report) -> list[str]:
    return [section.title for section in report.sections]


def grid(section: Any, name: str) -> Grid:
    return next(block for block in section.blocks if isinstance(block, Grid) and block.name == name)


def judged(case: Case, *rows: dict[str, object]) -> Case:
    return dataclasses.replace(case, rules=schemas.conform(pd.DataFrame([*rows]), "rules"))


def row(rule: str, level: str, subject: str, **cells: object) -> dict[str, object]:
    empty = dict.fromkeys(["numerator", "denominator", "value", "reason", "evidence"])
    area = subject if level in {"county", "city"} else cases.COUNTY
    said = {"rule_id": rule, "level": level, "subject": subject, "area": area, "result": "not_met"}
    return empty | said | {"as_of": "2014-03-31"} | cells


def test_report_of_a_province_has_five_parts_and_six_annexes_of_the_plan(province: Case) -> None:
    said = titles(acceptance_report(province))
    assert said[0] == "一页概览"
    assert said[1:6] == PARTS
    assert [title.replace("\u3000", " ") for title in said[6:12]] == [
        "附件1 各市州完成情况",
        "附件2 县级未达标清单",
        "附件3 重大隐患清单",
        "附件4 抽检情况及一致性",
        "附件5 周报报送情况",
        "附件6 指标口径与计算说明",
    ]


def test_first_part_gives_counts_before_the_rate_and_a_shared_denominator_once(province: Case) -> None:
    section = acceptance_report(province).section("summary")
    said = [
        put_numbers(block.text, section.numbers) for block in section.blocks if isinstance(block, Paragraph)
    ]
    assert "应检单位 2,300 家, 其中有有效县级检查的单位 2,299 家, 检查覆盖率 99.96%(县检)" in said[1]
    assert "查出的隐患 5 处, 其中复查合格的隐患 3 处, 整改率(严格) 60.0%(自报)" in said[2]
    assert said[2].count("查出的隐患 5 处") == 2  # of the second rate after others were said in between


def test_counts_by_area_add_up_to_the_total_of_the_first_part(province: Case) -> None:
    report = acceptance_report(province)
    numbers = {number.key: number for number in report.numbers}
    known = {grid.name: grid for grid in report.grids}
    led = [number for number in report.numbers if number.rows.startswith("指标 ")]
    assert len(led) > 8
    for number in led:
        side = {"part": "numerator", "whole": "denominator"}[number.key.rpartition("_")[2]]
        assert known[number.rows].rows[side].sum() == number.value, number
    assert numbers["coverage_whole"].value == numbers["due"].value


def test_kinds_of_trouble_come_gravest_first_with_count_shortfall_and_the_worst_example(
    province: Case,
) -> None:
    case = judged(
        province,
        row("REP-02", "org", f"{cases.CITY}:青原市卫生局", reason="02-07"),
        row("R-03", "county", cases.NORTH, numerator=9, denominator=10, reason="还差 1 家"),
        row("R-03", "county", cases.COUNTY, numerator=5, denominator=10, reason="还差 5 家"),
        row("R-03", "city", cases.CITY, numerator=14, denominator=20, reason="还差 6 家"),
    )
    table = troubles_table(case)
    assert table["rule"].tolist() == ["R-03", "REP-02"]
    first = table.iloc[0]
    assert (first["count"], first["of"], first["lost"]) == (2, "个县区", 6)
    assert first["example"] == "南溪区: 还差 5 家"
    section = troubles_section(case)
    said = put_numbers(section.blocks[0].text, section.numbers)
    assert said == "R-03 县级排查覆盖: 2 个县区未达到, 共差 6 家。如南溪区: 还差 5 家。(工作方案三)"


def test_fact_of_another_rule_is_not_counted_again(province: Case) -> None:
    both = [row("F3-02", "county", cases.COUNTY), row("R-06", "county", cases.COUNTY)]
    assert troubles_table(judged(province, *both))["rule"].tolist() == ["F3-02"]
    assert troubles_table(judged(province, both[1]))["rule"].tolist() == ["R-06"]


def test_measures_are_those_of_the_plan_and_nothing_is_decided(province: Case) -> None:
    section = proposals_section(province)
    measures = grid(section, "措施建议").rows
    assert {"通报", "重新开展", "挂牌督办", "线索移交"} <= set(measures["measure"])
    assert grid(section, "建议名单").rows["pending"].unique().tolist() == ["待核定"]
    assert all("待核定" in block.title for block in section.blocks if isinstance(block, Grid))


def test_candidates_for_the_authority_are_listed_with_their_state_and_no_more(province: Case) -> None:
    said = "R-03、R-05: 待有权机关决定是否移交线索"
    case = judged(province, row("W2-11", "org", f"{cases.CITY}:县级卫计", result="not_due", reason=said))
    clues = grid(proposals_section(case), "线索移交候选").rows.iloc[0]
    assert (clues["name"], clues["body"], clues["clauses"], clues["state"]) == (
        "青原市", "县级卫计", "R-03、R-05", "待有权机关决定是否移交线索",
    )  # fmt: skip
    assert troubles_table(case).empty


def test_what_is_owed_names_its_last_day_and_says_when_that_is_over(province: Case) -> None:
    rows = grid(next_section(province), "还须完成").rows
    first = rows.iloc[0]
    assert (first["name"], first["clause"], first["missing"], first["until"]) == (
        "青原市", "R-05 市级抽检比例", 1, "2014年3月31日已到, 由核定机关另定",
    )  # fmt: skip
    early = dataclasses.replace(province, as_of=province.as_of.replace(day=10))
    assert grid(next_section(early), "还须完成").rows["until"].iloc[0] == "2014年3月31日"


def test_papers_to_hand_in_name_refused_files_silent_counties_and_unknown_rows(province: Case) -> None:
    papers = grid(next_section(province), "须补报的材料").rows
    assert papers["what"].tolist() == [
        "隐患排查治理台账 台账/加密.xlsx", "单位名录", "单位名录", "名录/青原市.xlsx 中的 1 行",
    ]  # fmt: skip
    assert papers["who"].tolist() == ["青原市", "北溪区", "梅岭市", "南溪区"]


def test_equal_shares_share_a_rank_and_what_nobody_can_judge_has_none(province: Case) -> None:
    table = area_table(province, province.areas.iloc[[1, 2, 3, 4]], "city", ("R-03",))
    table["R-03_part"] = pd.array([9, 18, 10, None], dtype="Int64")
    table["R-03_whole"] = pd.array([10, 20, 10, None], dtype="Int64")
    ranked = ranking(province, table)[0].rows
    assert ranked["rank"].tolist() == ["1", "2", "2", "—"]
    assert ranked["name"].tolist() == ["北溪区", "青原市", "南溪区", "梅岭市"]


def test_findings_of_the_groups_say_which_stand_in_the_ledger(province: Case) -> None:
    told = {"group": "第一巡视组", "group_kind": "巡视组", "county": cases.COUNTY, "unit_id": "990102A0001"}
    rows = pd.DataFrame(
        [
            {"finding_id": "P1", "date": pd.Timestamp("2014-03-20"), "hazard_id": "H1", **told},
            {"finding_id": "P2", "date": pd.Timestamp("2014-03-21"), **told},
            {"finding_id": "P3", "date": pd.Timestamp("2014-04-01"), **told},
        ]
    ).assign(sender="x", file="f", sheet="s", row=1)
    tables = {**province.tables, "findings": schemas.conform(rows, "findings")}
    case = dataclasses.replace(province, tables=tables)
    found = findings_table(case)
    assert found["finding_id"].tolist() == ["P1", "P2"]
    assert found["matched"].tolist() == ["台账有对应记录", "县级台账没有对应记录的"]
    assert any("督查组和暗访发现的问题" in title for title in titles(acceptance_report(case)))
    judged_so = judged(case, row("W2-10", "province", cases.PROVINCE, evidence="findings:P1"))
    assert findings_table(judged_so)["matched"].tolist() == ["县级台账没有对应记录的", "台账有对应记录"]


def test_section_of_findings_stands_only_where_there_are_some(province: Case) -> None:
    assert not [title for title in titles(acceptance_report(province)) if "督查组" in title]


def test_questions_wait_with_their_subject_until_somebody_answers(province: Case) -> None:
    asked = {"level": "county", "subject": cases.COUNTY, "area": cases.COUNTY, "question": "成效是否明显?"}
    rows = pd.DataFrame(
        [
            {"rule_id": "F2-02", **asked},
            {
                "rule_id": "F4-01",
                **asked,
                "answer": "达到",
                "answered_by": "王五",
                "answered_on": "2014-03-30",
            },
        ]
    )
    case = dataclasses.replace(province, questions=schemas.conform(rows, "questions"))
    table = questions_table(case)
    assert table["answer"].tolist() == ["待答复", "达到"]
    assert table["name"].tolist() == ["南溪区", "南溪区"]
    section = acceptance_report(case).section("questions")
    assert put_numbers(section.blocks[0].text, section.numbers).startswith(
        "需人工判定的事项 2 项, 尚待答复 1 项"
    )
    assert questions_table(dataclasses.replace(case, level="county", codes=frozenset([cases.NORTH]))).empty


def test_page_of_a_county_names_each_clause_with_what_is_wanting_and_its_last_day(tmp_path: Path) -> None:
    section = acceptance_report(cases.case(tmp_path, cases.COUNTY)).section("overview")
    assert section.title == "一页简报"
    clauses = grid(section, "条款").rows.set_index("clause")
    short = clauses.loc["县级排查覆盖"]
    assert (short["whole"], short["part"], short["reason"]) == (1000, 999, "还差 1 家")
    assert short["until"] == "2014年3月31日已到, 由核定机关另定"
    own = acceptance_report(cases.case(tmp_path, cases.LONE)).section("overview")
    assert "市级抽检比例" in set(grid(own, "条款").rows["clause"])
