"""Investigation: where to look first, and whether records look like records of what happened.

Everything here is a reason for a second look, never a proof, and leads to no rule result.
"""

from audit_lib.investigation.cities import examine_cities
from audit_lib.investigation.claimed import ClaimedList, examine_list, replay_list, share_tails
from audit_lib.investigation.condition import Clause, Condition, describe, read_condition
from audit_lib.investigation.digits import digit_chance
from audit_lib.investigation.history import known_before, visits_made
from audit_lib.investigation.kinds import Signal, load_signals
from audit_lib.investigation.lists import city_frame, city_list
from audit_lib.investigation.lookup import Found, find_rows, read_period, shown_columns
from audit_lib.investigation.risk import RiskModel, factors_used, score_risk, train_risk
from audit_lib.investigation.signals import find_signals
from audit_lib.investigation.spread import dispersion
from audit_lib.investigation.standing import model_facts, training_rows, unit_standing
from audit_lib.investigation.texts import group_texts
from audit_lib.investigation.validation import calibration, compare_orders, days_earlier, found_in_first_half
from audit_lib.investigation.visits import propose_visits, visit_scores
from audit_lib.investigation.where import (
    beside_failures,
    close_together,
    found_again,
    places_by_name,
    town_of,
)

__all__ = [
    "ClaimedList",
    "Clause",
    "Condition",
    "Found",
    "RiskModel",
    "Signal",
    "beside_failures",
    "calibration",
    "city_frame",
    "city_list",
    "close_together",
    "compare_orders",
    "days_earlier",
    "describe",
    "digit_chance",
    "dispersion",
    "examine_cities",
    "examine_list",
    "factors_used",
    "find_rows",
    "find_signals",
    "found_again",
    "found_in_first_half",
    "group_texts",
    "known_before",
    "load_signals",
    "model_facts",
    "places_by_name",
    "propose_visits",
    "read_condition",
    "read_period",
    "replay_list",
    "score_risk",
    "share_tails",
    "shown_columns",
    "town_of",
    "train_risk",
    "training_rows",
    "unit_standing",
    "visit_scores",
    "visits_made",
]
