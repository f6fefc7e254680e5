"""What became of each place of a drawn sample: who holds it, and what the visit found.

Source: docs/method.md, chapter 3 (extensions) and 6 (not inspected, replaced).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from audit_lib.compliance.facts import Facts
from audit_lib.errors import EstimateError
from audit_lib.field import held_visits
from audit_lib.sampling import PASSED


@dataclass(frozen=True, slots=True)
class DrawnSample:
    """A draw made and verified here.

    Attributes
    ----------
    frame : DataFrame[unit_id, city, county, stratum]
    sample : DataFrame[unit_id, stratum, ticket, rank, drawn]   drawn units and reserves
    since : the day at whose end the frame stood; a visit before it is none of the draw's
    look, looks : which of how many looks the plan allows; extends : digest of the plan extended
    """

    name: str
    purpose: str
    frame: pd.DataFrame
    sample: pd.DataFrame
    certificate_digest: str
    plan_digest: str
    look: int = 1
    looks: int = 1
    extends: str | None = None
    since: pd.Timestamp = pd.Timestamp.min


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier looks found: their units with places in them, as strata taken whole."""

    frame: pd.DataFrame
    places: pd.DataFrame


def fill_places(facts: Facts, sample: DrawnSample, *, replaced: bool = True) -> pd.DataFrame:
    """Return what became of each place in the sample.

    A visit missed by our own fault gives its place to the next reserve of its stratum, in their
    order; without one it stays missed. A unit closed with evidence stays, as not eligible.
    Whatever else was not inspected is ``lost``: it counts as failing for the bound that accepts
    and as passing for the bound that refuses. ``replaced=False`` keeps to the units drawn.

    Returns
    -------
    DataFrame[unit_id, stratum, city, seen, eligible, failed, lost, already_so], one row per place
    """
    book = facts.book
    places = held_visits(
        facts.province_checks,
        sample.sample,
        draw=sample.name,
        since=sample.since,
        own_fault=book.words("own_fault") if replaced else (),
    )
    places = places.merge(sample.frame[["unit_id", "city"]], on="unit_id")
    gone = places["outcome"].isin(book.words("ineligible"))
    judged = places["conclusion"].notna() & ~gone
    failed = judged & (places["conclusion"] != PASSED)
    return places[["unit_id", "stratum", "city"]].assign(
        seen=places["outcome"].notna(),
        eligible=~gone,
        failed=failed,
        lost=~gone & ~judged,
        already_so=places["already_so"].where(failed),
    )


def known_before(facts: Facts, draws: Mapping[str, DrawnSample], sample: DrawnSample) -> Known | None:
    """Return the units of the draws that this one extends; what is left of them is its frame.

    Raises
    ------
    EstimateError   such a draw is not given, or the frame is not what it left: a record changed
                    who held a place
    """
    if sample.extends is None:
        return None
    first = next((one for one in draws.values() if one.plan_digest == sample.extends), None)
    if first is None:
        raise EstimateError(
            f"续抽“{sample.name}”所续的抽样不在参数里",
            f'the draw that "{sample.name}" extends is not in the params',
        )
    places, before = fill_places(facts, first), known_before(facts, draws, first)
    frame = first.frame[first.frame["unit_id"].isin(places["unit_id"])]
    parts = [part.assign(stratum=part["stratum"] + f", {first.name}") for part in (frame, places)]
    if set(sample.frame["unit_id"]) != set(first.frame["unit_id"]) - set(places["unit_id"]):
        raise EstimateError(
            f"续抽“{sample.name}”的框不是“{first.name}”余下的单位: 续抽之后又更正了检查记录",
            f'the frame of "{sample.name}" is not what "{first.name}" left: records changed since',
        )
    if before is not None:
        parts = [
            pd.concat(pair, ignore_index=True)
            for pair in zip(parts, (before.frame, before.places), strict=True)
        ]
    return Known(*parts)
