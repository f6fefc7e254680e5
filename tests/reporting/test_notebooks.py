"""The notebooks as they are committed: thin, clean, runnable anywhere."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from audit_lib.reporting.case import find_run
from audit_lib.shipped import notebook as shipped

NAMES = {
    "0_lookup": {"params_file", "area", "type", "period", "condition"},
    "1_draw": {"params_file", "area", "draw"},
    "2_acceptance": {"params_file", "area"},
    "3_weekly": {"params_file", "area", "week"},
    "4_investigation": {"params_file", "area", "period", "question"},
}
MOST_LINES = 6


def cells(name: str, kind: str) -> list[dict[str, Any]]:
    content = json.loads(shipped(name).read_text(encoding="utf-8"))
    return [cell for cell in content["cells"] if cell["cell_type"] == kind]


@pytest.mark.parametrize("name", NAMES)
def test_notebook_only_calls(name: str) -> None:
    for cell in cells(name, "code"):
        source = "".join(cell["source"])
        assert len(source.splitlines()) <= MOST_LINES, source
        thick = (ast.FunctionDef, ast.For, ast.If, ast.Try, ast.While, ast.With, ast.ClassDef, ast.Lambda)
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, thick)], source


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_committed_without_outputs(name: str) -> None:
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells(name, "code"))


@pytest.mark.parametrize(("name", "expected"), NAMES.items())
def test_parameters_are_those_of_the_contract(name: str, expected: set[str]) -> None:
    tagged = [cell for cell in cells(name, "code") if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    lines = ast.parse("".join(tagged[0]["source"])).body
    assert {line.targets[0].id for line in lines} == expected  # type: ignore[attr-defined]
    assert all(isinstance(line.value.value, str) for line in lines)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_kernel_is_the_plain_one(name: str) -> None:
    content = json.loads(shipped(name).read_text(encoding="utf-8"))
    assert content["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("name", NAMES)
def test_title_and_three_lines_come_first(name: str) -> None:
    title, lines = ("".join(cell["source"]) for cell in cells(name, "markdown")[:2])
    assert title.startswith("# ")
    assert [line[:8] for line in lines.splitlines()] == [
        "- **问题**:"[:8],
        "- **读**: "[:8],
        "- **写**: "[:8],
    ]


def test_every_shipped_notebook_is_tested_here() -> None:
    assert {path.stem for path in Path(shipped("1_draw")).parent.glob("*.ipynb")} == set(NAMES)


def test_params_named_from_the_notebooks_folder_find_the_run_above(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "out" / "runs" / "r").mkdir(parents=True)
    (tmp_path / "p.yaml").write_text("run: r\ncampaign: c\ninputs: {}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "notebooks")
    for named in ("p.yaml", "../p.yaml"):
        assert find_run(named).folder == tmp_path / "out" / "runs" / "r"
