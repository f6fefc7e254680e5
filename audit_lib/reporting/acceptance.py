"""The acceptance report of one area: which sections, in which order, under which marks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from audit_lib.reporting.annexes import definitions_annex, pending_annex, readings_annex, rules_annex
from audit_lib.reporting.areas import cities_section, unmet_section
from audit_lib.reporting.brief import brief_section
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import VERDICT_RULE
from audit_lib.reporting.findings import findings_section, findings_table, questions_section, questions_table
from audit_lib.reporting.judged import judged_section
from audit_lib.reporting.lives import lives_section
from audit_lib.reporting.majors import KINDS, majors_section
from audit_lib.reporting.model import Paragraph, Part, Report, Section, join_parts
from audit_lib.reporting.objections import objections_section
from audit_lib.reporting.overview import overview_section
from audit_lib.reporting.recheck import recheck_section
from audit_lib.reporting.sources import sources_section
from audit_lib.reporting.spot import agreement_section, county_spot_section, spot_section
from audit_lib.reporting.steps import next_section, proposals_section
from audit_lib.reporting.summary import indicator_grids, reached_section, summary_section
from audit_lib.reporting.troubles import troubles_section
from audit_lib.reporting.weekly import weekly_section
from audit_lib.reporting.words import FOOT, blanks, marks, stage, strips, until

NUMERALS = "一二三四五"


def acceptance_report(case: Case) -> Report:
    """Return the report of a province, a city or a county."""
    return Report(
        area=case.code,
        title=f"{case.name}检查验收报告",
        subtitle=case.run.params.campaign,
        marks=marks(case.run),
        facts=(
            ("判定日", until(case.as_of).removeprefix("截至")),
            ("阶段", stage(case)),
            ("地区代码", case.code),
            ("运行", case.run.params.run),
        ),
        sections=tuple(_number(_parts(case), _annexes(case))),
        strips=strips(case),
        foot=FOOT,
        **blanks(case.as_of),
    )


def _parts(case: Case) -> list[Section]:
    """Return the first screen and the five parts of a report."""
    county = case.level == "county"
    return [
        brief_section(case) if county else overview_section(case),
        summary_section(case),
        reached_section(case),
        troubles_section(case),
        proposals_section(case),
        next_section(case),
    ]


def _annexes(case: Case) -> list[Section]:
    """Return the annexes that have something to say for this area and these rules."""
    whole, county = case.level == "province", case.level == "county"
    quota = not county or case.own_city
    spot = [spot_section(case)] if quota else [county_spot_section(case)]
    annexes = [
        cities_section(case) if whole else None,
        None if county else unmet_section(case),
        majors_section(case) if case.speaks(*KINDS) else None,
        _join(
            "spot",
            "抽检情况及一致性",
            [*spot, *([] if county else [recheck_section(case)]), agreement_section(case)],
        )
        if case.speaks("R-05", "R-05b")
        else None,
        weekly_section(case) if quota and case.speaks("REP-02", "REP-03") else None,
        _join("definitions", "指标口径与计算说明", _definitions(case)),
        findings_section(case) if len(findings_table(case)) else None,
        objections_section(case) if _objected(case) else None,
        lives_section(case) if case.spread["found"].gt(0).any() and case.speaks("F6-02") else None,
        questions_section(case) if len(questions_table(case)) else None,
        judged_section(case),
        sources_section(case),
        pending_annex(case) if whole else None,
    ]
    return [annex for annex in annexes if annex is not None]


def _definitions(case: Case) -> list[Section]:
    readings = [readings_annex(case)] if case.level == "province" and case.speaks(VERDICT_RULE) else []
    grids = [] if case.level == "county" else indicator_grids(case)
    by_area = [Section("by-area", "各指标的分地区数", tuple(grids))] if grids else []
    return [*readings, definitions_annex(case), *by_area, rules_annex(case)]


def _objected(case: Case) -> bool:
    return bool(case.tables["objections"]["area"].isin(case.codes).any())


def _join(key: str, title: str, sections: list[Section]) -> Section:
    """Return several sections as one, each under its own heading."""
    parts: list[Part] = [([Paragraph(one.title, "heading"), *one.blocks], [*one.numbers]) for one in sections]
    return join_parts(key, title, parts)


def _number(parts: list[Section], annexes: list[Section]) -> Iterator[Section]:
    """Number the five parts and the annexes; the first screen bears no number."""
    yield parts[0]
    for place, section in enumerate(parts[1:]):
        yield dataclasses.replace(section, title=f"{NUMERALS[place]}、{section.title}")
    for place, section in enumerate(annexes):
        yield dataclasses.replace(section, title=f"附件{place + 1}　{section.title}")
