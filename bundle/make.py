"""One folder for a Windows office without network: ``make bundle`` writes it to ``dist/audit-windows``.

It holds the wheels that the lock pins for 64-bit Windows and Python 3.11 to 3.13, the project, the
fonts, one ``.bat`` that installs and starts, the manual. pip judges the markers of a requirement on
the machine it runs on, so they are judged here, for Windows, and every requirement that applies
must have its wheel: otherwise the folder is refused, not handed out half.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging import tags
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

REPO = Path(__file__).parents[1]
TARGET = REPO / "dist" / "audit-windows"
PYTHONS = ((3, 11), (3, 12), (3, 13))
PLATFORM = "win_amd64"
WINDOWS = {
    "os_name": "nt",
    "sys_platform": "win32",
    "platform_system": "Windows",
    "platform_machine": "AMD64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
}


@dataclass(frozen=True, slots=True)
class Pin:
    """One requirement of the lock with the digests of the files that may stand for it."""

    requirement: Requirement
    hashes: frozenset[str]

    def applies(self, python: tuple[int, int]) -> bool:
        """Say whether Windows with this Python installs it."""
        version = f"{python[0]}.{python[1]}"
        environment = WINDOWS | {"python_version": version, "python_full_version": f"{version}.9"}
        marker = self.requirement.marker
        return marker is None or marker.evaluate(environment)

    @property
    def line(self) -> str:
        """The requirement without its marker, with its digests, as pip reads it."""
        digests = "".join(f" \\\n    --hash=sha256:{one}" for one in sorted(self.hashes))
        return f"{self.requirement.name}{self.requirement.specifier}{digests}\n"


def pins(lock: Path) -> list[Pin]:
    """Return every pin of a lock."""
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    return [
        Pin(Requirement(block.split("\\")[0].strip()), frozenset(re.findall(r"sha256:([0-9a-f]{64})", block)))
        for block in blocks
    ]


def download(wanted: list[Pin], folder: Path, python: tuple[int, int]) -> None:
    """Fetch the wheels of one Python for Windows, each held to its digest."""
    pins_file = folder.parent / f"windows-{python[0]}{python[1]}.txt"
    pins_file.write_text("".join(pin.line for pin in wanted if pin.applies(python)), encoding="utf-8")
    version = f"{python[0]}.{python[1]}"
    pip(
        "download", "--no-deps", "--require-hashes", "--only-binary", ":all:", "--implementation", "cp",
        "--platform", PLATFORM, "--python-version", version, "-r", str(pins_file), "-d", str(folder),
    )  # fmt: skip


def missing(wanted: list[Pin], folder: Path, python: tuple[int, int]) -> Iterator[str]:
    """Give each requirement that Windows with this Python would not find in the folder."""
    fit = set(tags.cpython_tags(python, platforms=[PLATFORM])) | set(
        tags.compatible_tags(python, interpreter=f"cp{python[0]}{python[1]}", platforms=[PLATFORM])
    )
    there = {}
    for wheel in folder.glob("*.whl"):
        name, version, _, wheel_tags = parse_wheel_filename(wheel.name)
        if wheel_tags & fit:
            there[name, str(version)] = wheel
    for pin in wanted:
        if not pin.applies(python):
            continue
        (version,) = (one.version for one in pin.requirement.specifier)
        wheel = there.get((canonicalize_name(pin.requirement.name), version))
        if wheel is None or hashlib.sha256(wheel.read_bytes()).hexdigest() not in pin.hashes:
            yield f"{pin.requirement.name}=={version} (Python {python[0]}.{python[1]})"


def pip(*words: str) -> None:
    """Run pip; what it cannot do stops everything."""
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words], check=True
    )


def fill(folder: Path) -> None:
    """Put beside the wheels what is not a wheel of somebody else's."""
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder / "wheels"), str(REPO))
    for name in ("params/spring-2014.yaml", "params/demo.yaml", "README.zh-CN.md", "LICENSE"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPO / name, folder / name)
    shutil.copytree(REPO / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for name in ("manual.md", "columns.md"):
        (folder / "docs").mkdir(exist_ok=True)
        shutil.copy(REPO / "docs" / name, folder / "docs" / name)
    (folder / "docs" / "manual.html").write_text(manual(), encoding="utf-8")
    fonts = folder / "params" / "fonts"
    fonts.mkdir()
    for file in free_fonts():
        shutil.copy(file, fonts / file.name)
    (folder / "bundle.txt").write_bytes(mark(folder / "wheels").encode("ascii") + b"\r\n")
    (folder / "start.bat").write_bytes(batch_file())


def mark(wheels: Path) -> str:
    """Return one digest of all wheels: a folder that was filled anew is installed anew."""
    digests = (hashlib.sha256(wheel.read_bytes()).digest() for wheel in sorted(wheels.glob("*.whl")))
    return hashlib.sha256(b"".join(digests)).hexdigest()


def batch_file() -> bytes:
    """Return what starts everything, in the code page that the console of a Chinese Windows reads it in."""
    text = (REPO / "bundle" / "start.bat").read_text(encoding="utf-8")
    return text.replace("\n", "\r\n").encode("gbk")


def free_fonts() -> list[Path]:
    """Return the free font that comes with a package, and its licence."""
    from audit_lib.reporting.fonts import font_file  # noqa: PLC0415

    font = font_file()
    return [font, *(file for file in font.parent.rglob("*OFL*") if file.is_file())]


def manual() -> str:
    """Return the manual as a page that any browser opens."""
    import mistune  # noqa: PLC0415 - comes with nbconvert

    body = mistune.create_markdown(plugins=["table"])(
        (REPO / "docs" / "manual.md").read_text(encoding="utf-8")
    )
    style = (
        "body{max-width:52em;margin:2em auto;padding:0 1em;font:16px/1.7 'Microsoft YaHei',sans-serif}"
        "pre{background:#f4f5f7;padding:.6em;overflow-x:auto}"
    )
    head = f"<!doctype html><html lang=zh-CN><meta charset=utf-8><title>手册</title><style>{style}</style>"
    return f"{head}{body}</html>\n"


def main() -> None:
    if TARGET.exists():
        shutil.rmtree(TARGET)
    wheels = TARGET / "wheels"
    wheels.mkdir(parents=True)
    wanted = pins(REPO / "requirements.lock")
    for python in PYTHONS:
        download(wanted, wheels, python)
    if lost := [one for python in PYTHONS for one in missing(wanted, wheels, python)]:
        sys.exit("no wheel for Windows: " + ", ".join(lost))
    fill(TARGET)
    size = sum(file.stat().st_size for file in TARGET.rglob("*") if file.is_file())
    print(f"{TARGET}: {len(list(wheels.glob('*.whl')))} wheels, {size / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
