"""A question put to the tables, as a table, a figure and a workbook, with its definition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from audit_lib.files import sha256_bytes
from audit_lib.intake import Intake, load_intake
from audit_lib.investigation import Found, find_rows, shown_columns
from audit_lib.reporting import figures
from audit_lib.reporting.case import find_area, find_run, groups_within
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Cards, Grid, Number, Paragraph, Picture, Report, Section
from audit_lib.reporting.tables import Column, Kind, facts_table
from audit_lib.reporting.whole import tree
from audit_lib.reporting.words import marks, name_each, until
from audit_lib.reporting.workbook import report_workbook
from audit_lib.reporting.writing import write_files
from audit_lib.schemas import inputs

KINDS: dict[str, Kind] = {"int": "count", "money": "money", "date": "date", "datetime": "date"}
NOTHING = "所问范围内一行记录也没有: 可能没有报来, 也可能地区或期间写错。没有记录不等于没有问题。"
HOLDERS = {"hazards": "项", "units": "家"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked of which area of a run, and what was found; ``report`` is page and workbook."""

    folder: Path
    report: Report
    found: Found

    @property
    def section(self) -> Section:
        """The answer as a notebook shows it."""
        return self.report.sections[0]

    def write(self) -> pd.DataFrame:
        """Write the workbook of the answer, named after the question, and return what was written."""
        name = f"查询-{sha256_bytes(self.found.definition.encode())[:8]}.xlsx"
        return write_files(self.folder, {name: report_workbook(self.report)})


def ask(
    params_file: str | Path, area: str | int, *, type: str = "", period: str = "", condition: str = ""
) -> Answer:
    """Return the rows that meet a condition in an area of a run that was read in.

    Parameters
    ----------
    params_file : the params file;  area : code of the province, a city or a county
    type, period, condition : see `audit_lib.investigation.find_rows`

    Raises
    ------
    CallError     the question is not understood
    ReportError   no such area;  IntakeError   the run was not read in yet
    """
    run = find_run(params_file)
    intake = load_intake(run.folder / "intake")
    areas = tree(intake.areas)
    row = find_area(areas, area)
    home = groups_within(areas, str(row["code"]))
    found = find_rows(
        intake.tables,
        counties=frozenset(home),
        area=str(row["name"]),
        unit_type=type,
        period=period,
        condition=condition,
    )
    names = dict(zip(areas["code"], areas["name"], strict=True))
    groups = [code for code in areas["code"] if code in set(home.values())]
    out = _left_out(found, intake, {*home, *groups, str(row["city"])})
    told = replace(found, terms=(*found.terms, ("未计入", out or "无")))
    section = _section(told, condition, names, groups, home)
    report = Report(
        str(row["code"]),
        f"{row['name']}查询",
        run.params.campaign,
        marks(run),
        (("判定日", until(run.params.as_of)),),
        (section,),
    )
    return Answer(run.folder / "lookup" / str(row["code"]), report, found)


def _section(
    found: Found, condition: str, names: dict[str, str], groups: list[str], home: dict[str, str]
) -> Section:
    title = inputs()[found.table].zh
    unit = HOLDERS.get(found.table, "条")
    numbers = (
        Number("found", f"符合条件的{title}", "count", len(found.rows), title, unit=unit),
        Number("units", "涉及单位", "count", found.units, title, unit="家"),
        Number("asked", f"所问范围内的{title}", "count", found.asked, title, unit=unit),
    )
    counts = found.rows["county"].map(home).value_counts().reindex(groups, fill_value=0)
    table = pd.DataFrame({"name": [names[code] for code in groups], "count": counts.to_numpy()})
    said = name_each(table["name"], table["count"])
    picture = Picture(
        "分布",
        "各地区符合条件的行数",
        figures.count_bars(table["name"].tolist(), table["count"].tolist(), label=f"符合条件({unit})"),
        "{counts}",
        (Number("counts", "各地区符合条件的行数", "text", said, title),),
    )
    return Section(
        "lookup",
        "查询结果",
        (
            Cards(("found", "units", "asked")),
            make_grid("查询口径", facts_table(dict(found.terms))),
            *([] if found.asked else [Paragraph(NOTHING, "warning")]),
            picture,
            make_grid("分地区", table),
            _rows_grid(found, condition, names),
        ),
        numbers,
    )


def _left_out(found: Found, intake: Intake, codes: set[str]) -> str:
    """Say what the answer may lack: files not read, rows that nobody can place, cells that are empty."""
    files, lost = (
        rows[rows["table"].isin(found.tables) & (rows["area"].isna() | rows["area"].isin(codes))]
        for rows in (intake.files, intake.quarantine)
    )
    unread = files.loc[files["status"].isin(["refused", "missing"]), ["table", "file"]]
    titles = {name: table.zh for name, table in inputs().items()}
    parts = [f"{titles[name]}未能使用: {file or '没有收到'}" for name, file in unread.fillna("").to_numpy()]
    counts = lost["table"].value_counts().sort_index()
    parts += [f"{titles[str(name)]}有 {many} 行无法识别" for name, many in counts.items()]
    return "; ".join([*parts, *(f"{what}的 {many} 行" for what, many in found.unclear)])


def _rows_grid(found: Found, condition: str, names: dict[str, str]) -> Grid:
    table = inputs()[found.table]
    own = {column.name: column for column in (*inputs()["units"].columns, *table.columns)}
    columns = [
        Column(name, own[name].zh if name in own else name, KINDS.get(own[name].kind, "text"))
        for name in shown_columns(found, condition)
    ]
    places = (Column("file", "文件"), Column("sheet", "工作表"), Column("row", "行", "count"))
    rows = found.rows.assign(county=found.rows["county"].map(names))
    flags = {
        name: np.where(rows[name].isna(), "", np.where(rows[name].fillna(False), "是", "否"))
        for name in rows.columns
        if rows[name].dtype == "boolean"
    }
    return Grid(
        "明细", f"{table.zh}明细", (*columns, *places), rows.assign(**flags), empty="没有符合条件的行"
    )
