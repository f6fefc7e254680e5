"""Accept, reject or not demonstrated: exact bounds held against the limit of the params.

Never on a point estimate, and only for a sample that was drawn or replayed here. Sample
sizes that depend on what was found, and several statements in one list, are paid for by the
confidence of each single bound, fixed beforehand.
Source: docs/method.md, chapters 6 and 8, with the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from audit_lib.errors import EstimateError
from audit_lib.inference.bounds import bound_count, last, simultaneous
from audit_lib.inference.drawn import Found
from audit_lib.inference.limits import exact_share
from audit_lib.inference.strata import Ints, checked_confidence

Verdict = Literal["accept", "reject", "not_demonstrated"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a sample demonstrates about a limit.

    Attributes
    ----------
    verdict : accept (upper <= most), reject (lower > least) or not_demonstrated
    upper : failing units there may be, those not inspected counted as failing
    lower : failing units there must be, those not inspected counted as passing
    most : limit times the units that are eligible for certain; what ``upper`` is held against
    least : limit times all units of the frame; what ``lower`` is held against
    confidence : of the verdict; once ineligible units were seen, ``upper`` and the bound on their
        number behind ``most`` spend half of the rest each
    needed : visits that would do if the share found stayed as it is; None where decided, or where
        no number would do
    allowed : failing units, those not inspected included, that this number of visits may show
    """

    verdict: Verdict
    upper: int
    lower: int
    most: Fraction
    least: Fraction
    confidence: float
    needed: int | None = None
    allowed: int | None = None


def decide(
    found: Found, limit: str | Fraction, *, confidence: float = 0.95, joint: int = 1, looks: int = 1
) -> Decision:
    """Hold what a drawn sample shows against a limit.

    Parameters
    ----------
    found : what became of the units drawn
    limit : share of failing units that is just acceptable, "5%" or an exact fraction
    confidence : chance that an accepted frame keeps the limit, and that a rejected one breaks it;
        for all statements of a list together
    joint : statements in the list, over independent samples (Sidak)
    looks : how often, at most, the plan allows to decide while visits are added; fixed beforehand

    Raises
    ------
    EstimateError   a limit outside 0..1, or ``joint`` or ``looks`` below 1

    None of 59 visited failing leaves up to 48 of 1,000; none of 4 leaves 9 of 20, where one is
    allowed, and 16 would have to pass:

    >>> found = Found(("x",), *(np.array([k]) for k in (1000, 59, 0, 0, 0)), certificate=64 * "0")
    >>> decision = decide(found, "5%")
    >>> decision.verdict, decision.upper, decision.most
    ('accept', 48, Fraction(50, 1))
    >>> small = Found(("x",), *(np.array([k]) for k in (20, 4, 0, 0, 0)), certificate=64 * "0")
    >>> decision = decide(small, "5%")
    >>> decision.verdict, decision.upper, decision.needed
    ('not_demonstrated', 9, 16)
    """
    share = exact_share(limit)
    each = look_confidence(simultaneous(confidence, joint), looks)
    upper, most = _most(found.N, found.n, found.failed + found.lost, found.gone, share=share, confidence=each)
    lower = bound_count(found.N, found.n, found.failed, confidence=each, side="lower")
    least = share * int(found.N.sum())
    if upper <= most:
        return Decision("accept", upper, lower, most, least, each)
    if lower > least:
        return Decision("reject", upper, lower, most, least, each)
    enough = _enough(found, share=share, confidence=each)
    return Decision("not_demonstrated", upper, lower, most, least, each, *enough)


def look_confidence(confidence: float, looks: int) -> float:
    """Give the confidence that each of several looks needs, so that all of them together keep it.

    >>> round(look_confidence(0.95, 2), 12)
    0.975

    Source: docs/method.md, chapter 3, "Extensions": each look spends alpha/K.
    """
    if looks < 1:
        raise EstimateError(f"判定次数至少为 1, 读到 {looks}", f"at least 1 look, not {looks}")
    return confidence if looks == 1 else 1 - (1 - checked_confidence(confidence)) / looks


def _most(
    N: Ints, n: Ints, bad: Ints, gone: Ints, *, share: Fraction, confidence: float
) -> tuple[int, Fraction]:
    """The failing units there may be, and how many the limit allows among the surely eligible."""
    units = int(N.sum())
    if not gone.any():
        return bound_count(N, n, bad, confidence=confidence), share * units
    half = (1 + confidence) / 2
    eligible = units - bound_count(N, n, gone, confidence=half)
    return bound_count(N, n, bad, confidence=half), share * eligible


def _enough(found: Found, *, share: Fraction, confidence: float) -> tuple[int, int] | tuple[None, None]:
    """Grow every stratum in proportion to the frame, what was found with it, until it would do."""
    total = int(found.N.sum())

    def grown(k: int) -> tuple[Ints, Ints, Ints]:
        n = np.maximum(found.n, -(-k * found.N // total))
        per = np.maximum(found.n, 1)
        bad = -(-(found.failed + found.lost) * n // per)
        return n, bad, -(-found.gone * n // per)

    def short(k: int) -> bool:
        upper, most = _most(found.N, *grown(k), share=share, confidence=confidence)
        return upper > most

    if short(total):
        return None, None
    n, bad, _ = grown(1 + last(short, int(found.n.sum()), total - 1))
    return int(n.sum()), int(bad.sum())
