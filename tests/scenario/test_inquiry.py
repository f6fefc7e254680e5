"""An investigation of a made-up province: its page, its words, the visits it proposes."""

from __future__ import annotations

import dataclasses
import re

import pandas as pd
import pytest

from audit_lib.errors import CallError
from audit_lib.intake import load_intake
from audit_lib.investigation import visit_scores
from audit_lib.reporting import (
    Paragraph,
    Picture,
    ask,
    inquiry_report,
    open_inquiry,
    report_html,
    write_inquiry,
)
from audit_lib.reporting.inquiry import DATED, NOT_CUT, asked_part
from audit_lib.reporting.inquiry_where import places_section
from audit_lib.reporting.leads import leads, print_chance, subject_name
from audit_lib.sampling import draw_pareto
from audit_lib.sampling.pareto import set_chances

SEED = 2014


@pytest.fixture(scope="module")
def inquiry(judged):
    run = judged(SEED).run
    return open_inquiry(run.file, "990000")


def test_page_has_every_part_and_says_no_word_that_judges_people(inquiry, forbidden_words):
    report = inquiry_report(inquiry)
    keys = [section.key for section in report.sections]
    assert keys[0] == "overview"
    assert keys[-5:] == ["lists", "records", "places", "risk", "visits"]
    page = report_html(report)
    assert re.findall("|".join(forbidden_words), page) == []
    assert "不是结论" in page


def test_findings_stand_by_error_rate_one_for_each_subject(inquiry):
    found = leads(inquiry)
    errors = [one.error for one in found]
    assert errors == sorted(errors)
    assert len({one.subject for one in found}) == len(found)
    assert all(one.innocent and one.advice and one.effect for one in found)
    first = inquiry_report(inquiry).section("overview").blocks[-1].rows
    assert first[["subject", "title"]].to_numpy().tolist() == [[one.subject, one.title] for one in found[:5]]


def test_a_finding_says_its_rank_among_its_like_and_never_that_it_stands_out_where_others_do(inquiry):
    found = next(one for one in leads(inquiry) if one.question == "records")
    like = inquiry.signals.query("level == 'county'")
    row = like[like["alarm"] & like["subject"].eq(found.of) & ~like["listed_apart"]].iloc[0]
    like = like[like["signal"].eq(row["signal"])]
    rank = f"{len(like)} 个同类对象中居第 {int((like['effect'] > row['effect']).sum()) + 1}"
    assert rank in found.effect
    assert any(number.value == f"{found.subject}的效应在 {rank}" for number in found.section(1).every_number)


def test_no_two_findings_rest_on_the_same_records(inquiry):
    rows = [set(one.rows.rows["key"]) for one in leads(inquiry) if one.question == "records"]
    shared = [len(a & b) / len(b) for place, b in enumerate(rows) for a in rows[:place]]
    assert len(rows) > 1
    assert max(shared) <= 0.5


def test_what_the_records_behind_a_finding_say_can_be_read_beside_it(inquiry):
    read = pd.concat([one.rows.rows for one in leads(inquiry) if one.question == "records"])
    hazards = inquiry.case.tables["hazards"].set_index("hazard_id")["description"]
    checks = inquiry.case.tables["county_checks"].set_index("check_id")
    for table, own in (("县级检查记录", checks["start"]), ("隐患排查治理台账", hazards)):
        rows = read[read["table"] == table]
        assert len(rows), table
        assert all(own[key] in said for key, said in zip(rows["key"], rows["written"], strict=True)), table


def test_visits_are_proposed_by_the_draw_of_the_library_from_the_scores_written(inquiry):
    section = inquiry_report(inquiry).section("visits")
    grid = next(block for block in section.blocks if getattr(block, "name", "") == "走访")
    units = inquiry.standing
    frame = units[["unit_id"]].assign(stratum="x", score=visit_scores(units["points"]))
    frame["chance"] = set_chances(frame, {"x": 20})
    drawn = draw_pareto(frame, {"x": 20}, seed="investigation-2014")
    assert grid.rows["unit_id"].tolist() == drawn.sort_values("rank")["unit_id"].tolist()
    assert grid.rows["lot"].tolist() == [f"{float(one):.4f}" for one in drawn.sort_values("rank")["chance"]]
    assert frame["chance"].astype(float).sum() == pytest.approx(20)
    by_points = units["points"].sum() / frame["score"].sum()
    assert 0.3 < by_points < 0.7
    said = "".join(block.text for block in section.blocks if hasattr(block, "text"))
    for words in ("这是建议, 不是抽样结果", "audit draw --sealed", "入样概率的倒数"):
        assert words in said


