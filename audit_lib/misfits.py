"""Misfits: what a model refuses in a file, line by line, in the words of both languages."""

from __future__ import annotations

import difflib
from typing import Any, get_args

import pydantic
from pydantic import BaseModel

from audit_lib.errors import Problem, Text
from audit_lib.strict_yaml import Lines


def misfits(
    wrong: pydantic.ValidationError, model: type[BaseModel], lines: Lines, name: str
) -> list[Problem]:
    """Return what a model refuses, each by its line, with what was read, what was due, the nearest key.

    Parameters
    ----------
    lines : where each key stands, as `load_yaml` gives them;  name : of the file
    """
    return [_problem(error, model, lines, name) for error in wrong.errors()]


def _problem(error: Any, model: type[BaseModel], lines: Lines, name: str) -> Problem:
    place = tuple(error["loc"])
    known = place
    while known and known not in lines:
        known = known[:-1]
    got = "" if error["type"] == "missing" or error["input"] is None else str(error["input"])[:40]
    return Problem(
        name,
        row=lines.get(known, 1),
        column=".".join(map(str, place)),
        got=got,
        due=_due(error, place, model),
    )


_RANGES = {
    "greater_than": ("gt", "应大于", "due: more than"),
    "greater_than_equal": ("ge", "应不小于", "due: at least"),
    "less_than": ("lt", "应小于", "due: less than"),
    "less_than_equal": ("le", "应不大于", "due: at most"),
}


def _due(error: Any, place: tuple[str | int, ...], model: type[BaseModel]) -> Text:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(place[-1]), _known_keys(place[:-1], model), n=1, cutoff=0.4)
        zh = f"没有这个键, 是不是“{near[0]}”?" if near else "没有这个键"
        return Text(zh, f'no such key, did you mean "{near[0]}"?' if near else "no such key")
    if kind == "missing":
        return Text("缺少此键", "this key is missing")
    if kind == "literal_error":
        return Text(f"应为 {context['expected']} 之一", f"due: {context['expected']}")
    if kind in _RANGES:
        key, zh, en = _RANGES[kind]
        return Text(f"{zh} {context[key]:g}", f"{en} {context[key]:g}")
    said = {
        "string_type": Text("应为文字, 请加引号", "text is due, quote it"),
        "int_type": Text("应为整数", "a whole number is due"),
        "float_type": Text("应为数字", "a number is due"),
        "bool_type": Text("应为 true 或 false", "true or false is due"),
        "list_type": Text("应为列表", "a list is due"),
        "dict_type": Text("应为键和值", "keys and values are due"),
        "model_type": Text("应为键和值", "keys and values are due"),
        "value_error": Text("应为 2014-03-31 这样的日期", "a date like 2014-03-31 is due"),
        "string_pattern_mismatch": Text(
            "只能用字母、数字、汉字、点、横线和下划线, 至多 64 个", "letters, digits, . - _ only, at most 64"
        ),
    }
    return said.get(kind, Text(f"不合格式({error['msg']})", error["msg"]))


def _known_keys(place: tuple[str | int, ...], top: type[BaseModel]) -> list[str]:
    """Keys that the model at ``place`` of the whole knows."""
    model: Any = top
    for step in place:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(str(step))
            model = field.annotation if field else None
        else:
            inner = get_args(model)
            model = inner[-1] if inner else None
        options = [one for one in get_args(model) if isinstance(one, type) and issubclass(one, BaseModel)]
        if type(None) in get_args(model) and options:
            model = options[0]
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
