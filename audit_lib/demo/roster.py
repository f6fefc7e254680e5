"""The true roster: every unit with its code, name, grid, kind and what it has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.demo.stock import Whole, dice, people, pick, stock, throw, words

HAS = ("boiler", "elevator", "vessel", "oxygen", "radiation", "chemicals", "laboratory", "kitchen")
LICENSED = ("D110", "D211", "D400")
ENTERED = pd.Timestamp("2014-01-20")
WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
"""Weights of GB 11714."""


def make_roster(counties: pd.DataFrame, counts: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the true roster, one row per unit, sorted by county, township and id.

    Parameters
    ----------
    counties : as `places.read_counties`
    counts : as `places.count_units`

    Returns
    -------
    DataFrame   the columns of table ``units``, ``county`` and ``city`` as codes
    """
    chance = dice(seed, "roster")
    kinds = stock("kinds").set_index("unit_type")
    units = counts.loc[counts.index.repeat(counts["count"]), ["county", "unit_type"]].reset_index(drop=True)
    known = counties.set_index("code")[["city", "towns", "name"]].rename(columns={"name": "county_name"})
    units = units.join(known, on="county")
    letter = units["unit_type"].str[0]
    serial = units.groupby(["county", letter]).cumcount() + 1
    place = units.groupby(["county", "unit_type"]).cumcount()
    units = units.assign(
        unit_id=units["county"] + letter + serial.astype("str").str.zfill(4),
        place=place,
        town=place % units["towns"],
    )
    units = units.assign(township=_name_towns(units))
    units = units.assign(unit_name=_name_units(units, kinds["name"]))
    units = units.assign(**_equip(units, kinds, chance))
    units = units.assign(
        org_code=_make_codes(units, chance),
        **_lay_grid(units, chance),
        reports_through=_find_reporters(units),
        status="在业",
        site_no="",
        status_evidence="",
        status_date=pd.Series(pd.NaT, index=units.index),
        entry_date=ENTERED + pd.to_timedelta(throw(chance, len(units), 0, 9), unit="D"),
    )
    return units.sort_values(["county", "town", "unit_id"], ignore_index=True)


def organisation_codes(numbers: Whole) -> npt.NDArray[Any]:
    """Return nine-character organisation codes with their check digit (GB 11714-1997).

    >>> organisation_codes(np.array([10000000])).tolist()
    ['100000008']
    """
    digits = numbers[:, None] // 10 ** np.arange(7, -1, -1) % 10
    check = 11 - (digits @ np.array(WEIGHTS)) % 11
    last = np.array(list("0123456789X0"), dtype=object)[check]
    codes: npt.NDArray[Any] = numbers.astype("str").astype(object) + last
    return codes


def _name_towns(units: pd.DataFrame) -> pd.Series[str]:
    """Name townships from one list, begun elsewhere in each county."""
    towns = words("town")
    start = pd.factorize(units["county"])[0] * 7
    names = pd.Series(towns[(start + units["town"]) % len(towns)], index=units.index)
    return names + np.where(units["town"] < 2, "镇", "乡")


