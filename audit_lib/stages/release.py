"""What leaves the house: two runs compared for a re-issue, and the files that may be published."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from audit_lib.compliance import load_judgement
from audit_lib.compliance.rules.records import scan_outputs
from audit_lib.errors import CallError, VerifyError, say
from audit_lib.files import canonical_json, read_bytes, sha256_bytes, write_bytes, write_text
from audit_lib.intake import load_intake
from audit_lib.params import Run
from audit_lib.stages.draws import draw_folder, verify
from audit_lib.stages.rerun import verify_run
from audit_lib.stages.results import Step

if TYPE_CHECKING:
    from audit_lib.reporting import Snapshot

FORMAT = "release/1"
FEW = 5
"""Areas that a refusal names; the others are told by `audit report`."""

BESIDE = ("certificate.json", "plan.json", "frame.csv", "sample.xlsx", "verify.html")
"""What is published of an opened draw: enough to replay it in a browser."""


def compare(before: Path, after: Path) -> list[str]:
    """Compare two runs; write a page and a workbook into the later one's folder.

    Raises
    ------
    CallError               both are the same folder
    InputError, JudgeError  one of them is no whole run
    """
    from audit_lib.reporting import compare_runs, report_html, report_workbook  # noqa: PLC0415 - matplotlib

    if before.resolve() == after.resolve():
        raise CallError("两个文件夹是同一次运行", "both folders are the same run")
    report = compare_runs(_snapshot(before), _snapshot(after))
    target = after / "compare" / before.resolve().name
    write_text(target.with_name(f"{target.name}.html"), report_html(report))
    write_bytes(target.with_name(f"{target.name}.xlsx"), report_workbook(report))
    counts = "、".join(f"{number.label} {number.cell.text} {number.unit}" for number in report.numbers)
    return [counts, say(f"见 {target}.html 和 .xlsx", f"see {target}.html and .xlsx")]


def _snapshot(folder: Path) -> Snapshot:
    from audit_lib.reporting import Snapshot, read_manifest  # noqa: PLC0415 - as above

    return Snapshot(
        folder.resolve().name,
        load_intake(folder / "intake"),
        load_judgement(folder / "judgement"),
        read_manifest(folder),
    )


def publish(run: Run, *, progress: Step) -> list[str]:
    """Verify a run and its draws, then write what may leave: without the draft mark, persons masked.

    Nothing is written unless everything agrees and no file tells personal data. The digest of
    the draft that each file came from is kept in ``release.json``.

    Raises
    ------
    VerifyError   a report is not that of the data, the run or a draw does not verify, or a file
                  tells an identity number or an unmasked phone
    """
    from audit_lib.reporting import read_manifest, stale_reports  # noqa: PLC0415 - as above

    if stale := stale_reports(run):
        raise VerifyError(
            f"有 {len(stale)} 份报告不是按现在的数据写的, 请先运行 audit report: {'、'.join(stale[:FEW])}",
            f"{len(stale)} reports are of other data, run audit report first: {', '.join(stale[:FEW])}",
        )
    lines, agreed = verify_run(run.folder, params=run.file, data=run.data, progress=progress)
    lines += [line for name in run.params.draws for line in _draw_differs(run, name)]
    if not agreed or any(line.startswith(("不一致", "DIFFERS")) for line in lines):
        said = "\n".join(lines)
        raise VerifyError(f"核验不一致, 不能公布:\n{said}", f"not verified, nothing is released:\n{said}")
    drafts = {
        one["path"]: one["sha256"]
        for one in read_manifest(run.folder)["outputs"]
        if re.fullmatch(r"reports/[^/]+/report\.html", one["path"])
    }
    files = {**_reports(run, drafts, progress), **_draws(run), **_assignment(run)}
    _refuse_personal(files)
    record = {
        "format": FORMAT,
        "run": run.params.run,
        "drafts": drafts,
        "files": {name: sha256_bytes(data) for name, data in sorted(files.items())},
    }
    target = run.folder / "release"
    for name, data in {**files, "release.json": canonical_json(record)}.items():
        write_bytes(target / name, data)
    for path in [path for path in target.rglob("*") if path.is_file()]:
        if path.relative_to(target).as_posix() not in {*files, "release.json"}:
            path.unlink()
    return [
        *lines,
        say(
            f"公布 {len(drafts)} 个地区的报告, 共 {len(files)} 个文件, 在 {target}: "
            "已去掉送审稿标记, 遮盖个人信息; 不含各行依据和内部名单",
            f"{len(drafts)} areas, {len(files)} files in {target}: no draft mark, persons masked",
        ),
    ]


def _draw_differs(run: Run, name: str) -> list[str]:
    """Return what a certificate's replay says where it differs."""
    certificate = draw_folder(run, name) / "certificate.json"
    if not certificate.exists():
        return []
    lines, agreed = verify(certificate)
    return [] if agreed else [line for line in lines if line.startswith(("不一致", "DIFFERS"))]


