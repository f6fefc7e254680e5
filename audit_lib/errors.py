"""The words for what can go wrong: every error a user can cause is an AuditError.

A message is written once in Chinese and once in English, side by side, because the
reader of a refusal is a county clerk and the reader of a log may be an engineer.
Anything that is not an AuditError is a bug and may crash.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_language: contextvars.ContextVar[str] = contextvars.ContextVar("language", default="zh")


@contextlib.contextmanager
def language(code: str) -> Iterator[None]:
    """Speak ``zh`` or ``en`` inside the block."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages; ``str()`` gives the one being spoken.

    >>> str(Text("没有种子", "no seed"))
    '没有种子'
    >>> with language("en"):
    ...     str(Text("没有种子", "no seed"))
    'no seed'
    """

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if _language.get() == "en" else self.zh


def say(zh: str, en: str) -> str:
    """Return a sentence in the language being spoken."""
    return str(Text(zh, en))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place, in the coordinates that the spreadsheet shows.

    ``row`` counts from 1 as the spreadsheet does; 0 means the whole sheet or file.
    ``got`` is what was read, ``due`` what should stand there, ``action`` what to do.

    >>> due = Text("应为不小于 0 的整数", "a whole number is due")
    >>> print(Problem("名录.xlsx", "长春市", 14, "在岗职工数", "约30", due))
    名录.xlsx 工作表“长春市” 第 14 行“在岗职工数”: 读到“约30”, 应为不小于 0 的整数
    """

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    got: str = ""
    due: Text = Text("", "")
    action: Text = Text("", "")

    def __str__(self) -> str:
        return Text(self._say_zh(), self._say_en()).__str__()

    def _say_zh(self) -> str:
        place = " ".join(
            part
            for part in (
                self.file,
                f"工作表“{self.sheet}”" if self.sheet else "",
                f"第 {self.row} 行" if self.row else "",
            )
            if part
        )
        place += f"“{self.column}”" if self.column else ""
        words = [f"读到“{self.got}”" if self.got else "", self.due.zh, self.action.zh]
        return f"{place}: " + ", ".join(word for word in words if word)

    def _say_en(self) -> str:
        place = " ".join(
            part
            for part in (
                self.file,
                f'sheet "{self.sheet}"' if self.sheet else "",
                f"row {self.row}" if self.row else "",
                f'column "{self.column}"' if self.column else "",
            )
            if part
        )
        words = [f'read "{self.got}"' if self.got else "", self.due.en, self.action.en]
        return f"{place}: " + ", ".join(word for word in words if word)


class AuditError(Exception):
    """What a user can cause; carries all problems found, not just the first.

    Parameters
    ----------
    zh, en : the sentence in both languages
    problems : each place that is wrong

    >>> locked = Problem("名录.xlsx", due=Text("文件已加密", "the file is encrypted"))
    >>> print(AuditError("名录.xlsx 不能使用", "名录.xlsx cannot be used", [locked]))
    名录.xlsx 不能使用(1 处问题):
      - 名录.xlsx: 文件已加密
    """

    exit_code = 1

    def __init__(self, zh: str, en: str, problems: Sequence[Problem] = ()) -> None:
        self.text = Text(zh, en)
        self.problems = tuple(problems)
        super().__init__(zh)

    def __str__(self) -> str:
        if not self.problems:
            return str(self.text)
        count = len(self.problems)
        head = Text(f"{self.text.zh}({count} 处问题):", f"{self.text.en} ({count} problems):")
        return "\n".join([str(head), *(f"  - {problem}" for problem in self.problems)])

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows: the sentence alone, not sixty lines of our source above it.

        >>> CallError("没有这个问题", "no such question")._render_traceback_()
        ['没有这个问题']
        """
        return str(self).splitlines()


class CallError(AuditError):
    """The command or a function was called with something it cannot take."""

    exit_code = 2


class ParamsError(AuditError):
    """The params file is wrong."""

    exit_code = 2


class InputError(AuditError):
    """A file handed in cannot be used."""


class WriteError(AuditError):
    """A file cannot be written: it is open elsewhere, or the disk is full."""


class FrameError(AuditError):
    """The frame, a unit identifier or a stratum is not fit to draw from."""


class AllocationError(AuditError):
    """The numbers asked for cannot be drawn from these strata."""


class DrawError(AuditError):
    """A plan, seed, certificate or log does not allow this draw."""


class AssignError(AuditError):
    """No assignment of inspectors keeps every constraint."""


class EmptyFrameError(DrawError):
    """Nobody has passed a county check yet: a draw has to wait."""


class VerifyError(AuditError):
    """A replay does not agree with what was written."""


class EstimateError(AuditError):
    """No number can be given that would be right."""


class JudgeError(AuditError):
    """The rulebook or the facts do not allow a judgement."""


class ReportError(AuditError):
    """A report cannot be written, or its figures do not add up."""
