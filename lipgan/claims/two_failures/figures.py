"""Figure 5 and the bias over input samples: how training fails, and what goes on."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from lipgan.claims import measures
from lipgan.claims.draw import tiles_of
from lipgan.claims.measures import COLLAPSED_COVERAGE, CRASHED_DENSITY
from lipgan.claims.style import COLORS, MARKERS, OMEGA, legend_below
from lipgan.claims.two_failures.criteria import UNEVEN
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

# Family of metric -> title, threshold of `measures.failure`.
SIGNS = {
    "density": ("density", CRASHED_DENSITY),
    "coverage": ("coverage", COLLAPSED_COVERAGE),
    "class_coverage": ("classes covered", None),
    "pixel_variance": ("pixel variance / data's", None),
}
# Recorded series -> axis label.
BIAS = {
    "evenness_real": "evenness, real",
    "evenness_fake": "evenness, fake",
    "class_push": "push of the\nfavored class",
}


def failure_samples(runs: Sequence[Run], side: int = 4) -> Figure:
    """Samples with the kind of failure on top: alpha and seed as rows, losses across.

    Args:
        runs: one per loss, alpha and seed.
        side: side x side samples per panel.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    rows = sorted({(r.config.alpha, r.config.seed) for r in runs})
    size = (2 * len(losses), 2.2 * len(rows))
    figure, panels = plt.subplots(len(rows), len(losses), figsize=size, squeeze=False)
    for run in runs:
        row = rows.index((run.config.alpha, run.config.seed))
        ax = panels[row, losses.index(run.config.loss)]
        _picture(ax, run, side)
        kind = measures.failure(run)
        label, fine = LOSSES[run.config.loss].label, kind == "none"
        title = f"{label}: {'no failure' if fine else kind}"
        ax.set_title(title, fontsize=10, color="0.3" if fine else OMEGA)
    for ax, (alpha, seed) in zip(panels[:, 0], rows, strict=True):
        ax.set_ylabel(f"α = {alpha:g}\nseed {seed}", fontsize=10)
    figure.tight_layout(pad=0.5)
    return figure


def _picture(ax: Axes, run: Run, side: int) -> None:
    ax.set(xticks=[], yticks=[])
    if run.samples is None:
        text = f"diverged at\nstep {run.diverged_at}"
        ax.text(0.5, 0.5, text, ha="center", va="center", color=OMEGA, fontsize=9)
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    else:
        tiles = tiles_of(run.samples, run.config.image_size, side)
        ax.imshow(tiles, cmap="gray", vmin=0, vmax=255)


