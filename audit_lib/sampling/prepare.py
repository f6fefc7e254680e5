"""Prepare: from trusted tables and the choices of a run to a plan with its frame.

The city's spot-check is drawn inside counties and kinds of units; the province's re-check is
too small for that, so its strata are the cities, split by what the city has checked already.
Source: docs/method.md, chapters 2 and 3; readings A1 to A3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import AllocationError, CallError, DrawError, EmptyFrameError, FrameError
from audit_lib.intake.areas import county_city
from audit_lib.params import Draw, Params
from audit_lib.sampling.allocation import allocate_quota, allocate_total
from audit_lib.sampling.frame import KEY, build_frame
from audit_lib.sampling.optimum import allocate_neyman, guess_deviations
from audit_lib.sampling.pareto import set_chances
from audit_lib.sampling.passes import passes_of_campaign, valid_checks
from audit_lib.sampling.plan import Plan, PlannedLook, make_plan
from audit_lib.schemas import rulebook_rows

_SHOWN = 3

ALL_KINDS = "各类单位"
"""The one group of a draw whose strata do not tell kinds of units apart."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, not committed yet, and the frame DataFrame[unit_id, unit_name, city, county, stratum]."""

    plan: Plan
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Extended:
    """A draw that is to be extended: its plan, and the units of its frame that hold no place."""

    plan: Plan
    left: pd.DataFrame


def prepare(
    tables: Mapping[str, pd.DataFrame],
    areas: pd.DataFrame,
    params: Params,
    name: str,
    *,
    earlier: Collection[str] = (),
    extended: Extended | None = None,
    wave: pd.DataFrame | None = None,
    scores: pd.DataFrame | None = None,
) -> Prepared:
    """Return the plan of the draw ``name`` and its frame.

    Parameters
    ----------
    tables : units, county_checks, city_checks and province_checks, as intake hands them on
    areas : the area tree of intake
    earlier : units in the frozen frames of earlier batches; they are in no later one
    extended : what an extension draws from, in the strata of the first draw
    wave : DataFrame[stratum, failed, visited] that an earlier draw found, where the params ask for it
    scores : DataFrame[unit_id, score], where the params name risk scores

    Raises
    ------
    CallError    the params name no such draw
    DrawError    its cut-off lies after the day judged, the county has passed nobody, or the plan
                 of the draw that it extends allows no further look
    AllocationError, FrameError   as the allocation and the frame
    """
    if name not in params.draws:
        known = "、".join(params.draws) or "—"
        raise CallError(
            f"参数里没有抽样“{name}”, 有: {known}", f'no draw "{name}" in the params; there are: {known}'
        )
    choice = params.draws[name]
    if choice.cutoff > params.as_of:
        raise DrawError(
            f"抽样“{name}”的截止日 {choice.cutoff} 晚于判定日 {params.as_of}, 名单尚未冻结",
            f'the cut-off {choice.cutoff} of "{name}" lies after the day judged, {params.as_of}',
        )
    look = plan_look(choice, extended)
    frame = extended.left if extended else make_frame(tables, areas, params, choice, earlier=earlier)
    if frame.empty:
        raise EmptyFrameError(
            f"抽样“{name}”: 截至 {choice.cutoff} 没有县级检查合格的单位",
            f'draw "{name}": no unit passed its county check by {choice.cutoff}',
        )
    n = allocate_frame(frame, choice, wave)
    if scores is not None:
        frame = frame.assign(chance=set_chances(_scored(frame, scores), n))
    plan = make_plan(
        frame,
        n,
        campaign=params.campaign,
        name=name,
        purpose=choice.purpose,
        reserves=choice.reserves,
        rate=choice.rate if choice.purpose == "city_check" else None,
        rule=_rule(choice),
        seed_source=choice.seed_source,
        date=choice.cutoff.isoformat(),
        batch=choice.cutoff.isoformat(),
        look=look,
    )
    return Prepared(plan, frame)


def plan_look(choice: Draw, extended: Extended | None) -> PlannedLook | None:
    """Return which look a draw serves; None where only one was ever meant.

    Raises
    ------
    CallError   an extension of anything but a re-check, or without the draw that it extends
    DrawError   the first plan allows no further look
    """
    if choice.extends is None:
        return PlannedLook(1, choice.looks, f"1/{choice.looks}", None) if choice.looks > 1 else None
    if extended is None or choice.purpose != "recheck":
        raise CallError(
            "只有省级核查(recheck)可以续抽, 且须先有被续抽的那一次",
            "only a re-check that was drawn can be extended",
        )
    before = extended.plan.look
    if before is None or before.look >= before.looks:
        allowed = before.looks if before else 1
        raise DrawError(
            f"抽样“{extended.plan.draw}”的方案事先只允许判定 {allowed} 次, 不能再续抽",
            f'the plan of "{extended.plan.draw}" allows {allowed} looks, fixed beforehand: no extension',
        )
    return PlannedLook(before.look + 1, before.looks, before.alpha_share, extended.plan.digest)


