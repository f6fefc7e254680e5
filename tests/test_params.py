"""Params are read strictly: each trap of YAML is a message with its line, never a guess."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from audit_lib.errors import ParamsError, language
from audit_lib.params import expand_environment, read_params

REPO = Path(__file__).parents[1]
LEAST = "run: a\ncampaign: b\ninputs: {}\n"
DRAW = LEAST + "draws:\n  x:\n    purpose: recheck\n    cutoff: 2014-03-24\n    seed_source: 体彩\n"
GUESSED = (
    "YAML 会把它读成别的东西; 文字请加引号, 是否请写 true 或 false",
    "YAML would read this as something else; quote text, write true or false for flags",
)


def _said(folder: Path, text: str, code: str) -> str:
    file = folder / "p.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError) as caught, language(code):
        read_params(file)
    with language(code):
        return str(caught.value)


@pytest.mark.parametrize(
    ("line", "got"),
    [
        ("seed: 01234567012345670123", "01234567012345670123"),
        ("seed: 12345678901234567890", "12345678901234567890"),
        ("code: 011023", "011023"),
        ("campaign_name: no", "no"),
        ("demo: yes", "yes"),
        ("demo: True", "True"),
        ("time: 12:30", "12:30"),
        ("units: 1_000", "1_000"),
        ("units: 0x10", "0x10"),
        ("limit: .05", ".05"),
        ("limit: .nan", ".nan"),
        ("call: !!python/name:os.system x", "x"),
    ],
)
def test_value_that_yaml_would_guess_at_is_refused_by_line(tmp_path: Path, line: str, got: str) -> None:
    zh, en = GUESSED
    assert _said(tmp_path, LEAST + line + "\n", "zh") == (
        f"p.yaml 不能使用(1 处问题):\n  - p.yaml 第 4 行: 读到“{got}”, {zh}"
    )
    assert _said(tmp_path, LEAST + line + "\n", "en") == (
        f'p.yaml cannot be used (1 problems):\n  - p.yaml row 4: read "{got}", {en}'
    )


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            LEAST + "run: c",
            "p.yaml 第 4 行: 读到“run”, 此键已经出现过",
            'row 4: read "run", this key stands here twice',
        ),
        (
            DRAW + "    purpose: recheck",
            "p.yaml 第 9 行: 读到“purpose”, 此键已经出现过",
            'row 9: read "purpose", this key stands here twice',
        ),
        (
            LEAST + "? [a, b]\n: c",
            "p.yaml 第 4 行: 键应为一个词",
            "row 4: a key is one word",
        ),
        (
            LEAST + "sampling: {smallest_straum: 3}",
            "p.yaml 第 4 行“sampling.smallest_straum”: 读到“3”, 没有这个键, 是不是“smallest_stratum”?",
            'row 4 column "sampling.smallest_straum": read "3", no such key, '
            'did you mean "smallest_stratum"?',
        ),
        (
            DRAW + "    purpos: x",
            "p.yaml 第 9 行“draws.x.purpos”: 读到“x”, 没有这个键, 是不是“purpose”?",
            'row 9 column "draws.x.purpos": read "x", no such key, did you mean "purpose"?',
        ),
        (
            LEAST + "zzqq:",
            "p.yaml 第 4 行“zzqq”: 没有这个键",
            'row 4 column "zzqq": no such key',
        ),
        (
            LEAST + "<<: {demo: true}",
            "p.yaml 第 4 行“<<”: 读到“{'demo': True}”, 没有这个键",
            'row 4 column "<<": read "{\'demo\': True}", no such key',
        ),
        (
            DRAW + "    seed: 20140309",
            "p.yaml 第 9 行“draws.x.seed”: 读到“20140309”, 应为文字, 请加引号",
            'row 9 column "draws.x.seed": read "20140309", text is due, quote it',
        ),
        (
            LEAST + "areas: 220000",
            "p.yaml 第 4 行“areas”: 读到“220000”, 应为文字, 请加引号",
            'row 4 column "areas": read "220000", text is due, quote it',
        ),
        (
            LEAST + 'make: {units: "20000"}\ndemo: true',
            "p.yaml 第 4 行“make.units”: 读到“20000”, 应为整数",
            'row 4 column "make.units": read "20000", a whole number is due',
        ),
        (
            LEAST + "estimates: {limit: 5%}",
            "p.yaml 第 4 行“estimates.limit”: 读到“5%”, 应为数字",
            'row 4 column "estimates.limit": read "5%", a number is due',
        ),
        (
            LEAST + 'demo: "true"',
            "p.yaml 第 4 行“demo”: 读到“true”, 应为 true 或 false",
            'row 4 column "demo": read "true", true or false is due',
        ),
        (
            LEAST + "rules: R-03",
            "p.yaml 第 4 行“rules”: 读到“R-03”, 应为列表",
            'row 4 column "rules": read "R-03", a list is due',
        ),
        (
            LEAST + "window: 2014",
            "p.yaml 第 4 行“window”: 读到“2014”, 应为键和值",
            'row 4 column "window": read "2014", keys and values are due',
        ),
        (
            LEAST + "draws: []",
            "p.yaml 第 4 行“draws”: 读到“[]”, 应为键和值",
            'row 4 column "draws": read "[]", keys and values are due',
        ),
        (
            LEAST + "as_of: 2014/03/01",
            "p.yaml 第 4 行“as_of”: 读到“2014/03/01”, 应为 2014-03-31 这样的日期",
            'row 4 column "as_of": read "2014/03/01", a date like 2014-03-31 is due',
        ),
        (
            LEAST + "as_of: 2014-3-1",
            "p.yaml 第 4 行“as_of”: 读到“2014-3-1”, 应为 2014-03-31 这样的日期",
            'row 4 column "as_of": read "2014-3-1", a date like 2014-03-31 is due',
        ),
        (
            LEAST + "as_of: 20140301",
            "p.yaml 第 4 行“as_of”: 读到“20140301”, 应为 2014-03-31 这样的日期",
            'row 4 column "as_of": read "20140301", a date like 2014-03-31 is due',
        ),
        (
            LEAST + "as_of: 2014-02-30",
            "p.yaml 第 4 行“as_of”: 读到“2014-02-30”, 应为 2014-03-31 这样的日期",
            'row 4 column "as_of": read "2014-02-30", a date like 2014-03-31 is due',
        ),
        (
            LEAST + "readings: {A1: all}",
            "p.yaml 第 4 行“readings.A1”: 读到“all”, 应为 'passed', 'inspected' or 'roster' 之一",
            "row 4 column \"readings.A1\": read \"all\", due: 'passed', 'inspected' or 'roster'",
        ),
        (
            "run: a/b\ncampaign: b\ninputs: {}",
            "p.yaml 第 1 行“run”: 读到“a/b”, 只能用字母、数字、汉字、点、横线和下划线, 至多 64 个",
            'row 1 column "run": read "a/b", letters, digits, . - _ only, at most 64',
        ),
        (
            "run: a\ninputs: {}",
            "p.yaml 第 1 行“campaign”: 缺少此键",
            'row 1 column "campaign": this key is missing',
        ),
        (
            LEAST + "demo: true\nmake: {units: 0}",
            "p.yaml 第 5 行“make.units”: 读到“0”, 应不小于 1",
            'row 5 column "make.units": read "0", due: at least 1',
        ),
        (
            LEAST + "estimates: {confidence: 0}",
            "p.yaml 第 4 行“estimates.confidence”: 读到“0”, 应大于 0",
            'row 4 column "estimates.confidence": read "0", due: more than 0',
        ),
        (
            LEAST + "estimates: {confidence: 95}",
            "p.yaml 第 4 行“estimates.confidence”: 读到“95”, 应小于 1",
            'row 4 column "estimates.confidence": read "95", due: less than 1',
        ),
        (
            LEAST + "estimates: {limit: 5}",
            "p.yaml 第 4 行“estimates.limit”: 读到“5”, 应不大于 1",
            'row 4 column "estimates.limit": read "5", due: at most 1',
        ),
    ],
)
def test_wrong_choice_is_named_with_line_key_and_what_is_due(
    tmp_path: Path, text: str, zh: str, en: str
) -> None:
    assert _said(tmp_path, text + "\n", "zh") == f"p.yaml 不能使用(1 处问题):\n  - {zh}"
    assert _said(tmp_path, text + "\n", "en") == f"p.yaml cannot be used (1 problems):\n  - p.yaml {en}"


def test_anchor_and_alias_are_both_named(tmp_path: Path) -> None:
    text = "run: &x a\ncampaign: *x\ninputs: {}\n"
    assert _said(tmp_path, text, "zh") == (
        "p.yaml 不能使用(2 处问题):\n"
        "  - p.yaml 第 1 行: 读到“&x”, 不可用锚点或别名\n"
        "  - p.yaml 第 2 行: 读到“*x”, 不可用锚点或别名"
    )
    assert _said(tmp_path, text, "en") == (
        "p.yaml cannot be used (2 problems):\n"
        '  - p.yaml row 1: read "&x", anchors and aliases are not taken\n'
        '  - p.yaml row 2: read "*x", anchors and aliases are not taken'
    )


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("run: a\nb: c: d\n", "p.yaml 第 2 行不是正确的 YAML", "p.yaml line 2 is not valid YAML"),
        ("run: a\n\tb: c\n", "p.yaml 第 2 行不是正确的 YAML", "p.yaml line 2 is not valid YAML"),
        ("run: a\nb: \x00\n", "p.yaml 第 2 行不是正确的 YAML", "p.yaml line 2 is not valid YAML"),
        ("run: a\n---\nrun: b\n", "p.yaml 第 2 行不是正确的 YAML", "p.yaml line 2 is not valid YAML"),
        ("[" * 600 + "]" * 600, "p.yaml 层次过深", "p.yaml is nested too deep"),
        (
            DRAW + '    seed: "20140309-0123456789"\n',
            "p.yaml: 只有演示(demo: true)可以在参数里写种子; 请删去 x 的 seed, "
            "在方案公布之后用 audit draw --seed 给出",
            "p.yaml: only a demo may carry seeds in its params; remove seed of x "
            "and give it to audit draw --seed after the plan is published",
        ),
        (
            LEAST + "make: {units: 300}\n",
            "p.yaml: 编造数据(make)只能用于演示, 请写 demo: true",
            "p.yaml: only a demo may make its data up (make); write demo: true",
        ),
        (
            LEAST + "window: {start: 2014-03-31, end: 2014-02-01}\n",
            "p.yaml: window 的 start 2014-03-31 晚于 end 2014-02-01",
            "p.yaml: the window starts on 2014-03-31, after its end 2014-02-01",
        ),
    ],
)
def test_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, zh: str, en: str) -> None:
    assert _said(tmp_path, text, "zh") == zh
    assert _said(tmp_path, text, "en") == en


def test_missing_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "没有.yaml"
    with pytest.raises(ParamsError) as caught:
        read_params(file)
    assert str(caught.value) == f"找不到参数文件 {file}, 请核对路径"
    assert caught.value.text.en == f"no params file {file}: check the path"


def test_file_in_another_encoding_is_refused_and_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_bytes("run: 春季\n".encode("gb18030"))
    with pytest.raises(ParamsError) as caught:
        read_params(file)
    assert str(caught.value) == f"参数文件 {file} 读不出(应为 UTF-8 文本)"
    assert caught.value.text.en == f"params file {file} cannot be read as UTF-8"


def test_quoted_digits_stay_the_text_they_are(tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    text = DRAW.replace("run: a", 'run: "011023"') + '    seed: "01234567012345670123"\n'
    file.write_text(text + "demo: true\n", encoding="utf-8-sig")
    params = read_params(file).params
    assert params.run == "011023"
    assert params.draws["x"].seed == "01234567012345670123"


def test_plan_of_the_campaign_stands_behind_each_default(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(DRAW, encoding="utf-8")
    params = read_params(tmp_path / "p.yaml").params
    assert (params.window.start, params.window.end) == (dt.date(2014, 2, 1), dt.date(2014, 3, 31))
    assert [day.isoformat() for day in params.cutoffs] == ["2014-03-10", "2014-03-17", "2014-03-24"]
    assert params.readings.switched == []
    assert params.draws["x"].rate == "20%"
    assert params.draws["x"].total == 240
    assert params.estimates.limit is None


def test_day_of_the_call_wins_over_the_day_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(LEAST + "as_of: 2014-03-31\n", encoding="utf-8")
    assert read_params(tmp_path / "p.yaml", as_of=dt.date(2014, 2, 20)).params.as_of == dt.date(2014, 2, 20)


def test_paths_start_at_the_params_file_and_output_at_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "参数", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    (home / "p.yaml").write_text(LEAST + "data: ../资料\n", encoding="utf-8")
    run = read_params(home / "p.yaml")
    assert run.data.resolve() == tmp_path / "资料"
    assert run.output == here / "out"
    assert run.folder == here / "out" / "runs" / "a"
    assert run.campaign == here / "out" / "campaign"


def test_environment_names_in_patterns_are_replaced_or_the_pattern_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AUDIT_TEST_FOLDER", "/data/2014")
    monkeypatch.delenv("AUDIT_TEST_ABSENT", raising=False)
    assert expand_environment("${AUDIT_TEST_FOLDER}/*.csv.gz") == "/data/2014/*.csv.gz"
    assert expand_environment("${AUDIT_TEST_FOLDER}/${AUDIT_TEST_ABSENT}.csv") is None
    assert expand_environment("名录/$HOME.xlsx") == "名录/$HOME.xlsx"


def test_example_for_the_analysts_can_be_read_and_copied() -> None:
    run = read_params(REPO / "params" / "spring-2014.yaml")
    assert not run.params.demo
    assert run.params.areas == "jilin-2013"
    assert run.params.draws["recheck"].seed is None


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (
            "purpose: recheck\n    scores: 风险分.csv",
            "p.yaml: 抽样“a”: scores(风险分)只用于暗访(unannounced), 且不与 neyman 同用",
        ),
        (
            "purpose: recheck\n    neyman: b",
            "p.yaml: 抽样“a”: neyman 须是另一次抽样的名称(a), 不用于市级抽检(city_check)",
        ),
        (
            "purpose: city_check\n    neyman: a",
            "p.yaml: 抽样“a”: neyman 须是另一次抽样的名称(a), 不用于市级抽检(city_check)",
        ),
    ],
)
def test_choice_that_a_purpose_does_not_have_is_refused(tmp_path: Path, draw: str, words: str) -> None:
    text = LEAST + "draws:\n  a:\n    cutoff: 2014-03-24\n    seed_source: s\n    " + draw
    assert _said(tmp_path, text, "zh") == words
