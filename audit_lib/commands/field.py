"""``audit forms``, ``sheets``, ``collect``: what is handed out to be filled in, and what comes back."""

from __future__ import annotations

from pathlib import Path

import click

from audit_lib.commands.calls import FILE


@click.command("forms", help="写出各表的空白表格, 发给填报单位 / write blank forms of every table")
@click.argument("folder", type=FILE)
def forms(folder: Path) -> None:
    """Write the blank form of every input table into a folder."""
    from audit_lib.stages import field  # noqa: PLC0415 - heavy imports only when asked for

    click.echo(field.write_forms(folder))


@click.command("sheets", help="写出每个检查组的现场核查表 / write the workbook of each inspection team")
@click.argument("params", type=FILE)
def sheets(params: Path) -> None:
    """Write the workbooks that the teams take along."""
    from audit_lib.params import read_params  # noqa: PLC0415
    from audit_lib.stages import field  # noqa: PLC0415

    click.echo(field.sheets(read_params(params)))


@click.command("collect", help="收回填好的现场核查表 / collect filled field workbooks")
@click.argument("params", type=FILE)
@click.argument("files", nargs=-1, type=FILE)
def collect(params: Path, files: tuple[Path, ...]) -> None:
    """Read back what the teams filled in: files or folders, or what the params name."""
    from audit_lib.params import read_params  # noqa: PLC0415
    from audit_lib.stages.collect import collect_findings  # noqa: PLC0415

    click.echo("\n".join(collect_findings(read_params(params), files)))
