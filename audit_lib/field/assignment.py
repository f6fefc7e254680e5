"""From tables to an assignment: who must stay away from which site, and the lists that leave.

The public list names inspectors by certificate number only; names stand in the other one.
"""

from __future__ import annotations

import datetime as dt
import re

import pandas as pd

from audit_lib.errors import InputError, Problem, Text
from audit_lib.sampling.passes import valid_checks
from audit_lib.workbooks import table_workbook

_BETWEEN = re.compile(r"[、,，;；\s]+")


def list_barred(inspectors: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Return who must not go where: a declared interest, or the last to check the unit.

    Checks name people, not certificates: of two inspectors with one name both stay away.

    Parameters
    ----------
    inspectors : DataFrame[inspector_id, inspector_name, interests]
    checks : DataFrame[unit_id, date, inspectors, conclusion]   of county, city and province; only
        the last day with a valid check of each unit counts

    Returns
    -------
    DataFrame[unit_id, inspector_id]   sorted, each pair once

    >>> staff = pd.DataFrame({"inspector_id": ["1", "2"], "inspector_name": ["甲", "乙"],
    ...                       "interests": ["A、B", None]})
    >>> checks = pd.DataFrame({"unit_id": "C", "date": pd.Timestamp("2014-03-03"), "inspectors": ["乙、丙"],
    ...                        "conclusion": "合格"})
    >>> list_barred(staff, checks).values.tolist()
    [['A', '1'], ['B', '1'], ['C', '2']]
    """
    declared = _split(inspectors[["inspector_id", "interests"]], "interests")
    declared = declared.rename(columns={"interests": "unit_id"})
    valid = checks.loc[valid_checks(checks), ["unit_id", "date", "inspectors"]]
    last = valid[valid["date"] == valid.groupby("unit_id")["date"].transform("max")]
    known = inspectors[["inspector_id", "inspector_name"]].rename(columns={"inspector_name": "inspectors"})
    known = known.assign(inspectors=known["inspectors"].str.strip())
    seen = _split(last, "inspectors").merge(known, on="inspectors")
    pairs = pd.concat([declared[["unit_id", "inspector_id"]], seen[["unit_id", "inspector_id"]]])
    return pairs.drop_duplicates().sort_values(["unit_id", "inspector_id"], ignore_index=True)


def list_days_off(inspectors: pd.DataFrame) -> pd.DataFrame:
    """Return the days on which inspectors cannot go, as ISO dates.

    Raises
    ------
    InputError   a day that is not written as 2014-03-31; all of them are named

    Returns
    -------
    DataFrame[inspector_id, day]
    """
    rows = _split(inspectors[["inspector_id", "days_off"]], "days_off").rename(columns={"days_off": "day"})
    wrong = rows[~rows["day"].map(_is_day).astype(bool)]
    if len(wrong):
        due = Text("应为 2014-03-31 这样的日期", "a date like 2014-03-31 is due")
        problems = [
            Problem(str(row.inspector_id), column="不能出勤日期", got=str(row.day), due=due)
            for row in wrong.itertuples(index=False)
        ]
        raise InputError("检查人员名册不能使用", "the list of inspectors cannot be used", problems)
    return rows[["inspector_id", "day"]]


def assignment_workbook(teams: pd.DataFrame, sites: pd.DataFrame, inspectors: pd.DataFrame) -> bytes:
    """Return the list for those who send the teams: sites with names, inspectors with names, loads.

    Parameters
    ----------
    teams : DataFrame[unit_id, day, inspector_id, role]   from `assign_inspectors`
    sites : DataFrame[unit_id, unit_name, city, county]
    inspectors : DataFrame[inspector_id, inspector_name, area, lead]
    """
    shown = teams.merge(sites, on="unit_id", how="left").merge(inspectors, on="inspector_id", how="left")
    columns = {
        "day": "日期",
        "unit_id": "单位编号",
        "unit_name": "单位名称",
        "city": "市州",
        "county": "县区",
    }
    columns |= {"role": "职责", "inspector_id": "执法证号", "inspector_name": "姓名", "area": "所在地区"}
    load = teams.groupby("inspector_id").agg(家数=("unit_id", "size"), 天数=("day", "nunique"))
    staff = inspectors.set_index("inspector_id")[["inspector_name", "area"]].join(load, how="inner")
    staff = staff.reset_index().sort_values("inspector_id", ignore_index=True)
    staff = staff.rename(columns={"inspector_id": "执法证号", "inspector_name": "姓名", "area": "所在地区"})
    note = {"分派": "内部使用: 走访结束前不得外传"}
    return table_workbook({"分派": shown[list(columns)].rename(columns=columns), "工作量": staff}, notes=note)


def public_workbook(teams: pd.DataFrame, *, seed: str) -> bytes:
    """Return the list to publish after the visits: certificate numbers, and how to recompute them."""
    columns = {"day": "日期", "unit_id": "单位编号", "role": "职责", "inspector_id": "执法证号"}
    note = (
        f"检查人员的次序: SHA-256(“{seed}:inspectors,单位编号,执法证号”), 从小到大; "
        "单位按签号从小到大依次分派, 回避和上限见方案"
    )
    return table_workbook(
        {"公开名单": teams[list(columns)].rename(columns=columns)}, notes={"公开名单": note}
    )


def _split(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return one row per word of a column that lists several."""
    words = rows[column].fillna("").astype("str").str.strip().str.split(_BETWEEN)
    apart = rows.assign(**{column: words}).explode(column, ignore_index=True)
    return apart[apart[column].fillna("") != ""].reset_index(drop=True)


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
