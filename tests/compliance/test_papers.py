"""Rules on papers: P1-01, P1-02, P1-03, P1-04, R-01, R-09, P3-03, and the papers behind questions."""

from __future__ import annotations

import pytest

from tests.compliance.tables import (
    CITY,
    OTHER,
    OWN,
    A,
    B,
    found,
    judged,
    quarantined,
    refused,
    self_check,
    unit,
)

UNITS = {"units": [unit("a1"), unit("b1", B)]}


def paper(area: str, kind: str, date: str | None = "2014-02-08", **cells: object) -> dict[str, object]:
    return {
        "area": area,
        "body": "市卫生局",
        "doc_type": kind,
        "date": date,
        "doc_no": "1号",
        "title": kind,
    } | cells


def plan(body: str = "甲市卫生局", **cells: object) -> dict[str, object]:
    flags = {"has_content": True, "has_persons": True, "has_deadlines": True}
    return paper(CITY, "行动方案", body=body) | flags | cells


@pytest.mark.parametrize(("rule", "kind"), [("P1-01", "行动方案"), ("P1-02", "行动通告")])
@pytest.mark.parametrize(
    ("as_of", "papers", "result", "reason"),
    [
        ("2014-03-31", ["2014-02-10"], "met", None),
        ("2014-03-31", ["2014-02-12", "2014-02-10"], "met", None),
        ("2014-03-31", ["2014-02-11"], "not_met", "迟 1 天"),
        ("2014-03-31", [], "not_met", "没有{kind}"),
        ("2014-02-09", [], "not_due", "未到期, 目前没有{kind}"),
        ("2014-02-10", [], "not_met", "没有{kind}"),
        ("2014-03-31", [None], "not_assessable", "{kind}没有可读的日期"),
    ],
)
def test_paper_is_there_by_the_tenth_of_february(*, rule, kind, as_of, papers, result, reason) -> None:  # type: ignore[no-untyped-def]
    case = judged(as_of, documents=[paper(A, kind, date) for date in papers], **UNITS)
    row = found(case, rule, A)
    assert (row.result, row.reason) == (result, reason and reason.format(kind=kind))


def test_what_the_city_issued_is_no_plan_of_its_county() -> None:
    case = judged(documents=[paper(CITY, "行动方案")], **UNITS)
    assert found(case, "P1-01", CITY).result == "met"
    assert found(case, "P1-01", A).result == "not_met"


def test_unread_file_or_unknown_row_leaves_the_area_open() -> None:
    files = [refused("documents", A)]
    case = judged(documents=[paper(B, "行动方案")], files=files, **UNITS)
    assert found(case, "P1-01", A).reason == "有关资料没有报送或未能全部读出"
    assert (found(case, "P1-01", A).result, found(case, "P1-01", B).result) == ("not_assessable", "met")
    case = judged(documents=[paper(B, "行动方案")], quarantine=[quarantined("documents", None)], **UNITS)
    assert found(case, "P1-01", A).result == "not_assessable"


def test_without_the_register_nobody_can_say() -> None:
    for rule in ("P1-01", "P1-02", "P1-04", "R-01", "R-09", "P3-03", "F2-01", "F4-01"):
        (row,) = judged(**UNITS).rows(rule).itertuples()
        assert (row.level, row.result) == ("province", "not_assessable")


@pytest.mark.parametrize(
    ("items", "key", "result", "reason"),
    [
        (1, False, "met", None),
        (0, True, "not_met", "重点监控名单没有单位"),
        (None, True, "met", None),
        (None, False, "not_met", "重点监控名单没有单位"),
    ],
)
def test_list_of_key_units_has_somebody_on_it(items, key, result, reason) -> None:  # type: ignore[no-untyped-def]
    documents = [paper(A, "重点监控名单", items=items)]
    row = found(judged(documents=documents, units=[unit("a1", key_unit=key)]), "P1-04", A)
    assert (row.result, row.reason) == (result, reason)


BOTH = {"reporters": [{"area": CITY, "body": "甲市卫生局"}, {"area": CITY, "body": "甲市计划生育委员会"}]}
ONE = {"reporters": [{"area": CITY, "body": "甲市卫生和计划生育委员会"}]}


@pytest.mark.parametrize(
    ("reporters", "plans", "result", "reason"),
    [
        (ONE, [plan()], "met", None),
        (ONE, [plan(has_persons=False)], "not_met", "卫生部门方案缺责任人员"),
        (ONE, [plan(has_persons=None)], "not_assessable", "卫生部门方案缺责任人员(未填)"),
        (ONE, [plan(has_persons=False), plan(doc_no="2号")], "met", None),
        (ONE, [], "not_met", "卫生部门没有方案"),
        (BOTH, [plan()], "not_met", "计生部门没有方案"),
        (BOTH, [plan("甲市计划生育委员会")], "not_met", "卫生部门没有方案"),
        (BOTH, [plan("甲市卫生局、甲市计划生育委员会")], "met", None),
        (BOTH, [plan(), plan("甲市人口计生委", doc_no="2号")], "met", None),
        (BOTH, [plan(has_content=None)], "not_met", "卫生部门方案缺重点内容(未填); 计生部门没有方案"),
    ],
)
def test_each_old_bureau_of_a_city_owes_a_whole_plan(reporters, plans, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(documents=[*plans, paper(OTHER, "行动方案")], **reporters, **UNITS), "R-01", CITY)
    assert (row.result, row.reason) == (result, reason)


