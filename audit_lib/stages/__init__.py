"""The stages of a run, composed: each is handed tables, writes one folder, says one line.

``cli`` says the words and sets the exit codes; here the rooms are put one behind the other.
A stage re-reads what the one before wrote, through the same schemas, so that it makes no
difference whether a run goes through at once or is taken up again tomorrow.
"""

from audit_lib.stages.draws import (
    certificate,
    draw,
    draw_folder,
    draw_names,
    drawn_samples,
    open_sealed,
    verify,
)
from audit_lib.stages.inputs import check, choices, file_line, make_demo
from audit_lib.stages.plans import advance, can_draw, can_plan, earlier_units, plan
from audit_lib.stages.results import judge, report

__all__ = [
    "advance",
    "can_draw",
    "can_plan",
    "certificate",
    "check",
    "choices",
    "draw",
    "draw_folder",
    "draw_names",
    "drawn_samples",
    "earlier_units",
    "file_line",
    "judge",
    "make_demo",
    "open_sealed",
    "plan",
    "report",
    "verify",
]
