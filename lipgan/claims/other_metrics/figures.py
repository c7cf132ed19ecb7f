"""The supplement's other metrics beside the Fréchet distance."""

import math
from collections.abc import Sequence
from statistics import median

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter

from lipgan.claims import measures
from lipgan.claims.other_metrics.criteria import NAMES, OTHERS, agreement
from lipgan.claims.published import Cell
from lipgan.claims.style import COLORS, MARKERS, legend_below
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

# Metrics that span decades and can fall below 0.
SIGNED = ("kid", "neural_divergence")


def metrics_against_distance(runs: Sequence[Run]) -> Figure:
    """Each other metric against the distance, over Table 3 and over cells that work.

    Markers are medians over the seeds that did not diverge, dots single seeds. A cell
    with a seed that diverged has a cross at the top edge, above its marker or, if it
    has none, at the right end. Above each panel: Spearman's rank correlation, with
    diverged cells last; positive where both metrics prefer the same cells.
    """
    cells: dict[Cell, list[Run]] = {}
    for run in runs:
        cells.setdefault((run.config.loss, run.config.lipschitz_k), []).append(run)
    working = {cell: cells[cell] for cell in measures.working_cells(runs)}
    shown = [f for f in OTHERS if any(_known(r, f) for r in runs)]
    distance = measures.distance_metric(runs)
    size = (0.5 + 2.9 * len(shown), 6.6)
    figure, panels = plt.subplots(2, len(shown), figsize=size, squeeze=False)
    rows = ((cells, agreement(runs)), (working, agreement(runs, working=True)))
    for axes, (chosen, correlations) in zip(panels, rows, strict=True):
        for ax, family in zip(axes, shown, strict=True):
            _scatter(ax, chosen, family, distance)
            ax.set_title(_rho(correlations[family]), fontsize=10)
            ax.set_xlabel(distance, fontsize=10)
    for ax, family in zip(panels[0], shown, strict=True):
        goal = "high is good" if OTHERS[family] else "low is good"
        ax.set_title(f"{NAMES[family]}\n({goal})\n{ax.get_title()}", fontsize=10)
    for ax, text in zip(panels[:, 0], ("all cells", "cells that work"), strict=True):
        ax.set_ylabel(text)
    sns.despine(figure)
    figure.tight_layout()
    legend_below(figure, _handles(list(dict.fromkeys(loss for loss, _ in cells))))
    return figure


def _known(run: Run, family: str) -> bool:
    return not run.diverged and math.isfinite(measures.metric(run, family))


def _rho(value: float) -> str:
    return "nothing to order" if math.isnan(value) else f"ρ = {value:.2f}"


def _handles(losses: Sequence[str]) -> list[Line2D]:
    cross = Line2D([], [], color="0.4", marker="x", ls="", mew=2, label="diverged")
    return [
        Line2D([], [], color=COLORS[k], marker=MARKERS[k], ls="", label=LOSSES[k].label)
        for k in losses
    ] + [cross]


def _scatter(
    ax: Axes, cells: dict[Cell, list[Run]], family: str, distance: str
) -> None:
    homeless = 0  # cells that diverged with every seed
    for (loss, _), seeds in cells.items():
        known = [r for r in seeds if _known(r, family)]
        x = [r.metrics[distance] for r in known]
        y = [measures.metric(r, family) for r in known]
        color = COLORS[loss]
        if known:
            ax.plot(x, y, ".", color=color, ms=3, alpha=0.6)
            ax.plot(median(x), median(y), MARKERS[loss], color=color, ms=6, alpha=0.85)
        if any(r.diverged for r in seeds):
            cross = {"color": color, "ms": 8, "mew": 2, "clip_on": False}
            if known:
                ax.plot(median(x), 1, "x", transform=ax.get_xaxis_transform(), **cross)
            else:
                place = 1 - 0.04 * homeless
                ax.plot(place, 1, "x", transform=ax.transAxes, **cross)
                homeless += 1
    ax.set_xscale("log")
    ax.xaxis.set_minor_formatter(NullFormatter())
    if not cells:
        ax.set(xticks=[], yticks=[])
    elif family in SIGNED:
        _bend(ax)


def _bend(ax: Axes) -> None:
    """Logarithmic both ways; straight around 0, up to the smallest fifth of values."""
    marks = [line for line in ax.lines if line.get_marker() != "x"]
    values = np.concatenate([[0.0], *(line.get_ydata() for line in marks)])
    sizes = np.abs(values[values != 0])
    if not len(sizes):
        return
    threshold = 10.0 ** math.ceil(math.log10(np.quantile(sizes, 0.2)))
    if sizes.max() > threshold:
        ax.set_yscale("symlog", linthresh=threshold)
        if values.min() == 0:
            ax.set_ylim(bottom=0)
