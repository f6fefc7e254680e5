"""The indicators of the campaign for every county, every city and the province.

Each is a ratio of two counts, and the counts add up along one tree: counties to cities, cities
to the province. A county whose files could not be read is left out of both counts, upwards too,
and the reason names it. Where a rule speaks of the same fact, its result is repeated, never made
anew. Source: ``rulebook/indicators.csv``.
"""

from __future__ import annotations

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import look_up
from audit_lib.compliance.measures import MEASURES, reports_by_area
from audit_lib.compliance.rows import NOT_APPLICABLE, NOT_ASSESSABLE
from audit_lib.compliance.rulebook import Indicator
from audit_lib.errors import JudgeError
from audit_lib.intake.areas import city_codes

SHOWN = "shown"
_COUNTS = ["numerator", "denominator"]


def indicate(facts: Facts, rules: pd.DataFrame) -> pd.DataFrame:
    """Return table ``indicators``.

    Parameters
    ----------
    rules : the rows of all rules; an indicator with a rule takes its result from there

    Raises
    ------
    JudgeError   counts of counties and cities do not add up
    """
    tables = []
    places = _members(facts)
    for indicator in facts.book.indicators.values():
        rows = (
            _along_tree(facts, indicator, places)
            if indicator.tree
            else _beside_tree(facts, indicator, places)
        )
        tables.append(_with_rule(rows, rules, indicator).assign(indicator=indicator.key))
    table = pd.concat([schemas.empty("indicators"), *tables], ignore_index=True)
    in_tree = [key for key, indicator in facts.book.indicators.items() if indicator.tree]
    check_sums(table[table["indicator"].isin(in_tree)], facts.areas)
    return table


def check_sums(indicators: pd.DataFrame, areas: pd.DataFrame) -> None:
    """Refuse indicators whose counts do not add up along the tree of areas.

    Raises
    ------
    JudgeError   naming the indicators and areas whose parts sum to something else
    """
    tree = areas[areas["level"].isin(["province", "city", "county"])]
    rows = indicators.merge(tree[["code", "parent"]], left_on="area", right_on="code")
    rows[_COUNTS] = rows[_COUNTS].fillna(0)
    parts = rows.groupby(["indicator", "parent"])[_COUNTS].sum()
    wholes = rows[rows["area"].isin(tree["parent"])].set_index(["indicator", "area"])[_COUNTS]
    both = wholes.join(parts.rename_axis(["indicator", "area"]).add_suffix("_parts"))
    wrong = both[
        (both["numerator"] != both["numerator_parts"]) | (both["denominator"] != both["denominator_parts"])
    ]
    if len(wrong):
        shown = "、".join(f"{area} {indicator}" for indicator, area in sorted(wrong.index))
        raise JudgeError(
            f"指标的下级之和与本级不等: {shown}", f"the parts do not add up to the whole: {shown}"
        )


def _along_tree(facts: Facts, indicator: Indicator, places: pd.DataFrame) -> pd.DataFrame:
    absent = facts.gaps.not_given(indicator.needs)
    closed = facts.gaps.closed_to(indicator.needs)
    if absent:
        return _blank(places, absent)
    counts = MEASURES[indicator.key](facts).astype("Int64")
    counts = counts[~counts.index.isin(closed)]
    by_county = counts.reindex(places["county"], fill_value=0).reset_index(drop=True)
    unread = places["county"].isin(closed)
    by_county["unread"] = unread.astype("int64")
    by_county["read"] = (~unread).astype("int64")
    sums = by_county.groupby(places["area"]).sum()
    hidden = sums["read"] == 0
    left_out = "不含 " + sums["unread"].astype("str") + " 个资料未能读出的县区"
    return _rows(sums[_COUNTS].mask(hidden), hidden, left_out.where(sums["unread"] > 0))


def _beside_tree(facts: Facts, indicator: Indicator, places: pd.DataFrame) -> pd.DataFrame:
    """Counts of reporting bodies: cities report to the province, so counties have none."""
    if absent := facts.gaps.not_given(indicator.needs):
        return _blank(places, absent)
    counts = reports_by_area(facts).astype("Int64")
    areas = pd.Index(places["area"].unique())
    rows = counts.reindex(areas, fill_value=0)
    rows.loc[facts.province] = counts.sum()
    rows.index.name = "area"
    return _rows(rows, pd.Series(False, index=rows.index), pd.Series(pd.NA, index=rows.index, dtype="str"))


def _members(facts: Facts) -> pd.DataFrame:
    """Each area once, with its counties; a county that is its own city stands once."""
    counties = facts.places[["area", "county"]].drop_duplicates()
    top = pd.DataFrame({"area": facts.province, "county": counties["county"].unique()})
    lone = set(city_codes(facts.areas)) - set(counties["area"])
    none = pd.DataFrame({"area": sorted(lone), "county": ""})
    return pd.concat([counties, top, none], ignore_index=True).astype("str")


def _blank(places: pd.DataFrame, absent: list[str]) -> pd.DataFrame:
    """Return rows without a figure that name the tables which were not handed in."""
    areas = places["area"].drop_duplicates()
    reason = "没有可用的" + "、".join(schemas.tables()[table].zh for table in absent)
    said = {"result": NOT_ASSESSABLE, "reason": reason}
    return pd.DataFrame({"area": areas} | said | dict.fromkeys([*_COUNTS, "value"]))


def _rows(counts: pd.DataFrame, hidden: pd.Series[bool], reason: pd.Series[str]) -> pd.DataFrame:
    nobody = ~hidden & (counts["denominator"] == 0)
    value = counts["numerator"] / counts["denominator"].mask(counts["denominator"] == 0)
    result = pd.Series(SHOWN, index=counts.index, dtype="str")
    rows = counts.assign(
        value=value.astype("Float64"),
        result=result.mask(hidden, NOT_ASSESSABLE).mask(nobody, NOT_APPLICABLE),
        reason=reason.mask(hidden, "资料未能读出").mask(nobody & reason.isna(), "无适用对象"),
    )
    return rows.rename_axis("area").reset_index()


def _with_rule(rows: pd.DataFrame, rules: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """The rule's result at the area's highest level; the province has none, it names areas."""
    spoken = rules[(rules["rule_id"] == indicator.rule_id) & rules["level"].isin(["county", "city"])]
    results = spoken.sort_values("level").drop_duplicates("subject").set_index("subject")["result"]
    said = look_up(rows["area"], results)
    open_ = rows["result"] == SHOWN
    return rows.assign(result=said.where(open_ & said.notna(), rows["result"]).astype("str"))
