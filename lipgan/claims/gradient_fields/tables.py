"""Tables of where a critic's gradient points, and of how still the critic holds."""

from collections.abc import Sequence

import pandas as pd

from lipgan.claims import domains, measures
from lipgan.claims.domains import LATE
from lipgan.claims.seeds import spread
from lipgan.gan.losses import LOSSES
from lipgan.gan.regularizers import REGULARIZERS
from lipgan.runs import Run


def direction_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Cosine of the gradient with the way to the data, median over seeds and range.

    Losses as rows, regularizers as columns; "diverged" where every seed did.
    """
    names = list(dict.fromkeys(r.config.regularizer for r in runs))
    rows = {
        LOSSES[loss].label: [_cell(runs, name, loss) for name in names]
        for loss in dict.fromkeys(r.config.loss for r in runs)
    }
    labels = [REGULARIZERS[name].label for name in names]
    return pd.DataFrame.from_dict(rows, orient="index", columns=labels)


def _cell(runs: Sequence[Run], regularizer: str, loss: str) -> str:
    own = [
        r for r in runs if (r.config.regularizer, r.config.loss) == (regularizer, loss)
    ]
    values = [measures.metric(r, "gradient_cosine") for r in own if not r.diverged]
    lost = len(own) - len(values)
    note = f", {lost} of {len(own)} diverged" if lost and values else ""
    return (spread([round(v, 2) for v in values]) if values else "diverged") + note


def drift_table(runs: Sequence[Run]) -> pd.DataFrame:
    """How far a critic's scores move in the second half of training, per regularizer.

    In widths of Omega, median over seeds and range; runs that diverged are left out.
    """
    names = list(dict.fromkeys(r.config.regularizer for r in runs))
    rows = {}
    for loss in dict.fromkeys(r.config.loss for r in runs):
        cells = [
            [
                float(f"{domains.wander(r, LATE):.2g}")
                for r in runs
                if (r.config.regularizer, r.config.loss) == (name, loss)
                and not r.diverged
            ]
            for name in names
        ]
        rows[LOSSES[loss].label] = [spread(c) if c else "diverged" for c in cells]
    labels = [REGULARIZERS[name].label for name in names]
    return pd.DataFrame.from_dict(rows, orient="index", columns=labels)
