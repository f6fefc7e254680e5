"""The tables of the reports as rows: none that no section asks for, none without its columns."""

import csv
import re
from pathlib import Path

import audit_lib.reporting

ROOM = Path(audit_lib.reporting.__file__).parent


def _column(name: str) -> list[str]:
    return [row["grid"] for row in csv.DictReader((ROOM / name).read_text(encoding="utf-8").splitlines())]


def test_every_table_has_a_row_once_and_columns_and_a_section_that_asks_for_it() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in sorted(ROOM.glob("*.py")))
    asked = set(re.findall(r'"([^"\n]+)"', code))
    grids = _column("grids.csv")
    assert len(grids) == len(set(grids))
    assert set(grids) == set(_column("grid_columns.csv"))
    assert set(grids) - asked == set()


def test_columns_of_a_table_stand_together() -> None:
    columns = _column("grid_columns.csv")
    runs = [one for one, before in zip(columns, ["", *columns], strict=False) if one != before]
    assert len(runs) == len(set(runs))
