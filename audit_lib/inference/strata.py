"""Who was visited, stratum by stratum: the checked ground under every estimate.

Everything that would make a wrong number is refused here, by the name of the stratum:
a size that is missing or not whole, more visits than units, a stratum nobody went to,
a single visit where a variance is wanted. A stratum taken whole (n_h = N_h) is kept for
the value and left out of the variance: what was seen completely is not uncertain.
"""

from __future__ import annotations

import numbers
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit_lib.errors import EstimateError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Sizes = Mapping[Any, int] | pd.Series
Lonely = Literal["refuse", "collapse"]

TAKEN_WHOLE = -1


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of one sample, sorted by the text of their keys.

    Attributes
    ----------
    keys : names, length H
    N, n : units in the frame, units visited; shape (H,)
    of : number of the stratum of each visit; shape (visits,)
    rows : labels of the visits where they came as a Series
    group : variance stratum of each stratum; shape (H,); -1 where taken whole
    collapsed : how many strata share their variance with a neighbour
    """

    keys: tuple[Hashable, ...]
    N: Ints
    n: Ints
    of: Ints
    rows: pd.Index | None
    group: Ints
    collapsed: int

    @property
    def open(self) -> Bools:
        """The strata with units that nobody visited; shape (H,)."""
        return self.n < self.N

    @property
    def weight(self) -> Floats:
        """Units of the frame that one visit stands for; shape (H,)."""
        return np.divide(self.N, self.n, dtype=np.float64)

    def count(self, chosen: Bools) -> Ints:
        """Count the chosen visits of each stratum; shape (H,)."""
        if chosen.all():
            return self.n
        return np.bincount(self.of[chosen], minlength=len(self.keys)).astype(np.int64)

    def df(self, inside: Ints) -> int:
        """Degrees of freedom of a domain with ``inside`` visits in each stratum.

        Visits less variance strata, both over the strata not taken whole.
        """
        seen = self.open & (inside > 0)
        return int(inside[seen].sum()) - len(np.unique(self.group[seen]))

    def variance_of_total(self, mean: Floats, squares: Floats) -> float:
        """Variance of the estimated total of a variable.

        Parameters
        ----------
        mean, squares : its mean in each stratum, its squared deviations from that mean; shape (H,)

        Where strata were collapsed the visits keep their own weights and share one mean, so
        that the distance between the strata is counted as variance too.
        Source: Cochran 1977, 5.3 and 5A.12.
        """
        opened = self.open
        group = self.group[opened]
        n_h, z = self.n[opened].astype(np.float64), (self.weight * mean)[opened]
        n_g = np.bincount(group, n_h)
        N_g = np.bincount(group, self.N[opened].astype(np.float64))
        spread = np.bincount(group, (self.weight**2 * squares)[opened])
        if self.collapsed:
            z_g = np.bincount(group, n_h * z) / n_g
            spread += np.bincount(group, n_h * (z - z_g[group]) ** 2)
        return float(np.sum((1 - n_g / N_g) * n_g / (n_g - 1) * spread))


def lay_out(strata: Any, stratum_sizes: Sizes, *, lonely: str = "refuse") -> Strata:
    """Lay the visits out over the strata of the frame.

    Parameters
    ----------
    strata : array, shape (visits,)   stratum key of each visit
    stratum_sizes : units in the frame by stratum key; a stratum of no units is passed over
    lonely : what a single visit in a larger stratum means: ``refuse``, or ``collapse`` with the
        next open stratum in the order of the keys (the last one with the one before)

    Raises
    ------
    EstimateError   see the module's first lines

    >>> lay_out(["a", "a", "b"], {"a": 9, "b": 1}).group.tolist()
    [0, -1]
    """
    if lonely not in ("refuse", "collapse"):
        raise EstimateError(
            f"lonely 只能是 refuse 或 collapse, 读到“{lonely}”",
            f'lonely is refuse or collapse, not "{lonely}"',
        )
    sizes = whole_sizes(stratum_sizes)
    visits = pd.Series(strata)
    if visits.empty:
        raise EstimateError("没有任何检查结果, 无法估计", "no visit at all, nothing can be estimated")
    codes, seen = pd.factorize(visits)
    if (codes < 0).any():
        raise EstimateError(
            f"第 {int(np.argmax(codes < 0)) + 1} 个检查结果没有分层",
            f"visit {int(np.argmax(codes < 0)) + 1} has no stratum",
        )
    visited = set(seen)
    refuse("没有给出单位总数的层", "strata without a size", visited - sizes.keys())
    keys = tuple(sorted((key for key in sizes if sizes[key] or key in visited), key=str))
    place = {key: h for h, key in enumerate(keys)}
    of = np.array([place[key] for key in seen], dtype=np.int64)[codes]
    N = np.array([sizes[key] for key in keys], dtype=np.int64)
    n = np.bincount(of, minlength=len(keys)).astype(np.int64)
    _check_visits(keys, N, n, lonely=lonely)
    group = _variance_groups(keys, N, n)
    shared = np.bincount(group[group >= 0])
    rows = strata.index if isinstance(strata, pd.Series) else None
    return Strata(keys, N, n, of, rows, group, int(shared[shared > 1].sum()))


def named(keys: Iterable[Hashable], chosen: Bools) -> list[Hashable]:
    """Pick the chosen keys."""
    return [key for key, yes in zip(keys, chosen, strict=True) if yes]


def column(values: Any, strata: Strata, name: str) -> Floats:
    """Read one number for each visit.

    Raises
    ------
    EstimateError   another length or order than the visits, a missing value, something not a number
    """
    series = full_column(values, strata, name)
    if not pd.api.types.is_numeric_dtype(series.dtype) or not np.isfinite(series.to_numpy(dtype=float)).all():
        raise EstimateError(f"{name} 应当全是数", f"{name} must be numbers")
    return series.to_numpy(dtype=np.float64)


def full_column(values: Any, strata: Strata, name: str) -> pd.Series:
    """Read one value of any kind for each visit; raises as ``column``, numbers or not."""
    same_rows(values, name, count=len(strata.of), rows=strata.rows)
    series = pd.Series(values).infer_objects()
    holes = np.bincount(strata.of[series.isna().to_numpy()], minlength=len(strata.keys)) > 0
    refuse(f"{name} 有缺失值的层", f"strata with missing values in {name}", named(strata.keys, holes))
    return series


def same_rows(values: Any, name: str, *, count: int, rows: pd.Index | None) -> None:
    """Refuse a column of another length, or a Series with the same labels in another order.

    Such a Series was not meant to be paired by position.
    """
    if len(values) != count:
        raise EstimateError(
            f"{name} 有 {len(values)} 个值, 检查结果有 {count} 个, 应当一样多",
            f"{name} has {len(values)} values for {count} visits",
        )
    if rows is None or not isinstance(values, pd.Series) or values.index.equals(rows):
        return
    if values.index.symmetric_difference(rows).empty:
        raise EstimateError(
            f"{name} 与分层列出的是同样的行, 次序却不同",
            f"{name} and strata list the same rows in different orders",
        )


def yes_no(values: Any, strata: Strata, name: str) -> Bools:
    """Read one yes (1, True) or no (0, False) for each visit.

    Raises
    ------
    EstimateError   as ``column``, and any other number
    """
    numbers_ = column(values, strata, name)
    wrong = (numbers_ != 0) & (numbers_ != 1)
    bad = np.bincount(strata.of[wrong], minlength=len(strata.keys)) > 0
    refuse(
        f"{name} 有 0 和 1 以外的值的层",
        f"strata with values other than 0 and 1 in {name}",
        named(strata.keys, bad),
    )
    return np.equal(numbers_, 1.0)


def inside(domain: Any, strata: Strata) -> Bools:
    """Read which visits belong to the domain; all of them where none is named."""
    if domain is None:
        return np.ones(len(strata.of), dtype=np.bool_)
    chosen = yes_no(domain, strata, "domain")
    if not chosen.any():
        raise EstimateError(
            "样本中没有属于该范围的单位, 无法估计", "no visit lies in the domain, nothing can be estimated"
        )
    return chosen


def checked_confidence(confidence: float) -> float:
    """Refuse a confidence that is not between 0 and 1."""
    if not 0 < confidence < 1:
        raise EstimateError(
            f"置信度应在 0 与 1 之间, 读到 {confidence}", f"confidence lies between 0 and 1, not {confidence}"
        )
    return float(confidence)


def _check_visits(keys: tuple[Hashable, ...], N: Ints, n: Ints, *, lonely: str) -> None:
    refuse("检查数多于单位总数的层", "strata with more visits than units", named(keys, n > N))
    refuse("一家也没有检查的层", "strata without any visit", named(keys, n == 0))
    if lonely == "refuse":
        refuse(
            "只检查了一家、无法计算方差的层(可选 collapse 与相邻层合并)",
            "strata with one visit, no variance (collapse joins them to a neighbour)",
            named(keys, (n == 1) & (N > 1)),
        )


def whole_sizes(stratum_sizes: Sizes) -> dict[Hashable, int]:
    """Read the units of each stratum, refusing what is not a whole number or given twice."""
    if isinstance(stratum_sizes, pd.Series):
        twice = stratum_sizes.index[stratum_sizes.index.duplicated()].unique()
        refuse("单位总数给出两次的层", "strata whose size is given twice", twice)
    sizes = dict(stratum_sizes.items())
    refuse(
        "单位总数不是不小于 0 的整数的层",
        "strata whose size is not a whole number of 0 or more",
        (key for key, size in sizes.items() if not _is_count(size)),
    )
    return {key: int(size) for key, size in sizes.items()}


def _is_count(size: Any) -> bool:
    if isinstance(size, bool | np.bool_) or not isinstance(size, numbers.Real):
        return False
    return float(size) >= 0 and float(size).is_integer()


def _variance_groups(keys: tuple[Hashable, ...], N: Ints, n: Ints) -> Ints:
    """Number the variance strata: one each, single visits joined to the next in order."""
    group = np.full(len(keys), TAKEN_WHOLE, dtype=np.int64)
    current, visits = 0, 0
    for h in np.flatnonzero(n < N):
        group[h] = current
        visits += int(n[h])
        if visits > 1:
            current, visits = current + 1, 0
    if visits and not current:
        alone = keys[int(np.argmax(n < N))]
        raise EstimateError(
            f"层“{alone}”只检查了一家, 又没有可合并的相邻层, 无法计算方差",
            f'stratum "{alone}" has one visit and no neighbour to join: no variance',
        )
    if visits:
        group[group == current] = current - 1
    return group


def refuse(zh: str, en: str, keys: Iterable[Hashable]) -> None:
    """Raise, naming the strata in the order of their keys, if there are any."""
    names = sorted(str(key) for key in keys)
    if names:
        raise EstimateError(
            f"无法估计: {zh}: " + "、".join(f"“{name}”" for name in names),
            f"no estimate: {en}: " + ", ".join(f'"{name}"' for name in names),
        )
