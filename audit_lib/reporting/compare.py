"""Two runs held against each other: which verdicts and figures moved, and by which rows of the files.

For a re-issue after corrections. Rows are matched by the key of their table, never by file or
line, so that a corrected file that came in another order shows its corrections only. What moved
although no row changed is explained by what else differs: params, rulebook and program, draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit_lib.compliance import Judgement
from audit_lib.intake import Intake
from audit_lib.reporting.case import codes_within
from audit_lib.reporting.changes import changed_rows
from audit_lib.reporting.facts import missing_words
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.model import Block, Number, Paragraph, Report, Section
from audit_lib.reporting.whole import tree
from audit_lib.reporting.words import DRAFT, LEVELS, MADE_UP, rule_name, rule_names
from audit_lib.schemas import rulebook_rows

MOVED = "改动的行"
INSIDE = "内部使用"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run read and judged, and its manifest."""

    name: str
    intake: Intake
    judgement: Judgement
    manifest: Mapping[str, Any]


def compare_runs(before: Snapshot, after: Snapshot) -> Report:
    """Return the report on what moved between two runs, for a page and a workbook."""
    areas = tree(after.intake.areas)
    rows = changed_rows(before.intake.tables, after.intake.tables, areas)
    verdicts = _verdicts(before, after, areas)
    rules = _rules(before, after, areas, rows)
    figures = _figures(before, after, areas, rows)
    estimates = _estimates(before, after, areas)
    other = _other(before.manifest, after.manifest)
    counts = tuple(
        Number(key, label, "count", len(table), "两次运行", unit=unit, rows=grid if len(table) else "")
        for key, label, table, unit, grid in (
            ("verdicts", "结论有变化的地区", verdicts, "个", "结论变化"),
            ("rules", "判定或依据有变化的条款", rules, "条", "判定变化"),
            ("figures", "有变化的指标", figures, "个", "指标变化"),
            ("rows", "新增、删除和改动", rows, "处", MOVED),
            ("other", "其他不同之处", other, "处", "其他"),
        )
    )
    said: list[Block] = [
        Paragraph(
            "结论有变化的地区 {verdicts} 个; 判定或依据有变化的 {rules} 条, 指标 {figures} 个; "
            "输入的行新增、删除、改动 {rows} 处; 参数、程序、文件和抽样的不同 {other} 处。",
            "lead",
        )
    ]
    if len(rules) and rows.empty and other.empty:
        said.append(
            Paragraph("没有任何输入改动而判定不同, 请先用 audit verify-run 核对两次运行。", "warning")
        )
    demo = (MADE_UP,) if after.manifest["params"].get("demo") else ()
    return Report(
        area="compare",
        title="两次运行的比较",
        subtitle=f"{before.name} → {after.name}",
        marks=(DRAFT, *demo, INSIDE),
        facts=(
            ("前一次", before.name),
            ("后一次", after.name),
            ("前一次判定日", str(before.manifest["params"].get("as_of", ""))),
            ("后一次判定日", str(after.manifest["params"].get("as_of", ""))),
        ),
        sections=(
            Section("overview", "一、变化一览", tuple(said), counts),
            Section("verdicts", "二、结论变化", (make_grid("结论变化", verdicts),)),
            Section("rules", "三、判定和依据的变化", (make_grid("判定变化", rules),)),
            Section(
                "figures",
                "四、指标和推算的变化",
                (make_grid("指标变化", figures), make_grid("推算变化", estimates)),
            ),
            Section("rows", "五、输入的行", (make_grid(MOVED, rows),)),
            Section("other", "六、参数、程序、文件和抽样", (make_grid("其他", other),)),
        ),
        foot=("本比较只列两次运行的不同, 不作结论。",),
    )


def _pair(before: pd.DataFrame, after: pd.DataFrame, keys: list[str], watched: list[str]) -> pd.DataFrame:
    """Return the rows of either side whose watched columns differ, both sides beside each other."""
    both = before.merge(after, on=keys, how="outer", suffixes=("_then", "_now")).reset_index(drop=True)
    same = pd.Series(True, index=both.index)
    for column in watched:
        then, now = (both[f"{column}_{side}"].astype("string").fillna("") for side in ("then", "now"))
        same &= then == now
    return both[~same].sort_values(keys, ignore_index=True)


def _verdicts(before: Snapshot, after: Snapshot, areas: pd.DataFrame) -> pd.DataFrame:
    watched = ["result", "rules_not_met", "rules_not_assessable", "missing"]
    table = _pair(before.judgement.verdicts, after.judgement.verdicts, ["area", "level"], watched)
    for side in ("then", "now"):
        words = [table[f"{column}_{side}"].fillna("") for column in watched[1:3]]
        table[f"why_{side}"] = [
            rule_names(";".join(part for part in pair if part)) for pair in zip(*words, strict=True)
        ]
        table[f"owes_{side}"] = table[f"missing_{side}"].fillna("").map(missing_words)
    return _placed(table.assign(level=table["level"].map(LEVELS)), areas, "area")


