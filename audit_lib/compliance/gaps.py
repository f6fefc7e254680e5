"""What could not be read, and for which counties: absence of data is never a pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.homes import homes_of, places_of, present_counties
from audit_lib.intake import Intake

_UNUSED = ("refused", "missing")


@dataclass(frozen=True, slots=True)
class Gaps:
    """Where the inputs have holes.

    Attributes
    ----------
    given : tables of which at least one file was read
    unread : by table, the counties whose file could not be read, and those that neither sent a file
        nor stand in anybody's where files come area by area (`_SENT`); of the roster also those that
        have no row in it, of the ledger those whose own inspections found what it does not have, of
        the listings only those whose majors owe one: that is no proof that there is nothing
    reported : by county, the hazards that inspections found where the ledger has none
    unidentified : by table, rows that nobody could identify, by ``level:area`` that they may belong
        to: a row known only by its city to any county of it, one of unknown area to every area
    lost : by table, the areas of those rows, as far as known
    lacks : by table and file, the declared columns that the file does not have
    bad_cells : DataFrame[table, file, sheet, row, column] of cells that hold something unreadable;
        column as its header says it
    """

    given: frozenset[str]
    unread: Mapping[str, frozenset[str]]
    unidentified: Mapping[str, pd.Series[int]]
    lost: Mapping[str, pd.Series[str]]
    lacks: Mapping[tuple[str, str], frozenset[str]]
    bad_cells: pd.DataFrame
    reported: pd.Series[int]

    def not_given(self, tables: Iterable[str]) -> list[str]:
        """Return those of ``tables`` that were not handed in at all."""
        return [table for table in tables if table not in self.given]

    def closed_to(self, tables: Iterable[str]) -> frozenset[str]:
        """Return the counties for which one of ``tables`` could not be read."""
        return frozenset().union(*(self.unread.get(table, frozenset()) for table in tables))

    def open_to(self, tables: Iterable[str]) -> frozenset[str]:
        """Return the counties of which a record may be among what could not be read or identified."""
        proofs = [table for table in tables if table != "units"]
        counts = [self.unidentified[table] for table in proofs if table in self.unidentified]
        keys = [key for rows in counts for key in rows.index[rows > 0] if key.startswith("county:")]
        return self.closed_to(proofs) | {key.removeprefix("county:") for key in keys}

    def of_bodies(self, table: str, areas: pd.Series[str]) -> pd.Series[int]:
        """Return for bodies of some areas how many unidentified rows of a table may be theirs."""
        lost = self.lost.get(table, pd.Series(dtype="str"))
        own = lost[lost.isin(areas)]
        counts = areas.map(own.value_counts()).fillna(0).astype("int64")
        return counts + (len(lost) - len(own))

    def asked(self, table: str, rows: pd.DataFrame, columns: Iterable[str]) -> pd.Series[bool]:
        """Return which rows stand in a file that has one of the columns: no column is no answer."""
        wanted = set(columns)
        without = [file for (name, file), lacks in self.lacks.items() if name == table and wanted <= lacks]
        return ~rows["file"].isin(without)

    def unreadable(self, table: str, rows: pd.DataFrame, column: str) -> pd.Series[bool]:
        """Return which rows hold something in a column that could not be read, and so count as empty."""
        spec = schemas.tables()[table].column(column)
        names = {spec.name, spec.zh, *spec.aliases}
        bad = self.bad_cells[(self.bad_cells["table"] == table) & self.bad_cells["column"].isin(names)]
        place = ["file", "sheet", "row"]
        if bad.empty:
            return pd.Series(False, index=rows.index)
        there = pd.MultiIndex.from_frame(rows[place]).isin(pd.MultiIndex.from_frame(bad[place]))
        return pd.Series(there, index=rows.index) & rows[column].isna()

    def joined(self, table: str, areas: pd.Series[str], places: pd.DataFrame) -> Gaps:
        """Return the gaps with more rows of a table that may belong to any county of their areas."""
        rows = _spread(areas, places).add(
            self.unidentified.get(table, pd.Series(dtype="int64")), fill_value=0
        )
        return replace(self, unidentified={**self.unidentified, table: rows.astype("int64")})


def find_gaps(
    intake: Intake,
    named: Iterable[str],
    places: pd.DataFrame,
    present: Mapping[str, frozenset[str]],
    *,
    contested: pd.Series[str],
    county_checks: pd.DataFrame,
    owing: pd.Series[str],
) -> Gaps:
    """Return what is missing from the inputs.

    Parameters
    ----------
    named : tables that the params name
    places : DataFrame[level, area, county]   which counties an area is made of
    present : by table, the counties that have rows in it; a file of unknown area that was
        refused can only be missed where there are none
    contested : the counties of the roster rows whose identifier stands in several counties; each
        may belong to the denominator of its county, like a row that nobody could identify
    county_checks : with the numbers of hazards that they found
    owing : counties of major hazards that had to be listed by now
    """
    files = intake.files
    read = set(files.loc[files["status"] == "read", "table"])
    refused = files[files["status"].isin(_UNUSED)]
    unread = {
        str(table): _covered(rows["area"], places, present.get(str(table), frozenset()))
        for table, rows in refused.groupby("table")
    }
    silent = frozenset(places["county"]) - present["units"]
    ledgers = present.get("hazards", frozenset())
    numbers = county_checks[["hazards_general", "hazards_major"]].fillna(0).sum(axis=1).astype("int64")
    reported = numbers.groupby(county_checks["county"]).sum()
    reported = reported[~reported.index.isin(ledgers) & (reported > 0)]
    more = {table: _not_sent(files, table, places, present) for table in _SENT}
    more["units"] = silent
    more["hazards"] |= frozenset(reported.index)
    more["listings"] &= frozenset(owing.dropna())
    lost = {str(table): rows["area"] for table, rows in intake.quarantine.groupby("table")}
    lost["units"] = pd.concat([lost.get("units", contested.iloc[:0]), contested], ignore_index=True)
    return Gaps(
        given=frozenset(read & set(named)),
        unread=unread | {table: unread.get(table, frozenset()) | lost for table, lost in more.items()},
        unidentified={table: _spread(areas, places) for table, areas in lost.items()},
        lost=lost,
        lacks=_lacks(files),
        bad_cells=_bad_cells(intake.problems),
        reported=reported,
    )


def never_sent(tables: Mapping[str, pd.DataFrame], files: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Return which counties neither sent a table nor stand in anybody's: DataFrame[table, county].

    A file that came and could not be used is told among the files. Of the listings nothing is said: a
    county without a major hazard owes none.

    Parameters
    ----------
    tables, files, areas : what reading the inputs gave
    """
    places = places_of(areas)
    present = present_counties(tables, homes_of(tables["units"]))
    lost = {"units": frozenset(places["county"]) - present["units"]}
    for table in (one for one in _SENT if one != "listings"):
        came = files.loc[(files["table"] == table) & files["status"].isin(_UNUSED), "area"]
        spoilt = _covered(came, places, present.get(table, frozenset()))
        lost[table] = _not_sent(files, table, places, present) - spoilt
    rows = [(table, county) for table, counties in lost.items() for county in sorted(counties)]
    return pd.DataFrame(rows, columns=["table", "county"], dtype="str")


