"""The rules that this version judges: rule id -> pure function from facts to rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.rows import nothing_given
from audit_lib.compliance.rulebook import Rule, Rulebook
from audit_lib.compliance.rules import (
    asked,
    bodies,
    coverage,
    findings,
    forms,
    items,
    ledger,
    listings,
    papers,
    quality,
    records,
    rectification,
    reports,
    spotcheck,
    units,
    visits,
)

Judging = Callable[[Facts, Rule], pd.DataFrame]

_ALWAYS: dict[str, Judging] = {
    "R-03": coverage.units_inspected,
    "R-05": spotcheck.quota_reached,
    "F4-02": coverage.units_in_grid,
    "P2-03": coverage.units_self_checked,
    "F6-02": rectification.hazards_managed,
    "F3-02": listings.majors_listed,
    "F3-03": rectification.majors_closed_in_time,
    "T-01": records.dated_in_window,
    "F4-04": units.standards_deployed,
    "F4-05": units.registered_on_platform,
    "F6-04": ledger.platform_told,
    "R-04": units.neglected_units_inspected,
    "W2-08": listings.experts_asked,
    "W3-02": forms.drill_held,
    "DQ-06": records.outputs_clean,
    "REP-04": reports.figures_tie,
    "F2-02": asked.areas_asked,
    "R-05c": spotcheck.each_county_sampled,
    "R-06": listings.majors_listed_swiftly,
    "R-08": asked.areas_asked,
    "P1-03": papers.notices_received,
    "W1-02": coverage.units_taking_part,
    "W1-03": asked.areas_asked,
    "W2-01": ledger.nothing_let_pass,
    "W3-04": asked.areas_asked,
}
"""Rules that say themselves, of each area, which table is not there."""

_WHERE_GIVEN: dict[str, Judging] = {
    "R-05b": spotcheck.checked_after_pass,
    "F6-03": rectification.open_hazards_have_elements,
    "W2-06": listings.listed_majors_in_place,
    "W2-07": listings.closed_majors_signed,
    "DQ-01": quality.codes_valid,
    "DQ-02": quality.units_stand_once,
    "F7-01": quality.latest_checklist_passed,
    "G-01": ledger.carried_over,
    "F1-03": units.sector_supervisor_named,
    "F4-06": units.owners_named_and_watching,
    "F6-01": forms.routine_checks,
    "F7-02": units.illegal_acts_handled,
    "R-02": forms.plan_check_and_mending,
    "P1-05": units.key_units_guarded,
    "P2-01": forms.lessons_in_plan,
    "P2-02": forms.plan_in_time,
    "P2-04": ledger.own_findings_mended,
    "P2-05": ledger.own_findings_limited,
    "P2-06": forms.reported_to_grid,
    "W2-04": ledger.mended_or_limited,
    "W2-05": listings.listed_by_right_body,
    "W3-01": forms.nine_areas_answered,
    "W3-03": forms.money_spent,
    "DQ-03": records.dates_in_order,
    "DQ-04": records.two_without_interest,
    "DQ-05": quality.divisions_valid,
    "REP-02": reports.reports_on_time,
    "REP-03": reports.reports_received,
    "REP-05": reports.reports_match_ledgers,
    "REP-01": bodies.contacts_named,
    "G-02": findings.no_grave_accident,
    "F1-01": bodies.leaders_named,
    "F1-02": bodies.letters_signed,
    "F2-01": asked.papers_asked,
    "F3-01": bodies.feedback_solved,
    "F4-01": asked.papers_asked,
    "F4-03": bodies.grids_in_charge,
    "F5-01": asked.pilots_asked,
    "R-01": papers.city_plan_whole,
    "R-07": visits.visited_unannounced,
    "R-09": papers.deployed,
    "P1-01": papers.plan_in_time,
    "P1-02": papers.notice_in_time,
    "P1-04": papers.key_units_listed,
    "P3-01": visits.cities_visited,
    "P3-02": findings.province_findings_mended,
    "P3-03": papers.accepted,
    "W1-01": papers.bodies_have_plans,
    "W2-02": findings.cases_counted,
    "W2-03": visits.visited_on_days_off,
    "W2-09": visits.signs_of_haste,
    "W2-10": findings.findings_in_ledgers,
}
"""Rules of single subjects, asked only where every table that they need was handed in."""


def _if_given(judging: Judging) -> Judging:
    @wraps(judging)
    def judge(facts: Facts, rule: Rule) -> pd.DataFrame:
        return nothing_given(facts, rule) if facts.gaps.not_given(rule.needs) else judging(facts, rule)

    return judge


RULES: Mapping[str, Judging] = MappingProxyType(
    _ALWAYS | {rule_id: _if_given(judging) for rule_id, judging in _WHERE_GIVEN.items()}
)
"""P3-04 and W2-11 are not among them: they are made from their results (`acceptance`, `candidates`)."""


def judged_rules(book: Rulebook) -> dict[str, Judging]:
    """Return the rules of a rulebook that can be judged: by a function, or by items of its checklist."""
    by_item = dict.fromkeys(sorted(set(book.items["rule"]) - {""}), _if_given(items.items_passed))
    return {
        rule_id: function for rule_id, function in ({**RULES, **by_item}).items() if rule_id in book.rules
    }
