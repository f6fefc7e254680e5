"""Areas: the tree that counts are added up along, and how its names are recognised.

A county that is its own city (Meihekou, Gongzhuling) stands once, at county level, right
under the province. Source: ``rulebook/areas_jilin_2013.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import pandas as pd

from audit_lib.errors import InputError, ParamsError, Problem, Text
from audit_lib.intake.text import fold
from audit_lib.params import Run
from audit_lib.schemas import rulebook_rows

COLUMNS = ["code", "name", "level", "parent", "order", "kind"]

LEVELS = {
    "province": "province",
    "prefecture": "city",
    "prefecture-equivalent": "city",
    "county": "county",
    "county-equivalent": "county",
    "development-zone": "county",
    "directly-affiliated": "direct",
}
"""Level in the tree of each level that a file of areas may name."""

_TAIL = re.compile(
    r"((满|蒙古|朝鲜|回|畲|土家|苗|壮|侗|瑶|彝|藏|羌|维吾尔|哈萨克)族)*自治[州县]$"
    r"|(经济技术|高新技术产业|经济|保护)?开发区(管委会|管理委员会)?$|(省|市|县|区|州|盟|旗)$"
)
_SHORTEST = 2


def load_areas(run: Run, units: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the areas of a run, in standard order.

    Parameters
    ----------
    run : ``params.areas`` is ``jilin-2013``, the path of a CSV, or ``from-roster``
    units : the roster, where the areas are read from it

    Returns
    -------
    DataFrame[code, name, level, parent, order, kind]
        level is province, city, county or direct (a body that reports, outside the tree);
        kind ``own_city`` marks a county that is its own city: parent is the province

    Raises
    ------
    InputError    the file of areas cannot be read, or a parent is missing
    ParamsError   ``from-roster`` without ``region``
    """
    choice = run.params.areas
    if choice == "from-roster":
        return _areas_of_roster(run, units)
    if choice == "jilin-2013":
        source = resources.files("audit_lib").joinpath("rulebook", "areas_jilin_2013.csv")
        return _areas_of_text(source.read_text(encoding="utf-8"), "areas_jilin_2013.csv")
    path = run.data / choice
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"读不到区划文件 {choice}(应为 UTF-8 的 CSV)",
            f"cannot read the areas {choice} (UTF-8 CSV is due)",
        ) from error
    return _areas_of_text(text, choice)


def county_city(areas: pd.DataFrame) -> pd.Series:
    """Return the city code of each county code; a county that is its own city has its own."""
    counties = areas[areas["level"] == "county"]
    parent = counties["parent"].where(counties["kind"] != "own_city", counties["code"])
    return pd.Series(parent.to_numpy(), index=counties["code"].to_numpy(), name="city")


def city_codes(areas: pd.DataFrame) -> list[str]:
    """Return the codes of cities, counties that are their own city among them, in standard order."""
    chosen = areas[(areas["level"] == "city") | (areas["kind"] == "own_city")]
    return chosen.sort_values("order")["code"].tolist()


@dataclass(frozen=True)
class Gazetteer:
    """Names of areas, ready to be looked up; see `find`."""

    areas: pd.DataFrame

    def find(self, text: str, city: str = "", *, level: str = "") -> str | None:
        """Return the code of the area that a text names, or None if none or several do.

        Parameters
        ----------
        text : a code, or a name, full or short, alone or behind the names of its parents
        city : code of the city whose counties are tried first
        level : only areas of this level (``county``, ``city``); any if empty
        """
        word = fold(text).upper()
        code = division_of(word)
        if code in self._levels and self._fits(code, level):
            return code
        for said in self._without_parents(word):
            for names in (self._full, self._short):
                found = {code for code in names.get(said, ()) if self._fits(code, level)}
                near = {code for code in found if self._city.get(code) == city or code == city}
                if len(near or found) == 1:
                    return next(iter(near or found))
                if found:
                    return None
        return None

    def owner(self, text: str) -> str | None:
        """Return the code of the area whose body a text names, as in ``永安县卫生局``.

        The longest full name inside the text counts; of equally long ones, the last.

        Source: sender names stand behind the names of their parents.
        """
        word = fold(text).upper()
        hits = [
            (len(name), word.rfind(name), codes)
            for name, codes in self._full.items()
            if name in word and len(name) > _SHORTEST - 1
        ]
        for _, place, codes in sorted(hits, key=lambda hit: (-self._depth(hit[2]), -hit[0], -hit[1])):
            if len(codes) == 1:
                return next(iter(codes))
            city = self.owner(word[:place])
            near = {code for code in codes if self._city.get(code) == city}
            if len(near) == 1:
                return next(iter(near))
        return None

    def _depth(self, codes: set[str]) -> int:
        order = {"province": 0, "city": 1, "direct": 1, "county": 2}
        return max(order[self._levels[code]] for code in codes)

    def _fits(self, code: str, level: str) -> bool:
        if not level or self._levels[code] == level:
            return True
        return level == "city" and code in self._own

    def _without_parents(self, word: str) -> list[str]:
        """The text as it stands, then without the names of provinces and cities before it."""
        said = [word]
        for level in ("province", "city"):
            for name in self._upper[level]:
                if said[-1].startswith(name) and len(said[-1]) > len(name):
                    said.append(said[-1].removeprefix(name).lstrip("/-·"))
                    break
        return said

    @cached_property
    def _levels(self) -> dict[str, str]:
        return dict(zip(self.areas["code"], self.areas["level"], strict=True))

    @cached_property
    def _own(self) -> set[str]:
        return set(self.areas.loc[self.areas["kind"] == "own_city", "code"])

    @cached_property
    def _city(self) -> dict[str, str]:
        return {str(county): city for county, city in county_city(self.areas).items()}

    @cached_property
    def _full(self) -> dict[str, set[str]]:
        return self._index(lambda name: name)

    @cached_property
    def _short(self) -> dict[str, set[str]]:
        return self._index(short_name)

    @cached_property
    def _upper(self) -> dict[str, list[str]]:
        return {
            level: sorted(
                self.areas.loc[self.areas["level"] == level, "name"].map(fold), key=len, reverse=True
            )
            for level in ("province", "city")
        }

    def _index(self, form: Callable[[str], str]) -> dict[str, set[str]]:
        names: dict[str, set[str]] = {}
        for code, name in zip(self.areas["code"], self.areas["name"], strict=True):
            names.setdefault(form(fold(name).upper()), set()).add(code)
        return names


