"""Sheets: which of a file's sheets a source reads."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

from audit_lib.errors import InputError
from audit_lib.intake.readers import Grid
from audit_lib.workbooks import EXPLAINS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Sheets that a source reads of a file (all if none are named), but for those ``taken`` by others."""

    sheets: tuple[str, ...]
    taken: tuple[str, ...]

    def of(self, grids: list[Grid]) -> list[Grid]:
        """Return the sheets to read; what our own forms say of themselves is none of them."""
        named = [grid for grid in grids if not self.sheets or _fits(grid, self.sheets)]
        named = [grid for grid in named if not (grid.cells and grid.cells[0][:1] == [EXPLAINS])]
        return [grid for grid in named if not _fits(grid, self.taken)]

    def leaves_something(self, grids: list[Grid] | InputError) -> bool:
        """Whether the file is to be told of at all: not if other sources of the table have it whole."""
        if isinstance(grids, InputError):
            return not self.taken
        named = Wanted(self.sheets, ()).of(grids)
        return not named or bool(self.of(grids))


def _fits(grid: Grid, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(grid.sheet, one) for one in patterns)
