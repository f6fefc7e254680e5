"""The few leads that matter, each with its effect, its error rate and what else may explain it.

One lead speaks for one subject: whoever shows three signals is visited once. They stand by
error rate, so the first is the one that chance explains least. What has no error rate, because
a limit was passed and no chance is in it, stands in a table of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from audit_lib.investigation import Signal, load_signals
from audit_lib.investigation.cities import STATED
from audit_lib.reporting import figures
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.html import section_html
from audit_lib.reporting.inquiry import Inquiry
from audit_lib.reporting.judged import evidence_places
from audit_lib.reporting.model import Grid, Number, Picture, Section
from audit_lib.reporting.public import masked_name
from audit_lib.reporting.tables import facts_table
from audit_lib.schemas import rulebook_rows, tables

MOST = 5
PLACE_ALPHA = 0.05

NO_LEADS = "没有列出发现(只问“风险”时不找发现)。没有发现不等于没有问题。"
PLACES_INNOCENT = "该乡镇单位基础较差; 同一检查组标准较严; 检查家数少"
PLACE_EFFECT = "不合格家数与本县区平均应有家数之比"


WRITTEN = ("date", "found_date", "start", "end", "score", "place", "description")
"""What a reader compares between the records behind a lead."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead: of whom, what was seen, how strong, how likely by chance, what else explains it.

    ``of`` is the subject as records name it, ``subject`` as the page does.
    ``error`` is the share of false alarms among alarms this small or smaller (signals) or the
    chance of any alarm on honest records (lists, places); ``rows`` are its rows in the files.
    """

    question: str
    title: str
    of: str
    subject: str
    seen: str
    effect: str
    error: float
    kind: str
    innocent: str
    advice: str
    picture: Picture
    rows: Grid

    def section(self, place: int) -> Section:
        """Return the lead as a section of its own."""
        facts = {
            "对象": self.subject,
            "看到什么": self.seen,
            "效应大小": self.effect,
            "误差": f"{print_chance(self.error)}({self.kind})",
            "其他解释": self.innocent,
            "建议": self.advice,
        }
        grid = make_grid("发现", facts_table(facts), name=f"发现 {place}")
        said = f"{self.subject}{self.picture.alternative}"
        who = Number(f"lead_{place}", "对象", "text", said, "记录")
        picture = replace(self.picture, alternative=f"{{{who.key}}}", numbers=(who,))
        # By place, because two people of an office may share a surname, and no two sheets a name.
        rows = replace(self.rows, name=f"依据 {place}")
        return Section(f"lead-{place}", f"{self.subject}: {self.title}", (grid, picture, rows))


def print_chance(p: float) -> str:
    """Return an error rate as officials can read it, never as nothing.

    >>> print_chance(0.0123), print_chance(0.00001)
    ('1.2%', '小于0.01%')
    """
    if p < 0.0001:  # noqa: PLR2004 two decimals of a percentage
        return "小于0.01%"
    return f"{p * 100:.2g}%" if p < 0.1 else f"{p * 100:.0f}%"  # noqa: PLR2004 two digits say enough


def print_effect(signal: Signal, effect: float) -> str:
    """Return an effect in its unit: points of a share, times the variation of chance, or what was counted.

    >>> print_effect(load_signals()["same_text"], 0.1234), print_effect(load_signals()["uneven_areas"], 2.0)
    ('12.3 个百分点', '2.00 倍')
    """
    if signal.kind == "listed":
        return f"{effect:.0f}"
    return f"{effect:.2f} 倍" if signal.kind in ("over", "under") else f"{effect * 100:.1f} 个百分点"


class Shown(tuple[Section, ...]):
    """Sections that a notebook shows one below the other."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return "".join(section_html(section) for section in self) or f"<p>{NO_LEADS}</p>"


def show_leads(inquiry: Inquiry) -> Shown:
    """Return the leads of the area as a notebook shows them, `MOST` at most."""
    return Shown(one.section(place) for place, one in enumerate(leads(inquiry)[:MOST], start=1))


