"""The plane of k and alpha, with the lines along which the paper walked through it."""

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
from lipgan.claims.draw import finish, legend, loss_names, panel_each
from lipgan.claims.published import BROKEN_SHARE
from lipgan.experiments import knob
from lipgan.runs import Run

CMAP = "magma_r"
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
