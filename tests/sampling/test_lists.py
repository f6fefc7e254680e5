"""Lists leave as text: no name becomes a formula, a link or a number."""

from __future__ import annotations

import io
import time
import zipfile

import pandas as pd
import pytest
import python_calamine

from audit_lib.errors import InputError
from audit_lib.sampling.lists import list_workbook, read_list

NAMES = ["=1+1", "+1", "-1", "@x", "http://a.example", "007", "<b>", "一\n二", "NA"]


def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit_id": [f"00{i}" for i in range(len(NAMES))],
            "unit_name": NAMES,
            "city": "甲市",
            "county": "220102",
            "stratum": "220102|诊所",
            "rank": range(1, len(NAMES) + 1),
            "ticket": [f"{i:064x}" for i in range(len(NAMES))],
        }
    )


def test_text_stays_text_under_chinese_headers() -> None:
    data = list_workbook(rows(), title="样本")
    lines = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name("样本").to_python()
    assert lines[0] == ["单位编号", "单位名称", "市州", "县区", "层", "层内次序", "签号"]
    assert [line[1] for line in lines[1:]] == NAMES
    assert (
        [line[0] for line in lines[1:]] == read_list(data, name="sample.xlsx") == rows()["unit_id"].tolist()
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_workbook_bytes_do_not_depend_on_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    first = list_workbook(rows(), title="样本")
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert list_workbook(rows(), title="样本") == first


def test_list_of_nobody_is_a_list() -> None:
    assert read_list(list_workbook(rows().head(0), title="备用名单"), name="reserves.xlsx") == []


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"unit_id\nU1\n"])
def test_other_bytes_are_no_list(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_list(data, name="sample.xlsx")
    assert str(caught.value) == "sample.xlsx 不是名单工作簿"
