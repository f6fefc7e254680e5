"""What happens in real life: renamed, reported for, entered twice, written without a number.

A row that a clerk writes without the unit's number carries the name that is written instead under
``called``; the files show that name and no number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from audit_lib.demo.planting import Plant, Planted, choose_units
from audit_lib.demo.stock import Tables, stock, words
from audit_lib.demo.truth import Fault
from audit_lib.demo.unit_faults import leave_uninspected

CLINIC = "D600"
NEARLY_PASSED = "基本合格"
"""A word for a conclusion that is none of the three: it may hide what was found."""

WRITTEN = ("county_checks", "self_checks", "hazards", "listings", "supervisions", "platform_units")
"""Tables whose rows say which unit they are about."""

LEDGER = ("hazards", "listings", "supervisions")


def renamed_unit(true: Tables, plant: Plant) -> Planted:
    """Rename some units; all records but the roster's go under the old name, without a number."""
    ids = choose_units(true, plant)
    units = true["units"]
    chosen = units["unit_id"].isin(ids)
    old = units["unit_name"]
    given, kinds = words("given"), stock("kinds").set_index("unit_type")["name"]
    serial = units["unit_id"].str[-4:].astype("int64") % len(given)
    new = units["township"] + given[serial] + units["unit_type"].map(kinds)
    changed = _call(true, WRITTEN, ids, lambda name: name)
    changed["units"] = units.assign(
        unit_name=old.mask(chosen, new), former_name=_column(units, "former_name").mask(chosen, old)
    )
    return changed, []


def reported_through(true: Tables, plant: Plant) -> Planted:
    """Let a township hospital report for its village clinics: its check is not theirs."""
    units = true["units"]
    there = units[units["county"].eq(plant.area)]
    hospital = there.loc[there["unit_type"].str.startswith("C"), "unit_id"].iloc[0]
    clinics = there[there["unit_type"].eq(CLINIC) & ~there["unit_id"].isin(true["city_checks"]["unit_id"])]
    own = clinics["reports_through"].eq(hospital)
    ids = [*clinics.loc[own, "unit_id"], *clinics.loc[~own, "unit_id"]][: plant.count]
    changed = leave_uninspected(true, ids)
    through = units["reports_through"].mask(units["unit_id"].isin(ids), hospital)
    changed["units"] = units.assign(reports_through=through)
    return changed, [Fault("R-03", "county", plant.area, f"{plant.note}: {'、'.join(ids)}", plant.area)]


def listed_in_two_counties(true: Tables, plant: Plant) -> Planted:
    """Enter a zone's unit in the roster of a county beside it too; the note ends with the zone."""
    units = true["units"]
    zone = plant.note.rpartition(" ")[2]
    ids = choose_units(true, replace(plant, area=zone))
    home = units[units["county"] == plant.area].iloc[0]
    place = ["county", "county_name", "town", "township", "grid_id", "grid_person"]
    again = units[units["unit_id"].isin(ids)].assign(**{column: home[column] for column in place})
    faults = [Fault("DQ-02", "unit", one, plant.note) for one in ids]
    return {"units": pd.concat([units, again], ignore_index=True)}, faults


def nearly_passed(true: Tables, plant: Plant) -> Planted:
    """Conclude 基本合格 of some units: no pass, and nobody can say what it is."""
    checks = true["county_checks"]
    once = checks[checks["county"].eq(plant.area) & ~checks["unit_id"].duplicated(keep=False)]
    ids = plant.choose(once.loc[~once["unit_id"].isin(true["city_checks"]["unit_id"]), "check_id"])
    said = checks["conclusion"].mask(checks["check_id"].isin(ids), NEARLY_PASSED)
    return {"county_checks": checks.assign(conclusion=said)}, []


def without_number(true: Tables, plant: Plant) -> Planted:
    """Write some units' hazards, listings and supervisions without a number, in another spelling."""
    hazards, listings = true["hazards"], true["listings"]
    ids = plant.choose(hazards.loc[hazards["county"] == plant.area, "unit_id"])
    ids += listings.loc[listings["county"] == plant.area, "unit_id"].head(1).tolist()
    return _call(true, LEDGER, ids, lambda name: f"{name.replace('（', '(').replace('）', ')')}（公章）"), []


def doubtful_name(true: Tables, plant: Plant) -> Planted:
    """Write some clinics' closed hazards and supervisions without a number, as 卫生所 instead of 卫生室."""
    hazards, units = true["hazards"], true["units"]
    clinics = units.loc[units["county"].eq(plant.area) & units["unit_type"].eq(CLINIC), "unit_id"]
    plain = hazards["grade"].eq("一般") & hazards["closed_date"].notna() & hazards["link_id"].eq("")
    ids = plant.choose(hazards.loc[plain & hazards["unit_id"].isin(clinics), "unit_id"])
    changed = _call(true, ("hazards", "supervisions"), ids, lambda name: name.replace("卫生室", "卫生所"))
    changed["hazards"]["called"] = changed["hazards"]["called"].where(plain, "")
    return changed, []


def names_written(true: Tables) -> list[dict[str, str]]:
    """Return what rows without a number mean: table, county, name as written, unit."""
    found = []
    for name, table in sorted(true.items()):
        rows = table[_column(table, "called").ne("")]
        columns = ["county", "called", "unit_id"]
        lines = rows[columns].drop_duplicates().sort_values(columns) if len(rows) else rows[[]].head(0)
        for county, called, unit in lines.itertuples(index=False, name=None):
            found.append({"table": name, "county": county, "name": called, "unit_id": unit})
    return found


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return rows as their files have them: no number where the unit is only named."""
    if "called" not in table:
        return table
    return table.assign(unit_id=table["unit_id"].mask(table["called"].fillna("").ne(""), ""))


def _call(true: Tables, names: Sequence[str], ids: Sequence[str], say: Callable[[str], str]) -> Tables:
    """Return tables in which some units are called by a name of the clerk's instead of their number."""
    names_now = true["units"].drop_duplicates("unit_id").set_index("unit_id")["unit_name"]
    changed = {}
    for name in names:
        table = true[name]
        chosen = table["unit_id"].isin(ids)
        said = table["unit_id"].map(names_now).where(chosen).map(say, na_action="ignore")
        changed[name] = table.assign(called=_column(table, "called").mask(chosen, said))
    return changed


def _column(table: pd.DataFrame, name: str) -> pd.Series[str]:
    """Return a column of texts that a table may not have yet."""
    told = table[name] if name in table else pd.Series("", index=table.index)
    return told.fillna("").astype(object)
