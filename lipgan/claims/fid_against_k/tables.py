"""Tables of distances, beside the paper's Table 3."""

from collections.abc import Sequence

import pandas as pd

from lipgan.claims import measures
from lipgan.claims.published import TABLE3, broken_cells
from lipgan.data import DATASETS
from lipgan.experiments import TABLE3_K, TABLE3_LOSSES
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def table3_beside_paper(runs: Sequence[Run], srn: Sequence[Run] = ()) -> pd.DataFrame:
    """Distances of all seeds, beside the paper's three data sets.

    Args:
        runs: all cells of Table 3 under spectral normalization.
        srn: the same under SRN+SN, if there are any.
    """
    cells = measures.cell_distances(runs)
    others = measures.cell_distances(srn) if srn else {}
    rows: dict[tuple[str, str], list] = {}
    for loss in TABLE3_LOSSES:
        label = LOSSES[loss].label
        rows[label, "ours"] = [cells[loss, k] for k in TABLE3_K]
        if others:
            rows[label, "ours, SRN+SN"] = [others[loss, k] for k in TABLE3_K]
        for dataset, column in TABLE3.items():
            rows[label, f"paper, {DATASETS[dataset].label}"] = [
                column[loss, k] for k in TABLE3_K
            ]
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", ""])
    table.columns = [f"k = {k:g}" for k in TABLE3_K]
    return table


def ratios_beside_paper(runs: Sequence[Run]) -> pd.DataFrame:
    """Each cell over the same loss's cell at k = 1, ours (medians) and the paper's."""
    medians = measures.cell_medians(runs)
    columns = {"ours": medians}
    columns |= {f"paper, {DATASETS[d].label}": cells for d, cells in TABLE3.items()}
    rows = {
        (LOSSES[loss].label, title): [
            cells[loss, k] / cells[loss, 1.0] for k in TABLE3_K
        ]
        for loss in TABLE3_LOSSES
        for title, cells in columns.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", ""])
    table.columns = [f"k = {k:g}" for k in TABLE3_K]
    return table


def broken_beside_paper(runs: Sequence[Run]) -> str:
    """How many cells of Table 3 are broken, ours and the paper's, in words.

    Args:
        runs: of one data set, held against its own column where the paper has one.
    """
    cells = measures.cell_medians(runs)
    broken = len(cells) - len(measures.working_cells(runs))
    column = runs[0].config.features
    where = "the paper" if column in TABLE3 else "two of the paper's three columns"
    return (
        f"{broken} of {len(cells)} cells are broken here, against "
        f"{len(broken_cells(column))} in {where}"
    )
