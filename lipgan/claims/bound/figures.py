"""Theorem 1 as a figure: measured widths beside their bounds."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from lipgan import metrics
from lipgan.claims.draw import finish, legend_of, loss_names, panel_each
from lipgan.claims.style import INK, OMEGA
from lipgan.runs import Run


def bound_of_the_domain(runs: Sequence[Run], losses: Sequence[str]) -> Figure:
    """Theorem 1: measured width of Omega beside three bounds, one panel per loss."""
    figure, panels = panel_each(loss_names(losses), 1.9, sharex=True, sharey=True)
    for loss, ax in panels.items():
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
            ax.plot(ks, widths, dash, color=INK, lw=1.3, label=label)
        measured = [r.metrics["domain_width"] for r in own]
        ax.plot(ks, measured, "o", color=OMEGA, ms=5, label="measured width of Ω")
        ax.set(xscale="log", yscale="log", xlabel="k (per layer)", xlim=(0.15, 70))
    figure.supylabel("width of the score's range", fontsize="medium")
    legend_of(figure, next(iter(panels.values())), columns=2)
    return finish(figure)
