"""Layout: what each row of a sheet is: title, header, data, subtotal, foot or nothing.

Only data rows are read; all others are counted, so that nothing disappears unseen. A unit
whose *name* holds 合计 is data: a total row has 合计 as the whole of a leading cell.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from audit_lib.intake.header import Header, find_header
from audit_lib.intake.readers import Grid
from audit_lib.intake.text import fold
from audit_lib.params import Source
from audit_lib.schemas import Table

KINDS = ("title", "header", "subtotal", "foot", "blank")
"""Rows that are not data, in the order in which the accounts show them."""

TOTALS = frozenset({"小计", "合计", "总计", "共计", "累计", "本页小计", "本页合计", "全市合计", "全县合计"})
DITTO = frozenset({"同上", "〃", "″", "”", '"', "″″", "〃〃", "同前"})

FEWEST = 3
"""Rows from which on a sheet without a known header is a list that somebody forgot to name."""

_LEADING = 4
_FOOT = re.compile(
    r"^(?:审核人|填表人|制表人?|填报人|复核人|经办人|统计人|负责人|单位负责人|分管领导|主要领导|联系人|联系电话|电话"
    r"|填报日期|填表日期|报送日期|制表日期|报出日期|备注|说明|填表说明|注|附注|签字|盖章|\(公章\)|\(盖章\))(?:[(:].*)?$",
    re.DOTALL,
)
_SIGNED = re.compile(r"^(?:审核人|填表人|制表人|填报人|复核人|经办人|统计人|单位负责人|联系电话)\s")
_UNIT_OF_TITLE = re.compile(r"(?<![一-龥])单位:(万元|千元|亿元|元)")
_SENDER = re.compile(
    r"(?:填报|填表|报送|上报|编制|呈报)(?:单位|机关)(?:\((?:公章|盖章)\))?[:\s]\s*(\S+?)(?=\(?(?:公章|盖章)|\s|填报|填表|报送|联系|日期|$)"
)
_REPORTED = re.compile(
    r"(?:填报|填表|报送|上报|制表|编制)(?:日期|时间)[:\s]\s*"
    r"(\d{2,4}\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?|\S+)"
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One sheet taken apart.

    ``rows`` are the data rows (all columns, merged cells filled, 同上 resolved), ``numbers``
    their rows as the spreadsheet shows them; ``counts`` how many rows of each other kind.
    ``sender`` and ``reported`` are what the title says, empty if nothing. ``stray``: the sheet
    has no header of the table, so that its rows cannot be identified.
    """

    header: Header
    rows: list[list[str]]
    numbers: list[int]
    counts: dict[str, int]
    sender: str = ""
    reported: str = ""
    unit: str = ""
    base: int = 0
    sheet: str = ""
    stray: bool = False


def stray(grid: Grid) -> Layout | None:
    """Take a sheet without a header as rows that nobody can identify; None if it is no list.

    ``FEWEST`` rows with two filled cells make a list; fewer are a cover or a note.
    """
    cells = [[text.strip() for text in row] for row in grid.cells]
    data = [place for place, row in enumerate(cells) if sum(map(bool, row)) > 1]
    if len(data) < FEWEST:
        return None
    counts = dict.fromkeys(KINDS, 0)
    counts["blank"] = sum(not any(row) for row in cells)
    counts["title"] = len(cells) - len(data) - counts["blank"]
    return Layout(
        Header(0, 0, [""] * len(cells[0]), {}, {}),
        [cells[place] for place in data],
        [place + 1 for place in data],
        counts,
        base=grid.base,
        sheet=grid.sheet,
        stray=True,
    )


def lay_out(grid: Grid, table: Table, source: Source) -> Layout | None:
    """Take one sheet apart; None if it has no header of this table."""
    cells = _unmerged(grid)
    header = find_header(cells, grid.merged, table, source)
    if header is None:
        return None
    kinds = _kinds(cells, header, table)
    data = [place for place, kind in enumerate(kinds) if kind == "data"]
    _once(cells, set(data), grid, header, table)
    rows = [cells[place] for place in data]
    _resolve_ditto(rows)
    said = [_line(cells[place]) for place, kind in enumerate(kinds) if kind in ("title", "foot")]
    title = _line([_line(cells[place]) for place, kind in enumerate(kinds) if kind == "title"])
    return Layout(
        header,
        rows,
        [place + 1 for place in data],
        {kind: kinds.count(kind) for kind in KINDS},
        _first(_SENDER, said),
        _first(_REPORTED, said),
        _first(_UNIT_OF_TITLE, [fold(title), title]),
        grid.base,
        grid.sheet,
    )


