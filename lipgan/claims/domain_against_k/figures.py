"""Figures of the attained domain: during training, its width and its drift."""

import math
from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lipgan.claims import domains
from lipgan.claims.domains import Series
from lipgan.claims.draw import (
    crosses,
    finish,
    legend,
    loss_names,
    medians,
    panel_each,
    panels,
)
from lipgan.claims.numerals import number
from lipgan.claims.published import TABLE2
from lipgan.claims.style import FAINT, HUES, OMEGA, shades
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

DECADES = 7  # shown on either side of zero, at most
REGULARIZER_STYLES: dict[str, dict[str, Any]] = {
    "gp": {"ls": "--", "marker": "D", "mfc": "white", "color": HUES[1]},
    "sn": {"ls": "-", "marker": "o", "color": HUES[0]},
}


def domains_during_training(runs: Sequence[Run]) -> Figure:
    """Figure 4: Omega at every recorded step, for the runs of one seed.

    Regularizers as rows, losses as columns, k as color; the score axis is linear
    around 0 and logarithmic beyond.
    """
    figure, places = _grid(runs, "score f")
    floor, top = _score_range(runs)
    for (row, column), ax in places.items():
        own = _cell(runs, row, column)
        # The widest first, so that the narrow ones lie on top of it.
        for run in sorted(own, key=lambda r: -r.config.lipschitz_k):
            _band(ax, run, _color(runs, run))
        ax.set_yscale("symlog", linthresh=floor)
        ax.set_ylim(-2 * top, 2 * top)
        _decade_ticks(ax, floor, top)
    return _finish(figure, runs)


def _band(ax: Axes, run: Run, color: tuple) -> None:
    """The domains of one run as a band; a cross where it diverged."""
    low, high = domains.omega(run)
    sound = np.isfinite(low) & np.isfinite(high)
    steps = np.asarray(run.history["step"], float)[sound]
    low, high = low[sound], high[sound]
    ax.fill_between(steps, low, high, color=color, alpha=0.35, lw=0)
    ax.vlines(steps, low, high, color=color, lw=0.8, alpha=0.7)
    for edge in (low, high):
        ax.plot(steps, edge, color=color, lw=1)
    if run.diverged:
        crosses(ax, [run.diverged_at or 0], color)


def _cell(runs: Sequence[Run], regularizer: str, loss: str) -> list[Run]:
    wanted = (regularizer, loss)
    return [r for r in runs if (r.config.regularizer, r.config.loss) == wanted]


def drift_of_the_domain(runs: Sequence[Run]) -> Figure:
    """How far Omega's center is from where it ends up, in widths of Omega.

    One line per run. Both the place and the width are medians over the second half of
    training; inside the gray strip the center is within half a width of that place.
    """
    figure, places = _grid(runs, "center / width")
    for (row, column), ax in places.items():
        ax.axhspan(-0.5, 0.5, color="0.9", lw=0)
        for run in _cell(runs, row, column):
            color = _color(runs, run)
            if run.diverged:
                crosses(ax, [run.diverged_at or 0], color)
                continue
            ax.plot(run.history["step"], _drift(run), color=color, lw=1.2, alpha=0.8)
        ax.set_yscale("symlog", linthresh=1)
    return _finish(figure, runs)


