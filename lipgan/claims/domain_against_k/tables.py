"""Tables of where the domain lies during training, and of the slopes it allows."""

import math
from collections.abc import Sequence
from statistics import median

import pandas as pd

from lipgan.claims import domains
from lipgan.claims.published import TABLE2, TABLE2_TERM
from lipgan.claims.seeds import interval
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.metrics import attained_slopes
from lipgan.runs import Run

# Parts of training, as the claims of Figure 4 judge them: from, to.
PARTS = {
    "first third": (0.0, 1 / 3),
    "last third": (2 / 3, 1.0),
    "second half": (0.5, 1.0),
}


def width_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Width of Omega late in training, per loss and regularizer, k as columns.

    All seeds; the last column divides the median at the largest k by that at the
    smallest.
    """
    rows = {}
    for (loss, regularizer), by_k in _by_loss(runs).items():
        widths = [
            [math.inf if r.diverged else domains.late_width(r) for r in by_k.get(k, [])]
            for k in _ks(runs)
        ]
        first, last = (_median([w for w in widths[i] if w < math.inf]) for i in (0, -1))
        label = LOSSES[loss].label, REGULARIZERS[regularizer].label
        rows[label] = [*widths, last / first]
    columns = [*_k_names(runs), "largest k over smallest"]
    return _framed(rows, ["loss", "regularizer"], columns)


def wander_table(runs: Sequence[Run]) -> pd.DataFrame:
    """How far Omega's center moves in each part of training, in widths of Omega.

    All seeds; losses, regularizers and parts as rows, k as columns.
    """
    rows = {
        (LOSSES[loss].label, REGULARIZERS[regularizer].label, part): [
            wandered(by_k.get(k, []), part) for k in _ks(runs)
        ]
        for (loss, regularizer), by_k in _by_loss(runs).items()
        for part in PARTS
    }
    names = ["loss", "regularizer", "part of training"]
    return _framed(rows, names, _k_names(runs))


def _ks(runs: Sequence[Run]) -> list[float]:
    return sorted({r.config.lipschitz_k for r in runs})


def _k_names(runs: Sequence[Run]) -> list[str]:
    return [f"k = {k:g}" for k in _ks(runs)]


def _by_loss(runs: Sequence[Run]) -> dict[tuple[str, str], dict[float, list[Run]]]:
    """(loss, regularizer) -> k -> runs, losses together and in their order."""
    order = list(dict.fromkeys(r.config.loss for r in runs))
    groups: dict[tuple[str, str], dict[float, list[Run]]] = {}
    for run in sorted(runs, key=lambda r: order.index(r.config.loss)):
        c = run.config
        by_k = groups.setdefault((c.loss, c.regularizer), {})
        by_k.setdefault(c.lipschitz_k, []).append(run)
    return groups


def _median(values: Sequence[float]) -> float:
    return median(values) if values else math.nan


def _framed(rows: dict, names: list[str], columns: list) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(rows, names=names)
    return table


def wandered(runs: Sequence[Run], part: str) -> list[float]:
    """How far Omega's center moves in each run, in widths of Omega.

    Args:
        runs: of one cell, or of any selection to be summed up in one number.
        part: key of ``PARTS``.
    """
    start, end = PARTS[part]
    return [math.inf if r.diverged else domains.wander(r, start, end) for r in runs]


def slopes_beside_paper(runs: Sequence[Run]) -> pd.DataFrame:
    """Table 2: domains and slopes under spectral normalization, beside the paper's.

    Both are those of the last recorded moment; ends of our intervals are medians over
    the seeds that did not diverge. L'(Omega) follows from the domain of real and
    generated images together, as in the paper. The last column is the width of the
    slopes that the term's own samples attain (real ones for NS, generated ones for
    LS), which the verdict is about, for all seeds.
    """
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
                "Ω, paper": interval(*domain),
                "L′(Ω), ours": _middle([attained_slopes(term, *o) for o in last]),
                "L′(Ω), paper": interval(*slopes),
                "width of Ψ, own samples": _slope_widths(cell),
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", "k"])
    return table


def _is_table2_cell(run: Run, loss: str, k: float) -> bool:
    c = run.config
    return (c.regularizer, c.loss, c.lipschitz_k) == ("sn", loss, k)


def _slope_widths(cell: Sequence[Run]) -> list[float]:
    ends = [
        (0.0, math.inf)
        if run.diverged
        else domains.slope_interval(run, TABLE2_TERM[run.config.loss])
        for run in cell
    ]
    return [high - low for low, high in ends]


def _middle(intervals: Sequence[tuple[float, float]]) -> str:
    if not intervals:
        return "–"
    return interval(*(median(ends) for ends in zip(*intervals, strict=True)))
