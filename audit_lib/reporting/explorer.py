"""Filters for an analyst at the screen; the same page without a screen shows the same tables.

In JupyterLab the filters are widgets; where nobody can click (papermill, an exported page) the
cell shows what the filters say at the start. Either way one pure function makes the section.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit_lib.compliance.hazards import MAJOR
from audit_lib.investigation.lookup import read_period
from audit_lib.reporting import figures
from audit_lib.reporting.case import groups_within
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.html import section_html
from audit_lib.reporting.inquiry import Inquiry
from audit_lib.reporting.model import Number, Picture, Section
from audit_lib.reporting.words import name_each
from audit_lib.schemas import rulebook_rows

ALL = "全部"


def explored(inquiry: Inquiry, area: str, kind: str, first: pd.Timestamp, last: pd.Timestamp) -> Section:
    """Return checks and hazards of an area, a group of units and a period, by the areas within.

    Parameters
    ----------
    area : code;  kind : group of ``rulebook/unit_types.csv`` or `ALL`;  first, last : days included
    """
    facts, case = inquiry.facts, inquiry.case
    home = groups_within(case.areas, area)
    units = facts.frame[facts.frame["county"].isin(home)]
    if kind != ALL:
        prefixes = tuple(row["prefix"] for row in rulebook_rows("unit_types") if row["group"] == kind)
        units = units[units["unit_type"].fillna("").astype("str").str.startswith(prefixes)]
    checks = pd.concat([facts.county_checks, facts.city_checks, facts.province_checks])
    checks = checks[checks["valid"] & checks["date"].between(first, last)]
    hazards = facts.hazards[facts.hazards["found_date"].between(first, last)]
    county = units.set_index("unit_id")["county"].map(home)

    def count(table: pd.DataFrame) -> pd.Series[int]:
        return table["unit_id"].map(county).value_counts()

    parts = {
        "units": count(units),
        "checks": count(checks),
        "failed": count(checks[checks["conclusion"] != "合格"]),
        "hazards": count(hazards),
        "majors": count(hazards[hazards["grade"] == MAJOR]),
        "overdue": count(hazards[hazards["overdue"]]),
    }
    groups = [code for code in case.areas["code"] if code in set(home.values())]
    table = pd.DataFrame(parts).reindex(groups).fillna(0).astype("int64").reset_index(names="code")
    names = case.names()
    table["name"] = table["code"].map(names)
    label = f"不合格的检查({names[area]}, {kind}, {first:%m-%d} 至 {last:%m-%d})"
    picture = figures.count_bars(table["name"].tolist(), table["failed"].tolist(), label=label)
    said = name_each(table["name"], table["failed"])
    numbers = tuple(
        Number(key, name, "text", words, "检查记录")
        for key, name, words in (("filters", "筛选", label), ("failed", "不合格的检查", said))
    )
    blocks = (Picture("筛选", "{filters}", picture, "{failed}", numbers), make_grid("筛选", table))
    return Section("explored", "按地区、类别、期间查看", blocks)


class Explorer:
    """The filters of an inquiry with what they show: ``area``, ``kind``, ``days``, ``shown``."""

    def __init__(self, inquiry: Inquiry) -> None:
        import ipywidgets  # noqa: PLC0415 - only a notebook needs it

        case, window = inquiry.case, inquiry.case.run.params.window
        inside = case.areas[case.areas["code"].isin(case.codes)]
        names = [(f"{row['name']}({row['code']})", row["code"]) for _, row in inside.iterrows()]
        kinds = [ALL, *dict.fromkeys(row["group"] for row in rulebook_rows("unit_types"))]
        days = pd.date_range(window.start, min(window.end, case.as_of))
        options = [(f"{day.month}月{day.day}日", day) for day in days]
        first, last = read_period(inquiry.period)
        asked = np.flatnonzero((days >= (first or days[0])) & (days <= (last or days[-1])))
        begin, end = (asked[0], asked[-1]) if len(asked) else (0, len(days) - 1)
        wide = ipywidgets.Layout(width="32em")
        self.inquiry = inquiry
        self.area = ipywidgets.Dropdown(options=names, value=case.code, description="地区", layout=wide)
        self.kind = ipywidgets.Dropdown(options=kinds, value=ALL, description="类别", layout=wide)
        self.days = ipywidgets.SelectionRangeSlider(
            options=options, index=(int(begin), int(end)), description="期间", layout=wide
        )
        self.shown = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.area, self.kind, self.days, self.shown])
        for one in (self.area, self.kind, self.days):
            one.observe(self._show, names="value")
        self._show()

    @property
    def section(self) -> Section:
        """What the filters show now."""
        return explored(self.inquiry, self.area.value, self.kind.value, *self.days.value)

    def _show(self, _change: object = None) -> None:
        self.shown.value = section_html(self.section)

    def _repr_mimebundle_(self, **words: Any) -> dict[str, Any]:
        live: dict[str, Any] = self.box._repr_mimebundle_(**words) or {}
        return {**live, "text/html": self.shown.value, "text/plain": repr(self.section)}


def explore(inquiry: Inquiry) -> Explorer:
    """Return filters over checks and hazards of the inquiry's area."""
    return Explorer(inquiry)
