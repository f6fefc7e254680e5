"""A judged run of the hand-made province, on the disk."""

from __future__ import annotations

from pathlib import Path

import cases
import pandas as pd

from audit_lib import schemas
from audit_lib.compliance import Judgement, write_judgement
from audit_lib.files import sha256_file
from audit_lib.intake import Intake, write_intake
from audit_lib.params import Run, read_params

PARAMS = 'run: 手工\ncampaign: 2014年春季行动\ndemo: true\noutput: out\ninputs:\n  units:\n    - files: ["名录/*"]\n'
BY_HAND = {
    "rules": cases.rules,
    "indicators": cases.indicators,
    "verdicts": cases.verdicts,
    "scores": lambda: schemas.empty("scores"),
    "estimates": lambda: schemas.empty("estimates"),
    "lives": lambda: schemas.empty("lives"),
    "ageing": lambda: schemas.empty("ageing"),
    "spread": lambda: schemas.empty("spread"),
    "questions": lambda: schemas.empty("questions"),
    "switched": lambda: schemas.empty("switched"),
}


def quiet(done: int, total: int, what: str) -> None:
    """Take no notice."""


def judged_run(folder: Path) -> Run:
    """Return a run whose intake and judgement lie on the disk."""
    (folder / "params.yaml").write_text(PARAMS, encoding="utf-8")
    run = read_params(folder / "params.yaml")
    nothing = pd.DataFrame(columns=["table", "sender", "area", "file", "sheet", "row", "reason", "cells"])
    problems = pd.DataFrame(
        columns=["table", "sender", "file", "sheet", "row", "column", "got", "due", "action"]
    )
    files = cases.files().assign(title=0, header=1, subtotal=0, foot=0, blank=0)
    intake = Intake(cases.tables(), cases.AREAS, files, problems, nothing, nothing)
    write_intake(intake, run.folder / "intake")
    write_judgement(Judgement(**{name: table() for name, table in BY_HAND.items()}), run.folder / "judgement")
    return run


def bytes_of(run: Run) -> dict[str, str]:
    folder = run.folder / "reports"
    return {
        path.relative_to(folder).as_posix(): sha256_file(path) for path in folder.rglob("*") if path.is_file()
    }
