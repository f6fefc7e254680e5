"""How clerks write: true values turned into cells, in many spellings that mean the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from audit_lib.schemas import Column, tables

Cell = str | int | float | dt.date | None

DIGITS = "〇一二三四五六七八九"
ODD_ROW = 9
"""Every ninth row is spelt in another way than the rest of its sheet."""

WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.-ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _chinese(number: int) -> str:
    """Return a number below a hundred in Chinese numerals.

    >>> _chinese(5), _chinese(10), _chinese(31)
    ('五', '十', '三十一')
    """
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return lead + (DIGITS[ones] if ones else "")


def chinese_day(day: dt.date) -> str:
    """Return a day all in Chinese numerals.

    >>> chinese_day(dt.date(2014, 3, 5))
    '二〇一四年三月五日'
    """
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_chinese(day.month)}月{_chinese(day.day)}日"


DAY_SPELLINGS: tuple[Callable[[dt.date], Cell], ...] = (
    lambda day: day,
    lambda day: day.isoformat(),
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day.year}{day.month:02d}{day.day:02d}",
    lambda day: f"{day.year}.{day.month}.{day.day}".translate(WIDE),
    chinese_day,
)
"""The first is a real date cell of the spreadsheet; the others are texts."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How one sender writes: the usual spelling of days, areas and money.

    ``day`` is a place in `DAY_SPELLINGS`, ``county`` is name, full, code or ditto, ``money``
    is 万元 or 元 (the header says so) or cell (each cell says its own).
    """

    day: int = 1
    county: str = "name"
    money: str = "万元"
    names: dict[str, str] = field(default_factory=dict)
    text_only: bool = False


def write_cells(table: pd.DataFrame, name: str, columns: Sequence[str], hand: Hand) -> list[list[Cell]]:
    """Return a table's rows as cells, one list per row.

    Parameters
    ----------
    table : true values; areas as codes, money in yuan
    name : table of the rulebook, which says what kind each column is
    """
    spelt = [_write_column(table[column], tables()[name].column(column), hand) for column in columns]
    return [list(row) for row in zip(*spelt, strict=True)]


def heading_of(name: str, column: str, hand: Hand) -> str:
    """Return the heading of a column; of money with its unit, unless the cells say it."""
    spec = tables()[name].column(column)
    return f"{spec.zh}({hand.money})" if spec.kind == "money" and hand.money != "cell" else spec.zh


def _write_column(values: pd.Series[Any], spec: Column, hand: Hand) -> list[Cell]:
    plain = values.astype(object).where(values.notna(), None).tolist()
    match spec.kind:
        case "date":
            return _write_days(plain, hand)
        case "datetime":
            return [None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}" for moment in plain]
        case "flag":
            yes, no = ("有", "无") if spec.name.startswith("has_") else ("是", "否")
            return [None if flag is None else yes if flag else no for flag in plain]
        case "money":
            return [_write_money(yuan, place, hand) for place, yuan in enumerate(plain)]
        case "int" | "number":
            return [_write_number(number, place, hand) for place, number in enumerate(plain)]
        case "area":
            return _write_areas(plain, hand)
        case "id" if spec.role == "key":
            return [_write_id(text, place) for place, text in enumerate(plain)]
    return [text or None for text in plain]


def _write_days(moments: list[Any], hand: Hand) -> list[Cell]:
    cells: list[Cell] = []
    known: dict[tuple[Any, int], Cell] = {}
    for place, moment in enumerate(moments):
        way = hand.day if place % ODD_ROW else (hand.day + place // ODD_ROW) % len(DAY_SPELLINGS)
        way = max(way, 1) if hand.text_only else way
        if (moment, way) not in known:
            known[moment, way] = None if moment is None else DAY_SPELLINGS[way](moment.date())
        cells.append(known[moment, way])
    return cells


def _write_money(yuan: int | None, place: int, hand: Hand) -> Cell:
    """Write an amount; yuan are multiples of a hundred, so that 万元 has two decimals at most."""
    if yuan is None:
        return None
    amount = int(yuan)
    wan = f"{amount // 10_000}.{amount % 10_000 // 100:02d}"
    if hand.money == "cell":
        return f"{wan}万元" if place % 2 else f"{amount}元"
    if place % 50 == 7:
        return f"{amount}元" if hand.money == "万元" else f"{wan}万元"
    if hand.money == "元":
        return f"{amount:,}" if place % 11 == 3 else amount
    return wan if hand.text_only else float(wan)


def _write_number(number: float | None, place: int, hand: Hand) -> Cell:
    if number is None:
        return None
    plain: int | float = int(number) if number == int(number) else number
    if place % 40 == 11:
        return str(plain).translate(WIDE)
    return str(plain) if hand.text_only else plain


def _write_areas(codes: list[str], hand: Hand) -> list[Cell]:
    if hand.county == "code":
        return list(codes)
    said: list[Cell] = [hand.names.get(code, code) for code in codes]
    if hand.county != "ditto":
        return said
    return ["同上" if place and said[place - 1] == word else word for place, word in enumerate(said)]


def _write_id(text: str | None, place: int) -> Cell:
    if not text:
        return None
    if place % 60 == 13:
        return text.translate(WIDE)
    return text.lower() if place % 60 == 37 else text
