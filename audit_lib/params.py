"""Params: what one run chooses, checked against one declared model.

A choice is a field with a type, a range and a default that the plan supports; what the
model does not know is refused by the line it stands in, with the nearest key it knows.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from audit_lib.errors import ParamsError, Text
from audit_lib.misfits import misfits
from audit_lib.strict_yaml import load_yaml


def _day(value: object) -> dt.date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return dt.date.fromisoformat(value)
    raise ValueError("date")


Day = Annotated[dt.date, BeforeValidator(_day, json_schema_input_type=str)]
Name = Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")]
Count = Annotated[int, Field(ge=1)]
Whole = Annotated[int, Field(ge=0)]
Confidence = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Strict(BaseModel):
    """No unknown key, no silent conversion, no change after reading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Window(Strict):
    """First and last day of the campaign."""

    start: Day = dt.date(2014, 2, 1)
    end: Day = dt.date(2014, 3, 31)


class Source(Strict):
    """Files of one table and how their columns are called there.

    In ``files``, ``postgresql://HOST/DB?table=T`` or ``spark:TABLE`` is a table of a database; its
    password stands in the environment only.
    ``columns`` names headers for a column, ``values`` translates cell texts,
    ``constants`` fills a column, ``compose`` makes one from others as ``{A}-{B}``.
    ``take`` keeps only the first or last row per ``per`` in the order of ``order``,
    of groups with ``at_least`` rows.
    """

    files: list[str]
    sheets: list[str] = []
    columns: dict[str, str | list[str]] = {}
    values: dict[str, dict[str, str]] = {}
    constants: dict[str, str] = {}
    compose: dict[str, str] = {}
    take: Literal["all", "first", "last"] = "all"
    per: list[str] = []
    order: list[str] = []
    at_least: Count = 1


class Draw(Strict):
    """One draw: which units, how many, and where its seed comes from.

    ``looks``: how often, at most, may be decided while the sample is extended; ``extends`` names
    the draw whose remaining units this one draws from, with a seed of its own. ``neyman`` names an
    earlier draw whose findings say where visits are worth most. ``scores``, a file with a risk score
    for each unit, gives unannounced visits unequal chances.
    """

    purpose: Literal["city_check", "recheck", "unannounced"]
    cutoff: Day
    rate: str = "20%"
    teams: Count = 5
    days: Count = 12
    visits_a_day: Count = 4
    minimum_per_city: Whole = 5
    minimum_per_stratum: Whole = 2
    counties: Literal["ceil", "at_least_1"] = "ceil"
    key_units: Literal["as-others", "all"] = "as-others"
    reserves: Whole = 2
    looks: Count = 1
    extends: Name | None = None
    neyman: Name | None = None
    scores: str | None = None
    areas: list[str] = []
    seed_source: str
    seed: str | None = None
    evidence: str | None = None

    @property
    def total(self) -> int:
        """Visits that a re-check can make: teams x days x visits a day."""
        return self.teams * self.days * self.visits_a_day


class Sampling(Strict):
    """How frames are made; ``strata`` says whether the types of units are those of WS 218, which
    have groups in the rulebook, or make a group each as they are read.
    """

    strata: Literal["ws218", "as-read"] = "ws218"
    smallest_stratum: Count = 10
    merge_order: list[str] = [
        "村卫生室",
        "诊所门诊部",
        "社区卫生",
        "乡镇卫生院",
        "公共卫生",
        "计生服务",
        "医院",
    ]


class Estimates(Strict):
    """How sure a statement from a sample must be, and the limit it is held against."""

    confidence: Confidence = 0.95
    limit: Share | None = None


class Assignment(Strict):
    """Who inspects the units of a draw: the days of the tour, and how much one inspector can do.

    ``people`` at each unit, one of them able to lead; ``most`` visits of one inspector in all;
    ``from_areas`` names the areas whose inspectors may be sent, none: all of them.
    """

    draw: Name
    tour: Annotated[list[Day], Field(min_length=1)]
    people: Annotated[int, Field(ge=2)] = 2
    visits_a_day: Count = 4
    most: Count | None = None
    from_areas: list[str] = []


