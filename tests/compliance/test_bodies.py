"""Rules on bodies and grids: F1-01, F1-02, F3-01, F4-03, REP-01."""

from __future__ import annotations

import pytest

from tests.compliance.tables import CITY, A, B, found, judged, quarantined, unit

BODY = f"{CITY}:卫生局"
UNITS = {"units": [unit("a1"), unit("b1", B)]}
PARTY, HEAD = "党组织主要负责人", "行政主要负责人"


def post(role: str, person: str | None = "赵六", **cells: object) -> dict[str, object]:
    told = {"duty_letter": "1号", "signed_date": "2014-02-05", "has_party": True}
    return {"area": CITY, "body": "卫生局", "post": role, "role": role, "person": person} | told | cells


@pytest.mark.parametrize(
    ("posts", "result", "reason"),
    [
        ([post(PARTY), post(HEAD, "钱七")], "met", None),
        ([post(PARTY), post(HEAD)], "met", "党政主要负责人为同一人"),
        ([post(HEAD)], "not_met", "党组织主要负责人未明确或没有责任书"),
        ([post(PARTY), post(HEAD, "待定")], "not_met", "行政主要负责人未明确或没有责任书"),
        ([post(PARTY, duty_letter=None), post(HEAD)], "not_met", "党组织主要负责人未明确或没有责任书"),
        ([post(HEAD, has_party=False)], "not_applicable", "没有党组织"),
        ([post(HEAD, has_party=None)], "not_assessable", "党组织主要负责人未明确或没有责任书"),
    ],
)
def test_party_leader_and_head_are_named_with_their_duty(posts, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(responsibilities=posts, **UNITS), "F1-01", BODY)
    assert (row.result, row.reason) == (result, reason)


def test_body_that_the_register_lacks_is_left_open_and_a_shortfall_waits_for_the_end() -> None:
    others = {"reporters": [{"area": CITY, "body": "卫生局"}], "responsibilities": [post(HEAD, body="其他")]}
    for rule in ("F1-01", "F1-02"):
        assert found(judged(**others, **UNITS), rule, BODY).result == "not_assessable"
    early = judged("2014-03-01", responsibilities=[post(HEAD, None)], **UNITS)
    assert found(early, "F1-01", BODY).result == "not_due"
    assert found(early, "F1-02", BODY).result == "not_due"


@pytest.mark.parametrize(
    ("posts", "result", "counts", "reason"),
    [
        ([post(PARTY), post(HEAD)], "met", (2, 2), None),
        ([post(PARTY), post(HEAD, duty_letter="无")], "not_met", (1, 2), "未签责任书: 行政主要负责人"),
        (
            [post(PARTY), post(HEAD, signed_date="2014-04-02")],
            "not_met",
            (1, 2),
            "未签责任书: 行政主要负责人",
        ),
        ([post(PARTY), post(HEAD, signed_date=None)], "not_assessable", (1, 2), "未签责任书: 行政主要负责人"),
    ],
)
def test_each_leading_post_has_a_signed_letter(posts, result, counts, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(responsibilities=posts, **UNITS), "F1-02", BODY)
    assert (row.result, (row.numerator, row.denominator), row.reason) == (result, counts, reason)


def issue(number: str, status: str | None = "已解决", area: str = A, **cells: object) -> dict[str, object]:
    told = {"closed_date": "2014-03-01", "proof": "照片", "source": "省安委办", "body": "卫生局"}
    return {"issue_id": number, "area": area, "status": status} | told | cells


@pytest.mark.parametrize(
    ("issues", "result", "reason"),
    [
        ([issue("1"), issue("2", source="省监察厅")], "met", "省安委办 1/1、省监察厅 1/1"),
        ([issue("1"), issue("2", "整改中")], "not_met", "省安委办 1/2"),
        ([issue("1", closed_date="2014-04-01")], "not_met", "省安委办 0/1"),
        ([issue("1", proof="无")], "not_assessable", "省安委办 0/1"),
        ([issue("1", area=B)], "not_applicable", "没有反馈问题"),
    ],
)
def test_feedback_of_2013_is_solved_with_date_and_proof(issues, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(feedback=issues, **UNITS), "F3-01", A, "county")
    assert (row.result, row.reason) == (result, reason)


