"""A word that says nothing fills no cell, and a tick is neither a paper nor a name."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.compliance.hazards import has_content, has_name
from tests.compliance.tables import BOOK, CITY, A, check, found, hazard, judged, listing, self_check, unit

NOTHING = ("／", "－", "０", "暂无", "(无)", "否", "无此人", "尚 未", "×", "n/a", "同上", "—— ")
TICKS = ("有", "是", "√", " ✓", "已有")
COUNTS = ("2人", "２ 人", "两名", "3")


@pytest.mark.parametrize("words", [NOTHING, TICKS], ids=["nothing", "ticks"])
def test_such_a_word_is_no_person_of_a_grid(words: tuple[str, ...]) -> None:
    case = judged(
        units=[unit("a0"), *(unit(f"a{place}", grid_person=word) for place, word in enumerate(words, 1))]
    )
    assert found(case, "F4-02", A).numerator == 1


@pytest.mark.parametrize("words", [NOTHING, TICKS, COUNTS], ids=["nothing", "ticks", "counts"])
def test_a_check_by_nobody_is_no_inspection(words: tuple[str, ...]) -> None:
    units = [unit(f"a{place}") for place in range(len(words) + 1)]
    checks = [check("a0", inspectors="张三、2人")]
    checks += [check(f"a{place}", inspectors=word) for place, word in enumerate(words, 1)]
    case = judged(units=units, county_checks=checks)
    assert found(case, "R-03", A).numerator == 1
    assert case.facts.passes["unit_id"].tolist() == ["a0"]


def test_words_that_only_begin_like_a_denial_say_something() -> None:
    cells = pd.Series(["无障碍改造方案", "无异议", "未央区卫生局", "否决", "有效期内预案3号", "王无疾"])
    assert has_content(cells, BOOK.no_document).all()
    assert has_name(cells, BOOK).all()


def test_a_closed_unit_leaves_only_with_a_paper() -> None:
    words = ("否", "暂无", "／", "有", "停业通知书")
    gone = [
        unit(f"a{place}", status="停业", status_date="2014-02-15", status_evidence=word)
        for place, word in enumerate(words)
    ]
    case = judged(units=gone)
    assert case.facts.removed["unit_id"].tolist() == ["a4"]


@pytest.mark.parametrize(
    ("word", "result"), [("有", "met"), ("√", "met"), ("无", "not_met"), ("否", "not_met")]
)
def test_a_column_that_asks_whether_there_is_a_plan_is_answered_by_yes(word: str, result: str) -> None:
    case = judged(
        units=[unit("a1")],
        hazards=[hazard("h1", grade="重大", plan_doc=word)],
        listings=[listing("h1", plan_doc=word)],
    )
    assert [found(case, rule, "h1").result for rule in ("F6-03", "W2-06")] == [result, result]


@pytest.mark.parametrize("word", ["否", "暂无", "√", "有"])
def test_such_a_word_is_no_paper(word: str) -> None:
    post = {"area": A, "body": "甲院", "has_party": True, "signed_date": "2014-02-03", "person": "王五"}
    case = judged(
        units=[unit("a1", standard_plan=word)],
        hazards=[hazard("h1", grade="重大", plan_doc=word, measure=word, expert_opinion=word)],
        listings=[listing("h1", plan_doc=word, measure=word)],
        self_checks=[self_check("a1", system_doc=word, plan_lessons=word)],
        county_checks=[check("a1")],
        responsibilities=[
            post | {"post": "书记", "role": "党组织主要负责人", "duty_letter": word},
            post | {"post": "院长", "role": "行政主要负责人", "duty_letter": "1号"},
        ],
        feedback=[
            {"issue_id": "1", "area": A, "source": "省安委办", "status": "已解决", "closed_date": "2014-03-01",
             "proof": word}
        ],
        grids=[{"grid_id": "W1", "county": A, "person": word, "duty_doc": word, "system_doc": word}],
    )  # fmt: skip
    subjects = {
        "F4-04": A,
        "F6-01": "a1",
        "P2-01": "a1",
        "F6-02": A,
        "F6-03": "h1",
        "W2-06": "h1",
        "W2-08": A,
        "F1-01": f"{A}:甲院",
        "F1-02": f"{A}:甲院",
        "F4-03": "W1",
    }
    assert {rule: found(case, rule, subject).result for rule, subject in subjects.items()} == dict.fromkeys(
        subjects, "not_met"
    )
    assert found(case, "F3-01", A).numerator == 0


def test_nobody_went_along_where_the_cell_says_so() -> None:
    visit = {"visit_id": "v", "area": A, "county": A, "unit_id": "a1", "date": "2014-03-01", "notified": False,
             "arrival": "09:00"}  # fmt: skip
    for word, result in (("无陪同", "met"), ("否", "met"), ("卫生局张三", "not_met"), ("是", "not_met")):
        case = judged(units=[unit("a1")], unannounced=[visit | {"companion": word}])
        assert found(case, "R-07", A).result == result, word


def test_no_acceptance_is_no_conclusion() -> None:
    case = judged(
        units=[unit("a1")], acceptances=[{"area": CITY, "date": "2014-03-30", "conclusion": "暂无"}]
    )
    assert found(case, "P3-03", CITY).result == "not_met"
