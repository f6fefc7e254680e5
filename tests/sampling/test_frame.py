"""Frames hold every passed unit once, in strata large enough or as large as their county allows."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from audit_lib.errors import FrameError
from audit_lib.sampling import build_frame, count_strata, merge_groups

GROUPS = {"A": "医院", "D": "诊所", "D6": "村卫生室", "C": "卫生院"}
ORDER = ["村卫生室", "诊所", "卫生院", "医院"]


def units(*rows: tuple[str, str | None, str | None, int]) -> pd.DataFrame:
    """Make ``count`` units for each (type, city, county, count)."""
    cells = [
        (f"U{place}{number:03}", f"单位{number}", city, county, kind)
        for place, (kind, city, county, count) in enumerate(rows)
        for number in range(count)
    ]
    return pd.DataFrame(cells, columns=["unit_id", "unit_name", "city", "county", "unit_type"]).astype("str")


def passes(table: pd.DataFrame, batch: str = "2014-03-10") -> pd.DataFrame:
    return table[["unit_id"]].assign(batch=batch)


def sizes(frame: pd.DataFrame) -> dict[str, int]:
    return count_strata(frame).set_index("stratum")["N"].to_dict()


def test_longest_beginning_of_the_type_gives_the_group() -> None:
    table = units(("D620", "A", "a", 10), ("D210", "A", "a", 10), ("A100", "A", "a", 10))
    frame = build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER)
    assert sizes(frame) == {"a|医院": 10, "a|村卫生室": 10, "a|诊所": 10}
    assert list(frame.columns) == ["unit_id", "unit_name", "city", "county", "stratum"]


def test_small_strata_join_their_neighbour_in_the_order() -> None:
    table = units(("D620", "A", "a", 30), ("D210", "A", "a", 9), ("C1", "A", "a", 4), ("A100", "A", "a", 3))
    frame = build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER)
    assert sizes(frame) == {"a|村卫生室": 30, "a|诊所+卫生院+医院": 16}


def test_county_too_small_is_one_stratum() -> None:
    table = units(("D620", "A", "a", 3), ("A100", "A", "a", 2), ("A100", "A", "b", 10))
    frame = build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER)
    assert sizes(frame) == {"a|村卫生室+医院": 5, "b|医院": 10}


def test_merging_reaches_ten_or_one_stratum_and_loses_nobody() -> None:
    rng = random.Random(9)
    for _ in range(300):
        counts = {
            group: rng.randint(1, 25) for group in rng.sample([*ORDER, "其他", "别的"], rng.randint(1, 6))
        }
        names = merge_groups(counts, order=ORDER, smallest=10)
        merged: dict[str, int] = {}
        for group, name in names.items():
            merged[name] = merged.get(name, 0) + counts[group]
        assert set(names) == set(counts)
        assert len(merged) == 1 or min(merged.values()) >= 10
        assert all(group in name.split("+") for group, name in names.items())


def test_unit_without_type_or_county_stays_in_the_frame() -> None:
    table = units(("D620", "A", "a", 12), ("Z9", "A", "a", 12))
    table["unit_type"] = table["unit_type"].where(table.index != 23)
    table["county"] = table["county"].where(table.index != 0)
    frame = build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER)
    assert sizes(frame) == {"A|村卫生室": 1, "a|其他": 12, "a|村卫生室": 11}


def test_unit_without_city_is_named() -> None:
    table = units(("D620", None, "a", 2))
    with pytest.raises(FrameError) as caught:
        build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER)
    assert str(caught.value) == "2 个单位没有市州: U0000、U0001"


def test_counties_of_one_name_in_two_cities_are_refused() -> None:
    table = units(("A1", "A", "铁西", 10), ("A1", "B", "铁西", 10))
    with pytest.raises(FrameError) as caught:
        build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER)
    assert str(caught.value) == "1 个层分属不同的市(县名重复, 请用区划代码): 铁西|医院"


def test_unit_that_stands_twice_is_refused() -> None:
    table = units(("A1", "A", "a", 10))
    with pytest.raises(FrameError):
        build_frame(pd.concat([table, table.head(1)]), passes(table), type_groups=GROUPS, merge_order=ORDER)


def test_checked_units_are_strata_of_their_own() -> None:
    table = units(("D620", "A", "a", 40), ("A100", "A", "a", 12))
    checked = [f"U0{i:03}" for i in range(15)] + ["U1000"]
    frame = build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER, checked=checked)
    assert sizes(frame) == {"a|医院": 11, "a|村卫生室": 25, "a|村卫生室+医院|抽检过": 16}
    assert set(frame.loc[frame["stratum"].str.endswith("抽检过"), "unit_id"]) == set(checked)


def test_key_units_are_strata_of_their_own_checked_or_not() -> None:
    table = units(("D620", "A", "a", 40), ("A100", "A", "a", 12))
    frame = build_frame(
        table,
        passes(table),
        type_groups=GROUPS,
        merge_order=ORDER,
        checked=["U0000", "U0001"],
        key=["U0001", "U1000"],
    )
    assert sizes(frame) == {
        "a|医院": 11,
        "a|村卫生室": 38,
        "a|村卫生室|抽检过": 1,
        "a|村卫生室+医院|重点监控": 2,
    }


def test_strata_of_a_city_cross_its_counties() -> None:
    table = units(("A1", "A", "a", 6), ("A1", "A", "b", 6), ("D1", "A", "b", 12))
    frame = build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER, within="city")
    assert sizes(frame) == {"A|医院": 12, "A|诊所": 12}
    assert frame["county"].unique().tolist() == ["a", "b"]


def test_later_batch_holds_no_unit_of_an_earlier_one() -> None:
    table = units(("A1", "A", "a", 30))
    batch = passes(table)
    batch.loc[20:, "batch"] = "2014-03-17"
    first = build_frame(table, batch, type_groups=GROUPS, merge_order=ORDER, batch="2014-03-10")
    # A corrected date moves three units of the frozen first batch into the second.
    batch.loc[17:19, "batch"] = "2014-03-17"
    second = build_frame(
        table, batch, type_groups=GROUPS, merge_order=ORDER, batch="2014-03-17", earlier=first["unit_id"]
    )
    assert len(first) == 20
    assert set(second["unit_id"]) == {f"U0{i:03}" for i in range(20, 30)}


def test_order_of_rows_changes_nothing() -> None:
    table = units(("D620", "A", "a", 13), ("D210", "A", "a", 9), ("A100", "B", "b", 4), ("C", "B", "b", 8))
    frame = build_frame(table, passes(table), type_groups=GROUPS, merge_order=ORDER)
    for state in range(4):
        again = build_frame(
            table.sample(frac=1, random_state=state),
            passes(table).sample(frac=1, random_state=state),
            type_groups=dict(reversed(GROUPS.items())),
            merge_order=ORDER,
        )
        pd.testing.assert_frame_equal(again, frame)
