"""A judged run of the hand-made province, on the disk."""

from __future__ import annotations

from pathlib import Path

import cases

from audit_lib.compliance import write_judgement
from audit_lib.files import sha256_file
from audit_lib.intake import write_intake
from audit_lib.params import Run, read_params

PARAMS = 'run: 手工\ncampaign: 2014年春季行动\ndemo: true\noutput: out\ninputs:\n  units:\n    - files: ["名录/*"]\n'


def quiet(done: int, total: int, what: str) -> None:
    """Take no notice."""


def judged_run(folder: Path) -> Run:
    """Return a run whose intake and judgement lie on the disk."""
    (folder / "params.yaml").write_text(PARAMS, encoding="utf-8")
    run = read_params(folder / "params.yaml")
    write_intake(cases.intake(), run.folder / "intake")
    write_judgement(cases.judgement(), run.folder / "judgement")
    return run


def bytes_of(run: Run) -> dict[str, str]:
    folder = run.folder / "reports"
    return {
        path.relative_to(folder).as_posix(): sha256_file(path) for path in folder.rglob("*") if path.is_file()
    }
