"""How long 400 filled workbooks take to be collected: ``python bench/collect.py`` prints the figure.

Each team has four sites of the short form, one hospital with the long one, and two reserves that
stay blank. The workbooks are filled in outside of what is measured.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from audit_lib.compliance import items_due, load_rulebook
from audit_lib.field import collect, make_pages, team_workbook
from tests.field.filling import fill
from tests.field.teams import UNITS, inspected

TEAMS, SITES, LIMIT = 400, 5, 30


def make_register() -> pd.DataFrame:
    """Pages of all teams: the last site of each is a hospital."""
    ids = [f"T{team:03d}S{site}" for team in range(TEAMS) for site in range(SITES + 2)]
    units = pd.DataFrame({"unit_id": ids, "unit_type": ["D600"] * len(ids)})
    hospital, spare = (
        units["unit_id"].str.endswith(f"S{SITES - 1}"),
        units["unit_id"].str[-1].astype(int) >= SITES,
    )
    units.loc[hospital, "unit_type"] = "A100"
    for flag in UNITS.columns[2:]:
        units[flag] = hospital
    team = units["unit_id"].str[:4]
    sample = units[["unit_id", "unit_type"]].assign(
        unit_name="某某卫生室", county="990102", county_name="南溪区", stratum=team, drawn=~spare
    )
    sample["rank"] = sample.groupby("stratum").cumcount() + 1
    people = pd.concat(
        [sample.loc[~spare, ["unit_id", "stratum"]].assign(role=role) for role in ("组长", "成员")]
    )
    people = people.sort_values(["unit_id", "role"], ascending=[True, False])
    people["inspector_id"] = people["stratum"] + people["role"].map({"组长": "", "成员": "B"})
    staff = people[["inspector_id"]].drop_duplicates().assign(inspector_name="张三")
    items = items_due(units, load_rulebook())
    return make_pages(people.assign(day="2014-03-25"), sample, staff, items, draw="recheck", digest="ab" * 32)


def write_filled(pages: pd.DataFrame, folder: Path) -> None:
    """Fill in every drawn page of every team."""
    book = load_rulebook()
    for team, own in pages.groupby("team"):
        sheets = {
            f"{place:02d} {page.unit_name}": inspected(page.items.count("、") + 1)
            for place, page in enumerate(own.itertuples(index=False), start=1)
            if page.drawn
        }
        data = team_workbook(own, book.items, campaign="春季行动", demo=True)
        (folder / f"{team}.xlsx").write_bytes(fill(data, sheets))


def main() -> None:
    """Make, fill, collect, print."""
    pages = make_register()
    with tempfile.TemporaryDirectory() as place:
        write_filled(pages, Path(place))
        files = {path.name: path for path in Path(place).iterdir()}
        items = load_rulebook().items["item_id"].tolist()
        start = time.perf_counter()
        found = collect(files, pages, items, purposes={"recheck": "recheck"}, years=(2014, 2014))
        took = time.perf_counter() - start
    assert len(found.tables["province_checks"]) == TEAMS * SITES
    assert len(found.problems) == len(found.conflicts) == len(found.quarantine) == 0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{len(files)} workbooks, {len(found.tables['province_checks'])} visits, "
        f"{len(found.tables['check_items'])} items: {took:.1f} s (limit {LIMIT} s), peak {memory} MiB"
    )
    assert took < LIMIT


if __name__ == "__main__":
    main()
