"""Distances of the cells that were trained otherwise, beside the table's."""

import math
from collections.abc import Sequence

import pandas as pd

from lipgan.claims.longer_training.criteria import (
    cells_trained_otherwise,
    distances_by_way,
)
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def table_of_ways(runs: Sequence[Run]) -> pd.DataFrame:
    """Cells as rows, ways to train as columns; all seeds.

    Args:
        runs: of Table 3 and of cells trained otherwise.
    """
    ways = distances_by_way(runs)
    rows = {
        f"{LOSSES[loss].label}, k = {k:g}": {
            name: own.get((loss, k), math.nan) for name, own in ways.items()
        }
        for loss, k in cells_trained_otherwise(runs)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("cell")
