"""The bulletin of a Friday: from clean tables to a page, a workbook and the notebook that made them."""

from __future__ import annotations

import json

from audit_lib.errors import say
from audit_lib.files import write_text
from audit_lib.params import Run

INPUTS = ("reporters", "weekly")


def can_write(run: Run) -> bool:
    """Say whether the params name weekly inputs and a Friday was due by the day judged."""
    from audit_lib.reporting import fridays_due  # noqa: PLC0415 - matplotlib

    return all(run.params.inputs.get(table) for table in INPUTS) and bool(fridays_due(run))


def weekly(run: Run, week: str | None = None) -> str:
    """Write the province's bulletin of one Friday, the last one due unless named.

    Raises
    ------
    CallError     no report is due on that day by the day judged
    InputError    the input files were not read yet
    ReportError   the bulletin could not be made; the message names the cell
    """
    from audit_lib.intake import load_intake  # noqa: PLC0415 - only what a bulletin needs
    from audit_lib.reporting import run_notebook, tree  # noqa: PLC0415 - matplotlib, papermill
    from audit_lib.reporting.week import DAY, find_friday, week_folder  # noqa: PLC0415

    friday = find_friday(run, week).isoformat()
    province = str(tree(load_intake(run.folder / "intake").areas)["code"].iloc[0])
    folder = week_folder(run, friday)
    write_text(folder / DAY, json.dumps({"as_of": run.params.as_of.isoformat()}) + "\n")
    target = folder / province / "weekly.ipynb"
    run_notebook(run, "3_weekly", {"area": province, "week": friday}, target)
    return say(f"周报 {friday} 在 {target.parent}", f"bulletin of {friday} in {target.parent}")
