"""The arms of the intervention on the pushes as one map."""

import math
from collections.abc import Sequence
from statistics import median

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import FuncNorm
from matplotlib.figure import Figure

from lipgan import experiments
from lipgan.claims.draw import loss_names, panel_each
from lipgan.claims.heat import heat
from lipgan.claims.what_the_bend_does.criteria import MENDED, NOT_MENDED, Arms
from lipgan.claims.what_the_bend_does.tables import rows_of
from lipgan.runs import Run

CMAP = colormaps["RdYlBu_r"]
BEST, WORST = 0.7, 40.0  # times the tangent's distance: the ends of the colors


def arms_at_a_glance(runs: Sequence[Run]) -> Figure:
    """Distance over that of the tangent: arms as rows, settings as columns.

    One panel per loss; medians over seeds. Blue cells train like a straight loss, red
    ones do not; a cross is an arm most of whose seeds diverged.

    Args:
        runs: of the grid ``mechanism``, any number of seeds.
    """
    arms = Arms(runs)
    settings, rows = arms.settings(), rows_of(arms)
    options = {"sharex": True, "sharey": True}
    names = loss_names(experiments.BENT_LOSSES)
    figure, places = panel_each(names, 2.55, columns=2, **options)
    columns = [experiments.setting_label(s) for s in settings]
    norm = FuncNorm((_place, _value), BEST, WORST, clip=True)
    for loss, ax in places.items():
        values = [
            [median(arms.ratios(loss, setting, which)) for setting in settings]
            for which in rows.values()
        ]
        words = np.vectorize(_word, otypes=[str])(values)
        mesh = heat(ax, np.array(values), norm, CMAP, list(rows), columns, words)
        ax.tick_params(axis="x", rotation=90)
    axes = list(places.values())
    bar = figure.colorbar(mesh, ax=axes, location="bottom", aspect=45, shrink=0.6)
    bar.set_label("distance / tangent's (× diverged)")
    marks = [1.0, MENDED, NOT_MENDED, 10.0, WORST]
    bar.set_ticks(marks, labels=[f"{mark:g}" for mark in marks])
    bar.minorticks_off()
    bar.outline.set_visible(False)
    return figure


# The middle of the colors, at a half, lies between mended and not mended.
_RATIOS = [math.log(x) for x in (BEST, math.sqrt(MENDED * NOT_MENDED), WORST)]


def _place(ratios: np.ndarray) -> np.ndarray:
    return np.interp(np.log(np.maximum(ratios, 1e-9)), _RATIOS, [0.0, 0.5, 1.0])


def _value(places: np.ndarray) -> np.ndarray:
    return np.exp(np.interp(places, [0.0, 0.5, 1.0], _RATIOS))


def _word(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"
