"""Where two files or two runs differ, to the byte: what a manifest says against what lies there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from audit_lib.errors import Text
from audit_lib.files import sha256_file

TEXTS = {".html", ".json", ".ipynb", ".csv"}
"""Files of lines: where they differ is told by line too."""


def list_changed(said: Sequence[Mapping[str, Any]], folder: Path) -> list[Text]:
    """Return the files of a list in a manifest that are gone or hold other bytes.

    Parameters
    ----------
    said : each with ``path``, relative to ``folder``, and ``sha256``
    """
    return [
        changed
        for one in said
        if (changed := changed_file(str(one["path"]), str(one["sha256"]), folder / str(one["path"])))
    ]


def changed_file(name: str, digest: str, file: Path) -> Text | None:
    """Return how one file differs from its digest; None where it does not."""
    if not file.is_file():
        return Text(f"{name}: 找不到", f"{name}: not found")
    if sha256_file(file) != digest:
        return Text(f"{name}: 内容与清单中的摘要不同", f"{name}: not the bytes of the manifest")
    return None


def compare_trees(
    said: Mapping[str, str], there: Path, again: Path, names: Iterable[str], remade: Iterable[str]
) -> list[Text]:
    """Return how the files of a run differ from those made again.

    Parameters
    ----------
    said : digest of each output by path, as the manifest has it
    there, again : the run's folder, and the one it was made again in
    names : paths of the files that lie in the run's folder
    remade : paths of the files made again
    """
    lying, made = set(names), set(remade)
    told = []
    for name in sorted(lying | made | set(said)):
        one, other = there / name, again / name
        if name not in lying:
            told.append(Text(f"{name}: 找不到", f"{name}: not found"))
        elif name not in said:
            told.append(Text(f"{name}: 不在清单上", f"{name}: not in the manifest"))
        elif name not in made:
            told.append(Text(f"{name}: 重做没有得到这个文件", f"{name}: not made again"))
        elif place := first_difference(one, other):
            told.append(Text(f"{name}: {place.zh}", f"{name}: {place.en}"))
        elif changed := changed_file(name, said[name], one):
            told.append(changed)
    return told


def first_difference(one: Path, other: Path) -> Text | None:
    """Return where two files begin to differ, counted from 1; None where they are equal."""
    left, right = one.read_bytes(), other.read_bytes()
    if left == right:
        return None
    pairs = enumerate(zip(left, right, strict=False))
    place = next((at for at, (a, b) in pairs if a != b), min(len(left), len(right)))
    line = left[:place].count(b"\n") + 1
    row = Text(f"(第 {line} 行)", f" (line {line})") if one.suffix in TEXTS else Text("", "")
    return Text(f"从第 {place + 1} 字节{row.zh}起与重做的不同", f"differs from byte {place + 1}{row.en} on")
