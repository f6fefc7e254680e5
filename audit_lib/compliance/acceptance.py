"""P3-04: which areas did not complete their tasks, as a proposal for people to decide.

The area set is one column of the rulebook. An area is not met if any of its rules is not met,
else not assessable if any is, else not due if any is; rules that do not apply are ignored. Later than the
last day of the window it is asked of that day's end: what April mends was not done in time.
Three readings stand side by side, because at a literal 100% one missed clinic would send a whole county to
start again.
Source: plan 4(3); rules.csv P3-04; design 4.
"""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.rows import (
    COLUMNS,
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    RANK,
    WORST_FIRST,
)

RULE = "P3-04"


def propose(facts: Facts, rules: pd.DataFrame, *, applies: frozenset[str]) -> pd.DataFrame:
    """Return the verdict on every county and city.

    Parameters
    ----------
    rules : the rows of all rules, with ``rule_id``
    applies : ids of the rules that this run judges

    Returns
    -------
    table ``verdicts``; ``missing`` is ``R-03:3`` joined by semicolons
    """
    book = facts.book
    places = (
        facts.places[["level", "area"]].drop_duplicates().sort_values(["level", "area"], ignore_index=True)
    )
    in_set = [rule_id for rule_id in book.rules if book.rules[rule_id].area_set and rule_id in applies]
    rows = rules[rules["rule_id"].isin(in_set) & rules["level"].isin(["county", "city"])]
    slight = rows["missing"] * book.share("small_gap").denominator <= (
        rows["denominator"] * book.share("small_gap").numerator
    )
    lenient = rows.assign(
        result=rows["result"].mask(slight.fillna(False).astype(bool) & (rows["result"] == NOT_MET), MET)
    )
    core = rows[rows["rule_id"].map(lambda rule_id: book.rules[rule_id].core)]
    readings = {"result": rows, "result_within_1pct": lenient, "result_core": core}
    early = RULE in applies and book.rules[RULE].early(facts.as_of)
    for column, chosen in readings.items():
        places[column] = _read(places, chosen) if RULE in applies else NOT_APPLICABLE
        places[column] = places[column].mask(early & (places[column] != NOT_APPLICABLE), NOT_DUE)
    short = rows[rows["result"] == NOT_MET]
    places["rules_not_met"] = _listed(places, short, short["rule_id"])
    open_ = rows[rows["result"] == NOT_ASSESSABLE]
    places["rules_not_assessable"] = _listed(places, open_, open_["rule_id"])
    places["missing"] = _listed(places, short, short["rule_id"] + ":" + short["missing"].astype("str"))
    return places


def as_rule(facts: Facts, verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts as rows of rule P3-04."""
    failed = verdicts["rules_not_met"].fillna("").astype("str")
    open_ = verdicts["rules_not_assessable"].fillna("").astype("str")
    reason = failed.where(
        verdicts["result"] == NOT_MET, open_.where(verdicts["result"] == NOT_ASSESSABLE, "")
    )
    evidence = ("rules:" + reason.str.replace(";", ";rules:")).where(reason != "")
    rows = verdicts[["level", "area", "result"]].assign(
        subject=verdicts["area"], reason=reason.where(reason != ""), evidence=evidence
    )
    return rows.reindex(columns=COLUMNS)


def _read(places: pd.DataFrame, rows: pd.DataFrame) -> pd.Series[str]:
    worst = rows["result"].map(RANK).groupby([rows["level"], rows["subject"]]).min()
    keys = pd.MultiIndex.from_frame(places[["level", "area"]])
    found = worst.reindex(keys).fillna(len(WORST_FIRST) - 1).astype(int)
    return pd.Series([WORST_FIRST[place] for place in found], index=places.index, dtype="str")


def _listed(places: pd.DataFrame, rows: pd.DataFrame, words: pd.Series[str]) -> pd.Series[str]:
    table = rows[["level", "subject"]].assign(word=words)
    joined = table.sort_values("word").groupby(["level", "subject"])["word"].agg(";".join)
    keys = pd.MultiIndex.from_frame(places[["level", "area"]])
    return pd.Series(joined.reindex(keys).to_numpy(), index=places.index).astype("str")
