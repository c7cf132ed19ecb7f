"""Tables of the one knob: what k still does at a given alpha k^n."""

from collections.abc import Sequence
from statistics import median

import pandas as pd

from lipgan import experiments
from lipgan.claims.one_knob.criteria import Column, columns, pooled, spread_over_k
from lipgan.experiments import BENT_LOSSES, BIASES_COMPARED
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run

BIAS_LABELS = {
    "own": "as they are",
    "frozen": "frozen at 0",
    "scaled": "steps times k^layer",
}


def _kinds(runs: Sequence[Run]) -> dict[str, dict[Column, dict[float, list[float]]]]:
    kinds = {BIAS_LABELS[kind]: columns(runs, kind) for kind in BIASES_COMPARED}
    return kinds | {"scaled, under SGD": columns(runs, "scaled", "sgd")}


def spread_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Largest over smallest distance over k, per kind of biases, loss and alpha k^n."""
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for kind, found in _kinds(runs).items():
        for (loss, value), by_k in found.items():
            if loss != "wgan":
                row = rows.setdefault((kind, LOSSES[loss].label), {})
                row[f"αkⁿ = {value:g}"] = spread_over_k(by_k)
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["biases", "loss"])
    return _in_order(table)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Columns by the number that their names end with."""
    return table[sorted(table.columns, key=lambda name: float(name.split()[-1]))]


def knob_price_table(runs: Sequence[Run], value: float = 1.0) -> pd.DataFrame:
    """Median distance at one alpha k^n over k, per kind of biases and loss."""
    rows = {}
    for kind, found in _kinds(runs).items():
        for loss in (*BENT_LOSSES, "wgan"):
            by_k = found.get((loss, 0.0 if loss == "wgan" else value), {})
            if by_k:
                rows[kind, LOSSES[loss].label] = {
                    f"k = {k:g}": median(by_k[k]) for k in sorted(by_k)
                }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["biases", "loss"])
    return _in_order(table)


def knob_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Distance against alpha k^n with scaled biases, all k and seeds pooled.

    Below each distance, how many times WGAN's it is.
    """
    found = columns(runs, "scaled")
    wgan = pooled(found["wgan", 0.0])
    rows: dict[tuple[str, str], dict[str, float]] = {}
    for (loss, value), by_k in found.items():
        if loss != "wgan":
            distance = pooled(by_k)
            for title, unit in (("distance", 1.0), ("times WGAN's", wgan)):
                row = rows.setdefault((LOSSES[loss].label, title), {})
                row[f"αkⁿ = {value:g}"] = distance / unit
                row[LOSSES["wgan"].label] = wgan / unit
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["loss", ""])
    return table[[*table.columns.drop(LOSSES["wgan"].label), LOSSES["wgan"].label]]


def small_k_on_the_knob() -> str:
    """Where the smallest k of Table 3 lies on the knob at alpha = 1."""
    return f"{min(experiments.TABLE3_K) ** experiments.LAYERS:.3g}"
