"""Rules on the records themselves, and on what the latest checklist says of a unit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import join_words, look_up
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_MET,
    singles,
    whole,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.compliance.scoring import latest_checklists
from audit_lib.intake.identifiers import SUBSTITUTE, org_code_reason
from audit_lib.intake.text import canonical_id, fold, normal_name

CLINIC = "D"
"""First letter of the unit types that may lawfully have no organisation code."""


def codes_valid(facts: Facts, rule: Rule) -> pd.DataFrame:
    """DQ-01: a unit's code is valid by its form: check digits, division, category.

    Clinics may lawfully have none, and a substitute number (PDY...) has nothing to check. The
    numbers of 12 and 15 signs of older licences carry no check digit, so nobody can say.
    """
    rows = facts.roster
    code = _folded(rows["org_code"], canonical_id)
    cells = zip(code, rows["county"], rows["unit_type"].fillna(""), strict=True)
    wrong = pd.Series(
        [_code_fault(cell, county, kind) for cell, county, kind in cells], index=rows.index, dtype="str"
    )
    clinic = code.isna() & rows["unit_type"].fillna("").astype("str").str.startswith(CLINIC)
    substitute = code.str.startswith(SUBSTITUTE).fillna(False).astype(bool)
    old = code.str.len().isin([int(length) for length in facts.book.words("old_code_lengths")])
    cases = [
        (clinic | substitute, NOT_APPLICABLE, "替代编号"),
        (code.isna(), NOT_ASSESSABLE, "没有代码"),
        (old, NOT_ASSESSABLE, "旧式登记号没有校验码"),
        (wrong != "", NOT_MET, ""),
    ]
    applies = [case for case, _, _ in cases]
    result = np.select(applies, [name for _, name, _ in cases], MET)
    said = np.select(applies[:3], [why for _, _, why in cases[:3]], wrong)
    return singles("unit", "units", rows, result, reason=np.where(clinic, "诊所、村卫生室可以没有代码", said))


def _code_fault(code: object, county: str, kind: str) -> str:
    wrong = org_code_reason(code, county=county, unit_type=kind) if isinstance(code, str) else None
    return wrong.zh if wrong else ""


def units_stand_once(facts: Facts, rule: Rule) -> pd.DataFrame:
    """DQ-02: no place stands in the roster twice, by number, code or name in one township.

    Branches share an organisation code; their site numbers tell them apart. All units concerned
    are named, because the file does not say which row is the right one. A unit in the rosters of
    several counties is told with their names.
    """
    rows = facts.roster
    known = rows["org_code"].notna()
    code = _folded(rows["org_code"], fold).str.upper().str.replace("-", "")
    by_code = pd.DataFrame({"code": code, "site": rows["site_no"].fillna("")})
    named = rows["unit_name"].notna() & rows["township"].notna()
    by_name = pd.DataFrame(
        {
            "county": rows["county"],
            "township": _folded(rows["township"], fold),
            "name": _folded(rows["unit_name"], normal_name),
        }
    )
    homes = rows[["unit_id", "county"]].drop_duplicates().sort_values(["unit_id", "county"])
    homes = homes[homes["unit_id"].duplicated(keep=False)]
    names = (
        homes["county"].map(facts.areas.set_index("code")["name"]).groupby(homes["unit_id"]).agg("、".join)
    )
    twice = [
        (rows["unit_id"].duplicated(keep=False), "编号重复"),
        (known & by_code.duplicated(keep=False), "代码重复"),
        (named & by_name.duplicated(keep=False), "同乡镇同名"),
    ]
    words = join_words(twice, rows.index)
    there = look_up(rows["unit_id"], names).astype("str")
    reason = words.mask(there.notna(), words + "; 同时列入" + there + "的名录, 归属待核定")
    return singles("unit", "units", rows, np.where(words == "", MET, NOT_MET), reason=reason)


def _folded(cells: pd.Series[str], form: Callable[[str], str]) -> pd.Series[str]:
    return cells.map(form, na_action="ignore").astype("str")


def divisions_valid(facts: Facts, rule: Rule) -> pd.DataFrame:
    """DQ-05: a unit's county stands in the table of areas, under the city that its roster names.

    Earlier and later codes of one place are the same place. A row whose county nobody can read is
    quarantined, and told for the province as a whole.
    """
    rows = facts.roster
    wrong = rows["city_said"].notna() & (rows["city_said"] != rows["city"])
    names = facts.areas.set_index("code")["name"]
    said = "名录所填市州“" + look_up(rows["city_said"].fillna(""), names).fillna("") + "”不是该县区的上级"
    units = singles("unit", "units", rows, np.where(wrong, NOT_MET, MET), reason=said.where(wrong, ""))
    lost = len(facts.gaps.lost.get("units", ())) - len(facts.contested)
    if not lost:
        return units
    return pd.concat([units, whole(facts, NOT_ASSESSABLE, f"名录中有 {lost} 行无法识别, 见 quarantine.xlsx")])


def latest_checklist_passed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F7-01: in a unit's latest checklist no key item failed and the score reaches the line."""
    rows = latest_checklists(facts.scores)
    failed = "关键项不合格: " + rows["key_failed"]
    return singles(
        "unit",
        "check_items",
        rows,
        rows["conclusion"].map({"合格": MET, "不合格": NOT_MET, "不能判定": NOT_ASSESSABLE}),
        subject=rows["unit_id"],
        reason=failed.fillna(rows["note"].where(rows["conclusion"] == "不能判定")),
        value=(rows["score"] / 100).astype("Float64"),
    )
