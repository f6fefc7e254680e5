"""The true hazard ledger, the listing of majors, and what the platform holds of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.demo.stock import Whole, dice, people, pick, stock, throw
from audit_lib.demo.visits import LAST_CHECK, day

HAZARDS_PER_UNIT = 1.25
LEAST_MAJORS = 40
QUIET_COUNTY = "GLW003"
"""Reports no hazard at all: not a success but something to look into."""

CATEGORIES = {
    "消防": "hazard_fire",
    "用电": "hazard_electric",
    "特种设备": "hazard_equipment",
    "危化品": "hazard_chemical",
    "医疗废物": "hazard_waste",
    "建筑": "hazard_site",
}
SOURCES = ("自查", "自查", "自查", "县检", "县检", "市抽检", "省督导", "群众举报", "2013遗留")
FUNDS_OF_MAJOR = 10
"""A major takes this many times the money of a general hazard."""


def make_hazards(units: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the true ledger: most hazards closed and re-checked, the open ones with all five elements.

    Returns
    -------
    DataFrame   the columns of table ``hazards``, sorted by hazard_id; money in yuan
    """
    chance = dice(seed, "hazards")
    rows = _choose_units(units, chance)
    size = len(rows)
    major = (rows["grade"] == "重大").to_numpy()
    found = throw(chance, size, 0, 51)
    described = _describe(major, chance)
    assigned = _assign(rows, chance)
    # Money grows by factors, not by steps: cut off, 10 to the power of an even number is Benford's.
    yuan = np.floor(10 ** (1 + 2 * chance.random(size))).astype(np.int64) * 100
    yuan = yuan * np.where(major, FUNDS_OF_MAJOR, 1)
    free = ~major & (chance.random(size) < 0.3)
    funds = pd.Series(yuan, index=rows.index).astype("Int64").mask(free)
    never = pd.Series(pd.NaT, index=rows.index)
    rows = rows.assign(
        found_date=day(found),
        **described,
        **assigned,
        fund_planned=funds,
        fund_arrived=funds,
        fund_not_needed=free,
        plan_doc=rows["county_name"] + "卫应急〔2014〕" + (rows.index % 40 + 1).astype("str") + "号",
        **_close(found, major, chance),
        extended_to=never,
        extension_approved=never,
        platform_date=day(np.minimum(found + throw(chance, size, 0, 5), LAST_CHECK)),
        note="",
    )
    rows = rows.assign(rechecker=rows["rechecker"].where(rows["recheck_date"].notna(), ""))
    # Chance must not make two hazards of a unit read as one that two levels found.
    again = rows.groupby(["unit_id", "category", "place", "description"]).cumcount()
    spot = rows["place"] + "（第" + (again + 1).astype("str") + "处）"
    return rows.assign(place=rows["place"].where(again == 0, spot))


