"""The planted faults of areas and bodies: papers, visits, names and registers, and look-alikes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit_lib.demo.papers import after_pass
from audit_lib.demo.planting import Plant, Planted, add_row
from audit_lib.demo.registers import PRINTED, SUNDAY, TUESDAY
from audit_lib.demo.stock import Tables
from audit_lib.demo.truth import Fault
from audit_lib.demo.visits import CUTOFFS, batches, day

CUT = pd.Timestamp("2014-02-10")


def accident_grave(true: Tables, plant: Plant) -> Planted:
    """Declare an accident of the third class as one of the second: its dead say more."""
    row = {"accident_id": f"SG{plant.area}-9", "county": plant.area, "date": day(np.array([27]))[0],
           "grade": "较大", "deaths": 12, "injured": 3, "description": "液氧站爆炸(演示)"}  # fmt: skip
    return add_row(true, "accidents", row), [Fault("G-02", "county", plant.area, plant.note)]


def no_party_leader(true: Tables, plant: Plant) -> Planted:
    """Leave the party leader of a body unnamed; its letter lacks its signer too."""
    hit = _of_body(true, plant, "党组织主要负责人")
    changed, org = _body_changed(true, plant, hit, {"person": ""})
    return changed, [Fault(rule, "org", org, plant.note) for rule in ("F1-01", "F1-02")]


def letter_unsigned(true: Tables, plant: Plant) -> Planted:
    """Leave the letter of one leader unwritten."""
    hit = _of_body(true, plant, "分管领导")
    changed, org = _body_changed(true, plant, hit, {"duty_letter": "", "signed_date": pd.NaT})
    return changed, [Fault("F1-02", "org", org, plant.note)]


def one_leader_for_both(true: Tables, plant: Plant) -> Planted:
    """Let one person hold both posts: allowed."""
    rows = true["responsibilities"]
    both = rows["area"].eq(plant.area) & rows["role"].isin(["党组织主要负责人", "行政主要负责人"])
    return _set(true, "responsibilities", both, {"person": "王立新"}), []


def feedback_open(true: Tables, plant: Plant) -> Planted:
    """Leave an issue of 2013 open in a county, and so in its city."""
    row = {"issue_id": f"FK2013-{plant.area}", "area": plant.area, "body": "卫生局", "source": "省安委办",
           "issue": "配电室无防护(演示)", "status": "整改中"}  # fmt: skip
    return add_row(true, "feedback", row), [Fault("F3-01", "county", plant.area, plant.note, plant.area)]


def paper_missing(true: Tables, plant: Plant) -> Planted:
    """Lose a paper of an area: the note names its type, the rule and the level."""
    kind, rule, level = plant.note.split(" ")[:3]
    rows = true["documents"]
    keep = ~(rows["area"].eq(plant.area) & rows["doc_type"].eq(kind))
    return {"documents": rows[keep]}, [Fault(rule, level, plant.area, f"没有{kind}")]


def paper_late(true: Tables, plant: Plant) -> Planted:
    """Date a paper of an area two days after the first phase."""
    kind, rule, level = plant.note.split(" ")[:3]
    rows = true["documents"]
    hit = rows["area"].eq(plant.area) & rows["doc_type"].eq(kind)
    changed = _set(true, "documents", hit, {"date": CUT + pd.Timedelta(days=2)})
    return changed, [Fault(rule, level, plant.area, f"{kind}迟 2 天")]


def paper_on_last_day(true: Tables, plant: Plant) -> Planted:
    """Date a plan on 10 February itself: in time."""
    rows = true["documents"]
    hit = rows["area"].eq(plant.area) & rows["doc_type"].eq("行动方案")
    return _set(true, "documents", hit, {"date": CUT}), []


def plan_without_persons(true: Tables, plant: Plant) -> Planted:
    """Leave the responsible persons out of a city's plan."""
    rows = true["documents"]
    hit = rows["area"].eq(plant.area) & rows["doc_type"].eq("行动方案")
    return _set(true, "documents", hit, {"has_persons": False}), [
        Fault("R-01", "city", plant.area, plant.note)
    ]


def second_body_without_plan(true: Tables, plant: Plant) -> Planted:
    """Let only the health bureau of a city with two bodies have a plan."""
    rows = true["documents"]
    hit = rows["area"].eq(plant.area) & rows["doc_type"].eq("行动方案")
    bodies = rows.loc[hit, "body"].str.split("、")
    left_out = f"{plant.area}:{bodies.str[1].iloc[0]}"
    return _set(true, "documents", hit, {"body": bodies.str[0]}), [
        Fault("R-01", "city", plant.area, plant.note),
        Fault("W1-01", "org", left_out, plant.note),
    ]


