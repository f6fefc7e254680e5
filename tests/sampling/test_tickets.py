"""A ticket is the same for ever, and what cannot have one is refused with examples."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_lib.errors import CallError, DrawError, FrameError
from audit_lib.sampling import canonical_id, check_ids, check_seed, stream_ticket, ticket, tickets

SEED = "20140309-0123456789"
ORACLES = Path(__file__).parents[1] / "oracles"


def test_ticket_vectors_never_change() -> None:
    for row in csv.DictReader((ORACLES / "tickets.csv").read_text(encoding="utf-8").splitlines()):
        assert ticket(row["seed"], row["unit_id"]) == row["ticket"], row["source"]


def test_many_tickets_are_the_tickets_of_each() -> None:
    ids = ["B", "A", "北1"]
    assert tickets(SEED, ids) == [ticket(SEED, name) for name in ids]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a1",
        "A 1",
        "A,1",
        "A\n1",
        "A\x00",
        "Ａ１",
        "A\u200b1",
        " A1",
        "A" * 65,
        "ß",
        "A\ud800",
        "A\u3000B",
    ],
)
def test_id_that_is_not_canonical_has_no_ticket(name: str) -> None:
    with pytest.raises(FrameError):
        ticket(SEED, name)


@pytest.mark.parametrize("name", [1, 1.0, None, b"A1"])
def test_number_is_not_an_id(name: object) -> None:
    with pytest.raises(FrameError):
        check_ids([name])


def test_refused_ids_are_counted_with_examples() -> None:
    with pytest.raises(FrameError) as caught:
        tickets(SEED, ["A1", "a2", "A\t3", "A4,", "x"])
    assert str(caught.value) == (
        "4 个单位编号不规范(须为 1 至 64 个字符的文本, 半角大写, 不含空白、逗号和控制字符): “a2”、'A\\t3'、“A4,”"
    )


@pytest.mark.parametrize(
    "seed", ["", "short", "x" * 15, "x" * 129, "20140309 0123456789", "种" * 16, "a,b" * 8, "a" * 16 + "\n"]
)
def test_seed_outside_the_alphabet_is_refused(seed: str) -> None:
    with pytest.raises(DrawError):
        check_seed(seed)


def test_seed_that_yaml_made_a_number_is_refused_whole() -> None:
    with pytest.raises(DrawError) as caught:
        ticket(23528931761549395, "A1")  # type: ignore[arg-type]
    assert str(caught.value) == (
        "种子须为 16 至 128 个字符的文本, 只用数字、英文字母和 . _ -: 读到 23528931761549395。例: 20140309-0123456789"
    )


def test_stream_is_named_in_lower_case() -> None:
    with pytest.raises(CallError) as caught:
        stream_ticket(SEED, "Inspectors,", "A1")
    assert str(caught.value) == "随机流名称只能用小写字母、数字和连字符: 读到“Inspectors,”"


def test_streams_and_draw_do_not_meet() -> None:
    assert len({ticket(SEED, "A1"), stream_ticket(SEED, "a", "A1"), stream_ticket(SEED, "b", "A1")}) == 3


@given(st.text(max_size=80))
def test_canonical_form_is_stable_or_refused(text: str) -> None:
    try:
        name = canonical_id(text)
    except FrameError:
        return
    assert canonical_id(name) == name
    check_ids([name])
