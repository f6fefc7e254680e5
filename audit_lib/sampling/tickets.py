"""Tickets: the only source of chance in this library.

Each unit of a frame has a ticket, the SHA-256 of the public seed, a comma and the unit's
identifier. Inside a stratum the smallest tickets are drawn. Whoever holds seed and frame
gets the same units on any machine, in any order of rows; whoever holds one unit's number
checks its ticket with one line of shell::

    printf '%s' '20140309-0123456789,220102A0001' | sha256sum

Nothing about the stratum is hashed, so a ticket survives re-stratification. Read as an
integer over 2^256 it is a permanent random number in [0, 1) (Ohlsson 1995); the n smallest
are a simple random sample without replacement (Rivest, consistent sampling).
Source: docs/method.md, chapter 1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from hashlib import sha256

from audit_lib.errors import CallError, DrawError, FrameError

LONGEST_ID = 64
"""Characters of an identifier, as the format of the ticket fixes it."""

_SEED = re.compile(r"[0-9A-Za-z._-]{16,128}")
_STREAM = re.compile(r"[a-z0-9-]+")
_PLAIN_ID = re.compile(rf"[0-9A-Z._/-]{{1,{LONGEST_ID}}}")
_SHOWN = 3


def ticket(seed: str, unit_id: str) -> str:
    """Return the ticket of one unit: 64 lowercase hex digits.

    These two vectors never change, whatever the version:

    >>> ticket("20140309-0123456789", "220102A0001")
    'fbc601bdf458cb02c32c99cfbb96c906a99886a345b1cf1756d98976869176ad'
    >>> ticket("20140309-0123456789", "220102A0002")
    'cea12e44090a9e96b4ac9c7bff7d5c069cdc9ef738e9a3b6abedf097a1a0c220'

    Raises
    ------
    DrawError    the seed is not 16 to 128 characters of ``[0-9A-Za-z._-]``
    FrameError   the identifier is not canonical
    """
    return tickets(seed, [unit_id])[0]


def tickets(seed: str, ids: Iterable[str]) -> list[str]:
    """Return the tickets of many units, in the order given.

    Raises
    ------
    DrawError, FrameError   as `ticket`; the message shows the first identifiers that are wrong
    """
    check_seed(seed)
    names = list(ids)
    check_ids(names)
    return [sha256(f"{seed},{name}".encode()).hexdigest() for name in names]


def stream_ticket(seed: str, name: str, *ids: str) -> str:
    """Return a ticket of a stream of its own: inspectors, an extension.

    SHA-256 of ``seed:name,id1,id2``. A seed holds no colon, so no stream can meet a draw.

    >>> stream_ticket("20140309-0123456789", "inspectors", "220102A0001", "JC0007")
    '2fbe053fdc74b56cfd55d719aaeb903fe044ba17945dfb35abe5d96cd2b0e812'

    Raises
    ------
    CallError    the name of the stream is not of ``[a-z0-9-]``
    DrawError, FrameError   as `ticket`
    """
    check_seed(seed)
    if not isinstance(name, str) or not _STREAM.fullmatch(name):
        raise CallError(
            f"随机流名称只能用小写字母、数字和连字符: 读到“{name}”",
            f'a stream is named with lower-case letters, digits and hyphens: read "{name}"',
        )
    check_ids(ids)
    return sha256(",".join([f"{seed}:{name}", *ids]).encode()).hexdigest()


def check_seed(seed: object) -> str:
    """Return the seed if it can be one.

    The alphabet has no comma, so the first comma of a message splits it in one way only.

    Raises
    ------
    DrawError   not text of 16 to 128 characters of ``[0-9A-Za-z._-]``

    >>> check_seed("20140309-0123456789")
    '20140309-0123456789'
    """
    if isinstance(seed, str) and _SEED.fullmatch(seed):
        return seed
    raise DrawError(
        f"种子须为 16 至 128 个字符的文本, 只用数字、英文字母和 . _ -: 读到 {_show(seed)}。"
        "例: 20140309-0123456789",
        f"a seed is text of 16 to 128 characters, digits, letters and . _ - only: read {_show(seed)}. "
        "Example: 20140309-0123456789",
    )


def canonical_id(text: str) -> str:
    """Return the canonical form of an identifier: NFKC, stripped, upper case.

    Repeated until it no longer changes, because an upper-case form may fold once more.

    >>> canonical_id(" ２２0102ａ0001 ")
    '220102A0001'

    Raises
    ------
    FrameError   empty, longer than 64 characters, or with a space, comma or control character inside
    """
    before, after = None, text
    while before != after:
        before, after = after, unicodedata.normalize("NFKC", after).strip().upper()
    if not _is_sound(after):
        raise _refuse_ids([text])
    return after


def check_ids(ids: Iterable[object]) -> None:
    """Refuse identifiers that are not canonical, with examples.

    What draws only checks: an identifier made canonical here would be another one than the
    roster shows, and its ticket could not be found again.

    Raises
    ------
    FrameError   not text, or not in canonical form
    """
    wrong = [name for name in ids if not _is_canonical(name)]
    if wrong:
        raise _refuse_ids(wrong)


def _is_canonical(name: object) -> bool:
    if not isinstance(name, str):
        return False
    if _PLAIN_ID.fullmatch(name):
        return True
    return _is_sound(name) and unicodedata.normalize("NFKC", name).strip().upper() == name


def _is_sound(name: str) -> bool:
    """Refuse what cannot be seen: white space, control, format and unassigned characters."""
    return (
        1 <= len(name) <= LONGEST_ID
        and "," not in name
        and not any(letter.isspace() or unicodedata.category(letter)[0] == "C" for letter in name)
    )


def _refuse_ids(wrong: Sequence[object]) -> FrameError:
    shown = "、".join(_show(name) for name in wrong[:_SHOWN])
    return FrameError(
        f"{len(wrong)} 个单位编号不规范(须为 1 至 64 个字符的文本, 半角大写, "
        f"不含空白、逗号和控制字符): {shown}",
        f"{len(wrong)} unit identifiers are not canonical (text of 1 to 64 characters, upper case, "
        f"no white space, comma or control character): {shown}",
    )


def _show(value: object) -> str:
    """Spell a value so that what cannot be seen can be read, and 1 is told from '1'."""
    return ascii(value) if not isinstance(value, str) or not value.isprintable() else f"“{value[:70]}”"