def division_of(code: str) -> str:
    """Return a division code in the coding of 2013, whichever year's code of the place it is.

    >>> division_of("220184"), division_of("220102")
    ('220381', '220102')
    """
    return _recoded().get(code, code)


@cache
def _recoded() -> dict[str, str]:
    return {row["code"]: row["means"] for row in rulebook_rows("area_codes")}


def short_name(name: str) -> str:
    """Return an area's name without its class, as people say it.

    >>> short_name("永安县"), short_name("延边朝鲜族自治州"), short_name("市县")
    ('永安', '延边', '市县')
    """
    short = _TAIL.sub("", name)
    return short if len(short) >= _SHORTEST else name


def _areas_of_text(text: str, name: str) -> pd.DataFrame:
    rows = list(csv.DictReader(text.splitlines()))
    problems = [
        Problem(
            name,
            row=line,
            column="level",
            got=row.get("level") or "",
            due=Text("没有这种级别", "no such level"),
        )
        for line, row in enumerate(rows, start=2)
        if row.get("level") not in LEVELS or not row.get("code")
    ]
    codes = {row.get("code") for row in rows}
    problems += [
        Problem(
            name,
            row=line,
            column="parent_code",
            got=row["parent_code"],
            due=Text("没有这个上级", "no such parent"),
        )
        for line, row in enumerate(rows, start=2)
        if row.get("parent_code") and row["parent_code"] not in codes
    ]
    if problems or not rows:
        raise InputError(f"区划文件 {name} 不能使用", f"the areas {name} cannot be used", problems)
    top = next((row["code"] for row in rows if row["level"] == "province"), "")
    own = [row.get("own_city") == "yes" for row in rows]
    return pd.DataFrame(
        {
            "code": [row["code"] for row in rows],
            "name": [row["name"] for row in rows],
            "level": [LEVELS[row["level"]] for row in rows],
            "parent": [top if alone else row["parent_code"] for row, alone in zip(rows, own, strict=True)],
            "order": range(len(rows)),
            "kind": ["own_city" if alone else row["level"] for row, alone in zip(rows, own, strict=True)],
        },
        columns=COLUMNS,
    )


def _areas_of_roster(run: Run, units: pd.DataFrame | None) -> pd.DataFrame:
    region = run.params.region
    if region is None:
        raise ParamsError(
            f"{run.file.name}: areas 为 from-roster 时须写 region(全域的代码和名称)",
            f"{run.file.name}: areas from-roster needs region, the code and name of the whole",
        )
    tree = pd.DataFrame({"city": [], "county": []}, dtype="str")
    if units is not None:
        tree = units[["city", "county"]].dropna().drop_duplicates()
    cities = sorted(set(tree["city"]), key=_numerically)
    home = dict(sorted(zip(tree["county"], tree["city"], strict=True), reverse=True))
    counties = sorted(home, key=_numerically)
    codes = [region.code, *cities, *counties]
    return pd.DataFrame(
        {
            "code": codes,
            "name": [region.name, *cities, *counties],
            "level": ["province"] + ["city"] * len(cities) + ["county"] * len(counties),
            "parent": ["", *[region.code] * len(cities), *(home[county] for county in counties)],
            "order": range(len(codes)),
            "kind": ["province"] + ["prefecture"] * len(cities) + ["county"] * len(counties),
        },
        columns=COLUMNS,
    ).astype({column: "str" for column in COLUMNS if column != "order"})


def _numerically(code: str) -> list[tuple[int, int, str]]:
    """Sort key in which 9 comes before 10 and 9-2 before 9-10."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"[-_.]", code)]
