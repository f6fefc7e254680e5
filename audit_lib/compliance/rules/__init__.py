"""The rules that this version judges: rule id -> pure function from facts to rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.rulebook import Rule, Rulebook
from audit_lib.compliance.rules import coverage, items, listings, quality, rectification, reports, spotcheck

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
