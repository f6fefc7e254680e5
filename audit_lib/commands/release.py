"""What is done with a finished run: ``audit verify-run``, ``audit compare``, ``audit release``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click


@click.command("verify-run", help="重做一次运行, 逐字节核对 / make a run again and compare every byte")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--params",
    type=click.Path(path_type=Path),
    default=None,
    help="参数文件(换了电脑时) / params file, elsewhere",
)
def verify_run(folder: Path, params: Path | None) -> None:
    """Make a run again in a temporary folder; exit 1 where it differs."""
    from audit_lib.commands.progress import progress  # noqa: PLC0415 - heavy imports only when asked for
    from audit_lib.stages import rerun  # noqa: PLC0415

    with progress("重做", "making it again") as step:
        lines, agreed = rerun.verify_run(folder, params=params, progress=step)
    click.echo("\n".join(lines))
    if not agreed:
        click.get_current_context().exit(1)


@click.command("compare", help="比较两次运行: 哪些结论和数字变了, 因为哪些行 / what moved between two runs")
@click.argument("before", metavar="RUN1", type=click.Path(path_type=Path))
@click.argument("after", metavar="RUN2", type=click.Path(path_type=Path))
def compare(before: Path, after: Path) -> None:
    """Compare two runs; page and workbook go into the later one's folder."""
    from audit_lib.stages import release  # noqa: PLC0415

    click.echo("\n".join(release.compare(before, after)))


@click.command("release", help="核验后, 汇集可以公布的文件 / verify, then collect what may leave")
@click.argument("params", type=click.Path(path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="判定日 / day judged")
def release(params: Path, as_of: dt.datetime | None) -> None:
    """Collect what may leave; nothing is written where something differs."""
    from audit_lib.commands.progress import progress  # noqa: PLC0415
    from audit_lib.params import read_params  # noqa: PLC0415
    from audit_lib.stages import release as leaving  # noqa: PLC0415

    run = read_params(params, as_of=as_of.date() if as_of else None)
    with progress("公布", "releasing") as step:
        lines = leaving.publish(run, progress=step)
    click.echo("\n".join(lines))
