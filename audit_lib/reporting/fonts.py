"""The Chinese font of the figures: one file of an installed package, found without running it.

``zhplot`` changes matplotlib's settings when imported; its font file is all that is wanted.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from audit_lib.errors import ReportError

NAME = "Noto Sans SC"


@cache
def font_file() -> Path:
    """Return the path of the font.

    Raises
    ------
    ReportError   the package with the font is not installed
    """
    spec = importlib.util.find_spec("zhplot")
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise ReportError(
            "找不到图表用的中文字体, 请重新安装依赖包 zhplot",
            "the Chinese font of the figures is missing: install the package zhplot again",
        )
    return path
