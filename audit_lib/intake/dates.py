"""Days and times as clerks write them; what is not one certain day is refused.

A date without a year belongs to the campaign's
year; ranges, ten-day periods and ``底前`` name no day and are refused, never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from audit_lib.errors import Text

EPOCH = dt.date(1899, 12, 30)
"""Day 0 of spreadsheets that count from 1900, with Excel's leap day of 1900 that never was."""

SERIALS = (36526, 54788)
"""Day numbers taken for dates: 2000-01-01 to 2049-12-31. Other numbers are counts, not days."""

NOT_A_DAY = Text("应为一个确定的日期, 如 2014-03-05", "one certain day is due, as 2014-03-05")
NO_SUCH_DAY = Text("没有这一天", "there is no such day")
NO_YEAR = Text("没有年份, 请写全, 如 2014-03-05", "the year is missing, write it as 2014-03-05")
WRONG_YEAR = Text("两位数的年份不在行动年份内, 请写四位", "a two-digit year outside the campaign, write four")
NOT_A_TIME = Text("应为时刻, 如 11:00", "a time of day is due, as 11:00")
WHOSE_NIGHT = Text(
    "夜里的时刻分不清属于哪一天, 请按 24 小时制写, 如 00:00",
    "it is unclear which day a time of the night belongs to, write it in 24 hours, as 00:00",
)
NO_TIME = Text("缺少时刻, 应如 2014-03-14 10:40", "the time of day is missing, due as 2014-03-14 10:40")


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that cannot be read; ``due`` says what should stand there."""

    due: Text


@dataclass(frozen=True, slots=True)
class Years:
    """Years of the campaign; ``base`` is added to day numbers of a 1904 workbook."""

    first: int
    last: int
    base: int = 0


_EVENING, _NOON = 5, 10
"""From which hour on 晚上 is the evening, and up to which 中午 is after noon."""
_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TIME = (
    r"(?:T|上午|下午|早上|晚上|中午|凌晨)?"
    r"(?:\d{1,2}(?::\d{1,2}(?::\d{1,2}(?:\.0+)?)?|[时点](?:整|半|\d{1,2}分?)?(?:\d{1,2}秒)?)(?:AM|PM)?)?"
)
_FULL = re.compile(r"(\d{4}|\d{2})([-./年])(\d{1,2})([-./月])(\d{1,2})(?!\d)[日号.]?")
_YEARLESS = re.compile(r"(\d{1,2})月(\d{1,2})[日号]")
_COMPACT = re.compile(r"(\d{4}) ?(\d{2}) ?(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_CLOCK = re.compile(
    r"(T|上午|下午|早上|晚上|中午|凌晨)?(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.0+)?)?"
    r"|[时点](?:(整)|(半)|(\d{1,2})分?)?(?:(\d{1,2})秒)?)(AM|PM)?"
)
_LOOSE = re.compile(r"(?<!\d) +| +(?!\d)| +(?=[\d ]*[年月日号])")
"""Spaces that part nothing: only one between two numbers does, as in ``2014/3/1 10:40``."""
_CHINESE_DAY = re.compile(r"[〇零○一二三四五六七八九十]+")


def parse_date(text: str, years: Years) -> dt.date | Bad:
    """Return the day that a cell names; a time of day behind it is left aside.

    >>> parse_date("二〇一四年三月五日", Years(2014, 2014))
    datetime.date(2014, 3, 5)
    >>> parse_date("3月上旬", Years(2014, 2014)).due.en
    'one certain day is due, as 2014-03-05'
    """
    plain = _plain(text)
    day, rest = _leading_day(plain, years)
    if isinstance(day, Bad) or re.fullmatch(_TIME, rest):
        return day
    return Bad(NOT_A_DAY)


def parse_datetime(text: str, years: Years) -> dt.datetime | Bad:
    """Return the moment that a cell names, to the second.

    >>> parse_datetime("3月14日上午11点", Years(2014, 2014))
    datetime.datetime(2014, 3, 14, 11, 0)
    """
    plain = _plain(text)
    if _SERIAL.fullmatch(plain) and "." in plain:
        return _serial_moment(Decimal(plain), years)
    day, rest = _leading_day(plain, years)
    if isinstance(day, Bad):
        return day
    if not rest:
        return Bad(NO_TIME)
    clock = _clock(rest)
    return clock if isinstance(clock, Bad) else dt.datetime.combine(day, clock)


def parse_time(text: str) -> str | Bad:
    """Return a time of day as ``HH:MM`` (``HH:MM:SS`` where seconds are given).

    >>> parse_time("下午3点半")
    '15:30'
    """
    plain = _plain(text)
    if re.fullmatch(r"0?\.\d+", plain):
        seconds = int((Decimal(plain) * 86400).to_integral_value())
        plain = f"{seconds // 3600}:{seconds // 60 % 60}:{seconds % 60}"
    clock = _clock(plain)
    if isinstance(clock, Bad):
        return clock
    return clock.strftime("%H:%M:%S" if clock.second else "%H:%M")


def _plain(text: str) -> str:
    """Fold widths and spaces, and turn Chinese numerals of a day into digits."""
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).replace("○", "〇")).upper()
    joined = _LOOSE.sub("", spaced).lstrip("'")
    return _CHINESE_DAY.sub(_chinese, joined) if _CHINESE_DAY.search(joined) else joined


def _chinese(found: re.Match[str]) -> str:
    word = found[0]
    if "十" not in word:
        return word.translate(_DIGITS)
    tens, _, ones = word.partition("十")
    return f"{tens.translate(_DIGITS) or '1'}{ones.translate(_DIGITS) or '0'}"


def _leading_day(plain: str, years: Years) -> tuple[dt.date | Bad, str]:
    """The day at the start of a text, and what follows it."""
    if (found := _FULL.match(plain)) and (found[2] != "年" or found[4] == "月"):
        return _day(found[1], found[3], found[5], years), plain[found.end() :].lstrip()
    if found := _YEARLESS.match(plain):
        if years.first != years.last:
            return Bad(NO_YEAR), ""
        return _day(str(years.first), found[1], found[2], years), plain[found.end() :]
    if found := _COMPACT.fullmatch(plain):
        return _day(found[1], found[2], found[3], years), ""
    if _SERIAL.fullmatch(plain):
        number = int(Decimal(plain)) + years.base
        if SERIALS[0] <= number <= SERIALS[1]:
            return EPOCH + dt.timedelta(days=number), ""
    return Bad(NOT_A_DAY), ""


def _day(year: str, month: str, day: str, years: Years) -> dt.date | Bad:
    whole = int(year)
    if len(year) == 2:  # noqa: PLR2004 - digits of a year
        whole += years.first // 100 * 100
        if not years.first <= whole <= years.last:
            return Bad(WRONG_YEAR)
    try:
        return dt.date(whole, int(month), int(day))
    except ValueError:
        return Bad(NO_SUCH_DAY)


def _clock(plain: str) -> dt.time | Bad:
    found = _CLOCK.fullmatch(plain)
    if not found:
        return Bad(NOT_A_TIME)
    half, hour = found[1] or found[9] or "", int(found[2])
    minute = 30 if found[6] else int(found[3] or found[7] or 0)
    second = int(found[4] or found[8] or 0)
    if half == "晚上" and not _EVENING <= hour % 12 < 12:  # noqa: PLR2004 - hours of half a day
        return Bad(WHOSE_NIGHT)
    if hour < 12 and (half in {"下午", "晚上", "PM"} or (half == "中午" and hour < _NOON)):  # noqa: PLR2004
        hour += 12
    elif hour == 12 and half in {"AM", "凌晨"}:  # noqa: PLR2004
        hour = 0
    try:
        return dt.time(hour, minute, second)
    except ValueError:
        return Bad(NOT_A_TIME)


def _serial_moment(number: Decimal, years: Years) -> dt.datetime | Bad:
    whole = int(number)
    if not SERIALS[0] <= whole + years.base <= SERIALS[1]:
        return Bad(NOT_A_DAY)
    seconds = int(((number - whole) * 86400).to_integral_value())
    start = dt.datetime.combine(EPOCH + dt.timedelta(days=whole + years.base), dt.time())
    return start + dt.timedelta(seconds=seconds)
