"""Figures of Tables 4 and 5: what domain scaling does to distances."""

import itertools
import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lipgan import data, experiments
from lipgan.claims import domains, measures
from lipgan.claims.draw import (
    crosses,
    distance_lines,
    finish,
    label_lines,
    legend_of,
    level,
    loss_names,
    panel_each,
    panels,
)
from lipgan.claims.fid_against_alpha.tables import apart
from lipgan.claims.heat import ratio_bar, table
from lipgan.claims.published import TABLE4, TABLE4_DATASET, TABLE5, Cell
from lipgan.claims.style import COLORS, HUES, MARKERS, OMEGA
from lipgan.data import sets
from lipgan.gan.losses import LOSSES
from lipgan.runs import HISTORY_DIGITS, Run

SAME = 10.0**-HISTORY_DIGITS  # records keep no smaller relative differences


def _titles(runs: Sequence[Run]) -> tuple[str, str]:
    """Of our part of Table 4 and of the paper's."""
    k, name = runs[0].config.lipschitz_k, sets.dataset_label(runs[0].config.dataset)
    label = data.DATASETS[TABLE4_DATASET[k]].label
    return f"ours: {name}, k = {k:g}", f"paper: {label} (inferred), k = {k:g}"


def tables_beside_papers(small: Sequence[Run], large: Sequence[Run]) -> Figure:
    """Table 4 as a picture: ours on the left, the paper's beside it, one color scale.

    Numbers are distances (ours: medians over seeds), colors their ratio to the best
    cell of the same table; a cross is a cell most of whose seeds diverged.

    Args:
        small: all cells of Table 4 (a), any number of seeds.
        large: all cells of Table 4 (b).
    """
    figure, grid = panels(2, 2, 4.3, sharey=True)
    for row, runs in zip(grid, (small, large), strict=True):
        seeds = measures.distances_by(runs, "loss", "alpha")
        ours: dict[Cell, float] = {x: median(values) for x, values in seeds.items()}
        theirs = {cell: TABLE4[runs[0].config.lipschitz_k][cell] for cell in ours}
        for ax, title, cells in zip(row, _titles(runs), (ours, theirs), strict=True):
            mesh = table(ax, cells)
            ax.set(title=title, xlabel="α")
    ratio_bar(figure, mesh, "distance / best of the same table (× diverged)")
    return figure


def distance_against_alpha(runs: Sequence[Run]) -> Figure:
    """One part of Table 4 as lines: our distances on the left, the paper's beside it.

    Args:
        runs: all cells of Table 4 (a) or of Table 4 (b), any number of seeds.
    """
    figure, ((left, right),) = panels(1, 2, 2.7)
    cells = measures.distances_by(runs, "loss", "alpha")
    distance_lines(left, cells, measures.constant_distance(runs))
    theirs = {cell: [fid] for cell, fid in TABLE4[runs[0].config.lipschitz_k].items()}
    distance_lines(
        right, theirs, max(fid for (x, _), (fid,) in theirs.items() if x == "exp")
    )
    left.set_ylabel(measures.distance_label(runs))
    right.set_ylabel("FID")
    for ax, title in zip((left, right), _titles(runs), strict=True):
        ax.set(
            xlabel="α", title=title, xticks=sorted({alpha for _, alpha in cells})[::2]
        )
        label_lines(ax)
    return finish(figure)


def distance_against_domain(runs: Sequence[Run]) -> Figure:
    """Distance against the width of the scaled domain, whichever knob set it.

    One panel per loss, one marker per run: k varies at alpha = 1 (Table 3), alpha
    varies at k = 50 and at k = 1 (Table 4). A cross at the top edge is a run that
    diverged, at the width that it began with. Right of the dotted line the domain is
    longer than one unit, over which every curved loss here bends.
    """
    shown = {run.config.loss for run in runs}
    losses = [x for x in experiments.TABLE4_LOSSES if x in shown]
    options = {"sharex": True, "sharey": True}
    figure, axes = panel_each(loss_names(losses), 1.9, **options)
    series = {
        "k varies, α = 1": [r for r in runs if r.config.alpha == 1],
        "α varies, k = 50": _scaled_at(runs, experiments.TABLE4A_K),
        "α varies, k = 1": _scaled_at(runs, experiments.TABLE4B_K),
    }
    constant = measures.constant_distance(runs)
    for loss, ax in axes.items():
        for (label, part), color, mark in zip(
            series.items(), HUES, "osD", strict=False
        ):
            own = [r for r in part if r.config.loss == loss]
            _width_marks(ax, own, runs, color=color, marker=mark, label=label)
        ax.axvline(1, color="0.5", lw=1, ls=":")
        level(ax, constant)
        ax.set(xscale="log", yscale="log", xlabel="width of αΩ")
    first = next(iter(axes.values()))
    first.set_ylim(
        top=2 * max([constant, *filter(math.isfinite, map(_distance, runs))])
    )
    figure.supylabel(measures.distance_label(runs), fontsize="medium")
    legend_of(figure, first)
    return finish(figure)


def _width_marks(
    ax: Axes, own: Sequence[Run], runs: Sequence[Run], color: str, **style: Any
) -> None:
    """One mark per run, a cross at the top edge for one that diverged."""
    kept = [r for r in own if not r.diverged]
    widths = [r.config.alpha * domains.late_width(r) for r in kept]
    style |= {"mfc": "none", "ls": "", "ms": 4}
    ax.plot(widths, list(map(_distance, kept)), color=color, **style)
    crosses(ax, [_first_scaled_width(r, runs) for r in own if r.diverged], color)


