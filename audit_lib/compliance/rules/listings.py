"""Rules on major hazards under listing: by whom, with what, signed by whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import (
    has_content,
    has_name,
    lacking,
    maybe_major,
    owes_listing,
    to_name,
)
from audit_lib.compliance.keys import among, join_words, look_up
from audit_lib.compliance.rows import (
    MET,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    judge_areas,
    named,
    singles,
    tally,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.compliance.rules.units import LAST_YEAR
from audit_lib.intake.text import fold

IN_PLACE = ("措施", "责任", "资金", "时限", "预案")
"""五到位, spelled out in the plan itself (5(2)); unlike 五落实 it is no choice."""


def majors_listed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F3-02: each major hazard open longer than the limit is listed by the county government.

    Closed within the limit: not counted; found less than the limit ago: not due. A listing
    whose body or date cannot be read, or that is older than its hazard, leaves its county open, and
    so does an unlisted hazard whose grade cannot be read.
    """
    majors = facts.hazards[maybe_major(facts.hazards)].reset_index(drop=True)
    state = listing_state(facts, majors)
    return _judge_listings(facts, rule, majors, state, met=state["listed"])


def _judge_listings(
    facts: Facts, rule: Rule, majors: pd.DataFrame, state: pd.DataFrame, *, met: pd.Series[bool]
) -> pd.DataFrame:
    lost = to_name(majors[state["counted"] & ~met], state["doubtful"])
    counts = tally(
        majors, counted=state["counted"], met=met, doubtful=state["doubtful"], pending=state["pending"]
    )
    return judge_areas(facts, rule, counts, named("hazards", lost), none="没有须挂牌的重大隐患")


def listing_state(facts: Facts, majors: pd.DataFrame) -> pd.DataFrame:
    """Return DataFrame[counted, listed, doubtful, pending] for some major hazards, in their order.

    One without a grade is counted only where it would be a shortfall, and is in doubt there.
    """
    rows = facts.listings
    elsewhere = of_another_place(facts, rows)
    by_right = rows["body_level"].isin(facts.book.words("listing_bodies")) & ~elsewhere
    proper = by_right & rows["listed_date"].notna() & ~listed_before_found(facts, rows)
    unclear = (rows["body_level"].isna() & ~elsewhere | by_right) & ~proper
    limit = majors["found_date"] + facts.book.days("listing_limit")
    listed = among(majors["hazard_id"], rows.loc[proper, "hazard_id"])
    owed, pending = owes_listing(majors, as_of=facts.as_of, limit=facts.book.days("listing_limit"))
    ungraded = majors["grade"].isna()
    unread = pd.concat(
        [
            facts.gaps.unreadable("hazards", majors, one)
            for one in ("closed_date", "recheck_date", "recheck_result")
        ],
        axis=1,
    ).any(axis=1)
    unknown = majors["found_date"].isna() | ungraded | (unread & ~(majors["closed_date"] > limit))
    return pd.DataFrame(
        {
            "counted": owed & ~(ungraded & listed),
            "listed": listed,
            "doubtful": ~listed & (unknown | among(majors["hazard_id"], rows.loc[unclear, "hazard_id"])),
            "pending": pending,
        }
    )


def listed_before_found(facts: Facts, listings: pd.DataFrame) -> pd.Series[bool]:
    """Return which listings are older than their hazard, unless it was carried over from the year before.

    Numbers are given anew each year: such a listing may be that of another hazard, or one day is wrong.
    """
    hazards = facts.hazards
    carried = hazards["source"].eq(LAST_YEAR).fillna(False).astype(bool) | hazards["link_id"].notna()
    found = hazards["found_date"].mask(carried).groupby(hazards["hazard_id"]).min()
    early: pd.Series[bool] = listings["listed_date"] < look_up(listings["hazard_id"], found)
    return early


