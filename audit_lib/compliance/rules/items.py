"""Rules that one item of the checklist decides by itself: no code, a word in ``checklist.csv``."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import among
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_MET,
    RANK,
    singles,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.compliance.scoring import NOT_APPLICABLE as ITEM_NOT_APPLICABLE
from audit_lib.compliance.scoring import latest_checklists

_MEANS = {"合格": MET, "不合格": NOT_MET, "部分合格": NOT_MET, ITEM_NOT_APPLICABLE: NOT_APPLICABLE}


def items_passed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """Judge units by the items of their latest checklist that carry the rule's number.

    A unit fails that fails one of them; an item that nobody checked leaves it open.
    """
    latest = latest_checklists(facts.scores)[["check_id", "unit_id", "county"]]
    asked = facts.book.items.loc[facts.book.items["rule"] == rule.rule_id, ["item_id", "zh"]]
    due = latest.merge(asked, how="cross")
    given = facts.check_items[among(facts.check_items["check_id"], latest["check_id"])]
    rows = due.merge(given[["check_id", "item_id", "result"]], on=["check_id", "item_id"], how="left")
    rows["verdict"] = rows["result"].map(_MEANS).fillna(NOT_ASSESSABLE)
    rows["rank"] = rows["verdict"].map(RANK)
    rows = rows.sort_values(["unit_id", "rank", "item_id"]).drop_duplicates("unit_id")
    lacking = (rows["item_id"] + " " + rows["zh"]).where(rows["verdict"].isin([NOT_MET, NOT_ASSESSABLE]))
    return singles("unit", "check_items", rows, rows["verdict"], subject=rows["unit_id"], reason=lacking)