def direct_body_without_plan(true: Tables, plant: Plant) -> Planted:
    """Lose the plan of a body right under the province."""
    rows = true["documents"]
    (body,) = plant.choose(rows.loc[rows["area"] == plant.area, "body"])
    lost = rows["area"].eq(plant.area) & rows["body"].eq(body)
    return {"documents": rows[~lost]}, [Fault("W1-01", "org", f"{plant.area}:{body}", plant.note)]


def notice_late(true: Tables, plant: Plant) -> Planted:
    """Let some units of a county sign for the notice three days late."""
    forms = true["self_checks"]
    ids = plant.choose(forms.loc[forms["county"] == plant.area, "unit_id"])
    changed = _set(
        true, "self_checks", forms["unit_id"].isin(ids), {"notice_date": CUT + pd.Timedelta(days=3)}
    )
    return changed, [Fault("P1-03", "county", plant.area, f"{plant.note}: {'、'.join(ids)}")]


def grid_without_letter(true: Tables, plant: Plant) -> Planted:
    """Leave the duty letter of a grid out."""
    rows = true["grids"]
    ids = plant.choose(rows.loc[rows["county"] == plant.area, "grid_id"])
    faults = [Fault("F4-03", "grid", one, plant.note) for one in ids]
    return _set(true, "grids", rows["grid_id"].isin(ids), {"duty_doc": ""}), faults


def listed_late(true: Tables, plant: Plant) -> Planted:
    """List a major hazard ten days after it was found: listed, but not within the week."""
    rows, hazards = true["listings"], true["hazards"]
    ids = plant.choose(rows.loc[rows["county"] == plant.area, "hazard_id"])
    found = hazards.set_index("hazard_id")["found_date"]
    late = rows["hazard_id"].map(found) + pd.Timedelta(days=10)
    changed = _set(true, "listings", rows["hazard_id"].isin(ids), {"listed_date": late})
    return changed, [Fault("R-06", "county", plant.area, f"{plant.note}: {'、'.join(ids)}")]


def no_unannounced(true: Tables, plant: Plant) -> Planted:
    """Lose the unannounced visits of a county; it inspects on days off all the same."""
    rows = true["unannounced"]
    changed: Tables = {"unannounced": rows[rows["area"] != plant.area]}
    checks = true["county_checks"]
    own = checks[checks["county"] == plant.area]
    if not own["date"].dt.day_of_week.ge(5).any():
        changed |= _set(
            true, "county_checks", checks.index == own.index[0], {"date": day(np.array([SUNDAY]))[0]}
        )
    return changed, [Fault("R-07", "county", plant.area, plant.note)]


def unannounced_on_one_day(true: Tables, plant: Plant) -> Planted:
    """Let a city make all its unannounced visits on one day."""
    rows = true["unannounced"]
    values = {"date": day(np.array([TUESDAY]))[0], "notified": False}
    changed = _set(true, "unannounced", rows["area"] == plant.area, values)
    return changed, [Fault("R-07", "city", plant.area, plant.note)]


def no_supervision(true: Tables, plant: Plant) -> Planted:
    """Lose the supervisions that a county made itself."""
    rows = true["supervisions"]
    return {"supervisions": rows[rows["area"] != plant.area]}, [
        Fault("R-09", "county", plant.area, plant.note)
    ]


def no_acceptance(true: Tables, plant: Plant) -> Planted:
    """Lose the conclusion on a city."""
    rows = true["acceptances"]
    return {"acceptances": rows[rows["area"] != plant.area]}, [Fault("P3-03", "city", plant.area, plant.note)]


def never_reached(true: Tables, plant: Plant) -> Planted:
    """Name what follows where the province's teams reached nobody; its visits are made that way."""
    return {}, [Fault("P3-01", "province", plant.area, plant.note)]


def never_on_days_off(true: Tables, plant: Plant) -> Planted:
    """Move every visit in a county from a day off to the workday before, but one to 8 February.

    That Saturday was a workday.
    """
    checks, secret = true["county_checks"], true["unannounced"]
    own = checks["county"].eq(plant.area)
    back = (checks["date"].dt.day_of_week - 4).clip(lower=0)
    dates = checks["date"] - pd.to_timedelta(back.where(own, 0), unit="D")
    there = secret["county"].eq(plant.area) & secret["date"].dt.day_of_week.ge(5)
    changed = {
        "county_checks": checks.assign(date=dates),
        **_set(true, "unannounced", there, {"date": pd.Timestamp("2014-02-08")}),
    }
    return changed, [Fault("W2-03", "county", plant.area, plant.note)]


def nothing_found(true: Tables, plant: Plant) -> Planted:
    """Let every inspection of a county without hazards in its ledger note none either."""
    checks = true["county_checks"]
    changed = _set(true, "county_checks", checks["county"] == plant.area, {"hazards_general": 0})
    return changed, [Fault("W2-09", "county", plant.area, plant.note)]


