"""Spellings: how texts are folded before they are compared.

A clerk's full-width digit, padded name or stray bracket must not make two things of one;
what is *kept* is the text as written, the folded form is only for comparing.
"""

from __future__ import annotations

import re
import unicodedata

NOTHING = frozenset({"", "-", "--", "—", "——", "―", "–", "/", "\\", "无", "(无)", "无。"})
"""What clerks put into a cell that holds nothing."""

ERROR_CELLS = frozenset(
    {"#REF!", "#N/A", "#NAME?", "#DIV/0!", "#VALUE!", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
"""What a spreadsheet shows where a formula failed."""

_SPACE = re.compile(r"\s+")
_BRACKETS = str.maketrans({"〔": "(", "〕": ")", "[": "(", "]": ")", "【": "(", "】": ")"})
_SEAL = re.compile(r"\((?:公章|盖章|章)\)$|公章$")


def fold(text: str) -> str:
    """Return a text with widths folded and without white space.

    >>> fold(" 县 (市、区） ")
    '县(市、区)'
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text))


def normal_name(name: str) -> str:
    """Return the form of a unit's name that names are compared by.

    Widths, brackets, white space, case and a trailing seal are folded; variants of
    characters are not, because they tell units apart.

    >>> normal_name("松岭省 永安县卫生院（公章）")
    '松岭省永安县卫生院'
    """
    folded = fold(name).translate(_BRACKETS).upper()
    return _SEAL.sub("", folded).strip("·.。,，")


def canonical_id(text: str) -> str:
    """Return an identifier in the one form that is kept: NFKC, stripped, upper case.

    Upper-casing can undo what NFKC did (and the other way round), so it goes on until
    nothing changes.

    >>> canonical_id(" ２２０102ａ0001 ")
    '220102A0001'
    """
    before, after = None, text
    while before != after:
        before, after = after, unicodedata.normalize("NFKC", after).strip().upper()
    return after
