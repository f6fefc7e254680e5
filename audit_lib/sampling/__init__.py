"""Sampling: from tables to who is visited, so that anybody can replay it."""

from audit_lib.sampling.allocation import allocate_quota, allocate_total, parse_rate, quota
from audit_lib.sampling.draw import draw, rank_units
from audit_lib.sampling.frame import build_frame, merge_groups
from audit_lib.sampling.optimum import allocate_optimal, allocation_variance
from audit_lib.sampling.passes import PASSED, county_passes, county_state_on, valid_checks
from audit_lib.sampling.strata import count_strata
from audit_lib.sampling.tickets import canonical_id, check_ids, check_seed, stream_ticket, ticket, tickets

__all__ = [
    "PASSED",
    "allocate_optimal",
    "allocate_quota",
    "allocate_total",
    "allocation_variance",
    "build_frame",
    "canonical_id",
    "check_ids",
    "check_seed",
    "count_strata",
    "county_passes",
    "county_state_on",
    "draw",
    "merge_groups",
    "parse_rate",
    "quota",
    "rank_units",
    "stream_ticket",
    "ticket",
    "tickets",
    "valid_checks",
]
