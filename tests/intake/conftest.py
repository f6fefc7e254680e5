"""Files as counties hand them in, made small, and runs that read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from audit_lib.intake import Intake, read_inputs
from audit_lib.params import Run, read_params

Rows = Sequence[Sequence[object]]
ROSTER = ["单位编号", "单位名称", "县区", "机构类别", "网格编号", "网格责任人", "在岗职工数"]


def roster_row(number: int, county: str = "南关区", name: str = "") -> list[object]:
    """One sound row of a roster."""
    return [f"220102A{number:04d}", name or f"第{number}卫生室", county, "D600", "W1", "张三", "3"]


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook into the test's folder: text as text, numbers as numbers."""

    def write(
        name: str,
        sheets: Rows | Mapping[str, Rows],
        *,
        merged: Sequence[tuple[int, int, int, int]] = (),
        hidden: Sequence[int] = (),
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as made:
            plain = made.add_format()
            for title, rows in (sheets if isinstance(sheets, Mapping) else {"表": sheets}).items():
                sheet = made.add_worksheet(title)
                for row, cells in enumerate(rows):
                    for column, cell in enumerate(cells):
                        if isinstance(cell, str):
                            sheet.write_string(row, column, cell)
                        elif cell is not None:
                            sheet.write(row, column, cell)
                for top, left, bottom, right in merged:
                    sheet.merge_range(top, left, bottom, right, rows[top][left], plain)
                for row in hidden:
                    sheet.set_row(row, None, None, {"hidden": True})
        return path

    return write


@pytest.fixture
def run_of(tmp_path: Path) -> Callable[..., Run]:
    """Make a run over the test's folder: tables and their sources as YAML flow text."""

    def make(**sources: str) -> Run:
        lines = [f"  {table}: {source}" for table, source in sources.items()]
        text = "run: t\ncampaign: c\noutput: out\ninputs:\n" + "\n".join(lines) + "\n"
        (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
        return read_params(tmp_path / "p.yaml")

    return make


@pytest.fixture
def intake_of(run_of: Callable[..., Run]) -> Callable[..., Intake]:
    """Read the test's folder."""

    def read(**sources: str) -> Intake:
        return read_inputs(run_of(**sources))

    return read


def account(intake: Intake, file: str) -> dict[str, object]:
    """The account of one file: only what is not 0 or empty."""
    rows = intake.files[intake.files["file"] == file]
    assert len(rows) == 1, rows
    told = {str(key): value for key, value in rows.iloc[0].items() if not pd.isna(value)}
    return {key: value for key, value in told.items() if value not in (0, "") and key != "sha256"}
