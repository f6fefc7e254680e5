"""Signals in the records: all of them, over all subjects, under one control of false alarms.

Each signal is a row of ``rulebook/signals.csv``: what it looks at, what is innocent about it, its
limits. Those with a p-value share one false-discovery control over all signals and subjects
together (Benjamini, Yekutieli 2001: valid whatever depends on what; a control per signal would
raise a false alarm on honest data nearly half of the time). Those without one are listed apart.
A signal says 建议核查: nothing about a cause, and nothing about a person.
Source: methods.md section 11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.compliance import Rulebook
from audit_lib.investigation import exact, pace
from audit_lib.investigation.chance import chance_of
from audit_lib.investigation.digits import BENFORD, UNIFORM, digit_test, first_digit
from audit_lib.investigation.records import PASSED, by_inspector, gather_hazards, gather_visits
from audit_lib.investigation.spread import Spread, area_spread, cell_spread
from audit_lib.schemas import conform, rulebook_rows

Found = tuple[pd.DataFrame, pd.DataFrame]
"""DataFrame[subject, n, effect, p] and DataFrame[subject, of], the rows behind each subject."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One row of ``rulebook/signals.csv``; ``least`` records of a subject, and one limit."""

    signal: str
    zh: str
    kind: str
    levels: tuple[str, ...]
    table: str
    column: str
    least: int
    limit: str
    definition: str
    effect: str
    innocent: str
    advice: str


@cache
def load_signals() -> dict[str, Signal]:
    """Return the signals of the rulebook, in its order.

    >>> load_signals()["zero_hazards"].zh
    '全县零隐患'
    """
    rows = rulebook_rows("signals")
    return {
        row["signal"]: Signal(
            row["signal"],
            row["zh"],
            row["kind"],
            tuple(row["levels"].split("|")),
            row["table"],
            row["column"],
            int(row["least"] or 0),
            row["limit"],
            row["definition"],
            row["effect"],
            row["innocent"],
            row["advice"],
        )
        for row in rows
    }


