"""The tree of areas, and the names people use for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.errors import InputError, ParamsError
from audit_lib.intake import Gazetteer, city_codes, county_city, load_areas
from audit_lib.params import Run, read_params


@pytest.fixture
def jilin(run_of: Callable[..., Run]) -> pd.DataFrame:
    return load_areas(run_of(units="[{files: [x.csv]}]"))


def test_shipped_table_has_the_divisions_of_2013(jilin: pd.DataFrame) -> None:
    """60 counties (20 districts, 21 cities, 16 counties, 3 autonomous), 9 zones, 3 of Changbaishan; domain 3.1."""
    assert jilin["level"].value_counts().to_dict() == {"county": 72, "city": 10, "province": 1, "direct": 1}
    assert city_codes(jilin)[:3] == ["220100", "220200", "220300"]
    assert len(city_codes(jilin)) == 12


def test_county_that_is_its_own_city_stands_once_under_the_province(jilin: pd.DataFrame) -> None:
    rows = jilin[jilin["code"].isin(["220581", "220381"])]
    assert rows[["level", "parent", "kind"]].drop_duplicates().to_numpy().tolist() == [
        ["county", "220000", "own_city"]
    ]
    assert county_city(jilin)["220581"] == "220581"
    assert county_city(jilin)["220582"] == "220500"
    assert len(county_city(jilin)) == 72


def test_every_full_name_and_code_finds_its_area(jilin: pd.DataFrame) -> None:
    names = Gazetteer(jilin)
    for code, name in zip(jilin["code"], jilin["name"], strict=True):
        assert (names.find(code), names.find(name), names.find(f" {name}　")) == (code, code, code)


@pytest.mark.parametrize(
    ("text", "city", "level", "code"),
    [
        ("南关", "", "county", "220102"),
        ("延边", "", "", "222400"),
        ("吉林省长春市南关区", "", "county", "220102"),
        ("长春市/南关区", "", "county", "220102"),
        ("前郭尔罗斯", "", "county", "220721"),
        ("220113", "", "county", "220181"),
        ("220184", "", "county", "220381"),
        ("通化", "", "county", "220521"),
        ("通化", "", "city", "220500"),
        ("通化", "", "", None),
        ("梅河口市", "", "city", "220581"),
        ("２２０１０２", "", "", "220102"),
        ("经济开发区", "220100", "county", None),
        ("没有的县", "", "", None),
    ],
)
def test_names_people_use(jilin: pd.DataFrame, text: str, city: str, level: str, code: str | None) -> None:
    assert Gazetteer(jilin).find(text, city, level=level) == code


def test_one_name_in_two_cities_is_the_one_of_the_files_city() -> None:
    areas = pd.DataFrame(
        [["P", "松岭省", "province", "", 0, "province"]]
        + [[f"C{n}", f"第{n}市", "city", "P", n, "prefecture"] for n in (1, 2)]
        + [[f"C{n}1", "铁西区", "county", f"C{n}", n + 2, "county"] for n in (1, 2)],
        columns=["code", "name", "level", "parent", "order", "kind"],
    )
    names = Gazetteer(areas)
    assert [names.find("铁西区", city, level="county") for city in ("C1", "C2", "")] == ["C11", "C21", None]
    assert names.owner("第2市铁西区卫生局") == "C21"
    assert names.owner("铁西区卫生局") is None


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        ("长春市卫生局", "220100"),
        ("吉林省长春市南关区卫生局", "220102"),
        ("吉林市卫生局", "220200"),
        ("梅河口市卫生局", "220581"),
        ("吉林省卫生厅", "220000"),
        ("某某公司", None),
    ],
)
def test_sender_belongs_to_the_deepest_area_it_names(
    jilin: pd.DataFrame, sender: str, code: str | None
) -> None:
    assert Gazetteer(jilin).owner(sender) == code


def test_areas_of_a_roster_are_sorted_by_number(run_of: Callable[..., Run], tmp_path: Path) -> None:
    run_of(units="[{files: [x.csv]}]")
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    (tmp_path / "p.yaml").write_text(
        text + 'areas: from-roster\nregion: {code: "R", name: 全域}\n', encoding="utf-8"
    )
    units = pd.DataFrame({"city": ["10", "9", "9"], "county": ["10-1", "9-10", "9-2"]})
    areas = load_areas(read_params(tmp_path / "p.yaml"), units)
    assert areas["code"].tolist() == ["R", "9", "10", "9-2", "9-10", "10-1"]
    assert county_city(areas).to_dict() == {"9-2": "9", "9-10": "9", "10-1": "10"}


def test_areas_that_cannot_be_used_are_refused(run_of: Callable[..., Run], tmp_path: Path) -> None:
    run_of(units="[{files: [x.csv]}]")
    text = (tmp_path / "p.yaml").read_text(encoding="utf-8")
    (tmp_path / "p.yaml").write_text(text + "areas: a.csv\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_areas(read_params(tmp_path / "p.yaml"))
    assert str(caught.value) == "读不到区划文件 a.csv(应为 UTF-8 的 CSV)"
    (tmp_path / "a.csv").write_text(
        "code,name,level,parent_code,own_city\n1,甲,城,,\n2,乙,county,9,\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        load_areas(read_params(tmp_path / "p.yaml"))
    assert str(caught.value) == (
        "区划文件 a.csv 不能使用(2 处问题):\n"
        "  - a.csv 第 2 行“level”: 读到“城”, 没有这种级别\n"
        "  - a.csv 第 3 行“parent_code”: 读到“9”, 没有这个上级"
    )
    (tmp_path / "p.yaml").write_text(text + "areas: from-roster\n", encoding="utf-8")
    with pytest.raises(ParamsError) as refused:
        load_areas(read_params(tmp_path / "p.yaml"))
    assert str(refused.value) == "p.yaml: areas 为 from-roster 时须写 region(全域的代码和名称)"
