"""Codes of organisations and their check digits.

Sources: GB 11714-1997 (organisation code), GB 32100-2015 (unified social credit code),
WS 218-2002 (22-character licence code of health institutions).
"""

from __future__ import annotations

import re

from audit_lib.errors import Text
from audit_lib.intake.areas import division_of
from audit_lib.intake.text import canonical_id

WEIGHTS_11714 = (3, 7, 9, 10, 5, 8, 4, 2)
WEIGHTS_32100 = tuple(3**place % 31 for place in range(17))
ALPHABET_32100 = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""No I, O, S, V, Z: they look like digits."""

SUBSTITUTE = "PDY"
"""How the number of a unit without an organisation code begins."""

WRONG_LENGTH = Text("长度应为 9、10、18 或 22 位", "9, 10, 18 or 22 characters are due")
WRONG_SIGNS = Text("含有不允许的字符", "holds characters that are not allowed")
WRONG_CHECK_11714 = Text("校验码不符(GB 11714)", "wrong check digit (GB 11714)")
WRONG_CHECK_32100 = Text("校验码不符(GB 32100)", "wrong check digit (GB 32100)")
WRONG_DIVISION = Text("区划码与所在县区不符", "the division is not the unit's county")
WRONG_ECONOMY = Text("经济类型码应为 2 位数字", "the economic type is two digits")
WRONG_CATEGORY = Text("机构类别码与名录不符", "the category is not the roster's")
WRONG_CLASS = Text("分类管理码应为 1、2 或 9", "the management class is 1, 2 or 9")

_BODY = re.compile(r"[0-9A-Z]{8}")
_LICENCE = re.compile(r"([0-9A-Z]{9})(\d{6})(.{2})([A-Z]\d{3})(.)")


def check_digit_11714(body: str) -> str:
    """Return the check digit of the first eight characters of an organisation code.

    The products of D2143569 with the weights add up to 199; 199 mod 11 is 1; 11 - 1 = 10 is X:

    >>> check_digit_11714("D2143569")
    'X'
    """
    total = sum(int(sign, 36) * weight for sign, weight in zip(body, WEIGHTS_11714, strict=True))
    return "0123456789X0"[11 - total % 11]


def organisation_reason(code: str) -> Text | None:
    """Return what is wrong with an organisation code (GB 11714), or None.

    >>> organisation_reason("D2143569-X") is None, str(organisation_reason("D2143569-1"))
    (True, '校验码不符(GB 11714)')
    """
    plain = canonical_id(code).replace("-", "")
    if len(plain) != 9:  # noqa: PLR2004 - eight signs and their check digit
        return Text("长度应为 9 位", "9 characters are due")
    if not _BODY.fullmatch(plain[:8]) or not re.fullmatch(r"[0-9X]", plain[8]):
        return WRONG_SIGNS
    return None if plain[8] == check_digit_11714(plain[:8]) else WRONG_CHECK_11714


def uscc_reason(code: str) -> Text | None:
    """Return what is wrong with a unified social credit code (GB 32100), or None.

    Both check digits are tested: the last of the whole, and that of the organisation code
    in positions 9 to 17.

    >>> uscc_reason("91110000600037341L") is None, str(uscc_reason("91110000600037341M"))
    (True, '校验码不符(GB 32100)')
    """
    plain = canonical_id(code)
    if len(plain) != 18:  # noqa: PLR2004 - length fixed by the standard
        return Text("长度应为 18 位", "18 characters are due")
    if any(sign not in ALPHABET_32100 for sign in plain):
        return WRONG_SIGNS
    values = map(ALPHABET_32100.index, plain[:17])
    total = sum(value * weight for value, weight in zip(values, WEIGHTS_32100, strict=True))
    if plain[17] != ALPHABET_32100[-total % 31]:
        return WRONG_CHECK_32100
    return organisation_reason(plain[8:17])


def licence_reason(code: str, *, county: str = "", unit_type: str = "") -> Text | None:
    """Return what is wrong with a licence code (WS 218): 9 + 6 + 2 + 4 + 1 characters, or None.

    Parameters
    ----------
    county : code of the unit's county; the division has to be it, by old or new code
    unit_type : category of the roster; the category has to agree as far as both say

    >>> str(licence_reason("D2143569X22010211A1007", county="220102"))
    '分类管理码应为 1、2 或 9'
    """
    plain = canonical_id(code)
    if len(plain) != 22:  # noqa: PLR2004 - length fixed by the standard
        return Text("长度应为 22 位", "22 characters are due")
    found = _LICENCE.fullmatch(plain)
    if not found:
        return WRONG_SIGNS
    if not plain.startswith(SUBSTITUTE) and (wrong := organisation_reason(found[1])):
        return wrong
    if county.isdecimal() and division_of(found[2]) != division_of(county):
        return WRONG_DIVISION
    if not found[3].isdecimal():
        return WRONG_ECONOMY
    kind = canonical_id(unit_type)
    if re.match(r"[A-Z]\d", kind) and not (
        found[4].startswith(kind.rstrip("0")) or kind.startswith(found[4].rstrip("0"))
    ):
        return WRONG_CATEGORY
    return None if found[5] in "129" else WRONG_CLASS


def org_code_reason(code: str, *, county: str = "", unit_type: str = "") -> Text | None:
    """Return what is wrong with whatever stands in a roster's code column, or None.

    9 or 10 characters are an organisation code, 18 a unified social credit code, 22 a licence
    code; a substitute number (PDY...) is left alone.

    >>> org_code_reason("PDY00001-9") is None, str(org_code_reason("123"))
    (True, '长度应为 9、10、18 或 22 位')
    """
    plain = canonical_id(code)
    if plain.startswith(SUBSTITUTE):
        return None
    if len(plain) in (9, 10):
        return organisation_reason(plain)
    if len(plain) == 18:  # noqa: PLR2004 - length fixed by the standard
        return uscc_reason(plain)
    if len(plain) == 22:  # noqa: PLR2004 - length fixed by the standard
        return licence_reason(plain, county=county, unit_type=unit_type)
    return WRONG_LENGTH
