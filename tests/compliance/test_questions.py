"""Questions that only a person can answer: asked, answered, kept, cited."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.compliance import ask, gather_facts, judge, keep_answers, question_workbook, read_answers
from audit_lib.compliance.questions import ASKED, KEPT, asked_questions
from audit_lib.errors import InputError
from audit_lib.files import canonical_json, sha256_bytes, write_bytes
from audit_lib.intake.readers import read_grids
from audit_lib.params import Run
from audit_lib.workbooks import table_workbook
from tests.compliance.tables import AREAS, BOOK, A, B, intake, run, unit

RULE = BOOK.rules["R-08"]
NAMES = dict(zip(AREAS["code"], AREAS["name"], strict=True))
WHOLE = {"answer": "达到", "reason": "有纪要", "answered_by": "赵六", "answered_on": "2014-03-28"}


@pytest.fixture
def here(tmp_path: Path) -> Run:
    return dataclasses.replace(run(), output=tmp_path)


def questions(here: Run, *, known: str = "纪要 1 份") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask about county A with the answers there are; return the rule's rows and the questions."""
    answers = read_answers(here, frozenset({"F2-01"}))
    given = intake(units=[unit("a1"), unit("b1", B)])
    facts = gather_facts(given, here.params, BOOK, answers)
    asked = pd.DataFrame({"level": ["county"], "subject": [A], "area": [A], "known": [known]})
    rows = ask(facts, RULE, asked)
    return rows, asked_questions(facts, {"R-08": rows})


def hand_out(here: Run, **cells: str) -> None:
    """Write the workbook as judge does, with some cells of its first question filled in."""
    asked = questions(here)[1].astype(object).assign(**cells)
    write_bytes(here.folder / "judgement" / ASKED, question_workbook(asked, NAMES))


def row(here: Run, **more: str):  # type: ignore[no-untyped-def]
    (one,) = questions(here, **more)[0].itertuples()
    return one


def test_without_an_answer_nobody_can_say(here: Run) -> None:
    assert (row(here).result, row(here).reason) == ("not_assessable", "待人工判定")


@pytest.mark.parametrize(
    ("answer", "result"),
    [("达到", "met"), ("未达到", "not_met"), ("不适用", "not_applicable"), ("不能判定", "not_assessable")],
)
def test_answer_with_name_and_date_decides_and_is_cited_by_its_digest(
    here: Run, answer: str, result: str
) -> None:
    hand_out(here, **WHOLE | {"answer": answer})
    line = ["R-08", "county", A, answer, "", "有纪要", "赵六", "2014-03-28", "纪要 1 份"]
    found = row(here)
    assert found.result == result
    assert found.reason == f"{answer}(赵六 2014-03-28: 有纪要)"
    assert found.evidence == "questions:" + sha256_bytes(canonical_json(line))


def test_answers_are_kept_for_the_campaign_and_later_runs_find_them(here: Run) -> None:
    hand_out(here, **WHOLE)
    keep_answers(here, read_answers(here, frozenset()))
    assert (here.campaign / KEPT).is_file()
    later = dataclasses.replace(here, params=here.params.model_copy(update={"run": "later"}))
    assert row(later).result == "met"


def test_answer_is_taken_back_by_saying_so_and_not_by_clearing_a_cell(here: Run) -> None:
    hand_out(here, **WHOLE)
    keep_answers(here, read_answers(here, frozenset()))
    hand_out(here, **dict.fromkeys(WHOLE, ""))
    assert row(here).result == "met"
    hand_out(here, answer="撤回")
    keep_answers(here, read_answers(here, frozenset()))
    assert row(here).result == "not_assessable"


def test_what_changed_since_the_answer_is_pointed_out_in_the_workbook(here: Run) -> None:
    hand_out(here, **WHOLE)
    write_bytes(here.output / "again.xlsx", question_workbook(questions(here, known="纪要 2 份")[1], NAMES))
    cells = read_grids(here.output / "again.xlsx")[0].cells[2]
    assert cells[1:4] == ["县区", A, "甲一县"]
    assert cells[-1] == "答复之后所示情况有变, 请核对"


def test_answers_that_are_not_whole_are_all_named(here: Run) -> None:
    hand_out(here, answer="可以", score="101", answered_on="3月28日")
    with pytest.raises(InputError) as refusal:
        read_answers(here, frozenset())
    assert str(refusal.value).splitlines() == [
        "人工判定的答复不完整(5 处问题):",
        "  - questions.xlsx 工作表“人工判定” 第 3 行“答复(达到、未达到、不适用、不能判定)”: "
        "读到“可以”, 应为 达到、未达到、不适用、不能判定、撤回 之一",
        "  - questions.xlsx 工作表“人工判定” 第 3 行“评分(0至100)”: 读到“101”, 应为 0 至 100 的数",
        "  - questions.xlsx 工作表“人工判定” 第 3 行“理由”: 不应为空",
        "  - questions.xlsx 工作表“人工判定” 第 3 行“判定人”: 不应为空",
        "  - questions.xlsx 工作表“人工判定” 第 3 行“判定日期”: 读到“3月28日”, 应为 2014-03-31 这样的日期",
    ]


def test_answer_to_a_scored_question_needs_its_score(here: Run) -> None:
    hand_out(here, **WHOLE)
    with pytest.raises(InputError) as refusal:
        read_answers(here, frozenset({"R-08"}))
    assert "“评分(0至100)”: 应为 0 至 100 的数" in str(refusal.value)
    hand_out(here, **WHOLE, score="85")
    assert read_answers(here, frozenset({"R-08"}))["score"].tolist() == [85.0]


def test_workbook_with_another_header_is_refused(here: Run) -> None:
    other = table_workbook({"人工判定": pd.DataFrame({"别的": ["1"]})}, notes={"人工判定": "说明"})
    write_bytes(here.folder / "judgement" / ASKED, other)
    with pytest.raises(InputError) as refusal:
        read_answers(here, frozenset())
    assert str(refusal.value) == "questions.xlsx 的表头被改动, 请删去该文件后重新运行"


def test_before_the_rule_is_due_an_open_question_is_not_due(tmp_path: Path) -> None:
    early = dataclasses.replace(run("2014-03-10"), output=tmp_path)
    assert row(early).result == "not_due"
    hand_out(early, **WHOLE | {"answer": "未达到"})
    assert row(early).result == "not_due"


def test_judgement_asks_every_county_and_city_about_each_manual_rule(here: Run) -> None:
    given = intake(units=[unit("a1"), unit("b1", B)])
    asked = judge(given, here, {}, read_answers(here, frozenset())).questions
    assert asked.groupby("rule_id")["subject"].nunique().to_dict() == {
        "F2-02": 6, "R-08": 6, "W1-03": 6, "W3-04": 4
    }  # fmt: skip
    assert asked["question"].notna().all()
