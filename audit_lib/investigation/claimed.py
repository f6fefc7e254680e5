"""Was the claimed list random? Replay where a seed was declared, redraws where none was.

With the declared seed and rule the list either comes out or it does not: a fact. Otherwise
the list is held against redraws under the city's *stated* design, whatever the design is, and
all looks at it are combined from the same redraws. A list that is not random breaks no clause
of the plan, and no test says why it is not: all that follows is whether its results may be
projected, which takes a replay (docs/method.md, chapter 9). Source: docs/method.md, chapter 10.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from audit_lib.errors import EstimateError
from audit_lib.inference.planning import sum_chances
from audit_lib.inference.strata import refuse
from audit_lib.investigation import redraws as looks
from audit_lib.investigation.chance import chance_of
from audit_lib.investigation.redraws import Bools, Floats, Ints, Statistic
from audit_lib.sampling import draw
from audit_lib.schemas import rulebook_rows

REDRAWS = 9_999
BINS = 40
EMPTY = "(空)"

Conclusion = Literal["replayed", "replay_differs", "not_random", "no_sign"]


@dataclass(frozen=True, slots=True, eq=False)
class ClaimedList:
    """What can be said of a list that somebody says was drawn.

    Attributes
    ----------
    conclusion : replayed (the declared seed gives this very list), replay_differs (it does not),
        not_random (no replay, and redraws look otherwise), no_sign (no replay, nothing seen)
    may_project : only a list that was replayed speaks for the units that are not on it
    n, N : units listed, units in the frame
    p : the least p-value over all tests, adjusted for their number
    tests : DataFrame[test, observed, expected, low, high, effect, p, p_adj, p_exact, detail]   low and
        high hold 95 of 100 redraws; effect: standard deviations away; p_exact: where a formula has
        it; detail: the level of a composition that is furthest away
    picture : DataFrame[test, left, right, redraws]   the redraws of each test, counted in bins
    missing, surplus : units that the replay has and the list has not, and the other way round
    early : units whose check is dated on or before the day their part of the frame was frozen
    """

    conclusion: Conclusion
    n: int
    N: int
    p: float | None = None
    tests: pd.DataFrame = field(default_factory=pd.DataFrame)
    picture: pd.DataFrame = field(default_factory=pd.DataFrame)
    missing: tuple[str, ...] = ()
    surplus: tuple[str, ...] = ()
    early: tuple[str, ...] = ()

    @property
    def may_project(self) -> bool:
        """Whether results may be projected to the frame: only from a replayed list."""
        return self.conclusion == "replayed"


def replay_list(frame: pd.DataFrame, claimed: Collection[str], *, seed: str) -> tuple[list[str], list[str]]:
    """Return who is missing from a claimed list, and who is on it although not drawn.

    The rule is the ticket's: in each stratum as many units as the list has there, smallest tickets
    first. Two empty lists: the list is the draw.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum]

    Raises
    ------
    EstimateError         units outside the frame, or twice on the list
    DrawError, FrameError   as `sampling.draw`
    """
    listed = _listed(frame, claimed)
    sizes = pd.Series(listed).groupby(frame["stratum"].to_numpy()).sum()
    drawn = draw(frame[["unit_id", "stratum"]], sizes, seed=seed)["unit_id"]
    return sorted(set(drawn) - set(claimed)), sorted(set(claimed) - set(drawn))


def examine_list(
    frame: pd.DataFrame,
    claimed: pd.DataFrame,
    *,
    name: str,
    alpha: float,
    lists: int = 1,
    seed: str | None = None,
    redraws: int = REDRAWS,
) -> ClaimedList:
    """Hold a claimed list against the stated design: replay first, redraws where there is no seed.

    Which tests are made is said by ``rulebook/list_tests.csv`` and by the columns that the frame
    has; one that is the same in every redraw, as a county that is a stratum, is left out.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum, (frozen), (position), (earlier), ...]   one row per unit that
        could be drawn, the stratum of the stated design; frozen: day on which it was frozen;
        position: place in the roster; earlier: whether it stood on the list before
    claimed : DataFrame[unit_id, (date)]   the list, with the day of each check
    name : names the redraws; another list has others
    alpha : chance of calling any of ``lists`` lists not random if all were drawn (rulebook
        ``list_alpha``); each of them gets 1 - (1 - alpha)^(1 / lists)
    seed : the declared seed

    Raises
    ------
    EstimateError   a unit outside the frame or twice on the list; nothing left to chance
    """
    listed = _listed(frame, claimed["unit_id"])
    rows = frame.assign(listed=listed).sort_values("unit_id", ignore_index=True)
    seen = ClaimedList("no_sign", int(listed.sum()), len(rows), early=_early(rows, claimed))
    if seed is not None:
        missing, surplus = replay_list(frame, list(claimed["unit_id"]), seed=seed)
        if not missing and not surplus:
            return replace(seen, conclusion="replayed")
        seen = replace(seen, missing=tuple(missing), surplus=tuple(surplus))
    tests, picture = _hold(rows, name, redraws)
    p = float(tests["p_adj"].min())
    random: Conclusion = "not_random" if p <= 1 - (1 - alpha) ** (1 / lists) else "no_sign"
    conclusion = random if seed is None else "replay_differs"
    return replace(seen, conclusion=conclusion, p=p, tests=tests, picture=picture)


def _hold(rows: pd.DataFrame, name: str, redraws: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold the list against its redraws; return the table of tests and the picture of each."""
    codes, n = _design(rows)
    tests = [test for test in rulebook_rows("list_tests") if test["column"] in rows]
    statistics = [_statistic(test, rows, codes, n) for test in tests]
    chance = chance_of("claimed-list", name)
    values = looks.measure(rows["listed"].to_numpy(), statistics, codes, n, lists=redraws, chance=chance)
    varied = values[:, 1:].std(axis=1) > 0
    if not varied.any():
        raise EstimateError(
            f"名单“{name}”没有可检验的项目: 每次重抽都一样", f'nothing can be tested on the list "{name}"'
        )
    tests, values = [test for test, yes in zip(tests, varied, strict=True) if yes], values[varied]
    p = looks.extremes(values, upper=[test["kind"] in ("category", "step") for test in tests])
    table = _table(tests, values, p[:, 0], looks.combine(p))
    details = [_detail(test, rows, codes, n) for test in tests]
    exact = pd.Series([_exact(test, rows, codes, n) for test in tests], dtype="float64")
    return table.assign(p_exact=exact, detail=pd.Series(details, dtype="str")), _picture(tests, values)


