"""The arms of the intervention on the pushes as one map."""

import math
from collections.abc import Sequence
from statistics import median

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure

from lipgan import experiments
from lipgan.claims.what_the_bend_does.criteria import MENDED, NOT_MENDED, Arms
from lipgan.claims.what_the_bend_does.tables import ROWS, settings_of
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

CMAP = "RdYlBu_r"
BEST, WORST = 0.7, 40.0  # times the tangent's distance: the ends of the colors


def arms_at_a_glance(runs: Sequence[Run]) -> Figure:
    """Distance over that of the tangent: arms as rows, settings as columns.

    One panel per loss; medians over seeds. Blue cells train like a straight loss, red
    ones do not; a cross is an arm most of whose seeds diverged.

    Args:
        runs: of the grid ``mechanism``, any number of seeds.
    """
    arms, settings = Arms(runs), settings_of(runs)
    losses = experiments.BENT_LOSSES
    figure, panels = plt.subplots(
        1,
        len(losses),
        figsize=(1.6 + (0.9 + 0.42 * len(settings)) * len(losses), 5.2),
        sharey=True,
        layout="constrained",
    )
    for ax, loss in zip(panels, losses, strict=True):
        mesh = _map(ax, arms, loss, settings)
    panels[0].set_yticks(np.arange(len(ROWS)) + 0.5, list(ROWS))
    bar = figure.colorbar(mesh, ax=list(panels), label="distance / tangent's")
    marks = [1.0, MENDED, NOT_MENDED, 10.0, WORST]
    bar.set_ticks(
        [math.log(mark) for mark in marks], labels=[f"{mark:g}" for mark in marks]
    )
    bar.ax.minorticks_off()
    return figure


def _map(
    ax: Axes,
    arms: Arms,
    loss: str,
    settings: Sequence[tuple[float, float, float]],
) -> QuadMesh:
    values = np.array(
        [
            [median(arms.ratios(loss, setting, which)) for setting in settings]
            for which in ROWS.values()
        ]
    )
    # The middle of the colors lies between mended and not mended.
    middle = math.sqrt(MENDED * NOT_MENDED)
    norm = TwoSlopeNorm(math.log(middle), math.log(BEST), math.log(WORST))
    shown = np.log(np.clip(values, BEST, WORST))
    mesh = ax.pcolormesh(shown, cmap=CMAP, norm=norm, edgecolors="white", lw=1)
    for row, column in np.ndindex(*values.shape):
        value = values[row, column]
        text = f"{value:.1f}" if value < 10 else f"{value:.0f}"
        text = text if math.isfinite(value) else "×"
        dark = not 1.0 < value < 12.0
        ax.text(
            column + 0.5,
            row + 0.5,
            text,
            ha="center",
            va="center",
            fontsize="xx-small",
            color="white" if dark else "black",
        )
    labels = [experiments.setting_label(s) for s in settings]
    ax.set_xticks(np.arange(len(settings)) + 0.5, labels, rotation=90)
    ax.tick_params(axis="x", labelsize="x-small")
    ax.set_title(LOSSES[loss].label)
    ax.set_ylim(len(ROWS), 0)
    return mesh
