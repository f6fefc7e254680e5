"""What the visits to a drawn sample found: the only thing that is projected.

Units that a city chose by itself give counts, and the certain fact that at least y failed. So
whatever decides about units nobody visited takes a ``Found``, and a ``Found`` is made only
with the digest of the certificate under which its sample was drawn, or replayed.
Source: docs/method.md, chapters 6, 8 and 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit_lib.errors import EstimateError
from audit_lib.inference.estimate import Estimate, estimate_share
from audit_lib.inference.strata import Bools, Ints, Lonely, refuse

DIGEST = re.compile(r"[0-9a-f]{64}")
FATES = ("eligible", "failed", "lost")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What became of the units drawn, stratum by stratum.

    Attributes
    ----------
    strata : names, length H
    N, n : units in the frame, units drawn; shape (H,)
    failed, lost, gone : of those drawn: found failing; not inspected (refused, not found, closed
        without evidence); not eligible (closed before the visit, with evidence); shape (H,)
    certificate : digest of the certificate of the draw

    Raises
    ------
    EstimateError   no such digest: the sample was not drawn or replayed here
    """

    strata: tuple[str, ...]
    N: Ints
    n: Ints
    failed: Ints
    lost: Ints
    gone: Ints
    certificate: str

    def __post_init__(self) -> None:
        if not DIGEST.fullmatch(self.certificate):
            y = int(self.failed.sum())
            raise EstimateError(
                f"样本没有抽样凭证, 不是按本程序抽取或重放的: 只能说至少有 {y} 家不合格, 不能推算",
                "the sample has no certificate, it was not drawn or replayed here: "
                f"at least {y} units fail, and nothing can be projected",
            )
        if not self.N.sum():
            raise EstimateError(
                "抽样框里没有单位, 无法估计", "no unit in the frame, nothing can be estimated"
            )
        twice = {key for key in self.strata if self.strata.count(key) > 1}
        refuse("列出两次的层", "strata listed twice", twice)
        bad = (self.failed + self.lost + self.gone > self.n) | (self.n > self.N)
        wrong = [key for key, yes in zip(self.strata, bad, strict=True) if yes]
        refuse(
            "各类单位数之和多于抽取数或总数的层",
            "strata with more units found than drawn or there are",
            wrong,
        )


def tally(places: pd.DataFrame, frame: pd.DataFrame, *, certificate: str) -> Found:
    """Count what became of each unit of a drawn sample.

    Parameters
    ----------
    places : DataFrame[unit_id, eligible, failed, lost]   one row for each place of the sample
    frame : DataFrame[unit_id, stratum]   every unit that could have been drawn
    certificate : digest of the certificate of the draw, 64 hexadecimal digits

    Raises
    ------
    EstimateError   no certificate; a unit outside the frame or named twice; a fate that is missing,
        or two fates of one unit

    >>> frame = pd.DataFrame({"unit_id": list("abcd"), "stratum": ["x", "x", "x", "y"]})
    >>> fates = {"eligible": True, "failed": [True, False], "lost": False}
    >>> found = tally(pd.DataFrame({"unit_id": ["b", "c"]} | fates), frame, certificate=64 * "0")
    >>> found.strata, found.N.tolist(), found.n.tolist(), found.failed.tolist()
    (('x', 'y'), [3, 1], [2, 0], [1, 0])
    """
    for table in (frame, places):
        twice = table.loc[table["unit_id"].duplicated(), "unit_id"].unique()
        refuse("列出两次的单位", "units listed twice", twice)
    home = frame.set_index("unit_id")["stratum"]
    refuse(
        "不在抽样框里的单位",
        "units outside the frame",
        places["unit_id"][~places["unit_id"].isin(home.index)],
    )
    fates = places.set_index("unit_id")[list(FATES)]
    refuse("检查结果缺失的单位", "units without a result", fates.index[fates.isna().any(axis=1)])
    eligible, failed, lost = (fates[name].to_numpy(dtype=bool) for name in FATES)
    both = failed.astype(int) + lost + ~eligible > 1
    refuse("检查结果互相矛盾的单位", "units with results that contradict each other", fates.index[both])
    keys = tuple(sorted(home.unique(), key=str))
    code = pd.Categorical(home.reindex(fates.index), categories=keys).codes

    def count(chosen: Bools) -> Ints:
        return np.bincount(code[chosen], minlength=len(keys)).astype(np.int64)

    N = np.asarray(home.value_counts().reindex(keys), dtype=np.int64)
    everybody = np.ones(len(code), dtype=np.bool_)
    return Found(keys, N, count(everybody), count(failed), count(lost), count(~eligible), certificate)


def extend(first: Found, second: Found) -> Found:
    """Join a second sample, drawn with a fresh seed from the units the first one left.

    How many were drawn the second time may depend on what the first found: the units of the
    first sample are known, a stratum taken whole, and only the second is a matter of chance.

    Raises
    ------
    EstimateError   the frame of the second sample is not what the first left

    >>> first = Found(("x",), *(np.array([k]) for k in (20, 4, 1, 0, 0)), certificate=64 * "0")
    >>> second = Found(("x",), *(np.array([k]) for k in (16, 5, 0, 0, 0)), certificate=64 * "1")
    >>> both = extend(first, second)
    >>> both.N.tolist(), both.n.tolist(), both.failed.tolist()
    ([4, 16], [4, 5], [1, 0])
    """
    left = dict(zip(first.strata, (first.N - first.n).tolist(), strict=True))
    given = dict(zip(second.strata, second.N.tolist(), strict=True))
    keys = sorted(left.keys() | given.keys(), key=str)
    refuse(
        "第二次抽样框不是第一次未抽中的单位的层",
        "strata whose second frame is not what the first draw left",
        [key for key in keys if left.get(key, 0) != given.get(key, 0)],
    )
    known = Found(first.strata, first.n, first.n, first.failed, first.lost, first.gone, first.certificate)

    def joined(name: str) -> Ints:
        return np.concatenate([getattr(known, name), getattr(second, name)])

    return Found(
        (*(f"{key}, 第一次" for key in first.strata), *second.strata),
        joined("N"),
        joined("n"),
        joined("failed"),
        joined("lost"),
        joined("gone"),
        second.certificate,
    )


def project(
    found: Found, *, confidence: float = 0.95, interval: str = "auto", lonely: Lonely = "refuse"
) -> Estimate:
    """Estimate the share of failing units among the eligible ones of the frame.

    Units that could not be inspected are left out here; ``decide`` counts them both ways.
    Parameters and errors as ``estimate_share``.

    >>> project(Found(("x",), *(np.array([k]) for k in (20, 4, 0, 0, 0)), certificate=64 * "0")).upper
    0.45
    """
    judged = found.n - found.lost - found.gone
    parts = np.stack([found.failed, judged - found.failed, found.lost + found.gone], axis=1)
    kind = np.repeat(np.tile([0, 1, 2], len(found.strata)), parts.ravel())
    return estimate_share(
        kind == 0,
        np.repeat(np.array(found.strata, dtype=object), found.n),
        dict(zip(found.strata, found.N.tolist(), strict=True)),
        confidence=confidence,
        interval=interval,
        domain=None if (kind < 2).all() else kind < 2,  # noqa: PLR2004 - the third kind
        lonely=lonely,
    )
