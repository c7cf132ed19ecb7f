"""What was trained otherwise: distances beside the table's, and what they say."""

import math
from collections.abc import Sequence

import pandas as pd

from lipgan.claims.frame import Measure, values_by
from lipgan.claims.longer_training.criteria import (
    HOW,
    STATEMENTS,
    TABLE,
    by_way,
    cells_by_way,
    cells_trained_otherwise,
    margin_in,
)
from lipgan.gan.losses import LOSSES
from lipgan.runs import Run


def table_of_ways(runs: Sequence[Run], measure: Measure = "distance") -> pd.DataFrame:
    """Cells as rows, ways to train as columns; all seeds.

    Args:
        runs: of Table 3 and of cells trained otherwise.
        measure: what is shown; by default the Frechet distance.
    """
    ways = by_way(runs, values_by(runs, measure, "loss", "lipschitz_k", *HOW))
    rows = {
        f"{LOSSES[loss].label}, k = {k:g}": {
            name: own.get((loss, k), math.nan) for name, own in ways.items()
        }
        for loss, k in cells_trained_otherwise(runs)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("cell")


def what_stands(runs: Sequence[Run]) -> str:
    """As Markdown: the statements that stand, and where each of the others turns.

    Args:
        runs: of Table 3 and of cells trained otherwise.
    """
    cells = cells_by_way(runs)
    stand, turn = [], []
    for statement in STATEMENTS:
        known = statement.margins(cells)
        lost = [margin_in(name, m) for name, m in known.items() if not m > 1]
        if set(known) <= {TABLE}:
            continue
        if lost:
            turn.append(f"*{statement.text}* ({', '.join(lost)})")
        else:
            low, high = min(known.values()), max(known.values())
            stand.append(f"*{statement.text}* ({low:.3g} to {high:.3g})")
    rows = {"Stand in every training": stand, "Do not": turn}
    return "\n".join(
        f"- **{title}**, {len(own)}: {'; '.join(own) or 'none'}."
        for title, own in rows.items()
    )
