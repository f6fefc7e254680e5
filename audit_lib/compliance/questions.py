"""Questions: what data cannot say is put to a person, and the answer is kept for the campaign.

A rule that needs a person's judgement hands its subjects to `ask`. Who has no answer yet is not
assessable; an answer counts when it says what, why, who and when. Answers are filled into
``judgement/questions.xlsx``, kept in the campaign's folder, and cited by digest.
Source: rules.csv, check_mode semi and manual; design 1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.rows import (
    COLUMNS,
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.errors import InputError, Problem, Text
from audit_lib.files import canonical_json, parse_canonical_json, read_bytes, sha256_bytes, write_bytes
from audit_lib.intake.readers import read_grids
from audit_lib.params import Run
from audit_lib.workbooks import table_workbook

KEPT = "answers.json"
"""Name of the file in the campaign's folder."""

ASKED = "questions.xlsx"
"""Name of the workbook in the judgement's folder."""

LEVELS = {"county": "县区", "city": "市州", "province": "全省", "unit": "单位", "hazard": "隐患",
          "record": "记录", "org": "机构", "grid": "网格", "pilot": "试点单位"}  # fmt: skip
"""How the workbook calls the levels."""

SAYS = {"达到": MET, "未达到": NOT_MET, "不适用": NOT_APPLICABLE, "不能判定": NOT_ASSESSABLE}
TAKEN_BACK = "撤回"
"""What somebody writes who takes an answer back; clearing the cell does not."""

BEST_SCORE = 100

_KEY = ["rule_id", "level", "subject"]
_SAID = ["answer", "score", "reason", "answered_by", "answered_on", "seen"]
_HEADS = {
    "rule_id": "条款",
    "level": "层级",
    "subject": "对象",
    "name": "地区",
    "question": "问题",
    "known": "已知情况",
    "answer": "答复(达到、未达到、不适用、不能判定)",
    "score": "评分(0至100)",
    "reason": "理由",
    "answered_by": "判定人",
    "answered_on": "判定日期",
    "note": "提示",
}
_CHANGED = "答复之后所示情况有变, 请核对"


def ask(facts: Facts, rule: Rule, asked: pd.DataFrame) -> pd.DataFrame:
    """Return a rule's rows for subjects that a person has to judge.

    Parameters
    ----------
    asked : DataFrame[level, subject, area, known]   ``known``: what the tables say, in words for
        whoever answers; an optional column ``evidence`` cites the rows behind it

    Returns
    -------
    rows as `rows.subjects` makes them, with ``known`` beside them, of which `asked_questions` makes
    the workbook; unanswered: not assessable, before the rule is due: not due
    """
    rows = asked.assign(rule_id=rule.rule_id).merge(_kept(facts), on=_KEY, how="left")
    early = rule.early(facts.as_of)
    answered = rows["answer"].notna()
    result = rows["answer"].map(SAYS).fillna(NOT_ASSESSABLE)
    shown = rows["answered_by"] + " " + rows["answered_on"] + ": " + rows["reason"]
    said = (rows["answer"] + "(" + shown + ")").where(answered, "待人工判定")
    evidence = ("questions:" + rows["digest"]).where(answered, "")
    given = rows["evidence"].fillna("") if "evidence" in rows else pd.Series("", index=rows.index)
    joined = (evidence + ";" + given).str.strip(";")
    open_ = ~answered | (result == NOT_MET)
    return rows.assign(
        result=result.mask(open_ & early, NOT_DUE),
        reason=said.mask(open_ & early, "未到期, " + said),
        value=rows["score"].astype("Float64") / BEST_SCORE,
        numerator=None,
        denominator=None,
        missing=None,
        evidence=joined.where(joined != "", None),
    )[[*COLUMNS, "known"]]


