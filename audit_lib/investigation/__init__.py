"""Investigation: where to look first, and whether records look like records of what happened.

Everything here is a reason for a second look, never a proof, and leads to no rule result.
"""

from audit_lib.investigation.claimed import ClaimedList, examine_list, replay_list, share_tails
from audit_lib.investigation.digits import digit_chance
from audit_lib.investigation.lists import city_frame, city_list
from audit_lib.investigation.signals import Signal, find_signals, load_signals
from audit_lib.investigation.spread import dispersion
from audit_lib.investigation.texts import group_texts

__all__ = [
    "ClaimedList",
    "Signal",
    "city_frame",
    "city_list",
    "digit_chance",
    "dispersion",
    "examine_list",
    "find_signals",
    "group_texts",
    "load_signals",
    "replay_list",
    "share_tails",
]