def make_listings(hazards: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the listing of every major hazard by the government of its county.

    Returns
    -------
    DataFrame   the columns of table ``listings``, sorted by listing_id; money in yuan
    """
    chance = dice(seed, "listings")
    majors = hazards[hazards["grade"] == "重大"].reset_index(drop=True)
    size = len(majors)
    rows = majors[["hazard_id", "unit_id", "unit_name", "county", "county_name", "city", "measure"]].copy()
    rows["listing_id"] = "GP" + rows["county"] + "-" + _serial(rows)
    is_zone = rows["county"].str.startswith("GLW") | (rows["county"].str[4] == "7")
    rows["body"] = rows["county_name"] + np.where(is_zone, "管理委员会", "人民政府")
    rows["body_level"] = np.where(is_zone, "管委会", "县级政府")
    found = (majors["found_date"] - day(np.zeros(1, dtype=np.int64))[0]).dt.days.to_numpy()
    listed = np.minimum(found + throw(chance, size, 1, 6), LAST_CHECK)
    rows["listed_date"] = day(listed)
    for column in ("resp_unit", "resp_person", "fund_planned", "fund_arrived", "deadline", "plan_doc"):
        rows[column] = majors[column]
    closed = majors["closed_date"].notna()
    rows["closed_date"] = majors["closed_date"]
    rows["accept_date"] = majors["recheck_date"]
    rows["accept_result"] = np.where(closed, "合格", "")
    number = pd.factorize(rows["county"])[0] * 13
    for who, ahead in (("deputy", 401), ("principal", 733)):
        rows[f"{who}_signer"] = np.where(closed, people(number + ahead), "")
        rows[f"{who}_date"] = majors["recheck_date"] + pd.Timedelta(days=1 if who == "principal" else 0)
    rows["delisted_date"] = rows["principal_date"]
    return rows


def make_platform(hazards: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return what the grid platform holds: what it was told of the ledger, and a few rows of its own."""
    chance = dice(seed, "platform")
    held = hazards.loc[hazards["platform_date"].notna(), ["hazard_id", "platform_date"]]
    extra = pd.DataFrame({"hazard_id": [f"YH990102-9{n:04d}" for n in range(12)]})
    extra["platform_date"] = day(throw(chance, len(extra), 10, 50))
    return pd.concat([held, extra], ignore_index=True)


def _choose_units(units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Spread general hazards over all units, majors over all counties with more in planted ones."""
    able = units[units["county"] != QUIET_COUNTY].reset_index(drop=True)
    general = throw(chance, round(len(units) * HAZARDS_PER_UNIT), 0, len(able) - 1)
    random = throw(chance, max(LEAST_MAJORS, len(units) // 125), 0, len(able) - 1)
    planted = able.index[able["county"].isin(stock("plants")["area"])]
    place = able.loc[planted].groupby("county").cumcount()
    general = np.concatenate([general, planted[place < 4]])
    major = np.concatenate([random, planted[place < 2]])
    rows = able.loc[
        np.concatenate([general, major]), ["unit_id", "unit_name", "county", "county_name", "city"]
    ]
    rows["grade"] = np.repeat(["一般", "重大"], [len(general), len(major)])
    rows = rows.sort_values(["county", "unit_id", "grade"], kind="stable", ignore_index=True)
    rows["hazard_id"] = "YH" + rows["county"] + "-" + _serial(rows)
    return rows


def _serial(rows: pd.DataFrame) -> pd.Series[str]:
    return (rows.groupby("county").cumcount() + 1).astype("str").str.zfill(4)


def _describe(major: npt.NDArray[np.bool_], chance: np.random.Generator) -> dict[str, Any]:
    """Return what each hazard is, where, how it came to light and what is to be done."""
    size = len(major)
    kinds = list(CATEGORIES)
    kind = throw(chance, size, 0, len(kinds) - 1)
    said = np.array([pick(chance, size, CATEGORIES[name]) for name in kinds], dtype=object)
    return {
        "category": np.array(kinds, dtype=object)[kind],
        "description": np.where(major, pick(chance, size, "major"), said[kind, np.arange(size)]),
        "place": pick(chance, size, "place"),
        "source": np.array(SOURCES, dtype=object)[throw(chance, size, 0, len(SOURCES) - 1)],
        "measure": pick(chance, size, "measure"),
    }


def _assign(rows: pd.DataFrame, chance: np.random.Generator) -> dict[str, Any]:
    """Return who found each hazard, who answers for it and who looks again."""
    team = pd.factorize(rows["county"])[0] * 11 + throw(chance, len(rows), 0, 5)
    return {
        "finders": people(team) + "、" + people(team + 7),
        "rechecker": people(team + 3),
        "resp_unit": rows["unit_name"],
        "resp_person": people(throw(chance, len(rows), 0, 3000)),
    }


def _close(found: Whole, major: npt.NDArray[np.bool_], chance: np.random.Generator) -> dict[str, Any]:
    """Close what can be closed by the end of March; the rest has a deadline in April.

    A major takes more than the week within which it need not be listed.
    """
    size = len(found)
    closed = found + throw(chance, size, 1, 14) + np.where(major, 8, 0)
    recheck = closed + throw(chance, size, 0, 3)
    done = (recheck < LAST_CHECK) & (chance.random(size) < 0.97)
    deadline = np.where(done, closed + throw(chance, size, 0, 12), LAST_CHECK + throw(chance, size, 5, 30))
    checked = pd.Series(day(recheck)).where(done)
    return {
        "deadline": day(deadline),
        "closed_date": pd.Series(day(closed)).where(done),
        "recheck_date": checked,
        "written_off_date": checked,
        "recheck_result": np.where(done, "合格", ""),
    }
