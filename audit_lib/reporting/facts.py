"""What the judgement says about areas, laid out for tables: counts first, then results."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import cast

import numpy as np
import pandas as pd

from audit_lib.reporting.case import Case, once
from audit_lib.reporting.model import Number
from audit_lib.reporting.tables import RESULTS, print_share
from audit_lib.sampling import parse_rate
from audit_lib.schemas import parameter, rulebook_rows

AREA_SET = ("R-03", "R-05", "F4-02", "P2-03", "F6-02", "F3-02")
"""The clauses of the area verdict, in the order of the report's columns."""

VERDICT_RULE = "P3-04"
"""The verdict follows from the clauses, and its evidence is theirs."""

COUNTED = {
    "R-03": ("家", "县检"),
    "R-05": ("家", "市抽检"),
    "F4-02": ("家", "自报"),
    "P2-03": ("家", "自报"),
    "F6-02": ("处", "自报"),
    "F3-02": ("处", "自报"),
}
"""What a clause counts, and whose figure it is."""


def spot_rate() -> Fraction:
    """Return the share of passed units that a city must check, from the rulebook."""
    return Fraction(parse_rate(parameter("spot_rate")))


def clauses(case: Case) -> tuple[str, ...]:
    """Return the rules of the area set that this run judges."""
    return tuple(rule for rule in AREA_SET if case.speaks(rule))


def limit_of(rule: str) -> Fraction:
    """Return the share that a clause of the area set demands."""
    return spot_rate() if rule == "R-05" else Fraction(1)


def rule_rows(case: Case, rule: str, level: str) -> pd.DataFrame:
    """Return the rows of one rule at one level, indexed by subject."""
    return case.rules.take(_places(case).get((rule, level), [])).set_index("subject")


@once
def _places(case: Case) -> dict[tuple[str, str], np.ndarray]:
    """Return where the rows of each rule and level stand: many figures ask for them."""
    return cast("dict[tuple[str, str], np.ndarray]", case.rules.groupby(["rule_id", "level"]).indices)


def area_table(case: Case, areas: pd.DataFrame, level: str, rules: Iterable[str] = AREA_SET) -> pd.DataFrame:
    """Return one row per area: code, name, and part, whole and result of each rule.

    Columns are ``<rule>_part``, ``<rule>_whole``, ``<rule>_result``; a rule without a row
    for an area is not applicable there.
    """
    table = areas[["code", "name"]].reset_index(drop=True)
    for rule in rules:
        rows = rule_rows(case, rule, level).reindex(table["code"])
        table[f"{rule}_part"] = rows["numerator"].array
        table[f"{rule}_whole"] = rows["denominator"].array
        table[f"{rule}_result"] = rows["result"].fillna("not_applicable").array
        table[f"{rule}_reason"] = rows["reason"].fillna("").array
    return table


def printed_shares(table: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Return the shares of one rule as a figure draws them, from an `area_table`.

    Returns
    -------
    DataFrame[name, share, words, failed]   share: 0..1, missing of nothing; words: as printed, with
        both counts; failed: judged not met
    """
    part, whole = (table[f"{rule}_{side}"].fillna(0).astype(int) for side in ("part", "whole"))
    words = [
        f"{print_share(p, w, limit=limit_of(rule))} ({p:,}/{w:,})"
        for p, w in zip(part.tolist(), whole.tolist(), strict=True)
    ]
    failed = table[f"{rule}_result"].eq("not_met")
    return pd.DataFrame(
        {"name": table["name"], "share": part / whole.where(whole > 0), "words": words, "failed": failed}
    )


@cache
def definition(key: str) -> dict[str, str]:
    """Return the row of an indicator in the rulebook."""
    return next(row for row in rulebook_rows("indicators") if row["key"] == key)


def indicator_words(case: Case, key: str) -> tuple[str, str]:
    """Return the words for both counts of an indicator, under the readings that the run chose."""
    row, readings = definition(key), case.run.params.readings
    if key == "spot" and "A1" in readings.switched:
        return "被市级抽检的单位", case.book.chosen(readings, "A1").words
    return row["numerator"], row["denominator"]


def sides(case: Case, key: str) -> dict[str, int | None]:
    """Return part and whole of an indicator of the report's area; None where no figure came in."""
    rows = _indicator(case, key)
    return {
        side: None if rows.empty or pd.isna(rows[column].iloc[0]) else int(rows[column].iloc[0])
        for side, column in (("part", "numerator"), ("whole", "denominator"))
    }


def _indicator(case: Case, key: str) -> pd.DataFrame:
    return case.indicators[(case.indicators["area"] == case.code) & (case.indicators["indicator"] == key)]


def indicator_number(case: Case, key: str) -> Number | None:
    """Return an indicator of the report's area as a named number; None where it does not apply.

    Its mark is that of its rule in the areas that owe it: a province above 20% in all says
    nothing about a city below.
    """
    rows, words = _indicator(case, key), definition(key)
    if rows.empty or str(rows["result"].iloc[0]) == "not_applicable":
        return None
    found = sides(case, key)
    rule = words["rule_id"]
    owing = pd.concat([rule_rows(case, rule, level) for level in ("city", "county")])
    results = owing.loc[owing.index.isin(case.codes), "result"]
    judged = rule in AREA_SET and len(results) > 0
    label = words["zh"] + ("(严格)" if key == "rectified" else "")
    return Number(
        key,
        label,
        "share",
        found["part"],
        words["source"],
        found["whole"],
        limit_of(rule) if rule in AREA_SET else None,
        result=worst(results) if judged else "",
        words=_how_many(case, rule) if judged and case.level != "county" else "",
        rows=f"依据 {rule}" if rule else "",
        unit="分" if words["numerator"].endswith("(分)") else "",
    )


def _how_many(case: Case, rule: str) -> str:
    """Return in how many areas a clause stands as its worst result says."""
    level, areas = ("city", "市州") if rule == "R-05" else ("county", "县区")
    rows = rule_rows(case, rule, level)
    results = rows.loc[rows.index.isin(case.codes), "result"]
    if case.level == "city" and rule == "R-05":
        return ""
    found = worst(results)
    return f"{int((results == found).sum())} 个{areas}{RESULTS[found][1]}" if found != "met" else ""


def worst(results: Iterable[str]) -> str:
    """Return the result that speaks for several: one not met is enough, one unknown next.

    >>> worst(["met", "not_applicable", "not_assessable"])
    'not_assessable'
    """
    found = set(results)
    order = ("not_met", "not_assessable", "not_due", "met", "not_applicable")
    return next((result for result in order if result in found), "not_applicable")


def confidence_number(case: Case) -> Number:
    """Return how sure bounds and intervals are, as the params have it."""
    said = f"{case.run.params.estimates.confidence * 100:g}%"
    return Number("confidence", "把握程度", "text", said, "参数")


def hour_number(case: Case) -> Number:
    """Return until when on a Friday a weekly report is in time."""
    return Number("hour", "报送时限", "text", case.book.time("report_time").strftime("%H:%M"), "工作方案")


def missing_words(missing: str) -> str:
    """Return what an area still owes, clause by clause.

    >>> missing_words("F3-02:1;R-03:12")
    'F3-02 还差 1 处; R-03 还差 12 家'
    """
    parts = [part.split(":") for part in missing.split(";") if ":" in part]
    return "; ".join(
        f"{rule} 还差 {int(count):,} {COUNTED.get(rule, ('项', ''))[0]}" for rule, count in parts
    )
