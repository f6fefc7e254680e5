"""Rules on papers that an area owes: plans, notices, lists, acceptances."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from audit_lib.compliance.duties import judge_duties, own_places
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content
from audit_lib.compliance.keys import among, join_words, look_up
from audit_lib.compliance.rows import cite, join_evidence, judge_areas, named, tally
from audit_lib.compliance.rulebook import Rule

PLAN, NOTICE, KEY_LIST = "行动方案", "行动通告", "重点监控名单"
_PARTS = {"has_content": "重点内容", "has_persons": "责任人员", "has_deadlines": "完成时限"}
"""What the plan asks of a city's plan (3): key content, responsible persons, deadlines."""


def documents_of(facts: Facts, types: Collection[str]) -> pd.DataFrame:
    """Return the papers of some types that are there on the day judged."""
    rows = facts.records["documents"]
    return rows[rows["doc_type"].isin(types)].reset_index(drop=True)


def document_key(rows: pd.DataFrame) -> pd.Series[str]:
    """Return evidence for papers, which have no number of their own: area, type and file number."""
    number = rows["doc_no"].fillna(rows["title"]).fillna("")
    return cite("documents", rows["area"] + "/" + rows["doc_type"] + "/" + number)


def plan_in_time(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P1-01: each county and each city has a plan by the last day of the first phase (A5)."""
    return _in_time(facts, rule, documents_of(facts, [PLAN]), PLAN)


def notice_in_time(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P1-02: each county and each city has published its notice by then."""
    return _in_time(facts, rule, documents_of(facts, [NOTICE]), NOTICE)


def key_units_listed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P1-04: each county has a list of key monitored units by then, with at least one on it (A15).

    A list that does not say how many are on it is counted by the roster's own marks.
    """
    rows = documents_of(facts, [KEY_LIST])
    marked = facts.units.loc[facts.units["key_unit"].fillna(False), "county"].value_counts()
    size = rows["items"].fillna(look_up(rows["area"], marked)).fillna(0)
    return _in_time(facts, rule, rows.assign(empty=size < facts.book.count("key_units_least")), KEY_LIST)


def _in_time(facts: Facts, rule: Rule, rows: pd.DataFrame, word: str) -> pd.DataFrame:
    last = facts.book.day("phase_one_last")
    places = own_places(facts, rule)
    whole = rows[~rows["empty"]] if "empty" in rows else rows
    first = look_up(places["area"], whole.groupby("area")["date"].min())
    there = places["area"].isin(rows["area"])
    late = (first - last).dt.days
    reason = np.select(
        [first <= last, first.notna(), there & ~places["area"].isin(whole["area"]), there],
        ["", "迟 " + late.astype("Int64").astype("str") + " 天", f"{word}没有单位", f"{word}没有可读的日期"],
        f"没有{word}",
    )
    return judge_duties(
        facts,
        rule,
        places.assign(
            met=first <= last,
            doubtful=there & first.isna() & places["area"].isin(whole["area"]),
            reason=reason,
            evidence=look_up(places["area"], join_evidence(document_key(rows), rows["area"])),
        ),
    )


def city_plan_whole(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-01: each old bureau of a city has a plan with its three parts, or both have one together.

    Where a body of its own reports for family planning, two bodies owe a plan: the city is met
    when a whole plan names a health bureau and a whole plan names family planning.
    """
    rows = documents_of(facts, [PLAN])
    places = own_places(facts, rule)
    flags = rows[list(_PARTS)]
    rows = rows.assign(
        whole=flags.fillna(False).all(axis=1), open=flags.fillna(True).all(axis=1), lacks=_lacking(rows)
    )
    said = pd.Series("", index=places.index, dtype="str")
    certain = pd.Series(False, index=places.index)
    for duty, name in _DUTIES.items():
        mine = rows[_names(rows["body"], facts.book.words(duty))]
        short = _owes(facts, places["area"], duty) & ~places["area"].isin(mine.loc[mine["whole"], "area"])
        certain |= short & ~places["area"].isin(mine.loc[mine["open"], "area"])
        lacks = "方案缺" + look_up(places["area"], mine.groupby("area")["lacks"].min())
        said += ("; " + name + lacks.fillna("没有方案")).where(short, "")
    return judge_duties(
        facts,
        rule,
        places.assign(
            met=said == "",
            doubtful=~certain,
            reason=said.str.removeprefix("; "),
            evidence=look_up(places["area"], join_evidence(document_key(rows), rows["area"])),
        ),
    )


def bodies_have_plans(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W1-01: each reporting body has a plan, bodies right under the province too.

    A plan names the body among those that issued it; where an area has one body, its plan is that
    body's. What units owe is R-02.
    """
    rows = documents_of(facts, [PLAN])
    bodies = facts.reporters[["area", "body"]].sort_values(["area", "body"], ignore_index=True)
    alone = ~bodies["area"].duplicated(keep=False)
    pairs = bodies.assign(alone=alone).merge(rows, on="area", suffixes=("", "_issuing"))
    issued = pairs["body_issuing"].fillna("").astype("str")
    named = [body in said for body, said in zip(pairs["body"], issued, strict=True)]
    pairs = pairs[pairs["alone"] | pd.Series(named, index=pairs.index, dtype=bool)]
    owner = pairs["area"] + ":" + pairs["body"]
    subject = bodies["area"] + ":" + bodies["body"]
    there = among(subject, owner)
    return judge_duties(
        facts,
        rule,
        bodies.assign(
            level="org",
            subject=subject,
            met=there,
            reason=there.map({True: "", False: f"没有{PLAN}"}),
            evidence=look_up(subject, join_evidence(document_key(pairs), owner)),
        ),
    )


_DUTIES = {"health_bodies": "卫生部门", "planning_bodies": "计生部门"}
"""Parameters whose words tell the two old bureaux apart by name."""


def _names(bodies: pd.Series[str], words: Collection[str]) -> pd.Series[bool]:
    return bodies.fillna("").astype("str").str.contains("|".join(words))


def _owes(facts: Facts, areas: pd.Series[str], duty: str) -> pd.Series[bool]:
    """Whether a city owes a plan of this kind; of family planning only where a body of its own reports."""
    if duty == "health_bodies":
        return pd.Series(True, index=areas.index)
    health, planning = (_names(facts.reporters["body"], facts.book.words(word)) for word in _DUTIES)
    return areas.isin(facts.reporters.loc[planning & ~health, "area"])


def _lacking(rows: pd.DataFrame) -> pd.Series[str]:
    faults = []
    for column, word in _PARTS.items():
        blank = rows[column].isna()
        faults += [(~rows[column].fillna(True).astype(bool), word), (blank, f"{word}(未填)")]
    return join_words(faults, rows.index)


def accepted(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P3-03: the safety committee's conclusion on each city is on record."""
    rows = facts.records["acceptances"]
    places = own_places(facts, rule)
    said = rows[has_content(rows["conclusion"], facts.book.words("no_content"))]
    undated = said.loc[said["date"].isna(), "area"]
    words = look_up(
        places["area"], said.sort_values(["area", "date"]).groupby("area")["conclusion"].agg("; ".join)
    )
    done = places["area"].isin(said["area"])
    return judge_duties(
        facts,
        rule,
        places.assign(
            met=done & ~places["area"].isin(undated),
            doubtful=places["area"].isin(undated),
            reason=words.where(done, "没有验收结论"),
            evidence=look_up(places["area"], join_evidence(cite("acceptances", said["area"]), said["area"])),
        ),
    )


def deployed(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-09: each area has a deployment on paper or in a meeting, and supervised in the window."""
    papers = documents_of(facts, facts.book.words("deployment_documents"))
    visits = facts.records["supervisions"]
    inside = facts.in_window(visits["date"])
    places = own_places(facts, rule)
    paper = places["area"].isin(papers.loc[papers["date"].notna(), "area"])
    visit = places["area"].isin(visits.loc[inside, "area"])
    maybe_paper = paper | places["area"].isin(papers["area"])
    maybe_visit = visit | places["area"].isin(visits.loc[visits["date"].isna(), "area"])
    lacks = np.select(
        [~paper & ~visit, ~paper, ~visit],
        ["没有部署, 也没有督导记录", "没有部署文件或会议", "没有督导记录"],
        "",
    )
    both = [document_key(papers), cite("supervisions", visits.loc[inside, "supervision_id"])]
    areas = pd.concat([papers["area"], visits.loc[inside, "area"]])
    return judge_duties(
        facts,
        rule,
        places.assign(
            met=paper & visit,
            doubtful=maybe_paper & maybe_visit,
            reason=lacks,
            evidence=look_up(places["area"], join_evidence(pd.concat(both), areas)),
        ),
    )


def notices_received(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P1-03: each unit of the roster as frozen signed for the notice by the end of the first phase.

    A form without a readable date of receipt leaves its county open.
    """
    state = notice_state(facts)
    counts = tally(state, met=state["in_time"], doubtful=state["doubtful"])
    table = judge_areas(facts, rule, counts, named("units", state[~state["in_time"]]))
    late = state[state["days_late"] > 0].groupby("county")["days_late"].agg(["size", "max"])
    size, most = (
        look_up(table["subject"], late[name]).astype("Int64").astype("str") for name in ("size", "max")
    )
    said = table["reason"] + "; 迟签 " + size + " 家, 最迟 " + most + " 天"
    return table.assign(reason=said.where(table["subject"].isin(late.index), table["reason"]))


def notice_state(facts: Facts) -> pd.DataFrame:
    """Return DataFrame[unit_id, county, contested, in_time, days_late, doubtful] for the units at the freeze.

    A unit that was closed with evidence by then owes no receipt, nor does one that came later.
    """
    freeze, last = facts.book.day("freeze_day"), facts.book.day("notice_last")
    gone = facts.removed.loc[facts.removed["status_date"] <= freeze, "unit_id"]
    units = facts.units[~(facts.units["entry_date"] > freeze) & ~among(facts.units["unit_id"], gone)]
    forms = facts.self_checks[~(facts.self_checks["notice_date"] > facts.as_of)]
    first = look_up(units["unit_id"], forms.groupby("unit_id")["notice_date"].min())
    blank = facts.self_checks.loc[facts.self_checks["notice_date"].isna(), "unit_id"]
    return units[["unit_id", "county", "contested"]].assign(
        in_time=first <= last,
        days_late=(first - last).dt.days.clip(lower=0).fillna(0).astype("int64"),
        doubtful=first.isna() & among(units["unit_id"], blank),
    )
