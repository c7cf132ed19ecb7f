"""How far the toys end from their data, as a table."""

from collections.abc import Sequence

import pandas as pd

from lipgan.claims.frame import values_by
from lipgan.claims.toys.criteria import toy_distance
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def toy_table(runs: Sequence[Run]) -> pd.DataFrame:
    """How far every toy ends from its data, all seeds, alphas as columns."""
    titles = {
        "toy2d": "one point: distance to the median",
        "toy2d_ring": "eight modes: W1",
    }
    cells = values_by(runs, toy_distance, "dataset", "loss", "alpha")
    rows: dict[str, dict] = {}
    for (toy, loss, alpha), distances in cells.items():
        row = rows.setdefault(LOSSES[loss].label, {})
        row[titles[toy], f"α = {alpha:g}"] = distances
    return pd.DataFrame.from_dict(rows, orient="index")