def too_many_a_day(true: Tables, plant: Plant) -> Planted:
    """Let one team check thirteen units on a day."""
    checks = true["county_checks"]
    early = checks[checks["county"].eq(plant.area) & checks["date"].le("2014-03-09")]
    once = early[~early["unit_id"].isin(checks.loc[checks["unit_id"].duplicated(), "unit_id"])]
    ids = plant.choose(once["check_id"])
    team = "王立新、李秀英"
    changed = _set(
        true,
        "county_checks",
        checks["check_id"].isin(ids),
        {"date": pd.Timestamp("2014-02-12"), "inspectors": team},
    )
    names = "、".join(sorted(team.split("、")))
    return changed, [Fault("W2-09", "team", f"{plant.area}:{names}", plant.note)]


def decision_without_reason(true: Tables, plant: Plant) -> Planted:
    """Register that a clue is not handed over, without saying why."""
    row = {"decision_id": "JD-9", "area": plant.area, "rule_id": "R-03", "decision": "不移交", "reason": "",
           "date": pd.Timestamp("2014-03-31")}  # fmt: skip
    subject = f"{plant.area}:县级卫计(第一责任人)"
    return add_row(true, "accountability", row), [Fault("W2-11", "org", subject, plant.note)]


def no_phone(true: Tables, plant: Plant) -> Planted:
    """Leave out the telephone number of a reporting body."""
    rows = true["reporters"]
    hit = rows["area"].eq(plant.area) & ~rows.duplicated("area")
    orgs = (rows["area"] + ":" + rows["body"])[hit]
    changed = _set(true, "reporters", hit, {"phone": ""})
    return changed, [Fault("REP-01", "org", org, plant.note) for org in orgs]


def figures_printed(true: Tables, plant: Plant) -> Planted:
    """Name the printed figures that do not follow from their own counts; they are made that way."""
    wrong = [figure for figure, name, *_ in PRINTED if "(" in name and "与" not in name]
    return {}, [Fault("REP-04", "record", figure, plant.note) for figure in wrong]


def county_untouched(true: Tables, plant: Plant) -> Planted:
    """Move a city's checks out of one county into others of it: the quota stands, the county has none.

    A small city may leave other counties untouched by chance; they are named too.
    """
    spot, units = true["city_checks"], true["units"].drop_duplicates("unit_id")
    batch = batches(true["county_checks"])
    home = units.set_index("unit_id")[["county", "city", "unit_name"]]
    city = str(home.loc[home["county"] == plant.area, "city"].iloc[0])
    of_city = batch.index.to_series().map(home["city"]).eq(city)
    free = sorted(set(batch.index[of_city]) - set(spot["unit_id"]))
    free = [unit for unit in free if home.loc[unit, "county"] != plant.area]
    # At random: the first of each roster would make the list of an honest city look picked.
    free = [free[lot] for lot in np.argsort(plant.chance().random(len(free)), kind="stable")]
    moved = spot["unit_id"].map(home["county"]).eq(plant.area)
    for place in spot.index[moved]:
        fits = [unit for unit in free if batch[unit] <= batch.get(spot.loc[place, "unit_id"], "")]
        if fits:
            free.remove(fits[0])
            spot = spot.copy()
            told = [fits[0], *home.loc[fits[0], ["county", "unit_name"]], ""]
            spot.loc[place, ["unit_id", "county", "unit_name", "county_check_id"]] = told
    spot = spot[~spot["unit_id"].map(home["county"]).eq(plant.area)]
    passed = set(batch.index.to_series().map(home["county"]))
    # A unit that the city checked before a cut-off was in the frame, even if its pass was taken back.
    framed = spot["unit_id"].isin(batch.index) | spot["date"].le(CUTOFFS[-1])
    seen = set(spot.loc[framed & after_pass(spot, true["county_checks"]), "unit_id"].map(home["county"]))
    faults = [Fault("R-05c", "county", county, plant.note) for county in sorted(passed - seen)]
    return {"city_checks": spot}, faults


def _set(true: Tables, name: str, hit: Any, values: dict[str, Any]) -> Tables:
    rows = true[name]
    return {name: rows.assign(**{column: rows[column].mask(hit, value) for column, value in values.items()})}


def _of_body(true: Tables, plant: Plant, role: str) -> pd.Series[bool]:
    rows = true["responsibilities"]
    mine = rows["area"].eq(plant.area) & rows["role"].eq(role)
    return mine & ~rows["body"].where(mine).duplicated()


def _body_changed(
    true: Tables, plant: Plant, hit: pd.Series[bool], values: dict[str, Any]
) -> tuple[Tables, str]:
    body = true["responsibilities"].loc[hit, "body"].iloc[0]
    first = hit & true["responsibilities"]["body"].eq(body)
    return _set(true, "responsibilities", first, values), f"{plant.area}:{body}"
