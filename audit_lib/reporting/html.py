"""The report as one HTML page that needs nothing but itself.

No outside address: the page opens from a USB stick on a machine without a network. Its
Content-Security-Policy allows the one script and the one style sheet of ours by their digests
and nothing else. Whatever came out of a file is text here, never markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

import jinja2
from markupsafe import Markup, escape

from audit_lib.reporting.model import REFERENCE, Cards, Grid, Number, Paragraph, Picture, Report, Section
from audit_lib.reporting.tables import RESULTS, Cell, Column, print_rows

NUMERIC = {"count", "share", "estimate", "money", "score"}

GRAVEST_FIRST = ("not_met", "not_assessable", "not_due", "not_applicable", "shown", "met")
"""How a column of results is sorted."""

SHORT = 12
"""Characters of a text that is never broken over two lines."""


def report_html(report: Report) -> str:
    """Return the whole page."""
    page = _environment().get_template("report.html")
    style, script = (Markup(_resource(f"report.{kind}")) for kind in ("css", "js"))  # noqa: S704 our own files
    marks = json.dumps("　".join(report.marks), ensure_ascii=False).replace("<", "\\3c ")
    style += Markup(f"@page {{ @top-right {{ content: {marks}; }} }}\n")  # noqa: S704 quoted, and no tag in it
    return page.render(report=report, style=style, script=script, there=_anchors(report.sections))


def section_html(section: Section) -> str:
    """Return one section, as a notebook shows it: with the little style that is not the notebook's own."""
    module: Any = _environment().get_template("blocks.html").module
    shown = module.section(section, _anchors([section]))
    return f'<div class="audit"><style>\n{_resource("notebook.css")}</style>\n{shown}</div>'


def _anchors(sections: Iterable[Section]) -> dict[str, str]:
    """Return where each table stands; of two with one name the later, which is the whole one."""
    return {
        block.name: _anchor(section, block)
        for section in sections
        for block in section.blocks
        if isinstance(block, Grid) and block.where != "book" and len(block.rows)
    }


def _anchor(section: Section, grid: Grid) -> str:
    return f"{section.key}.{'-'.join(grid.name.split())}"


def _digest(text: str) -> str:
    """Return how a Content-Security-Policy names an inline text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_resource),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests |= {
        "cards": lambda block: isinstance(block, Cards),
        "grid": lambda block: isinstance(block, Grid),
        "paragraph": lambda block: isinstance(block, Paragraph),
    }
    environment.filters |= {
        "rich": _rich,
        "cells": _cells,
        "picked": _picked,
        "groups": _groups,
        "source": _source,
        "digest": _digest,
    }
    environment.globals |= {
        "anchor": _anchor,
        "css": _css,
        "figure": _figure,
        "leads": _leads,
        "mark": _mark,
        "rank": _rank,
        "words": RESULTS,
    }
    return environment


def _resource(name: str) -> str:
    return resources.files("audit_lib.reporting").joinpath(name).read_text(encoding="utf-8")


def _rich(text: str, numbers: tuple[Number, ...], there: dict[str, str]) -> Markup:
    """Return a sentence with its numbers put in; everything else is escaped."""
    known = {number.key: number for number in numbers}
    parts: list[Markup] = []
    last = 0
    for found in REFERENCE.finditer(text):
        parts += [escape(text[last : found.start()]), _figure(known[found[1]], there)]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


def _figure(number: Number, there: dict[str, str]) -> Markup:
    """Return a number; where the page lists what stands behind it, as a link to those rows."""
    shown = Markup('<b data-number="{}">{}</b>').format(number.key, number.cell.text)
    if not _leads(number.rows, number.result, there):
        return shown
    return Markup('<a class="to-rows" href="#{}">{}</a>').format(there[number.rows], shown)


def _leads(rows: str, result: str, there: dict[str, str]) -> bool:
    """Say whether rows are listed: the tables hold what was not done, not what was."""
    return rows in there and result in ("", "not_met", "not_assessable")


def _rank(column: Column, cell: Cell) -> Markup:
    """Return the exact value of a figure for sorting: its print may be rounded."""
    if column.kind not in NUMERIC | {"result"}:
        return Markup("")
    value = GRAVEST_FIRST.index(cell.mark) if column.kind == "result" and cell.mark else cell.value
    return Markup(' data-sort="{}"').format("" if value is None else value)


def _picked(keys: tuple[str, ...], numbers: tuple[Number, ...]) -> list[Number]:
    known = {number.key: number for number in numbers}
    return [known[key] for key in keys]


def _cells(grid: Grid) -> list[list[Cell]]:
    return list(print_rows(grid.columns, grid.rows.head(grid.shown)))


def _source(picture: Picture) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.png).decode("ascii")


def _css(kind: str, mark: str = "", text: str = "") -> str:
    words = [
        "num" if kind in NUMERIC else "",
        kind,
        mark.replace("_", "-"),
        "short" if 0 < len(text) <= SHORT else "",
    ]
    return " ".join(word for word in words if word)


def _groups(columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """Return the headings over the columns with their widths; nothing where no column has one."""
    runs = [(name, len(list(run))) for name, run in groupby(columns, key=lambda column: column.group)]
    return runs if any(name for name, _ in runs) else []


def _mark(result: str) -> str:
    return RESULTS[result][0]
