"""Which rows of the input tables came, went or changed between two runs, matched by key."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from audit_lib.schemas import PROVENANCE, inputs

ADDED, REMOVED, CHANGED = "新增", "删除", "改动"


def changed_rows(
    before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame], areas: pd.DataFrame
) -> pd.DataFrame:
    """Return one row per row that came or went, and per cell that changed.

    Parameters
    ----------
    before, after : input tables by name
    areas : as `case.tree` gives them

    Returns
    -------
    DataFrame[name, code, place, table, change, key, unit_name, column, then, now, file]
        sorted by table, key and column; ``name`` and ``code`` are those of table and county
    """
    homes = {**_homes(before), **_homes(after)}
    parts = [_changed(name, before[name], after[name], homes) for name in inputs() if name in before]
    columns = ["name", "change", "key", "code", "unit_name", "column", "then", "now", "file"]
    found = pd.concat([pd.DataFrame(columns=columns, dtype="str"), *parts], ignore_index=True)
    places = _places(areas)
    return found.assign(
        table=found["name"].map({name: table.zh for name, table in inputs().items()}),
        place=found["code"].map(places).fillna(found["code"]),
    )


def _changed(name: str, before: pd.DataFrame, after: pd.DataFrame, homes: Mapping[str, str]) -> pd.DataFrame:
    table = inputs()[name]
    then, now = (_keyed(rows, list(table.keys)) for rows in (before, after))
    columns = [column for column in table.columns if column.name not in table.keys]
    lines = []
    for key in sorted(set(then) | set(now)):
        old, new = then.get(key), now.get(key)
        living: Mapping[str, str] = new or old or {}
        told = {
            "name": name,
            "change": ADDED if old is None else REMOVED if new is None else CHANGED,
            "key": "/".join(part for part in key[:-1] if part),
            "code": _home(living, homes),
            "unit_name": living.get("unit_name", ""),
            "file": living["file"],
        }
        if old is None or new is None:
            lines.append(told | {"column": "", "then": "", "now": ""})
            continue
        lines += [
            told | {"column": column.zh, "then": old[column.name], "now": new[column.name]}
            for column in columns
            if old[column.name] != new[column.name]
        ]
    return pd.DataFrame(lines)


def _keyed(rows: pd.DataFrame, keys: list[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Return rows as text by key; several rows with one key are numbered in the order of what they say."""
    text = rows.astype("string").fillna("")
    inner = [column for column in text.columns if column not in PROVENANCE]
    text = text.sort_values(inner, kind="stable", ignore_index=True)
    number = text.groupby(keys).cumcount().astype("string")
    places = zip(*(text[key] for key in keys), number, strict=True)
    return dict(zip(places, text.to_dict("records"), strict=True))  # type: ignore[arg-type]  # all are text


def _home(row: Mapping[str, str], homes: Mapping[str, str]) -> str:
    """Return the county of a row: its own word, else that of the unit or hazard it is about."""
    said = row.get("county") or row.get("area")
    return said or homes.get(row.get("unit_id", "")) or homes.get(row.get("hazard_id", "")) or ""


def _homes(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Return the county of every unit and hazard, by its number."""
    homes: dict[str, str] = {}
    for name, key in (("hazards", "hazard_id"), ("units", "unit_id")):
        rows = tables[name].dropna(subset=[key, "county"])
        homes |= dict(zip(rows[key].astype(str), rows["county"].astype(str), strict=True))
    return homes


def _places(areas: pd.DataFrame) -> dict[str, str]:
    """Return each area with what it lies in, as 松岭省 青原市 南溪区: a filter finds it by any of them."""
    names = dict(zip(areas["code"], areas["name"], strict=True))
    top = areas.loc[areas["level"] == "province", "code"]
    return {
        code: " ".join(names[one] for one in dict.fromkeys([*top, city, code]) if one in names)
        for code, city in zip(areas["code"], areas["city"], strict=True)
    }
