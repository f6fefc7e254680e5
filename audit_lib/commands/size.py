"""``audit size``: how many visits a statement needs, in words and as a picture.

Sampling plans are stated in the terms of GB/T 2828 (n, Ac, Re, the two risks). They are
counted for the frame at hand, not looked up, so that small frames and no failure at all
come out right. Source: docs/method.md, chapter 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audit_lib.commands.calls import FILE
from audit_lib.errors import CallError, EstimateError, Text

if TYPE_CHECKING:
    import pandas as pd

POINTS = 80
"""Points of a curve: more are not seen at this size."""

STYLES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1, 2)), (0, (3, 1)), (0, (1, 3)))
"""One look for each plan, also in grey; plans beyond these are listed and not drawn."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be shown: N units, at most this share failing, with this confidence.

    Attributes
    ----------
    tolerable : K, the least number of failures that breaks the limit
    good : failures of a frame that ought to be accepted
    """

    N: int
    limit: Fraction
    confidence: float
    tolerable: int
    good: int


@click.command("size", help="要检查多少家, 才能说不合格不超过某个比例 / how many visits a statement needs")
@click.option("--units", "N", type=int, required=True, help="单位总数 / units in the frame")
@click.option("--limit", default="5%", show_default=True, help="不合格比例不超过 / share failing at most")
@click.option("--confidence", default=0.95, show_default=True, help="可信程度 / confidence")
@click.option("--acceptable", default="1%", show_default=True, help="应当接受的比例 / share to be accepted")
@click.option("--most", default=3, show_default=True, help="接收数 Ac 的上限 / largest Ac to list")
@click.option("--at-least", is_flag=True, help="达到判定限就算超过 / the limit itself is too much")
@click.option(
    "--visits", type=int, default=None, help="另问: 检查这么多家能说什么 / what so many visits show"
)
@click.option("--half-width", type=float, default=None, help="另问: 区间半宽, 如 0.05 / interval half width")
@click.option("--output", type=FILE, default=Path("out"), help="结果文件夹 / output")
def size(
    *,
    N: int,
    limit: str,
    confidence: float,
    acceptable: str,
    most: int,
    at_least: bool,
    visits: int | None,
    half_width: float | None,
    output: Path,
) -> None:
    """Say how many visits a statement needs, and draw the curve."""
    from audit_lib.files import write_bytes  # noqa: PLC0415 - heavy imports only when asked for
    from audit_lib.inference import acceptance_numbers  # noqa: PLC0415

    try:
        asked = _ask(N, limit, confidence, acceptable, at_least=at_least)
        plans = acceptance_numbers(
            N, asked.tolerable, confidence=confidence, most=most, acceptable=asked.good
        )
        said = [
            *_plan_lines(asked, plans),
            *_two_stage_lines(asked),
            *_other_lines(asked, visits, half_width),
        ]
    except EstimateError as refused:
        raise CallError(refused.text.zh, refused.text.en) from refused
    picture = output / "size" / f"N{N}-limit{float(asked.limit):g}-confidence{confidence:g}.png"
    write_bytes(picture, curve(asked, plans))
    said.append(Text(f"曲线: {picture}", f"curve: {picture}"))
    click.echo("\n".join(str(line) for line in said))


def _ask(N: int, limit: str, confidence: float, acceptable: str, *, at_least: bool) -> Question:
    from audit_lib.inference import exact_share, tolerable_count  # noqa: PLC0415

    share = exact_share(limit)
    tolerable = tolerable_count(N, share, convention="at_least" if at_least else "more_than")
    good = int(exact_share(acceptable) * N)
    return Question(N, share, confidence, tolerable, good)


def _plan_lines(asked: Question, plans: pd.DataFrame) -> list[Text]:
    """The single sampling plans, one in a line."""
    limit, sure = f"{float(asked.limit) * 100:.4g}%", f"{asked.confidence * 100:.4g}%"
    lines = [
        Text(
            f"单位总数 N = {asked.N}, 判定限 {limit}: 从 {asked.tolerable} 家不合格起算超过",
            f"N = {asked.N} units, limit {limit}: {asked.tolerable} failing units are too many",
        ),
        Text(
            f"要以 {sure} 的把握说没有超过, 至少检查 n 家。单次抽样方案"
            "(用 GB/T 2828 的说法; 按超几何分布算出, 不是查表):",
            f"to say with confidence {sure} that they are fewer, single plans in the terms of GB/T 2828 "
            "(counted, not looked up):",
        ),
    ]
    for plan in plans.itertuples(index=False):
        risks = f"{plan.consumer:.2%}", f"{plan.producer:.2%}"
        lines.append(
            Text(
                f"  样本量 n = {plan.n}  接收数 Ac = {plan.allowed}  不接收数 Re = {plan.reject}  "
                f"使用方风险 {risks[0]}  生产方风险 {risks[1]}(实际 {asked.good} 家不合格时)",
                f"  n = {plan.n}  Ac = {plan.allowed}  Re = {plan.reject}  consumer's risk {risks[0]}  "
                f"producer's risk {risks[1]} (where {asked.good} units fail)",
            )
        )
    return lines


def _two_stage_lines(asked: Question) -> list[Text]:
    from audit_lib.inference import two_stage_risk, two_stage_size  # noqa: PLC0415

    try:
        n = two_stage_size(asked.N, asked.tolerable, confidence=asked.confidence)
    except EstimateError as refused:
        return [refused.text]
    risk = two_stage_risk(asked.N, n, n, asked.tolerable)
    return [
        Text(
            f"两次抽样方案: 先抽 {n} 家, 全部合格即接受; 恰有 1 家不合格, 再抽 {n} 家, 全部合格才接受; "
            f"使用方风险 {risk:.2%}",
            f"two stages: {n} units, accepted if none fails; if one does, {n} more, all of which must pass; "
            f"consumer's risk {risk:.2%}",
        )
    ]


def _other_lines(asked: Question, visits: int | None, half_width: float | None) -> list[Text]:
    from audit_lib.inference import can_show, precision_size  # noqa: PLC0415

    lines = []
    if visits is not None:
        shown = can_show(asked.N, visits, confidence=asked.confidence)
        share = -(-1000 * shown.hidden // shown.N) / 10  # a bound is never rounded down
        lines.append(
            Text(
                f"检查 {shown.n} 家, 一家不合格也没有发现时, 仍可能有 {shown.hidden} 家不合格({share}%)",
                f"{shown.n} visits without a failure leave up to {shown.hidden} failing units ({share}%)",
            )
        )
    if half_width is not None:
        n = precision_size(asked.N, 0.5, half_width, confidence=asked.confidence)
        lines.append(
            Text(
                f"不合格比例的区间半宽约 {half_width:.3g}(按最不利的一半估): 检查 {n} 家",
                f"an interval of half width {half_width:g} (at worst, where half fail): {n} visits",
            )
        )
    return lines


def curve(asked: Question, plans: pd.DataFrame) -> bytes:
    """Return the picture, PNG: what n visits can show, and what each plan accepts how often."""
    from audit_lib.reporting.canvas import LINE, new_figure, png  # noqa: PLC0415 - matplotlib

    with new_figure(7.6, 7.2, axes__spines__left=True, ytick__left=True) as figure:
        above, below = figure.subplots(2, 1)
        _draw_reach(above, asked, plans)
        _draw_chance(below, asked, plans)
        for axes in (above, below):
            axes.grid(color=LINE, linewidth=0.6)
            axes.legend(frameon=False)
        return png(figure)


def _looks(plans: pd.DataFrame) -> Iterator[tuple[int, int, Any]]:
    return zip(plans["n"].tolist(), plans["allowed"].tolist(), STYLES, strict=False)


def _draw_reach(axes: Any, asked: Question, plans: pd.DataFrame) -> None:
    import numpy as np  # noqa: PLC0415

    from audit_lib.inference import bound_count  # noqa: PLC0415

    last = min(asked.N, 2 * int(plans["n"].max()))
    for n, allowed, style in _looks(plans):
        visits = np.unique(np.linspace(allowed + 1, last, POINTS).astype(int))
        bounds = [
            bound_count(asked.N, visited, allowed, confidence=asked.confidence) for visited in visits.tolist()
        ]
        axes.plot(
            visits, np.array(bounds) / asked.N * 100, linestyle=style, color="#1b2027",
            label=f"样本中 {allowed} 家不合格: 检查 {n} 家即可",
        )  # fmt: skip
    axes.axhline(float(asked.limit) * 100, color="#9b1c1c", linewidth=1.1)
    axes.set_ylim(0, min(100.0, 6 * float(asked.limit) * 100) or 1)
    axes.set_xlabel("检查家数 n")
    axes.set_ylabel(f"以 {asked.confidence * 100:g}% 的把握, 不合格比例至多(%)")


def _draw_chance(axes: Any, asked: Question, plans: pd.DataFrame) -> None:
    import numpy as np  # noqa: PLC0415

    from audit_lib.inference import operating_characteristic  # noqa: PLC0415

    failures = np.unique(np.linspace(0, min(asked.N, 3 * asked.tolerable), POINTS).astype(int)).tolist()
    for n, allowed, style in _looks(plans):
        table = operating_characteristic(asked.N, n, allowed, failures=failures)
        axes.plot(
            table["share"] * 100, table["chance"] * 100, linestyle=style, color="#1b2027",
            label=f"n = {n}, Ac = {allowed}, Re = {allowed + 1}",
        )  # fmt: skip
    axes.axvline(float(asked.limit) * 100, color="#9b1c1c", linewidth=1.1)
    axes.set_ylim(0, 100)
    axes.set_xlabel("实际不合格比例(%)")
    axes.set_ylabel("接受的机会(%)")
