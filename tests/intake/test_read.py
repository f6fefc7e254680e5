"""From a folder of files to tables: every row accounted for, nothing lost in silence."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from audit_lib.errors import ParamsError
from audit_lib.files import sha256_file
from audit_lib.intake import Intake, keep_answers, load_intake, read_inputs, write_intake
from audit_lib.params import Run
from audit_lib.schemas import PROVENANCE, inputs

from .conftest import ROSTER, account, roster_row

Book = Callable[..., Path]
Read = Callable[..., Intake]
CHECKS = "检查编号,单位编号,单位名称,县区,检查日期,检查人员,结论\n"


def told(frame: pd.DataFrame, *columns: str) -> list[list[object]]:
    return frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None).to_numpy().tolist()


def test_refused_file_is_one_line_and_the_others_are_read(
    book: Book, intake_of: Read, tmp_path: Path
) -> None:
    book("南关区.xlsx", [ROSTER, roster_row(1)])
    (tmp_path / "宽城区.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    )
    (tmp_path / "朝阳区.xlsx").write_bytes(b"PK\x03\x04 torn")
    intake = intake_of(units="[{files: ['*.xlsx', 缺.csv, '${NOT_SET_HERE}/x.csv']}]")
    assert len(intake.tables["units"]) == 1
    assert told(intake.files, "file", "area", "status", "reason", "read") == [
        ["${NOT_SET_HERE}/x.csv", None, "missing", "环境变量 NOT_SET_HERE 没有设置", 0],
        ["南关区.xlsx", "220102", "read", "", 1],
        ["宽城区.xlsx", "220103", "refused", "宽城区.xlsx 已加密, 请去掉密码后重新提交", 0],
        ["朝阳区.xlsx", "220104", "refused", "朝阳区.xlsx 已损坏或没有传完, 请重新导出", 0],
        ["缺.csv", None, "missing", "没有这样的文件", 0],
    ]


def test_bad_cell_stays_in_the_row_and_missing_key_sets_it_apart(book: Book, intake_of: Read) -> None:
    rows = [
        roster_row(1),
        [*roster_row(2)[:6], "约30"],
        ["", *roster_row(3)[1:]],
        [*roster_row(4)[:2], "某县", *roster_row(4)[3:]],
    ]
    book("南关区.xlsx", [ROSTER, *rows])
    intake = intake_of(units="[{files: ['*.xlsx']}]")
    assert intake.tables["units"]["unit_id"].tolist() == ["220102A0001", "220102A0002"]
    got = account(intake, "南关区.xlsx")
    assert (got["read"], got["kept"], got["quarantined"]) == (4, 2, 2)
    assert told(intake.problems, "row", "column", "got", "due", "action") == [
        [3, "在岗职工数", "约30", "应为不小于 0 的整数", "该格按缺失处理, 该行保留"],
        [4, "单位编号", "", "不应为空", "该行隔离, 待更正"],
        [5, "县区", "某县", "区划表中没有这个地区, 或有几个同名", "该行隔离, 待更正"],
    ]
    assert told(intake.quarantine, "row", "area", "reason") == [
        [4, "220102", "单位编号: 不应为空"],
        [5, "220102", "县区: 区划表中没有这个地区, 或有几个同名"],
    ]
    assert '"某县"' in intake.quarantine["cells"].iloc[1]


def test_organisation_code_never_becomes_a_unit_id_unless_params_say_so(book: Book, intake_of: Read) -> None:
    book(
        "南关区.xlsx", [["单位编号", "组织机构代码", "单位名称", "县区"], ["", "D2143569-X", "甲", "南关区"]]
    )
    assert len(intake_of(units="[{files: ['*.xlsx']}]").quarantine) == 1
    renamed = intake_of(units="[{files: ['*.xlsx'], columns: {unit_id: 组织机构代码}}]")
    assert renamed.tables["units"]["unit_id"].tolist() == ["D2143569-X"]


def test_county_001_and_unit_na_stay_what_they_are(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "单位编号,单位名称,县区,市州\n001,NA,NA,7\nnull,null,01,7\n", encoding="utf-8"
    )
    source = "[{files: [a.csv]}]\nareas: from-roster\nregion: {code: R, name: 全域}"
    units = intake_of(units=source).tables["units"]
    assert told(units, "unit_id", "unit_name", "county") == [["001", "NA", "NA"], ["NULL", "null", "01"]]


def test_file_with_a_header_alone_is_read_and_holds_nothing(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("单位编号,单位名称,县区\n", encoding="utf-8")
    source = "[{files: [a.csv], values: {status: {a: b}}, per: [unit_id], order: [单位名称], take: first}]"
    intake = intake_of(units=source)
    told_of = account(intake, "a.csv")
    assert {"grid_id", "owner_sector"} <= set(told_of.pop("lacks").split("|"))
    assert told_of == {
        "table": "units", "file": "a.csv", "sender": "a", "status": "read", "header": 1,
    }  # fmt: skip
    assert all(len(rows) == 0 for rows in intake.tables.values())


def test_header_without_a_due_column_is_told_once(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("单位编号,单位名称,县区\n1,甲,南关区\n2,乙,南关区\n", encoding="utf-8")
    problems = intake_of(units="[{files: [a.csv]}]").problems
    assert told(problems, "row", "column", "due") == [
        [0, name, "表头里没有这一列"] for name in ("机构类别", "网格编号", "网格责任人")
    ]


def test_county_of_the_sender_fills_a_sheet_that_has_no_such_column(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "南关区名录.csv").write_text("单位编号,单位名称\n1,甲\n", encoding="utf-8")
    (tmp_path / "长春市名录.csv").write_text("单位编号,单位名称\n2,乙\n", encoding="utf-8")
    intake = intake_of(units="[{files: ['*.csv']}]")
    assert told(intake.tables["units"], "unit_id", "county") == [["1", "220102"]]
    assert told(intake.quarantine, "area", "reason") == [["220100", "县区: 不应为空"]]


def test_names_are_matched_when_exact_asked_when_similar(
    book: Book, run_of: Callable[..., Run], tmp_path: Path
) -> None:
    book(
        "南关区名录.xlsx",
        [
            ROSTER,
            roster_row(1, name="永安诊所(一)"),
            roster_row(2, name="永安镇卫生院"),
            roster_row(3, "宽城区", "双名"),
            roster_row(4, "宽城区", "双名"),
        ],
    )
    lines = [
        ",永安诊所（一）,南关区",
        ",永安镇卫生医院,南关区",
        ",永安诊所(一),宽城区",
        ",双名,宽城区",
        "999,某诊所,南关区",
    ]
    rows = [f"{number},{line},2014-03-05,张三、李四,合格" for number, line in enumerate(lines, start=1)]
    (tmp_path / "检查.csv").write_text(CHECKS + "\n".join(rows), encoding="utf-8")
    run = run_of(units="[{files: ['*.xlsx']}]", county_checks="[{files: [检查.csv]}]")
    intake = read_inputs(run)
    assert told(intake.tables["county_checks"], "check_id", "unit_id") == [["1", "220102A0001"], ["5", "999"]]
    assert told(intake.matches, "row", "unit_id", "how", "answer") == [
        [2, "220102A0001", "automatic", ""],
        [3, "220102A0002", "proposed", ""],
        [5, "220102A0003", "proposed", ""],
        [5, "220102A0004", "proposed", ""],
    ]
    assert told(intake.problems[intake.problems["got"] == "999"], "due", "action") == [
        ["名录中无此单位", "该行保留"]
    ]
    assert intake.quarantine["row"].tolist() == [3, 4, 5]
    _answer_and_read_again(run, intake)


def _answer_and_read_again(run: Run, intake: Intake) -> None:
    """A 是 in matches.xlsx is taken by the next run, and kept for the campaign."""
    answered = intake.matches.assign(answer=["", "是", "", "否"])
    write_intake(Intake(**{**_fields(intake), "matches": answered}), run.folder / "intake")
    again = read_inputs(run)
    assert told(again.tables["county_checks"], "check_id", "unit_id")[1] == ["2", "220102A0002"]
    assert again.matches["how"].tolist() == ["automatic", "answered", "proposed", "answered"]
    keep_answers(run)
    (run.folder / "intake" / "matches.xlsx").unlink()
    pd.testing.assert_frame_equal(read_inputs(run).matches, again.matches)


def _fields(intake: Intake) -> dict[str, object]:
    return {name: getattr(intake, name) for name in intake.__slots__}


def test_old_name_finds_the_renamed_unit_unless_another_bears_it_now(
    book: Book, intake_of: Read, tmp_path: Path
) -> None:
    book(
        "南关区名录.xlsx",
        [
            [*ROSTER, "曾用名"],
            [*roster_row(1, name="永安镇中心卫生院"), "永安镇卫生院（公章）"],
            [*roster_row(2, name="新立诊所"), "平安诊所"],
            [*roster_row(3, name="平安诊所"), None],
        ],
    )
    heads = "督导编号,单位编号,单位名称,县区,督导单位所在地区,督导单位,督导日期\n"
    names = ["永安镇 卫生院", "平安诊所", "百里外医院"]
    rows = [f"D{place},,{name},南关区,南关区,卫生局,2014-03-05" for place, name in enumerate(names)]
    (tmp_path / "督导.csv").write_text(heads + "\n".join(rows), encoding="utf-8")
    intake = intake_of(units="[{files: ['*.xlsx']}]", supervisions="[{files: [督导.csv]}]")
    assert told(intake.matches, "name", "unit_name", "how") == [
        ["永安镇 卫生院", "永安镇中心卫生院", "former"],
        ["平安诊所", "新立诊所", "proposed"],
        ["平安诊所", "平安诊所", "proposed"],
    ]
    assert intake.tables["supervisions"]["unit_id"].tolist()[0] == "220102A0001"
    assert intake.tables["supervisions"]["unit_id"].isna().tolist() == [False, True, True]
    assert intake.quarantine.empty
    unmatched = "没有单位编号, 名录中也没有单位与此名称一致; 相近的见 matches.xlsx"
    assert told(intake.problems, "got", "due", "action") == [
        ["平安诊所", unmatched, "该行保留"],
        ["百里外医院", unmatched, "该行保留"],
    ]


def test_take_makes_one_check_a_unit_and_kept_still_counts_every_row(intake_of: Read, tmp_path: Path) -> None:
    rows = [
        "10,A,甲,南关区,2014-03-05,张三,合格",
        "9,A,甲,南关区,2014-03-05,张三,不合格",
        "8,A,甲,南关区,2014-03-01,张三,合格",
        "7,B,乙,南关区,2014-03-01,张三,合格",
    ]
    (tmp_path / "检查.csv").write_text(CHECKS + "\n".join(rows), encoding="utf-8")
    source = "[{{files: [检查.csv], take: {}, per: [unit_id], order: [date, 检查编号], at_least: {}}}]"
    first = intake_of(county_checks=source.format("first", 1))
    assert first.tables["county_checks"]["check_id"].tolist() == ["7", "8"]
    assert (account(first, "检查.csv")["read"], account(first, "检查.csv")["kept"]) == (4, 4)
    assert intake_of(county_checks=source.format("last", 2)).tables["county_checks"]["check_id"].tolist() == [
        "10"
    ]


def test_constants_values_and_composed_columns(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("License,Name,Ward,Result\n1,A,3,Pass\n2,B,,Fail\n", encoding="utf-8")
    source = "[{files: [a.csv], columns: {unit_id: License, unit_name: Name, status: Result}, constants: {unit_type: D600}, compose: {township: '第{Ward}区'}, values: {status: {Pass: 在业, Fail: 停业}, unit_type: {D600: A100}}}]\nareas: from-roster\nregion: {code: R, name: 全域}"
    intake = intake_of(units=source.replace("compose: {", "compose: {county: 'W{Ward}', "))
    assert told(intake.tables["units"], "unit_id", "township", "status", "unit_type", "county") == [
        ["1", "第3区", "在业", "A100", "W3"]
    ]
    assert intake.quarantine["reason"].tolist() == ["县区: 不应为空"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("unit: '[]'", "p.yaml: inputs.unit 里没有“unit”, 是不是“units”?"),
        (
            "units: [{files: [a.csv], columns: {unit_ids: x}}]",
            "p.yaml: inputs.units 里没有“unit_ids”, 是不是“unit_id”?",
        ),
    ],
)
def test_unknown_tables_and_columns_are_refused_with_the_nearest(
    run_of: Callable[..., Run], source: str, said: str
) -> None:
    name, _, text = source.partition(": ")
    with pytest.raises(ParamsError) as caught:
        read_inputs(run_of(**{name: text.strip("'")}))
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{files: [a.csv], per: [unit_id], order: [日期]}", "a.csv 没有“日期”这一列"),
        ("{files: [a.csv], compose: {township: '{单位名}'}}", "a.csv 没有“单位名”这一列, 是不是“单位名称”?"),
        ("{files: [b.xlsx], sheets: [乙]}", "b.xlsx 里没有工作表 乙"),
        ("{files: [c.csv]}", "c.csv 里找不到单位名录的表头; 表头的叫法可在参数 columns 里写明"),
    ],
)
def test_file_that_does_not_fit_its_source_is_refused(
    book: Book, intake_of: Read, tmp_path: Path, source: str, said: str
) -> None:
    (tmp_path / "a.csv").write_text("单位编号,单位名称,县区\n1,甲,南关区\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    book("b.xlsx", {"甲": [ROSTER, roster_row(1)]})
    files = intake_of(units=f"[{source}]").files
    assert told(files, "status", "reason") == [["refused", said]]


def test_order_of_rows_and_files_changes_nothing_but_provenance(intake_of: Read, tmp_path: Path) -> None:
    rows = [
        f"{number % 37},第{number}所,{'南关区' if number % 2 else '宽城区'},约{number}"
        for number in range(60)
    ]
    head = "单位编号,单位名称,县区,在岗职工数\n"
    (tmp_path / "a.csv").write_text(head + "\n".join(rows[:40]), encoding="utf-8")
    (tmp_path / "b.csv").write_text(head + "\n".join(rows[40:]), encoding="utf-8")
    once = intake_of(units="[{files: [a.csv, b.csv]}]")
    shuffled = random.Random(7).sample(rows, len(rows))
    (tmp_path / "a.csv").write_text(head + "\n".join(shuffled[:20]), encoding="utf-8")
    (tmp_path / "b.csv").write_text(head + "\n".join(shuffled[20:]), encoding="utf-8")
    again = intake_of(units="[{files: [b.csv, a.csv]}]")
    for name in inputs():
        bare = [intake.tables[name].drop(columns=list(PROVENANCE)) for intake in (once, again)]
        pd.testing.assert_frame_equal(*bare)
    assert sorted(once.problems["got"]) == sorted(again.problems["got"])


def test_stage_is_read_again_equal_and_written_equal(book: Book, intake_of: Read, tmp_path: Path) -> None:
    book(
        "南关区.xlsx",
        [ROSTER, roster_row(1, name="=1+1<b>\n甲"), ["", "@cmd", "南关区"], [*roster_row(2)[:6], "约3"]],
    )
    intake = intake_of(units="[{files: ['*.xlsx']}]")
    write_intake(intake, tmp_path / "one")
    write_intake(intake_of(units="[{files: ['*.xlsx']}]"), tmp_path / "two")
    digests = [
        {path.relative_to(root): sha256_file(path) for path in sorted(root.rglob("*")) if path.is_file()}
        for root in (tmp_path / "one", tmp_path / "two")
    ]
    assert digests[0] == digests[1]
    again = load_intake(tmp_path / "one")
    for name in ("areas", "files", "problems", "quarantine", "matches"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(intake, name))
    for name, rows in intake.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], rows)
    assert again.tables["units"]["unit_name"].tolist()[0] == "=1+1<b>\n甲"


@pytest.mark.parametrize("files", ["['*.xlsx']", "['./南关区.xlsx', '南关区*']"])
def test_file_that_two_sources_of_a_table_name_is_read_once(book: Book, intake_of: Read, files: str) -> None:
    book("南关区.xlsx", [ROSTER, roster_row(1)])
    intake = intake_of(units=f"[{{files: [南关区.xlsx]}}, {{files: {files}}}]")
    assert intake.tables["units"]["unit_id"].tolist() == ["220102A0001"]
    assert told(intake.files, "file", "status", "read") == [["南关区.xlsx", "read", 1]]


@pytest.mark.parametrize("order", [1, -1])
def test_sources_share_a_file_sheet_by_sheet(book: Book, intake_of: Read, order: int) -> None:
    other = ["号码", *ROSTER[1:]]
    book("南关区.xlsx", {"甲": [ROSTER, roster_row(1)], "乙": [other, roster_row(2)]})
    sources = ["{files: ['*.xlsx']}", "{files: ['*.xlsx'], sheets: [乙], columns: {unit_id: 号码}}"][::order]
    intake = intake_of(units=f"[{', '.join(sources)}]")
    assert intake.tables["units"]["unit_id"].tolist() == ["220102A0001", "220102A0002"]
    assert len(intake.quarantine) == 0


def test_sheet_without_a_known_header_is_told_and_its_rows_are_set_apart(book: Book, intake_of: Read) -> None:
    odd = [["甲", "乙"], ["1", "某室"], ["2", "某店"]]
    book(
        "长春市.xlsx",
        {
            "名录": [ROSTER, roster_row(1)],
            "南关区": odd,
            "其他": odd,
            "说明": [["请", "看"], ["a"]],
            "空": [],
        },
    )
    intake = intake_of(units="[{files: ['*.xlsx'], constants: {unit_type: D600}}]")
    assert intake.tables["units"]["unit_id"].tolist() == ["220102A0001"]
    got = account(intake, "长春市.xlsx")
    assert (got["read"], got["kept"], got["quarantined"]) == (7, 1, 6)
    assert told(intake.problems, "file", "sheet", "row", "column", "due", "action") == [
        [
            "长春市.xlsx", sheet, 0, "表头", f"工作表“{sheet}”找不到单位名录的表头, 3 行没有读入",
            "各行隔离; 表头的叫法可在参数 columns 里写明, 或删去这个工作表",
        ]
        for sheet in ("其他", "南关区")
    ]  # fmt: skip
    assert told(intake.quarantine, "sheet", "row", "area", "reason") == [
        [sheet, row, area, "所在工作表找不到表头"]
        for sheet, area in (("其他", "220100"), ("南关区", "220102"))
        for row in (1, 2, 3)
    ]
    assert sorted(intake.returned["row"]) == [0, 0, 1, 1, 2, 2, 3, 3]
    chosen = intake_of(units="[{files: ['*.xlsx'], sheets: [名录]}]")
    assert len(chosen.quarantine) == len(chosen.problems) == 0


def test_check_dated_outside_the_campaign_is_kept_and_told(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "检查编号,单位编号,检查日期,检查人员,结论\nJ1,1,2014-01-31,甲、乙,整改后合格\nJ2,1,2014-02-01,甲、乙,合格\n",
        encoding="utf-8",
    )
    intake = intake_of(county_checks="[{files: [c.csv]}]")
    assert intake.tables["county_checks"]["conclusion"].tolist() == ["合格", "合格"]
    assert told(intake.problems, "row", "column", "got", "due", "action") == [
        [2, "检查日期", "2014-01-31", "应在行动期内", "该行保留, 不计入"]
    ]


def test_check_that_names_two_units_is_told(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(
        "单位编号,单位名称,曾用名,县区,机构类别\nA1,第一卫生室,,南关区,D600\nA2,第二卫生室,老二卫生室,南关区,D600\n",
        encoding="utf-8",
    )
    (tmp_path / "c.csv").write_text(
        "检查编号,县区,单位编号,单位名称,检查日期,检查人员,结论\n"
        "J1,南关区,A1,第一卫生室,2014-03-05,张三,合格\n"
        "J2,南关区,A2,第一卫生室,2014-03-06,张三,合格\n"
        "J3,南关区,A2,老二卫生室,2014-03-07,张三,合格\n"
        "J4,南关区,A2,二村的卫生室,2014-03-08,张三,合格\n",
        encoding="utf-8",
    )
    intake = intake_of(units="[{files: [u.csv]}]", county_checks="[{files: [c.csv]}]")
    assert intake.tables["county_checks"]["check_id"].tolist() == ["J1", "J2", "J3", "J4"]
    lines = intake.problems[intake.problems["table"] == "county_checks"]
    assert told(lines, "row", "column", "got", "due", "action") == [
        [3, "单位名称", "第一卫生室", "名录中是另一单位 A1 的名称", "该行保留, 按单位编号计"]
    ]


def test_hazard_of_last_december_does_not_vanish_into_the_next(intake_of: Read, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text(
        "隐患编号,单位编号,检查日期,整改期限\nH1,1,12月20日,2014-12-20\nH2,1,2041-02-20,\nH3,1,4月20日,\n",
        encoding="utf-8",
    )
    intake = intake_of(hazards="[{files: [h.csv]}]")
    hazards = intake.tables["hazards"]
    assert hazards["found_date"].isna().tolist() == [True, True, False]
    assert str(hazards["deadline"].iloc[0].date()) == "2014-12-20"
    late = intake.problems[intake.problems["due"].str.contains("已经发生")]
    due = "应为已经发生的一天; 没有写年份或年份写错的, 请写全, 如 2013-12-20"
    assert told(late, "row", "column", "got", "due", "action") == [
        [2, "检查日期", "12月20日", due, "该格按缺失处理, 该行保留"],
        [3, "检查日期", "2041-02-20", due, "该格按缺失处理, 该行保留"],
    ]


def test_date_of_last_years_ledger_must_name_its_year(intake_of: Read, tmp_path: Path) -> None:
    head = "2013年隐患编号,单位编号,检查日期\n"
    (tmp_path / "o.csv").write_text(head + "Y1,1,6月5日\nY2,1,13.6.5\n", encoding="utf-8")
    intake = intake_of(hazards_2013="[{files: [o.csv]}]")
    assert told(intake.problems, "row", "got", "due") == [[2, "6月5日", "没有年份, 请写全, 如 2014-03-05"]]
    assert intake.tables["hazards_2013"]["found_date"].dt.strftime("%Y-%m-%d").tolist()[1] == "2013-06-05"
