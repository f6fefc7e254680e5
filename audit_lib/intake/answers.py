"""Answers: what a person said about doubtful name matches, kept for the whole campaign."""

from __future__ import annotations

from pathlib import Path

from audit_lib.errors import InputError
from audit_lib.files import canonical_json, parse_canonical_json, read_bytes, write_bytes
from audit_lib.intake.readers import read_grids
from audit_lib.intake.text import normal_name
from audit_lib.params import Run

KEPT = "matches.json"
"""Name of the file in the campaign's folder."""

ASKED = ("县区", "表中名称", "名录单位编号", "是否同一单位(填是或否)")
"""Columns of ``matches.xlsx`` that make an answer."""

Key = tuple[str, str, str]


def read_answers(run: Run) -> dict[Key, str]:
    """Return every answer: (county, normal name, unit id) -> 是 or 否.

    Answers kept in the campaign's folder come first; the workbook of this run, where somebody
    may just have filled some in, overrules them.
    """
    answers: dict[Key, str] = {}
    kept = run.campaign / KEPT
    if kept.is_file():
        said = parse_canonical_json(read_bytes(kept), name=KEPT)
        lines = said if isinstance(said, list) else []
        answers = {(str(a), str(b), str(c)): str(d) for a, b, c, d in lines}
    return answers | _answered(run.folder / "intake" / "matches.xlsx")


def keep_answers(run: Run) -> None:
    """Write every answer into the campaign's folder, where later runs find it."""
    answers = read_answers(run)
    if answers:
        lines = [[*key, answer] for key, answer in sorted(answers.items())]
        write_bytes(run.campaign / KEPT, canonical_json(lines))


def _answered(path: Path) -> dict[Key, str]:
    if not path.is_file():
        return {}
    header, *rows = read_grids(path)[0].cells or [[]]
    if any(word not in header for word in ASKED):
        raise InputError(
            f"{path.name} 的表头被改动, 请删去该文件后重新运行",
            f"the header of {path.name} was changed; delete it and run again",
        )
    at = [header.index(word) for word in ASKED]
    told = [[row[place].strip() for place in at] for row in rows]
    return {
        (county, normal_name(name), unit): said for county, name, unit, said in told if said in ("是", "否")
    }
