"""Versions: when a sender hands a table in twice, the later whole file counts.

A later version is one with a later 填报日期 in its title, else one whose name says so
(更正, 第2版, v2). It stands for the whole of the earlier file only if it holds (nearly) all of
its records: eight weekly reports are eight parts, not eight versions, and of a short list of
corrections each row stands for the row of its key alone (`corrected_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING

import pandas as pd

from audit_lib.intake.text import fold, normal_name
from audit_lib.schemas import parameter

if TYPE_CHECKING:
    from audit_lib.intake.listing import Batch
    from audit_lib.intake.parts import Part
    from audit_lib.schemas import Table

_TELLS_HAZARDS_APART = ("description", "found_date")
"""A correction that has both otherwise speaks of another hazard: numbering began anew."""

_FEWER = re.compile(r"减 [1-9]|^另有 \d+ 行由 ")

_NUMBERED = re.compile(
    r"[\s_(-]*(?:V(?:ER(?:SION)?)?[.\s]?(\d{1,2})(?:\.\d+)?|第([0-9一二三四五六七八九])[版稿])\)?",
    re.IGNORECASE,
)
_CORRECTED = re.compile(r"[\s_(-]*(?:更正|修订|订正|修改|修正)[后版稿]?\)?")
_CHINESE = dict(zip("一二三四五六七八九", range(1, 10), strict=True))


def version_of_name(name: str) -> int:
    """Return which version a file's name says it is; 1 if it says nothing.

    >>> version_of_name("名录.xlsx"), version_of_name("名录(更正).xlsx"), version_of_name("名录_v3.xls")
    (1, 2, 3)
    """
    stem = _stem(name)
    if found := _NUMBERED.search(stem):
        return int(found[1]) if found[1] else _CHINESE.get(found[2]) or int(found[2])
    return 2 if _CORRECTED.search(stem) else 1


def sender_of_name(name: str) -> str:
    """Return a file's name without its ending and without words for versions.

    >>> sender_of_name("永安县名录(更正).xlsx")
    '永安县名录'
    """
    stem = _CORRECTED.sub("", _NUMBERED.sub("", _stem(name)))
    return stem.strip(" _-()") or _stem(name)


def superseded(parts: Sequence[Part], keys: Sequence[str]) -> dict[int, tuple[int, str]]:
    """Return which parts a later version replaces: place -> (place of the later one, why).

    Parameters
    ----------
    parts : files of one table, all read
    keys : columns that identify a record
    """
    records: dict[int, dict[str, str]] = {}

    def record(place: int) -> dict[str, str]:
        if place not in records:
            records[place] = _records(parts[place], keys)
        return records[place]

    replaced: dict[int, tuple[int, str]] = {}
    for place, part in enumerate(parts):
        rivals = [
            other
            for other, rival in enumerate(parts)
            if _comes_after(part, rival, place < other) and _whole_again(part, rival, record, place, other)
        ]
        if rivals:
            best = max(rivals, key=lambda other: (*_order(parts[other]), other))
            replaced[place] = (best, _difference(part, parts[best], record(place), record(best)))
    return replaced


def corrected_rows(batch: Batch, rows: pd.Index) -> pd.Series[int]:
    """Return which rows a later, shorter file of the same sender replaces: row -> place of that file.

    A row stands for that of equal key, if the key stands once in each file; reports that are ordered
    by their receipt are left to the rules, because the first receipt says whether one was in time.

    Parameters
    ----------
    rows : rows that can be identified
    """
    table, keys = batch.table, [*batch.table.keys, "@of"]
    of = {place: f"{part.source}\x1f{normal_name(part.sender)}" for place, part in enumerate(batch.parts)}
    if len(set(of.values())) == len(of) or any(column.kind == "datetime" for column in table.columns):
        return pd.Series(dtype="int64")
    part = batch.raw.loc[rows, "@part"]
    told = batch.rows.loc[rows].assign(**{"@part": part, "@of": part.map(of), "@row": rows})
    told = told[told.duplicated(keys, keep=False)]
    told = told[~told.duplicated([*keys, "@part"], keep=False)]
    more = list(_TELLS_HAZARDS_APART) if table.name == "hazards" else []
    pairs = told[[*keys, "@part", "@row", *more]].merge(told[[*keys, "@part", *more]], on=keys)
    places = list(zip(pairs["@part_x"], pairs["@part_y"], strict=True))
    after = {
        (one, other): _comes_after(batch.parts[one], batch.parts[other], first=False)
        for one, other in set(places)
    }
    pairs = pairs[pd.Series([after[pair] for pair in places], index=pairs.index, dtype=bool)]
    if more:
        differ = [(pairs[f"{name}_x"] != pairs[f"{name}_y"]).fillna(False).astype(bool) for name in more]
        pairs = pairs[~pd.concat(differ, axis=1).all(axis=1)]
    latest = pairs["@part_y"].map(lambda place: (*_order(batch.parts[place]), place))
    pairs = pairs.assign(latest=latest).sort_values("latest").drop_duplicates("@row", keep="last")
    return pairs.set_index("@row")["@part_y"].astype("int64")


def corrected_words(later: Sequence[str]) -> str:
    """Return what is said of a file of which other files correct single rows, from their names, row by row.

    >>> corrected_words(["b.xlsx", "b.xlsx"])
    '另有 2 行由 b.xlsx 更正, 不在此行数内; 该件不是整份, 其余各行照用'
    """
    counts = {name: later.count(name) for name in sorted(set(later))}
    said = "、".join(f"{count} 行由 {name}" for name, count in counts.items())
    return f"另有 {said} 更正, 不在此行数内; 该件不是整份, 其余各行照用"


def loses_rows(reason: str) -> bool:
    """Return whether the account of a file says that a later one left rows out or replaced some.

    >>> [loses_rows(f"已由 b.xlsx 代替: 增 1 行, 减 {number} 行, 改 2 行") for number in (0, 12)]
    [False, True]
    """
    return bool(_FEWER.search(reason))


def changes(part: Part, later: Part, table: Table) -> list[list[object]]:
    """Return what a later file says otherwise, for the sender of both: rows gone, and cells changed.

    Returns
    -------
    [file, sheet, row, column, got, due] each, as problems of the earlier file are told
    """
    if part.rows is None or later.rows is None or part.sha256 == later.sha256:
        return []
    keys = [key for key in table.keys if key in part.rows and key in later.rows]
    told = [one.name for one in table.columns if one.name in part.rows and one.name in later.rows]
    theirs = dict(
        zip(_joined(later.rows, keys), later.rows[told].astype(str).to_numpy().tolist(), strict=True)
    )
    lines: list[list[object]] = []
    mine = part.rows[told].astype(str).to_numpy().tolist()
    places = part.rows[["sheet", "row"]].to_numpy().tolist()
    for key, cells, place in zip(_joined(part.rows, keys), mine, places, strict=True):
        if key not in theirs:
            lines.append([part.file, *place, "整行", "", f"更正件 {later.file} 里没有"])
            continue
        for name, was, now in zip(told, cells, theirs[key], strict=True):
            if was != now:
                due = f"更正件 {later.file} 改为“{now}”"
                lines.append([part.file, *place, table.column(name).zh, was or "(空)", due])
    return lines


def _joined(rows: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    return ["\x1f".join(key) for key in rows[list(keys)].astype(str).to_numpy().tolist()]


def _stem(name: str) -> str:
    stem = PurePath(name).name
    for ending in (".gz", *(PurePath(stem.removesuffix(".gz")).suffix,)):
        stem = stem.removesuffix(ending)
    return fold(stem)


def _comes_after(part: Part, rival: Part, first: bool) -> bool:
    """Whether ``rival`` is a later file of the same sender, or the same file once more."""
    if part.source != rival.source or part is rival:
        return False
    if part.sha256 == rival.sha256:
        return first
    if normal_name(part.sender) != normal_name(rival.sender):
        return False
    if part.reported and rival.reported and part.reported != rival.reported:
        return rival.reported > part.reported
    return rival.version > part.version


def _order(part: Part) -> tuple[str, int]:
    return str(part.reported or ""), part.version


def _whole_again(
    part: Part, rival: Part, record: Callable[[int], dict[str, str]], place: int, other: int
) -> bool:
    """Whether a later file is the whole of the earlier one again, with few records removed."""
    if part.sha256 == rival.sha256:
        return True
    mine, theirs = record(place), record(other)
    shared = len(mine.keys() & theirs.keys())
    removed = len(mine) - shared
    most = Fraction(parameter("removals_most").rstrip("%")) / 100
    return shared > removed and (removed <= 1 or removed <= most * len(mine))


def _records(part: Part, keys: Sequence[str]) -> dict[str, str]:
    """Key of each row -> all its cells, as text."""
    if part.rows is None:
        return {}
    there = [key for key in keys if key in part.rows] or list(part.rows.columns)
    told = [name for name in part.rows if str(name)[0] != "@" and name not in ("sheet", "row")]
    joined = map("\x1f".join, part.rows[there].astype(str).to_numpy())
    return dict(zip(joined, map("\x1f".join, part.rows[told].astype(str).to_numpy()), strict=True))


def _difference(part: Part, later: Part, mine: dict[str, str], theirs: dict[str, str]) -> str:
    if part.sha256 == later.sha256:
        return f"与 {later.file} 内容相同"
    added, removed = len(theirs.keys() - mine.keys()), len(mine.keys() - theirs.keys())
    changed = sum(mine[key] != theirs[key] for key in mine.keys() & theirs.keys())
    return f"已由 {later.file} 代替: 增 {added} 行, 减 {removed} 行, 改 {changed} 行"
