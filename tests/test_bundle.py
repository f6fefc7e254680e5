"""The folder for an office without network: which wheels it needs, and that none is missing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPO = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle_make", REPO / "bundle" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their annotations up there
    spec.loader.exec_module(module)
    return module


def test_markers_are_judged_for_windows_and_not_for_the_machine_that_packs(bundle: ModuleType) -> None:
    applies = {pin.requirement.name: pin.applies((3, 12)) for pin in bundle.pins(REPO / "requirements.lock")}
    assert (applies["pywinpty"], applies["colorama"], applies["pandas"]) == (True, True, True)
    assert (applies["appnope"], applies["pexpect"], applies["ptyprocess"]) == (False, False, False)


def test_wheel_for_another_system_or_with_other_bytes_counts_as_missing(
    bundle: ModuleType, tmp_path: Path
) -> None:
    lock = tmp_path / "lock"
    digest = bundle.hashlib.sha256(b"right").hexdigest()
    lock.write_text(
        f"one==1.0 \\\n    --hash=sha256:{digest}\ntwo==2.0 ; os_name == 'nt' \\\n    --hash=sha256:{digest}\n"
    )
    wanted = bundle.pins(lock)
    assert list(bundle.missing(wanted, tmp_path, (3, 12))) == [
        "one==1.0 (Python 3.12)",
        "two==2.0 (Python 3.12)",
    ]
    (tmp_path / "one-1.0-cp312-cp312-manylinux_2_28_x86_64.whl").write_bytes(b"right")
    (tmp_path / "two-2.0-cp312-cp312-win_amd64.whl").write_bytes(b"wrong")
    assert list(bundle.missing(wanted, tmp_path, (3, 12))) == [
        "one==1.0 (Python 3.12)",
        "two==2.0 (Python 3.12)",
    ]
    (tmp_path / "one-1.0-py3-none-any.whl").write_bytes(b"right")
    (tmp_path / "two-2.0-cp312-cp312-win_amd64.whl").write_bytes(b"right")
    assert list(bundle.missing(wanted, tmp_path, (3, 12))) == []
    assert list(bundle.missing(wanted, tmp_path, (3, 13))) == ["two==2.0 (Python 3.13)"]


def test_batch_file_is_read_alike_by_every_console_and_names_what_is_packed(bundle: ModuleType) -> None:
    data = bundle.batch_file()
    assert data.count(b"\n") == data.count(b"\r\n") > 30
    # Half of a Chinese sign must be no sign of the shell where the code page is another one.
    halves = [sign.encode("gbk") for sign in data.decode("gbk") if len(sign.encode("gbk")) > 1]
    assert all(half[1] > 0x7F for half in halves)
    for word in (
        b"--no-index --find-links wheels --require-hashes",
        b"windows-%VERSION%.txt",
        b"docs\\manual.html",
        b"audit_lib-*.whl",
        b"<bundle.txt",
    ):
        assert word in data


def test_folder_filled_anew_bears_another_mark(bundle: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"one")
    first = bundle.mark(tmp_path)
    (tmp_path / "a.whl").write_bytes(b"two")
    assert bundle.mark(tmp_path) != first
