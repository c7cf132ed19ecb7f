"""Figures of three other systems: distance and slope against their strength."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from lipgan.claims import measures
from lipgan.claims.draw import OPTIMIZER_COLORS
from lipgan.claims.style import COLORS, MARKERS, legend_below
from lipgan.claims.systems.gran import PLATEAU, smallest_push
from lipgan.claims.systems.tables import strengths, symbol
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import OPTIMIZER_LABELS
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

LIPSCHITZ = "lipschitz_gradient"
NARROW = 100.0  # distances within this factor have ticks between the powers of ten
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
        by: field whose values are the columns, ``regularizer`` or ``loss``.
    """
    keys = list(dict.fromkeys(getattr(r.config, by) for r in runs))
    figure, panels = plt.subplots(
        2,
        len(keys),
        figsize=(1.2 + 2.4 * len(keys), 5.2),
        sharex="col",
        sharey="row",
        squeeze=False,
    )
    name = measures.distance_metric(runs)
    for column, key in enumerate(keys):
        own = strengths([r for r in runs if getattr(r.config, by) == key])
        config = next(iter(own.values()))[0].config
        style = {"color": COLORS[config.loss], "marker": MARKERS[config.loss]}
        for ax, metric in zip(panels[:, column], (name, LIPSCHITZ), strict=True):
            found = {x: [_metric(r, metric) for r in own[x]] for x in own}
            _series(ax, found, **style)
        panels[0, column].set_title(LABELS[by][key], pad=12)
        if config.regularizer in OF_NETWORK:
            panels[1, column].plot([*own], [*own], ":", color="0.5", lw=1, zorder=1)
        per_layer = " per layer" if config.regularizer in ("sn", "srn") else ""
        panels[1, column].set_xlabel(symbol(config.regularizer) + per_layer)
        panels[1, column].set_xticks(list(own), [f"{x:g}" for x in own])
    panels[0, 0].set_ylabel(name)
    panels[1, 0].set_ylabel("steepest gradient found")
    _black_image(panels[0], measures.constant_distance(runs))
    return _finish(figure)


def _metric(run: Run, name: str) -> float:
    return math.inf if run.diverged else run.metrics[name]


def _series(ax: Axes, by_x: dict[float, list[float]], **style: Any) -> None:
    """Medians as a line, seeds as dots, a cross at the top for what diverged."""
    color, middle = style["color"], []
    for x, values in by_x.items():
        finite = [v for v in values if math.isfinite(v)]
        middle.append(float(np.median(finite)) if finite else math.nan)
        if len(finite) > 1:
            ax.plot([x] * len(finite), finite, ".", color=color, ms=5, alpha=0.6)
        if len(finite) < len(values):
            edge: dict[str, Any] = {"transform": ax.get_xaxis_transform()}
            ax.plot(x, 1, "x", color=color, ms=9, mew=2, clip_on=False, **edge)
    ax.plot(list(by_x), middle, ms=6, **style)
    ax.set(xscale="log", yscale="log")


def _black_image(panels: Sequence[Axes], constant: float) -> None:
    for ax in panels:
        ax.axhline(constant, color="0.6", lw=1, ls="--")
    low, high = panels[0].get_ylim()
    panels[0].set_ylim(min(low, constant / 1.6), max(high, 1.6 * constant))


def _finish(figure: Figure) -> Figure:
    for ax in figure.axes:
        ax.xaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_minor_locator(NullLocator())
        low, high = ax.get_ylim()
        if high < NARROW * low:
            ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5, 7)))
            ax.yaxis.set_major_formatter("{x:g}")
    sns.despine(figure)
    figure.tight_layout()
    return figure


def distance_and_push_against_k(runs: Sequence[Run]) -> Figure:
    """Distance, and the smallest slope of the loss, against GraN's K.

    Losses as columns, optimizers as lines: medians over seeds, dots for seeds, a cross
    at the top edge for seeds that diverged. The slope is that of the discriminator's
    loss nearest to 0 among generated samples; below the dotted line is a plateau.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    rules = list(dict.fromkeys(r.config.optimizer for r in runs))
    figure, panels = plt.subplots(
        2,
        len(losses),
        figsize=(1.5 + 3.6 * len(losses), 5.4),
        sharex=True,
        sharey="row",
        squeeze=False,
    )
    name = measures.distance_metric(runs)
    rows: dict[str, Callable[[Run], float]] = {
        name: lambda r: _metric(r, name),
        "smallest slope of the loss\non generated samples": _drawn_push,
    }
    for column, loss in enumerate(losses):
        for ax, measure in zip(panels[:, column], rows.values(), strict=True):
            for i, rule in enumerate(rules):
                own = [r for r in runs if _cell(r) == (loss, rule)]
                _optimizer_line(ax, own, measure, 1.05 ** (2 * i - len(rules) + 1))
        panels[0, column].set_title(LOSSES[loss].label, pad=12)
        panels[1, column].axhline(PLATEAU, color="0.6", lw=1, ls=":")
        panels[1, column].set_xlabel("K")
        ks = sorted({r.config.lipschitz_k for r in runs})
        panels[1, column].set_xticks(ks, [f"{k:g}" for k in ks])
    for ax, title in zip(panels[:, 0], rows, strict=True):
        ax.set_ylabel(title)
    _black_image(panels[0], measures.constant_distance(runs))
    _finish(figure)
    _legend(figure, rules)
    return figure


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
    _series(ax, found, color=OPTIMIZER_COLORS[rule], marker=marker)


def _legend(figure: Figure, rules: Sequence[str]) -> None:
    handles = [plt.Line2D([], [], color=OPTIMIZER_COLORS[rule], lw=3) for rule in rules]
    legend_below(figure, handles, [OPTIMIZER_LABELS[rule] for rule in rules])
