"""Tables of distances and domains against the domain scaling alpha."""

import math
from collections.abc import Sequence
from statistics import median

import pandas as pd
import torch

from lipgan.claims import domains, measures
from lipgan.claims.published import CONSTANT_FID, TABLE3, TABLE4, TABLE4_DATASET, TABLE5
from lipgan.data import DATASETS
from lipgan.experiments import TABLE4_LOSSES, TABLE4A_K, TABLE4B_K, TABLE5_LOSSES
from lipgan.gan.losses import LOSSES
from lipgan.runs import HISTORY_DIGITS, Run

_SCORES = [f"score_{x}_{end}" for x in ("real", "fake") for end in ("min", "max")]


def table4_beside_paper(runs: Sequence[Run], *, relative: bool = False) -> pd.DataFrame:
    """One part of Table 4: all seeds beside the paper's numbers.

    Args:
        runs: all cells of Table 4 (a) or of Table 4 (b), any number of seeds.
        relative: divide every cell by the best cell of the same loss, ours as a ratio
            of medians where divergence counts as worst.
    """
    k = runs[0].config.lipschitz_k
    cells = measures.distances_by(runs, "loss", "alpha")
    medians = {cell: median(values) for cell, values in cells.items()}
    alphas = sorted({alpha for _, alpha in cells})
    name = f"paper, {DATASETS[TABLE4_DATASET[k]].label} (inferred)"
    rows: dict[tuple[str, str], list] = {}
    for loss in TABLE4_LOSSES:
        label = LOSSES[loss].label
        paper = [TABLE4[k][loss, a] for a in alphas]
        if relative:
            rows[label, "ours"] = _over_best([medians[loss, a] for a in alphas])
            rows[label, name] = _over_best(paper)
        else:
            rows[label, "ours"] = [cells[loss, a] for a in alphas]
            rows[label, name] = paper
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", ""])
    table.columns = [f"α = {alpha:g}" for alpha in alphas]
    return table


def _over_best(values: Sequence[float]) -> list[float]:
    best = min(values)
    return [v / best if math.isfinite(v) else v for v in values]


def table4_clues() -> pd.DataFrame:
    """What the paper's Tables 3 and 5 say about the data set behind its Table 4.

    As printed there: the argument is which numbers are the same to the last digit.
    """
    smallest = "NS, LS#, COS, EXP at the smallest α"
    steep = [k for k in TABLE3["mnist"] if k[0] == "ns" and k[1] >= 5]
    rows = {
        DATASETS[name].label: {
            "constant image": f"{CONSTANT_FID[name]:.2f}",
            "best cell": f"{min(TABLE3[name].values()):.2f}",
            smallest: _range([TABLE5[name][x] for x in TABLE5_LOSSES]),
            "NS that fails": _range([TABLE3[name][cell] for cell in steep]),
        }
        for name in TABLE3
    }
    a, b = TABLE4[TABLE4A_K], TABLE4[TABLE4B_K]
    rows["Table 4 (a)"] = {
        "constant image": f"{a['exp', 1e-1]:.2f}",
        "best cell": f"{min(a.values()):.2f}",
        smallest: _range([a[x, 1e-11] for x in TABLE5_LOSSES]),
        "NS that fails": f"{a['ns', 1e-1]:.2f}",
    }
    rows["Table 4 (b)"] = {
        "constant image": f"{b['exp', 1e11]:.2f}",
        "best cell": f"{min(b.values()):.2f}",
        smallest: "–",
        "NS that fails": _range([v for (x, y), v in b.items() if x == "ns" and y > 10]),
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.2f} to {max(values):.2f}"


