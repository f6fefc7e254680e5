"""``audit investigate``: where to look first, in one area or several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from audit_lib.commands.calls import run_command

if TYPE_CHECKING:
    from audit_lib.params import Run


@run_command("investigate", "专题分析: 先看哪里 / where to look first")
@click.option("--area", "areas", multiple=True, help="地区代码, 可多次 / area code, may be repeated")
@click.option("--period", default="", help="期间 2014-02-01..2014-03-31 / period, both days included")
@click.option("--question", default="", help="名单、记录、风险、地点 之一 / lists, records, risk or places")
def investigate(run: Run, areas: tuple[str, ...], period: str, question: str) -> None:
    """Investigate."""
    from audit_lib.stages.inquiry import investigate as look  # noqa: PLC0415 - heavy imports only when asked for

    click.echo("\n".join(look(run, areas, period=period, question=question)))
