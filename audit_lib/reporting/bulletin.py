"""The weekly bulletin: what officials ask for first, then the four parts of a progress report.

Who has not reported; what changed; majors by name; whether the numbers tie. Then 本周进展, 主要做法,
存在问题, 下周安排, each with what data can say and no more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from audit_lib.compliance import weekly_measures
from audit_lib.reporting.facts import hour_number, spot_rate
from audit_lib.reporting.friday import CHECKS, friday_section, ties_section
from audit_lib.reporting.grids import make_grid
from audit_lib.reporting.majors import majors_words
from audit_lib.reporting.model import Block, Number, Paragraph, Part, Report, Section, join_parts, unite
from audit_lib.reporting.pace import next_week_section
from audit_lib.reporting.tables import print_day
from audit_lib.reporting.week import STATES, Week, sum_up, week_folder
from audit_lib.reporting.weekly import compare_weeks
from audit_lib.reporting.words import FOOT, blanks, marks, strips, until
from audit_lib.reporting.writing import FORMATS, render_report, write_files

FEW = 12
"""Rows of a list on the first screen; the whole list stands further down."""


def weekly_report(week: Week) -> Report:
    """Return the bulletin of one Friday."""
    case = week.case
    return Report(
        area=case.code,
        title=f"{case.name}每周进展情况({print_day(week.friday)})",
        subtitle=case.run.params.campaign,
        marks=marks(case.run),
        facts=(
            ("周次", print_day(week.friday)),
            ("数字截至", until(week.thursday).removeprefix("截至")),
            ("收到情况已知到", until(week.known).removeprefix("截至")),
            ("地区代码", case.code),
            ("运行", case.run.params.run),
        ),
        sections=(
            _first_screen(week),
            _progress(week),
            _practice(week),
            _troubles(week),
            next_week_section(week),
            friday_section(week),
            ties_section(week),
        ),
        strips=strips(case),
        foot=FOOT,
        **blanks(week.friday),
    )


def write_weekly(week: Week, report: Report) -> pd.DataFrame:
    """Write a bulletin in every format, all of one model; return what was written.

    Returns
    -------
    DataFrame[file, bytes, sha256]
    """
    folder = week_folder(week.case.run, week.friday.isoformat()) / report.area
    return write_files(folder, render_report(week.case, report, FORMATS, stem="weekly"))


def _first_screen(week: Week) -> Section:
    parts: list[Part] = [
        ([Paragraph("周报报送", "heading")], []),
        _received(week),
        ([Paragraph("本周变化", "heading")], []),
        _change(week),
        ([Paragraph("需督办的重大隐患", "heading")], []),
        majors_words(week.case),
        ([Paragraph("数字核对", "heading")], []),
        _tie_words(week),
    ]
    return join_parts("overview", "一页概览", parts)


def _received(week: Week) -> Part:
    """Say who has handed in by the hour, late, or not at all, by name."""
    reports = week.reports
    blocks: list[Block] = []
    counts = reports["state"].value_counts()
    numbers = [hour_number(week.case)]
    numbers += [Number("reports_due", "应报单位", "count", len(reports), "周报登记", unit="个")]
    said = "应报 {reports_due} 个单位"
    for state, words in STATES.items():
        if not int(counts.get(state, 0)) and state != "on_time":
            continue
        key = f"reports_{state}"
        numbers.append(
            Number(key, words, "count", int(counts.get(state, 0)), "周报登记", unit="个", rows="报送情况")
        )
        said += f", {words} {{{key}}} 个"
        names = reports.loc[reports["state"] == state, "body"]
        if state != "on_time":
            numbers.append(Number(f"names_{state}", f"{words}的单位", "text", "、".join(names), "周报登记"))
            blocks.append(
                Paragraph(f"{words}: {{names_{state}}}。", "warning" if state == "missing" else "plain")
            )
    return [Paragraph(f"{said}(周五 {{hour}} 整收到的仍为按时)。", "lead"), *blocks], numbers


def _change(week: Week) -> Part:
    figures = [*weekly_measures()]
    both = week.reports[week.reports["times"].notna()]
    before = both[[f"{key}_before" for key in figures]].set_axis(figures, axis=1)
    given = before.notna().any(axis=1)
    table = compare_weeks(both.loc[given, figures], before[given])
    number = Number("bodies_both", "两周都有数字的单位", "count", int(given.sum()), "自报", unit="个")
    note = Paragraph("据各地报送(自报)的合计, 只比较两周都报了数字的 {bodies_both} 个单位。", "note")
    grid = make_grid("与上周五相比 周报", table[table["now"].notna()])
    return [grid, note], [number]


def _tie_words(week: Week) -> Part:
    if week.found.empty:
        return [Paragraph("收到的周报前后一致, 与台账记录一致。")], []
    counts = week.found["check"].value_counts()
    found = [("found", "对不上的数字", len(week.found))]
    found += [
        (f"found_{check}", words, int(counts[check])) for check, words in CHECKS.items() if check in counts
    ]
    numbers = [
        Number(key, words, "count", count, "周报核对", unit="处", rows="对不上的数字")
        for key, words, count in found
    ]
    said = "、".join(f"{number.label} {{{number.key}}} 处" for number in numbers[1:])
    sentence = f"收到的周报中有 {{found}} 处数字对不上: {said}。数字对不上是要问清的事, 不是结论。"
    return [Paragraph(sentence)], numbers


def _progress(week: Week) -> Section:
    """一、本周进展: counts before rates, by the bodies' own word, beside what the tables hold."""
    reports, numbers = week.reports, []

    def figure(key: str, *, change: bool = True) -> str:
        measure = weekly_measures()[key]
        now, moved = sum_up(reports, key)
        numbers.append(Number(key, measure.zh, "count", now, "自报", unit=measure.unit, rows="周报表"))
        words = f"{measure.zh} {{{key}}} {measure.unit}"
        if change and moved is not None:
            numbers.append(
                Number(f"{key}_week", f"本周新增{measure.zh}", "count", moved, "自报", unit=measure.unit)
            )
            words += f"(本周增加 {{{key}_week}} {measure.unit})"
        return words

    def rate(key: str, label: str, part: str, whole: str) -> str:
        given = reports[[part, whole]].dropna()
        numbers.append(
            Number(
                key,
                label,
                "share",
                int(given[part].sum()),
                "自报",
                int(given[whole].sum()),
                spot_rate(),
                rows="周报表",
            )
        )
        return f"{label} {{{key}}}"

    sentences = [
        f"据各地报送, {until(week.thursday)}, {figure('units_due', change=False)}, {figure('self_checked')}, "
        f"{figure('inspected')}, {rate('weekly_coverage', '检查覆盖率', 'inspected', 'units_due')}; "
        f"{figure('passed', change=False)}, {figure('spot_done')}, "
        f"{rate('weekly_spot', '市级抽检率', 'spot_done', 'passed')}。",
        f"{figure('general_found')}, {figure('general_closed')}, "
        f"{rate('weekly_general', '一般隐患整改率', 'general_closed', 'general_found')}; "
        f"{figure('major_found')}, {figure('major_closed')}, {figure('major_planned', change=False)}, "
        f"{figure('major_listed')}。",
    ]
    funds = sum_up(reports, "fund_total")[0]
    numbers.append(Number("fund_total", "累计落实资金", "money", funds, "自报", unit="万元"))
    sentences.append("累计落实资金 {fund_total} 万元。合计只含本周报了数字的单位; 各单位的数字见附件1。")
    return Section("progress", "一、本周进展", tuple(Paragraph(text) for text in sentences), unite(numbers))


