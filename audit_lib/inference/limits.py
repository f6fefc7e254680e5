"""Limits as people say them, shares, and as samples meet them, counts of units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from audit_lib.errors import EstimateError

Convention = Literal["at_least", "more_than"]


def tolerable_count(N: int, share: str | Fraction, *, convention: Convention = "at_least") -> int:
    """Count the failures that matter in a frame, from a share that matters.

    Parameters
    ----------
    N : units in the frame
    share : "5%", "1/20", "0.05" or a Fraction; read exactly, never as a binary float
    convention : ``at_least``: the share itself matters, K = ceil(share N);
        ``more_than``: only more than it does, K = floor(share N) + 1

    >>> tolerable_count(500, "2%"), tolerable_count(500, "2%", convention="more_than")
    (10, 11)
    """
    check_counts(N, [])
    if convention not in ("at_least", "more_than"):
        raise EstimateError(
            f"convention 只能是 at_least 或 more_than, 读到“{convention}”",
            f'convention is at_least or more_than, not "{convention}"',
        )
    exact = exact_share(share) * N
    return math.ceil(exact) if convention == "at_least" else math.floor(exact) + 1


def exact_share(share: str | Fraction) -> Fraction:
    """Read a share exactly, never as a binary float.

    >>> exact_share("2.5%"), exact_share("1/20")
    (Fraction(1, 40), Fraction(1, 20))
    """
    text = str(share).strip()
    try:
        exact = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise EstimateError(
            f"应为比例, 例如 5%, 读到“{share}”", f'a share is due, such as 5%, not "{share}"'
        ) from None
    if not 0 <= exact <= 1:
        raise EstimateError(
            f"比例应在 0 与 1 之间, 读到“{share}”", f'a share lies between 0 and 1, not "{share}"'
        )
    return exact


def check_counts(N: int, counts: Iterable[int]) -> None:
    """Refuse what is not a whole number of units within the frame."""
    for count in (N, *counts):
        if isinstance(count, bool) or not float(count).is_integer() or not 0 <= count <= N or N < 1:
            raise EstimateError(
                f"单位数应为 0 到 {N} 之间的整数, 且总数至少为 1, 读到 {count}",
                f"a number of units is whole and lies between 0 and {N}, at least 1, not {count}",
            )
