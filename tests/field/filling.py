"""Clerks: cells put into a workbook as a spreadsheet saves them, and LibreOffice that saves it again."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CELL = re.compile(r"([A-Z]+)(\d+)")

Cells = Mapping[str, str | float]
"""Cell by its name, ``B7``, and what is put into it; text stays text, a number is a number."""


def fill(book: bytes, sheets: Mapping[str, Cells]) -> bytes:
    """Return the workbook with cells filled in, each in the format that its place has."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = _sheet_files(old)
        for entry in old.namelist():
            cells = sheets.get(names.get(entry, ""))
            data = old.read(entry)
            new.writestr(entry, _filled(data, cells) if cells else data)
    return out.getvalue()


def save_again(folder: Path, *, through: tuple[str, ...] = ("ods", "xlsx")) -> None:
    """Let LibreOffice open and save every workbook of a folder, first as one kind, then as the next."""
    kind, files = "xlsx", folder
    for place, following in enumerate(through):
        target = folder.parent / f"{folder.name}-{place}-{following}"
        call = [
            "soffice",
            "--headless",
            f"-env:UserInstallation=file://{folder.parent}/profile",
            "--convert-to",
        ]
        call += [following, "--outdir", str(target), *map(str, sorted(files.glob(f"*.{kind}")))]
        subprocess.run(
            call, check=True, capture_output=True, timeout=300, env=os.environ | {"LC_ALL": "C.UTF-8"}
        )
        kind, files = following, target
    for file in files.glob(f"*.{kind}"):
        shutil.copy(file, folder / file.name)


def _sheet_files(book: zipfile.ZipFile) -> dict[str, str]:
    """File inside the zip -> title of its sheet; xlsxwriter numbers them in order."""
    titles = re.findall(rb'<sheet name="([^"]*)"', book.read("xl/workbook.xml"))
    return {f"xl/worksheets/sheet{place}.xml": title.decode() for place, title in enumerate(titles, 1)}


def _filled(xml: bytes, cells: Cells) -> bytes:
    ET.register_namespace("", MAIN)
    root = ET.fromstring(xml)  # noqa: S314 - our own workbook
    data = root.find(f"{{{MAIN}}}sheetData")
    assert data is not None
    widths = [
        (int(col.get("min", 0)), int(col.get("max", 0)), col.get("style"))
        for col in root.iter(f"{{{MAIN}}}col")
    ]
    rows = {int(row.get("r", 0)): row for row in data}
    for name, value in cells.items():
        found = CELL.fullmatch(name)
        assert found, name
        row = rows.setdefault(int(found[2]), ET.Element(f"{{{MAIN}}}row", {"r": found[2]}))
        there = {str(cell.get("r")): cell for cell in row}
        cell = there.get(name)
        if cell is None:
            place = _column(found[1])
            style = next((style for low, high, style in widths if low <= place <= high and style), None)
            cell = ET.Element(f"{{{MAIN}}}c", {"r": name} | ({"s": style} if style else {}))
            row.append(cell)
            row[:] = sorted(row, key=lambda one: _column(CELL.fullmatch(str(one.get("r")))[1]))  # type: ignore[index]
        _put(cell, value)
    data[:] = [rows[number] for number in sorted(rows)]
    if (box := root.find(f"{{{MAIN}}}dimension")) is not None:
        root.remove(box)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _put(cell: ET.Element, value: str | float) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if isinstance(value, str):
        cell.set("t", "inlineStr")
        ET.SubElement(ET.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t").text = value
    else:
        ET.SubElement(cell, f"{{{MAIN}}}v").text = repr(value)


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - 64
    return place


def letters(place: int) -> str:
    """Return the letters of a column, counted from 0."""
    return (chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26)
