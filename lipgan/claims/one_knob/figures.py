"""The plane of k and alpha, and the lines into which it falls together."""

import math
from collections.abc import Sequence
from statistics import median

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lipgan import experiments
from lipgan.claims import measures
from lipgan.claims.draw import (
    COLORS,
    MARKERS,
    WIDTH,
    finish,
    label_lines,
    legend,
    legend_of,
    level,
    loss_names,
    panel_each,
    panels,
)
from lipgan.claims.one_knob.criteria import columns, pooled
from lipgan.claims.one_knob.tables import BIAS_LABELS
from lipgan.claims.published import BROKEN_SHARE
from lipgan.claims.style import shades
from lipgan.experiments import BENT_LOSSES, BIASES_COMPARED, knob
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

CMAP = "magma_r"
SHOWN, GAP = 4, 2  # samples a cell, and pixels between cells
PAPER_LINES = {
    "Table 3: k varies, α = 1": ("#2a9d8f", "-"),
    "Table 4 (a): α varies, k = 50": ("#2a9d8f", "--"),
    "Table 4 (b): α varies, k = 1": ("#2a9d8f", ":"),
}


def plane_of_k_and_alpha(runs: Sequence[Run]) -> Figure:
    """Distance over k and alpha k^n, one panel per loss that bends; medians.

    A row of one color says that k does not matter at a given alpha k^n. Crosses are
    cells that diverged, the white contour is the border of broken cells, lines are the
    walks of the paper's tables.

    Args:
        runs: of the grid ``plane``, any number of seeds.
    """
    bent = [r for r in runs if r.config.loss in experiments.BENT_LOSSES]
    losses = list(dict.fromkeys(r.config.loss for r in bent))
    options = {"sharex": True, "sharey": True}
    figure, places = panel_each(loss_names(losses), 2.6, columns=2, **options)
    constant, found = measures.constant_distance(runs), _cells(bent)
    finite = [v for v in found.values() if math.isfinite(v)]
    norm = LogNorm(min(finite, default=constant / 2), constant, clip=True)
    for loss, ax in places.items():
        own = {cell[1:]: v for cell, v in found.items() if cell[0] == loss}
        mesh = _heat(ax, own, norm, constant)
        _walks(ax)
        ax.set_xlabel("k (per layer)")
    figure.supylabel("α kⁿ", fontsize="medium")
    name = measures.distance_label(runs)
    bar = figure.colorbar(mesh, ax=list(places.values()), label=name, shrink=0.9)
    bar.outline.set_visible(False)
    bar.ax.axhline(BROKEN_SHARE * constant, color="white", lw=2)
    lines = [
        Line2D([], [], color=color, ls=style, lw=2.5, label=label)
        for label, (color, style) in PAPER_LINES.items()
    ]
    legend(figure, lines, columns=2)
    return finish(figure)


def columns_that_fall_together(
    runs: Sequence[Run], losses: Sequence[str] = ("ns", "cos")
) -> Figure:
    """Distance against alpha k^n, one line per k; medians.

    Where lines lie on one another, only alpha k^n matters. Losses are rows, kinds of
    biases columns.

    Args:
        runs: of the grid ``collapse``, any number of seeds.
        losses: keys of ``LOSSES``.
    """
    kinds = {kind: columns(runs, kind) for kind in BIASES_COMPARED}
    names = {
        (loss, kind): f"{LOSSES[loss].label}, {BIAS_LABELS[kind]}"
        for loss in losses
        for kind in kinds
    }
    figure, places = panel_each(names, 1.9, sharex=True, sharey=True)
    ks = sorted({k for by_k in kinds["own"].values() for k in by_k})
    for (loss, kind), ax in places.items():
        own = {
            value: by_k for (name, value), by_k in kinds[kind].items() if name == loss
        }
        for k, color in zip(ks, shades(len(ks)), strict=True):
            line = {value: median(by_k[k]) for value, by_k in own.items() if k in by_k}
            ax.plot(*_finite(line), "o-", color=color, ms=4, label=f"k = {k:g}")
        ax.set(xscale="log", yscale="log", xlabel="α kⁿ")
    first = next(iter(places.values()))
    figure.supylabel(measures.distance_label(runs), fontsize="medium")
    legend_of(figure, first)
    return finish(figure)


def place_on_the_knob(runs: Sequence[Run]) -> Figure:
    """Distance over WGAN's against alpha k^n, biases scaled along, all k and seeds.

    Args:
        runs: of the grid ``collapse``, any number of seeds.
    """
    found = columns(runs, "scaled")
    wgan = pooled(found["wgan", 0.0])
    figure, ((ax,),) = panels(1, 1, 2.6)
    for loss in BENT_LOSSES:
        own = {
            v: pooled(by_k) / wgan for (name, v), by_k in found.items() if name == loss
        }
        style = {"color": COLORS[loss], "marker": MARKERS[loss]}
        ax.plot(*_finite(own), label=LOSSES[loss].label, ms=5, **style)
    level(ax, 1.0, "WGAN")
    ax.set(xscale="log", yscale="log", xlabel="α kⁿ", ylabel="distance / WGAN's")
    label_lines(ax)
    return finish(figure)


