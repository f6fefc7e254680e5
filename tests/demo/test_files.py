"""The files look as a province hands them over, and say what the true tables say."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import python_calamine as calamine

from audit_lib.demo import build_province, make_province, params_text
from audit_lib.demo.places import CUT_OFF_BY_SNOW, ZONE_SIZE
from audit_lib.demo.senders import columns_of
from audit_lib.demo.stock import Tables
from audit_lib.intake import Intake, read_inputs, write_intake
from audit_lib.params import read_params
from audit_lib.sampling import draw
from audit_lib.sampling.prepare import prepare
from audit_lib.schemas import DTYPES, tables
from tests.demo.conftest import SEED, UNITS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def true() -> Tables:
    return build_province(UNITS, SEED).tables


@pytest.fixture(scope="module")
def intake(folder: Path) -> Intake:
    return read_inputs(read_params(folder / "params.yaml"))


def _cells(path: Path, sheet: int = 0) -> list[list[str]]:
    book = calamine.CalamineWorkbook.from_path(path)
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(sheet).to_python()]


def _part(path: Path, part: str) -> str:
    with zipfile.ZipFile(path) as box:
        return box.read(part).decode("utf-8")


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


def test_second_making_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    make_province(tmp_path / "elsewhere", units=UNITS, seed=SEED)
    assert _digests(tmp_path / "elsewhere") == _digests(folder)


def test_workbooks_are_packed_without_compression_that_differs_between_machines(folder: Path) -> None:
    for path in folder.rglob("*.xlsx"):
        if path.name != "鹤滩市检查人员名册.xlsx":
            with zipfile.ZipFile(path) as box:
                assert {entry.compress_type for entry in box.infolist()} == {zipfile.ZIP_STORED}, path.name


def test_truth_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "truth.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr("audit_lib.demo.making.write_files", killed)
    with pytest.raises(KeyboardInterrupt):
        make_province(tmp_path, units=UNITS, seed=SEED)
    assert not (tmp_path / "truth.json").exists()


def test_truth_says_what_it_was_made_from(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    assert (truth["units"], truth["seed"]) == (UNITS, SEED)
    assert {"rule_id", "level", "subject", "note"} == set(truth["faults"][0])


@pytest.mark.parametrize(
    "name", ["units", "county_checks", "city_checks", "hazards", "listings", "self_checks"]
)
def test_reading_the_files_gives_the_true_table(intake: Intake, true: Tables, name: str) -> None:
    _compare(intake.tables[name], true[name], name)


@pytest.mark.parametrize(
    "name",
    [
        "reporters",
        "weekly",
        "documents",
        "platform",
        "platform_units",
        "hazards_2013",
        "supervisions",
        "illegal_acts",
        "accidents",
        "responsibilities",
        "feedback",
        "grids",
        "pilots",
        "unannounced",
        "acceptances",
        "findings",
        "accountability",
        "weekly_counties",
        "published",
    ],
)
def test_reading_the_papers_gives_the_true_table(intake: Intake, true: Tables, name: str) -> None:
    _compare(intake.tables[name], true[name], name)


def _compare(read: pd.DataFrame, true: pd.DataFrame, name: str) -> None:
    columns = list(columns_of(true, name))
    true = _as_read(true, name)
    kinds = {column: tables()[name].column(column).kind for column in columns}
    due = true[columns].copy()
    for column, kind in kinds.items():
        if kind == "money":
            due[column] = due[column].astype("Int64") * 100
        elif DTYPES[kind] == "str":
            due[column] = due[column].astype(object).where(due[column].notna() & (due[column] != ""), None)
        if kind == "id":
            due[column] = due[column].str.upper()
    due = due.astype({column: DTYPES[kind] for column, kind in kinds.items()})
    if name == "units":
        due.loc[due.index[due["county"].eq("990702").argmax()], "beds"] = pd.NA
    order = [
        column for column in columns if kinds[column] in ("id", "text", "name", "date", "datetime", "area")
    ]
    got = read[columns].astype(due.dtypes).sort_values(order, ignore_index=True)
    pd.testing.assert_frame_equal(got, due.sort_values(order, ignore_index=True))


def _as_read(true: pd.DataFrame, name: str) -> pd.DataFrame:
    """A row that names its unit doubtfully waits for a person; a word that is no conclusion is none."""
    if name == "county_checks":
        true = true.assign(conclusion=true["conclusion"].replace("基本合格", ""))
    if "called" not in true:
        return true
    doubtful = true["called"].fillna("").str.endswith("卫生所")
    if name == "hazards":
        return true[~doubtful].reset_index(drop=True)
    return true.assign(unit_id=true["unit_id"].mask(doubtful, ""))


def test_old_names_and_other_spellings_are_matched_and_doubtful_ones_are_asked(
    intake: Intake, folder: Path
) -> None:
    names = pd.DataFrame(json.loads((folder / "truth.json").read_text(encoding="utf-8"))["names"])
    key = ["table", "county", "name", "unit_id"]
    asked = intake.matches["how"].eq("proposed")
    matched = set(intake.matches.loc[~asked, key].itertuples(index=False, name=None))
    first = intake.matches[asked].sort_values("similarity", ascending=False).drop_duplicates(key[:3])
    proposed = set(first[key].itertuples(index=False, name=None))
    doubtful = names["name"].str.endswith("卫生所")
    assert matched == set(names.loc[~doubtful, key].itertuples(index=False, name=None))
    assert proposed == set(names.loc[doubtful, key].itertuples(index=False, name=None))
    assert {"hazards", "listings", "supervisions", "self_checks"} <= set(names["table"])
    assert set(intake.matches["how"]) == {"automatic", "former", "proposed"}


def test_once_the_doubtful_names_are_answered_every_row_of_the_ledger_is_there(
    intake: Intake, true: Tables, folder: Path, tmp_path: Path
) -> None:
    run = replace(read_params(folder / "params.yaml"), output=tmp_path)
    truth = pd.DataFrame(json.loads((folder / "truth.json").read_text(encoding="utf-8"))["names"])
    right = set(truth[["county", "name", "unit_id"]].itertuples(index=False, name=None))
    asked = intake.matches[["county", "name", "unit_id"]].itertuples(index=False, name=None)
    said = ["是" if one in right else "否" for one in asked]
    write_intake(replace(intake, matches=intake.matches.assign(answer=said)), run.folder / "intake")
    again = read_inputs(run)
    assert again.quarantine["table"].tolist() == ["units"]
    assert sorted(again.tables["hazards"]["hazard_id"]) == sorted(true["hazards"]["hazard_id"])
    own = true["supervisions"]["unit_id"].fillna("").ne("")
    assert again.tables["supervisions"]["unit_id"].notna().sum() == own.sum()


def test_findings_are_for_exactly_the_units_drawn(intake: Intake, folder: Path) -> None:
    run = read_params(folder / "params.yaml")
    prepared = prepare(intake.tables, intake.areas, run.params, "recheck")
    sample = draw(prepared.frame, prepared.plan.n, seed=str(run.params.draws["recheck"].seed))
    visits = intake.tables["province_checks"]
    assert len(sample) == 240
    assert set(visits.loc[visits["replaces"].isna(), "unit_id"]) == set(sample["unit_id"])


def test_reserves_stand_in_only_for_visits_that_the_team_itself_could_not_make(intake: Intake) -> None:
    visits = intake.tables["province_checks"].set_index("unit_id")
    replaced = visits.loc[visits["replaces"].dropna(), "outcome"]
    assert sorted(replaced) == ["天气原因", "天气原因", "时间不足"]
    snow = visits["county"] == CUT_OFF_BY_SNOW
    assert visits.loc[~snow, "conclusion"].isna().sum() == 7
    assert visits.loc[snow, "outcome"].unique().tolist() == ["天气原因"]
    assert visits.loc[visits["conclusion"] == "不合格", "already_so"].notna().all()


def test_city_roster_has_title_two_header_rows_subtotals_and_signatures(folder: Path) -> None:
    path = folder / "名录" / "雁鸣市单位名录.xlsx"
    rows = _cells(path)
    assert rows[0][0] == "映雪区卫生计生机构单位名录【演示数据】"
    assert rows[1][0].startswith("填报单位：雁鸣市卫生局")
    grid = rows[2].index("网格")
    assert (rows[2][grid + 1], rows[3][grid], rows[3][grid + 1]) == ("", "编号", "责任人")
    assert (rows[2][1], rows[3][1]) == ("单位编号", "")
    assert sum(row[0] == "小计" for row in rows) > 1
    assert rows[-1][0].startswith("审核人：")
    assert 'mergeCell ref="A1:' in _part(path, "xl/worksheets/sheet1.xml")


def test_some_rows_are_hidden_and_some_digits_are_wide(folder: Path) -> None:
    path = folder / "名录" / "鹤滩市单位名录.xlsx"
    assert 'hidden="1"' in _part(path, "xl/worksheets/sheet1.xml")
    strings = "".join(
        _part(file, "xl/sharedStrings.xml") for file in sorted((folder / "名录").glob("*.xlsx"))
    )
    assert re.search(r"[０-９]{3}", strings)


def test_days_are_spelt_in_eight_ways(folder: Path) -> None:
    book = calamine.CalamineWorkbook.from_path(folder / "名录" / "天镜湖保护开发区管委会单位名录.xlsx")
    sheet = book.get_sheet_by_index(0).to_python()
    days = [row[sheet[2].index("入册日期")] for row in sheet[4:] if row[1]]
    assert len(days) == ZONE_SIZE
    shapes = {_shape(day) if isinstance(day, str) else type(day).__name__ for day in days}
    assert shapes == {"date", "9-9-9", "9.9.9", "9/9/9", "9年9月9日", "9", "９．９．９", "〇年〇月〇日"}


def _shape(day: str) -> str:
    """Return a spelling with each run of digits as one."""
    for run, sign in (("[0-9]+", "9"), ("[０-９]+", "９"), ("[〇一二三四五六七八九十]+", "〇")):
        day = re.sub(run, sign, day)
    return day


def test_each_form_of_file_is_there(folder: Path) -> None:
    rosters = folder / "名录"
    with pytest.raises(UnicodeDecodeError):
        (rosters / "桦影市单位名录.csv").read_text(encoding="utf-8")
    assert "桦影市卫生局" in (rosters / "桦影市单位名录.csv").read_text(encoding="gb18030")
    assert (rosters / "雪峰市单位名录.txt").read_bytes()[:2] == b"\xff\xfe"
    assert (rosters / "柏溪市单位名录.xls").read_bytes()[:4] == b"\xd0\xcf\x11\xe0"
    assert 't="e"' in _part(rosters / "稻浪市单位名录.xlsx", "xl/worksheets/sheet1.xml")
    assert "同上" in _part(rosters / "松涛市单位名录.xlsx", "xl/sharedStrings.xml")


def test_locked_superseded_and_unidentified_are_accounted_for(intake: Intake) -> None:
    files = intake.files.set_index("file")
    assert files.loc["人员/鹤滩市检查人员名册.xlsx", "status"] == "refused"
    assert files.loc["名录/参园市单位名录.xlsx", "status"] == "superseded"
    apart = intake.quarantine[["table", "area"]].drop_duplicates().to_numpy().tolist()
    assert apart == [["hazards", "990211"], ["units", "992426"]]


def test_money_is_written_in_yuan_in_wan_and_in_the_cells(folder: Path) -> None:
    heads = {path.name[:3]: _cells(path)[2] for path in sorted((folder / "台账").glob("*.xlsx"))}
    assert "整改资金(万元)" in heads["雁鸣市"]
    assert "整改资金(元)" in heads["松涛市"]
    assert "整改资金" in heads["柏溪市"]


def test_names_that_trap_readers_stand_as_text(folder: Path) -> None:
    strings = _part(folder / "名录" / "松涛市单位名录.xlsx", "xl/sharedStrings.xml")
    for name in ("合计村卫生室", "=1+1", "&lt;script&gt;alert(1)&lt;/script&gt;诊所", "../../西街诊所"):
        assert f"<t>{name}</t>" in strings
    assert "<f>1+1" not in _part(folder / "名录" / "松涛市单位名录.xlsx", "xl/worksheets/sheet5.xml")


def test_every_file_says_that_it_is_made_up(folder: Path) -> None:
    for path in sorted(folder.rglob("*.xlsx")):
        if path.name != "鹤滩市检查人员名册.xlsx":
            assert "演示数据" in _cells(path)[0][0], path.name
    assert "演示数据" in (folder / "说明.txt").read_text(encoding="utf-8")
    assert "演示数据" in (folder / "truth.json").read_text(encoding="utf-8")


def test_no_real_area_is_named(folder: Path) -> None:
    real = set(pd.read_csv(ROOT / "audit_lib/rulebook/areas_jilin_2013.csv", dtype="str")["name"].iloc[:-1])
    made = pd.read_csv(folder / "areas.csv", dtype="str")
    assert not real & set(made["name"].iloc[:-1])
    assert not made["code"].str.startswith("22").any()


def test_no_forbidden_word_is_said(folder: Path, forbidden_words: tuple[str, ...]) -> None:
    said = "".join(_part(path, "xl/sharedStrings.xml") for path in folder.glob("[!人]*/*.xlsx"))
    said += "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.*"))
    assert [word for word in forbidden_words if word in said] == []


@pytest.mark.parametrize(("run", "units"), [("demo", 20_000), ("tiny", UNITS)])
def test_shipped_params_are_the_template_and_their_size(run: str, units: int) -> None:
    shipped = (ROOT / "params" / f"{run}.yaml").read_text(encoding="utf-8")
    assert shipped == params_text(run=run, units=units, make=True)


def test_params_in_the_folder_are_the_template(folder: Path) -> None:
    assert (folder / "params.yaml").read_text(encoding="utf-8") == params_text(units=UNITS)
    assert read_params(folder / "params.yaml").data == folder.resolve()
