"""Figures of the optimizer's epsilon and of what a small k costs."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lipgan.claims import measures
from lipgan.claims.draw import (
    OPTIMIZER_COLORS,
    crosses,
    finish,
    legend,
    loss_names,
    panel_each,
    panels,
)
from lipgan.claims.small_k.criteria import SLOWED
from lipgan.claims.style import COLORS
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import OPTIMIZERS, RMSProp, optimizer_label
from lipgan.runs import HISTORY_DIGITS, Run

RESOLUTION = 10.0**-HISTORY_DIGITS  # smaller shares of a step are not recorded
NARROW = 3.0  # distances within this factor are shown on a linear axis
PLAYERS = {"g": "generator", "d": "discriminator"}


def step_share_curves(smallest: float = 1e-12, largest: float = 1.0) -> Figure:
    """What epsilon leaves of an RMSProp step against the size of the gradient.

    Args:
        smallest: left end of the axis, root of the running mean of squared gradients.
        largest: right end.
    """
    figure, ((ax,),) = panels(1, 1, 3.2)
    sizes = torch.logspace(math.log10(smallest), math.log10(largest), 241)
    drawn = set()
    for name, rule in OPTIMIZERS.items():
        if not isinstance(rule, RMSProp) or (rule.eps, rule.inside) in drawn:
            continue  # decay and start do not enter
        drawn.add((rule.eps, rule.inside))
        shares = rule.step_share({"w": sizes.square()[:, None]})
        label = optimizer_label(name)
        ax.plot(sizes, shares, color=OPTIMIZER_COLORS[name], label=label)
    ax.axhline(1 - SLOWED, color="0.7", lw=1, ls=":")
    ax.set(
        xscale="log",
        xlabel="root mean square of a weight's gradient",
        ylabel="what ε leaves of a step",
        ylim=(-0.02, 1.05),
    )
    ax.legend(loc="center right")
    return finish(figure)


def steps_taken_by_epsilon(runs: Sequence[Run]) -> Figure:
    """The share of the steps that epsilon takes during training, one line per run.

    Players as rows, losses as columns, optimizers as colors; the smallest k is solid,
    larger ones are dashed.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    figure, grid = panels(2, len(losses), 4.6, sharex=True, sharey=True)
    smallest = min(r.config.lipschitz_k for r in runs)
    for row, (player, title) in zip(grid, PLAYERS.items(), strict=True):
        for ax, loss in zip(row, losses, strict=True):
            for run in (r for r in runs if r.config.loss == loss):
                _taken_line(ax, run, player, run.config.lipschitz_k == smallest)
            ax.axhline(SLOWED, color="0.7", lw=1, ls=":")
            ax.set(title=f"{LOSSES[loss].label}, {title}", yscale="log")
            ax.set_ylim(0.6 * RESOLUTION, 1.5)
    for ax in grid[-1]:
        ax.set_xlabel("step")
    for ax in grid[:, 0]:
        ax.set_ylabel("share taken by ε")
    names = list(dict.fromkeys(r.config.optimizer for r in runs))
    handles = [Line2D([], [], color=OPTIMIZER_COLORS[name], lw=3) for name in names]
    legend(figure, handles, [optimizer_label(name) for name in names], 3)
    return finish(figure)


def _taken_line(ax: Axes, run: Run, player: str, solid: bool) -> None:
    left = np.asarray(run.history[f"step_share_{player}"], float)
    ax.plot(
        run.history["step"],
        np.maximum(1 - left, RESOLUTION),
        color=OPTIMIZER_COLORS[run.config.optimizer],
        ls="-" if solid else "--",
        lw=1.2,
        alpha=0.8,
    )


def distance_by_optimizer(runs: Sequence[Run]) -> Figure:
    """Distance at the small k (filled) and the usual k (open) under each optimizer.

    Large marks are medians over seeds, dots single seeds; a cross at the right edge
    stands for seeds that diverged.
    """
    cells = measures.distances_by(runs, "loss", "optimizer", "lipschitz_k")
    losses, names = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    height = 0.36 * len(names) + 0.6
    figure, places = panel_each(loss_names(losses), height, sharex=True, sharey=True)
    ks = sorted({key[2] for key in cells})
    for loss, ax in places.items():
        for height, name in enumerate(names):
            by_k = {k: cells[loss, name, k] for k in ks}
            _dumbbell(ax, by_k, height, COLORS[loss])
        ax.set(xlabel=measures.distance_label(runs))
        ax.grid(axis="y", color="0.93")
    first = next(iter(places.values()))
    first.set_yticks(range(len(names)), [optimizer_label(n) for n in names])
    first.set_ylim(len(names) - 0.5, -0.5)
    finite = [v for values in cells.values() for v in values if math.isfinite(v)]
    if finite and max(finite) > NARROW * min(finite):
        first.set_xscale("log")
    return finish(figure)


def _dumbbell(
    ax: Axes, by_k: dict[float, list[float]], height: int, color: str
) -> None:
    """One optimizer: a mark per k, joined by a line; the smallest k is filled."""
    joined = []
    for k, values in by_k.items():
        smallest = k == min(by_k)
        level = height + (-0.13 if smallest else 0.13)
        finite = [v for v in values if math.isfinite(v)]
        if len(finite) < len(values):
            crosses(ax, [level], color, edge="right")
        if finite:
            joined.append((float(np.median(finite)), level))
            ax.plot(finite, [level] * len(finite), ".", color=color, ms=5, alpha=0.6)
            fill = color if smallest else "white"
            ax.plot(*joined[-1], "o", color=color, mfc=fill, ms=7)
    if joined:
        ax.plot(*zip(*joined, strict=True), "-", color=color, lw=2, zorder=1)
