"""The lives of hazards as a table, and what the lives of an area look like together.

What is found, graded, listed, given a deadline, extended, called mended, re-checked, opened again and
regraded stands in one row; nothing is decided here that `follow_hazards` has not decided. The signs of an
area are what a person looks at: a deadline that all hazards share, a day on which all were closed, grades
taken down after the listing. None of them is a result of a rule. Source: domain.md 1.4, 1.8.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.compliance.hazards import MAJOR, closing_day, days_known, taken_down
from audit_lib.compliance.keys import join_words, look_up, month_day
from audit_lib.compliance.rulebook import Rulebook

UNKNOWN = "查出日期不明"
"""The last band: open hazards of which nobody can say how old they are."""


def hazard_lives(facts: Facts) -> pd.DataFrame:
    """Return one row per hazard, each counted once, with the days of its life.

    Returns
    -------
    DataFrame   the columns of table ``lives`` in columns.csv; days are dates of the ledger and not after
        the day judged, except deadlines; ``age`` in days since found, of open hazards only; ``taken`` in
        days from found to closed; ``days_late`` past the deadline in force, of open hazards at the day
        judged, of closed ones on the day they were mended

    Examples
    --------
    A hazard found on 20 February, due on 10 March and mended and re-checked on the 14th has ``taken`` 22
    and ``days_late`` 4, no ``age``, and ``state`` 已销号.
    """
    rows, as_of = facts.hazards, facts.as_of
    happened = {
        column: rows[column].mask(rows[column] > as_of)
        for column in ("closed_date", "recheck_date", "reopened_date", "regraded_date")
    }
    closed_on = closing_day(rows)
    listed = look_up(rows["hazard_id"], facts.listings.groupby("hazard_id")["listed_date"].min())
    down = taken_down(rows.assign(grade=rows["said_grade"])) & happened["regraded_date"].notna()
    ended = happened["closed_date"].where(rows["closed"], as_of)
    return rows.assign(
        **happened,
        recheck_result=rows["recheck_result"].where(rows["rechecked"]),
        listed_date=listed,
        extended=(rows["due"] != rows["deadline"]) & rows["due"].notna(),
        closed_on=closed_on,
        state=np.select(
            [rows["closed"], rows["rechecked"] & rows["recheck_result"].eq("不合格"), rows["claimed"]],
            ["已销号", "复查不合格", "待复查"],
            "未整改",
        ),
        age=days_known(rows, as_of).mask(rows["closed"]),
        taken=(closed_on - rows["found_date"]).dt.days.astype("Int64"),
        days_late=(ended - rows["due"]).dt.days.clip(lower=0).astype("Int64"),
        taken_down_after_listing=down & (listed <= happened["regraded_date"]),
    )


def hazard_ageing(lives: pd.DataFrame, places: pd.DataFrame, book: Rulebook) -> pd.DataFrame:
    """Return how many open hazards of each area are how old, by the bands of parameter ``age_bands``.

    Parameters
    ----------
    lives : as `hazard_lives` returns them
    places : DataFrame[level, area, county], with the counties of the whole province under level province

    Returns
    -------
    DataFrame[level, area, place, band, open, major, ungraded, overdue]   a row for every area and band, in
        order of ``place``; the last band holds those without a readable day. Hazards in no county count
        for the province alone

    Examples
    --------
    >>> from audit_lib.compliance import load_rulebook
    >>> lives = pd.DataFrame({"county": "a", "state": ["未整改", "未整改", "已销号"],
    ...     "grade": ["重大", "一般", "一般"],
    ...     "age": pd.array([40, 5, None], dtype="Int64"), "days_late": pd.array([9, 0, 0], dtype="Int64")})
    >>> places = pd.DataFrame({"level": ["county"], "area": ["a"], "county": ["a"]})
    >>> table = hazard_ageing(lives, places, load_rulebook())
    >>> table.loc[table["open"] > 0, ["band", "open", "major", "overdue"]].values.tolist()
    [['7天以内', 1, 0, 0], ['31至60天', 1, 1, 1]]
    """
    limits = book.counts("age_bands")
    names = [*age_bands(limits), UNKNOWN]
    open_ = lives[lives["state"] != "已销号"]
    place = np.searchsorted(limits, open_["age"].fillna(0).to_numpy(dtype="int64"))
    place = np.where(open_["age"].isna(), len(names) - 1, place)
    flags = {
        "open": pd.Series(True, index=open_.index),
        "major": open_["grade"].eq(MAJOR),
        "ungraded": open_["grade"].isna(),
        "overdue": (open_["days_late"] > 0).fillna(False),
    }
    counted = pd.DataFrame(flags).astype("int64").assign(county=open_["county"], place=place)
    sums = _of_areas(counted, places).groupby(["level", "area", "place"])[list(flags)].sum()
    areas = places[["level", "area"]].drop_duplicates()
    every = areas.merge(pd.DataFrame({"place": range(len(names)), "band": names}), how="cross")
    keys = pd.MultiIndex.from_frame(every[["level", "area", "place"]])
    table = sums.reindex(keys, fill_value=0).reset_index(drop=True)
    rows = pd.concat([every.reset_index(drop=True), table], axis=1)
    return rows.sort_values(["level", "area", "place"], ignore_index=True)


def age_bands(limits: tuple[int, ...]) -> list[str]:
    """Return what the bands between some numbers of days are called.

    >>> age_bands((7, 30))
    ['7天以内', '8至30天', '30天以上']
    """
    inner = [f"{low + 1}至{high}天" for low, high in pairwise(limits)]
    return [f"{limits[0]}天以内", *inner, f"{limits[-1]}天以上"]


def hazard_spread(lives: pd.DataFrame, places: pd.DataFrame, book: Rulebook) -> pd.DataFrame:
    """Return how the deadlines and closings of each area are spread, with the signs worth a look.

    Parameters
    ----------
    lives, places : as for `hazard_ageing`

    Returns
    -------
    DataFrame   the columns of table ``spread`` in columns.csv, a row for every area; ``signs`` is empty
        where there is nothing to look at
    """
    rows = _of_areas(lives, places)
    keys = ["level", "area"]
    closed = rows["state"] == "已销号"
    given = (rows["due"] - rows["found_date"]).dt.days
    far = given > book.count("far_deadline")
    flags = {
        "found": pd.Series(True, index=rows.index),
        "open": ~closed,
        "overdue": ~closed & (rows["days_late"] > 0).fillna(False),
        "deadlines": rows["due"].notna(),
        "far_deadlines": far,
        "extended": rows["extended"],
        "closed": closed,
        "reopened": rows["reopened_date"].notna(),
        "regraded": rows["regraded_date"].notna(),
        "taken_down_after_listing": rows["taken_down_after_listing"],
    }
    counts = pd.DataFrame(flags).astype("int64").groupby([rows[key] for key in keys]).sum()
    table = counts.join(given.groupby([rows[key] for key in keys]).max().rename("longest_given"))
    for column, day, number in (
        ("due", "deadline_day", "same_deadline"),
        ("closed_on", "closing_day", "same_closing"),
    ):
        table = table.join(_commonest(rows, column).rename(columns={"day": day, "number": number}))
    areas = places[keys].drop_duplicates()
    table = table.reindex(pd.MultiIndex.from_frame(areas)).reset_index()
    numbers = [*flags, "same_deadline", "same_closing"]
    table[numbers] = table[numbers].fillna(0).astype("int64")
    return table.assign(signs=_signs(table, book)).sort_values(keys, ignore_index=True)


def _commonest(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return by area the day that most rows share, the earliest of several, and how many do."""
    sizes = rows.groupby(["level", "area", column]).size().rename("number").reset_index()
    sizes = sizes.sort_values(["level", "area", "number", column], ascending=[True, True, False, True])
    first = sizes.drop_duplicates(["level", "area"]).set_index(["level", "area"])
    return first.rename(columns={column: "day"})


