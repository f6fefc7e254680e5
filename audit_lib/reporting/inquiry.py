"""An ad hoc question to the records of a run: opened once, then shown section by section.

Lists, records, risk and places are looked at over the whole province, because one control of false
alarms covers all of them; a page then shows what lies in its area. Nothing here judges a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from audit_lib.compliance import Facts, gather_facts
from audit_lib.errors import AuditError, CallError
from audit_lib.intake import county_city, load_intake
from audit_lib.investigation import (
    ClaimedList,
    RiskModel,
    beside_failures,
    close_together,
    compare_orders,
    examine_cities,
    find_signals,
    found_again,
    model_facts,
    places_by_name,
    propose_visits,
    score_risk,
    town_of,
    train_risk,
    training_rows,
    unit_standing,
    visits_made,
)
from audit_lib.investigation.lookup import read_period
from audit_lib.reporting.case import Case, open_case
from audit_lib.reporting.model import Paragraph
from audit_lib.reporting.tables import facts_table

QUESTIONS = {"lists": "名单", "records": "记录", "risk": "风险", "places": "地点"}
"""What may be asked alone; empty asks all of them."""

DATED = {"county_checks": "date", "city_checks": "date", "province_checks": "date", "hazards": "found_date"}
"""What a period cuts: the day on which a record says it was made."""

NOT_CUT = "名单、风险、再次查出和长期未整改的隐患不受期间限制, 按判定日为止的全部记录。"

FACTS_FROM = 5
"""The columns before it name the visit; those from it on are what the model reads."""

ORDERS = {"按模型": "chance", "按评分": "points", "上次不合格的先查": "failed_last", "实际次序": "really"}
"""Orders of visiting that are compared, and the column that each sorts by."""

LATE_SHARE = 3
"""The last third of the visits is what the orders of visiting are compared on."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was looked at, for one area; parts that were not asked for are empty.

    Attributes
    ----------
    facts : with the checks and hazards of the period alone;  whole : with those of all time
    signals : table ``signals`` of the whole province;  lists : by city code
    standing : one row per unit of the area (`unit_standing`) with points, reasons, chance
    proposed : visits drawn by risk (`propose_visits`)
    orders : how orders of visiting compare on the latest visits; ``model`` where one could be trained
    places : townships with visited, failed, expected, p, p_adjusted, name
    again : hazards found again or open for long;  beside : unseen units beside failures
    """

    case: Case
    facts: Facts
    whole: Facts
    period: str
    question: str
    signals: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["area", "alarm", "listed_apart"])
    )
    lists: Mapping[str, ClaimedList] = field(default_factory=dict)
    standing: pd.DataFrame = field(default_factory=pd.DataFrame)
    proposed: pd.DataFrame = field(default_factory=pd.DataFrame)
    latest: pd.DataFrame = field(default_factory=pd.DataFrame)
    orders: pd.DataFrame = field(default_factory=pd.DataFrame)
    model: RiskModel | None = None
    untrained: str = ""
    places: pd.DataFrame = field(default_factory=pd.DataFrame)
    again: pd.DataFrame = field(default_factory=pd.DataFrame)
    beside: pd.DataFrame = field(default_factory=pd.DataFrame)

    def asks(self, part: str) -> bool:
        """Whether this part was asked for."""
        return self.question in ("", part)

    @property
    def not_cut(self) -> tuple[Paragraph, ...]:
        """What a part says that the period does not cut; nothing where there is no period."""
        return (Paragraph(NOT_CUT, "note"),) if self.period else ()

    @property
    def mine(self) -> pd.DataFrame:
        """The signals of the area; those of the whole province only in its own page."""
        inside = self.signals["area"].isin(self.case.codes)
        if self.case.level == "province":
            inside |= self.signals["area"].isna()
        return self.signals[inside].reset_index(drop=True)

    @property
    def summary(self) -> pd.DataFrame:
        """What was opened, as a notebook shows it first."""
        more = facts_table({"期间": self.period or "不限", "问题": QUESTIONS.get(self.question, "全部")})
        return pd.concat([self.case.summary, more], ignore_index=True)


def open_inquiry(
    params_file: str | Path, area: str | int, *, period: str = "", question: str = ""
) -> Inquiry:
    """Look at the records of a judged run.

    Parameters
    ----------
    params_file, area : as `open_case`
    period : ``2014-02-01..2014-03-31``; cuts by their day the checks and hazards that signals and places
        look at, empty takes all. Lists, risk and what is still open are told from all records: a unit
        checked before the period has been checked.
    question : lists, records, risk or places (or 名单, 记录, 风险, 地点); empty asks all

    Raises
    ------
    ReportError   the run was not judged yet, or has no such area
    CallError     an unknown question, or a period that is not understood
    """
    part = asked_part(period, question)
    case = open_case(params_file, area)
    intake = load_intake(case.run.folder / "intake")
    cut = {name: _within(table, DATED.get(name, ""), period) for name, table in intake.tables.items()}
    whole = gather_facts(intake, case.run.params, case.book)
    facts = gather_facts(replace(intake, tables=cut), case.run.params, case.book) if period else whole
    inquiry = Inquiry(case, facts, whole, period, part)
    if inquiry.asks("records"):
        signals = find_signals(cut, county_city(intake.areas), case.book, whole=intake.tables)
        inquiry = replace(inquiry, signals=signals)
    if inquiry.asks("lists"):
        inquiry = replace(inquiry, lists=examine_cities(whole))
    if inquiry.asks("risk"):
        inquiry = _with_risk(inquiry)
    return _with_places(inquiry) if inquiry.asks("places") else inquiry


def asked_part(period: str, question: str) -> str:
    """Return the key of a question, empty for all, once period and question are understood.

    Raises
    ------
    CallError   they are not

    >>> asked_part("", "名单")
    'lists'
    """
    read_period(period)
    part = {name: key for key, name in QUESTIONS.items()}.get(question, question)
    if part and part not in QUESTIONS:
        known = "、".join(f"{key}({name})" for key, name in QUESTIONS.items())
        raise CallError(
            f"没有“{question}”这个问题, 有: {known}; 不写就是全部",
            f'no question "{question}"; there are {", ".join(QUESTIONS)}; empty asks all',
        )
    return part


def _within(table: pd.DataFrame, date: str, period: str) -> pd.DataFrame:
    first, last = read_period(period)
    if not date or first is None:
        return table
    kept: pd.DataFrame = table[table[date].dt.normalize().between(first, last)]
    return kept.reset_index(drop=True)


def _with_risk(inquiry: Inquiry) -> Inquiry:
    facts, case = inquiry.whole, inquiry.case
    rows = training_rows(facts)
    columns = list(rows.columns[FACTS_FROM:])
    standing = unit_standing(facts)
    standing = standing.join(score_risk(standing))
    try:
        model = train_risk(rows[columns], rows["failed"], day=rows["date"])
        standing["chance"] = model.chance(model_facts(facts)[columns])
        inquiry = replace(inquiry, model=model)
        latest = _latest(rows, columns)
        orders = compare_orders(latest, orders=ORDERS, name=str(case.run.params.run))
        inquiry = replace(inquiry, latest=latest, orders=orders)
    except AuditError as few:
        inquiry = replace(inquiry, untrained=few.text.zh)
    mine = standing[standing["county"].isin(case.codes)].reset_index(drop=True)
    order = [name for name in ("points", "chance") if name in mine]
    mine = mine.sort_values([*order, "unit_id"], ascending=[False] * len(order) + [True], ignore_index=True)
    chosen = case.run.params.investigation
    proposed = propose_visits(mine, chosen.visits, seed=chosen.seed)
    return replace(inquiry, standing=mine, proposed=proposed)


def _latest(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the last third of the visits, with the chance that a model of the first two gives them."""
    first = len(rows) - len(rows) // LATE_SHARE
    day = rows["date"].iloc[first - 1]
    before, after = rows[rows["date"] <= day], rows[rows["date"] > day].reset_index(drop=True)
    model = train_risk(before[columns], before["failed"], day=before["date"])
    if not after["failed"].any():
        raise AuditError(
            "最近的检查没有不合格的, 无从比较次序", "no failure among the latest visits to compare on"
        )
    table: pd.DataFrame = after.assign(
        chance=model.chance(after[columns]), points=score_risk(after)["points"], really=0
    )
    return table