class Readings(Strict):
    """Readings of clauses that the plan leaves open, where another than the default may be chosen.

    Named by their numbers in the rulebook: A1 what a fifth is taken of, A7 what 五落实 asks for,
    A11 whether a county that is its own city reports for itself, A12 whether it is checked as one.
    """

    A1: Literal["passed", "inspected", "roster"] = "passed"
    A7: Literal["five", "scheme", "national", "six", "minimum"] = "five"
    A11: Literal["own", "city"] = "own"
    A12: Literal["own", "city"] = "own"

    @property
    def switched(self) -> list[str]:
        """Numbers of the readings that are not the default."""
        return [name for name in type(self).model_fields if getattr(self, name) != getattr(_AS_READ, name)]


_AS_READ = Readings()


class Investigation(Strict):
    """The list of visits that an investigation proposes: how many, and by which lot.

    The seed is public: the list is a proposal. A secret one takes a draw of purpose ``unannounced``.
    """

    visits: Count = 20
    seed: str = "investigation-2014"


class Making(Strict):
    """Size and seed of a made-up province, made before the run."""

    units: Count = 20_000
    seed: Whole = 2014


class Region(Strict):
    """The name of the whole where the areas are read from the roster."""

    code: str
    name: str


class Params(Strict):
    """Everything one run chooses; ``folder``, ``data`` and ``output`` are resolved on reading.

    ``findings`` are the field workbooks that came back, as patterns of files.

    ``rulebook`` is the name of one that is shipped, or a folder of CSV files beside the params.
    """

    run: Name
    campaign: str
    demo: bool = False
    make: Making | None = None
    as_of: Day = dt.date(2014, 3, 31)
    window: Window = Window()
    output: str | None = None
    data: str | None = None
    areas: str = "jilin-2013"
    region: Region | None = None
    inputs: dict[str, list[Source]]
    cutoffs: list[Day] = [dt.date(2014, 3, 10), dt.date(2014, 3, 17), dt.date(2014, 3, 24)]
    draws: dict[Name, Draw] = {}
    findings: list[str] = []
    assignment: Assignment | None = None
    sampling: Sampling = Sampling()
    estimates: Estimates = Estimates()
    readings: Readings = Readings()
    investigation: Investigation = Investigation()
    rulebook: str = "spring-2014"
    rules: list[str] = []


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """A params file as read: the choices, and the folders they mean.

    ``file`` is the params file, ``data`` the folder that input patterns start from,
    ``output`` the one folder that is written to.
    """

    params: Params
    file: Path
    data: Path
    output: Path

    @property
    def folder(self) -> Path:
        """Where the stages of this run write."""
        return self.output / "runs" / self.params.run

    @property
    def campaign(self) -> Path:
        """Where lies what lasts longer than a run."""
        return self.output / "campaign"


OUTPUT = "AUDIT_OUTPUT"
"""Variable of the environment that names another output folder: a run that is checked writes apart,
and its kernels, which read the same params file, have to find it there."""


