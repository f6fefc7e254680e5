"""Which reports are still those of the data: nothing that can change their bytes has changed.

One digest is taken of everything a report can see: the stages of its run, the draws of the
campaign, the params, this code, its notebook, the packages, the fonts. It is the same for every
area of a run, because a report may speak about any row of any table: a correction anywhere makes
all of them again rather than leave one that should have changed. Beside each report stands the
digest it was made from and that of each of its files; a report is taken as it lies there only
where all of them agree.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, cast

from audit_lib.compliance.rulebook import rulebook_folder
from audit_lib.errors import InputError
from audit_lib.files import (
    Json,
    canonical_json,
    parse_canonical_json,
    read_bytes,
    sha256_bytes,
    sha256_file,
    write_bytes,
)
from audit_lib.params import Run
from audit_lib.reporting import fonts

PACKAGE = Path(__file__).parents[1]
RECORDS = ".reports"
"""Folder of the records in a run's folder: the memory of the program, no output."""

CLOCKED = "log.jsonl"
"""The campaign's log has times and is no part of any report."""


def inputs_digest(run: Run, notebook: Path) -> str:
    """Return one digest of everything that can change a byte of a run's reports.

    Parameters
    ----------
    notebook : the notebook that makes the reports
    """
    return sha256_bytes(
        canonical_json(
            {
                "stages": _files(run.folder, ("intake", "judgement")),
                "campaign": _files(run.campaign, (".",)),
                "params": [run.file.name, sha256_file(run.file), run.params.model_dump(mode="json")],
                "rulebook": [[file.name, sha256_file(file)] for file in rulebook_files(run)],
                "code": code_digest(),
                "notebook": sha256_file(notebook),
                "packages": list(installed()),
                "fonts": cast("Json", fonts_of(run)),
                "system": [platform.python_version(), sys.platform, platform.machine()],
            }
        )
    )


def rulebook_files(run: Run) -> list[Path]:
    """Return the files of a rulebook that lies beside the params; a shipped one is part of the code."""
    folder = run.file.resolve().parent / rulebook_folder(run.params.rulebook)
    return (
        [] if folder.is_relative_to(PACKAGE) else sorted(file for file in folder.glob("*") if file.is_file())
    )


def fonts_of(run: Run) -> list[dict[str, str]]:
    """Return the font of the figures and those of the papers, each with the digest of its file."""
    figures = {"face": "图", "used": fonts.NAME, "file": fonts.font_file().name}
    return [
        figures | {"sha256": sha256_file(fonts.font_file())},
        *fonts.fonts_used(run.file.resolve().parent),
    ]


def code_digest() -> str:
    """Return one digest of every file of this package."""
    files = (file for file in PACKAGE.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return sha256_bytes(canonical_json(_digests(PACKAGE, files)))


@cache
def installed() -> tuple[str, ...]:
    """Return every installed package with its version, sorted, as this process has found them."""
    return tuple(sorted({f"{one.metadata['Name']}=={one.version}" for one in metadata.distributions()}))


def record(run: Run, area: str, digest: str, written: Iterable[Path]) -> None:
    """Write down from which inputs an area's files were made, and what they are.

    Files that an earlier run made from other inputs are taken away: beside a new page an old
    Word file would be taken for its equal.
    """
    folder, known = run.folder / "reports" / area, _read(run, area)
    earlier = known["outputs"] if known.get("inputs") == digest else {}
    outputs = earlier | {file.name: sha256_file(file) for file in written}
    for file in folder.iterdir():
        if file.name not in outputs:
            file.unlink()
    write_bytes(_place(run, area), canonical_json({"inputs": digest, "outputs": outputs}))


def is_fresh(run: Run, area: str, digest: str, names: Iterable[str]) -> bool:
    """Say whether an area's files of these names were made from these inputs, and are untouched."""
    known, folder = _read(run, area), run.folder / "reports" / area
    if known.get("inputs") != digest:
        return False
    due = {folder / name: known["outputs"].get(name) for name in names}
    return all(file.is_file() and sha256_file(file) == said for file, said in due.items())


def stale(run: Run, digest: str) -> list[str]:
    """Return the areas of which a report lies there that was made from other inputs."""
    folders = sorted(folder.name for folder in (run.folder / "reports").glob("*") if folder.is_dir())
    return [area for area in folders if _read(run, area).get("inputs") != digest]


def forget(run: Run) -> None:
    """Forget what every report was made from: all are made again next time."""
    for file in (run.folder / RECORDS).glob("*.json"):
        file.unlink()


def _files(folder: Path, parts: Iterable[str]) -> Json:
    files = (file for part in parts for file in (folder / part).rglob("*") if file.is_file())
    return _digests(folder, (file for file in files if file.name != CLOCKED))


def _digests(folder: Path, files: Iterable[Path]) -> Json:
    return {file.relative_to(folder).as_posix(): sha256_file(file) for file in sorted(files)}


def _place(run: Run, area: str) -> Path:
    return run.folder / RECORDS / f"{area}.json"


def _read(run: Run, area: str) -> dict[str, Any]:
    """Return the record of an area; nothing where there is none, or none that can be read."""
    try:
        said = parse_canonical_json(read_bytes(_place(run, area)), name=_place(run, area).name)
    except InputError:
        return {}
    return said if isinstance(said, dict) else {}
