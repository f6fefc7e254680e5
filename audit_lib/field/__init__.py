"""Field: from a draw to what the visits found: who is sent where, and who stands in for whom."""

from audit_lib.field.assignment import assignment_workbook, list_barred, list_days_off, public_workbook

__all__ = ["assignment_workbook", "list_barred", "list_days_off", "public_workbook"]
