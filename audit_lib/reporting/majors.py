"""Major hazards that want somebody's hand: overdue, unlisted, incomplete, unsigned, by name."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance.hazards import follow_hazards
from audit_lib.reporting.case import Case, once
from audit_lib.reporting.facts import rule_rows
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Block, Number, Paragraph, Part, Section, unite
from audit_lib.reporting.words import order
from audit_lib.schemas import tables

KINDS = {"F3-03": "未按期整改", "F3-02": "应挂牌未挂牌", "W2-06": "五到位不全", "W2-07": "双签字不全"}
"""What is wrong with a major hazard, by the rule that says so, gravest first."""

BY_AREA = ("F3-03", "F3-02")
"""Those of these rules that judge counties and name hazards; the others judge hazards."""

LATE, STILL = "F3-03", "尚未整改"


def majors_words(case: Case, *, listed: bool = True) -> Part:
    """Return how many majors want somebody's hand, by what is wrong, and the first of them by name."""
    table = majors_table(case)
    counts, open_ = table["rule"].value_counts(), open_kinds(case)
    numbers, said = [], []
    for rule, kind in KINDS.items():
        if not case.speaks(rule):
            continue
        key, found = _key(rule), int(counts.get(rule, 0))
        value = None if rule in open_ and not found else found
        rows = "重大隐患" if found else ""
        numbers.append(Number(key, f"{kind}的重大隐患", "count", value, "自报", unit="处", rows=rows))
        said.append(f"{kind} {{{key}}}" + ("" if value is None else " 处"))
    late = table[table["rule"] == LATE]
    if len(late):
        still = int((late["reason"] == STILL).sum())
        numbers.append(Number("majors_still_open", "未按期整改、尚未整改", "count", still, "自报", unit="处"))
        said[0] += "(其中尚未整改 {majors_still_open} 处)"
    blocks: list[Block] = [Paragraph(f"需督办的重大隐患: {'、'.join(said)}。")] if said else []
    doubts, reasons = doubt_words(case)
    blocks, numbers = blocks + doubts, numbers + reasons
    if listed and len(table):
        blocks.append(make_grid("重大隐患要目", table))
    return blocks, numbers


def doubt_words(case: Case) -> Part:
    """Say of which faults nobody can tell whether there are any: no row is no zero there."""
    numbers = [
        Number(f"{_key(rule)}_open", f"{KINDS[rule]}的重大隐患: 无法判定", "text", reason, "自报")
        for rule, reason in open_kinds(case).items()
    ]
    said = "; ".join(f"{KINDS[rule]}({{{_key(rule)}_open}})" for rule in open_kinds(case))
    return [Paragraph(f"重大隐患无法判定, 不作没有: {said}。", "warning")] if said else [], numbers


@once
def open_kinds(case: Case) -> dict[str, str]:
    """Return the rules that somewhere in the area could not be judged, with the reason."""
    given = set(case.files.loc[case.files["status"] == "read", "table"])
    return {
        rule: reason
        for rule in KINDS
        if case.speaks(rule) and (reason := _why_open(case, rule, given & set(case.book.rules[rule].needs)))
    }


def _why_open(case: Case, rule: str, given: set[str]) -> str:
    level = "county" if rule in BY_AREA else "hazard"
    rows = rule_rows(case, rule, level)
    rows = rows[(rows["result"] == "not_assessable") & rows["area"].isin(case.codes)]
    absent = [one for one in case.book.rules[rule].needs if one not in given]
    if rows.empty and level == "hazard" and absent:
        return "没有可用的" + "、".join(tables()[one].zh for one in absent)
    if len(rows) > 1:
        return f"{len(rows)} {'个县区' if level == 'county' else '处'}无法判定"
    return "" if rows.empty else str(rows["reason"].fillna("无法判定").iloc[0])


def nothing_to_name(case: Case) -> str:
    """Return what stands where no major is listed: none is only said of what could be judged."""
    known = "、".join(kind for rule, kind in KINDS.items() if rule not in open_kinds(case))
    return f"没有{known}的重大隐患。" if known else "缺: 无法判定。"


def _key(rule: str) -> str:
    return f"majors_{rule.replace('-', '_')}"


@once
def majors_table(case: Case) -> pd.DataFrame:
    """Return one row per major hazard and problem, in standard order of areas.

    Columns: kind, rule, area, unit_name, hazard_id, found_date, deadline, reason.
    """
    listed = [_named_by_area(case, rule) for rule in BY_AREA]
    listed += [_named_by_hazard(case, rule) for rule in ("W2-06", "W2-07")]
    named = pd.concat(listed, ignore_index=True)
    hazards = case.tables["hazards"]
    hazards = hazards[hazards["hazard_id"].isin(named["hazard_id"])].drop_duplicates("hazard_id")
    as_of, words = pd.Timestamp(case.as_of), case.book.no_document
    lives = follow_hazards(hazards, as_of=as_of, elements=(), no_content=words)
    found = lives.set_index("hazard_id").reindex(named["hazard_id"]).set_axis(named.index)
    table = named.assign(
        kind=named["rule"].map(KINDS),
        unit_name=found["unit_name"].array,
        found_date=found["found_date"].array,
        deadline=found["due"].array,
        reason=named["reason"].mask(named["rule"] == LATE, _how_late(found)),
        place=named["code"].map(order(case)),
        grave=named["rule"].map({rule: rank for rank, rule in enumerate(KINDS)}),
        area=named["code"].map(case.names()),
    )
    return table.sort_values(["grave", "place", "hazard_id"], ignore_index=True)


def _how_late(found: pd.DataFrame) -> pd.Series[str]:
    """Say of majors not closed in time whether they are closed by now, and how late."""
    closed = found["closed"].fillna(False).astype(bool)
    late = (found["closed_date"] - found["due"]).dt.days.astype("Int64")
    said = ("已整改, 迟 " + late.astype("str") + " 天").where(late > 0, "已整改, 曾退回重新整改")
    return said.where(closed, STILL).astype("str")


def majors_section(case: Case) -> Section:
    """Return the complete list of such hazards."""
    grid = make_grid("重大隐患", majors_table(case), empty=nothing_to_name(case))
    doubts, numbers = doubt_words(case)
    return Section("majors", "重大隐患清单", (*doubts, grid), unite(numbers))


def _named_by_area(case: Case, rule: str) -> pd.DataFrame:
    rows = rule_rows(case, rule, "county").reset_index()
    rows = rows[(rows["result"] == "not_met") & rows["subject"].isin(case.codes)]
    keys = rows["evidence"].fillna("").str.split(";").explode().str.removeprefix("hazards:")
    named = pd.DataFrame({"hazard_id": keys, "code": rows["subject"].reindex(keys.index)})
    known = case.tables["hazards"]["hazard_id"]
    named = named[named["hazard_id"].isin(known[known.isin(named["hazard_id"])])]
    return named.assign(rule=rule, reason="")


def _named_by_hazard(case: Case, rule: str) -> pd.DataFrame:
    rows = rule_rows(case, rule, "hazard").reset_index()
    rows = rows[(rows["result"] == "not_met") & rows["area"].isin(case.codes)]
    return pd.DataFrame(
        {
            "hazard_id": rows["subject"],
            "code": rows["area"],
            "rule": rule,
            "reason": rows["reason"].fillna(""),
        }
    )