def _finite(line: dict[float, float]) -> tuple[list[float], list[float]]:
    """Places and values of a line, without what diverged."""
    kept = {x: y for x, y in sorted(line.items()) if math.isfinite(y)}
    return list(kept), list(kept.values())


def samples_over_the_plane(runs: Sequence[Run], loss: str) -> Figure:
    """What one loss generates, k to the right and alpha k^n upwards; the first seed.

    Four samples a cell; a cross where it diverged.

    Args:
        runs: of the grid ``plane``.
        loss: key of ``LOSSES``.
    """
    first = min(run.config.seed for run in runs)
    own = [r for r in runs if (r.config.loss, r.config.seed) == (loss, first)]
    found = {(r.config.lipschitz_k, knob(r.config)): r for r in own}
    ks, knobs = (sorted({cell[i] for cell in found}) for i in (0, 1))
    size = own[0].config.image_size
    high, wide = size + GAP, SHOWN * (size + 1) + GAP
    picture = np.full((high * len(knobs), wide * len(ks)), 255, np.uint8)
    shape = picture.shape[0] / picture.shape[1]
    figure, ((ax,),) = panels(1, 1, 0.7 + (WIDTH - 0.8) * shape)
    for (k, value), run in found.items():
        row, column = len(knobs) - 1 - knobs.index(value), ks.index(k)
        if run.samples is None:
            place = wide * (column + 0.5), high * (row + 0.5)
            ax.text(*place, "×", ha="center", va="center")
            continue
        for i in range(SHOWN):
            top, left = high * row, wide * column + i * (size + 1)
            image = run.samples[:size, i * size : (i + 1) * size]
            picture[top : top + size, left : left + size] = image
    ax.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    ax.set_xticks(wide * (np.arange(len(ks)) + 0.5) - GAP, [f"{k:g}" for k in ks])
    rows = high * (np.arange(len(knobs)) + 0.5) - GAP
    ax.set_yticks(rows, [f"{value:g}" for value in reversed(knobs)])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set(xlabel="k (per layer)", ylabel="α kⁿ")
    return figure


def _cells(runs: Sequence[Run]) -> dict[tuple[str, float, float], float]:
    """(loss, k, alpha k^n) -> median distance over seeds."""
    cells: dict[tuple[str, float, float], list[float]] = {}
    name = measures.distance_metric(runs)
    for run in runs:
        c = run.config
        value = math.inf if run.diverged else run.metrics[name]
        cells.setdefault((c.loss, c.lipschitz_k, knob(c)), []).append(value)
    return {cell: median(values) for cell, values in cells.items()}


def _heat(
    ax: Axes, cells: dict[tuple[float, float], float], norm: LogNorm, constant: float
) -> QuadMesh:
    ks, knobs = (sorted({cell[i] for cell in cells}) for i in (0, 1))
    values = np.array([[cells.get((k, a), math.nan) for k in ks] for a in knobs])
    shown = np.where(np.isinf(values), constant, values)
    mesh = ax.pcolormesh(_edges(ks), _edges(knobs), shown, cmap=CMAP, norm=norm)
    for row, column in np.argwhere(np.isinf(values)):
        ax.plot(ks[column], knobs[row], "x", color="white", ms=5)
    if min(values.shape) > 1 and np.isfinite(shown).all():
        border = [math.log(BROKEN_SHARE * constant)]
        ax.contour(ks, knobs, np.log(shown), border, colors="white", linewidths=2)
    ax.set(xscale="log", yscale="log", xticks=ks, xticklabels=[f"{k:g}" for k in ks])
    return mesh


def _edges(centers: Sequence[float]) -> np.ndarray:
    """Edges of cells around points, midway between them on a logarithmic axis."""
    logs = np.log(centers)
    if len(logs) == 1:
        return np.exp(logs[0] + np.array([-1.0, 1.0]))
    middle = (logs[1:] + logs[:-1]) / 2
    ends = [2 * logs[0] - middle[0], *middle, 2 * logs[-1] - middle[-1]]
    return np.exp(ends)


def _walks(ax: Axes) -> None:
    """Where the cells of the paper's tables lie, within the plane."""
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    layers = experiments.LAYERS
    ks = np.array(experiments.TABLE3_K)
    walks = [(ks, ks**layers)]
    for k, alphas in (
        (experiments.TABLE4A_K, experiments.TABLE4A_ALPHAS),
        (experiments.TABLE4B_K, experiments.TABLE4B_ALPHAS),
    ):
        walks.append((np.full(len(alphas), k), np.array(alphas) * k**layers))
    for (x, y), (color, style) in zip(walks, PAPER_LINES.values(), strict=True):
        ax.plot(x, y, style, color=color, lw=2.5, marker="o", ms=4)
    ax.set(xlim=(left, right), ylim=(bottom, top))