def _name_units(units: pd.DataFrame, kind: pd.Series[str]) -> pd.Series[str]:
    """Name units so that no two of a township are called the same."""
    place = (units["place"] // units["towns"]).to_numpy()
    village = words("village")[place % 40] + words("ending")[(place // 4 + units["town"].to_numpy()) % 10]
    owner = people((units["place"] * 7 + pd.factorize(units["county"])[0] * 131).to_numpy())
    special = words("speciality")[units["place"].to_numpy() % len(words("speciality"))]
    kinds = units["unit_type"].map(kind)
    county, town = units["county_name"], units["township"]
    names = county + kinds
    names = names.mask(units["unit_type"] == "A520", county + special + "医院")
    names = names.mask(units["unit_type"].str[0].isin(["B", "C", "L"]), town + kinds)
    names = names.mask(units["unit_type"] == "D600", town + village + "村卫生室")
    names = names.mask(units["unit_type"].isin(["D211", "D400", "D110"]), owner + kinds)
    again = names.groupby([units["county"], names]).cumcount()
    return names.where(again == 0, names + "（第" + (again + 1).astype("str") + "部）")


def _equip(units: pd.DataFrame, kinds: pd.DataFrame, chance: np.random.Generator) -> dict[str, Any]:
    """Return how large each unit is, what it has and whose it is."""
    rows = kinds.loc[units["unit_type"], ["staff_low", "staff_high", "beds_low", "beds_high", *HAS]]
    number = rows.astype("int64").reset_index(drop=True)
    made: dict[str, Any] = {}
    for what in ("staff", "beds"):
        low, high = number[f"{what}_low"], number[f"{what}_high"]
        made[what] = low + np.floor(chance.random(len(units)) * (high - low + 1)).astype("int64")
    for thing in HAS:
        made[f"has_{thing}"] = chance.random(len(units)) * 100 < number[thing]
    lot = throw(chance, len(units), 0, 99)
    public = units["unit_type"].str[0].isin(["A", "F", "G", "J", "K"])
    kept = [units["unit_type"].isin(LICENSED), public & (lot < 8), public & (lot < 25)]
    made["affiliation"] = np.select(kept, ["民营", "省直", "市直"], "县属")
    made["key_unit"] = (made["beds"] > 0) & (lot < 30)
    return made


def _make_codes(units: pd.DataFrame, chance: np.random.Generator) -> pd.Series[str]:
    """Give institutions their code; clinics have a licence code, a substitute, or none."""
    codes = pd.Series(organisation_codes(41_000_000 + np.arange(len(units)) * 137), index=units.index)
    is_private = units["unit_type"].isin(LICENSED)
    economy, profit = np.where(is_private, "71", "11"), np.where(is_private, "2", "1")
    licence = codes + units["county"] + economy + units["unit_type"] + profit
    substitute = "PDY" + pd.Series(np.arange(len(units)).astype("str"), index=units.index).str.zfill(6)
    lot = throw(chance, len(units), 0, 99)
    small = units["unit_type"].str[0] == "D"
    # A zone has no division code of its own, so no licence code is issued under it.
    licensed = units["county"].str.startswith("99") & (units["county"].str[4] != "7")
    hyphen = codes.str[:8] + "-" + codes.str[8]
    given = codes.mask(~small & (lot < 50), hyphen).mask(small, "")
    given = given.mask(small & (lot >= 30) & (lot < 40), substitute)
    return given.mask(small & (lot >= 30) & (lot < 70) & licensed & is_private, licence)


def _lay_grid(units: pd.DataFrame, chance: np.random.Generator) -> dict[str, Any]:
    """Return each unit's grid, who is answerable for it, and who looks after the key units."""
    number = pd.factorize(units["county"])[0] * 41 + units["town"].to_numpy()
    task = "每月检查" + pick(chance, len(units), "place")
    return {
        "grid_id": "W" + units["county"] + "-" + (units["town"] + 1).astype("str").str.zfill(2),
        "grid_person": people(number),
        "owner_territorial": units["township"] + "人民政府",
        "owner_sector": units["county_name"] + "卫生局",
        "owner_general": units["county_name"] + "安全生产监督管理局",
        "key_guarantor": np.where(units["key_unit"], people(number + 977), ""),
        "key_task": np.where(units["key_unit"], task, ""),
    }


def _find_reporters(units: pd.DataFrame) -> pd.Series[str]:
    """Village clinics report through the health centre of their township, where there is one."""
    centres = units[units["unit_type"].str[0] == "C"].drop_duplicates(["county", "township"])
    known = centres.set_index(["county", "township"])["unit_id"]
    through = pd.MultiIndex.from_frame(units[["county", "township"]])
    ids = pd.Series(known.reindex(through).to_numpy(), index=units.index)
    return ids.where(units["unit_type"] == "D600").fillna("")
