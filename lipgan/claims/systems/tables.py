"""Tables of three other systems: what a step costs, and how far they get."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from lipgan.claims import domains, measures
from lipgan.claims.domains import LATE
from lipgan.claims.frame import values_by
from lipgan.claims.published import SYSTEMS_FID
from lipgan.claims.systems.gran import smallest_push
from lipgan.experiments import ROADS, strength
from lipgan.gan.losses import LOSSES
from lipgan.gan.optimizers import optimizer_label
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run

PLACES = ("tightest", "middle", "loosest")


def cost_table(seconds: dict[str, float]) -> pd.DataFrame:
    """Milliseconds per training step and their ratio to spectral normalization's.

    Args:
        seconds: key of ``REGULARIZERS`` -> seconds per step, ``sn`` among them, see
            ``costs.step_costs``.

    Raises:
        ValueError: ``sn`` is missing.
    """
    if "sn" not in seconds:
        raise ValueError(f"seconds: 'sn' is missing among {', '.join(seconds)}")
    table = pd.DataFrame(index=[REGULARIZERS[key].label for key in seconds])
    table["key"] = list(seconds)
    table["ms per step"] = [1e3 * s for s in seconds.values()]
    table["times SN"] = [s / seconds["sn"] for s in seconds.values()]
    return table.rename_axis("regularizer")


def symbol(regularizer: str) -> str:
    """What the strength of a regularizer of ``ROADS`` is called: k or λ."""
    return "k" if ROADS[regularizer][0] == "lipschitz_k" else "λ"


def alr_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Distances of every regularizer at its three strengths, beside published FIDs.

    Tightest first, all seeds. The published numbers are other networks' on other data,
    so only their order compares.
    """
    metric = measures.distance_metric(runs)
    rows: dict[tuple[str, str], list] = {}
    for key in dict.fromkeys(r.config.regularizer for r in runs):
        groups = strengths([r for r in runs if r.config.regularizer == key])
        values = [value for value in ROADS[key][1] if value in groups]
        label, published = REGULARIZERS[key].label, SYSTEMS_FID.get(key, "–")
        rows[label, symbol(key)] = [*(f"{value:g}" for value in values), ""]
        distances = ([_distance(r, metric) for r in groups[value]] for value in values)
        rows[label, "distance"] = [*distances, published]
    columns = [*PLACES[: len(values)], "published FID, CIFAR-10"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(rows, names=["", ""])
    return table


def lgan_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Distances of every objective at every weight, and how its scores move.

    Tightest first, all seeds; the last column is the way of the center of Omega in the
    second half of training, in widths of Omega, over all weights and seeds.
    """
    cells = measures.distances_by(runs, "loss", "penalty_weight")
    weights = sorted({weight for _, weight in cells}, reverse=True)
    rows = {
        LOSSES[key].label: [
            *(cells[key, weight] for weight in weights),
            [late_wander(r) for r in runs if r.config.loss == key],
        ]
        for key in dict.fromkeys(r.config.loss for r in runs)
    }
    columns = [*(f"λ = {w:g}" for w in weights), "center moves (widths of Ω)"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def late_wander(run: Run) -> float:
    """How far the center of Omega moves late in training; infinite if it diverged."""
    if run.diverged:
        return math.inf
    with np.errstate(divide="ignore", invalid="ignore"):  # a domain without width
        return domains.wander(run, LATE)


def _distance(run: Run, name: str) -> float:
    return math.inf if run.diverged else run.metrics[name]


def gran_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Distance and smallest push at every K, per loss and optimizer.

    All seeds. The push is the slope of the discriminator's loss that
    is nearest to 0 among generated samples, median over training.
    """
    ks = sorted({r.config.lipschitz_k for r in runs})
    fields = "loss", "optimizer", "lipschitz_k"
    columns = {
        "distance": measures.distances_by(runs, *fields),
        "smallest push": values_by(
            runs, lambda r: math.inf if r.diverged else smallest_push(r), *fields
        ),
    }
    rows = {
        (LOSSES[loss].label, optimizer_label(rule), title): [
            cells[loss, rule, k] for k in ks
        ]
        for loss, rule in dict.fromkeys(key[:2] for key in columns["distance"])
        for title, cells in columns.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", "optimizer", ""])
    table.columns = [f"K = {k:g}" for k in ks]
    return table


def strengths(runs: Sequence[Run]) -> dict[float, list[Run]]:
    """Strength of the regularizer, ascending -> its runs."""
    groups: dict[float, list[Run]] = {}
    for run in sorted(runs, key=lambda r: strength(r.config)):
        groups.setdefault(strength(run.config), []).append(run)
    return groups
