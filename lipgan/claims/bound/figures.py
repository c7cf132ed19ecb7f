"""Theorem 1 as a figure: measured widths beside their bounds."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from lipgan import metrics
from lipgan.claims.style import OMEGA, legend_of
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def bound_of_the_domain(runs: Sequence[Run], losses: Sequence[str]) -> Figure:
    """Theorem 1: measured width of Omega beside three bounds, one panel per loss."""
    figure, panels = plt.subplots(
        1,
        len(losses),
        figsize=(2.3 + 1.9 * len(losses), 3.4),
        sharey=True,
        squeeze=False,
    )
    for ax, loss in zip(panels[0], losses, strict=True):
        own = sorted(
            (r for r in runs if r.config.loss == loss and not r.diverged),
            key=lambda r: r.config.lipschitz_k,
        )
        ks = [r.config.lipschitz_k for r in own]
        inputs = own[0].config.image_size ** 2 * own[0].config.channels
        layers = len(own[0].history["sigma"][0])
        bounds = {
            "2√d ∏ exact layer norms": [r.metrics["lipschitz_layers"] for r in own],
            "2√d kⁿ (nominal)": [k**layers for k in ks],
            "2√d largest gradient found": [
                r.metrics["lipschitz_gradient"] for r in own
            ],
        }
        for (label, norms), dash in zip(bounds.items(), ("-", "--", ":"), strict=True):
            widths = [metrics.domain_bound(norm, inputs) for norm in norms]
            ax.plot(ks, widths, dash, color="0.4", label=label)
        measured = [r.metrics["domain_width"] for r in own]
        ax.plot(ks, measured, "o", color=OMEGA, label="measured width of Ω")
        ax.set(xscale="log", yscale="log", xlabel="$k_{SN}$", title=LOSSES[loss].label)
        ax.set(xlim=(0.15, 70), xticks=[1, 10])
        ax.xaxis.set_minor_formatter(NullFormatter())
    panels[0, 0].set_ylabel("width of the score's range")
    sns.despine(figure)
    figure.tight_layout()
    legend_of(figure, panels[0, 0], columns=4)
    return figure
