"""A plan, from the tables of a run to its commitment, and how far its draw can go today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit_lib.compliance import load_rulebook
from audit_lib.errors import CallError, DrawError, Text, VerifyError, say
from audit_lib.field import left_by
from audit_lib.field.replacements import INSPECTED, speaking_visits
from audit_lib.files import read_bytes, write_bytes
from audit_lib.inference import prospect
from audit_lib.inference.unequal import LEAST
from audit_lib.intake import load_intake
from audit_lib.intake.scores import read_scores
from audit_lib.params import Run, expand_environment
from audit_lib.sampling.frozen import read_frame
from audit_lib.sampling.pareto import CERTAIN
from audit_lib.sampling.passes import PASSED
from audit_lib.sampling.plan import Plan, commit_plan, parse_plan
from audit_lib.sampling.prepare import Extended, Prepared, prepare
from audit_lib.sampling.reveal import read_draw
from audit_lib.stages.draws import certificate, draw, draw_folder, log_file, verify


def can_plan(run: Run, name: str) -> bool:
    """Say whether the cut-off has passed on the day judged, and what is extended was drawn."""
    choice = run.params.draws[name]
    first = choice.extends is None or (draw_folder(run, choice.extends) / "certificate.json").exists()
    return choice.cutoff <= run.params.as_of and first


def can_draw(run: Run, name: str) -> bool:
    """Say whether a seed is at hand, or the draw is made already."""
    made = (draw_folder(run, name) / "certificate.json").exists()
    return made or (run.params.demo and run.params.draws[name].seed is not None)


def advance(run: Run, name: str, *, now: dt.datetime) -> tuple[list[str], bool]:
    """Take a draw as far as it can go today: committed, drawn, replayed; False where it waits.

    A draw that is made stands, though the tables were corrected since: it is replayed, not
    planned again, and the difference is told.

    Raises
    ------
    DrawError     the draw of this name belongs to another campaign
    VerifyError   the replay differs
    """
    if not can_plan(run, name):
        return [], False
    lines = [_stands(run, name) if certificate(run, name).exists() else plan(run, name, now=now)]
    if not can_draw(run, name):
        return lines, False
    lines.append(draw(run, name, seed=None, evidence=None, sealed=False, now=now))
    checks, agreed = verify(certificate(run, name))
    if not agreed:
        raise VerifyError("\n".join(checks), "\n".join(checks))
    return [*lines, say(f"核验 {name}: 一致", f"verify {name}: agrees")], True


def _stands(run: Run, name: str) -> str:
    """Say that a draw was made before, and whether its frame is still that of today's tables."""
    committed = parse_plan(read_bytes(draw_folder(run, name) / "plan.json"))
    if committed.campaign != run.params.campaign:
        raise DrawError(
            f"抽样“{name}”属于“{committed.campaign}”, 不是本次的“{run.params.campaign}”; "
            "请换抽样名称, 或在参数 output 里另指一个文件夹",
            f'the draw "{name}" belongs to "{committed.campaign}", not to "{run.params.campaign}"; '
            "name it otherwise, or name another folder as output",
        )
    if _prepare(run, name).plan.digest == committed.digest:
        return _plan_line(committed)
    return say(
        f"方案 {name} 已抽取, 照旧有效; 今天的数据与提交时的抽样框不同, 见 audit diff",
        f"plan {name} is drawn and stands; today's tables differ from its frame, see audit diff",
    )


def plan(run: Run, name: str, *, now: dt.datetime) -> str:
    """Freeze the frame of a draw and commit its plan; an equal one is left alone.

    What the plan will be able to show is worked out before, and said with it.
    """
    made = _prepare(run, name)
    shown = _prospect(run, name, made)
    folder = draw_folder(run, name)
    committed = commit_plan(folder, log_file(run), plan=made.plan, frame=made.frame, now=now)
    return "\n".join([*shown, _plan_line(committed)])


def _prospect(run: Run, name: str, made: Prepared) -> list[str]:
    """A line per city on what its part of the plan can show, and where the picture of it lies."""
    from audit_lib.reporting.prospects import prospect_picture  # noqa: PLC0415 - matplotlib

    areas = load_intake(run.folder / "intake").areas
    names = dict(zip(areas["code"], areas["name"], strict=True)) | {"": say("合计", "all")}
    if made.plan.chances_digest is not None:
        return _unequal_prospect(made, names)
    city = made.frame.drop_duplicates("stratum").set_index("stratum")["city"]
    strata = pd.DataFrame([{"key": one.key, "N": one.N, "n": one.n} for one in made.plan.strata])
    chosen = run.params.estimates
    table = prospect(
        strata.assign(city=strata["key"].map(city)),
        limit=None if chosen.limit is None else str(chosen.limit),
        confidence=chosen.confidence,
    )
    table = table.assign(name=[names.get(city, city) for city in table["city"]])
    picture = run.folder / "plan" / f"{name}.png"
    drawn = table.assign(name=table["name"].mask(table["city"] == "", "合计"))
    write_bytes(picture, prospect_picture(drawn, limit=chosen.limit, confidence=chosen.confidence))
    lines = [_prospect_line(row, chosen.limit) for row in table.itertuples(index=False)]
    return [*lines, say(f"  图: {picture}", f"  picture: {picture}")]


