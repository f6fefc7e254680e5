"""Who must stay away, read from the tables, and the lists that leave."""

from __future__ import annotations

import io

import pandas as pd
import pytest
import python_calamine

from audit_lib.errors import InputError
from audit_lib.field import assignment_workbook, list_barred, list_days_off, public_workbook

STAFF = pd.DataFrame(
    {
        "inspector_id": ["ZF1", "ZF2", "ZF3"],
        "inspector_name": ["甲", "乙", "乙"],
        "area": ["a", "b", "c"],
        "lead": [True, False, True],
        "interests": ["U1; U2", None, ""],
        "days_off": [None, "2014-03-25、2014-03-26", None],
    }
)
CHECKS = pd.DataFrame(
    {
        "unit_id": ["U3", "U3", "U4"],
        "date": pd.to_datetime(["2014-03-01", "2014-03-05", "2014-03-05"]),
        "inspectors": ["甲", "丙、乙", None],
        "conclusion": "合格",
    }
)


def cells(data: bytes) -> dict[str, list[list[object]]]:
    book = python_calamine.load_workbook(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_interest_and_the_last_to_check_stay_away_both_of_one_name() -> None:
    pairs = list_barred(STAFF, CHECKS).values.tolist()
    assert pairs == [["U1", "ZF1"], ["U2", "ZF1"], ["U3", "ZF2"], ["U3", "ZF3"]]


def test_days_off_are_read_and_wrong_ones_named() -> None:
    assert list_days_off(STAFF).values.tolist() == [["ZF2", "2014-03-25"], ["ZF2", "2014-03-26"]]
    with pytest.raises(InputError) as caught:
        list_days_off(STAFF.assign(days_off=["3月25日", None, None]))
    assert str(caught.value) == (
        "检查人员名册不能使用(1 处问题):\n  - ZF1“不能出勤日期”: 读到“3月25日”, 应为 2014-03-31 这样的日期"
    )


def test_public_list_carries_certificate_numbers_and_no_name() -> None:
    teams = pd.DataFrame(
        {
            "unit_id": "U9",
            "day": "2014-03-25",
            "inspector_id": ["ZF1", "ZF2"],
            "role": ["组长", "成员"],
        }
    )
    sites = pd.DataFrame({"unit_id": ["U9"], "unit_name": ["=某所"], "city": ["c"], "county": ["x"]})
    public = cells(public_workbook(teams, seed="20140309-0123456789"))["公开名单"]
    assert public[1:] == [
        ["日期", "单位编号", "职责", "执法证号"],
        ["2014-03-25", "U9", "组长", "ZF1"],
        ["2014-03-25", "U9", "成员", "ZF2"],
    ]
    assert not any(name in str(public) for name in ("甲", "乙", "某所"))
    kept = cells(assignment_workbook(teams, sites, STAFF))
    assert kept["分派"][2][:5] == ["2014-03-25", "U9", "=某所", "c", "x"]
    assert kept["工作量"][1:] == [["ZF1", "甲", "a", 1, 1], ["ZF2", "乙", "b", 1, 1]]