def visit(area: str, date: str | None = "2014-03-01") -> dict[str, object]:
    return {"supervision_id": f"{area}-{date}", "area": area, "body": "卫生局", "date": date}


@pytest.mark.parametrize(
    ("as_of", "papers", "visits", "result", "reason"),
    [
        ("2014-03-31", ["会议记录"], [visit(A)], "met", None),
        ("2014-03-31", ["部署文件"], [visit(A, "2014-01-20")], "not_met", "没有督导记录"),
        ("2014-03-31", ["行动通告"], [visit(A)], "not_met", "没有部署文件或会议"),
        ("2014-03-31", [], [], "not_met", "没有部署, 也没有督导记录"),
        ("2014-03-31", ["部署文件"], [visit(A, None)], "not_assessable", "没有督导记录"),
        ("2014-03-30", ["部署文件"], [], "not_due", "未到期, 目前没有督导记录"),
    ],
)
def test_area_deploys_and_supervises(as_of, papers, visits, result, reason) -> None:  # type: ignore[no-untyped-def]
    documents = [paper(A, kind) for kind in papers]
    row = found(judged(as_of, documents=documents, supervisions=visits, **UNITS), "R-09", A)
    assert (row.result, row.reason) == (result, reason)


@pytest.mark.parametrize(
    ("forms", "result", "reason"),
    [
        ([self_check("a1", notice_date="2014-02-10")], "met", None),
        ([self_check("a1", notice_date="2014-02-13")], "not_met", "还差 1 家; 迟签 1 家, 最迟 3 天"),
        ([self_check("a1")], "not_assessable", "1 家的记录不全, 无法判定"),
        ([], "not_met", "还差 1 家"),
    ],
)
def test_each_unit_of_the_frozen_roster_signed_for_the_notice(forms, result, reason) -> None:  # type: ignore[no-untyped-def]
    gone = unit("a2", status="注销", status_date="2014-02-06", status_evidence="决定书")
    later = unit("a3", entry_date="2014-02-20")
    row = found(judged(units=[unit("a1"), gone, later], self_checks=forms), "P1-03", A)
    assert (row.result, row.reason, row.denominator) == (result, reason, 1)


def test_receipts_are_not_due_before_the_tenth() -> None:
    assert found(judged("2014-02-08", units=[unit("a1")], self_checks=[]), "P1-03", A).result == "not_due"


@pytest.mark.parametrize(
    ("as_of", "date", "words", "result"),
    [
        ("2014-03-31", "2014-03-28", "基本合格", "met"),
        ("2014-03-31", None, "合格", "not_assessable"),
        ("2014-03-31", "2014-03-28", "待定", "not_met"),
        ("2014-03-25", "2014-03-28", "合格", "not_due"),
    ],
)
def test_conclusion_of_the_committee_is_on_record(as_of, date, words, result) -> None:  # type: ignore[no-untyped-def]
    accepted = [{"area": CITY, "date": date, "conclusion": words}]
    case = judged(as_of, acceptances=accepted, units=[unit("a1"), unit("b1", B), unit("o1", OWN)])
    assert found(case, "P3-03", CITY).result == result


@pytest.mark.parametrize(("rule", "kind"), [("F2-01", "长效机制文件"), ("F4-01", "防控体系文件")])
def test_without_a_paper_there_is_nothing_to_ask(rule: str, kind: str) -> None:
    case = judged(documents=[paper(A, kind, title="关于贯彻意见的通知")], **UNITS)
    rows = case.rows(rule)
    assert found(case, rule, A).reason == "待人工判定"
    assert rows.loc[rows["subject"] == A, "known"].tolist() == ["关于贯彻意见的通知(1号)"]
    assert (found(case, rule, B).result, found(case, rule, B).reason) == ("not_met", "没有这类文件")
    early = judged("2014-03-01", documents=[], **UNITS)
    assert found(early, rule, A).result == "not_due"


def test_question_without_a_paper_says_so() -> None:
    case = judged(documents=[], **UNITS)
    assert set(case.rows("R-08")["known"]) == {"没有登记这类文件"}
    assert set(case.rows("F2-02")["known"]) == {""}
    assert set(case.rows("W1-03")["level"]) == {"county", "city"}
    assert set(case.rows("W3-04")["level"]) == {"county"}


def test_pilots_are_asked_about_with_their_milestones_and_not_without_a_list() -> None:
    rows = [
        {
            "area": A,
            "body": "县医院",
            "milestone": "一",
            "due_date": "2014-04-30",
            "reached_date": "2014-03-01",
        },
        {"area": A, "body": "县医院", "milestone": "二"},
    ]
    case = judged(pilots=rows, **UNITS)
    assert found(case, "F5-01", f"{A}:县医院").result == "not_assessable"
    assert case.rows("F5-01")["known"].tolist() == ["阶段任务 2 项, 行动期内完成 1 项"]
    (row,) = judged(**UNITS).rows("F5-01").itertuples()
    assert row.reason == "没有可用的省级试点单位登记表"
