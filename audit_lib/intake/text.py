"""Spellings: how texts are folded before they are compared.

A clerk's full-width digit, padded name or stray bracket must not make two things of one;
what is *kept* is the text as written, the folded form is only for comparing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

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


def bare(text: str) -> str:
    """Return a text folded, in upper case and without the marks around it, as words are compared.

    >>> bare(" （暂无）。"), bare("／"), bare("n/a"), bare("√")
    ('暂无', '', 'N/A', '√')
    """
    word = fold(text).upper()
    marks = "".join({sign for sign in word if unicodedata.category(sign).startswith("P")})
    return word.strip(marks) if marks else word


def names_somebody(text: str, no_name: Collection[str], head_counts: Collection[str]) -> bool:
    """Say whether one of the names in a cell is one: no word that says nothing, no number of people.

    >>> names_somebody("张三、2人", ["√"], ["人"]), names_somebody("２ 人", ["√"], ["人"])
    (True, False)
    """
    ends = "|".join(map(re.escape, sorted(head_counts, key=len, reverse=True)))
    number = re.compile(rf"[\d一二两三四五六七八九十几数多]{{1,2}}(?:{ends})?|")
    names = map(bare, re.split(r"[、,，;；/／]", text))
    return bare(text) not in no_name and any(
        name not in no_name and not number.fullmatch(name) for name in names
    )
