"""The command ``audit``: words in, stages called, a short account out.

Exit 0: done (problems found are results); 1: it could not do its work or a verification
failed; 2: the call or the params are wrong. Everything heavy is imported inside the
commands, so that ``audit --help`` answers at once.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit_lib import __version__
from audit_lib.commands.calls import DAY, FILE, end, run_command
from audit_lib.commands.field import collect, forms, sheets
from audit_lib.commands.inquiry import investigate
from audit_lib.commands.progress import progress as _progress
from audit_lib.commands.release import compare, release, verify_run
from audit_lib.commands.size import size
from audit_lib.errors import AuditError, CallError, EmptyFrameError, language, say

if TYPE_CHECKING:
    from audit_lib.params import Run

NAMED = click.option("--draw", "name", default=None, help="抽样名称 / name of the draw")


class _Commands(click.Group):
    """Turn what users can cause into one clear message and the contracted exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        with language(ctx.params.get("lang", "zh")):
            try:
                return super().invoke(ctx)
            except AuditError as refusal:
                click.echo(str(refusal), err=True)
                ctx.exit(refusal.exit_code)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="audit")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", help="消息语言 / language of messages")
def main(lang: str) -> None:
    """安全检查行动的抽样、判定和验收报告。

    Draws that anybody can replay, verdicts with their evidence, acceptance reports.
    """
    for stream in (sys.stdout, sys.stderr):
        # A cp936 console lacks some signs; a name must never stop a command.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@main.command("demo", help="造一个演示省份的全部文件 / write a made-up province's files")
@click.argument("folder", type=FILE)
@click.option("--units", type=int, default=20_000, show_default=True, help="单位数 / number of units")
@click.option("--seed", type=int, default=2014, show_default=True, help="种子 / seed")
def demo(folder: Path, units: int, seed: int) -> None:
    """Write a made-up province."""
    from audit_lib.demo import make_province  # noqa: PLC0415

    make_province(folder, units=units, seed=seed)
    click.echo(
        say(f"演示数据在 {folder}; 运行: audit run {folder / 'params.yaml'}", f"made-up province in {folder}")
    )


@run_command("check", "读入并核对全部文件 / read and check all input files")
def check(run: Run) -> None:
    """Read all input files and write clean tables, problems, quarantine and returns."""
    from audit_lib import stages  # noqa: PLC0415

    click.echo(stages.choices(run))
    _check(run)


def _check(run: Run) -> None:
    from audit_lib import stages  # noqa: PLC0415

    with _progress("读入文件", "reading files"):
        intake = stages.check(run)
    for row in intake.files.itertuples(index=False):
        click.echo(stages.file_line(row))
    read = intake.files[intake.files["status"] != "refused"]
    click.echo(
        say(
            f"读入 {int(read['read'].sum())} 行 = 保留 {int(read['kept'].sum())} + 隔离 "
            f"{int(read['quarantined'].sum())}; 问题 {len(intake.problems)} 处, 见 {run.folder / 'intake'}",
            f"{int(read['read'].sum())} rows read = {int(read['kept'].sum())} kept + "
            f"{int(read['quarantined'].sum())} quarantined; {len(intake.problems)} problems, "
            f"see {run.folder / 'intake'}",
        )
    )


@run_command("plan", "冻结抽样框并提交抽样方案 / freeze the frame and commit a plan")
@NAMED
def plan(run: Run, name: str | None) -> None:
    """Commit plans."""
    from audit_lib import stages  # noqa: PLC0415

    for one in stages.draw_names(run, name):
        click.echo(stages.plan(run, one, now=_now()))


@run_command("draw", "用公布的种子抽取 / draw with the revealed seed")
@NAMED
@click.option("--seed", default=None, help="种子 / seed")
@click.option("--evidence", default=None, help="种子来历 / where the seed comes from, in words")
@click.option("--sealed", is_flag=True, help="先只公布承诺, 查完再公开 / publish only the commitment now")
def draw(*, run: Run, name: str | None, seed: str | None, evidence: str | None, sealed: bool) -> None:
    """Draw the committed plans."""
    from audit_lib import stages  # noqa: PLC0415

    names = stages.draw_names(run, name)
    if seed is not None and len(names) > 1:
        raise CallError(
            f"一个种子只能用于一次抽样, 请用 --draw 指明: {'、'.join(names)}",
            f"one seed serves one draw; name it with --draw: {', '.join(names)}",
        )
    for one in names:
        click.echo(stages.draw(run, one, seed=seed, evidence=evidence, sealed=sealed, now=_now()))


@run_command("open", "公开封存的种子和样本 / open a sealed draw")
@NAMED
def open_(run: Run, name: str | None) -> None:
    """Open sealed draws."""
    from audit_lib import stages  # noqa: PLC0415

    for one in stages.draw_names(run, name):
        click.echo(stages.open_sealed(run, one, now=_now()))


