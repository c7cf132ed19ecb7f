"""Figures of the optimizer's epsilon and of what a small k costs."""

import math
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from lipgan.claims import measures
from lipgan.claims.draw import OPTIMIZER_COLORS
from lipgan.claims.small_k.criteria import SLOWED
from lipgan.claims.style import COLORS, legend_below
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import OPTIMIZER_LABELS, OPTIMIZERS, RMSProp
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
    figure, ax = plt.subplots(figsize=(6.5, 3.8))
    sizes = torch.logspace(math.log10(smallest), math.log10(largest), 241)
    drawn = set()
    for name, rule in OPTIMIZERS.items():
        if not isinstance(rule, RMSProp) or (rule.eps, rule.inside) in drawn:
            continue  # decay and start do not enter
        drawn.add((rule.eps, rule.inside))
        shares = rule.step_share({"w": sizes.square()[:, None]})
        label = OPTIMIZER_LABELS[name]
        ax.plot(sizes, shares, color=OPTIMIZER_COLORS[name], label=label)
    ax.axhline(1 - SLOWED, color="0.7", lw=1, ls=":")
    ax.set(
        xscale="log",
        xlabel="root mean square of a weight's gradient",
        ylabel="what ε leaves of a step",
        ylim=(-0.02, 1.05),
    )
    ax.legend(fontsize="small", frameon=False)
    sns.despine(figure)
    figure.tight_layout()
    return figure


def steps_taken_by_epsilon(runs: Sequence[Run]) -> Figure:
    """The share of the steps that epsilon takes during training, one line per run.

    Players as rows, losses as columns, optimizers as colors; the smallest k is solid,
    larger ones are dashed.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    figure, panels = plt.subplots(
        2,
        len(losses),
        figsize=(4.3 * len(losses), 5.6),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    smallest = min(r.config.lipschitz_k for r in runs)
    for row, (player, title) in zip(panels, PLAYERS.items(), strict=True):
        for ax, loss in zip(row, losses, strict=True):
            for run in (r for r in runs if r.config.loss == loss):
                _taken_line(ax, run, player, run.config.lipschitz_k == smallest)
            ax.axhline(SLOWED, color="0.7", lw=1, ls=":")
            ax.set(title=f"{LOSSES[loss].label}, {title}", yscale="log")
            ax.set_ylim(0.6 * RESOLUTION, 1.5)
    for ax in panels[-1]:
        ax.set_xlabel("step")
    for ax in panels[:, 0]:
        ax.set_ylabel("share taken by ε")
    sns.despine(figure)
    figure.tight_layout()
    _legend(figure, list(dict.fromkeys(r.config.optimizer for r in runs)))
    return figure


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


def _legend(figure: Figure, names: Sequence[str]) -> None:
    handles = [plt.Line2D([], [], color=OPTIMIZER_COLORS[name], lw=3) for name in names]
    legend_below(figure, handles, [OPTIMIZER_LABELS[name] for name in names], 3)


def distance_by_optimizer(runs: Sequence[Run]) -> Figure:
    """Distance at the small k (filled) and the usual k (open) under each optimizer.

    Large marks are medians over seeds, dots single seeds; a cross at the right edge
    stands for seeds that diverged.
    """
    cells = measures.distances_by(runs, "loss", "optimizer", "lipschitz_k")
    losses, names = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    figure, panels = plt.subplots(
        1,
        len(losses),
        figsize=(2.2 + 3.6 * len(losses), 0.55 * len(names) + 1.5),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    ks = sorted({key[2] for key in cells})
    for ax, loss in zip(panels[0], losses, strict=True):
        for height, name in enumerate(names):
            by_k = {k: cells[loss, name, k] for k in ks}
            _dumbbell(ax, by_k, height, COLORS[loss])
        ax.set(title=LOSSES[loss].label, xlabel=measures.distance_metric(runs))
        ax.grid(axis="y", color="0.93")
    panels[0, 0].set_yticks(range(len(names)), [OPTIMIZER_LABELS[n] for n in names])
    panels[0, 0].set_ylim(len(names) - 0.5, -0.5)
    finite = [v for values in cells.values() for v in values if math.isfinite(v)]
    if finite and max(finite) > NARROW * min(finite):
        for ax in panels[0]:
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            ax.xaxis.set_major_formatter("{x:g}")
            ax.xaxis.set_minor_locator(NullLocator())
    sns.despine(figure)
    figure.tight_layout()
    return figure


def _dumbbell(
    ax: Axes, by_k: dict[float, list[float]], height: int, color: tuple
) -> None:
    """One optimizer: a mark per k, joined by a line; the smallest k is filled."""
    joined = []
    for k, values in by_k.items():
        smallest = k == min(by_k)
        level = height + (-0.13 if smallest else 0.13)
        finite = [v for v in values if math.isfinite(v)]
        if len(finite) < len(values):
            edge: dict[str, Any] = {"transform": ax.get_yaxis_transform()}
            ax.plot(1, level, "x", color=color, ms=9, mew=2, clip_on=False, **edge)
        if finite:
            joined.append((float(np.median(finite)), level))
            ax.plot(finite, [level] * len(finite), ".", color=color, ms=5, alpha=0.6)
            fill = color if smallest else "white"
            ax.plot(*joined[-1], "o", color=color, mfc=fill, ms=9)
    if joined:
        ax.plot(*zip(*joined, strict=True), "-", color=color, lw=2, zorder=1)
