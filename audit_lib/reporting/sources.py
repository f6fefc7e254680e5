"""What the report is made from: files read, files that are not in it, rows nobody could identify."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance import never_sent
from audit_lib.intake.versions import loses_rows
from audit_lib.reporting.case import Case, once
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Block, Grid, Paragraph, Section
from audit_lib.reporting.words import table_names

STATUS = {"read": "已读入", "refused": "不能使用", "superseded": "已由更正件取代", "missing": "未收到"}
LEFT_OUT = ("refused", "missing")


def sources_section(case: Case) -> Section:
    """Return the files and the rows set aside."""
    blocks: list[Block] = [
        Paragraph(
            "每个文件: 读到行数 = 采用 + 无法识别。单元格有误的行仍计入分母, 错误单元格按缺失处理并列出; "
            "只有无法识别是哪个单位的行才另存待查, 有这类行的地区, 以名录为分母的规则不判为达到。",
            "note",
        ),
        make_grid("文件", files_table(case), folded=case.level == "province"),
        _quarantined(case),
    ]
    return Section("sources", "数据来源与质量", tuple(blocks))


@once
def files_table(case: Case) -> pd.DataFrame:
    """Return the files that the area's report rests on, with their status in words."""
    files = case.files
    if case.level != "province":
        mine = {case.code, *case.areas.loc[case.areas["code"].isin(case.codes), "city"]}
        files = files[files["area"].isin(case.codes | mine) | files["area"].isna()]
    return files.assign(
        table_zh=table_names(files["table"]),
        status_zh=files["status"].map(STATUS),
        reason=files["reason"].fillna(""),
    ).sort_values(["table", "file"], ignore_index=True)


def left_out(case: Case) -> pd.DataFrame:
    """Return the files that are not in the report."""
    files = files_table(case)
    return files[files["status"].isin(LEFT_OUT)].reset_index(drop=True)


def cut_short(case: Case) -> pd.DataFrame:
    """Return the files of which a later one left rows out, or replaced single rows."""
    files = files_table(case)
    return files[files["reason"].map(loses_rows).astype(bool)].reset_index(drop=True)


@once
def silent_counties(case: Case) -> pd.DataFrame:
    """Return who handed in nothing of which table: DataFrame[table, table_zh, name]."""
    lost = never_sent(case.tables, case.files, case.areas)
    lost = lost[lost["county"].isin(case.counties["code"])]
    named = lost.assign(table_zh=table_names(lost["table"]), name=lost["county"].map(case.names()))
    return named[["table", "table_zh", "name"]].reset_index(drop=True)


def _quarantined(case: Case) -> Grid:
    rows = case.quarantine[case.inside(case.quarantine["area"])]
    rows = rows.assign(
        table_zh=table_names(rows["table"]),
        area_zh=rows["area"].map(case.names()).fillna(""),
        sheet=rows["sheet"].fillna(""),
    )
    rows = rows.groupby(["table_zh", "area_zh", "file", "sheet", "reason"]).size().reset_index(name="rows")
    return make_grid("无法识别的行", rows)