def leads(inquiry: Inquiry) -> list[Lead]:
    """Return the leads of the area, the least likely by chance first, one per subject."""
    found = [*_records(inquiry), *_lists(inquiry), *_places(inquiry)]
    found.sort(key=lambda one: (one.error, one.question, one.of, one.title))
    first: dict[str, Lead] = {}
    for one in found:
        first.setdefault(one.of, one)
    return list(first.values())


def subject_name(inquiry: Inquiry, level: str, subject: str) -> str:
    """Return who a signal is about: places by name, a person by certificate number.

    A page may leave the house, and a signal is no finding about a person: whoever has no number of
    their own in the register of the same office stands there by surname only.
    """
    code, _, rest = subject.partition(":")
    name = inquiry.case.names().get(code, code)
    if level == "week":
        return f"{name}(截至{rest}的一周)"
    if level == "inspector":
        staff = inquiry.case.tables["inspectors"]
        numbers = staff.loc[
            staff["area"].eq(code) & staff["inspector_name"].eq(rest), "inspector_id"
        ].unique()
        return f"{name} 执法证 {numbers[0]}" if len(numbers) == 1 else f"{name} {masked_name(rest)}"
    return str(inquiry.case.areas["name"].iloc[0]) if level == "province" else name


def _records(inquiry: Inquiry) -> list[Lead]:
    """Return a lead for each set of records: a pair that went together is one, and so is their county."""
    known, seen = load_signals(), set[str]()
    mine = inquiry.mine
    if mine.empty:
        return []
    alarms = mine[mine["alarm"] & ~mine["listed_apart"]].sort_values(["q", "p", "signal", "subject"])
    found: list[Lead] = []
    for row in alarms.itertuples(index=False):
        behind = set(str(row.evidence).split(";"))
        if len(found) < MOST and len(behind & seen) <= len(behind) / 2:
            found.append(_record(inquiry, known[str(row.signal)], row, len(behind)))
            seen |= behind
    return found


def _record(inquiry: Inquiry, signal: Signal, row: Any, behind: int) -> Lead:
    signals = inquiry.signals
    like = signals[(signals["signal"] == row.signal) & (signals["level"] == row.level)]
    effects = like["effect"].astype("float64").fillna(0)
    subject = subject_name(inquiry, row.level, row.subject)
    own = (like["subject"] == row.subject).tolist()
    scale, unit = (1, "倍") if signal.kind in ("over", "under") else (100, "百分点")
    label = f"{signal.zh}: 各对象的效应大小({unit})"
    picture = figures.effect_strip((effects * scale).tolist(), own, label=label)
    ahead = like[effects > float(row.effect)]
    rank = f"{len(like)} 个同类对象中居第 {len(ahead) + 1}"
    less = "; 居前的各对象碰巧的可能更大" if len(ahead) and (ahead["q"].fillna(1) > row.q).all() else ""
    return Lead(
        "records",
        signal.zh,
        str(row.subject),
        subject,
        f"共看 {row.n} 条记录, 依据其中 {behind} 条。看法: {signal.definition}",
        f"{print_effect(signal, row.effect)}({signal.effect}); "
        f"{rank}, 中位数 {print_effect(signal, effects.median())}{less}",
        float(row.q),
        "全部信号和对象一并控制的错误发现率",
        signal.innocent,
        signal.advice,
        Picture("对比", "在同类对象中的位置", picture, f"的效应在 {rank}"),
        _evidence(inquiry, row.evidence),
    )


def _lists(inquiry: Inquiry) -> list[Lead]:
    words = {row["test"]: row for row in rulebook_rows("list_tests")}
    found = []
    for code, claimed in inquiry.lists.items():
        if code not in inquiry.case.codes or claimed.conclusion not in ("not_random", "replay_differs"):
            continue
        test = claimed.tests.sort_values(["p_adj", "p", "test"]).iloc[0]
        word = words[str(test["test"])]
        bins = claimed.picture[claimed.picture["test"] == test["test"]]
        picture = figures.redraw_bars(
            bins["left"].tolist(), bins["right"].tolist(), bins["redraws"].tolist(), float(test["observed"]),
            label=word["zh"],
        )  # fmt: skip
        name = inquiry.case.names().get(code, code)
        found.append(
            Lead(
                "lists",
                "抽检名单与随机抽取不符, 抽检结果不能推算全体",
                code,
                name,
                f"{claimed.N} 家中抽 {claimed.n} 家(假定{STATED}); 最突出的是{word['zh']}"
                + (f": {test['detail']}" if isinstance(test.get("detail"), str) else ""),
                f"偏离随机平均 {float(test['effect']):.1f} 个标准差",
                float(claimed.p or 1.0),
                "重抽九千九百九十九次, 该名单全部检验一并计算的概率",
                word["innocent"],
                "请该市说明抽取办法并提供记录; 需要推算时重新抽取",
                Picture("重抽", "上报名单与重抽名单", picture, "的名单落在重抽结果之外"),
                _tests_grid(claimed.tests, words),
            )
        )
    return found


