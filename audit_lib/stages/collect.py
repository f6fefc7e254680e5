"""What the teams bring back: collected into ``findings/``, and read with the inputs where params say so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from audit_lib.compliance import run_rulebook
from audit_lib.errors import CallError, Text
from audit_lib.field import (
    HEADINGS,
    Findings,
    collect,
    load_pages,
    progress_by_team,
    replacement_workbook,
    speaking_visits,
)
from audit_lib.field.progress import DONE, HALF, NOT_BEGUN
from audit_lib.files import write_bytes, write_parquet
from audit_lib.intake import Intake, add_rows, find_files
from audit_lib.intake.stage import HEADINGS as INTAKE_HEADINGS
from audit_lib.params import Run
from audit_lib.sampling.reveal import read_draw
from audit_lib.schemas import tables
from audit_lib.stages.draws import draw_folder
from audit_lib.workbooks import table_workbook

HANDED_ON = ("province_checks", "check_items")
"""Tables that go into the judgement. Hazards found are handed to the counties, whose ledgers they
belong in: measures, funds and plans are theirs to write down, and a copy of ours would count twice."""

HAZARDS_NOTE = "现场新发现的隐患: 交县区登记入台账, 写明整改措施、资金、预案; 登记以前不计入整改率"


def collect_findings(run: Run, named: Sequence[Path] = ()) -> list[str]:
    """Read the workbooks that came back and write ``findings/``; return the lines to say.

    Parameters
    ----------
    named : files or folders; none: those that the params name under ``findings``

    Raises
    ------
    CallError   nothing is named, or nothing was handed out
    """
    files = _listed(named) if named else find_files(run, run.params.findings)
    if not files:
        raise CallError(
            "没有交回的现场核查表: 在命令里写出文件或文件夹, 或在参数 findings 里写出",
            "no field workbooks: name files or a folder, or say findings in the params",
        )
    found = _collect(run, files)
    write_findings(run, found)
    counts = found.progress["state"].value_counts()
    said = ", ".join(f"{state} {int(counts.get(state, 0))}" for state in (DONE, HALF, NOT_BEGUN))
    unread = found.files[found.files["status"] == "refused"].itertuples(index=False)
    lines = [Text(f"未读入 {row.file}: {row.reason}", f"not read {row.file}: {row.reason}") for row in unread]
    n, place = (len(found.conflicts), len(found.problems), len(found.quarantine)), run.folder / "findings"
    lines.append(
        Text(
            f"交回 {len(found.files)} 个文件; {said} 家; 不一致 {n[0]} 处, 问题 {n[1]} 处, "
            f"隔离 {n[2]} 页或行, 见 {place}",
            f"{len(found.files)} files; {said}; {n[0]} conflicts, {n[1]} problems, {n[2]} set apart: {place}",
        )
    )
    if named and not {path.resolve() for path in files.values()} <= _in_params(run):
        lines.append(
            Text(
                "这些文件要进入判定, 请写进参数 findings, 再运行 audit check",
                "to have these files judged, name them under findings in the params and run audit check",
            )
        )
    return [str(line) for line in lines]


def with_findings(run: Run, intake: Intake) -> Intake:
    """Return what was read together with what the field workbooks of the params say."""
    patterns = run.params.findings
    if not patterns:
        return intake
    absent = [pattern for pattern in patterns if not find_files(run, [pattern])]
    accounts = pd.DataFrame({"file": absent, "status": "missing", "reason": "没有这样的文件"})
    found = _collect(run, find_files(run, patterns))
    write_findings(run, found)
    files = pd.concat([accounts, found.files]).assign(
        table="province_checks", sender=None, area=None, lacks=None
    )
    return add_rows(
        intake,
        {name: found.tables[name] for name in HANDED_ON},
        files=files,
        problems=pd.concat([found.problems, _twice(intake, found)]),
        quarantine=found.quarantine,
    )


def write_findings(run: Run, found: Findings) -> None:
    """Write tables, conflicts and progress into the run's folder."""
    folder = run.folder / "findings"
    for name, rows in found.tables.items():
        write_parquet(folder / f"{name}.parquet", rows)
    for name in (*HANDED_ON, "hazards"):
        table = tables()[name]
        words = {column.name: column.zh for column in table.columns}
        rows = found.tables[name][[*words]].rename(columns=words)
        notes = {table.zh: HAZARDS_NOTE} if name == "hazards" else None
        write_bytes(folder / f"{name}.xlsx", table_workbook({table.zh: rows}, notes=notes))
    words = INTAKE_HEADINGS | HEADINGS
    sheets = {
        "不一致": found.conflicts,
        "问题": found.problems,
        "隔离": found.quarantine,
        "文件": found.files.drop(columns="sha256"),
    }
    renamed = {title: rows.rename(columns=words) for title, rows in sheets.items()}
    write_bytes(folder / "conflicts.xlsx", table_workbook(renamed))
    teams, sites = (rows.rename(columns=words) for rows in (progress_by_team(found.progress), found.progress))
    write_bytes(folder / "progress.xlsx", table_workbook({"按组": teams, "按单位": sites}))
    visits = found.tables["province_checks"]
    samples = {name: read_draw(draw_folder(run, name)) for name in sorted(set(visits["draw"].dropna()))}
    since = dict.fromkeys(samples, pd.Timestamp.min)
    own_fault = run_rulebook(run).words("own_fault")
    ledger = replacement_workbook(samples, visits, since=since, own_fault=own_fault)
    write_bytes(folder / "replacements.xlsx", ledger)


