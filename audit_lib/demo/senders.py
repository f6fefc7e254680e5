"""Who hands in, and how that one writes: twelve cities and the province's own office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from audit_lib.demo.paper import Sheet
from audit_lib.demo.province import Province
from audit_lib.demo.real_life import as_written
from audit_lib.demo.spelling import DAY_SPELLINGS, Hand, heading_of, write_cells
from audit_lib.demo.stock import stock
from audit_lib.schemas import tables

HANDED_IN = "2014年3月31日"


@dataclass(frozen=True, slots=True)
class Sender:
    """One that hands in files: code and name of its area, its office, the form of its roster, its hand."""

    code: str
    name: str
    office: str
    roster: str
    hand: Hand

    def in_text(self) -> Sender:
        """Return the same sender writing into text files, which have no date cells."""
        return replace(self, hand=replace(self.hand, text_only=True))


def senders(province: Province) -> list[Sender]:
    """Return the cities that hand in files, each with a hand of its own."""
    names = _names(province)
    found = []
    for place, row in enumerate(stock("handover").itertuples(index=False)):
        code, county, money, roster = str(row.city), str(row.county), str(row.money), str(row.roster)
        said = {area: names[code] + name for area, name in names.items()} if county == "full" else names
        hand = Hand(place % len(DAY_SPELLINGS), county, money, said, roster != "xlsx")
        found.append(Sender(code, names[code], names[code] + "卫生局", roster, hand))
    return found


def provincial_office(province: Province) -> Sender:
    """Return the one that holds what nobody else does: reports received, papers, inspectors."""
    names = _names(province)
    code = str(province.areas["code"].iloc[0])
    return Sender(code, names[code], names[code] + "卫生计生委", "xlsx", Hand(1, names=names))


def make_sheet(rows: pd.DataFrame, sender: Sender, table: str, *, title: str, name: str = "") -> Sheet:
    """Return rows as a sheet with one row of headings: every column of the table that they have."""
    columns = columns_of(rows, table)
    headings = [(heading_of(table, column, sender.hand), "") for column in columns]
    cells = write_cells(as_written(rows), table, columns, sender.hand)
    return Sheet(name or title, f"{sender.name}{title}", sender.office, HANDED_IN, headings, cells)


def columns_of(rows: pd.DataFrame, table: str) -> Sequence[str]:
    """Return the columns that a sender writes down; the city goes without saying."""
    known = [column.name for column in tables()[table].columns]
    return [column for column in known if column in rows and column != "city"]


def _names(province: Province) -> dict[str, str]:
    return dict(zip(province.areas["code"], province.areas["name"], strict=True))
