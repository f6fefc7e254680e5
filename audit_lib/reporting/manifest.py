"""The manifest: from which bytes, with which tools and choices a run made which files.

It holds no time, so the same inputs give the same manifest, and from it a stranger can make
the run again.
"""

from __future__ import annotations

import json
import platform
from importlib import metadata
from pathlib import Path

import pandas as pd

from audit_lib.compliance import check_sums, load_judgement
from audit_lib.files import Json, sha256_file, write_text
from audit_lib.intake import Intake, load_intake
from audit_lib.params import Run
from audit_lib.reporting.draws import read_draws
from audit_lib.schemas import rulebook_rows

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
    "scipy",
    "xlsxwriter",
    "zhplot",
)
NAME = "manifest.json"


def write_manifest(run: Run) -> Path:
    """Write ``manifest.json`` of a run and return its path.

    Raises
    ------
    JudgeError   counties do not add up to their city, or cities to the province
    """
    intake = load_intake(run.folder / "intake")
    check_tree(load_judgement(run.folder / "judgement").indicators, intake.areas)
    path = run.folder / NAME
    content = json.dumps(manifest(run, intake), ensure_ascii=False, indent=1, sort_keys=True)
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


def manifest(run: Run, intake: Intake) -> Json:
    """Return what the manifest of a run says."""
    draws = read_draws(run)
    return {
        "inputs": _inputs(run, intake),
        "outputs": _outputs(run),
        "versions": {"python": platform.python_version()}
        | {package: metadata.version(package) for package in PACKAGES},
        "params": run.params.model_dump(mode="json"),
        "seed": {draw.name: draw.certificate.seed for draw in draws if draw.certificate},
    }


def _inputs(run: Run, intake: Intake) -> list[Json]:
    known = intake.files.dropna(subset=["sha256"]).drop_duplicates("file").sort_values("file")
    files: list[Json] = [
        {"path": str(file), "sha256": str(digest)}
        for file, digest in zip(known["file"], known["sha256"], strict=True)
    ]
    return [{"path": run.file.name, "sha256": sha256_file(run.file)}, *files]


def _outputs(run: Run) -> list[Json]:
    paths = sorted(path for path in run.folder.rglob("*") if path.is_file() and path.name != NAME)
    return [
        {"path": path.relative_to(run.folder).as_posix(), "sha256": sha256_file(path)}
        for path in paths
        if not path.name.startswith(".")
    ]
