"""Pages: what an inspection team takes along, one page a site, each recognised by its code.

A code is made from the draw, the team, the site and its items, so that a page is known again
whatever its file or sheet is called. The register of all pages ever handed out lies in the
campaign's folder: what comes back is held against it, also in a later run.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pandas as pd

from audit_lib.errors import InputError
from audit_lib.files import write_parquet

REGISTER = "pages.parquet"
COLUMNS = (
    "code", "draw", "digest", "team", "day", "unit_id", "unit_name", "county", "county_name", "unit_type",
    "stratum", "rank", "drawn", "inspectors", "items", "current",
)  # fmt: skip
CODE_LENGTH = 12
"""Hex digits of a code: short enough to be read out on the telephone, one in 10^14 to be met by chance."""


def page_code(digest: str, team: str, unit_id: str, items: str) -> str:
    """Return the code of a page; another draw, team, site or list of items gives another.

    >>> page_code("ab", "JC1", "001", "CK-M1"), page_code("ab", "JC1", "002", "CK-M1")
    ('c1e6a0214caf', 'd23309565833')
    """
    return sha256(f"{digest},{team},{unit_id},{items}".encode()).hexdigest()[:CODE_LENGTH]


def make_pages(
    teams: pd.DataFrame,
    sample: pd.DataFrame,
    inspectors: pd.DataFrame,
    items: pd.DataFrame,
    *,
    draw: str,
    digest: str,
) -> pd.DataFrame:
    """Return the pages of every team: its sites by day, then the reserves of their strata in order.

    A team bears the certificate number of its leader. A reserve stands in the workbook of each
    team that may need it; who is called follows from the order of the reserves alone.
    A reserve's ``rank`` is its turn among them.

    Parameters
    ----------
    teams : DataFrame[unit_id, day, inspector_id, role]   from `assign_inspectors`, the leader first
    sample : DataFrame[unit_id, unit_name, county, county_name, unit_type, stratum, rank, drawn]
    inspectors : DataFrame[inspector_id, inspector_name]
    items : DataFrame[unit_id, item_id]   due at each unit, in the order of the checklist
    draw, digest : name of the draw, and digest of its certificate (of its plan while it is sealed)

    Returns
    -------
    DataFrame[code, draw, digest, team, day, unit_id, unit_name, county, county_name, unit_type,
        stratum, rank, drawn, inspectors, items, current]   sorted by team, drawn first, day, unit
    """
    names = inspectors.drop_duplicates("inspector_id").set_index("inspector_id")["inspector_name"]
    named = teams.assign(name=teams["inspector_id"].map(names).fillna(teams["inspector_id"]))
    sites = named.groupby("unit_id", sort=False).agg(
        team=("inspector_id", "first"), day=("day", "first"), inspectors=("name", "、".join)
    )
    own = sample[sample["drawn"]].merge(sites, on="unit_id")
    where = own[["team", "stratum"]].drop_duplicates()
    reserves = sample[~sample["drawn"]].sort_values(["stratum", "rank"])
    turn = reserves.groupby("stratum").cumcount() + 1
    spare = reserves.assign(rank=turn).merge(where, on="stratum").assign(day="", inspectors="")
    asked = items.groupby("unit_id", sort=False)["item_id"].agg("、".join)
    pages = pd.concat([own, spare], ignore_index=True)
    pages = pages.assign(items=pages["unit_id"].map(asked).fillna(""), draw=draw, digest=digest, current=True)
    told = zip(pages["team"], pages["unit_id"], pages["items"], strict=True)
    pages["code"] = [page_code(digest, team, unit, due) for team, unit, due in told]
    order = ["team", "spare", "day", "stratum", "rank", "unit_id"]
    pages = pages.assign(spare=~pages["drawn"]).sort_values(order, ignore_index=True)
    return _shape(pages)


def register_pages(known: pd.DataFrame, pages: pd.DataFrame) -> pd.DataFrame:
    """Return the register with the pages of a draw handed out now: older ones stay, no longer current."""
    old = known[~known["code"].isin(pages["code"])]
    old = old.assign(current=old["current"] & ~old["draw"].isin(pages["draw"]))
    return _shape(pd.concat([old, pages], ignore_index=True))


def load_pages(campaign: Path) -> pd.DataFrame:
    """Return the register of a campaign, empty where nothing was handed out.

    Raises
    ------
    InputError   the register cannot be read
    """
    path = campaign / REGISTER
    if not path.exists():
        return _shape(pd.DataFrame(columns=list(COLUMNS)))
    try:
        return _shape(pd.read_parquet(path))
    except (OSError, ValueError, KeyError) as broken:
        raise InputError(
            f"现场表登记 {path.name} 已损坏, 请重新运行 audit sheets",
            f"the register {path.name} is broken; run audit sheets again",
        ) from broken


def write_pages(campaign: Path, pages: pd.DataFrame) -> None:
    """Write the register."""
    write_parquet(campaign / REGISTER, pages)


def _shape(pages: pd.DataFrame) -> pd.DataFrame:
    kinds = dict.fromkeys(COLUMNS, "str") | {"rank": "Int64", "drawn": "bool", "current": "bool"}
    return pages[list(COLUMNS)].astype(kinds)