def _tests_grid(tests: pd.DataFrame, words: dict[str, dict[str, str]]) -> Grid:
    rows = tests.assign(
        zh=[words[str(test)]["zh"] for test in tests["test"]],
        effect=[f"{float(value):.1f}" for value in tests["effect"]],
        chance=[print_chance(float(value)) for value in tests["p_adj"]],
        innocent=[words[str(test)]["innocent"] for test in tests["test"]],
    )
    return make_grid("依据 检验", rows)


def _places(inquiry: Inquiry) -> list[Lead]:
    if inquiry.places.empty:
        return []
    rows = inquiry.places[inquiry.places["p_adjusted"] <= PLACE_ALPHA]
    return [_place(inquiry, row) for row in rows.itertuples(index=False)]


def _place(inquiry: Inquiry, row: Any) -> Lead:
    name = f"{inquiry.case.names().get(row.county, row.county)}{row.name}"
    counted = inquiry.places.dropna(subset=["p"])
    ratio = (counted["failed"] / counted["expected"].replace(0, float("nan"))).fillna(0)
    own = (counted["county"] == row.county) & (counted["name"] == row.name)
    picture = figures.effect_strip(ratio.tolist(), own.tolist(), label=PLACE_EFFECT)
    return Lead(
        "places",
        "不合格单位集中",
        name,
        name,
        f"上级检查 {row.visited:.0f} 家, 不合格 {row.failed:.0f} 家, 按本县区平均应为 {row.expected:.1f} 家",
        f"{row.failed / row.expected:.1f} 倍({PLACE_EFFECT})",
        float(row.p_adjusted),
        "全部乡镇一并计算的概率",
        PLACES_INNOCENT,
        "先到该乡镇未查过的单位走访",
        Picture("集中", "与其他乡镇相比", picture, "的比值在各乡镇中突出"),
        _beside(inquiry, row.county, row.name),
    )


def _beside(inquiry: Inquiry, county: str, town: str) -> Grid:
    rows = inquiry.beside[(inquiry.beside["county"] == county) & (inquiry.beside["township"] == town)]
    return make_grid("依据 邻近", rows)


def _evidence(inquiry: Inquiry, evidence: object) -> Grid:
    pieces = pd.Series(evidence.split(";") if isinstance(evidence, str) else [], dtype="str").str.partition(
        ":"
    )
    rows = pd.DataFrame({"table_name": pieces.get(0), "key": pieces.get(2)})
    rows = rows.merge(evidence_places(inquiry.case, set(rows["table_name"])), how="left")
    written = {name: _written(inquiry.case.tables[name]) for name in rows["table_name"].unique()}
    rows["written"] = [written[one.table_name].get(one.key, "") for one in rows.itertuples(index=False)]
    known = tables()
    rows = rows.assign(table=[known[name].zh for name in rows["table_name"]]).fillna("")
    return make_grid("依据 记录", rows)


def _written(table: pd.DataFrame) -> pd.Series[str]:
    """Return what each record says of itself, by its number; all of them where several share one."""
    parts = table[[name for name in WRITTEN if name in table]]
    days = parts.select_dtypes("datetime").columns
    parts = parts.assign(**{name: parts[name].dt.strftime("%Y-%m-%d") for name in days}).astype("object")
    said = parts.apply(lambda cells: " ".join(str(cell) for cell in cells.dropna()), axis=1)
    key = table["hazard_id"] if "hazard_id" in table else table["check_id"]
    return said.groupby(key).agg(lambda texts: " / ".join(dict.fromkeys(texts)))
