"""What is done with a finished run: ``audit verify-run``."""

from __future__ import annotations

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
    from audit_lib.stages import release  # noqa: PLC0415

    with progress("重做", "making it again") as step:
        lines, agreed = release.verify_run(folder, params=params, progress=step)
    click.echo("\n".join(lines))
    if not agreed:
        click.get_current_context().exit(1)
