"""Tables of where the domain lies during training, and of the slopes it allows."""

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from lipgan import domains
from lipgan.losses import LOSSES
from lipgan.published import TABLE2, TABLE2_TERM
from lipgan.regularizers import REGULARIZERS
from lipgan.report.distances import spread
from lipgan.runs import Run

if TYPE_CHECKING:
    import pandas as pd

# Parts of training, as the claims of Figure 4 judge them: from, to.
PARTS = {
    "first third": (0.0, 1 / 3),
    "last third": (2 / 3, 1.0),
    "second half": (0.5, 1.0),
}


def wander_table(runs: Sequence[Run]) -> "pd.DataFrame":
    """How far Omega's center moves in each part of training, in widths of Omega.

    Median over seeds and range; losses, regularizers and parts as rows, k as columns.
    """
    import pandas as pd

    ks = sorted({r.config.lipschitz_k for r in runs})
    cells: dict[tuple[str, str, float], list[Run]] = {}
    for run in runs:
        c = run.config
        cells.setdefault((c.loss, c.regularizer, c.lipschitz_k), []).append(run)
    rows = {
        (LOSSES[loss].label, REGULARIZERS[regularizer].label, part): [
            wandered(cells.get((loss, regularizer, k), []), part) for k in ks
        ]
        for loss, regularizer in dict.fromkeys(key[:2] for key in cells)
        for part in PARTS
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    names = ["loss", "regularizer", "part of training"]
    table.index = pd.MultiIndex.from_tuples(rows, names=names)
    table.columns = [f"k = {k:g}" for k in ks]
    return table


def wandered(runs: Sequence[Run], part: str) -> str:
    """Median and range of how far Omega's center moves, in widths of Omega.

    Args:
        runs: of one cell, or of any selection to be summed up in one number.
        part: key of ``PARTS``.
    """
    if not runs:
        return "–"
    start, end = PARTS[part]
    return spread(
        [math.inf if r.diverged else domains.wander(r, start, end) for r in runs]
    )


def slopes_beside_paper(runs: Sequence[Run]) -> "pd.DataFrame":
    """Table 2: domain and attained slopes under spectral normalization, and theirs.

    Ends of our intervals are medians over the seeds that did not diverge, at the last
    recorded moment. Our domains are those of all samples; our slopes are those of the
    term's own samples, real ones for NS and fake ones for LS.
    """
    import pandas as pd

    rows = {}
    for loss, by_k in TABLE2.items():
        for k, (domain, slopes) in by_k.items():
            cell = [r for r in runs if _is_table2_cell(r, loss, k)]
            alive = [r for r in cell if not r.diverged]
            attained = [domains.slope_interval(r, TABLE2_TERM[loss]) for r in alive]
            last = [tuple(end[-1] for end in domains.omega(r)) for r in alive]
            widths = [high - low for low, high in attained]
            lost = [math.inf] * (len(cell) - len(alive))
            rows[LOSSES[loss].label, k] = {
                "Ω, ours": _median_interval(last),
                "Ψ, ours": _median_interval(attained),
                "width of Ψ, ours": spread([*widths, *lost]) if cell else "–",
                "Ω, paper": _interval(*domain),
                "Ψ, paper": _interval(*slopes),
                "width of Ψ, paper": f"{slopes[1] - slopes[0]:.3g}",
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", "k"])
    return table


def _is_table2_cell(run: Run, loss: str, k: float) -> bool:
    c = run.config
    return (c.regularizer, c.loss, c.lipschitz_k) == ("sn", loss, k)


def _median_interval(intervals: Sequence[tuple]) -> str:
    if not intervals:
        return "–"
    low, high = (median(ends) for ends in zip(*intervals, strict=True))
    return _interval(low, high)


def _interval(low: float, high: float) -> str:
    return f"[{low + 0.0:.4g}, {high + 0.0:.4g}]"  # adding 0 turns -0 into 0
