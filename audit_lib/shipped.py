"""Where the notebooks lie: at the top of a clone, inside the package of an installed wheel."""

from __future__ import annotations

from pathlib import Path

from audit_lib.errors import CallError

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "notebooks", _PACKAGE.parent / "notebooks")


def notebook(name: str) -> Path:
    """Return the file of the notebook called ``name``, as ``2_acceptance``.

    Raises
    ------
    CallError   no notebook has that name

    >>> notebook("9_nothing")
    Traceback (most recent call last):
    audit_lib.errors.CallError: 没有名为 9_nothing 的笔记本
    """
    for place in _PLACES:
        if (file := place / f"{name}.ipynb").is_file():
            return file
    raise CallError(f"没有名为 {name} 的笔记本", f"there is no notebook called {name}")