def test_file_of_issues_that_was_not_read_is_neither_done_nor_nothing_to_do_and_cures_nothing() -> None:
    unread = {"quarantine": [quarantined("feedback")], **UNITS}
    for issues, result in (
        ([issue("1", area=B)], "not_assessable"),
        ([issue("1")], "not_assessable"),
        ([issue("1"), issue("2", "未解决")], "not_met"),
    ):
        assert found(judged(feedback=issues, **unread), "F3-01", A, "county").result == result


def test_of_an_issue_told_twice_the_unsolved_row_counts() -> None:
    row = found(judged(feedback=[issue("1"), issue("1", "未解决")], **UNITS), "F3-01", A, "county")
    assert (row.result, row.numerator, row.denominator) == ("not_met", 0, 1)


def test_two_deputies_under_one_title_are_two_posts() -> None:
    deputies = [post("副局长"), post("副局长", "钱七", duty_letter=None)]
    row = found(judged(responsibilities=deputies, **UNITS), "F1-02", BODY)
    assert (row.result, row.numerator, row.denominator, row.reason) == ("not_met", 1, 2, "未签责任书: 副局长")
    lost = {"quarantine": [quarantined("responsibilities", CITY)], **UNITS}
    assert found(judged(responsibilities=deputies, **lost), "F1-02", BODY).result == "not_met"
    assert found(judged(responsibilities=deputies[:1], **lost), "F1-02", BODY).result == "not_assessable"


def test_a_countys_issue_counts_for_its_city_and_a_direct_body_for_itself() -> None:
    issues = [issue("1", "未解决"), issue("2", area=CITY), issue("3", "未解决", area="SZ0000", body="医院")]
    case = judged(feedback=issues, **UNITS)
    city = found(case, "F3-01", CITY, "city")
    assert (city.result, city.numerator, city.denominator, city.evidence) == ("not_met", 1, 2, "feedback:1")
    assert found(case, "F3-01", "SZ0000:医院", "org").result == "not_met"
    assert found(judged("2014-03-01", feedback=issues, **UNITS), "F3-01", A, "county").result == "not_due"


def grid(number: str, county: str = A, **cells: object) -> dict[str, object]:
    told = {"person": "网格员", "duty_doc": "责1号", "system_doc": "制1号"}
    return {"grid_id": number, "county": county} | told | cells


@pytest.mark.parametrize(
    ("grids", "subject", "result", "reason"),
    [
        ([grid("W1"), grid("W2")], "W2", "met", None),
        ([grid("W2", person=None, system_doc="/"), grid("W1")], "W2", "not_met", "缺责任人、监管制度"),
        ([grid("W2")], f"{A}:W1", "not_met", "网格登记表没有该网格"),
        ([grid("W1"), grid("W1", B, duty_doc=None)], f"{B}:W1", "not_met", "缺责任书"),
    ],
)
def test_each_grid_has_a_person_a_letter_and_a_system(grids, subject, result, reason) -> None:  # type: ignore[no-untyped-def]
    one_county = {"units": [unit("a1", grid_id="W1")] + ([unit("b1", B)] if ":" in subject else [])}
    row = found(judged(grids=grids, **one_county), "F4-03", subject)
    assert (row.result, row.reason) == (result, reason)


def test_grids_wait_for_the_end() -> None:
    case = judged("2014-03-01", grids=[grid("W1", person=None)], units=[unit("a1")])
    assert found(case, "F4-03", "W1").result == "not_due"


@pytest.mark.parametrize(
    ("cells", "result", "reason"),
    [
        ({"contact": "赵六", "phone": "0431-88901234"}, "met", None),
        ({"contact": "有", "phone": "0431-88901234"}, "not_met", "缺联系人"),
        ({"contact": "赵六"}, "not_met", "缺可用的电话"),
        ({}, "not_met", "缺联系人和可用的电话"),
    ],
)
def test_each_reporting_body_names_a_contact(cells, result, reason) -> None:  # type: ignore[no-untyped-def]
    row = found(judged(reporters=[{"area": CITY, "body": "卫生局"} | cells], **UNITS), "REP-01", BODY)
    assert (row.result, row.reason) == (result, reason)


@pytest.mark.parametrize("rule", ["F1-01", "F1-02", "F3-01", "F4-03", "REP-01"])
def test_without_the_register_nobody_can_say(rule: str) -> None:
    (row,) = judged(**UNITS).rows(rule).itertuples()
    assert (row.level, row.result) == ("province", "not_assessable")