def of_another_place(facts: Facts, listings: pd.DataFrame) -> pd.Series[bool]:
    """Return which listings name the government of a county in which the unit does not stand (A8)."""
    counties = facts.areas[facts.areas["level"] == "county"]
    names = sorted(zip(counties["name"], counties["code"], strict=True), key=lambda one: (-len(one[0]), one))
    known = {
        body: {code for name, code in names if name in body and len(name) == longest}
        for body in listings["body"].dropna().unique()
        if (longest := max((len(name) for name, _ in names if name in body), default=0))
    }
    other = [
        isinstance(county, str) and body in known and county not in known[body]
        for body, county in zip(listings["body"], listings["county"], strict=True)
    ]
    return pd.Series(other, index=listings.index, dtype=bool)


def listed_by_right_body(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-05: who listed a major hazard is the county government or management committee of its place.

    Whether it is listed at all is the question of F3-02, under which both are counted.
    """
    rows = _of_majors(facts)
    elsewhere = of_another_place(facts, rows)
    right = rows["body_level"].isin(facts.book.words("listing_bodies")) & ~elsewhere
    unread = rows["body_level"].isna() & ~elsewhere
    rank = np.select([right, unread], [0, 1], 2)
    reason = np.select(
        [right, unread, elsewhere],
        ["", "挂牌机关类别不可读", "挂牌机关不是单位所在地的政府"],
        "只由" + rows["body_level"].fillna("") + "挂牌",
    )
    rows = rows.assign(rank=rank, reason=reason).sort_values(["hazard_id", "rank", "listing_id"])
    rows = rows.drop_duplicates("hazard_id")
    result = np.array([MET, NOT_ASSESSABLE, NOT_MET], dtype=object)[rows["rank"].to_numpy()]
    return singles("hazard", "listings", rows, result, subject=rows["hazard_id"], reason=rows["reason"])


def experts_asked(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-08: each major hazard has an expert's opinion; beside it, how many inspections had an expert."""
    rows = facts.hazards[maybe_major(facts.hazards)]
    asked = has_content(rows["expert_opinion"], facts.book.no_document)
    no_column = ~facts.gaps.asked("hazards", rows, ["expert_opinion"])
    doubtful = ~asked & (rows["grade"].isna() | no_column)
    lost = to_name(rows[~asked], doubtful)
    areas = judge_areas(
        facts,
        rule,
        tally(rows, counted=~(rows["grade"].isna() & asked), met=asked, doubtful=doubtful),
        named("hazards", lost),
        none="没有重大隐患",
    )
    checks = facts.county_checks[facts.county_checks["valid"]]
    by = checks.assign(expert=checks["expert"].fillna(False).astype(bool)).groupby("county")["expert"]
    told = "有专家参加的县级检查 " + by.sum().astype("str") + "/" + by.size().astype("str") + " 次"
    shown = look_up(areas["subject"], told).set_axis(areas.index)
    joined = areas["reason"].where(areas["reason"].isna(), areas["reason"] + "; ").fillna("") + shown
    return areas.assign(reason=joined.where(shown.notna(), areas["reason"]))


def majors_listed_swiftly(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-06: the same majors as in F3-02, each listed within the limit; the longest delay is said."""
    majors = facts.hazards[maybe_major(facts.hazards)].reset_index(drop=True)
    state = listing_state(facts, majors)
    right = facts.listings["body_level"].isin(facts.book.words("listing_bodies"))
    right &= ~of_another_place(facts, facts.listings) & ~listed_before_found(facts, facts.listings)
    rows = facts.listings[right]
    first = look_up(majors["hazard_id"], rows.groupby("hazard_id")["listed_date"].min())
    delay = (first - majors["found_date"]).dt.days
    swift = state["listed"] & ~(delay > facts.book.count("listing_limit"))
    table = _judge_listings(facts, rule, majors, state, met=swift)
    longest = look_up(table["subject"], delay[state["counted"]].groupby(majors["county"]).max())
    said = "挂牌最长用 " + longest.astype("Int64").astype("str") + " 天"
    both = table["reason"] + "; " + said
    return table.assign(reason=table["reason"].where(longest.isna(), both.fillna(said)))


def listed_majors_in_place(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-06: each listed major hazard has all five elements in its listing."""
    rows = best_listings(facts)
    best = _read_kindly(facts, rows, {"deadline": facts.as_of, "fund_planned": 1})
    unread = lacking(best, IN_PLACE, facts.book.no_document, facts.book.answers) == ""
    return singles(
        "hazard",
        "listings",
        rows,
        np.select([rows["lacking"] == "", unread], [MET, NOT_ASSESSABLE], NOT_MET),
        subject=rows["hazard_id"],
        reason=("缺 " + rows["lacking"]).where(rows["lacking"] != "", ""),
    )


def _read_kindly(facts: Facts, listings: pd.DataFrame, kindest: dict[str, Any]) -> pd.DataFrame:
    """Return listings as they would be if whatever could not be read were what is best for them."""
    unread = {one: facts.gaps.unreadable("listings", listings, one) for one in kindest}
    return listings.assign(**{one: listings[one].mask(unread[one], value) for one, value in kindest.items()})


def best_listings(facts: Facts) -> pd.DataFrame:
    """Return one listing per listed major hazard, the one that lacks least."""
    rows = _of_majors(facts)
    words = lacking(rows, IN_PLACE, facts.book.no_document, facts.book.answers)
    rows = rows.assign(lacking=words, gaps=words.str.len())
    return rows.sort_values(["hazard_id", "gaps", "listing_id"]).drop_duplicates("hazard_id")


def closed_majors_signed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-07: each closed listed major bears two signatures of two persons, not before it was closed (A9).

    A signature that is only missing is not due until some days after the completion.
    """
    rows = signature_state(facts)
    result = np.select(
        [rows["wrong"] == "", rows["undated"], rows["pending"]], [MET, NOT_ASSESSABLE, NOT_DUE], NOT_MET
    )
    return singles("hazard", "listings", rows, result, subject=rows["hazard_id"], reason=rows["wrong"])


def signature_state(facts: Facts) -> pd.DataFrame:
    """Return the closed listings with ``wrong`` (what the signatures lack), ``undated`` and ``pending``.

    A hazard closed in the ledger whose listing has no date of completion is ``undated``:
    nobody can say whether a signature came after it. So is one whose signatures lack nothing but
    a date that can be read.
    """
    rows = _of_majors(facts)
    in_ledger = facts.hazards.loc[facts.hazards["closed"], "hazard_id"]
    closed = rows["closed_date"] <= facts.as_of
    undated = rows["closed_date"].isna() & rows["hazard_id"].isin(in_ledger)
    rows = rows.assign(undated=undated, wrong=_signature_faults(facts, rows))[closed | undated]
    rows["wrong"] = rows["wrong"].mask(rows["undated"], "挂牌台账没有整改完成日期")
    dates = {"deputy_date": facts.as_of, "principal_date": facts.as_of}
    possibly = _signature_faults(facts, _read_kindly(facts, rows, dates)) == ""
    unread = (rows["wrong"] != "") & ~rows["undated"] & possibly
    rows["wrong"] = rows["wrong"].mask(unread, "签字日期不可读")
    rows["undated"] |= unread
    rows["pending"] = rows["closed_date"] + facts.book.days("signature_limit") > facts.as_of
    rows["pending"] &= rows["wrong"].str.contains("缺") & ~rows["wrong"].str.contains("早于")
    rows["faults"] = rows["wrong"].str.len()
    return rows.sort_values(["hazard_id", "undated", "faults", "listing_id"]).drop_duplicates("hazard_id")


def _signature_faults(facts: Facts, rows: pd.DataFrame) -> pd.Series[str]:
    found = []
    for who, name in (("deputy", "分管领导"), ("principal", "主要负责人")):
        signed = has_name(rows[f"{who}_signer"], facts.book) & (rows[f"{who}_date"] <= facts.as_of)
        early = signed & (rows[f"{who}_date"] < rows["closed_date"])
        found += [(~signed, f"缺{name}签字"), (early, f"{name}签字早于整改完成")]
    faults = join_words(found, rows.index)
    one, other = (
        rows[f"{who}_signer"].map(fold, na_action="ignore").astype("str") for who in ("deputy", "principal")
    )
    same = (faults == "") & (one == other)
    return faults.mask(same, "两个签字是同一人")


def _of_majors(facts: Facts) -> pd.DataFrame:
    ordinary = facts.hazards.loc[~maybe_major(facts.hazards), "hazard_id"]
    return facts.listings[~facts.listings["hazard_id"].isin(ordinary)].reset_index(drop=True)
