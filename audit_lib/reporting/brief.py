"""The one page of a county: its verdict, its clauses, its majors by name, what to hand in and by when."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case
from audit_lib.reporting.facts import VERDICT_RULE, area_table, clauses
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.majors import KINDS, doubt_words, majors_table, nothing_to_name
from audit_lib.reporting.model import Block, Grid, Number, Paragraph, Part, Section, join_parts
from audit_lib.reporting.overview import left_out_words, own_verdict, silent_words
from audit_lib.reporting.steps import last_day
from audit_lib.reporting.words import rule_titles


def brief_section(case: Case) -> Section:
    """Return the page that a county's leader reads; it prints on one sheet of A4."""
    parts: list[Part] = [
        own_verdict(case) if case.speaks(VERDICT_RULE) else ([], []),
        silent_words(case),
        ([_clauses(case)], []),
        _majors(case) if case.speaks(*KINDS) else ([], []),
        left_out_words(case),
        _waiting(case),
    ]
    return join_parts("overview", "一页简报", parts)


def _clauses(case: Case) -> Grid:
    """Return each clause with what is wanting and until when it can still be done."""
    rows = []
    for level, areas in (("county", case.counties), ("city", case.cities)):
        rules = [rule for rule in clauses(case) if (rule == "R-05") == (level == "city")]
        table = area_table(case, areas[areas["code"] == case.code], level, rules)
        for row in table.to_dict("records"):
            rows += [_clause(case, rule, {str(key): value for key, value in row.items()}) for rule in rules]
    return make_grid("条款", pd.DataFrame(rows))


def _clause(case: Case, rule: str, row: dict[str, object]) -> dict[str, object]:
    done = row[f"{rule}_result"] in {"met", "not_applicable"}
    return {
        "clause": rule_titles().get(rule, rule),
        **{side: row[f"{rule}_{side}"] for side in ("part", "whole", "result", "reason")},
        "until": "" if done else last_day(case, rule),
    }


def _majors(case: Case) -> Part:
    table = majors_table(case)
    grid = make_grid("一页重大隐患", table, empty=nothing_to_name(case))
    doubts, numbers = doubt_words(case)
    return [*doubts, grid], numbers


def _waiting(case: Case) -> Part:
    """Say how many rows nobody could identify, which files are wanting, and that people decide."""
    lost = int((case.quarantine["area"] == case.code).sum())
    blocks: list[Block] = []
    numbers = []
    if lost:
        numbers.append(Number("lost_rows", "无法识别的行", "count", lost, "名录等表", rows="无法识别的行"))
        blocks.append(Paragraph("须更正后重新报送: 无法识别的行 {lost_rows} 行(见数据来源与质量)。"))
    blocks.append(Paragraph("判定是供核定的建议; 有异议的, 填申诉登记表报送。", "note"))
    return blocks, numbers
