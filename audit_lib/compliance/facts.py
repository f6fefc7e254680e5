"""The facts of a day: computed once from the clean tables, handed to every rule.

Records dated after the day judged do not exist yet; a record that lacks its date is kept, and
the rules decide what that means. Source: reading A4; docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.duplicates import count_once, numbers_of
from audit_lib.compliance.gaps import Gaps, find_gaps
from audit_lib.compliance.hazards import (
    at_best,
    element_columns,
    follow_hazards,
    has_content,
    maybe_major,
    owes_listing,
)
from audit_lib.compliance.homes import (
    SHOWN,
    astray,
    contested_counties,
    homes_of,
    in_county,
    located,
    of_ledger,
    of_nameless,
    places_of,
    present_counties,
    renumbered,
    settled,
    under_known_names,
)
from audit_lib.compliance.keys import among, first_of, look_up
from audit_lib.compliance.rulebook import Rulebook
from audit_lib.compliance.scoring import score_checks
from audit_lib.errors import JudgeError
from audit_lib.intake import Intake
from audit_lib.params import Params
from audit_lib.sampling import county_state_on, passes_of_campaign, valid_checks, worst_checks


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at the end of ``as_of``.

    Attributes
    ----------
    places : DataFrame[level, area, county]   the counties that each county and city is made of
    roster : every row of the roster, duplicates too;  units : one row per unit_id, city added
    frame : the units that count (A4);  removed : those that left it with evidence
    county_checks, city_checks, province_checks : with ``valid`` and ``incomplete`` added
    passes : DataFrame[unit_id, pass_date, batch, county, contested]   P* of R-05
    population : DataFrame[unit_id, county, contested]   what a fifth is taken of: the passes, or as A1 says
    spot_checks : city checks with ``passed`` (the county's pass stood that day), ``in_quota`` (of a
        unit of the passes), ``counted`` (towards the fifth of the population)
    hazards : each once (`count_once`), with their lives (`follow_hazards`)
    hazards_at_best : the same, if what cannot be read spoke for them (`at_best`)
    listings : made by the day, bad dates kept, under the numbers of ``hazards``
    self_checks, weekly, reporters, check_items : as read, nothing of the future
    records : every other input table by name, in the county of its unit, nothing of the future:
        nothing whose first date that is due lies after the day
    dated : the tables with dates that T-01 holds against the window, also those of the future
    contested : counties of identifiers that stand in several, by identifier; such a unit is counted in
        one of them (``units.contested``)
    scores : one row per checklist (`score_checks`)
    answers : what people said (`questions.read_answers`)
    """

    as_of: pd.Timestamp
    params: Params
    book: Rulebook
    areas: pd.DataFrame
    places: pd.DataFrame
    gaps: Gaps
    roster: pd.DataFrame
    units: pd.DataFrame
    frame: pd.DataFrame
    removed: pd.DataFrame
    county_checks: pd.DataFrame
    city_checks: pd.DataFrame
    province_checks: pd.DataFrame
    passes: pd.DataFrame
    population: pd.DataFrame
    spot_checks: pd.DataFrame
    hazards: pd.DataFrame
    hazards_at_best: pd.DataFrame
    listings: pd.DataFrame
    self_checks: pd.DataFrame
    reporters: pd.DataFrame
    weekly: pd.DataFrame
    check_items: pd.DataFrame
    records: Mapping[str, pd.DataFrame]
    dated: Mapping[str, pd.DataFrame]
    contested: pd.Series[str]
    scores: pd.DataFrame
    answers: pd.DataFrame

    @property
    def province(self) -> str:
        """Code of the whole."""
        return str(self.areas.loc[self.areas["level"] == "province", "code"].iloc[0])

    def in_window(self, days: pd.Series[pd.Timestamp]) -> pd.Series[bool]:
        """Return which days lie in the campaign."""
        window = self.params.window
        return days.between(pd.Timestamp(window.start), pd.Timestamp(window.end))


