"""What the programme decided, as typed rows: rules, parameters, checklist, indicators.

Every number and word that a rule needs stands in ``audit_lib/rulebook/*.csv`` with its
source; this file only gives them their types.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TypeVar

import pandas as pd

from audit_lib import schemas
from audit_lib.errors import JudgeError

Value = int | Fraction | pd.Timestamp | dt.time | tuple[str, ...]

WINDOW_END = "window_end"
"""What a rule's ``due`` says that falls on the last day of the campaign."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: on which levels, by when, from which tables.

    ``needs`` are the tables without which nobody can say; an unidentified row of a table in
    ``counts`` may belong to the denominator and leaves the rule open.
    """

    rule_id: str
    text: str
    levels: tuple[str, ...]
    due: pd.Timestamp | None
    needs: tuple[str, ...]
    counts: tuple[str, ...]
    counted_in: str
    severity: str
    area_set: bool
    core: bool
    primary_rule: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: the words for its two counts, where its numbers come from, its target.

    ``tree`` is false where the counts belong to reporting bodies, which stand beside the tree.
    """

    key: str
    zh: str
    numerator: str
    denominator: str
    source: str
    target: str
    rule_id: str
    needs: tuple[str, ...]
    tree: bool
    note: str


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The whole of it; ``items`` is the checklist as a table, in its own order."""

    rules: dict[str, Rule]
    parameters: dict[str, Value]
    indicators: dict[str, Indicator]
    items: pd.DataFrame
    short_forms: tuple[str, ...]
    fridays: pd.DatetimeIndex

    def days(self, key: str) -> pd.Timedelta:
        """Return a parameter that is a number of days."""
        return pd.Timedelta(days=self.count(key))

    def count(self, key: str) -> int:
        """Return a parameter that is a whole number."""
        return self._typed(key, int)

    def share(self, key: str) -> Fraction:
        """Return a parameter that is a share, exactly."""
        return self._typed(key, Fraction)

    def day(self, key: str) -> pd.Timestamp:
        """Return a parameter that is a day."""
        return self._typed(key, pd.Timestamp)

    def time(self, key: str) -> dt.time:
        """Return a parameter that is a time of day."""
        return self._typed(key, dt.time)

    def words(self, key: str) -> tuple[str, ...]:
        """Return a parameter that is a list of words."""
        return self._typed(key, tuple)

    def _typed(self, key: str, kind: type[T]) -> T:
        value = self.parameters.get(key)
        if not isinstance(value, kind):
            raise JudgeError(
                f"规则手册 parameters.csv 的 {key} 缺失或类型不对",
                f"parameters.csv of the rulebook lacks {key} or gives it another type",
            )
        return value


@cache
def load_rulebook(end: dt.date = dt.date(2014, 3, 31)) -> Rulebook:
    """Return the rulebook that is shipped with the package, for a campaign that ends on ``end``.

    A rule whose row says ``window_end`` is due on the last day of the campaign, whichever it is.

    >>> book = load_rulebook()
    >>> book.rules["R-05"].levels, str(book.share("spot_rate"))
    (('city',), '1/5')
    """
    return Rulebook(
        rules={row["rule_id"]: _rule(row, end) for row in schemas.rulebook_rows("rules")},
        parameters={row["key"]: _value(row) for row in schemas.rulebook_rows("parameters")},
        indicators={row["key"]: _indicator(row) for row in schemas.rulebook_rows("indicators")},
        items=_items(),
        short_forms=tuple(
            row["prefix"] for row in schemas.rulebook_rows("unit_types") if row["short_form"] == "yes"
        ),
        fridays=pd.DatetimeIndex(
            [row["date"] for row in schemas.rulebook_rows("calendar_2014") if row["weekly_report_due"]]
        ).as_unit("us"),
    )


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _rule(row: dict[str, str], end: dt.date) -> Rule:
    due = end.isoformat() if row["due"] == WINDOW_END else row["due"]
    return Rule(
        rule_id=row["rule_id"],
        text=row["text_cn"],
        levels=_words(row["levels"]),
        due=pd.Timestamp(due) if due else None,
        needs=_words(row["needs"]),
        counts=_words(row["counts"]),
        counted_in=row["counted_in"],
        severity=row["severity"],
        area_set=row["area_set"] == "yes",
        core=row["core"] == "yes",
        primary_rule=row["primary_rule"],
    )


def _indicator(row: dict[str, str]) -> Indicator:
    return Indicator(
        key=row["key"],
        zh=row["zh"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        source=row["source"],
        target=row["target"],
        rule_id=row["rule_id"],
        needs=_words(row["needs"]),
        tree=row["tree"] == "yes",
        note=row["note"],
    )


_TYPES: dict[str, Callable[[str], Value]] = {
    "days": int,
    "points": int,
    "visits": int,
    "weeks": int,
    "figures": int,
    "date": pd.Timestamp,
    "time": dt.time.fromisoformat,
    "share": lambda text: Fraction(text.removesuffix("%")) / 100,
    "words": _words,
}


def _value(row: dict[str, str]) -> Value:
    return _TYPES[row["unit"]](row["value"])


def _items() -> pd.DataFrame:
    rows = pd.DataFrame(schemas.rulebook_rows("checklist"))
    flags = {column: rows[column] == "yes" for column in ("key", "short_form")}
    return rows.assign(points=rows["points"].astype("int64"), **flags)
