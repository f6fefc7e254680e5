"""How bytes reach the disk: whole or not at all, and the same bytes for the same content.

A file is written beside its target, forced to the disk and renamed over it, so that a
run killed at any moment leaves either the old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from audit_lib.errors import InputError, Text, WriteError

Json = dict[str, Any] | list[Any] | str | int | float | bool | None

_DISK_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
"""No room: on the disk, in the quota, or under the limit on the size of a file."""


def write_bytes(path: Path, data: bytes) -> None:
    """Put ``data`` into ``path``, atomically; the folder is made if it is missing.

    Raises
    ------
    WriteError   as `replacing`
    """
    with replacing(path) as part:
        part.write_bytes(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, whose file takes the place of ``path`` once it is whole.

    Raises
    ------
    WriteError   the target is open in another program, the folder is closed to us, or the disk is full
    """
    part = path.parent / f".{os.getpid()}-{threading.get_ident()}.part"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        said = _explain(path, error)
        raise WriteError(said.zh, said.en) from error


def write_text(path: Path, text: str) -> None:
    """Put ``text`` into ``path`` as UTF-8, atomically; line ends stay as they are."""
    write_bytes(path, text.encode("utf-8"))


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Put a table into ``path`` as Parquet, atomically; equal tables give equal bytes.

    The index is not kept: what matters must stand in a column.
    """
    write_bytes(path, parquet_bytes(table))


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    sink = io.BytesIO()
    table.to_parquet(sink, engine="pyarrow", compression="zstd", index=False)
    return sink.getvalue()


def canonical_json(value: Json) -> bytes:
    """Return the one spelling of ``value`` that digests are taken of.

    UTF-8, keys sorted by code point, no insignificant white space, one newline at the end.

    >>> canonical_json({"b": [1, "市"], "a": None}).decode("utf-8")
    '{"a":null,"b":[1,"市"]}\\n'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return (text + "\n").encode("utf-8")


def parse_canonical_json(data: bytes, *, name: str) -> Json:
    """Return what canonical JSON says, refusing every other spelling of it.

    A second spelling would let a file change without changing what it says, and a repeated
    key would let it say two things; comparing bytes refuses both.

    Raises
    ------
    InputError   not JSON, or JSON in another spelling; ``name`` is how the message calls the file

    >>> parse_canonical_json(b'{"a":1}\\n', name="plan.json")
    {'a': 1}
    """
    try:
        value: Json = json.loads(data.decode("utf-8"))
        again = canonical_json(value)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} 不是完整的 JSON 文件", f"{name} is not a whole JSON file") from error
    if again != data:
        raise InputError(
            f"{name} 不是规范 JSON, 内容被改写或另存过",
            f"{name} is not canonical JSON: it was changed or saved again",
        )
    return value


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, with a plain sentence when it is not there."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"读不到文件 {path.name}", f"cannot read the file {path.name}") from error


def sha256_bytes(data: bytes) -> str:
    """Return the SHA-256 of some bytes, 64 lowercase hex digits.

    >>> sha256_bytes(b"abc")[:8]
    'ba7816bf'
    """
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file, 64 lowercase hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """Force the new name itself to the disk, where folders can be opened (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explain(path: Path, error: OSError) -> Text:
    if isinstance(error, PermissionError):
        return Text(
            f"写不了 {path.name}: 文件正被占用或没有写入权限。请在 Excel/WPS 中关闭它后重新运行",
            f"cannot write {path.name}: it is in use or closed to us. Close it in Excel/WPS and run again",
        )
    if error.errno in _DISK_FULL:
        return Text(
            f"写不了 {path.name}: 磁盘已满。请腾出空间后重新运行",
            f"cannot write {path.name}: the disk is full. Free some space and run again",
        )
    return Text(
        f"写不了 {path.name}: {error.strerror or error}",
        f"cannot write {path.name}: {error.strerror or error}",
    )
