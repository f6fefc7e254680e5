"""Compliance: from the facts of a day to verdicts that anybody can trace to a clause and a row."""

from audit_lib.compliance.acceptance import propose
from audit_lib.compliance.counts import Measure, counts_at, follow_counts, forecast, weekly_measures
from audit_lib.compliance.estimates import compare_areas, estimate_rechecks
from audit_lib.compliance.facts import Facts, gather_facts
from audit_lib.compliance.gaps import never_sent
from audit_lib.compliance.indicators import check_sums
from audit_lib.compliance.judge import Judgement, judge, load_judgement, run_rulebook, write_judgement
from audit_lib.compliance.lives import hazard_ageing, hazard_lives, hazard_spread
from audit_lib.compliance.places import DrawnSample
from audit_lib.compliance.questions import ask, keep_answers, question_workbook, read_answers
from audit_lib.compliance.rulebook import Indicator, Question, Rule, Rulebook, load_rulebook
from audit_lib.compliance.rules import RULES
from audit_lib.compliance.scoring import items_due, score_checks
from audit_lib.compliance.weekly import check_reports, latest_reports

__all__ = [
    "RULES",
    "DrawnSample",
    "Facts",
    "Indicator",
    "Judgement",
    "Measure",
    "Question",
    "Rule",
    "Rulebook",
    "ask",
    "check_reports",
    "check_sums",
    "compare_areas",
    "counts_at",
    "estimate_rechecks",
    "follow_counts",
    "forecast",
    "gather_facts",
    "hazard_ageing",
    "hazard_lives",
    "hazard_spread",
    "items_due",
    "judge",
    "keep_answers",
    "latest_reports",
    "load_judgement",
    "load_rulebook",
    "never_sent",
    "propose",
    "question_workbook",
    "read_answers",
    "run_rulebook",
    "score_checks",
    "weekly_measures",
    "write_judgement",
]
