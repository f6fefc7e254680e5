"""Files to clean tables: the first stage of every run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from audit_lib.errors import Text, say
from audit_lib.field import keep_objections, load_objections, write_objections
from audit_lib.intake import Intake, keep_answers, read_inputs, write_intake
from audit_lib.params import Run
from audit_lib.stages.collect import with_findings


def choices(run: Run) -> str:
    """Return the effective choices of a run, defaults included, as YAML."""
    said = run.params.model_dump(mode="json", exclude={"inputs"})
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, default_flow_style=None).rstrip()


def make_demo(run: Run) -> None:
    """Make the province that the params ask for, unless it lies there whole already."""
    from audit_lib.demo import make_province  # noqa: PLC0415 - only a demo pays for it

    making = run.params.make
    if making and not _made(run.data / "truth.json", making.units, making.seed):
        make_province(run.data, units=making.units, seed=making.seed)


def _made(truth: Path, units: int, seed: int) -> bool:
    """Say whether this very province lies there; its truth is written last, so it is whole."""
    if not truth.exists():
        return False
    said = json.loads(truth.read_text(encoding="utf-8"))
    return (said.get("units"), said.get("seed")) == (units, seed)


def check(run: Run) -> Intake:
    """Read every input file, write what was read and what was wrong, return it."""
    if run.params.make:
        make_demo(run)
    return read(run)


def read(run: Run) -> Intake:
    """Read every input file as it lies there, write what was read and what was wrong, return it."""
    keep_answers(run)
    intake = with_findings(run, _with_objections(run, read_inputs(run)))
    write_intake(intake, run.folder / "intake")
    return intake


def _with_objections(run: Run, intake: Intake) -> Intake:
    """Enter objections just read into the campaign's register; the tables get the whole of it."""
    kept, read = load_objections(run.campaign), intake.tables["objections"]
    rows = keep_objections(kept, read)
    if len(read):
        write_objections(run.campaign, rows)
    return replace(intake, tables=intake.tables | {"objections": rows})


def file_line(row: Any) -> str:
    """Return the account of one file: rows read = kept + quarantined, or why it was not read."""
    if row.status in {"refused", "missing"}:
        return say(
            f"未读入  {row.table}  {row.file}: {row.reason}",
            f"not read  {row.table}  {row.file}: {row.reason}",
        )
    state = Text("被更正件取代", "superseded") if row.status == "superseded" else Text("已读入", "read")
    said = f"; {row.reason}" if row.status == "read" and row.reason else ""
    kept, apart = row.kept, row.quarantined
    return say(
        f"{state.zh}  {row.table}  {row.file}: {row.read} 行 = 保留 {kept} + 隔离 {apart}{said}",
        f"{state.en}  {row.table}  {row.file}: {row.read} rows = {kept} kept + {apart} quarantined{said}",
    )
