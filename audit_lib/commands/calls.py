"""How a command is called on a params file, and how it ends."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import click

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(path_type=Path)


def run_command(name: str, help_text: str) -> Callable[[Callable[..., None]], click.Command]:
    """Declare a command that reads a params file and an optional day judged; it is handed the run."""

    def declare(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def command(params: Path, as_of: dt.datetime | None, **words: object) -> None:
            from audit_lib.params import read_params  # noqa: PLC0415 - heavy imports only when asked for

            function(run=read_params(params, as_of=as_of.date() if as_of else None), **words)

        command = click.option("--as-of", type=DAY, default=None, help="判定日 / day judged")(command)
        command = click.argument("params", type=FILE)(command)
        return click.command(name, help=help_text)(command)

    return declare


def end(lines: Sequence[str], *, good: bool) -> None:
    """Say how it went; exit 1 where a command could not do its work or a verification failed."""
    click.echo("\n".join(lines))
    if not good:
        click.get_current_context().exit(1)
