"""Rounding: the table of what may never be printed."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.reporting.tables import (
    Column,
    print_cell,
    print_count,
    print_estimate,
    print_money,
    print_share,
)

FIFTH = Fraction(1, 5)


@pytest.mark.parametrize(
    ("part", "whole", "limit", "printed"),
    [
        (80, 401, FIFTH, "19.95%"),
        (81, 401, FIFTH, "20.2%"),
        (80, 400, FIFTH, "20.0%"),
        (1999, 10_000, FIFTH, "19.99%"),
        (199_999, 1_000_000, FIFTH, "19.9999%"),
        (1999, 2000, Fraction(1), "99.95%"),
        (19_992, 19_998, Fraction(1), "99.97%"),
        (1_999_999, 2_000_000, None, "99.99995%"),
        (1, 5000, None, "0.02%"),
        (0, 5000, None, "0.0%"),
        (5000, 5000, None, "100.0%"),
        (0, 0, None, "—"),
        (1, 16, None, "6.3%"),
        (1, 8, None, "12.5%"),
        (137_354, 141_911, None, "96.8%"),
    ],
)
def test_share_is_printed_as_it_is(part: int, whole: int, limit: Fraction | None, printed: str) -> None:
    assert print_share(part, whole, limit=limit) == printed


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([None, FIFTH, Fraction(9, 10)]))
def test_no_print_jumps_over_its_limit(part: int, whole: int, limit: Fraction | None) -> None:
    part = min(part, whole)
    shown = Fraction(print_share(part, whole, limit=limit).rstrip("%")) / 100
    assert (shown == 1) == (part == whole)
    assert (shown == 0) == (part == 0)
    assert abs(shown - Fraction(part, whole)) <= Fraction(1, 2000)
    if limit is not None:
        assert (shown < limit) == (Fraction(part, whole) < limit)


@given(st.integers(0, 10**5), st.integers(1, 10**5))
def test_workbook_shows_as_many_decimals_as_the_page(part: int, whole: int) -> None:
    part = min(part, whole)
    column = Column("part", "率", "share", "whole", FIFTH)
    cell = print_cell(column, {"part": part, "whole": whole})
    assert len(cell.style.rstrip("%").split(".")[1]) == len(cell.text.rstrip("%").split(".")[1])


def test_estimate_is_never_rounded_to_none_or_all() -> None:
    assert [print_estimate(value) for value in (0.0, 0.0004, 0.9996, 1.0)] == [
        "0.0%",
        "0.04%",
        "99.96%",
        "100.0%",
    ]


def test_money_is_exact_in_wan() -> None:
    assert [print_money(fen) for fen in (0, 1, 4_999, 5_000, 123_456_789_012)] == [
        "0.00",
        "0.000001",
        "0.005",
        "0.01",
        "123,456.79",
    ]


def test_counts_keep_their_thousands_apart() -> None:
    assert print_count(1_000_000) == "1,000,000"


def test_missing_count_is_not_printed_as_none() -> None:
    assert print_cell(Column("n", "数", "count"), {"n": pd.NA}).text == "缺"
    assert print_cell(Column("n", "数", "count"), {"n": 0}).text == "0"


def test_share_of_unknown_figures_is_missing_rather_than_undefined() -> None:
    column = Column("part", "率", "share", "whole")
    assert print_cell(column, {"part": pd.NA, "whole": 3}).text == "缺"
    assert print_cell(column, {"part": 0, "whole": 0}).text == "—"


def test_mark_stands_in_the_number_format_so_that_the_cell_stays_a_number() -> None:
    column = Column("part", "率", "share", "whole", FIFTH, "result")
    cell = print_cell(column, {"part": 80, "whole": 401, "result": "not_met"})
    assert (cell.value, cell.style) == (80 / 401, '"▲ "0.00%')
