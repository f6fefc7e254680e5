"""A draw from its frozen frame to its opened seed; it belongs to the campaign, not to the run."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.compliance import DrawnSample, load_rulebook
from audit_lib.errors import CallError, DrawError, Text, VerifyError
from audit_lib.field import left_by
from audit_lib.files import read_bytes
from audit_lib.inference import prospect
from audit_lib.intake import load_intake
from audit_lib.params import Run
from audit_lib.sampling.certificate import parse_certificate
from audit_lib.sampling.frozen import read_frame
from audit_lib.sampling.plan import Plan, commit_plan, parse_plan
from audit_lib.sampling.prepare import Extended, Prepared, prepare
from audit_lib.sampling.reveal import draw_plan, read_draw
from audit_lib.sampling.seal import open_draw, seal_plan
from audit_lib.sampling.verify import verify as verify_certificate


def draw_names(run: Run, name: str | None) -> list[str]:
    """Return the draw that was named, or all of the params."""
    if name is None:
        return list(run.params.draws)
    if name not in run.params.draws:
        known = "、".join(run.params.draws) or "—"
        raise CallError(
            f"参数里没有抽样“{name}”, 有: {known}", f'no draw "{name}" in the params; there are: {known}'
        )
    return [name]


def draw_folder(run: Run, name: str) -> Path:
    """Return where a draw lies; it belongs to the campaign, not to the run."""
    return run.campaign / "draws" / name


def _log(run: Run) -> Path:
    return run.campaign / "log.jsonl"


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
    return [*lines, str(Text(f"核验 {name}: 一致", f"verify {name}: agrees"))], True


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
    return str(
        Text(
            f"方案 {name} 已抽取, 照旧有效; 今天的数据与提交时的抽样框不同, 见 audit diff",
            f"plan {name} is drawn and stands; today's tables differ from its frame, see audit diff",
        )
    )


def plan(run: Run, name: str, *, now: dt.datetime) -> str:
    """Freeze the frame of a draw and commit its plan; an equal one is left alone.

    What the plan will be able to show is worked out before, and said with it.
    """
    made = _prepare(run, name)
    shown = _prospect(run, made)
    committed = commit_plan(draw_folder(run, name), _log(run), plan=made.plan, frame=made.frame, now=now)
    return "\n".join([*shown, _plan_line(committed)])


def _prospect(run: Run, made: Prepared) -> list[str]:
    """A line per city on what its part of the plan can show."""
    city = made.frame.drop_duplicates("stratum").set_index("stratum")["city"]
    strata = pd.DataFrame([{"key": one.key, "N": one.N, "n": one.n} for one in made.plan.strata])
    limit = run.params.estimates.limit
    table = prospect(
        strata.assign(city=strata["key"].map(city)),
        limit=None if limit is None else str(limit),
        confidence=run.params.estimates.confidence,
    )
    return [_prospect_line(row, limit) for row in table.itertuples(index=False)]


def _prospect_line(row: Any, limit: float | None) -> str:
    place = Text(row.city or "合计", row.city or "all")
    chance = "" if limit is None else f", 真有 1% 不合格时被接受的机会 {row.chance:.0%}"
    accepted = "" if limit is None else f", accepted with chance {row.chance:.0%} if 1% fail"
    # The share is rounded up: a bound may not be understated.
    hidden = -(-row.hidden * 1000 // row.N) / 10
    return str(
        Text(
            f"  {place.zh}: {row.N} 家抽 {row.n} 家; 一家不合格也没抽到时, 仍可能有 {row.hidden} 家"
            f"({hidden}%){chance}; 真有 5% 不合格时区间半宽约 {row.half_width * 100:.1f} 个百分点",
            f"  {place.en}: {row.n} of {row.N}; with none found up to {row.hidden} ({hidden}%) may fail"
            f"{accepted}; half-width about {row.half_width * 100:.1f} points if 5% fail",
        )
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
    )


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
    return left_by(draw_folder(run, first), known, name=name, own_fault=load_rulebook().words("own_fault"))


def _plan_line(plan: Plan) -> str:
    N, n = sum(part.N for part in plan.strata), sum(part.n for part in plan.strata)
    return str(
        Text(
            f"方案 {plan.draw}: {N} 家, {len(plan.strata)} 层, 抽 {n} 家; 请公布方案摘要 {plan.digest}",
            f"plan {plan.draw}: {N} units, {len(plan.strata)} strata, {n} to draw; "
            f"publish the digest {plan.digest}",
        )
    )


def draw(
    run: Run, name: str, *, seed: str | None, evidence: str | None, sealed: bool, now: dt.datetime
) -> str:
    """Draw a committed plan with its seed; sealed, only the commitment may be published."""
    choice = run.params.draws[name]
    folder, log = draw_folder(run, name), _log(run)
    if seed is None and (folder / "certificate.json").exists():
        return _drawn_line(name, read_draw(folder))
    seed, evidence = seed or choice.seed, evidence or choice.evidence
    if seed is None or evidence is None:
        raise CallError(
            f"抽样“{name}”需要 --seed 种子和 --evidence 来历说明(方案公布之后才产生的种子)",
            f'draw "{name}" needs --seed and --evidence (a seed made after the plan was published)',
        )
    if sealed:
        seal_plan(folder, log, seed=seed, evidence=evidence, nonce=secrets.token_hex(16), now=now)
        return str(
            Text(
                f"抽样 {name} 已封存: 请公布 {folder / 'seal.json'}; 名单在 {folder / 'sealed'}, "
                "走访结束后用 audit open",
                f"draw {name} is sealed: publish {folder / 'seal.json'}; the list is in {folder / 'sealed'}",
            )
        )
    return _drawn_line(name, draw_plan(folder, log, seed=seed, evidence=evidence, now=now))


def _drawn_line(name: str, rows: pd.DataFrame) -> str:
    drawn, reserves = int(rows["drawn"].sum()), int((~rows["drawn"]).sum())
    return str(
        Text(
            f"抽样 {name}: 抽中 {drawn} 家, 备用 {reserves} 家",
            f"draw {name}: {drawn} drawn, {reserves} reserves",
        )
    )


def open_sealed(run: Run, name: str, *, now: dt.datetime) -> str:
    """Open a sealed draw after the last visit."""
    rows = open_draw(draw_folder(run, name), _log(run), now=now)
    return _drawn_line(name, rows)


def verify(certificate: Path, **files: Any) -> tuple[list[str], bool]:
    """Return a line for each check of a certificate, and whether none of them failed."""
    checks = verify_certificate(certificate, **files)
    words = {
        True: Text("一致", "agrees"),
        False: Text("不一致", "DIFFERS"),
        None: Text("无法核对", "not possible"),
    }
    lines = [
        f"{words[one.ok]}  {one.name}" + (f": {one.detail}" if str(one.detail) else "") for one in checks
    ]
    return lines, not any(one.ok is False for one in checks)


def certificate(run: Run, name: str) -> Path:
    """Return the path of a draw's certificate."""
    return draw_folder(run, name) / "certificate.json"


def drawn_samples(run: Run) -> dict[str, DrawnSample]:
    """Return the draws of the params that were made here and replay without a difference.

    Raises
    ------
    DrawError   a certificate does not agree with its files: nothing may be estimated from it
    """
    samples: dict[str, DrawnSample] = {}
    for name in run.params.draws:
        path = certificate(run, name)
        if not path.exists():
            continue
        lines, agreed = verify(path)
        if not agreed:
            said = "\n".join(lines)
            raise DrawError(
                f"抽样“{name}”核验不一致, 不能据以推算:\n{said}", f'draw "{name}" differs:\n{said}'
            )
        folder = draw_folder(run, name)
        planned = parse_plan(read_bytes(folder / "plan.json"))
        certified, _ = parse_certificate(read_bytes(path))
        samples[name] = DrawnSample(
            name=name,
            purpose=planned.purpose,
            frame=read_frame(read_bytes(folder / "frame.parquet"), name="frame.parquet"),
            sample=read_draw(folder),
            plan_digest=planned.digest,
            certificate_digest=certified.digest,
            look=planned.look.look if planned.look else 1,
            looks=planned.look.looks if planned.look else 1,
            extends=planned.look.extends if planned.look else None,
        )
    return samples
