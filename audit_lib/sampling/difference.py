"""What became of a frozen frame since: who came, went and moved, and what that does to its draw.

A committed plan stays as it is; this only says how far today's tables have left it behind.
Newcomers belong to the next batch. Drawing the frozen plan's seed again from today's frame
would push out units already drawn, which is why it is not done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import Text
from audit_lib.sampling.plan import Plan

CAME, WENT, MOVED = "新增", "减少", "换层"
NOT_LISTED, NOT_PASSED = "名录中已没有", "截止日时已不是县检合格, 或不在抽样范围"
DRAWN, RESERVE = "抽中", "备用"


@dataclass(frozen=True, slots=True)
class Difference:
    """Between a committed plan and today's tables.

    Attributes
    ----------
    units : DataFrame[unit_id, change, then, now, reason, fate]   strata then and now; ``fate`` says
        抽中 or 备用 where the draw is made and open
    strata : DataFrame[stratum, N_then, N_now, n, n_now]   those that differ; n_now is what the same
        rule would draw today
    """

    units: pd.DataFrame
    strata: pd.DataFrame

    def count(self, change: str, fate: str | None = None) -> int:
        """Count the units of one change, or those of them with one fate."""
        rows = self.units[self.units["change"] == change]
        return len(rows if fate is None else rows[rows["fate"] == fate])

    @property
    def sentences(self) -> list[Text]:
        """Say what came out, and what it means."""
        came, went, moved = (self.count(change) for change in (CAME, WENT, MOVED))
        if self.units.empty and self.strata.empty:
            return [Text("抽样框与今天的表一致", "the frame is what today's tables give")]
        gone, shifted = self.count(WENT, DRAWN), self.count(MOVED, DRAWN)
        n, n_now = int(self.strata["n"].sum()), int(self.strata["n_now"].sum())
        said = [
            Text(
                f"与已提交的抽样框相比: 新增 {came} 家, 减少 {went} 家, 换层 {moved} 家",
                f"against the frame committed: {came} came, {went} went, {moved} moved",
            ),
            Text(
                f"有变化的 {len(self.strata)} 个层: 方案抽 {n} 家, 按今天的表应抽 {n_now} 家",
                f"{len(self.strata)} strata differ: {n} planned, {n_now} by today's tables",
            ),
        ]
        if gone or shifted:
            said.append(
                Text(
                    f"其中抽中的: 减少 {gone} 家, 换层 {shifted} 家; 仍留在样本中, 按到访结果计",
                    f"of those drawn {gone} went and {shifted} moved; they stay in the sample, "
                    "as the visit finds them",
                )
            )
        said.append(
            Text(
                "已提交的方案不变, 样本仍然有效; 新增的单位进入下一批, 更正的名录须另立名称重新提交",
                "the committed plan stands and so does its sample; newcomers belong to the next batch, "
                "a corrected roster is a new plan under a new name",
            )
        )
        return said


def compare_frames(
    plan: Plan,
    then: pd.DataFrame,
    now: pd.DataFrame,
    *,
    n_now: Mapping[str, int],
    roster: Collection[str],
    sample: pd.DataFrame | None = None,
) -> Difference:
    """Return how today's frame differs from the one that a plan froze.

    Parameters
    ----------
    then, now : DataFrame[unit_id, stratum]   the frozen frame, and what the tables give today
    n_now : by stratum, what the same rule would draw today
    roster : ids in today's roster, to tell who left it from who is no longer passed
    sample : DataFrame[unit_id, drawn]   of a draw that is made and open

    >>> from types import SimpleNamespace
    >>> then = pd.DataFrame({"unit_id": ["A", "B"], "stratum": ["x", "x"]})
    >>> now = pd.DataFrame({"unit_id": ["B", "C"], "stratum": ["y", "x"]})
    >>> found = compare_frames(SimpleNamespace(n={"x": 1}), then, now, n_now={"x": 1, "y": 1}, roster=["B"])
    >>> found.units[["unit_id", "change", "then", "now"]].fillna("").values.tolist()
    [['A', '减少', 'x', ''], ['B', '换层', 'x', 'y'], ['C', '新增', '', 'x']]
    """
    rows = then[["unit_id", "stratum"]].merge(
        now[["unit_id", "stratum"]], on="unit_id", how="outer", suffixes=("_then", "_now")
    )
    rows = rows.rename(columns={"stratum_then": "then", "stratum_now": "now"})
    changed = rows[rows["then"].isna() | rows["now"].isna() | (rows["then"] != rows["now"])]
    changed = changed.assign(change=MOVED)
    changed["change"] = changed["change"].mask(changed["then"].isna(), CAME).mask(changed["now"].isna(), WENT)
    listed = changed["unit_id"].isin(list(roster))
    reason = listed.map({True: NOT_PASSED, False: NOT_LISTED}).where(changed["change"] == WENT)
    changed["reason"], changed["fate"] = reason, None
    if sample is not None:
        fate = sample.set_index("unit_id")["drawn"].map({True: DRAWN, False: RESERVE})
        changed["fate"] = changed["unit_id"].map(fate)
    columns = ["unit_id", "change", "then", "now", "reason", "fate"]
    units = changed[columns].sort_values("unit_id", ignore_index=True)
    return Difference(units, _strata(plan, then, now, n_now))


def _strata(plan: Plan, then: pd.DataFrame, now: pd.DataFrame, n_now: Mapping[str, int]) -> pd.DataFrame:
    sizes = {name: frame["stratum"].value_counts() for name, frame in (("N_then", then), ("N_now", now))}
    table = pd.DataFrame(sizes | {"n": pd.Series(plan.n), "n_now": pd.Series(n_now)}, dtype="Int64")
    table = table.fillna(0).astype("int64").sort_index()
    same = (table["N_then"] == table["N_now"]) & (table["n"] == table["n_now"])
    members = {
        name: frame.groupby("stratum")["unit_id"].agg(frozenset) for name, frame in (("a", then), ("b", now))
    }
    alike = pd.DataFrame(members).reindex(table.index)
    same &= alike["a"] == alike["b"]
    return table[~same].rename_axis("stratum").reset_index()
