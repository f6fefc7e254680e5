"""One function for each kind of signal: from records to subjects with effect and chance.

A kind is how something is looked at; what is looked at, with its limits, is a row of
``rulebook/signals.csv``. Every function returns the same two tables. Source: docs/method.md, chapter 11.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from audit_lib.investigation import exact, pace
from audit_lib.investigation.chance import chance_of
from audit_lib.investigation.digits import BENFORD, UNIFORM, digit_test, first_digit
from audit_lib.investigation.spread import Spread, area_spread, cell_spread
from audit_lib.schemas import as_row, rulebook_rows

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
    return {row["signal"]: as_row(Signal, row, least=int(row["least"] or 0)) for row in rows}


@dataclass(frozen=True, slots=True)
class Records:
    """What the signals look at: visits, hazards, their people; by county who passed at all, and how many
    units there are where the ledger has no hazard at all."""

    visits: pd.DataFrame
    hazards: pd.DataFrame
    visitors: pd.DataFrame
    finders: pd.DataFrame
    silent: pd.Series[int]
    passed: pd.Series[int]
    city_of: pd.Series[str]
    pass_line: float

    def of(self, signal: Signal) -> pd.DataFrame:
        """Return the rows of the table that a signal looks at."""
        if signal.table == "hazards":
            return self.hazards
        return self.visits if signal.table == "visits" else self.visits[self.visits["table"] == signal.table]


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
    found = pd.DataFrame.from_dict(spreads, orient="index", columns=["n", "effect", "p"]).astype("float64")
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
    none = records.silent[records.silent >= signal.least]
    found = pd.DataFrame(
        {"subject": none.index.astype("str"), "n": none.to_numpy(), "effect": 0.0, "p": np.nan}
    )
    return found, pd.DataFrame({"subject": pd.Series(dtype="str"), "of": pd.Series(dtype="int64")})


KINDS: dict[str, Callable[[Signal, str, Records], Found]] = {
    "share": _share,
    "repeat": _repeat,
    "digits": _digits,
    "benford": _benford,
    "over": _spread,
    "under": _spread,
    "listed": _listed,
}
