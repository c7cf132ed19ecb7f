"""Figures of scaled losses and of their distance from a line."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.figure import Figure

from lipgan import metrics
from lipgan.claims.degeneration.criteria import ROUNDING
from lipgan.claims.draw import (
    finish,
    label_lines,
    legend_of,
    loss_names,
    panel_each,
    panels,
)
from lipgan.claims.numerals import number
from lipgan.claims.style import COLORS, shades
from lipgan.gan.losses import LOSSES, scaled


def scaled_losses(
    alphas: Sequence[float], losses: Sequence[str], reach: float
) -> Figure:
    """The real term of each loss under domain scaling, over scores up to ``reach``."""
    figure, axes = panel_each(loss_names(losses), 1.75, sharex=True, sharey=True)
    scores = torch.linspace(-reach, reach, 401, dtype=torch.float64)
    for loss, ax in axes.items():
        for alpha, color in zip(alphas, shades(len(alphas)), strict=True):
            curve = scaled(LOSSES[loss], alpha).d_real(scores)
            ax.plot(scores, curve, color=color, label=f"α = {number(alpha)}")
        ax.set(xlabel="score f", ylim=(-2 * reach, 2 * reach))
    legend_of(figure, next(iter(axes.values())))
    return finish(figure)


def tangent_distances(losses: Sequence[str], reach: float) -> Figure:
    """Distance of each scaled loss from its tangent against alpha, real term."""
    figure, ((ax,),) = panels(1, 1, 3.4)
    alphas = np.logspace(-8, 1, 37)
    for loss in losses:
        term = LOSSES[loss].d_real
        distances = [metrics.tangent_distance(term, a, reach) for a in alphas]
        if max(distances) > ROUNDING:
            ax.plot(alphas, distances, color=COLORS[loss], label=LOSSES[loss].label)
    ax.set(xscale="log", yscale="log", xlabel="α")
    ax.set_ylabel("distance from the tangent / reach")
    label_lines(ax)
    return finish(figure)