def _drift(run: Run) -> Series:
    center = domains.centers(run)
    late = center[len(center) // 2 :]
    return (center - np.median(late)) / domains.late_width(run)


def domain_widths(runs: Sequence[Run]) -> Figure:
    """Width of Omega against k, one panel per loss, beside the paper's Table 2."""
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    ks = sorted({r.config.lipschitz_k for r in runs})
    figure, places = panel_each(loss_names(losses), 2.4, sharey=True)
    for loss, ax in places.items():
        for name in dict.fromkeys(r.config.regularizer for r in runs):
            own = _cell(runs, name, loss)
            by_k = {
                k: [_late_width(r) for r in own if r.config.lipschitz_k == k]
                for k in ks
            }
            label = f"{REGULARIZERS[name].label}, ours"
            medians(ax, by_k, label=label, **REGULARIZER_STYLES[name])
        if loss in TABLE2:
            printed = {k: high - low for k, ((low, high), _) in TABLE2[loss].items()}
            label = "SN, the paper's Table 2 (CelebA)"
            ax.plot(
                list(printed), list(printed.values()), "^:", color=FAINT, label=label
            )
        ax.set(xscale="log", yscale="log", xlabel="k (per layer)")
        ax.set_xticks(ks, [f"{k:g}" for k in ks])
    next(iter(places.values())).set_ylabel("width of Ω")
    entries = {
        label: handle
        for ax in places.values()
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    legend(figure, entries.values(), entries)
    return finish(figure)


def _late_width(run: Run) -> float:
    return math.inf if run.diverged else domains.late_width(run)


def _grid(runs: Sequence[Run], label: str) -> tuple[Figure, dict]:
    """Panels by (regularizer, loss), gradient penalty on top as in the paper."""
    rows = sorted({r.config.regularizer for r in runs})
    columns = list(dict.fromkeys(r.config.loss for r in runs))
    height = 0.6 + 1.7 * len(rows)
    figure, grid = panels(len(rows), len(columns), height, sharex=True, sharey=True)
    for ax, column in zip(grid[0], columns, strict=True):
        ax.set_title(LOSSES[column].label)
    for ax, row in zip(grid[:, 0], rows, strict=True):
        ax.set_ylabel(f"{REGULARIZERS[row].label}: {label}")
    for ax in grid[-1]:
        ax.set_xlabel("step")
    cells = [(row, column) for row in rows for column in columns]
    return figure, dict(zip(cells, grid.flat, strict=True))


def _score_range(runs: Sequence[Run]) -> tuple[float, float]:
    """Where the score axis turns logarithmic, and the largest score."""
    sizes, tops = [], []
    for run in runs:
        ends = np.abs(np.concatenate(domains.omega(run)))
        ends = ends[np.isfinite(ends) & (ends > 0)]
        if len(ends):
            sizes.append(float(np.median(ends)))
            tops.append(float(ends.max()))
    if not sizes:
        return 1.0, 1.0
    floor = max(min(sizes), max(tops) / 10**DECADES)
    return 10.0 ** math.floor(math.log10(floor)), max(tops)


def _decade_ticks(ax: Axes, floor: float, top: float) -> None:
    """At most three powers of ten on either side of zero, none too close to it."""
    first, last = round(math.log10(floor)), math.floor(math.log10(2 * top))
    every = max(1, math.ceil((last - first) / 3))
    powers = [10.0**power for power in range(last, first, -every)]
    ticks = [0.0, *powers, *(-x for x in powers)]
    ax.set_yticks(ticks, [number(x) for x in ticks])


def _color(runs: Sequence[Run], run: Run) -> tuple:
    """Dark for a small k, light for a large one."""
    ks = sorted({r.config.lipschitz_k for r in runs})
    return shades(len(ks))[ks.index(run.config.lipschitz_k)]


def _finish(figure: Figure, runs: Sequence[Run]) -> Figure:
    ks = {r.config.lipschitz_k: _color(runs, r) for r in runs}
    lines = [Line2D([], [], color=ks[k], lw=4) for k in sorted(ks)]
    legend(figure, lines, [f"k = {k:g}" for k in sorted(ks)])
    return finish(figure)


LEAST_REACH, LARGEST_REACH = 3.0, 12.0


def loss_on_domains(runs: Sequence[Run]) -> Figure:
    """One panel per k_SN: the real term of a loss, its attained domain in red.

    Args:
        runs: completed runs of one loss, any number of seeds; the domain of a panel is
            the median over the seeds, at the end of training.
    """
    ks = sorted({run.config.lipschitz_k for run in runs})
    label = LOSSES[runs[0].config.loss].label
    figure, places = panel_each({k: f"{label}, k = {k:g}" for k in ks}, 2.0)
    for k, ax in places.items():
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
        ax.set(xlabel=f"score f; slope varies {bend:.0%}", yticks=[])
    return figure
