"""The finding in one static picture: a loss on the domains that k leaves it."""

from collections.abc import Sequence
from statistics import median

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure

from lipgan import domains
from lipgan.losses import LOSSES
from lipgan.plots.style import OMEGA
from lipgan.runs import Run

LEAST_REACH, LARGEST_REACH = 3.0, 12.0


def loss_on_domains(runs: Sequence[Run]) -> Figure:
    """One panel per k_SN: the real term of a loss, its attained domain in red.

    Args:
        runs: completed runs of one loss, any number of seeds; the domain of a panel is
            the median over the seeds, at the end of training.
    """
    ks = sorted({run.config.lipschitz_k for run in runs})
    figure, panels = plt.subplots(
        1, len(ks), figsize=(3.6 * len(ks), 3.0), squeeze=False, layout="constrained"
    )
    for ax, k in zip(panels[0], ks, strict=True):
        own = [run for run in runs if run.config.lipschitz_k == k]
        loss = LOSSES[own[0].config.loss]
        low, high = np.median([[e[-1] for e in domains.omega(r)] for r in own], axis=0)
        reach = min(max(LEAST_REACH, -low, high), LARGEST_REACH)
        wide = torch.linspace(-reach, reach, 801, dtype=torch.float64)
        ends = max(low, -reach), min(high, reach)
        red = torch.linspace(*ends, 801, dtype=torch.float64)
        ax.plot(wide, loss.d_real(wide), color="0.6")
        ax.plot(red, loss.d_real(red), color=OMEGA, lw=4, solid_capstyle="round")
        bend = median(domains.nonlinearity(run) for run in own)
        ax.set(
            title=f"{loss.label}, $k_{{SN}} = {k:g}$",
            xlabel=f"score f; slope varies by {bend:.0%}",
            yticks=[],
        )
    return figure
