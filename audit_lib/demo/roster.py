"""The true roster: every unit with its code, name, grid, kind and what it has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.demo.stock import Whole, dice, people, pick, stock, throw, words

HAS = ("boiler", "elevator", "vessel", "oxygen", "radiation", "chemicals", "laboratory", "kitchen")
LICENSED = ("D110", "D211", "D400")
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
    units = counts.loc[counts.index.repeat(counts["count"]), ["county", "unit_type"]]
    units = units.reset_index(drop=True).join(counties.set_index("code")[["city", "towns"]], on="county")
    units["county_name"] = units["county"].map(counties.set_index("code")["name"])
    letter = units["unit_type"].str[0]
    serial = units.groupby(["county", letter]).cumcount() + 1
    units["unit_id"] = units["county"] + letter + serial.astype("str").str.zfill(4)
    units["place"] = units.groupby(["county", "unit_type"]).cumcount()
    units["town"] = units["place"] % units["towns"]
    units["township"] = _name_towns(units)
    units["unit_name"] = _name_units(units, kinds["name"])
    units = _add_size(units, kinds, chance)
    units["org_code"] = _make_codes(units, chance)
    units = _add_grid(units, chance)
    units["reports_through"] = _find_reporters(units)
    dates = throw(chance, len(units), 0, 9)
    units["entry_date"] = pd.Timestamp("2014-01-20") + pd.to_timedelta(dates, unit="D")
    units[["status", "site_no", "status_evidence"]] = ["在业", "", ""]
    units["status_date"] = pd.NaT
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


def _add_size(units: pd.DataFrame, kinds: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    rows = kinds.loc[units["unit_type"], ["staff_low", "staff_high", "beds_low", "beds_high", *HAS]]
    number = rows.astype("int64").reset_index(drop=True)
    for what in ("staff", "beds"):
        spread = number[f"{what}_high"] - number[f"{what}_low"]
        units[what] = number[f"{what}_low"] + np.floor(chance.random(len(units)) * (spread + 1)).astype(
            "int64"
        )
    for thing in HAS:
        units[f"has_{thing}"] = chance.random(len(units)) * 100 < number[thing]
    belongs = throw(chance, len(units), 0, 99)
    public = units["unit_type"].str[0].isin(["A", "F", "G", "J", "K"])
    units["affiliation"] = np.select(
        [units["unit_type"].isin(LICENSED), public & (belongs < 8), public & (belongs < 25)],
        ["民营", "省直", "市直"],
        "县属",
    )
    units["key_unit"] = (units["beds"] > 0) & (belongs < 30)
    return units


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


def _add_grid(units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    town = (units["town"] + 1).astype("str").str.zfill(2)
    units["grid_id"] = "W" + units["county"] + "-" + town
    number = pd.factorize(units["county"])[0] * 41 + units["town"].to_numpy()
    units["grid_person"] = people(number)
    units["owner_territorial"] = units["township"] + "人民政府"
    units["owner_sector"] = units["county_name"] + "卫生局"
    units["owner_general"] = units["county_name"] + "安全生产监督管理局"
    guarantor = people(number + 977)
    units["key_guarantor"] = np.where(units["key_unit"], guarantor, "")
    task = pick(chance, len(units), "place")
    units["key_task"] = np.where(units["key_unit"], "每月检查" + task, "")
    return units


def _find_reporters(units: pd.DataFrame) -> pd.Series[str]:
    """Village clinics report through the health centre of their township, where there is one."""
    centres = units[units["unit_type"].str[0] == "C"].drop_duplicates(["county", "township"])
    known = centres.set_index(["county", "township"])["unit_id"]
    through = pd.MultiIndex.from_frame(units[["county", "township"]])
    ids = pd.Series(known.reindex(through).to_numpy(), index=units.index)
    return ids.where(units["unit_type"] == "D600").fillna("")