def _signs(table: pd.DataFrame, book: Rulebook) -> pd.Series[str]:
    """Say of each area what wants a second look, joined by 、."""
    least, share = book.count("same_day_least"), book.share("same_day_share")
    faults: list[tuple[pd.Series[bool], pd.Series[str]]] = []
    for number, whole, day, said in (
        ("same_closing", "closed", "closing_day", "集中在同一天销号"),
        ("same_deadline", "deadlines", "deadline_day", "整改期限都是同一天"),
    ):
        hit = (table[number] >= least) & (table[number] * share.denominator >= table[whole] * share.numerator)
        told = table[number].astype("str") + "/" + table[whole].astype("str") + " 项" + said
        told += "(" + month_day(table[day]) + ")"
        faults.append((hit, told))
    for number, said in (
        ("far_deadlines", f" 项整改期限超过 {book.count('far_deadline')} 天"),
        ("taken_down_after_listing", " 项挂牌后降级"),
    ):
        faults.append((table[number] > 0, table[number].astype("str") + said))
    return join_words(faults, table.index)


def _of_areas(rows: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return rows once for each area that they stand in; one in no county stands in the province."""
    above = places.loc[places["level"] == "province", ["level", "area"]].drop_duplicates()
    lost = rows[~rows["county"].isin(places["county"])].merge(above, how="cross")
    return pd.concat([rows.merge(places, on="county"), lost], ignore_index=True)