def failure_signs(runs: Sequence[Run]) -> Figure:
    """What tells a collapse from a crash, loss by loss: one mark per run.

    Filled marks: the largest alpha; open ones: all others; short lines: medians over
    the seeds that did not diverge. A run that diverged has no numbers: a cross at the
    top edge. Dashed: the thresholds of ``measures.failure``.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    alphas = sorted({r.config.alpha for r in runs})
    shown = {k: v for k, v in SIGNS.items() if _have(runs, k)}
    size = (0.6 + 3.1 * len(shown), 3.4)
    figure, panels = plt.subplots(1, max(1, len(shown)), figsize=size, squeeze=False)
    for ax, (family, (title, threshold)) in zip(panels[0], shown.items(), strict=False):
        for row, loss in enumerate(losses):
            for alpha in alphas:
                pair = [r for r in runs if r.config.loss == loss]
                pair = [r for r in pair if r.config.alpha == alpha]
                shift = 0.36 * (alphas.index(alpha) / max(1, len(alphas) - 1) - 0.5)
                _marks(ax, pair, family, row + shift, alpha == alphas[-1])
        if threshold is not None:
            ax.axhline(threshold, color="0.6", lw=1, ls="--")
        ax.set(xlim=(-0.5, len(losses) - 0.5), title=title)
        ax.set_ylim(0, max(1.05, 1.1 * ax.dataLim.y1))
        ax.set_xticks(range(len(losses)), [LOSSES[k].label for k in losses])
    sns.despine(figure)
    figure.tight_layout()
    handles = [_handle(f"α = {a:g}", "o", a == alphas[-1]) for a in alphas]
    legend_below(figure, [*handles, _handle("diverged", "x")])
    return figure


def _have(runs: Sequence[Run], family: str) -> bool:
    return any(np.isfinite(measures.metric(r, family)) for r in runs if not r.diverged)


def _marks(ax: Axes, runs: Sequence[Run], family: str, x: float, filled: bool) -> None:
    """All seeds of one cell around one place."""
    alive = [r for r in runs if not r.diverged]
    values = [measures.metric(r, family) for r in alive]
    if values:
        ax.plot([x - 0.13, x + 0.13], [np.median(values)] * 2, color="0.4", lw=1)
    for i, run in enumerate(runs):
        color = COLORS[run.config.loss]
        place = x + 0.18 * ((i + 0.5) / len(runs) - 0.5)
        if run.diverged:
            style: dict[str, Any] = {"transform": ax.get_xaxis_transform()}
            style["clip_on"] = False
            ax.plot(place, 1, "x", color=color, ms=8, mew=2, **style)
        else:
            face = color if filled else "white"
            style = {"mfc": face, "ms": 6, "clip_on": False, "zorder": 3}
            marker = MARKERS[run.config.loss]
            ax.plot(place, measures.metric(run, family), marker, color=color, **style)


def _handle(label: str, marker: str, filled: bool = True) -> Line2D:
    face = "0.4" if filled else "none"
    style: dict[str, Any] = {"color": "0.4", "ls": "", "mfc": face, "mew": 1.5}
    return Line2D([], [], marker=marker, label=label, **style)


def bias_over_training(runs: Sequence[Run]) -> Figure:
    """Evenness of slopes and push of the favored class over training, loss by loss.

    One line per run: the largest alpha in the color of the loss, all others gray and
    dashed; no line where no sample has a finite slope other than 0. A cross at the top
    edge is where a run diverged.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    alphas = sorted({r.config.alpha for r in runs})
    names = [name for name in BIAS if any(name in r.history for r in runs)]
    size = (1 + 2.6 * len(losses), 0.9 + 2 * len(names))
    shared: dict[str, Any] = {"sharex": True, "sharey": "row", "squeeze": False}
    figure, panels = plt.subplots(len(names), len(losses), figsize=size, **shared)
    for run in runs:
        column = losses.index(run.config.loss)
        for row, name in enumerate(names):
            _course(panels[row, column], run, name, run.config.alpha == alphas[-1])
    for row, name in enumerate(names):
        panels[row, 0].set_ylabel(BIAS[name], fontsize=10)
        for ax in panels[row]:
            _scale(ax, name)
    for ax, loss in zip(panels[0], losses, strict=True):
        ax.set_title(LOSSES[loss].label)
    for ax in panels[-1]:
        ax.set_xlabel("step")
    others = ", ".join(f"{alpha:g}" for alpha in alphas[:-1])
    handles = [Line2D([], [], color="0.2", label=f"α = {alphas[-1]:g} (in color)")]
    handles += [Line2D([], [], color="0.55", ls="--", label=f"α = {others}")]
    sns.despine(figure)
    figure.tight_layout()
    legend_below(figure, [*handles, _handle("diverged", "x")])
    return figure


def _course(ax: Axes, run: Run, name: str, loosest: bool) -> None:
    color = COLORS[run.config.loss] if loosest else "0.55"
    if name in run.history:
        values = np.asarray(run.history[name], float)
        dash = "-" if loosest else "--"
        ax.plot(run.history["step"], values, dash, color=color, lw=1.2, alpha=0.85)
    if run.diverged_at is not None:
        edge = ax.get_xaxis_transform()
        style: dict[str, Any] = {"transform": edge, "clip_on": False}
        ax.plot(run.diverged_at, 1, "x", color=color, ms=9, mew=2, **style)
    ax.set_xlim(0, run.config.num_steps)


def _scale(ax: Axes, name: str) -> None:
    if name == "class_push":
        ax.set(yscale="log", ylim=(0.95, 11))
        ax.yaxis.set_major_locator(FixedLocator([1, 2, 5, 10]))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter("{x:g}")
    else:
        ax.set_ylim(0, 1.05)
    if name == "evenness_real":
        ax.axhline(UNEVEN, color="0.7", lw=1, ls=":")
