"""The plan: the frozen frame, and how many of each stratum, fixed before the seed is known.

Its digest, the SHA-256 of the bytes of ``plan.json``, is published before the seed is made.
Source: docs/method.md, chapter 3.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict, Unpack

import pandas as pd

from audit_lib.errors import CallError, DrawError, InputError
from audit_lib.files import (
    canonical_json,
    parse_canonical_json,
    read_bytes,
    sha256_bytes,
    write_bytes,
    write_parquet,
)
from audit_lib.sampling.allocation import parse_rate, quota
from audit_lib.sampling.draw import Numbers, check_numbers, numbers_by_stratum
from audit_lib.sampling.frozen import (
    FrozenStratum,
    chances_digest,
    frame_csv,
    frame_digest,
    freeze,
    frozen_rows,
)
from audit_lib.sampling.log import append_log, read_log

PLAN_FORMAT = "audit-plan/1"
PURPOSES = ("city_check", "recheck", "unannounced")


@dataclass(frozen=True, slots=True)
class PlannedStratum:
    """One stratum: N units, n to draw, then reserves; digest of its ids."""

    key: str
    N: int
    n: int
    reserves: int
    digest: str


@dataclass(frozen=True, slots=True)
class PlannedCity:
    """One city: N units, n to draw, and the quota that the rate asks for (None without a rate).

    Where minima of small strata exceed the quota, n is larger, and here the plan says so.
    """

    city: str
    N: int
    n: int
    quota: int | None


@dataclass(frozen=True, slots=True)
class PlannedLook:
    """Which of how many looks this draw serves, and the share of alpha that each may use.

    Whoever looks again at the same alpha accepts wrongly 8% of the time after one extension
    instead of 5%, so the number is fixed before the first seed is known. ``extends`` is the
    digest of the plan whose remaining units are drawn from; None at the first look.
    """

    look: int
    looks: int
    alpha_share: str
    extends: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``plan.json`` says, key by key; ``rate`` is "1/5", or None where a total was given.

    A plan without ``look`` is decided about once and cannot be extended; one without
    ``chances_digest`` draws with equal chances. These keys are then absent.
    """

    format: str
    campaign: str
    draw: str
    purpose: str
    batch: str | None
    rate: str | None
    allocation: str
    frame_digest: str
    strata: tuple[PlannedStratum, ...]
    cities: tuple[PlannedCity, ...]
    seed_source: str
    date: str
    look: PlannedLook | None = None
    chances_digest: str | None = None

    def to_bytes(self) -> bytes:
        """Return the bytes of ``plan.json``."""
        said = dataclasses.asdict(self)
        for name in ("look", "chances_digest"):
            if said[name] is None:
                del said[name]
        return canonical_json(said)

    @property
    def digest(self) -> str:
        """SHA-256 of ``plan.json``: what is published before the seed is made."""
        return sha256_bytes(self.to_bytes())

    @property
    def n(self) -> dict[str, int]:
        """Units to draw by stratum."""
        return {stratum.key: stratum.n for stratum in self.strata}

    def has_frame(self, frame: pd.DataFrame) -> bool:
        """Say whether a frame is the one that was frozen, units, strata and unequal chances."""
        digests = frame_digest(freeze(frame)), chances_digest(frame)
        return digests == (self.frame_digest, self.chances_digest)

    @property
    def reserves(self) -> dict[str, int]:
        """Reserves by stratum."""
        return {stratum.key: stratum.reserves for stratum in self.strata}


class PlanWords(TypedDict):
    """What a plan says besides its frame and its allocation.

    Attributes
    ----------
    campaign, name : of the campaign and of the draw
    purpose : city_check, recheck or unannounced
    reserves : per stratum, or one number for all; cut where a stratum has fewer
    rate : "20%"; None where a total was given
    rule : the rule of allocation, in words
    seed_source : which public event will give the seed, in words
    date : the day of the plan, ISO, from the params
    batch : the cut-off that closed the frame, ISO
    look : where more than one look is allowed
    """

    campaign: str
    name: str
    purpose: str
    reserves: int | Numbers
    rate: str | None
    rule: str
    seed_source: str
    date: str
    batch: NotRequired[str | None]
    look: NotRequired[PlannedLook | None]


def make_plan(frame: pd.DataFrame, allocation: Numbers, **words: Unpack[PlanWords]) -> Plan:
    """Return the plan of one draw.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum, (city), (chance)]   as `draw` or `draw_pareto` takes it
    allocation : units to draw by stratum
    words : `PlanWords`

    Raises
    ------
    FrameError, AllocationError, CallError   as `draw`
    """
    n = numbers_by_stratum(allocation, "n")
    plan = plan_strata(freeze(frame), n, **words)
    cities = _plan_cities(frame, n, words["rate"])
    return dataclasses.replace(plan, cities=cities, chances_digest=chances_digest(frame))


