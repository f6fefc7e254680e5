"""Rules on visits: unannounced ones, days off, the province's own, and signals of haste."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib.compliance.duties import hidden, judge_duties, own_places
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import has_content
from audit_lib.compliance.keys import among, join_words, look_up, month_day, once
from audit_lib.compliance.rows import cite, join_evidence
from audit_lib.compliance.rulebook import Rule

INSPECTED = "已检查"
"""The one outcome of a visit that is an inspection; an outcome that is not written is one too."""


def visited_unannounced(facts: Facts, rule: Rule) -> pd.DataFrame:
    """R-07: each county and each city made an unannounced visit, and two or more not all on one day.

    Unannounced: no notice, an hour of arrival, no companion (A16). A visit of which notice or
    arrival is not written is in doubt.
    """
    rows = unannounced_visits(facts)
    places = own_places(facts, rule)
    counted = rows[rows["counts"]]
    days = look_up(places["area"], counted.groupby("area")["date"].nunique()).fillna(0)
    number = look_up(places["area"], counted.groupby("area").size()).fillna(0).astype("int64")
    least = facts.book.count("unannounced_least")
    enough = number >= least
    one_day = (number > 1) & (days == 1)
    left_out = rows[rows["announced"]].groupby("area").size()
    said = (
        "; 另有 "
        + look_up(places["area"], left_out).astype("Int64").astype("str")
        + " 次事先通知或有人陪同, 不计"
    )
    why = pd.Series(np.select([~enough, one_day], ["没有暗访", "各次暗访都在同一天"], ""), index=places.index)
    return judge_duties(
        facts,
        rule,
        places.assign(
            met=enough & ~one_day,
            doubtful=places["area"].isin(rows.loc[rows["lame"], "area"]),
            reason=(why + said.fillna("")).str.removeprefix("; "),
            evidence=look_up(
                places["area"], join_evidence(cite("unannounced", rows["visit_id"]), rows["area"])
            ),
            value=number.astype("Float64"),
        ),
    )


def unannounced_visits(facts: Facts) -> pd.DataFrame:
    """Return the visits in the window with ``counts``, ``announced`` and ``lame`` (nobody can say)."""
    rows = once(facts.records["unannounced"])
    inside = facts.in_window(rows["date"])
    alone = ~has_content(rows["companion"], facts.book.words("no_content"))
    told = rows["notified"].fillna(False).astype(bool) | ~alone
    whole = inside & rows["notified"].notna() & rows["arrival"].notna()
    return rows.assign(
        counts=whole & ~told, announced=inside & told, lame=(inside | rows["date"].isna()) & ~told & ~whole
    )


def visited_on_days_off(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-03: each county inspected on at least one of the days off in the window (A17)."""
    checks = facts.county_checks
    secret = unannounced_visits(facts)
    secret = secret.loc[secret["counts"], ["county", "date"]]
    visits = pd.concat([checks.loc[checks["valid"], ["county", "date"]], secret])
    off = visits["date"].isin(facts.book.off_days)
    places = own_places(facts, rule)
    on_off = look_up(places["area"], visits[off].groupby("county").size()).fillna(0).astype("int64")
    all_ = look_up(places["area"], visits.groupby("county").size()).fillna(0).astype("int64")
    rows = judge_duties(
        facts,
        rule,
        places.assign(
            met=on_off > 0,
            doubtful=places["area"].isin(checks.loc[checks["incomplete"], "county"]),
            numerator=on_off,
            denominator=all_,
            reason="休息日、节假日 " + on_off.astype("str") + " 次, 全部 " + all_.astype("str") + " 次",
        ),
    )
    return rows.assign(missing=None)


def cities_visited(facts: Facts, rule: Rule) -> pd.DataFrame:
    """P3-01: the province went to every city in the last phase; its own duty, shown for completeness.

    A visit on which nobody was inspected, for whatever reason that is written, is none.
    """
    checks = facts.province_checks
    last = pd.Timestamp(facts.params.window.end)
    inside = checks["valid"] & checks["date"].between(facts.book.day("phase_three_first"), last)
    home = facts.places[facts.places["level"] == "city"].set_index("county")["area"]
    city = look_up(checks["county"], home)
    cities = pd.DataFrame({"area": sorted(set(home))})
    seen = among(cities["area"], city[inside])
    lame = checks["incomplete"] & checks["outcome"].fillna(INSPECTED).eq(INSPECTED)
    maybe = among(cities["area"], city[lame]) | hidden(facts, rule.needs, cities)
    names = facts.areas.set_index("code")["name"]
    unseen = [str(names[code]) for code in cities.loc[~seen, "area"]]
    row = {
        "level": "province",
        "subject": facts.province,
        "area": None,
        "met": bool(seen.all()),
        "doubtful": bool((seen | maybe).all()),
        "numerator": int(seen.sum()),
        "denominator": len(cities),
        "reason": "没有到过: " + "、".join(unseen) if unseen else "",
    }
    return judge_duties(facts, rule, pd.DataFrame([row]))


