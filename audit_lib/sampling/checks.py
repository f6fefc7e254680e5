"""One check of a verification, and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import Text
from audit_lib.files import sha256_bytes
from audit_lib.sampling.certificate import Certificate

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``ok`` is True, False, or None where it was not possible; ``detail`` says why."""

    name: Text
    ok: bool | None
    detail: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Evidence:
    """A certificate with its folder, the bytes of each file at hand, and the log."""

    folder: Path
    certificate: Certificate
    data: dict[str, bytes]
    log: Path | None

    def sound(self, name: str) -> bool:
        """Say whether a file is at hand with the certified bytes."""
        return name in self.data and sha256_bytes(self.data[name]) == self.certificate.files[name]


def compare(name: Text, same: bool, otherwise: Text, detail: Text = NOTHING) -> Check:
    """Return a check that holds, with ``detail``, or one that does not, with ``otherwise``."""
    return Check(name, same, detail if same else otherwise)
