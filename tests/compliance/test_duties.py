"""Which areas a rule speaks of, where none is left of a kind."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from audit_lib.compliance.duties import own_places, spread_over_places


def facts(*places: tuple[str, str, str]) -> Any:
    return SimpleNamespace(places=pd.DataFrame(places, columns=["level", "area", "county"], dtype="str"))


def test_rule_of_cities_speaks_of_nobody_where_there_are_only_counties() -> None:
    rule: Any = SimpleNamespace(levels=("city",))
    assert own_places(facts(("county", "220101", "220101")), rule).empty


def test_city_that_is_its_own_county_is_told_once_at_each_level() -> None:
    both = facts(("city", "220581", "220581"), ("county", "220581", "220581"))
    rows = spread_over_places(both, pd.DataFrame({"area": ["220581"]}))
    assert rows[["level", "subject"]].to_numpy().tolist() == [["city", "220581"], ["county", "220581"]]