def asked_questions(facts: Facts, found: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return table ``questions``: what was asked, with the answers there are.

    Parameters
    ----------
    found : the rows of each rule by its id; those that `ask` made carry ``known``
    """
    asked = [
        rows.loc[rows["known"].notna(), [*_KEY[1:], "area", "known"]].assign(
            rule_id=rule_id, question=facts.book.questions[rule_id].text
        )
        for rule_id, rows in found.items()
        if "known" in rows
    ]
    rows = pd.concat([schemas.empty("questions")[[*_KEY, "area", "known", "question"]], *asked])
    return rows.merge(_kept(facts), on=_KEY, how="left")


def question_workbook(questions: pd.DataFrame, names: dict[str, str]) -> bytes:
    """Return the workbook in which a person answers; what was answered before stands in it.

    Parameters
    ----------
    questions : table ``questions``
    names : of the areas, by code
    """
    changed = questions["answer"].notna() & (questions["seen"] != questions["known"])
    rows = questions.assign(
        level=questions["level"].map(LEVELS),
        name=questions["area"].map(names),
        note=np.where(changed, _CHANGED, ""),
    )
    note = (
        "答复、理由、判定人、判定日期填全才算数(要求评分的还须评分); "
        "保存后再运行 audit judge。撤回请填“撤回”。"
    )
    table = rows[list(_HEADS)].rename(columns=_HEADS)
    return table_workbook({"人工判定": table}, notes={"人工判定": note})


def read_answers(run: Run, scored: frozenset[str]) -> pd.DataFrame:
    """Return every answer: those kept in the campaign's folder, overruled by this run's workbook.

    Parameters
    ----------
    scored : ids of the rules whose answer needs a score

    Raises
    ------
    InputError   the workbook's header was changed, or an answer is not whole: every one is named
    """
    answers: dict[tuple[str, ...], dict[str, str]] = {}
    kept = run.campaign / KEPT
    if kept.is_file():
        lines = parse_canonical_json(read_bytes(kept), name=KEPT)
        for line in lines if isinstance(lines, list) else []:
            answers[tuple(line[:3])] = dict(zip(_SAID, line[3:], strict=True))
    for key, said in _answered(run.folder / "judgement" / ASKED, scored).items():
        if said["answer"] == TAKEN_BACK:
            answers.pop(key, None)
        elif _words(answers.get(key, {})) != _words(said):
            answers[key] = said
    rows = [
        [*key, *said.values(), sha256_bytes(canonical_json([*key, *said.values()]))]
        for key, said in sorted(answers.items())
    ]
    return _shaped(rows)


def keep_answers(run: Run, answers: pd.DataFrame) -> None:
    """Write the answers into the campaign's folder, where later runs find them."""
    if len(answers) or (run.campaign / KEPT).is_file():
        rows = answers.astype(object).where(answers.notna(), "")
        lines = [
            [*(row[name] for name in _KEY), *(_plain(row[name]) for name in _SAID)]
            for row in rows.to_dict("records")
        ]
        write_bytes(run.campaign / KEPT, canonical_json(lines))


def _kept(facts: Facts) -> pd.DataFrame:
    return facts.answers[[*_KEY, *_SAID, "digest"]]


def _words(said: dict[str, str]) -> list[str]:
    """What a person wrote; what was shown to them is none of it."""
    return [said.get(name, "") for name in _SAID if name != "seen"]


def _shaped(rows: list[list[str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[*_KEY, *_SAID, "digest"], dtype="str")
    scores = pd.to_numeric(table["score"], errors="coerce")
    return schemas.conform(table.assign(score=scores, question="", known=""), "questions")


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _answered(path: Path, scored: frozenset[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """What stands in the workbook: key -> what was said."""
    if not path.is_file():
        return {}
    _, header, *rows = read_grids(path)[0].cells or [[], []]
    if any(head not in header for head in _HEADS.values()):
        raise InputError(
            f"{path.name} 的表头被改动, 请删去该文件后重新运行",
            f"the header of {path.name} was changed; delete it and run again",
        )
    found: dict[tuple[str, ...], dict[str, str]] = {}
    problems: list[Problem] = []
    levels = {word: level for level, word in LEVELS.items()}
    for number, cells in enumerate(rows, start=3):
        row = {name: cells[header.index(head)].strip() for name, head in _HEADS.items()}
        row["level"] = levels.get(row["level"], row["level"])
        said = {name: row[name] for name in _SAID if name != "seen"} | {"seen": row["known"]}
        if not any(_words(said)):
            continue
        wrong = [] if said["answer"] == TAKEN_BACK else _faults(row, row["rule_id"] in scored)
        said["score"] = _plain(float(said["score"])) if _is_score(said["score"]) else said["score"]
        problems += [
            Problem(path.name, "人工判定", number, _HEADS[name], row[name], due) for name, due in wrong
        ]
        found[tuple(row[name] for name in _KEY)] = said
    if problems:
        raise InputError("人工判定的答复不完整", "answers of people are not whole", problems)
    return found


def _faults(row: dict[str, str], scored: bool) -> list[tuple[str, Text]]:
    wrong: list[tuple[str, Text]] = []
    if row["answer"] not in SAYS:
        said = "、".join([*SAYS, TAKEN_BACK])
        wrong.append(("answer", Text(f"应为 {said} 之一", f"one of {said} is due")))
    if (row["score"] or scored) and not _is_score(row["score"]):
        wrong.append(("score", Text("应为 0 至 100 的数", "a number from 0 to 100 is due")))
    for name in ("reason", "answered_by"):
        if not row[name]:
            wrong.append((name, Text("不应为空", "must not be empty")))
    if not _is_day(row["answered_on"]):
        wrong.append(("answered_on", Text("应为 2014-03-31 这样的日期", "a date like 2014-03-31 is due")))
    return wrong


def _is_score(text: str) -> bool:
    try:
        return 0 <= float(text) <= BEST_SCORE
    except ValueError:
        return False


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
