"""Facts to verdicts, verdicts to reports: the last two stages of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from audit_lib.compliance import DrawnSample, Rulebook, questions, run_rulebook, write_judgement
from audit_lib.compliance import judge as judge_facts
from audit_lib.compliance.estimates import RECHECK, UNANNOUNCED
from audit_lib.errors import say
from audit_lib.field import replacement_workbook
from audit_lib.files import write_bytes
from audit_lib.intake import load_intake
from audit_lib.params import Run
from audit_lib.stages.draws import drawn_samples

Step = Callable[[int, int, str], None]


def judge(run: Run) -> str:
    """Judge every rule on what intake read and write the judgement."""
    intake = load_intake(run.folder / "intake")
    draws = drawn_samples(run)
    book = run_rulebook(run)
    scored = frozenset(rule_id for rule_id, question in book.questions.items() if question.scored)
    answers = questions.read_answers(run, scored)
    questions.keep_answers(run, answers)
    judgement = judge_facts(intake, run, draws, answers)
    write_judgement(judgement, run.folder / "judgement")
    names = dict(zip(intake.areas["code"], intake.areas["name"], strict=True))
    workbook = questions.question_workbook(judgement.questions, names)
    write_bytes(run.folder / "judgement" / questions.ASKED, workbook)
    _write_replacements(run, book, intake.tables["province_checks"], draws)
    counts = judgement.rules["result"].value_counts()
    said = {
        word: int(counts.get(key, 0))
        for key, word in (("met", "达到"), ("not_met", "未达到"), ("not_assessable", "无法判定"))
    }
    return say(
        "判定: " + ", ".join(f"{word} {count}" for word, count in said.items()),
        "judged: " + ", ".join(f"{key} {count}" for key, count in sorted(counts.items())),
    )


def _write_replacements(
    run: Run, book: Rulebook, visits: pd.DataFrame, draws: Mapping[str, DrawnSample]
) -> None:
    """Write who stood in for whom in each re-check and unannounced visit, and what was done otherwise."""
    known = visits[visits["date"] <= pd.Timestamp(run.params.as_of)]
    samples = {name: one.sample for name, one in draws.items() if one.purpose in (RECHECK, UNANNOUNCED)}
    since = {name: draws[name].since for name in samples}
    data = replacement_workbook(samples, known, since=since, own_fault=book.words("own_fault"))
    write_bytes(run.folder / "judgement" / "replacements.xlsx", data)


def report(
    run: Run,
    areas: Sequence[str],
    *,
    every: bool,
    formats: Sequence[str] = (),
    progress: Step,
    now: dt.datetime | None = None,
) -> tuple[list[str], bool]:
    """Write the reports of the areas named, or of all, and the manifest.

    Parameters
    ----------
    every : make also those again whose inputs have not changed
    formats : html, pdf, docx, xlsx; empty for all
    now : for the run record; None keeps none

    Returns the lines to say, and whether every report was written.
    """
    from audit_lib.reporting import (  # noqa: PLC0415 - matplotlib, papermill
        FORMATS,
        keep_record,
        report_areas,
        stale_reports,
        substitutes,
        write_manifest,
    )

    wanted = formats or FORMATS
    results = report_areas(run, list(areas) or None, every=every, formats=wanted, progress=progress)
    failed = [one for one in results if one.error]
    stale = [area for area in stale_reports(run) if area not in {one.area for one in failed}]
    write_manifest(run)
    if now is not None:
        keep_record(run, results, now=now)
    lines = [str(one.error) for one in failed]
    if "pdf" in wanted and (others := substitutes(run.file.parent)):
        lines.append(say(f"PDF 字体: {'; '.join(others)}", f"fonts of the PDF: {'; '.join(others)}"))
    written, kept = len(results) - len(failed), sum(one.kept for one in results)
    place = run.folder / "reports"
    lines.append(
        say(
            f"报告 {written} 份在 {place}, 其中 {kept} 份没有变化、未重做; 失败 {len(failed)} 份",
            f"{written} reports in {place}, {kept} of them unchanged and kept; {len(failed)} failed",
        )
    )
    if stale:
        lines.append(
            say(
                f"另有 {len(stale)} 份报告不是按现在的数据写的, 请运行 audit report: {'、'.join(stale)}",
                f"{len(stale)} other reports are of other data, run audit report: {', '.join(stale)}",
            )
        )
    return lines, not failed
