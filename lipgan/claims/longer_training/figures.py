"""What turns around in longer, slower and wider training, and what it looks like."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lipgan.claims.draw import (
    WIDTH,
    crosses,
    finish,
    legend_of,
    panels,
    samples,
)
from lipgan.claims.longer_training.criteria import (
    STATEMENTS,
    TABLE,
    Cells,
    Statement,
    cells_by_way,
    cells_trained_otherwise,
    way_of,
)
from lipgan.claims.numerals import number
from lipgan.claims.published import TABLE3
from lipgan.claims.style import FAINT, HUES, INK, OMEGA
from lipgan.data import DATASETS
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

MARKS = "sD^vP*"
SIDE = 2  # samples a cell


def margins(runs: Sequence[Run]) -> Figure:
    """Every statement's margin in the table, in each other training, and in the paper.

    Args:
        runs: of Table 3 and of cells trained otherwise, any number of seeds.
    """
    cells = cells_by_way(runs)
    column = runs[0].config.features if runs[0].config.features in TABLE3 else "mnist"
    others = {name: own for name, own in cells.items() if name != TABLE}
    shown = [s for s in STATEMENTS if s.margins(others)]
    figure, ((ax,),) = panels(1, 1, 1.1 + 0.38 * len(shown))
    paper = f"paper, {DATASETS[column].label}"
    drawn = {TABLE: cells[TABLE], **others, paper: TABLE3[column]}
    looks = [("o", INK, INK), *((m, c, c) for m, c in zip(MARKS, HUES, strict=False))]
    looks = [*looks[: len(drawn) - 1], ("o", FAINT, "none")]
    ax.set_xscale("log")
    for i, (own, look) in enumerate(zip(drawn.items(), looks, strict=True)):
        _marks(ax, shown, *own, look, 0.12 * (i - (len(drawn) - 1) / 2))
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, 0.5), high)
    ax.axvline(1, color=INK, lw=1)
    ax.axvspan(min(low, 0.5), 1, color=OMEGA, alpha=0.08, lw=0, zorder=0)
    ax.set_yticks(range(len(shown)), [s.text for s in shown])
    for i in range(0, len(shown), 2):
        ax.axhspan(i - 0.5, i + 0.5, color="0.95", lw=0, zorder=-1)
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.set_xlabel("margin: right of 1 the statement holds")
    legend_of(figure, ax, columns=2)
    return finish(figure)


def _marks(
    ax: Axes,
    statements: Sequence[Statement],
    name: str,
    cells: Cells,
    look: tuple[str, str, str],
    shift: float,
) -> None:
    """One mark a statement; a cross at the right edge where the worse cell diverged."""
    mark, edge, face = look
    found = {i + shift: s.margin(cells) for i, s in enumerate(statements)}
    known = {y: m for y, m in found.items() if m and math.isfinite(m)}
    style: dict[str, Any] = {"color": edge, "mfc": face, "ms": 5, "label": name}
    ax.plot(list(known.values()), list(known), mark, **style)
    endless = [y for y, m in found.items() if m == math.inf]
    crosses(ax, endless, edge, edge="right")


def samples_by_way(runs: Sequence[Run]) -> Figure:
    """Samples of every cell that was trained otherwise, one row per way to train.

    Args:
        runs: of one seed.
    """
    ways = {way_of(run.config): None for run in runs}
    ways = dict.fromkeys([TABLE, *(name for name in ways if name != TABLE)])
    cells = cells_trained_otherwise(runs)
    side = (WIDTH - 1.3) / len(cells)
    size = (WIDTH, 0.45 + side * len(ways))
    figure, grid = panels(len(ways), len(cells), size[1], figsize=size)
    for ax in grid.flat:
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
    for run in runs:
        cell = run.config.loss, run.config.lipschitz_k
        if cell in cells:
            row = list(ways).index(way_of(run.config))
            samples(grid[row, cells.index(cell)], run, SIDE)
    for ax, (loss, k) in zip(grid[0], cells, strict=True):
        ax.set_title(f"{LOSSES[loss].label}\n{number(k)}", weight="normal")
    for ax, name in zip(grid[:, 0], ways, strict=True):
        words = name.replace(", ", "\n")
        style = {
            "rotation": 0,
            "ha": "right",
            "va": "center",
            "multialignment": "right",
        }
        ax.set_ylabel(words, **style)
    return figure