def _unequal_prospect(made: Prepared, names: Mapping[str, str]) -> list[str]:
    """Say what a draw by risk can and cannot show, and where it has too few for a variance."""
    lines = [
        Text(
            "  按风险分抽取: 有发现时可以推算并给区间; 一家不合格也没有发现时, 给不出上限, 不作判定",
            "  drawn by risk: what is found is projected with an interval; finding nothing bounds nothing",
        )
    ]
    certain = made.frame["chance"].eq(CERTAIN).groupby(made.frame["stratum"]).sum()
    for part in made.plan.strata:
        sure, by_chance = int(certain[part.key]), part.n - int(certain[part.key])
        short = by_chance < LEAST and sure < part.N
        said = Text("; 随机抽取不足 6 家, 全部都不能推算", "; fewer than 6 by chance: nothing is projected")
        few = said if short else Text("", "")
        city, bar, rest = part.key.partition("|")
        place = f"{names.get(city, city)}{bar}{rest}"
        lines.append(
            Text(
                f"  {place}: {part.N} 家抽 {part.n} 家, 其中必查 {sure} 家, 随机 {by_chance} 家{few.zh}",
                f"  {place}: {part.n} of {part.N}, {sure} certain, {by_chance} by chance{few.en}",
            )
        )
    return [str(line) for line in lines]


def _prospect_line(row: Any, limit: float | None) -> str:
    chance = "" if limit is None else f", 真有 1% 不合格时被接受的机会 {row.chance:.0%}"
    accepted = "" if limit is None else f", accepted with chance {row.chance:.0%} if 1% fail"
    # The share is rounded up: a bound may not be understated.
    hidden = -(-row.hidden * 1000 // row.N) / 10
    return say(
        f"  {row.name}: {row.N} 家抽 {row.n} 家; 一家不合格也没抽到时, 仍可能有 {row.hidden} 家"
        f"({hidden}%){chance}; 真有 5% 不合格时区间半宽约 {row.half_width * 100:.1f} 个百分点",
        f"  {row.name}: {row.n} of {row.N}; with none found up to {row.hidden} ({hidden}%) may fail"
        f"{accepted}; half-width about {row.half_width * 100:.1f} points if 5% fail",
    )


def _prepare(run: Run, name: str) -> Prepared:
    intake = load_intake(run.folder / "intake")
    return prepare(
        intake.tables,
        intake.areas,
        run.params,
        name,
        earlier=earlier_units(run, name),
        extended=_extended(run, name, intake.tables["province_checks"]),
        wave=earlier_wave(run, name, intake.tables["province_checks"]),
        scores=_scores(run, name),
    )


def _scores(run: Run, name: str) -> pd.DataFrame | None:
    """Read the risk scores that a draw names; the path starts from the data's folder."""
    said = run.params.draws[name].scores
    if said is None:
        return None
    path = expand_environment(said)
    if path is None:
        raise CallError(
            f"抽样“{name}”的 scores: 环境变量没有设置: {said}", f"scores of {name}: not set: {said}"
        )
    return read_scores(run.data / path)


def earlier_wave(run: Run, name: str, visits: pd.DataFrame) -> pd.DataFrame | None:
    """Return what the draw that Neyman's allocation starts from found, up to the day of the plan.

    Returns
    -------
    DataFrame[stratum, failed, visited]   strata of that draw; None where the params ask for none

    Raises
    ------
    DrawError   that draw is not made and open
    """
    choice = run.params.draws[name]
    if choice.neyman is None:
        return None
    if not certificate(run, choice.neyman).exists():
        raise DrawError(f"“{choice.neyman}”还没有抽取", f'the draw "{choice.neyman}" is not made yet')
    sample = read_draw(draw_folder(run, choice.neyman))
    since = pd.Timestamp(run.params.draws[choice.neyman].cutoff)
    known = visits[visits["date"] <= pd.Timestamp(choice.cutoff)]
    rows = speaking_visits(known, sample, draw=choice.neyman, since=since)
    rows = rows[rows["conclusion"].notna() & rows["outcome"].fillna(INSPECTED).eq(INSPECTED)]
    stratum = rows["unit_id"].map(sample.set_index("unit_id")["stratum"])
    found = rows.assign(stratum=stratum, failed=rows["conclusion"] != PASSED)
    return found.groupby("stratum", as_index=False).agg(failed=("failed", "sum"), visited=("unit_id", "size"))


def earlier_units(run: Run, name: str) -> set[str]:
    """Units in the frozen frames of the batches before this one."""
    choice = run.params.draws[name]
    units: set[str] = set()
    for other, one in run.params.draws.items():
        frozen = draw_folder(run, other) / "frame.parquet"
        if one.purpose == choice.purpose == "city_check" and one.cutoff < choice.cutoff and frozen.exists():
            units |= set(read_frame(read_bytes(frozen), name=frozen.name)["unit_id"])
    return units


def _extended(run: Run, name: str, visits: pd.DataFrame) -> Extended | None:
    """Return the draw that this one extends, with the units that hold no place in it."""
    first = run.params.draws[name].extends
    if first is None:
        return None
    if first not in run.params.draws or not certificate(run, first).exists():
        raise DrawError(f"要续抽的“{first}”还没有抽取", f'the draw "{first}" to extend is not made yet')
    known = visits[visits["date"] <= pd.Timestamp(run.params.as_of)]
    since = pd.Timestamp(run.params.draws[first].cutoff)
    words = load_rulebook().words("own_fault")
    return left_by(draw_folder(run, first), known, name=name, since=since, own_fault=words)


def _plan_line(plan: Plan) -> str:
    N, n = sum(part.N for part in plan.strata), sum(part.n for part in plan.strata)
    return say(
        f"方案 {plan.draw}: {N} 家, {len(plan.strata)} 层, 抽 {n} 家; 请公布方案摘要 {plan.digest}",
        f"plan {plan.draw}: {N} units, {len(plan.strata)} strata, {n} to draw; "
        f"publish the digest {plan.digest}",
    )