def _practice(week: Week) -> Section:
    """二、主要做法: what was done in the week by the dated rows, and who has finished."""
    names = week.case.names()
    then, now = (_row(week, day) for day in (week.before, week.thursday))
    numbers: list[Number] = []
    said = []
    for key, words in (
        ("inspected", "新完成县级检查的单位"),
        ("self_checked", "新完成自查的单位"),
        ("spot_done", "新完成市级抽检的单位"),
        ("general_closed", "复查合格的一般隐患"),
        ("major_closed", "复查合格的重大隐患"),
        ("major_listed", "新挂牌的重大隐患"),
    ):
        unit = weekly_measures()[key].unit
        numbers.append(Number(f"did_{key}", words, "count", int(now[key] - then[key]), "各表记录", unit=unit))
        said.append(f"{words} {{did_{key}}} {unit}")
    done = week.pace[(week.pace["measure"] == "inspected") & (week.pace["done"] >= week.pace["due"])]
    blocks: list[Block] = [
        Paragraph(f"按县检、自查、抽检、台账各表有日期的记录, {_span(week)}: " + "、".join(said) + "。")
    ]
    if len(done):
        numbers.append(
            Number("finished", "县级检查已全部完成的市州", "text", "、".join(done["area"].map(names)), "县检")
        )
        blocks.append(Paragraph("县级检查已全部完成的: {finished}。"))
    blocks.append(Paragraph("做法和经验数据不能说明, 由报送单位的文字报告补充。", "note"))
    return Section("practice", "二、主要做法", tuple(blocks), tuple(numbers))


def _troubles(week: Week) -> Section:
    """三、存在问题: by kind, each with a count and names."""
    rows = []
    for state in ("missing", "waiting", "late", "undated"):
        late = week.reports[week.reports["state"] == state]
        rows += [_trouble(f"周报{STATES[state]}", len(late), "个单位", late["body"])] if len(late) else []
    for check, words in CHECKS.items():
        found = week.found[week.found["check"] == check]
        rows += [_trouble(words, len(found), "处", found["body"])] if len(found) else []
    table = pd.DataFrame(rows, columns=["kind", "count", "unit", "names"])
    grid = make_grid("存在问题", table)
    majors, numbers = majors_words(week.case, listed=False)
    return Section("troubles", "三、存在问题", (grid, *majors), tuple(numbers))


def _trouble(kind: str, count: int, unit: str, bodies: Iterable[str]) -> dict[str, object]:
    return {"kind": kind, "count": count, "unit": unit, "names": "、".join(dict.fromkeys(bodies))}


def _row(week: Week, day: dt.date) -> pd.Series[int]:
    """Return the counts of the report's area at the end of a day; a province is all its counties."""
    case = week.case
    codes = case.counties["code"] if case.level == "province" else [case.code]
    keys = pd.MultiIndex.from_product([codes, [pd.Timestamp(day)]])
    return week.counted.reindex(keys, fill_value=0).sum()


def _span(week: Week) -> str:
    first = week.before + dt.timedelta(days=1)
    return f"{print_day(first)}至{print_day(week.thursday)}"
