"""The report as one HTML page that needs nothing but itself.

No script, no outside address: the page opens from a USB stick on a machine without a
network, and its Content-Security-Policy says so to the browser. Whatever came out of a
file is text here, never markup.
"""

from __future__ import annotations

import base64
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

import jinja2
from markupsafe import Markup, escape

from audit_lib.reporting.model import REFERENCE, Cards, Grid, Number, Paragraph, Picture, Report, Section
from audit_lib.reporting.tables import RESULTS, Cell, Column, print_rows

NUMERIC = {"count", "share", "estimate", "money", "score"}

SHORT = 12
"""Characters of a text that is never broken over two lines."""


def report_html(report: Report) -> str:
    """Return the whole page."""
    page = _environment().get_template("report.html")
    return page.render(report=report, style=Markup(_resource("report.css")))  # noqa: S704 our own style sheet


def section_html(section: Section) -> str:
    """Return one section, as a notebook shows it."""
    module: Any = _environment().get_template("blocks.html").module
    return str(module.section(section))


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
    }
    environment.globals |= {"css": _css, "mark": _mark, "words": RESULTS}
    return environment


def _resource(name: str) -> str:
    return resources.files("audit_lib.reporting").joinpath(name).read_text(encoding="utf-8")


def _rich(text: str, numbers: tuple[Number, ...]) -> Markup:
    """Return a sentence with its numbers put in; everything else is escaped."""
    known = {number.key: number for number in numbers}
    parts: list[Markup] = []
    last = 0
    for found in REFERENCE.finditer(text):
        number = known[found[1]]
        shown = Markup('<b data-number="{}">{}</b>').format(number.key, number.cell.text)
        parts += [escape(text[last : found.start()]), shown]
        last = found.end()
    return Markup("").join([*parts, escape(text[last:])])


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
