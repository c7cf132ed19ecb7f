"""What the figures of several claims draw."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from lipgan.claims.published import Cell
from lipgan.claims.style import COLORS, MARKERS, OMEGA
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import OPTIMIZERS
from lipgan.runs import Run

# Config fields that can be the columns of a grid of samples.
COLUMN_TITLES = {"lipschitz_k": "k = {:g}", "alpha": "α = {:g}", "seed": "seed {}"}

_HUES = [sns.color_palette("colorblind")[i] for i in (0, 3, 2, 9, 4, 7, 8)]
OPTIMIZER_COLORS = dict(zip(OPTIMIZERS, _HUES, strict=True))


def distance_lines(
    ax: Axes, cells: dict[Cell, list[float]], constant: float, *, dashed: str = ""
) -> None:
    """One line per loss: medians over seeds against k_SN or alpha, dots for seeds.

    Args:
        ax: empty axes; its x label is left to the caller.
        cells: (loss, k_SN or alpha) -> distance per seed, infinite if it diverged.
        constant: distance of a constant image, drawn as a dashed line.
        dashed: a loss whose line is dashed.
    """
    top = 1.6 * max(
        [constant, *(v for values in cells.values() for v in values if np.isfinite(v))]
    )
    for loss in dict.fromkeys(loss for loss, _ in cells):
        ks = [k for own, k in cells if own == loss]
        # A diverged run has no distance: an open cross at the top edge.
        values = [cells[loss, k] for k in ks]
        finite = [[v for v in seeds if np.isfinite(v)] for seeds in values]
        middle = [np.median(v) if v else np.nan for v in finite]
        style = {"color": COLORS[loss], "marker": MARKERS[loss], "ms": 5}
        style |= {"ls": "--"} if loss == dashed else {}
        ax.plot(ks, middle, label=LOSSES[loss].label, **style)
        for k, seeds, kept in zip(ks, values, finite, strict=True):
            if len(kept) > 1:
                ax.plot([k] * len(kept), kept, ".", color=COLORS[loss], ms=4, alpha=0.6)
            if len(kept) < len(seeds):
                ax.plot([k], [top], "x", color=COLORS[loss], ms=9, mew=2, clip_on=False)
    ax.axhline(constant, color="0.6", lw=1, ls="--")
    ax.text(
        0.01,
        constant,
        "constant image",
        transform=ax.get_yaxis_transform(),
        fontsize=8,
        color="0.4",
        va="bottom",
    )
    ax.set(xscale="log", yscale="log")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(top=top * 1.05)


def sample_grid(
    runs: Sequence[Run], side: int = 3, *, columns: str = "lipschitz_k"
) -> Figure:
    """Samples with losses as rows and one config field as columns.

    Args:
        runs: one run per loss and value of the field.
        side: side x side images per run.
        columns: key of ``COLUMN_TITLES``.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    values = sorted({getattr(r.config, columns) for r in runs})
    size = (1.5 * len(values), 1.6 * len(losses))
    figure, panels = plt.subplots(len(losses), len(values), figsize=size, squeeze=False)
    for run in runs:
        column = values.index(getattr(run.config, columns))
        ax = panels[losses.index(run.config.loss), column]
        if run.samples is None:
            ax.text(
                0.5,
                0.5,
                f"diverged at\nstep {run.diverged_at}",
                ha="center",
                va="center",
                color=OMEGA,
                fontsize=8,
            )
            ax.set(xlim=(0, 1), ylim=(0, 1))
        else:
            tiles = tiles_of(run.samples, run.config.image_size, side)
            ax.imshow(tiles, cmap="gray", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
    for ax, value in zip(panels[0], values, strict=True):
        ax.set_title(COLUMN_TITLES[columns].format(value), fontsize=10)
    for ax, loss in zip(panels[:, 0], losses, strict=True):
        ax.set_ylabel(LOSSES[loss].label)
    figure.tight_layout(pad=0.4)
    return figure


def tiles_of(picture: np.ndarray, size: int, side: int) -> np.ndarray:
    """The first side x side samples of a stored picture, with a line between them."""
    line = max(1, size // 8)
    tiles = picture[: side * size, : side * size]
    gaps = np.repeat(np.arange(size, side * size, size), line)
    tiles = np.insert(tiles, gaps, 255, axis=0)
    return np.insert(tiles, gaps, 255, axis=1)
