"""One area of one run, opened for a report: what was read, what was judged, what was drawn."""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import pandas as pd

from audit_lib.compliance import Judgement, Rulebook, run_rulebook
from audit_lib.errors import ParamsError, ReportError
from audit_lib.intake import Intake, city_codes
from audit_lib.params import Run, read_params
from audit_lib.reporting.draws import DrawnCase
from audit_lib.reporting.tables import facts_table
from audit_lib.reporting.whole import Whole, load_whole, make_whole, rule_places, rules_within

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a report of one area may speak about.

    Attributes
    ----------
    code, name, level : of the area; an area that is county and city at once has level county
    areas : all areas of the tree in standard order, with a column ``city``
    tables : the input tables as read;  files, problems, quarantine : what reading them gave
    rules, indicators, scores, estimates, verdicts, ageing : the judgement
    codes : of the area itself and of everything in it; ``rules`` has no others
    draws : the draws of the campaign that this run names
    as_of : the day judged, its end
    spread : how deadlines and closings of each area lie over the days
    questions : what was put to a person, with the answers there are
    switched : rows of rules that a reading chosen instead of the default moved
    """

    run: Run
    code: str
    name: str
    level: str
    codes: frozenset[str]
    areas: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    files: pd.DataFrame
    problems: pd.DataFrame
    quarantine: pd.DataFrame
    rules: pd.DataFrame
    indicators: pd.DataFrame
    scores: pd.DataFrame
    estimates: pd.DataFrame
    verdicts: pd.DataFrame
    draws: tuple[DrawnCase, ...]
    as_of: dt.date
    questions: pd.DataFrame
    switched: pd.DataFrame
    ageing: pd.DataFrame
    spread: pd.DataFrame
    made: dict[Callable[..., Any], Any] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What ``once`` keeps; a case that is changed by ``dataclasses.replace`` starts with nothing."""

    @property
    def book(self) -> Rulebook:
        """The rulebook that the run was judged by."""
        return run_rulebook(self.run)

    @property
    def own_city(self) -> bool:
        """Whether the area is a county that stands for itself, without a city above it."""
        return bool(self.areas.set_index("code")["kind"].get(self.code) == "own_city")

    @property
    def final(self) -> bool:
        """Whether the day judged is the last day of the campaign or later."""
        return self.as_of >= self.run.params.window.end

    def speaks(self, *rules: str) -> bool:
        """Whether the run judges at least one of these rules; params that name none mean all."""
        return not self.run.params.rules or not set(rules).isdisjoint(self.run.params.rules)

    @property
    def cities(self) -> pd.DataFrame:
        """The cities of the report, and the counties that are their own city, in standard order."""
        order = city_codes(self.areas)
        rows = self.areas.set_index("code", drop=False).loc[order].reset_index(drop=True)
        return rows if self.level == "province" else rows[rows["code"] == self.code]

    @property
    def counties(self) -> pd.DataFrame:
        """The county-level areas of the report in standard order."""
        rows = self.areas[self.areas["level"] == "county"]
        return rows[rows["code"].isin(self.codes)]

    @property
    def summary(self) -> pd.DataFrame:
        """What was opened, as a notebook shows it first."""
        refused = int(self.files["status"].isin(["refused", "missing"]).sum())
        said = {
            "地区": f"{self.name}({self.code})",
            "运行": self.run.params.run,
            "判定日": f"{self.as_of.isoformat()} 24时",
            "读入的文件": f"{int((self.files['status'] == 'read').sum())} 个, 未能使用 {refused} 个",
            "抽样": "、".join(draw.name for draw in self.draws) or "无",
        }
        return facts_table(said)

    def inside(self, codes: pd.Series[str]) -> pd.Series[bool]:
        """Say which areas belong to the report; to the province's all do, also those on no tree."""
        return codes.isin(self.codes) | (self.level == "province")

    def names(self) -> dict[str, str]:
        """Return the name of every area by code."""
        return dict(zip(self.areas["code"], self.areas["name"], strict=True))


def once(make: Callable[[Case], T]) -> Callable[[Case], T]:
    """Make what several sections ask of a case the first time only; all are handed the same, to be read."""

    @wraps(make)
    def known(case: Case) -> T:
        if make not in case.made:
            case.made[make] = make(case)
        return cast("T", case.made[make])

    return known


