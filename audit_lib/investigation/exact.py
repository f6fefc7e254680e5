"""Counts inside a group against the same records dealt out at random: exact, whatever the size.

Deal the records of a stratum out to its people, weeks or counties at random, keeping how many
each has: the number of records of one kind that somebody gets is hypergeometric. So the
permutation null needs no permutations, and p-values are as small as the control over some
thousand subjects asks for. Source: methods.md section 11; Fisher 1935.

Handed in are ``rows`` (one per record, with ``stratum``) and ``held`` (one per record and
subject: ``of`` the record's index in ``rows``, ``subject``, ``stratum``). A record of two
people counts once in its stratum and once for each of them.
"""

from __future__ import annotations

import pandas as pd
from scipy import stats

RESULT = ["subject", "n", "effect", "p"]


def share_test(rows: pd.DataFrame, held: pd.DataFrame, *, least: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test whether a subject has more marked records than chance deals out.

    Parameters
    ----------
    rows : DataFrame[stratum, marked]   marked is boolean without missing values
    held : DataFrame[of, subject, stratum]
    least : a subject with fewer records is left out; so is one that holds the whole stratum

    Returns
    -------
    DataFrame[subject, n, effect, p]   effect: share marked less the share among the others
    DataFrame[subject, of]   the marked records of each

    Five of five against one of fifteen: 20 records, 6 marked, P = C(15,1)/C(20,6).

    >>> rows = pd.DataFrame({"stratum": "x", "marked": [True] * 6 + [False] * 14})
    >>> held = pd.DataFrame({"of": range(20), "subject": ["a"] * 5 + ["b"] * 15, "stratum": "x"})
    >>> found, _ = share_test(rows, held, least=5)
    >>> found.p.round(6).tolist(), found.effect.round(3).tolist()
    ([0.000387, 1.0], [0.933, -0.933])
    """
    marked = rows["marked"].astype("bool")
    whole = pd.DataFrame({"N": rows.groupby("stratum").size(), "K": marked.groupby(rows["stratum"]).sum()})
    yes = marked.loc[held["of"]].to_numpy()
    counts = held.assign(k=yes).groupby(["stratum", "subject"])["k"].agg(["size", "sum"])
    found = counts.rename(columns={"size": "n", "sum": "k"}).join(whole, on="stratum").reset_index()
    found = found[(found["n"] >= least) & (found["n"] < found["N"])].reset_index(drop=True)
    found["p"] = stats.hypergeom.sf(found["k"] - 1, found["N"], found["K"], found["n"])
    others = (found["K"] - found["k"]) / (found["N"] - found["n"])
    found["effect"] = found["k"] / found["n"] - others
    return found[RESULT], held.loc[yes, ["subject", "of"]]


def repeat_test(rows: pd.DataFrame, held: pd.DataFrame, *, least: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test whether a subject repeats a value more often than chance deals it out.

    The value that stands out most decides, its p-value multiplied by the number of values of the
    stratum that stand there more than once (Bonferroni).

    Parameters
    ----------
    rows : DataFrame[stratum, kind, value]   values are dealt out inside stratum and kind
    held : DataFrame[of, subject, stratum]

    Returns
    -------
    DataFrame[subject, n, effect, p]   effect: share of the subject's records that hold the value
        that stands out, less its share in the stratum's records of that kind
    DataFrame[subject, of]   those records

    >>> rows = pd.DataFrame({"stratum": "x", "kind": "", "value": ["v"] * 5 + ["w"] * 15})
    >>> held = pd.DataFrame({"of": range(20), "subject": ["a"] * 5 + ["b"] * 15, "stratum": "x"})
    >>> found, _ = repeat_test(rows, held, least=5)
    >>> (found.p / 2).round(8).tolist()
    [6.45e-05, 6.45e-05]
    """
    kind = ["stratum", "kind"]
    value = [*kind, "value"]
    sizes = rows.groupby(kind).size().rename("N")
    holds = rows.groupby(value).size().rename("K")
    tried = (holds > 1).groupby("stratum").sum().rename("tried")
    cells = held.join(rows[["kind", "value"]], on="of")
    n = cells.groupby([*kind, "subject"]).size().rename("n_kind")
    counts = cells.groupby([*value, "subject"]).size().rename("k").reset_index()
    counts = counts.join(sizes, on=kind).join(holds, on=value).join(n, on=[*kind, "subject"])
    counts = counts.join(tried, on="stratum")
    total = cells.groupby(["stratum", "subject"]).size().rename("n")
    counts = counts.join(total, on=["stratum", "subject"])
    counts = counts[(counts["n"] >= least) & (counts["n_kind"] < counts["N"]) & (counts["K"] > 1)]
    p = stats.hypergeom.sf(counts["k"] - 1, counts["N"], counts["K"], counts["n_kind"])
    counts["p"] = (p * counts["tried"]).clip(upper=1.0)
    counts["effect"] = counts["k"] / counts["n_kind"] - counts["K"] / counts["N"]
    order = ["stratum", "subject", "p", "k", "kind", "value"]
    best = counts.sort_values(order, ascending=[True, True, True, False, True, True])
    best = best.drop_duplicates(["stratum", "subject"]).reset_index(drop=True)
    marks = cells.merge(best[["stratum", "subject", "kind", "value"]])
    return best[RESULT], marks[["subject", "of"]]
