"""Areas proposed to the province: each stands once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cases
import pandas as pd

from audit_lib.reporting.verdicts import proposals_table


def test_county_that_is_its_own_city_is_proposed_once_with_all_its_clauses(tmp_path: Path) -> None:
    case = cases.case(tmp_path)
    verdicts = case.verdicts.copy()
    lone = verdicts["area"] == cases.LONE
    verdicts.loc[lone, "result"] = "not_met"
    verdicts.loc[lone, "rules_not_met"] = "R-03"
    verdicts.loc[lone & (verdicts["level"] == "city"), "rules_not_met"] = "R-03;R-05"
    table = proposals_table(dataclasses.replace(case, verdicts=pd.DataFrame(verdicts)))
    rows = table.loc[table["area"] == cases.LONE, ["name", "level_zh", "clauses"]]
    assert rows.values.tolist() == [["梅岭市", "市州、县区", "R-03 县级排查覆盖; R-05 市级抽检比例"]]
