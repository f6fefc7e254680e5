"""A report is kept only where nothing that can change its bytes has changed."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock, call

import cases
import nbformat
import pytest
from runs import bytes_of, judged_run, quiet

from audit_lib.errors import ReportError
from audit_lib.params import Run
from audit_lib.reporting import acceptance_report, fresh, open_case, report_areas, stale_reports, write_report
from audit_lib.reporting import run as running
from audit_lib.shipped import notebook

BOOK = notebook("2_acceptance")
TWO = [cases.CITY, cases.COUNTY]
FEW = ("html", "xlsx")
Patch = pytest.MonkeyPatch


@pytest.fixture
def in_process(monkeypatch: Patch) -> None:
    """Do what the notebook does without a kernel: what is tested here is whether it is done at all."""

    def execute(file: Path, parameters: dict[str, str], **_: object) -> nbformat.NotebookNode:
        case = open_case(parameters["params_file"], parameters["area"])
        write_report(case, acceptance_report(case))
        return nbformat.read(file, as_version=4)

    monkeypatch.setattr(running, "execute", execute)
    monkeypatch.setattr(running, "_kernels", lambda run: contextlib.nullcontext(None))


def append(path: Path, text: str = "\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def another_package(run: Run, patch: Patch, folder: Path) -> None:
    shutil.copytree(fresh.PACKAGE, folder / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    append(folder / "copy" / "rulebook" / "readings.csv")
    patch.setattr(fresh, "PACKAGE", folder / "copy")


def own_rulebook(run: Run, patch: Patch, folder: Path) -> None:
    named = dataclasses.replace(run, params=run.params.model_copy(update={"rulebook": "rules"}))
    patch.setattr(fresh, "rulebook_files", lambda _: real(named))
    append(folder / "rules" / "rules.csv", "rule_id\n")


real = fresh.rulebook_files


def another_font(run: Run, patch: Patch, folder: Path) -> None:
    append(folder / "font.ttf")
    patch.setattr(fresh.fonts, "font_file", lambda: folder / "font.ttf")


CHANGES: dict[str, Callable[[Run, Patch, Path], None]] = {
    "judgement": lambda run, patch, folder: append(run.folder / "judgement" / "estimates.parquet"),
    "intake": lambda run, patch, folder: append(run.folder / "intake" / "tables" / "hazards.parquet"),
    "account of the files": lambda run, patch, folder: append(run.folder / "intake" / "intake.json"),
    "draws": lambda run, patch, folder: append(run.campaign / "draws" / "recheck" / "certificate.json"),
    "answers": lambda run, patch, folder: append(run.campaign / "answers.xlsx"),
    "params": lambda run, patch, folder: append(run.file, "# 说明\n"),
    "rulebook": another_package,
    "rulebook beside the params": own_rulebook,
    "font": another_font,
    "package": lambda run, patch, folder: patch.setattr(fresh, "installed", lambda: ("numpy==9.9",)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_thing_a_report_can_see_changes_the_digest(
    what: str, tmp_path: Path, monkeypatch: Patch
) -> None:
    run = judged_run(tmp_path)
    before = fresh.inputs_digest(run, BOOK)
    assert fresh.inputs_digest(run, BOOK) == before
    CHANGES[what](run, monkeypatch, tmp_path)
    assert fresh.inputs_digest(run, BOOK) != before


def test_notebook_changes_the_digest_and_the_log_with_its_times_does_not(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    before = fresh.inputs_digest(run, BOOK)
    append(run.campaign / "log.jsonl", "{}\n")
    assert fresh.inputs_digest(run, BOOK) == before
    other = tmp_path / BOOK.name
    shutil.copy(BOOK, other)
    append(other)
    assert fresh.inputs_digest(run, other) != before


def test_digest_is_the_same_in_another_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = judged_run(tmp_path / "a"), judged_run(tmp_path / "b")
    assert fresh.inputs_digest(one, BOOK) == fresh.inputs_digest(other, BOOK)


@pytest.mark.usefixtures("in_process")
def test_only_what_changed_is_made_again(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    first = report_areas(run, TWO, formats=FEW, progress=quiet)
    assert [one.kept for one in first] == [False, False]
    made = bytes_of(run)
    page, book = (run.folder / "reports" / cases.COUNTY / f"report.{kind}" for kind in ("html", "xlsx"))
    stamps = {path: path.stat().st_mtime_ns for path in (run.folder / "reports").rglob("*.*")}
    assert [one.kept for one in report_areas(run, TWO, formats=FEW, progress=quiet)] == [True, True]
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    seen = Mock()
    for spoil in (lambda: append(page, " "), book.unlink):
        spoil()
        assert [one.kept for one in report_areas(run, TWO, formats=FEW, progress=seen)] == [True, False]
        assert bytes_of(run) == made
    assert seen.call_args_list == [call(1, 1, "南溪区")] * 2
    assert [one.kept for one in report_areas(run, TWO[:1], formats=FEW, every=True, progress=quiet)] == [
        False
    ]


@pytest.mark.usefixtures("in_process")
def test_report_of_other_data_is_named_and_its_other_files_go_when_it_is_made_again(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    report_areas(run, TWO, formats=("html", "docx"), progress=quiet)
    assert stale_reports(run) == []
    old = run.folder / "reports" / cases.COUNTY / "report.docx"
    assert old.exists()
    append(run.file, "# 说明\n")
    assert stale_reports(run) == TWO
    report_areas(run, [cases.COUNTY], formats=["html"], progress=quiet)
    assert stale_reports(run) == [cases.CITY]
    assert not old.exists()


@pytest.mark.usefixtures("in_process")
def test_inputs_that_change_under_a_batch_are_noticed(tmp_path: Path, monkeypatch: Patch) -> None:
    run = judged_run(tmp_path)
    execute = running.execute

    def meanwhile(*words: object, **named: object) -> object:
        append(run.campaign / "answers.xlsx")
        return execute(*words, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "execute", meanwhile)
    with pytest.raises(ReportError, match=r"^写报告期间, 判定结果、参数或程序被改动, 请重新运行$"):
        report_areas(run, [cases.COUNTY], formats=FEW, progress=quiet)
    assert stale_reports(run) == [cases.COUNTY]


@pytest.mark.usefixtures("in_process")
def test_report_open_in_another_program_is_named_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    run = judged_run(tmp_path)
    report_areas(run, TWO, formats=FEW, progress=quiet)
    made = bytes_of(run)
    append(run.file, "# 说明\n")
    open_file = run.folder / "reports" / cases.COUNTY / "report.xlsx"
    replace = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if target == open_file:
            raise PermissionError(13, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    fine, failed = report_areas(run, TWO, formats=FEW, progress=quiet)
    assert fine.error is None
    assert str(failed.error) == (
        "报告 990102 没有写成(原处的旧报告不是按现在的数据写的): 写不了 report.xlsx: "
        "文件正被占用或没有写入权限。请在 Excel/WPS 中关闭它后重新运行"
    )
    assert bytes_of(run) == made
    monkeypatch.undo()
    assert stale_reports(run) == [cases.COUNTY]
