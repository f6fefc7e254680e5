"""Signals in the records: all of them, over all subjects, under one control of false alarms.

Each signal is a row of ``rulebook/signals.csv``: what it looks at, what is innocent about it, its
limits. Those with a p-value share one false-discovery control over all signals and subjects
together (Benjamini, Yekutieli 2001: valid whatever depends on what; a control per signal would
raise a false alarm on honest data nearly half of the time). Those without one are listed apart.
A signal says 建议核查: nothing about a cause, and nothing about a person.
Source: docs/method.md, chapter 11.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.compliance import Rulebook
from audit_lib.compliance.keys import first_of
from audit_lib.investigation.kinds import KINDS, Records, Signal, load_signals
from audit_lib.investigation.records import (
    PASSED,
    by_inspector,
    gather_hazards,
    gather_visits,
    silent_counties,
)
from audit_lib.schemas import conform


def find_signals(
    tables: Mapping[str, pd.DataFrame],
    city_of: pd.Series[str],
    book: Rulebook,
    *,
    whole: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Return every signal on every subject that has records enough to be looked at.

    Parameters
    ----------
    tables : units, county_checks, city_checks, hazards as intake makes them, nothing of the future
    city_of : city by county code (`intake.county_city`)
    book : parameters ``pass_line`` and ``signal_rate``, the bound on the expected share of false ones
        among the alarms; on honest data, on the chance of any alarm at all
    whole : where ``tables`` hold the records of a period, those of all time: who passed before the period
        was there to be drawn in it, and who has a hazard outside it has one

    Returns
    -------
    DataFrame   table ``signals``: signal, level, subject, area, n, effect, p, q, listed_apart, alarm,
        evidence; sorted by q, then signal, level, subject; evidence (``table:key`` joined by ``;``)
        only where alarm is true. A subject is an area code, ``office:name``, or ``county:last
        day of the week``.
    """
    records = _gather(tables, whole or tables, city_of, float(book.count("pass_line")))
    found = [
        (signal, level, *KINDS[signal.kind](signal, level, records))
        for signal in load_signals().values()
        for level in signal.levels
    ]
    rows = pd.concat([_labelled(signal, level, rows) for signal, level, rows, _ in found], ignore_index=True)
    tested = rows["p"].notna()
    rows["q"] = np.nan
    if tested.any():
        rows.loc[tested, "q"] = stats.false_discovery_control(rows.loc[tested, "p"], method="by")
    rows["alarm"] = rows["listed_apart"] | (rows["q"] <= float(book.share("signal_rate")))
    rows["area"] = _area(rows, city_of)
    rows = rows.merge(_evidence(rows, found, records), how="left", on=["signal", "level", "subject"])
    rows = rows.sort_values(["q", "p", "signal", "level", "subject"], na_position="first", ignore_index=True)
    return conform(rows, "signals")


def _gather(
    tables: Mapping[str, pd.DataFrame],
    whole: Mapping[str, pd.DataFrame],
    city_of: pd.Series[str],
    pass_line: float,
) -> Records:
    units = first_of(whole["units"], ["unit_id"])
    checks = whole["county_checks"]
    held = units[units["unit_id"].isin(checks.loc[checks["conclusion"] == PASSED, "unit_id"])]
    visits = gather_visits(tables, city_of)
    hazards = gather_hazards(tables, similarity=float(load_signals()["near_text"].limit))
    return Records(
        visits,
        hazards,
        by_inspector(visits),
        by_inspector(hazards),
        silent_counties(whole),
        held.groupby("county").size(),
        city_of,
        pass_line,
    )


def _labelled(signal: Signal, level: str, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(signal=signal.signal, level=level, listed_apart=signal.kind == "listed")


def _area(rows: pd.DataFrame, city_of: pd.Series[str]) -> pd.Series[str]:
    """The county-level or city-level code that a subject lies in; none for the province."""
    code = rows["subject"].str.split(":").str[0]
    return code.where(code.isin({*city_of.index, *city_of}))


def _evidence(
    rows: pd.DataFrame, found: list[tuple[Signal, str, pd.DataFrame, pd.DataFrame]], records: Records
) -> pd.DataFrame:
    """The rows behind each alarm, as ``table:key`` in their order."""
    alarms = rows.loc[rows["alarm"], ["signal", "level", "subject"]]
    parts = [alarms.iloc[:0].assign(evidence="")]
    for signal, level, _, marks in found:
        chosen = alarms[(alarms["signal"] == signal.signal) & (alarms["level"] == level)]
        behind = marks.merge(chosen, on="subject").drop_duplicates(["subject", "of"])
        if behind.empty:
            continue
        source = records.of(signal)
        table = source["table"] if "table" in source else pd.Series(signal.table, index=source.index)
        name = (table + ":" + source["key"]).loc[behind["of"]].to_numpy()
        joined = behind.assign(evidence=name).groupby(["signal", "level", "subject"])["evidence"]
        parts.append(joined.agg(lambda keys: ";".join(sorted(set(keys)))).reset_index())
    return pd.concat(parts, ignore_index=True)
