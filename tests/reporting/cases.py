"""A province of four areas by hand: small enough to check every figure with a pencil."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd

from audit_lib import schemas
from audit_lib.compliance import Judgement
from audit_lib.intake import Intake
from audit_lib.params import Params, Run
from audit_lib.reporting.case import Case, make_case

PROVINCE, CITY, COUNTY, NORTH, LONE = "990000", "990100", "990102", "990103", "990581"
HOSTILE = '<script>alert("x")</script>=1+1\n第二行'

AREAS = pd.DataFrame(
    [
        ("990000", "松岭省", "province", None, 0, None),
        ("990100", "青原市", "city", "990000", 1, None),
        ("990102", "南溪区", "county", "990100", 2, None),
        ("990103", "北溪区", "county", "990100", 3, None),
        ("990581", "梅岭市", "county", "990000", 4, "own_city"),
        ("SZ0000", "省直属", "direct", "990000", 5, None),
    ],
    columns=["code", "name", "level", "parent", "order", "kind"],
)


def _rule(  # noqa: PLR0917 a row of a table, cell by cell
    rule: str,
    level: str,
    subject: str,
    result: str,
    part: int | None = None,
    whole: int | None = None,
    reason: str | None = None,
    evidence: str | None = None,
) -> dict[str, object]:
    return {
        "rule_id": rule,
        "level": level,
        "subject": subject,
        "area": subject if level in ("county", "city") else COUNTY,
        "result": result,
        "numerator": part,
        "denominator": whole,
        "value": part / whole if part is not None and whole else None,
        "as_of": "2014-03-31",
        "reason": reason,
        "evidence": evidence,
    }


def rules() -> pd.DataFrame:
    rows = [
        _rule("R-03", "city", CITY, "not_met", 1999, 2000, "还差 1 家", "units:990102A0001"),
        _rule("R-03", "county", COUNTY, "not_met", 999, 1000, "还差 1 家", "units:990102A0001"),
        _rule("R-03", "county", NORTH, "met", 1000, 1000),
        _rule("R-03", "city", LONE, "met", 300, 300),
        _rule("R-03", "county", LONE, "met", 300, 300),
        _rule("R-05", "city", CITY, "not_met", 80, 401, "还差 1 家"),
        _rule("R-05", "city", LONE, "not_applicable", 0, 0, "没有合格单位"),
        _rule("F3-02", "county", COUNTY, "not_met", 0, 1, "还差 1 处", "hazards:H1"),
        _rule("F3-02", "city", CITY, "not_met", 0, 1, "还差 1 处", "hazards:H1"),
        _rule("F4-02", "county", NORTH, "not_assessable", None, None, "没有可用的单位名录"),
        _rule("W2-07", "hazard", "H2", "not_met", None, None, "只有一人签字", "listings:L2"),
        _rule("REP-02", "org", f"{CITY}:青原市卫生局", "not_met", 7, 8, "1 期未按时"),
        _rule("REP-03", "org", f"{CITY}:青原市卫生局", "not_met", 7, 8, "1 期缺报"),
        _rule("R-05b", "record", "C9", "not_met", None, None, "县级尚未检查", "city_checks:C9"),
    ]
    return schemas.conform(pd.DataFrame(rows), "rules")


COUNTS = {
    "coverage": ((999, 1000), (1000, 1000), (300, 300)),
    "spot": ((40, 200), (40, 201), (0, 0)),
    "rectified": ((2, 3), (1, 2), (0, 0)),
    "rectified_general": ((2, 2), (1, 1), (0, 0)),
    "rectified_major": ((0, 1), (0, 1), (0, 0)),
    "managed": ((2, 3), (2, 2), (0, 0)),
}
"""Part and whole of each indicator in the three counties; city and province are their sums."""


def indicators() -> pd.DataFrame:
    rows = [
        (area, key, sum(part for part, _ in counts), sum(whole for _, whole in counts))
        for key, (south, north, lone) in COUNTS.items()
        for area, counts in (
            (COUNTY, (south,)),
            (NORTH, (north,)),
            (LONE, (lone,)),
            (CITY, (south, north)),
            (PROVINCE, (south, north, lone)),
        )
    ]
    table = pd.DataFrame(rows, columns=["area", "indicator", "numerator", "denominator"])
    table["value"] = table["numerator"] / table["denominator"].mask(table["denominator"] == 0)
    return schemas.conform(table.assign(result="shown"), "indicators")


def verdicts() -> pd.DataFrame:
    rows = [
        (CITY, "city", "not_met", "R-03;R-05", None, "R-03:1;R-05:1", "not_met", "not_met"),
        (COUNTY, "county", "not_met", "R-03;F3-02", None, "R-03:1;F3-02:1", "met", "not_met"),
        (NORTH, "county", "not_assessable", None, "F4-02", None, "not_assessable", "met"),
        (LONE, "county", "met", None, None, None, "met", "met"),
        (LONE, "city", "met", None, None, None, "met", "met"),
    ]
    columns = [column.name for column in schemas.tables()["verdicts"].columns]
    return schemas.conform(pd.DataFrame(rows, columns=columns), "verdicts")


def tables() -> dict[str, pd.DataFrame]:
    day = pd.Timestamp("2014-03-05")
    made = {name: schemas.empty(name) for name in schemas.inputs()}
    origin = {"sender": COUNTY, "file": "名录/青原市.xlsx", "sheet": "南溪区", "row": 14}
    made["units"] = schemas.conform(
        pd.DataFrame(
            [
                {
                    "unit_id": "990102A0001",
                    "unit_name": HOSTILE,
                    "county": COUNTY,
                    "unit_type": "A100",
                    **origin,
                }
            ]
        ),
        "units",
    )
    hazard = {"unit_id": "990102A0001", "unit_name": HOSTILE, "county": COUNTY, "grade": "重大", **origin}
    made["hazards"] = schemas.conform(
        pd.DataFrame(
            [
                {"hazard_id": "H1", "found_date": day, "deadline": pd.Timestamp("2014-03-20"), **hazard},
                {"hazard_id": "H2", "found_date": day, **hazard},
            ]
        ),
        "hazards",
    )
    made["listings"] = schemas.conform(
        pd.DataFrame([{"listing_id": "L2", "hazard_id": "H2", "unit_name": HOSTILE, **origin}]), "listings"
    )
    made["city_checks"] = schemas.conform(
        pd.DataFrame(
            [{"check_id": "C9", "unit_id": "990102A0001", "unit_name": HOSTILE, "date": day, **origin}]
        ),
        "city_checks",
    )
    made["reporters"] = schemas.conform(
        pd.DataFrame([{"area": CITY, "body": "青原市卫生局", **origin}]), "reporters"
    )
    weeks = [(pd.Timestamp("2014-03-21"), 1900), (pd.Timestamp("2014-03-28"), 1999)]
    made["weekly"] = schemas.conform(
        pd.DataFrame(
            [
                {
                    "area": CITY,
                    "body": "青原市卫生局",
                    "week": week,
                    "received_at": week,
                    "inspected": done,
                    **origin,
                }
                for week, done in weeks
            ]
        ),
        "weekly",
    )
    return made


def files() -> pd.DataFrame:
    names = "table file sender area status reason read kept quarantined sha256".split()
    rows = [
        ("units", "名录/青原市.xlsx", CITY, CITY, "read", None, 2001, 2000, 1, "0" * 64),
        ("hazards", "台账/加密.xlsx", CITY, CITY, "refused", "文件已加密, 打不开", 0, 0, 0, "1" * 64),
    ]
    return pd.DataFrame(rows, columns=names)


def run(folder: Path, *, demo: bool = True) -> Run:
    params = Params(run="手工", campaign="2014年春季行动", demo=demo, inputs={})
    return Run(params, folder / "params.yaml", folder, folder / "out")


BY_HAND = {"rules": rules, "indicators": indicators, "verdicts": verdicts}


def judgement() -> Judgement:
    """Return what was judged of the province: three tables by hand, the others without a row."""
    names = (table.name for table in dataclasses.fields(Judgement))
    return Judgement(**{name: BY_HAND[name]() if name in BY_HAND else schemas.empty(name) for name in names})


def intake(*quarantined: tuple[object, ...]) -> Intake:
    """Return what was read of the province, with these rows set aside."""
    places = ["table", "sender", "area", "file", "sheet", "row", "reason", "cells"]
    quarantine = pd.DataFrame(list(quarantined), columns=places)
    said = ["table", "sender", "file", "sheet", "row", "column", "got", "due", "action"]
    counted = files().assign(title=0, header=1, subtotal=0, foot=0, blank=0)
    nothing = pd.DataFrame(columns=places)
    return Intake(tables(), AREAS, counted, pd.DataFrame(columns=said), quarantine, nothing)


def case(folder: Path, area: str = PROVINCE, *, demo: bool = True) -> Case:
    lost = ("units", CITY, COUNTY, "名录/青原市.xlsx", "南溪区", 20, "没有单位编号", "{}")
    return make_case(run(folder, demo=demo), area, intake(lost), judgement())
