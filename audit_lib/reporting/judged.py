"""Every rule with its result and, behind a line to click, the rows of the files that speak for it."""

from __future__ import annotations

import pandas as pd

from audit_lib.reporting.case import Case, once
from audit_lib.reporting.facts import AREA_SET, VERDICT_RULE
from audit_lib.reporting.grids import grid_columns, make_grid
from audit_lib.reporting.model import Grid, Section
from audit_lib.reporting.words import LEVELS, rule_name, rule_titles, table_names
from audit_lib.schemas import tables

MOST_ON_PAGE, FEW = 100, 12
KEYS = {
    "units": "unit_id",
    "county_checks": "check_id",
    "city_checks": "check_id",
    "province_checks": "check_id",
    "hazards": "hazard_id",
    "listings": "listing_id",
    "self_checks": "unit_id",
}
"""By which column an evidence key finds its row."""


def judged_section(case: Case) -> Section:
    """Return the summary of all rules and the evidence of what was not met or not assessable."""
    mine = own_rules(case)
    evidence = evidence_table(case, lowest(mine[mine["result"].isin(["not_met", "not_assessable"])]))
    parts = [
        make_grid(
            "依据",
            rows,
            name=f"依据 {rule}",
            title=rule_name(str(rule)),
            columns=grid_columns("依据")[1:],
            folded=case.level != "county" or len(rows) > FEW,
            shown=MOST_ON_PAGE,
            where="page",
        )
        for rule, rows in evidence.groupby("rule_id", sort=False)
        if rule != VERDICT_RULE
    ]
    # The line of a sheet is not named: shuffled rows must change no byte. It stands beside the key in
    # the tables of ``intake/``.
    whole = make_grid("依据", evidence)
    return Section("rules", "规则判定与依据", (_summary(mine), *parts, whole))


@once
def own_rules(case: Case) -> pd.DataFrame:
    """Return the rows of the judgement that belong to the report's area, rules in the plan's order."""
    rank = {rule: place for place, rule in enumerate(dict.fromkeys([*AREA_SET, *rule_titles()]))}
    level = {name: place for place, name in enumerate(LEVELS)}
    rules = case.rules
    return rules.assign(
        _rule=rules["rule_id"].map(rank).fillna(len(rank)), _level=rules["level"].map(level)
    ).sort_values(["_rule", "rule_id", "_level", "subject"], ignore_index=True)


def evidence_table(case: Case, rules: pd.DataFrame) -> pd.DataFrame:
    """Return one row per rule row and piece of evidence, with the file and sheet it came from."""
    pieces = rules["evidence"].fillna("").astype("str").str.split(";")
    rows = rules.assign(piece=pieces).explode("piece", ignore_index=True)
    parts = rows["piece"].astype("str").str.partition(":")
    rows = rows.assign(table_name=parts.get(0, ""), key=parts.get(2, ""))
    places = evidence_places(case, set(rows["table_name"]))
    rows = rows.merge(places, on=["table_name", "key"], how="left")
    return rows.assign(
        rule=rows["rule_id"].map(rule_name),
        name=subject_names(case, rows),
        reason=rows["reason"].fillna(""),
        table=table_names(rows["table_name"]),
        unit_name=rows["unit_name"].fillna(""),
        file=rows["file"].fillna(""),
        sheet=rows["sheet"].fillna(""),
    )


def _summary(rules: pd.DataFrame) -> Grid:
    counts = (
        rules.groupby(["_rule", "rule_id", "_level", "level", "result"])
        .size()
        .unstack("result", fill_value=0)
    )
    results = ["met", "not_met", "not_assessable", "not_applicable", "not_due"]
    table = counts.reindex(columns=results, fill_value=0).reset_index()
    table = table.assign(rule=table["rule_id"].map(rule_name), level=table["level"].map(LEVELS))
    return make_grid("规则判定", table)


def lowest(rules: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose evidence says most: the county's where unit and city would repeat it."""
    by_county = set(rules.loc[rules["level"] == "county", "rule_id"])
    return rules[~(rules["rule_id"].isin(by_county) & rules["level"].isin(["city", "unit"]))]


def evidence_places(case: Case, wanted: set[str]) -> pd.DataFrame:
    """Return unit, file and sheet of the rows that evidence may name, by table and key."""
    columns = ["table_name", "key", "unit_name", "file", "sheet"]
    found = []
    for name in sorted(wanted & set(case.tables)):
        column = KEYS.get(name) or _own_number(name)
        if not column:
            continue
        table = case.tables[name]
        rows = table.assign(table_name=name, key=table[column])
        if "unit_name" not in rows:
            rows = rows.assign(unit_name="")
        found.append(rows[columns])
    return (
        pd.concat(found, ignore_index=True).drop_duplicates()
        if found
        else pd.DataFrame(columns=columns, dtype="str")
    )


def _own_number(name: str) -> str:
    """Return the column in which a table numbers its rows; nothing where several columns do so together."""
    keys = [column.name for column in tables()[name].columns if column.role == "key"]
    return next((key for key in keys if key.endswith("_id")), "")


def subject_names(case: Case, rows: pd.DataFrame) -> pd.Series[str]:
    """Return the name of each row's subject: area, unit, body, or the county that it stands in."""
    names = case.names()
    units = case.tables["units"][["unit_id", "unit_name"]]
    units = units[units["unit_id"].isin(rows["subject"])].drop_duplicates("unit_id")
    area = rows["subject"].map(names)
    unit = rows["subject"].map(units.set_index("unit_id")["unit_name"])
    body = rows["subject"].str.split(":", n=1).str[1].where(rows["level"] == "org")
    county = rows["area"].map(names).where(rows["level"].isin(["hazard", "record"]))
    first, *others = (names.astype("str") for names in (area, unit, body, county))
    for other in others:
        first = first.fillna(other)
    return first.fillna("")
