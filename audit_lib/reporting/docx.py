"""The report as a Word file that an office edits, in the format of GB/T 9704-2012.

Faces are named, not carried: officials' machines have them. Character and line pitch are exact
(15.75 and 28.95 points), so that a page holds 22 lines of 28 characters; headings, repeated
table headings and page numbers are Word's own, so that they follow what is edited. Text is put
in as text and never read as a field or markup. The same report gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from audit_lib.reporting.fitting import PORTRAIT, TURNED, Head, Table
from audit_lib.reporting.model import Report
from audit_lib.reporting.paper import Figure, Item, Paper, Words, lay_out
from audit_lib.reporting.wordstyle import (
    NS,
    SIZE,
    TWIP,
    fonts_of,
    pitch_of,
    run_of,
    set_page,
    set_up,
    style_of,
    uri,
)

if TYPE_CHECKING:
    from docx.document import Document

KINDS = {
    "annex": "Annex",
    "title": "Title",
    "part": "Heading 1",
    "heading": "Heading 2",
    "verdict": "Verdict",
    "warning": "Warning",
    "note": "Note",
    "subtitle": "Subtitle",
    "facts": "Facts",
}


def report_docx(report: Report, *, laid_out: Paper | None = None) -> bytes:
    """Return the Word file of a report; the same report gives the same bytes.

    Parameters
    ----------
    laid_out : the report as paper, where somebody has laid it out already
    """
    import docx  # noqa: PLC0415 a heavy part, used by the reports only

    paper, document = laid_out or lay_out(report), docx.Document()
    set_up(document, paper)
    _add(document, "Plain", paper.reference, align="center")
    _add(document, "Title", paper.title)
    _fill(document, [*paper.opening, *paper.body])
    _sign(document, paper)
    _fill(document, paper.annexes)
    sink = io.BytesIO()
    document.save(sink)
    return _same_bytes(sink.getvalue())


def _fill(document: Document, items: Sequence[Item]) -> None:
    """Add items, each run of turned ones in a section of its own."""
    for turned, run in groupby(items, key=lambda item: item.turned):
        if turned:
            _begin(document, turned=True)
        for item, after in pairwise([*run, None]):
            noted = isinstance(after, Words) and after.kind == "note"
            match item:
                case Words():
                    style, both = KINDS.get(item.kind, "Normal"), noted and item.kind == "note"
                    _add(document, style, item.text, page_break=item.kind == "annex", keep=both)
                case Table():
                    _add_table(document, item, noted=noted)
                case Figure():
                    _add_figure(document, item)
        if turned:
            _begin(document, turned=False)


def _sign(document: Document, paper: Paper) -> None:
    titles = paper.annex_titles
    for place, title in enumerate(titles):
        name = title if len(titles) == 1 else f"{place + 1}.{title}"
        # The date never stands alone on a page: the last two annexes go with it.
        style = "List" if place + 2 >= len(titles) else "Plain"
        _add(document, style, f"　　附件：{name}" if place == 0 else f"　　　　　{name}")
    _add(document, "List", "")
    for line in filter(None, (paper.issuer, paper.date)):
        _add(document, "Plain", line, align="right", right=4 * SIZE)


def _add(
    document: Document,
    style: str,
    text: str,
    align: str = "",
    right: float = 0,
    *,
    page_break: bool = False,
    keep: bool = False,
) -> None:
    extra = "<w:keepNext/>" if keep else ""
    extra += "<w:pageBreakBefore/>" if page_break else ""
    extra += f'<w:ind w:right="{round(right * TWIP)}" w:firstLine="0"/>' if right else ""
    extra += f'<w:jc w:val="{align}"/>' if align else ""
    _append(document, f"<w:p {NS}><w:pPr>{style_of(style)}{extra}</w:pPr>{run_of(text)}</w:p>")


def _append(document: Document, xml: str) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415

    document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


def _add_table(document: Document, table: Table, *, noted: bool) -> None:
    """Add a table; rows of a group stay on one page, and with the last of them the note under it."""
    if table.title:
        _add(document, "Caption", table.title)
    widths = [round(width * TWIP) for width in table.widths]
    edge = '<w:{0} w:val="single" w:sz="{1}" w:space="0" w:color="auto"/>'.format
    borders = "".join(
        edge(side, 8 if side in ("top", "bottom") else 4)
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    properties = (
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="68" w:type="dxa"/><w:right w:w="68" w:type="dxa"/></w:tblCellMar>'
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    size = f'<w:sz w:val="{round(table.size * 2)}"/>'
    kept = [place + 1 < rows for rows in table.groups for place in range(rows)]
    kept = [*kept[:-1], noted]
    heads = "".join(_row(cells, header=True) for cells in _head_rows(table, widths, size))
    rows = "".join(
        _row(
            _cell(text, width, align, _bold(strong) + size, keep=keep)
            for text, strong, width, align in zip(row, marks, widths, table.align, strict=True)
        )
        for row, marks, keep in zip(table.rows, table.strong, kept, strict=True)
    )
    _append(
        document,
        f"<w:tbl {NS}><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{heads}{rows}</w:tbl>",
    )
    keep_next = "<w:keepNext/>" if noted else ""
    _append(document, f"<w:p {NS}><w:pPr>{style_of('Cell')}{keep_next}{pitch_of(6)}</w:pPr></w:p>")


def _head_rows(table: Table, widths: Sequence[int], size: str) -> Iterable[list[str]]:
    """Return the cells of the heading's rows; one over two rows is continued in the second."""
    below = iter(table.heads[1] if len(table.heads) > 1 else ())
    first: list[str] = []
    second: list[str] = []
    place = 0
    for head in table.heads[0]:
        mine = widths[place : place + head.columns]
        place += head.columns
        merge = '<w:vMerge w:val="restart"/>' if head.rows > 1 else ""
        first.append(_head(head.text, sum(mine), size, _span(head) + merge))
        second += (
            [_head("", sum(mine), size, "<w:vMerge/>")]
            if head.rows > 1
            else [_head(next(below).text, width, size) for width in mine]
            if len(table.heads) > 1
            else []
        )
    return [first, second] if second else [first]


