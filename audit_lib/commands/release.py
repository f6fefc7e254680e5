"""What is done with a finished run: ``audit verify-run``, ``audit compare``, ``audit release``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from audit_lib.commands.calls import FILE, end, run_command

if TYPE_CHECKING:
    from audit_lib.params import Run


@click.command("verify-run", help="重做一次运行, 逐字节核对 / make a run again and compare every byte")
@click.argument("folder", type=FILE)
@click.option("--params", type=FILE, default=None, help="参数文件(换了电脑时) / params file, elsewhere")
def verify_run(folder: Path, params: Path | None) -> None:
    """Make a run again in a temporary folder; exit 1 where it differs."""
    from audit_lib.commands.progress import progress  # noqa: PLC0415 - heavy imports only when asked for
    from audit_lib.stages import rerun  # noqa: PLC0415

    with progress("重做", "making it again") as step:
        lines, agreed = rerun.verify_run(folder, params=params, progress=step)
    end(lines, good=agreed)


@click.command("compare", help="比较两次运行: 哪些结论和数字变了, 因为哪些行 / what moved between two runs")
@click.argument("before", metavar="RUN1", type=FILE)
@click.argument("after", metavar="RUN2", type=FILE)
def compare(before: Path, after: Path) -> None:
    """Compare two runs; page and workbook go into the later one's folder."""
    from audit_lib.stages import release  # noqa: PLC0415

    click.echo("\n".join(release.compare(before, after)))


@run_command("release", "核验后, 汇集可以公布的文件 / verify, then collect what may leave")
def release(run: Run) -> None:
    """Collect what may leave; nothing is written where something differs."""
    from audit_lib.commands.progress import progress  # noqa: PLC0415
    from audit_lib.stages import release as leaving  # noqa: PLC0415

    with progress("公布", "releasing") as step:
        lines = leaving.publish(run, progress=step)
    click.echo("\n".join(lines))
