"""An objection marks a finding, is carried from run to run, and moves no result by itself."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from audit_lib.errors import InputError
from audit_lib.field import decide_objections, keep_objections, load_objections, write_objections
from audit_lib.schemas import conform, empty

AS_OF = pd.Timestamp("2014-03-31")
WHENCE = {"sender": "甲县", "file": "申诉.xlsx", "sheet": "表", "row": 6}


def objections(*rows: dict[str, object]) -> pd.DataFrame:
    basic = {"area": "990102", "rule_id": "R-03", "date": pd.Timestamp("2014-03-20"), "text": "已检查"}
    return conform(pd.DataFrame([basic | row | WHENCE for row in rows]), "objections")


def decided(decision: str, day: str, **more: object) -> dict[str, object]:
    return {
        "decision": decision,
        "decided_by": "省督导组",
        "decided_on": pd.Timestamp(day),
        "reply": "经核对",
    } | more


def rules(**results: str) -> pd.DataFrame:
    rows = [
        {
            "rule_id": rule.replace("_", "-"),
            "level": "county",
            "subject": "990102",
            "result": result,
            "as_of": "2014-03-31",
        }
        for rule, result in results.items()
    ]
    return conform(pd.DataFrame(rows), "rules")


def states(*rows: dict[str, object], as_of: pd.Timestamp = AS_OF, **results: str) -> list[list[object]]:
    found = decide_objections(objections(*rows), rules(**results or {"R_03": "not_met"}), as_of=as_of)
    return found[["state", "result", "note"]].fillna("").values.tolist()


def test_each_decision_has_its_state_and_none_changes_the_result() -> None:
    assert states({}) == [["已申诉, 待决定", "not_met", ""]]
    assert states(decided("维持", "2014-03-25")) == [["申诉不成立, 维持", "not_met", ""]]
    unchanged = "判定没有随决定改变: 更正的事实须以更正后的资料报送"
    assert states(decided("撤销", "2014-03-25")) == [["申诉成立, 撤销", "not_met", unchanged]]
    assert states(decided("更正", "2014-03-25")) == [["申诉成立, 更正", "not_met", unchanged]]


def test_corrected_data_speaks_for_an_upheld_objection() -> None:
    assert states(decided("更正", "2014-03-25"), R_03="met") == [
        ["申诉成立, 更正", "met", "按更正后的资料, 现不在未达到之列"]
    ]


def test_decision_without_a_name_and_a_day_is_none() -> None:
    assert states({"decision": "撤销"}) == [["已申诉, 决定缺决定人或日期", "not_met", ""]]


def test_objection_to_what_was_not_found_says_so() -> None:
    assert states({"rule_id": "F9-99"}) == [["已申诉, 待决定", "", "本次判定中没有这一条"]]


def test_what_is_dated_after_the_day_judged_is_not_known_yet() -> None:
    day = pd.Timestamp("2014-03-21")
    assert states(decided("维持", "2014-03-25"), as_of=day) == [["已申诉, 待决定", "not_met", ""]]
    assert states({"date": pd.Timestamp("2014-03-22")}, as_of=day) == []


def test_last_decision_speaks_and_a_list_that_lost_it_does_not_undo_it() -> None:
    first, second = decided("维持", "2014-03-24"), decided("更正", "2014-03-28")
    for order in ([first, second, {}], [second, {}, first], [{}, first, second]):
        assert [row[0] for row in states(*order)] == ["申诉成立, 更正"]


def test_worse_result_speaks_for_a_county_that_is_its_own_city() -> None:
    both = pd.concat([rules(R_03="met"), rules(R_03="not_met").assign(level="city")])
    found = decide_objections(objections({}), both, as_of=AS_OF)
    assert found["result"].tolist() == ["not_met"]


def test_register_keeps_each_row_once_through_files_read_again(tmp_path: Path) -> None:
    assert load_objections(tmp_path).empty
    first = objections({}, {"rule_id": "R-05"})
    write_objections(tmp_path, keep_objections(load_objections(tmp_path), first))
    again = objections({}, decided("维持", "2014-03-25")).assign(file="另一份.xlsx")
    rows = keep_objections(load_objections(tmp_path), again)
    assert rows[["rule_id", "decision"]].fillna("").values.tolist() == [
        ["R-05", ""],
        ["R-03", ""],
        ["R-03", "维持"],
    ]
    assert keep_objections(rows, empty("objections")).equals(rows)


def test_broken_register_is_refused(tmp_path: Path) -> None:
    (tmp_path / "objections.parquet").write_bytes(b"x")
    with pytest.raises(InputError) as caught:
        load_objections(tmp_path)
    assert str(caught.value) == "申诉登记 objections.parquet 已损坏, 请从备份恢复后重新运行"
