"""Settling: of several copies of a page, what counts, and what was said otherwise.

A team's later page counts, by the hour that its list says, else by a version in the file's name.
Where nobody can tell which is later, what both say the same stands, and a cell on which they
differ is missing: no guess. Of two teams at one site the one that was sent counts. Everything
that does not count is listed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audit_lib.field.returned import ITEM, VISIT, Copy, Key
from audit_lib.field.sheets import ASKED, HAZARD_CELLS, HAZARDS, ITEM_CELLS, ITEMS

LATER = "同一组后交的一份为准"
UNDECIDED = "同一组交了两份, 分不出先后, 该格按缺失处理"
SENT = "两个组都检查了这一家, 以被分派的组为准"
EARLIER = "两个组都检查了这一家, 以先到的一次为准"
UNCLEAR = "两个组都检查了这一家, 分不出哪一次在先, 不同的格按缺失处理"
SAME = "两个组都检查了这一家, 所填相同"

DATE: Key = (VISIT, "", "date")
OUTCOME: Key = (VISIT, "", "outcome")
LEANS_ON_OUTCOME: tuple[Key, ...] = ((VISIT, "", "conclusion"), (VISIT, "", "already_so"))
"""What means nothing while nobody knows whether the unit was inspected."""

COLUMNS = (
    "unit_id",
    "team",
    "what",
    "kept",
    "kept_file",
    "kept_sheet",
    "other",
    "other_file",
    "other_sheet",
    "reason",
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A page with what counts of it: its row of the register, its cells, and where each stands.

    ``disputed`` are cells that copies have otherwise, with nobody to tell which is later.
    """

    page: Mapping[str, Any]
    copy: Copy
    cells: Mapping[Key, str]
    rows: Mapping[Key, int]
    disputed: frozenset[Key] = frozenset()


Conflict = dict[str, str]


def settle(copies: Sequence[Filled]) -> tuple[Filled, list[Conflict]]:
    """Return what counts of all pages about one unit, and what was said otherwise.

    Parameters
    ----------
    copies : begun pages of one unit of one draw, in any order
    """
    conflicts: list[Conflict] = []
    by_team: dict[str, Filled] = {}
    for one in sorted(
        copies, key=lambda one: (one.copy.reported, one.copy.version, one.copy.file, one.copy.sheet)
    ):
        team = str(one.page["team"])
        if team not in by_team:
            by_team[team] = one
            continue
        before = by_team[team]
        later = one.copy.after(before.copy)
        if later is None:
            by_team[team] = _agreed(before, one, UNDECIDED, conflicts)
        else:
            kept, other = (one, before) if later else (before, one)
            by_team[team] = kept
            conflicts += _differences(kept, other, LATER)
    return _between([by_team[team] for team in sorted(by_team)], conflicts), conflicts


def what(key: Key) -> str:
    """Return a cell in words.

    >>> what(("item", "CK-M1", "result")), what(("visit", "", "outcome"))
    ('CK-M1 项目结果', '到访情况')
    """
    part, line, name = key
    if part == VISIT:
        return ASKED[name]
    return (
        f"{line} {ITEMS[ITEM_CELLS[name]]}" if part == ITEM else f"隐患{line} {HAZARDS[HAZARD_CELLS[name]]}"
    )


def _between(teams: list[Filled], conflicts: list[Conflict]) -> Filled:
    """Of several teams at one site, the one that was sent; else who came first; else what they agree on."""
    settled = teams[0]
    for one in teams[1:]:
        sent = [bool(filled.page["drawn"]) and bool(filled.page["current"]) for filled in (settled, one)]
        days = [filled.cells.get(DATE, "") for filled in (settled, one)]
        dated = all(_ISO.fullmatch(day) for day in days) and days[0] != days[1]
        if sent[0] == sent[1] and not dated:
            settled = _agreed(settled, one, UNCLEAR, conflicts)
            continue
        first = sent[0] if sent[0] != sent[1] else days[0] < days[1]
        settled, other = (settled, one) if first else (one, settled)
        conflicts += _differences(settled, other, SENT if sent[0] != sent[1] else EARLIER) or [
            _conflict(settled, other, None, SAME)
        ]
    return settled


def _agreed(one: Filled, other: Filled, reason: str, conflicts: list[Conflict]) -> Filled:
    """Return both together without the cells on which they differ."""
    disputed = {key for key in one.cells.keys() & other.cells.keys() if one.cells[key] != other.cells[key]}
    conflicts += [_conflict(one, other, key, reason) for key in sorted(disputed)]
    if not disputed and one.page["team"] != other.page["team"]:
        conflicts.append(_conflict(one, other, None, SAME))
    dropped = one.disputed | other.disputed | disputed
    dropped |= {key for key in LEANS_ON_OUTCOME if OUTCOME in dropped}
    cells = {key: text for key, text in {**other.cells, **one.cells}.items() if key not in dropped}
    return replace(one, cells=cells, rows={**other.rows, **one.rows}, disputed=frozenset(dropped))


def _differences(kept: Filled, other: Filled, reason: str) -> list[Conflict]:
    """Return each cell that the other has otherwise, or has and the kept one lacks, or lacks."""
    keys = sorted(kept.cells.keys() | other.cells.keys())
    return [
        _conflict(kept, other, key, reason)
        for key in keys
        if kept.cells.get(key, "") != other.cells.get(key, "") and (reason != LATER or other.cells.get(key))
    ]


def _conflict(kept: Filled, other: Filled, key: Key | None, reason: str) -> Conflict:
    told = [
        str(kept.page["unit_id"]),
        str(kept.page["team"])
        + ("" if kept.page["team"] == other.page["team"] else f"、{other.page['team']}"),
        "" if key is None else what(key),
        "" if key is None else kept.cells.get(key, ""),
        kept.copy.file,
        kept.copy.sheet,
        "" if key is None else other.cells.get(key, ""),
        other.copy.file,
        other.copy.sheet,
        reason,
    ]
    return dict(zip(COLUMNS, told, strict=True))
