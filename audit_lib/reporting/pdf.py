"""The report as a PDF in the format of GB/T 9704-2012, set by typst.

Text travels to typst as JSON, never as markup, and the compiler sees one temporary folder only:
no name out of a file can include another, and nothing is fetched. PDF/A is asked for, so that
the compiler itself refuses a character without a glyph; ``for_faces`` has replaced them before.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from audit_lib.errors import ReportError
from audit_lib.reporting.fonts import Faces
from audit_lib.reporting.model import Report
from audit_lib.reporting.paper import Figure, Item, Paper, for_faces, lay_out
from audit_lib.workbooks import CREATED

STANDARD: Literal["a-2u"] = "a-2u"
TEMPLATE = "report.typ"


def report_pdf(report: Report, faces: Faces, *, laid_out: Paper | None = None) -> bytes:
    """Return the PDF of a report; the same report and fonts give the same bytes.

    Parameters
    ----------
    laid_out : the report as paper, where somebody has laid it out already

    Raises
    ------
    ReportError   typst refuses the document
    """
    import typst  # noqa: PLC0415 a heavy part, used by the reports only

    paper = for_faces(laid_out or lay_out(report), faces)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        template = resources.files("audit_lib.reporting").joinpath(TEMPLATE).read_bytes()
        (folder / TEMPLATE).write_bytes(template)
        text = json.dumps(_data(paper, faces, folder), ensure_ascii=False)
        (folder / "data.json").write_text(text, encoding="utf-8")
        try:
            made = typst.compile(
                folder / TEMPLATE,
                root=folder,
                font_paths=faces.fonts,
                ignore_system_fonts=True,
                pdf_standards=STANDARD,
                timestamp=CREATED.replace(tzinfo=dt.UTC),
            )
        except typst.TypstError as error:
            raise ReportError(
                f"报告 {report.area} 的 PDF 没有排成: {error.message}",
                f"the PDF of the report {report.area} could not be set: {error.message}",
            ) from error
    return bytes(made)


def _data(paper: Paper, faces: Faces, folder: Path) -> dict[str, Any]:
    """Return the paper as the template reads it, its pictures written beside it."""
    names = (f"{number}.png" for number in itertools.count())
    data = {field.name: getattr(paper, field.name) for field in dataclasses.fields(paper)}
    for name in ("opening", "body", "annexes"):
        data[name] = [_item(item, folder, names) for item in getattr(paper, name)]
    return {**data, "faces": {name: faces.chain(name) for name in faces.faces}}


def _item(item: Item, folder: Path, names: Iterator[str]) -> dict[str, Any]:
    data = dataclasses.asdict(item)
    if isinstance(item, Figure):
        data |= {"file": next(names), "png": ""}
        (folder / data["file"]).write_bytes(item.png)
    return data
