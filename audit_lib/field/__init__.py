"""Field: from a draw to what the visits found: forms, who is sent where, who stands in, objections."""

from audit_lib.field.assignment import assignment_workbook, list_barred, list_days_off, public_workbook
from audit_lib.field.collecting import Findings, collect
from audit_lib.field.extensions import left_by
from audit_lib.field.forms import form_workbook, form_workbooks
from audit_lib.field.objections import (
    decide_objections,
    keep_objections,
    load_objections,
    write_objections,
)
from audit_lib.field.pages import load_pages, make_pages, register_pages, write_pages
from audit_lib.field.progress import HEADINGS, progress_by_team
from audit_lib.field.replacements import (
    held_visits,
    hold_places,
    list_deviations,
    list_replacements,
    replacement_workbook,
    speaking_visits,
)
from audit_lib.field.sheets import team_workbook

__all__ = [
    "HEADINGS",
    "Findings",
    "assignment_workbook",
    "collect",
    "decide_objections",
    "form_workbook",
    "form_workbooks",
    "held_visits",
    "hold_places",
    "keep_objections",
    "left_by",
    "list_barred",
    "list_days_off",
    "list_deviations",
    "list_replacements",
    "load_objections",
    "load_pages",
    "make_pages",
    "progress_by_team",
    "public_workbook",
    "register_pages",
    "replacement_workbook",
    "speaking_visits",
    "team_workbook",
    "write_objections",
    "write_pages",
]
