"""Table 3 as a figure, beside the paper's."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

from lipgan import data
from lipgan.claims import measures
from lipgan.claims.draw import distance_lines
from lipgan.claims.published import CONSTANT_FID, TABLE3
from lipgan.claims.style import COLORS, legend_of
from lipgan.data import sets
from lipgan.runs import Run


def distance_against_k(runs: Sequence[Run], own: Sequence[Run] = ()) -> Figure:
    """Table 3 as lines: our distances on the left, the paper's three data sets.

    Args:
        runs: all cells of Table 3, any number of seeds.
        own: the reader's own runs, drawn as open circles.
    """
    figure, panels = plt.subplots(1, 4, figsize=(13, 3.9))
    cells = measures.cell_distances(runs)
    constant = measures.constant_distance(runs)
    distance_lines(panels[0], cells, constant)
    for (loss, k), values in measures.cell_distances(own).items() if own else ():
        circle = {"mfc": "none", "mec": COLORS[loss], "ms": 9}
        panels[0].plot([k] * len(values), values, "o", **circle)
    name = sets.dataset_label(runs[0].config.dataset)
    panels[0].set(title=f"ours: {name}", ylabel=measures.distance_metric(runs))
    for ax, (dataset, column) in zip(panels[1:], TABLE3.items(), strict=True):
        single = {cell: [fid] for cell, fid in column.items()}
        distance_lines(ax, single, CONSTANT_FID[dataset])
        ax.set(title=f"paper: {data.DATASETS[dataset].label}", ylabel="FID")
    for ax in panels:
        ax.set_xlabel("$k_{SN}$")
    sns.despine(figure)
    figure.tight_layout()
    legend_of(figure, panels[1])
    return figure
