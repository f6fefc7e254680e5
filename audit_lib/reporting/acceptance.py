"""The acceptance report of one area: which sections, in which order, under which marks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from audit_lib.reporting.annexes import definitions_annex, pending_annex, readings_annex, rules_annex
from audit_lib.reporting.areas import cities_section, clauses_section, counties_section
from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import VERDICT_RULE
from audit_lib.reporting.judged import judged_section
from audit_lib.reporting.majors import KINDS, majors_section
from audit_lib.reporting.model import Report, Section
from audit_lib.reporting.objections import objections_section
from audit_lib.reporting.overview import overview_section
from audit_lib.reporting.recheck import recheck_section
from audit_lib.reporting.sources import sources_section
from audit_lib.reporting.spot import county_spot_section, spot_section
from audit_lib.reporting.weekly import weekly_section
from audit_lib.reporting.words import FOOT, marks, stage, strips, until

NUMERALS = (*"一二三四五六七八九十", *(f"十{one}" for one in "一二三四五六七八九"))


def acceptance_report(case: Case) -> Report:
    """Return the report of a province, a city or a county."""
    sections = {"province": _province, "city": _city, "county": _county}[case.level](case)
    return Report(
        area=case.code,
        title=f"{case.name}检查验收报告",
        subtitle=case.run.params.campaign,
        marks=marks(case),
        facts=(
            ("判定日", until(case.as_of).removeprefix("截至")),
            ("阶段", stage(case)),
            ("地区代码", case.code),
            ("运行", case.run.params.run),
        ),
        sections=tuple(_number([section for section in sections if _spoken(case, section)])),
        strips=strips(case),
        foot=FOOT,
        reference=f"　　　　〔{case.as_of.year}〕　　号",
        date="　　　年　　月　　日",
    )


def _province(case: Case) -> list[Section]:
    return [
        overview_section(case),
        cities_section(case),
        counties_section(case),
        majors_section(case),
        spot_section(case),
        recheck_section(case),
        weekly_section(case),
        *_objected(case),
        judged_section(case),
        sources_section(case),
        readings_annex(case),
        rules_annex(case),
        definitions_annex(),
        pending_annex(case),
    ]


def _city(case: Case) -> list[Section]:
    return [
        overview_section(case),
        counties_section(case),
        majors_section(case),
        spot_section(case),
        recheck_section(case),
        weekly_section(case),
        *_objected(case),
        judged_section(case),
        sources_section(case),
        rules_annex(case),
        definitions_annex(),
    ]


def _county(case: Case) -> list[Section]:
    own = [spot_section(case), weekly_section(case)] if case.own_city else [county_spot_section(case)]
    return [
        overview_section(case),
        clauses_section(case),
        majors_section(case),
        *own,
        *_objected(case),
        judged_section(case),
        sources_section(case),
        rules_annex(case),
        definitions_annex(),
    ]


def _objected(case: Case) -> list[Section]:
    """The objections of the areas, where there are any."""
    return [objections_section(case)] if case.tables["objections"]["area"].isin(case.codes).any() else []


SPOKEN = {
    "majors": tuple(KINDS),
    "spot": ("R-05", "R-05b"),
    "weekly": ("REP-02", "REP-03"),
    "by-reading": (VERDICT_RULE,),
}
"""Sections that stand only in reports of runs that judge one of these rules."""


def _spoken(case: Case, section: Section) -> bool:
    return case.speaks(*SPOKEN[section.key]) if section.key in SPOKEN else True


ANNEXES = ("by-reading", "readings", "definitions", "pending")


def _number(sections: list[Section]) -> Iterator[Section]:
    body = [section for section in sections if section.key not in ANNEXES]
    for place, section in enumerate(body):
        yield dataclasses.replace(section, title=f"{NUMERALS[place]}、{section.title}")
    for place, section in enumerate(section for section in sections if section.key in ANNEXES):
        yield dataclasses.replace(section, title=f"附件{place + 1}　{section.title}")
