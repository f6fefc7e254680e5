"""A form that a clerk filled in is read without a word of configuration."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.field.forms import form_workbook, form_workbooks, say_column
from audit_lib.intake import Intake, read_inputs
from audit_lib.intake.layout import lay_out
from audit_lib.intake.readers import read_grids
from audit_lib.params import Source, read_params
from audit_lib.schemas import PROVENANCE, Table, inputs, rulebook_rows
from tests.field.filling import Cells, fill, letters, save_again

FORMS = dict(form_workbooks())
EPOCH = dt.date(1899, 12, 30)
ANSWERS = {
    "text": "=1+1",
    "id": "001",
    "area": "990001",
    "name": "-某某镇<b>卫生院",
    "people": "张三、李四",
    "time": "09:30",
    "phone": "0431-88901234",
    "date": (dt.date(2014, 3, 7) - EPOCH).days,
    "datetime": (dt.date(2014, 3, 14) - EPOCH).days + 640 / 1440,
    "int": 3,
    "money": 1.5,
    "number": 0.5,
    "flag": "是",
}
"""What the clerk puts in: days as day numbers, texts that other programs would compute."""

READ = ANSWERS | {"date": pd.Timestamp("2014-03-07"), "money": 1_500_000, "flag": True}
READ |= {"datetime": pd.Timestamp("2014-03-14 10:40"), "area": "990001"}


def answer(table: Table) -> Cells:
    """One row under the header of a form, and the sender's lines above it."""
    first = 7 if any(column.kind == "money" for column in table.columns) else 6
    cells: dict[str, str | float] = {"B2": "某某县卫生局", "B3": ANSWERS["date"]}
    for place, column in enumerate(table.columns, 1):
        value = column.choices[0] if column.choices else ANSWERS[column.kind]
        cells[f"{letters(place)}{first}"] = value
    return cells


def read_folder(folder: Path) -> Intake:
    lines = [f"  {name}: [{{files: [{table.zh}.xlsx]}}]" for name, table in inputs().items()]
    text = "run: t\ncampaign: c\noutput: out\nareas: from-roster\nregion: {code: '990000', name: 省}\n"
    (folder / "p.yaml").write_text(text + "inputs:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return read_inputs(read_params(folder / "p.yaml"))


def check_all_there(intake: Intake) -> None:
    """Each table has the one row that was filled in, each cell as it was meant."""
    assert intake.problems.empty, intake.problems.to_string()
    assert intake.quarantine.empty
    assert set(intake.files["status"]) == {"read"}
    assert set(intake.files["sender"]) == {"某某县卫生局"}
    for name, table in inputs().items():
        (row,) = intake.tables[name].drop(columns=list(PROVENANCE)).to_dict("records")
        due = {c.name: c.choices[0] if c.choices else READ[c.kind] for c in table.columns}
        assert row == due, name


def write_filled(folder: Path) -> None:
    folder.mkdir()
    for table in inputs().values():
        data = fill(FORMS[f"{table.zh}.xlsx"], {table.zh: answer(table)})
        (folder / f"{table.zh}.xlsx").write_bytes(data)


def test_filled_form_of_every_table_is_read_whole_without_configuration(tmp_path: Path) -> None:
    write_filled(tmp_path / "in")
    check_all_there(read_folder(tmp_path / "in"))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_forms_saved_by_libreoffice_as_ods_and_back_lose_nothing(tmp_path: Path) -> None:
    write_filled(tmp_path / "in")
    save_again(tmp_path / "in")
    check_all_there(read_folder(tmp_path / "in"))


@pytest.mark.parametrize("name", list(inputs()))
def test_blank_form_knows_all_its_columns_and_counts_no_row(name: str, tmp_path: Path) -> None:
    table = inputs()[name]
    (tmp_path / "a.xlsx").write_bytes(form_workbook(table))
    grid = read_grids(tmp_path / "a.xlsx")[0]
    layout = lay_out(grid, table, Source(files=[]))
    assert layout is not None
    assert layout.rows == []
    assert set(layout.header.columns) == {column.name for column in table.columns}
    assert (layout.sender, layout.reported) == ("", "")


def test_example_copied_under_the_header_is_still_not_counted(tmp_path: Path) -> None:
    table = inputs()["units"]
    example = {
        f"{letters(place)}7": say_column(table, column)[0] for place, column in enumerate(table.columns, 1)
    }
    data = fill(FORMS["单位名录.xlsx"], {"单位名录": answer(table) | example | {"A7": "示例(不计入)"}})
    (tmp_path / "单位名录.xlsx").write_bytes(data)
    layout = lay_out(read_grids(tmp_path / "单位名录.xlsx")[0], table, Source(files=[]))
    assert layout is not None
    assert [row[1] for row in layout.rows] == ["001"]
    assert layout.numbers == [6]


def test_page_that_explains_a_form_is_never_taken_for_a_list(tmp_path: Path) -> None:
    """Its columns hold the names and the aliases of columns, which looks like a header."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "挂牌督办台账.xlsx").write_bytes(FORMS["挂牌督办台账.xlsx"])
    intake = read_folder(tmp_path / "in")
    files = intake.files[intake.files["table"] == "listings"]
    assert files[["status", "read"]].values.tolist() == [["read", 0]]
    assert intake.problems.empty
    assert intake.quarantine.empty


def test_each_column_has_its_explanation_and_choices_their_drop_down() -> None:
    for table in inputs().values():
        for column in table.columns:
            assert say_column(table, column)[1], (table.name, column.name)
    with zipfile.ZipFile(io.BytesIO(FORMS["隐患排查治理台账.xlsx"])) as box:
        sheet = box.read("xl/worksheets/sheet1.xml").decode()
    assert "&quot;一般,重大&quot;" in sheet or '"一般,重大"' in sheet
    assert 'state="frozen"' in sheet


def test_each_column_that_is_no_plain_date_or_choice_is_explained_in_words_of_its_own() -> None:
    """What is said of a kind alone (照实填写) tells a clerk nothing; no row speaks of a column that is gone."""
    said = {row["column"] for row in rulebook_rows("forms")}
    kinds = ("text", "flag", "int", "number", "money")
    columns = [(table.name, column) for table in inputs().values() for column in table.columns]
    bare = [
        f"{name}.{column.name}"
        for name, column in columns
        if column.kind in kinds and not {f"{name}.{column.name}", column.name} & said
    ]
    assert bare == []
    known = {
        key for name, column in columns for key in (column.name, f"{name}.{column.name}", f"@{column.kind}")
    }
    assert said - known == set()


def test_command_writes_one_form_for_each_table(tmp_path: Path) -> None:
    audit = Path(sys.executable).with_name("audit")
    done = subprocess.run(
        [audit, "forms", "空表"], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"空白表格 {len(inputs())} 份在 空表: 单位名录、县级检查记录、")
    written = {path.name: path.read_bytes() for path in (tmp_path / "空表").iterdir()}
    assert written == FORMS