def _lacks(files: pd.DataFrame) -> dict[tuple[str, str], frozenset[str]]:
    told = files.reindex(columns=["table", "file", "lacks"]).dropna()
    return {
        (table, file): frozenset(lacks.split("|"))
        for table, file, lacks in told.itertuples(index=False, name=None)
    }


def _bad_cells(problems: pd.DataFrame) -> pd.DataFrame:
    rows = problems.reindex(columns=["table", "file", "sheet", "row", "column", "got"])
    return rows[rows["got"].fillna("") != ""].drop(columns="got")


def _covered(areas: pd.Series[str], places: pd.DataFrame, present: frozenset[str]) -> frozenset[str]:
    counties = set(places.loc[places["area"].isin(areas.dropna()), "county"])
    if (~areas.isin(places["area"])).any():
        # Sent by nobody knows whom, or from above: it may hold any county's rows.
        counties |= set(places["county"]) - present
    return frozenset(counties)


_GOOD_NEWS = ("hazards", "illegal_acts", "accidents")
"""Tables in which no row is good news, so that somebody has to claim it."""

_SENT = (
    *_GOOD_NEWS,
    *("county_checks", "city_checks", "self_checks", "listings"),
    *("supervisions", "platform", "platform_units"),
)
"""Tables that counties, or cities for theirs, hand in; a file that never came proves nothing of them."""


def _not_sent(
    files: pd.DataFrame, table: str, places: pd.DataFrame, present: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    """Counties without rows and without a file where files come area by area.

    Files that name no area come from above, and speak for everybody; beside files of areas they do so
    only where no row is a shortfall, never where it would be a pass.
    """
    areas = files.loc[(files["table"] == table) & (files["status"] == "read"), "area"]
    named = areas.isin(places["area"])
    if not (named.any() if table in _GOOD_NEWS else named.all()) or areas.empty:
        return frozenset()
    sent = frozenset(places.loc[places["area"].isin(areas[named]), "county"])
    return frozenset(places["county"]) - sent - present.get(table, frozenset())


def _spread(areas: pd.Series[str], places: pd.DataFrame) -> pd.Series[int]:
    places = places.assign(key=places["level"] + ":" + places["area"])
    inside = places[["area", "county"]].drop_duplicates().merge(places[["county", "key"]], on="county")
    touched = inside[["area", "key"]].drop_duplicates()
    known = areas.isin(places["area"])
    rows = areas[known].astype("str").to_frame("area").merge(touched, on="area")
    anywhere = int((~known).sum())
    counts = rows.groupby("key").size()
    return counts.reindex(sorted(places["key"].unique()), fill_value=0) + anywhere
