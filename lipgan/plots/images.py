"""Figures of losses, of bounds, and of the tables on images."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from lipgan import data, measures, probes
from lipgan.claims.degeneration import ROUNDING
from lipgan.losses import LOSSES, scaled
from lipgan.plots.style import COLORS, MARKERS, OMEGA, legend_of
from lipgan.published import CONSTANT_FID, TABLE3, Cell
from lipgan.runs import Run

# Config fields that can be the columns of a grid of samples.
COLUMN_TITLES = {"lipschitz_k": "k = {:g}", "alpha": "α = {:g}", "seed": "seed {}"}


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
            widths = [probes.domain_bound(norm, inputs) for norm in norms]
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


def distance_against_k(runs: Sequence[Run], own: Sequence[Run] = ()) -> Figure:
    """Table 3 as lines: our distances on the left, the paper's three data sets.

    Args:
        runs: all cells of Table 3, any number of seeds.
        own: the reader's own runs, drawn as open circles.
    """
    figure, panels = plt.subplots(1, 4, figsize=(13, 3.9))
    cells = measures.cell_distances(runs)
    constant = measures.constant_distance(runs)
    distance_lines(panels[0], cells, constant)
    for (loss, k), values in measures.cell_distances(own).items() if own else ():
        circle = {"mfc": "none", "mec": COLORS[loss], "ms": 9}
        panels[0].plot([k] * len(values), values, "o", **circle)
    name = data.DATASETS[runs[0].config.dataset.partition(":")[0]].label
    panels[0].set(title=f"ours: {name}", ylabel=measures.distance_metric(runs))
    for ax, (dataset, column) in zip(panels[1:], TABLE3.items(), strict=True):
        single = {cell: [fid] for cell, fid in column.items()}
        distance_lines(ax, single, CONSTANT_FID[dataset])
        ax.set(title=f"paper: {data.DATASETS[dataset].label}", ylabel="FID")
    for ax in panels:
        ax.set_xlabel("$k_{SN}$")
    sns.despine(figure)
    figure.tight_layout()
    legend_of(figure, panels[1])
    return figure


def distance_lines(
    ax: Axes, cells: dict[Cell, list[float]], constant: float, *, dashed: str = ""
) -> None:
    """One line per loss: medians over seeds against k_SN or alpha, dots for seeds.

    Args:
        ax: empty axes; its x label is left to the caller.
        cells: (loss, k_SN or alpha) -> distance per seed, infinite if it diverged.
        constant: distance of a constant image, drawn as a dashed line.
        dashed: a loss whose line is dashed.
    """
    top = 1.6 * max(
        [constant, *(v for values in cells.values() for v in values if np.isfinite(v))]
    )
    for loss in dict.fromkeys(loss for loss, _ in cells):
        ks = [k for own, k in cells if own == loss]
        # A diverged run has no distance: an open cross at the top edge.
        values = [cells[loss, k] for k in ks]
        finite = [[v for v in seeds if np.isfinite(v)] for seeds in values]
        middle = [np.median(v) if v else np.nan for v in finite]
        style = {"color": COLORS[loss], "marker": MARKERS[loss], "ms": 5}
        style |= {"ls": "--"} if loss == dashed else {}
        ax.plot(ks, middle, label=LOSSES[loss].label, **style)
        for k, seeds, kept in zip(ks, values, finite, strict=True):
            if len(kept) > 1:
                ax.plot([k] * len(kept), kept, ".", color=COLORS[loss], ms=4, alpha=0.6)
            if len(kept) < len(seeds):
                ax.plot([k], [top], "x", color=COLORS[loss], ms=9, mew=2, clip_on=False)
    ax.axhline(constant, color="0.6", lw=1, ls="--")
    ax.text(
        0.01,
        constant,
        "constant image",
        transform=ax.get_yaxis_transform(),
        fontsize=8,
        color="0.4",
        va="bottom",
    )
    ax.set(xscale="log", yscale="log")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(top=top * 1.05)


def sample_grid(
    runs: Sequence[Run], side: int = 3, *, columns: str = "lipschitz_k"
) -> Figure:
    """Samples with losses as rows and one config field as columns.

    Args:
        runs: one run per loss and value of the field.
        side: side x side images per run.
        columns: key of ``COLUMN_TITLES``.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    values = sorted({getattr(r.config, columns) for r in runs})
    size = (1.5 * len(values), 1.6 * len(losses))
    figure, panels = plt.subplots(len(losses), len(values), figsize=size, squeeze=False)
    for run in runs:
        column = values.index(getattr(run.config, columns))
        ax = panels[losses.index(run.config.loss), column]
        if run.samples is None:
            ax.text(
                0.5,
                0.5,
                f"diverged at\nstep {run.diverged_at}",
                ha="center",
                va="center",
                color=OMEGA,
                fontsize=8,
            )
            ax.set(xlim=(0, 1), ylim=(0, 1))
        else:
            tiles = tiles_of(run.samples, run.config.image_size, side)
            ax.imshow(tiles, cmap="gray", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
    for ax, value in zip(panels[0], values, strict=True):
        ax.set_title(COLUMN_TITLES[columns].format(value), fontsize=10)
    for ax, loss in zip(panels[:, 0], losses, strict=True):
        ax.set_ylabel(LOSSES[loss].label)
    figure.tight_layout(pad=0.4)
    return figure


def tiles_of(picture: np.ndarray, size: int, side: int) -> np.ndarray:
    """The first side x side samples of a stored picture, with a line between them."""
    line = max(1, size // 8)
    tiles = picture[: side * size, : side * size]
    gaps = np.repeat(np.arange(size, side * size, size), line)
    tiles = np.insert(tiles, gaps, 255, axis=0)
    return np.insert(tiles, gaps, 255, axis=1)


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
        distances = [probes.tangent_distance(term, a, reach) for a in alphas]
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
