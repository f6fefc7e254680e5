"""Sentences that several pages share, so that one thing is said in one way."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import cache, lru_cache

import pandas as pd

from audit_lib.params import Run
from audit_lib.reporting.case import Case
from audit_lib.reporting.tables import print_day
from audit_lib.schemas import rulebook_rows, tables

DRAFT = "送审稿"
MADE_UP = "演示数据"
STRIP = "演示数据: 地名、单位、人员和各项数字均为编造, 不涉及任何真实地区和单位"
FOOT = (
    "本报告的结论是供有权机关核定的建议, 不是处理决定。判定按整数进行, 百分比只在写出时取整。",
    "数字来源: 自报(名录、台账、自查表、周报)、县检(县级检查)、市抽检(市级抽检)、省核查(省级核查)。",
)
NOT_NONE = "样本未发现不等于没有"

VERDICTS = {
    "not_met": "建议列为未按期完成任务地区, 待核定",
    "not_assessable": "有条款无法判定, 暂不作结论",
    "met": "适用的核心条款均达到, 待核定",
    "not_due": "期限未到, 暂不作结论",
    "not_applicable": "无适用对象",
}
"""The proposal for each result of P3-04: people decide."""

LEFT_TO_PEOPLE = "问责"
"""A clause about who answers for what is never judged here, so its text is not repeated."""


def marks(run: Run) -> tuple[str, ...]:
    """Return what stands on every page: a draft until released, and whether it is made up."""
    return (DRAFT, MADE_UP) if run.params.demo else (DRAFT,)


def strips(case: Case) -> tuple[str, ...]:
    """Return what stands above every page: that the province is made up, that readings were changed."""
    made_up = (STRIP,) if case.run.params.demo else ()
    said = chosen_readings(case)
    if not said:
        return made_up
    return (
        *made_up,
        f"本次改用口径: {'; '.join(said)}。默认口径下的结果见“指标口径与计算说明”中的“默认口径对照”",
    )


def chosen_readings(case: Case) -> list[str]:
    """Return the readings that are not the default, each with its number, title and what was chosen."""
    book, readings = case.book, case.run.params.readings
    return [
        f"{name} {book.ambiguities[name].title}({book.chosen(readings, name).short})"
        for name in readings.switched
    ]


def blanks(day: dt.date) -> dict[str, str]:
    """Return number and date of the signed paper as blanks: an office fills them in by hand."""
    return {"reference": f"　　　　〔{day.year}〕　　号", "date": "　　　年　　月　　日"}


FEW = 12
"""Names in a sentence; where there are more, the table has them."""


def shorten(names: list[str]) -> str:
    """Return names in a row; of many only the first, and how many there are.

    >>> shorten(["甲县", "乙县"])
    '甲县、乙县'
    """
    return "、".join(names) if len(names) <= FEW else "、".join(names[:FEW]) + f"等 {len(names)} 个"


def name_each(names: Iterable[str], words: Iterable[object]) -> str:
    """Return what is said of each name, in a row.

    >>> name_each(["甲县", "乙县"], [12, 7])
    '甲县 12; 乙县 7'
    """
    return "; ".join(f"{name} {said}" for name, said in zip(names, words, strict=True))


def order(case: Case) -> dict[str, int]:
    """Return the place of each area in the standard order."""
    return {code: place for place, code in enumerate(case.areas["code"])}


LEVELS = {
    "province": "省",
    "city": "市州",
    "county": "县区",
    "unit": "单位",
    "hazard": "隐患",
    "record": "记录",
    "org": "报送单位",
    "grid": "网格",
    "pilot": "试点单位",
    "team": "检查组",
    "person": "人员",
    "output": "输出",
}
"""What a rule speaks about."""


def table_names(names: pd.Series[str]) -> pd.Series[str]:
    """Return the tables' own names for their keys; what is no table keeps its word."""
    known = tables()
    return names.map(lambda name: known[name].zh if name in known else name)


@cache
def rule_titles() -> dict[str, str]:
    """Return the short name of every rule that this version judges."""
    return {row["rule_id"]: row["title"] for row in rulebook_rows("readings")}


def rule_name(rule: str) -> str:
    """Return a rule's number with its short name.

    >>> rule_name("R-03")
    'R-03 县级排查覆盖'
    """
    return f"{rule} {rule_titles().get(rule, '')}".strip()


def rule_names(rules: str) -> str:
    """Return several rules, joined by ``;``, each with its name."""
    return "; ".join(rule_name(rule.strip()) for rule in rules.replace("、", ";").split(";") if rule.strip())


def stage(case: Case) -> str:
    """Return whether this judgement is the final one."""
    return "终期判定" if case.final else "期中判定(草稿), 期限未到的条款不作判定"


def until(day: dt.date) -> str:
    """Return the end of a day as officials write it.

    >>> until(dt.date(2014, 3, 31))
    '截至2014年3月31日24时'
    """
    return f"截至{print_day(day)}24时"


HAN = "\u2e80-\u303f\u3041-\u9fff\uf900-\ufaff\uff01-\uff60\U00020000-\U000323af“”‘’—…"
ISO_DAY = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])", re.ASCII)
FILE_NAME = re.compile(r"([^\s,;:、，；：“”]+\.(?:xlsx?|csv|docx?|pdf|html|json|parquet|ipynb)(?![A-Za-z]))")
HELD = "\ue000"
FULL = {",": "，", ";": "；", ":": "："}
"""Chinese signs, a day as data have it, a file's name and what holds its place, full width (GB/T 15834)."""


@lru_cache(maxsize=100_000)
def official(text: str) -> str:
    """Return a text with full-width punctuation and no blanks beside figures; names of files stay.

    >>> official("有 12 个文件不在本报告内, 见附件(共 3 页): A-01")
    '有12个文件不在本报告内，见附件（共3页）：A-01'
    >>> official("20,001 家, 95% 区间 3.2% 至 8.1%"), official("a, b (c)")
    ('20,001家，95%区间3.2%至8.1%', 'a, b (c)')
    >>> official("名录(更正).xlsx 已加密, 请重报(工作方案二(四))")
    '名录(更正).xlsx 已加密，请重报（工作方案二（四））'
    >>> official("无法识别的行(另存 quarantine.xlsx 待查, 不减少分母)")
    '无法识别的行（另存 quarantine.xlsx 待查，不减少分母）'
    """
    names = iter(FILE_NAME.findall(text))
    return re.sub(HELD, lambda _: next(names), _official(FILE_NAME.sub(HELD, text.replace(HELD, ""))))


def _official(text: str) -> str:
    text, before = ISO_DAY.sub(_day, text), ""
    while text != before:  # one pass for each bracket within a bracket
        before = text
        text = re.sub(rf"(?<=[{HAN}]) ?\(|\((?=[^()]*[{HAN}][^()]*\))", "（", text)
        text = re.sub(r"（((?:[^()（）]|（[^()（）]*）)*)\)", r"（\1）", text)
    if re.search(rf"[{HAN}]", text):
        text = re.sub(rf"([,;:]) +|(?<=[{HAN}])([,;:])$", lambda found: FULL[(found[1] or found[2])], text)
    return re.sub(rf"(?<=[{HAN}]) (?=[\w{{▲●◇○－])|(?<=[\w%}}]) (?=[{HAN}])", "", text)


def _day(found: re.Match[str]) -> str:
    """Return a day as officials write it; what the calendar does not have stays as it is."""
    try:
        return print_day(dt.date.fromisoformat(found[0]))
    except ValueError:
        return found[0]
