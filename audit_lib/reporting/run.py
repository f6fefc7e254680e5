"""Reports of many areas: the notebook executed once per area, several at a time in one process.

Threads of one process, never several processes: jupyter's caches of free ports race between
processes. A report that fails is named with its cell, and the others go on.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_lib.errors import AuditError, CallError, ReportError, Text
from audit_lib.params import Run
from audit_lib.reporting import fresh
from audit_lib.reporting.executed import COLOUR, execute, load_papermill, write_executed
from audit_lib.reporting.manifest import check_tree
from audit_lib.reporting.whole import load_whole
from audit_lib.reporting.writing import CHOSEN, FORMATS, known_formats, told
from audit_lib.shipped import notebook as shipped_notebook

if TYPE_CHECKING:
    pass

NOTEBOOK = "2_acceptance"
MOST_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class AreaReport:
    """What became of one area's report.

    ``error`` is None where it lies there whole, ``trace`` what the failing cell said at length;
    ``kept`` where nothing had changed since it was written; ``seconds`` is what it cost.
    """

    area: str
    folder: Path
    error: ReportError | None = None
    trace: str = ""
    kept: bool = False
    seconds: float = 0.0


def report_areas(
    run: Run,
    areas: Sequence[str] | None = None,
    *,
    every: bool = False,
    formats: Sequence[str] = FORMATS,
    progress: Callable[[int, int, str], None],
) -> list[AreaReport]:
    """Write the reports of areas; return what became of each, in the order asked for.

    Parameters
    ----------
    areas : codes; None for the province, every city and every county
    every : make also those again whose inputs have not changed since they were written
    formats : what each report is written as; it counts as made when all of them are there whole
    progress : called with done, total and the name of the area just done

    Raises
    ------
    CallError    an area that the run does not have, a format that there is not
    JudgeError   counties do not add up to their city, or cities to the province
    ReportError  the inputs were changed while the reports were being written
    """
    file = shipped_notebook(NOTEBOOK)
    digest, wanted = fresh.inputs_digest(run, file), known_formats(formats)
    # A server of kernels reads the run while we do.
    with told(CHOSEN, ",".join(wanted)), _kernels(run) as manager:
        names = _names(run)
        codes = list(names) if areas is None else list(dict.fromkeys(areas))
        if strange := [code for code in codes if code not in names]:
            raise CallError(f"没有这些地区: {'、'.join(strange)}", f"no such areas: {', '.join(strange)}")
        outputs = ("report.ipynb", *(f"report.{name}" for name in wanted))
        results = {
            code: AreaReport(code, run.folder / "reports" / code, kept=True)
            for code in codes
            if not every and fresh.is_fresh(run, code, digest, outputs)
        }
        if due := [code for code in codes if code not in results]:
            load_papermill()
            with ThreadPoolExecutor(_at_once()) as pool:
                jobs = {pool.submit(_report_area, run, file, code, manager, digest): code for code in due}
                for done, job in enumerate(as_completed(jobs), start=1):
                    results[jobs[job]] = job.result()
                    progress(done, len(due), names[jobs[job]])
    if due and fresh.inputs_digest(run, file) != digest:
        fresh.forget(run)
        raise ReportError(
            "写报告期间, 判定结果、参数或程序被改动, 请重新运行",
            "judgement, params or program changed while reports were being written: run again",
        )
    return [results[code] for code in codes]


def _names(run: Run) -> dict[str, str]:
    """Return the name of every area of a run whose counts add up, by code, the province first."""
    whole = load_whole(run)
    check_tree(whole.judgement.indicators, whole.intake.areas)
    return dict(zip(whole.areas["code"], whole.areas["name"], strict=True))


def stale_reports(run: Run) -> list[str]:
    """Return the areas of which a report lies there that was not made from the data of today."""
    return fresh.stale(run, fresh.inputs_digest(run, shipped_notebook(NOTEBOOK)))


def run_notebook(run: Run, name: str, parameters: Mapping[str, str], target: Path) -> None:
    """Execute one notebook on a run and write it, as executed, to ``target``.

    Raises
    ------
    CallError     a parameter that the notebook does not declare
    ReportError   a cell failed; the message names it
    """
    from audit_lib.reporting import kernels  # noqa: PLC0415 as above

    load_papermill()
    given = _given(run)
    with kernels.ordinary_kernels() as manager:
        notebook = execute(shipped_notebook(name), {"params_file": given, **parameters}, manager=manager)
    write_executed(target, notebook, {given: run.file.name})


def _report_area(run: Run, file: Path, code: str, manager: type[Any], digest: str) -> AreaReport:
    folder, begun = run.folder / "reports" / code, time.monotonic()
    given = _given(run)
    before = _stamps(folder)
    try:
        notebook = execute(file, {"params_file": given, "area": code}, manager=manager)
        write_executed(folder / "report.ipynb", notebook, {given: run.file.name})
        fresh.record(
            run, code, digest, [path for path, stamp in _stamps(folder).items() if before.get(path) != stamp]
        )
    except AuditError as error:
        old = Text(
            "(原处的旧报告不是按现在的数据写的)" if before else "",
            " (the old report that lies there is of other data)" if before else "",
        )
        named = ReportError(
            f"报告 {code} 没有写成{old.zh}: {error.text.zh}", f"no report of {code}{old.en}: {error.text.en}"
        )
        trace = COLOUR.sub("", "\n".join(getattr(error.__cause__, "traceback", [])))
        return AreaReport(code, folder, named, trace, seconds=time.monotonic() - begun)
    return AreaReport(code, folder, seconds=time.monotonic() - begun)


def _stamps(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return what tells a file written anew from the one that lay there: each write is a new file."""
    found = {path: path.stat() for path in folder.glob("*") if not path.name.startswith(".")}
    return {path: (stat.st_ino, stat.st_mtime_ns) for path, stat in found.items()}


def _given(run: Run) -> str:
    """Return the params file as a kernel finds it from the folder that it is started in."""
    file = run.file.resolve()
    return Path(os.path.relpath(file) if file.drive == Path.cwd().drive else file).as_posix()


def _at_once() -> int:
    return max(2, min(MOST_AT_ONCE, (os.cpu_count() or 2) + 1))


def _kernels(run: Run) -> contextlib.AbstractContextManager[type[Any]]:
    """Return the kernels to use: children of a fork server where the system can fork, else ordinary ones."""
    from audit_lib.reporting import kernels  # noqa: PLC0415 jupyter is imported for many reports only

    return kernels.forked_kernels(_given(run)) if sys.platform == "linux" else kernels.ordinary_kernels()