def _reports(run: Run, drafts: Mapping[str, str], progress: Step) -> dict[str, bytes]:
    from audit_lib.reporting import (  # noqa: PLC0415 - as above
        FORMATS,
        acceptance_report,
        find_masks,
        open_case,
        public_report,
        render_report,
        report_html,
    )

    files: dict[str, bytes] = {}
    masks = None
    for done, (path, digest) in enumerate(sorted(drafts.items()), start=1):
        area = path.split("/")[1]
        case = open_case(run.file, area)
        draft = acceptance_report(case)
        if sha256_bytes(report_html(draft).encode()) != digest:
            raise VerifyError(f"{path} 与判定结果不符, 不能公布", f"{path} is not what was judged")
        masks = masks or find_masks(case)
        # Its notebook, which shows rows, stays inside.
        formats = [one for one in FORMATS if (run.folder / "reports" / area / f"report.{one}").exists()]
        made = render_report(case, public_report(case, draft, masks), formats)
        files |= {f"{area}/{name}": data for name, data in made.items()}
        progress(done, len(drafts), case.name)
    return files


def _draws(run: Run) -> dict[str, bytes]:
    """Return the files of the draws that are open; of a sealed one nothing leaves."""
    folders = {name: draw_folder(run, name) for name in run.params.draws}
    return {
        f"draws/{name}/{file}": read_bytes(folder / file)
        for name, folder in folders.items()
        if (folder / "certificate.json").exists()
        for file in BESIDE
        if (folder / file).exists()
    }


def _assignment(run: Run) -> dict[str, bytes]:
    """Return the list of who went where, by certificate number, once the last visit is over."""
    choice, path = run.params.assignment, run.folder / "assign" / "public.xlsx"
    over = choice is not None and max(choice.tour) <= run.params.as_of
    return {"assign/public.xlsx": read_bytes(path)} if over and path.exists() else {}


def _refuse_personal(files: Mapping[str, bytes]) -> None:
    """Refuse files that DQ-06 would not let pass; it knows nothing of how they were masked."""
    rows = scan_outputs({name: _text(name, data) for name, data in files.items()})
    told = rows[rows["result"] == "not_met"]
    if said := "; ".join(f"{row.subject}: {row.reason}" for row in told.itertuples(index=False)):
        raise VerifyError(f"有个人信息, 不能公布: {said}", f"personal data, nothing is released: {said}")


def _text(name: str, data: bytes) -> str:
    """Return what a file says; a PDF is set from the same model as its page, which is read."""
    if name.endswith((".xlsx", ".docx")):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            inner = [book.read(one).decode("utf-8") for one in book.namelist() if one.endswith(".xml")]
        return re.sub(r"<[^>]*>", " ", "\n".join(inner))
    return "" if name.endswith(".pdf") else re.sub(r'"data:[^"]*"|<[^>]*>', " ", data.decode("utf-8"))
