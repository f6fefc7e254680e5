"""The run record: when and where a batch ran, how long each report took, what a failed cell said.

It has times and paths of the machine, so it stands outside every promise of equal bytes and
outside the manifest; `audit verify-run` learns from it where params and inputs lie.
"""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audit_lib.files import canonical_json, write_bytes
from audit_lib.params import Run
from audit_lib.reporting.manifest import RECORD
from audit_lib.reporting.run import AreaReport


def keep_record(run: Run, results: Sequence[AreaReport], *, now: dt.datetime) -> None:
    """Add a line about one batch of reports.

    Parameters
    ----------
    now : when the batch ended
    """
    line = {
        "ended": now.isoformat(),
        "params": str(run.file.resolve()),
        "data": str(run.data.resolve()),
        "machine": platform.platform(),
        "reports": {
            one.area: {
                "outcome": "failed" if one.error else "kept" if one.kept else "written",
                "seconds": round(one.seconds, 2),
                **({"error": one.error.text.zh, "trace": one.trace} if one.error else {}),
            }
            for one in results
        },
    }
    path = run.folder / RECORD
    earlier = path.read_bytes() if path.is_file() else b""
    write_bytes(path, earlier + canonical_json(line))


def read_record(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of a run's record, oldest first; none where there is no record."""
    path = folder / RECORD
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    )
