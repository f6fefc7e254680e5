"""What leaves: no person, no small cell, no draft mark, and nothing at all where something differs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cases
import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.reporting import (
    Case,
    Grid,
    Number,
    Paragraph,
    acceptance_report,
    find_masks,
    public_report,
    report_html,
)
from audit_lib.reporting.public import small_cells
from audit_lib.reporting.tables import Column

PHONE, IDENTITY = "13912345678", "11010519491231002X"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A province with people in its tables, two of them inspectors, one called like a word."""
    plain = cases.case(tmp_path)
    units = plain.tables["units"].assign(
        grid_person="王强、欧阳兰", unit_name="王强诊所", key_guarantor="自查"
    )
    staff = pd.DataFrame(
        [
            {"inspector_id": "JC001", "inspector_name": "赵敏", "area": cases.CITY},
            {"inspector_id": "JC002", "inspector_name": "钱多", "area": cases.CITY},
            {"inspector_id": "JC003", "inspector_name": "钱多", "area": cases.COUNTY},
        ]
    ).assign(sender=cases.CITY, file="人员.xlsx", sheet="一", row=2)
    tables = {**plain.tables, "units": units, "inspectors": schemas.conform(staff, "inspectors")}
    return dataclasses.replace(plain, tables=tables)


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("网格责任人王强未签字", "网格责任人王某未签字"),
        ("王强诊所的王强", "王强诊所的王某"),
        ("欧阳兰、赵敏、钱多", "欧阳某、执法证 JC001、钱某"),
        ("单位自查由王强组织", "单位自查由王某组织"),
        (f"电话{PHONE}, 座机0431-88901234", "电话139****5678, 座机0431-88901234"),
        (f"证件{IDENTITY}", "证件(证件号码已略)"),
        ("南溪区", "南溪区"),
    ],
)
def test_text_is_masked_and_names_of_places_stay(case: Case, said: str, published: str) -> None:
    assert find_masks(case).apply(said) == published


@pytest.mark.parametrize(
    ("table", "row", "published"),
    [
        (
            "county_checks",
            {"check_id": "1", "unit_id": "990102A0001", "inspectors": "赵敏、钱多"},
            "执法证 JC001",
        ),
        ("county_checks", {"check_id": "1", "unit_id": "990581A0001", "inspectors": "赵敏、钱多"}, "赵某"),
        ("county_checks", {"check_id": "1", "unit_id": "990999A0001", "inspectors": "赵敏"}, "赵某"),
        ("reporters", {"area": cases.CITY, "body": "某局", "contact": "赵敏"}, "赵某"),
    ],
)
def test_number_of_a_certificate_stands_only_for_whom_the_name_tells_apart(
    case: Case, table: str, row: dict[str, str], published: str
) -> None:
    units = pd.DataFrame(
        [("990102A0001", "甲诊所", cases.COUNTY), ("990581A0001", "乙诊所", cases.LONE)],
        columns=["unit_id", "unit_name", "county"],
    ).assign(sender=cases.CITY, file="名录.xlsx", sheet="一", row=2)
    said = pd.DataFrame([row]).assign(sender=cases.CITY, file="县检.xlsx", sheet="一", row=2)
    tables = {
        **case.tables,
        "units": schemas.conform(units, "units"),
        table: schemas.conform(said, table),
    }
    case = dataclasses.replace(case, tables=tables)
    assert find_masks(case).apply("赵敏") == published


def test_released_report_has_no_draft_mark_no_row_evidence_and_its_own_title(case: Case) -> None:
    draft = acceptance_report(case)
    page = report_html(public_report(case, draft, find_masks(case)))
    assert "送审稿" not in page
    assert "关于2014年春季行动检查验收情况的通报" in page
    assert "演示数据" in page
    assert "送审稿" in report_html(draft)
    assert "情况的通报" not in report_html(draft)
    kept = {
        block.name
        for one in public_report(case, draft, find_masks(case)).sections
        for block in one.blocks
        if isinstance(block, Grid)
    }
    assert not [
        name
        for name in kept
        if name.startswith(("依据", "文件", "无法识别", "线索移交", "申诉", "人工判定", "督查发现"))
    ]
    assert {"各市州", "各县区"} <= kept


def test_share_of_few_is_left_out_with_what_it_would_follow_from(case: Case) -> None:
    columns = (
        Column("name", "地区"),
        Column("whole", "应挂牌", "count"),
        Column("part", "已挂牌", "count"),
        Column("part", "比例", "share", "whole", judged="result"),
        Column("owes", "说明"),
    )
    rows = pd.DataFrame(
        [
            ("甲", 3, 1, "not_met", "还差 2 处"),
            ("乙", 9, 9, "met", ""),
            ("丙", 40, 20, "not_met", "还差 20 处"),
        ],
        columns=["name", "whole", "part", "result", "owes"],
    )
    number = Number("listed", "挂牌率", "share", 1, "自报", 3)
    draft = acceptance_report(case)
    section = dataclasses.replace(
        draft.sections[0],
        key="x",
        blocks=(Paragraph("挂牌率 {listed}"), Grid("挂牌", "挂牌", columns, rows)),
        numbers=(number,),
    )
    made = public_report(case, dataclasses.replace(draft, sections=(section,)), find_masks(case)).sections[0]
    (grid,) = [block for block in made.blocks if isinstance(block, Grid)]
    assert grid.rows["part"].tolist() == ["*", "*", 20]
    assert grid.rows["owes"].tolist() == ["*", "", "还差 20 处"]
    assert grid.note == "“*”为所涉对象很少, 公布时略去。"
    assert made.numbers[0].cell.text == "*"
    page = report_html(dataclasses.replace(draft, sections=(made,)))
    assert "33.3%" not in page


def test_two_small_cells_need_no_third() -> None:
    assert small_cells(pd.Series([3, 2, 40, 0, pd.NA]), 5).tolist() == [True, True, False, False, False]
