"""Scores of checklists: N/A standardised, unchecked never raises, key items veto."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_lib.compliance import items_due, load_rulebook, score_checks
from tests.compliance.tables import check, found, judged, table, unit

BOOK = load_rulebook()
CLINIC = unit("a1", unit_type="D600")
SHORT = items_due(table("units", [CLINIC]), BOOK)["item_id"].tolist()
KEYS = set(BOOK.items.loc[BOOK.items["key"], "item_id"])
PLAIN = [item for item in SHORT if item not in KEYS]


def score(answers: dict[str, str | tuple[str, float]], owner: dict[str, object] = CLINIC) -> Any:
    rows = []
    for item, answer in answers.items():
        result, share = answer if isinstance(answer, tuple) else (answer, None)
        rows.append({"check_id": "P1", "item_id": item, "result": result, "share": share})
    visits = pd.DataFrame({"check_id": ["P1"], "unit_id": ["a1"], "date": [None], "county": ["990101"]})
    scores = score_checks(table("check_items", rows), visits, table("units", [owner]), BOOK)
    (row,) = scores.astype(object).where(scores.notna(), None).itertuples(index=False)
    return row


def passed(**changes: str | tuple[str, float]) -> dict[str, str | tuple[str, float]]:
    return dict.fromkeys(SHORT, "合格") | changes


def test_catalogue_has_69_items_under_their_own_prefix() -> None:
    assert len(BOOK.items) == 69
    assert BOOK.items["item_id"].str.startswith("CK-").all()
    assert BOOK.items["item_id"].is_unique


def test_clinic_has_the_short_form_and_equipment_brings_its_items() -> None:
    assert "CK-F1" not in SHORT
    assert "CK-K5" in SHORT
    assert len(SHORT) == 13
    boiler = table("units", [unit("a1", unit_type="A100", has_boiler=True), unit("a2", unit_type="A100")])
    due = items_due(boiler, BOOK).groupby("unit_id")["item_id"].agg(set)
    assert due["a1"] - due["a2"] == {"CK-S1", "CK-S2", "CK-S3", "CK-S5", "CK-S7"}


def test_everything_passed_is_a_hundred() -> None:
    row = score(passed())
    assert (row.score, row.completeness, row.conclusion, row.key_failed) == (100, 1, "合格", None)


def test_item_that_does_not_apply_leaves_the_possible_points() -> None:
    row = score(passed(**{PLAIN[0]: "合理缺项", PLAIN[1]: "不合格"}))
    points = int(BOOK.items.set_index("item_id").loc[SHORT, "points"].sum())
    assert (row.possible, row.earned) == (points - 1, points - 2)
    assert row.score == pytest.approx(100 * (points - 2) / (points - 1))


def test_key_item_failed_is_a_veto_whatever_the_score() -> None:
    row = score(passed(**{"CK-F2": "不合格"}))
    assert (row.conclusion, row.key_failed) == ("不合格", "CK-F2")
    assert score(passed(**{"CK-F2": ("部分合格", 0.9)})).conclusion == "不合格"


def test_key_item_nobody_checked_gives_no_conclusion() -> None:
    assert score(passed(**{"CK-F2": "未检查"})).conclusion == "不能判定"


def test_item_due_by_the_roster_that_no_row_mentions_is_unchecked() -> None:
    answers = passed()
    del answers[PLAIN[0]]
    row = score(answers)
    assert row.completeness == pytest.approx(12 / 13)
    assert row.score < 100


def test_too_little_checked_gives_no_conclusion() -> None:
    row = score(passed(**dict.fromkeys(PLAIN[:2], "未检查")))
    assert (row.conclusion, row.completeness) == ("不能判定", pytest.approx(11 / 13))


def test_nothing_checked_has_no_score() -> None:
    row = score(dict.fromkeys(SHORT, "未检查"))
    assert (row.score, row.completeness, row.conclusion) == (None, 0, "不能判定")


def test_partial_share_counts_as_written_and_without_one_as_unchecked() -> None:
    assert score(passed(**{PLAIN[0]: ("部分合格", 0.5)})).earned == score(passed()).earned - 0.5
    assert score(passed(**{PLAIN[0]: "部分合格"})).completeness == pytest.approx(12 / 13)


def test_pass_line_is_reached_exactly() -> None:
    first, second, third = PLAIN[:3]
    answers = passed(**{first: "不合格", second: "不合格"})
    assert score(passed()).possible == 21
    assert score(answers | {third: ("部分合格", 0.9)}).conclusion == "合格"
    assert score(answers | {third: ("部分合格", 0.89)}).conclusion == "不合格"


def test_share_written_as_per_cent_says_nothing_and_is_noted() -> None:
    for share in (50, 80, -0.5):
        row = score(passed(**{PLAIN[0]: ("部分合格", share)}))
        assert row.completeness == pytest.approx(12 / 13)
        assert row.note == "1项部分合格而没有 0 至 1 的比例, 按未检查计"
    assert score(passed(**{"CK-F2": ("部分合格", 80)})).conclusion == "不能判定"


def test_nearly_all_items_denied_against_the_roster_give_no_conclusion() -> None:
    row = score(dict.fromkeys(SHORT, "合理缺项") | {SHORT[0]: "合格"})
    assert (row.conclusion, row.score) == ("不能判定", 100)
    assert row.note == "合理缺项过多、12项按名录应检而记为合理缺项"
    failed = score(dict.fromkeys(SHORT, "合理缺项") | {"CK-F2": "不合格"})
    assert failed.conclusion == "不合格"


@pytest.mark.parametrize("other", ["不合格", ("部分合格", 0.1), "未检查"])
def test_of_two_answers_to_an_item_the_worse_counts(other: Any) -> None:
    once = score(passed(**{PLAIN[0]: other}))
    kind, share = other if isinstance(other, tuple) else (other, None)
    visits = [check("a1", check_id="k")]
    items = [{"check_id": "k", "item_id": item, "result": "合格"} for item in SHORT]
    again = {"check_id": "k", "item_id": PLAIN[0], "result": kind, "share": share}
    for rows in ([*items, again], [again, *items], [*items, again, again]):
        row = judged(units=[unit("a1")], county_checks=visits, check_items=rows).facts.scores.iloc[0]
        assert (row["earned"], row["completeness"]) == (once.earned, once.completeness)
        assert row["note"] == "1项有不同结果, 按较差的计"


def test_undated_checklist_is_never_the_latest() -> None:
    visits = [check("a1", None, check_id="old"), check("a1", "2014-03-20", check_id="new")]
    items = [{"check_id": one, "item_id": item, "result": result} for item in SHORT
             for one, result in (("old", "合格"), ("new", "不合格"))]  # fmt: skip
    case = judged(units=[unit("a1")], county_checks=visits, check_items=items)
    assert found(case, "F7-01", "a1").result == "not_met"


def test_many_gaps_gaps_the_roster_contradicts_and_foreign_items_are_noted() -> None:
    row = score(passed(**dict.fromkeys(SHORT[:6], "合理缺项"), **{"XX-1": "合格"}))
    assert row.note == "合理缺项过多、6项按名录应检而记为合理缺项、1项不在检查表目录中"
    assert score(passed()).note is None


RESULTS = st.sampled_from(["合格", "不合格", "未检查", "合理缺项", ("部分合格", 0.3)])


@settings(max_examples=25, deadline=None)
@given(st.lists(RESULTS, min_size=len(SHORT), max_size=len(SHORT)), st.sampled_from(SHORT))
def test_not_looking_at_an_item_never_raises_the_score(results: list[Any], item: str) -> None:
    answers = dict(zip(SHORT, results, strict=True))
    if answers[item] == "合理缺项":
        return
    before, after = score(answers), score(answers | {item: "未检查"})
    assert (after.score or 0) <= (before.score or 0) + 1e-9
    assert after.completeness <= before.completeness
    assert (after.conclusion == "合格") <= (before.conclusion == "合格")


def test_latest_checklist_decides_the_unit() -> None:
    visits = [
        check("a1", "2014-03-26", check_id="P1", outcome="已检查"),
        check("a1", "2014-03-28", check_id="P2", outcome="已检查"),
        check("a2", "2014-03-28", check_id="P3", outcome="已检查"),
        check("a3", "2014-04-02", check_id="P4", outcome="已检查"),
    ]
    items = [
        {"check_id": one, "item_id": item, "result": "合格"} for one in ("P2", "P3", "P4") for item in SHORT
    ]
    items += [{"check_id": "P1", "item_id": item, "result": "不合格"} for item in SHORT]
    items[-1 - 2 * len(SHORT)]["result"] = "未检查"
    units = [unit(name) for name in ("a1", "a2", "a3")]
    case = judged(units=units, province_checks=visits, check_items=items)
    assert found(case, "F7-01", "a1").result == "met"
    assert set(case.rows("F7-01")["subject"]) == {"a1", "a2"}
    bad = judged(units=units, province_checks=visits[:1], check_items=items[-len(SHORT) :])
    row = found(bad, "F7-01", "a1")
    assert row.result == "not_met"
    assert row.reason.startswith("关键项不合格: CK-C3、") or row.reason.startswith("关键项不合格: CK-E1、")
    assert judged(units=units).rows("F7-01")["result"].tolist() == ["not_assessable"]
