"""Rules on what others found: the province's teams, the safety committee's groups, accidents, cases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.duplicates import by_number
from audit_lib.compliance.duties import hidden, judge_duties, own_places, spread_over_places
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content
from audit_lib.compliance.keys import among, first_of, look_up, once
from audit_lib.compliance.rows import (
    MET,
    NOT_APPLICABLE,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    cite,
    join_evidence,
    singles,
    subjects,
)
from audit_lib.compliance.rulebook import Rule

GRADES = ("一般", "较大", "重大", "特别重大")
"""Classes of accidents, the mildest first (State Council Order 493, article 3)."""


def no_grave_accident(facts: Facts, rule: Rule) -> pd.DataFrame:
    """G-02: no accident of the highest classes in the county; all of them are listed by class.

    The class is the worse of the one declared and the one that deaths, injuries and loss give.
    """
    rows = first_of(facts.records["accidents"], ["accident_id", "county"])
    inside = facts.in_window(rows["date"])
    rows = rows.assign(grade=accident_grades(rows, facts), sure=inside)[inside | rows["date"].isna()]
    grave = rows["grade"].isin(facts.book.words("gravest_accidents")) & rows["sure"]
    open_ = rows["grade"].isna() | (~rows["sure"] & rows["grade"].isin(facts.book.words("gravest_accidents")))
    places = own_places(facts, rule)
    table = rows.assign(grade=rows["grade"].fillna("等级不明"))[rows["sure"]]
    counts = table.groupby(["county", "grade"]).size().reset_index(name="count")
    order = {grade: place for place, grade in enumerate(reversed(GRADES))}
    counts = counts.sort_values(["county", "grade"], key=lambda cells: cells.map(order).fillna(-1))
    said = (
        (counts["grade"] + " " + counts["count"].astype("str") + " 起")
        .groupby(counts["county"])
        .agg("、".join)
    )
    bad = among(places["area"], rows.loc[grave, "county"])
    lame = among(places["area"], rows.loc[open_, "county"])
    lost = hidden(facts, rule.needs, places)
    return judge_duties(
        facts,
        rule,
        places.assign(
            met=~bad & ~lame & ~lost,
            doubtful=~bad,
            certain=bad,
            reason=look_up(places["area"], said).fillna("登记表中没有事故"),
            evidence=look_up(
                places["area"], join_evidence(cite("accidents", rows["accident_id"]), rows["county"])
            ),
        ),
    )


def accident_grades(rows: pd.DataFrame, facts: Facts) -> pd.Series[str]:
    """Return the class of each accident; missing where neither the declared one nor a count is there."""
    rank = rows["grade"].map({grade: place for place, grade in enumerate(GRADES)}).astype("Float64")
    for column in ("deaths", "injured", "loss"):
        limits = facts.book.counts(f"accident_{column}")
        reached = pd.Series(0, index=rows.index, dtype="Int64")
        for limit in limits:
            reached += (rows[column] >= limit).fillna(False).astype("Int64")
        computed = reached.where(rows[column].notna()).astype("Float64")
        rank = pd.concat([rank, computed], axis=1).max(axis=1)
    return rank.map(dict(enumerate(GRADES))).astype("str")


def province_findings_mended(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P3-02: what the province's teams found was closed, or given a deadline, within some days."""
    theirs = facts.hazards["source"].isin(facts.book.words("province_sources"))
    rows, best = facts.hazards[theirs], facts.hazards_at_best[theirs]
    limit = rows["found_date"] + facts.book.days("province_finding_days")
    in_time, possibly = (
        (one["closed"] & (one["closed_date"] <= limit)) | one["due"].notna() for one in (rows, best)
    )
    result = np.select(
        [in_time, rows["found_date"].isna() | possibly, limit > facts.as_of],
        [MET, NOT_ASSESSABLE, NOT_DUE],
        NOT_MET,
    )
    return singles(
        "hazard", "hazards", rows, result, reason=np.where(in_time, "", "没有在期限内整改, 也没有定期限")
    )


