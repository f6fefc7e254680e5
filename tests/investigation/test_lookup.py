"""A condition in the words of the tables, and the rows it finds; what is half understood is refused."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib import schemas
from audit_lib.errors import CallError
from audit_lib.investigation import describe, find_rows, read_condition, shown_columns

DAY = pd.Timestamp("2014-03-05")


def tables() -> dict[str, pd.DataFrame]:
    units = pd.DataFrame(
        {
            "unit_id": ["A", "B", "C", "D"],
            "unit_name": ["甲医院", "乙医院", "丙卫生室", "丁医院"],
            "county": ["1", "1", "2", "3"],
            "unit_type": ["A100", "A100", "D600", "A220"],
            "affiliation": ["民营", "县属", "县属", "民营"],
            "beds": [80, 20, None, 40],
            "has_boiler": [True, False, None, True],
        }
    )
    hazards = pd.DataFrame(
        {
            "hazard_id": ["H1", "H2", "H3", "H4"],
            "unit_id": ["A", "B", "C", "D"],
            "grade": ["重大", "重大", "一般", "重大"],
            "found_date": [DAY, DAY, DAY, pd.Timestamp("2014-01-05")],
            "fund_planned": [6_000_000, 100, None, None],
        }
    )
    listings = pd.DataFrame({"listing_id": ["L1"], "hazard_id": ["H2"], "listed_date": [DAY]})
    checks = pd.DataFrame({"check_id": ["K1"], "unit_id": ["A"], "date": [DAY], "conclusion": ["合格"]})
    given = {"units": units, "hazards": hazards, "listings": listings, "county_checks": checks}
    read = {"sender": "甲", "file": "甲.xlsx", "sheet": "甲", "row": 2}
    return {
        name: schemas.conform(given[name].assign(**read), name) if name in given else schemas.empty(name)
        for name in schemas.inputs()
    }


def found(condition: str, **asked: str) -> list[str]:
    rows = find_rows(
        tables(), counties=frozenset({"1", "2", "3"}), area="甲省", condition=condition, **asked
    ).rows
    return rows["hazard_id" if "hazard_id" in rows else "unit_id"].tolist()


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("", ["A", "B", "C", "D"]),
        ("隐患等级=重大 且 没有 挂牌督办台账", ["H1", "H4"]),
        ("隐患等级=重大 且 没有 挂牌督办台账 且 隶属关系=民营", ["H1", "H4"]),
        ("隐患等级=重大 且 挂牌日期 为空", ["H1", "H4"]),
        ("隐患等级=一般 或 整改资金>=50000", ["H1", "H3"]),
        ("隐患等级 为 重大 且 挂牌日期 不为空", ["H2"]),
        ("隐患等级 不为 重大", ["H3"]),
        ("隐患等级≠重大", ["H3"]),
        ("整改资金 为空", ["H3", "H4"]),
        ("床位数>=40", ["A", "D"]),
        ("有无锅炉=否", ["B"]),
        ("有无锅炉 为空", ["C"]),
        ("没有 县级检查记录", ["B", "C", "D"]),
        ("有 县级检查记录 或 床位数=20", ["A", "B"]),
        ("单位名称 包含 “医院”", ["A", "B", "D"]),
        ("单位名称 不包含 医院", ["C"]),
        ("隐患排查治理台账.检查日期<=2014-01-31", ["H4"]),
        ("检查日期<=2014-01-31 且 隐患等级=重大", ["H4"]),
    ],
)
def test_condition_finds_the_rows_it_says(condition, rows):
    assert found(condition) == rows


def test_kind_and_period_narrow_what_is_asked():
    assert found("隐患等级=重大", unit_type="医院") == ["H1", "H2", "H4"]
    assert found("隐患等级=重大", unit_type="A2") == ["H4"]
    assert found("隐患等级=重大", period="2014-02-01..2014-03-31") == ["H1", "H2"]
    assert found("没有 县级检查记录", period="2014-02-01..2014-03-04") == ["A", "B", "C", "D"]


def test_answer_carries_its_definition_and_how_many_were_asked_about():
    answer = find_rows(
        tables(),
        counties=frozenset({"1"}),
        area="甲县",
        unit_type="医院",
        period="2014-02-01..2014-03-31",
        condition="隐患等级=重大 且 没有 挂牌督办台账",
    )
    assert answer.definition == (
        "统计对象: 隐患排查治理台账, 每行算一条; 地区: 甲县; 单位类别: 医院; "
        "期间: “检查日期”在 2014-02-01 至 2014-03-31 之间; "
        "条件: “隐患排查治理台账”的“隐患等级”=重大 且 没有“挂牌督办台账”的记录"
    )
    assert (answer.asked, len(answer.rows), answer.units) == (2, 1, 1)
    assert shown_columns(answer, "整改资金>0")[:5] == [
        "county",
        "unit_id",
        "unit_name",
        "unit_type",
        "affiliation",
    ]


@pytest.mark.parametrize(
    ("condition", "asked", "unclear"),
    [
        ("床位数>=40", {}, [("条件所问的格为空", 1)]),
        ("床位数>=40 或 单位名称 包含 丙", {}, []),
        ("床位数 为空", {}, []),
        ("整改资金>5", {"period": "2014-02-01..2014-03-31"}, [("条件所问的格为空", 1)]),
        ("挂牌日期>=2014-01-01", {}, []),
        ("隐患等级=重大", {"unit_type": "医院"}, []),
    ],
)
def test_rows_that_may_belong_to_the_answer_are_counted_beside_it(condition, asked, unclear):
    answer = find_rows(tables(), counties=frozenset("123"), area="甲省", condition=condition, **asked)
    assert list(answer.unclear) == unclear


def test_rows_without_a_kind_or_a_day_are_counted_where_these_are_asked_for():
    given = tables()
    given["hazards"] = given["hazards"].assign(found_date=[pd.NaT, *[DAY] * 3])
    given["units"] = given["units"].assign(unit_type=["A100", pd.NA, "D600", "A220"])
    answer = find_rows(
        given,
        counties=frozenset("123"),
        area="甲省",
        unit_type="医院",
        period="2014-02-01..2014-03-31",
        condition="隐患等级=重大 且 没有 挂牌督办台账",
    )
    assert answer.unclear == (("类别不明", 1), ("日期不明", 1))
    assert answer.tables == ("hazards", "listings", "units")


def test_a_quoted_value_may_hold_the_joints():
    clause = read_condition("单位名称=“东且西或南”")[0][0]
    assert clause.value == "东且西或南"
    assert describe(read_condition("床位数>5 且 有无锅炉=是")) == (
        "“单位名录”的“床位数”>5 且 “单位名录”的“有无锅炉”=是"
    )


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("隐患等机=重大", "各表都没有“隐患等机”这一列, 是不是“隐患等级”"),
        (
            "床位很多",
            "条件“床位很多”看不懂。应写成“列名 为 值”(“为”前后空格, 也可写 =)、“列名 为空”“没有 表名”之一, "
            "用“且”“或”连接",
        ),
        (
            "没有 挂牌台账",
            "条件“没有 挂牌台账”看不懂, 是不是“挂牌督办台账”。应写成“列名 为 值”(“为”前后空格, 也可写 =)、"
            "“列名 为空”“没有 表名”之一, 用“且”“或”连接",
        ),
        ("单位名录.床位>5", "“单位名录”没有“床位”这一列, 是不是“床位数”"),
        ("床位数>5 且", "“且”“或”的两边都要有条件"),
        (
            "(床位数>5 或 有无锅炉=是) 且 隶属关系=民营",
            "条件里不用括号(读到“(床位数>5”); “且”先于“或”, 请写成“甲 且 丙 或 乙 且 丙”",
        ),
        ("隐患等级=特大", "条件“隐患等级=特大”: 应为 一般、重大 之一"),
        ("床位数>很多", "条件“床位数>很多”: 应为数字"),
        ("整改资金>5万", "条件“整改资金>5万”: 应为数字(元)"),
        ("有无锅炉=有", "条件“有无锅炉=有”: 应为 是 或 否"),
        ("单位名称>甲", "条件“单位名称>甲”: 这一列不能比大小, 只能用 = ≠ 包含 不包含"),
        ("挂牌日期>3月5日", "条件“挂牌日期>3月5日”: 应为 2014-03-31 这样的日期"),
        (
            "县级检查记录.结论=合格 且 隐患等级=重大",
            "一次只能统计一张记录表的行, 条件里有: 县级检查记录、隐患排查治理台账; 其他表请用“有 表名”“没有 表名”",
        ),
        ("周报表.已抽单位>3", "“周报表”的行不属于单位, 不能按单位统计"),
        ("没有 周报表", "“周报表”与单位、隐患都对应不上, 不能问有没有"),
    ],
)
def test_what_is_not_understood_is_refused(condition, said):
    with pytest.raises(CallError) as refused:
        found(condition)
    assert refused.value.text.zh == said


def test_ambiguous_word_names_the_tables_it_stands_in():
    with pytest.raises(CallError) as refused:
        read_condition("结论=合格")
    assert refused.value.text.zh == (
        "“结论”在几张表里都有, 请写明是哪一张: 县级检查记录.结论、市级抽检记录.结论、省级核查记录.结论"
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"period": "2014年3月"}, "期间“2014年3月”应写成 2014-02-01..2014-03-31, 前一天不晚于后一天"),
        (
            {"period": "2014-03-31..2014-02-01"},
            "期间“2014-03-31..2014-02-01”应写成 2014-02-01..2014-03-31, 前一天不晚于后一天",
        ),
        (
            {"unit_type": "饭店"},
            "没有“饭店”这一类单位, 有: 医院、社区卫生、乡镇卫生院、诊所门诊部、村卫生室、公共卫生、计生服务; "
            "也可写类别代码, 例如 D600",
        ),
    ],
)
def test_period_and_kind_not_understood_are_refused(asked, said):
    with pytest.raises(CallError) as refused:
        found("", **asked)
    assert refused.value.text.zh == said
