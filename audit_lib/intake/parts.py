"""Parts: the files of one table, each read as text and accounted for, none converted yet."""

from __future__ import annotations

import datetime as dt
import difflib
import glob
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from audit_lib.errors import InputError, ParamsError
from audit_lib.files import sha256_file
from audit_lib.intake.areas import Gazetteer
from audit_lib.intake.dates import Bad, Years, parse_date
from audit_lib.intake.layout import KINDS, Layout, lay_out, stray
from audit_lib.intake.readers import Grid, read_grids
from audit_lib.intake.sheets import Wanted
from audit_lib.intake.versions import sender_of_name, version_of_name
from audit_lib.params import Run, Source, expand_environment
from audit_lib.schemas import Table, inputs

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Part:
    """One file as read for one table.

    ``rows`` holds the table's columns as text, and beside them ``@sheet`` and ``@at`` (which
    layout and which row of it), ``@base`` (of day numbers), ``@unit:COLUMN`` (of money),
    ``@raw:HEADER`` (columns that only the params name), ``@stray`` and ``@area`` (rows of a sheet
    without a header). ``status`` and ``reason`` are as in
    the accounts.
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
            expanded = expand_environment(pattern)
            if not (expanded and _files(desk.run, expanded)):
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
    expanded = [found for pattern in source.files if (found := expand_environment(pattern))]
    return {path.resolve(): path for pattern in expanded for path in _files(run, pattern)}


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
        sheets = [
            _stray_rows(desk, one, place, part.area)
            if one.stray
            else _sheet_rows(one, place, table, source, path.name)
            for place, one in enumerate(layouts)
        ]
    except InputError as refused:
        return replace(part, reason=str(refused))
    except OSError:
        return replace(part, reason=f"读不到文件 {path.name}")
    sender = next((layout.sender for layout in layouts if layout.sender), part.sender)
    return replace(
        part,
        status="read",
        sender=sender,
        area=_area(desk, sender, path),
        reported=_reported(desk.run, layouts),
        version=version_of_name(path.name),
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
        raise InputError(
            f"{path.name} 里找不到{table.zh}的表头; 表头的叫法可在参数 columns 里写明",
            f"{path.name} has no header of the table {table.name}; name them under columns in the params",
        )
    unknown = [grid for grid in chosen if grid.sheet not in {layout.sheet for layout in layouts}]
    left = [grid for grid in unknown if not _read_elsewhere(desk, table, grid, path)]
    return layouts + [layout for grid in left if (layout := stray(grid)) is not None]


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


def _sheet_rows(layout: Layout, place: int, table: Table, source: Source, name: str) -> pd.DataFrame:
    """The data rows of a sheet as text, in the table's columns."""
    cells = pd.DataFrame(layout.rows, columns=range(len(layout.header.texts)), dtype=object)
    column_of = _finder(layout, cells, name)
    rows: dict[str, pd.Series] = {}
    for column in table.columns:
        if column.name in source.constants:
            rows[column.name] = pd.Series(source.constants[column.name], index=cells.index, dtype=object)
        elif column.name in source.compose:
            rows[column.name] = _composed(source.compose[column.name], column_of, cells.index)
        elif column.name in layout.header.columns:
            rows[column.name] = column_of(column.name)
        if column.name in rows and column.name in source.values:
            rows[column.name] = rows[column.name].replace(source.values[column.name])
        if column.name in rows and column.kind == "money":
            said = layout.header.units.get(layout.header.columns.get(column.name, -1), layout.unit)
            rows[f"@unit:{column.name}"] = pd.Series(said, index=cells.index, dtype=object)
    for word in {*source.per, *source.order} - rows.keys():
        rows[f"@raw:{word}"] = column_of(word)
    found = pd.DataFrame(rows, index=cells.index)
    found["@sheet"], found["@at"], found["@base"] = place, range(len(cells)), str(layout.base)
    found["sheet"], found["row"] = layout.sheet, layout.numbers
    return found


def _stray_rows(desk: Desk, layout: Layout, place: int, area: str) -> pd.DataFrame:
    """Rows of a sheet without a header: where they stand, and the area that the sheet is named after."""
    said = desk.gazetteer
    owner = None if said is None else said.find(layout.sheet, area) or said.owner(layout.sheet)
    found = pd.DataFrame({"@sheet": place, "@at": range(len(layout.rows)), "@base": str(layout.base)})
    found["sheet"], found["row"] = layout.sheet, layout.numbers
    found["@stray"], found["@area"] = "1", owner or ""
    return found


def _finder(layout: Layout, cells: pd.DataFrame, name: str) -> Callable[[str], pd.Series]:
    """Look up a column by our name or by its header as the file has it."""

    def column_of(word: str) -> pd.Series:
        if word in layout.header.columns:
            return cells[layout.header.columns[word]]
        if word in layout.header.texts:
            return cells[layout.header.texts.index(word)]
        near = difflib.get_close_matches(word, layout.header.texts, n=1)
        raise InputError(
            f"{name} 没有“{word}”这一列" + (f", 是不是“{near[0]}”?" if near else ""),
            f'{name} has no column "{word}"' + (f', did you mean "{near[0]}"?' if near else ""),
        )

    return column_of


def _composed(pattern: str, column_of: Callable[[str], pd.Series], index: pd.Index) -> pd.Series:
    """Columns put together as the pattern says; empty where one of them is."""
    pieces = _PLACEHOLDER.split(pattern)
    whole = pd.Series(pieces[0], index=index, dtype=object)
    empty = pd.Series(False, index=index)
    for word, after in zip(pieces[1::2], pieces[2::2], strict=True):
        column = column_of(word)
        empty |= column == ""
        whole = whole + column + after
    return whole.mask(empty, "")