def _rules(before: Snapshot, after: Snapshot, areas: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    keys, watched = ["rule_id", "level", "subject"], ["result", "numerator", "denominator", "evidence"]
    table = _pair(before.judgement.rules, after.judgement.rules, keys, watched)
    then, now = ([set(_split(text)) for text in table[f"evidence_{side}"]] for side in ("then", "now"))
    area = table["area_now"].fillna(table["area_then"]).fillna(table["subject"])
    codes = area.where(~table["level"].isin(["province", "city", "county"]), table["subject"])
    table = table.assign(
        area=codes,
        came=["; ".join(sorted(new - old)) for old, new in zip(then, now, strict=True)],
        went=["; ".join(sorted(old - new)) for old, new in zip(then, now, strict=True)],
        rule=table["rule_id"].map(rule_name),
        level=table["level"].map(lambda one: LEVELS.get(one, one)),
        moved=[
            _moved(rows, areas, str(code), _needs(str(rule)))
            for code, rule in zip(codes, table["rule_id"], strict=True)
        ],
    )
    return _placed(table, areas, "area")


def _figures(before: Snapshot, after: Snapshot, areas: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    watched = ["numerator", "denominator", "result"]
    table = _pair(before.judgement.indicators, after.judgement.indicators, ["area", "indicator"], watched)
    known = {row["key"]: row for row in rulebook_rows("indicators")}
    table["moved"] = [
        _moved(
            rows,
            areas,
            str(code),
            frozenset(_split(known[key]["needs"], "|")) if key in known else frozenset(),
        )
        for code, key in zip(table["area"], table["indicator"].astype(str), strict=True)
    ]
    words = {key: row["zh"] for key, row in known.items()}
    named = table.assign(indicator=table["indicator"].map(words).fillna(table["indicator"]))
    return _placed(named, areas, "area")


def _estimates(before: Snapshot, after: Snapshot, areas: pd.DataFrame) -> pd.DataFrame:
    watched = ["n", "N", "value", "lower", "upper"]
    table = _pair(before.judgement.estimates, after.judgement.estimates, ["area", "indicator"], watched)
    return _placed(table, areas, "area")


def _other(before: Mapping[str, Any], after: Mapping[str, Any]) -> pd.DataFrame:
    """Return what differs between two manifests besides what was judged."""
    lines: list[dict[str, str]] = []
    for kind, key in OTHERS:
        then, now = (_told(said.get(key), key) for said in (before, after))
        none = NONE if kind in FILES else ""
        lines += [
            {"kind": kind, "what": name, "then": then.get(name, none), "now": now.get(name, none)}
            for name in sorted(set(then) | set(now))
            if then.get(name) != now.get(name)
        ]
    return pd.DataFrame(lines, columns=["kind", "what", "then", "now"])


FILES, NONE = ("文件", "抽样和答复"), "没有"
OTHERS = (
    ("文件", "inputs"),
    ("抽样和答复", "campaign"),
    ("参数", "params"),
    ("程序", "code"),
    ("程序", "lock"),
    ("程序包", "versions"),
    ("字体", "fonts"),
)
"""The parts of a manifest that say what a run was made from, and what each is called."""


def _told(part: Any, key: str) -> dict[str, str]:
    """Return a part of a manifest as words by name: of a file the beginning of its digest."""
    if key in ("inputs", "campaign"):
        return {one["path"]: f"摘要 {one['sha256'][:12]}…" for one in part or []}
    return dict(_flat(part, key))


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Return every leaf of a manifest's part with its dotted name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}")
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for place, inner in enumerate(value):
            yield from _flat(inner, f"{name}.{place + 1}")
    else:
        yield name, "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _placed(table: pd.DataFrame, areas: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the rows in standard order of their areas, with the area's name."""
    names, order = (
        dict(zip(areas["code"], values, strict=True)) for values in (areas["name"], range(len(areas)))
    )
    place = table[column].map(order).fillna(len(order))
    return table.assign(name=table[column].map(names).fillna(table[column]), _place=place).sort_values(
        "_place", kind="stable", ignore_index=True
    )


def _moved(rows: pd.DataFrame, areas: pd.DataFrame, code: str, needs: frozenset[str]) -> int:
    """Return how many changed rows lie in an area and in the tables a clause is judged by."""
    inside = rows["code"].isin(codes_within(areas, code))
    return int((inside & rows["name"].isin(needs)).sum())


def _needs(rule: str) -> frozenset[str]:
    return frozenset(
        name for row in rulebook_rows("rules") if row["rule_id"] == rule for name in _split(row["needs"], "|")
    )


def _split(text: str | None, by: str = ";") -> list[str]:
    return [part for part in text.split(by) if part] if isinstance(text, str) else []