def gather_facts(
    intake: Intake,
    params: Params,
    book: Rulebook,
    answers: pd.DataFrame | None = None,
) -> Facts:
    """Return the facts at the end of ``params.as_of``.

    Parameters
    ----------
    answers : what people said (`questions.read_answers`); None: nothing yet

    Raises
    ------
    JudgeError   a unit stands in a county that the table of areas does not have; a reading asks for
        what a ledger has no column for
    """
    as_of = pd.Timestamp(params.as_of)
    tables = intake.tables
    places = places_of(intake.areas)
    roster = located(tables["units"][~(tables["units"]["entry_date"] > as_of)], intake.areas)
    contested = contested_counties(roster)
    units = _worst_units(roster, book)
    units["contested"] = units["unit_id"].isin(contested.index)
    homes = homes_of(roster)
    checks = {name: _checks(tables[name], homes, params) for name in _CHECKS}
    removed = _removed(units, checks["county_checks"], as_of, book)
    passes = _passes(checks, units, params, as_of)
    ledger = settled("hazards", in_county(tables["hazards"], homes), intake)
    elements = book.chosen(params.readings, "A7").value
    _refuse_without(element_columns(elements), intake)
    asked = {"elements": elements, "no_content": book.no_document, "answers": book.answers}
    hazards = count_once(follow_hazards(ledger, as_of=as_of, **asked))
    frame = units[~among(units["unit_id"], removed["unit_id"])].reset_index(drop=True)
    population = _population(params, passes, checks["county_checks"], frame)
    number = numbers_of(hazards)
    reporters = first_of(tables["reporters"], ["area", "body"])
    gaps = find_gaps(
        intake,
        params.inputs,
        places,
        present_counties(tables, homes),
        contested=contested,
        county_checks=checks["county_checks"],
        owing=_owing(hazards, book, as_of),
    )
    return Facts(
        as_of=as_of,
        params=params,
        book=book,
        areas=intake.areas,
        places=places,
        gaps=gaps.joined("hazards", astray(hazards, intake, places, roster), places).joined(
            "supervisions", of_nameless(tables["supervisions"]), places
        ),
        roster=roster,
        units=units,
        frame=frame,
        removed=removed,
        **checks,
        passes=passes,
        population=population[["unit_id", "county", "contested"]],
        spot_checks=_spot_checks(checks, passes, population, passed_only=params.readings.A1 == "passed"),
        hazards=hazards,
        hazards_at_best=at_best(hazards, partial(gaps.unreadable, "hazards"), as_of=as_of, **asked),
        listings=renumbered(
            _listings(settled("listings", of_ledger(tables["listings"], ledger, homes), intake), as_of),
            number,
        ),
        self_checks=in_county(tables["self_checks"], homes),
        reporters=reporters,
        weekly=under_known_names(
            tables["weekly"][~(tables["weekly"]["received_at"].dt.normalize() > as_of)], reporters
        ),
        check_items=tables["check_items"],
        dated={
            name: in_county(tables[name], homes)
            for name in sorted({word.split(".")[0] for word in book.words("window_dates")})
        },
        contested=contested,
        records={
            name: _record(name, rows, homes, as_of, number)
            for name, rows in tables.items()
            if name not in _NAMED
        },
        scores=score_checks(tables["check_items"], _visits(tables, checks), units, book),
        answers=schemas.empty("questions") if answers is None else answers,
    )


_CHECKS = ("county_checks", "city_checks", "province_checks")
_NAMED = ("units", *_CHECKS, "check_items", "hazards", "listings", "self_checks", "reporters", "weekly")


def _owing(hazards: pd.DataFrame, book: Rulebook, as_of: pd.Timestamp) -> pd.Series[str]:
    """The counties of majors that had to be listed by the day; none under a rulebook that lists nothing."""
    majors = hazards[maybe_major(hazards)]
    if "listing_limit" not in book.parameters:
        return majors["county"].iloc[:0]
    owed, _ = owes_listing(majors, as_of=as_of, limit=book.days("listing_limit"))
    return majors.loc[owed, "county"]


def _worst_units(roster: pd.DataFrame, book: Rulebook) -> pd.DataFrame:
    """One row per unit: of rows that differ, one in the frame, entered first, and that says least."""
    closed = roster["status"].isin(book.words("closed_statuses"))
    entered = roster["entry_date"].fillna(roster["entry_date"].min())
    return first_of(roster, ["unit_id"], before=[closed, entered, roster.notna().sum(axis=1)])


def _record(
    name: str, rows: pd.DataFrame, homes: pd.Series[str], as_of: pd.Timestamp, number: pd.Series[str]
) -> pd.DataFrame:
    """The rows of a table made by the day, each in the county of its unit.

    The first date that a row must have says when it was made; an optional one, such as the day on
    which something is to be done, does not.
    """
    if rows.empty:
        return rows
    columns = [one for one in schemas.tables()[name].columns if one.role != "optional"]
    days = [column.name for column in columns if column.kind == "date"]
    rows = rows[~(rows[days[0]] > as_of)] if days else rows
    rows = in_county(rows, homes) if {"unit_id", "county"} <= set(rows) else rows.reset_index(drop=True)
    return renumbered(rows, number) if name == "platform" else rows


def _checks(checks: pd.DataFrame, homes: pd.Series[str], params: Params) -> pd.DataFrame:
    rows = in_county(worst_checks(checks[~(checks["date"] > pd.Timestamp(params.as_of))]), homes)
    whole = valid_checks(rows)
    start, end = pd.Timestamp(params.window.start), pd.Timestamp(params.window.end)
    return rows.assign(valid=whole & rows["date"].between(start, end), incomplete=~whole)