def read_params(file: Path, *, as_of: dt.date | None = None) -> Run:
    """Read a params file.

    Parameters
    ----------
    file : YAML in UTF-8; paths in it are relative to its folder
    as_of : day judged, instead of the file's own

    Raises
    ------
    ParamsError   the file cannot be read or says something it may not; each problem
                  names its line, what was read, and the nearest known key
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as missing:
        raise ParamsError(
            f"找不到参数文件 {file}, 请核对路径", f"no params file {file}: check the path"
        ) from missing
    except (OSError, UnicodeDecodeError) as broken:
        raise ParamsError(
            f"参数文件 {file} 读不出(应为 UTF-8 文本)", f"params file {file} cannot be read as UTF-8"
        ) from broken
    params = _parse(text, file.name)
    if as_of is not None:
        params = params.model_copy(update={"as_of": as_of})
    if wrong := next(_contradictions(params), None):
        raise ParamsError(f"{file.name}: {wrong.zh}", f"{file.name}: {wrong.en}")
    home = file.resolve().parent
    output = (home / params.output) if params.output else Path.cwd() / "out"
    if OUTPUT in os.environ:
        output = Path(os.environ[OUTPUT])
    data = home / params.data if params.data else (output / "demo-data" if params.make else home)
    return Run(params, file, data, output)


def expand_environment(pattern: str) -> str | None:
    """Return a file pattern with ``${NAME}`` replaced; None where NAME is not set.

    >>> expand_environment("名录/*.xlsx")
    '名录/*.xlsx'
    """
    names = re.findall(r"\$\{(\w+)\}", pattern)
    if any(name not in os.environ for name in names):
        return None
    return re.sub(r"\$\{(\w+)\}", lambda found: os.environ[found[1]], pattern)


def json_schema() -> dict[str, Any]:
    """Return the JSON schema that editors use to complete and check params files."""
    return Params.model_json_schema()


_PASSWORD = re.compile(r"postgresql://[^\s/@]*:[^\s/@]*@|postgresql://\S*password=")


def _check_passwords(text: str, name: str) -> None:
    """Refuse a password before anything is parsed that could be shown in a message."""
    wrong = [row for row, line in enumerate(text.splitlines(), start=1) if _PASSWORD.search(line)]
    if wrong:
        shown = "、".join(map(str, wrong))
        raise ParamsError(
            f"{name} 第 {shown} 行: 数据库地址里不能写密码; 请删去, 把密码放在环境变量 PGPASSWORD 中",
            f"{name} line {shown}: no password in a database's address; set PGPASSWORD in the environment",
        )


def _contradictions(params: Params) -> Iterator[Text]:
    """What choices say together that each of them may say; refused, rather than one of them ignored."""
    loose = [draw for draw, choice in params.draws.items() if choice.seed is not None and not params.demo]
    if loose:
        yield Text(
            f"只有演示(demo: true)可以在参数里写种子; 请删去 {'、'.join(loose)} 的 seed, "
            "在方案公布之后用 audit draw --seed 给出",
            f"only a demo may carry seeds in its params; remove seed of {', '.join(loose)} "
            "and give it to audit draw --seed after the plan is published",
        )
    if params.make and not params.demo:
        yield Text(
            "编造数据(make)只能用于演示, 请写 demo: true",
            "only a demo may make its data up (make); write demo: true",
        )
    start, end = params.window.start, params.window.end
    if start > end:
        yield Text(
            f"window 的 start {start} 晚于 end {end}", f"the window starts on {start}, after its end {end}"
        )
    for draw, choice in params.draws.items():
        if choice.scores is not None and (choice.purpose != "unannounced" or choice.neyman):
            yield Text(
                f"抽样“{draw}”: scores(风险分)只用于暗访(unannounced), 且不与 neyman 同用",
                f'draw "{draw}": scores are for purpose unannounced, and not together with neyman',
            )
        if choice.neyman and (choice.purpose == "city_check" or choice.neyman not in params.draws):
            known = "、".join(params.draws)
            yield Text(
                f"抽样“{draw}”: neyman 须是另一次抽样的名称({known}), 不用于市级抽检(city_check)",
                f'draw "{draw}": neyman names another draw ({known}), and is not for a city_check',
            )


@lru_cache(maxsize=4)
def _parse(text: str, name: str) -> Params:
    """Return the choices of a text; each report of a batch asks for the same."""
    _check_passwords(text, name)
    tree, lines = load_yaml(text, name)
    try:
        return Params.model_validate(tree)
    except pydantic.ValidationError as wrong:
        problems = misfits(wrong, Params, lines, name)
        raise ParamsError(f"{name} 不能使用", f"{name} cannot be used", problems) from wrong
