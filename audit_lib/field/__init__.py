"""Field: from a draw to what the visits found: who is sent where, and who stands in for whom."""

from audit_lib.field.assignment import assignment_workbook, list_barred, list_days_off, public_workbook
from audit_lib.field.extensions import left_by
from audit_lib.field.replacements import (
    hold_places,
    last_visits,
    list_deviations,
    list_replacements,
    replacement_workbook,
)

__all__ = [
    "assignment_workbook",
    "hold_places",
    "last_visits",
    "left_by",
    "list_barred",
    "list_days_off",
    "list_deviations",
    "list_replacements",
    "public_workbook",
    "replacement_workbook",
]
