"""The Friday reports held against each other, against themselves and against the ledgers.

A report is one row of figures of one body for one Friday, as of Thursday 24:00. What it says
can be tested without knowing anything else: a cumulative figure never falls, a part is at most
the whole, 排查重大 = 已整改销号 + 列入治理计划. Against the dated rows of the other tables it is
counted again (`follow_counts`). A difference is a question to the body, not a verdict.
Source: reading A10; ``rulebook/weekly.csv`` says what each figure is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.counts import (
    Measure,
    counts_at,
    follow_counts,
    unsure_counts,
    weekly_measures,
)
from audit_lib.compliance.duties import as_reported
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import first_of, look_up, month_day
from audit_lib.compliance.printed import rounding, unlike_rate

KEY = ["area", "body", "week"]
FOUND = [*KEY, "check", "measure", "reported", "other", "words"]
"""What a check finds: ``check`` is fell, part, majors, rate, sum, ledger, stale or copied; ``other``
is the figure that ``reported`` was held against."""

RATES = {
    "coverage_rate": ("inspected", "units_due", "覆盖率"),
    "spot_rate": ("spot_done", "passed", "抽检率"),
    "general_rate": ("general_closed", "general_found", "一般隐患整改率"),
}
"""Printed rates of a report, and the counts that they are made of."""

ROUNDED = ("spot_due",)
"""Figures that are rounded up, so that those of counties do not add up to the city's."""


def latest_reports(weekly: pd.DataFrame) -> pd.DataFrame:
    """Return one row per area, body and week: the figures of the report received last.

    Sorted by key; ``times`` counts the reports received for that week.
    """
    rows = weekly.dropna(subset=KEY)
    figures = [*weekly_measures()]
    rows = rows.sort_values([*KEY, "received_at", *figures], kind="stable", na_position="first")
    times = rows.groupby(KEY)["week"].transform("size")
    return rows.assign(times=times).drop_duplicates(KEY, keep="last").reset_index(drop=True)


def check_reports(facts: Facts) -> pd.DataFrame:
    """Return everything that does not tie in the reports known at the end of the day judged.

    Returns
    -------
    DataFrame[area, body, week, check, measure, reported, other, words], sorted by key
    """
    facts = as_reported(facts)
    reports = latest_reports(facts.weekly)
    found = [
        find_falls(reports),
        find_parts(reports),
        find_majors_apart(reports),
        find_rates_apart(reports),
        find_sums_apart(reports, facts),
        find_differences(reports, facts, follow_counts(facts)),
        find_stale(reports, weeks=facts.book.count("stale_weeks")),
        find_copies(reports, least=facts.book.count("copied_figures")),
    ]
    return pd.concat(found, ignore_index=True).sort_values([*KEY, "check", "measure"], ignore_index=True)


def find_falls(reports: pd.DataFrame) -> pd.DataFrame:
    """Return cumulative figures below the last one given before."""
    found = []
    for measure in (one for one in weekly_measures().values() if one.cumulative):
        given = reports.dropna(subset=[measure.key])
        before = given.groupby(KEY[:2])[measure.key].shift()
        fell = given[measure.key] < before
        found.append(_found(given, measure, before, fell, check="fell", words="低于上次报送"))
    return pd.concat(found, ignore_index=True)


def find_parts(reports: pd.DataFrame) -> pd.DataFrame:
    """Return figures that exceed the whole they are a part of."""
    found = []
    for measure in weekly_measures().values():
        if measure.part_of:
            whole = weekly_measures()[measure.part_of]
            most = reports[whole.key]
            if not whole.cumulative:
                # A pass revoked later, a unit closed later: what was counted while it stood, stays.
                most = most.groupby([reports[key] for key in KEY[:2]]).cummax()
            over = reports[measure.key] > most
            found.append(_found(reports, measure, most, over, check="part", words=f"多于{whole.zh}"))
    return pd.concat(found, ignore_index=True)


def find_majors_apart(reports: pd.DataFrame) -> pd.DataFrame:
    """Return where majors found are not those closed and those in a treatment plan together."""
    both = reports["major_closed"] + reports["major_planned"]
    apart = reports["major_found"] != both
    words = "不等于销号与列入治理计划之和"
    return _found(reports, weekly_measures()["major_found"], both, apart, check="majors", words=words)