def _unmerged(grid: Grid) -> list[list[str]]:
    """Cells stripped, each merged range filled with the value that it shows."""
    cells = [[text.strip() for text in row] for row in grid.cells]
    for (top, left), (bottom, right) in grid.merged:
        if top >= len(cells) or left >= len(cells[top]):
            continue
        value = cells[top][left]
        for row in cells[top : bottom + 1]:
            row[left : right + 1] = [value] * (min(right + 1, len(row)) - left)
    return cells


def _once(cells: list[list[str]], data: set[int], grid: Grid, header: Header, table: Table) -> None:
    """Let a number merged over several rows stand in the first of them only: it would be added up again.

    The others say so in words that no number has, so that they are listed and count as missing.
    """
    sums = {place for name, place in header.columns.items() if table.column(name).kind in ("money", "int")}
    for (top, left), (bottom, right) in grid.merged:
        for row in (cells[place] for place in range(top + 1, bottom + 1) if place in data):
            for place in sums.intersection(range(left, min(right + 1, len(row)))):
                row[place] = f"{row[place]}(合并单元格, 已计在第 {top + 1} 行)" if row[place] else ""


@dataclass(frozen=True, slots=True)
class _Marks:
    """What tells rows apart: places of ids and of the name, and the rows that pages repeat."""

    ids: list[int]
    named: int
    above: dict[tuple[str, ...], str]
    leads: set[str]


def _kinds(cells: Sequence[list[str]], header: Header, table: Table) -> list[str]:
    """The kind of every row of the sheet."""
    above = {tuple(map(fold, row)): "title" for row in cells[: header.first] if any(row)}
    above |= {tuple(map(fold, row)): "header" for row in cells[header.first : header.end]}
    leads = {next(word for word in row if word) for row in above if any(row)}
    ids = [header.columns[name] for name in _identifying(table) if name in header.columns]
    marks = _Marks(ids, header.columns.get("unit_name", -1), above, leads)
    kinds = []
    for place, row in enumerate(cells):
        if not any(row):
            kinds.append("blank")
        elif place < header.end:
            kinds.append("title" if place < header.first else "header")
        else:
            kinds.append(_kind(row, marks))
    return _with_trailing_notes(cells, kinds, ids)


def _identifying(table: Table) -> list[str]:
    """Columns whose value says that a row is a record: the text keys, not the area."""
    return [column.name for column in table.columns if column.role == "key" and column.kind != "area"]


def _kind(row: list[str], marks: _Marks) -> str:
    """The kind of one row below the header."""
    lead = next(filter(None, row))
    if fold(lead) in marks.leads and (kind := marks.above.get(tuple(map(fold, row)))):
        return kind
    if any(_names_a_record(row[place]) for place in marks.ids):
        return "data"
    if any(_is_total(text, whole=place == marks.named) for place, text in enumerate(row[:_LEADING])):
        return "subtotal"
    return "foot" if _is_foot(lead) else "data"


def _names_a_record(text: str) -> bool:
    return bool(text) and not _is_total(text) and not _is_foot(text)


def _is_total(text: str, *, whole: bool = False) -> bool:
    """Whether a cell labels a total; outside the column of names 南关区小计 does too."""
    word = fold(text).rstrip(":")
    return word in TOTALS or (not whole and word.endswith(("小计", "合计", "总计")))


def _is_foot(text: str) -> bool:
    return bool(_FOOT.match(fold(text)) or _SIGNED.match(text))


def _with_trailing_notes(cells: Sequence[list[str]], kinds: list[str], ids: list[int]) -> list[str]:
    """Rows behind the last record that hold one single text, once a foot has begun, are foot."""
    begun = False
    last = max(
        (place for place, kind in enumerate(kinds) if kind == "data" and _has_id(cells[place], ids)),
        default=0,
    )
    for place in range(last + 1, len(kinds)):
        begun = begun or kinds[place] == "foot"
        if begun and kinds[place] == "data" and len(set(filter(None, cells[place]))) == 1:
            kinds[place] = "foot"
    return kinds


def _has_id(row: list[str], ids: list[int]) -> bool:
    return len(set(filter(None, row))) > 1 and any(row[place] for place in ids)


def _resolve_ditto(rows: list[list[str]]) -> None:
    """Put the value of the row above where a cell says 同上."""
    for above, row in itertools.pairwise(rows):
        if not DITTO.isdisjoint(row):
            row[:] = [over if text in DITTO else text for over, text in zip(above, row, strict=True)]


def _line(row: Sequence[str]) -> str:
    return "  ".join(dict.fromkeys(filter(None, row)))


def _first(pattern: re.Pattern[str], lines: Sequence[str]) -> str:
    for line in lines:
        if found := pattern.search(
            line.replace("：", ":").replace("（", "(").replace("）", ")").replace("　", " ")
        ):
            return found[1].strip("()")
    return ""
