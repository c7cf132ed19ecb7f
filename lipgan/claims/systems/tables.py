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
from lipgan.gan.optimizers import OPTIMIZER_LABELS
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

    All seeds. The published numbers are other networks' on other data, so only their
    order compares.
    """
    keys = list(dict.fromkeys(r.config.regularizer for r in runs))
    labels = [REGULARIZERS[key].label for key in keys]
    published = [SYSTEMS_FID.get(key, "–") for key in keys]
    extra = "published FID, CIFAR-10", published
    return _by_strength(runs, "regularizer", keys, labels, extra)


def lgan_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Distances of every objective at three weights, and how its scores move.

    All seeds; the last column is the way of the center of Omega in the second half of
    training, in widths of Omega, over all weights and seeds.
    """
    keys = list(dict.fromkeys(r.config.loss for r in runs))
    labels = [LOSSES[key].label for key in keys]
    moves = [[late_wander(r) for r in runs if r.config.loss == key] for key in keys]
    extra = "center moves (widths of Ω)", moves
    return _by_strength(runs, "loss", keys, labels, extra)


def late_wander(run: Run) -> float:
    """How far the center of Omega moves late in training; infinite if it diverged."""
    if run.diverged:
        return math.inf
    with np.errstate(divide="ignore", invalid="ignore"):  # a domain without width
        return domains.wander(run, LATE)


def _by_strength(
    runs: Sequence[Run],
    field: str,
    keys: Sequence[str],
    labels: Sequence[str],
    extra: tuple[str, Sequence],
) -> pd.DataFrame:
    """Strengths and distances of each value of a field, tightest first.

    Args:
        runs: of all these values.
        field: of the config.
        keys: its values.
        labels: their names.
        extra: title and cells of one more column, beside the distances.
    """
    metric = measures.distance_metric(runs)
    rows: dict[tuple[str, str], list] = {}
    for key, label, last in zip(keys, labels, extra[1], strict=True):
        own = [r for r in runs if getattr(r.config, field) == key]
        name, groups = own[0].config.regularizer, strengths(own)
        values = [value for value in ROADS[name][1] if value in groups]
        rows[label, symbol(name)] = [*(f"{value:g}" for value in values), ""]
        distances = ([_distance(r, metric) for r in groups[value]] for value in values)
        rows[label, "distance"] = [*distances, last]
    columns = [*PLACES[: len(values)], extra[0]]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(rows, names=["", ""])
    return table


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
        (LOSSES[loss].label, OPTIMIZER_LABELS[rule], title): [
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
