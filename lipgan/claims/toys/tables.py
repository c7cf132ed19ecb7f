"""How far the toys end from their data, as a table."""

from collections.abc import Sequence

import pandas as pd

from lipgan.claims import measures
from lipgan.claims.measures import spread
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def toy_table(runs: Sequence[Run]) -> pd.DataFrame:
    """How far every toy ends from its data, median and range, alphas as columns."""
    titles = {
        "toy2d": "one point: distance to the median",
        "toy2d_ring": "eight modes: W1",
    }
    cells: dict[tuple[str, str, float], list[float]] = {}
    for run in runs:
        c = run.config
        key = (titles[c.dataset], LOSSES[c.loss].label, c.alpha)
        cells.setdefault(key, []).append(measures.toy_distance(run))
    rows: dict[str, dict] = {}
    for (toy, loss, alpha), distances in cells.items():
        rows.setdefault(loss, {})[toy, f"α = {alpha:g}"] = spread(distances)
    return pd.DataFrame.from_dict(rows, orient="index")
