"""Figures of other roads to a Lipschitz constraint: quality, straightness and slope."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lipgan.claims.draw import finish, legend, level, panel_each, panels
from lipgan.claims.numerals import number
from lipgan.claims.published import BROKEN_SHARE
from lipgan.claims.roads.criteria import CURVED, LINEAR
from lipgan.claims.roads.tables import STRENGTHS, RoadCell, correlations
from lipgan.claims.style import INK, MARKERS
from lipgan.experiments import ROADS, ROADS_ALPHAS
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS

# Blue: acts on weights; red to brown: a penalty on gradients; violet: on pairs of
# samples; green: acts on the scores.
HUES: dict[str, str] = {
    **{"sn": "#1d4e9e", "srn": "#2a78c8", "clip": "#0b7f8c"},
    **{"gp": "#d7191c", "gp0": "#b85300", "r1": "#8a6d00", "r2": "#8c564b"},
    **{"maxgp": "#c43d86", "alp": "#7b3fb5", "gran": "#137a3c", "gn": "#4f7f15"},
}
FILLS = dict(zip(STRENGTHS, ("full", "left", "none"), strict=True))
NAMES = {
    "bend": "non-linearity on the domain",
    "slope": "measured slope of the discriminator",
}
Place = tuple[tuple[float, float], tuple[str, str]]  # a point and its coordinates


def roads_at_a_glance(cells: Sequence[RoadCell]) -> Figure:
    """Distance against non-linearity, and against the slope, of all cells together.

    Large marks are cells (medians over seeds), small dots are seeds. Crosses at the top
    edge are seeds that diverged, where they were last measured, else where the rest of
    their cell is; those never measured stand beyond the right edge. WGAN is at 0.
    Dashed: a constant image; dotted: a third of it, from where a cell is broken.
    """
    cells = [c for c in cells if c.alpha == 1]
    figure, (row,) = panels(1, 2, 4.2, sharey=True)
    for ax, name in zip(row, NAMES, strict=True):
        _draw(ax, cells, name)
        _lines(ax, cells)
        _scale(ax, cells, name)
        ax.set_title(_rho(cells, name))
    row[0].set_ylabel(cells[0].label)
    legend(figure, [*_hues(), *_shapes(cells), *_sizes()], columns=6)
    return finish(figure)


def roads_one_by_one(cells: Sequence[RoadCell]) -> Figure:
    """Distance against non-linearity, one panel per regularizer, the others in gray.

    Marks are medians over seeds, filled where the regularizer is tight, hollow where it
    is loose; dots and crosses as in ``roads_at_a_glance``. Gray cells that diverged are
    left out.
    """
    cells = [c for c in cells if c.alpha == 1]
    titles = {
        name: f"{REGULARIZERS[name].label}: {_rho(own, 'bend', count=False)}"
        for name in ROADS
        for own in [[c for c in cells if c.regularizer == name]]
    }
    figure, places = panel_each(titles, 1.75, sharex=True, sharey=True)
    for name, ax in places.items():
        own = [c for c in cells if c.regularizer == name]
        _cloud(ax, [c for c in cells if c.regularizer != name])
        for strength, fill in zip(ROADS[name][1], FILLS.values(), strict=True):
            _draw(ax, [c for c in own if c.strength == strength], "bend", fill)
        _lines(ax, cells)
        _scale(ax, cells, "bend")
        ax.title.set_color(HUES[name])
    figure.supylabel(cells[0].label, fontsize="medium")
    legend(figure, [*_shapes(cells), *_fills(), *_sizes()], columns=5)
    return finish(figure)


def roads_scaled(cells: Sequence[RoadCell]) -> Figure:
    """Domain scaling: arrows from every cell at alpha = 1 to its scaled cells.

    Left to the small alpha, right to the large one, over all cells at alpha = 1 in
    gray. Medians over seeds. An arrow that ends in a cross at the top edge ends where
    most seeds diverged; beyond the right edge where no finite domain was recorded.
    """
    figure, (row,) = panels(1, 2, 4.2, sharex=True, sharey=True)
    found = {(c.regularizer, c.loss, c.strength, c.alpha): c for c in cells}
    for ax, alpha in zip(row, sorted(ROADS_ALPHAS), strict=True):
        _cloud(ax, [c for c in cells if c.alpha == 1])
        _lines(ax, cells)
        _scale(ax, cells, "bend")  # before the arrows, which need the limits
        for key, cell in found.items():
            if key[3] == alpha:
                _arrow(ax, found[*key[:3], 1.0], cell)
        ax.set_title(f"α = 1 to α = {number(alpha)}")
    row[0].set_ylabel(cells[0].label)
    moved = [c for c in cells if c.alpha != 1]
    hues = _hues({c.regularizer for c in moved})
    legend(figure, [*hues, *_shapes(moved)], columns=6)
    return finish(figure)


def _draw(ax: Axes, cells: Sequence[RoadCell], name: str, fill: str = "full") -> None:
    """Seeds as dots or as crosses at the top edge, and the medians of cells."""
    for regularizer in dict.fromkeys(c.regularizer for c in cells):
        own = [c for c in cells if c.regularizer == regularizer]
        color = HUES[regularizer]
        seeds = [
            (cell, x if math.isfinite(x) else getattr(cell, name), y)
            for cell in own
            for x, y in zip(_values(cell, name), cell.distances, strict=True)
        ]
        alive = [(x, y) for _, x, y in seeds if math.isfinite(y)]
        ax.plot(*_columns(alive), ".", color=color, ms=3.5, alpha=0.5)
        lost = [_place(c, x, y) for c, x, y in seeds if not math.isfinite(y)]
        _crosses(ax, lost, color)
        for loss in dict.fromkeys(c.loss for c in own):
            points = [(getattr(c, name), c.distance) for c in own if c.loss == loss]
            points = [p for p in points if math.isfinite(p[1])]
            style: dict[str, Any] = {"color": color, "ms": 5, "alpha": 0.85}
            ax.plot(*_columns(points), MARKERS[loss], fillstyle=fill, **style)


def _values(cell: RoadCell, name: str) -> tuple[float, ...]:
    return cell.bends if name == "bend" else cell.slopes


def _columns(points: Sequence[tuple[float, float]]) -> np.ndarray:
    return np.reshape(points, (-1, 2)).T


def _place(cell: RoadCell, x: float, y: float) -> Place:
    """Where something known is drawn; at the edges, in fractions, what is not."""
    beyond = 1.02 + 0.012 * list(ROADS).index(cell.regularizer)
    across = (x, "data") if math.isfinite(x) else (beyond, "axes fraction")
    up = (y, "data") if math.isfinite(y) else (1.0, "axes fraction")
    return (across[0], up[0]), (across[1], up[1])


def _crosses(ax: Axes, places: Sequence[Place], color: str) -> None:
    style: dict[str, Any] = {"color": color, "ms": 6, "mew": 1.6, "clip_on": False}
    frames = {"data": ax.get_xaxis_transform(), "axes fraction": ax.transAxes}
    for across, frame in frames.items():
        x = [point[0] for point, coords in places if coords[0] == across]
        if x:  # an empty line that is not clipped would sit at the figure's corner
            ax.plot(x, [1] * len(x), "x", transform=frame, **style)


def _cloud(ax: Axes, cells: Sequence[RoadCell]) -> None:
    points = [(c.bend, c.distance) for c in cells if math.isfinite(c.distance)]
    ax.plot(*_columns(points), "o", color="0.8", ms=4, mew=0, zorder=1)


def _arrow(ax: Axes, start: RoadCell, end: RoadCell) -> None:
    color = HUES[start.regularizer]
    places = [_place(c, c.bend, c.distance) for c in (start, end)]
    (tail, tail_in), (head, head_in) = places
    line: dict[str, Any] = {"arrowstyle": "->", "color": color, "lw": 1.1}
    line |= {"alpha": 0.75, "shrinkA": 2, "shrinkB": 3}
    note = ax.annotate("", head, tail, head_in, tail_in, arrowprops=line)
    note.set_annotation_clip(False)
    for cell, place, fill in zip((start, end), places, ("full", "none"), strict=True):
        if math.isfinite(cell.distance):
            style: dict[str, Any] = {"color": color, "ms": 5, "fillstyle": fill}
            ax.plot(*place[0], MARKERS[cell.loss], **style)
        else:
            _crosses(ax, [place], color)


def _lines(ax: Axes, cells: Sequence[RoadCell]) -> None:
    constant = cells[0].constant
    level(ax, constant)
    level(ax, BROKEN_SHARE * constant, ls=":")
    finite = [d for c in cells for d in c.distances if math.isfinite(d)]
    ax.set_yscale("log")
    ax.set_ylim(0.7 * min([constant / 10, *finite]), 2 * max([constant, *finite]))


def _scale(ax: Axes, cells: Sequence[RoadCell], name: str) -> None:
    """Logarithmic; of the non-linearity with 0 at the left end."""
    ax.set_xlabel(NAMES[name])
    if name == "slope":
        ax.set_xscale("log")
        return
    known = [b for c in cells for b in c.bends if b > 0]
    decade = math.floor(math.log10(min([0.01, *known])))
    least = 10.0 ** max(decade, -6)
    ax.set_xscale("symlog", linthresh=least, linscale=0.6)
    ax.set_xticks([0, *(10.0**p for p in range(0, round(math.log10(least)) - 1, -2))])
    ax.set_xlim(-0.3 * least, 2.6)
    for limit in (LINEAR, CURVED):
        ax.axvline(limit, color="0.85", lw=1, zorder=0)


def _rho(cells: Sequence[RoadCell], name: str, *, count: bool = True) -> str:
    points = [(c.bend, c.slope, c.distance) for c in cells if not math.isnan(c.bend)]
    rho = dict(zip(NAMES, correlations(points), strict=True))[name]
    text = "nothing to order" if math.isnan(rho) else f"ρ = {rho:.2f}"
    return f"{text}, {len(points)} cells" if count else text


def _handle(label: str, marker: str, color: str = INK, **style: Any) -> Line2D:
    style = {"ms": 7, **style}
    return Line2D([], [], color=color, marker=marker, ls="", label=label, **style)


def _hues(names: set[str] | None = None) -> list[Line2D]:
    shown = [n for n in ROADS if names is None or n in names]
    return [_handle(REGULARIZERS[n].label, "s", HUES[n]) for n in shown]


def _shapes(cells: Sequence[RoadCell]) -> list[Line2D]:
    losses = dict.fromkeys(c.loss for c in cells)
    return [_handle(LOSSES[x].label, MARKERS[x]) for x in losses]


def _fills() -> list[Line2D]:
    return [_handle(f"{name} strength", "o", fillstyle=f) for name, f in FILLS.items()]


def _sizes() -> list[Line2D]:
    return [
        _handle("one seed", ".", ms=4),
        _handle("diverged", "x", mew=1.6),
    ]
