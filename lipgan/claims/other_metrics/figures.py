"""The supplement's other metrics beside the Fréchet distance."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lipgan.claims import measures
from lipgan.claims.draw import finish, legend, panel_each
from lipgan.claims.other_metrics.criteria import NAMES, OTHERS, agreement
from lipgan.claims.published import Cell
from lipgan.claims.style import COLORS, FAINT, MARKERS
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

# Metrics that span decades and can fall below 0.
SIGNED = ("kid", "neural_divergence")


def metrics_against_distance(runs: Sequence[Run]) -> Figure:
    """Each other metric against the distance, over the cells of Table 3.

    Markers are medians over the seeds that did not diverge, dots single seeds. A cell
    with a seed that diverged has a cross at the top edge, above its marker or, if it
    has none, at the right end. Above each panel: Spearman's rank correlation over all
    cells, diverged ones last, and over cells that work; positive where both metrics
    prefer the same cells.
    """
    cells: dict[Cell, list[Run]] = {}
    for run in runs:
        cells.setdefault((run.config.loss, run.config.lipschitz_k), []).append(run)
    shown = [f for f in OTHERS if any(_known(r, f) for r in runs)]
    distance = measures.distance_metric(runs)
    every, working = agreement(runs), agreement(runs, working=True)
    titles = {f: f"{NAMES[f]}\n{_rho(every[f], working[f])}" for f in shown}
    figure, panels = panel_each(titles, 2.25, sharex=True)
    for family, ax in panels.items():
        _scatter(ax, cells, family, distance)
        goal = "high is good" if OTHERS[family] else "low is good"
        ax.set(xlabel=measures.distance_label(runs), ylabel=goal)
        ax.title.set(weight="normal", size="medium")
    legend(figure, _handles(list(dict.fromkeys(loss for loss, _ in cells))))
    return finish(figure)


def _known(run: Run, family: str) -> bool:
    return not run.diverged and math.isfinite(measures.metric(run, family))


def _rho(every: float, working: float) -> str:
    among = "" if math.isnan(working) else f", working {working:.2f}"
    return "nothing to order" if math.isnan(every) else f"ρ = {every:.2f}{among}"


def _handles(losses: Sequence[str]) -> list[Line2D]:
    cross = Line2D([], [], color=FAINT, marker="x", ls="", mew=2, label="diverged")
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
            cross: dict[str, Any] = {
                "color": color,
                "ms": 8,
                "mew": 2,
                "clip_on": False,
            }
            if known:
                ax.plot(median(x), 1, "x", transform=ax.get_xaxis_transform(), **cross)
            else:
                place = 1 - 0.04 * homeless
                ax.plot(place, 1, "x", transform=ax.transAxes, **cross)
                homeless += 1
    ax.set_xscale("log")
    if family in SIGNED:
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
