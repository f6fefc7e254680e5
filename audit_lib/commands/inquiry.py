"""``audit investigate``: where to look first, in one area or several."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click


@click.command("investigate", help="专题分析: 先看哪里 / where to look first")
@click.argument("params", type=click.Path(path_type=Path))
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="判定日 / day judged")
@click.option("--area", "areas", multiple=True, help="地区代码, 可多次 / area code, may be repeated")
@click.option("--period", default="", help="期间 2014-02-01..2014-03-31 / period, both days included")
@click.option("--question", default="", help="名单、记录、风险、地点 之一 / lists, records, risk or places")
def investigate(
    params: Path, as_of: dt.datetime | None, areas: tuple[str, ...], period: str, question: str
) -> None:
    """Investigate."""
    from audit_lib.params import read_params  # noqa: PLC0415 - see cli's first lines
    from audit_lib.stages.inquiry import investigate as look  # noqa: PLC0415

    run = read_params(params, as_of=as_of.date() if as_of else None)
    click.echo("\n".join(look(run, areas, period=period, question=question)))
