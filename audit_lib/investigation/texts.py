"""Texts that are nearly the same: groups of hazard descriptions, at a hundred thousand rows.

A text is the set of its two-character shingles, as Chinese has no spaces to split at. MinHash
finds candidates (Broder 1997): the least of a random order of shingles is equal in two sets with
their Jaccard similarity as chance; sixty-four such least ones are compared in bands, and every
candidate's similarity is then counted exactly, so that none is near by chance of a hash.
A library was looked at (datasketch, rensa); with NumPy and SciPy at hand this is less than their
glue, and several times as fast as the first: docs/measured.md.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from audit_lib.investigation.chance import chance_of
from audit_lib.investigation.redraws import Bools, Ints

BANDS, ROWS = 24, 3
"""A pair of similarity s meets with chance 1 - (1 - s^3)^24: 0.99997 at 0.7, 0.96 at 0.5."""

_NOT_SAID = re.compile(r"[\W_]+")


def plain_text(text: str) -> str:
    """Return what a text says: widths and case folded, without punctuation and spaces.

    >>> plain_text(" 灭火器 压力不足,（２）具。")
    '灭火器压力不足2具'
    """
    return _NOT_SAID.sub("", unicodedata.normalize("NFKC", text)).casefold()


def group_texts(texts: pd.Series[str], *, similarity: float) -> Ints:
    """Return the number of each text's group: joined are texts at least so similar, and what they join.

    Parameters
    ----------
    texts : no missing ones; equal texts are in one group, an empty one is in a group with empty ones
    similarity : shared shingles over all shingles of two texts (Jaccard), 0..1

    Returns
    -------
    array, shape (n,)   groups numbered by their first text in the order of code points

    >>> texts = pd.Series(["一楼走廊疏散通道堆放杂物", "屋面积雪未清", "二楼走廊疏散通道堆放杂物。"])
    >>> group_texts(texts, similarity=0.8).tolist()
    [0, 1, 0]
    """
    if texts.empty:
        return np.zeros(0, dtype=np.int64)
    said = texts.map(plain_text)
    code, distinct = pd.factorize(said, sort=True)
    shingles = _shingles(distinct.tolist())
    left, right = _candidates(shingles)
    near = _jaccard(shingles, left, right) >= similarity
    edges = sparse.coo_array(
        (np.ones(int(near.sum()), dtype=np.int8), (left[near], right[near])), shape=(len(distinct),) * 2
    )
    group = sparse.csgraph.connected_components(edges, directed=False)[1]
    return np.asarray(pd.factorize(group)[0][code], dtype=np.int64)


def _shingles(texts: list[str]) -> sparse.csr_array:
    """Return which shingle stands in which text; a text shorter than two characters is its own shingle."""
    padded = ["\0" * (2 - len(text)) + text for text in texts]
    size = np.array([len(text) for text in padded])
    points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    ends = np.cumsum(size)
    inner = np.ones(len(points), dtype=np.bool_)
    inner[ends - 1] = False
    pairs = (points[:-1] << 21 | points[1:])[inner[:-1]]
    _, columns = np.unique(pairs, return_inverse=True)
    rows = np.repeat(np.arange(len(texts)), size - 1)
    table = sparse.csr_array((np.ones(len(rows), dtype=np.int32), (rows, columns)))
    table.sum_duplicates()
    table.data[:] = 1
    return table


def _candidates(shingles: sparse.csr_array) -> tuple[Ints, Ints]:
    """Return pairs that agree in a band: each text with the first of its bucket and with its neighbour.

    A bucket of m texts gives 2m pairs and not m^2/2: what joins a group needs no more.
    """
    chance = chance_of("texts")
    pairs: list[npt.NDArray[np.int64]] = []
    for _ in range(BANDS):
        keys = np.stack([_least(shingles, chance) for _ in range(ROWS)])
        order = np.lexsort(keys)
        new: Bools = np.r_[True, (keys[:, order[1:]] != keys[:, order[:-1]]).any(axis=0)]
        first = order[np.flatnonzero(new)[np.cumsum(new) - 1]]
        before = np.r_[order[0], order[:-1]]
        pairs += [np.stack([first, order])[:, ~new], np.stack([before, order])[:, ~new]]
    both = np.unique(np.sort(np.concatenate(pairs, axis=1), axis=0), axis=1)
    return both[0], both[1]


def _least(shingles: sparse.csr_array, chance: np.random.Generator) -> Ints:
    place = np.argsort(chance.random(shingles.shape[1]), kind="stable").argsort(kind="stable")
    return np.minimum.reduceat(place[shingles.indices], shingles.indptr[:-1]).astype(np.int64)


def _jaccard(shingles: sparse.csr_array, left: Ints, right: Ints) -> npt.NDArray[np.float64]:
    size = np.diff(shingles.indptr)
    step, shared = 200_000, [np.zeros(0)]
    for start in range(0, len(left), step):
        part = slice(start, start + step)
        shared.append(np.asarray(shingles[left[part]].multiply(shingles[right[part]]).sum(axis=1)))
    both = np.concatenate(shared)
    return np.asarray(both / np.maximum(size[left] + size[right] - both, 1), dtype=np.float64)
