"""Figures: what is drawn depends on what is said."""

from __future__ import annotations

from audit_lib.reporting import figures


def intervals(limit: float | None) -> bytes:
    return figures.range_dots(["青原市"], [0.03], [0.01], [0.08], limit=limit, label="比例(%)")


def test_limit_is_drawn_into_the_intervals_where_the_params_set_one() -> None:
    assert intervals(0.05) != intervals(None)
    assert intervals(0.05) != intervals(0.06)


def test_equal_numbers_give_equal_bytes() -> None:
    assert intervals(0.05) == intervals(0.05)
