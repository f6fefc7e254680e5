"""Versions: when a sender hands a table in twice, the later whole file counts.

A later version is one with a later 填报日期 in its title, else one whose name says so
(更正, 第2版, v2). Files of one sender are versions of one another only if they hold the
same records: eight weekly reports are eight parts, not eight versions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from audit_lib.intake.text import fold, normal_name

if TYPE_CHECKING:
    import pandas as pd

    from audit_lib.intake.parts import Part
    from audit_lib.schemas import Table

SAME_RECORDS = 0.5
"""Share of the earlier file's records that the later one must hold to stand for the whole of it;
a short list of corrections would otherwise wipe out a roster."""

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
            if _comes_after(part, rival, place < other) and _same_records(part, rival, record, place, other)
        ]
        if rivals:
            best = max(
                rivals, key=lambda other: (str(parts[other].reported or ""), parts[other].version, other)
            )
            replaced[place] = (best, _difference(part, parts[best], record(place), record(best)))
    return replaced


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


def _same_records(
    part: Part, rival: Part, record: Callable[[int], dict[str, str]], place: int, other: int
) -> bool:
    if part.sha256 == rival.sha256:
        return True
    mine, theirs = record(place), record(other)
    shared = len(mine.keys() & theirs.keys())
    return shared > 0 and shared >= SAME_RECORDS * len(mine)


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
