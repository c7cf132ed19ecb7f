"""Figures of Tables 4 and 5: what domain scaling does to distances."""

import itertools
import math
from collections.abc import Sequence
from statistics import median
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from lipgan import data, experiments
from lipgan.claims import domains, measures
from lipgan.claims.draw import distance_lines
from lipgan.claims.fid_against_alpha.tables import apart
from lipgan.claims.published import TABLE4, TABLE4_DATASET, TABLE5
from lipgan.claims.style import COLORS, MARKERS, OMEGA, legend_of
from lipgan.data import sets
from lipgan.gan.losses import LOSSES
from lipgan.runs import HISTORY_DIGITS, Run

SAME = 10.0**-HISTORY_DIGITS  # records keep no smaller relative differences


def distance_against_alpha(runs: Sequence[Run]) -> Figure:
    """One part of Table 4 as lines: our distances on the left, the paper's beside it.

    Args:
        runs: all cells of Table 4 (a) or of Table 4 (b), any number of seeds.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2))
    k = runs[0].config.lipschitz_k
    cells = measures.distances_by(runs, "loss", "alpha")
    distance_lines(left, cells, measures.constant_distance(runs), dashed="ls_sharp")
    name = sets.dataset_label(runs[0].config.dataset)
    left.set_title(f"ours: {name}, k = {k:g}", pad=12)
    left.set_ylabel(measures.distance_metric(runs))
    theirs = {cell: [fid] for cell, fid in TABLE4[k].items()}
    constant = max(fid for (loss, _), fid in TABLE4[k].items() if loss == "exp")
    distance_lines(right, theirs, constant, dashed="ls_sharp")
    label = data.DATASETS[TABLE4_DATASET[k]].label
    right.set_title(f"paper: {label} (inferred), k = {k:g}", pad=12)
    right.set_ylabel("FID")
    for ax in (left, right):
        ax.set(xlabel="α", xticks=sorted({alpha for _, alpha in cells}))
        ax.xaxis.set_minor_locator(NullLocator())
    sns.despine(figure)
    figure.tight_layout()
    handles, labels = left.get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="center left",
        bbox_to_anchor=(1, 0.55),
        fontsize="small",
        frameon=False,
    )
    return figure


def distance_against_domain(runs: Sequence[Run]) -> Figure:
    """Distance against the width of the scaled domain, whichever knob set it.

    One panel per loss, one marker per run: k varies at alpha = 1 (Table 3), alpha
    varies at k = 50 and at k = 1 (Table 4). A cross at the top edge is a run that
    diverged, at the width that it began with. Right of the dotted line the domain is
    longer than one unit, over which every curved loss here bends.
    """
    losses = [x for x in experiments.TABLE4_LOSSES if x in _losses(runs)]
    size = (2.9 * len(losses), 3.6)
    figure, panels = plt.subplots(
        1, len(losses), figsize=size, sharex=True, sharey=True, squeeze=False
    )
    series = {
        "k varies, α = 1": [r for r in runs if r.config.alpha == 1],
        "α varies, k = 50": _scaled_at(runs, experiments.TABLE4A_K),
        "α varies, k = 1": _scaled_at(runs, experiments.TABLE4B_K),
    }
    hues = sns.color_palette("dark", 3)
    constant = measures.constant_distance(runs)
    top = 2 * max([constant, *filter(math.isfinite, map(_distance, runs))])
    for ax, loss in zip(panels[0], losses, strict=True):
        for (label, part), color, mark in zip(series.items(), hues, "osD", strict=True):
            own = [r for r in part if r.config.loss == loss]
            kept = [r for r in own if not r.diverged]
            widths = [r.config.alpha * domains.late_width(r) for r in kept]
            style = {"color": color, "marker": mark, "mfc": "none", "ls": "", "ms": 5}
            ax.plot(widths, list(map(_distance, kept)), label=label, **style)
            lost = [_first_scaled_width(r, runs) for r in own if r.diverged]
            _crosses(ax, lost, top, color)
        ax.axvline(1, color="0.6", lw=1, ls=":")
        ax.axhline(constant, color="0.6", lw=1, ls="--")
        ax.set(xscale="log", yscale="log", xlabel="width of αΩ")
        ax.set_title(LOSSES[loss].label, pad=12)
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.set_ylim(top=1.05 * top)
    panels[0, 0].set_ylabel(measures.distance_metric(runs))
    _legend_below(figure, panels[0, 0])
    return figure


def _losses(runs: Sequence[Run]) -> set[str]:
    return {r.config.loss for r in runs}


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


def _crosses(ax: Axes, x: Sequence[float], top: float, color: Any) -> None:
    if x:  # an empty line that is not clipped would sit at the figure's corner
        ax.plot(x, [top] * len(x), "x", color=color, ms=9, mew=2, clip_on=False)


def _legend_below(figure: Figure, ax: Axes) -> None:
    sns.despine(figure)
    figure.tight_layout()
    legend_of(figure, ax)


def spread_against_alpha(runs: Sequence[Run]) -> Figure:
    """Worst over best distance among NS, LS#, COS and EXP at k = 50, against alpha.

    Ours: the line joins ratios of medians over seeds, dots are single seeds, a cross
    at the top edge is an alpha at which the median of one of them diverged. The
    paper's: Table 4 (a), continued by that data set's column of Table 5.
    """
    figure, ax = plt.subplots(figsize=(7, 4.2))
    cells = measures.distances_by(runs, "loss", "alpha")
    alphas = sorted({alpha for loss, alpha in cells if loss != "wgan"})
    losses = experiments.TABLE5_LOSSES
    medians = {cell: median(values) for cell, values in cells.items()}
    ours = [_worst_over_best([medians[x, a] for x in losses]) for a in alphas]
    single = [  # runs of one cell come in the order of their seeds
        (a, _worst_over_best(seed))
        for a in alphas
        for seed in zip(*(cells[x, a] for x in losses), strict=True)
    ]
    name = TABLE4_DATASET[experiments.TABLE4A_K]
    theirs = {(x, experiments.TABLE5_ALPHA): TABLE5[name][x] for x in losses}
    theirs |= TABLE4[experiments.TABLE4A_K]
    paper = [_worst_over_best([theirs[x, a] for x in losses]) for a in alphas]
    ratios = [*ours, *paper, *(r for _, r in single)]
    top = 2 * max(filter(math.isfinite, ratios))
    finite = [r if math.isfinite(r) else math.nan for r in ours]
    own = sets.dataset_label(runs[0].config.dataset)
    ax.plot(alphas, finite, "o-", color="C0", label=f"ours: {own}")
    dots = [(a, r) for a, r in single if math.isfinite(r)]
    ax.plot(*np.reshape(dots, (-1, 2)).T, ".", color="C0", ms=5, alpha=0.6)
    lost = [a for a, r in zip(alphas, ours, strict=True) if not math.isfinite(r)]
    _crosses(ax, lost, top, "C0")
    label = f"paper: {data.DATASETS[name].label} (inferred)"
    ax.plot(alphas, paper, "s--", color="C1", label=label)
    ax.set(xscale="log", yscale="log", xlabel="α", ylabel="worst loss / best loss")
    ax.set_ylim(0.9, 1.05 * top)
    ax.legend(fontsize="small")
    sns.despine(figure)
    figure.tight_layout()
    return figure


def _worst_over_best(distances: Sequence[float]) -> float:
    worst = max(distances)
    return worst / min(distances) if math.isfinite(worst) else math.inf


def apart_from_wgan(runs: Sequence[Run]) -> Figure:
    """How runs at tiny alpha come apart from the WGAN run of the same seed.

    Largest relative difference of the recorded scores against the step, one thin line
    per seed; on the bottom edge the records agree in every digit that they keep. Gray:
    how far apart the WGAN runs of different seeds are.
    """
    figure, ax = plt.subplots(figsize=(7, 4.2))
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
    note = ax.text(0.98, 1.4 * SAME, "the same in all digits kept", fontsize=8)
    note.set(ha="right", color=OMEGA, transform=ax.get_yaxis_transform())
    handles, labels = ax.get_legend_handles_labels()
    named = dict(zip(labels, handles, strict=True))  # one entry for all seeds
    ax.legend(list(named.values()), list(named), fontsize="small", loc="center left")
    sns.despine(figure)
    figure.tight_layout()
    return figure


def _gaps(ax: Axes, run: Run, twin: Run, **style: Any) -> None:
    gaps = [max(gap, SAME) for gap in apart(run, twin)]
    ax.plot(run.history["step"][: len(gaps)], gaps, clip_on=False, **style)