def _collect(run: Run, files: dict[str, Path]) -> Findings:
    pages = load_pages(run.campaign)
    if pages.empty and files:
        raise CallError(
            "本行动还没有发出现场核查表, 请先运行 audit sheets",
            "no pages were handed out in this campaign: run audit sheets first",
        )
    return collect(
        files,
        pages,
        run_rulebook(run).items["item_id"].tolist(),
        purposes={name: draw.purpose for name, draw in run.params.draws.items()},
        years=(run.params.window.start.year, run.params.window.end.year),
    )


def _listed(named: Sequence[Path]) -> dict[str, Path]:
    """Files by name: those named, and workbooks in the folders named."""
    missing = [path for path in named if not path.exists()]
    if missing:
        said = "、".join(map(str, missing))
        raise CallError(f"没有这个文件或文件夹: {said}", f"no such file or folder: {said}")
    found = [
        one
        for path in named
        for one in (sorted(path.rglob("*.xls*")) if path.is_dir() else [path])
        if not one.name.startswith(("~$", "."))
    ]
    names = [path.name for path in found]
    return {path.name if names.count(path.name) == 1 else path.as_posix(): path for path in found}


def _in_params(run: Run) -> set[Path]:
    return {path.resolve() for path in find_files(run, run.params.findings).values()}


def _twice(intake: Intake, found: Findings) -> pd.DataFrame:
    """Visits that a table of the params tells of too: both stand there, and the first inspection counts."""
    told, visits = intake.tables["province_checks"], found.tables["province_checks"]
    lines = []
    for name, rows in visits.groupby("draw"):
        known = speaking_visits(told, rows.assign(drawn=True), draw=str(name), since=pd.Timestamp.min)
        for row in rows[rows["unit_id"].isin(known["unit_id"])].itertuples(index=False):
            said = "省级核查记录的文件里也有这一家的这次核查; 推算取最先的一次检查, 请只保留一处"
            lines.append(
                [
                    "province_checks",
                    row.sender,
                    row.file,
                    row.sheet,
                    row.row,
                    "单位编号",
                    row.unit_id,
                    said,
                    "",
                ]
            )
    return pd.DataFrame(lines, columns=list(found.problems))
