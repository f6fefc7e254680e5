"""Check digits against published vectors; one wrong sign is always noticed."""

from __future__ import annotations

import pytest

from audit_lib.intake import division_of, licence_reason, org_code_reason, organisation_reason, uscc_reason
from audit_lib.intake.identifiers import check_digit_11714

GOOD = "D2143569-X"
LICENCE = "D2143569X" + "220102" + "11" + "A100" + "1"


def test_vectors_of_the_standards_pass() -> None:
    assert organisation_reason(GOOD) is None  # GB 11714-1997, its own example
    assert uscc_reason("91110000600037341L") is None  # GB 32100-2015
    assert check_digit_11714("D2143569") == "X"


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5, 6, 7, 9])
def test_any_changed_digit_of_an_organisation_code_is_noticed(place: int) -> None:
    """Letters are worth 10 to 35, so a letter and a digit 11 below it are one to the standard."""
    for sign in "0123456789":
        changed = GOOD[:place] + sign + GOOD[place + 1 :]
        assert changed == GOOD or organisation_reason(changed) is not None


def test_each_fault_of_a_code_has_its_reason() -> None:
    assert str(organisation_reason("D2143569-1")) == "校验码不符(GB 11714)"
    assert str(organisation_reason("123")) == "长度应为 9 位"
    assert str(organisation_reason("甲2143569X")) == "含有不允许的字符"
    assert str(uscc_reason("91110000600037341M")) == "校验码不符(GB 32100)"
    assert str(uscc_reason("I1110000600037341L")) == "含有不允许的字符"
    assert str(uscc_reason("911")) == "长度应为 18 位"
    assert str(org_code_reason("1234567")) == "长度应为 9、10、18 或 22 位"


def test_inner_organisation_code_of_a_uscc_is_checked_too() -> None:
    alphabet, body = "0123456789ABCDEFGHJKLMNPQRTUWXY", "91110000600037342"
    total = sum(alphabet.index(sign) * (3**place % 31) for place, sign in enumerate(body))
    assert str(uscc_reason(body + alphabet[-total % 31])) == "校验码不符(GB 11714)"


def test_licence_agrees_with_the_roster() -> None:
    assert licence_reason(LICENCE, county="220102", unit_type="A100") is None
    assert str(licence_reason(LICENCE, county="220103")) == "区划码与所在县区不符"
    assert str(licence_reason(LICENCE, unit_type="D600")) == "机构类别码与名录不符"
    assert str(licence_reason(LICENCE[:15] + "XX" + LICENCE[17:])) == "经济类型码应为 2 位数字"
    assert str(licence_reason(LICENCE[:-1] + "7")) == "分类管理码应为 1、2 或 9"
    assert str(licence_reason("E" + LICENCE[1:])) == "校验码不符(GB 11714)"


def test_old_and_new_division_codes_are_one_county() -> None:
    jiutai = "D2143569X" + "220113" + "11" + "A100" + "1"
    assert licence_reason(jiutai, county="220181") is None
    assert (division_of("220113"), division_of("220184"), division_of("220102")) == (
        "220181",
        "220381",
        "220102",
    )


def test_substitute_numbers_are_left_alone() -> None:
    assert org_code_reason("PDY000012") is None
    assert licence_reason("PDY000012" + LICENCE[9:], county="220102") is None
    assert licence_reason(LICENCE, county="GLW001") is None
