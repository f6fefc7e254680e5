"""A small campaign to commit, draw and tamper with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.sampling import Plan, allocate_quota, commit_plan, count_strata, make_plan

NOW = dt.datetime(2014, 3, 10, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SEED = "20140310-0123456789"
EVIDENCE = "3 月 10 日省厅会议室掷骰, 三方见证"


@dataclass(frozen=True)
class Campaign:
    """Folders of a campaign, and the ways to act in it."""

    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log.jsonl"

    def draw(self, name: str = "batch-1") -> Path:
        return self.folder / "draws" / name

    def frame(self, units: int = 40) -> pd.DataFrame:
        rows = [
            (f"U{i:04}", f"=卫生室<b>{i}</b>", "甲市", "220102" if i % 3 else "220103") for i in range(units)
        ]
        frame = pd.DataFrame(rows, columns=["unit_id", "unit_name", "city", "county"])
        return frame.assign(stratum=frame["county"] + "|村卫生室")

    def plan(self, name: str = "batch-1", units: int = 40) -> Plan:
        frame = self.frame(units)
        return make_plan(
            frame,
            allocate_quota(count_strata(frame)),
            campaign="2014 春季安全行动",
            name=name,
            purpose="city_check",
            reserves=2,
            rate="20%",
            rule="各县不少于五分之一, 县内按层大小",
            seed_source="3 月 10 日掷骰",
            date="2014-03-10",
            batch="2014-03-10",
        )

    def commit(self, name: str = "batch-1", units: int = 40) -> Plan:
        plan = self.plan(name, units)
        return commit_plan(self.draw(name), self.log, plan=plan, frame=self.frame(units), now=NOW)


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return Campaign(tmp_path / "campaign")