def signs_of_haste(facts: Facts, rule: Rule) -> pd.DataFrame:
    """W2-09: signals of county checks that want another look; a signal is no proof.

    Of a county: no hazard at all although many units were checked, all checks on one day or on days
    off, many hazards written in the same words. Of a team: too many units on a day, or all of a day's
    visits with the same hours.
    """
    teams, places = _teams(facts), _counties(facts, rule)
    return judge_duties(facts, rule, pd.concat([places, teams], ignore_index=True))


def _teams(facts: Facts) -> pd.DataFrame:
    checks = facts.county_checks
    rows = checks[checks["valid"] & checks["county"].notna()]
    people = rows["inspectors"].str.split("、").map(lambda names: "、".join(sorted(names)))
    rows = rows.assign(team=rows["county"] + ":" + people.astype("str"))
    days = rows.groupby(["team", "date"]).agg(
        county=("county", "first"),
        units=("unit_id", "nunique"),
        hours=("start", "nunique"),
        ends=("end", "nunique"),
        told=("start", "count"),
    )
    days = days.reset_index()
    most, same = facts.book.count("units_a_day_most"), facts.book.count("same_hours_least")
    many = days["units"] > most
    equal = (
        (days["told"] >= same) & (days["told"] == days["units"]) & (days["hours"] == 1) & (days["ends"] == 1)
    )
    day = month_day(days["date"])
    busy = day + " 查 " + days["units"].astype("str") + " 家"
    days["words"] = join_words([(many, busy), (equal, day + " 各次起止时刻相同")], days.index)
    signals = days[days["words"] != ""].sort_values(["team", "date"]).groupby("team")["words"].agg("; ".join)
    hit = rows.merge(days.loc[days["words"] != "", ["team", "date"]], on=["team", "date"])
    teams = days.groupby("team")["county"].first()
    subject = teams.index.to_series().reset_index(drop=True)
    reason = look_up(subject, signals)
    return pd.DataFrame(
        {
            "level": "team",
            "subject": subject,
            "area": teams.to_numpy(),
            "met": reason.isna(),
            "reason": reason,
            "evidence": look_up(subject, join_evidence(cite("county_checks", hit["check_id"]), hit["team"])),
        }
    )


def _counties(facts: Facts, rule: Rule) -> pd.DataFrame:
    places = own_places(facts, rule)
    checks = facts.county_checks[facts.county_checks["valid"]]
    by = checks.groupby("county")
    many = look_up(places["area"], by["unit_id"].nunique()).fillna(0) >= facts.book.count(
        "signal_units_least"
    )
    off = checks["date"].isin(facts.book.off_days).groupby(checks["county"]).all()
    only_off = many & look_up(places["area"], off).fillna(False).astype(bool)
    days = look_up(places["area"], by["date"].min().where(by["date"].nunique() == 1))
    one_day = many & days.notna()
    numbers = checks[["hazards_general", "hazards_major"]].fillna(0).sum(axis=1)
    noted = look_up(places["area"], numbers.groupby(checks["county"]).sum()).fillna(0)
    silent = many & ~among(places["area"], facts.hazards["county"]) & (noted == 0)
    texts = ["county", "description", "place", "measure"]
    same = facts.hazards.dropna(subset=texts).groupby(texts)["unit_id"].nunique()
    most = same.groupby("county").max()
    copied = look_up(places["area"], most).fillna(0).astype("int64")
    alike = copied >= facts.book.count("same_words_least")
    found: list[tuple[pd.Series[bool], str | pd.Series[str]]] = [
        (one_day, "全部检查都记在同一天(" + month_day(days) + ")"),
        (only_off, "全部检查都在休息日、节假日"),
        (silent, "全县零隐患"),
        (alike, copied.astype("str") + " 家单位的隐患文字完全相同"),
    ]
    words = join_words(found, places.index)
    unread = hidden(facts, ("hazards",), places)
    return places.assign(met=words == "", reason=words, doubtful=unread & (words == "全县零隐患"))
