"""Tables are declared once: what the rulebook's two files say is what every stage hands on."""

from __future__ import annotations

import pandas as pd
import pytest

from audit_lib.errors import AuditError
from audit_lib.schemas import DTYPES, PROVENANCE, conform, empty, inputs, rulebook_rows, schema, tables

WHENCE = {"sender": "长春市", "file": "报送单位.xlsx", "sheet": "一", "row": 3}


def test_each_column_belongs_to_a_table_and_has_a_known_kind_and_role() -> None:
    for row in rulebook_rows("columns"):
        assert row["table"] in tables(), row
        assert row["kind"] in DTYPES, row
        assert row["role"] in {"key", "needed", "optional"}, row
        assert bool(row["choices"]) == (row["kind"] == "choice"), row


def test_no_table_declares_a_column_or_a_header_twice() -> None:
    for table in tables().values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names), table.name
        headers = [word for column in table.columns for word in (column.zh, *column.aliases)]
        assert sorted({word for word in headers if headers.count(word) > 1}) == [], table.name


def test_each_table_names_the_columns_that_identify_a_row() -> None:
    assert [name for name, table in tables().items() if not table.keys] == []


@pytest.mark.parametrize("name", list(tables()))
def test_empty_table_already_fits_its_own_schema(name: str) -> None:
    assert conform(empty(name), name).dtypes.equals(empty(name).dtypes)


def test_input_tables_carry_where_each_row_was_read_and_outputs_do_not() -> None:
    for name in tables():
        carried = set(PROVENANCE) <= set(schema(name).columns)
        assert carried == (name in inputs()), name


def test_ids_that_look_like_numbers_or_missing_stay_text() -> None:
    rows = pd.DataFrame([{"area": "001", "body": "NA", "contact": None, "phone": pd.NA, **WHENCE}])
    read = conform(rows, "reporters")
    assert read.loc[0, "area"] == "001"
    assert read.loc[0, "body"] == "NA"
    assert read[["contact", "phone"]].isna().all(axis=None)


def test_dates_are_days_without_zone_and_money_is_whole_fen() -> None:
    rows = pd.DataFrame(
        [
            {
                "area": "220100",
                "body": "市卫生局",
                "week": "2014-03-14",
                "received_at": "2014-03-14 10:59:59",
                "fund_total": 12_345_678_901_234_567,
                **WHENCE,
            }
        ]
    )
    read = conform(rows, "weekly")
    assert read.loc[0, "week"] == pd.Timestamp("2014-03-14")
    assert read.loc[0, "received_at"] == pd.Timestamp("2014-03-14 10:59:59")
    assert read["week"].dt.tz is None
    assert read.loc[0, "fund_total"] == 12_345_678_901_234_567


def test_declared_order_and_columns_are_restored_and_others_left_out() -> None:
    rows = pd.DataFrame([{"body": "b", "extra": 1, "area": "a", **WHENCE}], index=[7])
    read = conform(rows, "reporters")
    assert list(read.columns) == ["area", "body", "contact", "phone", *PROVENANCE]
    assert list(read.index) == [0]


def test_value_outside_its_choices_is_named_with_table_column_and_value() -> None:
    row = {"rule_id": "R-03", "level": "village", "subject": "1", "result": "met", "as_of": "2014-03-31"}
    with pytest.raises(AuditError) as caught:
        conform(pd.DataFrame([row]), "rules")
    said = caught.value.text
    levels = [repr(level) for level in tables()["rules"].column("level").choices]
    assert said.zh == f"表 rules 不合格式: level: village (isin(({', '.join(levels)})))"
    assert said.en == f"table rules does not fit its schema: level: village (isin(({', '.join(levels)})))"


def test_row_without_its_key_is_refused() -> None:
    row = {"rule_id": None, "level": "city", "subject": "1", "result": "met", "as_of": "2014-03-31"}
    with pytest.raises(AuditError, match=r"^表 rules 不合格式: rule_id: nan \(not_nullable\)$"):
        conform(pd.DataFrame([row]), "rules")
