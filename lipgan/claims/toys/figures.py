"""Figures and movies of the two-dimensional toys."""

import re
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lipgan import data
from lipgan.claims.style import OMEGA
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

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