def _head(text: str, width: int, size: str, merged: str = "") -> str:
    return _cell(text, width, "center", _bold(True) + size, merged, keep=True)


def _span(head: Head) -> str:
    return f'<w:gridSpan w:val="{head.columns}"/>' if head.columns > 1 else ""


def _bold(strong: bool) -> str:
    return fonts_of("黑体") if strong else ""


def _row(cells: Iterable[str], *, header: bool = False) -> str:
    mark = "<w:tblHeader/>" if header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, width: int, align: str, properties: str, merged: str = "", *, keep: bool) -> str:
    keep_next = "<w:keepNext/>" if keep else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merged}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr>{style_of("Cell")}{keep_next}<w:jc w:val="{align}"/></w:pPr>'
        f"{run_of(text, properties)}</w:p></w:tc>"
    )


def _add_figure(document: Document, figure: Figure) -> None:
    from docx.shared import Pt  # noqa: PLC0415

    paragraph = document.add_paragraph(style="Picture")
    width = TURNED if figure.turned else PORTRAIT
    picture = paragraph.add_run().add_picture(io.BytesIO(figure.png), width=Pt(width - 2))
    said = picture._inline.docPr
    said.set("descr", figure.alternative)
    said.set("name", figure.title)
    _add(document, "Under", figure.title)


def _begin(document: Document, *, turned: bool) -> None:
    """Begin a section of pages, upright or turned; the paragraph that ends the one before is a hair high."""
    from docx.enum.section import WD_SECTION  # noqa: PLC0415

    section = document.add_section(WD_SECTION.NEW_PAGE)
    before = document.element.body.findall(f".//{{{uri()}}}sectPr")[-2].getparent()
    from docx.oxml import parse_xml  # noqa: PLC0415

    before.insert(0, parse_xml(pitch_of(1).replace("<w:spacing", f"<w:spacing {NS}")))
    before.insert(0, parse_xml(style_of("Cell").replace("<w:pStyle", f"<w:pStyle {NS}")))
    set_page(section, turned=turned)


def _same_bytes(data: bytes) -> bytes:
    """Return a zip file with the same members, whose times are those of no clock."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            made.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), given.read(name), zipfile.ZIP_DEFLATED
            )
    return sink.getvalue()
