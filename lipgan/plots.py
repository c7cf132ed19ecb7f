"""One function per figure. They read runs or losses and never train."""

import re
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from lipgan import data, measures, probes
from lipgan.degeneration import ROUNDING
from lipgan.losses import LOSSES, scaled
from lipgan.published import CONSTANT_FID, TABLE3
from lipgan.runs import Run

_HUES = sns.color_palette("colorblind", 8)
COLORS = dict(zip(("ns", "ls", "wgan", "cos", "exp", "ls_sharp"), _HUES, strict=False))
MARKERS = dict(zip(COLORS, "osD^vP", strict=True))
OMEGA = "#c8102e"  # the attained domain, red as in the paper's Figure 1
# Text in place of the icons of matplotlib's movie player.
PLAYER_SIGNS = {
    "minus": "−",
    "fast-backward": "⏮",
    "step-backward": "◀|",
    "play fa-flip-horizontal": "◀",
    "play": "▶",
    "pause": "⏸",
    "step-forward": "|▶",
    "fast-forward": "⏭",
    "plus": "+",
}
PROBED = 3  # length of the loss axis in units of the attained domain

sns.set_theme(
    style="ticks", context="notebook", rc={"figure.dpi": 110, "svg.hashsalt": "lipgan"}
)


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
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        ncols=4,
        fontsize="small",
        loc="upper center",
        bbox_to_anchor=(0.5, 0.02),
        frameon=False,
    )
    return figure


def toy_grid(runs: Sequence[Run], losses: Sequence[str]) -> Figure:
    """Figure 1: per alpha and loss the samples, and below the loss on its domain."""
    alphas = sorted({r.config.alpha for r in runs})
    figure, panels = plt.subplots(
        2 * len(alphas),
        len(losses),
        figsize=(2.7 * len(losses), 4.4 * len(alphas)),
        squeeze=False,
        height_ratios=[2.3, 1] * len(alphas),
    )
    real = data.load(runs[0].config.dataset).x[:512].numpy()
    for row, alpha in enumerate(alphas):
        for column, loss in enumerate(losses):
            cell = (loss, alpha)
            run = next(r for r in runs if (r.config.loss, r.config.alpha) == cell)
            _toy_samples(panels[2 * row, column], run, real)
            _loss_on_domain(panels[2 * row + 1, column], run)
            panels[2 * row, column].set_title(_scaled_name(run), fontsize=12)
    figure.tight_layout()
    return figure


def _scaled_name(run: Run) -> str:
    power = round(np.log10(run.config.alpha))
    alpha = "1" if power == 0 else f"10^{{{power}}}"
    return f"{LOSSES[run.config.loss].label}, $α = {alpha}$"


def _toy_samples(ax: Axes, run: Run, real: np.ndarray) -> None:
    ax.scatter(real[:, 0], real[:, 1], s=14 if len(real) > 8 else 60, color="black")
    path = np.array(run.history["points"])  # (moments, points, 2)
    if path.shape[1] == 1:
        ax.plot(*path[:, 0].T, color="tab:orange", lw=1, alpha=0.7)
    ax.scatter(
        path[-1, :, 0],
        path[-1, :, 1],
        s=20 if path.shape[1] > 1 else 90,
        color="tab:orange",
        zorder=3,
    )
    if run.diverged:
        ax.text(
            0.5,
            0.9,
            f"diverged at step {run.diverged_at}",
            transform=ax.transAxes,
            ha="center",
            color=OMEGA,
        )
    low, high = toy_limits(run)
    ax.set(xlim=(low, high), ylim=(low, high), xticks=[], yticks=[], aspect="equal")


def toy_limits(run: Run) -> tuple[float, float]:
    """Axis range that holds data and start of a toy."""
    return (-2.6, 2.8) if run.config.model == "toy_point" else (-1.6, 1.6)


def _loss_on_domain(ax: Axes, run: Run) -> None:
    """L over a few widths of the domain, the attained part alpha * Omega in red."""
    last = {k: v[-1] for k, v in run.history.items() if k.startswith("score")}
    ends = [
        last[f"score_{side}_{end}"]
        for side in ("real", "fake")
        for end in ("min", "max")
    ]
    if not np.isfinite(ends).all():
        ax.text(0.5, 0.5, "scores are not finite", transform=ax.transAxes, ha="center")
        ax.set(xticks=[], yticks=[])
        return
    low, high = (run.config.alpha * f(ends) for f in (min, max))
    term = LOSSES[run.config.loss].d_real
    reach = min(max(PROBED, 1.2 * max(abs(low), abs(high))), 1e30)
    # 64-bit: the curve must bend visibly where float32 would already be a staircase.
    wide = torch.linspace(-reach, reach, 801, dtype=torch.float64)
    red = torch.linspace(low, high, 801, dtype=torch.float64)
    ax.plot(wide, term(wide), color="0.6", lw=1.2)
    ax.plot(red, term(red), color=OMEGA, lw=3, solid_capstyle="round")
    if high - low < 0.02 * reach:
        ax.plot([(low + high) / 2], [float(term(red).mean())], "o", color=OMEGA, ms=6)
    ax.set_xlabel("α f", fontsize=9)
    ax.set_yticks([])
    ax.tick_params(labelsize=8)
    sns.despine(ax=ax)


