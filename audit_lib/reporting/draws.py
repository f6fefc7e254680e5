"""The draws of the campaign as a report speaks of them: plan, certificate, frozen frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from audit_lib.files import read_bytes
from audit_lib.params import Draw, Run
from audit_lib.sampling import Certificate, Plan, parse_certificate, parse_plan, read_frame


@dataclass(frozen=True, slots=True)
class DrawnCase:
    """One draw; ``certificate`` is None before the seed is opened.

    ``frame`` is DataFrame[unit_id, unit_name, city, county, stratum].
    """

    name: str
    folder: Path
    choice: Draw
    plan: Plan
    frame: pd.DataFrame
    certificate: Certificate | None

    @property
    def N(self) -> int:  # noqa: N802 N is the symbol of the method
        """Units in the frozen frame."""
        return sum(stratum.N for stratum in self.plan.strata)

    @property
    def n(self) -> int:
        """Units to draw."""
        return sum(stratum.n for stratum in self.plan.strata)


def read_draws(run: Run) -> tuple[DrawnCase, ...]:
    """Return the draws named by the params that are planned, in the order of their names."""
    folders = {name: run.campaign / "draws" / name for name in sorted(run.params.draws)}
    return tuple(
        _read(run.params.draws[name], name, folder)
        for name, folder in folders.items()
        if (folder / "plan.json").is_file()
    )


def _read(choice: Draw, name: str, folder: Path) -> DrawnCase:
    path = folder / "certificate.json"
    return DrawnCase(
        name=name,
        folder=folder,
        choice=choice,
        plan=parse_plan(read_bytes(folder / "plan.json")),
        frame=read_frame(read_bytes(folder / "frame.parquet"), name="frame.parquet"),
        certificate=parse_certificate(read_bytes(path))[0] if path.is_file() else None,
    )
