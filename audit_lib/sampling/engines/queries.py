"""What every engine is asked, in one SQL shape, and what an engine must be able to do.

Nothing that must be exact is left to an engine: it counts, hashes, compares and sorts texts;
numbers, cuts and ranks come from Python. An engine shows its table as ``frame``, whose two
columns compare by code point, and hashes with its own ``ticket`` expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no stubs

# What cannot need a closer look: these letters are canonical, whatever stands beside them. Searching
# for another letter needs no anchors, whose meaning at a line's end differs from engine to engine.
_OTHER_LETTER = "[^0-9A-Z._/一-龥-]"

COUNT = "SELECT stratum, count(*) AS n FROM {frame} f GROUP BY stratum"
DOUBTFUL = """
    SELECT unit_id FROM {frame} f
    WHERE unit_id IS NULL OR char_length(unit_id) NOT BETWEEN 1 AND 64 OR {other_letter}
    ORDER BY unit_id"""
TWICE = "SELECT unit_id FROM {frame} f GROUP BY unit_id HAVING count(*) > 1 ORDER BY unit_id"
KEEP = """
    SELECT unit_id, code, ticket
    FROM (
        SELECT f.unit_id, c.code, c.cut, {ticket} AS ticket
        FROM {frame} f JOIN {strata} c ON f.stratum = c.stratum
    ) hashed
    WHERE ticket <= cut
    ORDER BY code, ticket"""
SORT = """
    SELECT f.unit_id, c.code
    FROM {frame} f JOIN {strata} c ON f.stratum = c.stratum
    ORDER BY c.code, f.unit_id"""

STRATA = pa.schema([("stratum", pa.string()), ("code", pa.int32()), ("cut", pa.string())])
"""What is shipped to the engine: per stratum its number in sorted order, and the largest ticket to keep."""


BATCH = 100_000
"""Rows that Python holds at once."""


class Engine(Protocol):
    """A table where it lies, and the SQL of the place."""

    frame: str
    """What stands after FROM: unit_id, stratum."""
    strata: str
    """What stands after JOIN: the shipped table, `STRATA`."""
    ticket: str
    """Expression of the ticket of f.unit_id, with ``{seed}`` in it."""
    matches: str
    """Expression that is true where ``{pattern}`` is found anywhere in unit_id."""

    def text_columns(self) -> set[str]:
        """Return the columns of the table that hold text."""
        ...

    def rows(self, query: str, strata: pa.Table | None = None) -> Iterator[pa.RecordBatch]:
        """Yield what a query finds, bit by bit; ``strata`` is shipped first."""
        ...

    def suspicions(self, units: int) -> list[str]:
        """Return which of `DOUBTFUL` and `TWICE` may find something; the others surely do not."""
        ...


def ask(
    engine: Engine, query: str, *, strata: pa.Table | None = None, seed: str = ""
) -> Iterator[pa.RecordBatch]:
    """Yield what a query of this file finds in the table of an engine."""
    return engine.rows(
        query.format(
            frame=engine.frame,
            strata=engine.strata,
            other_letter=engine.matches.format(pattern=_OTHER_LETTER),
            ticket=engine.ticket.format(seed=seed),
        ),
        strata,
    )


def pack(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[pa.RecordBatch]:
    """Yield rows as a driver gives them, a hundred thousand at a time, as columns."""
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        yield pa.RecordBatch.from_pydict(dict(zip(columns, zip(*some, strict=True), strict=True)))