def plan_strata(frozen: Sequence[FrozenStratum], allocation: Numbers, **words: Unpack[PlanWords]) -> Plan:
    """Return the plan of a draw whose frame stays where it lies; it names no cities.

    Parameters
    ----------
    frozen : from `freeze_source` or `freeze`
    allocation, words : as `make_plan`

    Raises
    ------
    AllocationError, CallError   as `draw`
    """
    purpose, rate = words["purpose"], words["rate"]
    if purpose not in PURPOSES:
        raise CallError(
            f"用途须为 {'、'.join(PURPOSES)} 之一: 读到“{purpose}”", f'no such purpose: "{purpose}"'
        )
    N = {part.key: part.N for part in frozen}
    n = numbers_by_stratum(allocation, "n")
    check_numbers(n, N)
    r = numbers_by_stratum(words["reserves"], "reserves", strata=N)
    strata = tuple(
        PlannedStratum(part.key, part.N, n[part.key], min(r[part.key], part.N - n[part.key]), part.digest)
        for part in frozen
    )
    return Plan(
        format=PLAN_FORMAT,
        campaign=words["campaign"],
        draw=words["name"],
        purpose=purpose,
        batch=words.get("batch"),
        rate=None if rate is None else "{0.numerator}/{0.denominator}".format(parse_rate(rate)),
        allocation=words["rule"],
        frame_digest=frame_digest(frozen),
        strata=strata,
        cities=(),
        seed_source=words["seed_source"],
        date=words["date"],
        look=words.get("look"),
    )


def commit_plan(folder: Path, log: Path, *, plan: Plan, frame: pd.DataFrame, now: dt.datetime) -> Plan:
    """Write plan and frozen frame into the folder of the draw, once for ever.

    A committed plan that is equal is left alone; a different one is refused, and the attempt
    stands in the log. A corrected frame is a new plan under a new name.

    Raises
    ------
    DrawError   another plan is committed under this name, or the frame is not the plan's
    """
    if not plan.has_frame(frame):
        raise DrawError("抽样框与方案不符", "the frame is not the one of the plan")
    known = {
        entry.fact("plan_digest")
        for entry in read_log(log)
        if entry.event == "plan" and entry.draw == plan.draw
    }
    path = folder / "plan.json"
    if path.exists():
        known.add(sha256_bytes(read_bytes(path)))
    if known - {plan.digest}:
        append_log(
            log, "refused", draw=plan.draw, now=now, facts={"plan_digest": plan.digest, "why": "plan differs"}
        )
        raise DrawError(
            f"抽样“{plan.draw}”的方案已经提交, 与现在的不同: 已提交的方案不得更改。"
            "名录有更正时请另起名称重新提交, 旧方案留在日志中",
            f'another plan of the draw "{plan.draw}" is committed and cannot be changed; '
            "a corrected frame is a new plan under a new name",
        )
    if not path.exists():
        write_parquet(folder / "frame.parquet", frozen_rows(frame))
        write_bytes(folder / "frame.csv", frame_csv(frame))
        write_bytes(path, plan.to_bytes())
    if not any(entry.event == "plan" and entry.fact("plan_digest") == plan.digest for entry in read_log(log)):
        append_log(log, "plan", draw=plan.draw, now=now, facts={"plan_digest": plan.digest})
    return plan


def parse_plan(data: bytes) -> Plan:
    """Return the plan that the bytes of a ``plan.json`` hold.

    Raises
    ------
    InputError   not canonical JSON, or not a plan of this format
    """
    content = parse_canonical_json(data, name="plan.json")
    try:
        if not isinstance(content, dict) or content["format"] != PLAN_FORMAT:
            raise KeyError("format")
        strata = tuple(PlannedStratum(**stratum) for stratum in content["strata"])
        cities = tuple(PlannedCity(**city) for city in content["cities"])
        if not all(isinstance(stratum.key, str) for stratum in strata):
            raise TypeError("key")
        look = PlannedLook(**content["look"]) if "look" in content else None
        return Plan(**{**content, "strata": strata, "cities": cities, "look": look})
    except (KeyError, TypeError) as error:
        raise InputError("plan.json 不是抽样方案", "plan.json is not a plan of a draw") from error


def _plan_cities(frame: pd.DataFrame, n: Mapping[str, int], rate: str | None) -> tuple[PlannedCity, ...]:
    if "city" not in frame:
        return ()
    strata = frame[["city", "stratum"]].drop_duplicates()
    drawn = strata["stratum"].map(n).groupby(strata["city"]).sum().to_dict()
    return tuple(
        PlannedCity(str(city), int(N), int(drawn[city]), None if rate is None else quota(int(N), rate))
        for city, N in frame["city"].value_counts().sort_index().items()
    )
