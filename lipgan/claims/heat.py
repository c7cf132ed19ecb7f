"""Tables as pictures, with the numbers in their cells."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import Colormap, LogNorm, Normalize, to_rgb
from matplotlib.figure import Figure

from lipgan.claims.numerals import digits, number
from lipgan.claims.published import Cell
from lipgan.gan.losses import LOSSES

LOST = "#4a4a4a"  # ground of cells that diverged
RATIO = LogNorm(1.0, 10.0, clip=True)


def table(ax: Axes, cells: Mapping[Cell, float]) -> QuadMesh:
    """Distances as a picture: colored by their ratio to the best of this table.

    Args:
        ax: empty axes.
        cells: (loss, k_SN or alpha) -> distance, infinite if it diverged.
    """
    import seaborn as sns  # here, for it loads scipy.stats: 0.7 s

    losses = list(dict.fromkeys(loss for loss, _ in cells))
    places = list(dict.fromkeys(x for _, x in cells))
    values = np.array([[cells[loss, x] for x in places] for loss in losses])
    names = [LOSSES[loss].label for loss in losses], [number(x) for x in places]
    words = np.vectorize(digits, otypes=[str])(values)
    best = values[np.isfinite(values)].min(initial=math.inf)
    colors = sns.color_palette("rocket_r", as_cmap=True)
    return heat(ax, values / best, RATIO, colors, *names, words)


def ratio_bar(figure: Figure, mesh: QuadMesh, label: str) -> None:
    """What the colors of ``heat`` mean, below all panels; ratios from 1 to 10."""
    options: dict[str, Any] = {"location": "bottom", "aspect": 45, "shrink": 0.6}
    bar = figure.colorbar(mesh, ax=figure.axes, label=label, **options)
    marks = (1, 2, 3, 5, 10)
    bar.set_ticks(marks, labels=["1", "2", "3", "5", "10 and more"])
    bar.minorticks_off()
    bar.outline.set_visible(False)


def ink_on(color: Any) -> str:
    """Black or white, whichever stands out more from this ground (WCAG's ratio)."""
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in to_rgb(color)
    ]
    return "black" if np.dot(parts, [0.2126, 0.7152, 0.0722]) > 0.179 else "white"


def heat(
    ax: Axes,
    values: np.ndarray,
    norm: Normalize,
    cmap: Colormap,
    rows: Sequence[str],
    columns: Sequence[str],
    words: np.ndarray | None = None,
) -> QuadMesh:
    """A table as a picture, the numbers in its cells.

    Args:
        ax: empty axes.
        values: (rows, columns); infinite: the cell diverged, NaN: there is none.
        norm: values to [0, 1].
        cmap: [0, 1] to colors.
        rows: names from the top.
        columns: names from the left.
        words: what stands in the cells, by default the values with three digits.
    """
    values = np.asarray(values, float)
    shown = np.ma.masked_invalid(values)
    mesh = ax.pcolormesh(shown, norm=norm, cmap=cmap, edgecolors="white", lw=1.5)
    for (row, column), value in np.ndenumerate(values):
        text = number(value) if words is None else str(words[row, column])
        ground: Any = cmap(norm(value))
        if math.isinf(value):
            text, ground = "×", LOST
            ax.add_patch(
                plt.Rectangle((column, row), 1, 1, fc=LOST, ec="white", lw=1.5)
            )
        if not math.isnan(value):
            style: dict[str, Any] = {"ha": "center", "va": "center"}
            ax.text(column + 0.5, row + 0.5, text, color=ink_on(ground), **style)
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns)
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
    return mesh
