"""YAML to plain values, strictly: what YAML would guess at is refused by line.

YAML reads ``no`` as False, ``011023`` as 4627 and ``12:30`` as 750, keeps the last of two
equal keys and lets an alias pull in what stands elsewhere. Each of these has cost somebody
a seed or a code, so this reader refuses them by line instead of guessing.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from audit_lib.errors import ParamsError, Problem, Text

Place = tuple[str | int, ...]
Lines = dict[Place, int]

LONGEST_WHOLE_NUMBER = 15
"""Digits that a float still keeps exactly; a longer plain number was meant as text."""


def load_yaml(text: str, name: str) -> tuple[object, Lines]:
    """Return the values of a YAML text with the line, from 1, of each path of keys.

    Raises
    ------
    ParamsError   not YAML, or YAML that says something else than it seems to; ``name`` is
                  how the message calls the file

    >>> load_yaml("rate: 20%", "p.yaml")[0]
    {'rate': '20%'}
    """
    return _Loader(name).load(text)


class _Loader:
    """YAML nodes to plain values, with the line of each key path, refusing what YAML guesses."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.lines: Lines = {}

    def load(self, text: str) -> tuple[object, Lines]:
        try:
            for event in yaml.parse(text, Loader=yaml.SafeLoader):
                anchor = getattr(event, "anchor", None)
                if anchor:
                    sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
                    self._refuse(
                        event, sign + anchor, "不可用锚点或别名", "anchors and aliases are not taken"
                    )
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as broken:
            mark = getattr(broken, "problem_mark", None)
            line = (mark.line if mark else text.count("\n", 0, getattr(broken, "position", 0))) + 1
            raise ParamsError(
                f"{self.name} 第 {line} 行不是正确的 YAML", f"{self.name} line {line} is not valid YAML"
            ) from broken
        except RecursionError as deep:
            raise ParamsError(f"{self.name} 层次过深", f"{self.name} is nested too deep") from deep
        tree = self._value(root, ()) if root is not None and not self.problems else {}
        if self.problems:
            raise ParamsError(f"{self.name} 不能使用", f"{self.name} cannot be used", self.problems)
        return tree, self.lines

    def _refuse(self, place: Any, got: str, zh: str, en: str) -> None:
        self.problems.append(Problem(self.name, row=place.start_mark.line + 1, got=got, due=Text(zh, en)))

    def _value(self, node: yaml.Node, path: Place) -> object:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, place)) for place, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Place) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "", "键应为一个词", "a key is one word")
                continue
            key = str(key_node.value)
            if key in values:
                self._refuse(key_node, key, "此键已经出现过", "this key stands here twice")
            values[key] = self._value(value_node, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        return values

    def _scalar(self, node: yaml.Node) -> object:
        text = str(node.value)
        if getattr(node, "style", None) is not None or node.tag == "tag:yaml.org,2002:str":
            return text
        if re.fullmatch(r"-?(0|[1-9]\d*)", text) and len(text) <= LONGEST_WHOLE_NUMBER:
            return int(text)
        if re.fullmatch(r"-?(0|[1-9]\d*)\.\d+", text):
            return float(text)
        if text in {"true", "false"}:
            return text == "true"
        if text in {"", "null", "~"}:
            return None
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return text
        self._refuse(
            node,
            text,
            "YAML 会把它读成别的东西; 文字请加引号, 是否请写 true 或 false",
            "YAML would read this as something else; quote text, write true or false for flags",
        )
        return None
