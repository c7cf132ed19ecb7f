"""Figures of three other systems: distance and slope against their strength."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lipgan.claims import measures
from lipgan.claims.draw import (
    OPTIMIZER_COLORS,
    finish,
    label_lines,
    legend,
    level,
    medians,
    panels,
)
from lipgan.claims.style import COLORS, FAINT, MARKERS
from lipgan.claims.systems.gran import PLATEAU, smallest_push
from lipgan.claims.systems.tables import strengths, symbol
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import optimizer_label
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

LIPSCHITZ = "lipschitz_gradient"
LEAST_PUSH = 1e-6  # smaller ones are drawn at the bottom
OF_NETWORK = ("gp", "alp")  # their k is a bound on the slope of the whole network
LABELS = {
    "regularizer": {key: own.label for key, own in REGULARIZERS.items()},
    "loss": {key: own.label for key, own in LOSSES.items()},
}


def distance_against_strength(runs: Sequence[Run], by: str = "regularizer") -> Figure:
    """Distance, and the steepest input gradient found, against the strength.

    Medians over seeds as lines, seeds as dots, a cross at the top edge for seeds that
    diverged. Dashed: a black image. Dotted: the slope that a penalty asks for.

    Args:
        runs: of regularizers in ``experiments.ROADS``, any number of seeds.
        by: ``regularizer``, whose values are the columns, or ``loss``: they share their
            axis, so that all lines stand in one panel.
    """
    keys = list(dict.fromkeys(getattr(r.config, by) for r in runs))
    name, constant = measures.distance_metric(runs), measures.constant_distance(runs)
    apart = by == "regularizer"
    shared: dict[str, Any] = {"sharex": "col", "sharey": "row" if apart else False}
    rows, columns, height = (2, len(keys), 4.4) if apart else (1, 2, 3.0)
    figure, grid = panels(rows, columns, height, **shared)
    for i, key in enumerate(keys):
        own = strengths([r for r in runs if getattr(r.config, by) == key])
        column = grid[:, i] if apart else grid[0]
        _against_strength(list(column), own, name, LABELS[by][key])
        if apart:
            column[0].set_title(LABELS[by][key])
    titles = measures.distance_label(runs), "steepest gradient found"
    for ax, title in zip(grid.T.flat, titles, strict=False):
        ax.set_ylabel(title)
    for ax in grid[0] if apart else grid[0, :1]:
        level(ax, constant, "black image" if ax is grid[0, 0] else "")
    low, high = grid[0, 0].get_ylim()
    grid[0, 0].set_ylim(min(low, constant / 1.6), max(high, 2.2 * constant))
    for ax in () if apart else grid[0]:
        label_lines(ax)
    return finish(figure)


def _against_strength(
    column: Sequence[Axes], own: dict[float, list[Run]], name: str, label: str
) -> None:
    """One regularizer and loss: the distance, and the slope beside what is asked."""
    config = next(iter(own.values()))[0].config
    style = {"color": COLORS[config.loss], "marker": MARKERS[config.loss]}
    per_layer = " per layer" if config.regularizer in ("sn", "srn") else ""
    for ax, metric in zip(column, (name, LIPSCHITZ), strict=True):
        found = {x: [_metric(r, metric) for r in own[x]] for x in own}
        medians(ax, found, label=label, **style)
        ax.set(xscale="log", yscale="log")
        ax.set_xlabel(symbol(config.regularizer) + per_layer)
        ax.set_xticks(list(own), [f"{x:g}" for x in own])
    if config.regularizer in OF_NETWORK:
        column[1].plot([*own], [*own], ":", color=FAINT, lw=1, zorder=1)


def _metric(run: Run, name: str) -> float:
    return math.inf if run.diverged else run.metrics[name]


def distance_and_push_against_k(runs: Sequence[Run]) -> Figure:
    """Distance, and the smallest slope of the loss, against GraN's K.

    Losses as columns, optimizers as lines: medians over seeds, dots for seeds, a cross
    at the top edge for seeds that diverged. The slope is that of the discriminator's
    loss nearest to 0 among generated samples; below the dotted line is a plateau.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    rules = list(dict.fromkeys(r.config.optimizer for r in runs))
    figure, grid = panels(2, len(losses), 4.6, sharex=True, sharey="row")
    name = measures.distance_metric(runs)
    rows: dict[str, Callable[[Run], float]] = {
        measures.distance_label(runs): lambda r: _metric(r, name),
        "smallest slope of the\nloss on fake samples": _drawn_push,
    }
    constant, ks = measures.constant_distance(runs), sorted(strengths(runs))
    for column, loss in enumerate(losses):
        for ax, measure in zip(grid[:, column], rows.values(), strict=True):
            for i, rule in enumerate(rules):
                own = [r for r in runs if _cell(r) == (loss, rule)]
                _optimizer_line(ax, own, measure, 1.05 ** (2 * i - len(rules) + 1))
            ax.set(xscale="log", yscale="log")
        level(grid[0, column], constant, "" if column else "black image")
        level(grid[1, column], PLATEAU, ls=":")
        grid[0, column].set_title(LOSSES[loss].label)
        grid[1, column].set_xlabel("K")
        grid[1, column].set_xticks(ks, [f"{k:g}" for k in ks])
    low, high = grid[0, 0].get_ylim()
    grid[0, 0].set_ylim(min(low, constant / 1.6), max(high, 2.2 * constant))
    for ax, title in zip(grid[:, 0], rows, strict=True):
        ax.set_ylabel(title)
    handles = [Line2D([], [], color=OPTIMIZER_COLORS[rule], lw=3) for rule in rules]
    legend(figure, handles, [optimizer_label(rule) for rule in rules])
    return finish(figure)


def _cell(run: Run) -> tuple[str, str]:
    return run.config.loss, run.config.optimizer


def _drawn_push(run: Run) -> float:
    """The smallest push; infinite, a cross, for a run that diverged."""
    return math.inf if run.diverged else max(smallest_push(run), LEAST_PUSH)


def _optimizer_line(
    ax: Axes, runs: Sequence[Run], measure: Callable[[Run], float], shift: float
) -> None:
    """One optimizer, moved a little aside so that marks do not hide each other."""
    found = {shift * k: [measure(r) for r in own] for k, own in strengths(runs).items()}
    rule = runs[0].config.optimizer
    marker = "o" if rule == "rmsprop" else "s"
    medians(ax, found, color=OPTIMIZER_COLORS[rule], marker=marker)