def find_rates_apart(reports: pd.DataFrame) -> pd.DataFrame:
    """Return printed rates that do not follow from the report's own counts."""
    found = []
    for column, (part, whole, words) in RATES.items():
        rows = reports.dropna(subset=[column, part, whole])
        rows = rows[rows[whole] > 0]
        cells = list(zip(rows[column], rows[part], rows[whole], strict=True))
        wrong = [unlike_rate(text, int(one), int(other)) for text, one, other in cells]
        said = [
            f"/{weekly_measures()[whole].zh}应为 {rate.written(int(one), int(other))}, {words}写作 {text}"
            for rate, (text, one, other) in zip(wrong, cells, strict=True)
            if rate is not None
        ]
        rows = rows[np.array([rate is not None for rate in wrong], dtype=bool)]
        found.append(_rows(rows, "rate", pd.Series(said, index=rows.index, dtype="str"), measure=part))
    return pd.concat(found, ignore_index=True)


def find_sums_apart(reports: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """Return figures of a city that are not the sum of its counties' for the same Friday.

    Compared where every county of the city stands in the table of counties, and every body of the
    city reported. What is rounded up county by county (应抽) does not add up and is left out.
    """
    given = first_of(facts.records["weekly_counties"], ["county", "week"])
    homes = facts.places[facts.places["level"] == "city"]
    size = homes.groupby("area").size()
    rows = given.merge(homes[["area", "county"]], on="county")
    there = rows.groupby(["area", "week"])["county"].transform("nunique")
    rows = rows[there == rows["area"].map(size)]
    bodies = facts.reporters.groupby("area")["body"].nunique()
    found = []
    for measure in weekly_measures().values():
        if measure.key in ROUNDED:
            continue
        sums = rows.groupby(["area", "week"])[measure.key].agg(lambda cells: cells.sum(skipna=False))
        told = reports.dropna(subset=[measure.key])
        together = told.groupby(["area", "week"])[measure.key]
        total, count = together.transform("sum"), together.transform("size")
        keys = pd.MultiIndex.from_frame(told[["area", "week"]])
        parts = sums.reindex(keys).astype("Int64").set_axis(told.index)
        apart = parts.notna() & (total != parts) & (count >= told["area"].map(bodies).fillna(1))
        told = told.assign(**{measure.key: total})
        found.append(_found(told, measure, parts, apart, check="sum", words="不等于各县之和"))
    return pd.concat(found, ignore_index=True)


def find_differences(reports: pd.DataFrame, facts: Facts, counted: pd.DataFrame) -> pd.DataFrame:
    """Return figures that differ from the dated rows of the tables as of Thursday 24:00.

    Bodies of one area report each for its own units, so their sum is compared, and only where all
    of them gave the figure. An area whose own tables could not all be read is not compared.
    """
    bodies = facts.reporters.groupby("area")["body"].nunique()
    weeks = sorted(reports["week"].unique())
    tables = counts_at(counted, facts, [week - pd.Timedelta(days=1) for week in weeks])
    slack = unsure_counts(facts)
    found = []
    for measure in weekly_measures().values():
        if not measure.needs or facts.gaps.not_given(measure.needs):
            continue
        closed = facts.gaps.closed_to(measure.needs)
        open_to = set(facts.places["area"]) - set(
            facts.places.loc[facts.places["county"].isin(closed), "area"]
        )
        given = reports[reports["area"].isin(open_to)].dropna(subset=[measure.key])
        together = given.groupby(["area", "week"])[measure.key]
        total, size = together.transform("sum"), together.transform("size")
        keys = pd.MultiIndex.from_arrays([given["area"], given["week"] - pd.Timedelta(days=1)])
        ledger = tables[measure.key].reindex(keys, fill_value=0).astype("Int64").set_axis(given.index)
        more = given["area"].map(slack.get(measure.key, pd.Series(dtype="int64"))).fillna(0).astype("int64")
        half = rounding(given[measure.key]) if measure.key == "fund_total" else given[measure.key] * 0
        half = half.groupby([given["area"], given["week"]]).transform("sum")
        ties = (total >= ledger - half) & (total <= ledger + more + half)
        differs = (size >= given["area"].map(bodies)) & ~ties
        rows = given.assign(**{measure.key: total})
        found.append(_found(rows, measure, ledger, differs, check="ledger", words="与台账记录不同"))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=FOUND)


