"""Majors that want somebody's hand: late and open, late and closed, and those nobody can tell of."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.reporting.brief import brief_section
from audit_lib.reporting.case import Case
from audit_lib.reporting.majors import majors_section, majors_table, majors_words
from tests.reporting import cases


def told(
    folder: Path, *rows: tuple[str, str, str, str | None, str | None], read: bool = True, **hazard: object
) -> Case:
    """The county of the hand-made province, with these rows of rules and hazards of these cells."""
    case = cases.case(folder, cases.COUNTY)
    rules = [cases._rule(rule, level, subject, result, None, None, reason, evidence)
             for rule, level, subject, result, reason, evidence in rows]  # fmt: skip
    files = cases.files().assign(table=["hazards", "listings"], status="read" if read else "refused")
    table = pd.DataFrame([case.tables["hazards"].iloc[0].to_dict() | hazard])
    tables = case.tables | {"hazards": schemas.conform(table, "hazards")}
    return dataclasses.replace(
        case, rules=schemas.conform(pd.DataFrame(rules), "rules"), files=files, tables=tables
    )


def said(case: Case) -> tuple[str, dict[str, str]]:
    blocks, numbers = majors_words(case, listed=False)
    shown = {number.key: number.cell.text for number in numbers}
    return " ".join(block.text for block in blocks).format(**shown), shown


LATE = ("F3-03", "county", cases.COUNTY, "not_met", "还差 1 项", "hazards:H1")
LISTED = ("F3-02", "county", cases.COUNTY, "not_applicable", None, None)
NO_LIMIT = ("F3-03", "county", cases.COUNTY, "not_assessable", "1 项的记录不全, 无法判定", "hazards:H1")


@pytest.mark.parametrize(
    ("cells", "reason", "still"),
    [
        ({}, "尚未整改", 1),
        ({"closed_date": "2014-03-25", "recheck_date": "2014-03-26", "recheck_result": "合格"}, "已整改, 迟 5 天", 0),
        ({"closed_date": "2014-03-18", "recheck_date": "2014-03-18", "recheck_result": "合格"},
         "已整改, 曾退回重新整改", 0),
    ],
)  # fmt: skip
def test_major_closed_late_is_not_called_open(
    tmp_path: Path, cells: dict[str, str], reason: str, still: int
) -> None:
    days = {name: pd.Timestamp(value) if name.endswith("date") else value for name, value in cells.items()}
    case = told(tmp_path, LATE, LISTED, **days)
    assert majors_table(case)[["kind", "reason"]].values.tolist() == [["未按期整改", reason]]
    words, _ = said(case)
    assert words == (
        f"需督办的重大隐患: 未按期整改 1 处(其中尚未整改 {still} 处)、应挂牌未挂牌 0 处、五到位不全 0 处、双签字不全 0 处。"
    )


def test_no_row_is_no_zero_where_nobody_can_judge(tmp_path: Path) -> None:
    case = told(tmp_path, NO_LIMIT, LISTED)
    words, shown = said(case)
    assert words == (
        "需督办的重大隐患: 未按期整改 缺、应挂牌未挂牌 0 处、五到位不全 0 处、双签字不全 0 处。 "
        "重大隐患无法判定, 不作没有: 未按期整改(1 项的记录不全, 无法判定)。"
    )
    assert shown["majors_F3_03"] == "缺"
    for section in (majors_section(case), brief_section(case)):
        grid = next(block for block in section.blocks if getattr(block, "name", "").endswith("重大隐患"))
        assert grid.empty == "没有应挂牌未挂牌、五到位不全、双签字不全的重大隐患。"
        assert "重大隐患无法判定, 不作没有: 未按期整改({majors_F3_03_open})。" in [
            getattr(block, "text", "") for block in section.blocks
        ]


def test_listings_that_nobody_read_leave_their_questions_open(tmp_path: Path) -> None:
    late = ("F3-02", "county", cases.COUNTY, "not_assessable", "没有可用的挂牌督办台账", None)
    words, _ = said(told(tmp_path, LATE, late, read=False))
    assert "应挂牌未挂牌 缺、五到位不全 缺、双签字不全 缺" in words
    assert "五到位不全(没有可用的挂牌督办台账)" in words
