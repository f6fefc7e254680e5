"""The verdict on each area as the report proposes it: what was not met, what is wanting, what is open."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case, once
from audit_lib.reporting.facts import missing_words
from audit_lib.reporting.words import LEVELS, order, rule_names


@once
def verdict_rows(case: Case) -> pd.DataFrame:
    """Return the verdicts on the report's cities and counties in standard order, with their words.

    Columns are those of table ``verdicts``, and name, place, level_zh, clauses, owes, open.
    """
    rows = case.verdicts[
        case.verdicts["area"].isin(case.codes) & case.verdicts["level"].isin(["city", "county"])
    ]
    return rows.assign(
        name=rows["area"].map(case.names()),
        place=rows["area"].map(order(case)),
        level_zh=rows["level"].map(LEVELS),
        missing=rows["missing"].fillna(""),
        clauses=rows["rules_not_met"].fillna("").map(rule_names),
        owes=rows["missing"].fillna("").map(missing_words),
        open=rows["rules_not_assessable"].fillna("").map(rule_names),
    ).sort_values(["place", "level"], ignore_index=True)


@once
def proposals_table(case: Case) -> pd.DataFrame:
    """Return the areas proposed, with clause and what is missing, in standard order.

    A county that is its own city stands once, as the city that it is: every clause that holds for
    it as a county holds for it as a city too.
    """
    rows = verdict_rows(case)
    rows = rows[rows["result"] == "not_met"]
    own = set(case.areas.loc[case.areas["kind"] == "own_city", "code"])
    as_city = rows["area"].isin(own & set(rows.loc[rows["level"] == "city", "area"]))
    rows = rows[~(as_city & (rows["level"] == "county"))]
    level = rows["level_zh"].mask(rows["area"].isin(own), "市州、县区")
    return rows.assign(level_zh=level).reset_index(drop=True)
