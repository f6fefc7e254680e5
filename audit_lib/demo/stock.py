"""What the made-up province is made of: its word lists, proportions and dice."""

from __future__ import annotations

import io
import zlib
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Tables = dict[str, pd.DataFrame]


@cache
def _text(name: str) -> str:
    return resources.files("audit_lib").joinpath("demo", name).read_text(encoding="utf-8")


def stock(name: str) -> pd.DataFrame:
    """Return ``<name>.csv`` of this room as text; an empty cell is an empty text."""
    return pd.read_csv(io.StringIO(_text(f"{name}.csv")), dtype="str", keep_default_na=False)


@cache
def words(kind: str) -> npt.NDArray[Any]:
    """Return the words of one kind, in their order.

    >>> words("given")[0]
    '立新'
    """
    lists = stock("words").set_index("kind")["words"]
    return np.array(str(lists[kind]).split(), dtype=object)


def dice(seed: int, room: str) -> np.random.Generator:
    """Return the chance of one room: a change in one room moves nothing in another."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(room.encode("utf-8"))]))


def throw(chance: np.random.Generator, size: int, low: int, high: int) -> Whole:
    """Return whole numbers from ``low`` to ``high``, both included.

    Made from plain uniform numbers, because NumPy promises those longest.
    """
    return (low + np.floor(chance.random(size) * (high - low + 1))).astype(np.int64)


def pick(chance: np.random.Generator, size: int, kind: str) -> npt.NDArray[Any]:
    """Return ``size`` words of one kind."""
    choices = words(kind)
    chosen: npt.NDArray[Any] = choices[throw(chance, size, 0, len(choices) - 1)]
    return chosen


def share_out(total: int, weights: npt.ArrayLike) -> Whole:
    """Return whole numbers that add up to ``total`` in proportion to the weights.

    >>> share_out(5, [1, 1, 2]).tolist()
    [1, 1, 3]
    """
    parts = np.asarray(weights, dtype=np.float64)
    if total == 0 or not parts.sum():
        return np.zeros(len(parts), dtype=np.int64)
    exact = parts * total / parts.sum()
    given: Whole = np.floor(exact).astype(np.int64)
    rest = np.round(exact - given, 9)
    order = np.lexsort((np.arange(len(parts)), -rest))
    given[order[: total - int(given.sum())]] += 1
    return given


def people(numbers: Whole) -> npt.NDArray[Any]:
    """Return the invented name of each number; 3,200 numbers give 3,200 names.

    >>> people(np.array([0, 1])).tolist()
    ['王立新', '李秀英']
    """
    surnames, given = words("surname"), words("given")
    first = numbers % len(surnames)
    second = (numbers + numbers // len(surnames)) % len(given)
    names: npt.NDArray[Any] = surnames[first] + given[second]
    return names
