"""Why one unit was drawn, or was not: what its owner may ask, and can check with one line."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from audit_lib.errors import FrameError, Text
from audit_lib.sampling.certificate import Certificate
from audit_lib.sampling.draw import rank_units
from audit_lib.sampling.pareto import rank_by_value
from audit_lib.sampling.tickets import canonical_id


@dataclass(frozen=True, slots=True)
class UnitProof:
    """One unit's place in its stratum: drawn if its rank is at most n, its ticket at most the cut-off.

    With unequal chances units stand in the order of ``value``, u (1 - lambda) / ((1 - u) lambda),
    where lambda is ``chance`` and u the first 13 digits of the ticket as a share of 16^13, half a
    step added; ``cutoff_value`` is that of the last one drawn. Else these are None.
    """

    unit_id: str
    stratum: str
    N: int
    n: int
    ticket: str
    rank: int
    cutoff: str
    drawn: bool
    command: str
    chance: str | None = None
    value: float | None = None
    cutoff_value: float | None = None

    @property
    def sentence(self) -> Text:
        """Say it in one sentence."""
        fate = Text("抽中", "drawn") if self.drawn else Text("未抽中", "not drawn")
        said = Text("", "")
        if self.chance is not None:
            numbers = show_value(self.value), show_value(self.cutoff_value)
            said = Text(
                f", 入样概率 {self.chance}, 排序值 {numbers[0]}, 末位排序值 {numbers[1]}",
                f", chance {self.chance}, value {numbers[0]}, cut-off value {numbers[1]}",
            )
        return Text(
            f"{self.unit_id} {fate.zh}: 层“{self.stratum}”共 {self.N} 家抽 {self.n} 家, 次序 {self.rank}, "
            f"签号 {self.ticket}, 末位签号 {self.cutoff or '—'}{said.zh}。核对: {self.command}",
            f'{self.unit_id} {fate.en}: stratum "{self.stratum}", {self.n} of {self.N}, rank {self.rank}, '
            f"ticket {self.ticket}, cut-off {self.cutoff or '—'}{said.en}. Check: {self.command}",
        )


def prove_unit(certificate: Certificate, frame: pd.DataFrame, unit_id: str) -> UnitProof:
    """Return why a unit was drawn, or was not.

    Parameters
    ----------
    frame : DataFrame[unit_id, stratum, (chance)]   the frozen frame of the draw
    unit_id : made canonical here, because people type it

    Raises
    ------
    FrameError   the unit is not in the frame
    """
    name = canonical_id(unit_id)
    home = frame.loc[frame["unit_id"] == name, "stratum"]
    if home.empty:
        raise FrameError(f"{name} 不在抽样框中", f"{name} is not in the frame")
    part = frame[frame["stratum"] == home.iloc[0]]
    unequal = "chance" in frame
    order = (rank_by_value if unequal else rank_units)(part, seed=certificate.seed)
    place = order.index[order["unit_id"] == name][0]
    cuts = {stratum.key: stratum for stratum in certificate.strata}
    if home.iloc[0] not in cuts:
        raise FrameError(f"凭证中没有层“{home.iloc[0]}”", f'the certificate has no stratum "{home.iloc[0]}"')
    cut = cuts[home.iloc[0]]
    ticket, rank = str(order.loc[place, "ticket"]), int(place) + 1
    values = order["value"].tolist() if unequal else []
    return UnitProof(
        unit_id=name,
        stratum=cut.key,
        N=len(order),
        n=cut.n,
        ticket=ticket,
        rank=rank,
        cutoff=cut.cutoff,
        drawn=rank <= cut.n if unequal else ticket <= cut.cutoff,
        command=f"printf '%s' {_quote(f'{certificate.seed},{name}')} | sha256sum",
        chance=str(order.loc[place, "chance"]) if unequal else None,
        value=values[rank - 1] if unequal else None,
        cutoff_value=values[cut.n - 1] if unequal and cut.n else None,
    )


def show_value(value: float | None) -> str:
    """Print what units with unequal chances are ranked by, as the verification page does."""
    return "—" if value is None else f"{value:.9e}"


def _quote(text: str) -> str:
    """Quote for a shell; identifiers may hold a quotation mark."""
    return "'" + text.replace("'", "'\"'\"'") + "'"
