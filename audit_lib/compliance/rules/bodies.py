"""Rules on bodies and grids: who is named for what, on which paper, and what 2013 left open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.duties import as_reported, hidden, judge_duties, own_places, spread_over_places
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content, has_name
from audit_lib.compliance.keys import among, first_of, join_words, look_up
from audit_lib.compliance.rows import cite, join_evidence
from audit_lib.compliance.rulebook import Rule

PARTY, HEAD = "党组织主要负责人", "行政主要负责人"
SOLVED = "已解决"


def leaders_named(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F1-01: each body with a party organisation names a party leader and a head, with written duty.

    One person may hold both posts; that is said, not held against the body. A body that the
    register does not have at all is not assessable, like one of which nobody says whether it has
    a party organisation.
    """
    posts, bodies = _posts(facts), _bodies(facts)
    named = posts[posts["named"] & has_content(posts["duty_letter"], facts.book.no_document)]
    has = {
        role: among(bodies["subject"], named.loc[named["role"] == role, "subject"]) for role in (PARTY, HEAD)
    }
    party = posts.groupby("subject")["has_party"].max()
    party_known = look_up(bodies["subject"], party)
    people = named.groupby("subject")["person"].nunique()
    same = has[PARTY] & has[HEAD] & (look_up(bodies["subject"], people) == 1).fillna(False).astype(bool)
    lacks = np.select(
        [~has[PARTY] & ~has[HEAD], ~has[PARTY], ~has[HEAD]],
        ["党政主要负责人均未明确或没有责任书", f"{PARTY}未明确或没有责任书", f"{HEAD}未明确或没有责任书"],
        "",
    )
    registered = among(bodies["subject"], posts["subject"])
    reason = pd.Series(lacks, index=bodies.index).mask(same, "党政主要负责人为同一人")
    reason = reason.mask(~registered, "安全责任登记表没有该单位")
    none = (party_known == False).fillna(False).astype(bool)  # noqa: E712 - of three values
    return judge_duties(
        facts,
        rule,
        bodies.assign(
            met=has[PARTY] & has[HEAD],
            applicable=~none,
            doubtful=~registered | (has[HEAD] & party_known.isna()),
            reason=reason.mask(none, "没有党组织"),
            evidence=look_up(bodies["subject"], join_evidence(posts["evidence"], posts["subject"])),
        ),
    )


def letters_signed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F1-02: each leading post of a body has a duty letter that its holder signed.

    The register is the list of posts; a letter with a number but no readable date is in doubt.
    """
    posts, bodies = _posts(facts), _bodies(facts)
    letter = has_content(posts["duty_letter"], facts.book.no_document)
    signed = posts["named"] & letter & (posts["signed_date"] <= facts.as_of)
    undated = posts["named"] & letter & posts["signed_date"].isna()
    flags = pd.DataFrame({"all": True, "signed": signed, "undated": undated}).astype("int64")
    counts = (
        flags.groupby(posts["subject"]).sum().reindex(bodies["subject"], fill_value=0).reset_index(drop=True)
    )
    open_ = posts.loc[~signed, ["subject", "post", "evidence"]]
    unread = hidden(facts, rule.needs, bodies)
    words = "未签责任书: " + open_.sort_values("post").groupby("subject")["post"].agg("、".join)
    return judge_duties(
        facts,
        rule,
        bodies.assign(
            met=(counts["all"] > 0) & (counts["signed"] == counts["all"]) & ~unread,
            doubtful=counts["signed"] + counts["undated"] == counts["all"],
            certain=counts["signed"] + counts["undated"] < counts["all"],
            numerator=counts["signed"],
            denominator=counts["all"],
            reason=look_up(bodies["subject"], words).mask(counts["all"] == 0, "安全责任登记表没有该单位"),
            evidence=look_up(bodies["subject"], join_evidence(open_["evidence"], open_["subject"])),
        ),
    )


def contacts_named(facts: Facts, rule: Rule) -> pd.DataFrame:
    """REP-01: each reporting body names a contact with a telephone number."""
    rows = as_reported(facts).reporters
    name, phone = has_name(rows["contact"], facts.book), rows["phone"].notna()
    lacks = np.select(
        [~name & ~phone, ~name, ~phone], ["缺联系人和可用的电话", "缺联系人", "缺可用的电话"], ""
    )
    subject = rows["area"] + ":" + rows["body"]
    table = rows[["area"]].assign(
        level="org", subject=subject, met=name & phone, reason=lacks, evidence=cite("reporters", subject)
    )
    return judge_duties(facts, rule, table)


def grids_in_charge(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F4-03: each grid has a person named, a duty letter and a paper on supervision.

    A grid of the roster that the register lacks has none of them. A number that two counties use
    is told apart by the county's code.
    """
    empty = facts.book.no_document
    rows = first_of(facts.records["grids"], ["county", "grid_id"])
    used = facts.frame.loc[
        has_content(facts.frame["grid_id"], empty), ["county", "grid_id"]
    ].drop_duplicates()
    rows = rows.merge(used, on=["county", "grid_id"], how="outer", indicator=True)
    there = {
        "责任人": has_name(rows["person"], facts.book),
        "责任书": has_content(rows["duty_doc"], empty),
        "监管制度": has_content(rows["system_doc"], empty),
    }
    lacks = join_words([(~said, word) for word, said in there.items()], rows.index)
    lost = rows["_merge"] == "right_only"
    shared = rows["grid_id"].duplicated(keep=False)
    subject = rows["grid_id"].mask(shared, rows["county"] + ":" + rows["grid_id"])
    said = ("缺" + lacks).where(lacks != "", "")
    table = pd.DataFrame(
        {
            "level": "grid",
            "subject": subject,
            "area": rows["county"],
            "met": lacks == "",
            "reason": said.mask(lost, "网格登记表没有该网格"),
            "evidence": cite("grids", rows["county"] + "/" + rows["grid_id"]),
        }
    )
    return judge_duties(facts, rule, table)


