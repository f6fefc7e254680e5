"""Where notebooks and lock lie: at the top of a clone, inside the package of an installed wheel."""

from __future__ import annotations

from pathlib import Path

from audit_lib.errors import CallError

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE, _PACKAGE.parent)


def shipped(name: str) -> Path:
    """Return a file that a clone has at its top and a wheel inside the package.

    Raises
    ------
    CallError   it is in neither place

    >>> shipped("nothing.txt")
    Traceback (most recent call last):
    audit_lib.errors.CallError: 安装不完整, 缺少 nothing.txt
    """
    for place in _PLACES:
        if (file := place / name).is_file():
            return file
    raise CallError(f"安装不完整, 缺少 {name}", f"the installation is not whole: {name} is missing")


def notebook(name: str) -> Path:
    """Return the file of the notebook called ``name``, as ``2_acceptance``.

    Raises
    ------
    CallError   no notebook has that name

    >>> notebook("9_nothing")
    Traceback (most recent call last):
    audit_lib.errors.CallError: 没有名为 9_nothing 的笔记本
    """
    try:
        return shipped(f"notebooks/{name}.ipynb")
    except CallError as missing:
        raise CallError(f"没有名为 {name} 的笔记本", f"there is no notebook called {name}") from missing
