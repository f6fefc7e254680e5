"""One notebook executed: its error named by its cell, what is kept of it the same from the same inputs.

What is kept holds no time, no random id and no path of this machine.
"""

from __future__ import annotations

import ast
import logging
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_lib.errors import CallError, ReportError
from audit_lib.files import write_text

if TYPE_CHECKING:
    from nbformat import NotebookNode

LONGEST_CELL_SECONDS = 600
MOST_STARTS = 3
"""A port that was free a moment ago may be another program's when a kernel takes it."""

ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
WIDGET = "application/vnd.jupyter.widget-view+json"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def execute(file: Path, parameters: Mapping[str, str], *, manager: type[Any] | None = None) -> NotebookNode:
    """Return a notebook as executed with these parameters, stripped of all that differs between runs.

    Raises
    ------
    CallError     a parameter that the notebook does not declare: papermill would only warn
    ReportError   a cell failed; the message names it
    """
    import nbformat  # noqa: PLC0415 the kernel imports this module too and must not pay for papermill
    import papermill  # type: ignore[import-untyped]  # noqa: PLC0415
    from nbclient.exceptions import CellTimeoutError, DeadKernelError  # noqa: PLC0415

    _refuse_unknown(nbformat.read(file, as_version=4), file, parameters)  # type: ignore[no-untyped-call]

    def run_once() -> Any:
        return papermill.execute_notebook(
            str(file),
            None,
            parameters=dict(parameters),
            progress_bar=False,
            kernel_name="python3",
            execution_timeout=LONGEST_CELL_SECONDS,
            shutdown_kernel="immediate",
            **({"kernel_manager_class": manager} if manager else {}),
        )

    try:
        notebook = _begin(run_once, file)
    except papermill.PapermillExecutionError as failed:
        raise _cell_error(file, failed) from failed
    except (DeadKernelError, CellTimeoutError) as ended:
        raise ReportError(
            f"{file.name} 的内核中途停止(内存不足或超过 {LONGEST_CELL_SECONDS} 秒), 请重新运行",
            f"the kernel of {file.name} stopped (out of memory, or over {LONGEST_CELL_SECONDS} s): run again",
        ) from ended
    return _normalise(notebook)


def _begin(run_once: Callable[[], Any], file: Path) -> Any:
    """Run a notebook; where its kernel ended before it had answered once, nothing was done: begin anew."""
    from nbclient.exceptions import DeadKernelError  # noqa: PLC0415 as above

    left = MOST_STARTS
    while True:
        left -= 1
        try:
            return run_once()
        except DeadKernelError:
            raise
        except RuntimeError as ended:
            if not left:
                raise ReportError(
                    f"{file.name} 的内核没有启动, 请重新运行: {ended}",
                    f"the kernel of {file.name} did not start, run again: {ended}",
                ) from ended


def write_executed(path: Path, notebook: NotebookNode, renamed: Mapping[str, str]) -> None:
    """Write an executed notebook; a path that it was handed is kept under another name."""
    import nbformat  # noqa: PLC0415 as above

    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            for old, new in renamed.items():
                cell.source = cell.source.replace(f'"{old}"', f'"{new}"')
    write_text(path, nbformat.writes(notebook) + "\n")  # type: ignore[no-untyped-call]


def load_papermill() -> None:
    """Import papermill without the module that takes a second and checks addresses nobody has here."""
    modules: dict[str, object] = vars(sys)["modules"]
    modules.setdefault("rfc3987_syntax", None)  # None is how an import is refused
    logging.getLogger("papermill").setLevel(logging.ERROR)
    import papermill  # noqa: F401, PLC0415


def _refuse_unknown(notebook: NotebookNode, file: Path, parameters: Mapping[str, str]) -> None:
    declared = {
        target.id
        for cell in notebook.cells
        if "parameters" in cell.metadata.get("tags", [])
        for line in ast.parse(cell.source).body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
    if strange := sorted(set(parameters) - declared):
        known = sorted(declared)
        raise CallError(
            f"笔记本 {file.name} 没有参数 {'、'.join(strange)}, 有: {'、'.join(known)}",
            f"notebook {file.name} has no parameter {', '.join(strange)}; it has {', '.join(known)}",
        )


def _cell_error(file: Path, failed: Any) -> ReportError:
    line = next((line for line in failed.source.splitlines() if line.strip()), "").strip()
    said = COLOUR.sub("", f"{failed.ename}: {failed.evalue}")
    return ReportError(
        f"{file.name} 第 {failed.exec_count} 个代码单元({line}): {said}",
        f"{file.name}, code cell {failed.exec_count} ({line}): {said}",
    )


def _normalise(notebook: NotebookNode) -> NotebookNode:
    notebook.metadata.pop("papermill", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for place, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{place:02d}"
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "outputs" in cell:
            # A library's warning names files of this machine; what makes a figure wrong is an error.
            cell["outputs"] = [output for output in cell["outputs"] if output.get("name") != "stderr"]
        for output in cell.get("outputs", []):
            # A widget is a number of this very kernel; the table beside it says the same to everybody.
            output.get("data", {}).pop(WIDGET, None)
            for kind, text in output.get("data", {}).items():
                if isinstance(text, str) and kind.startswith("text/"):
                    output["data"][kind] = ADDRESS.sub("0x0", text)
    return notebook
