"""What every figure is drawn on: one style, Chinese faces, the same bytes, no sign without a glyph.

matplotlib is imported at the first figure: most county reports have none, and the import
costs as much as the rest of such a report.
"""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from audit_lib.reporting import fonts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.figure import Figure

INK, SOFT, LINE, FAIL = "#1b2027", "#8a929c", "#d5d9df", "#9b1c1c"
STYLE = "figures.mplstyle"


@contextmanager
def new_figure(width: float, height: float, **settings: Any) -> Iterator[Figure]:
    """Give an empty figure of so many inches in the style of the house, to be drawn on and `png`-ed inside.

    Parameters
    ----------
    settings : what a figure wants otherwise than ``figures.mplstyle`` has it, with __ for a point
    """
    import matplotlib as mpl  # noqa: PLC0415 the import costs more than most reports, see the module
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    _add_font(fonts.font_file())
    with mpl.rc_context(style() | {key.replace("__", "."): value for key, value in settings.items()}):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure


def png(figure: Figure) -> bytes:
    """Return a figure as PNG; a sign that its face lacks is set in another face or written as its code.

    A name is a name also where it is rare: one of eighty reports must not stop for it. What was
    borrowed or written as a code stands in a line below the figure.
    """
    _set_rare(figure)
    sink = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph")
        figure.savefig(sink, format="png", metadata={"Software": None})
    return sink.getvalue()


@cache
def style() -> dict[Any, Any]:
    """Return the settings of every figure, from ``figures.mplstyle``."""
    from matplotlib import rc_params_from_file  # noqa: PLC0415

    with resources.as_file(resources.files("audit_lib.reporting").joinpath(STYLE)) as file:
        return dict(rc_params_from_file(file, use_default_template=False))


def _set_rare(figure: Figure) -> None:
    from matplotlib.text import Text  # noqa: PLC0415

    ticks = [
        (axis, [label.get_text() for label in axis.get_ticklabels()])
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
    ]
    signs = {sign for text in figure.findobj(Text) for sign in text.get_text()}
    rare = fonts.rare_signs(signs | {sign for _, labels in ticks for label in labels for sign in label})
    if not rare:
        return
    lent = fonts.lenders(rare)
    families = [fonts.NAME, *dict.fromkeys(face.families[0] for face in lent.values())]
    for face in lent.values():
        _add_font(face.file)
    codes = {
        ord(sign): "" if fonts.prints_nothing(sign) else f"[U+{ord(sign):04X}]" for sign in rare - set(lent)
    }
    for axis, labels in ticks:
        if rare & set("".join(labels)):
            axis.set_ticks(axis.get_ticklocs(), [label.translate(codes) for label in labels])
    said = [f"“{sign}”借用 {face.families[0]}" for sign, face in sorted(lent.items())]
    said += [f"{code} 是本机字体没有的字的编码" for code in sorted(filter(None, codes.values()))]
    figure.supxlabel("\n".join(filter(None, [figure.get_supxlabel(), "; ".join(said)])), fontsize=7.5)
    for text in figure.findobj(Text):
        text.set(text=text.get_text().translate(codes), fontfamily=families)


def _add_font(file: Path) -> None:
    from matplotlib import font_manager  # noqa: PLC0415

    if str(file) not in {entry.fname for entry in font_manager.fontManager.ttflist}:
        font_manager.fontManager.addfont(file)
