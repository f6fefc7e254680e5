"""What the programme decided, as typed rows: rules, readings, parameters, checklist, questions.

Every number and word that a rule needs stands in ``audit_lib/rulebook/*.csv`` with its
source; this file only gives them their types. Another campaign is another folder of such files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TypeVar

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.pages import COLUMNS, UNITS, Value, read_rulebook
from audit_lib.errors import JudgeError
from audit_lib.params import Readings
from audit_lib.schemas import as_row

SHIPPED = "spring-2014"
"""The rulebook that lies at the top of the shipped folder; others lie in folders of their own in it."""

OFF = ("weekend", "public_holiday")
"""Types of day in the calendar on which offices are shut; a make-up workday is none (A17)."""

WINDOW_END = "window_end"
"""What a rule's ``due`` says that falls on the last day of the campaign."""

T = TypeVar("T")

_HOME = Path(__file__).parents[1] / "rulebook"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its clause and reading, on which levels, by when, from which tables.

    ``check_mode`` is auto, semi or manual; ``accountable`` and ``consequence`` are the plan's
    words; ``title`` and ``reading`` are empty for a rule nobody judges; ``parameters`` are keys.
    ``needs`` are the tables without which nobody can say; an unidentified row of a table in
    ``counts`` may belong to the denominator and leaves the rule open.
    """

    rule_id: str
    section: str
    text: str
    title: str
    reading: str
    check_mode: str
    accountable: str
    consequence: str
    parameters: tuple[str, ...]
    levels: tuple[str, ...]
    due: pd.Timestamp | None
    needs: tuple[str, ...]
    counts: tuple[str, ...]
    counted_in: str
    severity: str
    area_set: bool
    core: bool
    primary_rule: str

    def early(self, as_of: pd.Timestamp) -> bool:
        """Say whether the rule is not due yet at the end of a day."""
        return self.due is not None and as_of < self.due


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked; ``documents`` are the types of papers shown with it."""

    rule_id: str
    text: str
    scored: bool
    documents: tuple[str, ...]


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
class Ambiguity:
    """What the plan leaves open, how it is read, and how else it could be.

    ``rules`` and ``parameters`` are governed by it; ``choices`` are the params that one run may set.
    """

    reading_id: str
    title: str
    open: str
    reading: str
    alternatives: str
    rules: tuple[str, ...]
    parameters: tuple[str, ...]
    choices: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Option:
    """One of the readings that a run may choose; ``value`` are words it brings, ``short`` its name."""

    words: str
    short: str
    value: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The whole of it; ``items`` is the checklist as a table, in its own order.

    An item whose row names a rule decides that rule by itself (`rules.items`).
    """

    name: str
    version: str
    rules: dict[str, Rule]
    parameters: dict[str, Value]
    indicators: dict[str, Indicator]
    items: pd.DataFrame
    short_forms: tuple[str, ...]
    fridays: pd.DatetimeIndex
    off_days: pd.DatetimeIndex
    questions: dict[str, Question]
    ambiguities: dict[str, Ambiguity]
    options: dict[tuple[str, str], Option]

    def chosen(self, readings: Readings, reading_id: str) -> Option:
        """Return the option of an ambiguity that a run chose.

        Raises
        ------
        JudgeError   the rulebook does not have it; a default that it lacks asks for nothing
        """
        option = str(getattr(readings, reading_id))
        if (reading_id, option) not in self.options:
            if reading_id not in readings.switched:
                return Option("", "", ())
            raise JudgeError(
                f"规则手册 switches.csv 没有口径 {reading_id} 的选项 {option}, 请改参数 readings",
                f"switches.csv of the rulebook has no option {option} of {reading_id}; change readings",
            )
        return self.options[reading_id, option]

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

    def counts(self, key: str) -> tuple[int, ...]:
        """Return a parameter that is a list of whole numbers."""
        return self._typed(key, tuple)

    @property
    def no_document(self) -> tuple[str, ...]:
        """Return the words that are no document, plan or number where one is due."""
        return (*self.words("no_content"), *self.words("no_document"))

    @property
    def answers(self) -> tuple[str, ...]:
        """Return the words that answer a column which asks 有无, as that for a contingency plan does."""
        return self.words("plan_answers")

    @property
    def no_name(self) -> tuple[str, ...]:
        """Return the words that name nobody."""
        return (*self.no_document, *self.words("not_a_name"))

    def _typed(self, key: str, kind: type[T]) -> T:
        value = self.parameters.get(key)
        if not isinstance(value, kind):
            raise JudgeError(
                f"规则手册 parameters.csv 的 {key} 缺失或类型不对",
                f"parameters.csv of the rulebook lacks {key} or gives it another type",
            )
        return value


def load_rulebook(end: dt.date = dt.date(2014, 3, 31), source: str | Path = SHIPPED) -> Rulebook:
    """Return a rulebook, for a campaign that ends on ``end``.

    Parameters
    ----------
    end : a rule whose row says ``window_end`` is due on this day
    source : name of a rulebook that is shipped with the package, or a folder of CSV files

    Raises
    ------
    JudgeError   there is no such rulebook, or its files are not whole: every problem is named

    >>> book = load_rulebook()
    >>> book.rules["R-05"].levels, str(book.share("spot_rate"))
    (('city',), '1/5')
    """
    return _load(end, rulebook_folder(source))


def rulebook_folder(source: str | Path) -> Path:
    """Return where a rulebook lies: a shipped one by its name, else the folder itself."""
    shipped = {SHIPPED: _HOME} | {folder.name: folder for folder in _HOME.iterdir() if folder.is_dir()}
    return shipped.get(str(source), Path(source))


@cache
def _load(end: dt.date, folder: Path) -> Rulebook:
    rows = read_rulebook(folder)
    readings = {row["rule_id"]: row for row in rows["readings"]}
    titles = {row["key"]: row["value"] for row in rows["rulebook"]}
    return Rulebook(
        name=titles["name"],
        version=titles["version"],
        rules={row["rule_id"]: _rule(row, end, readings, rows["parameters"]) for row in rows["rules"]},
        parameters={row["key"]: UNITS.get(row["unit"], int)(row["value"]) for row in rows["parameters"]},
        indicators={row["key"]: as_row(Indicator, row) for row in rows["indicators"]},
        items=_items(rows["checklist"]),
        short_forms=tuple(
            row["prefix"] for row in schemas.rulebook_rows("unit_types") if row["short_form"] == "yes"
        ),
        fridays=_days(row["date"] for row in rows["calendar"] if row["weekly_report_due"]),
        off_days=_days(row["date"] for row in rows["calendar"] if row["day_type"] in OFF),
        questions={row["rule_id"]: as_row(Question, row, text=row["question"]) for row in rows["questions"]},
        ambiguities={row["reading_id"]: as_row(Ambiguity, row) for row in rows["ambiguities"]},
        options={(row["reading_id"], row["option"]): as_row(Option, row) for row in rows["switches"]},
    )


def _days(days: Iterable[str]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(list(days)).as_unit("us")


def _rule(
    row: dict[str, str],
    end: dt.date,
    readings: dict[str, dict[str, str]],
    parameters: list[dict[str, str]],
) -> Rule:
    due = end.isoformat() if row["due"] == WINDOW_END else row["due"]
    reading = readings.get(row["rule_id"], {})
    return as_row(
        Rule,
        row,
        section=row["doc_section"],
        text=row["text_cn"],
        title=reading.get("title", ""),
        reading=reading.get("reading", ""),
        parameters=tuple(one["key"] for one in parameters if one["rule"] == row["rule_id"]),
        due=pd.Timestamp(due) if due else None,
    )


def _items(items: list[dict[str, str]]) -> pd.DataFrame:
    rows = pd.DataFrame(items, columns=COLUMNS["checklist"], dtype="str")
    flags = {column: rows[column] == "yes" for column in ("key", "short_form")}
    return rows.assign(points=rows["points"].astype("int64"), **flags)
