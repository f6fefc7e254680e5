"""Risk scores: one table of units and numbers, each wrong row named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit_lib.errors import InputError
from audit_lib.intake.scores import read_scores


def write(folder: Path, text: str) -> Path:
    path = folder / "风险分.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_ids_are_made_canonical_and_other_columns_left_aside(tmp_path: Path) -> None:
    path = write(tmp_path, '名称,单位编号,风险分\n甲,００1a,12\n乙, 002 ,"1,200.5"\n,,\n')
    assert read_scores(path).values.tolist() == [["001A", 12.0], ["002", 1200.5]]
    assert read_scores(write(tmp_path, "unit_id,score\n001,1\n")).values.tolist() == [["001", 1.0]]


def test_all_rows_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, "单位编号,风险分\n001,0\n002,高\n001,3\n,4\n003,nan\n004,5\n")
    with pytest.raises(InputError) as caught:
        read_scores(path)
    assert str(caught.value).splitlines() == [
        "风险分.csv 不能使用(5 处问题):",
        "  - 风险分.csv 第 2 行“风险分”: 读到“0”, 应为大于 0 的数",
        "  - 风险分.csv 第 3 行“风险分”: 读到“高”, 应为大于 0 的数",
        "  - 风险分.csv 第 4 行“单位编号”: 读到“001”, 单位编号重复",
        "  - 风险分.csv 第 5 行“单位编号”: 缺少单位编号",
        "  - 风险分.csv 第 6 行“风险分”: 读到“nan”, 应为大于 0 的数",
    ]


@pytest.mark.parametrize("text", ["单位,分\n1,2\n", "\n"])
def test_table_without_its_columns_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_scores(write(tmp_path, text))
    assert str(caught.value) == "风险分.csv 第 1 行须有“单位编号”和“风险分”两列(或 unit_id、score)"
