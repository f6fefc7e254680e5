"""Double random: who inspects a site is drawn like the site itself.

Sites are taken in the order of their tickets; for each, those who may go are taken in the
order of ``stream_ticket(seed, "inspectors", site, inspector)``. Where that walk gets stuck,
a maximum flow moves as few people as it needs, or proves that no assignment exists and shows
which sites compete for whom. Source: docs/method.md, chapter 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from audit_lib.errors import AssignError, CallError, Text
from audit_lib.sampling.tickets import check_ids, check_seed, tickets

LEAD, MEMBER = "组长", "成员"
STREAM = "inspectors"
_SHOWN = 5

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """Who may go where: sites in ticket order, inspectors by number, days by number.

    Attributes
    ----------
    sites, staff : identifiers;  day : of each site, shape (sites,)
    may : who may go, shape (sites, staff);  lead : who may lead, shape (staff,)
    people : needed at a site;  per_day, most : visits of one inspector, in a day and in all
    """

    sites: list[str]
    staff: list[str]
    day: Ints
    may: Bools
    lead: Bools
    people: int
    per_day: int
    most: int


def assign_inspectors(
    sites: pd.DataFrame,
    inspectors: pd.DataFrame,
    *,
    seed: str,
    barred: pd.DataFrame,
    days_off: pd.DataFrame,
    people: int = 2,
    per_day: int = 4,
    most: int | None = None,
) -> pd.DataFrame:
    """Return who inspects which site, one of them to lead.

    Parameters
    ----------
    sites : DataFrame[unit_id, county, day]   each once; nobody from the same county goes there
    inspectors : DataFrame[inspector_id, area, lead]   each once; lead missing counts as no
    barred : DataFrame[unit_id, inspector_id]   declared interest, the last to check it
    days_off : DataFrame[inspector_id, day]
    people : inspectors at a site, two or more
    per_day, most : visits of one inspector in a day, and in all (None: no limit)

    Returns
    -------
    DataFrame[unit_id, day, inspector_id, role]   sites in ticket order, the leader first

    Raises
    ------
    AssignError   no assignment keeps every constraint; the message names sites and constraint
    CallError     a site or an inspector stands twice, or fewer than two people
    DrawError, FrameError   seed or identifiers that cannot be used

    >>> sites = pd.DataFrame({"unit_id": ["A"], "county": "x", "day": "2014-03-25"})
    >>> staff = pd.DataFrame({"inspector_id": ["1", "2", "3"], "area": ["x", "y", "y"], "lead": True})
    >>> none = pd.DataFrame(columns=["unit_id", "inspector_id", "day"])
    >>> found = assign_inspectors(sites, staff, seed="20140309-0123456789", barred=none, days_off=none)
    >>> sorted(found["inspector_id"])
    ['2', '3']
    """
    if people < 2:  # noqa: PLR2004 - nobody inspects alone
        raise CallError(f"每家至少两人: 读到 {people}", f"at least two inspectors a site, not {people}")
    order = _in_ticket_order(sites, seed)
    staff = inspectors.sort_values("inspector_id", ignore_index=True)
    _check_once(staff["inspector_id"])
    check_ids(staff["inspector_id"])
    reasons = _reasons(order, staff, barred, days_off)
    day, names = pd.factorize(order["day"], sort=True)
    task = Staffing(
        sites=order["unit_id"].tolist(),
        staff=staff["inspector_id"].tolist(),
        day=day.astype(np.int64),
        may=~np.logical_or.reduce(list(reasons.values())),
        lead=staff["lead"].fillna(False).to_numpy(dtype=bool),
        people=people,
        per_day=per_day,
        most=people * len(order) if most is None else most,
    )
    sent = _walk(task, seed)
    if sent.sum() < people * len(order):
        sent = _mend(task, sent, reasons)
    return _teams(task, sent, seed, names)


def spread_days(unit_ids: list[str], days: list[str], *, seed: str) -> dict[str, str]:
    """Return the day of each site: sites in ticket order, over the days in equal parts.

    >>> sorted(spread_days(["A", "B"], ["2014-03-25", "2014-03-26"], seed="20140309-0123456789").values())
    ['2014-03-25', '2014-03-26']
    """
    order = [unit for _, unit in sorted(zip(tickets(seed, unit_ids), unit_ids, strict=True))]
    return {unit: days[place * len(days) // len(order)] for place, unit in enumerate(order)}


def _in_ticket_order(sites: pd.DataFrame, seed: str) -> pd.DataFrame:
    check_seed(seed)
    _check_once(sites["unit_id"])
    drawn = sites.assign(ticket=tickets(seed, sites["unit_id"]))
    return drawn.sort_values("ticket", ignore_index=True)


def _check_once(ids: pd.Series[str]) -> None:
    twice = sorted(ids[ids.duplicated()].unique())
    if twice:
        shown = "、".join(twice[:_SHOWN])
        raise CallError(f"{len(twice)} 个编号出现多次: {shown}", f"{len(twice)} ids stand twice: {shown}")


def _reasons(
    sites: pd.DataFrame, staff: pd.DataFrame, barred: pd.DataFrame, days_off: pd.DataFrame
) -> dict[Text, Bools]:
    """Return why who may not go where, each of shape (sites, staff)."""
    row = pd.Series(range(len(sites)), index=sites["unit_id"])
    column = pd.Series(range(len(staff)), index=staff["inspector_id"])
    avoided = np.zeros((len(sites), len(staff)), dtype=bool)
    known = barred[barred["unit_id"].isin(row.index) & barred["inspector_id"].isin(column.index)]
    avoided[row[known["unit_id"]].to_numpy(), column[known["inspector_id"]].to_numpy()] = True
    pairs = set(zip(days_off["inspector_id"], days_off["day"], strict=True))
    by_day = {
        day: np.array([(name, day) in pairs for name in staff["inspector_id"]], dtype=bool)
        for day in sites["day"].unique()
    }
    away = np.array([by_day[day] for day in sites["day"]], dtype=bool).reshape(avoided.shape)
    same = sites["county"].to_numpy(dtype=object)[:, None] == staff["area"].to_numpy(dtype=object)
    return {
        Text("同县", "same county"): same.astype(bool),
        Text("有利害关系或上次检查过", "interest, or last to check"): avoided,
        Text("当天不能出勤", "off that day"): away,
    }


def _order(task: Staffing, seed: str, site: int, who: Ints) -> list[int]:
    """Return inspectors in the order of their tickets for a site, as `stream_ticket` gives them."""
    head = sha256(f"{seed}:{STREAM},{task.sites[site]},".encode())

    def ticket(number: int) -> bytes:
        one = head.copy()
        one.update(task.staff[number].encode())
        return one.digest()

    return sorted(who.tolist(), key=ticket)


def _walk(task: Staffing, seed: str) -> Bools:
    """Take sites in order and give each the first that are free, one of them able to lead."""
    sent = np.zeros(task.may.shape, dtype=bool)
    load = np.zeros(len(task.staff), dtype=np.int64)
    busy = np.zeros((int(task.day.max(initial=-1)) + 1, len(task.staff)), dtype=np.int64)
    for site, day in enumerate(task.day):
        free = task.may[site] & (load < task.most) & (busy[day] < task.per_day)
        order = _order(task, seed, site, np.flatnonzero(free))
        leaders = [number for number in order if task.lead[number]]
        team = order[: task.people]
        if not set(team) & set(leaders):
            # Without anybody to lead one place stays open, for the flow to fill.
            team = [*team[: task.people - 1], *leaders[:1]]
        sent[site, team] = True
        load[team] += 1
        busy[day, team] += 1
    return sent


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    """Edges of the flow: source -> site (-> its non-leaders) -> inspector on a day -> inspector -> sink."""

    start: Ints
    end: Ints
    capacity: Ints
    flow: Ints
    nodes: int
    pairs: tuple[Ints, Ints]


def _mend(task: Staffing, sent: Bools, reasons: dict[Text, Bools]) -> Bools:
    """Complete an assignment by a maximum flow on what is left, or prove that none exists."""
    net = _network(task, sent)
    size = (net.nodes, net.nodes)
    # What can still flow, and what can be taken back: only people on such paths are moved.
    values = np.concatenate([net.capacity - net.flow, net.flow]).astype(np.int32)
    places = (np.concatenate([net.start, net.end]), np.concatenate([net.end, net.start]))
    residual = sparse.csr_array((values, places), shape=size)
    more = csgraph.maximum_flow(residual, 0, net.nodes - 1)
    short = task.people * len(task.sites) - int(sent.sum()) - int(more.flow_value)
    if short:
        raise _impossible(task, sparse.csr_array(residual - more.flow), short, reasons)
    rows, columns = net.pairs
    moved = np.asarray(more.flow[net.start[: len(rows)], net.end[: len(rows)]]).ravel()
    whole = sent.copy()
    whole[rows, columns] = net.flow[: len(rows)] + moved > 0
    return whole


def _network(task: Staffing, sent: Bools) -> _Network:
    sites, staff = task.may.shape
    days = int(task.day.max()) + 1
    site, plain = 1 + np.arange(sites), 1 + sites + np.arange(sites)
    on_day = 1 + 2 * sites + np.arange(days * staff).reshape(days, staff)
    person, sink = 1 + 2 * sites + days * staff + np.arange(staff), 1 + 2 * sites + (days + 1) * staff
    rows, columns = np.nonzero(task.may)
    from_ = np.where(task.lead[columns], site[rows], plain[rows])
    not_leading = (sent & ~task.lead).sum(axis=1)
    worked = np.zeros((days, staff), dtype=np.int64)
    np.add.at(worked, task.day, sent.astype(np.int64))
    parts = [
        (from_, on_day[task.day[rows], columns], np.ones(len(rows)), sent[rows, columns]),
        (np.zeros(sites), site, np.full(sites, task.people), sent.sum(axis=1)),
        (site, plain, np.full(sites, task.people - 1), not_leading),
        (on_day.ravel(), np.tile(person, days), np.full(days * staff, task.per_day), worked.ravel()),
        (person, np.full(staff, sink), np.full(staff, task.most), sent.sum(axis=0)),
    ]
    start, end, capacity, flow = (
        np.concatenate([np.asarray(part[k], dtype=np.int64) for part in parts]) for k in range(4)
    )
    return _Network(start, end, capacity, flow, sink + 1, (rows, columns))


def _impossible(
    task: Staffing, residual: sparse.csr_array, short: int, reasons: dict[Text, Bools]
) -> AssignError:
    """Read the cut: sites that can still be reached compete for people who cannot give more."""
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = np.zeros(residual.shape[0], dtype=bool)
    reached[csgraph.breadth_first_order(residual, 0, return_predecessors=False)] = True
    sites, staff = task.may.shape
    stuck = reached[1 : 1 + sites]
    no_lead = stuck & ~reached[1 + sites : 1 + 2 * sites]
    on_day = reached[1 + 2 * sites :][: -staff - 1].reshape(-1, staff)
    person = reached[-staff - 1 : -1]
    causes = [
        (bool(no_lead.any()), Text("可任组长的人不够", "too few who may lead")),
        (
            bool((on_day & ~person).any()),
            Text(f"每人每天至多 {task.per_day} 家", f"{task.per_day} a day each"),
        ),
        (bool(person.any()), Text(f"每人合计至多 {task.most} 家", f"{task.most} in all each")),
    ]
    due = [text for yes, text in causes if yes] or [Text("可派的人不够", "too few who may go")]
    worst = sorted(np.flatnonzero(stuck), key=lambda row: (int(task.may[row].sum()), task.sites[row]))
    named = [_account(task, int(row), reasons) for row in worst[:_SHOWN]]
    return AssignError(
        f"无法分派, 缺 {short} 人次; 原因: {'、'.join(text.zh for text in due)}。"
        f"涉及 {len(worst)} 家: {'; '.join(text.zh for text in named)}",
        f"no assignment, {short} places stay open: {', '.join(text.en for text in due)}. "
        f"{len(worst)} sites: {'; '.join(text.en for text in named)}",
    )


def _account(task: Staffing, site: int, reasons: dict[Text, Bools]) -> Text:
    """Say of a site who may go, and why the others may not."""
    may = int(task.may[site].sum())
    leaders = int((task.may[site] & task.lead).sum())
    counts = [(why, int(barred[site].sum())) for why, barred in reasons.items() if barred[site].any()]
    zh, en = (
        "".join(f", {getattr(why, language)} {count}" for why, count in counts) for language in ("zh", "en")
    )
    return Text(
        f"{task.sites[site]}(可派 {may} 人, 其中可任组长 {leaders}{zh})",
        f"{task.sites[site]} ({may} may go, {leaders} may lead{en})",
    )


def _teams(task: Staffing, sent: Bools, seed: str, days: pd.Index) -> pd.DataFrame:
    rows = []
    for site, name in enumerate(task.sites):
        team = _order(task, seed, site, np.flatnonzero(sent[site]))
        leader = next(number for number in team if task.lead[number])
        for number in [leader, *(one for one in team if one != leader)]:
            role = LEAD if number == leader else MEMBER
            rows.append((name, days[task.day[site]], task.staff[number], role))
    return pd.DataFrame(rows, columns=["unit_id", "day", "inspector_id", "role"])