def toy_movie(runs: Sequence[Run], frames: int = 25) -> str:
    """A training movie as HTML with its own player; one panel per run."""
    figure, panels = plt.subplots(
        1, len(runs), figsize=(2.6 * len(runs), 2.9), squeeze=False, dpi=72
    )
    real = data.load(runs[0].config.dataset).x[:256].numpy()
    paths = [np.array(r.history["points"]) for r in runs]
    dots = []
    for ax, run in zip(panels[0], runs, strict=True):
        ax.scatter(*real.T, s=10 if len(real) > 8 else 40, color="black")
        dots.append(
            ax.scatter([], [], s=16 if len(real) > 8 else 60, color="tab:orange")
        )
        low, high = toy_limits(run)
        ax.set(xlim=(low, high), ylim=(low, high), xticks=[], yticks=[], aspect="equal")
        ax.set_title(_scaled_name(run))
    figure.tight_layout()
    length = max(len(path) for path in paths)
    moments = np.unique(np.linspace(0, length - 1, frames).astype(int))

    def draw(moment: int) -> list:
        for dot, path in zip(dots, paths, strict=True):
            dot.set_offsets(path[min(moment, len(path) - 1)])
        return dots

    movie = FuncAnimation(figure, draw, frames=[int(m) for m in moments], interval=120)
    html = movie.to_jshtml(default_mode="once")
    plt.close(figure)
    return _self_contained(html, alt="Generated points during training, frame by frame")


def _self_contained(html: str, alt: str) -> str:
    """Matplotlib's player without its icon font from the network, and with alt text."""
    html = re.sub(r"<link[^>]*>", "", html)
    for icon, sign in PLAYER_SIGNS.items():
        html = re.sub(rf'<i class="fa fa-{icon}[^"]*"></i>', sign, html)
    return re.sub(r"<img ", f'<img alt="{alt}" ', html)


def distance_against_k(runs: Sequence[Run]) -> Figure:
    """Table 3 as lines: our distances on the left, the paper's three data sets."""
    figure, panels = plt.subplots(1, 4, figsize=(13, 3.9))
    cells = measures.cell_distances(runs)
    constant = measures.constant_distance(runs)
    _lines(panels[0], cells, constant)
    name = data.DATASETS[runs[0].config.dataset.partition(":")[0]].label
    panels[0].set(title=f"ours: {name}", ylabel=measures.distance_metric(runs))
    for ax, (dataset, column) in zip(panels[1:], TABLE3.items(), strict=True):
        _lines(ax, {cell: [fid] for cell, fid in column.items()}, CONSTANT_FID[dataset])
        ax.set(title=f"paper: {data.DATASETS[dataset].label}", ylabel="FID")
    panels[0].legend(fontsize="small", loc="center left")
    sns.despine(figure)
    figure.tight_layout()
    return figure


def _lines(ax: Axes, cells: dict, constant: float) -> None:
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
        ax.plot(ks, middle, label=LOSSES[loss].label, **style)
        for k, seeds, kept in zip(ks, values, finite, strict=True):
            if len(kept) > 1:
                ax.plot([k] * len(kept), kept, ".", color=COLORS[loss], ms=4, alpha=0.6)
            if len(kept) < len(seeds):
                ax.plot([k], [top], "x", color=COLORS[loss], ms=9, mew=2, clip_on=False)
    ax.axhline(constant, color="0.6", lw=1, ls="--")
    ax.text(0.2, constant, "constant image", fontsize=8, color="0.4", va="bottom")
    ax.set(xscale="log", yscale="log", xlabel="$k_{SN}$")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylim(top=top * 1.05)


def sample_grid(runs: Sequence[Run], side: int = 3) -> Figure:
    """Samples of one seed: losses as rows, k_SN as columns, side x side images each."""
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    ks = sorted({r.config.lipschitz_k for r in runs})
    figure, panels = plt.subplots(
        len(losses), len(ks), figsize=(1.5 * len(ks), 1.6 * len(losses)), squeeze=False
    )
    for run in runs:
        ax = panels[losses.index(run.config.loss), ks.index(run.config.lipschitz_k)]
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
            tiles = _tiles(run.samples, run.config.image_size, side)
            ax.imshow(tiles, cmap="gray", vmin=0, vmax=255)
        ax.set(xticks=[], yticks=[])
    for ax, k in zip(panels[0], ks, strict=True):
        ax.set_title(f"k = {k:g}", fontsize=10)
    for ax, loss in zip(panels[:, 0], losses, strict=True):
        ax.set_ylabel(LOSSES[loss].label)
    figure.tight_layout(pad=0.4)
    return figure


def _tiles(picture: np.ndarray, size: int, side: int) -> np.ndarray:
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