def table5_beside_paper(runs: Sequence[Run]) -> pd.DataFrame:
    """Table 5: all seeds beside the paper's, and worst over best."""
    cells = {
        loss: values
        for (loss,), values in measures.distances_by(runs, "loss").items()
        if loss in TABLE5["mnist"]
    }
    medians = [median(values) for values in cells.values()]
    table = pd.DataFrame(index=[*(LOSSES[x].label for x in cells), "worst / best"])
    table["ours"] = [
        *cells.values(),
        _over_best([min(medians), max(medians)])[1],
    ]
    for dataset, column in TABLE5.items():
        table[f"paper, {DATASETS[dataset].label}"] = [
            *(column[loss] for loss in cells),
            max(column.values()) / min(column.values()),
        ]
    return table


def domains_by_alpha(runs: Sequence[Run]) -> pd.DataFrame:
    """How wide the scores spread and how much of the loss that is, per k and alpha.

    Every entry holds all losses and seeds. The width of Omega is the median over the
    second half of training.
    """
    rows = {}
    for k, alpha in sorted({(r.config.lipschitz_k, r.config.alpha) for r in runs}):
        cell = [r for r in runs if (r.config.lipschitz_k, r.config.alpha) == (k, alpha)]
        layers = len(cell[0].history["sigma"][0])
        widths = [math.inf if r.diverged else domains.late_width(r) for r in cell]
        norms = [r.metrics.get("lipschitz_layers", math.inf) for r in cell]
        rows[f"{k:g}", f"{alpha:g}"] = {
            "kⁿ": k**layers,
            "∏ exact norms": norms,
            "width of Ω": widths,
            "width of αΩ": [alpha * width for width in widths],
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["k", "α"])
    return table


def limit_table(runs: Sequence[Run]) -> pd.DataFrame:
    """How near every loss is to its limit, a line of slope L'(0).

    The attained slopes are those of the discriminator's terms at all recorded moments
    of all seeds; the farthest is that with the largest relative distance from L'(0).
    The last columns are the share of an RMSProp step that its epsilon leaves, median
    over training and seeds.
    """
    rows = {}
    for loss in dict.fromkeys(r.config.loss for r in runs):
        own = [r for r in runs if r.config.loss == loss]
        zero = {
            name: float(term.slope(torch.zeros(1)))
            for name, term in LOSSES[loss].terms.items()
        }
        off = [x for r in own for x in _slope_errors(r, zero)]
        shares = [
            median(domains.typical(r, f"step_share_{player}") for r in own)
            for player in ("d", "g")
        ]
        rows[LOSSES[loss].label] = {
            "L'(0), real": zero["d_real"],
            "L'(0), fake": zero["d_fake"],
            "L'(0), generator": zero["g_fake"],
            "farthest attained slope": _difference(off),
            "step left by ε, discriminator": shares[0],
            "step left by ε, generator": shares[1],
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _slope_errors(run: Run, zero: dict[str, float]) -> list[float]:
    return [
        abs(slope / zero[f"d_{side}"] - 1)
        for side in ("real", "fake")
        for end in ("min", "max")
        for slope in run.history[f"slope_{side}_{end}"]
        if math.isfinite(slope)
    ]


def _difference(found: Sequence[float]) -> float | str:
    same = 10.0**-HISTORY_DIGITS
    farthest = max(found, default=math.inf)
    return farthest if farthest > same else f"below {same:.0e}"


def apart(run: Run, twin: Run) -> list[float]:
    """How far two runs have come apart at each moment that both recorded.

    The largest relative difference, 0 to 2, among the ends of the range of the scores
    on real and on fake samples. Moments at which one of them is not finite are 2.
    """
    found = []
    for moment in range(min(len(run.history["step"]), len(twin.history["step"]))):
        a, b = ([r.history[name][moment] for name in _SCORES] for r in (run, twin))
        found.append(max(_gap(x, y) for x, y in zip(a, b, strict=True)))
    return found


def _gap(x: float, y: float) -> float:
    if not (math.isfinite(x) and math.isfinite(y)):
        return 2.0
    return abs(x - y) / max(abs(x), abs(y)) if x != y else 0.0