def find_signals(tables: Mapping[str, pd.DataFrame], city_of: pd.Series[str], book: Rulebook) -> pd.DataFrame:
    """Return every signal on every subject that has records enough to be looked at.

    Parameters
    ----------
    tables : units, county_checks, city_checks, hazards as intake makes them, nothing of the future
    city_of : city by county code (`intake.county_city`)
    book : parameters ``pass_line`` and ``signal_rate``, the bound on the expected share of false ones
        among the alarms; on honest data, on the chance of any alarm at all

    Returns
    -------
    DataFrame   table ``signals``: signal, level, subject, area, n, effect, p, q, listed_apart, alarm,
        evidence; sorted by q, then signal, level, subject; evidence (``table:key`` joined by ``;``)
        only where alarm is true. A subject is an area code, ``office:name``, or ``county:last
        day of the week``.
    """
    records = _gather(tables, city_of, float(book.count("pass_line")))
    found = [
        (signal, level, *_KINDS[signal.kind](signal, level, records))
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


@dataclass(frozen=True, slots=True)
class Records:
    """What the signals look at: visits, hazards, their people; units and passed ones by county."""

    visits: pd.DataFrame
    hazards: pd.DataFrame
    visitors: pd.DataFrame
    finders: pd.DataFrame
    units: pd.Series[int]
    passed: pd.Series[int]
    city_of: pd.Series[str]
    pass_line: float

    def of(self, signal: Signal) -> pd.DataFrame:
        """Return the rows of the table that a signal looks at."""
        if signal.table == "hazards":
            return self.hazards
        return self.visits if signal.table == "visits" else self.visits[self.visits["table"] == signal.table]


def _gather(tables: Mapping[str, pd.DataFrame], city_of: pd.Series[str], pass_line: float) -> Records:
    units = tables["units"].drop_duplicates("unit_id")
    checks = tables["county_checks"]
    held = units[units["unit_id"].isin(checks.loc[checks["conclusion"] == PASSED, "unit_id"])]
    visits = gather_visits(tables, city_of)
    hazards = gather_hazards(tables, similarity=float(load_signals()["near_text"].limit))
    return Records(
        visits,
        hazards,
        by_inspector(visits),
        by_inspector(hazards),
        units.groupby("county").size(),
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


# One function per kind of signal


def _held(signal: Signal, level: str, rows: pd.DataFrame, records: Records) -> pd.DataFrame:
    """Return whose each of these records is: DataFrame[of, subject]."""
    if level == "inspector":
        people = records.finders if signal.table == "hazards" else records.visitors
        people = people[people["of"].isin(rows.index)]
        return pd.DataFrame({"of": people["of"], "subject": people["inspector"]}).reset_index(drop=True)
    held = pd.DataFrame({"of": rows.index, "subject": rows[level]})
    return held.dropna(subset=["subject"]).reset_index(drop=True)


def _stratum(rows: pd.DataFrame, level: str) -> pd.Series[str]:
    return {
        "inspector": rows["office"],
        "week": rows["county"],
        "county": pd.Series("province", index=rows.index),
    }[level]


def _share(signal: Signal, level: str, records: Records) -> Found:
    rows = records.of(signal)
    if signal.column == "at_line":
        line, width = records.pass_line, float(signal.limit)
        rows = rows[rows["score"] >= line]
        marked = rows["score"] < line + width
    elif signal.column == "off_hour":
        rows = rows[rows["begin"].notna()]
        first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in signal.limit.split("-"))
        marked = ~rows["begin"].between(first, last)
    else:
        marked = rows[signal.column]
        rows = rows[marked.notna()]
    rows = rows.assign(stratum=_stratum(rows, level), marked=marked.astype("boolean"))
    return exact.share_test(rows, _held(signal, level, rows, records), least=signal.least)


def _repeat(signal: Signal, level: str, records: Records) -> Found:
    rows = records.of(signal)
    if signal.column == "gap":
        return _repeated_gaps(signal, rows)
    rows = rows[rows[signal.column].notna()]
    rows = rows.assign(stratum=_stratum(rows, level), value=rows[signal.column])
    if signal.table == "hazards":
        rows = rows.assign(kind=rows["category"])
        once = ["unit_id", "kind", "value"]
        rows = rows.drop_duplicates(once if signal.column != "fund_planned" else ["key", *once])
    else:
        rows = rows.assign(kind="")
    return exact.repeat_test(rows, _held(signal, level, rows, records), least=signal.least)


def _repeated_gaps(signal: Signal, visits: pd.DataFrame) -> Found:
    """Gaps that two people share because they went together count once in their office."""
    held = pace.gaps(visits).rename(columns={"inspector": "subject", "office": "stratum", "gap": "value"})
    rows = held.drop_duplicates(["of", "value"]).set_index("of").assign(kind="")
    # Who joins a visit late has another gap before it than the rest of its team: another row.
    rows = rows[~rows.index.duplicated()]
    same = held["value"].to_numpy() == rows["value"].loc[held["of"]].to_numpy()
    return exact.repeat_test(
        rows, held.loc[same, ["of", "subject"]].reset_index(drop=True), least=signal.least
    )


def _digits(signal: Signal, level: str, records: Records) -> Found:
    rows = records.of(signal)
    held = _held(signal, level, rows, records)
    clocks = [(rows[name] % 10).loc[held["of"]].to_numpy() for name in ("begin", "end")]
    digits = pd.concat([held.assign(digit=one) for one in clocks]).dropna(subset=["digit"])
    limit = float(signal.limit)
    found = digit_test(digits, digits=range(10), expected=UNIFORM, least=signal.least, limit=limit)
    return found, held[["subject", "of"]]


def _benford(signal: Signal, level: str, records: Records) -> Found:
    rows = records.of(signal)
    held = _held(signal, level, rows, records)
    held = held.assign(digit=first_digit(rows[signal.column]).loc[held["of"]].to_numpy())
    held = held.dropna(subset=["digit"])
    limit = float(signal.limit)
    found = digit_test(held, digits=range(1, 10), expected=BENFORD, least=signal.least, limit=limit)
    return found, held[["subject", "of"]]


def _spread(signal: Signal, level: str, records: Records) -> Found:
    rows = records.of(signal)
    rows = rows[rows[signal.column].notna()]
    rows = rows.assign(province="province", city=rows["county"].map(records.city_of))
    spreads = {}
    for subject, group in rows.groupby(level):
        if len(group) < signal.least:
            continue
        if level == "county":
            spread = _over_inspectors(signal, str(subject), group)
        else:
            spread = _over_areas(signal, str(subject), group, records)
        if spread:
            spreads[str(subject)] = (spread.n, spread.effect, spread.p)
    found = pd.DataFrame.from_dict(spreads, orient="index", columns=["n", "effect", "p"])
    marks = rows[rows[signal.column].astype("bool")]
    return (
        found.rename_axis("subject").reset_index(),
        pd.DataFrame({"subject": marks[level], "of": marks.index}),
    )


def _over_inspectors(signal: Signal, subject: str, group: pd.DataFrame) -> Spread | None:
    """Cells are whoever is named first; for too little variation, in each week apart, as there are more."""
    cells = group["inspectors"].fillna("").str.split("、").str[0]
    cells = cells if signal.kind == "over" else cells + ":" + group["week"].fillna("")
    return cell_spread(
        group[signal.column].to_numpy(dtype=np.bool_),
        cells,
        tail="over" if signal.kind == "over" else "under",
        chance=chance_of("signals", signal.signal, subject),
    )


def _over_areas(signal: Signal, subject: str, group: pd.DataFrame, records: Records) -> Spread | None:
    table = group.drop_duplicates("unit_id").groupby("county")[signal.column].agg(["sum", "size"])
    n = table["size"].to_numpy(dtype=np.int64)
    N = np.maximum(records.passed.reindex(table.index).fillna(0).to_numpy(dtype=np.int64), n)
    return area_spread(
        table["sum"].to_numpy(dtype=np.int64),
        n,
        N,
        tail="over" if signal.kind == "over" else "under",
        chance=chance_of("signals", signal.signal, subject),
    )


def _listed(signal: Signal, level: str, records: Records) -> Found:
    if signal.signal == "zero_hazards":
        return _zero_hazards(signal, records)
    people = records.visitors
    limit = float(signal.limit)
    marks = {
        "places_at_once": lambda: pace.list_overlaps(people, minutes=limit),
        "fast_pace": lambda: pace.list_full_days(people, units=limit),
        "short_visits": lambda: pace.list_short_visits(people, minutes=limit, least=signal.least),
    }[signal.signal]()
    marks = marks.sort_values("size", ascending=False).drop_duplicates(["subject", "of"])
    found = marks.groupby("subject").agg(n=("of", "size"), effect=("size", "max")).reset_index()
    return found.assign(p=np.nan), marks[["subject", "of"]]


def _zero_hazards(signal: Signal, records: Records) -> Found:
    units = records.units[records.units >= signal.least]
    none = units[~units.index.isin(records.hazards["county"])]
    found = pd.DataFrame(
        {"subject": none.index.astype("str"), "n": none.to_numpy(), "effect": 0.0, "p": np.nan}
    )
    return found, pd.DataFrame({"subject": pd.Series(dtype="str"), "of": pd.Series(dtype="int64")})


_KINDS: dict[str, Callable[[Signal, str, Records], Found]] = {
    "share": _share,
    "repeat": _repeat,
    "digits": _digits,
    "benford": _benford,
    "over": _spread,
    "under": _spread,
    "listed": _listed,
}