def test_an_inspector_stands_there_by_certificate_or_surname_only(inquiry):
    alarms = inquiry.signals[inquiry.signals["alarm"] & inquiry.signals["level"].eq("inspector")]
    names = alarms["subject"].str.partition(":")[2]
    page = report_html(inquiry_report(inquiry))
    assert len(names)
    assert [name for name in names if name in page] == []
    subject = alarms["subject"].iloc[0]
    office, _, name = subject.partition(":")
    place = inquiry.case.names()[office]
    assert subject_name(inquiry, "inspector", subject) == f"{place} {name[0]}某"

    def registered(*rows: tuple[str, str]) -> str:
        staff = pd.DataFrame([("ZF-1", name, office), *((key, name, area) for key, area in rows)])
        staff.columns = ["inspector_id", "inspector_name", "area"]
        case = dataclasses.replace(inquiry.case, tables={**inquiry.case.tables, "inspectors": staff})
        return subject_name(dataclasses.replace(inquiry, case=case), "inspector", subject)

    assert registered() == f"{place} 执法证 ZF-1"
    assert registered(("ZF-2", "GLW001")) == f"{place} 执法证 ZF-1", "of another office"
    assert registered(("ZF-2", office)) == f"{place} {name[0]}某", "two of one name"


def test_counties_stand_on_a_map_with_what_was_found_there(inquiry, judged):
    blocks = places_section(inquiry).blocks
    assert isinstance(blocks[0], Picture)
    assert blocks[1].rows[["again", "long"]].sum().tolist() == [
        int(inquiry.again["why"].eq(why).sum()) for why in ("再次查出", "长期未整改")
    ]
    assert blocks[1].rows["beside"].sum() == len(inquiry.beside)
    own = open_inquiry(judged(SEED).run.file, "990122", question="地点")
    assert [block.name for block in places_section(own).blocks] == ["分县区", "集中", "再次查出", "邻近"]


def test_scores_leave_every_unit_of_the_frame_a_chance(inquiry):
    written = write_inquiry(inquiry, inquiry_report(inquiry))
    names = [f"investigation.{name}" for name in ("html", "pdf", "docx", "xlsx")]
    assert written["file"].tolist() == [*names, "scores.csv"]
    folder = inquiry.case.run.folder / "investigation" / "990000"
    scores = pd.read_csv(folder / "scores.csv", dtype={"unit_id": "str"})
    assert sorted(scores["unit_id"]) == sorted(inquiry.facts.frame["unit_id"])
    assert (scores["score"] > 0).all()
    again = write_inquiry(inquiry, inquiry_report(inquiry))
    assert again["sha256"].tolist() == written["sha256"].tolist()


def test_a_county_sees_its_own_units_under_the_province_control(judged, inquiry):
    own = open_inquiry(judged(SEED).run.file, "990122", question="记录")
    assert set(own.mine["area"]) == {"990122"}
    both = own.mine.merge(inquiry.signals, on=["signal", "level", "subject"], suffixes=("", "_all"))
    assert len(both) == len(own.mine)
    pd.testing.assert_series_equal(both["q"], both["q_all"], check_names=False)
    assert own.standing.empty
    assert inquiry_report(own).sections[-1].key == "records"


def test_a_period_cuts_what_is_looked_at_and_not_what_is_known(judged, inquiry):
    """Whoever was checked before the period has been checked: nothing is said of a unit that is not so."""
    late = open_inquiry(judged(SEED).run.file, "990000", period="2014-03-20..2014-03-31")
    for table, day in DATED.items():
        dates = getattr(late.facts, table)[day].dropna()
        assert dates.between("2014-03-20", "2014-03-31").all(), table
    assert {code: one.conclusion for code, one in late.lists.items()} == {
        code: one.conclusion for code, one in inquiry.lists.items()
    }
    pd.testing.assert_frame_equal(late.standing, inquiry.standing)
    pd.testing.assert_frame_equal(late.again, inquiry.again)
    assert set(late.beside["unit_id"]) <= set(inquiry.beside["unit_id"])
    silent = [one.signals.query("signal == 'zero_hazards'")["subject"].tolist() for one in (late, inquiry)]
    assert silent[0] == silent[1] != []
    page = report_html(inquiry_report(late))
    assert page.count(NOT_CUT) == 3
    assert NOT_CUT not in report_html(inquiry_report(inquiry))


def test_a_lookup_says_what_it_could_not_count_and_that_nothing_is_no_acquittal(judged):
    run = judged(SEED).run
    lost = load_intake(run.folder / "intake").quarantine
    said = ask(run.file, "990000", condition="隐患等级 为 重大").section.blocks[1].rows
    rows = int(lost["table"].eq("hazards").sum())
    assert rows
    assert said.iloc[-1].tolist()[0] == "未计入"
    assert f"隐患排查治理台账有 {rows} 行无法识别" in said.iloc[-1].tolist()[1]
    none = ask(run.file, "GLW003", condition="隐患等级 为 重大").section
    assert [block.text for block in none.blocks if isinstance(block, Paragraph)] == [
        "所问范围内一行记录也没有: 可能没有报来, 也可能地区或期间写错。没有记录不等于没有问题。"
    ]


def test_unknown_question_is_refused():
    with pytest.raises(CallError) as refused:
        asked_part("", "天气")
    assert refused.value.text.zh == (
        "没有“天气”这个问题, 有: lists(名单)、records(记录)、risk(风险)、places(地点); 不写就是全部"
    )


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.5, "50%"), (0.0123, "1.2%"), (0.00012, "0.012%"), (0.00001, "小于0.01%"), (1.0, "100%")],
)
def test_an_error_rate_is_never_printed_as_nothing(p, said):
    assert print_chance(p) == said
