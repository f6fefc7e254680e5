"""What was planted: each fault with its rule and subject, and what follows from it higher up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

RULES = ("R-03", "R-05", "R-05b", "F3-02", "F3-03", "F4-02", "F6-02", "F6-03", "P2-03", "P3-04", "W2-06",
         "W2-07", "T-01", "G-01", "F1-03", "F4-04", "F4-05", "F4-06", "F6-01", "F6-04", "F7-02", "R-02",
         "R-04", "P1-05", "P2-01", "P2-02", "P2-04", "P2-05", "P2-06", "W2-04", "W2-05", "W2-08", "W3-01",
         "W3-02", "W3-03", "DQ-03", "DQ-04", "DQ-05", "DQ-01", "DQ-02", "REP-01", "REP-02", "REP-03",
         "REP-04", "REP-05", "G-02", "F1-01", "F1-02", "F2-01", "F3-01", "F4-01", "F4-03", "R-01", "R-05c",
         "R-06", "R-07", "R-09", "P1-01", "P1-02", "P1-03", "P1-04", "P3-01", "P3-02", "P3-03", "W2-03",
         "W2-09", "W2-10", "W2-11", "W1-01", "W1-02", "W2-01")  # fmt: skip
"""Rules that the truth is complete for: anything else not met under one of them is a false alarm."""

RISING = ("R-03", "F3-01", "F3-02", "F4-02", "F6-02", "P2-03")
"""Rules whose one fault makes the county and its city fail."""

AREA_SET = ("R-03", "F3-02", "F4-02", "F6-02", "P2-03", "R-05")
"""Rules of which one not met makes an area not completed (P3-04)."""


ALSO = {"F3-02": "R-06", "P2-03": "P1-03", "R-03": "W2-01"}
"""Rules whose fault in a county is one of another rule too: who has no form has no receipt."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of a result that must come out not met; ``county`` is where its subject lies."""

    rule_id: str
    level: str
    subject: str
    note: str
    county: str = ""


def follow(faults: Iterable[Fault], city_of: pd.Series[str]) -> list[Fault]:
    """Return the faults with what they mean for county and city, each row once, sorted.

    Parameters
    ----------
    faults : as planted
    city_of : city by county code; a county that is its own city has its own code
    """
    rows = list(faults)
    for fault in [one for one in rows if one.rule_id in RISING and one.county]:
        for level, area in (("county", fault.county), ("city", str(city_of[fault.county]))):
            rows.append(Fault(fault.rule_id, level, area, fault.note))
    for fault in [one for one in rows if one.rule_id in ALSO and one.county]:
        rows.append(Fault(ALSO[fault.rule_id], "county", fault.county, fault.note))
    for fault in [one for one in rows if one.rule_id in AREA_SET and one.level in ("county", "city")]:
        rows.append(Fault("P3-04", fault.level, fault.subject, f"{fault.rule_id} 未达到"))
    return _merge(rows)


def _merge(rows: list[Fault]) -> list[Fault]:
    notes: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        said = notes.setdefault((row.rule_id, row.level, row.subject), [])
        if row.note not in said:
            said.append(row.note)
    return [Fault(*key, "; ".join(sorted(said))) for key, said in sorted(notes.items())]
