"""Sampling: from tables to who is visited, so that anybody can replay it.

tickets (chance) -> allocation, optimum (how many) -> passes, frame (of whom) -> plan (committed)
-> reveal, seal (drawn) -> certificate, log (kept) -> verify (replayed).
"""

from audit_lib.sampling.allocation import allocate_quota, allocate_total, parse_rate, quota
from audit_lib.sampling.attempts import commit_seed
from audit_lib.sampling.certificate import Certificate, parse_certificate, sample_digest
from audit_lib.sampling.checks import Check
from audit_lib.sampling.draw import draw, rank_units
from audit_lib.sampling.engines import count_source, draw_source, freeze_source
from audit_lib.sampling.frame import build_frame, merge_groups
from audit_lib.sampling.frozen import frame_digest, freeze, read_frame
from audit_lib.sampling.inspectors import assign_inspectors, spread_days
from audit_lib.sampling.log import Entry, append_log, read_log
from audit_lib.sampling.optimum import (
    allocate_neyman,
    allocate_optimal,
    guess_deviations,
)
from audit_lib.sampling.pareto import draw_pareto, inclusion_probabilities, set_chances
from audit_lib.sampling.passes import (
    PASSED,
    county_passes,
    county_state_on,
    named_inspectors,
    passes_of_campaign,
    valid_checks,
    worst_checks,
)
from audit_lib.sampling.plan import Plan, PlannedLook, commit_plan, make_plan, parse_plan, plan_strata
from audit_lib.sampling.proof import UnitProof, prove_unit
from audit_lib.sampling.reveal import draw_plan, read_draw
from audit_lib.sampling.seal import open_draw, seal_plan
from audit_lib.sampling.strata import count_strata
from audit_lib.sampling.tickets import canonical_id, check_ids, check_seed, stream_ticket, ticket, tickets
from audit_lib.sampling.verify import verify

__all__ = [
    "PASSED",
    "Certificate",
    "Check",
    "Entry",
    "Plan",
    "PlannedLook",
    "UnitProof",
    "allocate_neyman",
    "allocate_optimal",
    "allocate_quota",
    "allocate_total",
    "append_log",
    "assign_inspectors",
    "build_frame",
    "canonical_id",
    "check_ids",
    "check_seed",
    "commit_plan",
    "commit_seed",
    "count_source",
    "count_strata",
    "county_passes",
    "county_state_on",
    "draw",
    "draw_pareto",
    "draw_plan",
    "draw_source",
    "frame_digest",
    "freeze",
    "freeze_source",
    "guess_deviations",
    "inclusion_probabilities",
    "make_plan",
    "merge_groups",
    "named_inspectors",
    "open_draw",
    "parse_certificate",
    "parse_plan",
    "parse_rate",
    "passes_of_campaign",
    "plan_strata",
    "prove_unit",
    "quota",
    "rank_units",
    "read_draw",
    "read_frame",
    "read_log",
    "sample_digest",
    "seal_plan",
    "set_chances",
    "spread_days",
    "stream_ticket",
    "ticket",
    "tickets",
    "valid_checks",
    "verify",
    "worst_checks",
]
