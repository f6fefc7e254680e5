"""How a value is printed: the one place of the house where numbers are rounded.

Tests are made on whole numbers elsewhere; here a share only becomes words. One decimal,
half up, unless that would say something untrue: 80 of 401 is below 20%, 1999 of 2000 is
not everything, 1 of 5000 is not nothing. Such a share takes as many decimals as the truth
needs, and the workbook gets the same number of them, so that page and workbook agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

UNDEFINED = "—"
"""A share of nothing: neither 0% nor 100%."""

HIDDEN = "*"
"""A figure about so few that it would tell about each of them: left out of what is published."""

MISSING = "缺"
"""No figure was handed in: not the same as none."""

FEN_PER_WAN = 1_000_000
"""Fen (1/100 yuan) in 10,000 yuan."""

RESULTS = {
    "met": ("●", "达到"),
    "not_met": ("▲", "未达到"),
    "not_assessable": ("◇", "无法判定"),
    "not_applicable": ("－", "不适用"),
    "not_due": ("○", "未到期"),
    "shown": ("·", "仅列示"),
}
"""Mark and word of each result: the mark is for the eye, the word for those who print in grey."""

Kind = Literal["text", "count", "share", "estimate", "money", "score", "date", "result"]


@dataclass(frozen=True, slots=True)
class Column:
    """One printed column: ``kind`` says how, ``of`` names the denominator of a share.

    ``limit`` is the share that the figure is held against: the print never jumps over it;
    ``judged`` names the column with the result whose mark stands before the figure,
    ``group`` a heading over several columns, and ``rows`` the table that lists what stands
    behind a figure, by what the first column of its row says; ``absent`` is how a count is
    printed that is not there.
    """

    key: str
    title: str
    kind: Kind = "text"
    of: str = ""
    limit: Fraction | None = None
    judged: str = ""
    group: str = ""
    rows: str = ""
    absent: str = MISSING


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed value: ``text`` for the page, ``value`` and ``style`` for the workbook."""

    text: str
    value: str | int | float | None
    style: str = ""
    kind: Kind = "text"
    mark: str = ""


def share_decimals(numerator: int, denominator: int, *, limit: Fraction | None = None) -> int:
    """Return how many decimals a percentage needs to stay true, at least one.

    >>> share_decimals(1, 4), share_decimals(80, 401, limit=Fraction(1, 5)), share_decimals(1999, 2000)
    (1, 2, 2)
    """
    exact = Fraction(numerator, denominator)
    decimals = 1
    while _misleads(exact, _percent(exact, decimals), limit):
        decimals += 1
    return decimals


def print_share(numerator: int, denominator: int, *, limit: Fraction | None = None) -> str:
    """Return a share as a percentage; 100.0% only for all, 0.0% only for none.

    >>> print_share(80, 401, limit=Fraction(1, 5)), print_share(1999, 2000), print_share(1, 5000)
    ('19.95%', '99.95%', '0.02%')
    >>> print_share(0, 7), print_share(7, 7), print_share(0, 0)
    ('0.0%', '100.0%', '—')
    """
    if denominator == 0:
        return UNDEFINED
    exact = Fraction(numerator, denominator)
    return f"{_percent(exact, share_decimals(numerator, denominator, limit=limit))}%"


def print_estimate(value: float) -> str:
    """Return an estimated share as a percentage, with the same care at both ends.

    >>> print_estimate(0.0375), print_estimate(0.0004), print_estimate(1.0)
    ('3.8%', '0.04%', '100.0%')
    """
    exact = Fraction(Decimal(repr(float(value))))
    return print_share(exact.numerator, exact.denominator)


def print_count(value: int) -> str:
    """Return a count with its thousands apart.

    >>> print_count(20001)
    '20,001'
    """
    return f"{value:,}"


def print_money(fen: int) -> str:
    """Return fen as 万元 with two decimals, or as many as a small sum needs to be seen.

    >>> print_money(1_250_000), print_money(1_000), print_money(0)
    ('1.25', '0.001', '0.00')
    """
    decimals = _money_decimals(fen)
    exact = Decimal(fen) / FEN_PER_WAN
    return f"{exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):,}"


