"""The picture of a plan shows what its numbers say."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.axes import Axes

from audit_lib.reporting.prospects import prospect_picture

TABLE = pd.DataFrame(
    {
        "name": ["合计", "青原市", "白桦市"],
        "N": [320, 300, 20],
        "n": [79, 75, 4],
        "hidden_share": [10 / 320, 10 / 300, 0.45],
        "chance": [0.41, 0.4, 0.0],
        "half_width": [0.04, 0.041, float("nan")],
    }
)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written beside the bars."""
    words: list[str] = []
    write = Axes.text

    def note(self, x, y, s, *args, **kwargs):
        words.append(s)
        return write(self, x, y, s, *args, **kwargs)

    monkeypatch.setattr(Axes, "text", note)
    return words


def test_bound_is_rounded_up_and_what_is_not_known_is_a_dash(said: list[str]) -> None:
    prospect_picture(TABLE, limit=0.05, confidence=0.95)
    assert said == ["3.2", "3.4", "45.0", "41.0", "40.0", "0.0", "4.0", "4.1", "—"]


def test_without_a_limit_no_chance_of_acceptance_is_shown(said: list[str]) -> None:
    prospect_picture(TABLE.assign(chance=None), limit=None, confidence=0.95)
    assert said == ["3.2", "3.4", "45.0", "4.0", "4.1", "—"]


def test_equal_numbers_give_equal_bytes_and_the_limit_is_drawn() -> None:
    one, two, other = (prospect_picture(TABLE, limit=limit, confidence=0.95) for limit in (0.05, 0.05, 0.06))
    assert one == two != other
    assert one.startswith(b"\x89PNG")
