"""The annex on the ages of hazards: the area's own bands, itself and what lies right below it."""

from __future__ import annotations

import dataclasses

import cases
import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.reporting.acceptance import acceptance_report
from audit_lib.reporting.lives import lives_section


def table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    return schemas.conform(pd.DataFrame(rows), name)


def spread(level: str, area: str, **cells: object) -> dict[str, object]:
    numbers = dict.fromkeys(
        [
            one.name
            for one in schemas.tables()["spread"].columns
            if one.kind == "int" and one.role == "needed"
        ],
        0,
    )
    return {"level": level, "area": area, "signs": ""} | numbers | cells


@pytest.fixture
def case(tmp_path):  # type: ignore[no-untyped-def]
    ages = [
        {"level": level, "area": area, "place": place, "band": band, "open": count, "major": 0, "ungraded": 0,
         "overdue": 0}
        for level, area in (("province", cases.PROVINCE), ("city", cases.CITY), ("city", cases.LONE), ("county", cases.LONE))
        for place, (band, count) in enumerate([("7天以内", 0), ("7天以上", 3)])
    ]  # fmt: skip
    rows = [
        spread("province", cases.PROVINCE, found=9),
        spread("city", cases.CITY, found=5, signs="10/10 项集中在同一天销号(3月31日)"),
        spread("city", cases.LONE, found=4),
        spread("county", cases.LONE, found=4),
        spread("county", cases.COUNTY, found=5),
    ]
    return dataclasses.replace(
        cases.case(tmp_path), ageing=table("ageing", ages), spread=table("spread", rows)
    )


def grids(case) -> dict[str, pd.DataFrame]:  # type: ignore[no-untyped-def]
    return {block.name: block.rows for block in lives_section(case).blocks if hasattr(block, "rows")}


def test_province_shows_its_own_bands_and_its_cities(case) -> None:  # type: ignore[no-untyped-def]
    told = grids(case)
    assert told["未销号隐患时间"][["band", "open"]].to_numpy().tolist() == [["7天以内", 0], ["7天以上", 3]]
    assert told["期限与销号分布"]["area"].tolist() == [cases.PROVINCE, cases.CITY, cases.LONE]


def test_annex_is_left_out_where_no_hazard_is_known(case, tmp_path) -> None:  # type: ignore[no-untyped-def]
    titles = [section.title for section in acceptance_report(case).sections]
    assert any(title.endswith("隐患时间和期限分布") for title in titles)
    bare = dataclasses.replace(case, spread=schemas.empty("spread"))
    assert not any("隐患时间" in section.title for section in acceptance_report(bare).sections)
