"""Objections: what areas say against findings, what was answered, and by whom it was decided.

An objection marks a finding and changes no result. Whoever is right hands in corrected data,
and the rules judge those: a decision that moved a verdict by itself could be traced to no row.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit_lib.errors import InputError
from audit_lib.files import write_bytes, write_parquet
from audit_lib.schemas import PROVENANCE, conform, empty, tables
from audit_lib.workbooks import table_workbook

NAME = "objections"
KEPT = f"{NAME}.parquet"
"""The register in the campaign's folder; beside it lies a workbook of the same rows for people."""

FINDING = ["area", "rule_id", "subject"]
OPEN, UNSIGNED = "已申诉, 待决定", "已申诉, 决定缺决定人或日期"
STATES = {"维持": "申诉不成立, 维持", "撤销": "申诉成立, 撤销", "更正": "申诉成立, 更正"}
UPHELD = ("撤销", "更正")

WORST_FIRST = {"not_met": 0, "not_assessable": 1, "not_due": 2, "met": 3, "not_applicable": 4}
"""Which result speaks where a finding has several: a county that is its own city is judged as both."""

NO_SUCH_FINDING = "本次判定中没有这一条"
UNCHANGED = "判定没有随决定改变: 更正的事实须以更正后的资料报送"
CHANGED = "按更正后的资料, 现不在未达到之列"


def keep_objections(kept: pd.DataFrame, read: pd.DataFrame) -> pd.DataFrame:
    """Return the register with what was read now behind it: each row once, none lost.

    Parameters
    ----------
    kept, read : table ``objections``
    """
    told = [column for column in kept if column not in PROVENANCE]
    rows = pd.concat([kept, read], ignore_index=True)
    return conform(rows.drop_duplicates(told, keep="last"), NAME)


def load_objections(campaign: Path) -> pd.DataFrame:
    """Return the register of a campaign, empty where nobody objected yet.

    Raises
    ------
    InputError   the register cannot be read
    """
    path = campaign / KEPT
    if not path.exists():
        return empty(NAME)
    try:
        return conform(pd.read_parquet(path), NAME)
    except (OSError, ValueError) as broken:
        raise InputError(
            f"申诉登记 {path.name} 已损坏, 请从备份恢复后重新运行",
            f"the register {path.name} is broken; restore it from a backup and run again",
        ) from broken


def write_objections(campaign: Path, objections: pd.DataFrame) -> None:
    """Write the register, and the workbook that people read it in."""
    words = {column.name: column.zh for column in tables()[NAME].columns}
    write_bytes(
        campaign / f"{NAME}.xlsx", table_workbook({"申诉登记": objections[[*words]].rename(columns=words)})
    )
    write_parquet(campaign / KEPT, objections)


def decide_objections(objections: pd.DataFrame, rules: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return each objection up to a day with its state and what the rules say of the finding today.

    Of several rows about one objection (same finding, same day) the one decided last speaks; a
    decision needs somebody who took it and a day. What is dated later is not known yet.

    Parameters
    ----------
    objections : table ``objections``, in the order of the register
    rules : table ``rules``;  as_of : the day judged

    Returns
    -------
    DataFrame[area, body, rule_id, subject, date, text, reply, decision, decided_by, decided_on,
        state, result, note]   one row per objection, sorted by finding and day; no result: the
        judgement has no such finding
    """
    rows = objections[~(objections["date"] > as_of)].drop(columns=list(PROVENANCE))
    rows = rows.assign(subject=rows["subject"].fillna(rows["area"]))
    later = rows["decided_on"] > as_of
    rows.loc[later, ["reply", "decision", "decided_by", "decided_on"]] = None
    rows = rows.assign(decided=rows["decision"].notna())
    ordered = rows.sort_values(["decided", "decided_on"], na_position="first", kind="stable")
    last = ordered.drop_duplicates([*FINDING, "date"], keep="last")
    rules = rules[rules["rule_id"].isin(last["rule_id"]) & rules["subject"].isin(last["subject"])]
    ranked = rules.sort_values("result", key=lambda results: results.map(WORST_FIRST), kind="stable")
    worst = ranked.drop_duplicates(["rule_id", "subject"])
    found = last.merge(worst[["rule_id", "subject", "result"]], on=["rule_id", "subject"], how="left")
    signed = found["decided_by"].notna() & found["decided_on"].notna()
    state = found["decision"].map(STATES).fillna(OPEN)
    found["state"] = state.mask(found["decided"] & ~signed, UNSIGNED)
    upheld = found["decision"].isin(UPHELD) & signed
    note = pd.Series("", index=found.index).mask(found["result"].isna(), NO_SUCH_FINDING)
    note = note.mask(upheld & found["result"].isin(["not_met", "not_assessable"]), UNCHANGED)
    found["note"] = note.mask(upheld & found["result"].isin(["met", "not_applicable", "not_due"]), CHANGED)
    return found.drop(columns="decided").sort_values([*FINDING, "date", "text"], ignore_index=True)
