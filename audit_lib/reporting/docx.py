"""The report as a Word file that an office edits, in the format of GB/T 9704-2012.

Faces are named, not carried: officials' machines have them. Character and line pitch are exact
(15.75 and 28.95 points), so that a page holds 22 lines of 28 characters; headings, repeated
table headings and page numbers are Word's own, so that they follow what is edited. Text is put
in as text and never read as a field or markup. The same report gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from audit_lib.reporting.model import Report
from audit_lib.reporting.paper import PORTRAIT, TURNED, Figure, Head, Item, Paper, Table, Words, lay_out
from audit_lib.schemas import rulebook_rows
from audit_lib.workbooks import CREATED

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section

PITCH, SIZE, SMALL, FOOT = 28.95, 16, 10.5, 14
"""Points: line pitch, 3号, 五号, 4号."""

CONDENSED = -5
"""Twentieths of a point: 3号 is 16 points, and 28 of them fit only at 15.75."""

MARGINS = {False: (37, 26, 35, 28), True: (28, 37, 26, 35)}
"""Top, right, bottom, left in mm, upright and turned."""

HEADER_AT, FOOTER_AT = 25, 23
"""Millimetres from the edge of the sheet: marks and page number lie 7 mm off the text."""

STYLES: dict[str, tuple[str, float, str]] = {
    "Normal": ("仿宋", SIZE, '<w:ind w:firstLineChars="200" w:firstLine="630"/><w:jc w:val="both"/>'),
    "Title": ("小标宋", 22, '<w:keepNext/><w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Heading 1": ("黑体", SIZE, '<w:keepNext/><w:outlineLvl w:val="0"/>'),
    "Heading 2": ("楷体", SIZE, '<w:keepNext/><w:outlineLvl w:val="1"/>'),
    "Subtitle": ("楷体", FOOT, '<w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Verdict": ("黑体", SIZE, ""),
    "Warning": ("楷体", SIZE, ""),
    "Note": ("仿宋", SMALL, '<w:ind w:firstLine="0"/>'),
    "Facts": ("楷体", SMALL, '<w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Caption": ("黑体", SMALL, '<w:keepNext/><w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Under": ("仿宋", SMALL, '<w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Picture": ("仿宋", SMALL, '<w:keepNext/><w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Cell": ("仿宋", 9, '<w:ind w:firstLine="0"/>'),
    "Annex": ("黑体", SIZE, '<w:keepNext/><w:ind w:firstLine="0"/>'),
    "List": ("仿宋", SIZE, '<w:keepNext/><w:ind w:firstLine="0"/>'),
    "Plain": ("仿宋", SIZE, '<w:ind w:firstLine="0"/>'),
    "Marks": ("黑体", FOOT, '<w:ind w:firstLine="0"/>'),
    "Number": ("宋体", FOOT, '<w:ind w:firstLine="0"/>'),
}
"""Face, size in points and paragraph of each style; pitch and spacing are added to it."""

TIGHT = {
    "Note": 15,
    "Facts": 18,
    "Caption": 18,
    "Under": 18,
    "Cell": 0,
    "Picture": 0,
    "Title": 34,
    "Marks": 18,
    "Number": 18,
}
"""Line pitch in points where it is not that of the text; none for a cell, as its size varies."""

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
TWIP = 20
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def report_docx(report: Report) -> bytes:
    """Return the Word file of a report; the same report gives the same bytes."""
    import docx  # noqa: PLC0415 a heavy part, used by the reports only

    paper, document = lay_out(report), docx.Document()
    _set_up(document, paper)
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
        for item in run:
            match item:
                case Words():
                    _add(document, KINDS.get(item.kind, "Normal"), item.text, page_break=item.kind == "annex")
                case Table():
                    _add_table(document, item)
                case Figure():
                    _add_figure(document, item)
        if turned:
            _begin(document, turned=False)


def _sign(document: Document, paper: Paper) -> None:
    titles = paper.annex_titles
    for place, title in enumerate(titles):
        name = title if len(titles) == 1 else f"{place + 1}.{title}"
        _add(document, "List", f"　　附件：{name}" if place == 0 else f"　　　　　{name}")
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
) -> None:
    extra = "<w:pageBreakBefore/>" if page_break else ""
    extra += f'<w:ind w:right="{round(right * TWIP)}" w:firstLine="0"/>' if right else ""
    extra += f'<w:jc w:val="{align}"/>' if align else ""
    _append(document, f"<w:p {NS}><w:pPr>{_style(style)}{extra}</w:pPr>{_run(text)}</w:p>")


def _append(document: Document, xml: str) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415

    document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")


def _style(name: str) -> str:
    return f'<w:pStyle w:val="{name.replace(" ", "")}"/>'


def _run(text: str, properties: str = "") -> str:
    """Return text as a run: line ends become breaks, everything else is escaped."""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r><w:rPr>{properties}</w:rPr>{lines}</w:r>"


def _add_table(document: Document, table: Table) -> None:
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
    heads = "".join(_row(cells, header=True) for cells in _head_rows(table, widths, size))
    rows = "".join(
        _row(
            _cell(text, width, align, _bold(strong) + size)
            for text, strong, width, align in zip(row, marks, widths, table.align, strict=True)
        )
        for row, marks in zip(table.rows, table.strong, strict=True)
    )
    _append(
        document,
        f"<w:tbl {NS}><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{heads}{rows}</w:tbl>",
    )
    _append(document, f"<w:p {NS}><w:pPr>{_style('Cell')}{_pitch(6)}</w:pPr></w:p>")


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
        first.append(_cell(head.text, sum(mine), "center", _bold(True) + size, _span(head) + merge))
        second += (
            [_cell("", sum(mine), "center", size, "<w:vMerge/>")]
            if head.rows > 1
            else [_cell(next(below).text, width, "center", _bold(True) + size) for width in mine]
            if len(table.heads) > 1
            else []
        )
    return [first, second] if second else [first]


def _span(head: Head) -> str:
    return f'<w:gridSpan w:val="{head.columns}"/>' if head.columns > 1 else ""


def _bold(strong: bool) -> str:
    return _fonts("黑体") if strong else ""


def _row(cells: Iterable[str], *, header: bool = False) -> str:
    mark = "<w:tblHeader/>" if header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{mark}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, width: int, align: str, properties: str, merged: str = "") -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merged}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr>{_style("Cell")}<w:jc w:val="{align}"/></w:pPr>{_run(text, properties)}</w:p></w:tc>'
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
    before = document.element.body.findall(f".//{{{_uri()}}}sectPr")[-2].getparent()
    from docx.oxml import parse_xml  # noqa: PLC0415

    before.insert(0, parse_xml(_pitch(1).replace("<w:spacing", f"<w:spacing {NS}")))
    before.insert(0, parse_xml(_style("Cell").replace("<w:pStyle", f"<w:pStyle {NS}")))
    _page(section, turned=turned)


def _page(section: Section, *, turned: bool) -> None:
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415
    from docx.oxml import parse_xml  # noqa: PLC0415
    from docx.shared import Mm  # noqa: PLC0415

    long, short = Mm(297), Mm(210)
    section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if turned else (short, long)
    top, right, bottom, left = (Mm(side) for side in MARGINS[turned])
    section.top_margin, section.right_margin = top, right
    section.bottom_margin, section.left_margin = bottom, left
    section.header_distance = Mm(HEADER_AT - (9 if turned else 0))
    section.footer_distance = Mm(FOOTER_AT - (9 if turned else 0))
    properties = section._sectPr
    for old in properties.findall(f"{{{_uri()}}}docGrid"):
        properties.remove(old)
    properties.append(parse_xml(f'<w:docGrid {NS} w:type="lines" w:linePitch="{round(PITCH * TWIP)}"/>'))


def _set_up(document: Document, paper: Paper) -> None:
    """Set styles, page, marks, page numbers and the properties that would hold a clock."""
    from docx.oxml import parse_xml  # noqa: PLC0415

    for name, (face, size, paragraph) in STYLES.items():
        _define(document, name, face, size, paragraph)
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    _page(section, turned=False)
    marks = f"<w:p {NS}><w:pPr>{_style('Marks')}</w:pPr>{_run('　'.join(paper.marks))}</w:p>"
    for header in (section.header, section.even_page_header):
        _replace(header, parse_xml(marks))
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        number = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        indent = f'<w:ind w:{side}="{FOOT * TWIP}" w:firstLine="0"/><w:jc w:val="{side}"/>'
        line = f"<w:p {NS}><w:pPr>{_style('Number')}{indent}</w:pPr>{_run('- ')}{number}{_run(' -')}</w:p>"
        _replace(footer, parse_xml(line))
    _name_fonts(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = paper.title, "", ""
    properties.last_modified_by, properties.revision = "", 1
    properties.created = properties.modified = CREATED.replace(tzinfo=dt.UTC)


def _name_fonts(document: Document) -> None:
    """Name beside each face those that may stand in for it, for a machine that lacks it."""
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415

    rows = rulebook_rows("faces")
    faces = dict.fromkeys(row["face"] for row in rows)
    names = {face: [row["family"] for row in rows if row["face"] == face] for face in faces}
    fonts = "".join(
        f'<w:font w:name="{asked}"><w:altName w:val="{",".join(others)}"/><w:charset w:val="86"/></w:font>'
        for asked, *others in names.values()
    )
    table = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {NS}>{fonts}</w:fonts>'
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = table.encode("utf-8")


def _replace(part: Any, paragraph: Any) -> None:
    part.is_linked_to_previous = False
    for old in list(part._element):
        part._element.remove(old)
    part._element.append(paragraph)


def _define(document: Document, name: str, face: str, size: float, paragraph: str) -> None:
    """Define a paragraph style from nothing, so that nothing of the template's shows through."""
    from docx.oxml import parse_xml  # noqa: PLC0415

    styles = document.styles.element
    key = name.replace(" ", "")
    for old in styles.xpath(f'w:style[@w:styleId="{key}"]'):
        styles.remove(old)
    base = "" if name == "Normal" else '<w:basedOn w:val="Normal"/>'
    default = ' w:default="1"' if name == "Normal" else ""
    pitch = TIGHT.get(name, PITCH)
    known = name.lower() if name.startswith(("Heading", "Caption")) else name  # as Word calls its own
    condensed = f'<w:spacing w:val="{CONDENSED if size == SIZE else 0}"/>'
    run = (
        f'{_fonts(face)}<w:b w:val="0"/><w:color w:val="000000"/>{condensed}<w:sz w:val="{round(size * 2)}"/>'
    )
    # The schema wants pPr's children in its own order: keepNext first, then spacing, ind, jc, outline.
    before, after = _split(paragraph)
    snap = "" if pitch == PITCH else '<w:snapToGrid w:val="0"/>'
    auto = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>' if name == "Cell" else ""
    body = f'{before}<w:widowControl w:val="0"/>{auto}{snap}{_pitch(pitch)}{after}'
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
    made = (
        f'<w:style {NS} w:type="paragraph"{default} w:styleId="{key}"><w:name w:val="{known}"/>{base}'
        f"<w:qFormat/><w:pPr>{body}</w:pPr><w:rPr>{run}{language}</w:rPr></w:style>"
    )
    styles.append(parse_xml(made))


def _split(paragraph: str) -> tuple[str, str]:
    found = re.match(r"<w:keepNext/>", paragraph)
    return (found[0], paragraph[found.end() :]) if found else ("", paragraph)


def _pitch(points: float) -> str:
    if points == 0:
        return '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
    return f'<w:spacing w:before="0" w:after="0" w:line="{round(points * TWIP)}" w:lineRule="exact"/>'


def _fonts(face: str) -> str:
    name = next(row["family"] for row in rulebook_rows("faces") if row["face"] == face)
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def _uri() -> str:
    return NS.split('"')[1]


def _same_bytes(data: bytes) -> bytes:
    """Return a zip file with the same members, whose times are those of no clock."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as made:
        for name in sorted(given.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            made.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), given.read(name), zipfile.ZIP_DEFLATED
            )
    return sink.getvalue()
