"""The manifest: from which bytes, with which tools and choices a run made which files.

It holds no time, so the same inputs give the same manifest, and from it a stranger can make
the run again.
"""

from __future__ import annotations

import json
import platform
import re
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, cast

import pandas as pd

from audit_lib.compliance import check_sums
from audit_lib.errors import CallError, InputError
from audit_lib.files import Json, read_bytes, sha256_file, write_text
from audit_lib.intake import Intake
from audit_lib.params import Run, expand_environment
from audit_lib.reporting.draws import read_draws
from audit_lib.reporting.fresh import CLOCKED, PACKAGE, code_digest, fonts_of, installed, rulebook_files
from audit_lib.reporting.whole import load_whole
from audit_lib.schemas import rulebook_rows
from audit_lib.shipped import shipped

PACKAGES = (
    "audit-lib",
    "jinja2",
    "matplotlib",
    "numpy",
    "pandas",
    "papermill",
    "pyarrow",
    "pydantic",
    "python-calamine",
    "python-docx",
    "scipy",
    "typst",
    "xlsxwriter",
    "zhplot",
)
FORMAT = "manifest/2"
NAME = "manifest.json"
RECORD = "run-record.jsonl"
"""When and where a run was made: it has times, so it is no output."""

AFTERWARDS = ("compare", "findings", "release")
"""Folders of what is made from a finished run, or looked at beside it: what of the findings counts is in
the tables of intake."""


def write_manifest(run: Run) -> Path:
    """Write ``manifest.json`` of a run and return its path.

    Raises
    ------
    JudgeError   counties do not add up to their city, or cities to the province
    """
    whole = load_whole(run)
    check_tree(whole.judgement.indicators, whole.intake.areas)
    path = run.folder / NAME
    content = json.dumps(manifest(run, whole.intake), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(path, content + "\n")
    return path


def check_tree(indicators: pd.DataFrame, areas: pd.DataFrame) -> None:
    """Refuse counts that do not add up along the tree of areas; reporting bodies stand beside it.

    Raises
    ------
    JudgeError   naming the indicators and areas whose parts sum to something else
    """
    on_tree = {row["key"] for row in rulebook_rows("indicators") if row["tree"] == "yes"}
    check_sums(indicators[indicators["indicator"].isin(on_tree)], areas)


def manifest(run: Run, intake: Intake) -> dict[str, Json]:
    """Return what the manifest of a run says; a path names no place of one machine."""
    draws = read_draws(run)
    return {
        "format": FORMAT,
        "inputs": _inputs(run, intake),
        "campaign": _listed(run.campaign, [file for file in _files(run.campaign) if file.name != CLOCKED]),
        "rulebook": [{"path": file.name, "sha256": sha256_file(file)} for file in rulebook_files(run)],
        "outputs": _listed(run.folder, run_files(run.folder)),
        "versions": {"python": platform.python_version()}
        | {package: metadata.version(package) for package in PACKAGES},
        "code": {"sha256": code_digest(), **_commit()},
        "lock": _lock(),
        "platform": {"system": platform.system(), "machine": platform.machine()},
        "fonts": cast("Json", fonts_of(run)),
        "params": run.params.model_dump(mode="json"),
        "seed": {draw.name: draw.certificate.seed for draw in draws if draw.certificate},
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run's folder.

    Raises
    ------
    InputError   there is none, or it cannot be read
    """
    try:
        said = json.loads(read_bytes(folder / NAME))
        known = {"inputs", "campaign", "outputs", "versions", "params"} <= set(said)
    except (ValueError, TypeError):
        known = False
    if not known:
        raise InputError(
            f"{folder / NAME} 不是完整的清单, 请重新运行 audit report",
            f"{folder / NAME} is no whole manifest: run audit report again",
        )
    return dict(said)


def run_files(folder: Path) -> list[Path]:
    """Return every file of a run that the promise of equal bytes speaks about.

    Left out are the manifest itself, what is made from a run afterwards and what has times.
    """
    return [
        file
        for file in _files(folder)
        if file.name not in (NAME, RECORD) and file.relative_to(folder).parts[0] not in AFTERWARDS
    ]


def _files(folder: Path) -> list[Path]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return sorted(
        file for file in found if not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _listed(folder: Path, files: Sequence[Path]) -> list[Json]:
    return [{"path": file.relative_to(folder).as_posix(), "sha256": sha256_file(file)} for file in files]


def _inputs(run: Run, intake: Intake) -> list[Json]:
    """Every file that was read: the params, the areas, the tables, the risk scores of draws."""
    known = intake.files.dropna(subset=["sha256"]).drop_duplicates("file").sort_values("file")
    files: list[Json] = [
        {"path": str(file), "sha256": str(digest)}
        for file, digest in zip(known["file"], known["sha256"], strict=True)
    ]
    areas = run.data / run.params.areas
    tree: list[Json] = _listed(run.data, [areas]) if areas.is_file() else []
    named = [choice.scores for choice in run.params.draws.values() if choice.scores]
    scores = {run.data / path for said in named if (path := expand_environment(said))}
    files += [{"path": file.name, "sha256": sha256_file(file)} for file in sorted(scores) if file.is_file()]
    return [{"path": run.file.name, "sha256": sha256_file(run.file)}, *tree, *files]


def _commit() -> dict[str, Json]:
    """Return the commit of the code and whether it was changed since; null outside a clone."""
    home = PACKAGE.parent

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", "-C", str(home), *words], capture_output=True, check=True, timeout=60
        ).stdout.decode()

    try:
        # Installed into somebody else's clone, it would otherwise bear that one's commit.
        git("ls-files", "--error-unmatch", str(Path(__file__).relative_to(home)))
        dirty = git("status", "--porcelain", "--", PACKAGE.name, "notebooks") != ""
        return {"commit": git("rev-parse", "HEAD").strip(), "dirty": dirty}
    except (OSError, subprocess.SubprocessError):
        return {"commit": None, "dirty": None}


def _lock() -> dict[str, Json]:
    """Return the digest of the lock, and the installed packages that are not as it says."""
    try:
        file = shipped("requirements.lock")
    except CallError:
        return {"sha256": None, "differs": None}
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    there = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in map(_split, installed())}
    differs = {name: there[name] for name, due in sorted(pins.items()) if there.get(name, due) != due}
    return {"sha256": sha256_file(file), "differs": differs}


def _split(pin: str) -> tuple[str, str]:
    name, _, version = pin.partition("==")
    return name, version
