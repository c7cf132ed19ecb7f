"""Figure 5 and the bias over input samples: how training fails, and what goes on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lipgan.claims import measures
from lipgan.claims.draw import (
    crosses,
    finish,
    label_lines,
    legend,
    level,
    panel_each,
    panels,
    samples,
)
from lipgan.claims.measures import COLLAPSED_COVERAGE, CRASHED_DENSITY
from lipgan.claims.numerals import number
from lipgan.claims.style import COLORS, FAINT, MARKERS, OMEGA
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
# Recorded series -> title.
BIAS = {
    "evenness_real": "evenness, real",
    "evenness_fake": "evenness, fake",
    "class_push": "push of the favored class",
}


def failure_samples(runs: Sequence[Run], side: int = 4) -> Figure:
    """Samples with the kind of failure on top: alpha and seed as rows, losses across.

    Args:
        runs: one per loss, alpha and seed.
        side: side x side samples per panel.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    rows = sorted({(r.config.alpha, r.config.seed) for r in runs})
    figure, grid = panels(len(rows), len(losses), 1.85 * len(rows))
    for run in runs:
        row = rows.index((run.config.alpha, run.config.seed))
        ax = grid[row, losses.index(run.config.loss)]
        samples(ax, run, side)
        kind = measures.failure(run)
        label, fine = LOSSES[run.config.loss].label, kind == "none"
        style = {"color": FAINT if fine else OMEGA, "weight": "normal"}
        ax.set_title(f"{label}: {'no failure' if fine else kind}", **style)
    for ax, (alpha, seed) in zip(grid[:, 0], rows, strict=True):
        ax.set_ylabel(f"α = {number(alpha)}\nseed {seed}")
    return figure


def failure_signs(runs: Sequence[Run]) -> Figure:
    """What tells a collapse from a crash, loss by loss: one mark per run.

    Filled marks: the largest alpha; open ones: all others; short lines: medians over
    the seeds that did not diverge. A run that diverged has no numbers: a cross at the
    top edge. Dashed: the thresholds of ``measures.failure``.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    alphas = sorted({r.config.alpha for r in runs})
    shown = {k: title for k, (title, _) in SIGNS.items() if _have(runs, k)}
    figure, places = panel_each(shown or {"": "nothing measured"}, 2.0, columns=2)
    for family, ax in places.items() if shown else ():
        threshold = SIGNS[family][1]
        for row, loss in enumerate(losses):
            for alpha in alphas:
                pair = [r for r in runs if r.config.loss == loss]
                pair = [r for r in pair if r.config.alpha == alpha]
                shift = 0.36 * (alphas.index(alpha) / max(1, len(alphas) - 1) - 0.5)
                _marks(ax, pair, family, row + shift, alpha == alphas[-1])
        if threshold is not None:
            level(ax, threshold)
        ax.set_xlim(-0.5, len(losses) - 0.5)
        ax.set_ylim(0, max(1.05, 1.1 * ax.dataLim.y1))
        ax.set_xticks(range(len(losses)), [LOSSES[k].label for k in losses])
    handles = [_handle(f"α = {number(a)}", "o", a == alphas[-1]) for a in alphas]
    legend(figure, [*handles, _handle("diverged", "x")])
    return finish(figure)


def _have(runs: Sequence[Run], family: str) -> bool:
    return any(np.isfinite(measures.metric(r, family)) for r in runs if not r.diverged)


def _marks(ax: Axes, runs: Sequence[Run], family: str, x: float, filled: bool) -> None:
    """All seeds of one cell around one place."""
    alive = [r for r in runs if not r.diverged]
    values = [measures.metric(r, family) for r in alive]
    if values:
        ax.plot([x - 0.13, x + 0.13], [np.median(values)] * 2, color=FAINT, lw=1)
    for i, run in enumerate(runs):
        color = COLORS[run.config.loss]
        place = x + 0.18 * ((i + 0.5) / len(runs) - 0.5)
        if run.diverged:
            crosses(ax, [place], color)
        else:
            face = color if filled else "white"
            style: dict[str, Any] = {
                "mfc": face,
                "ms": 5,
                "clip_on": False,
                "zorder": 3,
            }
            marker = MARKERS[run.config.loss]
            ax.plot(place, measures.metric(run, family), marker, color=color, **style)


def _handle(label: str, marker: str, filled: bool = True) -> Line2D:
    face = FAINT if filled else "none"
    style: dict[str, Any] = {"color": FAINT, "ls": "", "mfc": face, "mew": 1.5}
    return Line2D([], [], marker=marker, label=label, **style)


def bias_over_training(runs: Sequence[Run]) -> Figure:
    """Evenness of slopes and push of the favored class over training.

    Thick: medians over the seeds at the largest alpha, in the color of the loss; thin:
    seeds, none where no sample has a finite slope other than 0. Gray and dashed: all
    other alphas. A cross at the top edge is where a run diverged.
    """
    alphas = sorted({r.config.alpha for r in runs})
    names = {k: v for k, v in BIAS.items() if any(k in r.history for r in runs)}
    figure, places = panel_each(names, 2.6, sharex=True)
    for name, ax in places.items():
        for loss in dict.fromkeys(r.config.loss for r in runs):
            own = [r for r in runs if r.config.loss == loss]
            loose = [r for r in own if r.config.alpha == alphas[-1]]
            _courses(ax, [r for r in own if r not in loose], name, FAINT, ls="--")
            style = {"color": COLORS[loss], "label": LOSSES[loss].label}
            _courses(ax, loose, name, COLORS[loss], lw=0.7, alpha=0.5)
            _median_course(ax, loose, name, **style)
        ax.set(xlabel="step", xlim=(0, max(r.config.num_steps for r in runs)))
        if name == "class_push":
            ax.set(yscale="log", ylim=(0.95, 11))
        else:
            ax.set_ylim(0, 1.05)
        if name == "evenness_real":
            level(ax, UNEVEN, ls=":")
    label_lines(next(reversed(places.values())))
    others = ", ".join(number(alpha) for alpha in alphas[:-1])
    handles = [Line2D([], [], color=FAINT, label=f"α = {number(alphas[-1])} in color")]
    handles += [Line2D([], [], color=FAINT, ls="--", label=f"α = {others}")]
    lost = dict.fromkeys(LOSSES[r.config.loss].label for r in runs if r.diverged)
    legend(figure, [*handles, _handle(f"diverged: {', '.join(lost) or 'none'}", "x")])
    return finish(figure)


def _courses(
    ax: Axes, runs: Sequence[Run], name: str, color: str, **style: Any
) -> None:
    """One line per run, and crosses where runs diverged."""
    for run in runs:
        if name in run.history:
            values = np.asarray(run.history[name], float)
            ax.plot(run.history["step"], values, color=color, **{"lw": 1.2, **style})
    crosses(ax, [r.diverged_at for r in runs if r.diverged_at is not None], color)


def _median_course(ax: Axes, runs: Sequence[Run], name: str, **style: Any) -> None:
    """Medians over the seeds that went all the way, where any of them has a number."""
    whole = [r.history for r in runs if not r.diverged and name in r.history]
    if whole:
        values = np.ma.masked_invalid([history[name] for history in whole])
        middle = np.ma.median(values, axis=0).filled(np.nan)
        ax.plot(whole[0]["step"], middle, lw=2, **style)
