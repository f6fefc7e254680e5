"""Killed, out of space, locked: nothing half written, and the same command makes it whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit_lib.params import Run
from tests.scenario.test_same_bytes import digests

AUDIT = Path(sys.executable).with_name("audit")
AREAS = ["990102", "GLW000", "990103"]
KILLS = int(os.environ.get("AUDIT_KILLS", "2"))
"""How often a batch is killed: few in the suite, fifty where somebody asks (docs/measured.md)."""


def report(run: Run, *areas: str, largest: int | None = None) -> subprocess.Popen[str]:
    """Begin a batch; ``largest`` is how many bytes a file may have."""
    limit = [] if largest is None else ["sh", "-c", f'ulimit -f {largest // 512}; exec "$@"', "sh"]
    named = [word for area in areas for word in ("--area", area)]
    return subprocess.Popen(
        [*limit, str(AUDIT), "report", str(run.file), "--format", "html,xlsx", *named],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True,
    )  # fmt: skip


def finish(run: Run, *areas: str, largest: int | None = None) -> tuple[int, str, str]:
    batch = report(run, *areas, largest=largest)
    said, told = batch.communicate()
    return batch.returncode, said, told


def outputs(run: Run) -> dict[str, str]:
    return digests(run.folder, "reports") | digests(run.folder, ".reports")


@pytest.mark.slow
def test_batch_killed_at_any_moment_is_made_whole_by_the_same_command(copied: Run) -> None:
    shutil.rmtree(copied.folder / "reports")  # made in other formats, which its notebooks list
    shutil.rmtree(copied.folder / ".reports", ignore_errors=True)
    begun = time.monotonic()
    assert finish(copied, *AREAS)[0] == 0
    whole, due = time.monotonic() - begun, outputs(copied)
    chance = random.Random(50)
    for _ in range(KILLS):
        shutil.rmtree(copied.folder / "reports")
        shutil.rmtree(copied.folder / ".reports")
        (copied.folder / "manifest.json").unlink()
        batch = report(copied, *AREAS)
        time.sleep(chance.uniform(0.3, whole))
        os.killpg(batch.pid, signal.SIGKILL)
        batch.communicate()
        code, said, told = finish(copied, *AREAS)
        assert code == 0, said + told
        assert outputs(copied) == due
        assert (copied.folder / "manifest.json").is_file()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of its own; None where nobody may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(place)]
    made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield place if made else None
    if made:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="makes a disk the way of Linux")
def test_full_disk_is_told_and_leaves_whole_files_only(copied: Run, small_disk: Path | None) -> None:
    """Where no disk can be made to fill, a limit on the size of a file stands for it."""
    given = (copied.folder / "reports" / AREAS[0] / "report.html").read_bytes()
    home = small_disk or copied.output.parent / "limited"
    shutil.copytree(copied.output, home / "out", ignore=shutil.ignore_patterns("reports", ".reports"))
    text = copied.file.read_text(encoding="utf-8").replace("output: ../out", f"output: {home / 'out'}")
    copied.file.write_text(text, encoding="utf-8")
    filler = home / "filler"
    if small_disk:
        filler.write_bytes(b"0" * (shutil.disk_usage(small_disk).free - 20_000))
    code, said, told = finish(copied, AREAS[0], largest=None if small_disk else 20_000)
    assert code == 1
    assert "磁盘已满。请腾出空间后重新运行" in said + told
    folder = home / "out" / "runs" / copied.params.run / "reports" / AREAS[0]
    left = {path.name for path in folder.glob("*")} if folder.exists() else set()
    assert left <= {"report.html", "report.xlsx"}
    filler.unlink(missing_ok=True)
    assert finish(copied, AREAS[0])[0] == 0
    assert (folder / "report.html").read_bytes() == given
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
