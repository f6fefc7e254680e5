"""An investigation: the notebook run on each area asked for, its page, workbook and scores kept."""

from __future__ import annotations

from collections.abc import Sequence

from audit_lib.errors import say
from audit_lib.params import Run


def investigate(run: Run, areas: Sequence[str], *, period: str = "", question: str = "") -> list[str]:
    """Look at the records of areas, or of the province, and return a line for each.

    Raises
    ------
    ReportError   not judged yet, no such area, or the notebook stopped; the message names the cell
    CallError     a period or question that is not understood
    """
    from audit_lib.intake import load_intake  # noqa: PLC0415 - only what an investigation needs
    from audit_lib.reporting import run_notebook, tree  # noqa: PLC0415 - matplotlib, papermill
    from audit_lib.reporting.case import find_area  # noqa: PLC0415
    from audit_lib.reporting.inquiry import asked_part  # noqa: PLC0415

    known = tree(load_intake(run.folder / "intake").areas)
    asked = {"period": period, "question": asked_part(period, question)}
    lines = []
    for area in areas or [str(known["code"].iloc[0])]:
        code = str(find_area(known, area)["code"])
        target = run.folder / "investigation" / code / "investigation.ipynb"
        run_notebook(run, "4_investigation", {"area": code, **asked}, target)
        lines.append(say(f"专题分析 {code} 在 {target.parent}", f"{code} in {target.parent}"))
    return lines
