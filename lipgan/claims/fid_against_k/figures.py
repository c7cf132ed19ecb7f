"""Table 3 as figures, beside the paper's."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from lipgan import data
from lipgan.claims import measures
from lipgan.claims.draw import (
    distance_lines,
    finish,
    label_lines,
    panel_each,
)
from lipgan.claims.heat import ratio_bar, table
from lipgan.claims.published import CONSTANT_FID, TABLE3
from lipgan.claims.style import COLORS
from lipgan.data import sets
from lipgan.runs import Run


def _titles(runs: Sequence[Run]) -> dict[str, str]:
    ours = {"ours": f"ours: {sets.dataset_label(runs[0].config.dataset)}"}
    return ours | {name: f"paper: {data.DATASETS[name].label}" for name in TABLE3}


def table_beside_papers(runs: Sequence[Run]) -> Figure:
    """Table 3 as a picture: ours beside the paper's three columns, one color scale.

    Numbers are distances (ours: medians over seeds), colors their ratio to the best
    cell of the same table; a cross is a cell most of whose seeds diverged.

    Args:
        runs: all cells of Table 3, any number of seeds.
    """
    figure, panels = panel_each(_titles(runs), 1.85, columns=2, sharey=True)
    for cells, ax in zip(
        [measures.cell_medians(runs), *TABLE3.values()], panels.values(), strict=True
    ):
        mesh = table(ax, cells)
    for name in list(TABLE3)[1:]:
        panels[name].set_xlabel("k (per layer)")
    ratio_bar(figure, mesh, "distance / best of the same table (× diverged)")
    return figure


def distance_against_k(runs: Sequence[Run], own: Sequence[Run] = ()) -> Figure:
    """Table 3 as lines: our distances first, then the paper's three data sets.

    Args:
        runs: all cells of Table 3, any number of seeds.
        own: the reader's own runs, drawn as open circles.
    """
    figure, panels = panel_each(_titles(runs), 2.4, columns=2, sharex=True)
    ours = panels["ours"]
    distance_lines(
        ours, measures.cell_distances(runs), measures.constant_distance(runs)
    )
    for (loss, k), values in measures.cell_distances(own).items() if own else ():
        circle: dict[str, Any] = {"mfc": "none", "mec": COLORS[loss], "ms": 8}
        ours.plot([k] * len(values), values, "o", **circle)
    for dataset, column in TABLE3.items():
        single = {cell: [fid] for cell, fid in column.items()}
        distance_lines(panels[dataset], single, CONSTANT_FID[dataset])
        panels[dataset].set(ylabel="FID", xlabel="k (per layer)")
    ours.set_ylabel(measures.distance_label(runs))
    for ax in panels.values():
        label_lines(ax)
    return finish(figure)
