"""Figures as somebody printed them: which counts a rate follows from, how far an amount is rounded."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as somebody printed it: its value, and half a unit of its last decimal."""

    value: Fraction
    half: Fraction
    decimals: int

    def follows(self, part: int, whole: int) -> bool:
        """Say whether part / whole is printed so, rounded to as many decimals.

        >>> read_rate("96.8%").follows(137354, 141911), read_rate("97.28%").follows(137354, 141911)
        (True, False)
        """
        return abs(Fraction(part, whole) - self.value) <= self.half

    def written(self, part: int, whole: int) -> str:
        """Return how part / whole is printed in per cent with as many decimals, half up.

        >>> read_rate("98.89%").written(177, 179)
        '98.88%'
        """
        scale = 10**self.decimals
        number = (200 * scale * part + whole) // (2 * whole)
        whole_part, rest = divmod(number, scale)
        return f"{whole_part}.{rest:0{self.decimals}d}%" if self.decimals else f"{whole_part}%"


def read_rate(text: str) -> Rate | None:
    """Return a printed rate; None where the text is none. Without a sign, 1 or less is a share.

    >>> read_rate("0.5").value, read_rate("50%").value, read_rate("约一半")
    (Fraction(1, 2), Fraction(1, 2), None)
    """
    found = re.fullmatch(r"(\d+)(?:\.(\d+))?\s*(%?)", unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    digits = found[2] or ""
    value, half = Fraction(f"{found[1]}.{digits or 0}"), Fraction(1, 2 * 10 ** len(digits))
    if found[3] or value > 1:
        return Rate(value / 100, half / 100, len(digits))
    return Rate(value, half, max(len(digits) - 2, 0))


def unlike_rate(text: str, part: int, whole: int) -> Rate | None:
    """Return a printed rate that does not follow from its counts; None where it does, or is none.

    Under a header such as 覆盖率(%) 0.5 is half a per cent, elsewhere a half: either reading may tie.

    >>> unlike_rate("0.5", 1, 2), unlike_rate("0.5", 1, 200), unlike_rate("0.5", 1, 3).written(1, 3)
    (None, None, '33%')
    """
    rate = read_rate(text)
    if rate is None or rate.follows(part, whole):
        return None
    in_cent = read_rate(f"{text.strip()}%")
    return None if in_cent is not None and in_cent.follows(part, whole) else rate


def rounding(fen: pd.Series[int]) -> pd.Series[int]:
    """Return half a unit of the last digit that an amount was printed with, in 万元 at the coarsest.

    >>> rounding(pd.Series([12350000, 12345600, 5000000, 0])).tolist()
    [5000, 50, 500000, 0]
    """
    half = pd.Series(0, index=fen.index, dtype="int64")
    known = fen.fillna(0).astype("int64")
    for power in range(1, _WAN + 1):
        half = half.mask((known != 0) & (known % 10**power == 0), 10**power // 2)
    return half


_WAN = 6
"""Zeros of 万元 in fen."""