def _removed(
    units: pd.DataFrame, county_checks: pd.DataFrame, as_of: pd.Timestamp, book: Rulebook
) -> pd.DataFrame:
    """Units closed with evidence and never visited by their county (A4); without evidence a unit stays in.

    One visited before was there to be checked; one visited after was not closed, whatever its paper says.
    """
    visited = among(units["unit_id"], county_checks.loc[county_checks["valid"], "unit_id"])
    closed = units["status"].isin(book.words("closed_statuses")) & (units["status_date"] <= as_of)
    proven = has_content(units["status_evidence"], book.no_document)
    return units[closed & proven & ~visited].reset_index(drop=True)


def _passes(
    checks: dict[str, pd.DataFrame], units: pd.DataFrame, params: Params, as_of: pd.Timestamp
) -> pd.DataFrame:
    cutoffs = [day for day in params.cutoffs if pd.Timestamp(day) <= as_of]
    window = params.window.start, params.window.end
    passes = passes_of_campaign(checks, window, cutoffs or [params.as_of])
    passes = passes if cutoffs else passes.iloc[:0]
    return passes.merge(units[["unit_id", "county", "contested"]], on="unit_id")


def _population(
    params: Params, passes: pd.DataFrame, county_checks: pd.DataFrame, frame: pd.DataFrame
) -> pd.DataFrame:
    """Return what a fifth is taken of (A1): DataFrame[unit_id, county, since].

    ``since``: the first day on which a city check counts; missing where any day in the window does.
    """
    if params.readings.A1 == "passed":
        return passes.assign(since=passes["pass_date"])
    if params.readings.A1 == "roster":
        return frame.assign(since=pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]"))
    last = pd.Timestamp(max(params.cutoffs, default=params.as_of))
    seen = county_checks[county_checks["valid"] & (county_checks["date"] <= last)]
    first = seen.groupby("unit_id")["date"].min()
    return frame[among(frame["unit_id"], seen["unit_id"])].assign(
        since=lambda rows: look_up(rows["unit_id"], first)
    )


def _spot_checks(
    checks: dict[str, pd.DataFrame], passes: pd.DataFrame, population: pd.DataFrame, *, passed_only: bool
) -> pd.DataFrame:
    county, rows = checks["county_checks"], checks["city_checks"]
    state = county_state_on(county[county["valid"]], rows)
    in_quota = among(rows["unit_id"], passes["unit_id"]) & state["passed"] & rows["valid"]
    since = look_up(rows["unit_id"], population.set_index("unit_id")["since"])
    there = among(rows["unit_id"], population["unit_id"]) & ~(rows["date"] < since) & rows["valid"]
    same_day = state["pass_date"] == rows["date"].dt.normalize()
    return rows.assign(
        passed=state["passed"],
        same_day=same_day,
        in_quota=in_quota,
        counted=in_quota if passed_only else there,
    )


def _refuse_without(columns: frozenset[str], intake: Intake) -> None:
    """Refuse a reading that asks for columns which a ledger that was read does not have."""
    files = intake.files[(intake.files["table"] == "hazards") & (intake.files["status"] == "read")]
    lacks = files["lacks"].astype("str").fillna("").str.split("|")
    names = {column: schemas.tables()["hazards"].column(column).zh for column in sorted(columns)}
    without = {
        str(file): "、".join(names[column] for column in names if column in told)
        for file, told in zip(files["file"], lacks, strict=True)
        if columns & set(told)
    }
    if without:
        shown = "; ".join(f"{file} 缺 {told}" for file, told in sorted(without.items())[:SHOWN])
        raise JudgeError(
            f"所选的五落实口径(readings.A7)要用到的列, {len(without)} 个台账文件没有: {shown}; "
            "请补上这一列, 或改用别的口径",
            f"{len(without)} ledgers lack columns that the reading chosen for A7 asks for: {shown}; "
            "add them or choose another reading",
        )


def _listings(listings: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    return listings[~(listings["listed_date"] > as_of)].sort_values(
        ["hazard_id", "listing_id"], kind="stable", ignore_index=True
    )


def _visits(tables: Mapping[str, pd.DataFrame], checks: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The visits that checklists belong to; a checklist without a visit keeps its score, without a unit."""
    columns = ["check_id", "unit_id", "date", "county"]
    known = pd.concat([checks[name][columns] for name in reversed(_CHECKS)]).drop_duplicates("check_id")
    future = pd.concat([tables[name]["check_id"] for name in _CHECKS])
    items = tables["check_items"]["check_id"]
    lost = items[~among(items, known["check_id"]) & ~among(items, future)].drop_duplicates()
    return pd.concat([known, lost.to_frame()], ignore_index=True)