def open_case(params_file: str | Path, area: str | int) -> Case:
    """Open one area of a judged run.

    Parameters
    ----------
    params_file : the params file; where the notebook was opened in its own folder, a path
        from the folder above is understood too
    area : code of the province, a city or a county; ``papermill -p area 990100`` makes it a number

    Raises
    ------
    ReportError   the run was not judged yet, or has no such area
    ParamsError   the params file cannot be used
    """
    run = find_run(params_file)
    if not (run.folder / "judgement" / "rules.parquet").is_file():
        raise ReportError(
            f"运行 {run.params.run} 还没有判定结果, 请先运行 audit judge {run.file}",
            f"the run {run.params.run} is not judged yet: run audit judge {run.file} first",
        )
    return _case(run, area, load_whole(run))


def make_case(run: Run, area: str | int, intake: Intake, judgement: Judgement) -> Case:
    """Return the case of one area from what was read and what was judged."""
    return _case(run, area, make_whole(run, intake, judgement))


def _case(run: Run, area: str | int, whole: Whole) -> Case:
    intake, judgement, areas = whole.intake, whole.judgement, whole.areas
    row = find_area(areas, area)
    codes = codes_within(areas, str(row["code"]))
    days, rules = judgement.rules["as_of"], judgement.rules
    return Case(
        run=run,
        code=str(row["code"]),
        name=str(row["name"]),
        level=str(row["level"]),
        codes=codes,
        areas=areas,
        tables=intake.tables,
        files=intake.files,
        problems=intake.problems,
        quarantine=intake.quarantine,
        rules=rules if row["level"] == "province" else rules_within(rules, whole.places, codes),
        indicators=judgement.indicators,
        scores=judgement.scores,
        estimates=judgement.estimates,
        verdicts=judgement.verdicts,
        draws=whole.draws,
        as_of=dt.date.fromisoformat(str(days.iloc[0])[:10]) if len(days) else run.params.as_of,
        questions=judgement.questions,
        switched=judgement.switched
        if row["level"] == "province"
        else rules_within(judgement.switched, rule_places(judgement.switched, areas), codes),
        ageing=judgement.ageing,
        spread=judgement.spread,
    )


def codes_within(areas: pd.DataFrame, code: str) -> frozenset[str]:
    """Return the code of an area and of all areas in it."""
    if areas.loc[areas["code"] == code, "level"].eq("province").any():
        return frozenset(areas["code"])
    return frozenset(areas.loc[areas["city"] == code, "code"]) | {code}


def groups_within(areas: pd.DataFrame, code: str) -> dict[str, str]:
    """Return what each county of an area is counted under: its city in a province, else itself."""
    inside = areas[areas["code"].isin(codes_within(areas, code))]
    counties = inside[inside["level"] == "county"]
    column = "city" if (inside["level"] == "province").any() else "code"
    return dict(zip(counties["code"], counties[column], strict=True))


def find_run(params_file: str | Path) -> Run:
    """Read the params a notebook names: from the current folder, else from the one above it.

    JupyterLab runs a notebook in its own folder, papermill in the one it was called in;
    the default ``out`` folder then is the one beside the params' starting point.

    Raises
    ------
    ParamsError   the file is in neither folder, or cannot be used
    """
    given = Path(params_file)
    here = Path.cwd()
    base = here if given.is_absolute() or (here / given).exists() else here.parent
    if not (base / given).exists():
        raise ParamsError(
            f"找不到参数文件 {given}: {here} 和上一层文件夹里都没有; params_file 应写运行时所用的参数文件",
            f"no params file {given} in {here} nor in the folder above it: "
            "params_file names the file that the run was made with",
        )
    run = read_params(base / given)
    output = here.parent / "out"
    made_above = (output / "runs" / run.params.run).is_dir() and not run.folder.is_dir()
    if run.params.output or (base == here and not made_above):
        return run
    data = output / run.data.relative_to(run.output) if run.data.is_relative_to(run.output) else run.data
    return dataclasses.replace(run, output=output, data=data)


def find_area(areas: pd.DataFrame, code: str | int) -> pd.Series[str]:
    """Return the row of an area of the tree.

    Raises
    ------
    ReportError   there is none with this code
    """
    rows = areas[areas["code"] == str(code)]
    if rows.empty:
        province = areas["code"].iloc[0]
        meant = areas[areas["name"].isin(difflib.get_close_matches(str(code), areas["name"], n=1))]
        said = "、".join(f"{row['code']}({row['name']})" for _, row in meant.iterrows())
        zh, en = (f", 是不是 {said}", f", did you mean {said}") if said else ("", "")
        raise ReportError(
            f"没有代码为“{code}”的地区{zh}; 省的代码是 {province}, 其他的见参数 areas 所写的地区表",
            f'no area has the code "{code}"{en}; the province is {province}, '
            "the others stand in the file that the params call areas",
        )
    return rows.iloc[0]
