"""The stages between a draw and its findings: explained to a unit, compared with today, staffed.

Composed as in ``stages``; apart from it, because these are walked beside the main way.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit_lib.compliance import items_due, run_rulebook
from audit_lib.errors import CallError, DrawError, VerifyError, say
from audit_lib.field import (
    assignment_workbook,
    form_workbooks,
    list_barred,
    list_days_off,
    load_pages,
    make_pages,
    public_workbook,
    register_pages,
    team_workbook,
    write_pages,
)
from audit_lib.files import read_bytes, write_bytes, write_parquet, write_text
from audit_lib.intake import load_intake, safe_file_name
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

TEAMS = "teams.parquet"
"""Who goes where, as ``assign`` leaves it for ``sheets``."""


def write_forms(folder: Path) -> str:
    """Write the blank form of every input table into a folder."""
    names = []
    for name, data in form_workbooks():
        write_bytes(folder / name, data)
        names.append(name.removesuffix(".xlsx"))
    return say(
        f"空白表格 {len(names)} 份在 {folder}: {'、'.join(names)}",
        f"{len(names)} blank forms in {folder}: {', '.join(names)}",
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
    return say(f"说明页: {target}", f"page: {target}")


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
    return lines if found.units.empty else [*lines, say(f"明细: {target}", f"details: {target}")]


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
    write_parquet(target / TEAMS, teams)
    write_bytes(target / "assignment.xlsx", assignment_workbook(teams, sites, staff))
    write_bytes(target / "public.xlsx", public_workbook(teams, seed=seed))
    sent = teams["inspector_id"].nunique()
    return say(
        f"分派 {len(sites)} 家, {sent} 名检查人员, 每家 {choice.people} 人, 见 {target}",
        f"{len(sites)} sites, {sent} inspectors, {choice.people} at each: {target}",
    )


def sheets(run: Run) -> str:
    """Write the workbook of each team, and enter its pages into the campaign's register.

    Raises
    ------
    CallError   the params choose no assignment, or one of a city's own check; nobody was assigned yet
    """
    choice = run.params.assignment
    teams_file = run.folder / "assign" / TEAMS
    if choice is None or not teams_file.exists():
        raise CallError(
            "还没有分派检查人员, 请在参数里写 assignment 并先运行 audit assign",
            "nobody is assigned: choose an assignment in the params and run audit assign first",
        )
    if run.params.draws[choice.draw].purpose == "city_check":
        raise CallError(
            f"“{choice.draw}”是市级抽检, 结果由市里报送市级抽检记录, 不发省级核查表",
            f'"{choice.draw}" is a check of the cities: they hand in city_checks, no pages of the province',
        )
    intake, book = load_intake(run.folder / "intake"), run_rulebook(run)
    pages = make_pages(
        pd.read_parquet(teams_file),
        _sites(run, choice.draw, intake.tables["units"], intake.areas),
        intake.tables["inspectors"],
        items_due(intake.tables["units"].drop_duplicates("unit_id"), book),
        draw=choice.draw,
        digest=_digest(run, choice.draw),
    )
    taken: set[str] = set()
    for team, own in pages.groupby("team", sort=True):
        name = safe_file_name(str(team), taken)
        taken.add(name.lower())
        data = team_workbook(own, book.items, campaign=run.params.campaign, demo=run.params.demo)
        write_bytes(run.folder / "field" / f"{name}.xlsx", data)
    write_pages(run.campaign, register_pages(load_pages(run.campaign), pages))
    drawn = int(pages["drawn"].sum())
    return say(
        f"现场核查表 {len(taken)} 组, {drawn} 家, 见 {run.folder / 'field'}",
        f"{len(taken)} workbooks for {drawn} sites: {run.folder / 'field'}",
    )


def _sites(run: Run, name: str, units: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """The units of a draw with what a page says of them."""
    rows = read_draw(draw_folder(run, name))
    kinds = units.drop_duplicates("unit_id").set_index("unit_id")["unit_type"]
    names = areas.drop_duplicates("code").set_index("code")["name"]
    return rows.assign(
        unit_type=rows["unit_id"].map(kinds).fillna(""),
        county_name=rows["county"].map(names).fillna(rows["county"]),
    )


def _digest(run: Run, name: str) -> str:
    """The certificate of a draw, or its plan while it is sealed."""
    folder = draw_folder(run, name)
    if (folder / "certificate.json").exists():
        said, _ = parse_certificate(read_bytes(folder / "certificate.json"))
        return said.digest
    return parse_plan(read_bytes(folder / "plan.json")).digest
