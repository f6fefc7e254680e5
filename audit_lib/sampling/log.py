"""The draw log: one per campaign, across all runs, every line chained to the one before.

It keeps every plan, revealed seed, seal, draw and opening, and every attempt that was
refused: a seed tried twice stays visible. A line taken out, put in or changed breaks the
chain. Times come from the caller; nothing here looks at a clock.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from audit_lib.errors import CallError, DrawError, InputError
from audit_lib.files import canonical_json, parse_canonical_json, read_bytes, sha256_bytes, write_bytes

Event = Literal["plan", "reveal", "seal", "open", "draw", "refused"]

START = "0" * 64
"""What stands for the hash of the line before the first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log; ``facts`` are texts by name, such as ``plan_digest`` or ``seed``."""

    time: str
    event: str
    draw: str
    facts: dict[str, str]
    previous: str

    @property
    def hash(self) -> str:
        """SHA-256 of the line without its own hash."""
        return sha256_bytes(canonical_json(self._content()))

    def line(self) -> bytes:
        """Return the line as it stands in the file."""
        return canonical_json(self._content() | {"hash": self.hash})

    def fact(self, name: str) -> str:
        """Return a fact, empty where the line has none of that name."""
        return self.facts.get(name, "")

    def _content(self) -> dict[str, str | dict[str, str]]:
        return {
            "time": self.time,
            "event": self.event,
            "draw": self.draw,
            "facts": self.facts,
            "previous": self.previous,
        }


def append_log(path: Path, event: Event, *, draw: str, now: dt.datetime, facts: dict[str, str]) -> Entry:
    """Add a line to the log and return it.

    Raises
    ------
    DrawError   the log is broken: nothing is added to it before people have looked
    CallError   ``now`` has no time zone
    """
    if now.tzinfo is None:
        raise CallError("时间须带时区", "a time without time zone says nothing")
    entries = read_log(path)
    previous = entries[-1].hash if entries else START
    entry = Entry(now.isoformat(timespec="seconds"), event, draw, facts, previous)
    write_bytes(path, b"".join([*(old.line() for old in entries), entry.line()]))
    return entry


def read_log(path: Path) -> list[Entry]:
    """Return the lines of the log, oldest first; none where there is no log yet.

    Raises
    ------
    DrawError   a line does not follow from the one before it; the message counts lines from 1
    """
    if not path.exists():
        return []
    entries: list[Entry] = []
    previous = START
    for number, line in enumerate(read_bytes(path).splitlines(keepends=True), start=1):
        entry = _parse_line(line)
        if entry is None or entry.previous != previous:
            raise DrawError(
                f"抽样日志 {path.name} 第 {number} 行与前文不符, 日志被改动过",
                f"line {number} of the log {path.name} does not follow from what stands before it",
            )
        entries.append(entry)
        previous = entry.hash
    return entries


def _parse_line(line: bytes) -> Entry | None:
    """Return a line that says what its hash says, else None."""
    try:
        content = parse_canonical_json(line, name="log.jsonl")
    except InputError:
        return None
    keys = {"time", "event", "draw", "facts", "previous", "hash"}
    if not isinstance(content, dict) or set(content) != keys or not isinstance(content["facts"], dict):
        return None
    if not all(isinstance(fact, str) for fact in content["facts"].values()):
        return None
    entry = Entry(*(content[key] for key in ("time", "event", "draw", "facts", "previous")))
    return entry if entry.hash == content["hash"] else None
