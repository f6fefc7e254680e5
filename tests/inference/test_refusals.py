"""Unit: what would make a wrong number is an error that names the stratum."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit_lib.errors import EstimateError, language
from audit_lib.inference import (
    acceptance_numbers,
    allowed_failures,
    can_show,
    discovery_size,
    estimate_mean,
    estimate_ratio,
    estimate_share,
    estimate_two_stage,
    item_agreement,
    kappa,
    operating_characteristic,
    paired,
    precision_size,
    tolerable_count,
    two_stage_risk,
    two_stage_size,
)

TWO = ["东昌", "东昌", "NA", "NA"]
SIZES = {"东昌": 9, "NA": 8}


def share(
    failed: Any = (1, 0, 0, 0), strata: Any = TWO, sizes: Any = SIZES, **options: Any
) -> Callable[[], object]:
    return lambda: estimate_share(failed, strata, sizes, **options)


REFUSED = [
    (
        share(sizes={"东昌": 9}),
        "无法估计: 没有给出单位总数的层: “NA”",
        'no estimate: strata without a size: "NA"',
    ),
    (
        share(sizes={"东昌": 9, "NA": 1}),
        "无法估计: 检查数多于单位总数的层: “NA”",
        'no estimate: strata with more visits than units: "NA"',
    ),
    (
        share(sizes={"东昌": 9, "NA": 0}),
        "无法估计: 检查数多于单位总数的层: “NA”",
        'no estimate: strata with more visits than units: "NA"',
    ),
    (
        share(sizes=SIZES | {"001": 5, "": 7}),
        "无法估计: 一家也没有检查的层: “”、“001”",
        'no estimate: strata without any visit: "", "001"',
    ),
    (
        share(sizes={"东昌": 9, "NA": 8.5}),
        "无法估计: 单位总数不是不小于 0 的整数的层: “NA”",
        'no estimate: strata whose size is not a whole number of 0 or more: "NA"',
    ),
    (
        share(sizes={"东昌": -1, "NA": float("nan")}),
        "无法估计: 单位总数不是不小于 0 的整数的层: “NA”、“东昌”",
        'no estimate: strata whose size is not a whole number of 0 or more: "NA", "东昌"',
    ),
    (
        share(sizes=pd.Series([9, 8, 8], index=["东昌", "NA", "NA"])),
        "无法估计: 单位总数给出两次的层: “NA”",
        'no estimate: strata whose size is given twice: "NA"',
    ),
    (
        share(failed=[1, None, 0, 0]),
        "无法估计: failed 有缺失值的层: “东昌”",
        'no estimate: strata with missing values in failed: "东昌"',
    ),
    (
        share(failed=[1, 0, 2, 0]),
        "无法估计: failed 有 0 和 1 以外的值的层: “NA”",
        'no estimate: strata with values other than 0 and 1 in failed: "NA"',
    ),
    (share(failed=["1", "0", "0", "0"]), "failed 应当全是数", "failed must be numbers"),
    (
        share(failed=[1, 0, 0]),
        "failed 有 3 个值, 检查结果有 4 个, 应当一样多",
        "failed has 3 values for 4 visits",
    ),
    (
        share(failed=pd.Series([1, 0, 0, 0]), strata=pd.Series(TWO, index=[3, 2, 1, 0])),
        "failed 与分层列出的是同样的行, 次序却不同",
        "failed and strata list the same rows in different orders",
    ),
    (share(strata=["东昌", "东昌", None, "NA"]), "第 3 个检查结果没有分层", "visit 3 has no stratum"),
    (share(failed=[], strata=[]), "没有任何检查结果, 无法估计", "no visit at all, nothing can be estimated"),
    (
        share(strata=["东昌"] * 3 + ["NA"]),
        "无法估计: 只检查了一家、无法计算方差的层(可选 collapse 与相邻层合并): “NA”",
        'no estimate: strata with one visit, no variance (collapse joins them to a neighbour): "NA"',
    ),
    (
        share(failed=[1], strata=["NA"], sizes={"NA": 8}, lonely="collapse"),
        "层“NA”只检查了一家, 又没有可合并的相邻层, 无法计算方差",
        'stratum "NA" has one visit and no neighbour to join: no variance',
    ),
    (
        share(lonely="certainty"),
        "lonely 只能是 refuse 或 collapse, 读到“certainty”",
        'lonely is refuse or collapse, not "certainty"',
    ),
    (
        share(interval="wald"),
        "没有区间方法“wald”, 可选: auto, logit, korn-graubard, wilson, t",
        'no interval "wald"; known: auto, logit, korn-graubard, wilson, t',
    ),
    (share(confidence=1), "置信度应在 0 与 1 之间, 读到 1", "confidence lies between 0 and 1, not 1"),
    (
        share(domain=[0, 0, 0, 0]),
        "样本中没有属于该范围的单位, 无法估计",
        "no visit lies in the domain, nothing can be estimated",
    ),
    (
        share(domain=[0, 0, np.nan, 1]),
        "无法估计: domain 有缺失值的层: “NA”",
        'no estimate: strata with missing values in domain: "NA"',
    ),
    (lambda: estimate_mean([1, 2, np.inf, 3], TWO, SIZES), "values 应当全是数", "values must be numbers"),
    (
        lambda: estimate_ratio([1, 2, 0, 3], [0] * 4, TWO, SIZES),
        "比率的分母合计为 0, 无法估计",
        "the denominator of the ratio adds up to 0",
    ),
    (
        lambda: estimate_two_stage([1, 2], ["a", "a"], {"a": 5, "b": 4}),
        "只抽了一个县“a”, 无法计算县间方差",
        'only one county was drawn, "a": no variance between counties',
    ),
    (
        lambda: estimate_two_stage([1, 2], ["a", "x"], {"a": 5, "b": 4}),
        "无法估计: 没有给出单位总数的层: “x”",
        'no estimate: strata without a size: "x"',
    ),
    (
        lambda: estimate_two_stage([1, 2], ["a", "a"], {"a": 5}, statistic="median"),  # type: ignore[arg-type]
        "statistic 只能是 mean 或 total, 读到“median”",
        'statistic is mean or total, not "median"',
    ),
    (
        lambda: kappa([1] * 4, [1, 0, 1, 0], TWO, SIZES),
        "两个结论中有一个对所有单位都相同, kappa 恒为 0, 不能说明任何问题; 请用 false_pass",
        "one verdict is the same for all units: kappa is 0 whatever the other says; use false_pass",
    ),
    (
        lambda: kappa(["合格", None, "不合格", "合格"], [1, 0, 1, 0], TWO, SIZES),
        "无法估计: first 有缺失值的层: “东昌”",
        'no estimate: strata with missing values in first: "东昌"',
    ),
    (
        lambda: paired([[5, 0], [0, 5]]),
        "两个结论完全一致, 没有可比较的差异",
        "the two verdicts never differ: nothing to compare",
    ),
    (
        lambda: item_agreement(["u", "u"], [1, None], [1, 1], ["a", "a"], {"a": 1}),
        "逐项结论有缺失值, 无法估计",
        "a verdict on an item is missing, nothing can be estimated",
    ),
    (
        lambda: item_agreement(["u", "u"], [1, 0], [1, 1], ["a", "b"], {"a": 1, "b": 1}),
        "无法估计: 同时在两个层里的单位: “u”",
        'no estimate: units in two strata: "u"',
    ),
    (
        lambda: discovery_size(20, 21),
        "必须查出的不合格数应在 1 与单位数 20 之间, 读到 21",
        "the failures that must be found lie between 1 and the 20 units, not 21",
    ),
    (
        lambda: discovery_size(20, 2, allowed=2),
        "样本中允许的不合格数应小于 2, 读到 2: 多大的样本都不够",
        "the failures allowed in the sample must be below 2, not 2: no size will do",
    ),
    (
        lambda: tolerable_count(20, "five"),
        "应为比例, 例如 5%, 读到“five”",
        'a share is due, such as 5%, not "five"',
    ),
    (
        lambda: tolerable_count(20, "120%"),
        "比例应在 0 与 1 之间, 读到“120%”",
        'a share lies between 0 and 1, not "120%"',
    ),
    (
        lambda: item_agreement(["u", "u", "v"], [1, 0], [1, 1, 1], ["a"] * 3, {"a": 2}),
        "first 有 2 个值, 检查结果有 3 个, 应当一样多",
        "first has 2 values for 3 visits",
    ),
    (
        lambda: item_agreement(
            ["u", "v"],
            pd.Series([1, 0], index=["u", "v"]),
            [1, 1],
            pd.Series(["a", "a"], index=["v", "u"]),
            {"a": 2},
        ),
        "first 与分层列出的是同样的行, 次序却不同",
        "first and strata list the same rows in different orders",
    ),
    (
        lambda: paired([[5.5, 1], [0, 5]]),
        "两次结论的对照表应为 2 行 2 列不小于 0 的整数",
        "two verdicts are compared by 2 x 2 whole numbers of 0 or more",
    ),
    (
        lambda: paired([[5, 1, 0], [0, 5, 1]]),
        "两次结论的对照表应为 2 行 2 列不小于 0 的整数",
        "two verdicts are compared by 2 x 2 whole numbers of 0 or more",
    ),
    (
        lambda: acceptance_numbers(20, 2, acceptable=2),
        "可以接受的不合格数应小于 2, 读到 2",
        "the failures that are acceptable must be below 2, not 2",
    ),
    (
        lambda: operating_characteristic(20, 21, 0),
        "第 1 层应有 y <= n <= N, 读到 N = 20, n = 21, y = 0",
        "stratum 1 needs y <= n <= N, not N = 20, n = 21, y = 0",
    ),
    (
        lambda: allowed_failures([20, 30], [4], "5%"),
        "N、n、y 的层数不同: 2、1、1",
        "N, n, y have different numbers of strata: 2, 1, 1",
    ),
    (
        lambda: operating_characteristic(20, 4, 0, failures=[2.5]),  # type: ignore[list-item]
        "单位数应为 0 到 20 之间的整数, 且总数至少为 1, 读到 2.5",
        "a number of units is whole and lies between 0 and 20, at least 1, not 2.5",
    ),
    (
        lambda: two_stage_risk(20, 12, 9, 3),
        "单位数应为 0 到 20 之间的整数, 且总数至少为 1, 读到 21",
        "a number of units is whole and lies between 0 and 20, at least 1, not 21",
    ),
    (
        lambda: two_stage_size(20, 1),
        "20 家中没有两个样本量相同的两次抽样方案能查出 1 家不合格",
        "no two-stage plan with equal samples of 20 units finds 1 failures",
    ),
    (
        lambda: precision_size(20, 0, 0.05),
        "预计比例和区间半宽应在 0 与 1 之间, 读到 0、0.05",
        "share and half width lie between 0 and 1, not 0, 0.05",
    ),
    (
        lambda: tolerable_count(20, "5%", convention="at most"),  # type: ignore[arg-type]
        "convention 只能是 at_least 或 more_than, 读到“at most”",
        'convention is at_least or more_than, not "at most"',
    ),
    (
        lambda: can_show(0, 0),
        "单位数应为 0 到 0 之间的整数, 且总数至少为 1, 读到 0",
        "a number of units is whole and lies between 0 and 0, at least 1, not 0",
    ),
]


@pytest.mark.parametrize(("call", "zh", "en"), REFUSED, ids=[en for _, _, en in REFUSED])
def test_what_would_make_a_wrong_number_is_refused(call: Callable[[], object], zh: str, en: str) -> None:
    with pytest.raises(EstimateError) as error:
        call()

    assert str(error.value) == zh
    with language("en"):
        assert str(error.value) == en
