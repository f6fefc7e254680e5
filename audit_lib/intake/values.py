"""Values: the texts of a column turned into what its declaration says.

A column is converted over its *different* texts, so that 25,000 rows cost what a few
hundred spellings cost. A text that cannot be read becomes missing and is reported; it is
never replaced by what was probably meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.errors import Text
from audit_lib.intake.areas import Gazetteer
from audit_lib.intake.dates import Bad, Years, parse_date, parse_datetime, parse_time
from audit_lib.intake.numbers import parse_int, parse_money, parse_number
from audit_lib.intake.text import ERROR_CELLS, NOTHING, canonical_id, fold
from audit_lib.schemas import DTYPES, Column, rulebook_rows

LONGEST_ID = 64
"""Characters of an identifier, as the format of the ticket fixes it (docs/method.md, chapter 1)."""

HAZARD_NUMBERS = frozenset({"hazard_id", "link_id", "same_as"})
"""Columns that join hazards: widths, case and spaces of a number tell no hazards apart."""

YES = frozenset({"是", "有", "√", "✓", "✔", "Y", "YES", "TRUE", "1", "T"})
NO = frozenset({"否", "无", "没有", "×", "✗", "✘", "X", "N", "NO", "FALSE", "0", "F"})

FAILED_FORMULA = Text("公式出错, 请改为实际的值", "a formula failed; put the value itself")
LOST_DIGITS = Text(
    "长数字已被改成科学记数法, 末尾各位已丢失; 请把该列设为文本后重填",
    "a long number was turned into scientific notation and lost its tail; make the column text and refill it",
)
NOT_AN_ID = Text(
    f"编号应为 1 至 {LONGEST_ID} 个字符, 不含空格、逗号和控制符",
    f"an identifier of 1 to {LONGEST_ID} characters without space, comma or control is due",
)
NOT_A_FLAG = Text("应为 是 或 否", "是 (yes) or 否 (no) is due")
NOT_A_PHONE = Text("应为电话号码, 如 0431-88901234", "a phone number is due, as 0431-88901234")
NO_SUCH_AREA = Text(
    "区划表中没有这个地区, 或有几个同名", "no such area in the table, or several of this name"
)
EMPTY = Text("不应为空", "must not be empty")

_SPREAD = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
"""White space inside a Chinese name: 甲市 卫生局 and 甲市卫生局 are one key."""
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{1,2}", re.IGNORECASE)
_UNSOUND = re.compile(r"[\s,\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")
_HARD_SEPARATORS = re.compile(r"[、,，;；/]+")
_PHONE = re.compile(r"(?:1\d{10}|(?:\(?0\d{2,3}\)?-?)?\d{7,8}(?:-\d{1,6})?)")
_BLANK = NOTHING - {"无", "(无)", "无。"}

Parser = Callable[[str, str], Any]
"""(text, context) -> the value, None for nothing, or `Bad`."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A column in its declared type, and what was due where a text could not be read."""

    values: pd.Series
    due: pd.Series


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a value cannot say itself: the campaign's years, and the areas that names mean.

    Without a gazetteer (areas read from the roster) an area is its own code. ``latest`` is the last
    day on which what the tables tell can have happened.
    """

    years: tuple[int, int]
    gazetteer: Gazetteer | None
    window: tuple[pd.Timestamp, pd.Timestamp] | None = None
    latest: pd.Timestamp | None = None


def convert(column: Column, texts: pd.Series, context: pd.Series, around: Surroundings) -> Converted:
    """Convert one column.

    Parameters
    ----------
    texts : as read, stripped; empty where the cell is
    context : beside each text what it depends on: unit of money, base of day numbers, city code
    """
    parse = _guarded(column, _parser(column, around))
    text_codes, spellings = pd.factorize(texts.to_numpy(object))
    beside_codes, besides = pd.factorize(context.fillna("").to_numpy(object))
    pairs, codes = np.unique(text_codes * len(besides) + beside_codes, return_inverse=True)
    parsed = [parse(spellings[pair // len(besides)], besides[pair % len(besides)]) for pair in pairs]
    bad = [isinstance(value, Bad) for value in parsed]
    due = np.array(
        [value.due if wrong else None for value, wrong in zip(parsed, bad, strict=True)], dtype=object
    )
    values = [None if wrong else value for value, wrong in zip(parsed, bad, strict=True)]
    kind: Any = DTYPES[column.kind]
    typed = pd.Series(values, dtype=object).astype(kind)
    return Converted(
        typed.take(codes).set_axis(texts.index), pd.Series(due[codes], index=texts.index, dtype=object)
    )


def _guarded(column: Column, parse: Parser) -> Parser:
    """Add what holds for every kind: empty cells, failed formulas, long numbers cut short."""
    blank = _BLANK if column.kind in ("int", "number", "money", "flag") else NOTHING

    def guarded(text: str, context: str) -> Any:
        word = text.strip()
        if word in blank or not fold(word):
            return None
        if word.upper() in ERROR_CELLS:
            return Bad(FAILED_FORMULA)
        if column.kind in ("id", "text") and _SCIENTIFIC.fullmatch(word):
            return Bad(LOST_DIGITS)
        return parse(word, context)

    return guarded


def _parser(column: Column, around: Surroundings) -> Parser:
    first, last = around.years
    plain: dict[str, Parser] = {
        "id": lambda text, _: _id(text),
        "text": (lambda text, _: fold(text).upper())
        if column.name in HAZARD_NUMBERS
        else (lambda text, _: _text(text, key=column.role == "key")),
        "name": lambda text, _: text,
        "people": lambda text, _: _people(text),
        "phone": lambda text, _: _phone(text),
        "date": lambda text, base: parse_date(text, Years(first, last, int(base or 0))),
        "datetime": lambda text, base: parse_datetime(text, Years(first, last, int(base or 0))),
        "time": lambda text, _: parse_time(text),
        "int": lambda text, _: parse_int(text),
        "number": lambda text, _: parse_number(text),
        "money": parse_money,
        "flag": lambda text, _: _flag(text),
        "choice": lambda text, _: _choice(text, column.choices),
        "area": lambda text, city: _area(text, city, column.name, around.gazetteer),
    }
    return plain[column.kind]


def _id(text: str) -> str | Bad:
    word = canonical_id(text)
    return word if len(word) <= LONGEST_ID and not _UNSOUND.search(word) else Bad(NOT_AN_ID)


def _text(text: str, *, key: bool) -> str:
    """Text as written; codes and keys, which are compared, with their widths folded."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _SPREAD.sub("", plain) if key else plain if plain.isascii() else text


