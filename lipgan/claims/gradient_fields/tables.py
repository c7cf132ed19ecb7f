"""Tables of where a critic's gradient points, and of how still the critic holds."""

import math
from collections.abc import Callable, Sequence

import pandas as pd

from lipgan.claims import domains, measures
from lipgan.claims.domains import LATE
from lipgan.claims.frame import values_by
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run


def direction_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Cosine of the gradient with the way to the data, all seeds.

    Losses as rows, regularizers as columns.
    """
    return _by_regularizer(runs, lambda r: measures.metric(r, "gradient_cosine"))


def drift_table(runs: Sequence[Run]) -> pd.DataFrame:
    """How far a critic's scores move in the second half of training, per regularizer.

    In widths of Omega, all seeds.
    """
    return _by_regularizer(runs, lambda r: domains.wander(r, LATE))


def _by_regularizer(
    runs: Sequence[Run], measure: Callable[[Run], float]
) -> pd.DataFrame:
    cells = values_by(
        runs, lambda r: math.inf if r.diverged else measure(r), "loss", "regularizer"
    )
    rows: dict[str, dict[str, list[float]]] = {}
    for (loss, name), values in cells.items():
        row = rows.setdefault(LOSSES[loss].label, {})
        row[REGULARIZERS[name].label] = values
    return pd.DataFrame.from_dict(rows, orient="index")
