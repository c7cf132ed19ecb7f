"""Figures of scaled losses and of their distance from a line."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
from matplotlib.figure import Figure

from lipgan import metrics
from lipgan.claims.degeneration.criteria import ROUNDING
from lipgan.claims.style import COLORS
from lipgan.gan.losses import LOSSES, scaled


def scaled_losses(
    alphas: Sequence[float], losses: Sequence[str], reach: float
) -> Figure:
    """The real term of each loss under domain scaling, over scores up to ``reach``."""
    figure, panels = plt.subplots(
        1, len(losses), figsize=(2.8 * len(losses), 2.8), squeeze=False
    )
    scores = torch.linspace(-reach, reach, 401, dtype=torch.float64)
    shades = sns.color_palette("crest", len(alphas))
    for ax, loss in zip(panels[0], losses, strict=True):
        for alpha, color in zip(alphas, shades, strict=True):
            curve = scaled(LOSSES[loss], alpha).d_real(scores)
            ax.plot(scores, curve, color=color, label=f"α = {alpha:g}")
        ax.set(title=LOSSES[loss].label, xlabel="score f", ylim=(-2 * reach, 2 * reach))
    panels[0, 0].legend(fontsize="x-small")
    sns.despine(figure)
    figure.tight_layout()
    return figure


def tangent_distances(losses: Sequence[str], reach: float) -> Figure:
    """Distance of each scaled loss from its tangent against alpha, real term."""
    figure, ax = plt.subplots(figsize=(6.5, 4.2))
    alphas = np.logspace(-8, 1, 37)
    for loss in losses:
        term = LOSSES[loss].d_real
        distances = [metrics.tangent_distance(term, a, reach) for a in alphas]
        if max(distances) > ROUNDING:
            ax.plot(alphas, distances, color=COLORS[loss], label=LOSSES[loss].label)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="α",
        ylabel="distance from the tangent / reach",
    )
    ax.legend(fontsize="small")
    sns.despine(figure)
    figure.tight_layout()
    return figure
