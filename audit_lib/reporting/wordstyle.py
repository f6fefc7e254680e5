"""What a Word file of a report looks like: styles, page, marks, page numbers, names of faces.

Word knows half points only, so 3号 is 16 points condensed by a quarter point; lines are exact.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from audit_lib.reporting.paper import Paper
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
    "Note": ("仿宋", SMALL, '<w:keepLines/><w:ind w:firstLine="0"/>'),
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

TWIP = 20
NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def set_up(document: Document, paper: Paper) -> None:
    """Set styles, page, marks, page numbers and the properties that would hold a clock."""
    from docx.oxml import parse_xml  # noqa: PLC0415

    for name, (face, size, paragraph) in STYLES.items():
        _define(document, name, face, size, paragraph)
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    set_page(section, turned=False)
    marks = f"<w:p {NS}><w:pPr>{style_of('Marks')}</w:pPr>{run_of('　'.join(paper.marks))}</w:p>"
    for header in (section.header, section.even_page_header):
        _replace(header, parse_xml(marks))
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        number = '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        indent = f'<w:ind w:{side}="{FOOT * TWIP}" w:firstLine="0"/><w:jc w:val="{side}"/>'
        line = (
            f"<w:p {NS}><w:pPr>{style_of('Number')}{indent}</w:pPr>{run_of('- ')}{number}{run_of(' -')}</w:p>"
        )
        _replace(footer, parse_xml(line))
    _name_fonts(document)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = paper.title, "", ""
    properties.last_modified_by, properties.revision = "", 1
    properties.created = properties.modified = CREATED.replace(tzinfo=dt.UTC)


def set_page(section: Section, *, turned: bool) -> None:
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
    for old in properties.findall(f"{{{uri()}}}docGrid"):
        properties.remove(old)
    properties.append(parse_xml(f'<w:docGrid {NS} w:type="lines" w:linePitch="{round(PITCH * TWIP)}"/>'))


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
    run = f'{fonts_of(face)}<w:b w:val="0"/><w:color w:val="000000"/>{condensed}'
    run += f'<w:sz w:val="{round(size * 2)}"/>'
    # The schema wants pPr's children in its own order: keepNext first, then spacing, ind, jc, outline.
    before, after = _split(paragraph)
    snap = "" if pitch == PITCH else '<w:snapToGrid w:val="0"/>'
    auto = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>' if name == "Cell" else ""
    body = f'{before}<w:widowControl w:val="0"/>{auto}{snap}{pitch_of(pitch)}{after}'
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN"/>'
    made = (
        f'<w:style {NS} w:type="paragraph"{default} w:styleId="{key}"><w:name w:val="{known}"/>{base}'
        f"<w:qFormat/><w:pPr>{body}</w:pPr><w:rPr>{run}{language}</w:rPr></w:style>"
    )
    styles.append(parse_xml(made))


def _split(paragraph: str) -> tuple[str, str]:
    found = re.match(r"(<w:keepNext/>|<w:keepLines/>)+", paragraph)
    return (found[0], paragraph[found.end() :]) if found else ("", paragraph)


def style_of(name: str) -> str:
    """Return the reference to a paragraph style."""
    return f'<w:pStyle w:val="{name.replace(" ", "")}"/>'


def run_of(text: str, properties: str = "") -> str:
    """Return text as a run: line ends become breaks, everything else is escaped."""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r><w:rPr>{properties}</w:rPr>{lines}</w:r>"


def pitch_of(points: float) -> str:
    """Return a line pitch in points; that of the print where it is none."""
    if points == 0:
        return '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
    return f'<w:spacing w:before="0" w:after="0" w:line="{round(points * TWIP)}" w:lineRule="exact"/>'


def fonts_of(face: str) -> str:
    """Return the face as officials' machines call it, for every script."""
    name = next(row["family"] for row in rulebook_rows("faces") if row["face"] == face)
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def uri() -> str:
    """Return the address of Word's own names."""
    return NS.split('"')[1]
