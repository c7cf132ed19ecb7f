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

from lipgan import measures
from lipgan.claims.other_metrics import NAMES, OTHERS, agreement
from lipgan.losses import LOSSES
from lipgan.plots.style import COLORS, MARKERS
from lipgan.published import Cell
from lipgan.runs import Run

# Metrics that span decades and can fall below 0.
SIGNED = ("kid", "neural_divergence")


def metrics_against_distance(runs: Sequence[Run]) -> Figure:
    """Each other metric against the distance over the cells of Table 3.

    Markers are medians over the seeds that did not diverge, dots single seeds. A cell
    with a seed that diverged has a cross at the top edge, above its marker or, if it
    has none, at the right end. Above each panel: Spearman's rank correlation over all
    cells, with diverged ones last, and over those that work; positive where both
    metrics prefer the same cells.
    """
    cells: dict[Cell, list[Run]] = {}
    for run in runs:
        cells.setdefault((run.config.loss, run.config.lipschitz_k), []).append(run)
    distance = measures.distance_metric(runs)
    everywhere, working = agreement(runs), agreement(runs, working=True)
    shown = [f for f in OTHERS if any(_known(r, f) for r in runs)]
    figure, panels = plt.subplots(2, 3, figsize=(11.5, 7.2))
    for ax, family in zip(panels.flat, shown, strict=False):
        _scatter(ax, cells, family, distance)
        correlations = (
            f"all {_rho(everywhere[family])}, working {_rho(working[family])}"
        )
        better = "high" if OTHERS[family] else "low"
        ax.set_title(f"{NAMES[family]} ({better} is good)\n{correlations}", fontsize=10)
        ax.set_xlabel(distance, fontsize=10)
    for ax in panels.flat[len(shown) :]:
        ax.axis("off")
    losses = list(dict.fromkeys(loss for loss, _ in cells))
    panels[1, 2].legend(handles=_handles(losses), loc="center")
    sns.despine(figure)
    figure.tight_layout()
    return figure


def _known(run: Run, family: str) -> bool:
    return not run.diverged and math.isfinite(measures.metric(run, family))


def _rho(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


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
    if family in SIGNED:
        _bend(ax)


def _bend(ax: Axes) -> None:
    """Logarithmic both ways, straight below the smallest fifth of the values."""
    values = np.abs(np.concatenate([line.get_ydata() for line in ax.lines]))
    values = values[values > 0]
    if len(values):
        power = math.floor(math.log10(np.quantile(values, 0.2)))
        ax.set_yscale("symlog", linthresh=10.0**power)
