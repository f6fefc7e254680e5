"""Two teams, four sites and a reserve, by hand; and what a leader fills in."""

from __future__ import annotations

import pandas as pd

from audit_lib.compliance import items_due, load_rulebook
from audit_lib.field import make_pages, team_workbook
from tests.field.filling import Cells

BOOK = load_rulebook()
DIGEST = "ab" * 32
UNITS = pd.DataFrame(
    {
        "unit_id": ["001", "002", "003", "004", "005"],
        "unit_type": ["D600", "D600", "A100", "D600", "D600"],
    }
)
for _flag in ("boiler", "elevator", "vessel", "oxygen", "radiation", "chemicals", "laboratory", "kitchen"):
    UNITS[f"has_{_flag}"] = UNITS["unit_type"].eq("A100") & (_flag in ("boiler", "oxygen"))
SAMPLE = UNITS[["unit_id", "unit_type"]].assign(
    unit_name=["甲卫生室", "=乙'卫生室", "丙医院", "丁卫生室", "戊卫生室"],
    county="990102",
    county_name="南溪区",
    stratum=["x", "x", "y", "x", "x"],
    rank=[1, 2, 1, 3, 4],
    drawn=[True, True, True, False, False],
)
STAFF = pd.DataFrame({"inspector_id": ["JC1", "JC2", "JC3"], "inspector_name": ["张三", "李四", "王五"]})
TEAMS = pd.DataFrame(
    [
        ("001", "2014-03-25", "JC1", "组长"),
        ("001", "2014-03-25", "JC3", "成员"),
        ("002", "2014-03-26", "JC2", "组长"),
        ("002", "2014-03-26", "JC3", "成员"),
        ("003", "2014-03-26", "JC1", "组长"),
        ("003", "2014-03-26", "JC2", "成员"),
    ],
    columns=["unit_id", "day", "inspector_id", "role"],
)


def pages(*, digest: str = DIGEST, draw: str = "recheck") -> pd.DataFrame:
    return make_pages(TEAMS, SAMPLE, STAFF, items_due(UNITS, BOOK), draw=draw, digest=digest)


def workbooks(table: pd.DataFrame | None = None) -> dict[str, bytes]:
    """The blank workbook of each team."""
    rows = pages() if table is None else table
    return {
        str(team): team_workbook(own, BOOK.items, campaign="春季行动", demo=True)
        for team, own in rows.groupby("team")
    }


def inspected(items: int, *, result: str = "合格", conclusion: str = "合格", day: float = 41723) -> Cells:
    """A page filled in to its end: 41723 is 25 March 2014."""
    cells: dict[str, str | float] = {"C8": day, "F8": "已检查", "F9": conclusion}
    return cells | {f"E{row}": result for row in range(13, 13 + items)}


def count_items(unit_id: str) -> int:
    return int((items_due(UNITS, BOOK)["unit_id"] == unit_id).sum())