def make_frame(
    tables: Mapping[str, pd.DataFrame],
    areas: pd.DataFrame,
    params: Params,
    choice: Draw,
    *,
    earlier: Collection[str] = (),
) -> pd.DataFrame:
    """Return the units that a draw is made from, each in its stratum; shape as `build_frame`."""
    window = params.window.start, params.window.end
    passes = passes_of_campaign(tables, window, _cutoffs(params, choice))
    units = tables["units"]
    units = _distinct(units[~(units["entry_date"] > pd.Timestamp(params.as_of))])
    units = units.assign(city=units["county"].map(county_city(areas)))
    units = units[units["city"].notna()]
    if choice.areas:
        units = units[units["city"].isin(choice.areas) | units["county"].isin(choice.areas)]
    key = units.loc[units["key_unit"].eq(True).fillna(False), "unit_id"] if choice.key_units == "all" else ()
    if choice.purpose == "city_check":
        return build_frame(
            units,
            passes,
            type_groups=_groups(params, units["unit_type"]),
            merge_order=params.sampling.merge_order,
            smallest=params.sampling.smallest_stratum,
            key=key,
            batch=choice.cutoff.isoformat(),
            earlier=earlier,
        )
    if choice.scores is not None:
        # The variance of such a draw needs six in a stratum; chances carry what strata would.
        return build_frame(
            units, passes, type_groups={"": ALL_KINDS}, merge_order=[], smallest=1, key=key, within="city"
        )
    city_checks = tables["city_checks"]
    known = city_checks["date"] <= pd.Timestamp(choice.cutoff)
    return build_frame(
        units,
        passes,
        type_groups={"": ALL_KINDS},
        merge_order=[],
        smallest=params.sampling.smallest_stratum,
        key=key,
        checked=set(city_checks.loc[valid_checks(city_checks) & known, "unit_id"].dropna()),
        within="city",
    )


def _cutoffs(params: Params, choice: Draw) -> list[dt.date]:
    """The cut-offs up to the draw's own: a unit belongs to the first at which it had passed."""
    return sorted({day for day in params.cutoffs if day < choice.cutoff} | {choice.cutoff})


def _distinct(units: pd.DataFrame) -> pd.DataFrame:
    """One row per unit: of several, the first by content, so that no order of rows decides."""
    columns = [column for column in units.columns if column not in ("sender", "file", "sheet", "row")]
    rows = units[columns].sort_values(columns, na_position="last", kind="stable")
    return rows.drop_duplicates("unit_id", ignore_index=True)


def _groups(params: Params, unit_type: pd.Series) -> dict[str, str]:
    if params.sampling.strata == "as-read":
        return {kind: kind for kind in sorted(unit_type.dropna().unique())}
    return {row["prefix"]: row["group"] for row in rulebook_rows("unit_types")}


def _scored(frame: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Give each unit its score; one without would have no chance, and nobody would see it."""
    rows = frame.merge(scores, on="unit_id", how="left", validate="one_to_one").set_axis(frame.index)
    lost = rows.loc[rows["score"].isna(), "unit_id"].tolist()
    if lost:
        shown = "、".join(lost[:_SHOWN])
        raise FrameError(
            f"抽样框中有 {len(lost)} 家没有风险分: {shown}; 请补全风险分表",
            f"{len(lost)} units of the frame have no risk score: {shown}; complete the table of scores",
        )
    return rows


def allocate_frame(frame: pd.DataFrame, choice: Draw, wave: pd.DataFrame | None = None) -> pd.Series:
    """Return how many units each stratum of a frame gives, by the rule that a draw chooses.

    Parameters
    ----------
    wave : DataFrame[stratum, failed, visited] of an earlier draw, for Neyman's allocation

    Raises
    ------
    AllocationError   as the allocation; no stratum of the frame was visited in that wave
    """
    sizes = frame.groupby("stratum", as_index=False).agg(
        city=("city", "first"), county=("county", "first"), N=("unit_id", "size")
    )
    certain = [key for key in sizes["stratum"] if key.endswith(f"|{KEY}")]
    if choice.purpose == "city_check":
        return allocate_quota(
            sizes,
            rate=choice.rate,
            minimum=choice.minimum_per_stratum,
            counties=choice.counties,
            certain=certain,
        )
    n = min(choice.total, int(sizes["N"].sum()))
    minima = {
        "minimum_per_city": choice.minimum_per_city,
        "minimum_per_stratum": choice.minimum_per_stratum,
    }
    if wave is None:
        return allocate_total(sizes, n, certain=certain, **minima)
    found = wave.set_index("stratum").reindex(sizes["stratum"]).fillna(0)
    if not found["visited"].any():
        raise AllocationError(
            f"“{choice.neyman}”的到访结果没有一家在现在的层里, 不能据以分配",
            f'no visit of "{choice.neyman}" lies in a stratum of today, nothing to allocate by',
        )
    S = guess_deviations(sizes["N"], found["failed"], found["visited"])
    return allocate_neyman(sizes, n, dict(zip(sizes["stratum"], S, strict=True)), certain=certain, **minima)


def _rule(choice: Draw) -> str:
    key = "重点监控单位全查; " if choice.key_units == "all" else ""
    if choice.purpose == "city_check":
        least = {"ceil": "每县不低于该比例", "at_least_1": "每县至少一家"}[choice.counties]
        return (
            f"{key}每市不低于 {choice.rate}, {least}; 每层至少 {choice.minimum_per_stratum} 家, "
            "其余逐家给 N/(2n+1) 最大的层"
        )
    rest = "其余逐家给 N/(2n+1) 最大的市和层"
    if choice.neyman:
        rest = f"其余按 Neyman 逐家给 N·S/√(n(n+1)) 最大的层, S 由“{choice.neyman}”的到访结果估计"
    if choice.scores:
        rest += "; 层内按风险分定入样概率(Pareto)"
    return (
        f"{key}{choice.teams} 组 × {choice.days} 天 × 每天 {choice.visits_a_day} 家 = {choice.total} 家; "
        f"每市至少 {choice.minimum_per_city} 家, 每层至少 {choice.minimum_per_stratum} 家, {rest}"
    )
