"""Parts: the files of one table, each read as text and accounted for, none converted yet."""

from __future__ import annotations

import datetime as dt
import difflib
import glob
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from audit_lib.errors import CallError, InputError, ParamsError
from audit_lib.files import sha256_file
from audit_lib.intake.areas import Gazetteer
from audit_lib.intake.databases import is_url, parse_address, read_table
from audit_lib.intake.dates import Bad, Years, parse_date
from audit_lib.intake.layout import KINDS, Layout, lay_out, stray
from audit_lib.intake.readers import Grid, read_grids
from audit_lib.intake.rows import sheet_rows, stray_rows
from audit_lib.intake.sheets import Wanted
from audit_lib.intake.versions import sender_of_name, version_of_name
from audit_lib.params import Run, Source, expand_environment
from audit_lib.schemas import Table, inputs


@dataclass(frozen=True, slots=True)
class Part:
    """One file as read for one table.

    ``rows`` holds the table's columns as text, and beside them ``@sheet`` and ``@at`` (which
    layout and which row of it), ``@base`` (of day numbers), ``@unit:COLUMN`` (of money),
    ``@raw:HEADER`` (columns that only the params name), ``@stray`` and ``@area`` (rows of a sheet
    without a header). ``status`` and ``reason`` are as in
    the accounts, ``later`` is the file that replaces this one.
    """

    table: str
    source: int
    file: str
    status: str
    reason: str = ""
    sender: str = ""
    area: str = ""
    sha256: str = ""
    reported: dt.date | None = None
    version: int = 1
    later: str = ""
    layouts: tuple[Layout, ...] = ()
    rows: pd.DataFrame | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Rows that are not data, by kind."""
        return {kind: sum(layout.counts[kind] for layout in self.layouts) for kind in KINDS}

    @property
    def columns(self) -> frozenset[str]:
        """The table's columns that the file has, or that the params make for it."""
        return frozenset() if self.rows is None else frozenset(map(str, self.rows.columns))

    @property
    def read(self) -> int:
        """Data rows."""
        return 0 if self.rows is None else len(self.rows)


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading files needs: the run, the names of areas if known, and grids already read."""

    run: Run
    gazetteer: Gazetteer | None
    grids: dict[Path, list[Grid] | InputError]


def check_sources(run: Run) -> None:
    """Refuse tables and columns that the params name but the schemas don't know.

    Raises
    ------
    ParamsError   names the nearest known word
    """
    known = inputs()
    for name, sources in run.params.inputs.items():
        if name not in known:
            raise _unknown(run, f"inputs.{name}", name, list(known))
        columns = [column.name for column in known[name].columns]
        for source in sources:
            for word in (*source.columns, *source.values, *source.constants, *source.compose):
                if word not in columns:
                    raise _unknown(run, f"inputs.{name}", word, columns)


def read_parts(desk: Desk, name: str) -> list[Part]:
    """Return every file of a table in order of its name, unread ones with their reason."""
    table, parts = inputs()[name], []
    sources = desk.run.params.inputs.get(name, [])
    named = [_named(desk.run, source) for source in sources]
    for number, (source, paths) in enumerate(zip(sources, named, strict=True)):
        for pattern in source.files:
            expanded = _expand(pattern)
            if expanded and is_url(expanded):
                parts.append(_read_table(desk, table, number, expanded, pattern))
            elif not (expanded and _files(desk.run, expanded)):
                parts.append(Part(name, number, pattern, "missing", _why_missing(pattern, expanded)))
        for path in paths.values():
            wanted = Wanted(tuple(source.sheets), tuple(_taken(sources, named, number, path)))
            if wanted.leaves_something(_grids(desk, path)):
                parts.append(_read_part(desk, table, number, path, wanted))
    return sorted(parts, key=lambda part: (part.source, part.file))


def find_files(run: Run, patterns: Iterable[str]) -> dict[str, Path]:
    """Return the files of some patterns, each once, by the name that accounts give them."""
    expanded = [found for pattern in patterns if (found := expand_environment(pattern))]
    paths = {path.resolve(): path for pattern in expanded for path in _files(run, pattern)}
    return {_shown_name(run, path): path for path in paths.values()}


def _named(run: Run, source: Source) -> dict[Path, Path]:
    """Files of a source by where they lie, each once however many of its patterns name it."""
    expanded = [found for pattern in source.files if (found := _expand(pattern)) and not is_url(found)]
    return {path.resolve(): path for pattern in expanded for path in _files(run, pattern)}


def _expand(pattern: str) -> str | None:
    """Return a pattern as it is meant here; ``parquet:`` before files says what their names say too."""
    expanded = expand_environment(pattern)
    return None if expanded is None else expanded.removeprefix("parquet:")


def _taken(sources: list[Source], named: list[dict[Path, Path]], number: int, path: Path) -> Iterator[str]:
    """Sheets of a file that another source of the table reads: those that name sheets come first."""
    for place, other in enumerate(sources):
        alike = bool(other.sheets) == bool(sources[number].sheets)
        before = place < number if alike else bool(other.sheets)
        if before and path.resolve() in named[place]:
            yield from other.sheets or ["*"]


def _unknown(run: Run, place: str, word: str, known: list[str]) -> ParamsError:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return ParamsError(
        f"{run.file.name}: {place} 里没有“{word}”" + (f", 是不是“{near[0]}”?" if near else ""),
        f'{run.file.name}: {place} knows no "{word}"' + (f', did you mean "{near[0]}"?' if near else ""),
    )


def _files(run: Run, pattern: str) -> list[Path]:
    """Files of a pattern; a name that exists as it stands is not taken for a pattern."""
    if (run.data / pattern).is_file():
        return [run.data / pattern]
    found = (run.data / name for name in glob.glob(pattern, root_dir=run.data, recursive=True))  # noqa: PTH207 - takes absolute patterns too
    return sorted(path for path in found if path.is_file() and not path.name.startswith(("~$", ".")))


def _why_missing(pattern: str, expanded: str | None) -> str:
    if expanded is not None:
        return "没有这样的文件"
    names = "、".join(re.findall(r"\$\{(\w+)\}", pattern))
    return f"环境变量 {names} 没有设置"


def _read_part(desk: Desk, table: Table, number: int, path: Path, wanted: Wanted) -> Part:
    source = desk.run.params.inputs[table.name][number]
    part = Part(table.name, number, _shown_name(desk.run, path), "refused", area=_area(desk, path.stem, path))
    part = replace(part, sender=sender_of_name(path.name))
    try:
        part = replace(part, sha256=sha256_file(path))
        layouts = _layouts(desk, table, source, path, wanted)
        part = _laid_out(desk, part, layouts, table, source)
    except InputError as refused:
        return replace(part, reason=str(refused))
    except OSError:
        return replace(part, reason=f"读不到文件 {path.name}")
    return replace(part, area=_area(desk, part.sender, path), version=version_of_name(path.name))


def _read_table(desk: Desk, table: Table, number: int, url: str, pattern: str) -> Part:
    """Read a table of a database; what the environment gave of its address is not shown."""
    source = desk.run.params.inputs[table.name][number]
    name = pattern if url != pattern or not url.startswith("postgresql:") else ""
    part = Part(table.name, number, name or pattern.partition(":")[0], "refused")
    try:
        part = replace(part, file=name or parse_address(url).public)
        grid, digest = read_table(url)
        layout = lay_out(grid, table, source)
        if layout is None:
            raise _no_header(part.file, table)
        part = replace(part, sha256=digest, sender=part.file)
        return _laid_out(desk, part, [layout], table, source)
    except (InputError, CallError) as refused:
        return replace(part, reason=str(refused))


def _laid_out(desk: Desk, part: Part, layouts: list[Layout], table: Table, source: Source) -> Part:
    name = part.file.rpartition("/")[2]
    sheets = [
        stray_rows(desk.gazetteer, one, place, part.area)
        if one.stray
        else sheet_rows(one, place, table, source, name)
        for place, one in enumerate(layouts)
    ]
    return replace(
        part,
        status="read",
        sender=next((layout.sender for layout in layouts if layout.sender), part.sender),
        reported=_reported(desk.run, layouts),
        layouts=tuple(layouts),
        rows=pd.concat(sheets, ignore_index=True),
    )


def _shown_name(run: Run, path: Path) -> str:
    """Name of a file for people and results: never where on this machine it lies."""
    inside = path.resolve().is_relative_to(run.data.resolve())
    return path.resolve().relative_to(run.data.resolve()).as_posix() if inside else path.name


def _area(desk: Desk, sender: str, path: Path) -> str:
    """Area that a file belongs to: by its sender, its name, or the folders it lies in."""
    if desk.gazetteer is None:
        return ""
    for said in (sender, path.stem, path.parent.name):
        if code := desk.gazetteer.owner(said):
            return code
    return ""


def _grids(desk: Desk, path: Path) -> list[Grid] | InputError:
    if path not in desk.grids:
        try:
            desk.grids[path] = read_grids(path)
        except InputError as refused:
            desk.grids[path] = refused
    return desk.grids[path]


def _layouts(desk: Desk, table: Table, source: Source, path: Path, wanted: Wanted) -> list[Layout]:
    grids = _grids(desk, path)
    if isinstance(grids, InputError):
        raise grids
    chosen = wanted.of(grids)
    if not chosen:
        raise InputError(
            f"{path.name} 里没有工作表 {'、'.join(wanted.sheets)}",
            f"{path.name} has no sheet {', '.join(wanted.sheets)}",
        )
    layouts = [layout for grid in chosen if (layout := lay_out(grid, table, source)) is not None]
    if not layouts:
        raise _no_header(path.name, table)
    unknown = [grid for grid in chosen if grid.sheet not in {layout.sheet for layout in layouts}]
    left = [grid for grid in unknown if not _read_elsewhere(desk, table, grid, path)]
    return layouts + [layout for grid in left if (layout := stray(grid)) is not None]


def _no_header(name: str, table: Table) -> InputError:
    return InputError(
        f"{name} 里找不到{table.zh}的表头; 表头的叫法可在参数 columns 里写明",
        f"{name} has no header of the table {table.name}; name them under columns in the params",
    )


def _read_elsewhere(desk: Desk, table: Table, grid: Grid, path: Path) -> bool:
    """Whether a sheet is of another table that the params read from the same file."""
    return any(
        path.resolve() in _named(desk.run, source)
        and Wanted(tuple(source.sheets), ()).of([grid])
        and lay_out(grid, inputs()[name], source) is not None
        for name, sources in desk.run.params.inputs.items()
        if name != table.name
        for source in sources
    )


def _reported(run: Run, layouts: list[Layout]) -> dt.date | None:
    years = Years(run.params.window.start.year, run.params.window.end.year)
    for layout in layouts:
        if layout.reported:
            day = parse_date(layout.reported, years)
            return None if isinstance(day, Bad) else day
    return None
