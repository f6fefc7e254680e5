"""An investigation of a made-up province: its page, its words, and the scores to draw by."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from audit_lib.errors import CallError
from audit_lib.reporting import inquiry_report, open_inquiry, report_html, write_inquiry
from audit_lib.reporting.inquiry import asked_part
from audit_lib.reporting.leads import leads, print_chance

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


def test_scores_leave_every_unit_of_the_frame_a_chance(inquiry):
    written = write_inquiry(inquiry, inquiry_report(inquiry))
    assert written["file"].tolist() == ["investigation.html", "investigation.xlsx", "scores.csv"]
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


def test_a_period_leaves_out_what_was_dated_outside_it(judged):
    late = open_inquiry(judged(SEED).run.file, "990000", period="2014-03-20..2014-03-31", question="places")
    assert late.facts.county_checks["date"].min() >= pd.Timestamp("2014-03-20")
    assert late.facts.hazards["found_date"].min() >= pd.Timestamp("2014-03-20")


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
