"""The Chinese faces of documents and figures: which are asked for, which a machine has, what they lack.

GB/T 9704-2012 names faces that may not be passed on. A face is looked for in the folder ``fonts``
beside the params, among the fonts of the system, then among free ones; what stands in for it is
recorded (`fonts_used`). Word files name the faces asked for: officials' machines have them.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from audit_lib.errors import ReportError
from audit_lib.files import sha256_file
from audit_lib.schemas import rulebook_rows

if TYPE_CHECKING:
    import typst

NAME = "Noto Sans SC"
"""The face of the figures, the same on every machine."""

UNKNOWN = "〓"
"""What printers set for a character that no font has."""

BOLD, PLAIN = 700, 400
HEAVY = ("小标宋", "黑体")
"""Faces whose substitutes are taken bold, or title and headings would not stand out."""


@cache
def font_file() -> Path:
    """Return the path of the font of the figures, found without running its package.

    ``zhplot`` changes matplotlib's settings when imported; its font file is all that is wanted.

    Raises
    ------
    ReportError   the package with the font is not installed
    """
    spec = importlib.util.find_spec("zhplot")
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ReportError(
            "找不到图表用的中文字体, 请重新安装依赖包 zhplot",
            "the Chinese font of the figures is missing: install the package zhplot again",
        )
    return path


@dataclass(frozen=True, slots=True)
class Face:
    """One face of the standard: the name asked for, and the families at hand, the one used first."""

    name: str
    asked: str
    families: tuple[str, ...]
    substitute: bool
    file: Path

    def __str__(self) -> str:
        return (
            f"{self.name}: 没有“{self.asked}”, 以“{self.families[0]}”代替" if self.substitute else self.name
        )


@dataclass(frozen=True)
class Faces:
    """Every face as a machine can set it, by name; ``fonts`` is what typst reads them with."""

    faces: dict[str, Face]
    fonts: typst.Fonts

    @cached_property
    def known(self) -> frozenset[str]:
        """The characters that at least one of the fonts has."""
        files = {
            (one.path, one.index) for one in self.fonts.fonts() if one.path and one.family in self.families
        }
        return frozenset().union(*(_characters(Path(path), index) for path, index in sorted(files)))

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Every family in use, in the order in which they are tried for a rare character."""
        return tuple(dict.fromkeys(name for face in self.faces.values() for name in face.families))

    def chain(self, face: str) -> tuple[str, ...]:
        """Return the families for one face: its own first, then all others for what it lacks."""
        return tuple(dict.fromkeys([*self.faces[face].families, *self.families]))

    def lacking(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Return the characters of some texts that no font has, sorted."""
        return tuple(sorted(set().union(*texts) - self.known - {"\n"}))


def printable(text: str) -> str:
    """Return a text out of a file without the signs that print nothing or turn its direction.

    A name with such a sign in it looks like another name; a line end stays a line end. Characters
    of private or later sets stay: rare names are written with them.

    >>> printable("甲\\u202e乙\\r\\n丙\\x00")
    '甲乙\\n丙'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\t", " ")
    return "".join(sign for sign in text if sign == "\n" or not prints_nothing(sign))


def prints_nothing(sign: str) -> bool:
    """Say whether a sign has no picture of its own."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs") or sign in "\ufffe\uffff"


def rare_signs(signs: Iterable[str]) -> set[str]:
    """Return the signs that the face of the figures cannot print."""
    known = _characters(font_file(), 0)
    return {sign for sign in signs if sign != "\n" and (sign not in known or prints_nothing(sign))}


def lenders(signs: Iterable[str]) -> dict[str, Face]:
    """Return for a sign the face of the documents whose font has it, a plain one first; some have none."""
    faces = [*reversed(find_faces(font_file().parent).faces.values())]
    found = {sign: [face for face in faces if sign in _characters(face.file, 0)] for sign in signs}
    return {sign: mine[0] for sign, mine in found.items() if mine and not prints_nothing(sign)}


@cache
def find_faces(folder: Path) -> Faces:
    """Return the faces at hand for a run whose params lie in ``folder``.

    Raises
    ------
    ReportError   a face has no font at all: a page would come out with empty boxes
    """
    import typst  # noqa: PLC0415 only documents need it

    free = font_file().parent
    own = [folder / "fonts"] if (folder / "fonts").is_dir() else []
    fonts = typst.Fonts(include_embedded_fonts=False, font_paths=[*own, free])
    there: dict[str, list[typst.FontInfo]] = {}
    for one in sorted(fonts.fonts(), key=lambda one: (one.family, one.index, one.path or "")):
        if one.path and one.style == "normal":
            there.setdefault(one.family, []).append(one)
    rows = rulebook_rows("faces")
    found: dict[str, Face] = {}
    for name in dict.fromkeys(row["face"] for row in rows):
        mine = [row for row in rows if row["face"] == name]
        at_hand = [row for row in mine if row["family"] in there]
        if not at_hand:
            raise ReportError(
                f"没有可用的“{name}”字体, 请重新安装依赖包 zhplot",
                f"there is no font for the face {name}: install the package zhplot again",
            )
        weight = BOLD if name in HEAVY else PLAIN
        used = min(there[at_hand[0]["family"]], key=lambda one: abs(one.weight - weight))
        found[name] = Face(
            name=name,
            asked=mine[0]["family"],
            families=tuple(row["family"] for row in at_hand),
            substitute=at_hand[0]["role"] != "asked",
            file=Path(used.path or ""),
        )
    return Faces(found, fonts)


def fonts_used(folder: Path) -> list[dict[str, str]]:
    """Return which font stands for each face, for the manifest: face, asked, used, file, sha256."""
    return [
        {
            "face": face.name,
            "asked": face.asked,
            "used": face.families[0],
            "file": face.file.name,
            "sha256": _digest(face.file),
        }
        for face in find_faces(folder).faces.values()
    ]


def substitutes(folder: Path) -> list[str]:
    """Return a line for each face that another one stands in for."""
    return [str(face) for face in find_faces(folder).faces.values() if face.substitute]


@cache
def _digest(file: Path) -> str:
    return sha256_file(file)


@cache
def _characters(path: Path, index: int) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415 a heavy part, used by documents and figures only

    return frozenset(map(chr, FT2Font(path, face_index=index).get_charmap()))
