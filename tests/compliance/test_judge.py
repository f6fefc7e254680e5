"""The judgement as a whole: the same whatever the order, whole on the disk, quick."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.compliance import Judgement, judge, load_judgement, write_judgement
from audit_lib.errors import JudgeError
from tests.compliance.tables import (
    CITY,
    OWN,
    A,
    B,
    C,
    check,
    closed,
    hazard,
    intake,
    listing,
    refused,
    run,
    self_check,
    signed,
    unit,
)

NAMES = ("rules", "indicators", "scores", "estimates", "verdicts", "lives", "ageing", "spread")


def messy():  # type: ignore[no-untyped-def]
    """A campaign with doubles, ties and holes, where order could matter."""
    return intake(
        units=[
            unit("a1", org_code="D2143569X"),
            unit("a1", unit_name="另一处", grid_id=None),
            unit("a2", org_code="D2143569X", status="停业", status_date="2014-03-01"),
            unit("b1", B, unit_type="A100", affiliation="省直"),
            unit("c1", C),
            unit("o1", OWN, entry_date="2014-03-25"),
        ],
        county_checks=[
            check("a1", check_id="1"),
            check("a1", check_id="2", conclusion="不合格"),
            check("a2", None),
            check("c1", conclusion="不合格"),
            check("o1", "2014-03-26"),
        ],
        city_checks=[check("a1", "2014-03-03"), check("b1", "2014-03-12"), check("c1", "2014-03-12")],
        hazards=[
            hazard("h1"),
            hazard("h1", measure=None),
            hazard("m1", "b1", grade="重大", **closed()),
            hazard("m2", "c1", grade="重大", deadline="2014-03-01"),
        ],
        listings=[
            listing("m1", "b1", closed_date="2014-03-05", **signed()),
            listing("m1", "b1", listing_id="G2", measure=None),
        ],
        self_checks=[self_check("a1"), self_check("a1", "2014-03-20"), self_check("c1", None)],
        reporters=[{"area": CITY, "body": "卫生局"}, {"area": CITY, "body": "卫生局"}],
        weekly=[
            {"area": CITY, "body": "卫生局", "week": "2014-02-07", "received_at": f"2014-02-07 1{hour}:00"}
            for hour in (0, 3)
        ],
        province_checks=[check("b1", "2014-03-26", check_id="P", outcome="已检查")],
        check_items=[
            {"check_id": "P", "item_id": "CK-M1", "result": "合格"},
            {"check_id": "P", "item_id": "CK-M1", "result": "不合格"},
        ],
        files=[refused("platform", A)],
    )


def bytes_of(judgement: Judgement, folder: Path) -> dict[str, bytes]:
    write_judgement(judgement, folder)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_order_of_rows_changes_no_byte(tmp_path: Path) -> None:
    given = messy()
    plain = bytes_of(judge(given, run(), {}), tmp_path / "plain")
    for seed in range(3):
        rng = np.random.default_rng(seed)
        given.tables = {
            name: table.iloc[rng.permutation(len(table))].reset_index(drop=True)
            for name, table in given.tables.items()
        }
        given.files = given.files.iloc[rng.permutation(len(given.files))].reset_index(drop=True)
        assert bytes_of(judge(given, run(), {}), tmp_path / str(seed)) == plain


def test_judgement_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    judgement = judge(messy(), run(), {})
    write_judgement(judgement, tmp_path)
    again = load_judgement(tmp_path)
    for name in NAMES:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(judgement, name))


def test_missing_judgement_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(JudgeError) as refusal:
        load_judgement(tmp_path)
    assert str(refusal.value) == "读不出 rules.parquet, 请先运行 audit judge"


def test_one_fact_stands_in_one_row_sorted_by_its_key() -> None:
    judgement = judge(messy(), run(), {})
    rules = judgement.rules
    keys = ["rule_id", "level", "subject"]
    assert not rules.duplicated(keys).any()
    assert rules[keys].equals(rules[keys].sort_values(keys, ignore_index=True))
    for name in NAMES:
        table = getattr(judgement, name)
        assert list(table.columns) == [column.name for column in schemas.tables()[name].columns]


def test_area_of_the_subject_stands_beside_it() -> None:
    rules = judge(messy(), run(), {}).rules
    assert set(rules.loc[rules["subject"] == "c1", "area"]) == {C}
    assert rules.loc[rules["level"] == "province", "area"].isna().all()


def test_unit_in_a_county_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(JudgeError) as refusal:
        judge(intake(units=[unit("a1", "999999")]), run(), {})
    assert str(refusal.value) == "1 个单位的县区不在区划表中: a1(999999)"


def test_nothing_at_all_is_judged_without_falling_over() -> None:
    judgement = judge(intake(), run(), {})
    due = judgement.rules[judgement.rules["result"] != "not_due"]
    assert set(due["result"]) <= {"not_assessable", "not_applicable"}


def test_the_campaigns_real_size_takes_seconds() -> None:
    ids = [f"u{place:05d}" for place in range(20_000)]
    counties = [A, B, C, OWN]
    given = intake(
        units=[unit(name, counties[place % 4], site_no=name) for place, name in enumerate(ids)],
        county_checks=[check(name) for name in ids],
        city_checks=[check(name, "2014-03-15") for name in ids[::4]],
        hazards=[
            hazard(f"h{place}", ids[place % 20_000], grade="重大" if place % 50 == 0 else "一般")
            for place in range(25_000)
        ],
        listings=[listing(f"h{place}", ids[place % 20_000]) for place in range(0, 25_000, 50)],
        self_checks=[self_check(name) for name in ids],
    )
    before = time.process_time()
    judge(given, run(), {})
    assert time.process_time() - before < 10
