"""A condition in the words of the tables: ``隐患等级 为 重大 且 没有 挂牌督办台账``.

Clauses are joined by 且 (and) or 或 (or; 且 binds closer). A clause compares a column, by the
name its form carries, with a value; or asks for a cell to be 为空 or 不为空; or asks whether a
unit or hazard 有 or 没有 a row in another table. Whatever is not understood is refused with the
nearest known word: a condition that was half understood would give a wrong number in silence.
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit_lib.errors import CallError
from audit_lib.schemas import Column, Table, inputs

EQUAL, OTHER = "=", "≠"
_SIGNS = {
    "＝": EQUAL,
    "==": EQUAL,
    "为": EQUAL,
    "不为": OTHER,
    "!=": OTHER,
    "≥": ">=",
    "≤": "<=",
    "＞": ">",
    "＜": "<",
}
_COMPARE = re.compile(r"^(.+?)(?:\s*(>=|<=|≥|≤|!=|≠|==|=|＝|>|<|＞|＜|不包含|包含)\s*|\s+(为|不为)\s+)(.+)$")
_EMPTY = re.compile(r"^(.+?)\s*(不为空|为空)$")
_THERE = re.compile(r"^(没有|有)\s*(.+)$")
_WORDS = re.compile(r'“[^”]*”|"[^"]*"|[^“"]+')
_QUOTES = "“”\"'"
_ORDERED = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
FEN = 100


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: a column of a table compared with ``value``, or a whole table (column empty).

    ``sign`` is = ≠ > >= < <= 包含 不包含 为空 不为空, or 有 没有 for a whole table.
    """

    table: str
    column: str
    sign: str
    value: str = ""


MAIN = ("units", "county_checks", "city_checks", "province_checks", "hazards", "listings", "self_checks")
"""Tables that a word without a table means; of the registers one says 表名.列名."""

Condition = tuple[tuple[Clause, ...], ...]
"""Alternatives (或) of clauses that hold together (且); empty: everything."""


def read_condition(text: str) -> Condition:
    """Read a condition.

    Raises
    ------
    CallError   a clause is not understood, a word is not known or belongs to several tables, a
        value does not suit its column

    >>> read_condition("县级检查记录.结论=合格 且 没有 市级抽检记录")[0][1]
    Clause(table='city_checks', column='', sign='没有', value='')
    """
    if not text.strip():
        return ()
    choices = [[_shape(part) for part in _split(half, "且")] for half in _split(text, "或")]
    words = [(table, word) for clauses in choices for table, word, *_ in clauses if word]
    sole = [_owners(word) for table, word in words if not table]
    named = {table for table, _ in words if table} | {owners[0] for owners in sole if len(owners) == 1}
    return tuple(tuple(_clause(*shape, named) for shape in clauses) for clauses in choices)


def _split(text: str, joint: str) -> list[str]:
    """Split at a joint that stands outside quotes."""
    mark = "\x00"
    parts = [
        part if part[0] in _QUOTES else re.sub(rf"\s*{joint}\s*", mark, part) for part in _WORDS.findall(text)
    ]
    return [part.strip() for part in "".join(parts).split(mark)]


def _shape(text: str) -> tuple[str, str, str, str]:
    """Return table, column, sign and value as written; the table where it is named, else empty."""
    titles = {table.zh: name for name, table in inputs().items()}
    if not text:
        raise CallError("“且”“或”的两边都要有条件", "a condition is due on both sides of 且 and 或")
    if text[0] in "(（":
        raise CallError(
            f"条件里不用括号(读到“{text}”); “且”先于“或”, 请写成“甲 且 丙 或 乙 且 丙”",
            f'no brackets in a condition (read "{text}"); 且 binds closer than 或: a 且 c 或 b 且 c',
        )
    if (found := _THERE.match(text)) and found[2].strip() in titles:
        return titles[found[2].strip()], "", found[1], ""
    found = _EMPTY.match(text) or _COMPARE.match(text)
    if found is None:
        there = _THERE.match(text)
        zh, en = _nearest(there[2] if there else "", titles)
        raise CallError(
            f"条件“{text}”看不懂{zh}。应写成“列名 为 值”(“为”前后空格, 也可写 =)、"
            "“列名 为空”“没有 表名”之一, 用“且”“或”连接",
            f'the condition "{text}" is not understood{en}. Write column = value, column 为空 or 没有 table, '
            "joined by 且 or 或",
        )
    word, *signs = (part.strip() for part in found.groups(default=""))
    sign, value = next(filter(None, signs)), signs[-1].strip(_QUOTES) if found.re is _COMPARE else ""
    title, dot, column = word.partition(".")
    if dot and title in titles:
        return titles[title], column.strip(), _SIGNS.get(sign, sign), value
    return "", word, _SIGNS.get(sign, sign), value