@main.command("verify", help="重放并核对一张抽样凭证 / replay and check a certificate")
@click.argument("certificate", type=FILE)
@click.option("--frame", type=FILE, default=None, help="抽样框 / frame")
@click.option("--plan", "plan_file", type=FILE, default=None, help="方案 / plan")
@click.option("--sample", type=FILE, default=None, help="样本 / sample")
@click.option("--log", type=FILE, default=None, help="日志 / log")
@click.option("--unit", default=None, help="单位编号: 说明它为何被抽中或未抽中 / explain one unit")
@click.option("--page", type=FILE, default=None, help="该单位的说明页, 可打印 / page to print")
def verify(
    *,
    certificate: Path,
    frame: Path | None,
    plan_file: Path | None,
    sample: Path | None,
    log: Path | None,
    unit: str | None,
    page: Path | None,
) -> None:
    """Check a certificate; exit 1 on any mismatch."""
    from audit_lib import stages  # noqa: PLC0415
    from audit_lib.stages import field  # noqa: PLC0415

    if page is not None and unit is None:
        raise CallError("--page 要与 --unit 同用", "--page goes with --unit")
    lines, agreed = stages.verify(certificate, frame=frame, plan=plan_file, sample=sample, log=log, unit=unit)
    end(lines, good=agreed)
    if page is not None and unit is not None:
        click.echo(field.prove(certificate, unit, page, frame=frame))


@run_command("diff", "已提交的方案与今天的表相比 / a committed plan against today's tables")
@NAMED
def diff(run: Run, name: str | None) -> None:
    """Compare committed plans with today's tables."""
    from audit_lib import stages  # noqa: PLC0415
    from audit_lib.stages import field  # noqa: PLC0415

    for one in stages.draw_names(run, name):
        if name is not None or field.can_compare(run, one):
            click.echo("\n".join(field.diff(run, one)))


@run_command("assign", "给样本分派检查人员 / assign inspectors to the sample")
def assign(run: Run) -> None:
    """Assign inspectors."""
    from audit_lib.stages import field  # noqa: PLC0415

    click.echo(field.assign(run))


@run_command("judge", "按规则判定 / judge every rule")
def judge(run: Run) -> None:
    """Judge."""
    from audit_lib import stages  # noqa: PLC0415

    click.echo(stages.judge(run))


@run_command("report", "写验收报告 / write the acceptance reports")
@click.option("--area", "areas", multiple=True, help="地区代码, 可多次 / area code, may be repeated")
@click.option("--format", "formats", default="", help="html,pdf,docx,xlsx 中的几种, 默认全部 / default all")
@click.option("--all", "every", is_flag=True, help="全部重做 / make all of them again")
def report(*, run: Run, areas: tuple[str, ...], formats: str, every: bool) -> None:
    """Write reports."""
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    if not _report(run, list(areas), every=every, formats=wanted):
        click.get_current_context().exit(1)


def _report(run: Run, areas: list[str], *, every: bool, formats: Sequence[str] = ()) -> bool:
    from audit_lib import stages  # noqa: PLC0415

    with _progress("写报告", "writing reports") as step:
        lines, whole = stages.report(run, areas, every=every, formats=formats, progress=step, now=_now())
    click.echo("\n".join(lines))
    return whole


@run_command("weekly", "写每周进展 / write the weekly bulletin")
@click.option("--week", type=DAY, default=None, help="应报的周五, 不写为最近一个 / Friday, default the last")
def weekly(run: Run, week: dt.datetime | None) -> None:
    """Write the bulletin of a Friday."""
    from audit_lib.stages.weekly import weekly as write  # noqa: PLC0415

    click.echo(write(run, week.date().isoformat() if week else None))


@run_command("run", "依次完成全部步骤 / every step in order")
def run_all(run: Run) -> None:
    """Do check, plan, draw, verify, judge, weekly and report in order."""
    from audit_lib import stages  # noqa: PLC0415
    from audit_lib.stages import field  # noqa: PLC0415
    from audit_lib.stages import weekly as bulletin  # noqa: PLC0415

    _check(run)
    waiting = []
    for name in run.params.draws:
        try:
            lines, done = stages.advance(run, name, now=_now())
        except EmptyFrameError as nobody:
            lines, done = [str(nobody)], False
        if lines:
            click.echo("\n".join(lines))
        waiting += [] if done else [name]
    choice = run.params.assignment
    if choice is not None and stages.certificate(run, choice.draw).exists():
        click.echo(field.assign(run))
        if run.params.draws[choice.draw].purpose != "city_check":
            click.echo(field.sheets(run))
    click.echo(stages.judge(run))
    if bulletin.can_write(run):
        click.echo(bulletin.weekly(run))
    whole = _report(run, [], every=False)
    if waiting:
        click.echo(
            say(
                f"等待截止日或种子: {'、'.join(waiting)}(公布方案后运行 audit draw, 见 audit draw --help)",
                f"waiting for their cut-off or a seed: {', '.join(waiting)}",
            )
        )
    if not whole:
        click.get_current_context().exit(1)


for _command in (
    *(assign, check, diff, draw, judge, open_, plan, report, run_all, weekly),
    *(collect, compare, forms, investigate, release, sheets, size, verify_run),
):
    main.add_command(_command)


def _now() -> dt.datetime:
    """The only clock of the house; its time goes into the campaign's log and the run record alone."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


if __name__ == "__main__":
    main()