def _with_places(inquiry: Inquiry) -> Inquiry:
    facts, whole, case = inquiry.facts, inquiry.whole, inquiry.case
    higher, seen = (
        visits[visits["level"] != "county_checks"].drop_duplicates("unit_id", keep="last")
        for visits in (visits_made(facts), visits_made(whole))
    )
    units = facts.frame.merge(higher[["unit_id", "failed"]], on="unit_id", how="inner")
    units = units.assign(place=town_of(units))
    places = pd.DataFrame(columns=["name", "county", "visited", "failed", "expected", "p", "p_adjusted"])
    if units["failed"].any():
        names = units.dropna(subset=["place"]).groupby("place", sort=True)[["county", "township"]].first()
        near = close_together(
            places_by_name(units, "place"), units["failed"], units["county"], name=str(case.run.params.run)
        )
        places = near.assign(name=names["township"].to_numpy(), county=names["county"].to_numpy())
        places = places[places["county"].isin(case.codes)]
    failed = frozenset(higher.loc[higher["failed"], "unit_id"])
    again = found_again(whole.hazards, as_of=whole.as_of, long_days=whole.book.count("long_open"))
    beside = beside_failures(facts.frame, failed, frozenset(seen["unit_id"]))
    return replace(
        inquiry,
        places=places.sort_values(["p", "county", "name"], ignore_index=True),
        again=again[again["county"].isin(case.codes)].reset_index(drop=True),
        beside=beside[beside["county"].isin(case.codes)].reset_index(drop=True),
    )
