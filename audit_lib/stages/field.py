"""The stages between a draw and its findings: explained to a unit, compared with today, staffed.

Composed as in ``stages``; apart from it, because these are walked beside the main way.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit_lib.errors import CallError, DrawError, Text, VerifyError
from audit_lib.field import (
    assignment_workbook,
    form_workbooks,
    list_barred,
    list_days_off,
    public_workbook,
)
from audit_lib.files import read_bytes, write_bytes, write_text
from audit_lib.intake import load_intake
from audit_lib.params import Run
from audit_lib.sampling.certificate import parse_certificate
from audit_lib.sampling.difference import compare_frames
from audit_lib.sampling.frozen import read_frame
from audit_lib.sampling.inspectors import assign_inspectors, spread_days
from audit_lib.sampling.page import proof_page
from audit_lib.sampling.plan import parse_plan
from audit_lib.sampling.prepare import allocate_frame, make_frame
from audit_lib.sampling.proof import prove_unit
from audit_lib.sampling.reveal import draw_seed, read_draw
from audit_lib.sampling.verify import verify
from audit_lib.stages.draws import draw_folder
from audit_lib.stages.plans import earlier_units, earlier_wave
from audit_lib.workbooks import table_workbook


def write_forms(folder: Path) -> str:
    """Write the blank form of every input table into a folder."""
    names = []
    for name, data in form_workbooks():
        write_bytes(folder / name, data)
        names.append(name.removesuffix(".xlsx"))
    return str(
        Text(
            f"空白表格 {len(names)} 份在 {folder}: {'、'.join(names)}",
            f"{len(names)} blank forms in {folder}: {', '.join(names)}",
        )
    )


def prove(certificate: Path, unit: str, target: Path, *, frame: Path | None = None) -> str:
    """Write the page that explains one unit of a draw; only one that replays is explained.

    Raises
    ------
    VerifyError   a check failed, or the frame is not at hand: the page would say what is not so
    FrameError    the unit is not in the frame
    """
    checks = verify(certificate, frame=frame)
    replayed = [one.ok for one in checks if one.name.zh.startswith("重抽: 各层")]
    if replayed != [True] or any(one.ok is False for one in checks):
        raise VerifyError(
            "核验不一致或缺少文件, 不出具说明页", "the draw does not verify: no page is written about it"
        )
    said, _ = parse_certificate(read_bytes(certificate))
    source = frame or certificate.parent / "frame.parquet"
    source = source if source.exists() else certificate.parent / "frame.csv"
    rows = read_frame(read_bytes(source), name=source.name)
    write_text(target, proof_page(said, prove_unit(said, rows, unit)))
    return str(Text(f"说明页: {target}", f"page: {target}"))


def can_compare(run: Run, name: str) -> bool:
    """Say whether a draw is committed and has a frame of its own."""
    return run.params.draws[name].extends is None and (draw_folder(run, name) / "plan.json").exists()


def diff(run: Run, name: str) -> list[str]:
    """Compare a committed plan with today's tables, and list the units that differ in a workbook.

    Raises
    ------
    CallError   an extension, whose frame is what its first draw left and no table
    DrawError   nothing is committed under this name
    """
    choice, folder = run.params.draws[name], draw_folder(run, name)
    if choice.extends is not None:
        raise CallError(f"“{name}”是续抽, 请比较“{choice.extends}”", f'"{name}" extends "{choice.extends}"')
    if not (folder / "plan.json").exists():
        raise DrawError(f"抽样“{name}”还没有方案, 请先运行 audit plan", f'"{name}" has no plan yet')
    intake = load_intake(run.folder / "intake")
    now = make_frame(intake.tables, intake.areas, run.params, choice, earlier=earlier_units(run, name))
    wave = earlier_wave(run, name, intake.tables["province_checks"])
    found = compare_frames(
        parse_plan(read_bytes(folder / "plan.json")),
        read_frame(read_bytes(folder / "frame.parquet"), name="frame.parquet"),
        now,
        n_now={str(key): int(n) for key, n in allocate_frame(now, choice, wave).items()},
        roster=set(intake.tables["units"]["unit_id"]),
        # What is sealed stays sealed: only an open draw is spoken of.
        sample=read_draw(folder) if (folder / "certificate.json").exists() else None,
    )
    headings = {
        "unit_id": "单位编号",
        "change": "变化",
        "then": "原层",
        "now": "现层",
        "reason": "原因",
        "fate": "样本",
    }
    strata = {
        "stratum": "层",
        "N_then": "原有家数",
        "N_now": "现有家数",
        "n": "方案抽取",
        "n_now": "现应抽取",
    }
    sheets = {"单位": found.units.rename(columns=headings), "层": found.strata.rename(columns=strata)}
    target = run.folder / "diff" / f"{name}.xlsx"
    write_bytes(target, table_workbook(sheets))
    lines = [f"{name}: {text}" for text in found.sentences]
    return lines if found.units.empty else [*lines, str(Text(f"明细: {target}", f"details: {target}"))]


def assign(run: Run) -> str:
    """Assign inspectors to the units of a draw, and write the list to keep and the one to publish.

    Raises
    ------
    CallError    the params choose no assignment, or no inspectors were read
    AssignError  as `assign_inspectors`
    """
    choice = run.params.assignment
    if choice is None:
        raise CallError("参数里没有 assignment, 见 docs/manual.md", "the params choose no assignment")
    tables = load_intake(run.folder / "intake").tables
    staff = tables["inspectors"]
    if choice.from_areas:
        staff = staff[staff["area"].isin(choice.from_areas)]
    staff = staff.drop_duplicates("inspector_id", ignore_index=True)
    folder = draw_folder(run, choice.draw)
    seed, rows = draw_seed(folder), read_draw(folder)
    sites = rows.loc[rows["drawn"], ["unit_id", "unit_name", "city", "county"]].reset_index(drop=True)
    days = spread_days(sites["unit_id"].tolist(), [day.isoformat() for day in choice.tour], seed=seed)
    checks = [tables[f"{level}_checks"] for level in ("county", "city", "province")]
    earlier = pd.concat([one[["unit_id", "date", "inspectors", "conclusion"]] for one in checks])
    teams = assign_inspectors(
        sites.assign(day=sites["unit_id"].map(days)),
        staff,
        seed=seed,
        barred=list_barred(staff, earlier[earlier["date"] < pd.Timestamp(min(choice.tour))]),
        days_off=list_days_off(staff),
        people=choice.people,
        per_day=choice.visits_a_day,
        most=choice.most,
    )
    target = run.folder / "assign"
    write_bytes(target / "assignment.xlsx", assignment_workbook(teams, sites, staff))
    write_bytes(target / "public.xlsx", public_workbook(teams, seed=seed))
    sent = teams["inspector_id"].nunique()
    return str(
        Text(
            f"分派 {len(sites)} 家, {sent} 名检查人员, 每家 {choice.people} 人, 见 {target}",
            f"{len(sites)} sites, {sent} inspectors, {choice.people} at each: {target}",
        )
    )