def _listed(frame: pd.DataFrame, claimed: Collection[str]) -> Bools:
    ids = pd.Series(list(claimed), dtype="str")
    refuse("名单上列出两次的单位", "units twice on the list", sorted(ids[ids.duplicated()].unique()))
    twice = frame.loc[frame["unit_id"].duplicated(), "unit_id"]
    refuse("抽样框里列出两次的单位", "units twice in the frame", sorted(twice.unique()))
    refuse("不在抽样框里的单位", "units outside the frame", sorted(set(ids) - set(frame["unit_id"])))
    listed: Bools = frame["unit_id"].isin(set(ids)).to_numpy(dtype=np.bool_)
    if not listed.any() or listed.all():
        raise EstimateError(
            "名单为空或包括了全部单位, 没有可以检验的随机性",
            "the list is empty or holds every unit: there is no chance to test",
        )
    return listed


def _design(rows: pd.DataFrame) -> tuple[Ints, Ints]:
    codes, keys = pd.factorize(rows["stratum"], sort=True)
    n = np.bincount(codes, weights=rows["listed"], minlength=len(keys)).astype(np.int64)
    return codes.astype(np.int64), n


def _early(rows: pd.DataFrame, claimed: pd.DataFrame) -> tuple[str, ...]:
    if "date" not in claimed or "frozen" not in rows:
        return ()
    dated = claimed[["unit_id", "date"]].merge(rows[["unit_id", "frozen"]], on="unit_id")
    return tuple(sorted(dated.loc[dated["date"] <= dated["frozen"], "unit_id"]))


