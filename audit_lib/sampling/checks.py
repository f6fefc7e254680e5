"""One check of a verification, and what it is made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from audit_lib.errors import Text
from audit_lib.files import sha256_bytes
from audit_lib.sampling.certificate import Certificate

NOTHING = Text("", "")
RESERVES = "reserves.xlsx"
"""Not among the files of a certificate; the log's line of the draw holds its digest."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``ok`` is True, False, or None where it was not possible; ``detail`` says why."""

    name: Text
    ok: bool | None
    detail: Text = NOTHING


@dataclass(frozen=True, slots=True)
class Evidence:
    """A certificate with its folder, the bytes of each file at hand, and the log.

    ``digests`` are those of the certificate, and of the reserves where the log holds one: draws
    made before it did have none, and their list is judged by what it says alone.
    """

    folder: Path
    certificate: Certificate
    data: dict[str, bytes]
    log: Path | None
    digests: dict[str, str]

    def sound(self, name: str) -> bool:
        """Say whether a file is at hand with the bytes that were written."""
        if name not in self.data:
            return False
        return name not in self.digests or sha256_bytes(self.data[name]) == self.digests[name]


def compare(name: Text, same: bool, otherwise: Text, detail: Text = NOTHING) -> Check:
    """Return a check that holds, with ``detail``, or one that does not, with ``otherwise``."""
    return Check(name, same, detail if same else otherwise)