def may_be_unread(found: pd.DataFrame, facts: Facts) -> pd.Series[bool]:
    """Return which differences from the ledgers the rows may explain that nobody could identify.

    An amount of money may be any; a number can differ by as many as there are such rows. A row of the
    roster proves nothing, and so explains nothing.
    """
    explained = pd.Series(False, index=found.index)
    for key, rows in found.groupby("measure"):
        most = pd.Series(0, index=rows.index)
        for table in set(weekly_measures()[str(key)].needs) - {"units"}:
            lost = facts.gaps.unidentified.get(table, pd.Series(dtype="int64"))
            by_area = lost.groupby(lost.index.astype("str").str.replace("^.*:", "", regex=True)).max()
            most += look_up(rows["area"], by_area).fillna(0).astype("int64")
        any_amount = schemas.tables()["weekly"].column(str(key)).kind == "money"
        apart = (rows["reported"] - rows["other"]).abs()
        explained.loc[rows.index] = (most > 0) & (any_amount | (apart <= most))
    return explained


def find_stale(reports: pd.DataFrame, *, weeks: int) -> pd.DataFrame:
    """Return reports whose figures did not move for so many weeks although something is left to do."""
    figures = [*weekly_measures()]
    rows = reports[reports[figures].notna().any(axis=1) & ~_complete(reports)]
    same = pd.Series(True, index=rows.index)
    groups = rows.groupby(KEY[:2])
    for back in range(1, weeks + 1):
        before = groups[[*figures, "week"]].shift(back)
        follows = before["week"] == rows["week"] - pd.Timedelta(weeks=back)
        same &= follows & _equal(rows[figures], before[figures])
    return _rows(rows[same], "stale", f"连续 {weeks} 周以上各项数字没有变化, 而工作尚未完成")


def find_copies(reports: pd.DataFrame, *, least: int) -> pd.DataFrame:
    """Return reports whose figures are all those of another body, or of another week of the same body.

    Only rows with at least ``least`` figures that are neither missing nor zero are compared, and a
    body that has finished may repeat itself.
    """
    figures = [*weekly_measures()]
    there = (reports[figures].fillna(0) > 0).sum(axis=1) >= least
    rows = reports[there & ~_complete(reports)].sort_values(["week", *KEY[:2]])
    said = pd.MultiIndex.from_frame(rows[figures].fillna(-1))
    first = rows[KEY].set_axis(said)[~said.duplicated()]
    model = first.reindex(said).set_axis(rows.index)
    another = (model != rows[KEY]).any(axis=1)
    other = model["body"] + " " + month_day(model["week"])
    return _rows(rows[another], "copied", "与 " + other[another] + " 周报的各项数字完全相同")


def _complete(reports: pd.DataFrame) -> pd.Series[bool]:
    """Return whether every part given has reached its whole: then nothing has to move any more."""
    done = pd.Series(True, index=reports.index)
    for part in ("self_checked", "inspected", "general_closed", "major_closed"):
        whole = reports[weekly_measures()[part].part_of]
        done &= (reports[part] >= whole).fillna(True).astype(bool)
    return done & reports["units_due"].notna()


def _equal(one: pd.DataFrame, other: pd.DataFrame) -> pd.Series[bool]:
    return ((one == other).fillna(False) | (one.isna() & other.isna())).all(axis=1)


def _found(
    rows: pd.DataFrame,
    measure: Measure,
    other: pd.Series[int],
    wrong: pd.Series[bool],
    *,
    check: str,
    words: str,
) -> pd.DataFrame:
    rows = rows.assign(reported=rows[measure.key].astype("Int64"), other=other.astype("Int64"))
    rows = rows[wrong.fillna(False).astype(bool)]
    return rows.assign(check=check, measure=measure.key, words=words)[FOUND]


def _rows(rows: pd.DataFrame, check: str, words: str | pd.Series[str], *, measure: str = "") -> pd.DataFrame:
    empty = pd.array([pd.NA] * len(rows), dtype="Int64")
    return rows.assign(check=check, measure=measure, reported=empty, other=empty, words=words)[FOUND]
