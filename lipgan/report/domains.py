"""Tables of where the domain lies during training, and of the slopes it allows."""

import math
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from lipgan import domains
from lipgan.losses import LOSSES
from lipgan.probes import attained_slopes
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
    """Table 2: domains and slopes under spectral normalization, beside the paper's.

    Both are those of the last recorded moment; ends of our intervals are medians over
    the seeds that did not diverge. L'(Omega) follows from the domain of real and
    generated images together, as in the paper. The last column is the width of the
    slopes that the term's own samples attain (real ones for NS, generated ones for
    LS), which the verdict is about: median over seeds and range.
    """
    import pandas as pd

    rows = {}
    for loss, by_k in TABLE2.items():
        term = LOSSES[loss].terms[TABLE2_TERM[loss]]
        for k, (domain, slopes) in by_k.items():
            cell = [r for r in runs if _is_table2_cell(r, loss, k)]
            last = [
                (float(low[-1]), float(high[-1]))
                for low, high in (domains.omega(r) for r in cell if not r.diverged)
            ]
            rows[LOSSES[loss].label, k] = {
                "Ω, ours": _middle(last),
                "Ω, paper": _interval(*domain),
                "L′(Ω), ours": _middle([attained_slopes(term, *o) for o in last]),
                "L′(Ω), paper": _interval(*slopes),
                "width of Ψ, own samples": _slope_widths(cell),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", "k"])
    return table


def _is_table2_cell(run: Run, loss: str, k: float) -> bool:
    c = run.config
    return (c.regularizer, c.loss, c.lipschitz_k) == ("sn", loss, k)


def _slope_widths(cell: Sequence[Run]) -> str:
    ends = [
        (math.nan, math.inf)
        if run.diverged
        else domains.slope_interval(run, TABLE2_TERM[run.config.loss])
        for run in cell
    ]
    return spread([high - low for low, high in ends]) if ends else "–"


def _middle(intervals: Sequence[tuple[float, float]]) -> str:
    if not intervals:
        return "–"
    low, high = (median(ends) for ends in zip(*intervals, strict=True))
    return _interval(low, high)


def _interval(low: float, high: float) -> str:
    return f"[{low + 0.0:.4g}, {high + 0.0:.4g}]"  # adding 0 turns -0 into 0
