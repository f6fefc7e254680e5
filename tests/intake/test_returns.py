"""What goes back to people: their own rows, as text, under names that every system takes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.errors import InputError
from audit_lib.intake import Intake, load_intake, write_intake
from audit_lib.intake.readers import read_grids
from audit_lib.workbooks import table_workbook

from .conftest import ROSTER, roster_row


def test_sender_gets_its_own_rows_in_its_own_order(
    book: Callable[..., Path], intake_of: Callable[..., Intake], tmp_path: Path
) -> None:
    rows = [[*roster_row(9)[:6], "约3"], roster_row(5), ["", "=cmd|x", "南关区", "D600", "", "张三", "3"]]
    book("南关区/a.xlsx", {"名录": [["填报单位：../南关区<卫生局>"], [], ROSTER, *rows]})
    (tmp_path / "南关区" / "坏.xlsx").write_bytes(b"x")
    write_intake(intake_of(units="[{files: ['**/*.xlsx']}]"), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out" / "returns").iterdir())
    assert names == ["_南关区_卫生局_.xlsx", "坏.xlsx"]
    (grid,) = read_grids(tmp_path / "out" / "returns" / names[0])
    assert grid.cells == [
        ["原表行号", "问题", *ROSTER],
        ["4", "“在岗职工数”读到“约3”, 应为不小于 0 的整数", *rows[0]],
        ["6", "“单位编号”不应为空; “网格编号”不应为空", *rows[2]],
    ]
    (refused,) = read_grids(tmp_path / "out" / "returns" / "坏.xlsx")
    assert refused.cells == [["文件", "问题"], ["南关区/坏.xlsx", "坏.xlsx 不是完整的工作簿文件"]]


def test_text_never_becomes_a_formula_or_a_link() -> None:
    told = ["=1+1", "+1", "-1", "@x", "http://a.b", "007", "<b>&", "a\nb", "x" * 40_000]
    data = table_workbook(
        {"表": pd.DataFrame({"文": told, "数": [None, 1, 2.5, pd.NA, float("nan"), 6, 7, 8, 9]})}
    )
    with zipfile.ZipFile(io.BytesIO(data)) as box:
        sheet = box.read("xl/worksheets/sheet1.xml")
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet
        assert all(entry.date_time == (1980, 1, 1, 0, 0, 0) for entry in box.infolist())


def test_folder_that_is_no_intake_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_intake(tmp_path)
    assert str(caught.value) == f"{tmp_path} 里没有完整的数据核对结果, 请先运行 audit check"
