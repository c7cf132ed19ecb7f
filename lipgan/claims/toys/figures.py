"""Figures and movies of the two-dimensional toys."""

import math
import re
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lipgan import data
from lipgan.claims.draw import panels
from lipgan.claims.numerals import number
from lipgan.claims.style import FAINT, OMEGA, WIDTH
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
REAL, FAKE = "black", "tab:orange"
PROBED = 3  # length of the loss axis in units of the attained domain


def toy_grid(runs: Sequence[Run], losses: Sequence[str]) -> Figure:
    """Figure 1: per alpha and loss the samples, and below the loss on its domain."""
    alphas = sorted({r.config.alpha for r in runs})
    options = {"height_ratios": [2.3, 1] * len(alphas)}
    height = 0.4 + (0.9 + 6 / max(len(losses), 4)) * len(alphas)
    figure, grid = panels(2 * len(alphas), len(losses), height, **options)
    real = data.load(runs[0].config.dataset).x[:512].numpy()
    found = {(r.config.loss, r.config.alpha): r for r in reversed(runs)}
    for row, alpha in enumerate(alphas):
        for column, loss in enumerate(losses):
            _toy_samples(grid[2 * row, column], found[loss, alpha], real)
            _loss_on_domain(grid[2 * row + 1, column], found[loss, alpha])
        grid[2 * row, 0].set_ylabel(f"α = {number(alpha)}")
    for ax, loss in zip(grid[0], losses, strict=True):
        ax.set_title(LOSSES[loss].label)
    for ax in grid[-1]:
        ax.set_xlabel("α f")
    return figure


def _scaled_name(run: Run) -> str:
    return f"{LOSSES[run.config.loss].label}, α = {number(run.config.alpha)}"


def _toy_samples(ax: Axes, run: Run, real: np.ndarray) -> None:
    many = len(real) > 8
    ax.plot(*real.T, "o", ms=3 if many else 6, color=REAL, rasterized=many)
    path = np.array(run.history["points"])  # (moments, points, 2)
    if path.shape[1] == 1:
        ax.plot(*path[:, 0].T, color=FAKE, lw=1, alpha=0.7)
    many = path.shape[1] > 1
    ax.plot(*path[-1].T, "o", ms=3 if many else 7, color=FAKE, rasterized=many)
    if run.diverged:
        text = f"diverged\nat step {run.diverged_at}"
        style: dict[str, Any] = {"ha": "center", "va": "center", "color": OMEGA}
        style["bbox"] = {"fc": "white", "ec": "none", "pad": 1}
        ax.text(0.5, 0.5, text, transform=ax.transAxes, **style)
    low, high = toy_limits(run)
    ax.set(xlim=(low, high), ylim=(low, high), xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(True)


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
        ax.text(0.5, 0.5, "scores are\nnot finite", ha="center", va="center")
        ax.set(xticks=[], yticks=[])
        return
    low, high = (run.config.alpha * f(ends) for f in (min, max))
    term = LOSSES[run.config.loss].d_real
    reach = min(max(PROBED, 1.2 * max(abs(low), abs(high))), 1e30)
    # 64-bit: the curve must bend visibly where float32 would already be a staircase.
    wide = torch.linspace(-reach, reach, 801, dtype=torch.float64)
    red = torch.linspace(low, high, 801, dtype=torch.float64)
    ax.plot(wide, term(wide), color=FAINT, lw=1.2)
    ax.plot(red, term(red), color=OMEGA, lw=3, solid_capstyle="round")
    if high - low < 0.02 * reach:
        ax.plot([(low + high) / 2], [float(term(red).mean())], "o", color=OMEGA, ms=6)
    ax.set_yticks([])
    ten = 10.0 ** math.floor(math.log10(reach))
    tick = ten * max(x for x in (1, 2, 5) if x * ten <= reach)
    ax.set_xticks([-tick, 0, tick], [number(x) for x in (-tick, 0, tick)])


def toy_movie(runs: Sequence[Run], frames: int = 25) -> str:
    """A training movie as HTML with its own player; one panel per run."""
    side = min(2.3, WIDTH / len(runs))
    size = (side * len(runs), side + 0.3)
    figure, grid = panels(1, len(runs), size[1], figsize=size, dpi=96)
    real = data.load(runs[0].config.dataset).x[:256].numpy()
    paths = [np.array(r.history["points"]) for r in runs]
    dots = []
    for ax, run in zip(grid[0], runs, strict=True):
        ax.scatter(*real.T, s=10 if len(real) > 8 else 40, color=REAL)
        dots.append(ax.scatter([], [], s=16 if len(real) > 8 else 60, color=FAKE))
        low, high = toy_limits(run)
        ax.set(xlim=(low, high), ylim=(low, high), xticks=[], yticks=[], aspect="equal")
        ax.spines[:].set_visible(True)
        ax.set_title(_scaled_name(run))
    length = max(len(path) for path in paths)
    moments = np.unique(np.linspace(0, length - 1, frames).astype(int))

    def draw(moment: int) -> list:
        for dot, path in zip(dots, paths, strict=True):
            dot.set_offsets(path[min(moment, len(path) - 1)])
        return dots

    movie = FuncAnimation(figure, draw, frames=[int(m) for m in moments], interval=120)
    with plt.rc_context({"savefig.dpi": figure.dpi}):
        html = movie.to_jshtml(default_mode="once")
    plt.close(figure)
    return _self_contained(html, alt="Generated points during training, frame by frame")


def _self_contained(html: str, alt: str) -> str:
    """Matplotlib's player without its icon font from the network, and with alt text."""
    html = re.sub(r"<link[^>]*>", "", html)
    for icon, sign in PLAYER_SIGNS.items():
        html = re.sub(rf'<i class="fa fa-{icon}[^"]*"></i>', sign, html)
    return re.sub(r"<img ", f'<img alt="{alt}" ', html)
