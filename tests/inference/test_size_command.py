"""Scenario: ``audit size`` says what a number of visits can carry, and draws it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audit_lib.cli import main

SAID = """\
单位总数 N = 2000, 判定限 5%: 从 101 家不合格起算超过
要以 95% 的把握说没有超过, 至少检查 n 家。单次抽样方案(用 GB/T 2828 的说法; 按超几何分布算出, 不是查表):
  样本量 n = 57  接收数 Ac = 0  不接收数 Re = 1  使用方风险 4.99%  生产方风险 44.07%(实际 20 家不合格时)
  样本量 n = 91  接收数 Ac = 1  不接收数 Re = 2  使用方风险 4.87%  生产方风险 23.01%(实际 20 家不合格时)
两次抽样方案: 先抽 60 家, 全部合格即接受; 恰有 1 家不合格, 再抽 60 家, 全部合格才接受; 使用方风险 4.81%
检查 240 家, 一家不合格也没有发现时, 仍可能有 23 家不合格(1.2%)
不合格比例的区间半宽约 0.05(按最不利的一半估): 检查 323 家
"""


def audit_size(tmp_path: Path, *options: str, lang: str = "zh") -> Result:
    return CliRunner().invoke(main, ["--lang", lang, "size", *options, "--output", str(tmp_path)])


def test_it_says_how_many_visits_a_statement_needs_and_draws_the_curve(tmp_path: Path) -> None:
    options = ["--units", "2000", "--most", "1", "--visits", "240", "--half-width", "0.05"]
    done = audit_size(tmp_path, *options)
    picture = tmp_path / "size" / "N2000-limit0.05-confidence0.95.png"

    assert done.exit_code == 0
    assert done.output == f"{SAID}曲线: {picture}\n"
    first = picture.read_bytes()
    assert first.startswith(b"\x89PNG")
    audit_size(tmp_path, *options)
    assert picture.read_bytes() == first


def test_a_tiny_frame_gets_its_sizes_and_hears_that_no_two_stage_plan_will_do(tmp_path: Path) -> None:
    done = audit_size(tmp_path, "--units", "20", "--limit", "1/10", "--visits", "4", lang="en")

    assert "  n = 12  Ac = 0  Re = 1  consumer's risk 4.91%" in done.output
    assert "no two-stage plan with equal samples of 20 units finds 3 failures" in done.output
    assert "4 visits without a failure leave up to 9 failing units (45.0%)" in done.output


def test_the_limit_itself_may_be_too_much(tmp_path: Path) -> None:
    assert "从 25 家不合格起算超过" in audit_size(tmp_path, "--units", "500", "--at-least").output
    assert "从 26 家不合格起算超过" in audit_size(tmp_path, "--units", "500").output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--units", "0"], "单位数应为 0 到 0 之间的整数, 且总数至少为 1, 读到 0\n"),
        (["--units", "20", "--limit", "101%"], "比例应在 0 与 1 之间, 读到“101%”\n"),
        (["--units", "20", "--limit", "100%"], "必须查出的不合格数应在 1 与单位数 20 之间, 读到 21\n"),
        (["--units", "20", "--acceptable", "10%"], "可以接受的不合格数应小于 2, 读到 2\n"),
        (["--units", "20", "--visits", "21"], "第 1 层应有 y <= n <= N, 读到 N = 20, n = 21, y = 0\n"),
        (["--units", "20", "--half-width", "0"], "预计比例和区间半宽应在 0 与 1 之间, 读到 0.5、0.0\n"),
        (["--units", "20", "--confidence", "95"], "置信度应在 0 与 1 之间, 读到 95.0\n"),
    ],
)
def test_a_question_that_has_no_answer_is_a_wrong_call(tmp_path: Path, options: list[str], said: str) -> None:
    done = audit_size(tmp_path, *options)

    assert (done.exit_code, done.output) == (2, said)
    assert list(tmp_path.iterdir()) == []