def findings_in_ledgers(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-10: each problem that the groups found stands in the county's ledger.

    It does by its number there, or by a hazard of the same unit with the same words that was open
    that day or entered within some days. What is left is listed for people to match.
    """
    rows = first_of(facts.records["findings"], ["finding_id", "unit_id"])
    grace = facts.book.days("finding_days")
    matched = _by_number(rows, facts.hazards) | _by_words(rows, facts.hazards, grace)
    unread = hidden(facts, ("hazards",), rows.assign(area=rows["county"]))
    result = np.select(
        [matched, unread, rows["date"].isna(), rows["date"] + grace > facts.as_of],
        [MET, NOT_ASSESSABLE, NOT_ASSESSABLE, NOT_DUE],
        NOT_MET,
    )
    records = singles(
        "record", "findings", rows, result, reason=np.where(matched, "", "县级台账中没有对应的记录")
    )
    due = records["result"] != NOT_DUE
    counts = records["result"].value_counts()
    lost = records["evidence"][records["result"].isin([NOT_MET, NOT_ASSESSABLE])]
    short = int(counts.get(NOT_MET, 0))
    whole = {
        "level": "province",
        "subject": facts.province,
        "result": NOT_MET if short else NOT_ASSESSABLE if len(lost) else MET if due.any() else NOT_APPLICABLE,
        "numerator": int(counts.get(MET, 0)),
        "denominator": int(due.sum()),
        "value": int(counts.get(MET, 0)) / int(due.sum()) if due.any() else None,
        "missing": short,
        "reason": f"{len(lost)} 项在县级台账中没有对应的记录" if len(lost) else None,
        "evidence": ";".join(sorted(lost)) or None,
    }
    return pd.concat([records.astype(object), pd.DataFrame([whole])], ignore_index=True)


def _by_number(rows: pd.DataFrame, hazards: pd.DataFrame) -> pd.Series[bool]:
    known = by_number(hazards)
    return among(rows["unit_id"] + "|" + rows["hazard_id"], known["unit_id"] + "|" + known["hazard_id"])


def _by_words(rows: pd.DataFrame, hazards: pd.DataFrame, grace: pd.Timedelta) -> pd.Series[bool]:
    told = rows[["finding_id", "unit_id", "date", "description"]].assign(words=_plain(rows["description"]))
    there = hazards[["unit_id", "found_date", "closed", "closed_date", "description"]]
    pairs = told.dropna(subset=["words"]).merge(
        there.assign(other=_plain(there["description"])), on="unit_id"
    )
    pairs = pairs.dropna(subset=["other"])
    same = [one in other or other in one for one, other in zip(pairs["words"], pairs["other"], strict=True)]
    open_then = ~(pairs["closed"] & (pairs["closed_date"] < pairs["date"]))
    hit = np.array(same, dtype=bool) & (pairs["found_date"] <= pairs["date"] + grace) & open_then
    keys = pairs["unit_id"] + "|" + pairs["finding_id"]
    return among(rows["unit_id"] + "|" + rows["finding_id"], keys[hit])


def _plain(texts: pd.Series[str]) -> pd.Series[str]:
    """Text without what clerks add or leave out: white space and full stops."""
    plain = texts.astype("str").str.replace(r"[\s。.;；，,、]", "", regex=True)
    return plain.where(plain != "")


def cases_counted(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-02: how many cases were handled and published; a slogan is no quota, so nothing is tested (A22)."""
    rows = once(facts.records["illegal_acts"])
    rows = rows[~(rows["handled_date"] > facts.as_of)]
    rows = rows[has_content(rows["handled_type"], facts.book.words("no_content")) & rows["county"].notna()]
    shown = spread_over_places(facts, rows[["act_id"]].assign(
        area=rows["county"], published=rows["published"].fillna(False).astype(bool)
    ))  # fmt: skip
    counts = shown.assign(all=1).groupby(["level", "subject"])[["published", "all"]].sum().astype("int64")
    places = own_places(facts, rule).merge(counts.reset_index(), on=["level", "subject"], how="left")
    number = places[["published", "all"]].fillna(0).astype("int64")
    said = "处理 " + number["all"].astype("str") + " 件, 公开 " + number["published"].astype("str") + " 件"
    rows = subjects(
        "",
        places["subject"],
        places["area"],
        pd.Series(NOT_APPLICABLE, index=places.index),
        pd.Series(None, index=places.index, dtype="str"),
        reason=said + "; 只列数量, 不作判定",
        numerator=number["published"],
        denominator=number["all"],
    )
    return rows.assign(level=places["level"])