def _people(text: str) -> str | None:
    """Names joined by 、; a two-character name spread by a space stays one name."""
    names: list[str] = []
    for piece in _HARD_SEPARATORS.split(text):
        alone = False
        for word in piece.split():
            if alone and len(word) == 1:
                names[-1] += word
            else:
                names.append(word)
            alone = len(word) == 1 and len(names[-1]) == 1
    return "、".join(dict.fromkeys(names)) or None


def _phone(text: str) -> str | Bad:
    word = re.sub(r"[—–－]", "-", fold(text))
    return word if _PHONE.fullmatch(word) else Bad(NOT_A_PHONE)


def _flag(text: str) -> bool | Bad:
    word = fold(text).upper() if text not in YES | NO else text
    return word in YES if word in YES | NO else Bad(NOT_A_FLAG)


@cache
def _words() -> dict[str, str]:
    return {fold(row["word"]): row["means"] for row in rulebook_rows("words")}


def _choice(text: str, choices: tuple[str, ...]) -> str | Bad:
    word = fold(text)
    if word in choices:
        return word
    means = _words().get(word, "")
    if means in choices:
        return means
    said = " | ".join(choices)
    return Bad(Text(f"应为 {said} 之一", f"one of {said} is due"))


def _area(text: str, city: str, column: str, gazetteer: Gazetteer | None) -> str | Bad:
    if gazetteer is None:
        return _id(text)
    level = column if column in ("county", "city") else ""
    code = gazetteer.find(text, city, level=level)
    return Bad(NO_SUCH_AREA) if code is None else code