def _scaled_at(runs: Sequence[Run], k: float) -> list[Run]:
    return [r for r in runs if r.config.alpha != 1 and r.config.lipschitz_k == k]


def _distance(run: Run) -> float:
    return math.inf if run.diverged else run.metrics[measures.distance_metric([run])]


def _first_scaled_width(run: Run, runs: Sequence[Run]) -> float:
    """First recorded width of alpha Omega; of survivors at this k, if it has none.

    Runs of one seed and k begin with the same discriminator, whatever their loss.
    """
    k = run.config.lipschitz_k
    peers = [r for r in runs if r.config.lipschitz_k == k and not r.diverged]
    with np.errstate(invalid="ignore"):  # the scores may be infinite already
        own, *others = (float(domains.widths(r)[0]) for r in (run, *peers))
    width = own if math.isfinite(own) else median(others or [math.nan])
    return run.config.alpha * width


def spread_against_alpha(runs: Sequence[Run]) -> Figure:
    """Worst over best distance among NS, LS#, COS and EXP at k = 50, against alpha.

    Ours: the line joins ratios of medians over seeds, dots are single seeds, a cross
    at the top edge is an alpha at which the median of one of them diverged. The
    paper's: Table 4 (a), continued by that data set's column of Table 5.
    """
    figure, ((ax,),) = panels(1, 1, 3.2)
    cells = measures.distances_by(runs, "loss", "alpha")
    alphas = sorted({alpha for loss, alpha in cells if loss != "wgan"})
    losses, color = experiments.TABLE5_LOSSES, HUES[0]
    ours = _worst_over_best({c: median(v) for c, v in cells.items()}, alphas)
    finite = [r if math.isfinite(r) else math.nan for r in ours]
    own = sets.dataset_label(runs[0].config.dataset)
    ax.plot(alphas, finite, "o-", color=color, label=f"ours:\n{own}")
    for seed in range(len(cells[losses[0], alphas[0]])):  # cells hold them in order
        single = _worst_over_best({c: v[seed] for c, v in cells.items()}, alphas)
        ax.plot(
            alphas,
            [r if math.isfinite(r) else math.nan for r in single],
            ".",
            color=color,
            ms=5,
            alpha=0.6,
        )
    crosses(ax, [a for a, r in zip(alphas, ours, strict=True) if math.isinf(r)], color)
    name = TABLE4_DATASET[experiments.TABLE4A_K]
    theirs = {(x, experiments.TABLE5_ALPHA): TABLE5[name][x] for x in losses}
    theirs |= TABLE4[experiments.TABLE4A_K]
    label = f"paper: {data.DATASETS[name].label}\n(inferred)"
    paper = _worst_over_best(theirs, alphas)
    ax.plot(alphas, paper, "s--", color=HUES[1], label=label)
    ax.set(xscale="log", yscale="log", xlabel="α", ylabel="worst loss / best loss")
    ax.set_ylim(bottom=0.9)
    label_lines(ax)
    return finish(figure)


def _worst_over_best(
    cells: Mapping[Cell, float], alphas: Sequence[float]
) -> list[float]:
    """Per alpha, over the losses of Table 5; infinite where one of them diverged."""
    ratios = []
    for alpha in alphas:
        own = [cells[loss, alpha] for loss in experiments.TABLE5_LOSSES]
        ratios.append(max(own) / min(own) if math.isfinite(max(own)) else math.inf)
    return ratios


def apart_from_wgan(runs: Sequence[Run]) -> Figure:
    """How runs at tiny alpha come apart from the WGAN run of the same seed.

    Largest relative difference of the recorded scores against the step, one thin line
    per seed; on the bottom edge the records agree in every digit that they keep. Gray:
    how far apart the WGAN runs of different seeds are.
    """
    figure, ((ax,),) = panels(1, 1, 3.6)
    twins = {r.config.seed: r for r in runs if r.config.loss == "wgan"}
    for a, b in itertools.combinations(twins.values(), 2):
        _gaps(ax, a, b, color="0.75", lw=3, label="WGAN, other seed")
    for run in (r for r in runs if r.config.loss != "wgan"):
        loss = run.config.loss
        style = {"color": COLORS[loss], "marker": MARKERS[loss], "ms": 4, "lw": 1.2}
        style |= {"zorder": 3, "label": LOSSES[loss].label, "markevery": slice(0, 5)}
        _gaps(ax, run, twins[run.config.seed], **style)
    ax.set(xscale="log", yscale="log", xlabel="step", ylim=(SAME, 3))
    ax.set_ylabel("largest relative difference\nof scores from WGAN's")
    note = ax.text(0.98, 1.4 * SAME, "the same in all digits kept", color=OMEGA)
    note.set(ha="right", transform=ax.get_yaxis_transform())
    handles, labels = ax.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))  # one entry for all seeds
    ax.legend(list(named.values()), list(named), loc="center left")
    return finish(figure)


def _gaps(ax: Axes, run: Run, twin: Run, **style: Any) -> None:
    gaps = [max(gap, SAME) for gap in apart(run, twin)]
    ax.plot(run.history["step"][: len(gaps)], gaps, clip_on=False, **style)
