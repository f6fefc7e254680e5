"""What is written is whole, and says one thing in one spelling."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pandas as pd
import pytest

from audit_lib import files
from audit_lib.errors import InputError, WriteError


def test_failed_write_leaves_the_old_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "plan.json"
    files.write_bytes(target, b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError) as caught:
        files.write_bytes(target, b"new and longer")
    assert str(caught.value) == "写不了 plan.json: 磁盘已满。请腾出空间后重新运行"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert target.read_bytes() == b"old"


def test_locked_target_is_named_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(WriteError) as caught:
        files.write_text(tmp_path / "sample.xlsx", "x")
    assert str(caught.value) == (
        "写不了 sample.xlsx: 文件正被占用或没有写入权限。请在 Excel/WPS 中关闭它后重新运行"
    )
    assert list(tmp_path.iterdir()) == []


def test_folder_that_is_a_file_is_an_audit_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    with pytest.raises(WriteError, match=r"写不了 plan\.json: "):
        files.write_bytes(tmp_path / "out" / "plan.json", b"{}")


@pytest.mark.parametrize(
    "data", [b'{"a":1}', b'{"a": 1}\n', b'{"b":1,"a":2}\n', b'{"a":1,"a":1}\n', b'{"a":1}\r\n']
)
def test_second_spelling_of_json_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        files.parse_canonical_json(data, name="plan.json")
    assert str(caught.value) == "plan.json 不是规范 JSON, 内容被改写或另存过"


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'"\\ud800"\n'])
def test_broken_json_is_refused(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        files.parse_canonical_json(data, name="plan.json")
    assert str(caught.value) == "plan.json 不是完整的 JSON 文件"


def test_missing_file_is_named() -> None:
    with pytest.raises(InputError) as caught:
        files.read_bytes(Path("nowhere") / "plan.json")
    assert str(caught.value) == "读不到文件 plan.json"


def test_equal_tables_give_equal_parquet_bytes() -> None:
    table = pd.DataFrame({"unit_id": ["001", "NA"], "stratum": ["a", None]})
    shuffled = table.iloc[::-1].iloc[::-1]
    assert files.parquet_bytes(table) == files.parquet_bytes(shuffled)
