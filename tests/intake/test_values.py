"""Cells as clerks write them; what is not certain is refused, never guessed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from audit_lib.errors import language
from audit_lib.intake import load_areas  # noqa: F401 - the room has to import whole
from audit_lib.intake.dates import Bad, Years, parse_date, parse_datetime, parse_time
from audit_lib.intake.numbers import parse_int, parse_money, parse_number
from audit_lib.intake.text import canonical_id, normal_name
from audit_lib.intake.values import Surroundings, convert
from audit_lib.schemas import DTYPES, Column, inputs

SPRING = Years(2014, 2014)
FIFTH = dt.date(2014, 3, 5)


def value_of(kind: str, text: str, *, choices: tuple[str, ...] = (), role: str = "optional") -> Any:
    """One cell of a column of this kind: its value, or what was due."""
    column = Column("x", "某列", kind, role, choices, (), "")
    around = Surroundings((2014, 2014), None)
    done = convert(column, pd.Series([text], dtype=object), pd.Series([""], dtype=object), around)
    due = done.due.iloc[0]
    if due is not None:
        assert pd.isna(done.values.iloc[0])
        return str(due)
    value = done.values.iloc[0]
    return None if pd.isna(value) else value


@pytest.mark.parametrize(
    "text",
    [
        "2014.3.5",
        "2014/3/5",
        "2014-03-05",
        "2014年3月5日",
        "3月5日",
        "20140305",
        "14.3.5",
        "二〇一四年三月五日",
        "二○一四年三月五日",
        "二零一四年三月五日",
        "41703",
        "'41703.0",
        "２０１４－０３－０５",
        "2014. 3. 5",
        "2014年3月5号",
        "2014-03-05 00:00:00",
        "2014年3月5日上午9点",
    ],
)
def test_every_spelling_of_a_day_is_the_same_day(text: str) -> None:
    assert parse_date(text, SPRING) == FIFTH


@pytest.mark.parametrize(
    ("text", "day"), [("二〇一四年三月十二日", 12), ("三月二十日", 20), ("3月三十一日", 31)]
)
def test_chinese_tens_are_read(text: str, day: int) -> None:
    assert parse_date(text, SPRING) == dt.date(2014, 3, day)


@pytest.mark.parametrize(
    "text",
    [
        "3.5-3.8",
        "3月上旬",
        "3月底前",
        "2014年3月",
        "3.5",
        "3/5",
        "2014-03-05至2014-03-08",
        "未整改",
        "30",
        "999999",
    ],
)
def test_what_names_no_single_day_is_refused(text: str) -> None:
    assert value_of("date", text) == "应为一个确定的日期, 如 2014-03-05"


def test_impossible_and_uncertain_years_are_told_apart() -> None:
    assert value_of("date", "2014-02-30") == "没有这一天"
    assert value_of("date", "12.3.5") == "两位数的年份不在行动年份内, 请写四位"
    two_years = parse_date("3月5日", Years(2013, 2014))
    assert isinstance(two_years, Bad)
    assert str(two_years.due) == "没有年份, 请写全, 如 2014-03-05"
    with language("en"):
        assert str(two_years.due) == "the year is missing, write it as 2014-03-05"


def test_day_numbers_of_a_1904_workbook_are_1462_days_on() -> None:
    assert parse_date("40241", Years(2014, 2014, base=1462)) == FIFTH


@pytest.mark.parametrize(
    "text",
    [
        "2014-03-14 11:00:00",
        "2014年3月14日上午11点",
        "2014/3/14 11:00",
        "3月14日 11时00分",
        "41712.4583333",
        "2014-03-14T11:00",
    ],
)
def test_every_spelling_of_a_moment_is_the_same_moment(text: str) -> None:
    assert parse_datetime(text, SPRING) == dt.datetime.fromisoformat("2014-03-14 11:00")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2014/3/1 10:40", "2014-03-01 10:40"),
        ("2014/3/2　15:00", "2014-03-02 15:00"),
        ("2014/3/7\n10:40", "2014-03-07 10:40"),
        ("2014 - 3 - 1  8:00", "2014-03-01 08:00"),
        ("2014.3.1 9:05:00", "2014-03-01 09:05"),
        ("2014年3月1 5日 8:00", "2014-03-15 08:00"),
    ],
)
def test_hour_behind_a_day_of_one_digit_is_no_part_of_the_day(text: str, moment: str) -> None:
    due = dt.datetime.fromisoformat(moment)
    assert (parse_date(text, SPRING), parse_datetime(text, SPRING)) == (due.date(), due)


def test_day_that_runs_into_other_digits_is_refused() -> None:
    assert value_of("date", "2014-3-1 8") == "应为一个确定的日期, 如 2014-03-05"
    assert value_of("date", "2014/3/110:40") == "应为一个确定的日期, 如 2014-03-05"
    assert parse_date("2014 03 05", SPRING) == FIFTH


def test_moment_without_a_time_is_refused_because_midnight_would_be_on_time() -> None:
    assert value_of("datetime", "2014-03-14") == "缺少时刻, 应如 2014-03-14 10:40"
    assert value_of("datetime", "2014-03-14 周五") == "应为时刻, 如 11:00"
    assert value_of("datetime", "2014-03-14 00:00") == pd.Timestamp(2014, 3, 14)


def test_times_of_day() -> None:
    said = ["9:30", "09:30:00", "上午9点半", "0.395833333", "9时30分", "下午3点05分", "25:00"]
    assert [parse_time(text) for text in said[:6]] == ["09:30"] * 5 + ["15:05"]
    assert value_of("time", said[6]) == "应为时刻, 如 11:00"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("１２", 12),
        ("1,200", 1200),
        ("3处", 3),
        ("三", 3),
        ("十二", 12),
        ("一百零五", 105),
        ("3.0", 3),
        ("零", 0),
    ],
)
def test_counts_are_read_exactly(text: str, number: int) -> None:
    assert parse_int(text) == number


@pytest.mark.parametrize("text", ["约30", "3.5", "-1", "1,20", "30余", "3-5", "一二", "无", "NaN", "1e3", ""])
def test_what_is_no_count_is_refused(text: str) -> None:
    assert isinstance(parse_int(text), Bad)


def test_dash_means_nothing_but_none_is_not_zero() -> None:
    assert value_of("int", "—") is None
    assert value_of("int", "无") == "应为不小于 0 的整数"
    assert value_of("text", "无") is None
    assert bool(value_of("flag", "无")) is False


def test_measures_and_shares() -> None:
    assert [parse_number(text) for text in ("95.5分", "80%", "－2")] == [95.5, 0.8, -2]
    assert value_of("number", "良好") == "应为数字"


@pytest.mark.parametrize(
    ("text", "unit", "fen"),
    [
        ("0.5万元", "", 500_000),
        ("0.5", "万元", 500_000),
        ("5000", "元", 500_000),
        ("￥5,000.00元", "万元", 500_000),
        ("0.29", "元", 29),
        ("1.005万", "元", 1_005_000),
        ("0", "", 0),
    ],
)
def test_money_is_fen_by_cell_then_header(text: str, unit: str, fen: int) -> None:
    assert parse_money(text, unit) == fen


def test_money_without_a_unit_is_refused() -> None:
    assert value_of("money", "5") == "金额没有单位, 请在表头写明(元)或(万元)"
    assert value_of("money", "0.001元") == "金额不应有不足一分的零头"
    assert value_of("money", "若干") == "应为金额, 如 0.5万元"


def test_flags_and_choices_know_their_words() -> None:
    assert [value_of("flag", word) for word in ("有", "√", "ｙ", "1")] == [True] * 4
    assert [value_of("flag", word) for word in ("否", "×", "N", "0")] == [False] * 4
    assert value_of("flag", "也许") == "应为 是 或 否"
    verdict = ("合格", "不合格", "限期整改后复查")
    assert [value_of("choice", word, choices=verdict) for word in ("通过", " 符合要求", "合格 ")] == [
        "合格"
    ] * 3
    assert value_of("choice", "基本合格", choices=verdict) == "应为 合格 | 不合格 | 限期整改后复查 之一"
    assert value_of("choice", "通过", choices=("一般", "重大")) == "应为 一般 | 重大 之一"


def test_identifiers_become_canonical_and_stay_text() -> None:
    assert [value_of("id", text) for text in ("001", "NA", " ２２0102ａ0001 ", "1e5")] == [
        "001",
        "NA",
        "220102A0001",
        "1E5",
    ]
    due = "编号应为 1 至 64 个字符, 不含空格、逗号和控制符"
    assert {value_of("id", text) for text in ("A 1", "A,1", "A" * 65, "A\u200b1", "A\t1")} == {due}
    assert canonical_id("ŉ") == canonical_id(canonical_id("ŉ"))


def test_long_numbers_that_lost_their_tail_are_refused() -> None:
    due = "长数字已被改成科学记数法, 末尾各位已丢失; 请把该列设为文本后重填"
    assert value_of("id", "2.20102E+16") == value_of("text", "9.11100E+17") == due


def test_failed_formula_is_refused_in_every_kind() -> None:
    for kind in DTYPES:
        assert value_of(kind, "#REF!", choices=("合格",)) == "公式出错, 请改为实际的值"


def test_people_are_joined_by_one_sign() -> None:
    assert value_of("people", "张三,李四；王五/赵六") == "张三、李四、王五、赵六"
    assert value_of("people", "李　明 王小二") == "李明、王小二"
    assert value_of("people", "李 明 王 五") == "李明、王五"


def test_text_keeps_what_was_written_and_folds_codes() -> None:
    assert value_of("name", "甲（一）<b>\n诊所") == "甲（一）<b>\n诊所"
    assert value_of("text", "Ｄ2143569－X") == "D2143569-X"
    assert value_of("text", "（甲）", role="key") == "(甲)"
    assert normal_name("甲 （一）\n诊所（公章）") == normal_name("甲(一)诊所") == "甲(一)诊所"


def test_phones() -> None:
    assert value_of("phone", "０４３１—88901234") == "0431-88901234"
    assert value_of("phone", "办公室") == "应为电话号码, 如 0431-88901234"


def test_every_kind_of_the_rulebook_can_be_read() -> None:
    kinds = {column.kind for table in inputs().values() for column in table.columns}
    assert all(value_of(kind, "—") is None for kind in kinds)


def test_numerals_spoken_short_are_what_is_meant() -> None:
    said = {
        "二百五": 250,
        "一千二": 1200,
        "两百三": 230,
        "三百零五": 305,
        "二百五十": 250,
        "一千零五十": 1050,
        "十五": 15,
    }
    assert {text: parse_int(text) for text in said} == said


def test_times_around_noon_and_midnight_are_read_or_refused() -> None:
    years = Years(2014, 2014)
    said = {
        "3月14日中午1点": "2014-03-14T13:00:00",
        "3月14日中午12点": "2014-03-14T12:00:00",
        "3月14日中午11点半": "2014-03-14T11:30:00",
        "2014/3/14 12:05 AM": "2014-03-14T00:05:00",
        "2014/3/14 12:05 PM": "2014-03-14T12:05:00",
        "3月14日凌晨12点30分": "2014-03-14T00:30:00",
        "3月14日晚上8点": "2014-03-14T20:00:00",
    }
    read = {text: parse_datetime(text, years) for text in said}
    assert {text: moment.isoformat() for text, moment in read.items() if not isinstance(moment, Bad)} == said
    for text in ("3月13日晚上12点", "3月13日晚上1点"):
        moment = parse_datetime(text, years)
        assert isinstance(moment, Bad)
        assert moment.due.zh == "夜里的时刻分不清属于哪一天, 请按 24 小时制写, 如 00:00"


def test_key_spread_by_a_space_is_one_key() -> None:
    column = next(column for column in inputs()["weekly"].columns if column.name == "body")
    told = convert(column, pd.Series(["甲市 卫生局", "甲市卫生局", "A 1"]), pd.Series(["", "", ""]),
                   Surroundings((2014, 2014), None)).values  # fmt: skip
    assert told.tolist() == ["甲市卫生局", "甲市卫生局", "A 1"]


def test_number_of_a_hazard_is_the_same_however_it_is_typed() -> None:
    for table, name in (("listings", "hazard_id"), ("hazards", "hazard_id"), ("hazards", "same_as")):
        texts = pd.Series(["GQ-001", "gq-001", "GQ- 001", "ＧＱ－001"], dtype=object)
        column = inputs()[table].column(name)
        done = convert(column, texts, pd.Series([""] * 4, dtype=object), Surroundings((2014, 2014), None))
        assert done.values.tolist() == ["GQ-001"] * 4
