"""Tables of what is left of a scaled loss."""

from collections.abc import Sequence

import pandas as pd

from lipgan import metrics
from lipgan.claims.degeneration import criteria
from lipgan.gan.losses import TABLE1


def tangent_table(alphas: Sequence[float], reach: float) -> pd.DataFrame:
    """Distance of every scaled loss term from its tangent, in units of slope."""
    rows = {
        f"{loss.label}, {name.replace('_', ' ')}": [
            metrics.tangent_distance(term, alpha, reach) for alpha in alphas
        ]
        for loss in TABLE1.values()
        for name, term in loss.terms.items()
    }
    columns = [f"α = {alpha:g}" for alpha in alphas]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def arithmetic_table() -> pd.DataFrame:
    """The smallest power of ten down to which Eq. 8, as printed, has right slopes."""
    rows = {
        loss.label: [
            f"1e{criteria.smallest_power(loss.d_real, dtype)}"
            for dtype in criteria.ARITHMETIC.values()
        ]
        for loss in TABLE1.values()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=[*criteria.ARITHMETIC])