def _clause(table: str, word: str, sign: str, value: str, named: set[str]) -> Clause:
    if not word:
        return Clause(table, "", sign)
    owners = _owners(word) if not table else [name for name in [table] if _has(inputs()[name], word)]
    if not owners:
        among = [inputs()[table]] if table else list(inputs().values())
        zh, en = _nearest(word, sorted({column.zh for one in among for column in one.columns}))
        where, place = (f"“{among[0].zh}”", among[0].name) if table else ("各表都", "no table")
        raise CallError(f"{where}没有“{word}”这一列{zh}", f'{place}: no column "{word}"{en}')
    chosen = [name for name in owners if name in named] or (["units"] if "units" in owners else owners)
    if len(chosen) > 1:
        said = "、".join(f"{inputs()[name].zh}.{word}" for name in chosen)
        raise CallError(
            f"“{word}”在几张表里都有, 请写明是哪一张: {said}",
            f'"{word}" stands in several tables, say which: {said}',
        )
    column = next(one for one in inputs()[chosen[0]].columns if word in (one.zh, one.name, *one.aliases))
    _check_value(column, sign, value)
    return Clause(chosen[0], column.name, sign, value)


def _nearest(word: str, known: Iterable[str]) -> tuple[str, str]:
    """Return the question whether the nearest known word was meant, in both languages."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return (f", 是不是“{near[0]}”", f', did you mean "{near[0]}"') if near else ("", "")


def _owners(word: str) -> list[str]:
    """Tables a word may mean: the main ones first, by name before alias; then all others."""
    rest = [name for name in inputs() if name not in MAIN]
    for names in (MAIN, rest):
        own = [name for name in names if any(word in (c.zh, c.name) for c in inputs()[name].columns)]
        if own := own or [name for name in names if _has(inputs()[name], word)]:
            return own
    return []


def _has(table: Table, word: str) -> bool:
    return any(word in (column.zh, column.name, *column.aliases) for column in table.columns)


_NUMBERS = ("int", "number", "money")
_DAYS = ("date", "datetime")


def _check_value(column: Column, sign: str, value: str) -> None:
    due = ""
    if sign in ("为空", "不为空"):
        return
    if sign in _ORDERED and column.kind not in (*_NUMBERS, *_DAYS):
        due = "这一列不能比大小, 只能用 = ≠ 包含 不包含"
    elif column.choices and sign in (EQUAL, OTHER) and value not in column.choices:
        due = f"应为 {'、'.join(column.choices)} 之一"
    elif column.kind == "flag" and value not in ("是", "否"):
        due = "应为 是 或 否"
    elif column.kind in _NUMBERS and sign not in ("包含", "不包含") and _number(value) is None:
        due = "应为数字" + ("(元)" if column.kind == "money" else "")
    elif column.kind in _DAYS and _day(value) is None:
        due = "应为 2014-03-31 这样的日期"
    if due:
        raise CallError(
            f"条件“{column.zh}{sign}{value}”: {due}", f'condition "{column.name}{sign}{value}": {due}'
        )


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _day(value: str) -> pd.Timestamp | None:
    return pd.Timestamp(value) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) else None


def holds(clause: Clause, cells: pd.Series[Any]) -> pd.Series[bool]:
    """Return for which cells of its column a clause holds; a missing cell holds for 为空 alone.

    >>> holds(Clause("units", "beds", ">", "20"), pd.Series([30, 10, None], dtype="Int64")).tolist()
    [True, False, False]
    """
    column = inputs()[clause.table].column(clause.column)
    if clause.sign in ("为空", "不为空"):
        return cells.isna() if clause.sign == "为空" else cells.notna()
    if clause.sign in ("包含", "不包含"):
        within = cells.astype("str").str.contains(clause.value, regex=False)
        return (within if clause.sign == "包含" else ~within) & cells.notna()
    value: Any = clause.value
    if column.kind in _DAYS:
        cells, value = cells.dt.normalize(), _day(clause.value)
    elif column.kind in _NUMBERS:
        value = float(clause.value) * (FEN if column.kind == "money" else 1)
    elif column.kind == "flag":
        value = clause.value == "是"
    compare: Callable[[Any, Any], Any] = _ORDERED.get(
        clause.sign, operator.eq if clause.sign == EQUAL else operator.ne
    )
    hit: pd.Series[bool] = compare(cells, value).fillna(False).astype(bool)
    return hit & cells.notna()


def describe(condition: Condition) -> str:
    """Return a condition as a sentence that names each table and column."""
    return " 或 ".join(" 且 ".join(_say(clause) for clause in clauses) for clauses in condition)


def _say(clause: Clause) -> str:
    table = inputs()[clause.table]
    if not clause.column:
        return f"{clause.sign}“{table.zh}”的记录"
    column = table.column(clause.column)
    unit = "元" if column.kind == "money" and clause.value else ""
    return f"“{table.zh}”的“{column.zh}”{clause.sign}{clause.value}{unit}"


def tables_named(condition: Condition) -> Sequence[str]:
    """Return the tables whose columns a condition compares, units last, in first-named order."""
    named = [clause.table for clauses in condition for clause in clauses if clause.column]
    return sorted(dict.fromkeys(named), key=lambda name: name == "units")
