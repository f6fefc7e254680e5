"""From findings to what is known: estimates, bounds, decisions, planning, agreement.

Right where general survey packages are not: nothing failed, tiny cities, strata taken whole,
a fifth of a finite frame. What a sample cannot carry is an ``EstimateError``, never a number.
"""

from audit_lib.inference.acceptance import Decision, decide, look_confidence
from audit_lib.inference.agreement import FalsePass, Paired, false_pass, item_agreement, kappa, paired
from audit_lib.inference.bounds import bound_count, simultaneous
from audit_lib.inference.drawn import Found, extend, project, tally
from audit_lib.inference.estimate import Estimate, estimate_share
from audit_lib.inference.funnel import funnel
from audit_lib.inference.limits import exact_share, tolerable_count
from audit_lib.inference.planning import (
    Showing,
    acceptance_numbers,
    allowed_failures,
    can_show,
    discovery_size,
    operating_characteristic,
    precision_size,
    two_stage_risk,
    two_stage_size,
)
from audit_lib.inference.prospect import prospect
from audit_lib.inference.totals import estimate_mean, estimate_ratio, estimate_total
from audit_lib.inference.two_stage import estimate_two_stage
from audit_lib.inference.unequal import estimate_unequal

__all__ = [
    "Decision",
    "Estimate",
    "FalsePass",
    "Found",
    "Paired",
    "Showing",
    "acceptance_numbers",
    "allowed_failures",
    "bound_count",
    "can_show",
    "decide",
    "discovery_size",
    "estimate_mean",
    "estimate_ratio",
    "estimate_share",
    "estimate_total",
    "estimate_two_stage",
    "estimate_unequal",
    "exact_share",
    "extend",
    "false_pass",
    "funnel",
    "item_agreement",
    "kappa",
    "look_confidence",
    "operating_characteristic",
    "paired",
    "precision_size",
    "project",
    "prospect",
    "simultaneous",
    "tally",
    "tolerable_count",
    "two_stage_risk",
    "two_stage_size",
]
