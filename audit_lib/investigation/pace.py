"""Where a person was and when: two places at once, too many places, gaps between them.

No chance is in these: a limit is passed or not, so they are listed apart, without a p-value.
"""

from __future__ import annotations

import pandas as pd

from audit_lib.investigation.records import by_inspector


def list_overlaps(people: pd.DataFrame, *, minutes: float) -> pd.DataFrame:
    """Return the visits of one person that overlap another one elsewhere by more than ``minutes``.

    Parameters
    ----------
    people : `by_inspector`, with date, begin, end, unit_id

    Returns
    -------
    DataFrame[subject, of, size]   both visits of each pair; size: the longest overlap, in minutes
    """
    timed = people.dropna(subset=["date", "begin", "end"])
    pairs = timed.merge(timed, on=["inspector", "date"], suffixes=("", "_other"))
    shared = pairs[["end", "end_other"]].min(axis=1) - pairs[["begin", "begin_other"]].max(axis=1)
    pairs = pairs.assign(size=shared)
    return _of_whom(pairs[(pairs["unit_id"] != pairs["unit_id_other"]) & (shared > minutes)])


def list_full_days(people: pd.DataFrame, *, units: float) -> pd.DataFrame:
    """Return the visits of days on which one person visited more than ``units`` units.

    Returns
    -------
    DataFrame[subject, of, size]   size: units visited on that day
    """
    dated = people.dropna(subset=["date"])
    size = dated.groupby(["inspector", "date"])["unit_id"].transform("nunique")
    return _of_whom(dated.assign(size=size)[size > units])


def list_short_visits(people: pd.DataFrame, *, minutes: float, least: int) -> pd.DataFrame:
    """Return the visits shorter than ``minutes`` of those who made at least ``least`` of them.

    Returns
    -------
    DataFrame[subject, of, size]   size: how many short visits the person made
    """
    short = people[people["minutes"] < minutes]
    size = short.groupby("inspector")["of"].transform("size")
    return _of_whom(short.assign(size=size)[size >= least])


def _of_whom(visits: pd.DataFrame) -> pd.DataFrame:
    return visits.rename(columns={"inspector": "subject"})[["subject", "of", "size"]]


def gaps(visits: pd.DataFrame) -> pd.DataFrame:
    """Return the minutes between one start and the next of the same person on the same day.

    A pair of visits that several people made together is one gap, held by each of them.

    Returns
    -------
    DataFrame[of, inspector, office, gap]   of: the later visit
    """
    timed = by_inspector(visits.dropna(subset=["date", "begin"]))
    timed = timed.sort_values(["inspector", "date", "begin", "key"])
    gap = timed.groupby(["inspector", "date"])["begin"].diff()
    return timed.assign(gap=gap)[gap.notna()][["of", "inspector", "office", "gap"]].reset_index(drop=True)
