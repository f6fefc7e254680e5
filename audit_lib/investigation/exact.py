"""Counts inside a group against the same records dealt out at random: exact, whatever the size.

Deal the records of a stratum out to its people, weeks or counties at random, keeping how many
each has: the number of records of one kind that somebody gets is hypergeometric. So the
permutation null needs no permutations, and p-values are as small as the control over some
thousand subjects asks for. Source: docs/method.md, chapter 11; Fisher 1935.

Handed in are ``rows`` (one per record, with ``stratum``) and ``held`` (one per record and
subject: ``of`` the record's index in ``rows``, ``subject``). A record of two
people counts once in its stratum and once for each of them; a subject lies in one stratum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from audit_lib.investigation.redraws import Ints

RESULT = ["subject", "n", "effect", "p"]


def share_test(rows: pd.DataFrame, held: pd.DataFrame, *, least: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test whether a subject has more marked records than chance deals out.

    Parameters
    ----------
    rows : DataFrame[stratum, marked]   marked is boolean without missing values
    held : DataFrame[of, subject]
    least : a subject with fewer records is left out; so is one that holds the whole stratum

    Returns
    -------
    DataFrame[subject, n, effect, p]   effect: share marked less the share among the others
    DataFrame[subject, of]   the marked records of each

    Five of five against one of fifteen: 20 records, 6 marked, P = C(15,1)/C(20,6).

    >>> rows = pd.DataFrame({"stratum": "x", "marked": [True] * 6 + [False] * 14})
    >>> held = pd.DataFrame({"of": range(20), "subject": ["a"] * 5 + ["b"] * 15})
    >>> found, _ = share_test(rows, held, least=5)
    >>> found.p.round(6).tolist(), found.effect.round(3).tolist()
    ([0.000387, 1.0], [0.933, -0.933])
    """
    marked = rows["marked"].to_numpy(dtype=np.bool_)
    stratum, _ = pd.factorize(rows["stratum"])
    at = rows.index.get_indexer(pd.Index(held["of"]))
    subject, names = pd.factorize(held["subject"], sort=True)
    home = _first(stratum[at], subject, len(names))
    N, K = np.bincount(stratum)[home], np.bincount(stratum, weights=marked)[home].astype(np.int64)
    n = np.bincount(subject, minlength=len(names))
    k = np.bincount(subject, weights=marked[at], minlength=len(names)).astype(np.int64)
    table = pd.DataFrame({"subject": names, "n": n, "k": k, "N": N, "K": K})
    table = table[(table["n"] >= least) & (table["n"] < table["N"])].reset_index(drop=True)
    table["effect"] = table["k"] / table["n"] - (table["K"] - table["k"]) / (table["N"] - table["n"])
    table["p"] = stats.hypergeom.sf(table["k"] - 1, table["N"], table["K"], table["n"])
    return table[RESULT], held.loc[marked[at], ["subject", "of"]]


def repeat_test(rows: pd.DataFrame, held: pd.DataFrame, *, least: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test whether a subject repeats a value more often than chance deals it out.

    The value that stands out most decides, its p-value multiplied by the number of values of the
    stratum that stand there more than once (Bonferroni).

    Parameters
    ----------
    rows : DataFrame[stratum, kind, value]   values are dealt out inside stratum and kind
    held : DataFrame[of, subject]

    Returns
    -------
    DataFrame[subject, n, effect, p]   effect: share of the subject's records that hold the value
        that stands out, less its share in the stratum's records of that kind
    DataFrame[subject, of]   those records

    >>> rows = pd.DataFrame({"stratum": "x", "kind": "", "value": ["v"] * 5 + ["w"] * 15})
    >>> held = pd.DataFrame({"of": range(20), "subject": ["a"] * 5 + ["b"] * 15})
    >>> found, _ = repeat_test(rows, held, least=5)
    >>> (found.p / 2).round(8).tolist()
    [6.45e-05, 6.45e-05]
    """
    stratum, _ = pd.factorize(rows["stratum"])
    kind = _joined(rows["stratum"], rows["kind"])
    value = _joined(rows["stratum"], rows["kind"], rows["value"])
    N, K = np.bincount(kind), np.bincount(value)
    kind_of, stratum_of = _first(kind, value, len(K)), _first(stratum, value, len(K))
    tried = np.bincount(stratum_of, weights=K > 1)
    at = rows.index.get_indexer(pd.Index(held["of"]))
    subject, names = pd.factorize(held["subject"], sort=True)
    cells, k = np.unique(subject * len(K) + value[at], return_counts=True)
    who, what = np.divmod(cells, len(K))
    kinds, sizes = np.unique(subject * len(N) + kind[at], return_counts=True)
    n_kind = sizes[np.searchsorted(kinds, who * len(N) + kind_of[what])]
    table = pd.DataFrame({"who": who, "what": what, "k": k, "n_kind": n_kind, "K": K[what]})
    table = table.assign(N=N[kind_of[what]], tried=tried[stratum_of[what]], n=np.bincount(subject)[who])
    table = table[(table["n"] >= least) & (table["n_kind"] < table["N"]) & (table["K"] > 1)]
    p = stats.hypergeom.sf(table["k"] - 1, table["N"], table["K"], table["n_kind"])
    table["p"] = (p * table["tried"]).clip(upper=1.0)
    table["effect"] = table["k"] / table["n_kind"] - table["K"] / table["N"]
    best = table.sort_values(["who", "p", "k", "what"], ascending=[True, True, False, True])
    best = best.drop_duplicates("who").assign(subject=lambda rows: names[rows["who"]])
    stands_out = np.isin(subject * len(K) + value[at], best["who"] * len(K) + best["what"])
    return best[RESULT].reset_index(drop=True), held.loc[stands_out, ["subject", "of"]]


def _joined(*columns: pd.Series[Any]) -> Ints:
    """Number the combinations of some columns, in the order of their values."""
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        one, names = pd.factorize(column, sort=True)
        code = np.unique(code * len(names) + one, return_inverse=True)[1]
    return code


def _first(values: Ints, groups: Ints, size: int) -> Ints:
    """Return one value of each group, where all of a group are the same."""
    held = np.zeros(size, dtype=np.int64)
    held[groups] = values
    return held
