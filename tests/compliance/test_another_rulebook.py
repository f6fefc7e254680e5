"""Another campaign is another folder of CSV files: the hospital criteria of 2023, judged without code."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

from audit_lib.compliance import judge, load_rulebook
from audit_lib.compliance.rulebook import rulebook_folder
from audit_lib.errors import JudgeError
from audit_lib.params import Run
from tests.compliance.tables import PROVINCE, check, intake, run, unit

PACK = "hospital-2023"
RULES = [f"MH-0{number}" for number in range(1, 7)]


def visited() -> Any:
    """Two hospitals: one passes all but an unchecked criterion, one fails one; the gas does not apply."""
    results = {
        "h1": dict.fromkeys(RULES, "合格") | {"MH-04": "合理缺项", "MH-06": "未检查"},
        "h2": dict.fromkeys(RULES, "合格") | {"MH-03": "不合格"},
    }
    rows = [
        {"check_id": name, "item_id": f"CK-{rule}", "result": result}
        for name, given in results.items()
        for rule, result in given.items()
    ]
    return intake(
        units=[unit("h1", unit_type="A100"), unit("h2", unit_type="A100")],
        province_checks=[check(name, "2014-03-26", check_id=name) for name in results],
        check_items=rows,
    )


def of_pack(folder: str = PACK) -> Run:
    return run(rulebook=folder)


def test_criteria_of_2023_are_judged_by_their_items() -> None:
    rules = judge(visited(), of_pack(), {}).rules
    found = {(row.rule_id, row.subject): (row.result, row.reason) for row in rules.itertuples()}
    assert set(rules["rule_id"]) == set(RULES)
    assert found["MH-01", "h1"][0] == found["MH-01", "h2"][0] == "met"
    assert found["MH-03", "h2"] == ("not_met", "CK-MH-03 不存在: 停用报警或篡改数据")
    assert found["MH-04", "h1"][0] == "not_applicable"
    assert found["MH-06", "h1"][0] == "not_assessable"


def test_without_checklists_no_criterion_is_judged() -> None:
    rules = judge(intake(units=[unit("h1")]), of_pack(), {}).rules
    assert set(rules["result"]) == {"not_assessable"}
    assert set(rules["subject"]) == {PROVINCE}


def test_same_folder_beside_the_params_is_the_same_rulebook(tmp_path: Path) -> None:
    shutil.copytree(rulebook_folder(PACK), tmp_path / "规则")
    here = dataclasses.replace(of_pack("规则"), file=tmp_path / "params.yaml")
    assert judge(visited(), here, {}).rules.equals(judge(visited(), of_pack(), {}).rules)


def test_spring_of_2014_does_not_know_them() -> None:
    assert not set(RULES) & set(load_rulebook().rules)
    assert load_rulebook(source=PACK).name == "医疗机构重大事故隐患判定清单(试行)"


def test_rulebook_with_faults_is_refused_and_every_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "规则"
    shutil.copytree(rulebook_folder(PACK), folder)
    rules = (
        (folder / "rules.csv")
        .read_text(encoding="utf-8")
        .replace(",unit,,check_items", ",county,三月,checks", 1)
    )
    (folder / "rules.csv").write_text(rules, encoding="utf-8")
    parameters = (folder / "parameters.csv").read_text(encoding="utf-8").replace("100,points", "满分,points")
    (folder / "parameters.csv").write_text(parameters, encoding="utf-8")
    with pytest.raises(JudgeError) as refusal:
        load_rulebook(source=folder)
    assert str(refusal.value).splitlines() == [
        "规则手册 规则 不能使用(3 处问题):",
        "  - rules.csv 第 2 行“needs”: 读到“checks”, 没有这个名字",
        "  - rules.csv 第 2 行“due”: 读到“三月”, 应为 2014-03-31 这样的日期",
        "  - parameters.csv 第 2 行“value”: 读到“满分”, 应为单位 points 的值",
    ]


def test_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JudgeError) as refusal:
        load_rulebook(source=tmp_path)
    assert str(refusal.value).splitlines()[1:] == [
        "  - rulebook.csv: 文件夹里没有这个文件",
        "  - rules.csv: 文件夹里没有这个文件",
    ]
