"""What a workbook file is made of, looked at before any of it is parsed.

A workbook is a zip (xlsx) or an OLE container (xls, and every encrypted xlsx). Its
directory tells a bomb, a macro, a password or a torn copy for the price of one pass. The
same pass finds three things that the parser hides: cells whose formula failed, numbers
shown with leading zeros, and whether days count from 1904.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field

from audit_lib.errors import InputError

MOST_UNPACKED = 256 * 2**20
"""Bytes a container may unpack to; 25,000 ledger rows of 25 columns need a tenth of it."""

MOST_RATIO = 150
"""Times a part may grow; sheets of equal rows reach about 60, deflate's bombs 1,000."""

RATIO_COUNTS_FROM = 16 * 2**20
"""Bytes below which a ratio frightens nobody."""

MOST_CELLS = 5_000_000
"""Cells from A1 to a sheet's last row and column: the parser lays that box out in memory."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
ZIP_EMPTY = b"PK\x05\x06"

_CELL = re.compile(rb"""<c\s[^>]*?r=["']([A-Z]{1,3})(\d{1,7})["']""")
_ERROR = re.compile(
    rb'<c (?=[^>]*?t="e")[^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:<f[^>]*/>|<f.*?</f>)?<v>([^<]*)'
)
_PADDED = re.compile(rb'<c (?=[^>]*?s="(\d+)")(?![^>]*?t=)[^>]*?r="([A-Z]{1,3})(\d{1,7})"')
_FORMAT = re.compile(
    rb'<numFmt (?=[^>]*?numFmtId="(\d+)")[^>]*?formatCode="(?:&quot;)?(0{2,30})(?:&quot;)?(?:;@)?"'
)
_XF = re.compile(rb"<xf ([^>]*?)/?>")
_BASE_1904 = re.compile(rb'date1904="(?:1|true)"')
_UNIQUE = re.compile(rb'uniqueCount="(\d{1,20})"')
_SHEET = re.compile(rb"<sheet ([^>]*?)/?>")
_RELATION = re.compile(rb"<Relationship ([^>]*?)/?>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """Cells of one sheet, by (row, column) from 0, that the parser would show wrongly."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    padded: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BookFacts:
    """What one pass over a workbook's container says; ``base`` as in `readers.Grid`."""

    sheets: dict[str, SheetFacts]
    base: int = 0


def check_workbook(data: bytes, name: str) -> BookFacts:
    """Look through a workbook's container; refuse what must not reach the parser.

    Raises
    ------
    InputError   encrypted, with macros, torn, unpacking to too much, or not a workbook at all
    """
    if data.startswith(OLE):
        return _check_ole(data, name)
    if data.startswith((ZIP, ZIP_EMPTY)):
        return _check_zip(data, name)
    if data.lstrip()[:64].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        raise InputError(
            f"{name} 其实是网页或 XML, 不是工作簿; 请用 Excel/WPS 打开后另存为 .xlsx",
            f"{name} is really a web page or XML; open it in Excel/WPS and save it as .xlsx",
        )
    raise InputError(f"{name} 不是完整的工作簿文件", f"{name} is not a whole workbook file")


def gunzip(data: bytes, name: str) -> bytes:
    """Return what a .gz file unpacks to.

    Raises
    ------
    InputError   torn, or unpacking to more than `MOST_UNPACKED`
    """
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            text = stream.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{name} 不是完整的压缩文件", f"{name} is not a whole gzip file") from error
    if len(text) > MOST_UNPACKED:
        raise _bomb(name, f"超过 {MOST_UNPACKED >> 20} MB", f"more than {MOST_UNPACKED >> 20} MB")
    return text


def _check_ole(data: bytes, name: str) -> BookFacts:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise locked_error(name)
    if "_VBA_PROJECT_CUR".encode("utf-16-le") in data:
        raise macro_error(name)
    return BookFacts({})


def _check_zip(data: bytes, name: str) -> BookFacts:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as box:
            _check_directory(box, name)
            parts = {entry.filename: box.read(entry) for entry in box.infolist()}
    except RuntimeError as error:
        raise locked_error(name) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise broken_error(name) from error
    if "xl/workbook.xml" not in parts:
        raise InputError(f"{name} 不是 Excel 工作簿", f"{name} is not an Excel workbook")
    claimed = _UNIQUE.search(parts.get("xl/sharedStrings.xml", b"")[:1000])
    if claimed and int(claimed[1]) > len(parts["xl/sharedStrings.xml"]):
        raise _bomb(name, f"声称有 {int(claimed[1])} 段文字", f"{int(claimed[1])} texts")
    formats = _padded_styles(parts.get("xl/styles.xml", b""))
    facts = {}
    for sheet, part in _sheet_parts(parts).items():
        facts[sheet] = _sheet_facts(parts.get(part, b""), formats, name, sheet)
    return BookFacts(facts, 1462 if _BASE_1904.search(parts["xl/workbook.xml"]) else 0)


def _check_directory(box: zipfile.ZipFile, name: str) -> None:
    entries = box.infolist()
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        raise macro_error(name)
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise _bomb(name, f"超过 {MOST_UNPACKED >> 20} MB", f"more than {MOST_UNPACKED >> 20} MB")
    for entry in entries:
        ratio = entry.file_size // max(entry.compress_size, 1)
        if entry.file_size > RATIO_COUNTS_FROM and ratio > MOST_RATIO:
            raise _bomb(name, f"是原来的 {ratio} 倍", f"{ratio} times its size")


def _padded_styles(styles: bytes) -> dict[bytes, int]:
    """Style numbers that show whole numbers with leading zeros -> how many digits."""
    widths = {found[0]: len(found[1]) for found in _FORMAT.findall(styles)}
    if not widths:
        return {}
    cells = styles.partition(b"<cellXfs")[2].partition(b"</cellXfs>")[0]
    numbered = enumerate(dict(_ATTRIBUTE.findall(xf)).get(b"numFmtId", b"") for xf in _XF.findall(cells))
    return {str(place).encode(): widths[key] for place, key in numbered if key in widths}


def _sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet name -> path of its part inside the zip."""
    relations = [
        dict(_ATTRIBUTE.findall(one))
        for one in _RELATION.findall(parts.get("xl/_rels/workbook.xml.rels", b""))
    ]
    targets = {one.get(b"Id", b""): one.get(b"Target", b"").decode("utf-8", "strict") for one in relations}
    sheets = {}
    for one in _SHEET.findall(parts["xl/workbook.xml"]):
        said = dict(_ATTRIBUTE.findall(one))
        target = targets.get(next((value for key, value in said.items() if key.endswith(b":id")), b""), "")
        sheets[_unescape(said.get(b"name", b"").decode("utf-8", "strict"))] = (
            target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        )
    return sheets


def _unescape(text: str) -> str:
    for code, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(code, sign)
    return text


def _sheet_facts(xml: bytes, formats: dict[bytes, int], name: str, sheet: str) -> SheetFacts:
    places = _CELL.findall(xml)
    if places:
        rows = [int(row) for row in {row for _, row in places}]
        columns = [_column(letters) for letters in {letters for letters, _ in places}]
        box = max(rows) * (max(columns) + 1)
        if box > MOST_CELLS:
            raise InputError(
                f"{name} 工作表“{sheet}”的范围有 {box} 格, 多于 {MOST_CELLS} 格; 请删去远处的零星单元格",
                f'{name} sheet "{sheet}" spans {box} cells, over {MOST_CELLS}; remove the far stray cells',
            )
    errors = {
        (int(row) - 1, _column(letters)): said.decode("utf-8", "strict") or "#N/A"
        for letters, row, said in (_ERROR.findall(xml) if b't="e"' in xml else ())
    }
    padded = {
        (int(row) - 1, _column(letters)): formats[style]
        for style, letters, row in (_PADDED.findall(xml) if formats else ())
        if style in formats
    }
    return SheetFacts(errors, padded)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def locked_error(name: str) -> InputError:
    """Return what to say of a file with a password."""
    return InputError(
        f"{name} 已加密, 请去掉密码后重新提交",
        f"{name} is encrypted; remove the password and hand it in again",
    )


def broken_error(name: str) -> InputError:
    """Return what to say of a file that cannot be parsed."""
    return InputError(
        f"{name} 已损坏或没有传完, 请重新导出", f"{name} is broken or was cut off; export it again"
    )


def macro_error(name: str) -> InputError:
    """Return what to say of a workbook with macros."""
    return InputError(
        f"{name} 含有宏, 不予读取; 请另存为 .xlsx", f"{name} holds macros and is not read; save it as .xlsx"
    )


def _bomb(name: str, zh: str, en: str) -> InputError:
    return InputError(
        f"{name} 解开后{zh}, 疑似压缩炸弹, 不予读取", f"{name} unpacks to {en}, as bombs do; it is not read"
    )
