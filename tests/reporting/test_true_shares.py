"""A share that is held against a limit never prints as having reached it, and a visit is counted once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd

from audit_lib.params import Draw
from audit_lib.reporting import recheck
from audit_lib.reporting.brief import brief_section
from audit_lib.reporting.draws import DrawnCase
from audit_lib.reporting.grids import grid_columns
from audit_lib.reporting.model import Grid
from audit_lib.reporting.tables import print_cell
from audit_lib.sampling import draw_plan, parse_certificate
from tests.reporting import cases
from tests.sampling.conftest import EVIDENCE, NOW, SEED, Campaign


def test_city_at_80_of_401_never_prints_the_fifth(tmp_path: Path) -> None:
    (column,) = [one for one in grid_columns("周报表") if one.kind == "share" and one.of == "passed"]
    assert print_cell(column, {"spot_done": 80, "passed": 401}).text == "19.95%"
    for column in (one for one in grid_columns("指标变化") if one.kind == "share"):
        assert print_cell(column, {column.key: 80, column.of: 401}).text == "19.95%"
    plain = cases.case(tmp_path, cases.LONE)
    rules = plain.rules.copy()
    rows = rules["rule_id"].eq("R-05") & rules["subject"].eq(cases.LONE)
    rules.loc[rows, ["numerator", "denominator", "result"]] = [80, 401, "not_met"]
    section = brief_section(dataclasses.replace(plain, rules=rules))
    grid = next(block for block in section.blocks if isinstance(block, Grid) and block.name == "条款")
    row = next(row for _, row in grid.rows.iterrows() if row["whole"] == 401)
    (share,) = [column for column in grid.columns if column.kind == "share"]
    assert print_cell(share, row).text == "19.95%"


def test_units_visited_are_counted_as_the_estimate_reads_them(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path)
    plan = campaign.commit()
    sample = draw_plan(campaign.draw(), campaign.log, seed=SEED, evidence=EVIDENCE, now=NOW)
    certificate, _ = parse_certificate((campaign.draw() / "certificate.json").read_bytes())
    first, second = sample.loc[sample["drawn"], "unit_id"].head(2)
    visit = {
        "draw": "batch-1",
        "outcome": "已检查",
        "conclusion": "合格",
        "inspectors": "张三",
        "county": "220102",
    }
    rows = [
        visit | {"unit_id": first, "date": "2014-03-12", "check_id": "1", "conclusion": "不合格"},
        visit | {"unit_id": first, "date": "2014-03-20", "check_id": "2"},
        visit | {"unit_id": first, "date": "2014-03-12", "check_id": "3", "outcome": None},
        visit | {"unit_id": second, "date": "2014-03-12", "check_id": "4", "inspectors": None},
        visit | {"unit_id": second, "date": "2014-05-20", "check_id": "5"},
    ]
    visits = pd.DataFrame(rows).assign(date=lambda table: pd.to_datetime(table["date"]))
    plain = cases.case(tmp_path)
    drawn = DrawnCase(
        name="batch-1",
        folder=campaign.draw(),
        choice=Draw(purpose="recheck", cutoff="2014-03-10", seed_source="掷骰"),
        plan=dataclasses.replace(plan, purpose="recheck"),
        frame=campaign.frame(),
        certificate=certificate,
    )
    case = dataclasses.replace(plain, tables={**plain.tables, "province_checks": visits}, draws=(drawn,))
    row = pd.Series({"N": 40, "n": 8, "y": 1, "value": 0.1, "lower": 0.0, "upper": 0.3, "bound_count": 9})
    numbers = {one.label: one.value for one in recheck._numbers(case, drawn, row)}
    places = int(sample["drawn"].sum())
    assert (numbers["到访检查"], numbers["未能检查"]) == (1, places - 1)
