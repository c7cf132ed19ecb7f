"""Figure 5 and the bias over input samples: how training fails, and what goes on."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from lipgan import measures
from lipgan.claims.failures import UNEVEN
from lipgan.losses import LOSSES
from lipgan.measures import COLLAPSED_COVERAGE, CRASHED_DENSITY
from lipgan.plots.images import _tiles
from lipgan.plots.style import COLORS, MARKERS, OMEGA
from lipgan.runs import Run

# Recorded series -> axis label.
BIAS = {
    "evenness_real": "evenness, real",
    "evenness_fake": "evenness, fake",
    "class_push": "push of the\nfavored class",
}


def failure_samples(runs: Sequence[Run], side: int = 4) -> Figure:
    """Samples with the kind of failure on top: alpha and seed as rows, losses across.

    Args:
        runs: one per loss, alpha and seed; rows come in the order of the runs.
        side: side x side samples per panel.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    rows = list(dict.fromkeys((r.config.alpha, r.config.seed) for r in runs))
    figure, panels = plt.subplots(
        len(rows),
        len(losses),
        figsize=(2 * len(losses), 2.2 * len(rows)),
        squeeze=False,
    )
    for run in runs:
        row = rows.index((run.config.alpha, run.config.seed))
        ax = panels[row, losses.index(run.config.loss)]
        _picture(ax, run, side)
        kind = measures.failure(run)
        title = "no failure" if kind == "none" else kind
        color = "0.3" if kind == "none" else OMEGA
        ax.set_title(
            f"{LOSSES[run.config.loss].label}: {title}", fontsize=10, color=color
        )
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
        tiles = _tiles(run.samples, run.config.image_size, side)
        ax.imshow(tiles, cmap="gray", vmin=0, vmax=255)


def density_against_coverage(runs: Sequence[Run]) -> Figure:
    """Every run by fidelity (density) and diversity (coverage), and its kind of failure.

    Filled markers: the largest alpha; open ones: all others. Runs that diverged have
    neither number: crosses at the top edge, over the region of a crash.
    """
    figure, ax = plt.subplots(figsize=(7.4, 4.6))
    loosest = max(r.config.alpha for r in runs)
    alive = [r for r in runs if not r.diverged]
    for run in alive:
        loss = run.config.loss
        face = COLORS[loss] if run.config.alpha == loosest else "none"
        place = measures.metric(run, "density"), measures.metric(run, "coverage")
        ax.plot(
            *place, MARKERS[loss], color=COLORS[loss], mfc=face, ms=8, clip_on=False
        )
    right = max([1.2, *(1.05 * measures.metric(r, "density") for r in alive)])
    lost = [r for r in runs if r.diverged]
    for i, run in enumerate(lost):
        x = CRASHED_DENSITY * (i + 0.5) / len(lost)
        color = COLORS[run.config.loss]
        ax.plot(x, 1, "x", color=color, ms=9, mew=2, clip_on=False)
    ax.set(xlim=(0, right), ylim=(0, 1), xlabel="density", ylabel="coverage")
    ax.axvline(CRASHED_DENSITY, color="0.6", lw=1, ls="--")
    ax.hlines(COLLAPSED_COVERAGE, CRASHED_DENSITY, right, color="0.6", lw=1, ls="--")
    style = {"color": "0.5", "fontsize": 10, "va": "center", "ha": "center"}
    ax.text(CRASHED_DENSITY / 2, 0.5, "crashed", rotation=90, **style)
    ax.text((CRASHED_DENSITY + right) / 2, 0.03, "collapsed", **style)
    ax.text((CRASHED_DENSITY + right) / 2, 0.53, "no failure", **style)
    ax.legend(
        handles=_kinds(runs),
        fontsize="small",
        loc="center left",
        frameon=False,
        bbox_to_anchor=(1.02, 0.5),
    )
    sns.despine(figure)
    figure.tight_layout()
    return figure


def _kinds(runs: Sequence[Run]) -> list[Line2D]:
    """Legend: one entry per loss, per alpha, and one for divergence."""
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    alphas = sorted({r.config.alpha for r in runs})
    empty = {"ls": "", "ms": 8}
    entries = [
        Line2D(
            [], [], color=COLORS[k], marker=MARKERS[k], label=LOSSES[k].label, **empty
        )
        for k in losses
    ]
    entries += [
        Line2D(
            [],
            [],
            color="0.4",
            marker="o",
            label=f"α = {alpha:g}",
            mfc="0.4" if alpha == alphas[-1] else "none",
            **empty,
        )
        for alpha in alphas
    ]
    cross = {**empty, "marker": "x", "mew": 2}
    return [*entries, Line2D([], [], color="0.4", label="diverged", **cross)]


def bias_over_training(runs: Sequence[Run]) -> Figure:
    """Evenness of slopes and push of the favored class over training, loss by loss.

    One line per run: the largest alpha in the color of the loss, all others gray and
    dashed. A cross at the top edge is where a run diverged.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    names = [name for name in BIAS if any(name in r.history for r in runs)]
    figure, panels = plt.subplots(
        len(names),
        len(losses),
        figsize=(1 + 2.6 * len(losses), 0.9 + 2 * len(names)),
        sharex=True,
        sharey="row",
        squeeze=False,
    )
    loosest = max(r.config.alpha for r in runs)
    for run in runs:
        column = losses.index(run.config.loss)
        for row, name in enumerate(names):
            _course(panels[row, column], run, name, run.config.alpha == loosest)
    for row, name in enumerate(names):
        _bias_axis(panels[row], name)
    for ax, loss in zip(panels[0], losses, strict=True):
        ax.set_title(LOSSES[loss].label)
    panels[-1, len(losses) // 2].set_xlabel("step")
    others = ", ".join(f"{a:g}" for a in sorted({r.config.alpha for r in runs})[:-1])
    handles = [Line2D([], [], color="0.2", label=f"α = {loosest:g} (in color)")]
    handles.append(Line2D([], [], color="0.55", ls="--", label=f"α = {others}"))
    handles.append(
        Line2D([], [], color="0.2", ls="", marker="x", mew=2, label="diverged")
    )
    sns.despine(figure)
    figure.tight_layout()
    figure.legend(
        handles=handles,
        ncols=3,
        fontsize="small",
        loc="upper center",
        bbox_to_anchor=(0.5, 0.02),
        frameon=False,
    )
    return figure


def _course(ax: Axes, run: Run, name: str, loosest: bool) -> None:
    color = COLORS[run.config.loss] if loosest else "0.55"
    if name in run.history:
        values = np.asarray(run.history[name], float)
        ax.plot(
            run.history["step"],
            values,
            color=color,
            lw=1.2,
            alpha=0.85,
            ls="-" if loosest else "--",
        )
    if run.diverged:
        top = ax.get_xaxis_transform()
        ax.plot(
            [run.diverged_at],
            [1],
            "x",
            color=color,
            ms=9,
            mew=2,
            clip_on=False,
            transform=top,
        )
    ax.set_xlim(0, run.config.num_steps)


def _bias_axis(axes: Sequence[Axes], name: str) -> None:
    axes[0].set_ylabel(BIAS[name], fontsize=10)
    for ax in axes:
        if name == "class_push":
            ax.set(yscale="log", ylim=(0.95, 11))
            ax.yaxis.set_major_locator(FixedLocator([1, 2, 5, 10]))
            ax.yaxis.set_minor_locator(NullLocator())
            ax.yaxis.set_major_formatter("{x:g}")
        else:
            ax.set_ylim(0, 1.05)
        if name == "evenness_real":
            ax.axhline(UNEVEN, color="0.7", lw=1, ls=":")
