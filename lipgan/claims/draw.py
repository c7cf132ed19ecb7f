"""What the figures of several claims draw."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedFormatter, FixedLocator, LogLocator, NullLocator

from lipgan.claims.numerals import number
from lipgan.claims.published import Cell
from lipgan.claims.style import COLORS, FAINT, HUES, MARKERS, OMEGA, TEXT, WIDTH
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import OPTIMIZERS
from lipgan.runs import Run

# Config fields that can be the columns of a grid of samples.
COLUMN_TITLES = {"lipschitz_k": "k = {}", "alpha": "α = {}", "seed": "seed {}"}
OPTIMIZER_COLORS = dict(zip(OPTIMIZERS, HUES, strict=False))


def panels(
    rows: int, columns: int, height: float, **options: Any
) -> tuple[Figure, np.ndarray]:
    """A figure as wide as the book's column, and its panels as (rows, columns).

    Args:
        rows: of panels.
        columns: at most three, else their words do not fit.
        height: of the figure, in inches.
        **options: of ``plt.subplots``.
    """
    options = {"figsize": (WIDTH, height), "squeeze": False, **options}
    return plt.subplots(rows, columns, **options)


def panel_each(
    names: Mapping[Any, str], row_height: float, columns: int = 3, **options: Any
) -> tuple[Figure, dict[Any, Axes]]:
    """A panel per key, titled, in rows of at most three; places left over stay empty.

    Args:
        names: key -> title.
        row_height: inches.
        columns: panels in a row.
        **options: of ``plt.subplots``.
    """
    columns = min(columns, len(names))
    rows = math.ceil(len(names) / columns)
    figure, grid = panels(rows, columns, 0.3 + row_height * rows, **options)
    places = dict(zip(names, grid.flat, strict=False))
    for key, ax in places.items():
        ax.set_title(names[key])
    for ax in grid.flat[len(names) :]:
        ax.remove()
    for ax in grid.flat[max(0, len(names) - columns) : len(names)]:
        ax.xaxis.set_tick_params(labelbottom=True)
    return figure, places


def loss_names(losses: Iterable[str]) -> dict[str, str]:
    """Keys of ``LOSSES`` with their labels, each once, in this order."""
    return {loss: LOSSES[loss].label for loss in losses}


def finish(figure: Figure) -> Figure:
    """Ticks of logarithmic axes as numbers no smaller than other text, names once."""
    for ax in figure.axes:
        if not ax.xaxis.get_tick_params().get("labelbottom", True):
            ax.set_xlabel("")  # the panel below shares and names this axis
        for axis in (ax.xaxis, ax.yaxis):
            if axis.get_scale() not in ("log", "symlog"):
                continue
            axis.set_minor_locator(NullLocator())
            low, high = sorted(axis.get_view_interval())
            chosen = isinstance(axis.get_major_locator(), FixedLocator)
            if axis.get_scale() == "log" and high < 100 * low and not chosen:
                axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            if not isinstance(axis.get_major_formatter(), FixedFormatter):
                axis.set_major_formatter(lambda value, _: number(value))
    return figure


def legend(
    figure: Figure,
    handles: Iterable[Artist],
    labels: Iterable[str] | None = None,
    columns: int = 0,
) -> None:
    """One legend for all panels, under them.

    Args:
        figure: whose legend it is.
        handles: what the legend explains.
        labels: by default the handles' own.
        columns: by default all in one line.
    """
    shown = list(handles)
    names = list(labels or (str(handle.get_label()) for handle in shown))
    place: dict[str, Any] = {"loc": "outside lower center", "columnspacing": 1.4}
    figure.legend(shown, names, ncols=columns or len(shown), **place)


def legend_of(figure: Figure, ax: Axes, columns: int = 0) -> None:
    """The entries of one panel as the legend below all of them."""
    legend(figure, *ax.get_legend_handles_labels(), columns)


def label_lines(ax: Axes) -> None:
    """Each line's label beside its right end, in its color, in place of a legend.

    Limits and scales must be set. A line that ends in NaN, where every seed diverged,
    has it at the top. Labels that would lie on one another move apart.
    """
    to_axes = ax.transScale + ax.transLimits
    ends = []
    for line in ax.get_lines():
        known = np.isfinite(np.asarray(line.get_ydata(), float))
        if known.any() and not str(line.get_label()).startswith("_"):
            last = np.column_stack(line.get_data())[known][-1]
            place = float(to_axes.transform(last)[1]) if known[-1] else 1.0
            ends.append((place, line))
    ends.sort(key=lambda end: end[0])
    whole = ax.get_figure(root=True)
    height = ax.get_position().height * (whole.get_figheight() if whole else 1)
    lines = max((1 + str(line.get_label()).count("\n") for _, line in ends), default=1)
    gap = 1.3 * lines * TEXT / 72 / height
    places: list[float] = []
    for y, _ in ends:
        places.append(max(y, places[-1] + gap) if places else max(y, 0.0))
    for i in reversed(range(len(places))):  # and back, where the top was reached
        above = places[i + 1] - gap if i + 1 < len(places) else 1.0
        places[i] = min(places[i], above)
    for y, (_, line) in zip(places, ends, strict=True):
        style: dict[str, Any] = {"xycoords": "axes fraction", "va": "center"}
        style |= {"xytext": (5, 0), "textcoords": "offset points"}
        ax.annotate(str(line.get_label()), (1, y), color=line.get_color(), **style)


def crosses(ax: Axes, at: Sequence[float], color: Any, edge: str = "top") -> None:
    """The mark of divergence: a cross at the top, or at the right, edge of a panel."""
    if not len(at):  # an empty line that is not clipped would sit at the corner
        return
    style: dict[str, Any] = {"color": color, "ms": 7, "mew": 2, "clip_on": False}
    if edge == "top":
        ax.plot(at, [1] * len(at), "x", transform=ax.get_xaxis_transform(), **style)
    else:
        ax.plot([1] * len(at), at, "x", transform=ax.get_yaxis_transform(), **style)


def medians(
    ax: Axes, by_x: Mapping[float, Sequence[float]], *, color: Any, **style: Any
) -> None:
    """A line through medians over seeds, dots for seeds, crosses for what diverged.

    Args:
        ax: any axes.
        by_x: place -> value per seed, infinite if it diverged; those are left out of
            the median and stand as a cross at the top edge.
        color: of all marks.
        **style: of the line.
    """
    finite = {x: [v for v in seeds if math.isfinite(v)] for x, seeds in by_x.items()}
    middle = [
        float(np.median(seeds)) if seeds else math.nan for seeds in finite.values()
    ]
    ax.plot(list(by_x), middle, color=color, **{"ms": 5, **style})
    dots = [(x, v) for x, seeds in finite.items() if len(seeds) > 1 for v in seeds]
    ax.plot(*np.reshape(dots, (-1, 2)).T, ".", color=color, ms=4, alpha=0.6)
    crosses(ax, [x for x in by_x if len(finite[x]) < len(by_x[x])], color)


def level(ax: Axes, value: float, text: str = "", ls: str = "--") -> None:
    """A thin horizontal line with its name on it, legible across other lines."""
    ax.axhline(value, color="0.5", lw=1, ls=ls, zorder=0)
    frame = ax.get_yaxis_transform()
    label = ax.text(0.01, value, text, transform=frame, color=FAINT, va="bottom")
    label.set_path_effects([withStroke(linewidth=2.5, foreground="white")])


def distance_lines(
    ax: Axes, cells: Mapping[Cell, Sequence[float]], constant: float
) -> None:
    """One line per loss: medians over seeds against k_SN or alpha, with seeds.

    Args:
        ax: empty axes; its x label is left to the caller.
        cells: (loss, k_SN or alpha) -> distance per seed, infinite if it diverged.
        constant: distance of a constant image, drawn as a dashed line.
    """
    for loss in dict.fromkeys(loss for loss, _ in cells):
        own = {x: seeds for (name, x), seeds in cells.items() if name == loss}
        style = {"label": LOSSES[loss].label, "marker": MARKERS[loss]}
        style["ls"] = "--" if loss == "ls_sharp" else "-"
        medians(ax, own, color=COLORS[loss], **style)
    level(ax, constant, "constant image")
    finite = [v for seeds in cells.values() for v in seeds if math.isfinite(v)]
    ax.set(xscale="log", yscale="log")
    ax.set_ylim(top=1.7 * max([constant, *finite]))


def sample_grid(
    runs: Sequence[Run], side: int = 3, *, columns: str = "lipschitz_k"
) -> Figure:
    """Samples with losses as rows and one config field as columns.

    Args:
        runs: one run per loss and value of the field.
        side: side x side images per run; fewer where the stored pictures hold fewer.
        columns: key of ``COLUMN_TITLES``.
    """
    losses = list(dict.fromkeys(r.config.loss for r in runs))
    values = sorted({getattr(r.config, columns) for r in runs})
    side_of_panel = min(1.3, (WIDTH - 0.5) / len(values))
    size = (0.5 + side_of_panel * len(values), 0.3 + side_of_panel * len(losses))
    figure, grid = panels(len(losses), len(values), size[1], figsize=size)
    for run in runs:
        column = values.index(getattr(run.config, columns))
        samples(grid[losses.index(run.config.loss), column], run, side)
    for ax, value in zip(grid[0], values, strict=True):
        ax.set_title(COLUMN_TITLES[columns].format(number(value)), weight="normal")
    for ax, loss in zip(grid[:, 0], losses, strict=True):
        ax.set_ylabel(LOSSES[loss].label)
    return figure


def samples(ax: Axes, run: Run, side: int) -> None:
    """Side x side samples of a run, or the step at which it diverged."""
    ax.set(xticks=[], yticks=[])
    if run.samples is None:
        text = f"diverged\nat step\n{run.diverged_at}"
        ax.text(0.5, 0.5, text, ha="center", va="center", color=OMEGA)
        ax.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    else:
        tiles = tiles_of(run.samples, run.config.image_size, side)
        ax.imshow(tiles, cmap="gray", vmin=0, vmax=255)


def tiles_of(picture: np.ndarray, size: int, side: int) -> np.ndarray:
    """The first side x side samples of a stored picture, with a line between them.

    As many as make a square where the picture holds fewer.
    """
    side = min(side, *(length // size for length in picture.shape[:2]))
    line = max(1, size // 8)
    tiles = picture[: side * size, : side * size]
    gaps = np.repeat(np.arange(size, side * size, size), line)
    tiles = np.insert(tiles, gaps, 255, axis=0)
    return np.insert(tiles, gaps, 255, axis=1)