def feedback_solved(facts: Facts, rule: Rule) -> pd.DataFrame:
    """F3-01: each issue that 2013 fed back to an area is solved, with a date and proof, per source (A21).

    An issue called solved without date or proof leaves the area open, and so does a file that may hold
    another; of an issue told twice the unsolved row counts. A body outside the areas,
    such as one directly under the province, answers for itself.
    """
    read = facts.records["feedback"]
    rows = first_of(read, ["issue_id", "area"], before=[read["status"] == SOLVED])
    solved = rows["status"] == SOLVED
    proven = has_content(rows["proof"], facts.book.no_document)
    done = solved & proven & (rows["closed_date"] <= facts.as_of)
    rows = rows.assign(done=done, lame=solved & ~done & ~(rows["closed_date"] > facts.as_of))
    places = spread_over_places(facts, rows)
    outside = rows[~among(rows["area"], facts.places["area"])]
    subject = outside["area"] + ":" + outside["body"].fillna("")
    rows = pd.concat([places, outside.assign(level="org", subject=subject)])
    keys = ["level", "subject"]
    counts = rows.assign(all=1).groupby(keys)[["done", "lame", "all"]].sum().astype("int64").reset_index()
    sources = rows.assign(all=1).groupby([*keys, "source"])[["done", "all"]].sum().astype("int64")
    told = sources["done"].astype("str") + "/" + sources["all"].astype("str")
    said = told.rename("reason").reset_index()
    said["reason"] = said["source"] + " " + said["reason"]
    words = said.groupby(keys)["reason"].agg("、".join).reset_index()
    open_ = rows[~rows["done"]]
    named = join_evidence(cite("feedback", open_["issue_id"]), open_["level"] + "|" + open_["subject"])
    all_subjects = pd.concat([own_places(facts, rule)[keys], counts[keys]]).drop_duplicates()
    table = all_subjects.merge(counts, on=keys, how="left").merge(words, on=keys, how="left")
    table[["done", "lame", "all"]] = table[["done", "lame", "all"]].fillna(0).astype("int64")
    table["area"] = table["subject"].str.split(":", n=1).str[0]
    unread = hidden(facts, rule.needs, table)
    return judge_duties(
        facts,
        rule,
        table.assign(
            met=(table["done"] == table["all"]) & ~unread,
            applicable=(table["all"] > 0) | unread,
            certain=table["done"] + table["lame"] < table["all"],
            doubtful=table["done"] + table["lame"] == table["all"],
            numerator=table["done"],
            denominator=table["all"],
            reason=table["reason"].fillna("没有反馈问题"),
            evidence=look_up(table["level"] + "|" + table["subject"], named),
        ),
    )


def _posts(facts: Facts) -> pd.DataFrame:
    """The leading posts: two deputies under one title are two; of one told twice the unsigned row counts."""
    read = facts.records["responsibilities"]
    rows = first_of(read, ["area", "body", "post", "person"], before=[read["signed_date"].notna()])
    subject = rows["area"] + ":" + rows["body"]
    return rows.assign(
        subject=subject,
        named=has_name(rows["person"], facts.book),
        evidence=cite("responsibilities", subject + "/" + rows["post"]),
    )


def _bodies(facts: Facts) -> pd.DataFrame:
    """DataFrame[level, subject, area]: the bodies of the register, and those that report each Friday."""
    both = pd.concat([facts.records["responsibilities"], facts.reporters])[["area", "body"]].drop_duplicates()
    both = both.sort_values(["area", "body"], ignore_index=True)
    return both[["area"]].assign(level="org", subject=both["area"] + ":" + both["body"])
