"""Drafts before the end and the final, from one province: nothing is held against anybody before its day."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from bs4 import BeautifulSoup

from audit_lib.compliance import judge, run_rulebook
from audit_lib.intake import load_intake
from audit_lib.reporting import acceptance_report, report_html
from audit_lib.reporting.case import make_case

SEED = 2014
DAYS = ("2014-02-10", "2014-03-10", "2014-03-28", "2014-03-31")


@pytest.fixture(scope="module", params=DAYS)
def draft(request: pytest.FixtureRequest, judged):
    run = judged(SEED).run
    day = dt.date.fromisoformat(request.param)
    told = dataclasses.replace(run, params=run.params.model_copy(update={"as_of": day}))
    intake = load_intake(run.folder / "intake")
    return make_case(told, "990000", intake, judge(intake, told, {}))


def test_nothing_is_not_met_before_its_last_day(draft) -> None:
    failed = draft.rules.loc[draft.rules["result"] == "not_met", "rule_id"].unique()
    due = {rule: draft.book.rules[rule].due for rule in failed}
    assert run_rulebook(draft.run) is draft.book
    assert [rule for rule, day in due.items() if day is not None and day.date() > draft.as_of] == []


def test_areas_are_proposed_only_when_the_campaign_is_over(draft) -> None:
    page = BeautifulSoup(report_html(acceptance_report(draft)), "html.parser")
    first = page.find(id="overview").get_text(" ", strip=True)
    final = draft.as_of == dt.date(2014, 3, 31)
    assert ("建议列为未按期完成任务地区(待核定)的有" in first) is final
    assert ("没有建议列为未按期完成任务地区的" in first) is not final
    # A share below its target is marked only where its clause is due by now.
    red = {card.select_one(".label").get_text() for card in page.select("#overview .card.not-met")}
    early = {"2014-02-10": set(), "2014-03-10": {"自查率"}, "2014-03-28": {"自查率"}}
    assert final or red <= early[draft.as_of.isoformat()]


def test_draft_says_what_it_is_and_uses_no_word_that_judges_people(
    draft, forbidden_words: tuple[str, ...]
) -> None:
    said = BeautifulSoup(report_html(acceptance_report(draft)), "html.parser").get_text(" ", strip=True)
    final = draft.as_of == dt.date(2014, 3, 31)
    assert ("终期判定" in said) is final
    assert ("期中判定(草稿)" in said) is not final
    assert "送审稿" in said
    assert [word for word in forbidden_words if word in said] == []
