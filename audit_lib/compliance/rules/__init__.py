"""The rules that this version judges: rule id -> pure function from facts to rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.rulebook import Rule, Rulebook
from audit_lib.compliance.rules import (
    coverage,
    forms,
    items,
    ledger,
    listings,
    quality,
    records,
    rectification,
    reports,
    spotcheck,
    units,
)

Judging = Callable[[Facts, Rule], pd.DataFrame]

RULES: Mapping[str, Judging] = MappingProxyType(
    {
        "R-03": coverage.units_inspected,
        "R-05": spotcheck.quota_reached,
        "R-05b": spotcheck.checked_after_pass,
        "F4-02": coverage.units_in_grid,
        "P2-03": coverage.units_self_checked,
        "F6-02": rectification.hazards_managed,
        "F6-03": rectification.open_hazards_have_elements,
        "F3-02": listings.majors_listed,
        "F3-03": rectification.majors_closed_in_time,
        "W2-06": listings.listed_majors_in_place,
        "W2-07": listings.closed_majors_signed,
        "DQ-01": quality.codes_valid,
        "DQ-02": quality.units_stand_once,
        "F7-01": quality.latest_checklist_passed,
        "T-01": records.dated_in_window,
        "G-01": ledger.carried_over,
        "F1-03": units.sector_supervisor_named,
        "F4-04": units.standards_deployed,
        "F4-05": units.registered_on_platform,
        "F4-06": units.owners_named_and_watching,
        "F6-01": forms.routine_checks,
        "F6-04": ledger.platform_told,
        "F7-02": units.illegal_acts_handled,
        "R-02": forms.plan_check_and_mending,
        "R-04": units.neglected_units_inspected,
        "P1-05": units.key_units_guarded,
        "P2-01": forms.lessons_in_plan,
        "P2-02": forms.plan_in_time,
        "P2-04": ledger.own_findings_mended,
        "P2-05": ledger.own_findings_limited,
        "P2-06": forms.reported_to_grid,
        "W2-04": ledger.mended_or_limited,
        "W2-05": listings.listed_by_right_body,
        "W2-08": listings.experts_asked,
        "W3-01": forms.nine_areas_answered,
        "W3-02": forms.drill_held,
        "W3-03": forms.money_spent,
        "DQ-03": records.dates_in_order,
        "DQ-04": records.two_without_interest,
        "DQ-05": quality.divisions_valid,
        "DQ-06": records.outputs_clean,
        "REP-02": reports.reports_on_time,
        "REP-03": reports.reports_received,
    }
)
"""P3-04 is not among them: it is made from their results (`acceptance`)."""


def judged_rules(book: Rulebook) -> dict[str, Judging]:
    """Return the rules of a rulebook that can be judged: by a function, or by items of its checklist."""
    by_item = dict.fromkeys(sorted(set(book.items["rule"]) - {""}), items.items_passed)
    return {
        rule_id: function for rule_id, function in ({**RULES, **by_item}).items() if rule_id in book.rules
    }
