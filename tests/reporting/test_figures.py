"""Figures: what is drawn depends on what is said; a rare name stops none of them."""

from __future__ import annotations

import pytest

from audit_lib.reporting import figures, fonts
from audit_lib.reporting.canvas import new_figure, png

UNKNOWN = "\U000f0000"
"""A private character: no font has it."""


def intervals(limit: float | None) -> bytes:
    return figures.range_dots(["青原市"], [0.03], [0.01], [0.08], limit=limit, label="比例(%)")


def test_limit_is_drawn_into_the_intervals_where_the_params_set_one() -> None:
    assert intervals(0.05) != intervals(None)
    assert intervals(0.05) != intervals(0.06)


def test_equal_numbers_give_equal_bytes() -> None:
    assert intervals(0.05) == intervals(0.05)


def named(name: str) -> tuple[list[str], list[str], str]:
    """Return the names beside the rows of a figure, their faces and the line below it."""
    with new_figure(4, 2) as figure:
        axes = figure.add_subplot()
        axes.set_yticks([0, 1], [name, "青原市"])
        assert png(figure).startswith(b"\x89PNG")
        labels = axes.get_yticklabels()
        return [label.get_text() for label in labels], labels[0].get_fontfamily(), figure.get_supxlabel()


def test_sign_that_the_face_lacks_is_borrowed_and_said() -> None:
    lent = fonts.lenders(fonts.rare_signs(map(chr, range(0x20000, 0x2A6D7))))
    if not lent:
        pytest.skip("no other Chinese face here")
    rare, face = min(lent.items(), key=lambda pair: pair[0])
    names, families, note = named(f"{rare}县")
    assert names == [f"{rare}县", "青原市"]
    assert families == [fonts.NAME, face.families[0]]
    assert note == f"“{rare}”借用 {face.families[0]}"


def test_sign_that_no_face_has_is_written_as_its_code_and_one_that_prints_nothing_is_left_out() -> None:
    names, _, note = named(f"甲{UNKNOWN}\u202e县")
    assert names == ["甲[U+F0000]县", "青原市"]
    assert note == "[U+F0000] 是本机字体没有的字的编码"


def test_figure_of_common_names_bears_no_note() -> None:
    assert named("雁鸣市") == (["雁鸣市", "青原市"], [fonts.NAME], "")


@pytest.mark.parametrize("name", [UNKNOWN, "县\u202e"])
def test_rare_name_stops_no_figure(name: str) -> None:
    assert figures.count_bars([name], [3], label=name)
    assert figures.course_lines([name] * 2, [(name, [0.1, 0.2])], due=[(1.0, name)], label=name)
