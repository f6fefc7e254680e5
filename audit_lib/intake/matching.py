"""Matching: which unit a row means that gives a name and no identifier.

An exact normalised name that one unit of the same county bears, or bore before it was renamed, is
taken. A similar name, or one that several units bear or bore, is shown to a person and taken only when
that person has said 是; nothing is merged by a score.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from audit_lib.intake.text import normal_name

SIMILAR = 0.75
"""Least similarity of two names that is worth a person's time (difflib's ratio)."""

MOST_SHOWN = 3
"""Similar units shown for one row."""

MATCH_COLUMNS = ["table", "sender", "file", "sheet", "row", "county", "name", "unit_id", "unit_name"]
MATCH_COLUMNS += ["similarity", "how", "answer"]


@dataclass(frozen=True, slots=True)
class Match:
    """One row and one unit that it may mean; ``how`` is automatic, former, answered or proposed.

    ``index`` is the row's in the table, ``place`` its part, sheet and row.
    """

    index: int
    place: tuple[int, str, int]
    county: str
    name: str
    unit_id: str
    unit_name: str
    similarity: float
    how: str
    answer: str = ""

    @property
    def settled(self) -> bool:
        """Whether the row is taken to be of this unit."""
        return self.how in ("automatic", "former") or self.answer == "是"


@dataclass(frozen=True)
class Roster:
    """The units as names are looked up in; ``answers`` are (county, normal name, unit id) -> 是 or 否."""

    units: pd.DataFrame
    answers: Mapping[tuple[str, str, str], str]

    def match(self, rows: pd.DataFrame, raw: pd.DataFrame, fallback: pd.Series) -> list[Match]:
        """Return matches of the rows of a table that have no unit id but a name.

        The id may be the row's key or, as in listings and supervisions, something that it may leave out.

        Parameters
        ----------
        rows : converted rows with ``unit_name`` and ``county``
        raw : where those rows stand: ``@part``, ``sheet``, ``row``
        fallback : county of the row's sender, where the row itself names none
        """
        if not {"unit_id", "unit_name", "county"} <= set(rows.columns):
            return []
        lacking = rows[rows["unit_id"].isna() & rows["unit_name"].notna()]
        places = raw.loc[lacking.index, ["@part", "sheet", "row"]].itertuples(index=False, name=None)
        counties = lacking["county"].fillna(fallback)
        return [
            replace(match, index=index, place=place)
            for index, name, county, place in zip(
                lacking.index, lacking["unit_name"], counties, places, strict=True
            )
            if isinstance(county, str)
            for match in self._candidates(name, county)
        ]

    @cached_property
    def known(self) -> frozenset[str]:
        """Every unit id of the roster."""
        return frozenset(self.units["unit_id"])

    def contradicted(self, rows: pd.DataFrame) -> pd.Series[str]:
        """Return the other unit whose name stands in a row beside the id of this one, over those rows.

        A name that the row's own unit bears or bore contradicts nothing, nor does one that nobody bears:
        names are written in many ways.
        """
        if not {"unit_id", "unit_name"} <= set(rows.columns):
            return pd.Series(dtype="str")
        own = self.units.drop_duplicates("unit_id").set_index("unit_id")
        said = rows.loc[
            rows["unit_id"].isin(self.known) & rows["unit_name"].notna(), ["unit_id", "unit_name"]
        ]
        said = said[said["unit_name"] != said["unit_id"].map(own["unit_name"])]
        other = [
            self._bearer(str(name), str(own["county"].get(unit)), str(unit))
            for unit, name in said.itertuples(index=False, name=None)
        ]
        return pd.Series(other, index=said.index, dtype="str").dropna()

    def _bearer(self, name: str, county: str, unit: str) -> str | None:
        bearers = self._names.get(county, {}).get(normal_name(name), {})
        return None if unit in bearers or not bearers else min(bearers)

    @cached_property
    def _names(self) -> dict[str, dict[str, dict[str, str]]]:
        """County -> normal name, now or before -> unit id -> name now."""
        names: dict[str, dict[str, dict[str, str]]] = {}
        told = self.units.dropna(subset=["unit_name"])
        columns = ["unit_id", "unit_name", "former_name", "county"]
        for unit, name, former, county in told[columns].itertuples(index=False, name=None):
            for said in (name, former):
                if isinstance(said, str):
                    names.setdefault(county, {}).setdefault(normal_name(said), {})[unit] = name
        return names

    def _candidates(self, name: str, county: str) -> list[Match]:
        names, said = self._names.get(county, {}), normal_name(name)
        exact = names.get(said, {})
        if len(exact) == 1:
            unit, unit_name = next(iter(exact.items()))
            how = "automatic" if normal_name(unit_name) == said else "former"
            return [Match(-1, (0, "", 0), county, name, unit, unit_name, 1.0, how)]
        near = difflib.get_close_matches(said, sorted(names), n=MOST_SHOWN, cutoff=SIMILAR)
        found = [(other, unit) for other in near for unit in sorted(names[other])]
        return [self._proposal(name, county, other, unit) for other, unit in found]

    def _proposal(self, name: str, county: str, other: str, unit: str) -> Match:
        said, unit_name = normal_name(name), self._names[county][other][unit]
        answer = self.answers.get((county, said, unit), "")
        likeness = round(difflib.SequenceMatcher(None, said, other).ratio(), 3)
        how = "answered" if answer else "proposed"
        return Match(-1, (0, "", 0), county, name, unit, unit_name, likeness, how, answer)
