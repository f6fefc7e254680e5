"""The true visits: county checks of every unit, and the cities' spot-checks of those that passed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit_lib.demo.places import CHECKED_THERE, COMMITTEE, NOT_PASSED_THERE
from audit_lib.demo.stock import Whole, dice, people, throw

FIRST_DAY = pd.Timestamp("2014-02-01")
CUTOFFS = ("2014-03-10", "2014-03-17", "2014-03-24")
LAST_CHECK = 58
"""Days after 1 February: 31 March; nothing in the demo is dated later."""

EXACT_CITY = "990400"
"""Its spot-checks reach the quota exactly, so that a revoked pass would break it if it counted."""

TEAMS = 6
OFFICES = 100
"""Counties are fewer: so a city's teams have other names than its counties' teams."""

OPENS, CLOSES = 8 * 60, 16 * 60 + 30
SHORTEST, LONGEST, PAUSE = 20, 60, 6
"""Hours of a team's day, in minutes."""

PASSED, LATER, FAILED = "合格", "限期整改后复查", "不合格"


def day(numbers: Whole | pd.Series[Any]) -> pd.DatetimeIndex:
    """Return the dates so many days after 1 February 2014."""
    return pd.DatetimeIndex(FIRST_DAY + pd.to_timedelta(np.asarray(numbers), unit="D"))


