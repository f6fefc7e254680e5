"""Planting: what to plant and where, and how its units are chosen.

A planting takes the true tables and returns those that it changed, with the rows that must
come out not met. Some plant look-alikes that are no fault and return none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from audit_lib.demo.stock import Tables, dice
from audit_lib.demo.truth import Fault


@dataclass(frozen=True, slots=True)
class Plant:
    """What to plant: the fault's name, the area, how often, its note, and the seed of all."""

    fault: str
    area: str
    count: int
    note: str
    seed: int

    def chance(self) -> np.random.Generator:
        """Return this plant's chance, from its beginning."""
        return dice(self.seed, f"{self.fault} {self.area}")

    def choose(self, ids: pd.Series[str]) -> list[str]:
        """Return ``count`` of the ids, sorted; the same ones however often it is asked."""
        sorted_ids = sorted(set(ids))
        lots = np.argsort(self.chance().random(len(sorted_ids)), kind="stable")
        return sorted(sorted_ids[lot] for lot in lots[: self.count])


Planted = tuple[Tables, list[Fault]]
Planting = Callable[[Tables, Plant], Planted]


def choose_units(true: Tables, plant: Plant) -> list[str]:
    """Return units of the plant's county that the city left alone."""
    units = true["units"]
    there = units.loc[units["county"] == plant.area, "unit_id"]
    return plant.choose(there[~there.isin(true["city_checks"]["unit_id"])])


def add_row(true: Tables, name: str, row: dict[str, Any]) -> Tables:
    """Return a table with one row more; what the row does not say is empty."""
    rows = true[name]
    more = pd.DataFrame([row]).reindex(columns=rows.columns).astype(rows.dtypes)
    return {name: pd.concat([rows, more], ignore_index=True)}


@dataclass(frozen=True, slots=True)
class Distortion:
    """What to distort, where, how strongly; ``note`` is what truth.json says of it."""

    distortion: str
    area: str
    strength: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A signal that should show on a subject, ``claimed_list`` on a city among them."""

    signal: str
    level: str
    subject: str
    note: str


Changed = tuple[Tables, list[tuple[str, str, str]]]
"""The tables that a distortion changed, and what should show: signal, level, subject."""

Distorting = Callable[[Tables, Distortion, np.random.Generator], Changed]