def _statistic(test: dict[str, str], rows: pd.DataFrame, codes: Ints, n: Ints) -> Statistic:
    values = rows[test["column"]]
    if test["kind"] == "category":
        return looks.uneven(values.astype("str").fillna(EMPTY), codes, n)
    if test["kind"] == "number":
        return looks.ranks(values, codes)
    if test["kind"] == "overlap":
        return looks.among(values.to_numpy(dtype=np.bool_))
    order = np.lexsort((rows["unit_id"].to_numpy(dtype=object), values.to_numpy(dtype=np.float64)))
    return {"runs": looks.runs, "adjacent": looks.adjacent, "step": looks.step}[test["kind"]](order)


def _table(tests: Sequence[dict[str, str]], values: Floats, p: Floats, combined: Floats) -> pd.DataFrame:
    drawn = values[:, 1:]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=1)
    return pd.DataFrame(
        {
            "test": pd.Series([test["test"] for test in tests], dtype="str"),
            "observed": values[:, 0],
            "expected": drawn.mean(axis=1),
            "low": low,
            "high": high,
            "effect": (values[:, 0] - drawn.mean(axis=1)) / drawn.std(axis=1),
            "p": p,
            "p_adj": combined,
        }
    )


def _detail(test: dict[str, str], rows: pd.DataFrame, codes: Ints, n: Ints) -> str | None:
    """Say which level of a composition is furthest from its due, in units."""
    if test["kind"] != "category":
        return None
    chance = (n / np.bincount(codes))[codes]
    levels = rows[test["column"]].astype("str").fillna(EMPTY)
    table = pd.DataFrame({"listed": rows["listed"], "due": chance}).groupby(levels.to_numpy()).sum()
    away = (table["listed"] - table["due"]).abs() / np.sqrt(table["due"].clip(lower=1))
    level = str(away.idxmax())
    return f"{level}: {table['listed'][level]:.0f} 家, 设计下平均 {table['due'][level]:.1f} 家"


def _exact(test: dict[str, str], rows: pd.DataFrame, codes: Ints, n: Ints) -> float:
    """Return the exact p-value, both tails, where the list's count of something is what is tested."""
    if test["kind"] != "overlap":
        return float("nan")
    return share_tails(rows[test["column"]].to_numpy(dtype=np.bool_), rows["listed"].to_numpy(), codes, n)


def share_tails(has: Bools, listed: Bools, strata: Ints, n: Ints) -> float:
    """Return the exact chance of a count at least as far out: twice the smaller tail.

    The count of units with some property on a list is a sum of hypergeometric counts.

    Parameters
    ----------
    has, listed : shape (N,), units with the property, units on the list
    strata : shape (N,), stratum of each unit;  n : shape (H,), units listed in each

    14 of the 30 urban units among 20 of 100: P(14 or more) is 3.93384e-05.

    >>> has, listed = np.arange(100) < 30, (np.arange(100) < 14) | (np.arange(100) >= 94)
    >>> f"{share_tails(has, listed, np.zeros(100, dtype=int), np.array([20])) / 2:.5e}"
    '3.93384e-05'
    """
    N = np.bincount(strata, minlength=len(n))
    K = np.bincount(strata, weights=has, minlength=len(n)).astype(np.int64)
    chances = sum_chances(N, n, K.tolist())
    count = int((has & listed).sum())
    return float(min(1.0, 2 * min(chances[: count + 1].sum(), chances[count:].sum())))


def _picture(tests: Sequence[dict[str, str]], values: Floats) -> pd.DataFrame:
    """Return the redraws of each test counted in bins, for the figure of the list against them."""
    parts = []
    for test, row in zip(tests, values, strict=True):
        counts, edges = np.histogram(row[1:], bins=np.linspace(row.min(), row.max(), BINS + 1))
        parts.append(
            pd.DataFrame({"test": test["test"], "left": edges[:-1], "right": edges[1:], "redraws": counts})
        )
    return pd.concat(parts, ignore_index=True)
