"""What units, the platform and last year's ledger say besides: all in order, before anything is planted."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from audit_lib.demo.stock import Tables, dice, people, pick, throw
from audit_lib.demo.truth import Fault
from audit_lib.demo.visits import day

LAST_REPORT = pd.Timestamp("2014-03-10")

NINE = ("organisation", "staff", "funds", "rules", "training", "equipment", "site", "hazards", "sources")
LAST_YEAR = "2013遗留"


def complete(true: Tables, seed: int) -> Tables:
    """Return the tables with the columns and registers that the rules on units and hazards read."""
    chance = dice(seed, "unit registers")
    units, hazards = true["units"], true["hazards"]
    size = len(units)
    units = units.assign(
        standard_plan=units["township"] + "标准化建设方案〔2014〕1号",
        long_unsettled=False,
        city_said="",
    )
    forms = _complete_forms(true["self_checks"], units, chance)
    carried = hazards["source"] == LAST_YEAR
    hazards = hazards.assign(
        notice_date=hazards["found_date"],
        first_grade="",
        regraded_date=pd.Series(pd.NaT, index=hazards.index),
        regrade_reason="",
        regrade_approver="",
        link_id=("Y13-" + hazards["hazard_id"]).where(carried, ""),
        expert_opinion=("专家意见〔2014〕" + hazards["hazard_id"].str[-4:]).where(
            hazards["grade"] == "重大", ""
        ),
    )
    known = ["unit_id", "unit_name", "county", "city"]
    watch = units[known].assign(
        supervision_id="DU" + units["unit_id"],
        area=units["county"],
        body=units["owner_sector"],
        date=day(throw(chance, size, 5, 50)),
        kind="现场督导",
        content="督促落实安全生产主体责任",
        supervisors=people(throw(chance, size, 0, 3000)),
    )
    registered = units[known].assign(registered_date=pd.Timestamp("2013-11-20"))
    some = units.iloc[throw(chance, 20, 0, size - 1)].drop_duplicates("unit_id")
    acts = some[known].assign(
        act_id=[f"WF{place:04d}" for place in range(1, len(some) + 1)],
        found_date=day(throw(chance, len(some), 10, 40)),
        act_type="未按规定校验设备",
        handled_type="责令改正",
        handled_date=day(throw(chance, len(some), 41, 50)),
        handled_result="已改正",
    )
    given = [true[name] for name in ("supervisions",) if name in true]
    return true | {
        "units": units,
        "self_checks": forms,
        "hazards": hazards,
        "hazards_2013": _last_year(hazards[carried], units, chance),
        "supervisions": pd.concat([*given, watch], ignore_index=True),
        "platform_units": registered,
        "illegal_acts": acts.reset_index(drop=True),
    }


def _complete_forms(forms: pd.DataFrame, units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Every unit has rules, lessons, nine answers, money, a drill and a report to its grid in time."""
    size = len(forms)
    drilled = forms["drill_date"].fillna(forms["self_check_date"])
    staff = units["staff"].to_numpy() * 3 // 4
    return forms.assign(
        report_date=forms["report_date"].where(forms["report_date"] <= LAST_REPORT, LAST_REPORT),
        plan_lessons="吸取" + pd.Series(pick(chance, size, "place"), index=forms.index) + "起火等事故教训",
        system_doc="隐患排查治理制度(2013年修订)",
        routine_date=forms["plan_date"],
        drill_date=drilled,
        drill_people=forms["drill_people"]
        .fillna(pd.Series(staff, index=forms.index).clip(lower=1))
        .astype("Int64"),
        invested=pd.Series(throw(chance, size, 1, 90) * 100, index=forms.index).astype("Int64"),
        obsolete="没有需要淘汰的设备",
        **{f"manage_{area}": "合格" for area in NINE},
    )


def _last_year(carried: pd.DataFrame, units: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """Return last year's ledger: what was carried over, and as many hazards that were closed then."""
    known = ["unit_id", "unit_name", "county", "city"]
    open_ = carried[[*known, "category", "place", "description", "grade"]].assign(
        hazard_id=carried["link_id"]
    )
    done = units.iloc[throw(chance, len(carried), 0, len(units) - 1)][known].reset_index(drop=True)
    done = done.assign(
        hazard_id=[f"Y13-D{place:05d}" for place in range(len(done))],
        category="其他",
        place="后院",
        description="杂物堆放",
        grade="一般",
        closed_date=pd.Timestamp("2013-10-15"),
        recheck_result="合格",
    )
    rows = pd.concat([open_, done], ignore_index=True)
    rows["recheck_result"] = rows["recheck_result"].fillna("")
    return rows.assign(found_date=pd.Timestamp("2013-07-10"), closed_date=pd.to_datetime(rows["closed_date"]))


def unwatched(true: Tables, planted: Iterable[Fault]) -> list[Fault]:
    """Return what follows for units where a county's own supervisions were lost."""
    bare = {fault.county or fault.subject for fault in planted if fault.rule_id == "R-09"}
    units = true["units"]
    gone = units["status"].isin(["停业", "注销"]) & units["status_evidence"].ne("")
    late = units["entry_date"] > "2014-02-10"
    there = units.loc[units["county"].isin(bare) & ~gone & ~late, "unit_id"]
    return [Fault("F4-06", "unit", unit, "本县没有督导记录") for unit in there]
