"""Counts, measures and amounts of money, exactly; nothing passes through a float.

Money is kept in fen (1/100 yuan), so that sums are exact. Its unit is said by the cell
(``0.5万元``), else by the header, the row of units or the title (``单位:万元``). An amount
whose unit nobody says is refused: a guess would be wrong by a factor of ten thousand.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from audit_lib.errors import Text
from audit_lib.intake.dates import Bad

FEN = {"元": 100, "块": 100, "千元": 100_000, "万": 1_000_000, "万元": 1_000_000, "亿元": 10_000_000_000}
"""Fen in each unit of money."""

NOT_A_COUNT = Text("应为不小于 0 的整数", "a whole number, 0 or more, is due")
NOT_A_NUMBER = Text("应为数字", "a number is due")
NOT_MONEY = Text("应为金额, 如 0.5万元", "an amount of money is due, as 0.5万元")
NO_UNIT = Text(
    "金额没有单位, 请在表头写明(元)或(万元)", "the amount has no unit, say (元) or (万元) in the header"
)
PART_OF_FEN = Text("金额不应有不足一分的零头", "an amount cannot hold a part of a fen")

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_COUNT_WORDS = re.compile(r"(?<=[\d一二三四五六七八九十百千万零〇两])[处家个项人张台名户床次条例起份件]$")
_CHINESE = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7}
_CHINESE |= {"八": 8, "九": 9}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_MONEY = re.compile(r"[¥￥]?([\d,.]+)(亿元|万元|千元|万|元|块)?整?")


def parse_int(text: str) -> int | Bad:
    """Return a count.

    >>> parse_int("１,200处"), parse_int("二百五"), parse_int("约30").due.en
    (1200, 250, 'a whole number, 0 or more, is due')
    """
    plain = _COUNT_WORDS.sub("", _plain(text))
    number = _decimal(plain)
    if number is None:
        chinese = _chinese(plain)
        return Bad(NOT_A_COUNT) if chinese is None else chinese
    return int(number) if number == number.to_integral_value() else Bad(NOT_A_COUNT)


def parse_number(text: str) -> float | Bad:
    """Return a measure; per cent are read as a share.

    >>> parse_number("95.5分"), parse_number("80%")
    (95.5, 0.8)
    """
    plain = _plain(text)
    number = _decimal(plain.removesuffix("分").removesuffix("%").removeprefix("-"))
    if number is None:
        return Bad(NOT_A_NUMBER)
    if plain.endswith("%"):
        number /= 100
    return float(-number if plain.startswith("-") else number)


def parse_money(text: str, unit: str) -> int | Bad:
    """Return an amount in fen; ``unit`` is what header or title say, empty if nothing.

    >>> parse_money("0.5万元", ""), parse_money("12", "元"), parse_money("0", "")
    (500000, 1200, 0)
    >>> parse_money("12", "").due.en
    'the amount has no unit, say (元) or (万元) in the header'
    """
    found = _MONEY.fullmatch(_plain(text))
    number = _decimal(found[1]) if found else (Decimal(0) if _plain(text) == "零" else None)
    if number is None:
        return Bad(NOT_MONEY)
    said = (found[2] if found else None) or unit
    if not said and number:
        return Bad(NO_UNIT)
    fen = number * FEN.get(said, 1)
    return int(fen) if fen == fen.to_integral_value() else Bad(PART_OF_FEN)


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lstrip("'")


def _decimal(plain: str) -> Decimal | None:
    if _GROUPED.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    return Decimal(plain) if _PLAIN.fullmatch(plain) else None


def _chinese(plain: str) -> int | None:
    """A Chinese numeral below ten thousand; 二百五 is 250, only 二百零五 is 205."""
    total, digit, unit = 0, None, 1
    for sign in plain:
        if sign in _CHINESE and (digit is None or digit == 0):
            digit = _CHINESE[sign]
            unit = unit if digit else 1
        elif sign in _SCALES:
            total += (1 if digit is None else digit) * _SCALES[sign]
            digit, unit = None, _SCALES[sign] // 10
        else:
            return None
    return None if not plain else total + (digit or 0) * unit