def print_day(day: dt.date) -> str:
    """Return a day as officials write it.

    >>> print_day(dt.date(2014, 3, 31))
    '2014年3月31日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


def print_cell(column: Column, row: pd.Series[Any] | dict[str, Any]) -> Cell:
    """Return one cell of a row, ready for page and workbook."""
    value = row[column.key]
    if isinstance(value, str) and value == HIDDEN:
        return Cell(HIDDEN, None, kind=column.kind)
    if column.kind != "share" and pd.isna(value):
        return (
            Cell(column.absent, None, kind=column.kind) if column.kind == "count" else Cell(UNDEFINED, None)
        )
    return _PRINTERS[column.kind](value, column, row)


def print_rows(columns: tuple[Column, ...], rows: pd.DataFrame) -> Iterator[list[Cell]]:
    """Return the cells of each row of a table, in order."""
    for row in rows.to_dict("records"):
        yield [print_cell(column, {str(key): value for key, value in row.items()}) for column in columns]


def facts_table(facts: Mapping[str, str]) -> pd.DataFrame:
    """Return what is said of one thing, a row for each heading: DataFrame[项目, 内容]."""
    return pd.DataFrame({"项目": facts.keys(), "内容": facts.values()})


def _percent(exact: Fraction, decimals: int) -> Decimal:
    scale = 10**decimals
    whole = (exact * 100 * scale + Fraction(1, 2)).__floor__()
    return Decimal(whole).scaleb(-decimals)


def _misleads(exact: Fraction, printed: Decimal, limit: Fraction | None) -> bool:
    shown = Fraction(printed) / 100
    if exact != shown and shown in (0, 1):
        return True
    return limit is not None and (exact < limit) != (shown < limit)


def _money_decimals(fen: int) -> int:
    decimals = 2
    while fen and (Decimal(fen) / FEN_PER_WAN).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) == 0:
        decimals += 1
    return decimals


def _text(value: Any, _column: Column, _row: Any) -> Cell:
    return Cell(str(value), str(value))


def _count(value: Any, _column: Column, _row: Any) -> Cell:
    return Cell(print_count(int(value)), int(value), "#,##0", "count")


def _share(value: Any, column: Column, row: Any) -> Cell:
    whole, mark = row[column.of], str(row[column.judged]) if column.judged else ""
    if pd.isna(value) or pd.isna(whole):
        return Cell(MISSING, None, kind="share", mark=mark)
    part, whole = int(value), int(whole)
    if whole == 0:
        return Cell(UNDEFINED, None, kind="share", mark=mark)
    # The mark is part of the number's format, so that the cell of the workbook stays a number.
    style = f"0.{'0' * share_decimals(part, whole, limit=column.limit)}%"
    style = f'"{RESULTS[mark][0]} "{style}' if mark else style
    return Cell(print_share(part, whole, limit=column.limit), part / whole, style, "share", mark)


def _estimate(value: Any, _column: Column, _row: Any) -> Cell:
    text = print_estimate(float(value))
    return Cell(text, float(value), f"0.{'0' * (len(text.split('.')[1]) - 1)}%", "estimate")


def _money(value: Any, _column: Column, _row: Any) -> Cell:
    return Cell(
        print_money(int(value)),
        int(value) / FEN_PER_WAN,
        f"#,##0.{'0' * _money_decimals(int(value))}",
        kind="money",
    )


def _score(value: Any, _column: Column, _row: Any) -> Cell:
    shown = Decimal(repr(float(value))).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Cell(str(shown), float(value), "0.0", "score")


def _date(value: Any, _column: Column, _row: Any) -> Cell:
    day = pd.Timestamp(value).date().isoformat()
    return Cell(day, day, kind="date")


def _result(value: Any, _column: Column, _row: Any) -> Cell:
    mark, word = RESULTS[str(value)]
    return Cell(word, f"{mark} {word}", kind="result", mark=str(value))


_PRINTERS = {
    "text": _text,
    "count": _count,
    "share": _share,
    "estimate": _estimate,
    "money": _money,
    "score": _score,
    "date": _date,
    "result": _result,
}