def clock(minutes: Whole | pd.Series[int]) -> pd.Series[str]:
    """Return minutes of the day as ``hh:mm``."""
    times = pd.Series(np.asarray(minutes))
    return (times // 60).astype("str").str.zfill(2) + ":" + (times % 60).astype("str").str.zfill(2)


def find_bad(units: pd.DataFrame, seed: int) -> pd.Series[bool]:
    """Return which units really have a key item wrong, whatever the county said."""
    return pd.Series(dice(seed, "bad").random(len(units)) < 0.05, index=units["unit_id"])


def make_county_checks(units: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the county's checks: one for every unit, a second where the first was no pass.

    Returns
    -------
    DataFrame   the columns of table ``county_checks``, sorted by check_id
    """
    chance = dice(seed, "county checks")
    lot, visit = chance.random(len(units)), throw(chance, len(units), 9, 44)
    first = np.where(lot < 0.88, PASSED, np.where(lot < 0.98, LATER, FAILED))
    second = np.where(chance.random(len(units)) < 0.85, PASSED, FAILED)
    again = visit + throw(chance, len(units), 4, 12)
    first = np.where(units["city"] == COMMITTEE, PASSED, first)
    late = _late_in_committee(units)
    visit = np.where(late > 0, 52 + (late - 1) % 5, visit)
    checks = pd.concat(
        [
            pd.DataFrame({"unit": np.arange(len(units)), "day": visit, "conclusion": first}),
            pd.DataFrame({"unit": np.arange(len(units)), "day": again, "conclusion": second})[
                first != PASSED
            ],
        ]
    )
    rows = units.iloc[checks["unit"]].reset_index(drop=True)
    checks = checks.reset_index(drop=True).join(rows[["unit_id", "unit_name", "county"]])
    checks = checks.sort_values(["county", "day", "unit_id"], ignore_index=True)
    serial = checks.groupby("county").cumcount() + 1
    checks["check_id"] = "JC" + checks["county"] + "-" + serial.astype("str").str.zfill(4)
    return _describe(checks, chance, body="WS")


def batches(county_checks: pd.DataFrame) -> pd.Series[str]:
    """Return by unit the first cut-off at which its latest county conclusion is a pass."""
    found = []
    order = county_checks.sort_values(["unit_id", "date", "check_id"])
    for cutoff in CUTOFFS:
        last = order[order["date"] <= cutoff].drop_duplicates("unit_id", keep="last")
        passed = last[last["conclusion"] == PASSED]
        found.append(pd.Series(cutoff, index=passed["unit_id"]))
    together = pd.concat(found)
    return together[~together.index.duplicated()].sort_index()


def make_city_checks(
    units: pd.DataFrame, county_checks: pd.DataFrame, bad: pd.Series[bool], seed: int
) -> pd.DataFrame:
    """Return the cities' spot-checks: a fifth or more of what each county passed, after the cut-off.

    Returns
    -------
    DataFrame   the columns of table ``city_checks``, sorted by check_id
    """
    chance = dice(seed, "city checks")
    batch = batches(county_checks)
    rows = units[units["unit_id"].isin(batch.index)].reset_index(drop=True)
    rows["batch"] = rows["unit_id"].map(batch)
    rows["lot"] = chance.random(len(rows))
    rows = rows.sort_values(["city", "county", "lot"], ignore_index=True)
    checks = rows[_select(rows)].reset_index(drop=True)
    cutoff = (pd.to_datetime(checks["batch"]) - FIRST_DAY).dt.days.to_numpy()
    latest = np.minimum(cutoff + 11, LAST_CHECK - 4)
    checks["day"] = cutoff + 1 + np.floor(chance.random(len(checks)) * (latest - cutoff)).astype("int64")
    wrong = checks["unit_id"].map(bad).to_numpy() & (chance.random(len(checks)) < 0.9)
    checks["conclusion"] = np.where(wrong, FAILED, PASSED)
    return describe_city_checks(checks, county_checks, chance)


def describe_city_checks(
    checks: pd.DataFrame, county_checks: pd.DataFrame, chance: np.random.Generator
) -> pd.DataFrame:
    """Return spot-checks with everything that a record of one says besides day and conclusion."""
    checks = checks.sort_values(["city", "day", "unit_id"], ignore_index=True)
    serial = checks.groupby("city").cumcount() + 1
    checks["check_id"] = "CJ" + checks["city"] + "-" + serial.astype("str").str.zfill(4)
    checks = _describe(checks, chance, body="SJ")
    last = county_checks.sort_values("date").drop_duplicates("unit_id", keep="last").set_index("unit_id")
    passed = checks["conclusion"] == PASSED
    found = np.where(passed, throw(chance, len(checks), 0, 1), 2)
    judged = np.array(["是", "否", "不能判定"], dtype=object)[throw(chance, len(checks), 0, 2)]
    return checks.assign(
        county_check_id=checks["unit_id"].map(last["check_id"]),
        replacement=False,
        hazards_new=found,
        already_so=np.where(passed, "", judged),
    )


def _late_in_committee(units: pd.DataFrame) -> Whole:
    """Number the committee's units that pass only after the last cut-off; 0 for every other unit."""
    there = np.flatnonzero(units["city"] == COMMITTEE)
    late = np.zeros(len(units), dtype=np.int64)
    late[there[:: len(there) // NOT_PASSED_THERE][:NOT_PASSED_THERE]] = np.arange(1, NOT_PASSED_THERE + 1)
    return late


def _select(rows: pd.DataFrame) -> pd.Series[bool]:
    """Return which of the shuffled rows the city visits: 22% of each county, with two exceptions."""
    place = rows.groupby("county").cumcount()
    size = rows.groupby("county")["unit_id"].transform("size")
    chosen = place < np.ceil(size * 0.22)
    in_city = rows.groupby("city").cumcount()
    exact = rows["city"] == EXACT_CITY
    quota = -(-int(exact.sum()) // 5)
    mixed = rows[exact].sort_values("lot").index[:quota]
    chosen = chosen.mask(exact, rows.index.isin(mixed))
    fifth: pd.Series[bool] = (in_city % 5 == 0) & (in_city < 5 * CHECKED_THERE)
    selected: pd.Series[bool] = chosen.mask(rows["city"] == COMMITTEE, fifth)
    return selected


def _describe(checks: pd.DataFrame, chance: np.random.Generator, *, body: str) -> pd.DataFrame:
    """Return checks with inspectors, hours, score, hazards found and document number."""
    size = len(checks)
    team = _send_teams(checks, chance, office="county" if body == "WS" else "city")
    third = np.where(chance.random(size) < 0.3, "、" + people(team + 23), "")
    passed = checks["conclusion"] == PASSED
    return checks.assign(
        date=day(checks["day"]),
        inspectors=people(team) + "、" + people(team + 7) + third,
        start="",
        end="",
        expert=chance.random(size) < 0.1,
        score=np.where(passed, 90, 62) + throw(chance, size, 0, 19) / 2,
        hazards_general=np.where(passed, 0, 2) + throw(chance, size, 0, 1),
        hazards_major=0,
        document_no=body + "〔2014〕" + (checks.index + 1).astype("str").str.zfill(5),
    )


def _send_teams(checks: pd.DataFrame, chance: np.random.Generator, *, office: str) -> Whole:
    """Deal the visits of an office's day out to its six teams, evenly; return the number of the team."""
    order = pd.Series(chance.random(len(checks)), index=checks.index)
    place = order.groupby([checks[office], checks["day"]]).rank().to_numpy().astype(np.int64)
    first = checks["day"].to_numpy() * 5
    offices = pd.factorize(checks[office], sort=True)[0] + (OFFICES if office == "city" else 0)
    sent: Whole = offices * 11 + (place + first) % TEAMS
    return sent


def keep_hours(checks: pd.DataFrame, seed: int, *, office: str) -> pd.DataFrame:
    """Return the visits with the hours of each: a team's day is one visit after the other.

    Made last of all, when every plant has moved what it moves.
    """
    chance = dice(seed, f"hours {office}")
    rows = checks.sort_values(["check_id", "unit_id"])
    lot = chance.random((3, len(rows)))
    day_of = [rows[office], rows["date"], rows["inspectors"].str.split("、").str[0]]
    count = rows.groupby(day_of)["check_id"].transform("size").to_numpy()
    place = pd.Series(lot[0], index=rows.index).groupby(day_of).rank(method="first").to_numpy() - 1
    length = (CLOSES - OPENS) / count
    most = np.minimum(LONGEST, length - PAUSE)
    least = np.minimum(SHORTEST, most)
    minutes = np.floor(least + lot[1] * (most - least + 1))
    start = np.floor(OPENS + place * length + lot[2] * (length - PAUSE - minutes)).astype(np.int64)
    known = rows["date"].notna().to_numpy() & rows["inspectors"].ne("").to_numpy()
    hours = {"start": clock(start), "end": clock(start + minutes.astype(np.int64))}
    made = {
        name: pd.Series(clock.to_numpy(), index=rows.index).where(known, "") for name, clock in hours.items()
    }
    return checks.assign(**made)
