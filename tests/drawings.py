"""What tests of figures share."""

import re

from matplotlib.figure import Figure
from matplotlib.text import Text

from lipgan.claims import style


def drawn(figure):
    """The figure after a full drawing: warnings of the layout come only then.

    It fits the column of a page, where its words are large enough for a phone's three
    quarters, and all of it is inside of it.
    """
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    assert smallest_text(figure) >= style.TEXT
    assert figure.get_figwidth() <= style.WIDTH
    box = figure.get_tightbbox()
    assert box.x0 > -0.05
    assert box.x1 < figure.get_figwidth() + 0.05
    return figure


def smallest_text(figure):
    """Points; raised and lowered signs of formulas are seven tenths of the rest."""
    shown = [
        text
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip()
    ]
    return min(
        text.get_fontsize() * (0.7 if re.search(r"\$.*[_^]", text.get_text()) else 1)
        for text in shown
    )


def marks(ax, marker):
    return [line for line in ax.lines if line.get_marker() == marker]
