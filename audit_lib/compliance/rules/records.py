"""Rules on single records: dated in the campaign, in order, by two inspectors, no secret told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import numpy as np
import pandas as pd

from audit_lib import schemas
from audit_lib.compliance.facts import Facts
from audit_lib.compliance.keys import among, join_words, look_up
from audit_lib.compliance.rows import (
    MET,
    NOT_ASSESSABLE,
    NOT_DUE,
    NOT_MET,
    cite,
    named,
    singles,
    subjects,
    whole,
)
from audit_lib.compliance.rulebook import Rule
from audit_lib.sampling import PASSED

CHECKS = ("county_checks", "city_checks", "province_checks")


def dated_in_window(facts: Facts, rule: Rule) -> pd.DataFrame:
    """T-01: each inspection, self-check and drill is dated in the campaign; others are told and not counted.

    Records dated after the day judged are among them where they lie beyond the campaign's end too.
    """
    parts = []
    for table, column in (name.split(".") for name in facts.book.words("window_dates")):
        rows = facts.dated[table]
        rows = rows[rows[column].notna()]
        number = schemas.tables()[table].keys[0]
        inside = facts.in_window(rows[column])
        said = rows[column].dt.strftime("%Y-%m-%d") + " 不在行动期内, 不计入"
        parts.append(
            singles(
                "record",
                table,
                rows,
                np.where(inside, MET, NOT_MET),
                subject=cite(table, rows[number]) + (f"/{column}" if number == "unit_id" else ""),
                reason=said.where(~inside, ""),
            )
        )
    found = pd.concat(parts)
    return found if len(found) else whole(facts, NOT_ASSESSABLE, "没有可用的检查、自查和演练记录")


def dates_in_order(facts: Facts, rule: Rule) -> pd.DataFrame:
    """DQ-03: found, notice, limit; found, mended, re-checked; county pass, city check: in this order."""
    rows = facts.hazards
    words = join_words([(rows[after] < rows[before], said) for before, after, said in _ORDER], rows.index)
    spot = facts.spot_checks
    passes = facts.county_checks[facts.county_checks["valid"] & (facts.county_checks["conclusion"] == PASSED)]
    first = look_up(spot["unit_id"], passes.groupby("unit_id")["date"].min())
    early = (spot["date"] < first).map({True: "抽检早于县级合格", False: ""}).astype("str")
    return pd.concat(
        [
            _ordered("hazards", rows, words, rows["found_date"].isna()),
            _ordered("city_checks", spot, early, spot["date"].isna()),
        ]
    )


_ORDER = (
    ("found_date", "notice_date", "整改通知早于发现"),
    ("found_date", "deadline", "整改期限早于发现"),
    ("notice_date", "deadline", "整改期限早于整改通知"),
    ("found_date", "closed_date", "整改完成早于发现"),
    ("found_date", "recheck_date", "复查早于发现"),
    ("closed_date", "recheck_date", "复查早于整改完成"),
)


def _ordered(table: str, rows: pd.DataFrame, words: pd.Series[str], undated: pd.Series[bool]) -> pd.DataFrame:
    return singles(
        "record",
        table,
        rows,
        np.select([words != "", undated], [NOT_MET, NOT_ASSESSABLE], MET),
        subject=named(table, rows)["evidence"],
        reason=words.mask((words == "") & undated, "日期不可读"),
    )


def two_without_interest(facts: Facts, rule: Rule) -> pd.DataFrame:
    """DQ-04: a check names two inspectors or more, none of whom declared an interest in the unit.

    Practice of later years: it makes no check invalid, it says where to look again.
    """
    barred = _interests(facts)
    parts = []
    for table in CHECKS:
        checks = getattr(facts, table)
        rows = checks[checks["inspectors"].notna() | checks["conclusion"].notna()]
        names = rows["inspectors"].fillna("").str.split("、")
        few = names.map(lambda named: len(set(named) - {""})) < facts.book.count("least_inspectors")
        pairs = names.explode()
        own = pairs + "/" + rows["unit_id"].reindex(pairs.index)
        biased = among(own, barred)
        whose = pairs[biased].groupby(level=0).agg("、".join).reindex(rows.index)
        unnamed = rows["inspectors"].isna()
        reason = np.select(
            [unnamed, whose.notna(), few],
            ["没有可读的检查人员", whose.fillna("") + " 已申报与该单位有利害关系", "检查人员不足2人"],
            "",
        )
        parts.append(
            singles(
                "record",
                table,
                rows,
                np.select([unnamed, whose.notna() | few], [NOT_ASSESSABLE, NOT_MET], MET),
                subject=named(table, rows)["evidence"],
                reason=reason,
            )
        )
    return pd.concat(parts)


def _interests(facts: Facts) -> pd.Series[str]:
    """Return ``name/unit_id`` of every interest that an inspector declared."""
    known = facts.records["inspectors"].dropna(subset=["inspector_name", "interests"])
    units = known["interests"].str.split(r"[、,，;；\s]+", regex=True).explode().str.upper()
    return known["inspector_name"].reindex(units.index) + "/" + units


def outputs_clean(facts: Facts, rule: Rule) -> pd.DataFrame:
    """DQ-06: no output tells an identity number or an unmasked mobile phone; `scan_outputs` reads them."""
    return whole(facts, NOT_DUE, "报告写出后逐份检查")


def scan_outputs(texts: Mapping[str, str]) -> pd.DataFrame:
    """Return a row per output: not met where it tells personal data.

    The evidence says how many and of which kind, never the data themselves.

    >>> rows = scan_outputs({"a.html": "联系电话13912345678", "b.html": "138****1234, 0431-88901234"})
    >>> rows[["subject", "result", "reason"]].values.tolist()[0]
    ['a.html', 'not_met', '未遮盖的手机号 1 个']
    >>> rows["result"].tolist()[1]
    'met'
    """
    names = sorted(texts)
    faults = [_personal(texts[name]) for name in names]
    subject = pd.Series(names, dtype="str")
    return subjects(
        "output",
        subject,
        pd.Series(pd.NA, index=subject.index, dtype="str"),
        pd.Series([NOT_MET if fault else MET for fault in faults], dtype="str"),
        cite("outputs", subject),
        reason=pd.Series(faults, dtype="str"),
    )


_ID = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![0-9A-Za-z.])1[3-8]\d(?:[- ]?\d{4}){2}(?![0-9A-Za-z])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""Weights and check characters of GB 11643."""


def _personal(text: str) -> str:
    text = re.sub("[‐‑–—－]", "-", unicodedata.normalize("NFKC", text))
    ids = sum(_is_identity(found) for found in _ID.findall(text))
    phones = len(_PHONE.findall(text))
    said = {"身份证号码": ids, "未遮盖的手机号": phones}
    return "、".join(f"{word} {count} 个" for word, count in said.items() if count)


def _is_identity(number: str) -> bool:
    """Say whether 18 signs are an identity number: its day of birth and its check character fit.

    >>> _is_identity("11010519491231002X"), _is_identity("110105194912310021")
    (True, False)
    """
    born = pd.to_datetime(number[6:14], format="%Y%m%d", errors="coerce")
    total = sum(weight * int(sign) for weight, sign in zip(_WEIGHTS, number[:17], strict=True))
    return bool(pd.notna(born)) and "10X98765432"[total % 11] == number[17].upper()
